"""The root of the schema: a whole scenario as frozen types."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field

from viralsim.scenario.amounts import DEFAULT_CURRENCY, Currency
from viralsim.scenario.audience import Audience
from viralsim.scenario.blocks import USER, Block, Name, block, key, says_nothing
from viralsim.scenario.calibrated import Calibrated
from viralsim.scenario.campaign import Campaign
from viralsim.scenario.channels import Channel
from viralsim.scenario.content import Content
from viralsim.scenario.long_programme import LongProgramme
from viralsim.scenario.own_rules import OwnMeasures
from viralsim.scenario.study import (
    JOINT,
    VIRAL_FRACTION,
    FieldTest,
    FlopWhen,
    Goal,
    Joint,
    Measure,
    Question,
    RangeOrJoint,
    Sweep,
    Uncertain,
    ViralWhen,
    WorldsOrUntil,
)
from viralsim.units import Duration, LaunchDay, PositiveHours, Real, TimeOfLaunch, Whole
from viralsim.versions import LAW_OF_UNCERTAIN_VISIBILITY, LAW_VERSION

MOST_TICKS = 200_000
SEEN = (".visibility", ".organic_reach", ".owned_visibility")
MOST_CHANNELS = 29  # as in ``kernels.state``: bits that a member has for them


class Spec(Block):
    """All that a scenario file says, with defaults filled in. Attributes have the names of the file's keys."""

    viralsim: Literal[1] = key(..., "version of the schema")
    name: Annotated[str, Field(min_length=1, max_length=200)] = key(..., "what it is called")
    about: Annotated[str, Field(max_length=20_000)] = key("", "the question", source="off")
    seed: Annotated[int, Whole(ge=0, le=2**63 - 1)] = key(42, "seed of all luck")
    worlds: WorldsOrUntil = key(1000, "number of worlds of each arm, or when there are enough of them")
    horizon: PositiveHours = key(336.0, "how long a world is watched (14d)")
    tick: Annotated[float, Duration(gt=0, le=24)] = key(1.0, "the time step (1h)")
    launch_at: TimeOfLaunch = key(
        9.0,
        "time of day of tick 0, for the daily rhythm (09:00); after a weekday or date, others may be Monday 18:00",
    )
    launch_day: LaunchDay | None = key(
        None,
        "day of the week or date of tick 0; left out: that of launch_at",
        source="filled in",
        exclude_if=says_nothing,
    )
    currency: Currency = key(
        DEFAULT_CURRENCY,
        "ISO 4217 code of all amounts, said in every result; the sign of another currency is refused, nothing is converted",
    )
    audience: Audience = block(Audience, "who is there", source=USER)
    channels: dict[Name, Channel] = key(
        ..., f"follower networks, {MOST_CHANNELS} at most", min_length=1, max_length=MOST_CHANNELS
    )
    content: dict[Name, Content] = key(..., "what can spread", min_length=1, max_length=256)
    campaign: Campaign = key(..., "what the actors do")
    programme: LongProgramme | None = key(
        None, "the campaign launched again over months; left out: one launch", source="off", exclude_if=says_nothing
    )
    arms: dict[Name, dict[str, Any]] = key(
        {"campaign": {}},
        "alternatives: path -> value, laid over the campaign",
        source="off",
        min_length=1,
        max_length=64,
    )
    equal_money: bool | tuple[Name, ...] = key(
        False,
        "check and run refuse arms whose costs differ by more than 1 %: true for all but the baseline, or a list of arms",
    )
    baseline: Name | None = key(None, "the arm that others are compared with", source=USER)
    question: Question | None = key(
        None,
        "the arms that are asked about; left out: the two of equal cost, else the leader and the baseline",
        source="off",
    )
    goal: Goal | None = key(None, "what the verdict is about; left out: no winner is named", source="off")
    goals: dict[Measure, Annotated[float, Real(gt=0, le=1e6, unit="weight")]] = key(
        {},
        "several goals: measure -> weight; the arms are scored in a table",
        source="off",
        max_length=16,
        exclude_if=says_nothing,
    )
    viral_when: ViralWhen = key(
        ViralWhen(largest_cascade_fraction=VIRAL_FRACTION),
        f"when a campaign counts as viral (largest_cascade_fraction: {VIRAL_FRACTION})",
    )
    flop_when: FlopWhen = block(FlopWhen, "when a launch counts as a flop")
    measures: OwnMeasures | None = key(
        None, "measures of your own, by their words", source="off", exclude_if=says_nothing
    )
    populations: Annotated[int, Whole(ge=1, le=10_000, unit="audiences")] = key(
        1, "how many audiences are drawn", source="off"
    )
    uncertain: dict[str, RangeOrJoint] = key(
        {}, "what is not known: path -> range; joint: rows of a posterior", source="off", max_length=64
    )
    calibration: Calibrated | None = key(
        None, "which values come from past posts, and how well later posts were predicted", source="off"
    )
    sweep: Sweep | None = key(None, "which scenarios are run beside each other", source="off")
    variants: dict[Name, dict[str, Any]] = key(
        {}, "other models, for `robust`: path -> value, laid over all but the arms", source="off", max_length=64
    )
    field_test: FieldTest | None = key(None, "which arm is tried on a part of the audience", source="off")

    @property
    def ranges(self) -> dict[str, Uncertain]:
        """What is not known, each path apart from the others."""
        return {path: span for path, span in self.uncertain.items() if isinstance(span, Uncertain)}

    @property
    def joint(self) -> Joint | None:
        """What is known together, as rows."""
        found = self.uncertain.get(JOINT)
        return found if isinstance(found, Joint) else None

    @property
    def most_worlds(self) -> int:
        """Number of worlds of each arm, at most."""
        return self.worlds if isinstance(self.worlds, int) else self.worlds.at_most

    @property
    def law(self) -> int:
        """The law version of its worlds; rows of ``joint`` count as visibility, which they may hold."""
        seen = any(path.startswith("channels.") and path.endswith(SEEN) for path in self.uncertain)
        return LAW_OF_UNCERTAIN_VISIBILITY if seen or JOINT in self.uncertain else LAW_VERSION

    @property
    def launches(self) -> int:
        """How many launches a world goes through."""
        return 1 if self.programme is None else self.programme.launches

    @property
    def ticks(self) -> int:
        """Number of ticks of the horizon."""
        return max(1, math.ceil(self.horizon / self.tick - 1e-9))

    def tick_of(self, hours: float) -> int:
        """The tick in which a time since the launch lies; beyond the horizon it is ``ticks`` or more."""
        return math.floor(hours / self.tick + 1e-9)
