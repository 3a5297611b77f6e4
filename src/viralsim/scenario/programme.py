"""The words of an advocate programme: what it costs, whom it recruits, and how it lasts over its launches."""

from __future__ import annotations

import math
from typing import Annotated

from viralsim.scenario.amounts import Money, Usd
from viralsim.scenario.blocks import Block, key
from viralsim.units import Fraction, PositiveHours, Probability, Real, Whole

HOURS_PER_WEEK = 168.0
HoursAWeek = Annotated[float, Real(ge=0, le=10_000, unit="hours a week")]


class Nurture(Block):
    """A community manager's work that turns fans into advocates, before the first launch and between launches."""

    weeks: Annotated[float, Real(ge=0, le=1_000, unit="weeks")] = key(0.0, "weeks of work before the first launch")
    hours_per_week: HoursAWeek = key(
        0.0, "hours a week for it: all of them before the first launch; between launches at most, for empty places"
    )
    hours_per_advocate: Annotated[float, Real(gt=0, le=10_000, unit="hours")] = key(
        10.0, "hours that make one advocate of a fan"
    )

    @property
    def made_before_launch(self) -> int:
        """Advocates that the work before the first launch makes."""
        return math.floor(self.weeks * self.hours_per_week / self.hours_per_advocate + 1e-9)

    def made_in(self, hours: float) -> int:
        """Advocates that can be made in a time between launches, h."""
        return math.floor(hours / HOURS_PER_WEEK * self.hours_per_week / self.hours_per_advocate + 1e-9)


class Ambassadors(Block):
    """Advocates who stayed: the highest tier."""

    after: Annotated[int, Whole(ge=1, le=1_000, unit="launches")] = key(
        3, "launches that an advocate has taken part in"
    )
    willingness: Probability = key(1.0, "chance that an asked ambassador posts")


class Programme(Block):
    """What an advocate programme costs whoever runs it, whom it recruits, and how it lasts over its launches.

    ``run`` plays its first launch; ``viralsim advocates FILE --programme`` plays all of them.
    """

    setup_usd: Usd = key(0.0, "set-up, shared by the launches", source="off")
    hours_per_week: HoursAWeek = key(0.0, "work", source="off")
    usd_per_hour: Annotated[float, Money(ge=0, le=1e6, unit="currency an hour")] = key(
        0.0, "price of work", source="off"
    )
    launches: Annotated[int, Whole(ge=1, le=1_000_000, unit="launches")] = key(
        1, "launches that share the set-up", source="off"
    )
    fans: Annotated[float, Real(gt=0, le=1, unit="fraction")] = key(
        1.0, "part of the members who can be enrolled: those who answer most readily (activity x match)", source="off"
    )
    nurture: Nurture | None = key(
        None, "work that makes advocates; left out: all places are filled at once", source="off"
    )
    every: PositiveHours = key(720.0, "time from one launch to the next")
    ask_fatigue: Fraction = key(0.0, "part of the willingness that each ask takes away", source="off")
    recovery: PositiveHours | None = key(
        None,
        "time in which half of the lost willingness returns; left out: all is back by the next launch",
        source="off",
    )
    dropout: Probability = key(0.0, "chance that an advocate leaves between two launches", source="off")
    ambassadors: Ambassadors | None = key(None, "the tier above advocates; left out: none", source="off")

    def places(self, count: int) -> int:
        """How many of ``count`` places are filled at the first launch."""
        return count if self.nurture is None else min(count, self.nurture.made_before_launch)

    @property
    def nurture_usd(self) -> float:
        """What the work before the first launch costs each launch, US$."""
        if self.nurture is None:
            return 0.0
        return self.nurture.weeks * self.nurture.hours_per_week * self.usd_per_hour / self.launches
