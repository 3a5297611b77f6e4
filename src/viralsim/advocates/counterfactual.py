"""The same world once more without one advocate, or with one more: all other luck frozen, exactly who is lost or won."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.tier import Tier
from viralsim.arguments import integer_at_least
from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import Rule
from viralsim.kernels.batch import trace_world
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.programme_checks import refuse_programme

Int64 = NDArray[np.int64]
Given = Tier | Scenario | str | os.PathLike[str]  # a scenario or its path: the tier of its first arm that has advocates


@dataclass(frozen=True)
class Counterfactual:
    """One world with and without one advocate.

    posted_with, posted_without: who posted the campaign's content, by label. lost: posted only with them; won: only without them
    (they took somebody's place in time). credited: members in the trees that grow from their planned posts, themselves included;
    anyway: those of them who post without them too.
    The credit counts who came through them; the loss counts who would not have come at all. They differ where others
    would have reached the same people.
    """

    member: Any
    world: int
    posted_with: tuple[Any, ...]
    posted_without: tuple[Any, ...]
    lost: tuple[Any, ...]
    won: tuple[Any, ...]
    credited: int
    anyway: int

    @property
    def sentence(self) -> str:
        """The credit, the loss, and why they differ."""
        said = (
            f"In world {self.world} the trees of {self.member} hold {self.credited:,} members (credit); without them "
            f"{len(self.lost):,} would not have posted (cause)"
        )
        if self.anyway:
            said += f"; {self.anyway:,} of their trees would have come through somebody else"
        elsewhere = len(self.lost) - (self.credited - self.anyway)
        if elsewhere > 0:
            said += f"; {elsewhere:,} of those lost are in other trees, which their posts helped along"
        if self.won:
            said += f"; {len(self.won):,} posted only because they were not there"
        return said + "."


def remove(tier: Given, member: Any, world: int) -> Counterfactual:
    """World ``world`` as it was, and as it would have been without ``member`` (a label) in the tier.

    A scenario stands for the tier of its first arm that has advocates. Raises InputError where they are not in the tier.
    """
    tier = _tier(tier, world)
    enrolled, here = tier.enrolled, tier.index(member)
    if here not in enrolled:
        raise InputError(f"member: {member!r} is not in the tier of {tier.arm}: name one of those enrolled")
    return _compare(tier, member, here, enrolled, enrolled[enrolled != here], world)


def add(tier: Given, member: Any, world: int) -> Counterfactual:
    """World ``world`` with ``member`` (a label) added to the tier, and as it was; ``lost`` are those whom they would bring.

    A scenario stands for the tier of its first arm that has advocates. Raises InputError where they are in the tier already.
    """
    tier = _tier(tier, world)
    enrolled, here = tier.enrolled, tier.index(member)
    if here in enrolled:
        raise InputError(f"member: {member!r} is in the tier of {tier.arm} already")
    return _compare(tier, member, here, np.append(enrolled, here), enrolled, world)


def _tier(given: Given, world: int) -> Tier:
    integer_at_least(world, "world", 0)
    tier = given if isinstance(given, Tier) else Tier(scenario_of(given, "tier"))
    refuse_programme(tier.spec, "somebody is taken out of, or put into,")
    return tier


def _compare(tier: Tier, label: Any, member: int, with_member: Int64, without: Int64, world: int) -> Counterfactual:
    posted, credited = _posted(tier, with_member, world, member)
    others, _ = _posted(tier, without, world, member)

    def labels(members: set[int]) -> tuple[Any, ...]:
        return tuple(tier.labels(sorted(members)))

    return Counterfactual(
        label, world, labels(posted), labels(others), labels(posted - others), labels(others - posted),
        len(credited), len(credited & others),
    )  # fmt: skip


def _posted(tier: Tier, members: Int64, world: int, of: int) -> tuple[set[int], set[int]]:
    """Who posted the focal content in this world, and who of them in the trees of the planned posts of member ``of``."""
    arm = tier.arm_with(members.tolist())
    nodes = trace_world(arm.world, tier.seed, world)
    focal = int(arm.world.rules.values[Rule.FOCAL])
    mine = (nodes.content == focal) & (nodes.member >= 0)
    roots = np.flatnonzero((nodes.parent < 0) & (nodes.member == of) & (nodes.advocate >= 0) & mine)
    credited = mine & np.isin(nodes.root, roots)
    return {int(m) for m in nodes.member[mine]}, {int(m) for m in nodes.member[credited]}
