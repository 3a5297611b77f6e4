"""What a sensitivity analysis runs: the inputs that vary, in groups, and the points of its design."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least, one_of, path_groups
from viralsim.errors import InputError
from viralsim.experiments.plan import Plan, plan_of, value_at
from viralsim.scenario import Scenario
from viralsim.scenario.ranges import Range
from viralsim.scenario.slots import is_whole
from viralsim.scenario.study import JOINT, SweepParameter

Float64 = NDArray[np.float64]
METHODS = ("sobol", "morris")
LEVELS = 4  # of a Morris trajectory
WORLDS = 25  # of a point, at most, by default: noise between worlds is taken out, and only widens the limits
SIGNIFICANT = 12  # digits of a value: 0.02, not 0.019999999999999997
Groups = Mapping[str, Sequence[str]] | None


class Factor(NamedTuple):
    """One axis of the unit cube: its group, and what its points are: a range, swept values, or rows drawn together."""

    group: str
    source: dict[str, Range] | dict[str, SweepParameter] | dict[str, Float64]

    def values(self, units: Float64, whole: Mapping[str, bool]) -> dict[str, list[Any]]:
        """path -> its value at each of ``units`` (float64[points] in [0, 1])."""
        return {path: _values(source, units, whole[path]) for path, source in self.source.items()}


def _values(source: Range | SweepParameter | Float64, units: Float64, whole: bool) -> list[Any]:
    if isinstance(source, SweepParameter):
        return [value_at(source, float(u), whole) for u in units]
    if isinstance(source, Range):
        drawn = source.quantiles(units)
    else:
        drawn = source[np.minimum((units * len(source)).astype(np.int64), len(source) - 1)]
    return [round(value) if whole else float(f"{value:.{SIGNIFICANT}g}") for value in drawn.tolist()]


def factors_of(scenario: Scenario, groups: Groups = None) -> list[Factor]:
    """The inputs of the ``uncertain`` block, else of the ``sweep`` block; rows of ``uncertain.joint`` are one factor, ``joint``.

    groups: name -> paths whose values vary together; every other input is a group by itself. InputError if there is
    nothing to compare.
    """
    spec = scenario.spec
    ranges: dict[str, Any] = dict(scenario.input_ranges())
    if not ranges and spec.joint is None:
        if spec.sweep is None:
            raise InputError(
                f"{scenario.name} says no ranges: add an uncertain or a sweep block, see docs/how-to/sensitivity.md"
            )
        ranges = dict(spec.sweep.parameters)
    rows = scenario.joint_rows()
    group_of: dict[str, str] = {}
    for name, paths in path_groups(groups, [*ranges, *rows, *([JOINT] if rows else [])]).items():
        for path in paths:
            if path in rows or path not in ranges:
                raise InputError(f"groups: what uncertain.joint draws is one group already, {JOINT}: leave {path} out")
            if path in group_of:
                raise InputError(f"groups: {path} is in {group_of[path]} and in {name}: keep one of them")
            group_of[path] = name
    found = [Factor(group_of.get(path, path), {path: source}) for path, source in ranges.items()]
    found += [Factor(JOINT, rows)] if rows else []
    if groups and len({factor.group for factor in found}) < 2:
        raise InputError("groups: hold all inputs in one group: nothing is left to compare it with")
    return found


def group_names(factors: Sequence[Factor]) -> tuple[str, ...]:
    """The names of the groups, in the order in which they are analysed."""
    return tuple(dict.fromkeys(factor.group for factor in factors))


def problem(axes: Sequence[str]) -> dict[str, Any]:
    """The unit cube in SALib's words; ``axes`` is the group of each axis."""
    names = [f"x{i}" for i in range(len(axes))]
    said = {"num_vars": len(axes), "names": names, "bounds": [[0.0, 1.0]] * len(axes)}
    numbers = {name: f"g{i}" for i, name in enumerate(dict.fromkeys(axes))}
    return said if len(numbers) == len(axes) else {**said, "groups": [numbers[name] for name in axes]}


def salib(module: str) -> ModuleType:
    """A module of SALib; InputError if it is not installed."""
    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise InputError("sensitivity needs SALib: pip install 'viralsim[sensitivity]'") from error


def unit_points(axes: int | Sequence[str], samples: int, method: str, seed: int) -> Float64:
    """The points of the design in the unit cube, float64[points, axes].

    axes: their number, or the group of each. Sobol: ``samples`` (a power of two) times (groups + 2) points; Morris: ``samples``
    times (groups + 1).
    """
    one_of(method, "method", METHODS)
    integer_at_least(samples, "samples", 2)
    if method == "sobol" and samples & (samples - 1):
        nearest = 2 ** max(2, round(math.log2(max(samples, 2))))
        raise InputError(f"samples must be a power of two for sobol, got {samples}: try {nearest}")
    cube = problem([f"x{i}" for i in range(axes)] if isinstance(axes, int) else axes)
    if method == "sobol":
        drawn = salib("sample.sobol").sample(cube, samples, calc_second_order=False, seed=seed)
    else:
        drawn = salib("sample.morris").sample(cube, samples, num_levels=LEVELS, seed=seed)
    return np.asarray(drawn, float)


def sensitivity_plan(
    scenario: Scenario,
    factors: Sequence[Factor],
    samples: int,
    method: str = "sobol",
    worlds: int | None = None,
    seed: int | None = None,
) -> Plan:
    """The sweep that a sensitivity analysis runs: a list of points, each with luck of its own."""
    if method == "morris" and any(factor.group == JOINT for factor in factors):
        raise InputError(
            "method: the rows of uncertain.joint are drawn together and have no order to step through: take sobol"
        )
    if scenario.spec.sweep is not None and scenario.spec.sweep.constraints:
        raise InputError("sensitivity needs every point of its design: take the constraints out of the sweep block")
    luck = scenario.seed if seed is None else seed
    base = scenario.without("uncertain").without("sweep")
    units = unit_points([factor.group for factor in factors], samples, method, luck % 2**31)
    values: dict[str, list[Any]] = {}
    for axis, factor in enumerate(factors):
        values |= factor.values(units[:, axis], {path: is_whole(base.data, path) for path in factor.source})
    count = worlds or (scenario.spec.sweep.worlds if scenario.spec.sweep else None) or min(scenario.worlds, WORLDS)
    sweep = {"design": "list", "luck": "own", "worlds": count, "parameters": values}
    return plan_of(base.override({"sweep": sweep}), seed=luck)
