"""The same world once more without one advocate, or with one more: all other luck frozen, exactly who is lost or won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.tier import Tier
from viralsim.errors import InputError
from viralsim.kernels.worlds import trace_world

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Changed:
    """One world with and without one advocate.

    posted_with, posted_without: who posted the campaign's content, by label. lost: posted only with him; won: only without him
    (he took somebody's place in time). credited: members in the trees that grow from his planned posts, himself included.
    The credit counts who came through him; the loss counts who would not have come at all. They differ where others
    would have reached the same people.
    """

    member: Any
    world: int
    posted_with: tuple[Any, ...]
    posted_without: tuple[Any, ...]
    lost: tuple[Any, ...]
    won: tuple[Any, ...]
    credited: int


def remove(tier: Tier, member: Any, world: int) -> Changed:
    """World ``world`` as it was, and as it would have been without ``member`` (a label) in the tier.

    Raises InputError where he is not in the tier.
    """
    enrolled, here = tier.enrolled, _index(tier, member)
    if here not in enrolled:
        raise InputError(f"{member!r} is not in the tier of {tier.arm}: name one of those enrolled")
    return _compare(tier, member, here, enrolled, enrolled[enrolled != here], world)


def add(tier: Tier, member: Any, world: int) -> Changed:
    """World ``world`` with ``member`` (a label) added to the tier, and as it was; ``lost`` are those whom he would bring.

    Raises InputError where he is in the tier already.
    """
    enrolled, here = tier.enrolled, _index(tier, member)
    if here in enrolled:
        raise InputError(f"{member!r} is in the tier of {tier.arm} already")
    return _compare(tier, member, here, np.append(enrolled, here), enrolled, world)


def _compare(tier: Tier, label: Any, member: int, with_him: Int64, without: Int64, world: int) -> Changed:
    posted, credited = _posted(tier, with_him, world, member)
    others, _ = _posted(tier, without, world, member)

    def labels(members: set[int]) -> tuple[Any, ...]:
        return tuple(tier.labels(sorted(members)))

    return Changed(
        label, world, labels(posted), labels(others), labels(posted - others), labels(others - posted), credited
    )


def _posted(tier: Tier, members: Int64, world: int, of: int) -> tuple[set[int], int]:
    """Who posted the focal content in this world, and how many in the trees of the planned posts of member ``of``."""
    arm = tier.compiled(members.tolist())
    nodes = trace_world(arm.world, tier.seed, world)
    focal = int(arm.world.rules.values[0])
    mine = (nodes.content == focal) & (nodes.member >= 0)
    roots = np.flatnonzero((nodes.parent < 0) & (nodes.member == of) & (nodes.advocate >= 0) & mine)
    return {int(m) for m in nodes.member[mine]}, int(np.isin(nodes.root[mine], roots).sum())


def _index(tier: Tier, label: Any) -> int:
    ids = tier.stage.population.audience.ids
    if ids is None:
        if not isinstance(label, int) or not 0 <= label < tier.stage.members:
            raise InputError(f"no member {label!r}: name an index in 0..{tier.stage.members - 1}")
        return label
    found = np.flatnonzero(ids.astype(str) == str(label))
    if not len(found):
        raise InputError(f"no member {label!r} in the network: name an id of its file")
    return int(found[0])
