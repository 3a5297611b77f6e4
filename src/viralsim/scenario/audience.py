"""The words of the ``audience`` block: who is there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt, StrictStr

from viralsim.scenario.blocks import Block, Name, block, is_zero, key, says_nothing
from viralsim.scenario.calendar import Calendar
from viralsim.units import Factor, Fraction, Probability, Real, TimeOfDay, Whole

MOST_MEMBERS = 100_000_000


Selection = Annotated[
    dict[Name, Annotated[tuple[StrictInt | StrictStr, ...], Field(min_length=1, max_length=1_000)]],
    Field(max_length=16),
]  # field -> its values: members who have one of them, of every field


class Communities(Block):
    """Groups of members; every member has exactly one."""

    count: Annotated[int, Whole(ge=1, le=1_000_000, unit="communities")] = key(1, "number of communities")
    size_exponent: Annotated[float, Real(gt=1, le=10)] = key(2.0, "exponent of the power law of community sizes")
    mixing: Fraction = key(0.15, "share of follows that leave the community")


class Rival(Block):
    """A brand that takes a part of everybody's feed, whatever this campaign does."""

    impressions_per_day: Annotated[float, Real(ge=0, le=1e12, unit="impressions a day")] = key(
        ..., "its posts in the members' feeds in a day, spread evenly over all members (assumption)"
    )


class Attention(Block):
    """Limited attention: a feed holds more posts than one looks at."""

    feed_capacity: Annotated[float, Real(gt=0, le=1e6, unit="posts a day")] = key(60.0, "posts a day one can look at")
    background_posts: Annotated[float, Real(ge=0, le=1e4, unit="posts a day")] = key(
        1.5, "posts a day of each account followed"
    )
    rivals: dict[Name, Rival] = key(
        {}, "brands that compete for attention; organic_reach and share_rate are those without them", source="off",
        max_length=64, exclude_if=says_nothing,
    )  # fmt: skip

    @property
    def rival_impressions_per_day(self) -> float:
        """Posts of all rivals in the feeds of all members in a day."""
        return sum(rival.impressions_per_day for rival in self.rivals.values())


class Rhythm(Block):
    """Daily activity: a cosine of mean 1."""

    peak: TimeOfDay = key(20.0, "time of day of most activity")
    depth: Fraction = key(0.6, "amplitude: activity runs from 1 - depth to 1 + depth")


class Participation(Block):
    """A few are active, most watch: activity is lognormal with mean 1."""

    sigma: Annotated[float, Real(ge=0, le=4)] = key(
        1.5,
        "standard deviation of the logarithm of activity",
        source="direction: nngroup.com participation inequality (90-9-1), 2006; value: assumption",
    )


class Fatigue(Block):
    """Repeated impressions tire: the factor is max(floor, 1 - per_impression * impressions before)."""

    per_impression: Fraction = key(0.05, "response lost with each earlier impression of this scenario")
    floor: Fraction = key(0.2, "least factor")


class Buying(Block):
    """Some members buy readily, most hardly ever: a factor of the chance of a conversion, gamma with mean 1."""

    spread: Annotated[float, Real(ge=0, le=5, unit="standard deviation / mean")] = key(
        ..., "how much members differ; 0: not at all"
    )


SegmentCuts = Annotated[tuple[Annotated[float, Real(ge=-1e15, le=1e15)], ...], Field(max_length=100)]


class Audience(Block):
    """The members, what they like and how much they can look at."""

    members: Annotated[int, Whole(ge=1, le=MOST_MEMBERS, unit="members")] | None = key(
        None, "number of members; left out where a network or members file says who there is", source="off"
    )
    communities: Communities = block(Communities, "groups of members")
    topics: dict[Name, Fraction] = key({}, "mean interest of the members in each topic", source="off", max_length=64)
    tones: dict[Name, Fraction] = key({}, "mean liking of each tone", source="off", max_length=64)
    hostility: Probability = key(0.05, "inclination to criticise, times the content's controversy")
    attention: Attention | None = key(None, "limited attention; left out: off", source="off")
    rhythm: Rhythm | None = key(None, "daily activity; left out: flat", source="off")
    calendar: Calendar | None = key(
        None, "weekdays, seasons and events; left out: all days are alike", source="off", exclude_if=says_nothing
    )
    participation: Participation | None = key(
        None, "unequal activity; left out: on for generated audiences, off for imported ones; null: off", source="off"
    )
    in_group: Factor = key(1.0, "factor of trust inside a community", source="off")
    fatigue: Fatigue | None = key(None, "tiredness of repeated impressions; left out: off", source="off")
    demographics: str | None = key(
        None,
        "CSV file of a platform's shares: kind (region, age, ..., interest), value, share; its groups are the communities",
        source="off",
        exclude_if=says_nothing,
    )
    segments: dict[Name, SegmentCuts] = key(
        {},
        "fields whose values are segments of the results, and may be aimed at: a column of the members file, a kind of "
        "demographics, community, activity, interest_<topic>, ...; [] for values as they are, cut points for bands of numbers",
        source="off", max_length=16, exclude_if=says_nothing,
    )  # fmt: skip
    buying: Buying | None = key(
        None, "members differ in how readily they buy; left out: all alike", source="off", exclude_if=says_nothing
    )
    prospects: Annotated[int, Whole(ge=0, le=MOST_MEMBERS, unit="people")] = key(
        0,
        "people beside the members whom paid lines reach: like them, without ties",
        source="off",
        exclude_if=is_zero,
    )
    members_file: str | None = key(None, "CSV file of the members: id, community and any member field", source="off")
