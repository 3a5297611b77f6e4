"""Members that a scenario names, as positions: by the ids of its files, by number where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError


def positions_of(
    compiled: CompiledAudience, names: Sequence[int | str], path: str, channel: int | None = None
) -> NDArray[np.int64]:
    """The positions of the members called ``names``, int64, in the order given.

    Raises: ScenarioError at ``path`` for who is unknown, named twice, or has no account on ``channel`` (None: anywhere will do).
    """
    ids = compiled.population.audience.ids
    if ids is None:
        known = f"members are numbered 0 to {compiled.members - 1}"
        place = {str(i): i for i in range(compiled.members)} if len(names) > 1000 else None
        found = [_number(name, compiled.members) if place is None else place.get(str(name), -1) for name in names]
    else:
        labels = {str(label): i for i, label in enumerate(ids.tolist())}
        known = f"name ids of its file, such as {ids[0]!s}"
        found = [labels.get(str(name), -1) for name in names]
    for name, position in zip(names, found, strict=True):
        if position < 0:
            raise ScenarioError([Problem(f"no member {name!r} in the audience: {known}", path)])
    positions = np.array(found, dtype=np.int64)
    once, counts = np.unique(positions, return_counts=True)
    if (counts > 1).any():
        twice = names[found.index(int(once[counts > 1][0]))]
        raise ScenarioError([Problem(f"member {twice!r} is named twice: name each once", path)])
    if channel is not None and len(compiled.presence):
        away = np.flatnonzero(~compiled.present_on(channel)[positions])
        if len(away):
            raise ScenarioError(
                [
                    Problem(
                        f"member {names[int(away[0])]!r} has no account on {compiled.channels[channel]}: name somebody who has",
                        path,
                    )
                ]
            )
    return positions


def _number(name: int | str, members: int) -> int:
    """The position that a number names, -1 where it is none."""
    if isinstance(name, bool) or not str(name).isdecimal() or str(int(name)) != str(name):
        return -1
    return int(name) if int(name) < members else -1
