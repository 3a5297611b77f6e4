"""The full model set to one content on one channel, built from ``kernels/arm_inputs.py`` alone.

Two-stage responses, exact reach, cascade trees and drawn reaction delays are on; everything that a bare cascade does
not have (attention, rhythm, novelty, trust) is at its neutral value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.homes import moved
from viralsim import Network

INPUTS = ("kernels.arm_inputs", "kernels.inputs")
Audience, Channels, Contents, Graph, Plan, Reinforcement, Rule, Rules = (
    moved(*(f"{home}:{name}" for home in INPUTS))
    for name in ("Audience", "Channels", "Contents", "Graph", "Plan", "Reinforcement", "Rule", "Rules")
)
ArmInputs = moved("kernels.arm_inputs:ArmInputs", "kernels.inputs:World")
Count = moved("kernels.counts:Count", "kernels.inputs:Count")
alias_table, gap_table = (
    moved(f"kernels.alias:{name}", f"kernels.tables:{name}") for name in ("alias_table", "gap_table")
)
run_worlds = moved("kernels.batch:run_worlds", "kernels.worlds:run_worlds")

NO_KEY = np.zeros(1, dtype=np.uint64)  # content and channel 0: the keys of the classic models


def _one(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def _ones(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def lognormal_delay(ticks: int, median: float = 2.0, sigma: float = 1.2) -> np.ndarray:
    """The law of max(1, ceil(delay)) - 1 in ticks, float64[ticks]: the last entry is past the horizon."""
    below = [0.5 * math.erfc(-math.log((k + 1) / median) / sigma / math.sqrt(2)) for k in range(ticks - 1)]
    return np.diff(_one(0.0, *below, 1.0))


def preset_world(
    network: Network,
    seeds: Sequence[int],
    *,
    visibility: float = 1.0,
    appeal: float = 1.0,
    ticks: int = 1440,
    delay: np.ndarray | None = None,
    persistence: float = 0.0,
    reinforcement: Reinforcement = Reinforcement.SIMPLE,
    threshold: float = 0.0,
) -> ArmInputs:
    """A world in which the seeds post in tick 0 unprompted.

    delay: law of the delay (outcome k is k + 1 ticks, the last is past the horizon); None is one tick. A negative
    threshold is uniform. With visibility p and appeal 1 this is an independent cascade, with persistence 1 - gamma SIR.
    A seed of -1 is drawn again in every world.
    """
    none = np.empty((0, 0), dtype=np.int32)
    asks = reinforcement >= Reinforcement.COUNT
    tie = np.empty(0, np.float32) if network.tie_strength is None else network.tie_strength
    weight = np.empty(0, np.float32) if network.influence_weight is None else network.influence_weight
    graph = Graph(
        indptr=network.indptr[np.newaxis, :].copy(),
        followers=network.followers,
        tie_strength=tie,
        influence_weight=weight,
        following=network.following_count()[np.newaxis, :].copy() if asks else none,
    )
    audience = Audience(
        community=np.zeros(1, np.int32),
        activity=np.ones(1, np.float32),
        hostility=np.zeros(1, np.float32),
        match=np.ones((1, 1), np.float32),
        background_load=np.empty(0, np.float32),
        presence=np.empty((0, 0), np.uint8),
        present=np.empty(0, np.int32),
        present_start=np.zeros(2, np.int64),
    )
    gaps = gap_table(visibility)
    law = alias_table(np.array([1.0, 0.0]) if delay is None else delay)
    channels = Channels(
        key=NO_KEY,
        visibility=_one(visibility),
        envelope=_one(visibility),
        thin=np.array([len(tie) > 0], np.uint8),
        gap_threshold=gaps.threshold[np.newaxis, :],
        gap_alias=gaps.alias[np.newaxis, :],
        delay_fixed=_ones(1 if delay is None else 0),
        delay_threshold=law.threshold[np.newaxis, :],
        delay_alias=law.alias[np.newaxis, :],
        delay_shift=np.array([law.shift], np.uint64),
        engagement_rate=_one(0.0),
        per_engagement=_one(0.0),
        recommend_delay=_ones(1),
        max_match=_one(1.0),
    )
    contents = Contents(
        key=NO_KEY,
        appeal=_one(appeal),
        twin=_ones(-1),
        original=_ones(-1),
        controversy=_one(0.0),
        conversion_rate=_one(0.0),
        conversion_trust=np.ones((1, 5)),
        reinforcement=_ones(int(reinforcement)),
        gain=_one(0.0),
        cap=_one(1.0),
        threshold=_one(threshold),
        persistence=_one(persistence),
        novelty=np.ones((1, ticks)),
    )
    return ArmInputs(graph, audience, channels, contents, _rules(ticks, asks and persistence > 0), _plan(seeds, ticks))


def _rules(ticks: int, distinct: bool) -> Rules:
    values = np.zeros(len(Rule))
    values[Rule.IN_GROUP], values[Rule.FEED_CAPACITY], values[Rule.TICKS_PER_DAY] = 1.0, 1.0, 24.0
    values[Rule.RESPOND_RATIO] = values[Rule.AMPLIFY_SHARES] = -1.0
    values[Rule.DISTINCT] = distinct
    return Rules(values, np.ones(ticks), np.ones(1))


def _plan(seeds: Sequence[int], ticks: int) -> Plan:
    n = len(seeds)
    empty = {
        name: np.empty(0, np.float64 if name.endswith(("trust", "willingness")) else np.int64)
        for name in Plan._fields
        if not name.startswith("organic") and name not in Plan._field_defaults
    }
    empty |= {"owned_start": np.zeros(1, np.int64), "paid_start": np.zeros(1, np.int64)}
    empty |= {"owned_followers": np.empty(0, np.int32), "paid_targets": np.empty(0, np.int32)}
    return Plan(
        **empty | {"paid_count": np.empty((0, ticks), np.int32)},
        organic_tick=np.zeros(n, np.int64),
        organic_channel=np.zeros(n, np.int64),
        organic_content=np.zeros(n, np.int64),
        organic_member=np.array(seeds, np.int64),
        organic_line=np.zeros(n, np.int64),
        organic_index=np.arange(n),
    )


def full_model_row(network: Network, seeds: Sequence[int], p: float, visibility: float = 0.1) -> ArmInputs:
    """The full model whose shares have the law of a bare cascade with probability p: appeal is p / visibility.

    Lognormal delays (median 2 h, sigma 1.2), hourly ticks, 60 days.
    """
    ticks = 1440
    return preset_world(
        network, seeds, visibility=visibility, appeal=p / visibility, ticks=ticks, delay=lognormal_delay(ticks)
    )


def shares(world: ArmInputs, worlds: int, seed: int, threads: int = 1) -> np.ndarray:
    """Shares of each world: int64[worlds]."""
    raw = run_worlds(world, seed, np.arange(worlds), threads=threads, series_worlds=0)
    return raw.counts[:, Count.SHARES]
