"""Values that are wrong for the arguments of public functions, by what the argument is; a small scenario, network and result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import scipy.sparse
from synthetic_result import synthetic_result

import viralsim as vs
from viralsim import advocates

SMALL = """
viralsim: 1
name: small
seed: 5
worlds: 20
horizon: 12h
audience: {members: 60, communities: {count: 3}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.2}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 5}]
  advocates: {count: 3, choose: degree, posts_at: [0h], cost_usd: 2}
arms:
  organic: {campaign.paid: [], campaign.advocates: null}
  paid: {campaign.advocates: null}
  advocates: {campaign.paid: []}
baseline: organic
sweep: {parameters: {content.c.appeal: [0.1, 0.2]}, worlds: 5}
"""
SCENARIO = vs.loads(SMALL)
PATH = vs.Network.from_edges([0, 1, 2], [1, 2, 3], members=5)
RESULT = synthetic_result(worlds=20)
TIER = advocates.Tier(SCENARIO, worlds=2)
NAN, INF = float("nan"), float("inf")

NOT_WHOLE = [2.5, NAN, True, "3", [1, 2], np.float64(2.0), 1j, {}]
SEEDS = [*NOT_WHOLE, -1, 2**64, np.array([1, 2])]
COUNT = [*NOT_WHOLE, 0, -1, None]  # from 1 on
FLAG = [1, 0, "yes", None, [True]]
PROBABILITY = [
    -0.1,
    1.1,
    NAN,
    INF,
    "0.5",
    None,
    True,
    [0.1, 0.2],
    [0.1, 0.2, NAN],
    [[0.1, 0.2, 0.3]],
    [True, False, True],
    ["a"],
    1j,
]
NUMBER = [NAN, -0.1, "1", None, True, [1.0], 1j]  # not below 0
PLACE = [3, None, b"x", ["a"], "", 2.5]
TEXT = [3, None, b"x", ["a"]]
ARM = ["advocate", "", 3, ["paid"], NAN]
ARMS = ["organic", ["organics"], [3], 3, [["organic"]], {"organic": 1}, b"organic"]
SCENARIOS = [3, None, {}, "nowhere.yaml", b"x", Path("nowhere.yaml"), [SCENARIO], SMALL]
THREADS = [0, -1, 2.5, True, "2", 10**9, [1]]
MEMBERS = [
    [0.0, 1.0],
    [60],
    [-1],
    [[1, 2]],
    ["a"],
    [True],
    np.array([1, 2], dtype=object),
    [1, NAN],
    "ab",
    [[1], [2, 3]],
    None,
    2**70,
]
NETWORKS = [None, "karate", 3, nx.path_graph(3), np.eye(3), scipy.sparse.eye(3)]
PROGRESS = [3, "print"]
WORLDS = [*NOT_WHOLE[:4], 1j, {}, 0, -1, [0.5], [-1], [[1]], [True], "ten", None, [2**63], [1, NAN]]
CLASSIC_SEEDS = [
    [5],
    [-1],
    [0.0],
    [True, False],
    "a",
    None,
    [[0], [1, 2]],
    [[[0]]],
    [1, NAN],
    np.array([1], dtype=object),
    2**70,
    {},
]

Wrong = Mapping[str, list[Any]]
COMMON: dict[str, list[Any]] = {"seed": SEEDS, "threads": THREADS, "progress": PROGRESS}
SHAPE = {**COMMON, "network": NETWORKS, "seeds": CLASSIC_SEEDS, "worlds": WORLDS}
STUDY = {**COMMON, "scenario": SCENARIOS}
RATES = {"beta": [*NUMBER, 1.5], "gamma": [*NUMBER, 1.5], "ticks": [*NOT_WHOLE, -1, 10**30]}
EDGES = {
    "tie_strength": ["x", [0.1], [0.1, NAN, 0.2], [0.1, 0.2, 1.5], [True] * 3, 0.5, [None] * 3, ["a"] * 3],
    "influence_weight": ["x", [0.1], [0.1, NAN, 0.2], [0.1, -0.2, 0.5], [True] * 3, 0.5],
}
IDS = [
    [0, 1, NAN],
    [0, -1, 2],
    [0.5, 1, 2],
    ["a", NAN, "b"],
    ["a", None, "b"],
    [[0, 1, 2]],
    None,
    3,
    [0, 1],
    [True, False, True],
    [0, 1, 2**40],
    [[1], [2, 3], 4],
]
