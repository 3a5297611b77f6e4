"""The last posts predicted one step ahead, each from those before it, beside three simple predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from viralsim.arguments import number, seed_number
from viralsim.calibration.baselines import BASELINES
from viralsim.calibration.observed import FEWEST_POSTS, Floats, Posts, from_table, unpaid
from viralsim.calibration.prediction import Predictor
from viralsim.calibration.recalibration import randomised_pit
from viralsim.calibration.scores import LEVELS, coverage, crps
from viralsim.errors import InputError

HELD_OUT = 0.4
DRAWS = 1000
MEASURES = ("impressions", "shares")
CALIBRATED = "calibrated"
REFIT = 20  # posts predicted with the same parameters and maps, those of the posts before the first of them


@dataclass(frozen=True)
class Backtest:
    """What came of predicting the last posts. Arrays [posts predicted, 2]: impressions, shares."""

    pits: dict[str, Floats]  # by method
    crps: dict[str, Floats]
    quantiles: Floats  # [posts predicted, 2, 5] at 2.5, 10, 50, 90 and 97.5 %
    true: Floats

    def table(self) -> pd.DataFrame:
        """One row per method and measure: CRPS, coverage at 50, 80 and 95 % and their standard errors, posts."""
        rows = []
        for method, pits in self.pits.items():
            for i, measure in enumerate(MEASURES):
                row = {"method": method, "measure": measure, "crps": float(self.crps[method][:, i].mean())}
                for level in LEVELS:
                    inside, error = coverage(pits[:, i], level)
                    row |= {f"covers_{100 * level:.0f}": inside, f"error_{100 * level:.0f}": error}
                rows.append(row | {"posts": len(pits)})
        return pd.DataFrame(rows)

    def relative_crps(self, measure: str) -> float:
        """CRPS over that of the best baseline; below 1 is better than all three."""
        at = MEASURES.index(measure)
        return float(self.crps[CALIBRATED][:, at].mean() / min(self.crps[b][:, at].mean() for b in BASELINES))

    def beats(self, baseline: str, measure: str) -> bool:
        """Whether the CRPS is below that of ``baseline``."""
        at = MEASURES.index(measure)
        return bool(self.crps[CALIBRATED][:, at].mean() < self.crps[baseline][:, at].mean())

    def surely_beats(self, baseline: str, measure: str) -> bool:
        """Whether the CRPS is below that of ``baseline`` by more than two standard errors of the difference, post by post."""
        at = MEASURES.index(measure)
        ahead = self.crps[baseline][:, at] - self.crps[CALIBRATED][:, at]
        return bool(ahead.mean() > 2.0 * ahead.std() / np.sqrt(len(ahead)))

    def uniform(self, measure: str) -> float:
        """The Kolmogorov-Smirnov p-value of the PITs against the uniform."""
        return float(stats.kstest(self.pits[CALIBRATED][:, MEASURES.index(measure)], "uniform").pvalue)


def backtest(past: pd.DataFrame, held_out: float = HELD_OUT, seed: int = 1) -> Backtest:
    """Foretell the last ``held_out`` of the unpaid posts by time, one step ahead, with ``next_post`` and three baselines.

    Raises: InputError as ``next_post``; where fewer than 8 posts would stay before the first that is predicted.
    """
    number(held_out, "held_out", 0, 1, open_low=True, open_high=True)
    seed = seed_number(seed)
    posts = unpaid(from_table(past))
    first = first_predicted(posts, held_out)
    if first < FEWEST_POSTS or not posts.upto(first).shares.any():
        raise InputError(
            f"past: {first} posts would stay before the first that is predicted; {FEWEST_POSTS}, one of them shared, are "
            "the fewest: give more posts"
        )
    return run(posts, first, seed)


def first_predicted(posts: Posts, held_out: float = HELD_OUT) -> int:
    """How many posts come before the first that is predicted."""
    return int(len(posts) * (1 - held_out))


def run(posts: Posts, first: int, seed: int) -> Backtest:
    """Foretell the posts from ``first`` on, each from those before it."""
    methods = (CALIBRATED, *BASELINES)
    pits: dict[str, list[list[float]]] = {method: [] for method in methods}
    scores: dict[str, list[list[float]]] = {method: [] for method in methods}
    quantiles = []
    uniforms = np.random.default_rng([seed, 4])
    true = np.column_stack([posts.impressions, posts.shares])
    for end in range(first, len(posts)):
        if (end - first) % REFIT == 0:
            predictor = Predictor(posts.upto(min(end + REFIT, len(posts))), seed, known=end)
        generator = np.random.default_rng([seed, 5, end])
        followers = None if posts.followers is None else float(posts.followers[end])
        drawn = {CALIBRATED: predictor.draw(end, DRAWS, generator, followers)}
        drawn |= {word: rule(posts, end, DRAWS, generator) for word, rule in BASELINES.items()}
        luck = uniforms.random(2)
        for method, pair in drawn.items():
            pits[method].append([randomised_pit(pair[i], true[end, i], luck[i]) for i in range(2)])
            scores[method].append([crps(pair[i], true[end, i]) for i in range(2)])
        quantiles.append(np.quantile(np.array(drawn[CALIBRATED]), (0.025, 0.1, 0.5, 0.9, 0.975), axis=1).T)
    return Backtest(
        {m: np.array(v) for m, v in pits.items()},
        {m: np.array(v) for m, v in scores.items()},
        np.array(quantiles),
        true[first:],
    )
