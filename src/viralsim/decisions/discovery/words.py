"""What was discovered, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viralsim.measurement.number_format import listing, percent, percent_span

if TYPE_CHECKING:
    from viralsim.decisions.discovery.boxes import Box
    from viralsim.decisions.discovery.discover import Discovery

OFTEN = 0.9  # of the resamples: from here on a limit is called steady


def sentences_of(found: Discovery) -> list[str]:
    """How often the case happens, where, how sure that is, and which inputs matter."""
    rate = percent(found.cases / found.points)
    said = [f"At {found.cases:,} of {found.points:,} points ({rate}) {found.cases_are}."]
    if found.cases in (0, found.points):
        return [*said, "That is the same everywhere: there is nothing to explain.", *found.notes]
    if not found.boxes:
        said.append("None: no box of the inputs holds these cases better than chance would.")
    for i, box in enumerate(found.boxes):
        said += _box(box, "Above all where" if i == 0 else "Of the rest, where")
    return [*said, *_influences(found), *found.notes]


def _box(box: Box, start: str) -> list[str]:
    coverage, density = box.coverage_unseen, box.density_unseen
    said = [
        f"{start} {box.sentence()}: that holds {percent(box.coverage)} of the cases (coverage), and {percent(box.density)} of its "
        f"{box.points:,} points are cases (density), against {percent(box.base_rate)} before. On points it was not found on: "
        f"coverage {percent_span(*coverage[1:])}, density {percent_span(*density[1:])}."
    ]
    loose = [f"{limit.path} (in {percent(limit.kept)})" for limit in box.limits if limit.kept < OFTEN]
    if loose:
        said.append(f"Not every resample limits {listing(loose)}: take that limit as a hint.")
    return said


def _influences(found: Discovery) -> list[str]:
    if not found.influences:
        return []
    outcome = f"{found.outcome.replace('_', ' ')} of {found.arm}"
    known = [one.path for one in found.influences if one.matters]
    if not known:
        return [f"No input moves the {outcome} more than chance would."]
    rest = [one.path for one in found.influences if not one.matters]
    more = f"; not shown to: {listing(rest)}" if rest else ""
    return [f"What moves the {outcome}, most first: {listing(known)}{more}."]
