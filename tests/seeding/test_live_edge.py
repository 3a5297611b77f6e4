"""Simulated worlds for seeding: their law, monotone and submodular in every world, and greedy on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from tests.seeding.live_edge import network_of, small_graph, spread, worlds
from viralsim.errors import InputError
from viralsim.seeding import Candidates
from viralsim.seeding.celf import lazy_greedy
from viralsim.seeding.live_edge import LiveWorlds, outgoing_rows
from viralsim.seeding.objective import OPTIONS, Objective
from viralsim.seeding.rr_sets import incoming_rows

MODELS = ("independent_cascade", "linear_threshold")


def live(network: vs.Network, chances: Any, count: int = 256, seed: int = 3, **options: Any) -> LiveWorlds:
    """``count`` worlds on a network."""
    people = Candidates([network], np.ones(network.members, dtype=bool))
    goal = Objective.of(people, 3, options, "celf", OPTIONS)
    outgoing = outgoing_rows(people, incoming_rows(people, chances, goal.model), goal.model)
    return LiveWorlds(goal, outgoing, count, seed, "test")


def random_network(seed: int, members: int = 30, follows: int = 120) -> vs.Network:
    """A random simple directed network."""
    rng = np.random.default_rng(seed)
    source = rng.integers(0, members, follows)
    target = (source + rng.integers(1, members, follows)) % members
    pairs = np.unique(np.column_stack([source, target]), axis=0)
    return vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=members)


@pytest.mark.parametrize("model", MODELS)
def test_worlds_have_the_exact_mean(model: str) -> None:
    """What two members and then a third add is the enumerated value within 4.5 standard errors, in 20 graphs."""
    for run in range(20):
        edges, chances = small_graph(run)
        value = np.random.default_rng(run).uniform(0.0, 3.0, 6)
        some = live(network_of(edges), chances, 4000, run, model=model, value=value)
        exact = worlds(edges, chances, model)
        each = some.add(np.array([0, 3]))
        assert abs(each.mean() - spread(exact, (0, 3), value)) <= 4.5 * each.std() / np.sqrt(len(each)) + 1e-9
        more = some.add(np.array([5]))
        gain = spread(exact, (0, 3, 5), value) - spread(exact, (0, 3), value)
        assert abs(more.mean() - gain) <= 4.5 * more.std() / np.sqrt(len(more)) + 1e-9


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), model=st.sampled_from(MODELS), split=st.integers(0, 6), one=st.booleans())
def test_reach_is_monotone_and_submodular_in_every_world(seed: int, model: str, split: int, one: bool) -> None:
    """Nobody takes reach away, and a member adds no more to more members, in every single world, not only on average."""
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    chance = 0.15 if one and model == "independent_cascade" else "weighted_cascade"
    order = rng.permutation(30)[:7]
    few, many, extra = order[:split], order[:6], order[6:]
    small, large = (live(network, chance, 64, seed, model=model) for _ in range(2))
    reach_few, reach_many = small.add(few), large.add(many)
    assert (reach_few <= reach_many).all()
    gain_few, gain_many = small.add(extra), large.add(extra)
    assert (gain_many >= 0).all()
    assert (gain_many <= gain_few).all()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), model=st.sampled_from(MODELS))
def test_lazy_greedy_is_greedy(seed: int, model: str) -> None:
    """Weighing again only who may be best chooses the same members as weighing everybody at every step."""
    network = random_network(seed)
    found, _ = lazy_greedy(some := live(network, "weighted_cascade", 100, seed, model=model), np.arange(30),
                           some.gains(np.arange(30)))  # fmt: skip
    plain = live(network, "weighted_cascade", 100, seed, model=model)
    expected: list[int] = []
    for _ in range(3):
        gains = plain.gains(np.arange(30))
        expected.append(int(gains.argmax()))
        plain.add(np.array(expected[-1:]))
    assert found.tolist() == expected


def test_weighing_leaves_no_trace() -> None:
    """Gains are the same when asked again, alone or among others."""
    some = live(random_network(4), "weighted_cascade", 100)
    some.add(np.array([2]))
    first = some.gains(np.arange(30))
    assert np.array_equal(first, some.gains(np.arange(30)))
    assert [float(some.gains(np.array([v]))[0]) for v in range(30)] == first.tolist()
    assert first[2] == 0.0


def test_celf_spends_no_more_than_the_budget() -> None:
    """With costs ``celf`` stays within the budget, and equal costs choose what a number does."""
    network = random_network(9)
    costs = np.random.default_rng(2).uniform(1.0, 5.0, 30)
    found = vs.seeding.choose(network, "celf", costs=costs, budget=9.0, worlds=200)
    assert found.cost == pytest.approx(costs[found.members].sum())
    assert 0 < found.cost <= 9.0
    equal = vs.seeding.choose(network, "celf", costs=np.full(30, 3.0), budget=12.0, worlds=200)
    plain = vs.seeding.choose(network, "celf", 4, worlds=200)
    assert equal.members.tolist() == plain.members.tolist()
    assert equal.cost == 12.0


def test_celf_and_opim_agree() -> None:
    """On a small network both find members whose reach in other worlds is equal within 2 %."""
    network = random_network(5, 300, 1500)
    reach = [
        vs.classic.independent_cascade(
            network, vs.seeding.choose(network, word, 10, probability=0.1, **options).members, 0.1, worlds=20_000
        ).mean()
        for word, options in (("celf", {"worlds": 2000}), ("opim", {"tight": 0.05}))
    ]
    assert reach[0] == pytest.approx(reach[1], rel=0.02)


@pytest.mark.parametrize("bad", [{"worlds": 0}, {"worlds": 2.5}, {"worlds": True}, {"epsilon": 0.1}])
def test_celf_refuses_what_it_does_not_take(bad: dict[str, Any]) -> None:
    """Numbers of worlds and unknown options are checked."""
    with pytest.raises(InputError):
        vs.seeding.choose(random_network(1), "celf", 1, **bad)
