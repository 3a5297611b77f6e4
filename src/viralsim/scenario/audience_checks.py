"""Conditions between the keys that say where the audience comes from."""

from __future__ import annotations

from collections.abc import Iterator

from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec


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
