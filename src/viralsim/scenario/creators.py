"""The words of a creator: who they are, what they post, and what they are paid for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from viralsim.member_names import handle_key
from viralsim.scenario.amounts import Usd
from viralsim.scenario.audience import MOST_MEMBERS, Selection
from viralsim.scenario.blocks import Block, Name, is_zero, key, says_nothing
from viralsim.scenario.repeats import MOST_POSTS
from viralsim.units import Fraction, Hours, Probability, Whole


def _handle(value: str) -> str:
    if not handle_key(value):
        raise ValueError("must be a handle such as '@ann'")
    return value


Handle = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_handle)]
PostsAt = Annotated[tuple[Hours, ...], Field(min_length=1, max_length=MOST_POSTS)]
Posts = Annotated[int, Whole(ge=1, le=1_000, unit="posts")]


class Creator(Block):
    """One creator on one channel; a handle that comes again on another channel is the same person there too.

    Each amount is paid beside the others, and left out it is nothing. A row of the advocates' file has the same names.
    """

    handle: Handle = key(..., "who")
    channel: Name | None = key(None, "where; left out: the only channel", source="filled in")
    followers: Annotated[int, Whole(ge=0, le=MOST_MEMBERS, unit="members")] = key(..., "followers there")
    among: Selection = key(
        {}, "only a member of these segments plays them, beside the tier's among: field of audience.segments -> its values",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    posts: Posts | None = key(None, "how many of the times in posts_at they post at; left out: all", source="off")
    posts_at: PostsAt | None = key(
        None, "times of their own; left out: the tier's", source="off", exclude_if=says_nothing
    )
    content: Name | None = key(None, "what they post; left out: the tier's content", source="off")
    topics: tuple[Name, ...] = key((), "what they post about; left out: it fits", source="off", max_length=64)
    tone: tuple[Name, ...] = key((), "how they speak; left out: it fits", source="off", max_length=64)
    willingness: Probability | None = key(None, "chance that they post when asked; left out: the tier's", source="off")
    cost_usd: Usd | None = key(
        None, "as the tier's cost_usd; left out: the tier's, for whom nothing else is paid", source="off"
    )
    fee_per_post_usd: Usd = key(0.0, "for each post that is made", source="off")
    flat_fee_usd: Usd = key(0.0, "once, whether they post or not", source="off")
    gift_usd: Usd = key(0.0, "cost of what they are given, once", source="off")
    exclusive: bool | None = key(
        None, "true: they pass on no other content of the scenario; left out: where exclusivity_usd is paid",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    exclusivity_usd: Usd = key(0.0, "for being exclusive, once", source="off", exclude_if=is_zero)
    commission_usd: Usd = key(0.0, "for each sale that their own posts bring", source="off")
    commission_share: Fraction = key(0.0, "part of the value of such a sale", source="off")
    promo_code: str | None = key(None, "code that their followers are given", source="off", max_length=80)
    promo_discount: Fraction = key(0.0, "part of the value of such a sale that the code takes off", source="off")

    @model_validator(mode="before")
    @classmethod
    def _commission_in_per_cent(cls, value: Any) -> Any:
        """``commission: 10%`` is a part of the value, ``commission: 10`` is an amount."""
        said = value.get("commission_usd") if isinstance(value, dict) else None
        if not isinstance(said, str) or not said.rstrip().endswith("%") or "commission_share" in value:
            return value
        others = {name: one for name, one in value.items() if name != "commission_usd"}
        return {**others, "commission_share": said}
