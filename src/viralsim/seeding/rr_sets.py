"""A growing collection of reverse-reachable sets, drawn on all cores, the same for any number of threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import CapacityError, InputError
from viralsim.kernels.rng import name_key, seed_key
from viralsim.parallel import drain_blocks
from viralsim.population.network.edge_values import UNIFORM, WEIGHTED_CASCADE, edge_chances
from viralsim.seeding.strategy import Candidates

Incoming = tuple[NDArray[np.void], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]
ENTRIES_A_BLOCK = 1 << 20  # so many are drawn between two looks at an interrupt and at the memory
SETS_A_BLOCK = 16_384
FIRST_BLOCK = 64  # before it is known how large sets are
BYTES_AN_ENTRY, BYTES_A_SET = 12, 16  # the entry, its copy while a collection grows, its place in the index
ROUNDING = 1e-5  # in-sums of float32 weights may exceed 1 by this much


@dataclass(frozen=True)
class Source:
    """What sets are drawn from.

    model: CASCADE or THRESHOLD of ``reach_set_rows``. incoming: whom each member follows. roots: (members int64[R],
    cumulative weights float64[R]), or both empty for any member alike. marks: uint8[N]. ticks: how many steps a set goes back; 0:
    to the end. free: memory of threads that are
    done, for those to come: making it takes as long as thousands of small sets.
    """

    model: int
    incoming: Incoming
    roots: tuple[NDArray[np.int64], NDArray[np.float64]]
    marks: NDArray[np.uint8]
    ticks: int = 0
    free: list[Any] = field(default_factory=list, repr=False)

    def side(self) -> Any:
        """Memory for one thread: ``reach_set_rows.Side``."""
        from viralsim.seeding.rr_step import side_of

        try:
            return self.free.pop()
        except IndexError:
            return side_of(self.marks)


@dataclass
class MemoryBudget:
    """The memory that all collections of one search may take: ``limit_bytes``, 12 bytes per entry and 16 per set."""

    limit_bytes: int
    used_bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def spend(self, entries: int, sets: int) -> None:
        """Count what was drawn; raises CapacityError beyond the limit."""
        with self._lock:
            self.used_bytes += BYTES_AN_ENTRY * entries + BYTES_A_SET * sets
        if self.used_bytes > self.limit_bytes:
            raise CapacityError(
                f"the reverse-reachable sets need more than {self.limit_bytes / 2**30:.3g} GiB; "
                "give opim a larger memory_gib or epsilon, or lower the probability"
            )


@dataclass
class ReachSets:
    """Sets number 0, 1, 2, ... of one name: ends int64[S] and members int32[] (see ``draw_sets``).

    Those of one call of ``grow`` share the members out among them, so that a collection depends on the sizes it had.
    """

    source: Source
    seed: int
    name: str
    threads: int
    memory: MemoryBudget
    ends: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    entries: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def grow(self, sets: int) -> None:
        """Draw on until there are ``sets`` sets."""
        batch = (len(self.ends), sets - len(self.ends))
        drawn: dict[int, tuple[NDArray[np.int64], NDArray[np.int32]]] = {}
        luck = (seed_key(self.seed), name_key(self.name))
        lent: list[Any] = []

        def lend() -> Any:
            side = self.source.side()
            lent.append(side)
            return side

        mean = len(self.entries) / len(self.ends) if len(self.ends) else None
        blocks = SizedBlocks(len(self.ends), sets, self.threads, mean)

        def work(first: int, last: int, side: Any) -> None:
            from viralsim.seeding.rr_kernels import draw_sets

            part = draw_sets(
                self.source.model, self.source.incoming, self.source.roots, self.source.ticks, luck, batch, first, last, side
            )  # fmt: skip
            drawn[first] = part
            self.memory.spend(len(part[1]), last - first)
            blocks.made(len(part[1]), last - first)

        drain_blocks(work, lend, blocks, 1 if batch[1] <= FIRST_BLOCK else self.threads)
        self.source.free.extend(lent)  # not after an interrupt or an error, which can leave them in the middle of a set
        ends, entries = [self.ends], [self.entries]
        at = len(self.entries)
        for first in sorted(drawn):
            part = drawn.pop(first)
            ends.append(part[0] + at)
            entries.append(part[1])
            at += len(part[1])
        self.ends, self.entries = np.concatenate(ends), np.concatenate(entries)

    def release(self) -> None:
        """Forget all sets and give their memory back to the budget."""
        self.memory.used_bytes -= BYTES_AN_ENTRY * len(self.entries) + BYTES_A_SET * len(self.ends)
        self.ends, self.entries = np.empty(0, np.int64), np.empty(0, np.int32)

    def hits(self, members: NDArray[np.int64]) -> int:
        """How many sets hold at least one of ``members``."""
        from viralsim.seeding.rr_kernels import hits

        chosen = np.zeros(len(self.source.marks), np.bool_)
        chosen[members] = True
        return int(hits(self.ends, self.entries, chosen))

    def further(self, members: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many sets without any of ``members`` each member is in: int64[N]."""
        from viralsim.seeding.rr_kernels import further

        chosen = np.zeros(len(self.source.marks), np.bool_)
        chosen[members] = True
        gain: NDArray[np.int64] = further(self.ends, self.entries, chosen)
        return gain


class SizedBlocks:
    """Items ``first..last-1`` as ``parallel.Claims``, in blocks sized by how much ``made`` is told an item makes.

    ``mean`` is how much an item made so far, None if unknown; the first blocks then have ``least`` items.
    """

    def __init__(
        self, first: int, last: int, threads: int, mean: float | None = None, least: int = FIRST_BLOCK
    ) -> None:
        self.next, self.last, self.threads, self.least = first, last, threads, least
        self.most = (last - first) // (
            4 * threads
        ) + 1  # of all, not of what is left: 5 times as many blocks cost 15 % of opim
        self.items = 0 if mean is None else first
        self.entries = 0 if mean is None else int(mean * first)
        self.lock = Lock()

    def stop(self) -> None:
        """Hand out no more."""
        self.next = self.last

    def made(self, entries: int, items: int) -> None:
        """Take note that ``items`` items made so many ``entries``."""
        with self.lock:
            self.entries += entries
            self.items += items

    def _claim(self) -> tuple[int, int]:
        with self.lock:
            block = self.least
            if self.items:
                average = max(1.0, self.entries / self.items)
                block = max(1, min(SETS_A_BLOCK, int(ENTRIES_A_BLOCK / average), self.most))
            first = self.next
            self.next = min(self.last, first + block)
            return first, self.next

    def of_one_thread(self) -> Iterator[tuple[int, int]]:
        """(first, last) of the blocks of one thread, ``last`` excluded."""
        while True:
            first, last = self._claim()
            if first >= last:
                return
            yield first, last


def incoming_rows(candidates: Candidates, probability: Any, model: int) -> Incoming:
    """Whom each member follows, over all channels: (rows, sources int32[E + 1], chance float64[E] or [0], counts).

    rows: ROW[N]; counts: ``row_kernels.count_table``. With one channel and one number or word for all, the chance is kept
    once per member. Under linear threshold the words share 1 over all whom a member follows on any channel; raises InputError
    where weights into a member exceed 1.
    """
    from viralsim.seeding import in_edges as kernels
    from viralsim.seeding.rr_step import CASCADE, THRESHOLD

    n, networks = candidates.members, candidates.networks
    indegree = np.zeros(n, np.int64)
    for network in networks:
        indegree += network.following_count()
    rows = np.zeros(n, kernels.ROW)
    rows["first"][1:] = np.cumsum(indegree)[:-1]
    shared = isinstance(probability, str) and probability in (WEIGHTED_CASCADE, UNIFORM)
    uniform = shared and (model == THRESHOLD or len(networks) == 1)
    by_target = np.empty(0)
    if uniform:
        by_target = 1.0 / np.maximum(indegree, 1)
    elif not isinstance(probability, str) and np.ndim(probability) == 0:
        by_target = np.full(n, edge_chances(networks[0], probability)[0] if networks[0].follows else 0.0)
    sources = np.zeros(int(indegree.sum()) + 1, np.int32)  # coins are tossed two at a time: one place more is read
    turned = np.empty(0 if len(by_target) else len(sources) - 1)
    nothing = np.empty(0)
    for network in networks:
        chance = nothing if len(by_target) else edge_chances(network, probability)
        kernels.transpose(network.indptr, network.followers, by_target, chance, rows, sources, turned)
    if model == CASCADE:
        kernels.settle_cascade(rows, by_target, sources, turned)
        return rows, sources, turned, kernels.count_table(rows)
    largest = kernels.settle_threshold(rows, by_target, sources, turned)
    if largest > 1.0 + ROUNDING:
        raise InputError(
            f"under linear_threshold the weights into a member sum to {largest:.6g}, at most 1 is allowed; "
            'divide them by their sum, or give probability="uniform"'
        )
    return rows, sources, turned, np.empty((0, 0))
