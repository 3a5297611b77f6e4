"""One point of a sweep: its scenario, its arms in the same worlds, and their statistics as one row per arm."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import function, integer_at_least, names_of, refuse, seed_number, thread_count
from viralsim.cache import BoundedCache, bytes_of
from viralsim.errors import ViralsimError
from viralsim.experiments.ids import arm_ids, audience_id, failed_id, hash_of, own_seed, point_id
from viralsim.experiments.keeping.kept import Kept, pack_worlds
from viralsim.kernels.counts import Series
from viralsim.measurement.arms import criterion_hits
from viralsim.measurement.intervals import proportion_interval
from viralsim.measurement.measures import MEASURES, NAMES
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.frequency import frequency_measures
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import AMONG

ARMS_KEPT_BYTES = 128 << 20  # worlds of arms that several points may ask for
STAGES_KEPT = 4
NAN = float("nan")
_PAIRED = [m.name for m in MEASURES if not m.only_with_cascade]
_DIRECTIONS = np.array([m.direction for m in MEASURES if not m.only_with_cascade], dtype=np.float64)


class _Point(NamedTuple):
    """A point that is ready to run: the specs and the ids of its arms, its own id, its seed."""

    scenario: Scenario
    specs: dict[str, Spec]
    arms: dict[str, str]
    identity: str
    seed: int


class Runner:
    """Runs points of one scenario; audiences, and arms that a point does not touch, are made once.

    One runner serves several threads; each call runs its point on ``threads`` threads.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int,
        seed: int,
        *,
        own_luck: bool = False,
        threads: int = 1,
        kept: Kept | None = None,
    ) -> None:
        self.kept = kept or Kept()
        self.scenario, self.worlds, self.seed = scenario, worlds, seed
        self.own_luck, self.threads = own_luck, threads
        self.first = 0
        self._stages = BoundedCache(STAGES_KEPT, lambda compiled_audiences: 1)
        self._arms = BoundedCache(ARMS_KEPT_BYTES, partial(bytes_of_arm, scenario.spec.ticks))

    def like(self, worlds: int, seed: int, first: int = 0) -> Runner:
        """The same runner for ``worlds`` worlds from ``first`` on and another luck: audiences and finished arms are shared."""
        other = copy.copy(self)
        other.worlds, other.seed, other.first = worlds, seed, first
        return other

    def identity(self, overrides: Mapping[str, Any]) -> str:
        """The id of a point, without running it: what its result is a function of."""
        try:
            return self._prepared(overrides).identity
        except ViralsimError:
            return failed_id(self.scenario, overrides, self.worlds, self.seed)

    def worlds_of(
        self, overrides: Mapping[str, Any], arms: Sequence[str] | None = None
    ) -> tuple[dict[str, ArmOutcomes], int]:
        """The worlds of the arms of a point (all by default), and the number of members; ViralsimError where it cannot run."""
        point = self._prepared(overrides)
        wanted = point.arms if arms is None else {name: point.arms[name] for name in arms}
        return self._worlds(point._replace(arms=wanted))

    def run(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """The finished point as plain values: ``id``, ``seed``, ``arms`` (arm -> column -> number), ``error``."""
        try:
            point = self._prepared(overrides)
            arms, members = self._worlds(point)
            derived = {name: self.kept.derive(arm) for name, arm in arms.items()}
            rows = summarise_point(arms, members, point.scenario)
            for name, arm in arms.items():
                self._add_kept(rows[name], arm, derived[name])
        except ViralsimError as error:
            known = self.identity(overrides)
            return {"id": known, "seed": None, "arms": {}, "error": " ".join(str(error).split())[:1000]}
        entry = {"id": point.identity, "seed": point.seed, "arms": rows, "error": None}
        return {**entry, "worlds": pack_worlds(arms, derived)} if self.kept.worlds else entry

    def _add_kept(self, row: dict[str, float], arm: ArmOutcomes, derived: Mapping[str, NDArray[np.float64]]) -> None:
        """Add to a row what the sweep keeps beside the means."""
        if derived:
            row |= _means(list(derived), list(derived.values()))
        if self.kept.quantiles:
            for name, values in {**arm.measures, **derived}.items():
                row |= self.kept.quantiles_of(name, values)

    def _worlds(self, point: _Point) -> tuple[dict[str, ArmOutcomes], int]:
        from viralsim.simulation.front import launch

        scenario, seed = point.scenario, point.seed
        compiled_audiences = self._stages.get(audience_id(scenario), lambda: self._build(scenario))

        def run(name: str) -> ArmOutcomes:
            found = launch(
                scenario, compiled_audiences, [name], self.worlds, seed, self.threads, point.specs, self.first
            )
            return found[name]

        arms = {name: self._arms.get((self.first, key), partial(run, name)) for name, key in point.arms.items()}
        return arms, compiled_audiences[0].audience_members

    def _prepared(self, overrides: Mapping[str, Any]) -> _Point:
        scenario = self.scenario.override(overrides) if overrides else self.scenario
        specs = scenario.arm_specs()
        seed = self.seed
        ids = arm_ids(scenario, specs, self.worlds, seed)
        if self.own_luck:
            seed = own_seed(seed, point_id(ids, scenario.spec))
            ids = arm_ids(scenario, specs, self.worlds, seed)
        identity = point_id(ids, scenario.spec)
        if self.kept.asked:
            identity = hash_of([identity, self.kept.asked])
        return _Point(scenario, specs, ids, identity, seed)

    @staticmethod
    def _build(scenario: Scenario) -> list[Any]:
        from viralsim.simulation.run import compile_audience

        return [compile_audience(scenario, p) for p in range(scenario.spec.populations)]


def bytes_of_arm(ticks: int, arm: ArmOutcomes) -> int:
    """What the worlds of an arm hold once their columns are made: until then these hide in what makes them."""
    return bytes_of(arm) + arm.worlds * (4 * ticks * len(Series) + 8 * len(arm.measures))


def run_points(
    scenario: Scenario | str | os.PathLike[str],
    overrides: Sequence[Mapping[str, Any]],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    arms: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[dict[str, ArmOutcomes]]:
    """Run a scenario with each of several changes, in memory, in the same worlds: arm -> its worlds, a point at a time.

    Args:
        scenario: what ``viralsim.load`` returned; its ``sweep`` block is ignored.
        overrides: path -> value of each point.
        worlds, seed: the scenario's by default.
        arms: names of the arms to return; all by default.
        threads: threads of a point; all cores by default. Results do not depend on it.
        progress: called with (points done, points in all).

    Audiences, and arms that a point does not touch, are made once. Raises ScenarioError at a point that does not make a valid
    scenario, InputError for an arm that does not exist.
    """
    scenario = scenario_of(scenario)
    wanted = names_of(arms, "arms", scenario.arm_names)
    if isinstance(overrides, Mapping | str) or not isinstance(overrides, Sequence):
        raise refuse("overrides", "a list of mappings, path -> value", overrides)
    function(progress, "progress", "points done, points in all")
    luck = seed_number(scenario.seed if seed is None else seed)
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", 1)
    runner = Runner(scenario, count, luck, threads=thread_count(threads))

    def run() -> Iterator[dict[str, ArmOutcomes]]:
        for done, point in enumerate(overrides, 1):
            yield runner.worlds_of(point, wanted)[0]
            if progress is not None:
                progress(done, len(overrides))

    return run()


def columns(own: Iterable[str] = ()) -> list[str]:
    """The names of the numbers of a row, in order; ``own``: measures of the scenario's own, whose columns are last."""
    names = [f"{name}{end}" for name in NAMES for end in ("", "_sd", "_low", "_high")]
    names += [f"{word}{end}" for word in ("viral", "flop") for end in ("", "_low", "_high")]
    names += ["cost_usd"]
    names += [f"uplift_{name}{end}" for name in _PAIRED for end in ("", "_low", "_high", "_better")]
    return names + [f"{name}{end}" for name in own for end in ("", "_sd", "_low", "_high")]


def own_measures(scenario: Scenario) -> list[str]:
    """The words of the scenario's own measures, of its frequency goals, and of measures of the segments in its goal."""
    spec = scenario.spec
    own = [] if spec.measures is None else sorted(spec.measures.own)
    among = [] if spec.goal is None or not spec.goal.among else list(AMONG.values())
    return [*own, *frequency_measures(spec), *among]


def summarise_point(arms: Mapping[str, ArmOutcomes], members: int, scenario: Scenario) -> dict[str, dict[str, float]]:
    """Arm -> column -> number; NaN if nothing is known.

    A measure's name holds its mean over worlds, ``_sd`` the standard deviation over worlds, ``_low`` and ``_high`` the
    95 % limits of the mean (Student's t). ``uplift_*`` is the difference from the baseline in the same worlds, ``_better``
    the chance of being better, ties counted half.
    """
    baseline = scenario.spec.baseline
    rules = {"viral": scenario.spec.viral_when, "flop": scenario.spec.flop_when}
    names = (*NAMES, *own_measures(scenario))
    rows: dict[str, dict[str, float]] = {}
    for name, arm in arms.items():
        unknown = np.full(arm.worlds, NAN)
        row = _means(names, [arm.measures.get(m, unknown) for m in names])
        for word, rule in rules.items():
            limits = (NAN, NAN, NAN)
            if rule is not None:
                said = {key: float(value) for key, value in rule.model_dump().items() if value is not None}
                limits = proportion_interval(criterion_hits(said, arm, members))
            row |= dict(zip((word, f"{word}_low", f"{word}_high"), limits, strict=True))
        row["cost_usd"] = float(arm.cost_usd().mean())
        if baseline is not None and baseline in arms and name != baseline:
            row |= _uplifts(arm, arms[baseline])
        rows[name] = row
    return rows


def _uplifts(arm: ArmOutcomes, baseline: ArmOutcomes) -> dict[str, float]:
    differences = [arm.measures[m] - baseline.measures[m] for m in _PAIRED]
    row = _means([f"uplift_{m}" for m in _PAIRED], differences, sd=False)
    better = np.sign(np.stack(differences)) * _DIRECTIONS[:, None]  # NaN where the difference is not defined
    chances = ((better > 0).mean(axis=1) + (better == 0).mean(axis=1) / 2).tolist()
    row |= {
        f"uplift_{name}_better": chance if direction else NAN
        for name, direction, chance in zip(_PAIRED, _DIRECTIONS, chances, strict=True)
    }
    return row


def _means(
    names: list[str] | tuple[str, ...], values: list[NDArray[np.float64]], *, sd: bool = True
) -> dict[str, float]:
    """Mean, standard deviation and t limits of each column over the worlds in which it is defined."""
    table = np.stack(values)
    defined = np.isfinite(table)
    n = defined.sum(axis=1)
    filled = np.where(defined, table, 0.0)
    mean = filled.sum(axis=1) / np.maximum(n, 1)
    spread = np.where(defined, table - mean[:, None], 0.0)
    deviation = np.sqrt((spread**2).sum(axis=1) / np.maximum(n - 1, 1))
    mean[n == 0] = NAN
    deviation[n < 2] = NAN
    quantile = np.array([_t(freedom) for freedom in (n - 1).tolist()])
    half = quantile * deviation / np.sqrt(np.maximum(n, 1))
    ends = {"": mean, "_sd": deviation, "_low": mean - half, "_high": mean + half}
    if not sd:
        del ends["_sd"]
    keys = [name + end for name in names for end in ends]
    return dict(zip(keys, np.stack([*ends.values()], axis=1).ravel().tolist(), strict=True))


_T: dict[int, float] = {}


def _t(freedom: int) -> float:
    """The 97.5 % quantile of Student's t; NaN without a degree of freedom."""
    if freedom < 1:
        return NAN
    if freedom not in _T:
        from scipy.special import stdtrit

        _T[freedom] = float(stdtrit(freedom, 0.975))
    return _T[freedom]
