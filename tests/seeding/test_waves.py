"""Deadlines and second waves against exact enumeration, and the order in which ``celf`` weighs members."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_edge import network_of, small_graph, worlds

import viralsim as vs
from viralsim.errors import InputError
from viralsim.seeding import celf as module

MODELS = ("independent_cascade", "linear_threshold")
MEMBERS = 6


def in_time(live: list[int], edges: np.ndarray, ticks: int) -> list[int]:
    """Whom each member reaches over at most ``ticks`` live edges, as bit masks."""
    mask = [1 << v for v in range(MEMBERS)]
    for _ in range(ticks):
        before = list(mask)
        for e in live:
            mask[edges[e, 0]] |= before[edges[e, 1]]
    return mask


def live_edges(edges: np.ndarray, chances: np.ndarray, model: str) -> list[tuple[float, list[int]]]:
    """(probability, live edges) of every world."""
    if model == MODELS[0]:
        choices: list[list[tuple[float, list[int]]]] = [[(1.0 - p, []), (p, [e])] for e, p in enumerate(chances)]
    else:
        into = [np.flatnonzero(edges[:, 1] == v) for v in range(MEMBERS)]
        choices = [[(1.0 - chances[i].sum(), []), *((chances[e], [int(e)]) for e in i)] for i in into]
    found = []
    for choice in itertools.product(*choices):
        probability = float(np.prod([p for p, _ in choice]))
        if probability > 0.0:
            found.append((probability, [e for _, kept in choice for e in kept]))
    return found


def size(masks: list[int], members: Any) -> int:
    together = 0
    for v in members:
        together |= masks[v]
    return together.bit_count()


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=6, deadline=None)
@given(run=st.integers(0, 200), ticks=st.integers(1, 4))
def test_a_deadline_counts_who_is_reached_in_time(model: str, run: int, ticks: int) -> None:
    """The best pair within the deadline is found to within the certificate, and the estimate and bounds are of that spread."""
    edges, chances = small_graph(run)
    every = [(p, in_time(live, edges, ticks)) for p, live in live_edges(edges, chances, model)]
    exact = {
        pair: sum(p * size(masks, pair) for p, masks in every) for pair in itertools.combinations(range(MEMBERS), 2)
    }
    found = vs.seeding.choose(
        network_of(edges), "opim", 2, model=model, probability=chances, deadline_ticks=ticks, seed=run, threads=1
    )
    chosen = exact[tuple(sorted(found.members.tolist()))]
    assert found.lower_bound <= chosen + 1e-9
    assert found.upper_bound >= max(exact.values()) - 1e-9
    assert chosen >= found.guarantee * max(exact.values()) - 1e-9
    assert found.expected_reach == pytest.approx(chosen, rel=0.08)


def test_a_deadline_beyond_all_steps_changes_nothing() -> None:
    """The same sets are drawn, member for member; a deadline of one tick leaves direct followers."""
    edges, chances = small_graph(3)
    network = network_of(edges)
    options: dict[str, Any] = {"probability": chances, "threads": 1}
    late = vs.seeding.choose(network, "opim", 2, deadline_ticks=100, **options)
    never = vs.seeding.choose(network, "opim", 2, **options)
    assert (late.members.tolist(), late.expected_reach) == (never.members.tolist(), never.expected_reach)
    line = vs.Network.from_edges([0, 1, 2, 4, 4, 4], [1, 2, 3, 5, 6, 7])
    soon = vs.seeding.choose(line, "opim", 1, probability=1.0, deadline_ticks=1, threads=1)
    assert soon.members.tolist() == [4]
    assert soon.expected_reach == pytest.approx(4.0)
    taken = vs.seeding.choose(line, "opim", 1, probability=1.0, deadline_ticks=1, taken=[4], threads=1)
    assert taken.members.tolist() == [0]
    assert taken.expected_reach == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("word", ["opim", "celf"])
@settings(max_examples=4, deadline=None)
@given(run=st.integers(0, 200))
def test_a_second_wave_is_chosen_given_what_was_seen(model: str, word: str, run: int) -> None:
    """What a member adds is the exact mean over the worlds in which the first wave reached just those who were seen."""
    edges, chances = small_graph(run)
    every = worlds(edges, chances, model)
    first = int(np.argmax([sum(p * mask[v].bit_count() for p, mask in every) for v in range(MEMBERS)]))
    seen = max({mask[first] for _, mask in every}, key=lambda one: sum(p for p, mask in every if mask[first] == one))
    left = [(p, mask) for p, mask in every if mask[first] == seen]
    weight = sum(p for p, _ in left)
    rest = [v for v in range(MEMBERS) if not seen >> v & 1]
    if not rest:
        return
    adds = {v: sum(p * (mask[v] & ~seen).bit_count() for p, mask in left) / weight for v in rest}
    reached = [v for v in range(MEMBERS) if seen >> v & 1]
    found = vs.seeding.choose(
        network_of(edges), word, 1, model=model, probability=chances, seen=reached, seed=run, threads=1,
        **({"worlds": 4000} if word == "celf" else {}),
    )  # fmt: skip
    chosen = int(found.members[0])
    assert adds[chosen] >= max(adds.values()) - 0.08
    assert found.expected_reach == pytest.approx(adds[chosen], rel=0.08)
    if word == "opim":
        assert found.lower_bound <= adds[chosen] + 1e-6
        assert found.upper_bound >= max(adds.values()) - 1e-6


def test_a_second_wave_of_words_keeps_their_chances() -> None:
    """Weighted cascade is that of the whole network: a follower of two whose one was seen is still reached with a half."""
    network = vs.Network.from_edges([0, 1], [2, 2], members=4)
    found = vs.seeding.choose(network, "opim", 1, seen=[0], threads=1)
    assert found.members.tolist() == [1]
    assert found.expected_reach == pytest.approx(1.5, rel=0.03)
    threshold = vs.seeding.choose(network, "opim", 1, seen=[0], model="linear_threshold", threads=1)
    assert threshold.expected_reach == pytest.approx(2.0, rel=0.03)  # whoever withstood one half gives way to the other


@pytest.mark.parametrize(
    "options", [{}, {"model": "linear_threshold"}, {"probability": 0.05}, {"costs": 2.0, "budget": 11.0}]
)
def test_celf_weighs_few_and_chooses_the_same(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the sets most are never weighed, and the seeds spread as those of weighing everybody."""
    rng = np.random.default_rng(5)
    source = np.minimum((1.0 - rng.random(6000)) ** -0.8 - 1.0, 1499).astype(int)
    edges = np.unique(np.stack([source, rng.integers(0, 1500, 6000)], axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=1500)
    asked: list[int] = []
    gains = module.LiveWorlds.gains

    def counted(self: Any, members: np.ndarray, expected: float = np.inf) -> np.ndarray:
        asked.append(len(members))
        return gains(self, members, expected)

    monkeypatch.setattr(module.LiveWorlds, "gains", counted)
    count = None if "costs" in options else 5
    quick = vs.seeding.choose(network, "celf", count, worlds=400, threads=1, **options)
    weighed = sum(asked)
    monkeypatch.setattr(module, "most_added", lambda *_: None)
    asked.clear()
    everybody = vs.seeding.choose(network, "celf", count, worlds=400, threads=1, **options)
    assert weighed < 0.2 * sum(asked)
    assert quick.expected_reach == pytest.approx(everybody.expected_reach, rel=0.01)


@pytest.mark.parametrize(
    ("word", "bad", "said"),
    [
        ("opim", {"deadline_ticks": 0}, "deadline_ticks must be a whole number in 1"),
        ("opim", {"deadline_ticks": 1.5}, "deadline_ticks must be a whole number"),
        ("opim", {"deadline_ticks": 2, "improve": 10}, "improve: walks simulated worlds to their end"),
        ("celf", {"deadline_ticks": 2}, "deadline_ticks"),
        ("opim", {"seen": [9]}, "seen"),
        ("celf", {"seen": "all"}, "seen"),
        ("opim", {"seen": list(range(6))}, "cannot choose 1 members: 0 are eligible"),
    ],
)
def test_wrong_waves_are_refused(word: str, bad: dict[str, Any], said: str) -> None:
    """Each with its name."""
    with pytest.raises(InputError, match=said):
        vs.seeding.choose(network_of(small_graph(1)[0]), word, 1, **bad)
