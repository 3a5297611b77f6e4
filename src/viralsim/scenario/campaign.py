"""The words of the ``campaign`` block: what the actors do, and what it costs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainValidator, StrictInt, StrictStr, WithJsonSchema

from viralsim.scenario.amounts import Money, Usd
from viralsim.scenario.audience import MOST_MEMBERS, Selection
from viralsim.scenario.blocks import USER, Block, Name, block, is_zero, key, says_nothing
from viralsim.scenario.creators import Creator, Handle, PostsAt
from viralsim.scenario.interventions import Intervention, StopWhen
from viralsim.scenario.programme import HOURS_PER_WEEK, HoursAWeek, Programme
from viralsim.units import Factor, Fraction, Hours, PositiveHours, Probability, Real, Whole, parse_whole, shown

HOURS_PER_DAY = 24.0
MOST_LINES = 1_000
MOST_NAMED_MEMBERS = 100_000
Members = Annotated[int, Whole(ge=0, le=MOST_MEMBERS, unit="members")]
FrequencyGoal = Annotated[int, Whole(ge=1, le=1_000_000, unit="impressions")]
MemberId = StrictInt | StrictStr
FILLED = "filled in"


def posts_at() -> Any:
    """The key ``posts_at``."""
    return key((0.0,), "times of the posts")


def every() -> Any:
    """The key ``every``."""
    return key(
        None, "the times of posts_at come again so much later, and again; left out: once each", source="off",
        exclude_if=says_nothing,
    )  # fmt: skip


def ends() -> Any:
    """The key ``ends`` beside ``every``."""
    return key(None, "until when they come again; left out: the horizon", source="off", exclude_if=says_nothing)


class Owned(Block):
    """Posts of the brand to its own followers."""

    channel: Name | None = key(None, "where; left out: the only channel", source=FILLED)
    followers: Members = key(0, "followers of the brand on this channel")
    posts_at: PostsAt = posts_at()
    every: PositiveHours | None = every()
    ends: Hours | None = ends()
    trust: Factor = key(1.0, "factor of the response")
    content: Name | None = key(None, "what; left out: the campaign's content", source=FILLED)
    cost_usd: Usd = key(0.0, "cost of these posts", source="off")


def is_everyone(value: Any) -> bool:
    """For ``exclude_if``: whom a line is shown to where nothing is said."""
    return bool(value == "everyone")


class Target(Block):
    """To whom advertisements are shown; all conditions hold."""

    communities: tuple[Annotated[int, Whole(ge=0, le=1_000_000)], ...] | None = key(
        None, "only members of these communities", source="off", max_length=10_000
    )
    segments: Selection = key(
        {},
        "only members of these segments: field of audience.segments -> its values",
        source="off",
        exclude_if=says_nothing,
    )
    who: Literal["everyone", "audience", "prospects"] = key(
        "everyone", "members and prospects, or one of the two", source="off", exclude_if=is_everyone
    )
    min_match: Fraction = key(0.0, "only members whose match is at least this", source="off")


def is_to_followers(value: Any) -> bool:
    """For ``exclude_if``: whom a boost is shown to where nothing is said."""
    return bool(value == "followers")


class Paid(Block):
    """Bought impressions, spread evenly over a time."""

    channel: Name | None = key(None, "where; left out: the only channel", source=FILLED)
    budget_usd: Usd = key(0.0, "money for impressions", source="off")
    starts: Hours = key(0.0, "from when on", source="off")
    ends: Hours | None = key(None, "until when; left out: the horizon", source=FILLED)
    trust: Factor = key(1.0, "factor of the response")
    cpm_usd: Annotated[float, Money(gt=0, le=1e6, unit="currency per 1,000 impressions")] | None = key(
        None, "price of 1,000 impressions; left out: the channel's", source=FILLED
    )
    frequency_cap: Annotated[int, Whole(ge=1, le=1_000_000, unit="impressions")] | None = key(
        None, "most impressions of this line that one member gets; left out: no cap", source="off"
    )
    frequency_goal: FrequencyGoal | None = key(
        None, "from how many impressions of this line on a member counts as reached by it; left out: not counted",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    target: Target | None = key(None, "to whom; left out: everyone", source="off")
    content: Name | None = key(None, "what; left out: the campaign's content", source=FILLED)
    boost: Handle | None = key(
        None, "handle of a creator whose own post is shown, with their trust; left out: the brand's advertisement", source="off",
        exclude_if=says_nothing,
    )  # fmt: skip
    boost_to: Literal["followers", "beyond"] = key(
        "followers",
        "whom a boost is shown to: the creator's followers, or all others",
        source="off",
        exclude_if=is_to_followers,
    )


def _how_many_or_who(value: Any) -> Any:
    """A count, or a list of ids as they are written."""
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("names nobody: name a member, give a count, or leave the line out")
        odd = next((i for i, one in enumerate(value) if type(one) not in (int, str)), None)
        if odd is not None:
            was = repr(value[odd]) if isinstance(value[odd], float) else shown(value[odd])
            raise ValueError(f"[{odd}] must be a whole number without decimals, or text in quotes, got {was}")
        return value
    try:
        return parse_whole(value)
    except ValueError:
        raise ValueError(f"must be a count, or a list of ids such as [3, 17], got {shown(value)}") from None


class Organic(Block):
    """Members who post unprompted, at no cost."""

    channel: Name | None = key(None, "where; left out: the only channel", source=FILLED)
    members: Annotated[Members | tuple[MemberId, ...], BeforeValidator(_how_many_or_who)] = key(
        1, "how many, drawn afresh in every world, or a list of ids"
    )
    posts_at: PostsAt = posts_at()
    every: PositiveHours | None = every()
    ends: Hours | None = ends()
    content: Name | None = key(None, "what; left out: the campaign's content", source=FILLED)


def _choose(value: Any) -> Any:
    """The three forms of ``choose``, as they are written."""
    if isinstance(value, str) and value:
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("must be one word, or {word: {options}}, or {members: [ids]}")
    ((word, options),) = value.items()
    if word == "members":
        fits = isinstance(options, list | tuple) and all(type(i) in (int, str) for i in options)
        if not fits or not options or len(options) > MOST_NAMED_MEMBERS:
            raise ValueError("members must be a list of ids, one or more")
    elif options is not None and not isinstance(options, dict):
        raise ValueError(f"the options of {word} must be a mapping (option: value)")
    return {word: options if options is not None else {}}


_IDS = {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1}
_CHOOSE_JSON = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"members": _IDS}, "minProperties": 1, "maxProperties": 1},
    ]
}
Choose = Annotated[Any, PlainValidator(_choose), WithJsonSchema(_CHOOSE_JSON)]


class Advocates(Block):
    """Members enrolled and asked to post."""

    count: Members | None = key(None, "how many; 0 is an empty tier", source=USER)
    choose: Choose = key("degree", "whom: a word of the seeding registry, or {word: {options}}, or {members: [ids]}")
    among: Selection = key(
        {},
        "only members of these segments are chosen, or play the people of a list: field of audience.segments -> its values",
        source="off",
        exclude_if=says_nothing,
    )
    channels: tuple[Name, ...] | None = key(None, "where they post; left out: on all channels", source=FILLED)
    posts_at: PostsAt = posts_at()
    every: PositiveHours | None = every()
    ends: Hours | None = ends()
    willingness: Probability = key(1.0, "chance that an asked advocate posts")
    file: str | None = key(
        None,
        "instead of count and choose: CSV of handle, channel, followers, ...; choose: {members: [handles]} takes only these of it",
        source="off",
    )
    creators: tuple[Creator, ...] = key(
        (),
        "instead of count and choose: the people, as rows of such a file",
        source="off",
        max_length=MOST_LINES,
        exclude_if=says_nothing,
    )
    followers_differ: Literal["warn", "allow"] = key(
        "warn", "whether an advocate of the file may be played by a member with ten times more or fewer followers"
    )
    trust: Factor = key(1.0, "multiplies the response of an advocate's followers")
    cost_usd: Usd = key(0.0, "cost of a person", source="off")
    cost_per: Literal["enrolled", "asked", "posted"] = key("enrolled", "what cost_usd is paid for", source="off")
    programme: Programme = block(Programme, "what the programme costs and how it lasts", source="off")
    content: Name | None = key(None, "what; left out: the campaign's content", source=FILLED)

    @property
    def times(self) -> tuple[float, ...]:
        """Every time at which somebody named in the scenario may be asked to post, ascending; a file may name others."""
        own = [one.posts_at or self.posts_at for one in self.creators]
        return tuple(sorted(set().union(*own))) if own else self.posts_at

    @property
    def listed(self) -> str | None:
        """Where its people are named, in a file or in ``creators``; None where they are members of the audience."""
        return self.file if self.file is not None else "creators" if self.creators else None


class Respond(Block):
    """Answers soften criticism once it is a share of all shares."""

    critical_share_ratio: Fraction = key(0.2, "critical shares / all shares that calls for answers")
    effect: Fraction = key(0.5, "criticism that the answers take away")
    delay: Hours = key(2.0, "from the call to the answers")
    at_least: Annotated[int, Whole(ge=1, le=1_000_000_000, unit="critical shares")] = key(5, "fewest critical shares")


class Amplify(Block):
    """The brand reposts what already moves: the first owned line posts again."""

    shares_per_hour: Annotated[float, Real(gt=0, le=1e9, unit="shares an hour")] = key(20.0, "rate that calls for it")
    at_most: Annotated[int, Whole(ge=1, le=1_000, unit="posts")] = key(3, "most reposts")
    cooldown: Hours = key(24.0, "least time between two")


class CareEffects(Block):
    """What a manager's hours do at full coverage, beside the two rules; each is proportional to the coverage."""

    willingness: Fraction = key(0.0, "part of the advocates' unwillingness that care takes away", source="off")
    retention: Fraction = key(
        0.0, "part of leaving that care prevents, of members, advocates and fans; in a programme", source="off"
    )
    fans: Fraction = key(0.0, "part of those who would not become fans whom care wins; in a programme", source="off")


def says_no_effects(value: Any) -> bool:
    """For ``exclude_if``: effects that are all off are left out of what is hashed."""
    return bool(value == CareEffects() or value == CareEffects().model_dump())


class CommunityManagement(Block):
    """A community manager, their two rules, and what their hours do.

    Where ``hours_per_week`` is left out, hours are no limit and have no effect of their own: the two rules work fully.
    """

    starts: Hours = key(0.0, "from when on they look and are paid", source="off", exclude_if=is_zero)
    cost_usd_per_day: Annotated[float, Money(ge=0, le=1e9, unit="currency a day")] = key(
        0.0, "cost of a day", source="off"
    )
    respond: Respond | None = key(None, "answers to criticism; left out: none", source="off")
    amplify: Amplify | None = key(None, "reposts; left out: none", source="off")
    hours_per_week: HoursAWeek | None = key(
        None, "hours a week; left out: no limit to the two rules, and no effects", source="off", exclude_if=says_nothing
    )
    usd_per_hour: Annotated[float, Money(ge=0, le=1e6, unit="currency an hour")] = key(
        0.0, "price of an hour", source="off", exclude_if=is_zero
    )
    members_per_hour: Annotated[float, Real(gt=0, le=1e9, unit="members per hour a week")] | None = key(
        None,
        "members whom one hour a week looks after fully; required with hours_per_week",
        source="off",
        exclude_if=says_nothing,
    )
    effects: CareEffects = key(
        CareEffects(), "what the hours do beside the two rules", source="off", exclude_if=says_no_effects
    )

    def coverage(self, members: float) -> float:
        """The part of the care for so many members that the hours suffice for: 1 where they are no limit."""
        if self.hours_per_week is None or self.members_per_hour is None:
            return 1.0
        return min(1.0, self.hours_per_week * self.members_per_hour / max(members, 1.0))

    def hours_usd(self, hours: float) -> float:
        """What the hours cost in so much time (h), US$."""
        return (self.hours_per_week or 0.0) * self.usd_per_hour * hours / HOURS_PER_WEEK

    def days(self, horizon: float) -> float:
        """The days that they are paid for, from their start to ``horizon`` (hours)."""
        return max(0.0, horizon - self.starts) / HOURS_PER_DAY


class Fees(Block):
    """What is paid beside media, people and work."""

    production_usd: Usd = key(0.0, "making the content", source="off")
    agency_usd: Usd = key(0.0, "the agency's fee", source="off")
    agency_share: Fraction = key(0.0, "the agency's part of all other costs", source="off")


class Campaign(Block):
    """What the actors of an arm do."""

    content: Name = key(..., "the content that the campaign is about: the focal content")
    frequency_goal: FrequencyGoal | None = key(
        None, "from how many impressions of the content on a member counts for effective_reach; left out: not counted",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    cross_post: Probability = key(0.0, "chance that who shares on one channel also posts on another", source="off")
    owned: tuple[Owned, ...] = key((), "owned posts", source="off", max_length=MOST_LINES)
    paid: tuple[Paid, ...] = key((), "advertising", source="off", max_length=MOST_LINES)
    organic: tuple[Organic, ...] = key((), "posts of members, unprompted", source="off", max_length=MOST_LINES)
    advocates: Advocates | None = key(None, "the advocate tier; null: none", source="off")
    community_management: CommunityManagement | None = key(None, "the community manager; null: none", source="off")
    fees: Fees | None = key(None, "production and agency; left out: none", source="off", exclude_if=says_nothing)
    earned_media_cpm_usd: Annotated[float, Money(gt=0, le=1e6, unit="currency per 1,000 impressions")] | None = key(
        None, "what 1,000 earned impressions would cost as advertising; left out: earned media value is not counted",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    interventions: tuple[Intervention, ...] = key(
        (), "what is done to the running launch", source="off", max_length=MOST_LINES, exclude_if=says_nothing
    )
    stop_when: StopWhen | None = key(None, "when a world ends early", source="off", exclude_if=says_nothing)
