"""How good predictions of an account's next post are: real exports, the last 40 % judged."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim import posts
from viralsim.calibration.backtest import CALIBRATED, DRAWS, MEASURES, Backtest, backtest
from viralsim.calibration.observed import Posts, from_table, unpaid
from viralsim.calibration.recalibration import randomised_pit
from viralsim.calibration.scores import LEVELS, coverage, crps
from viralsim.validation.check import Check, MissingDataError, Number, Setting

F8 = NDArray[np.float64]

ROPENSCI = "ropensci-x-exports/tweet_activity_metrics_*.csv"
# account -> (files, options of the reader)
ACCOUNTS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "rOpenSci on X": (ROPENSCI, {}),
        "rOpenSci on X, without replies": (ROPENSCI, {"replies": False}),
        "cosmetics brand on Facebook, unpaid": ("facebook-moro/dataset_Facebook.csv", {"keep_doubtful": True}),
        "account on Instagram": ("instagram-reach/instagram_reach.csv", {"keep_doubtful": True}),
    }
)
WITH_GOALS = ("rOpenSci on X", "cosmetics brand on Facebook, unpaid")
RANGES = "5 to 95 % ranges"
MOST_OF_BEST, MOST_OF_RANGES = 1.02, 0.90
HELD_GOALS = {0.8: (0.75, 0.85), 0.95: (0.91, 0.98)}


def account(setting: Setting, name: str) -> pd.DataFrame:
    """The posts of one of ACCOUNTS."""
    pattern, options = ACCOUNTS[name]
    files = sorted(setting.data.glob(pattern)) if setting.data is not None else []
    if not files:
        raise MissingDataError(f"{pattern} is not at hand; set VIRALSIM_DATA to the folder that holds it")
    return posts.read(files, **options)


def drawn_apart(known: Posts, generator: np.random.Generator) -> tuple[F8, F8]:
    """(impressions, shares) drawn apart between the 5 and 95 % quantiles of single posts."""
    rates = known.shares / np.maximum(known.impressions, 1.0)

    def drawn(values: F8) -> F8:
        low, high = np.quantile(values, (0.05, 0.95))
        u = generator.random(DRAWS)
        return np.asarray(np.exp(np.log(low) + u * np.log(high / low)) if low > 0 else low + u * (high - low))

    impressions: F8 = np.round(drawn(known.impressions))
    shares = generator.binomial(impressions.astype(np.int64), np.minimum(drawn(rates), 1.0))
    return impressions, shares.astype(np.float64)


def predicted(past: pd.DataFrame, seed: int) -> Backtest:
    """``backtest``, and the same scores for RANGES."""
    found = backtest(past, seed=seed)
    free = unpaid(from_table(past))
    generator = np.random.default_rng([seed, 11])
    first = len(free) - len(found.true)
    pits, scores = [], []
    for end in range(first, len(free)):
        pair = drawn_apart(free.upto(end), generator)
        true = found.true[end - first]
        pits.append([randomised_pit(pair[i], true[i], generator.random()) for i in range(2)])
        scores.append([crps(pair[i], true[i]) for i in range(2)])
    found.pits[RANGES], found.crps[RANGES] = np.array(pits), np.array(scores)
    return found


def _number(name: str, measure: str, found: Backtest) -> Number:
    """One line: the scores of one measure of one account."""
    at = MEASURES.index(measure)
    mean = {method: float(scores[:, at].mean()) for method, scores in found.crps.items()}
    of_best, of_ranges = found.relative_crps(measure), mean[CALIBRATED] / mean[RANGES]
    held = {level: coverage(found.pits[CALIBRATED][:, at], level) for level in LEVELS}
    inside = " / ".join(f"{100 * share:.0f} ± {100 * error:.0f}" for share, error in held.values())
    seen = f"CRPS {mean[CALIBRATED]:.3f} = {of_best:.2f} x the best, {of_ranges:.2f} x ranges; held {inside} %"
    if name not in WITH_GOALS:
        return Number(f"{name}: {measure} of {len(found.true)}", "", seen, "", None)
    met = {"the best": of_best <= MOST_OF_BEST, "ranges": of_ranges <= MOST_OF_RANGES}
    met |= {f"{100 * level:.0f} %": low <= held[level][0] <= high for level, (low, high) in HELD_GOALS.items()}
    missed = [f"{what} missed" for what, ok in met.items() if not ok]
    goal = "<= 1.02 x the best, <= 0.90 x ranges, 80 %: 75 to 85, 95 %: 91 to 98"
    return Number(f"{name}: {measure} of {len(found.true)}", goal, seen, "; ".join(missed) or "reached", not missed)


def next_posts(setting: Setting) -> list[Number]:
    """The last 40 % of the posts of real accounts by time, each predicted from those before it, one step ahead.

    CRPS is of log(1 + count). "the best": that of all past posts, the last 50, and a log-linear regression which had the
    lowest CRPS on the judged posts. "ranges": impressions and share rates drawn apart between the 5 and 95 % quantiles of
    past posts, as `viralsim init --from-posts` wrote them before it calibrated. "held": how often the 50, 80 and 95 %
    interval held, by randomised PITs, with the standard error. The posts on Facebook and Instagram have no dates: their
    order is taken as time.
    Rules and priors were set while these accounts were looked at: other accounts may do less well.

    What is missed. Without replies the best of the three is itself at 0.92 (impressions) and 0.95 (shares) of the ranges:
    0.90 would be 2 to 5 % better than any of them.

    What the seed decides. It draws the uniforms of the PITs and the predictions. Over 12 seeds, shares on Facebook have a CRPS of
    1.010 to 1.014 x the best, but their 95 % intervals hold 128 to 132 of 143 posts, 131 being the goal: 7 seeds of 12 reach it.
    Averaged over the uniforms it is 129.0 posts, 90 % with a standard error of 2: here the goal is on the edge, and seed 1 is not
    proof that it is reached. Nor is it for impressions of rOpenSci: with 3 seeds the 80 % intervals hold 470 to 474 of 556 posts,
    472 being the most.

    Which posts these are. At seed 1 twelve lie outside. Five were seen 3 to 19 times as often as the median said, and shared 40
    to 208 times. Seven had 0 to 3 shares, and five of these were seen less than a third as often as the median said. None is
    marked as paid. Nothing in the earlier posts asks for wider tails: on the first 60 % alone the 95 % intervals hold 96 % of
    154 posts, and on posts drawn from the law that is fitted there 94.4 ± 0.7 %.
    """
    said = []
    for name in ACCOUNTS:
        found = predicted(account(setting, name), setting.seed)
        said += [_number(name, measure, found) for measure in MEASURES]
    return said


CHECKS = (
    Check(
        "REAL-7",
        "Next posts of real accounts",
        "viralsim calibrate, vs.calibration.next_post",
        "exports: rOpenSci (X), a cosmetics brand (Facebook, Moro et al. 2016), an Instagram account; goals set beforehand",
        next_posts,
        full=True,
        gates=False,
        parameters="one step ahead; parameters fitted again every 20 posts; 1,000 draws",
        tolerance="the goals themselves",
    ),
)
