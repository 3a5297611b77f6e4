"""A sweep whose points Optuna chooses, a batch at a time, by what the points before have shown.

The points are those of a ``list`` sweep in the same kind of folder, so that reports, ``verify`` and ``discover`` read it as
any other. The sampler has a seed and is told of finished points alone, in their order: the same call chooses the same
points, and those that are in the folder are not run again.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from viralsim.arguments import file_path, function, integer_at_least, one_of
from viralsim.errors import InputError
from viralsim.experiments.budget.search import optuna_module
from viralsim.experiments.budget_split import direction_of
from viralsim.experiments.journal import Journal
from viralsim.experiments.manifest import TABLE
from viralsim.experiments.plan import MOST_SEED, Plan, allowed, plan_of, value_at
from viralsim.experiments.point_runner import Runner
from viralsim.experiments.sweep import SweepOutcome, run_sweep
from viralsim.experiments.table import entries_of
from viralsim.measurement.measures import NAMES
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.slots import is_whole
from viralsim.scenario.study import Sweep

POINTS = 60
BATCH = 10  # points that are chosen before any of them has run
TRIES = 10  # batches whose points are all known or excluded, before the search ends
UPLIFT = "uplift_"
Point = dict[str, Any]


@dataclass(frozen=True)
class AdaptiveOutcome:
    """What an adaptive sweep did.

    outcome: of the sweep, whose points are all that were chosen. best: path -> value of the point with the best mean;
    value: that mean, None if no point has one.
    """

    outcome: SweepOutcome
    measure: str
    arm: str
    best: Mapping[str, Any]
    value: float | None


def adaptive_sweep(
    scenario: Scenario | str | os.PathLike[str],
    out: str | Path,
    measure: str,
    *,
    arm: str | None = None,
    points: int | None = None,
    worlds: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    workers: int | None = 0,
    cluster: str | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> AdaptiveOutcome:
    """Run points of the ``sweep`` block that Optuna chooses to make a mean best, by Parzen trees (Bergstra et al. 2011).

    Args:
        scenario: its ``sweep`` gives the ranges, the constraints and what is kept; its design is ignored.
        out: the folder; the same call again goes on where the last one stopped, and more ``points`` go on from there.
        measure: a measure that has a better and a worse, or ``uplift_MEASURE``, over the baseline.
        arm: whose mean; the first that is not the baseline by default. points: how many are run; those of the ``sweep``,
            otherwise 60, by default.
        worlds, seed, threads, workers, cluster, progress: as ``plan_of`` and ``run_sweep`` take them.

    Raises: InputError for wrong arguments, a missing Optuna, no ``sweep`` block, or a folder that holds something else.
    """
    scenario = scenario_of(scenario)
    sweep = scenario.spec.sweep
    if sweep is None:
        raise InputError(f"{scenario.name} has no sweep block: add one, see docs/scenario.md")
    name = one_of(measure, "measure", (*NAMES, *(UPLIFT + one for one in NAMES)))
    direction = direction_of(name.removeprefix(UPLIFT))
    chosen = _arm(scenario, arm, name)
    points = integer_at_least((sweep.points or POINTS) if points is None else points, "points", 1, 100_000)
    folder = file_path(out, "out")
    function(progress, "progress", "points finished, points in all, failed among them")
    search = _Search(scenario, sweep, folder, worlds, seed, points, (chosen, name, direction))
    options = {"threads": threads, "workers": workers, "cluster": cluster, "progress": _of_all(progress, points)}
    run = 0
    while search.choose():
        if search.missing():
            outcome = run_sweep(search.plan(), folder, **cast(Any, options))
            run += outcome.run
            if outcome.interrupted:
                return search.concluded(SweepOutcome(points, outcome.found, run, outcome.failed, True))
        search.tell()
    last = run_sweep(search.plan(), folder, **cast(Any, options))
    whole = SweepOutcome(
        last.points, last.points - run - last.run, run + last.run, last.failed, last.interrupted, last.kept
    )
    return search.concluded(whole)


class _Search:
    """Points that were chosen so far, the sampler that chooses more, and what the folder knows of them."""

    def __init__(
        self,
        scenario: Scenario,
        sweep: Sweep,
        folder: Path,
        worlds: int | None,
        seed: int | None,
        most: int,
        goal: tuple[str, str, int],
    ) -> None:
        self.scenario, self.sweep, self.folder, self.most = scenario, sweep, folder, most
        self.worlds, self.seed = worlds, seed
        self.arm, self.measure, self.direction = goal
        self.points: list[Point] = []
        self.asked: list[tuple[Any, Point | None]] = []
        self.base = scenario.without("sweep")
        self.whole = {path: is_whole(scenario.data, path) for path in sweep.parameters}
        optuna = optuna_module()
        luck = integer_at_least(scenario.seed if seed is None else seed, "seed", 0, MOST_SEED)
        sampler = optuna.samplers.TPESampler(seed=luck % 2**31, multivariate=True, constant_liar=True)
        self.study, self.failed = (
            optuna.create_study(direction="maximize", sampler=sampler),
            optuna.trial.TrialState.FAIL,
        )
        self.known: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in finished_in(folder)}
        self.runner: Runner | None = None
        self.identities: dict[str, str] = {}

    def choose(self) -> bool:
        """Ask for a batch with a new point; False if there are enough, or none is left."""
        for _ in range(TRIES):
            before = len(self.points)
            while len(self.asked) < BATCH and len(self.points) < self.most:
                trial = self.study.ask()
                point = {path: self._value(trial, path) for path in self.sweep.parameters}
                if not allowed(self.base, self.sweep.constraints, point):
                    self.asked.append((trial, None))
                    continue
                self.asked.append((trial, point))
                if point not in self.points:
                    self.points.append(point)
            if len(self.points) > before:
                return True
            if not self.asked:
                return False
            self.tell()
        if not self.points:
            raise InputError("the constraints of the sweep leave no point: loosen them")
        return False

    def _value(self, trial: Any, path: str) -> Any:
        parameter = self.sweep.parameters[path]
        if parameter.values is None:
            return value_at(parameter, trial.suggest_float(path, 0.0, 1.0), self.whole[path])
        return parameter.values[trial.suggest_int(path, 0, len(parameter.values) - 1)]

    def plan(self) -> Plan:
        """All points that were chosen so far, as a ``list`` sweep."""
        kept = self.sweep.model_dump(by_alias=True, exclude_unset=True, exclude={"design", "points", "parameters"})
        columns = {path: [point[path] for point in self.points] for path in self.sweep.parameters}
        asked = self.scenario.override({"sweep": {**kept, "design": "list", "parameters": columns}})
        return plan_of(asked, self.worlds, self.seed)

    def _identity(self, point: Point) -> str:
        if self.runner is None:
            plan = self.plan()
            self.runner = Runner(plan.scenario, plan.worlds, plan.seed, own_luck=plan.own_luck, kept=plan.kept)
        said = repr(sorted(point.items()))
        if said not in self.identities:
            self.identities[said] = self.runner.identity(point)
        return self.identities[said]

    def missing(self) -> bool:
        """Whether a chosen point is not finished."""
        return any(point is not None and self._identity(point) not in self.known for _, point in self.asked)

    def tell(self) -> None:
        """Tell the sampler what the points of the batch have shown, in their order."""
        if any(point is not None and self._identity(point) not in self.known for _, point in self.asked):
            self.known = {entry["id"]: entry for entry in finished_in(self.folder)}
        for trial, point in self.asked:
            found = None if point is None else self.mean(point)
            if found is None:
                self.study.tell(trial, state=self.failed)
            else:
                self.study.tell(trial, self.direction * found)
        self.asked = []

    def mean(self, point: Point) -> float | None:
        """The mean of a finished point; None if it is not defined."""
        found = self.known.get(self._identity(point), {}).get("arms", {}).get(self.arm, {}).get(self.measure)
        return None if found is None or not math.isfinite(found) else float(found)

    def concluded(self, outcome: SweepOutcome) -> AdaptiveOutcome:
        """What was done, with the best point; of equals the one that was chosen first."""
        self.known = {entry["id"]: entry for entry in finished_in(self.folder)}
        means = [
            (self.direction * found, -i)
            for i, point in enumerate(self.points)
            if (found := self.mean(point)) is not None
        ]
        if not means:
            return AdaptiveOutcome(outcome, self.measure, self.arm, {}, None)
        value, place = max(means)
        return AdaptiveOutcome(outcome, self.measure, self.arm, dict(self.points[-place]), self.direction * value)


def _of_all(progress: Callable[[int, int, int], None] | None, points: int) -> Callable[[int, int, int], None] | None:
    """Progress of the whole, from that of the points chosen so far."""
    return None if progress is None else lambda done, _, failed: progress(done, points, failed)


def finished_in(folder: Path) -> Iterator[dict[str, Any]]:
    """The finished points of a folder, of its table and its journal."""
    if (folder / TABLE).exists():
        yield from entries_of(folder)
    journal = folder / "journal.jsonl"
    if journal.exists():
        read = Journal(journal)
        try:
            yield from [read.read(identity) for identity in read.places]
        finally:
            read.close()


def _arm(scenario: Scenario, arm: str | None, measure: str) -> str:
    baseline = scenario.spec.baseline
    names: Sequence[str] = scenario.arm_names
    chosen = one_of(arm, "arm", names) if arm is not None else next((n for n in names if n != baseline), names[0])
    if measure.startswith(UPLIFT) and (baseline is None or chosen == baseline):
        raise InputError(f"measure: {measure} is over the baseline: name a baseline, and an arm that is another")
    return chosen
