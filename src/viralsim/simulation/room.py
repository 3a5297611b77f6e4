"""Where the worlds of one arm write, block after block: each count goes once to its final place, and no block is joined to another.

Memory that a process touches for the first time costs as much as small worlds do: a million of them kept 950 bytes each while
blocks were joined, 350 with every zero written, 140 with every count in 32 bits, and keep 55 here.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.arrays.narrow_columns import NarrowColumns
from viralsim.kernels.arrays.outputs import outputs_of_run, rows_of
from viralsim.kernels.arrays.parts import SparseRows
from viralsim.kernels.arrays.rows_of_worlds import CheckedArm
from viralsim.kernels.batch import RawWorlds, run_worlds
from viralsim.kernels.fast.eligible import is_eligible

SUMS = ("cascade_sizes", "generations", "advocate_posts", "advocate_shares")  # over all worlds


class Room:
    """Room for ``worlds`` worlds of ``arm``, checked for these, and for the series of the first ``recorded``.

    ``in_all``: worlds of the run, see ``run_worlds``.
    """

    def __init__(self, arm: CheckedArm, worlds: int, recorded: int, in_all: int | None = None) -> None:
        self.arm, self.recorded, self.in_all = arm, recorded, in_all
        out = outputs_of_run(arm.arm, worlds, recorded, is_eligible(arm.arm, arm.rows))
        self.out = out._replace(
            counts=NarrowColumns(out.counts.shape, out.counts.dtype),
            reach_by_channel=NarrowColumns(out.reach_by_channel.shape, out.reach_by_channel.dtype),
            paid_bought=NarrowColumns(out.paid_bought.shape, out.paid_bought.dtype),
            reach_by_community=SparseRows(*out.reach_by_community.shape),
        )
        self.raw: RawWorlds | None = None
        self.world_s: float | None = None  # that a world took, on one thread

    def run(
        self, seed: int, worlds: NDArray[np.int64], threads: int, progress: Callable[[int], None] | None
    ) -> RawWorlds:
        """Run the next worlds, and all that has been run so far; rows in the order of the calls. Raises as ``run_worlds`` does."""
        first = 0 if self.raw is None else len(self.raw.done)
        last = first + len(worlds)
        arm, into = self.arm.of_worlds(first, last), rows_of(self.out, first, last)
        began = time.perf_counter()
        block = run_worlds(
            arm, seed, worlds, threads=threads, progress=progress, into=into, world_s=self.world_s, in_all=self.in_all
        )
        self.world_s = (time.perf_counter() - began) / max(len(worlds), 1) * threads
        sums = {name: getattr(block, name) for name in SUMS}
        if self.raw is not None:
            sums = {name: getattr(self.raw, name) + more for name, more in sums.items()}
        rows = {name: values[:last] for name, values in self.out._asdict().items()}
        rows["series"] = self.out.series[: min(last, self.recorded)]
        self.raw = RawWorlds(**rows, **sums, interrupted=block.interrupted)
        return self.raw
