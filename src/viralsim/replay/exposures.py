"""Who was exposed to whom and when, in a cascade that happened on a known network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.population.network.network import Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Observed(NamedTuple):
    """tick: int64[N], when each member adopted, ``until`` + 1 for those who did not by ``until``, the last tick watched."""

    tick: Ints
    until: int

    @property
    def adopted(self) -> NDArray[np.bool_]:
        """bool[N]."""
        return self.tick <= self.until


class Exposures(NamedTuple):
    """Edges by which a member was exposed before they adopted, by member and then by tick.

    edges: rows of the network. member, tick: of each; group: number of the (member, tick) that it belongs to.
    group_start: int64[G + 1] among ``edges``; member_start: int64[M + 1] among the groups; members: int64[M].
    """

    edges: Ints
    tick: Ints
    group_start: Ints
    member_start: Ints
    members: Ints

    def of_members(self) -> Iterator[tuple[int, range]]:
        """(member, their groups in the order of time)."""
        for i, member in enumerate(self.members.tolist()):
            yield member, range(int(self.member_start[i]), int(self.member_start[i + 1]))

    def group_tick(self) -> Ints:
        """int64[G]."""
        return self.tick[self.group_start[:-1]]


def exposures_of(network: Network, observed: Observed, who: NDArray[np.bool_] | None = None) -> Exposures:
    """The exposures of the members in ``who`` (bool[N]; all by default) before they adopted, or by the end."""
    source, target = network.sources().astype(np.int64), network.followers.astype(np.int64)
    shown = observed.tick[source]
    early = (shown < observed.tick[target]) & (shown <= observed.until)
    rows = np.flatnonzero(early if who is None else early & who[target])
    rows = rows[np.lexsort((shown[rows], target[rows]))]
    member, tick = target[rows], shown[rows]
    new_member = np.diff(member, prepend=-1) != 0
    new_group = new_member | (np.diff(tick, prepend=-1) != 0)
    group_start = np.flatnonzero(new_group)
    first_groups = np.searchsorted(group_start, np.flatnonzero(new_member))
    return Exposures(
        rows, tick, np.append(group_start, rows.size), np.append(first_groups, group_start.size), member[new_member]
    )


def forced_roots(network: Network, observed: Observed) -> Ints:
    """Adopters whom nobody could have convinced: nobody they are shown adopted before them."""
    exposed = np.zeros(network.members, bool)
    exposed[exposures_of(network, observed).members] = True
    return np.flatnonzero(observed.adopted & ~exposed)
