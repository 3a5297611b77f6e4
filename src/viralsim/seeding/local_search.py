"""The last improvement of ``opim``: the chosen and those next to them, chosen again in simulated worlds.

One simulated world says far more of a set of members than one reverse-reachable set does, but asks every member again;
so it is used where few are left to be asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.seeding.celf import best_of
from viralsim.seeding.live_edge import LiveWorlds, outgoing_rows
from viralsim.seeding.objective import Objective
from viralsim.seeding.rr_sets import ReachSets
from viralsim.seeding.strategy import Candidates

OTHERS = 3  # for each chosen member so many others are asked


def improved(
    candidates: Candidates, goal: Objective, chosen: NDArray[np.int64], sets: ReachSets
) -> NDArray[np.int64] | None:
    """Members that reach more than ``chosen`` in simulated worlds; None if they do not in other worlds.

    Both are compared in as many fresh worlds with the same luck, so that what was fitted to the first worlds does not
    count. Raises CapacityError where the worlds outgrow memory_gib.
    """
    outgoing = outgoing_rows(candidates, sets.source.incoming, goal.model)
    near = np.argsort(-sets.further(chosen), kind="stable")[: OTHERS * max(len(chosen), 1)]
    pool = np.union1d(chosen, near[goal.eligible[near]])
    better = goal.filled(best_of(LiveWorlds(goal, outgoing, goal.improve, sets.seed, "improve"), pool))
    fresh = LiveWorlds(goal, outgoing, goal.improve, sets.seed, "improve judge")
    before = fresh.add(chosen)
    fresh.restart()
    return better if (fresh.add(better) - before).mean() > 0.0 else None
