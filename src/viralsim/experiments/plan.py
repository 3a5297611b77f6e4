"""The plan of a sweep: a value that can be printed and counted before anything runs."""

from __future__ import annotations

import contextlib
import itertools
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from viralsim.arguments import integer_at_least
from viralsim.errors import InputError
from viralsim.experiments.keeping.kept import Kept, check_derived, kept_of
from viralsim.experiments.point_runner import columns, own_measures
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.constraints import holds
from viralsim.scenario.paths import at, leaf_slot, parse_path
from viralsim.scenario.slots import is_whole
from viralsim.scenario.study import Sweep, SweepParameter
from viralsim.units import Duration, Real, Whole, parse_duration, parse_fraction, parse_number, parse_whole

Overrides = dict[str, Any]
MOST_SEED = 2**63 - 1  # the table holds it as int64


@dataclass(frozen=True, eq=False)
class Plan:
    """What a sweep runs.

    asked: the scenario with its ``sweep`` block. scenario: the same without it. paths: what is swept. points: path -> value of
    each point, in order. own_luck: each point has luck of its own; otherwise all share their worlds. left_out: points that the
    constraints excluded.
    """

    asked: Scenario
    scenario: Scenario
    design: str
    paths: tuple[str, ...]
    points: tuple[Overrides, ...]
    worlds: int
    seed: int
    own_luck: bool = False
    left_out: int = 0

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of every point."""
        return self.scenario.arm_names

    @property
    def kept(self) -> Kept:
        """What is kept of each point beside means."""
        return kept_of(self.asked.spec.sweep)

    @cached_property
    def numbers(self) -> list[str]:
        """The names of the numbers of a row, in order."""
        own = own_measures(self.scenario)
        return [*columns(own), *self.kept.columns(own)]

    @property
    def launches(self) -> int:
        """Worlds of all points and arms; an arm that a point does not touch counts, although it is run once."""
        return len(self.points) * len(self.arms) * self.worlds

    def shard(self, number: int, of: int) -> list[int]:
        """The indices of the points of shard ``number`` (1 to ``of``): every ``of``-th."""
        count = integer_at_least(of, "shard (of)", 1)
        return list(range(integer_at_least(number, "shard", 1, count) - 1, len(self.points), count))


def plan_of(scenario: Scenario | str | os.PathLike[str], worlds: int | None = None, seed: int | None = None) -> Plan:
    """The plan of the ``sweep`` block of a scenario: its points, and how they are run.

    worlds: of each point; those of the block by default. seed: of the luck; the scenario's by default.

    Raises InputError if there is no such block, if a constraint cannot be read, or if no point is left.
    """
    scenario = scenario_of(scenario)
    count = None if worlds is None else integer_at_least(worlds, "worlds", 1)
    sweep = scenario.spec.sweep
    if sweep is None:
        raise InputError(f"{scenario.name} has no sweep block: add one, see docs/scenario.md")
    check_derived(kept_of(sweep), scenario)
    base = scenario.without("sweep")
    luck = integer_at_least(scenario.seed if seed is None else seed, "seed", 0, MOST_SEED)
    points = list(_points(scenario, sweep, luck))
    kept = [point for point in points if allowed(base, sweep.constraints, point)]
    if not kept:
        raise InputError("the constraints of the sweep leave no point: loosen them")
    return Plan(
        scenario, base, sweep.design, tuple(sweep.parameters), tuple(kept), count or sweep.worlds or scenario.worlds, luck,
        sweep.luck == "own", len(points) - len(kept),
    )  # fmt: skip


def allowed(base: Scenario, constraints: Sequence[str], point: Mapping[str, Any]) -> bool:
    """Whether a point of a sweep satisfies its constraints; InputError for one that names no number."""

    def value(path: str) -> float:
        found = point[path] if path in point else at(base.spec.model_dump(by_alias=True), parse_path(path))
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise InputError(f"constraint: {path} is no number of this scenario")
        return float(found)

    return all(holds(text, value) for text in constraints)


def _points(scenario: Scenario, sweep: Sweep, seed: int) -> Iterator[Overrides]:
    whole = {path: is_whole(scenario.data, path) for path in sweep.parameters}
    parameters = {path: _in_numbers(scenario, path, p) for path, p in sweep.parameters.items()}
    if sweep.design in ("grid", "list"):
        columns = [axis_values(p, whole[path]) for path, p in parameters.items()]
        rows: Any = itertools.product(*columns) if sweep.design == "grid" else zip(*columns, strict=True)
        for row in rows:
            yield dict(zip(parameters, row, strict=True))
        return
    for units in _units(sweep.design, len(parameters), cast(int, sweep.points), seed):
        yield {path: value_at(p, float(u), whole[path]) for (path, p), u in zip(parameters.items(), units, strict=True)}


def _in_numbers(scenario: Scenario, path: str, parameter: SweepParameter) -> SweepParameter:
    """Listed numbers that are written as text (6h, 5%, 1e-3) as numbers: a column of the table then has one kind."""
    if parameter.values is None:
        return parameter
    quantity = leaf_slot(scenario.data, parse_path(path)).quantity
    read: Callable[[object], float] = parse_number
    if isinstance(quantity, Duration):
        read = parse_duration
    elif isinstance(quantity, Whole):
        read = parse_whole
    elif isinstance(quantity, Real) and quantity.is_fraction:
        read = parse_fraction

    def number(value: Any) -> Any:
        with contextlib.suppress(ValueError):  # a word such as uniform
            return read(value) if isinstance(value, str) or read is parse_whole else value
        return value

    values = parameter.values if quantity is None else tuple(map(number, parameter.values))
    return parameter.model_copy(update={"values": values})


def axis_values(parameter: SweepParameter, whole: bool) -> list[Any]:
    """The values of one axis of a grid or list; whole numbers are rounded, and each appears once."""
    if parameter.values is not None:
        return list(parameter.values)
    steps = parameter.steps or 1
    values = [value_at(parameter, i / (steps - 1) if steps > 1 else 0.0, whole) for i in range(steps)]
    return list(dict.fromkeys(values))


def value_at(parameter: SweepParameter, u: float, whole: bool) -> Any:
    """The value at ``u`` in [0, 1]: of a range on its scale, of a list its ``floor(u * n)``-th."""
    if parameter.values is not None:
        return parameter.values[min(int(u * len(parameter.values)), len(parameter.values) - 1)]
    low, high = float(cast(float, parameter.from_)), float(cast(float, parameter.to))
    if u in (0.0, 1.0):
        value = high if u else low
    elif parameter.scale == "log":
        value = float(np.exp(np.log(low) + u * (np.log(high) - np.log(low))))
    else:
        value = low + u * (high - low)
    return round(value) if whole else float(f"{value:.12g}")  # 0.02, not 0.019999999999999997


def _units(design: str, dimensions: int, count: int, seed: int) -> Any:
    """Points of the unit cube, float64[count, dimensions]."""
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if design == "latin_hypercube":
        return qmc.LatinHypercube(dimensions, rng=rng).random(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # any number of points is allowed; powers of two are balanced best
        return qmc.Sobol(dimensions, scramble=True, rng=rng).random(count)
