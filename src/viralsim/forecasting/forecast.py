"""The forecast of one running post, as numbers for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.population import Paths, Population

if TYPE_CHECKING:
    from viralsim.forecasting.worlds.acting import OpenArms

QUANTILES = {"p025": 0.025, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p975": 0.975}
KEPT = 199  # evenly spaced quantiles that a forecast is kept and scored by


@dataclass(frozen=True)
class Forecast:
    """Where a running post is and where it ends."""

    at_hours: float
    horizon_hours: float
    seen: float
    past_posts: int
    paths: Paths
    percentile_of_past: float | None  # of the shares so far among past posts at the same hour, 0 to 100
    log_linear: Floats | None  # draws of the final count by the baseline
    target: float | None
    warnings: list[str] = field(default_factory=list)
    arms: OpenArms | None = None  # what each open arm would change; None where nobody asked

    @property
    def chance_of_target(self) -> float | None:
        """The chance that the final count reaches the target; None without one."""
        return None if self.target is None else float(np.mean(self.paths.final >= self.target))

    def kept(self) -> list[float]:
        """KEPT quantiles of the final count, evenly spaced."""
        levels = (np.arange(KEPT) + 0.5) / KEPT
        return [float(value) for value in np.quantile(self.paths.final, levels, method="inverted_cdf")]

    def bands(self) -> dict[str, list[float]]:
        """``hours`` from now to the horizon and the quantiles of the shares so far at each."""
        found = np.quantile(self.paths.shares, list(QUANTILES.values()), axis=0)
        return {"hours": self.paths.hours.tolist(), **dict(zip(QUANTILES, found.round(3).tolist(), strict=True))}

    def to_json(self) -> dict[str, Any]:
        """All numbers; ``arms`` is null where nobody asked."""
        baseline = None if self.log_linear is None else {"method": "log-linear", **quantiles_of(self.log_linear)}
        return {
            "at_hours": self.at_hours,
            "horizon_hours": self.horizon_hours,
            "seen": self.seen,
            "final": quantiles_of(self.paths.final),
            "percentile_of_past": self.percentile_of_past,
            "past_posts": self.past_posts,
            "target": None if self.target is None else {"shares": self.target, "chance": self.chance_of_target},
            "bands": self.bands(),
            "arms": None if self.arms is None else self.arms.to_json(),
            "baseline": baseline,
            "warnings": [*self.warnings, *([] if self.arms is None else self.arms.warnings)],
        }


def total_json(forecasts: dict[str, Forecast]) -> dict[str, Any]:
    """The posts of one campaign together: the keys of ``to_json`` for their sum, and each post under ``posts``.

    Posts are independent, given the past; ``at_hours`` is that of the latest look.
    """
    each = list(forecasts.values())
    final = np.sum([one.paths.final for one in each], axis=0)
    lines = [one.log_linear for one in each if one.log_linear is not None]
    baseline = {"method": "log-linear", **quantiles_of(np.sum(lines, axis=0))} if len(lines) == len(each) else None
    target = each[0].target
    return {
        "at_hours": max(one.at_hours for one in each),
        "horizon_hours": each[0].horizon_hours,
        "seen": sum(one.seen for one in each),
        "final": quantiles_of(final),
        "percentile_of_past": None,
        "past_posts": each[0].past_posts,
        "target": None if target is None else {"shares": target, "chance": float(np.mean(final >= target))},
        "arms": None,
        "baseline": baseline,
        "warnings": each[0].warnings,
        "posts": {post: one.to_json() for post, one in forecasts.items()},
    }


def quantiles_of(draws: Floats) -> dict[str, float]:
    """``QUANTILES`` of draws of a count, by name."""
    found = np.quantile(draws, list(QUANTILES.values()), method="inverted_cdf")
    return dict(zip(QUANTILES, found.tolist(), strict=True))


def make_forecast(
    curve: Curve,
    population: Population,
    followers: float | None = None,
    target: float | None = None,
    draws: int = 4000,
    seed: int = 1,
    warnings: list[str] | None = None,
) -> Forecast:
    """The forecast of the post that ``curve`` shows, from its ``observed_until`` on.

    Raises: InputError where the curve already reaches the horizon.
    """
    at, horizon = curve.observed_until, population.horizon_hours
    if at >= horizon:
        raise InputError(
            f"the curve is known until {at:g} h, the horizon is {horizon:g} h: nothing is left to forecast"
        )
    now = np.array(at)
    seen = float(curve.at(now))
    known = population.past_at(at)
    past = known.moments[:, 0]
    percentile = float(100 * ((past < seen).mean() + (past == seen).mean() / 2)) if past.size else None
    line = known.line
    return Forecast(
        at_hours=at,
        horizon_hours=horizon,
        seen=seen,
        past_posts=population.posts,
        paths=population.paths(curve, followers, draws, seed),
        percentile_of_past=percentile,
        log_linear=None if line is None else line.draws(seen, draws, seed),
        target=target,
        warnings=list(warnings or []),
    )
