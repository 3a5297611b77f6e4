"""A classic model whose arguments are checked: its worlds, and who becomes active in them, when and through whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.classic.arguments import Luck
from viralsim.errors import CapacityError

if TYPE_CHECKING:
    from viralsim.classic.trace_kernels import Trace

    Run = Callable[[Luck, NDArray[np.int64], Trace | None], NDArray[np.int64]]

TRACED_ROWS = (
    1 << 24
)  # members of worlds that are traced together: at most 200 MB, of which only what is reached is touched


@dataclass(frozen=True)
class Process:
    """A model on a network.

    members: their number. seeds: int64[1 or W, k]. luck: of all worlds. run: (luck, seeds, trace) -> what the model returns
    for these worlds. If ``trace`` is not None, it also records there who became active.
    """

    members: int
    seeds: NDArray[np.int64]
    luck: Luck
    run: Run

    @property
    def worlds(self) -> NDArray[np.int64]:
        """The numbers of the worlds."""
        return self.luck[1]

    def answer(self, adoption_tick: bool) -> NDArray[np.int64] | NDArray[np.int32]:
        """What the model returns for all worlds, or when each member became active."""
        return self.ticks() if adoption_tick else self.run(self.luck, self.seeds, None)

    def traces(self) -> Iterator[tuple[int, Trace]]:
        """Yield a few worlds at a time: the place of the first, and who became active in them. Valid until the next request."""
        from viralsim.classic.trace_kernels import Trace

        together = max(1, min(len(self.worlds), TRACED_ROWS // max(1, self.members)))
        columns = [np.empty(together * self.members, np.int32) for _ in range(3)]
        key, numbers = self.luck
        for first in range(0, len(numbers), together):
            some = slice(first, first + together)
            count = len(numbers[some])
            trace = Trace(np.arange(count) * self.members, np.zeros(count, np.int64), *columns)
            self.run((key, numbers[some]), self.seeds[some] if len(self.seeds) > 1 else self.seeds, trace)
            yield first, trace

    def ticks(self) -> NDArray[np.int32]:
        """When each member became active: int32[W, N], -1 where they never did."""
        from viralsim.classic.trace_kernels import fill_ticks

        try:
            ticks = np.full((len(self.worlds), self.members), -1, dtype=np.int32)
        except (MemoryError, ValueError):
            raise CapacityError(
                f"adoption_tick: {self.members:,} members of {len(self.worlds):,} worlds do not fit into memory: run fewer "
                "worlds at a time, or ask for classic.activation"
            ) from None
        for first, trace in self.traces():
            fill_ticks(trace, ticks[first : first + len(trace.size)])
        return ticks
