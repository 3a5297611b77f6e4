"""Conditions between the keys of a community manager and of a programme over months."""

from __future__ import annotations

from collections.abc import Iterator

from viralsim.errors import InputError
from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec


def refuse_programme(spec: Spec, what: str) -> None:
    """InputError where a scenario has several launches and ``what`` knows one."""
    if spec.programme is not None:
        raise InputError(
            f"{what} one launch, and the scenario has a programme of several: leave the block programme out"
        )


def manager(spec: Spec) -> Iterator[Finding]:
    """What a community manager needs to have."""
    care = spec.campaign.community_management
    if care is not None and care.hours_per_week is not None and care.members_per_hour is None:
        place: Place = ("campaign", "community_management", "members_per_hour")
        yield place, "is required with hours_per_week: how many members can one hour a week look after, such as 500?"
    if care is not None and care.hours_per_week is None:
        for word in sorted(care.model_fields_set & {"usd_per_hour", "members_per_hour", "effects"}):
            yield ("campaign", "community_management", word), "needs hours_per_week: add it, or leave this out"
    if care is not None and care.amplify is not None and not spec.campaign.owned:
        place = ("campaign", "community_management", "amplify")
        yield place, "reposts the first owned line, and there is none: add one to campaign.owned, or leave amplify out"


def programme(spec: Spec) -> Iterator[Finding]:
    """How launches follow one another."""
    long = spec.programme
    if long is None:
        return
    if long.every < spec.horizon:
        yield ("programme", "every"), f"must be at least the horizon ({spec.horizon:g}h): launches follow one another"
    for name, content in spec.content.items():
        if content.customer is not None:
            yield ("content", name, "customer"), "buys again by programme.customers too: leave one of them out"
    tier = spec.campaign.advocates
    if tier is not None and "every" in tier.programme.model_fields_set and tier.programme.every != long.every:
        place: Place = ("campaign", "advocates", "programme", "every")
        yield place, f"differs from programme.every ({long.every:g}h): leave it out"
    told = spec.content.get(spec.campaign.content)
    if told is not None and told.customer is not None and long.customers.repeat > 0.0:
        yield ("programme", "customers", "repeat"), "counts what content.customer counts already: leave one of them out"
