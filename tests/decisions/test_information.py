"""Value of information on arrays: closed forms of the conjugate normal model, and cases in which nothing can be learnt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from viralsim.decisions.information import (
    Estimate,
    consistent,
    foreseeing_luck,
    perfect_information,
    study_information,
    survey_results,
)
from viralsim.decisions.nonnegative import nonnegative_interval
from viralsim.errors import InputError

WORLDS = 200_000


def gain(mean: float, sd: float) -> float:
    """E max(X, 0) - max(E X, 0) of a normal X: what knowing X is worth where the other choice is worth 0."""
    return float(sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(mean, 0.0))


@pytest.fixture(scope="module")
def two_inputs() -> tuple[np.ndarray, np.ndarray]:
    """Inputs N(0, 1) and N(0, 0.5); arms worth their luck alone, and 0.2 + the sum of the inputs + luck."""
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((WORLDS, 2)) * [1.0, 0.5]
    luck = rng.standard_normal((WORLDS, 2)) * 0.5
    return inputs, luck + np.column_stack([np.zeros(WORLDS), 0.2 + inputs.sum(axis=1)])


@pytest.mark.parametrize(("known", "sd"), [([0, 1], np.sqrt(1.25)), ([0], 1.0), ([1], 0.5)])
def test_perfect_information_is_the_closed_form(two_inputs, known: list[int], sd: float) -> None:
    inputs, values = two_inputs
    found = perfect_information(inputs[:, known], values)
    assert found.value == pytest.approx(gain(0.2, sd), rel=0.02)
    assert found.low < gain(0.2, sd) < found.high
    assert found.wrong == pytest.approx(norm.cdf(-0.2 / sd), abs=0.03)


@pytest.mark.parametrize("size", [1, 4, 25])
def test_a_survey_is_worth_the_closed_form(two_inputs, size: int) -> None:
    """n readings with the input's own standard deviation: the posterior mean has the variance s**2 * n / (n + 1)."""
    inputs, values = two_inputs
    results = survey_results(inputs[:, 0], size, False, np.random.default_rng(5))
    found = study_information(results, values)
    assert found.value == pytest.approx(gain(0.2, np.sqrt(size / (size + 1.0))), rel=0.02)


def test_a_survey_of_a_rate_counts_people() -> None:
    """A rate uniform in (0, 1), asked of one person: yes leaves a mean of 2/3, no of 1/3; the other arm is worth 1/2."""
    rng = np.random.default_rng(2)
    rate = rng.random(WORLDS)
    values = np.column_stack([np.full(WORLDS, 0.5), rate])
    results = survey_results(rate, 1, True, rng)
    assert set(np.unique(results)) == {0.0, 1.0}
    assert study_information(results, values).value == pytest.approx(1 / 12, rel=0.02)


def test_foreseeing_luck_is_the_mean_of_the_best() -> None:
    """By hand: worlds (1, 0), (0, 3): the best of each is 1 and 3, the best arm is worth 1.5."""
    assert foreseeing_luck(np.array([[1.0, 0.0], [0.0, 3.0]])) == 0.5


LUCK = {
    "three arms of heavy-tailed luck": lambda rng, n: rng.exponential(1.0, (n, 3)),
    "two arms of normal luck": lambda rng, n: rng.standard_normal((n, 2)),
    "one that is certain": lambda rng, n: np.column_stack([np.zeros(n), rng.standard_normal(n)]),
    "four that share their luck": lambda rng, n: rng.lognormal(0, 1, (n, 1)) + 0.3 * rng.standard_normal((n, 4)),
}


@pytest.mark.slow
@pytest.mark.parametrize("worlds", [300, 1500])
@pytest.mark.parametrize("luck", LUCK)
def test_inputs_that_do_not_matter_are_worth_nothing(luck: str, worlds: int) -> None:
    """The interval holds 0 in 93 to 97 % of 400 cases; estimates without any error are rare."""
    holds, exact = [], []
    for case in range(400):
        rng = np.random.default_rng([case, worlds])
        found = perfect_information(rng.random((worlds, 1)), LUCK[luck](rng, worlds))
        holds.append(found.low <= 0.0 <= found.high)
        exact.append(found.standard_error == 0.0)
    assert 0.93 <= np.mean(holds) <= 0.97
    assert np.mean(exact) < 0.05


ESTIMATED = st.tuples(st.floats(-3, 3), st.just(0.0) | st.floats(1e-6, 2))


@settings(max_examples=60, deadline=None)
@given(ESTIMATED, st.lists(ESTIMATED, max_size=5))
def test_no_part_is_worth_more_than_everything(whole: tuple[float, float], parts: list[tuple[float, float]]) -> None:
    """Whatever was estimated; estimates that agree stay as they are, and values lie in their intervals."""
    own = {str(i): Estimate(*part, 0.5) for i, part in enumerate(parts)}
    everything, found = consistent(Estimate(*whole, 0.5), own)
    assert everything.value >= max(0.0, whole[0])
    for name, part in found.items():
        assert part.value <= everything.value
        assert part.low <= part.value + 1e-12
        assert (part.low, part.high) == (own[name].low, own[name].high)
        if own[name].value <= everything.value:
            assert part.value == own[name].value


def test_few_worlds_with_many_inputs_agree() -> None:
    """Of eight inputs one matters: with 60 worlds all of them are never worth less than it alone."""
    for case in range(2):
        rng = np.random.default_rng(case)
        inputs = rng.random((60, 8))
        values = np.column_stack([np.zeros(60), 3.0 * (inputs[:, 0] - 0.5) + rng.standard_normal(60)])
        parts = {str(i): perfect_information(inputs[:, [i]], values) for i in range(8)}
        everything, found = consistent(perfect_information(inputs, values), parts)
        assert max(part.value for part in found.values()) <= everything.value


def test_an_input_that_never_varies_is_worth_nothing() -> None:
    rng = np.random.default_rng(0)
    found = perfect_information(np.full((100, 1), 0.3), rng.random((100, 2)) + np.array([0.0, 5.0]))
    assert (found.value, found.low, found.high, found.wrong) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("true", [0.0, 0.5, 1.0, 3.0])
def test_intervals_of_nonnegative_values_hold_the_truth(true: float) -> None:
    """In 95 % of cases, at 0 as elsewhere (4,000 cases: 4.5 standard errors are 1.6 points)."""
    seen = true + np.random.default_rng(1).standard_normal(4000)
    ends = np.array([nonnegative_interval(float(x), 1.0) for x in seen])
    assert np.mean((ends[:, 0] <= true) & (true <= ends[:, 1])) == pytest.approx(0.95, abs=0.016)


def test_intervals_are_those_of_the_paper() -> None:
    """Feldman and Cousins 1998, table X, 95 %."""
    table = {-3.0: (0.0, 0.42), 0.0: (0.0, 1.96), 1.0: (0.0, 2.96), 2.0: (0.35, 3.96)}
    for seen, ends in table.items():
        assert nonnegative_interval(seen, 1.0) == pytest.approx(ends, abs=0.011)


@settings(max_examples=50, deadline=None)
@given(st.floats(-20, 20), st.floats(1e-6, 1e6))
def test_intervals_scale_and_are_never_negative(seen: float, unit: float) -> None:
    low, high = nonnegative_interval(seen * unit, unit)
    assert 0.0 <= low <= high
    assert max(0.0, seen) * unit <= high * (1 + 1e-9)
    assert (low / unit, high / unit) == pytest.approx(nonnegative_interval(seen, 1.0), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("inputs", "values"),
    [
        (np.zeros((60, 1)), np.zeros((60, 1))),
        (np.zeros((59, 1)), np.zeros((60, 2))),
        (np.zeros((60, 1)), np.full((60, 2), np.nan)),
        (np.zeros((40, 1)), np.zeros((40, 2))),
    ],
)
def test_arrays_that_are_no_decision_are_refused(inputs: np.ndarray, values: np.ndarray) -> None:
    with pytest.raises(InputError):
        perfect_information(inputs, values)
