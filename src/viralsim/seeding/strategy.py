"""The contract of a seeding strategy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.seeding.surrogate import LaunchModel


@dataclass(frozen=True)
class Candidates:
    """What a strategy may look at.

    networks: the channels to post on. eligible: bool[N]. community: int32[N] or None. match: float[N], how well content
    fits each member, or None. launch: makes the scenario's launch in chances, or None if there is no scenario. Strategies see
    the population and the plan, never a simulated world, so the same plan gives the same choice in every arm.
    """

    networks: Sequence[Network]
    eligible: NDArray[np.bool_]
    community: NDArray[np.int32] | None = None
    match: NDArray[np.floating[Any]] | None = None
    launch: Callable[[], LaunchModel] | None = None

    @property
    def members(self) -> int:
        """Number of members N."""
        return len(self.eligible)

    def followers(self) -> NDArray[np.int64]:
        """Followers of each member over all channels, int64[N]."""
        total = np.zeros(self.members, dtype=np.int64)
        for network in self.networks:
            total += network.follower_count()
        return total


@dataclass(frozen=True, eq=False, repr=False)
class Chosen:
    """Members chosen by a strategy, best first; bounds are None if the strategy has no certificate.

    expected_reach: estimate of the spread of the chosen set. lower_bound: of that spread. upper_bound: of the spread of the
    best set with as many members, or for the same budget. guarantee: lower / upper. All are in members, in units of value, or
    in a scenario in what its goal counts. If others are taken already, all are for what is added to them. sets: how many random
    sets the estimate rests on. cost: of all chosen. of_rows: if ``opim`` was given rows, the estimated spread under each,
    float64[rows].
    """

    members: NDArray[np.int64]
    strategy: str
    expected_reach: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None
    guarantee: float | None = None
    sets: int | None = None
    cost: float | None = None
    of_rows: NDArray[np.float64] | None = None

    def __repr__(self) -> str:
        known = {word: getattr(self, word) for word in ("expected_reach", "guarantee", "cost")}
        numbers = "".join(f", {word}={value:.6g}" for word, value in known.items() if value is not None)
        return f"Chosen({len(self.members)} members by {self.strategy}{numbers})"


# A strategy gets the candidates, how many to choose, a 64-bit seed and its options, and returns an order of preference:
# int64 member indices, best first, without repeats, all eligible, at least ``count`` of them if there are that many;
# or, where it has a certificate, a Chosen of exactly ``count`` (of at most ``count`` where a budget binds).
Strategy: TypeAlias = Callable[[Candidates, int, int, Mapping[str, Any]], NDArray[np.int64] | Chosen]
