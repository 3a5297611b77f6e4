"""Strategies that know nothing of the network: chance, and a given list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import member_numbers
from viralsim.errors import InputError
from viralsim.kernels.rng import Stream, seed_key
from viralsim.seeding.strategy import Candidates


def hashed(seed: int, members: NDArray[np.int64]) -> NDArray[np.uint64]:
    """One 64-bit number for each member, the same whoever else is asked (SplitMix64 over the member's index)."""
    with np.errstate(over="ignore"):
        z = seed_key(seed) + np.uint64(0x9E3779B97F4A7C15) * (members.astype(np.uint64) + np.uint64(1 + Stream.SEEDING))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def first_by_lot(seed: int, members: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The first ``count`` of some members in a random order; whoever asks for more gets these and others after them."""
    lot = hashed(seed, members)
    if count < len(members):
        first = np.argpartition(lot, count)[:count]  # no two members have the same lot
        members, lot = members[first], lot[first]
    return members[np.argsort(lot, kind="stable")]


def random(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """A uniform order of the eligible; asking for more keeps those already chosen."""
    return first_by_lot(seed, np.flatnonzero(candidates.eligible), count)


def given(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """The members of the option ``members``, in that order."""
    members = member_numbers(options.get("members", []), "members", candidates.members)
    if len(np.unique(members)) != len(members):
        raise InputError("members: a member is named twice, name each once")
    return members[candidates.eligible[members]]
