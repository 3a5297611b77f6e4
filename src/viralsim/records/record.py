"""What the launches of one run returned: frozen arrays and plain values, free of the model, ready to be stored.

A launch is one world of one arm. ``W`` worlds, ``G`` communities, ``T`` ticks; world ``w`` is row ``w`` everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import one_of
from viralsim.errors import InputError
from viralsim.records.columns import MadeArray, is_one_number

Float64 = NDArray[np.float64]
_MADE = MadeArray()


def total_of_lines(lines: Mapping[str, Float64], worlds: int) -> Float64:
    """All lines together, float64[worlds]; added line by line, so that a world alone has the sum that it has among others."""
    total = np.zeros(1)
    for line in lines.values():
        total = total + (line[:1] if is_one_number(line) else line)
    return np.broadcast_to(total, worlds)


@dataclass(frozen=True, eq=False, repr=False)
class ArmOutcomes:
    """All worlds of one arm.

    name: the arm's word in the scenario. measures: measure name -> float64[W], NaN if it is not defined in a world.
    impressions_by_source: source -> float64[W]. reach_by_channel: channel -> float64[W].
    reach_by_community: int32[W, G] or None if it was not counted. cost_lines: line name -> its cost, float64[W].
    by_segment: ``reach.field=segment``, and so on for impressions, shares, conversions and members -> float64[W]; empty where no
    segments are asked for.
    series: name -> int32[Ws, T], increments of each tick in the first Ws worlds.
    cascade_sizes: int64[B], bin b counts cascades of 2**b to 2**(b + 1) - 1 nodes, over all worlds.
    generations: int64[D], nodes by depth, over all worlds.
    advocates: columns of one table, a row per advocate: ``id`` (int or str), ``posts``, ``shares`` (sums over worlds).
    launches: the values of every launch of a programme: name -> float64[W, L]; empty if there is one launch.
    """

    name: str
    measures: Mapping[str, Float64]
    impressions_by_source: Mapping[str, Float64] = field(default_factory=dict)
    reach_by_channel: Mapping[str, Float64] = field(default_factory=dict)
    reach_by_community: MadeArray = _MADE
    by_segment: Mapping[str, Float64] = field(default_factory=dict)
    cost_lines: Mapping[str, Float64] = field(default_factory=dict)
    series: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    cascade_sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    generations: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    advocates: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    launches: Mapping[str, Float64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold advocates' ids that are words as fixed-width text, which is stored without pickle."""
        columns = {name: np.asarray(column) for name, column in self.advocates.items()}
        words = {name: np.array([str(x) for x in c], str) for name, c in columns.items() if c.dtype.kind not in "iuf"}
        object.__setattr__(self, "advocates", {**columns, **words})

    @property
    def worlds(self) -> int:
        """The number of worlds W."""
        return len(next(iter(self.measures.values()))) if self.measures else 0

    def cost_usd(self) -> Float64:
        """What each world cost, all lines together, in the run's currency, float64[W]."""
        return total_of_lines(self.cost_lines, self.worlds)

    def __repr__(self) -> str:
        return f"ArmOutcomes({self.name!r}, {self.worlds:,} worlds)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArmOutcomes) and _same_fields(self, other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class PopulationSummary:
    """The audience of a run. follows: channel -> follows; count: audiences drawn; imported: a network from a file.

    prospects: people beside the members whom only paid lines reach.
    """

    members: int
    communities: int
    follows: Mapping[str, int]
    count: int = 1
    imported: bool = False
    prospects: int = 0


@dataclass(frozen=True)
class Goal:
    """What the verdict is about: a measure, the smallest difference of its mean that matters, and what a sale may cost."""

    measure: str
    matters_from: float = 0.0
    cost_per_sale_at_most: float | None = None


@dataclass(frozen=True)
class Move:
    """How far one input moves the mean difference of the pair asked about, the others as they are.

    low, high: the values tried; at_low, at_high: the mean difference there, now_mean: with the input as it is.
    assumed: nobody has measured the input, as far as the scenario says.
    """

    path: str
    now: float
    low: float
    high: float
    measure: str
    now_mean: float
    at_low: float
    at_high: float
    source: str
    assumed: bool

    @property
    def size(self) -> float:
        """How far the difference goes between its lowest and its highest."""
        means = (self.now_mean, self.at_low, self.at_high)
        return max(means) - min(means)


@dataclass(frozen=True)
class SwitchingValue:
    """The value of one input at which the pair asked about changes places in ``measure``.

    middle: where the mean difference is 0. At ``low`` and below, the arm ``below`` is surely ahead, at ``high`` and above,
    the arm ``above``: their intervals lie on opposite sides of 0.
    """

    path: str
    now: float
    middle: float
    low: float
    high: float
    below: str
    above: str
    measure: str
    assumed: bool

    @property
    def is_point(self) -> bool:
        """Whether the simulations fix the value within 10 %."""
        return self.low >= 0.9 * self.middle and self.high <= 1.1 * self.middle


@dataclass(frozen=True, eq=False, repr=False)
class RunRecord:
    """All that one run returned.

    asked_arms: the arms asked about, first minus second, or one arm against the baseline; empty where none are named.
    viral_when, flop_when: one criterion as in the scenario, e.g. ``{"earned_reach_fraction": 0.05}``.
    assumptions: (path, value, source) of what decides and is not measured. calibrated: fitted to observed campaigns.
    calibration: the scenario's block of that name: what past posts say, and how well this was checked; empty if there is none.
    moves, switching_values: what each input does to the pair asked about, where it was looked for.
    trusts_at_one: arm -> measures (float64[W']) of the same arms with every trust set to 1, or None.
    populations_of_world: int32[W], which audience a world lived in. uncertain: inputs were drawn a world.
    inputs_of_world: path -> float64[W], the drawn inputs. joint_inputs: those that were drawn together.
    interrupted: stopped early; the finished worlds are here. currency: ISO 4217 code of all amounts. goals: measure -> weight.
    rules: (place, word, digest) of every rule of one's own that an arm names.
    timing: setup_s, compile_s, simulate_s, worlds_per_s.
    """

    scenario_name: str
    fingerprint: str
    seed: int
    world_count: int
    tick_hours: float
    population: PopulationSummary
    arms: Mapping[str, ArmOutcomes]
    baseline: str | None = None
    about: str = ""
    goal: Goal | None = None
    asked_arms: Sequence[str] = ()
    viral_when: Mapping[str, float] | None = None
    flop_when: Mapping[str, float] | None = None
    warnings: Sequence[str] = ()
    vital_signs: Sequence[str] = ()
    assumptions: Sequence[tuple[str, Any, str]] = ()
    calibrated: bool = False
    trusts_at_one: Mapping[str, Mapping[str, Float64]] | None = None
    moves: Sequence[Move] = ()
    switching_values: Sequence[SwitchingValue] = ()
    populations_of_world: NDArray[np.int32] | None = None
    uncertain: bool = False
    inputs_of_world: Mapping[str, Float64] = field(default_factory=dict)
    joint_inputs: tuple[str, ...] = ()
    calibration: Mapping[str, Any] = field(default_factory=dict)
    scenario_yaml: str = ""
    scenario_file: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    timing: Mapping[str, float] = field(default_factory=dict)
    interrupted: bool = False
    currency: str = "USD"
    goals: Mapping[str, float] = field(default_factory=dict)
    rules: Sequence[tuple[str, str, str]] = ()

    def __post_init__(self) -> None:
        """Check that the parts fit together, and freeze the lists; InputError names the part that does not fit."""
        for name in ("warnings", "vital_signs", "asked_arms", "moves", "switching_values"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "rules", tuple((place, word, digest) for place, word, digest in self.rules))
        assumptions = tuple((str(path), plain(value), str(source)) for path, value, source in self.assumptions)
        object.__setattr__(self, "assumptions", assumptions)
        for name, arm in self.arms.items():
            _check_arm(name, arm, self.world_count)
        for key, values in {"populations_of_world": self.populations_of_world, **self.inputs_of_world}.items():
            if values is not None and len(values) != self.world_count:
                raise InputError(
                    f"{key!r} has {len(values)} worlds, the run has {self.world_count}: give one value per world"
                )
        if self.baseline is not None and self.baseline not in self.arms:
            raise InputError(f"baseline {self.baseline!r} is none of the arms {sorted(self.arms)}: name one of them")

    def __repr__(self) -> str:
        arms = ", ".join(self.arms)
        return (
            f"{type(self).__name__}({self.scenario_name!r}, arms {arms}, {self.world_count:,} worlds, seed {self.seed})"
        )

    def arm(self, name: str) -> ArmOutcomes:
        """The worlds of the arm ``name``; InputError lists the arms there are."""
        return self.arms[one_of(name, "arm", list(self.arms))]

    @property
    def several_audiences(self) -> bool:
        """Whether worlds live in more than one audience."""
        ids = self.populations_of_world
        return ids is not None and len(ids) > 0 and not bool((ids == ids[0]).all())

    def clusters(self) -> NDArray[np.int32] | None:
        """What intervals treat as one independent unit, int32[W]; None if each world is a unit.

        Units are the worlds of one audience, or worlds that took the same row of a posterior; if both apply, whichever are fewer.
        """
        audiences = self.populations_of_world if self.several_audiences else None
        found = [ids for ids in (audiences, self._rows) if ids is not None]
        return min(found, key=lambda ids: len(np.unique(ids))) if found else None

    @cached_property
    def _rows(self) -> NDArray[np.int32] | None:
        """Which row of ``uncertain.joint`` each world took; None if each took another, all the same, or there are none."""
        if not self.joint_inputs or not self.world_count:
            return None
        columns = np.column_stack([self.inputs_of_world[path] for path in self.joint_inputs])
        rows = np.unique(columns, axis=0, return_inverse=True)[1].ravel()
        return np.asarray(rows, np.int32) if 0 < rows.max() < len(rows) - 1 else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunRecord) and _same_fields(self, other)

    __hash__ = None  # type: ignore[assignment]


def _check_arm(name: str, arm: ArmOutcomes, worlds: int) -> None:
    """Every array of one value per world has ``worlds`` rows."""
    groups = (arm.measures, arm.impressions_by_source, arm.reach_by_channel, arm.by_segment, arm.cost_lines)
    for group in groups:
        if getattr(group, "rows", None) == worlds:  # columns on the disk say so, and are not read for this
            continue
        for key, values in group.items():
            if len(values) != worlds:
                raise InputError(
                    f"arm {name!r}: {key!r} has {len(values)} worlds, the run has {worlds}: give one value per world"
                )


def plain(value: Any) -> Any:
    """The value as JSON knows it: NumPy scalars and arrays, tuples and mappings become numbers, lists and dicts."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _same_fields(a: Any, b: Any) -> bool:
    """Equal in every field, arrays bit by bit in kind and value (NaN equals NaN)."""
    return all(same_value(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


def same_value(a: Any, b: Any) -> bool:
    """True if two stored values are equal; arrays by dtype, shape and content, NaN equal to NaN."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape):
            return False
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return list(a) == list(b) and all(same_value(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float) and a != a and b != b:
        return True
    return bool(a == b)
