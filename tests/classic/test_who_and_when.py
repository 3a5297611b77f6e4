"""Who becomes active, when, how often and through whom: against the sizes, exact laws, and processes written out plainly."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_engines import of_edges, random_graph

from viralsim import classic
from viralsim.classic import process, tables
from viralsim.errors import InputError
from viralsim.population.network.network import Network


@cache
def network() -> Network:
    return random_graph(600, 4.0, seed=21)


@cache
def mixed() -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 0.6, network().edge_position.size)


MODELS: dict[str, tuple[Callable[..., np.ndarray], tuple[Any, ...]]] = {
    "one probability": (classic.independent_cascade, (0.25,)),
    "by edge": (classic.independent_cascade, (mixed(),)),
    "weighted cascade": (classic.independent_cascade, ("weighted_cascade",)),
    "threshold": (classic.linear_threshold, ()),
    "contagion": (classic.complex_contagion, ("uniform",)),
    "contagion by member": (classic.complex_contagion, (np.arange(600) % 4,)),
    "sir": (classic.sir, (0.2, 0.5, 20)),
    "si": (classic.si, (0.1, 12)),
    "rumour": (classic.maki_thompson, ()),
}
CASES = pytest.mark.parametrize("name", MODELS)


def sizes_of(found: np.ndarray) -> np.ndarray:
    """How many ever became active."""
    return found if found.ndim == 1 else 600 - found[:, -1, 0]


@CASES
def test_as_many_are_active_as_the_sizes_say(name: str) -> None:
    """Asking when, how often or through whom changes no world."""
    model, own = MODELS[name]
    worlds = np.array([5, 2, *range(40, 90)])
    sizes = sizes_of(model(network(), [0, 1, 7], *own, worlds=worlds, seed=4))
    ticks = model(network(), [0, 1, 7], *own, worlds=worlds, seed=4, adoption_tick=True)
    assert ticks.dtype == np.int32
    assert ticks.shape == (52, 600)
    assert ((ticks >= 0).sum(axis=1) == sizes).all()
    assert (ticks[:, [0, 1, 7]] == 0).all()
    assert (ticks >= -1).all()
    share = classic.activation(model, network(), [0, 1, 7], *own, worlds=worlds, seed=4)
    assert share.tolist() == ((ticks >= 0).sum(axis=0) / 52).tolist()


@CASES
def test_trees_hang_together(name: str) -> None:
    """Parents are active before their children, whom an edge leads to, at the ticks of ``adoption_tick``, whatever the threads."""
    model, own = MODELS[name]
    worlds = [9, 3, 20]
    ticks = model(network(), [0, 1, 7], *own, worlds=worlds, seed=4, adoption_tick=True)
    table = classic.trees(model, network(), [0, 1, 7], *own, worlds=worlds, seed=4, threads=1)
    assert list(table) == ["world", "parent", "child", "tick", "source", "channel"]
    assert table.world.drop_duplicates().tolist() == worlds
    edges = set(zip(network().sources().tolist(), network().followers.tolist(), strict=True))
    for row, world in enumerate(worlds):
        tree = table[table.world == world]
        when = dict(zip(tree.child, tree.tick, strict=True))
        assert len(when) == len(tree)
        assert when == {v: t for v, t in enumerate(ticks[row]) if t >= 0}
        grown = tree[tree.parent >= 0]
        assert set(zip(grown.parent, grown.child, strict=True)) <= edges
        assert all(when[p] < t for p, t in zip(grown.parent, grown.tick, strict=True))
        assert set(tree[tree.source == "seed"].child) == {0, 1, 7}
        assert ((tree.parent >= 0) == (tree.source == "spread")).all()
    pd.testing.assert_frame_equal(
        table, classic.trees(model.__name__, network(), [0, 1, 7], *own, worlds=worlds, seed=4, threads=3)
    )


@CASES
def test_worlds_traced_together_do_not_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few worlds fit into memory at once, and with seeds of their own, worlds are the same."""
    model, own = MODELS[name]
    seeds = np.random.default_rng(3).integers(0, 600, (12, 2))
    share = classic.activation(model, network(), seeds, *own, worlds=12)
    ticks = model(network(), seeds, *own, worlds=12, adoption_tick=True)
    monkeypatch.setattr(process, "TRACED_ROWS", 1300)
    assert np.array_equal(share, classic.activation(model, network(), seeds, *own, worlds=12))
    assert np.array_equal(ticks, model(network(), seeds, *own, worlds=12, adoption_tick=True))


def test_infections_are_those_of_the_curve() -> None:
    """Members who are not yet infected by a tick are the susceptible of that row, in every tick of every world."""
    counts = classic.sir(network(), [0, 1], 0.2, 0.4, 15, worlds=60)
    ticks = classic.sir(network(), [0, 1], 0.2, 0.4, 15, worlds=60, adoption_tick=True)
    for t in range(16):
        infected = ((ticks >= 0) & (ticks <= t)).sum(axis=1)
        assert (600 - infected == counts[:, t, 0]).all()


def test_certain_edges_take_the_shortest_way() -> None:
    """Where everything is passed on, the tick is the distance from the nearest seed, in every model that passes on to one."""
    graph = nx.DiGraph(zip(network().sources().tolist(), network().followers.tolist(), strict=True))
    graph.add_nodes_from(range(600))
    distance = nx.multi_source_dijkstra_path_length(graph, {3, 4})
    expected = [distance.get(v, -1) for v in range(600)]
    one, ones = 1.0, np.ones(network().follows)
    for found in (
        classic.independent_cascade(network(), [3, 4], one, worlds=1, adoption_tick=True),
        classic.independent_cascade(network(), [3, 4], ones, worlds=1, adoption_tick=True),
        classic.sir(network(), [3, 4], 1.0, 1.0, 600, worlds=1, adoption_tick=True),
        classic.complex_contagion(network(), [3, 4], 1, worlds=1, adoption_tick=True),
        classic.complex_contagion(network(), [3, 4], np.ones(600, int), worlds=1, adoption_tick=True),
    ):
        assert found[0].tolist() == expected


EDGES = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (4, 1)]
CHANCE = [0.3, 0.5, 0.8, 0.2, 0.6, 0.1, 0.9, 0.4]


def exact_ticks(ways: list[tuple[float, list[tuple[int, int]]]]) -> np.ndarray:
    """The chance that each of five members is active at tick -1, 0, ... 4, over sets of live edges with their chances."""
    law = np.zeros((5, 6))
    for chance, live in ways:
        graph = nx.DiGraph(live)
        graph.add_nodes_from(range(5))
        distance = nx.single_source_shortest_path_length(graph, 0)
        for v in range(5):
            law[v, 1 + distance.get(v, -1)] += chance
    return law


def assert_ticks(ticks: np.ndarray, law: np.ndarray) -> None:
    """The shares of ticks are within 4.5 standard errors of their law, and exact where that is certain."""
    worlds = len(ticks)
    for v in range(5):
        share = np.bincount(ticks[:, v] + 1, minlength=6) / worlds
        assert (np.abs(share - law[v]) <= 4.5 * np.sqrt(law[v] * (1 - law[v]) / worlds) + 1e-12).all()


@pytest.mark.parametrize("chances", [CHANCE, 0.4], ids=["by edge", "one"])
def test_ticks_of_a_cascade_have_their_exact_law(chances: list[float] | float) -> None:
    """All 256 sets of live edges of a small network give the law of every member's tick, and of their activation."""
    each = chances if isinstance(chances, list) else [chances] * 8
    ways = [
        (float(np.prod([p if on else 1 - p for p, on in zip(each, live, strict=True)])), list(itertools.compress(EDGES, live)))
        for live in itertools.product([0, 1], repeat=8)
    ]  # fmt: skip
    law = exact_ticks(ways)
    small = of_edges(EDGES)
    assert_ticks(classic.independent_cascade(small, [0], chances, worlds=40_000, adoption_tick=True), law)
    share = classic.activation("independent_cascade", small, [0], chances, worlds=40_000)
    active = 1 - law[:, 0]
    assert (np.abs(share - active) <= 4.5 * np.sqrt(active * (1 - active) / 40_000) + 1e-12).all()


def test_ticks_of_linear_thresholds_have_their_exact_law() -> None:
    """Thresholds drawn and compared in synchronous ticks, written out plainly: the same law of every member's tick."""
    small, worlds = of_edges(EDGES), 40_000
    threshold = np.random.default_rng(8).random((worlds, 5))
    into = np.zeros((5, 5))
    for u, v in EDGES:
        into[u, v] = 1 / sum(1 for _, w in EDGES if w == v)
    plain = np.full((worlds, 5), -1)
    plain[:, 0] = 0
    for t in range(1, 5):
        active = (plain >= 0).astype(float)
        plain[(plain < 0) & (active @ into >= threshold)] = t
    ticks = classic.linear_threshold(small, [0], worlds=worlds, adoption_tick=True)
    for v in range(5):
        for t in range(-1, 5):
            a, b = float((ticks[:, v] == t).mean()), float((plain[:, v] == t).mean())
            assert abs(a - b) <= 4.5 * np.sqrt((a * (1 - a) + b * (1 - b)) / worlds)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_thresholds_of_ones_own(data: st.DataObject) -> None:
    """Counts or fractions per member: everybody adopts in the tick that a plain simulation says, within the last tick."""
    n = data.draw(st.integers(2, 12))
    arcs = data.draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])))
    graph = Network.from_edges([u for u, _ in arcs], [v for _, v in arcs], members=n)
    fractions = data.draw(st.booleans())
    value = st.sampled_from([0.0, 0.2, 0.5, 1.0]) if fractions else st.integers(0, 4)
    threshold = data.draw(st.lists(value, min_size=n, max_size=n))
    seeds = data.draw(st.lists(st.integers(0, n - 1), max_size=3))
    last = data.draw(st.one_of(st.none(), st.integers(0, 5)))
    plain = dict.fromkeys(seeds, 0)
    for t in range(1, 1 + (n + 1 if last is None else last)):
        before = set(plain)
        for v in range(n):
            followed = [u for u, w in arcs if w == v]
            have = sum(u in before for u in followed)
            enough = have >= (threshold[v] * len(followed) if fractions else threshold[v])
            if v not in plain and (threshold[v] == 0 or (have > 0 and enough)):
                plain[v] = t
    how: dict[str, Any] = {"worlds": 1, "ticks": last, "threads": 1}
    ticks = classic.complex_contagion(graph, seeds, threshold, **how, adoption_tick=True)[0]
    assert ticks.tolist() == [plain.get(v, -1) for v in range(n)]
    assert classic.complex_contagion(graph, seeds, threshold, **how).tolist() == [len(plain)]


def crowd(members: int) -> Network:
    """Everybody sees everybody."""
    source, target = np.nonzero(~np.eye(members, dtype=bool))
    return Network.from_edges(source, target, members=members)


def test_granovetters_crowds() -> None:
    """Thresholds 0 to 99 make 100 rioters; with 2 in place of 1 it stays at one (Granovetter, AJS 1978)."""
    everybody, threshold = crowd(100), np.arange(100)
    assert classic.complex_contagion(everybody, [], threshold, worlds=2).tolist() == [100, 100]
    ticks = classic.complex_contagion(everybody, [], threshold, worlds=1, adoption_tick=True)[0]
    assert ticks.tolist() == list(range(1, 101))
    threshold[1] = 2
    assert classic.complex_contagion(everybody, [], threshold, worlds=2).tolist() == [1, 1]


def test_thresholds_that_fit_nobody_are_refused() -> None:
    """Too few, negative, no number, or floats that are no fractions: the message says which."""
    for threshold, message in (
        ([1, 2], "one number per member"),
        ([1, 2, -1, 0, 1], r"threshold\[2\]"),
        ([0.5, 3.0, 0.1, 0.1, 0.2], r"threshold\[1\].*counts as whole numbers"),
        ([0.5, float("nan"), 0.1, 0.1, 0.2], r"threshold\[1\]"),
        (["a"] * 5, "one number per member"),
        ([True] * 5, "one number per member"),
    ):
        with pytest.raises(InputError, match=message):
            classic.complex_contagion(of_edges(EDGES), [0], threshold)


def test_a_table_of_trees_goes_to_other_tools(tmp_path: Path) -> None:
    """Parquet keeps it; networkx has a forest of its rows, igraph the same."""
    import igraph

    table = classic.trees("sir", network(), [0], 0.3, 0.5, 30, worlds=[6])
    table.to_parquet(tmp_path / "trees.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "trees.parquet"), table)
    grown = table[table.parent >= 0]
    assert len(grown) > 20
    graph = nx.from_pandas_edgelist(grown, "parent", "child", ["tick"], create_using=nx.DiGraph)
    assert nx.is_arborescence(graph)
    other = igraph.Graph.TupleList(grown[["parent", "child"]].itertuples(index=False), directed=True)
    assert (other.vcount(), other.ecount()) == (len(table), len(table) - 1)


def test_probabilities_of_the_network_itself() -> None:
    """ "tie_strength" is the network's own number for each edge; without any there is nothing to take."""
    source, target = zip(*EDGES, strict=True)
    tied = Network.from_edges(source, target, tie_strength=[0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert classic.independent_cascade(tied, [0], "tie_strength", worlds=3).tolist() == [3] * 3
    light = Network.from_edges(source, target, tie_strength=[0.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    assert classic.linear_threshold(light, [0], "tie_strength", worlds=2000).mean() == pytest.approx(1.75, abs=0.1)
    for call in (classic.independent_cascade, classic.linear_threshold):
        with pytest.raises(InputError, match="no tie_strength"):
            call(of_edges(EDGES), [0], "tie_strength")


def test_ties_that_come_and_go_are_refused_and_those_of_a_tick_are_not() -> None:
    """No classic model takes a tie that is not there for one that is: it says how to have those of a tick, or all."""
    changing = Network.from_temporal_edges([0, 1, 1], [1, 2, 0], [0, 5, 0], [3, 6, 9], 3)
    for call in (
        lambda network: classic.sir(network, [0], 1.0, 0.0, 4, worlds=1)[0, -1, 1],
        lambda network: classic.compartments(network, [0], tables.sir(1.0, 0.0), 4, worlds=1)[0, -1, 1],
        lambda network: classic.competing_cascades(network, [[0], []], 1.0, worlds=1)[0, 0],
        lambda network: classic.generalised_contagion(network, [0], 1.0, 0.5, 1, 4, worlds=1).shape[0] + 1,
        lambda network: classic.voter(network, [0, 1, 2], 1, worlds=1).holders[0] - 1,
    ):
        with pytest.raises(InputError, match=r"come and go.*network.snapshot\(tick\)"):
            call(changing)
        assert call(changing.snapshot(1)) == 2
    assert [classic.sir(changing.snapshot(t), [0], 1.0, 0.0, 9, worlds=1)[0, -1, 1] for t in (2, 3, 5, None)] == [
        2,
        1,
        1,
        3,
    ]
    assert changing.snapshot(5).snapshot(2).follows == changing.snapshot(5).follows == 2


def test_snapshots_keep_what_their_ties_have() -> None:
    """Strength and sign of each tie that is there, and the ids of all members."""
    spans = Network.from_temporal_edges([0, 0, 2], [1, 2, 0], [0, 4, 2], [3, 9, 9], 3).spans
    rich = Network.from_edges(
        [0, 0, 2], [1, 2, 0], ids=["a", "b", "c"], tie_strength=[0.1, 0.2, 0.3], tie_sign=[1, -1, 1]
    )
    now = replace(rich, spans=spans).snapshot(5)
    assert now.tie_strength is not None
    assert now.tie_sign is not None
    assert now.ids is not None
    assert (now.indptr.tolist(), now.followers.tolist()) == ([0, 1, 1, 2], [2, 0])
    assert now.tie_strength.tolist() == pytest.approx([0.2, 0.3])
    assert (now.tie_sign.tolist(), now.ids.tolist()) == ([-1, 1], ["a", "b", "c"])


def test_what_is_no_model_is_refused() -> None:
    """Another word or function, an argument too many, too few, or of another name: one sentence."""
    small = of_edges(EDGES)
    for arguments, options, message in (
        (("bass", small, [0]), {}, "model must be one of independent_cascade"),
        ((max, small, [0]), {}, "model must be one of"),
        ((classic.sir, small, [0], 0.5), {}, "arguments of sir: missing"),
        ((classic.sir, small, [0], 0.5, 0.5, 3), {"adoption_tick": True}, "it takes network, seeds, beta"),
        (("independent_cascade", small, [9], 0.5), {}, "seeds"),
    ):
        for question in (classic.activation, classic.trees):
            with pytest.raises(InputError, match=message):
                question(*arguments, **options)
    with pytest.raises(InputError, match="give a network"):
        classic.maki_thompson(members=5, adoption_tick=True)
