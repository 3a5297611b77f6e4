"""Every arm of a run, with certain or with drawn inputs: all together, or first those whose answer is waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
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
    """Run some arms of a run and keep what they did in it; ``run.interrupted`` is set where someone stopped it."""
    part = replace(run, names=tuple(names), launches=run.total)
    try:
        if inputs:
            run_uncertain(part, compiled_audiences, inputs)
        else:
            run_certain(part, compiled_audiences, specs)
    finally:
        run.worlds, run.last_looks = part.worlds, part.last_looks
        run.finished, run.interrupted = part.finished, part.interrupted


def asked_first(run: Run) -> tuple[str, ...]:
    """The arms that the answer is about, in their order: the two in question, and the baseline, which their money is set beside.

    All arms where the question follows from the results, or where worlds are added until all arms are known well enough.
    """
    question, base = run.scenario.spec.question, run.scenario.spec.baseline or run.names[0]
    if question is None or run.until is not None:
        return run.names
    asked = {*question.compare, base}
    one_alone = len(question.compare) == 1 and question.compare[0] == base
    return run.names if one_alone or not asked <= set(run.names) else tuple(n for n in run.names if n in asked)


def run_others(run: Run, compiled_audiences: list[CompiledAudience], inputs: Mapping[str, NDArray[np.float64]]) -> None:
    """Run the arms that were not run yet; ``run.interrupted`` is set where someone stopped it."""
    try:
        run_arms(run, left_out(run, tuple(run.raw)), compiled_audiences, inputs)
    except KeyboardInterrupt:  # between two arms
        run.interrupted = True


def left_out(run: Run, names: Sequence[str]) -> tuple[str, ...]:
    """The arms of a run but ``names``."""
    return tuple(name for name in run.names if name not in names)
