"""What the classic models refuse, and how numbers given an edge find their edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from viralsim import classic
from viralsim.errors import InputError, NetworkError
from viralsim.population.network.network import Network, ViralsimWarning

PATH = Network.from_edges([0, 1, 2], [1, 2, 3], members=5)
MODELS: dict[str, Callable[..., np.ndarray]] = {
    "cascade": lambda **given: classic.independent_cascade(**{"probability": 0.5} | given),
    "threshold": lambda **given: classic.linear_threshold(**given),
    "contagion": lambda **given: classic.complex_contagion(**{"threshold": 1} | given),
    "sir": lambda **given: classic.sir(**{"beta": 0.5, "gamma": 0.5, "ticks": 3} | given),
    "si": lambda **given: classic.si(**{"beta": 0.5, "ticks": 3} | given),
    "rumour": lambda **given: classic.maki_thompson(**given),
}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"seeds": [5]}, r"member numbers 0\.\.4, got 5"),
    ({"seeds": [-1]}, r"got -1"),
    ({"seeds": [0.5]}, "whole numbers"),
    ({"seeds": [True, False, True, False, False]}, "flatnonzero"),
    ({"seeds": [[0], [1]], "worlds": 3}, r"3 rows"),
    ({"worlds": 0}, "whole number >= 1, got 0"),
    ({"worlds": 2.5}, "whole number"),
    ({"worlds": [3, -1]}, ">= 0"),
    ({"seed": 1.5}, "seed must be a whole number"),
    ({"seed": None}, "seed must be a whole number"),
    ({"threads": 0}, "threads"),
    ({"threads": 1.5}, "threads"),
    ({"network": "karate"}, "from_networkx"),
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("given", "message"), WRONG)
def test_wrong_input_is_refused_with_a_remedy(model: str, given: dict[str, Any], message: str) -> None:
    """Every model refuses seeds, worlds, threads and networks that make no sense, and says what would."""
    with pytest.raises(InputError, match=message):
        MODELS[model](**{"network": PATH, "seeds": [0], "worlds": 2} | given)


OUT_OF_RANGE: list[tuple[Callable[[], object], str]] = [
    (lambda: classic.independent_cascade(PATH, [0], 1.0001), "probability"),
    (lambda: classic.independent_cascade(PATH, [0], -0.1), "probability"),
    (lambda: classic.independent_cascade(PATH, [0], float("nan")), "probability"),
    (lambda: classic.independent_cascade(PATH, [0], "weighted"), "weighted_cascade"),
    (lambda: classic.independent_cascade(PATH, [0], [0.1, 0.2]), "one number per edge"),
    (lambda: classic.independent_cascade(PATH, [0], [0.1, 0.2, 1.5]), r"probability\[2\]"),
    (lambda: classic.independent_cascade(PATH, [0], [0.1, 0.2, "x"]), "number"),
    (lambda: classic.linear_threshold(PATH, [0], "random"), "uniform"),
    (lambda: classic.linear_threshold(PATH, [0], "influence_weight"), "from_edges"),
    (lambda: classic.linear_threshold(PATH, [0], [0.1, 0.2, float("nan")]), r"weights\[2\]"),
    (lambda: classic.complex_contagion(PATH, [0], 0), "threshold"),
    (lambda: classic.complex_contagion(PATH, [0], True), "threshold"),
    (lambda: classic.complex_contagion(PATH, [0], 1.5), "fraction"),
    (lambda: classic.complex_contagion(PATH, [0], "random"), "uniform"),
    (lambda: classic.complex_contagion(PATH, [0], 1, ticks=-1), "ticks"),
    (lambda: classic.sir(PATH, [0], 1.1, 0.5, 3), "beta"),
    (lambda: classic.sir(PATH, [0], 0.5, -0.1, 3), "gamma"),
    (lambda: classic.sir(PATH, [0], 0.5, 0.5, -1), "ticks"),
    (lambda: classic.maki_thompson(), "either"),
    (lambda: classic.maki_thompson(PATH, members=5), "either"),
    (lambda: classic.maki_thompson(members=5, spread=0.0), "spread"),
    (lambda: classic.maki_thompson(members=5, stifle=0.0), "stifle"),
    (lambda: classic.maki_thompson(members=5, seeds=[5]), "member numbers"),
    (lambda: classic.maki_thompson(members=5, seeds=[[0], [1]], worlds=2), "same seeds"),
    (lambda: classic.bass(0, 0.1, 0.1, 3), "members"),
    (lambda: classic.bass(10, -0.1, 0.1, 3), "p must"),
    (lambda: classic.bass(10, 0.1, float("inf"), 3), "q must"),
    (lambda: classic.bass(10, 0.1, 0.1, 3, dt=0), "dt"),
    (lambda: classic.bass(10, 0.1, 0.1, 2.5), "ticks"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), OUT_OF_RANGE)
def test_parameters_out_of_range_are_refused(call: Callable[[], object], message: str) -> None:
    """A parameter out of its range is named."""
    with pytest.raises(InputError, match=message):
        call()


def test_weights_into_a_member_sum_to_at_most_one() -> None:
    """Weights that are no shares of attention are refused; one is allowed."""
    network = Network.from_edges([0, 1], [2, 2], members=3)
    with pytest.raises(NetworkError, match=r"into member 2 sum to 1\.1"):
        classic.linear_threshold(network, [0], [0.5, 0.6])
    assert classic.linear_threshold(network, [0, 1], [0.5, 0.5], worlds=50).tolist() == [3] * 50


def test_numbers_follow_the_order_of_the_given_edges() -> None:
    """Probabilities belong to edges as they were given, whatever order the network keeps them in."""
    source, target, alive = [3, 0, 2, 1, 0], [4, 3, 4, 2, 1], [0.0, 0.0, 1.0, 1.0, 1.0]
    network = Network.from_edges(source, target)
    assert classic.independent_cascade(network, [0], alive, worlds=20).tolist() == [4] * 20  # 0, 1, 2, 4
    assert classic.linear_threshold(network, [0], alive, worlds=20).tolist() == [4] * 20


def test_parallel_edges_and_loops_leave_the_first_number() -> None:
    """Of parallel edges the first number holds, that of a self-loop none."""
    with pytest.warns(ViralsimWarning):
        network = Network.from_edges([0, 1, 0, 0], [1, 1, 1, 2], members=3)
    assert classic.independent_cascade(network, [0], [1.0, 0.3, 0.0, 0.0], worlds=20).tolist() == [2] * 20
    assert classic.independent_cascade(network, [0], [0.0, 1.0, 1.0, 0.0], worlds=20).tolist() == [1] * 20


def test_undirected_edges_take_one_number_for_both_ways() -> None:
    """An undirected network takes a number per edge, or one for each of its arcs."""
    network = Network.from_edges([2, 0], [1, 1], members=3, directed=False)
    assert classic.independent_cascade(network, [2], [1.0, 0.0], worlds=5).tolist() == [2] * 5
    assert classic.independent_cascade(network, [1], [1.0, 1.0], worlds=5).tolist() == [3] * 5
    assert classic.independent_cascade(network, [2], [0.0, 1.0, 1.0, 1.0], worlds=5).tolist() == [1] * 5


def test_a_network_without_edge_order_takes_numbers_by_row() -> None:
    """Without the memory of the given order, numbers are those of the rows."""
    network = Network.from_edges([1, 0], [2, 1]).without_edge_position()
    assert classic.independent_cascade(network, [0], [1.0, 0.0], worlds=5).tolist() == [2] * 5


def test_a_seed_named_twice_counts_once() -> None:
    """Seeds are a set."""
    assert classic.independent_cascade(PATH, [1, 1], 0.0, worlds=3).tolist() == [1] * 3
    assert classic.complex_contagion(PATH, [1, 1], 2, worlds=3).tolist() == [1] * 3
    assert classic.sir(PATH, [1, 1], 0.0, 0.0, 1, worlds=1).tolist() == [[[4, 1, 0], [4, 1, 0]]]


@pytest.mark.parametrize("model", MODELS)
def test_no_seeds_reach_nobody(model: str) -> None:
    """Without a seed nothing happens."""
    found = MODELS[model](network=PATH, seeds=[], worlds=2)
    assert found.sum() == (0 if found.ndim == 1 else 5 * found.shape[0] * found.shape[1])
