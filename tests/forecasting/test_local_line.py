"""The regression among the nearest past posts: what it finds, what it is blind to, and where it is not used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viralsim.forecasting.curve import Curve, curve_of_events
from viralsim.forecasting.local_line import FEWEST, MOMENTS, LocalLine, fit_local_line

READ = np.ones(len(MOMENTS), bool)


def posts(count: int, seed: int) -> np.ndarray:
    """float64[count, MOMENTS]: log counts that fall towards earlier moments."""
    steps = np.random.default_rng(seed).exponential(0.5, (count, len(MOMENTS)))
    return np.cumsum(steps[:, ::-1], axis=1)[:, ::-1] + 2.0


@given(st.integers(0, 2**32 - 1), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
@settings(max_examples=20)
def test_a_line_is_found(seed: int, level: float, late: float) -> None:
    """Gains that are linear in the counts, without noise: every draw is on the line, but for the ridge."""
    places = posts(400, seed)
    gains = 2.0 + level * places[:, 0] + late * (places[:, 0] - places[:, 1])
    now = places.mean(0)
    there = now[0] + 2.0 + level * now[0] + late * (now[0] - now[1])
    hours = np.array(MOMENTS[::-1])
    curve = Curve(hours, np.expm1(now[::-1]), 1.0, False)
    found = LocalLine(places, gains, READ).finals(curve, 50, np.random.default_rng(1))
    assert np.log1p(found) == pytest.approx(np.full(50, there), abs=0.1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 199))
@settings(max_examples=20)
def test_a_post_does_not_forecast_itself(seed: int, row: int) -> None:
    """Whatever became of a past post, its own forecast stays."""
    places, gains = posts(200, seed), np.random.default_rng(seed).exponential(0.5, 200)
    other = gains.copy()
    other[row] = 9.0
    mine = [
        LocalLine(places, each, READ).futures_of_past(np.array([row]), 40, np.random.default_rng(1))
        for each in (gains, other)
    ]
    assert np.array_equal(*mine)
    assert (mine[0] >= 0).all()


def test_posts_that_are_all_alike_are_drawn_from() -> None:
    """Where all counts are equal there is no line: draws are what became of past posts, each as often as another."""
    gains = np.repeat([0.0, np.log(2.0)], 100)
    curve = curve_of_events(np.zeros(0), 1.0)
    found = LocalLine(np.zeros((200, 4)), gains, READ).finals(curve, 1000, np.random.default_rng(1))
    assert np.mean(found < 0.5) == pytest.approx(0.5, abs=0.01)
    assert set(found.round(1)) == {0.0, 1.0}


def test_moments_that_nobody_read_are_not_used() -> None:
    """Between readings a counter is a straight line, which says nothing about how a post grew."""
    past = [Curve(np.array([6.0, 24.0]), np.array([6.0 + post, 30.0]), 24.0, False) for post in range(FEWEST)]
    line = fit_local_line(past, 6.0, 24.0)
    assert line is not None
    assert line.read.tolist() == [True, False, False, False]
    dense = [curve_of_events(np.linspace(0.1, 24, 20 + post), 24.0) for post in range(FEWEST)]
    whole = fit_local_line(dense, 6.0, 24.0)
    assert whole is not None
    assert whole.read.all()
    early = Curve(np.array([0.75, 6.0]), np.array([5.0, 6.0]), 6.0, False)
    late = Curve(np.array([0.75, 6.0]), np.array([1.0, 6.0]), 6.0, False)
    one, other = (whole.finals(curve, 20, np.random.default_rng(1)).mean() for curve in (early, late))
    assert one != other  # the reading at an eighth of the time is used, those between are not
    assert fit_local_line(past[1:], 6.0, 24.0) is None
