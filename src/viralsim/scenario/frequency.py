"""Frequency goals: how often somebody is to see the campaign, or a paid line, to count as reached; and what measures that."""

from __future__ import annotations

from collections.abc import Iterator

from viralsim.errors import InputError
from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec

EFFECTIVE_REACH = "effective_reach"
ASK = "effective_reach needs campaign.frequency_goal: from how many impressions on does somebody count, such as 3?"


def line_measure(line: int) -> str:
    """The measure of a paid line's goal, by the number of the line."""
    return f"{EFFECTIVE_REACH}_paid_{line}"


def frequency_measures(spec: Spec) -> list[str]:
    """The measures of the goals of a campaign."""
    campaign = spec.campaign
    found = [EFFECTIVE_REACH] if campaign.frequency_goal is not None else []
    return found + [line_measure(i) for i, paid in enumerate(campaign.paid) if paid.frequency_goal is not None]


def refuse_unasked(spec: Spec, measure: str) -> None:
    """InputError where a measure is asked for that the scenario does not take."""
    if measure == EFFECTIVE_REACH and spec.campaign.frequency_goal is None:
        raise InputError(f"measure: {ASK}")


def frequency(spec: Spec) -> Iterator[Finding]:
    """What is wrong with goals beside caps, and where a goal is needed and not given."""
    for i, paid in enumerate(spec.campaign.paid):
        goal, cap = paid.frequency_goal, paid.frequency_cap
        if goal is not None and cap is not None and goal > cap:
            place: Place = ("campaign", "paid", i, "frequency_goal")
            yield place, f"is above the frequency_cap of {cap}, so nobody gets there: lower it, or raise the cap"
    test = spec.field_test
    if test is not None and test.measure == EFFECTIVE_REACH:
        yield ("field_test", "measure"), "effective_reach is not known by groups of members: name another measure"
    if spec.campaign.frequency_goal is not None:
        return
    if spec.goal is not None and spec.goal.measure == EFFECTIVE_REACH:
        yield ("goal", "measure"), ASK
    if EFFECTIVE_REACH in spec.goals:
        yield ("goals", EFFECTIVE_REACH), ASK
    if not isinstance(spec.worlds, int) and spec.worlds.until.measure == EFFECTIVE_REACH:
        yield ("worlds", "until", "measure"), ASK
