"""Designs of a test in the field: what is assigned, what is then treated, and what each estimator makes of the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.decisions.estimators import Estimated, Follows, Mask, assign, cluster_robust, difference_in_means, hajek
from viralsim.decisions.partial_arm import Treated
from viralsim.decisions.regression import F8
from viralsim.errors import InputError
from viralsim.kernels.counts import Series
from viralsim.kernels.member_counts import GroupedWorld, Tally
from viralsim.scenario.spec import Spec

I8: TypeAlias = NDArray[np.int64]
UNITS = ("member", "community", "channel", "time")
ESTIMATORS = {
    "member": ("difference_in_means", "hajek"),
    "community": ("difference_in_means", "cluster_robust", "hajek"),
    "channel": ("difference_in_means",),
    "time": ("difference_in_means",),
}
BY_CHANNEL = ("reach", "shares")
SLOT_HOURS = 24.0  # of a switchback
RAREST = 0.02  # a chance of exposure below this is taken for none
FOLLOWS_LOOKED_AT, FEWEST_DRAWS, MOST_DRAWS = 2e8, 100, 1000


@dataclass(frozen=True, eq=False)
class Design:
    """One kind of unit on one audience.

    unit_of: int64[N], the unit of each member; of channels and slots of time, whose members are all, 0. sizes: float64[U],
    members of each unit. chances: of exposure as if all, or none, were treated, float64[N] each.
    """

    unit: str
    units: int
    unit_of: I8
    sizes: F8
    share: float
    shape: tuple[int, int, int]  # members, channels, ticks
    slot_of_tick: I8
    follows: Follows | None = None
    chances: tuple[F8, F8] | None = None

    def assign(self, rng: np.random.Generator) -> Mask:
        """Which units are treated, bool[U]."""
        return assign(self.units, self.share, rng)

    def treated(self, assigned: Mask) -> Treated:
        """What is treated where these units are."""
        whole = [np.ones(n, dtype=bool) for n in self.shape]
        if self.unit in ("member", "community"):
            whole[0] = assigned[self.unit_of]
        elif self.unit == "channel":
            whole[1] = assigned
        else:
            whole[2] = assigned[self.slot_of_tick]
        return Treated(*whole)

    def estimates(self, assigned: Mask, world: GroupedWorld, measure: str) -> list[Estimated]:
        """What each estimator of ``ESTIMATORS`` finds in one world, counted by member."""
        if self.unit == "channel":
            totals = world.by_channel[:, Tally[measure.upper()]].astype(np.float64)
            return [difference_in_means(totals, assigned)]
        if self.unit == "time":
            counted = world.series[:, Series[measure.upper()]].astype(np.float64)
            return [difference_in_means(_sums(self.slot_of_tick, counted, self.units), assigned)]
        outcomes = world.by_label[:, Tally[measure.upper()]].astype(np.float64)
        totals = _sums(self.unit_of, outcomes, self.units)
        found = [difference_in_means(totals, assigned)]
        if self.unit == "community":
            found.append(cluster_robust(totals, self.sizes, assigned))
        assert self.follows is not None
        assert self.chances is not None
        exposed = self.follows.exposed(assigned[self.unit_of])
        return [*found, hajek(outcomes, exposed, self.chances, self.unit_of)]


def _sums(label: I8, values: F8, labels: int) -> F8:
    """Sums of ``values`` by label."""
    return np.bincount(label, weights=values, minlength=labels).astype(np.float64)


def design_of(
    unit: str,
    compiled: CompiledAudience,
    spec: Spec,
    share: float,
    measure: str,
    follows: Follows,
    rng: np.random.Generator,
) -> Design:
    """The design that assigns ``unit``; InputError where it cannot be assigned or the measure is not known by it."""
    members, channels, ticks = compiled.members, len(compiled.channels), spec.ticks
    slots = (np.arange(ticks) * spec.tick // SLOT_HOURS).astype(np.int64)
    unit_of, sizes = np.zeros(members, dtype=np.int64), np.zeros(0)
    if unit == "member":
        unit_of, sizes = np.arange(members), np.ones(members)
    elif unit == "community":
        _, unit_of = np.unique(compiled.population.audience.community, return_inverse=True)
        unit_of = unit_of.astype(np.int64)
        sizes = np.bincount(unit_of).astype(np.float64)
    units = {"channel": channels, "time": int(slots[-1]) + 1}.get(unit, len(sizes))
    if units < 2:
        raise InputError(f"units: there is one {_word(unit)} alone, so none can be left untreated: assign another unit")
    if unit == "channel" and measure not in BY_CHANNEL:
        raise InputError(f"units: {measure} are not known by channel: count reach or shares, or assign another unit")
    plain = Design(unit, units, unit_of, sizes, share, (members, channels, ticks), slots)
    if unit in ("channel", "time"):
        return plain
    return Design(
        unit, units, unit_of, sizes, share, (members, channels, ticks), slots, follows, _chances(plain, follows, rng)
    )  # fmt: skip


def _word(unit: str) -> str:
    return "day" if unit == "time" else unit


def _chances(design: Design, follows: Follows, rng: np.random.Generator) -> tuple[F8, F8]:
    """Chances of exposure by member, counted over assignments; those too rare to be weighed by are 0."""
    draws = int(np.clip(FOLLOWS_LOOKED_AT / max(len(follows.target), 1), FEWEST_DRAWS, MOST_DRAWS))
    counted = np.zeros((2, design.shape[0]))
    for _ in range(draws):
        counted += np.stack(follows.exposed(design.assign(rng)[design.unit_of]))
    part = counted / draws
    part[part < RAREST] = 0.0
    return part[0], part[1]
