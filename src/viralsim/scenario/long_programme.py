"""The words of the ``programme`` block: a campaign launched again and again, and what lasts from one launch to the next."""

from __future__ import annotations

from typing import Annotated

from viralsim.scenario.blocks import Block, block, key
from viralsim.units import Factor, Fraction, PositiveHours, Probability, Real, Whole

MOST_LAUNCHES = 120


class Membership(Block):
    """Who is in the audience: accounts whose people come and go."""

    at_start: Annotated[float, Real(gt=0, le=1, unit="fraction")] = key(
        1.0,
        "part of the accounts that are in the audience at the first launch; the others can still join",
        source="off",
    )
    leave: Probability = key(0.0, "chance that a member leaves between two launches", source="off")
    join: Probability = key(0.0, "chance that a free account is taken between two launches", source="off")
    join_per_share: Annotated[float, Real(ge=0, le=1_000, unit="members per share")] = key(
        0.0, "members whom each share of a launch brings until the next, as far as accounts are free", source="off"
    )


class Fans(Block):
    """Members who came to like the brand."""

    from_share: Probability = key(
        0.0, "chance that a member who posted the content in a launch is a fan from then on", source="off"
    )
    response: Factor = key(1.0, "factor of a fan's response", source="off")
    stay: Fraction = key(0.0, "part of leaving that being a fan prevents", source="off")
    lapse: Probability = key(0.0, "chance that a fan is one no more at the next launch", source="off")


class Customers(Block):
    """Members who converted."""

    again: Probability = key(1.0, "chance that the conversion of a customer in a later launch is one", source="off")
    repeat: Probability = key(0.0, "chance that a customer buys unprompted between two launches", source="off")


class Memory(Block):
    """Earlier launches are remembered: their impressions tire, and fade."""

    half_life: PositiveHours = key(720.0, "time in which half of the remembered impressions fade")
    per_impression: Fraction = key(0.02, "response lost with each remembered impression")
    floor: Fraction = key(0.3, "least factor")


class AdvocatesTrust(Block):
    """What promotional posts do to the trust of those who post them."""

    per_post: Fraction = key(
        0.0,
        "trust lost with a post that does not suit its advocate at all; one that suits them wholly costs none",
        source="off",
    )
    recovery: PositiveHours | None = key(
        None, "time in which half of the lost trust returns; left out: it never does", source="off"
    )


class LongProgramme(Block):
    """The campaign of each arm, launched ``launches`` times, with what lasts from one launch to the next."""

    launches: Annotated[int, Whole(ge=1, le=MOST_LAUNCHES, unit="launches")] = key(
        ..., "how many times the campaign is launched"
    )
    every: PositiveHours = key(720.0, "time from one launch to the next; at least the horizon")
    members: Membership = block(Membership, "who is in the audience", source="off")
    fans: Fans = block(Fans, "members who came to like the brand", source="off")
    customers: Customers = block(Customers, "members who converted", source="off")
    memory: Memory | None = key(
        None, "what the audience remembers of earlier launches; left out: nothing", source="off"
    )
    advocates_trust: AdvocatesTrust = block(AdvocatesTrust, "what posts do to the trust of advocates", source="off")

    def hours(self, horizon: float) -> float:
        """From the first launch to the end of the last, h."""
        return (self.launches - 1) * self.every + horizon
