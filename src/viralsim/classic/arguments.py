"""What the classic models are given, checked once and turned into plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, got, integer_at_least, refuse, seed_number, thread_count
from viralsim.errors import CapacityError, InputError
from viralsim.population.network.network import Network

Worlds = int | ArrayLike
Luck = tuple[np.uint64, NDArray[np.int64]]  # the seed's key, and the numbers of the worlds
COIN_BITS = 31  # coins are compared as 31-bit integers, so that probability 1 fits: resolution 4.7e-10
MOST_TICKS = 10**9
MOST_MEMBERS = 10**15  # of a population without a network; float64 holds every number of them
WORLDS_ARE = "a whole number >= 1 or a list of world numbers >= 0"


def luck_of(seed: int, worlds: Worlds) -> Luck:
    """What the draws of some worlds are made from. worlds: how many (numbered from 0), or their numbers."""
    from viralsim.kernels.rng import seed_key

    return seed_key(seed_number(seed)), world_numbers(worlds)


def world_numbers(worlds: Worlds) -> NDArray[np.int64]:
    """The numbers of the worlds to run: ``0..worlds-1``, or the given ones (int64[W], each >= 0)."""
    numbers = array_of(worlds, "worlds", WORLDS_ARE)
    if numbers.ndim == 0:
        count = integer_at_least(worlds, "worlds", 1)
        try:
            return np.arange(count, dtype=np.int64)
        except (MemoryError, ValueError, OverflowError):
            raise CapacityError(f"worlds: {count} do not fit into memory: run fewer at a time") from None
    if numbers.ndim != 1 or (numbers.size and (numbers.dtype.kind not in "iu" or numbers.min() < 0)):
        raise refuse("worlds", WORLDS_ARE, worlds)
    if numbers.size and int(numbers.max()) >= 2**63:
        raise refuse("worlds", "a list of world numbers below 2**63", worlds)
    return numbers.astype(np.int64)


def tick_count(ticks: int) -> int:
    """How many ticks to run."""
    return integer_at_least(ticks, "ticks", 0, MOST_TICKS)


def empty_counts(worlds: int, ticks: int, *kinds: int) -> NDArray[np.int64]:
    """Zeros for what is counted before the first and after each tick: int64[worlds, ticks + 1, ...]."""
    try:
        return np.zeros((worlds, ticks + 1, *kinds), dtype=np.int64)
    except (MemoryError, ValueError):
        raise CapacityError(
            f"ticks: the counts of {ticks} ticks in {worlds} worlds do not fit into memory: run fewer worlds at a time"
        ) from None


def seed_members(seeds: ArrayLike, members: int, worlds: int) -> NDArray[np.int64]:
    """The first spreaders: int64[1, k], the same in every world, or int64[W, k], one row per world.

    A member named twice in a row counts once; an empty list is nobody.
    """
    allowed = f"member numbers 0..{members - 1}"
    rows = array_of(seeds, "seeds", f"{allowed}, as many in every row")
    if rows.size == 0:
        rows = rows.astype(np.int64)
    if rows.dtype == np.bool_ or not np.issubdtype(rows.dtype, np.integer):
        raise InputError(
            f"seeds must be {allowed} (whole numbers), got {got(seeds)} ({rows.dtype}): "
            "np.flatnonzero turns a mask, and network.numbers_of labels, into numbers"
        )
    rows = np.atleast_1d(rows)
    if rows.ndim == 1:
        rows = rows[np.newaxis, :]
    elif rows.ndim != 2 or len(rows) != worlds:
        raise InputError(f"seeds must be [k] or [worlds, k] with {worlds} rows, got shape {rows.shape}")
    if rows.size and (rows.min() < 0 or rows.max() >= members):
        bad = rows[(rows < 0) | (rows >= members)].ravel()[0]
        raise InputError(f"seeds must be {allowed}, got {bad}")
    return np.ascontiguousarray(rows, dtype=np.int64)


def check_network(network: Any) -> Network:
    """Refuse what is no network, with the way to make one, and ties that come and go, which no classic model knows."""
    if not isinstance(network, Network):
        remedy = "use Network.from_edges, from_networkx, from_igraph or from_scipy"
        raise refuse("network", "a viralsim Network", network, remedy)
    if network.spans is not None:
        raise InputError(
            "network has ties that come and go, and the classic models have ties that stay: take those of a tick, "
            "network.snapshot(tick), or all that ever are, network.snapshot(); the full model (vs.simulate) follows the times"
        )
    return network


class Start(NamedTuple):
    """What every process on a network begins with. rows: its seeds, as ``seed_members`` gives them."""

    network: Network
    luck: Luck
    rows: NDArray[np.int64]
    workers: int


def start_of(network: Any, seeds: ArrayLike, worlds: Worlds, seed: int, threads: int | None) -> Start:
    """The arguments that all processes on a network share, each checked."""
    graph, luck = check_network(network), luck_of(seed, worlds)
    return Start(graph, luck, seed_members(seeds, graph.members, len(luck[1])), thread_count(threads))
