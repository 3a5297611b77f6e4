"""What a lesson measures, against numbers worked out by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import InputError
from viralsim.lessons import Measure, lesson, lessons
from viralsim.lessons.outcomes import outcomes

BASE = Measure("mean", ("shares",), "", (0.0, 1.0), False, 0.0, ())


class Arms:
    """As much of a result as a measure looks at."""

    def __init__(self, **arms: dict[str, list[float]]) -> None:
        self.arms = {name: type("Arm", (), {"measures": measures}) for name, measures in arms.items()}


def of(measure: Measure, result: Any) -> dict[str, tuple[float, float, float]]:
    return {one.name: (one.value, one.low, one.high) for one in outcomes(measure, result)}


def test_each_kind_by_hand() -> None:
    """Three worlds with 1, 2 and 12 shares against 1, 1 and 1."""
    result: Any = Arms(
        a={"shares": [1, 2, 12], "critical_shares": [0, 1, 4]}, b={"shares": [1, 1, 1], "critical_shares": [0, 0, 0]}
    )
    assert {name: v[0] for name, v in of(BASE, result).items()} == {"a": 5, "b": 1}
    above = of(replace(BASE, kind="above", than=10), result)
    assert above["a"] == pytest.approx((100 / 3, 6.15, 79.23), abs=0.01)  # Wilson's interval of 1 in 3
    assert above["b"] == pytest.approx((0, 0, 56.15), abs=0.01)
    chance = of(replace(BASE, kind="chance", than=2), Arms(a={"shares": [1, 2, 3, 3, 0, 0, 0, 1, 9]}))
    assert (
        chance["a"][0] == 50
    )  # of the pairs 1 and 2, 3 and 3, 0 and 0, 0 and 1 the first and the last; 9 has no other
    assert of(replace(BASE, kind="best"), result)["a"][0] == 6
    assert of(replace(BASE, kind="ratio", arms=("a", "b")), result)["shares"][0] == 5
    part = of(replace(BASE, kind="part", of=("critical_shares", "shares")), result)
    assert part["a"][0] == 25
    assert part["b"] == (0, 0, 0)


def test_a_contrast_is_between_the_first_two_groups() -> None:
    """Of 10 and 20 people reached 8 and 16 are in the first group and 6 of 10 more than in the second; two groups there must be."""
    result: Any = Arms(a={"reach": [10, 20]})
    result.arms["a"].reach_by_community = np.array([[8, 2], [16, 4]])
    assert of(replace(BASE, kind="contrast", of=("reach",)), result)["a"] == (60, 60, 60)
    for reached in (None, np.array([[8], [16]])):
        result.arms["a"].reach_by_community = reached
        with pytest.raises(InputError, match=re.escape("communities: {count: 2}")):
            outcomes(replace(BASE, kind="contrast", of=("reach",)), result)


def test_what_is_not_defined_is_none() -> None:
    """A ratio over nothing has no number, and JSON has none of it."""
    result: Any = Arms(a={"shares": [1.0, 2.0]}, b={"shares": [0.0, 0.0]})
    (one,) = outcomes(replace(BASE, kind="ratio", arms=("a", "b")), result)
    assert one.as_json() == {"name": "shares", "value": None, "low": None, "high": None}


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=60))
def test_ranges_hold_what_can_be(values: list[int]) -> None:
    """A mean and its range lie between the least and the most; the same worlds give the same range."""
    result: Any = Arms(a={"shares": values})
    value, low, high = of(BASE, result)["a"]
    assert value == pytest.approx(np.mean(values))
    assert min(values) <= low <= high <= max(values)
    assert of(BASE, result)["a"] == (value, low, high)


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_axes_hold_both_ends(one: Any) -> None:
    """What is measured at both ends of the slider and where the prediction is asked lies on the lesson's fixed axis."""
    low, high = one.measure.axis
    for value in (one.slider.values[0], one.slider.values[-1], one.predict.at):
        result = vs.simulate(one.scenario().override({one.slider.path: value}), repeat_trust=False)
        for line in outcomes(one.measure, result):
            assert low <= line.value <= high, (value, line)


def test_a_prediction_is_asked_where_the_slider_can_be() -> None:
    """Sliders with whole numbers take no other, and every prediction is at one of the slider's values."""
    assert lesson("luck").slider.values == tuple(range(1, 51))
    assert lesson("threshold_at_one").slider.values[:3] == (0.02, 0.04, 0.06)
    assert [one.key for one in lessons() if one.predict.at not in one.slider.values] == []
