"""Conditions between the keys that say where the audience comes from, and who of it is aimed at."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import nearest
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import AMONG


def demographics(spec: Spec, imported: bool) -> Iterator[Finding]:
    """Where a platform's shares cannot say who is there; ``imported``: a network of a file does."""
    audience = spec.audience
    if audience.demographics is None:
        return
    place: Place = ("audience", "demographics")
    if audience.members_file is not None or imported:
        yield place, "is for a generated audience: a network or members file says who is there, so leave it out"
    elif {"count", "size_exponent"} & audience.communities.model_fields_set:
        yield place, "its groups are the communities: leave communities.count and communities.size_exponent out"


def segments(spec: Spec) -> Iterator[Finding]:
    """Cut points that do not rise, fields that are aimed at and not named, and a goal that cannot be of some members."""
    for name, cuts in spec.audience.segments.items():
        for i, (low, high) in enumerate(itertools.pairwise(cuts)):
            if high <= low:
                yield (
                    ("audience", "segments", name, i + 1),
                    f"must be above the cut point before it, {low:g}, got {high:g}",
                )
    for i, line in enumerate(spec.campaign.paid):
        if line.target is not None:
            yield from _named(spec, line.target.segments, ("campaign", "paid", i, "target", "segments"))
    if spec.campaign.advocates is not None:
        place: Place = ("campaign", "advocates")
        yield from _named(spec, spec.campaign.advocates.among, (*place, "among"))
        for i, one in enumerate(spec.campaign.advocates.creators):
            yield from _named(spec, one.among, (*place, "creators", i, "among"))
    goal = spec.goal
    if goal is None:
        return
    yield from _named(spec, goal.among, ("goal", "among"))
    if goal.among and goal.measure not in AMONG.values():
        yield ("goal", "among"), f"is for {', '.join(AMONG)}: leave it out, or name one of them as measure"
    elif not goal.among and goal.measure in AMONG.values():
        yield ("goal", "measure"), "needs among, the segments that it is about: add it"


def _named(spec: Spec, selection: Mapping[str, Sequence[object]], place: Place) -> Iterator[Finding]:
    for field in selection:
        if field not in spec.audience.segments:
            yield (
                (*place, field),
                f"is no key of audience.segments{nearest(field, spec.audience.segments)}: add it there",
            )


def prospects(spec: Spec) -> Iterator[Finding]:
    """Where people without ties cannot be, and lines that would be for nobody else."""
    if spec.audience.prospects and spec.programme is not None:
        yield ("audience", "prospects"), "are of one launch so far: leave them out, or the block programme"
    if spec.audience.prospects and spec.field_test is not None:
        yield ("audience", "prospects"), "cannot be in a field test, which assigns members: leave one of them out"
    for i, line in enumerate(spec.campaign.paid):
        if line.target is not None and line.target.who == "prospects" and not spec.audience.prospects:
            yield ("campaign", "paid", i, "target", "who"), "needs audience.prospects: say how many there are"
