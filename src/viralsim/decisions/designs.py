"""Designs of a test in the field: what is assigned, what is then treated, and what each estimator makes of the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from viralsim.decisions.estimators import (
    Estimated,
    Mask,
    assign,
    cluster_robust,
    difference_in_means,
    hajek,
    horvitz_thompson,
)
from viralsim.decisions.exposure import I8, Exposure, of_advocates, of_members
from viralsim.decisions.partial_arm import Pair, Treated
from viralsim.decisions.regression import F8
from viralsim.errors import InputError
from viralsim.kernels.counts import Series
from viralsim.kernels.member_counts import GroupedWorld, Tally

UNITS = ("member", "community", "channel", "time", "advocate")
WEIGHTED = ("horvitz_thompson", "hajek")
ESTIMATORS = {
    "member": ("difference_in_means", *WEIGHTED),
    "community": ("difference_in_means", "cluster_robust", *WEIGHTED),
    "channel": ("difference_in_means",),
    "time": ("difference_in_means",),
    "advocate": ("difference_in_means", *WEIGHTED),
}
BEFORE = "difference_in_differences"
BY_CHANNEL = ("reach", "shares")
SLOT_HOURS = 24.0  # of a switchback
RAREST = 0.02  # a chance of exposure below this is taken for none
FOLLOWS_LOOKED_AT, FEWEST_DRAWS, MOST_DRAWS = 2e8, 100, 1000


@dataclass(frozen=True, eq=False)
class Design:
    """One kind of unit on one audience.

    shape: members, channels, ticks. exposure: of members to units; None of channels and slots of time, whose members are all.
    sizes: float64[U], members of each unit that members belong to. chances: of exposure as if all, or none, were treated,
    float64[N] each. has_before: an earlier launch, with the control arm for all, was counted too.
    """

    unit: str
    units: int
    share: float
    shape: tuple[int, int, int]
    slot_of_tick: I8
    exposure: Exposure | None = None
    sizes: F8 | None = None
    chances: tuple[F8, F8] | None = None
    has_before: bool = False

    @property
    def estimators(self) -> tuple[str, ...]:
        """Names of ``estimates``, in their order."""
        return (*ESTIMATORS[self.unit], *((BEFORE,) if self.has_before else ()))

    def assign(self, rng: np.random.Generator) -> Mask:
        """Which units are treated, bool[U]."""
        return assign(self.units, self.share, rng)

    def treated(self, assigned: Mask) -> Treated:
        """What is treated where these units are."""
        members, channels, ticks = (np.ones(n, dtype=bool) for n in self.shape)
        if self.unit == "channel":
            channels = assigned
        elif self.unit == "time":
            ticks = assigned[self.slot_of_tick]
        elif self.unit == "advocate":
            return Treated(members, channels, ticks, assigned)
        else:
            assert self.exposure is not None
            members = assigned[self.exposure.unit_of]
        return Treated(members, channels, ticks)

    def totals(self, world: GroupedWorld, measure: str) -> F8:
        """Outcomes of one world by unit, float64[U]."""
        if self.unit == "channel":
            return world.by_channel[:, Tally[measure.upper()]].astype(np.float64)
        if self.unit == "time":
            counted = world.series[:, Series[measure.upper()]].astype(np.float64)
            return np.bincount(self.slot_of_tick, weights=counted, minlength=self.units).astype(np.float64)
        assert self.exposure is not None
        return self.exposure.totals(world.by_label[:, Tally[measure.upper()]].astype(np.float64))

    def estimates(
        self, assigned: Mask, world: GroupedWorld, measure: str, before: GroupedWorld | None = None
    ) -> list[Estimated]:
        """What each of ``estimators`` finds in one world, counted by member; ``before``: that of the earlier launch."""
        totals = self.totals(world, measure)
        found = [difference_in_means(totals, assigned)]
        if self.sizes is not None:
            found.append(cluster_robust(totals, self.sizes, assigned))
        if self.exposure is not None and self.chances is not None:
            at = self.exposure.counted
            outcomes = world.by_label[at, Tally[measure.upper()]].astype(np.float64)
            unit, one, none = self.exposure.unit_of[at], *self.exposure.exposed(assigned)
            chances = self.chances[0][at], self.chances[1][at]
            found += [weigh(outcomes, (one[at], none[at]), chances, unit) for weigh in (horvitz_thompson, hajek)]
        if self.has_before:
            assert before is not None
            found.append(difference_in_means(totals - self.totals(before, measure), assigned))
        return found


def design_of(unit: str, pair: Pair, share: float, measure: str, rng: np.random.Generator, has_before: bool) -> Design:
    """The design that assigns ``unit``; InputError where it cannot be assigned or the measure is not known by it."""
    compiled, spec = pair.compiled, pair.treatment.spec
    channels, ticks = len(compiled.channels), spec.ticks
    slots = (np.arange(ticks) * spec.tick // SLOT_HOURS).astype(np.int64)
    exposure = EXPOSURES[unit](pair) if unit in EXPOSURES else None
    units = {"channel": channels, "time": int(slots[-1]) + 1}.get(unit, exposure.units if exposure else 0)
    if units < 2:
        there = f"one {_word(unit)} alone" if units else f"no {unit} at all"
        raise InputError(f"units: there is {there}, so none can be left untreated: assign another unit")
    if unit == "channel" and measure not in BY_CHANNEL:
        raise InputError(f"units: {measure} are not known by channel: count reach or shares, or assign another unit")
    plain = Design(
        unit,
        units,
        share,
        (compiled.members, channels, ticks),
        slots,
        exposure,
        has_before=has_before and unit != "time",
    )
    if exposure is None:
        return plain
    sizes = np.bincount(exposure.unit_of).astype(np.float64) if unit == "community" else None
    return replace(plain, sizes=sizes, chances=_chances(plain, exposure, rng))


def _members(pair: Pair) -> Exposure:
    return of_members(np.arange(pair.compiled.members), pair.compiled)


def _communities(pair: Pair) -> Exposure:
    _, unit_of = np.unique(pair.compiled.population.audience.community, return_inverse=True)
    return of_members(unit_of.astype(np.int64), pair.compiled)


def _advocates(pair: Pair) -> Exposure:
    pair.refuse_by_advocate()
    return of_advocates(pair.treatment.enrolment, pair.compiled)


EXPOSURES: dict[str, Callable[[Pair], Exposure]] = {
    "member": _members,
    "community": _communities,
    "advocate": _advocates,
}


def _word(unit: str) -> str:
    return "day" if unit == "time" else unit


def _chances(design: Design, exposure: Exposure, rng: np.random.Generator) -> tuple[F8, F8]:
    """Chances of exposure by member, counted over assignments; those too rare to be weighed by are 0."""
    draws = int(np.clip(FOLLOWS_LOOKED_AT / max(len(exposure.follows.target), 1), FEWEST_DRAWS, MOST_DRAWS))
    counted = np.zeros((2, design.shape[0]))
    for _ in range(draws):
        counted += np.stack(exposure.exposed(design.assign(rng)))
    part = counted / draws
    part[part < RAREST] = 0.0
    return part[0], part[1]
