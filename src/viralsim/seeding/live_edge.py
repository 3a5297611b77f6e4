"""Simulated worlds that keep who is reached, to weigh one more member after another with the same luck."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import CapacityError
from viralsim.kernels.rng import name_key, seed_key
from viralsim.parallel import run_blocks
from viralsim.seeding.objective import Objective
from viralsim.seeding.rr_sets import Incoming
from viralsim.seeding.strategy import Candidates

WORLDS_A_BLOCK = 32  # sums are made block by block in a fixed order, so that threads cannot change a last digit
WORTH_A_THREAD = 200_000  # members reached, below which a second thread costs more than it brings

Outgoing = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]


def outgoing_rows(candidates: Candidates, incoming: Incoming, model: int) -> Outgoing:
    """The edges of ``incoming_rows`` by the member who reaches: (indptr, followers, low, high)."""
    from viralsim.seeding.live_edge_kernels import turn_rows

    indptr = np.zeros(candidates.members + 1, np.int64)
    indptr[1:] = np.cumsum(candidates.followers())
    rows: Outgoing = turn_rows(model, *incoming[:3], indptr)
    return rows


class LiveWorlds:
    """``worlds`` live-edge worlds of one name in which those of ``goal.taken`` are reached already.

    A bit a member and world says who is reached: worlds x members / 8 bytes; raises CapacityError beyond memory_gib.
    """

    def __init__(self, goal: Objective, outgoing: Outgoing, worlds: int, seed: int, name: str) -> None:
        self.goal, self.outgoing, self.worlds = goal, outgoing, worlds
        self._luck = seed_key(seed), name_key(name)
        self._value = np.empty(0) if goal.value is None else goal.value
        words = (goal.members + 63) // 64
        if 8 * worlds * words > goal.memory_gib * 2**30:
            raise CapacityError(
                f"{worlds} worlds of {goal.members} members need {8 * worlds * words / 2**30:.3g} GiB; "
                f"ask for fewer worlds, or give more than memory_gib={goal.memory_gib:g}"
            )
        self._reached = np.zeros((worlds, words), np.uint64)
        self.restart()

    def restart(self) -> None:
        """Forget all members who were added; only those taken remain."""
        self._reached[:] = 0
        if len(self.goal.taken):
            self.add(self.goal.taken)

    def gains(self, members: NDArray[np.int64], expected: float = np.inf) -> NDArray[np.float64]:
        """What each member alone would add, mean over worlds: float64[len(members)]. expected: a guess of one's."""
        threads = self.goal.threads if len(members) * expected * self.worlds > WORTH_A_THREAD else 1
        sums = self._blocks(members, False, threads, 0)
        total: NDArray[np.float64] = sums.sum(axis=0) / self.worlds
        return total

    def add(self, members: NDArray[np.int64]) -> NDArray[np.float64]:
        """Add the members to those reached; what they add together in each world: float64[worlds]."""
        each: NDArray[np.float64] = self._blocks(members, True, self.goal.threads, 1).reshape(-1)
        return each[: self.worlds]

    def _blocks(self, members: NDArray[np.int64], keep: bool, threads: int, axis: int) -> NDArray[np.float64]:
        """Sums over the worlds of each block [blocks, members], or over the members in each world [blocks, worlds]."""
        from viralsim.seeding.live_edge_kernels import gains_of

        blocks = -(-self.worlds // WORLDS_A_BLOCK)
        out = np.zeros((blocks, WORLDS_A_BLOCK if axis else len(members)))

        def work(first: int, last: int, queue: Any) -> None:
            for b in range(first, last):
                start, stop = b * WORLDS_A_BLOCK, min(self.worlds, (b + 1) * WORLDS_A_BLOCK)
                gain = np.empty((stop - start, len(members)))
                luck = (*self._luck, start)
                reached = self._reached[start:stop]
                gains_of(members, self.goal.model, self.outgoing, self._value, luck, reached, queue, keep, gain)
                sums = gain.sum(axis=axis)
                out[b, : len(sums)] = sums

        run_blocks(work, lambda: np.empty(self.goal.members + 1, np.int32), blocks, threads)
        return out
