"""Wrong arguments of what takes a network: a call that works, and for each argument values that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse
from wrong_values import (
    COMMON,
    COUNT,
    EDGES,
    FLAG,
    IDS,
    INF,
    NAN,
    NETWORKS,
    NOT_WHOLE,
    NUMBER,
    PATH,
    PLACE,
    PROBABILITY,
    RATES,
    SEEDS,
    SHAPE,
    THREADS,
    WORLDS,
    Wrong,
)

import viralsim as vs
from viralsim import classic, experiments, seeding

MEMBERS_OF_PATH = [[5], [-1], [0.0], "a", None, [[0]], [True], [NAN], 2**70]
STARTS = [[5], [-1], [0.0], "a", None, [[0]], {"E": [0]}, {"I": [9]}, {1: [0]}, {"I": None}, {"I": [0], "R": [0]}]
TABLES = [None, 3, "sir", {}, [], [("S", "I")], [("S", "S", 0.1)], [("S", "I", NAN, "I")], [("S", "I", None, "I")], [3]]
# function -> (a call that works, argument -> values that do not). What an argument may be None for is not listed with None.
DOOR: dict[Callable[..., Any], tuple[dict[str, Any], Wrong]] = {
    vs.Network: (
        {"indptr": PATH.indptr, "followers": PATH.followers},
        {
            "indptr": [
                None,
                [0, 1],
                np.array([0.0, 3.0]),
                np.array([0, 2, 1, 3]),
                np.array([0, 9]),
                np.zeros((1, 2), np.int64),
            ],
            "spans": [3, "a", (1, 2, 3)],
            "followers": [
                None,
                [1, 2, 3],
                np.array([1, 2, 9], np.int32),
                np.array([1, 2, -1], np.int32),
                np.array([1, 2, 3]),
            ],
            "tie_strength": [np.ones(2, np.float32), np.ones(3)],
            "influence_weight": [np.ones(2, np.float32)],
            "tie_sign": [np.ones(2, np.int8), np.ones(3)],
            "ids": [np.array(["a"])],
            "edge_position": [],
            "notes": [],
        },
    ),
    vs.Network.from_edges: (
        {"source": [0, 1, 2], "target": [1, 2, 3]},
        {
            **EDGES,
            "source": IDS,
            "target": IDS,
            "members": [2, 2.5, -1, True, "5", 2**40, NAN, [5]],
            "ids": [["a"] * 4, ["a", None, "b", "c"], ["a", NAN, "b", "c"], [1, 2], 3, "abcd", [[1]]],
            "keep_edge_order": FLAG,
            "directed": FLAG,
            "tie_sign": [[1, 2, 1], [1, NAN, -1], ["a", "b", "c"], [1], 3],
        },
    ),
    vs.Network.from_networkx: (
        {"graph": nx.path_graph(3)},
        {
            "graph": [None, 3, "g", np.eye(2), nx.Graph([(NAN, 1)]), {}],
            "tie_strength": ["weight", 3],
            "influence_weight": ["weight", 3],
            "edge_means": ["follows", None, 3],
        },
    ),
    vs.Network.from_igraph: (
        {},
        {"graph": [None, 3, nx.path_graph(3)], "tie_strength": [], "influence_weight": [], "edge_means": []},
    ),
    vs.Network.from_scipy: (
        {"matrix": scipy.sparse.coo_array(np.eye(3)[[1, 2, 0]])},
        {
            "matrix": [
                None,
                3,
                np.eye(3),
                [[0, 1]],
                scipy.sparse.coo_array(np.ones((2, 3))),
                scipy.sparse.coo_array(np.array([[0, NAN], [1, 0]])),
                scipy.sparse.coo_array(np.array([[0, 1j], [1, 0]])),
            ],
            "weighted": FLAG,
            "directed": FLAG,
            "ids": [["a"], [1, 1, 2], ["a", None, "b"], 3],
            "edge_means": ["follows", None],
        },
    ),
    vs.Network.from_pandas: (
        {"frame": pd.DataFrame({"a": [0, 1], "b": [1, 2], "w": [0.5, NAN]}), "source": "a", "target": "b"},
        {
            "frame": [None, 3, [[0, 1]], np.eye(2)],
            "source": ["z", None, 3, ["a"], "w"],
            "target": ["z", None, ["b"], "w"],
            "tie_strength": ["z", "w", ["w"]],
            "influence_weight": ["z", "w"],
            "edge_means": ["follows", 3],
            "members": [2, 2.5, True],
            "ids": [["a"], 3],
            "directed": FLAG,
        },
    ),
    vs.Network.read: (
        {"path": "nowhere.csv"},
        {
            "path": [*PLACE, "nowhere.csv"],
            "edge_means": ["follows", None, 3],
            "directed": [1, "yes", [True]],
            "tie_strength": [2.5, True, ["w"], b"w"],
            "influence_weight": [2.5, True, ["w"], b"w"],
            "tie_sign": [2.5, True, ["w"], b"w"],
            "sep": [3, "", [","], True],
            "ids_from": [3, "", ["label"], True],
        },
    ),
    vs.Network.generate: (
        {"word": "barabasi_albert", "members": 9},
        {"word": ["ba", "", None, 3, ["forest_fire"]], "members": COUNT, "seed": SEEDS, "options": []},
    ),
    vs.Network.open: ({"folder": "nowhere"}, {"folder": [*PLACE, "nowhere"]}),
    vs.Network.save: ({"self": PATH, "folder": "x"}, {"folder": PLACE}),
    vs.Network.numbers_of: ({"self": PATH, "labels": [0]}, {"labels": [[5], [-1], ["a"], [NAN], 9, None]}),
    vs.Network.snapshot: ({"self": PATH}, {"tick": [-1, 1.5, "0", True, NAN, 2**40]}),
    vs.Network.of_edges: ({}, {"edges": [], "edge_means": [], "keep_edge_order": []}),
    classic.independent_cascade: (
        {"network": PATH, "seeds": [0], "probability": 0.5},
        {**SHAPE, "probability": [*PROBABILITY, "uniform", {}, "tie_strength"], "adoption_tick": FLAG},
    ),
    classic.linear_threshold: (
        {"network": PATH, "seeds": [0]},
        {
            **SHAPE,
            "weights": [p for p in PROBABILITY if p is not None] + ["weighted", "tie_strength"],
            "adoption_tick": FLAG,
        },
    ),
    classic.complex_contagion: (
        {"network": PATH, "seeds": [0], "threshold": 1},
        {
            **SHAPE,
            "threshold": [
                0,
                -1,
                1.5,
                NAN,
                True,
                "two",
                None,
                1j,
                {},
                [1],
                [0.5] * 4 + [2.0],
                [1, 1, 1, 1, -1],
                [True] * 5,
            ],
            "ticks": [-1, 2.5, True, "3", NAN, 10**30],
            "adoption_tick": FLAG,
        },
    ),
    classic.sir: (
        {"network": PATH, "seeds": [0], "beta": 0.5, "gamma": 0.5, "ticks": 3},
        {**SHAPE, **RATES, "adoption_tick": FLAG},
    ),
    classic.compartments: (
        {"network": PATH, "seeds": [0], "table": classic.tables.sir(0.5, 0.5), "ticks": 3},
        {**SHAPE, "seeds": STARTS, "table": TABLES, "ticks": RATES["ticks"], "adoption_tick": FLAG},
    ),
    classic.gillespie: (
        {"network": PATH, "seeds": [0], "table": classic.tables.sir(0.5, 0.5), "times": [1.0]},
        {
            **SHAPE,
            "seeds": STARTS,
            "table": TABLES,
            "times": [[], [-1.0], [2.0, 1.0], [NAN], [INF], 3, None, "1", [[1.0]], [True]],
            "adoption_time": FLAG,
        },
    ),
    classic.voter: (
        {"network": PATH, "holders": [0], "steps": 5},
        {**COMMON, "network": NETWORKS, "worlds": WORLDS, "holders": MEMBERS_OF_PATH, "steps": [*NOT_WHOLE, -1]},
    ),
    classic.bounded_confidence: (
        {"network": PATH, "confidence": 0.5, "steps": 5},
        {
            **COMMON,
            "network": NETWORKS,
            "worlds": WORLDS,
            "confidence": NUMBER,
            "steps": [*NOT_WHOLE, -1],
            "convergence": [0.6, *NUMBER],
            "opinions": [[0.5], 3, "x", [NAN] * 5, [-1.0] * 5, [[0.5] * 5], [True] * 5],
        },
    ),
    classic.generalised_contagion: (
        {"network": PATH, "seeds": [0], "exposure": 0.5, "threshold": 1, "memory": 2, "ticks": 3},
        {
            **COMMON,
            "network": [n for n in NETWORKS if n is not None],
            "worlds": WORLDS,
            "seeds": MEMBERS_OF_PATH,
            "exposure": RATES["beta"],
            "threshold": [0, *NUMBER[:5], INF, [1.0], [1.0] * 4 + [0.0], "x"],
            "memory": COUNT,
            "ticks": RATES["ticks"],
            "dose": [0, *NUMBER[:5], INF, [0.0], [NAN], [[1.0]], []],
            "recovery": RATES["beta"],
            "reinfection": RATES["beta"],
            "members": [3],
        },
    ),
    classic.si: (
        {"network": PATH, "seeds": [0], "beta": 0.5, "ticks": 3},
        {**SHAPE, **{k: RATES[k] for k in ("beta", "ticks")}, "adoption_tick": FLAG},
    ),
    classic.maki_thompson: (
        {"network": PATH, "seeds": [0]},
        {
            **SHAPE,
            "network": [n for n in NETWORKS if n is not None],
            "spread": [0.0, 1.1, *NUMBER],
            "stifle": [0.0, 1.1, *NUMBER],
            "members": [3],
            "adoption_tick": FLAG,
        },
    ),
    **{
        question: (
            {"model": "sir", "network": PATH, "seeds": [0], "beta": 0.5, "gamma": 0.5, "ticks": 3},
            {"model": ["bass", "", None, 3, max, ["sir"]]},
        )
        for question in (classic.activation, classic.trees)
    },
    classic.bass: (
        {"members": 10, "p": 0.1, "q": 0.1, "ticks": 3},
        {
            **COMMON,
            "members": [*COUNT, 10**40],
            "p": [*NUMBER, INF],
            "q": [*NUMBER, INF],
            "ticks": RATES["ticks"],
            "worlds": WORLDS,
            "dt": [0, *NUMBER, INF],
        },
    ),
    classic.limited_attention: (
        {"network": PATH, "mu": 0.5, "actions": 10},
        {
            **SHAPE,
            "mu": [0, 1.1, *NUMBER],
            "actions": [*COUNT, 2**31],
            "screen": [
                3,
                {},
                classic.Memory(),
                classic.Screen(size=0),
                classic.Screen(size=2.5),
                classic.Screen(window=0),
                classic.Screen(window=NAN),
                classic.Screen(attention=0),
                classic.Screen(attention=2),
                classic.Screen(own=1),
            ],
            "memory": [
                3,
                {},
                classic.Screen(),
                classic.Memory(recall=1.5),
                classic.Memory(size=0),
                classic.Memory(window=NAN),
            ],
        },
    ),
    seeding.choose: (
        {"network": PATH, "strategy": "degree", "count": 2},
        {
            "network": NETWORKS,
            "strategy": ["degre", "", 3, None, ["degree"]],
            "count": [-1, 6, *NOT_WHOLE, None],
            "seed": SEEDS,
            "options": [],
        },
    ),
    seeding.propose: (
        {"candidates": seeding.Candidates([PATH], np.ones(5, bool)), "word": "degree", "count": 2, "seed": 1},
        {
            "candidates": [None, PATH, 3],
            "word": ["degre", None, 3],
            "count": [-1, 6, *NOT_WHOLE, None],
            "seed": SEEDS,
            "options": [{"weight": 1}, {"damping": 0.5}],
        },
    ),
    seeding.register: (
        {"word": "mine", "strategy": lambda *given: []},
        {"word": ["degree", "", None, 3], "strategy": [None, 3, "degree"], "options": [3, "damping"]},
    ),
}
HANDED_ON = {  # arguments that are the business of what they are handed to, or of another table
    (vs.Network, "edge_position"),
    (vs.Network, "notes"),
    *(
        (vs.discover, word) for word in ("measure", "arm", "against")
    ),  # tests/decisions/test_discover.py, on a real sweep
    *((vs.Network.read, column) for column in ("tie_strength", "influence_weight", "sep")),
    (vs.Network.generate, "options"),
    (vs.Network.of_edges, "edges"),
    (vs.Network.of_edges, "edge_means"),
    (vs.Network.of_edges, "keep_edge_order"),
    (vs.Network.from_igraph, "tie_strength"),
    (vs.Network.from_igraph, "influence_weight"),
    (vs.Network.from_igraph, "edge_means"),
    (seeding.choose, "options"),
    *((question, given) for question in (classic.activation, classic.trees) for given in ("arguments", "options")),
    (experiments.run_sweep, "cluster"),
    (experiments.adaptive_sweep, "cluster"),
    (experiments.read_table, "columns"),
}
STRATEGY_OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *[
        (word, {option: 1})
        for word in ("random", "degree", "core", "nomination", "community", "fit")
        for option in ("damping", "count_", "budget")
    ],
    *[("pagerank", {"damping": value}) for value in (-0.1, 1.0, NAN, "0.5", None, True)],
    ("pagerank", {"dampin": 0.5}),
    *[("members", {"members": value}) for value in ([5, 1], [-1, 1], [0.0, 1.0], [1, 1], "ab", [[0, 1]], [0, NAN])],
    ("members", {"members": [0]}),  # asked for two
    *[
        (word, {"probability": value})
        for word in ("opim", "celf")
        for value in (*PROBABILITY, "random")
        if value is not None
    ],
    *[(word, {"model": value}) for word in ("opim", "celf") for value in ("sir", None, 3)],
    *[
        (word, {"value": value})
        for word in ("opim", "celf")
        for value in ([1.0], [1, 1, 1, 1, NAN], "abcde", 3, {"members": [1]}, {}, [-1] * 5)
    ],
    *[(word, {"taken": value}) for word in ("opim", "celf") for value in ([5], [-1], [0.5], 3, [[1]], [True])],
    *[
        (word, {"costs": value, "budget": 5})
        for word in ("opim", "celf")
        for value in (0, -1, NAN, [1.0], [1, 1, 1, 1, 0], "abc", True)
    ],
    *[
        (word, {"costs": 1, "budget": value})
        for word in ("opim", "celf")
        for value in (0, -1, NAN, INF, "5", True, [5])
    ],
    *[(word, {"memory_gib": value}) for word in ("opim", "celf") for value in (0, NAN, "1", None, True)],
    *[(word, {"threads": value}) for word in ("opim", "celf") for value in THREADS],
    *[("celf", {"worlds": value}) for value in COUNT],
    *[("opim", {name: value}) for name in ("epsilon", "tight") for value in (0, 1, NAN, "0.1", True)],
    *[("opim", {"delta": value}) for value in (0, 1, NAN, "0.1", True)],
    *[("opim", {"improve": value}) for value in (-1, 2.5, True, "3")],
    ("opim", {"epsilonn": 0.1}),
    ("celf", {"epsilon": 0.1}),
]
