"""What the lessons on real posts claim: measured on all thirty, and on other draws, as nobody has thirty more such posts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from viralsim.forecasting import Population
from viralsim.lessons.real.forecasts import Expected, expected, forecasts, held, past_of
from viralsim.lessons.real.posts import RealPost, posts

CLAIMS = {
    "real_cascade": "a typical post has over 40 of 100 of its day's shares after one hour, and over 75 after six",
    "forecasting": (
        "the program's 80 % range holds the end of at least 21 of 30 posts after one hour; its top is then typically over twice "
        "its bottom, after twelve hours less than a fifth above it"
    ),
}
DRAWS = {
    "real_cascade": "draws of thirty posts out of these, with replacement",
    "forecasting": "seeds of the forecasts",
}
WATCHED = (1.0, 12.0)


def come(chosen: Sequence[RealPost], hour: float) -> NDArray[np.float64]:
    """float64[posts]: how many of 100 shares of its day each post had by an hour."""
    return np.array([100 * post.by(hour) / post.shares for post in chosen])


def width(found: Sequence[Expected]) -> float:
    """The top of the median range over its bottom."""
    return float(np.median([one.high / max(1.0, one.low) for one in found]))


def _soon_over(chosen: Sequence[RealPost]) -> bool:
    return bool(np.median(come(chosen, 1)) > 40 and np.median(come(chosen, 6)) > 75)


def _sure_enough(early: Sequence[Expected], late: Sequence[Expected]) -> bool:
    return held(early) >= 21 and width(early) > 2 and width(late) < 1.2


def stored() -> tuple[list[Expected], list[Expected]]:
    """The forecasts that the lesson shows, after one hour and after twelve."""
    early, late = ([one[at] for one in forecasts()] for at in WATCHED)
    return early, late


def measured(key: str) -> str:
    """What is measured on the thirty posts, in the words of the page."""
    if key == "real_cascade":
        lines = (np.percentile(come(posts(), hour), (50, 10, 90)) for hour in (1, 6))
        return "; ".join(
            f"{m:.3g} ({a:.3g} to {b:.3g}) at {hour}" for hour, (m, a, b) in zip((1, 6), lines, strict=True)
        )
    early, late = stored()
    return (
        f"{held(early)} of {len(early)} held, top {width(early):.3g} times bottom at 1; {width(late):.3g} times at 12"
    )


def holds(key: str) -> bool:
    """Whether a claim is true of what the lesson shows."""
    return _soon_over(posts()) if key == "real_cascade" else _sure_enough(*stored())


def holds_with(key: str, seed: int) -> bool:
    """Whether a claim is true of another draw."""
    if key == "real_cascade":
        rows = np.random.default_rng(seed).integers(0, len(posts()), len(posts()))
        return _soon_over([posts()[row] for row in rows])
    early, late = (
        [expected(past, one, at, seed) for past, one in zip(_pasts(), posts(), strict=True)] for at in WATCHED
    )
    return _sure_enough(early, late)


@cache
def _pasts() -> tuple[Population, ...]:
    return tuple(past_of(number) for number in range(len(posts())))
