"""The certificate of ``opim`` holds against exact spreads: models, values, costs, members taken already."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import viralsim as vs
from tests.seeding.live_edge import network_of, small_graph, spread, worlds
from viralsim.seeding import Chosen

RUNS, MEMBERS = 100, 6


def subsets() -> list[tuple[int, ...]]:
    """Every set of members."""
    return [s for k in range(MEMBERS + 1) for s in itertools.combinations(range(MEMBERS), k)]


def case(word: str, rng: np.random.Generator) -> dict[str, Any]:
    """Options of a case beside the probability: two of six members unless there is a budget."""
    options: dict[str, Any] = {"count": 2}
    if "value" in word:
        options["value"] = rng.uniform(0.0, 5.0, MEMBERS)
    if "target" in word:
        options["value"] = np.arange(MEMBERS) % 2 == 0
    if "taken" in word:
        options["taken"] = [int(rng.integers(MEMBERS))]
    if "costs" in word:
        options |= {"costs": rng.uniform(1.0, 4.0, MEMBERS), "budget": 5.0}
        del options["count"]
    return options


def chances_of(word: str, chances: np.ndarray) -> tuple[Any, np.ndarray]:
    """The option ``probability`` and the chance of each edge: one number for all where the word says so."""
    return (0.19, np.full(len(chances), 0.19)) if "one chance" in word else (chances, chances)


def allowed(chosen: tuple[int, ...], options: dict[str, Any]) -> bool:
    """Whether the options allow this set."""
    if set(chosen) & set(options.get("taken", [])):
        return False
    if "costs" in options:
        return float(options["costs"][list(chosen)].sum()) <= options["budget"]
    return len(chosen) == options["count"]


@pytest.mark.parametrize("model", ["independent_cascade", "linear_threshold"])
@pytest.mark.parametrize("word", ["plain", "one chance", "value", "target", "taken", "costs", "costs value taken"])
def test_bounds_hold_against_enumeration(word: str, model: str) -> None:
    """100 runs on graphs of 6 members and 7 edges: both bounds hold in at least 99 (delta is 1 / 100).

    The lower bound is of the chosen set, the upper bound of the best set that is allowed; with members taken both are of
    what is added to them; the cost is that of the chosen and within the budget.
    """
    held = 0
    for run in range(RUNS):
        edges, chances = small_graph(run)
        probability, chances = chances_of(word, chances)
        options = case(word, np.random.default_rng(run + 1000))
        found: Chosen = vs.seeding.choose(
            network_of(edges),
            "opim",
            probability=probability,
            model=model,
            epsilon=0.2,
            delta=0.01,
            seed=run,
            **options,
        )
        exact = worlds(edges, chances, model)
        value, taken = options.get("value"), tuple(options.get("taken", ()))
        there = spread(exact, taken, value)
        gains = {s: spread(exact, s + taken, value) - there for s in subsets() if allowed(s, options)}
        own = gains[tuple(sorted(found.members.tolist()))]
        assert found.lower_bound is not None
        assert found.upper_bound is not None
        assert found.expected_reach is not None
        held += found.lower_bound <= own + 1e-9 and max(gains.values()) <= found.upper_bound + 1e-9
        assert found.lower_bound <= found.expected_reach <= found.upper_bound
        assert found.guarantee == pytest.approx(found.lower_bound / found.upper_bound)
        if "costs" in options:
            assert found.cost == pytest.approx(options["costs"][found.members].sum())
            assert found.cost <= options["budget"]
    assert held >= 99


@pytest.mark.parametrize("model", ["independent_cascade", "linear_threshold"])
@pytest.mark.parametrize(
    "word", ["plain", "one chance", "value", "taken", "costs value taken", "one chance value taken"]
)
def test_expected_reach_is_the_exact_spread(word: str, model: str) -> None:
    """The estimate lies within 4.5 standard errors of the exact value of the chosen, in every one of 60 runs."""
    for run in range(60):
        edges, chances = small_graph(run + 500)
        probability, chances = chances_of(word, chances)
        options = case(word, np.random.default_rng(run))
        found = vs.seeding.choose(
            network_of(edges), "opim", probability=probability, model=model, epsilon=0.1, seed=run, **options
        )
        exact, taken = worlds(edges, chances, model), tuple(options.get("taken", ()))
        value = options.get("value", np.ones(MEMBERS))
        gain = spread(exact, tuple(found.members.tolist()) + taken, value) - spread(exact, taken, value)
        share = gain / value.sum()
        assert found.sets is not None
        assert found.expected_reach is not None
        error = value.sum() * np.sqrt(share * (1 - share) / found.sets)
        assert abs(found.expected_reach - gain) <= 4.5 * error + 1e-9
