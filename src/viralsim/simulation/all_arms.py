"""Every arm of a run, with certain or with drawn inputs: all together, or first those whose answer is waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import expected_cost_lines
from viralsim.campaign.compile import Arm
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.scenario.costs import EQUAL_WITHIN
from viralsim.simulation.run import Run, draw_inputs, run_certain
from viralsim.simulation.uncertain import run_uncertain


def run_all(run: Run, compiled_audiences: list[CompiledAudience], specs: Mapping[str, Any] | None = None) -> None:
    """Run every world of every arm. Raises KeyboardInterrupt where someone stopped it."""
    run_arms(run, run.names, compiled_audiences, draw_inputs(run.scenario, run.seed, run.worlds), specs)
    if run.interrupted:
        raise KeyboardInterrupt


def run_arms(
    run: Run,
    names: Sequence[str],
    compiled_audiences: list[CompiledAudience],
    inputs: Mapping[str, NDArray[np.float64]],
    specs: Mapping[str, Any] | None = None,
) -> None:
    """Run some arms of a run and keep what they did in it; ``run.interrupted`` is set where someone stopped it.

    Raises KeyboardInterrupt where that was before each of them had run a block of worlds.
    """
    part = replace(run, names=tuple(names), launches=run.total)
    try:
        if inputs:
            run_uncertain(part, compiled_audiences, inputs)
        else:
            run_certain(part, compiled_audiences, specs)
    finally:
        run.worlds, run.last_looks = part.worlds, part.last_looks
        run.finished, run.interrupted = part.finished, part.interrupted
    if not set(names) <= set(run.raw):
        raise KeyboardInterrupt


def asked_first(run: Run, arms: Mapping[str, Arm]) -> tuple[str, ...]:
    """The arms that the answer is about, in their order: the two in question, and the baseline, which their money is set beside.

    All arms where only the results tell which two are in question, or where worlds are added until all are known well enough.
    """
    base = run.scenario.spec.baseline or run.names[0]
    asked = {*_in_question(run, arms, base), base}
    if len(asked) < 2 or run.until is not None or not asked <= set(run.names):
        return run.names
    return tuple(name for name in run.names if name in asked)


def _in_question(run: Run, arms: Mapping[str, Arm], base: str) -> tuple[str, ...]:
    """The arms that the scenario asks about, or else the only two of equal cost, the baseline apart."""
    if run.scenario.spec.question is not None:
        return run.scenario.spec.question.compare
    cost = {name: sum(expected_cost_lines(arms[name]).values()) for name in run.names if name != base}
    equal = [pair for pair in combinations(cost, 2) if _are_equal(*(cost[name] for name in pair))]
    return equal[0] if len(equal) == 1 else ()


def _are_equal(one: float, other: float) -> bool:
    return max(one, other) > 0.0 and abs(one - other) <= EQUAL_WITHIN * max(one, other)


def run_others(run: Run, compiled_audiences: list[CompiledAudience], inputs: Mapping[str, NDArray[np.float64]]) -> None:
    """Run the arms that were not run yet; ``run.interrupted`` is set where someone stopped it."""
    try:
        run_arms(run, left_out(run, tuple(run.raw)), compiled_audiences, inputs)
    except KeyboardInterrupt:  # between two arms
        run.interrupted = True


def left_out(run: Run, names: Sequence[str]) -> tuple[str, ...]:
    """The arms of a run but ``names``."""
    return tuple(name for name in run.names if name not in names)
