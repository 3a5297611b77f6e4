"""The front door: a scenario in, every arm in the same worlds, a result out."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.compile import Arm, compile_arm, envelopes
from viralsim.campaign.outcome import arm_worlds
from viralsim.campaign.stage import Stage
from viralsim.campaign.vital_signs import vital_signs
from viralsim.errors import InputError
from viralsim.joining import join_worlds, keep_worlds
from viralsim.kernels.draws import Stream, name_key, seed_key, units_of_worlds
from viralsim.kernels.inputs import Series
from viralsim.kernels.worlds import RawWorlds, run_worlds
from viralsim.launches import ArmWorlds
from viralsim.measurement.sequential import Look, look, looks, sentence
from viralsim.scenario.overlays import arm_specs as arm_specs

if TYPE_CHECKING:
    from viralsim.results import Result
    from viralsim.scenario import Scenario
    from viralsim.scenario.study import Until

Progress = Callable[[int, int], None]
MOST_WORLDS = 10_000_000
LEAST_BLOCK, MOST_BLOCKS = 256, 16  # worlds that an interrupt can lose, and parts of a run
SERIES_BYTES = 256 << 20
TRUST_WORLDS = 200  # worlds of the repeat with every trust at 1: it asks for a sign, not for digits


def default_threads() -> int:
    """Threads to use: the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def build_stage(scenario: Scenario, population: int = 0) -> Stage:
    """The audience of a scenario, ready for the kernels."""
    from viralsim.population.build import build_population

    return Stage(scenario.spec, build_population(scenario, population))


def compile_arms(
    scenario: Scenario, stage: Stage, names: Sequence[str] | None = None, specs: Mapping[str, Any] | None = None
) -> dict[str, Arm]:
    """Compile the named arms (all by default); envelopes are those of all arms of the scenario, ``specs`` where they are known."""
    specs = arm_specs(scenario) if specs is None else specs
    envelope = envelopes(stage, specs)
    return {
        name: compile_arm(stage, name, specs[name], envelope, scenario.folder) for name in names or scenario.arm_names
    }


def describe(scenario: Scenario) -> list[str]:
    """The vital signs and warnings of a scenario as lines, for ``viralsim check``."""
    stage = build_stage(scenario)
    lines, warnings = vital_signs(scenario, stage, compile_arms(scenario, stage))
    return [*lines, *(f"warning: {warning}" for warning in warnings)]


def draw_inputs(scenario: Scenario, seed: int, worlds: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """The uncertain inputs of each world: one joint draw a world, the same for all arms; path -> float64[W]."""
    drawn = {}
    for path, span in (scenario.spec.uncertain or {}).items():
        u = units_of_worlds(seed_key(seed), worlds, int(Stream.UNCERTAIN), name_key(path))
        if span.scale == "log":
            drawn[path] = np.exp(np.log(span.from_) + u * (np.log(span.to) - np.log(span.from_)))
        else:
            drawn[path] = span.from_ + u * (span.to - span.from_)
    return drawn


@dataclass
class _Run:
    """The bookkeeping of one simulation: what ran, how far, how long."""

    scenario: Scenario
    seed: int
    worlds: NDArray[np.int64]
    names: tuple[str, ...]
    threads: int
    progress: Progress | None
    series: bool = True  # keep series per tick
    until: Until | None = None  # stop before all worlds are run
    last_looks: list[Look] = field(default_factory=list)
    raw: dict[str, list[tuple[NDArray[np.int64], Arm, RawWorlds]]] = field(default_factory=dict)
    finished: int = 0
    interrupted: bool = False

    @property
    def total(self) -> int:
        return len(self.worlds) * len(self.names)

    def blocks(self, whole: bool = False) -> Iterator[NDArray[np.int64]]:
        """Rows of the worlds, block by block; until enough is known where that is asked; ``whole``: else in one block."""
        count = len(self.worlds)
        block = count if whole else max(LEAST_BLOCK, -(-count // MOST_BLOCKS))
        ends = list(looks(count)) if self.until else [*range(block, count, block), count]
        for first, last in itertools.pairwise([0, *ends]):
            yield np.arange(first, last)
            if self.until and not self.interrupted and self._enough():
                self.worlds = self.worlds[:last]
                return

    def _enough(self) -> bool:
        """Whether the measure that decides is known well enough, from the worlds finished so far."""
        assert self.until is not None
        values = {}
        for name in self.names:
            parts = [(rows, arm_worlds(arm, raw).measures) for rows, arm, raw in self.raw[name]]
            order = np.argsort(np.concatenate([rows for rows, _ in parts]))
            values[name] = np.concatenate([measures[self.until.measure] for _, measures in parts])[order]
        baseline = self.scenario.spec.baseline
        self.last_looks = look(values, baseline, self.until.half_width, self.until.scale == "relative")
        return all(found.enough for found in self.last_looks)

    def series_of(self, arm: Arm, rows: NDArray[np.int64]) -> int:
        """For how many of ``rows`` to keep the series per tick: those among the first worlds that fit into memory."""
        if not self.series:
            return 0
        fits = SERIES_BYTES // (arm.world.contents.novelty.shape[1] * len(Series) * 4)
        return int(np.count_nonzero(rows < max(1, fits)))

    def report(self, running: int) -> None:
        if self.progress is not None:
            self.progress(self.finished + running, self.total)

    def run_arm(self, arm: Arm, rows: NDArray[np.int64], threads: int, series: int | None = None) -> None:
        """Run the worlds at ``rows`` of one arm and keep what came back."""
        raw = run_worlds(
            arm.world, self.seed, self.worlds[rows], threads=threads, series_worlds=series,
            progress=self.report if len(rows) > 1 else None,
        )  # fmt: skip
        self.raw.setdefault(arm.name, []).append((rows, arm, raw))
        self.finished += len(rows)
        self.interrupted |= raw.interrupted
        self.report(0)


def _run_certain(run: _Run, stages: list[Stage], specs: Mapping[str, Any] | None = None) -> None:
    """Blocks of worlds, each through all arms: who interrupts keeps the blocks that all arms finished."""
    arms = [compile_arms(run.scenario, stage, run.names, specs) for stage in stages]
    try:
        for rows in run.blocks():
            for p in range(len(stages)):
                own = rows[run.worlds[rows] % len(stages) == p]
                for arm in arms[p].values():
                    if not run.interrupted and len(own):
                        run.run_arm(arm, own, run.threads, run.series_of(arm, own))
    except KeyboardInterrupt:  # between two blocks
        run.interrupted = True


def _run_uncertain(run: _Run, stages: list[Stage], inputs: dict[str, NDArray[np.float64]]) -> None:
    """One world at a time, each with its own inputs; worlds are handed to threads."""
    from concurrent.futures import ThreadPoolExecutor

    def world(i: int) -> None:
        if run.interrupted:
            return
        scenario = run.scenario.override({path: float(values[i]) for path, values in inputs.items()})
        stage = stages[int(run.worlds[i]) % len(stages)]
        arms = compile_arms(scenario, stage, run.names)
        for arm in arms.values():
            run.run_arm(arm, np.array([i]), 1, run.series_of(arm, np.array([i])))

    with ThreadPoolExecutor(run.threads) as pool:
        try:
            for rows in run.blocks(whole=True):
                for future in [pool.submit(world, int(i)) for i in rows]:
                    future.result()
        except KeyboardInterrupt:
            run.interrupted = True
            pool.shutdown(cancel_futures=True)


def _join(run: _Run, name: str) -> tuple[ArmWorlds, NDArray[np.bool_]]:
    """The blocks of one arm as one table, in the order of the worlds asked for, and which worlds are done."""
    done = np.zeros(len(run.worlds), dtype=bool)
    for rows, _, raw in run.raw[name]:
        done[rows] = raw.done
    parts = [(rows, arm_worlds(arm, raw)) for rows, arm, raw in run.raw[name]]
    return join_worlds(parts, len(run.worlds)), done


def simulate(
    scenario: Scenario,
    worlds: int | None = None,
    seed: int | None = None,
    *,
    arms: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    repeat_trust: bool = True,
    until: Until | Mapping[str, Any] | None = None,
) -> Result:
    """Run every arm of a scenario in the same worlds.

    Args:
        scenario: what ``viralsim.load`` returned.
        worlds: how many worlds (numbers 0 to worlds - 1); the scenario's own by default. With ``until`` the most.
        seed: seed of the luck; the audience keeps the scenario's seed.
        arms: names of the arms to run; all by default. An arm run alone has the worlds that it has among others.
        threads: threads; all cores by default. Results do not depend on it.
        progress: called with (launches done, launches in all).
        repeat_trust: where some trust is not 1, run the arms again with every trust at 1, for the verdict.
        until: stop as soon as an interval is narrow enough: ``{"measure": "shares", "half_width": 0.05}`` as in a scenario's
            ``worlds.until``, which holds where ``worlds`` is not given. What was found stands in ``vital_signs``; "cannot tell
            at this budget" in ``warnings``.

    Returns: ``Result``; after KeyboardInterrupt with the worlds that all arms finished, and ``interrupted`` set.

    Raises: InputError for wrong arguments, ScenarioError where the scenario cannot be built.
    """
    from viralsim.results import Result

    started = time.perf_counter()
    run = _prepare(scenario, worlds, seed, arms, threads, progress)
    run.until = _until_of(scenario, worlds, until)
    stages = [build_stage(scenario, p) for p in range(scenario.spec.populations)]
    first_arms = compile_arms(scenario, stages[0])
    signs, warnings = vital_signs(scenario, stages[0], first_arms)
    set_up = time.perf_counter()
    _compile(run, first_arms)
    compiled = time.perf_counter()
    inputs = draw_inputs(scenario, run.seed, run.worlds)
    if inputs:
        _run_uncertain(run, stages, inputs)
    else:
        _run_certain(run, stages)
    inputs = {path: values[: len(run.worlds)] for path, values in inputs.items()}
    simulated = time.perf_counter()
    if set(run.raw) != set(run.names):
        raise KeyboardInterrupt
    record = _record(run, stages, inputs, signs, warnings)
    record["trusts_at_one"] = (
        _repeat_at_trust_one(run, stages) if repeat_trust and not run.interrupted and not inputs else None
    )
    record["timing"] = {
        "setup_s": set_up - started,
        "compile_s": compiled - set_up,
        "simulate_s": simulated - compiled,
        "worlds_per_s": run.total / max(simulated - compiled, 1e-9),
    }
    return Result(**record)


def launch(
    scenario: Scenario,
    stages: list[Stage],
    names: Sequence[str],
    worlds: int,
    seed: int,
    threads: int = 1,
    specs: Mapping[str, Any] | None = None,
    first: int = 0,
) -> dict[str, ArmWorlds]:
    """``worlds`` worlds from ``first`` on of some arms, on audiences that are built; no series, nothing said about them.

    ``specs``: every arm's after its overlay, where they are known. Raises KeyboardInterrupt where someone stopped it.
    """
    numbers = np.arange(first, first + worlds, dtype=np.int64)
    run = _Run(scenario, seed, numbers, tuple(names), threads, None, series=False)
    inputs = draw_inputs(scenario, seed, run.worlds)
    if inputs:
        _run_uncertain(run, stages, inputs)
    else:
        _run_certain(run, stages, specs)
    if run.interrupted:
        raise KeyboardInterrupt
    return {name: _join(run, name)[0] for name in names}


def _prepare(
    scenario: Scenario,
    worlds: int | None,
    seed: int | None,
    arms: Sequence[str] | None,
    threads: int | None,
    progress: Progress | None,
) -> _Run:
    count = scenario.worlds if worlds is None else worlds
    if not 1 <= count <= MOST_WORLDS:
        raise InputError(f"worlds must be between 1 and {MOST_WORLDS}, got {count}")
    if threads is not None and threads < 1:
        raise InputError(f"threads must be at least 1, got {threads}")
    names = tuple(arms) if arms else tuple(scenario.arm_names)
    for name in names:
        if name not in scenario.arm_names:
            raise InputError(f"there is no arm {name!r}: choose from {', '.join(scenario.arm_names)}")
    names = tuple(name for name in scenario.arm_names if name in names)
    return _Run(
        scenario, scenario.seed if seed is None else seed, np.arange(count, dtype=np.int64), names,
        threads or default_threads(), progress,
    )  # fmt: skip


def _until_of(scenario: Scenario, worlds: int | None, until: Until | Mapping[str, Any] | None) -> Until | None:
    """When to stop: as the caller says, else as the scenario says where the caller gave no number of worlds."""
    if until is None:
        return scenario.until if worlds is None else None
    if scenario.spec.populations > 1:
        raise InputError("until: more worlds do not tell what more audiences would: set populations to 1")
    given = until if isinstance(until, Mapping) else until.model_dump()
    most = scenario.worlds if worlds is None else worlds
    return scenario.override({"worlds": {"at_most": most, "until": dict(given)}}).until


def _compile(run: _Run, arms: Mapping[str, Arm]) -> None:
    """Run one world so that compiling is not counted as simulating."""
    run_worlds(arms[run.names[0]].world, run.seed, run.worlds[:1], series_worlds=0)


def _record(
    run: _Run, stages: list[Stage], inputs: dict[str, Any], signs: list[str], warnings: list[str]
) -> dict[str, Any]:
    """Everything a result holds, for the worlds that all arms finished."""
    from viralsim.launches import Goal, PopulationSummary
    from viralsim.versions import versions

    scenario, spec = run.scenario, run.scenario.spec
    joined = {name: _join(run, name) for name in run.names}
    done = np.all([d for _, d in joined.values()], axis=0)
    count = int(done.sum())
    if count == 0:
        raise KeyboardInterrupt
    arms = {name: worlds if done.all() else keep_worlds(worlds, done) for name, (worlds, _) in joined.items()}
    stage = stages[0]
    audience = stage.population.audience
    notes = list(getattr(stage.population, "messages", []) or [])
    if run.until is not None:
        said = [(found.enough, sentence(found, run.until.measure, count)) for found in run.last_looks]
        signs = [*signs, *(text for enough, text in said if enough)]
        warnings = [*warnings, *(text for enough, text in said if not enough)]
    return {
        "scenario_name": scenario.name,
        "about": spec.about or "",
        "fingerprint": scenario.fingerprint,
        "seed": run.seed,
        "world_count": count,
        "tick_hours": float(spec.tick),
        "population": PopulationSummary(
            members=stage.members,
            communities=int(audience.community.max(initial=0)) + 1,
            follows={c: n.follows for c, n in zip(stage.channels, stage.networks, strict=True)},
            count=len(stages),
            imported=any(spec.channels[c].network.file is not None for c in stage.channels),
        ),
        "arms": arms,
        "baseline": spec.baseline if spec.baseline in run.names else None,
        "goal": None if spec.goal is None else Goal(spec.goal.measure, float(spec.goal.matters_from)),
        "viral_when": _criterion(spec.viral_when),
        "flop_when": _criterion(spec.flop_when),
        "warnings": [*notes, *warnings],
        "vital_signs": signs,
        "assumptions": scenario.assumptions(run.names[0]),
        "populations_of_world": (run.worlds[done] % len(stages)).astype(np.int32),
        "uncertain": bool(inputs),
        "inputs_of_world": {path: values[done] for path, values in inputs.items()},
        "scenario_yaml": scenario.to_yaml(),
        "scenario_file": scenario.origin.file,
        "versions": versions(),
        "interrupted": run.interrupted,
    }


def _criterion(rule: Any) -> dict[str, float] | None:
    """``viral_when`` or ``flop_when`` as one name and number."""
    if rule is None:
        return None
    return {name: float(value) for name, value in rule.model_dump().items() if value is not None}


def _repeat_at_trust_one(run: _Run, stages: list[Stage]) -> dict[str, Any] | None:
    """The same arms with every trust at 1, where some trust is not, in the first worlds: measures by arm.

    Arms that no trust touches are not run again.
    """
    scenario = run.scenario.with_trusts_at_one()
    touched = tuple(name for name in run.names if scenario.for_arm(name) != run.scenario.for_arm(name))
    if not touched:
        return None
    rows = run.worlds[:TRUST_WORLDS]
    again = _Run(scenario, run.seed, rows, touched, run.threads, None)
    _run_certain(again, stages)
    return {
        name: _join(again, name)[0].measures
        if name in touched
        else {key: values[: len(rows)] for key, values in _join(run, name)[0].measures.items()}
        for name in run.names
    }
