"""``opim``: members of greatest expected reach under independent cascade, with a certificate of how close to the best.

OPIM-C (Tang, Tang, Xiao, Yuan, SIGMOD 2018): two collections of reverse-reachable sets are doubled until the lower bound
of the chosen set's spread, from the second, is near enough to the upper bound of the best set's, from the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.kernels.draws import name_key, seed_key
from viralsim.population.edge_chances import WEIGHTED_CASCADE, edge_chances
from viralsim.seeding.contract import Candidates, Chosen

BEST = 1.0 - 1.0 / math.e  # what greedy reaches of the best coverage
BLOCK = 20_000  # sets drawn between two looks at a keyboard interrupt
FIRST_SETS = 1_000
Incoming = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_]]


class _Sets:
    """A growing collection of reverse-reachable sets with luck of its own."""

    def __init__(self, incoming: Incoming, seed: int, name: str) -> None:
        self.incoming, self.seed, self.name = incoming, seed_key(seed), name_key(name)
        self.offsets, self.entries = np.zeros(1, np.int64), np.empty(0, np.int32)
        self.visited = np.zeros(len(incoming[0]) - 1, np.bool_)

    def grow(self, sets: int) -> None:
        from viralsim.seeding.reach_set_kernels import draw_sets

        offsets, entries = [self.offsets], [self.entries]
        for first in range(len(self.offsets) - 1, sets, BLOCK):
            last = min(first + BLOCK, sets)
            ends, members = draw_sets(*self.incoming, self.seed, self.name, first, last, self.visited)
            offsets.append(ends[1:] + offsets[-1][-1])
            entries.append(members)
        self.offsets, self.entries = np.concatenate(offsets), np.concatenate(entries)


def opim(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> Chosen:
    """``count`` eligible members, best first, with bounds that hold together with probability at least 1 - delta.

    Options: probability, as of ``classic.independent_cascade`` ("weighted_cascade"); epsilon (0.1) in (0, 1 - 1/e): the
    guarantee aimed at is 1 - 1/e - epsilon; delta (1 / members) in (0, 1). With several channels every follow counts.
    Raises InputError for an unknown option or one that is out of range.
    """
    unknown = set(options) - {"probability", "epsilon", "delta"}
    if unknown:
        raise InputError(f"opim has no option {sorted(unknown)[0]!r}: it takes probability, epsilon and delta")
    n = candidates.members
    epsilon = _within(options.get("epsilon", 0.1), "epsilon", BEST)
    delta = options.get("delta")
    delta = _within(1.0 / max(n, 2) if delta is None else delta, "delta", 1.0)
    if count == 0 or n == 0:
        return Chosen(np.empty(0, np.int64), "opim", 0.0, 0.0, 0.0, 1.0)
    incoming = _incoming(candidates, options.get("probability", WEIGHTED_CASCADE))
    return _search(candidates, count, _Sets(incoming, seed, "judge"), _Sets(incoming, seed, "choose"), epsilon, delta)


def _search(candidates: Candidates, count: int, judge: _Sets, choose: _Sets, epsilon: float, delta: float) -> Chosen:
    """Double both collections until the guarantee is reached, at most until greedy has it without a certificate."""
    from viralsim.seeding.reach_set_kernels import cover, hits

    n = candidates.members
    k = min(count, n)
    choices = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    root = math.sqrt(math.log(6.0 / delta))
    most = math.ceil(2.0 * n * (BEST * root + math.sqrt(BEST * (choices + root * root))) ** 2 / (epsilon**2 * k))
    rounds = max(1, math.ceil(math.log2(max(2.0, most / FIRST_SETS))) + 1)
    a = math.log(3.0 * rounds / delta)
    sets = FIRST_SETS
    for turn in range(rounds):
        choose.grow(sets)
        judge.grow(sets)
        members, covered, further = cover(choose.offsets, choose.entries, candidates.eligible, count)
        chosen = np.zeros(n, np.bool_)
        chosen[members] = True
        seen = int(hits(judge.offsets, judge.entries, chosen))
        lower = ((math.sqrt(seen + 2.0 * a / 9.0) - math.sqrt(a / 2.0)) ** 2 - a / 18.0) * n / sets
        lower = max(float(count), lower)  # those who are chosen are reached
        upper = min(
            float(n), (math.sqrt(float((covered + further).min()) + a / 2.0) + math.sqrt(a / 2.0)) ** 2 * n / sets
        )
        upper = max(upper, lower)
        if lower / upper >= BEST - epsilon or turn == rounds - 1:
            break
        sets = min(2 * sets, most) if most > sets else 2 * sets
    return Chosen(members, "opim", seen * n / sets, lower, upper, lower / upper)


def _incoming(candidates: Candidates, probability: Any) -> Incoming:
    """Whom each member follows, over all channels: (indptr, sources, chance, even), rows by the one who is reached."""
    source = np.concatenate([network.sources() for network in candidates.networks])
    target = np.concatenate([network.followers for network in candidates.networks])
    chance = np.concatenate([edge_chances(network, probability) for network in candidates.networks])
    order = np.argsort(target, kind="stable")
    target, chance = target[order], chance[order]
    indptr = np.zeros(candidates.members + 1, np.int64)
    indptr[1:] = np.cumsum(np.bincount(target, minlength=candidates.members))
    even = np.ones(candidates.members, np.bool_)
    even[target[1:][(target[1:] == target[:-1]) & (chance[1:] != chance[:-1])]] = False
    return indptr, source[order].astype(np.int32), chance, even


def _within(value: Any, name: str, high: float) -> float:
    """A number strictly between 0 and ``high``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value < high:
        raise InputError(f"{name} must be above 0 and below {high:.3g}, got {value!r}")
    return float(value)
