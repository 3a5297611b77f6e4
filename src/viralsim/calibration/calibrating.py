"""All that past posts say, in one object: posterior, rows for new posts, measured coverage, misfit, drift."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from viralsim.atomic import write_text
from viralsim.calibration.backtest import CALIBRATED, MEASURES, Backtest, backtest
from viralsim.calibration.baselines import BASELINES
from viralsim.calibration.model import Model
from viralsim.calibration.observed import FEWEST_POSTS, Floats, Posts, from_table, unpaid
from viralsim.calibration.pairs import PastPairs
from viralsim.calibration.posterior import Posterior, sample
from viralsim.errors import InputError
from viralsim.versions import package_version

ROWS = 1000
NOT_OF = ("advocates.trust", "advocates.willingness", "reshare number", "network", "conversion")
REPLICATES, MISFIT = 400, 0.01
RECENT, DRIFT = 30, 1e-3  # posts that are compared with those before; the p-value below which they differ
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
        flat = self.parameters.flat
        parameters = {
            name: {
                "prior": list(self.prior[name]), "mean": float(values.mean()), "sd": float(values.std()),
                "p05": float(np.quantile(values, 0.05)), "p95": float(np.quantile(values, 0.95)), "ess": float(ess), "rhat": float(rhat),
            }
            for name, values, ess, rhat in zip(self.parameters.names, flat.T, self.parameters.ess, self.parameters.rhat, strict=True)
        }  # fmt: skip
        return {
            "answer": self.first_line,
            "of": ["impressions of a post without advocates", "shares of a post without advocates"],
            "not_of": list(NOT_OF),
            "data": self.data,
            "parameters": parameters,
            "methods": None if self.coverage is None else self.coverage.to_dict(orient="records"),
            "relative_crps": None if self.backtest is None else {m: self.backtest.relative_crps(m) for m in MEASURES},
            "pit_uniform_p": None if self.backtest is None else {m: self.backtest.uniform(m) for m in MEASURES},
            "warnings": list(self.warnings),
        }

    def save(self, folder: str | Path) -> None:
        """Write ``posterior.csv`` and ``calibration.json`` into ``folder``."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_text(Path(folder) / "posterior.csv", self.posterior.to_csv(index=False, lineterminator="\n"))
        write_text(Path(folder) / "calibration.json", json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n")

    def lines(self) -> list[str]:
        """The answer in at most 15 lines."""
        shown = [self.first_line]
        if self.coverage is not None:
            shown.append(f"{'':22}{'CRPS':>8}{'80 % holds':>14}{'95 % holds':>14}   (last {self.coverage['posts'].iloc[0]} posts)")
            for row in self.coverage.itertuples():
                if row.method == CALIBRATED or row.measure == "shares":
                    name = row.measure if row.method == CALIBRATED else f"  shares, {row.method}"
                    shown.append(
                        f"{name:22}{row.crps:8.3f}{row.covers_80:9.0%} ±{row.error_80:3.0%}{row.covers_95:9.0%} ±{row.error_95:3.0%}"
                    )
        shown.append(f"Not calibrated: {', '.join(NOT_OF)}; a difference between arms stays a what-if.")
        return [*shown, *self.warnings][:15]


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
    judged = backtest(past, seed=seed) if len(free) >= FEWEST_TO_JUDGE and free.upto(FEWEST_POSTS).shares.any() else None
    warnings = [*misfits(model, parameters, np.random.default_rng([seed, 7])), *drifts(free)]
    return Calibration(new_posts(free, seed), parameters, judged, tuple(warnings), _facts(past, posts, seed), dict(model.table))


def new_posts(posts: Posts, seed: int) -> pd.DataFrame:
    """``ROWS`` rows, one new post each: expected impressions at today's followers, and shares per impression."""
    x, z = PastPairs(posts).new_pairs(len(posts), ROWS, np.random.default_rng([seed, 8]))
    return pd.DataFrame({"impressions": np.exp(x), "share_rate": np.exp(np.minimum(z, 0.0))})


def misfits(model: Model, parameters: Posterior, generator: np.random.Generator) -> list[str]:
    """Sentences on what these posts have that posts of this model would not: posterior predictive p below 0.01."""
    posts = model.posts
    flat = parameters.flat
    replicated = []
    for point in flat[generator.integers(0, len(flat), REPLICATES)]:
        law = model.law(point)
        normal = generator.standard_normal((2, len(posts)))
        x = law.mean_x + law.sd_x * normal[0]
        z = law.mean_z + law.sd_z * (law.correlation * normal[0] + np.sqrt(1 - law.correlation**2) * normal[1])
        impressions = generator.poisson(np.exp(np.minimum(x, 40.0)))
        replicated.append(_shape(impressions, generator.binomial(impressions, np.exp(np.minimum(z, 0.0)))))
    seen = _shape(posts.impressions, posts.shares)
    words = ("posts that nobody shared", "spread of shares", "most shared post", "most seen post")
    found = []
    for word, values, true in zip(words, np.array(replicated).T, seen, strict=True):
        p = 2 * min((values >= true).mean(), (values <= true).mean())
        if p < MISFIT:
            found.append(f"misfit: the {word} of these data are not those of the fitted law (p {p:.3f}); rows come from the posts themselves")
    return found


def _shape(impressions: Floats, shares: Floats) -> tuple[float, float, float, float]:
    logs = np.log1p(shares)
    return float((shares == 0).mean()), float(logs.std()), float(logs.max()), float(np.log1p(impressions).max())


def drifts(posts: Posts) -> list[str]:
    """Sentences on the last posts being others than those before."""
    if len(posts) < 2 * RECENT:
        return []
    rates = {"impressions": posts.impressions, "shares per impression": posts.shares / np.maximum(posts.impressions, 1.0)}
    found = []
    for word, values in rates.items():
        p = stats.mannwhitneyu(values[-RECENT:], values[:-RECENT]).pvalue
        if p < DRIFT:
            now, before = np.median(values[-RECENT:]), np.median(values[:-RECENT])
            found.append(f"drift: the last {RECENT} posts have median {word} {now:.3g}, those before {before:.3g}; recent posts count more")
    return found


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
