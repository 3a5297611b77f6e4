"""What planners should look at before they believe a brief: steps of a funnel that everybody takes, boosts to the same few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from viralsim.campaign.accounting import paid_impressions
from viralsim.campaign.compile import Arm
from viralsim.campaign.market import people_of_line
from viralsim.scenario.funnel import SOURCES
from viralsim.scenario.scenario import Scenario
from viralsim.scenario.spec import Spec
from viralsim.units import counted

BOOST_A_PERSON = 10.0  # impressions of one boost
STEPS = ("click", "landing", "checkout")


def brief_warnings(scenario: Scenario, arms: Mapping[str, Arm]) -> list[str]:
    """Sentences, each once."""
    found = [text for name in scenario.arm_names for text in _open_steps(scenario.for_arm(name))]
    return list(dict.fromkeys([*found, *(text for name, arm in arms.items() for text in _crowded_boosts(name, arm))]))


def _sources(spec: Spec) -> set[str]:
    """The sources that impressions of an arm may have."""
    campaign = spec.campaign
    there = {
        "owned": bool(campaign.owned),
        "paid": bool(campaign.paid),
        "asked": campaign.advocates is not None,
        "earned": True,
        "recommended": any(channel.recommended is not None for channel in spec.channels.values()),
    }
    return {source for source, is_there in there.items() if is_there}


def _open_steps(spec: Spec) -> Iterator[str]:
    """A step that is said for some sources lets everybody of the others pass."""
    there = _sources(spec)
    for name, content in spec.content.items():
        for step in STEPS if content.funnel is not None else ():
            rate = getattr(content.funnel, step)
            silent = [source for source in SOURCES if source in there and source not in rate.model_fields_set]
            if silent and rate.model_fields_set:
                yield (
                    f"content.{name}.funnel.{step} says nothing of {listed(silent)} impressions, so all of them pass it "
                    "(100 %): give their rates too"
                )


def _crowded_boosts(name: str, arm: Arm) -> Iterator[str]:
    """A boost that shows the same post to the same people again and again."""
    for i, (paid, sold) in enumerate(zip(arm.spec.campaign.paid, paid_impressions(arm), strict=True)):
        people = people_of_line(arm, i)
        if paid.boost is not None and people and sold / people > BOOST_A_PERSON:
            yield (
                f"arm {name}: the boost of {paid.boost} shows {sold / people:,.0f} impressions to each of the "
                f"{counted(people, 'member')} it may reach: lower its budget, cap it, or show it to others with boost_to: beyond"
            )


def listed(words: list[str]) -> str:
    """``owned, earned and recommended``."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
