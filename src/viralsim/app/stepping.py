"""One world, tick by tick, as what a browser draws: who stands where, who is reached or shares in which tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.scenario import Scenario

MOST_DRAWN = 3_000
REACHED, SHARED = 1, 2


@dataclass(frozen=True)
class Played:
    """One world of one arm. x, y: float32[N] in [0, 1], laid out by communities. advocates: members of the tier.

    changes: for each tick the (member, state) that are new; states are 1 reached, 2 shared.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    community: NDArray[np.int32]
    advocates: tuple[int, ...]
    changes: tuple[tuple[tuple[int, int], ...], ...]
    tick_hours: float

    @property
    def shared(self) -> set[int]:
        """Everyone who shared by the end."""
        return {member for tick in self.changes for member, state in tick if state == SHARED}

    @property
    def reached(self) -> set[int]:
        """Everyone who was reached by the end, sharers included."""
        return {member for tick in self.changes for member, _ in tick}

    def as_json(self) -> dict[str, Any]:
        """What the page's script needs."""
        return {
            "x": [round(float(v), 4) for v in self.x],
            "y": [round(float(v), 4) for v in self.y],
            "advocates": list(self.advocates),
            "changes": [[list(change) for change in tick] for tick in self.changes],
            "hours": self.tick_hours,
        }


def play(scenario: Scenario, arm: str, world: int) -> Played:
    """Step one world to its end.

    Raises InputError where the audience is larger than can be drawn.
    """
    from viralsim.model import ViralityModel

    model = ViralityModel(scenario, arm=arm, world=world)
    members = model.stage.members
    if members > MOST_DRAWN:
        raise InputError(f"a world of {members:,} members cannot be drawn: use an audience of at most {MOST_DRAWN:,}")
    model.datacollector.collect = lambda _model: None
    state = np.zeros(members, dtype=np.int8)
    changes = []
    while model.running and model.tick < model.horizon:
        model.step()
        now = model.states()
        changes.append(tuple((int(m), int(now[m])) for m in np.flatnonzero(now != state)))
        state = now
    while changes and not changes[-1]:
        changes.pop()
    community = np.broadcast_to(model.stage.population.audience.community, members).astype(np.int32)
    x, y = layout(community)
    return Played(
        x, y, community, tuple(model.arm.enrolment.members.tolist()), tuple(changes), float(scenario.spec.tick)
    )


def layout(community: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A place for each member: communities as discs on a ring around the largest, members on a sunflower in each."""
    members = len(community)
    sizes = np.bincount(community)
    order = np.argsort(-sizes, kind="stable")
    radius = np.sqrt(sizes / max(1, members)) * 0.48
    x, y = np.zeros(members, np.float32), np.zeros(members, np.float32)
    angle = 0.0
    ring = np.maximum(radius[order[1:]], 0.02)
    total = float(ring.sum()) or 1.0
    for rank, c in enumerate(order):
        if rank == 0:
            cx = cy = 0.5
        else:
            angle += np.pi * radius[c] / total if radius[c] > 0 else 0.0
            distance = min(0.48 - radius[c], radius[order[0]] + radius[c] + 0.06)
            cx, cy = 0.5 + distance * np.cos(2 * angle), 0.5 + distance * np.sin(2 * angle)
            angle += np.pi * radius[c] / total
        who = np.flatnonzero(community == c)
        k = np.arange(len(who))
        r = radius[c] * 0.8 * np.sqrt((k + 0.5) / max(1, len(who)))
        turn = k * np.pi * (3 - np.sqrt(5))
        x[who], y[who] = cx + r * np.cos(turn), cy + r * np.sin(turn)
    return x, y


def without(scenario: Scenario, arm: str, members: tuple[int, ...], removed: int) -> Scenario:
    """The scenario whose arm has the same advocates but one."""
    rest = [member for member in members if member != removed]
    base = f"arms.{arm}.campaign.advocates" if arm in scenario.spec.arms else "campaign.advocates"
    if not rest:
        return scenario.override({base: None})
    return scenario.override({f"{base}.choose": {"members": rest}, f"{base}.count": len(rest)})
