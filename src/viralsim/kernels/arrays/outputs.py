"""Room for what worlds count: a row per world, made before they run."""

from __future__ import annotations

from typing import Literal

import numpy as np

from viralsim.kernels.arm_inputs import ArmInputs, segments_of
from viralsim.kernels.arrays.most_counted import CountType, count_type
from viralsim.kernels.counts import Count, SegmentCount, Series
from viralsim.kernels.state import Out


def outputs(
    arm: ArmInputs, worlds: int, recorded: int, *, count: CountType = np.int64, order: Literal["C", "F"] = "C"
) -> Out:
    """Room for the counts of ``worlds`` worlds, the series of the first ``recorded`` among them.

    ``order``: "C" for a kernel that writes row by row, "F" for who reads column by column.
    """
    horizon = arm.contents.novelty.shape[1]
    communities = int(arm.audience.community.max(initial=0)) + 1
    people = (worlds, advocates_of(arm)) if len(arm.plan.people) else (0, 0)
    goals = len(arm.plan.frequency_goal)
    return Out(
        counts=np.zeros((worlds, len(Count)), dtype=count, order=order),
        structural_virality=np.full(worlds, np.nan),
        reach_by_channel=np.zeros((worlds, len(arm.channels.key)), dtype=np.int32),
        reach_by_community=np.zeros((worlds, communities), dtype=np.int32),
        series=np.zeros((recorded + 1, horizon, len(Series)), dtype=np.int32),  # the last row takes what is not kept
        paid_bought=np.zeros((worlds, len(arm.plan.paid_channel)), dtype=np.int64),
        done=np.zeros(worlds, dtype=np.bool_),
        own_measures=np.full((worlds, len(arm.contents.own_measured)), np.nan),
        paid_sales=np.zeros((worlds, len(arm.plan.paid_channel)), dtype=np.int32),
        posted=np.zeros(people, dtype=np.int32),
        asked_sales=np.zeros(people, dtype=np.int32),
        often_reached=np.zeros((worlds if goals else 0, goals), dtype=np.int32),
        by_segment=np.zeros((worlds, segments_of(arm), len(SegmentCount)), dtype=np.int64),
        other_conversions=np.zeros((worlds, len(arm.contents.other_rate)), dtype=np.int32),
    )


def outputs_of_run(arm: ArmInputs, worlds: int, recorded: int, plain: bool, *, order: Literal["C", "F"] = "F") -> Out:
    """``outputs`` in the narrowest type that holds the counts; plain: of worlds that the shortcut can run."""
    return outputs(arm, worlds, recorded, count=count_type(arm, plain), order=order)


def advocates_of(arm: ArmInputs) -> int:
    """Number of advocates of a plan who are asked for a post."""
    return int(arm.plan.planned_advocate.max(initial=-1)) + 1


def members_of(arm: ArmInputs) -> int:
    """Number of members of a world."""
    return int(arm.graph.indptr.shape[1] - 1)


def rows_of(out: Out, first: int, last: int) -> Out:
    """Where worlds ``first`` to ``last`` write: views of their rows."""
    recorded = len(out.series) - 1  # the last row takes what is not kept
    rows = {name: values[first:last] for name, values in out._asdict().items()}
    return out._replace(**{**rows, "series": out.series[min(first, recorded) : min(last, recorded) + 1]})
