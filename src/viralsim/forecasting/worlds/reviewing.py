"""After the campaign: where its curve lies among the worlds of a run, and whether luck alone explains it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viralsim.arguments import file_path, flag, instance, integer_at_least, names_of, thread_count
from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve
from viralsim.forecasting.events import observed_curve
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.worlds.envelope import ALPHA, chance_of_farther
from viralsim.forecasting.worlds.weighting import FEWEST, points_of, shares_at, weigh, weighted_quantiles
from viralsim.forecasting.worlds.would_differ import Different, Search, what_would_differ
from viralsim.measurement.number_format import exact, percent
from viralsim.results import Result, open_result
from viralsim.scenario import Scenario

FEWEST_WORLDS = 39  # fewer cannot say anything at ALPHA from both sides
SEARCH_WORLDS = 200


@dataclass(frozen=True)
class ArmReview:
    """Where the observed curve lies among the worlds of one arm.

    final: shares observed in the end. percentile: of worlds with fewer, ties by half, 0 to 100. p_value: part of the curves that
    are at least as far out. luck_alone: whether that is above ``ALPHA``. would_be_ordinary: what would have to differ, one
    at a time; empty where nobody searched. narrowed: path -> (10 %, 90 %) of an uncertain input in the worlds that meet the
    curve; empty where too few do.
    """

    arm: str
    worlds: int
    final: float
    percentile: float
    p_value: float
    luck_alone: bool
    would_be_ordinary: tuple[Different, ...]
    narrowed: dict[str, tuple[float, float]]
    unsure: bool  # whether inputs are uncertain
    searched: bool = True  # whether anybody looked for what would have to differ

    def sentences(self) -> list[str]:
        """The answer first."""
        farther = f"{percent(self.p_value)} of {self.worlds:,} worlds are as far out as this curve, or farther"
        cause = "luck and what was not known before" if self.unsure else "luck alone"
        place = f"{exact(self.final)} shares, more than in {percent(self.percentile / 100)} of the worlds of {self.arm}"
        if self.luck_alone:
            return [f"{cause} explains this" if cause == "luck alone" else f"{cause} explain this", place, farther]
        does = "does" if cause == "luck alone" else "do"
        said = [f"{cause} {does} not explain this", place, f"only {farther}"]
        said.append(f"of campaigns that go as in the scenario, this is said wrongly of at most {percent(ALPHA)}")
        if self.searched and not self.would_be_ordinary:
            said.append("no single input between a quarter and four times its value would make it ordinary")
        return [*said, *(one.sentence() for one in self.would_be_ordinary)]


@dataclass(frozen=True)
class Review:
    """The review of one campaign against the arms of a stored run."""

    scenario: str
    until_hours: float
    arms: tuple[ArmReview, ...]
    warnings: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """What is known, arm by arm."""
        several = len(self.arms) > 1
        said = [f"{one.arm}: {line}" if several else line for one in self.arms for line in one.sentences()]
        return [*said, *(f"note: {warning}" for warning in self.warnings)]

    def to_json(self) -> dict[str, Any]:
        """All numbers; ``luck_alone``: whether luck explains it in at least one of the arms."""
        return {
            "scenario": self.scenario,
            "until_hours": self.until_hours,
            "luck_alone": any(one.luck_alone for one in self.arms),
            "arms": [{**asdict(one), "sentences": one.sentences()} for one in self.arms],
            "sentences": self.sentences(),
            "warnings": list(self.warnings),
        }


def review(
    result: Result | str | os.PathLike[str],
    hours: ArrayLike,
    at_hours: float,
    *,
    shares: ArrayLike | None = None,
    arms: Sequence[str] | None = None,
    scenario: Scenario | None = None,
    what_differs: bool = True,
    worlds: int = SEARCH_WORLDS,
    threads: int | None = None,
) -> Review:
    """Where a finished campaign lies among the worlds of a stored run, whether luck alone explains it, and what else would.

    Args:
        result: what ``simulate`` returned, or the folder it was saved to.
        hours: times of the post itself (0, the first) and of its shares; with ``shares``, of readings of the counter.
        at_hours: until when the post was watched.
        shares: readings of the counter at ``hours``, where single shares are not known.
        arms: which of the arms was carried out; all by default.
        scenario: the scenario of the run, to look for what would have to differ; by default the one stored in the result.
        what_differs: whether to look for it: runs worlds again.
        worlds: how many worlds of each value that is tried.
        threads: threads; all cores by default.

    Raises: InputError for wrong arguments, a curve that cannot be one, or a run with too few worlds.
    """
    if not isinstance(result, Result):
        result = open_result(file_path(result, "result"))
    flag(what_differs, "what_differs")
    if scenario is not None:
        instance(scenario, "scenario", Scenario)
    count = integer_at_least(worlds, "worlds", FEWEST_WORLDS, 1_000_000)
    curve = observed_curve(hours, shares, at_hours)
    cores = thread_count(threads)
    search = Search(result, scenario, count, cores) if what_differs else None
    return review_of(result, curve, arms, search)


def review_of(result: Result, curve: Curve, arms: Sequence[str] | None, search: Search | None) -> Review:
    """As ``review``, of a curve that is read."""
    names = names_of(arms, "arms", tuple(result.arms))
    kept = {name: np.asarray(result.arms[name].series.get("shares", np.zeros((0, 0), np.int32))) for name in names}
    if any(len(series) < FEWEST_WORLDS for series in kept.values()):
        raise InputError(
            f"the run holds the curves of {min(map(len, kept.values()))} worlds: {FEWEST_WORLDS} or more tell luck from cause"
        )
    horizon = next(iter(kept.values())).shape[1] * result.tick_hours
    warnings = []
    if curve.observed_until < horizon * (1 - 1e-9):
        warnings.append(
            f"the curve ends at {exact(curve.observed_until)} h and the worlds at {exact(horizon)} h: compared until the first"
        )
    if curve.observed_until > horizon * (1 + 1e-9):
        warnings.append(f"the worlds end at {exact(horizon)} h: what came later is left out")
    known = curve._replace(observed_until=min(curve.observed_until, horizon))
    if not points_of(known, result.tick_hours).size:
        raise InputError(f"the curve has no reading within the {exact(horizon)} h of the worlds")
    found = tuple(_review(result, name, kept[name], known, search) for name in names)
    return Review(result.scenario_name, float(points_of(known, result.tick_hours)[-1]), found, tuple(warnings))


def _review(result: Result, name: str, series: Any, curve: Curve, search: Search | None) -> ArmReview:
    points = points_of(curve, result.tick_hours)
    so_far, seen = shares_at(series, result.tick_hours, points), curve.at(points)
    final = so_far[:, -1]
    p_value = chance_of_farther(so_far, seen)
    ordinary = p_value > ALPHA
    differing = () if search is None or ordinary else what_would_differ(search, name, points, seen)
    return ArmReview(
        arm=name,
        worlds=len(series),
        final=float(seen[-1]),
        percentile=float(100 * ((final < seen[-1]).mean() + (final == seen[-1]).mean() / 2)),
        p_value=p_value,
        luck_alone=ordinary,
        would_be_ordinary=differing,
        narrowed=_narrowed(result, so_far, seen),
        unsure=result.uncertain,
        searched=search is not None,
    )


def _narrowed(result: Result, so_far: Floats, seen: Floats) -> dict[str, tuple[float, float]]:
    """Where uncertain inputs lie in the worlds that meet the curve."""
    found = weigh(so_far, seen)
    if found.effective < FEWEST:
        return {}
    levels = np.array([0.1, 0.9])
    rows = {path: values[: len(so_far)] for path, values in result.inputs_of_world.items()}
    limits = {path: weighted_quantiles(values, found.weights, levels) for path, values in rows.items()}
    return {path: (float(low), float(high)) for path, (low, high) in limits.items()}
