"""The words about the question: what is compared, what counts, what is not known, what is swept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from viralsim.scenario.amounts import Money
from viralsim.scenario.audience import Selection
from viralsim.scenario.blocks import USER, Block, Name, key, says_nothing
from viralsim.units import Fraction, NumberOrDuration, Real, Whole

Measure = Literal[
    "reach", "impressions", "shares", "critical_shares", "engagements", "conversions", "largest_cascade", "depth",
    "max_breadth", "structural_virality", "reproduction_number", "time_to_peak_hours", "half_time_hours",
    "earned_reach", "earned_shares", "value_usd", "net_usd", "effective_reach",
]  # fmt: skip
Worlds = Annotated[int, Whole(ge=1, le=100_000_000, unit="worlds")]

# The one tree, and not the sum of many, is what virality means in Goel et al. 2016 (Management Science 62), who look at
# cascades of 100 and more: a hundredth of an audience of 10,000.
VIRAL_FRACTION = 0.01
CASCADE_SOURCE = "assumption; Goel et al. 2016 study single cascades of 100 posts and more"


class Until(Block):
    """When a run has enough worlds: the interval of a measure's mean, minus the baseline's, is narrow enough."""

    measure: Measure = key(
        ..., "the measure whose mean is asked for; its difference to the baseline where there is one"
    )
    half_width: Annotated[float, Real(gt=0, le=1e15)] = key(..., "half the width of the 95 % interval, at most")
    scale: Literal["relative", "absolute"] = key(
        "relative", "relative: a fraction of the larger of the two arms' means; absolute: in the measure's unit"
    )


class AdaptiveWorlds(Block):
    """Worlds until the answer is known; the interval is valid although one looks often."""

    at_most: Worlds = key(..., "stop here in any case, and say that it cannot be told at this budget")
    until: Until = key(..., "what has to be known")


# tags are in the places that pydantic names; this one is left out there, like the mark of a mapping's key
WorldsOrUntil = Annotated[
    Annotated[Worlds, Tag("number")] | Annotated[AdaptiveWorlds, Tag("[key]")],
    Discriminator(lambda value: "[key]" if isinstance(value, dict | AdaptiveWorlds) else "number"),
]


# measures of which a goal may ask what some of the members did
AMONG = {word: f"{word}_among" for word in ("reach", "impressions", "shares", "conversions")}
GoalMeasure = Measure | Literal["reach_among", "impressions_among", "shares_among", "conversions_among"]


class Goal(Block):
    """What the verdict is about."""

    measure: GoalMeasure = key(..., "the measure that decides; with among it is called reach_among and so on")
    among: Selection = key(
        {},
        "only what members of these segments did counts: field of audience.segments -> its values; for reach, impressions, "
        "shares and conversions",
        source="off",
        exclude_if=says_nothing,
    )
    matters_from: Annotated[float, Real(ge=0, le=1e15)] = key(0.0, "the smallest difference that matters")
    cost_per_sale_at_most: Annotated[float, Money(gt=0, le=1e12, unit="currency per conversion")] | None = key(
        None, "the most that a conversion may cost; left out: no ceiling", source="off", exclude_if=says_nothing
    )

    @model_validator(mode="before")
    @classmethod
    def _of_some(cls, data: Any) -> Any:
        """``reach`` of some of the members goes by the name ``reach_among``."""
        if isinstance(data, dict) and data.get("among"):
            return {**data, "measure": AMONG.get(str(data.get("measure")), data.get("measure"))}
        return data


class Question(Block):
    """What is asked of the arms; the verdict answers it first."""

    compare: tuple[Name, ...] = key(
        ..., "two arms, the first minus the second; one: that arm minus the baseline", min_length=1, max_length=2
    )


class ViralWhen(Block):
    """When a launch counts as viral; exactly one criterion."""

    largest_cascade_fraction: Fraction | None = key(
        None, "posts of the largest tree / members, at least; no money buys it", source=CASCADE_SOURCE
    )
    earned_reach_fraction: Fraction | None = key(None, "earned reach / members, at least", source=USER)
    reach_fraction: Fraction | None = key(None, "reach / members, at least", source=USER)


class FlopWhen(Block):
    """When a launch counts as a flop."""

    earned_shares_at_most: Annotated[float, Real(ge=0, le=1e12, unit="shares")] = key(10.0, "earned shares, at most")


class NormalValue(Block):
    """A normal distribution."""

    mean: Annotated[float, NumberOrDuration()] = key(..., "mean before it is cut off")
    sd: Annotated[float, NumberOrDuration(gt=0)] = key(..., "standard deviation before it is cut off")


class LognormalValue(Block):
    """A lognormal distribution."""

    median: Annotated[float, NumberOrDuration(gt=0)] = key(..., "median before it is cut off")
    sigma: Annotated[float, Real(gt=0, le=5)] = key(..., "standard deviation of the logarithm")


class Uncertain(Block):
    """A value that is not known: drawn again for each world, the same for all arms. Whole numbers are drawn whole."""

    from_: Annotated[float, NumberOrDuration()] | None = key(
        None,
        "lowest value; with a distribution it is cut off here, left out at its 0.0005 quantile",
        alias="from",
        source=USER,
    )
    to: Annotated[float, NumberOrDuration()] | None = key(
        None, "highest value; with a distribution it is cut off here, left out at its 0.9995 quantile", source=USER
    )
    scale: Literal["linear", "log"] = key("linear", "uniform in the value or in its logarithm")
    normal: NormalValue | None = key(None, "normal between from and to, in place of uniform", source="off")
    lognormal: LognormalValue | None = key(None, "lognormal between from and to, in place of uniform", source="off")


class Joint(Block):
    """Values that are known together: each world takes one row, the same for all arms."""

    file: str | None = key(
        None,
        "CSV: paths in the first line, then a row per draw in the unit of the path (hours for durations)",
        source=USER,
    )
    rows: dict[str, tuple[Annotated[float, Real()], ...]] | None = key(
        None, "instead of file: path -> its value in each row", source="off", min_length=1, max_length=64
    )
    draws: Annotated[int, Whole(ge=1, le=1_000_000, unit="rows")] | None = key(
        None, "use only this many rows, from the first on", source="off"
    )
    sha256: str | None = key(
        None, "SHA-256 of the file, as calibrate writes it: a file that has changed is refused", source="off"
    )


def _is_joint(value: Any) -> bool:
    return isinstance(value, Joint) or (
        isinstance(value, dict) and not {"file", "rows", "draws", "sha256"}.isdisjoint(value)
    )


RangeOrJoint = Annotated[
    Annotated[Uncertain, Tag("[key]")] | Annotated[Joint, Tag("[joint]")],
    Discriminator(lambda value: "[joint]" if _is_joint(value) else "[key]"),
]
JOINT = "joint"  # the one key of ``uncertain`` that is no path


class SweepParameter(Block):
    """Values of a swept key: a list, or a range."""

    values: tuple[Any, ...] | None = key(None, "these values", source=USER, max_length=100_000)
    from_: Annotated[float, NumberOrDuration()] | None = key(None, "lowest value", source=USER, alias="from")
    to: Annotated[float, NumberOrDuration()] | None = key(None, "highest value", source=USER)
    steps: Annotated[int, Whole(ge=1, le=1_000_000, unit="values")] | None = key(
        None, "number of values of a grid, both ends included", source="off"
    )
    scale: Literal["linear", "log"] = key("linear", "even steps in the value or in its logarithm")

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {"values": value} if isinstance(value, list | tuple) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "array"}, handler.resolve_ref_schema(handler(schema))]}


class Sweep(Block):
    """Which scenarios are run beside each other."""

    design: Literal["grid", "list", "latin_hypercube", "sobol"] = key("grid", "how points are laid out")
    parameters: dict[str, SweepParameter] = key(..., "path -> values", min_length=1, max_length=64)
    worlds: Worlds | None = key(None, "worlds of a point; left out: the scenario's", source="off")
    points: Annotated[int, Whole(ge=1, le=10_000_000, unit="points")] | None = key(
        None, "number of points of latin_hypercube and sobol", source="off"
    )
    constraints: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = key(
        (), "comparisons of paths that a point must fulfil", source="off", max_length=100
    )
    luck: Literal["same", "own"] = key("same", "same: all points share their luck; own: each has luck of its own")
    quantiles: tuple[Fraction, ...] = key(
        (), "quantiles over worlds kept of each measure", source="off", max_length=20, exclude_if=says_nothing
    )
    derive: dict[Name, Annotated[str, Field(min_length=1, max_length=500)]] = key(
        {}, "more measures, by expression: earned_share: earned_reach / reach", source="off", max_length=50,
        exclude_if=says_nothing,
    )  # fmt: skip
    keep_worlds: bool | None = key(
        None, "true: the worlds of each point are kept as Parquet", source="off", exclude_if=says_nothing
    )


class FieldTest(Block):
    """A test in the field: the treatment arm is given to a part of the units, the control arm to the rest."""

    treatment: Name = key(..., "the arm that is tried")
    control: Name = key(..., "the arm that it is compared with")
    measure: Measure | None = key(None, "what is counted; the goal's where left out", source="off")
    units: tuple[Literal["member", "community", "channel", "time", "advocate"], ...] = key(
        ("member", "community"), "what is assigned to one of the two", min_length=1, max_length=5
    )
    share: Annotated[float, Real(gt=0, lt=1, unit="fraction")] = key(0.5, "part of the units that is treated")
