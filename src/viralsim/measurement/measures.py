"""The measures of one launch, declared once: code, tables, report, tests and documentation read them from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from viralsim.arguments import one_of

MONEY = "currency"  # the unit of amounts


@dataclass(frozen=True)
class Measure:
    """One measure of one launch.

    direction: +1 more is better, -1 less is better, 0 neither. only_with_cascade: not defined in a world without a
    cascade, so it is shown per arm with its count and never as an uplift (pairing would condition on the outcome).
    counted: what a difference counts, for sentences ("12 more <counted>").
    bought: a cost per incremental unit makes sense.
    """

    name: str
    label: str
    unit: str
    direction: int
    definition: str
    source: str
    counted: str = ""
    only_with_cascade: bool = False
    bought: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it is an amount in the scenario's currency."""
        return self.unit == MONEY

    def unit_in(self, currency: str) -> str:
        """Its unit, amounts in the scenario's currency."""
        return currency if self.is_money else self.unit

    def heading(self, currency: str) -> str:
        """Its label with the unit that the label does not say: "value, EUR", "half time, h"."""
        unit = "h" if self.unit == "hours" else currency if self.is_money else ""
        return f"{self.label}, {unit}" if unit else self.label


_OWN = "docs/model.md"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "reach",
        "reach",
        "members",
        1,
        "members with at least one impression of the content",
        _OWN,
        bought=True,
        counted="members reached",
    ),
    Measure(
        "impressions",
        "impressions",
        "impressions",
        1,
        "times per member was shown a post of the content",
        _OWN,
        bought=True,
        counted="impressions",
    ),
    Measure(
        "shares",
        "shares",
        "shares",
        1,
        "posts of the content by members, planned posts of advocates included",
        _OWN,
        bought=True,
        counted="shares",
    ),
    Measure(
        "critical_shares",
        "critical shares",
        "shares",
        -1,
        "posts of the content's critical twin by members",
        _OWN,
        counted="critical shares",
    ),
    Measure(
        "engagements",
        "engagements",
        "engagements",
        1,
        "likes and clicks; they do not spread",
        _OWN,
        bought=True,
        counted="engagements",
    ),
    Measure(
        "conversions",
        "conversions",
        "conversions",
        1,
        "members who did what the campaign is for, once each",
        _OWN,
        bought=True,
        counted="conversions",
    ),
    Measure(
        "largest_cascade",
        "largest cascade",
        "posts",
        1,
        "nodes of the largest tree of the campaign",
        _OWN,
        counted="posts in the largest cascade",
    ),
    Measure(
        "depth",
        "depth",
        "generations",
        1,
        "longest way from the root in the largest tree; further is further spread",
        _OWN,
        counted="generations of depth",
    ),
    Measure(
        "max_breadth",
        "maximum breadth",
        "posts",
        1,
        "most nodes at one depth of the largest tree",
        _OWN,
        counted="posts in the broadest generation",
    ),
    Measure(
        "structural_virality",
        "structural virality",
        "steps",
        0,
        "mean distance between two nodes of the largest tree: 2 - 2/n for a broadcast, higher for person to person",
        "Goel, Anderson, Hofman, Watts 2016, doi 10.1287/mnsc.2015.2158",
        only_with_cascade=True,
        counted="steps between two sharers",
    ),
    Measure(
        "reproduction_number",
        "reproduction number",
        "shares per share",
        1,
        "members' first shares that answer a member's share, over all first shares",
        _OWN,
        only_with_cascade=True,
        counted="shares per share",
    ),
    Measure(
        "time_to_peak_hours",
        "time to peak",
        "hours",
        0,
        "from the start to the first tick with most shares",
        _OWN,
        only_with_cascade=True,
        counted="hours to the peak",
    ),
    Measure(
        "half_time_hours",
        "half time",
        "hours",
        0,
        "from the start to half of the final shares",
        _OWN,
        only_with_cascade=True,
        counted="hours to half of the shares",
    ),
    Measure(
        "earned_reach",
        "earned reach",
        "members",
        1,
        "members shown an ordinary member's share, or recommended through one: not owned, paid or asked",
        _OWN,
        bought=True,
        counted="members reached by earned posts",
    ),
    Measure(
        "earned_shares",
        "earned shares",
        "shares",
        1,
        "shares that answer an impression",
        _OWN,
        bought=True,
        counted="earned shares",
    ),
    Measure(
        "value_usd",
        "value",
        MONEY,
        1,
        "conversions times the value of one",
        _OWN,
        counted="value",
    ),
    Measure(
        "net_usd",
        "net value",
        MONEY,
        1,
        "value minus all costs of the arm",
        _OWN,
        counted="net value",
    ),
)

FURTHER: tuple[Measure, ...] = (
    Measure("clicks", "clicks", "clicks", 1, "expected clicks behind the sales: sales over the rates of the later steps", _OWN,
            bought=True, counted="clicks"),
    Measure("landings", "landings", "visits", 1, "expected visits of the landing page behind the sales", _OWN,
            bought=True, counted="visits of the landing page"),
    Measure("returns", "returns", "sales", -1, "sales times the part that is sent back", _OWN, counted="sales sent back"),
    Measure("earned_media_value_usd", "earned media value", MONEY, 1,
            "what the earned impressions would have cost as advertising: a price of attention, and no money earned",
            "assumption; AMEC's Barcelona Principles advise against it as a value of communication",
            counted="earned media value"),
    Measure("effective_reach", "effective reach", "members", 1,
            "members with at least campaign.frequency_goal impressions of the content", _OWN, bought=True,
            counted="members reached often enough"),
    Measure("brand_lift", "brand lift", "members", 1, "reach times recall_rate: one impression is as good as many",
            "assumption", bought=True, counted="members who remember"),
)  # fmt: skip
AMONG: tuple[Measure, ...] = tuple(
    Measure(f"{word}_among", f"{label} in the goal's segments", unit, 1, f"{label} of the members of whom the goal speaks", _OWN,
            bought=True, counted=f"{counted} in the goal's segments")
    for word, label, unit, counted in (
        ("reach", "reach", "members", "members reached"), ("impressions", "impressions", "impressions", "impressions"),
        ("shares", "shares", "shares", "shares"), ("conversions", "conversions", "conversions", "conversions"),
    )
)  # fmt: skip
_FURTHER = {measure.name: measure for measure in (*FURTHER, *AMONG)}
BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}
NAMES: tuple[str, ...] = tuple(BY_NAME)
# measures that goals may name; they exist only if the scenario asks for them
ONLY_WHERE_ASKED = ("effective_reach", *(measure.name for measure in AMONG))


def own_measure(name: str) -> Measure:
    """The declaration of a measure of one's own: of neither direction, in no unit."""
    return Measure(name, name.replace("_", " "), "", 0, "a measure of the scenario's own", "the rule of that name")


def declared(name: str) -> Measure:
    """The declaration of a measure of a run, be it one of the scenario's own."""
    return BY_NAME.get(name) or _FURTHER.get(name) or _of_line(name) or own_measure(name)


def _of_line(name: str) -> Measure | None:
    """The effective reach of one paid line; None for other names."""
    number = name.removeprefix("effective_reach_paid_")
    if number == name or not number.isdecimal():
        return None
    words = f"members with at least campaign.paid[{number}].frequency_goal impressions of that line"
    return replace(_FURTHER["effective_reach"], name=name, label=f"effective reach of paid[{number}]", definition=words)


def measures_in(arms: Iterable[Mapping[str, object]]) -> tuple[Measure, ...]:
    """The measures of a run, by what its arms hold: those declared here, then those of its own."""
    own = dict.fromkeys(name for measured in arms for name in measured if name not in BY_NAME)
    return (*MEASURES, *map(declared, own))


def measure(name: str) -> Measure:
    """The declaration of a measure that a goal may name; InputError lists the names there are in every run."""
    if name in ONLY_WHERE_ASKED:
        return _FURTHER[name]
    return BY_NAME[one_of(name, "measure", NAMES)]
