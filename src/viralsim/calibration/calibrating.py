"""All that past posts say, in one object: posterior, rows for new posts, measured coverage, misfit, drift."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from viralsim.atomic import write_text
from viralsim.calibration.backtest import CALIBRATED, MEASURES, Backtest, backtest
from viralsim.calibration.criticism import drifts, misfits
from viralsim.calibration.model import Model
from viralsim.calibration.observed import FEWEST_POSTS, Posts, from_table, unpaid
from viralsim.calibration.pairs import PastPairs
from viralsim.calibration.posterior import Posterior, sample
from viralsim.calibration.scores import coverage
from viralsim.errors import InputError
from viralsim.versions import package_version

ROWS = 1000
NOT_OF = ("advocates.trust", "advocates.willingness", "reshare number", "network", "conversion")
FEWEST_TO_JUDGE = 20


@dataclass(frozen=True)
class Calibration:
    """What past posts say.

    ``posterior``: rows for new posts, columns ``impressions`` (expected) and ``share_rate``. ``parameters``: the posterior of what
    all posts share. ``backtest``: how the last 40 % were foretold; None where posts are too few.
    """

    posterior: pd.DataFrame
    parameters: Posterior
    backtest: Backtest | None
    warnings: tuple[str, ...]
    data: dict[str, Any]
    prior: dict[str, tuple[float, float]]

    @property
    def coverage(self) -> pd.DataFrame | None:
        """One row per method and measure: CRPS, coverage at 50, 80 and 95 % with standard errors; None: not measured."""
        return None if self.backtest is None else self.backtest.table()

    @property
    def first_line(self) -> str:
        """The sentence an answer begins with: whether this beats the last 50 posts."""
        if self.backtest is None:
            return f"Too few posts to measure how well later ones are foretold; {FEWEST_TO_JUDGE} are needed."
        worse = [measure for measure in MEASURES if not self.backtest.beats("last 50 posts", measure)]
        if worse:
            return f"This does not beat the last 50 posts on {' and '.join(worse)}: take those as they are."
        return "This foretells later posts better than the last 50 posts do, on impressions and on shares."

    def to_dict(self) -> dict[str, Any]:
        """What ``calibration.json`` holds."""
        return {
            "answer": self.first_line,
            "of": ["impressions of a post without advocates", "shares of a post without advocates"],
            "not_of": list(NOT_OF),
            "data": self.data,
            "parameters": self._parameters(),
            "methods": None if self.coverage is None else self.coverage.to_dict(orient="records"),
            "relative_crps": None if self.backtest is None else {m: self.backtest.relative_crps(m) for m in MEASURES},
            "pit_uniform_p": None if self.backtest is None else {m: self.backtest.uniform(m) for m in MEASURES},
            "warnings": list(self.warnings),
        }

    def _parameters(self) -> dict[str, dict[str, Any]]:
        """Prior and posterior of each parameter on the scale of the sampler, with its diagnostics."""
        found = self.parameters
        columns = zip(found.names, found.flat.T, found.ess, found.rhat, strict=True)
        return {
            name: {
                "prior": list(self.prior[name]),
                "mean": float(values.mean()),
                "sd": float(values.std()),
                "p05": float(np.quantile(values, 0.05)),
                "p95": float(np.quantile(values, 0.95)),
                "ess": float(ess),
                "rhat": float(rhat),
            }
            for name, values, ess, rhat in columns
        }

    def save(self, folder: str | Path) -> None:
        """Write ``posterior.csv`` and ``calibration.json`` into ``folder``."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_text(Path(folder) / "posterior.csv", self.posterior.to_csv(index=False, lineterminator="\n"))
        write_text(Path(folder) / "calibration.json", json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n")

    def lines(self) -> list[str]:
        """The answer in at most 15 lines."""
        shown = [self.first_line]
        if self.backtest is not None:
            shown.append(
                f"{'':24}{'CRPS':>8}{'80 % holds':>14}{'95 % holds':>14}   (last {len(self.backtest.true)} posts)"
            )
            for method in self.backtest.pits:
                shown += [
                    self._line(method, measure) for measure in MEASURES if method == CALIBRATED or measure == "shares"
                ]
        shown.append(f"Not calibrated: {', '.join(NOT_OF)}; a difference between arms stays a what-if.")
        return [*shown, *self.warnings][:15]

    def _line(self, method: str, measure: str) -> str:
        """One row of the table of coverage as text."""
        assert self.backtest is not None
        at = MEASURES.index(measure)
        name = measure if method == CALIBRATED else f"  {measure}, {method}"
        holds = [coverage(self.backtest.pits[method][:, at], level) for level in (0.8, 0.95)]
        shares = "".join(f"{inside:9.0%} ±{error:3.0%}" for inside, error in holds)
        return f"{name:24}{self.backtest.crps[method][:, at].mean():8.3f}{shares}"


def calibrate(past: pd.DataFrame, seed: int = 1) -> Calibration:
    """What past posts (as ``viralsim.posts.read`` gives them) say about all posts of the account and about new ones.

    Raises: InputError as ``next_post``; NotConvergedError where the chains do not agree.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed: must be a whole number from 0, got {seed!r}")
    posts = from_table(past)
    free = unpaid(posts)
    model = Model(posts)
    parameters = sample(model, [seed, 6])
    judged = (
        backtest(past, seed=seed) if len(free) >= FEWEST_TO_JUDGE and free.upto(FEWEST_POSTS).shares.any() else None
    )
    warnings = [*misfits(model, parameters, np.random.default_rng([seed, 7])), *drifts(free)]
    return Calibration(
        new_posts(free, seed), parameters, judged, tuple(warnings), _facts(past, posts, seed), dict(model.table)
    )


def new_posts(posts: Posts, seed: int) -> pd.DataFrame:
    """``ROWS`` rows, one new post each: expected impressions at today's followers, and shares per impression."""
    x, z = PastPairs(posts).new_pairs(len(posts), ROWS, np.random.default_rng([seed, 8]))
    return pd.DataFrame({"impressions": np.exp(x), "share_rate": np.exp(np.minimum(z, 0.0))})


def _facts(past: pd.DataFrame, posts: Posts, seed: int) -> dict[str, Any]:
    """Fingerprint of the data and how they were used."""
    dates = past["published_at"].dropna() if "published_at" in past else pd.Series(dtype=object)
    content = past.drop(columns=["post_id"], errors="ignore").to_csv(index=False, lineterminator="\n")
    return {
        "posts": len(posts), "paid": int(posts.paid.sum()), "account": "one",
        "from": None if dates.empty else str(dates.min()), "to": None if dates.empty else str(dates.max()),
        "sha256": hashlib.sha256(content.encode()).hexdigest(), "seed": int(seed), "viralsim": package_version(),
        "notes": list(past.attrs.get("notes", ())),
    }  # fmt: skip
