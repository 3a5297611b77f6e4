"""One world, tick by tick, as what a browser draws: who is where, who is reached or shares in which tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import Rule
from viralsim.scenario import Scenario

if TYPE_CHECKING:
    from viralsim.mesa_driver.model import ViralityModel

MOST_DRAWN = 3_000
MOST_REMOVED, MOST_STARTERS = 10, 3
REACHED, SHARED, CRITICISED = 1, 2, 3


@dataclass(frozen=True)
class Played:
    """One world of one arm. x, y: float32[N] in [0, 1], laid out by communities. advocates: members of the tier.

    changes: for each tick the (member, state) that are new; states are 1 reached, 2 shared, 3 criticised.
    brought_by: member -> who brought them, for every member whose post answers another member's.
    starters: members who post first on their own, where nobody else begins: without advocates, advertising and a brand.
    starts, followers: the follows of the first channel, member v's followers being ``followers[starts[v]:starts[v + 1]]``.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    community: NDArray[np.int32]
    advocates: tuple[int, ...]
    changes: tuple[tuple[tuple[int, int], ...], ...]
    brought_by: dict[int, int]
    starts: NDArray[np.int64]
    followers: NDArray[np.int32]
    tick_hours: float
    starters: tuple[int, ...] = ()

    @property
    def shared(self) -> set[int]:
        """Everyone who shared by the end."""
        return {member for tick in self.changes for member, state in tick if state == SHARED}

    @property
    def reached(self) -> set[int]:
        """Everyone who was reached by the end, sharers included."""
        return {member for tick in self.changes for member, _ in tick}

    @property
    def removable(self) -> tuple[int, ...]:
        """Whom a lesson offers to try it without: the first advocates, or the first of those who start."""
        return self.advocates[:MOST_REMOVED] or self.starters[:MOST_STARTERS]

    def scene(self) -> dict[str, Any]:
        """What is the same in every try on one network, as the page's script needs it: places, communities, follows."""
        return {
            "x": [round(float(v), 4) for v in self.x],
            "y": [round(float(v), 4) for v in self.y],
            "community": self.community.tolist(),
            "starts": self.starts.tolist(),
            "followers": self.followers.tolist(),
        }

    def moves(self) -> dict[str, Any]:
        """What happens in this try: the advocates, and tick by tick member, state and who brought them (-1: nobody), flat."""
        ticks = [[n for member, state in tick
                  for n in (member, state, self.brought_by.get(member, -1) if state > REACHED else -1)]
                 for tick in self.changes]  # fmt: skip
        first = list(self.advocates or self.starters)
        return {"advocates": first, "removable": list(self.removable), "ticks": ticks, "hours": self.tick_hours}


def play(scenario: Scenario, arm: str, world: int) -> Played:
    """Step one world to its end.

    Raises InputError where the audience is larger than can be drawn.
    """
    from viralsim.mesa_driver.model import ViralityModel

    model = ViralityModel(scenario, arm=arm, world=world)
    members = model.compiled.members
    if members > MOST_DRAWN:
        raise InputError(f"a world of {members:,} members cannot be drawn: use an audience of at most {MOST_DRAWN:,}")
    model.datacollector.collect = lambda _model: None
    state = np.zeros(members, dtype=np.int8)
    changes = []
    while model.running and model.tick < model.horizon:
        model.step()
        now = _states(model)
        changes.append(tuple((int(m), int(now[m])) for m in np.flatnonzero(now != state)))
        state = now
    while changes and not changes[-1]:
        changes.pop()
    community = np.broadcast_to(model.compiled.population.audience.community, members).astype(np.int32)
    x, y = layout(community)
    graph = model.arm.world.graph
    starts = graph.indptr[0]
    return Played(
        x, y, community, tuple(model.arm.enrolment.members.tolist()), tuple(changes), _brought_by(model),
        starts - starts[0], graph.followers[starts[0] : starts[-1]], float(scenario.spec.tick), _starters(scenario, arm, model),
    )  # fmt: skip


def _states(model: ViralityModel) -> NDArray[np.int8]:
    """Everyone's state now; who shared and criticised counts as one who shared."""
    found = model.states()
    posts, focal = model.first_posts(), int(model.arm.world.rules.values[Rule.FOCAL])
    critics = posts[posts[:, 1] == model.arm.world.contents.twin[focal], 0]
    found[critics[found[critics] != SHARED]] = CRITICISED
    return found


def _starters(scenario: Scenario, arm: str, model: ViralityModel) -> tuple[int, ...]:
    """Who posts the campaign's content first, where that is drawn by one organic line and nobody else begins."""
    campaign = scenario.arm_specs()[arm].campaign
    if campaign.advocates is not None or campaign.paid or campaign.owned or len(campaign.organic) != 1:
        return ()
    posts, focal = model.first_posts(), int(model.arm.world.rules.values[Rule.FOCAL])
    return tuple(sorted({int(row[0]) for row in posts if row[0] >= 0 and row[1] == focal and row[3] < 0}))


def _brought_by(model: ViralityModel) -> dict[int, int]:
    posts = model.first_posts()
    answers = posts[(posts[:, 3] >= 0) & (posts[:, 0] >= 0)]
    return {int(row[0]): int(posts[row[3], 0]) for row in answers[::-1] if posts[row[3], 0] >= 0}


def layout(community: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A place for each member: communities as discs that do not overlap, the largest in the middle, members on a sunflower."""
    members = len(community)
    sizes = np.bincount(community)
    radius = np.sqrt(sizes / max(1, members))
    order = np.argsort(-sizes, kind="stable")
    centre = np.zeros((len(sizes), 2))
    steps = np.arange(4000)  # candidates on a spiral; the first that is free of all larger discs is taken
    spiral = (0.05 * np.sqrt(steps) * np.array([np.cos(2.4 * steps), np.sin(2.4 * steps)])).T
    for rank, c in enumerate(order):
        larger = order[:rank]
        apart = np.linalg.norm(spiral[:, None] - centre[None, larger], axis=2) - radius[larger] - radius[c]
        centre[c] = spiral[np.argmax((apart >= 0.05).all(axis=1))]
    low, high = (centre - radius[:, None]).min(axis=0), (centre + radius[:, None]).max(axis=0)
    scale = 0.96 / (high - low).max()
    place = np.zeros((members, 2), np.float32)
    for c in order:
        who = np.flatnonzero(community == c)
        k = np.arange(len(who))
        r = radius[c] * np.sqrt((k + 0.5) / max(1, len(who)))
        turn = k * np.pi * (3 - np.sqrt(5))
        disc = centre[c] + (r * np.array([np.cos(turn), np.sin(turn)])).T
        place[who] = 0.5 + scale * (disc - (low + high) / 2)
    return place[:, 0], place[:, 1]


def without_one(scenario: Scenario, arm: str, played: Played, member: int) -> Scenario:
    """The scenario in which one of those who can be removed does not post; everybody else's draws stay theirs."""
    if played.advocates:
        return without(scenario, arm, played.advocates, member)
    rest = [starter for starter in played.starters if starter != member]
    return scenario.override({"campaign.organic[0].members": rest} if rest else {"campaign.organic": []})


def without(scenario: Scenario, arm: str, members: tuple[int, ...], removed: int) -> Scenario:
    """The scenario whose arm has the same advocates but one."""
    rest = [member for member in members if member != removed]
    base = f"arms.{arm}.campaign.advocates" if arm in scenario.spec.arms else "campaign.advocates"
    if not rest:
        return scenario.override({base: None})
    return scenario.override({f"{base}.choose": {"members": rest}, f"{base}.count": len(rest)})
