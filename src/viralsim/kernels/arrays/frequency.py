"""How many members saw the campaign, or one of its paid lines, at least so many times: counted where a plan asks for it."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.counts import R_FOCAL
from viralsim.kernels.cpu import U, inner
from viralsim.kernels.queues import touch
from viralsim.kernels.state import OUT_ROW, TOUCHED


@inner
def note_line(state, line, at, end):  # type: ignore[no-untyped-def]
    """Count the buffered impressions ``at:end`` of a paid line towards its members."""
    lines = len(state.line_seen) // len(state.slot)
    for j in range(at, end):
        state.line_seen[U(touch(state, np.int64(state.buffer_member[U(j)])) * lines + line)] += 1


@inner
def count_frequency(arm, state, out):  # type: ignore[no-untyped-def]
    """Write how many members reached each goal so far: of the campaign's content first, then of each paid line."""
    goals, found, world = arm.plan_frequency_goal, out.often_reached, state.scalars[OUT_ROW]
    contents, focal = len(state.blank_exposure), np.int64(arm.rules_values[R_FOCAL])
    lines = len(goals) - 1
    for goal in range(len(goals)):
        found[world, goal] = 0
    for row in range(state.scalars[TOUCHED]):
        if goals[0] > 0 and state.exposure[row * contents + focal].seen >= goals[0]:
            found[world, 0] += 1
        for line in range(lines):
            if goals[line + 1] > 0 and state.line_seen[row * lines + line] >= goals[line + 1]:
                found[world, line + 1] += 1
