"""Argument checks: what they let through is what was given, as a plain type; all else is a sentence with name, range and value."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim import arguments
from viralsim.errors import InputError, NetworkError

WHOLE = st.integers(-(2**70), 2**70)
KINDS: dict[type[Any], tuple[int, int]] = {
    kind: (int(np.iinfo(kind).min), int(np.iinfo(kind).max))
    for kind in (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
}
NO_NUMBERS = st.one_of(
    st.text(), st.booleans(), st.none(), st.binary(), st.lists(st.integers(), max_size=3), st.complex_numbers()
)


@given(value=WHOLE, least=st.integers(-5, 5), room=st.one_of(st.none(), st.integers(0, 10)))
def test_a_whole_number_in_its_range_comes_back(value: int, least: int, room: int | None) -> None:
    """Python's and NumPy's whole numbers alike, as an int; out of range the message has the range and the value."""
    most = None if room is None else least + room
    fits = value >= least and (most is None or value <= most)
    for same in (value, *(kind(value) for kind, (low, high) in KINDS.items() if low <= value <= high)):
        if fits:
            found = arguments.integer_at_least(same, "n", least, most)
            assert (type(found), found) == (int, value)
        else:
            with pytest.raises(InputError, match=f"^n must be a whole number .*{least}"):
                arguments.integer_at_least(same, "n", least, most)


@given(value=st.one_of(NO_NUMBERS, st.floats(), st.fractions().filter(lambda x: x.denominator > 1)))
def test_nothing_else_is_a_whole_number(value: Any) -> None:
    """Text, flags, floats (also whole ones), complex numbers and lists are none; the message is one line of a readable length."""
    with pytest.raises(InputError) as refused:
        arguments.integer_at_least(value, "n", -(10**400))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


@given(
    value=st.floats(), low=st.floats(-10, 10), span=st.floats(0, 10), open_low=st.booleans(), open_high=st.booleans()
)
def test_a_number_in_its_range_comes_back(
    value: float, low: float, span: float, open_low: bool, open_high: bool
) -> None:
    """An open end is not in the range; NaN is in none."""
    high = low + span
    fits = (low < value if open_low else low <= value) and (value < high if open_high else value <= high)
    for same in (value, np.float64(value)):
        if fits:
            found = arguments.number(same, "x", low, high, open_low=open_low, open_high=open_high)
            assert (type(found), found) == (float, value)
        else:
            with pytest.raises(InputError, match=r"^x must be a number in "):
                arguments.number(same, "x", low, high, open_low=open_low, open_high=open_high)


@given(value=NO_NUMBERS)
def test_nothing_else_is_a_number(value: Any) -> None:
    """Neither text that looks like one nor True; a fraction is one."""
    with pytest.raises(InputError, match=r"^x must be a number"):
        arguments.number(value, "x", -math.inf)
    assert arguments.number(Fraction(1, 4), "x", 0, 1) == 0.25


@given(values=st.lists(st.integers(-3, 12), max_size=6), kind=st.sampled_from([list, tuple, np.array]))
def test_members_are_in_range_or_refused_by_their_place(values: list[int], kind: Any) -> None:
    """The order stays, the result is int64, and the first one out of range is named by its index."""
    bad = [i for i, value in enumerate(values) if not 0 <= value < 10]
    if bad:
        with pytest.raises(
            InputError, match=rf"^members\[{bad[0]}\] must be a member number 0\.\.9, got {values[bad[0]]}$"
        ):
            arguments.member_numbers(kind(values), "members", 10)
    else:
        found = arguments.member_numbers(kind(values), "members", 10)
        assert (found.dtype, found.tolist()) == (np.int64, values)


@given(values=st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=6))
def test_numbers_are_finite_and_not_negative(values: list[float]) -> None:
    """One per member, float64; the first bad one is named by its index, in the error that the caller asks for."""
    bad = [i for i, value in enumerate(values) if not (math.isfinite(value) and value >= 0)]
    for same in (values, np.array(values, np.float32), np.array(values, object)):
        if bad:
            with pytest.raises(NetworkError, match=rf"^w\[{bad[0]}\] must be a finite number >= 0"):
                arguments.numbers(same, "w", len(values), "edge", error=NetworkError)
        else:
            assert arguments.numbers(same, "w", len(values), "edge").tolist() == values
    with pytest.raises(InputError, match=rf"one number per edge \({len(values) + 1}\)"):
        arguments.numbers(values, "w", len(values) + 1, "edge")


@given(word=st.text(max_size=12))
def test_a_word_is_one_of_those_known(word: str) -> None:
    """Known words come back; others are listed, the nearest named."""
    known = ("organic", "paid", "advocates")
    if word in known:
        assert arguments.one_of(word, "arm", known) == word
    else:
        with pytest.raises(InputError, match=r"^arm must be one of organic, paid, advocates, got "):
            arguments.one_of(word, "arm", known)


def test_names_come_in_the_order_of_those_known() -> None:
    """None, nothing and repeats; one text alone is no list."""
    known = ("a", "b", "c")
    for given_, found in (
        (None, known),
        ([], known),
        (["c", "a", "c"], ("a", "c")),
        ({"b"}, ("b",)),
        (iter("ba"), ("a", "b")),
    ):
        assert arguments.names_of(given_, "arms", known) == found
    with pytest.raises(
        InputError, match=r"arms must be a list of names, or None for all, got 'ab': write arms=\['ab'\]"
    ):
        arguments.names_of("ab", "arms", known)


def test_long_lists_and_values_stay_short() -> None:
    """A message lists the first words of many, and the beginning of a long value."""
    with pytest.raises(InputError, match=r"w0, .*, w24 and 75 more, got 'x+\.\.\.$"):
        arguments.one_of("x" * 1000, "word", [f"w{i}" for i in range(100)])
