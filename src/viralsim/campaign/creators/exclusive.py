"""Exclusive creators: whoever is one passes on no content but the one they are paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.blocks import filled
from viralsim.scenario.spec import Spec

if TYPE_CHECKING:
    from viralsim.campaign.enrolment import Enrolment
    from viralsim.kernels.arm_inputs import Audience


def content_of(spec: Spec, enrolment: Enrolment, row: int) -> str:
    """What a person of the tier posts."""
    own = "" if enrolment.terms is None else enrolment.terms.content[row]
    return own or filled(spec.campaign.advocates).content or spec.campaign.content


def exclusive_rows(enrolment: Enrolment) -> list[int]:
    """Who of an enrolment is exclusive, by row."""
    terms = enrolment.terms
    return [] if terms is None else [int(row) for row in np.flatnonzero(terms.exclusive)]


def with_exclusive(audience: Audience, spec: Spec, enrolment: Enrolment, members: int) -> Audience:
    """The members' fields, where other contents of the scenario have match 0 for exclusive creators: no share of them follows."""
    rows, contents = exclusive_rows(enrolment), list(spec.content)
    if not rows or len(contents) == 1:
        return audience
    match = np.array(np.broadcast_to(audience.match, (len(audience.match), members)))
    for row in rows:
        others = [k for k, name in enumerate(contents) if name != content_of(spec, enrolment, row)]
        match[others, enrolment.members[row]] = 0.0
    return audience._replace(match=match)


def refuse_other_posts(spec: Spec, enrolment: Enrolment, line: int, content: str, members: list[int]) -> None:
    """Raises: ScenarioError where an organic line names an exclusive creator for another content than theirs."""
    for row in exclusive_rows(enrolment):
        own = content_of(spec, enrolment, row)
        if enrolment.members[row] in members and content != own:
            who = f"names {enrolment.handles[row]}, who is exclusive to {own} and cannot post {content}"
            said = f"{who}: take them out, or leave exclusive out"
            raise ScenarioError([Problem(said, f"campaign.organic[{line}].members")])
