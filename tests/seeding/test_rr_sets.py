"""Reverse-reachable sets have their law, whatever way a row is searched; greedy cover and its bound are right."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import CapacityError
from viralsim.seeding import Candidates
from viralsim.seeding.in_edges import COINS, COUNTED, GAPS, MIXED, NUMBERS, SORTED, count_table
from viralsim.seeding.max_cover import cover, index_sets
from viralsim.seeding.objective import OPTIONS, Objective
from viralsim.seeding.rr_sets import MemoryBudget, ReachSets, Source, incoming_rows

SETS = 40_000


def star_sets(chances: np.ndarray, model: str) -> tuple[int, np.ndarray]:
    """Way of the row, and bool[SETS, members]: sets of the middle of a star, whom member i + 1 reaches by chances[i]."""
    members = len(chances) + 1
    network = vs.Network.from_edges(np.arange(1, members), np.zeros(members - 1, int), members=members)
    people = Candidates([network], np.ones(members, dtype=bool))
    middle = np.arange(members) == 0
    goal = Objective.of(people, 1, {"model": model, "value": middle, "threads": 2}, "opim", OPTIONS)
    incoming = incoming_rows(people, chances, goal.model)
    way = int(incoming[0]["way"][0])
    sets = ReachSets(Source(goal.model, incoming, goal.roots(), goal.marks()), 7, "law", 2, MemoryBudget(1 << 30))
    sets.grow(SETS)
    inside = np.zeros((SETS, members), dtype=bool)
    inside[np.repeat(np.arange(SETS), np.diff(sets.ends, prepend=0)), sets.entries] = True
    assert len(sets.entries) == inside.sum()  # nobody is in a set twice
    return way, inside


@pytest.mark.parametrize(
    ("way", "chances"),
    [
        (COINS, np.full(9, 0.3)),
        (COINS, np.full(6, 0.9)),
        (GAPS, np.full(40, 0.05)),
        (COINS, np.ones(5)),
        (MIXED, np.linspace(0.0, 1.0, 12)),
        (SORTED, np.linspace(0.0, 0.3, 40)),
        (SORTED, np.concatenate([[1.0, 1.0], np.geomspace(0.9, 0.001, 38)])),
    ],
)
def test_every_way_of_searching_a_row_has_the_law_of_coins(way: int, chances: np.ndarray) -> None:
    """Each of those followed is in a set with the chance of their edge, and any two of them independently (4.5 errors)."""
    used, inside = star_sets(chances, "independent_cascade")
    assert used == way
    assert inside[:, 0].all()
    live = inside[:, 1:].astype(float)
    error = np.sqrt(chances * (1 - chances) / SETS)
    assert (np.abs(live.mean(axis=0) - chances) <= 4.5 * error + 1e-12).all()
    both = live.T @ live / SETS
    product = np.outer(chances, chances)
    apart = ~np.eye(len(chances), dtype=bool)
    assert (np.abs(both - product) <= 5.2 * np.sqrt(product * (1 - product) / SETS) + 1e-12)[apart].all()


@pytest.mark.parametrize("chances", [np.full(8, 1 / 8), np.full(8, 0.05), np.linspace(0.0, 0.2, 9)])
def test_linear_threshold_keeps_at_most_one_edge(chances: np.ndarray) -> None:
    """A set of the middle holds at most one of those followed, each with the weight of their edge."""
    _, inside = star_sets(chances, "linear_threshold")
    assert inside[:, 1:].sum(axis=1).max() == 1
    error = np.sqrt(chances * (1 - chances) / SETS)
    assert (np.abs(inside[:, 1:].mean(axis=0) - chances) <= 4.5 * error + 1e-12).all()


def sets_of(follows: list[tuple[int, int]], members: int, probability: object, value: np.ndarray) -> np.ndarray:
    """bool[SETS, members]: who is in each set of those with a value; a pair is (who reaches, who is reached)."""
    source, target = np.array(follows).T
    network = vs.Network.from_edges(source, target, members=members)
    people = Candidates([network], np.ones(members, dtype=bool))
    goal = Objective.of(people, 1, {"value": value, "threads": 1}, "opim", OPTIONS)
    incoming = incoming_rows(people, probability, goal.model)
    assert set(incoming[0]["way"][incoming[0]["degree"] > 0].tolist()) == {COUNTED}
    sets = ReachSets(Source(goal.model, incoming, goal.roots(), goal.marks()), 7, "law", 2, MemoryBudget(1 << 30))
    sets.grow(SETS)
    inside = np.zeros((SETS, members), dtype=bool)
    inside[np.repeat(np.arange(SETS), np.diff(sets.ends, prepend=0)), sets.entries] = True
    return inside


@pytest.mark.parametrize(("degree", "p"), [(1, 0.4), (2, 0.5), (2, 0.9), (3, 1 / 3), (6, 0.3), (40, 0.05), (300, 1e-4)])
@pytest.mark.parametrize("behind", [0, 1])
def test_counted_rows_have_the_law_of_coins(degree: int, p: float, behind: int) -> None:
    """The number of live edges is binomial, each edge is live alike, any two independently; of the root and of one behind.

    Where the row is one behind the root, the root follows its member only, so that their luck is p: sets with them are looked at.
    """
    follows = [(i, degree) for i in range(degree)] + [(degree, degree + 1)] * behind
    value = np.arange(degree + 2) == degree + behind
    inside = sets_of(follows, degree + 2, p, value)
    if behind:
        reached = inside[:, degree]
        assert abs(reached.mean() - p) <= 4.5 * np.sqrt(p * (1 - p) / SETS)
        inside = inside[reached]
    live = inside[:, :degree].astype(float)
    error = np.sqrt(p * (1 - p) / max(len(live), 1))
    assert (np.abs(live.mean(axis=0) - p) <= 4.5 * error + 1.0 / max(len(live), 1)).all()
    if degree > 1 and len(live) * p * p > 50:
        both, product = live.T @ live / len(live), p * p
        apart = ~np.eye(degree, dtype=bool)
        assert (np.abs(both - product) <= 5.2 * np.sqrt(product * (1 - product) / len(live)))[apart].all()
    for k in range(4):
        exact = comb(degree, k) * p**k * (1 - p) ** (degree - k)
        seen = (live.sum(axis=1) == k).mean()
        assert abs(seen - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / max(len(live), 1)) + 1.0 / max(len(live), 1)


def test_the_table_of_counts_is_the_binomial_distribution() -> None:
    """At most k live edges, for weighted cascade and for numbers; the last number takes what is left."""
    rows = np.zeros(5, dtype=incoming_rows(star_of(1), 0.5, 0)[0].dtype)
    for i, (degree, p) in enumerate([(1, 1.0), (2, 0.5), (7, 1 / 7), (4000, 2.0 / 4000), (30, 1e-5)]):
        rows[i] = (0, degree, COUNTED, p, 0.0)
    table = count_table(rows)
    for degree, p in zip(rows["degree"].tolist(), rows["chance"].tolist(), strict=True):
        exactly = [comb(degree, k) * p**k * (1 - p) ** (degree - k) if k <= degree else 0.0 for k in range(NUMBERS)]
        exact = np.cumsum(exactly)
        assert np.allclose(table[degree, 1:], exact, rtol=0, atol=1e-12)
        assert table[degree, -1] == 1.0


def star_of(degree: int) -> Candidates:
    """Members 1, 2, ... reach member 0."""
    network = vs.Network.from_edges(np.arange(1, degree + 1), np.zeros(degree, int), members=degree + 1)
    return Candidates([network], np.ones(degree + 1, dtype=bool))


def test_the_sets_of_one_growth_share_the_members_out() -> None:
    """Three sets a member in one growth: each member is the root of exactly three, by value where members have one."""
    nobody = vs.Network.from_edges(np.zeros(0, int), np.zeros(0, int), members=50)
    people = Candidates([nobody], np.ones(50, dtype=bool))
    for value in (None, np.repeat([1.0, 2.0, 0.0, 3.0, 4.0], 10)):
        goal = Objective.of(people, 1, {} if value is None else {"value": value}, "opim", OPTIONS)
        source = Source(goal.model, incoming_rows(people, 0.1, goal.model), goal.roots(), goal.marks())
        sets = ReachSets(source, 1, "roots", 1, MemoryBudget(1 << 30))
        worth = np.ones(50) if value is None else value
        for i in (1, 2):
            sets.grow(3 * i * int(worth.sum()))
            assert np.bincount(sets.entries, minlength=50).tolist() == (3 * i * worth).tolist()


def test_roots_follow_their_value() -> None:
    """Without follows a set is its root: each member as often as their value says, never one of value 0."""
    nobody = vs.Network.from_edges(np.zeros(0, int), np.zeros(0, int), members=6)
    people = Candidates([nobody], np.ones(6, dtype=bool))
    value = np.array([0.0, 1.0, 2.0, 0.0, 4.0, 0.5])
    goal = Objective.of(people, 1, {"value": value}, "opim", OPTIONS)
    source = Source(goal.model, incoming_rows(people, 0.1, goal.model), goal.roots(), goal.marks())
    sets = ReachSets(source, 1, "roots", 1, MemoryBudget(1 << 30))
    sets.grow(SETS)
    share = np.bincount(sets.entries, minlength=6) / SETS
    p = value / value.sum()
    assert (np.abs(share - p) <= 4.5 * np.sqrt(p * (1 - p) / SETS)).all()


families = st.lists(st.sets(st.integers(0, 7), max_size=5), min_size=1, max_size=30)


def as_arrays(family: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """(ends, entries) of a family of sets."""
    ends = np.cumsum([len(s) for s in family]).astype(np.int64)
    return ends, np.array([v for s in family for v in sorted(s)], dtype=np.int32)


def covered_by(family: list[set[int]], chosen: tuple[int, ...]) -> int:
    return sum(not s.isdisjoint(chosen) for s in family)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(family=families, count=st.integers(1, 5))
def test_cover_is_greedy_and_its_bound_holds(family: list[set[int]], count: int) -> None:
    """Each choice covers most of what is left (lower number first), and no choice of as many covers more than the bound."""
    ends, entries = as_arrays(family)
    chosen, covered, bound = cover(ends, entries, index_sets(ends, entries, 8), np.empty(0), 0.0, count, -1)
    left = list(family)
    expected = []
    for _ in range(count):
        gain = [sum(v in s for s in left) for v in range(8)]
        if max(gain) == 0:
            break
        expected.append(int(np.argmax(gain)))
        left = [s for s in left if expected[-1] not in s]
    assert chosen.tolist() == expected
    assert covered == len(family) - len(left)
    best = max(covered_by(family, c) for c in itertools.combinations(range(8), count))
    assert covered <= best <= bound
    assert covered >= (1 - 1 / np.e) * best


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    family=families,
    costs=st.lists(st.floats(0.5, 4.0), min_size=8, max_size=8),
    budget=st.floats(4.0, 9.0),
    start=st.integers(-1, 7),
)
def test_cover_within_a_budget(family: list[set[int]], costs: list[float], budget: float, start: int) -> None:
    """The chosen are affordable, counted once, and no affordable members cover more than the bound."""
    ends, entries = as_arrays(family)
    index, price = index_sets(ends, entries, 8), np.array(costs)
    if start >= 0 and index[0][start] == index[0][start + 1]:
        start = -1  # who is in no set is no start
    chosen, covered, bound = cover(ends, entries, index, price, budget, 8, start)
    assert price[chosen].sum() <= budget + 1e-9
    assert covered == covered_by(family, tuple(chosen.tolist()))
    assert len(set(chosen.tolist())) == len(chosen)
    affordable = (c for k in range(9) for c in itertools.combinations(range(8), k) if price[list(c)].sum() <= budget)
    assert max(covered_by(family, c) for c in affordable) <= bound + 1e-9


@settings(max_examples=60, deadline=None, derandomize=True)
@given(family=families, count=st.integers(1, 8))
def test_equal_costs_cover_as_a_number_does(family: list[set[int]], count: int) -> None:
    """With all costs 2 and a budget of 2 per member, greedy within the budget chooses what greedy by number does."""
    ends, entries = as_arrays(family)
    index = index_sets(ends, entries, 8)
    plain = cover(ends, entries, index, np.empty(0), 0.0, count, -1)
    priced = cover(ends, entries, index, np.full(8, 2.0), 2.0 * count, 8, -1)
    assert plain[0].tolist() == priced[0].tolist()
    assert plain[1] == priced[1]
    assert priced[2] >= plain[1]


def test_memory_has_a_limit() -> None:
    """Sets that outgrow ``memory_gib`` are a CapacityError that says what to change."""
    rng = np.random.default_rng(1)
    source, target = rng.integers(0, 2000, (2, 30_000))
    keep = source != target
    pairs = np.unique(np.column_stack([source[keep], target[keep]]), axis=0)
    network = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=2000)
    with pytest.raises(CapacityError, match="memory_gib"):
        vs.seeding.choose(network, "opim", 5, probability=0.3, memory_gib=0.005)
    with pytest.raises(CapacityError, match="fewer worlds"):
        vs.seeding.choose(network, "opim", 5, probability=0.01, memory_gib=0.05, improve=1_000_000, tight=None)


WITHOUT_COMPILER = """
import numpy as np
import viralsim as vs
from viralsim.seeding import choose
np.seterr(over="ignore")  # scalars of NumPy tell that they wrap round
ends = np.arange(1, 31)
source, target = np.concatenate([ends, [0]]), np.concatenate([np.zeros(30, int), [31]])
network = vs.Network.from_edges(source, target, members=40)
print(choose(network, "opim", 1, model="independent_cascade", probability=0.1, threads=1, seed=2, tight=0.5).members[0])
"""


def test_no_table_is_read_past_its_end() -> None:
    """With the compiler off every index is checked: a row longer than the table of counts is searched without it."""
    alone = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", WITHOUT_COMPILER], env=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) in range(31)  # who reaches somebody
