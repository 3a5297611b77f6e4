"""What is done to a running launch at a given time, and when it is stopped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from viralsim.scenario.blocks import Block, Name, key
from viralsim.units import Fraction, Hours, PositiveHours, Probability, Whole

MOST_NAMED_MEMBERS = 100_000


class Remove(Block):
    """Members who neither post nor see anything from then on; exactly one key."""

    members: Annotated[tuple[int | str, ...], Field(min_length=1, max_length=MOST_NAMED_MEMBERS)] | None = key(
        None, "these members, by id", source="off"
    )
    best_followed: Annotated[int, Whole(ge=1, le=100_000_000, unit="members")] | None = key(
        None, "so many with the most followers over all channels", source="off"
    )


class Cut(Block):
    """Ties that are gone from then on; exactly one key."""

    share: Fraction | None = key(None, "this share of all ties, drawn once for all worlds and arms", source="off")
    between_communities: bool | None = key(None, "true: all ties between communities", source="off")


class Intervention(Block):
    """One thing that is done at a time; exactly one of remove, cut, visibility."""

    at: Hours = key(..., "from the tick on in which this lies")
    remove: Remove | None = key(None, "take members out", source="off")
    cut: Cut | None = key(None, "cut ties", source="off")
    visibility: Probability | None = key(None, "no follower is shown a post with a higher chance", source="off")
    channel: Name | None = key(None, "where; left out: on all channels", source="off")


class StopWhen(Block):
    """When a world ends before the horizon: whichever comes first."""

    shares: Annotated[int, Whole(ge=1, le=10**12, unit="shares")] | None = key(
        None, "after the tick with so many shares of the campaign's content", source="off"
    )
    quiet: PositiveHours | None = key(
        None, "after so long without such a share, the time before the first included", source="off"
    )
