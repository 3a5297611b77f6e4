"""The drawn survival line lies on the exact one, however many sizes occur."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.synthetic_result import synthetic_result
from viralsim.report.charts.chart import Line
from viralsim.report.charts.svg import WIDE
from viralsim.report.charts.worlds import TAIL_HEIGHT, VISIBLE, corners, survival, tails


def height(x: np.ndarray, size: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The line through the steps (size, part) at x: the value of the first size at or above x."""
    return part[np.minimum(np.searchsorted(size, x, side="left"), len(size) - 1)]


def missed(size: np.ndarray, part: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Pixels, sideways or upright as is less, from the exact line to the drawn one, at each exact step."""
    per_decade = TAIL_HEIGHT / max(np.log10(part[0] / part[-1]), 1e-12)
    across = WIDE / max(np.log10(size[-1] / size[0]), 1e-12)
    upright = per_decade * np.log10(part / height(size, size[kept], part[kept]))
    # the drawn line comes down to the exact value at the last kept step below
    below = size[kept][np.maximum(np.searchsorted(kept, np.arange(len(size)), side="left") - 1, 0)]
    return np.minimum(np.abs(upright), across * np.log10(size / below))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6000), st.floats(0.4, 3.0))
def test_no_visible_corner_is_dropped(seed: int, worlds: int, tail: float) -> None:
    """For heavy and light tails the drawn line is nowhere further than half a pixel from the exact one, and short."""
    size, part = survival(np.ceil(np.random.default_rng(seed).pareto(tail, worlds) * 50.0))
    kept = corners(size, part)
    assert (np.diff(kept) > 0).all()
    if len(size):
        assert (kept[0], kept[-1]) == (0, len(size) - 1)
        assert missed(size, part, kept).max() <= VISIBLE + 1e-9
    assert len(kept) <= 2 * TAIL_HEIGHT + 2


def test_a_hundred_sizes_are_all_drawn() -> None:
    """Where each step is wide and high enough to be seen, each is there."""
    size, part = 10.0 ** np.linspace(0, 4, 100), 0.9 ** np.arange(100)
    assert list(corners(size, part)) == list(range(100))


def test_the_picture_holds_the_exact_tail() -> None:
    """In the picture of 3,000 worlds the line of each arm goes through exact steps only, the largest world included."""
    result = synthetic_result(worlds=3000)
    picture = tails(result, "shares")
    assert picture is not None
    lines = [mark for mark in picture.chart.panels[0].marks if isinstance(mark, Line)]
    assert len(lines) == len(result.arms)
    for line, arm in zip(lines, result.arms.values(), strict=True):
        shares = arm.measures["shares"]
        exact = [(shares >= x).mean() for x in np.asarray(line.x)]
        assert np.asarray(line.y) == pytest.approx(exact, abs=1e-12)
        assert np.asarray(line.x)[-1] == shares.max()
        assert missed(*survival(shares), np.searchsorted(survival(shares)[0], np.asarray(line.x))).max() <= VISIBLE
