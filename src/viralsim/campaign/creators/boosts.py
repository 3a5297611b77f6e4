"""Boosts: paid impressions of a creator's own post, to their followers or to all others, with that creator's trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.numbers import Number, number
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError
from viralsim.member_names import handle_key
from viralsim.scenario.blocks import filled
from viralsim.scenario.spec import Spec

if TYPE_CHECKING:
    from viralsim.campaign.enrolment import Enrolment


class Boost(NamedTuple):
    """members: int32, whom it may be shown to, ascending. trust: the creator's. content: what they post; None: the tier's."""

    members: NDArray[np.int32]
    trust: Number
    content: str | None


def boost_of(compiled: CompiledAudience, spec: Spec, line: int, enrolment: Enrolment) -> Boost | None:
    """Whom a boosted post may be shown to, and with what trust; None where the arm does not enrol the creator.

    Raises: ScenarioError for a handle that the tier does not know, or that does not post on the channel.
    """
    paid = spec.campaign.paid[line]
    channel, place = compiled.channels.index(filled(paid.channel)), f"campaign.paid[{line}].boost"
    row = enrolment.row_of(filled(paid.boost))
    if spec.campaign.advocates is None:
        return None
    if row is None:
        if handle_key(filled(paid.boost)) in map(handle_key, enrolment.listed):
            return None
        raise ScenarioError([Problem(f"{paid.boost!r} is none of the tier's creators: name one of them", place)])
    if not enrolment.channels[row, channel]:
        raise ScenarioError([Problem(f"{paid.boost!r} does not post on {paid.channel}: boost where they post", place)])
    network, member = compiled.networks[channel], int(enrolment.members[row])
    followers = np.sort(network.followers[network.indptr[member] : network.indptr[member + 1]]).astype(np.int32)
    if paid.boost_to == "beyond":
        others = compiled.reached_by_money(channel)
        others[followers] = others[member] = False
        followers = np.flatnonzero(others).astype(np.int32)
    trust = number(spec.campaign.advocates.trust)
    if enrolment.fit is not None:
        trust = trust * float(enrolment.fit[row])
    content = None if enrolment.terms is None else enrolment.terms.content[row] or None
    return Boost(followers, trust, content)
