"""What lasts from one launch of a world to the next, and how it changes: docs/model.md, *Programmes*."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.management import care
from viralsim.kernels.member_counts import TouchedMembers
from viralsim.kernels.rng import Stream, name_key, seed_key, stream_key, world_key
from viralsim.kernels.sharing_law import CONVERTED_MARK
from viralsim.population.generators.sample_follows import fill_units
from viralsim.programme.pool import Pool
from viralsim.scenario.campaign import CommunityManagement
from viralsim.scenario.long_programme import LongProgramme
from viralsim.scenario.programme import Programme

Bools = NDArray[np.bool_]
F8 = NDArray[np.float64]
KEYS = {name: name_key(name) for name in ("start", "leave", "join", "fan", "lapse", "again", "repeat", "dropout")}


@dataclass
class WorldState:
    """One world before a launch. A row per account: here, fan, customer bool[N]; remembered float64[N], impressions of earlier
    launches that are not forgotten; seen int32[N], flags of what the person was ever reached by.

    A row per person of the pool: active bool[P]; freshness, trust float64[P]; launches int64[P], those taken part in.
    """

    here: Bools
    fan: Bools
    customer: Bools
    remembered: F8
    seen: NDArray[np.int32]
    active: Bools
    freshness: F8
    trust: F8
    launches: NDArray[np.int64]


@dataclass(frozen=True)
class Months:
    """The laws between two launches of an arm: numbers are functions of (seed, world, what, launch, account) alone."""

    long: LongProgramme
    tier: Programme | None
    manager: CommunityManagement | None
    asks: NDArray[np.int64]  # of each person of the pool, in a launch
    pool: Pool
    members: int
    seed: int

    def units(self, world: int, what: str, launch: int) -> F8:
        """One uniform number in [0, 1) per account."""
        base = np.uint64(world_key(seed_key(self.seed), world))
        return fill_units(  # type: ignore[no-any-return]
            np.uint64(stream_key(base, int(Stream.PROGRAMME), KEYS[what], np.uint64(launch))), self.members
        )

    def hits(self, world: int, what: str, launch: int, chance: float | F8) -> Bools:
        """Whose number is below their chance, bool[N]; nothing is drawn where no chance is above 0."""
        if not np.any(chance):
            return np.zeros(self.members, bool)
        return np.asarray(self.units(world, what, launch) < chance, bool)

    def begin(self, world: int) -> WorldState:
        """The world before its first launch."""
        n, people = self.members, len(self.pool.first)
        whole = self.long.members.at_start >= 1.0
        here = np.ones(n, bool) if whole else self.hits(world, "start", 0, self.long.members.at_start)
        return WorldState(
            here, np.zeros(n, bool), np.zeros(n, bool), np.zeros(n), np.zeros(n, np.int32),
            self.pool.first & here[self.pool.enrolment.members], np.ones(people), np.ones(people), np.zeros(people, np.int64),
        )  # fmt: skip

    def response(self, state: WorldState) -> F8 | None:
        """Factor of each account's response, float64[N]; None where it is 1 for all."""
        factor = None
        if self.long.fans.response != 1.0 and state.fan.any():
            factor = np.where(state.fan, self.long.fans.response, 1.0)
        memory = self.long.memory
        if memory is not None and state.remembered.any():
            tired = np.maximum(memory.floor, (1.0 - memory.per_impression) ** state.remembered)
            factor = tired if factor is None else factor * tired
        return factor

    def buying(self, state: WorldState, world: int, launch: int) -> Bools | None:
        """Who may buy in a launch, bool[N]: customers with a chance, all others; None where everybody may."""
        if self.long.customers.again >= 1.0 or not state.customer.any():
            return None
        return np.asarray(~state.customer | self.hits(world, "again", launch, self.long.customers.again))

    def learn(self, state: WorldState, world: int, launch: int, found: TouchedMembers, coverage: float) -> None:
        """What a launch made of the members: customers, fans, memories."""
        state.customer[found.member[(found.flags & CONVERTED_MARK) != 0]] = True
        chance = self.long.fans.from_share
        if chance:
            won = self.hits(world, "fan", launch, chance + (1.0 - chance) * care(self.manager, "fans", coverage))
            state.fan[found.member[(found.posts > 0) & won[found.member]]] = True
        if self.long.memory is not None:
            state.remembered[found.member] += found.impressions
            state.remembered *= 2.0 ** (-self.long.every / self.long.memory.half_life)

    def repeat_purchases(self, state: WorldState, world: int, launch: int) -> Bools:
        """Which members are customers who buy unprompted before the next launch, bool[N]."""
        hits = self.hits(world, "repeat", launch, self.long.customers.repeat)
        return np.asarray(state.customer & state.here & hits)

    def come_and_go(self, state: WorldState, world: int, launch: int, shares: int, coverage: float) -> tuple[int, int]:
        """Members leave, fans lapse, free accounts are taken; (joined, left). Who joins is a new person."""
        words, kept = self.long.members, 1.0 - care(self.manager, "retention", coverage)
        leave = np.where(state.fan, 1.0 - self.long.fans.stay, 1.0) * (words.leave * kept)
        left = state.here & self.hits(world, "leave", launch, leave)
        state.fan &= ~self.hits(world, "lapse", launch, self.long.fans.lapse * kept)
        free = ~state.here
        places = int(np.count_nonzero(free))
        chance = min(1.0, words.join + words.join_per_share * shares / max(places, 1))
        joined = free & self.hits(world, "join", launch, chance)
        state.here = (state.here & ~left) | joined
        for flags in (state.fan, state.customer):
            flags[left] = False
        state.remembered[left] = 0.0
        state.seen[left] = 0
        return int(np.count_nonzero(joined)), int(np.count_nonzero(left))

    def advocates_between(
        self, state: WorldState, world: int, launch: int, posts: NDArray[np.int64], coverage: float
    ) -> tuple[int, int]:
        """Advocates tire and rest, trust moves with what they posted, some leave, others are made; (joined, left)."""
        tier, pool, long = self.tier, self.pool, self.long
        if tier is None or not len(pool.first):
            return 0, 0
        asks = np.where(state.active, self.asks, 0)
        state.freshness *= (1.0 - tier.ask_fatigue) ** asks
        state.freshness = recovered(state.freshness, tier.recovery, long.every, at_once=True)
        moved = long.advocates_trust
        state.trust *= (1.0 - moved.per_post * (1.0 - pool.suits)) ** posts
        state.trust = recovered(state.trust, moved.recovery, long.every, at_once=False)
        state.launches += state.active
        members = pool.enrolment.members
        kept = 1.0 - care(self.manager, "retention", coverage)
        gone = self.hits(world, "dropout", launch, tier.dropout * kept)[members] | ~state.here[members]
        left = state.active & gone
        state.active &= ~left
        joined = self._made(state, left | ~state.here[members])
        state.active[joined] = True
        for values, fresh in ((state.freshness, 1.0), (state.trust, 1.0), (state.launches, 0)):
            values[joined] = fresh
        return len(joined), int(np.count_nonzero(left))

    def _made(self, state: WorldState, barred: Bools) -> NDArray[np.int64]:
        """Whom nurturing makes advocates: free places, fans first, then in the order of the pool."""
        if self.tier is None or self.tier.nurture is None:
            return np.zeros(0, np.int64)
        empty = max(0, self.pool.places - int(np.count_nonzero(state.active)))
        able = np.flatnonzero(~state.active & ~barred)
        order = np.argsort(~state.fan[self.pool.enrolment.members[able]], kind="stable")
        return able[order][: min(empty, self.tier.nurture.made_in(self.long.every))]


def recovered(values: F8, half_life: float | None, hours: float, *, at_once: bool) -> F8:
    """What is lost of 1 returns by half in each ``half_life``; without one all of it (``at_once``) or nothing."""
    if half_life is None:
        return np.ones(len(values)) if at_once else values
    return np.asarray(1.0 - (1.0 - values) * 2.0 ** (-hours / half_life), np.float64)
