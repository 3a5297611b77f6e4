"""What the same worlds would sell at other conversion rates and trusts: counted beside their own conversions, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from viralsim.campaign.compile import sold_part
from viralsim.kernels.arm_inputs import ArmInputs, Source
from viralsim.kernels.state import MOST_CHANNELS
from viralsim.scenario.paths import parse_path
from viralsim.scenario.spec import Spec

Offer: TypeAlias = tuple[float, ...]  # the conversion rate of the content, then what of it is left for each source

OF_A_SALE = ("conversion_rate", "conversion_trust", "funnel")  # keys of a content that say how well it sells


def sells_only(path: str, spec: Spec) -> bool:
    """Whether the number at ``path`` of an arm says nothing but how well impressions of the campaign's content sell."""
    place = parse_path(path)
    return (
        len(place) > 2
        and place[:2] == ("content", spec.campaign.content)
        and place[2] in OF_A_SALE[:2]
        and spec.content[spec.campaign.content].conversion_rate > 0.0
        and spec.programme is None  # there it decides who is a customer of the next launch
    )


def draws_sales(paths: Sequence[str], spec: Spec) -> bool:
    """Whether an uncertain input says how well the campaign's content sells: its offer differs by world."""
    places = [parse_path(path) for path in paths]
    return any(place[:2] == ("content", spec.campaign.content) and place[2] in OF_A_SALE for place in places)


def offer_of(spec: Spec) -> Offer:
    """How well the campaign's content sells in an arm."""
    content = spec.content[spec.campaign.content]
    return (float(content.conversion_rate), *(float(sold_part(content, s.name.lower())) for s in Source))


def most_offers(spec: Spec) -> int:
    """How many offers may be counted in one run."""
    return MOST_CHANNELS - len(spec.channels)


def with_offers(arm: ArmInputs, offers: Sequence[Offer]) -> ArmInputs:
    """The inputs of an arm whose worlds count the conversions of other offers beside their own."""
    if not offers:
        return arm
    table = np.array(offers)
    rate, trust = np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1:])
    most = (rate[:, None] * trust).max(axis=0)
    return arm._replace(contents=arm.contents._replace(other_rate=rate, other_trust=trust, other_most=most))
