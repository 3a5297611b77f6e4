"""How the worlds of a scenario are run: audiences built, arms compiled, blocks of worlds handed to threads, and joined."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import arm_outcomes
from viralsim.campaign.compile import Arm, compile_arm, envelopes
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError, Problem, ScenarioError
from viralsim.kernels.arm_inputs import segments_of
from viralsim.kernels.arrays.outputs import advocates_of
from viralsim.kernels.arrays.rows_of_worlds import checked
from viralsim.kernels.batch import RawWorlds, run_worlds
from viralsim.kernels.counts import Count, SegmentCount, Series
from viralsim.kernels.rng import Stream, name_key, seed_key, units_of_worlds
from viralsim.measurement.sequential import Look, look, looks
from viralsim.parallel import available_cores
from viralsim.programme import ProgrammeWorlds, programme_outcomes, run_programme
from viralsim.records.merge import join_worlds
from viralsim.records.record import ArmOutcomes
from viralsim.scenario.study import JOINT
from viralsim.simulation.other_offers import Offer, with_offers
from viralsim.simulation.room import Room

if TYPE_CHECKING:
    from viralsim.scenario import Scenario
    from viralsim.scenario.study import Until

Progress = Callable[[int, int], None]
FIRST_BLOCK, LEAST_BLOCK = 128, 16  # worlds of the first block of a run, and of the smallest
BRIEF_S, LONG_S = (
    0.1,
    1.0,
)  # a block that takes less is followed by one of four times its worlds, one that takes more by half
SERIES_BYTES, MOST_SERIES = 256 << 20, 10_000  # worlds whose series per tick are kept: bands of more look the same
MEMORY_PART = 0.8  # of the machine's memory that the worlds of a run may take


def default_threads() -> int:
    """Threads to use: the cores this process may run on."""
    return available_cores()


def compile_audience(scenario: Scenario, population: int = 0, threads: int = 1) -> CompiledAudience:
    """The audience of a scenario, ready for the kernels; the same on any number of threads."""
    from viralsim.population.build import build_population

    try:
        return CompiledAudience(scenario.spec, build_population(scenario, population, threads))
    except ScenarioError as error:
        raise scenario.placed(error) from None


def compile_arms(
    scenario: Scenario,
    compiled: CompiledAudience,
    names: Sequence[str] | None = None,
    specs: Mapping[str, Any] | None = None,
) -> dict[str, Arm]:
    """Compile the named arms (all by default); envelopes are those of all arms of the scenario, ``specs`` where they are known.

    Raises ScenarioError with all that is wrong in any of them, by file and line.
    """
    specs = scenario.arm_specs() if specs is None else specs
    try:
        envelope = envelopes(compiled, specs)
    except ScenarioError as error:
        raise scenario.placed(error) from None
    arms: dict[str, Arm] = {}
    problems: list[Problem] = []
    for name in names or scenario.arm_names:
        try:
            arms[name] = compile_arm(compiled, name, specs[name], envelope, scenario.folder)
        except ScenarioError as error:
            problems += scenario.placed(error, name).problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return arms


def bytes_kept(worlds: int, arms: Iterable[Arm]) -> int:
    """The memory that the counts and series of so many worlds of each arm take at most: zeros that stay zeros take none."""
    total = 0
    for arm in arms:
        world = arm.world
        ticks, channels, lines = world.contents.novelty.shape[1], len(world.channels.key), len(world.plan.paid_channel)
        communities = int(world.audience.community.max(initial=0)) + 1
        series = min(SERIES_BYTES, 4 * min(worlds, MOST_SERIES) * ticks * len(Series))
        people = 2 * advocates_of(world) if len(world.plan.people) else 0
        goals, segments = len(world.plan.frequency_goal), 8 * len(SegmentCount) * segments_of(world)
        small = 4 * (channels + communities + lines + people + goals)
        total += worlds * (segments + 8 * (len(Count) + 1 + lines) + small + 1) + series
    return total


def refuse_what_does_not_fit(worlds: int, arms: Iterable[Arm]) -> None:
    """InputError where the worlds of a run are larger than the machine: else the system would end the process, or others."""
    from viralsim.population.drawn import memory_bytes

    needed, there = bytes_kept(worlds, arms), memory_bytes()
    if needed > MEMORY_PART * there:
        raise InputError(
            f"{worlds:,} worlds may keep {needed / 2**30:.0f} GiB, this machine has {there / 2**30:.0f}: ask for fewer worlds or "
            "arms, or run them in parts as a sweep (viralsim sweep keeps summaries alone)"
        )


def draw_inputs(scenario: Scenario, seed: int, worlds: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """The uncertain inputs of each world: one joint draw a world, the same for all arms; path -> float64[W].

    Raises: InputError where the rows of ``uncertain.joint`` cannot be read; ScenarioError for an input that the scenario
    cannot have.
    """
    drawn = {}
    for path, span in scenario.input_ranges().items():
        drawn[path] = span.quantiles(units_of_worlds(seed_key(seed), worlds, int(Stream.UNCERTAIN), name_key(path)))
    return drawn | _joint_inputs(scenario, seed, worlds)


def _joint_inputs(scenario: Scenario, seed: int, worlds: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """What ``uncertain.joint`` says in each world: world w takes row ``order[w mod rows]`` of an order drawn by the seed."""
    if scenario.spec.joint is None:
        return {}
    values = scenario.joint_rows()
    rows = row_of_world(seed, worlds, len(next(iter(values.values()))))
    return {path: column[rows] for path, column in values.items()}


def row_of_world(seed: int, worlds: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Which of ``rows`` rows of ``uncertain.joint`` each world takes, int64[W]: all rows equally often, in an order of the seed."""
    numbers = units_of_worlds(seed_key(seed), np.arange(rows), int(Stream.UNCERTAIN), name_key(JOINT))
    return np.asarray(np.argsort(numbers, kind="stable")[worlds % rows], np.int64)


def input_ranges(scenario: Scenario) -> dict[str, tuple[float, float]]:
    """Between which values each uncertain input is drawn; path -> (lowest, highest)."""
    ranges = {path: span.ends for path, span in scenario.input_ranges().items()}
    return ranges | {path: (float(v.min()), float(v.max())) for path, v in scenario.joint_rows().items()}


@dataclass
class Run:
    """The bookkeeping of one simulation: what ran, how far, how long."""

    scenario: Scenario
    seed: int
    worlds: NDArray[np.int64]
    names: tuple[str, ...]
    threads: int
    progress: Progress | None
    series: bool = True  # keep series per tick
    until: Until | None = None  # stop before all worlds are run
    launches: int | None = None  # in all, where these arms are some of those that are run
    offers: Sequence[Offer] = ()  # whose conversions are counted beside those of the worlds
    last_looks: list[Look] = field(default_factory=list)
    raw: dict[str, list[tuple[NDArray[np.int64], Arm, RawWorlds | ProgrammeWorlds]]] = field(default_factory=dict)
    finished: int = 0
    interrupted: bool = False

    @property
    def total(self) -> int:
        """Launches in all."""
        return len(self.worlds) * len(self.names) if self.launches is None else self.launches

    def blocks(self, whole: bool = False, most: int | None = None) -> Iterator[NDArray[np.int64]]:
        """Rows of the worlds, block by block; until enough is known where that is asked.

        whole: as one block, where nobody can stop in between; else an interrupt loses about a second. most: no block
        crosses the end of a stretch of this many worlds.
        """
        count = len(self.worlds)
        stops = [*looks(count), count] if self.until else [count]
        size, first = count if whole or (self.until and most is None) else FIRST_BLOCK, 0
        while first < count:
            last = min(
                first + size,
                first - first % most + most if most else count,
                next(stop for stop in stops if stop > first),
            )
            began = time.perf_counter()
            yield np.arange(first, last)
            size = _next_size(size, time.perf_counter() - began)
            first = last
            if self.until and last in stops and not self.interrupted and self._enough():
                self.worlds = self.worlds[:last]
                return

    def _enough(self) -> bool:
        """Whether the measure that decides is known well enough, from the worlds finished so far."""
        assert self.until is not None
        values = {}
        for name in self.names:
            parts = [(rows, outcomes_of(arm, raw).measures) for rows, arm, raw in self.raw[name]]
            order = np.argsort(np.concatenate([rows for rows, _ in parts]))
            values[name] = np.concatenate([measures[self.until.measure] for _, measures in parts])[order]
        baseline = self.scenario.spec.baseline
        self.last_looks = look(values, baseline, self.until.half_width, self.until.scale == "relative")
        return all(found.enough for found in self.last_looks)

    def series_of(self, arm: Arm, rows: NDArray[np.int64]) -> int:
        """For how many of ``rows`` to keep the series per tick: those among the first worlds that fit into memory."""
        if not self.series:
            return 0
        fits = SERIES_BYTES // (arm.world.contents.novelty.shape[-1] * len(Series) * 4)
        return int(np.count_nonzero(rows < max(1, min(fits, MOST_SERIES))))

    def report(self, running: int) -> None:
        """Tell how many launches are done, those of the running block included."""
        if self.progress is not None:
            self.progress(self.finished + running, self.total)

    def is_watched(self) -> bool:
        """Whether anybody is told of progress, or could interrupt: else the kernel runs in this thread, without another."""
        main = threading.current_thread() is threading.main_thread()
        return self.progress is not None or (main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)

    def run_arm(
        self, compiled: CompiledAudience, arm: Arm, rows: NDArray[np.int64], threads: int, series: int | None = None
    ) -> None:
        """Run the worlds at ``rows`` of one arm and keep what came back."""
        progress = self._progress(rows)
        raw: RawWorlds | ProgrammeWorlds
        if arm.spec.programme is None:
            raw = run_worlds(
                with_offers(arm.world, self.offers),
                self.seed,
                self.worlds[rows],
                threads=threads,
                series_worlds=series,
                progress=progress,
                in_all=len(self.worlds),
            )
        else:
            raw = run_programme(
                arm, compiled, self.scenario.folder, self.seed, self.worlds[rows], threads=threads,
                series_worlds=len(rows) if series is None else series, progress=progress,
            )  # fmt: skip
        self.raw.setdefault(arm.name, []).append((rows, arm, raw))
        self._ran(len(rows), raw.interrupted)

    def run_in(self, room: Room, arm: Arm, of_arm: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Run the next worlds of an arm that has room for the worlds ``of_arm``: they are one part with those before them there."""
        before = room.raw
        raw = room.run(self.seed, self.worlds[rows], self.threads, self._progress(rows))
        others = [part for part in self.raw.get(arm.name, []) if part[2] is not before]
        self.raw[arm.name] = [*others, (of_arm[: len(raw.done)], arm, raw)]
        self._ran(len(rows), raw.interrupted)

    def _progress(self, rows: NDArray[np.int64]) -> Callable[[int], None] | None:
        return self.report if len(rows) > 1 and self.is_watched() else None

    def _ran(self, worlds: int, interrupted: bool) -> None:
        self.finished += worlds
        self.interrupted |= interrupted
        self.report(0)


def _next_size(worlds: int, seconds: float) -> int:
    """How many worlds to run after a block of ``worlds`` that took so long; which worlds share a block changes none of them."""
    if seconds < BRIEF_S:
        return 4 * worlds
    return max(LEAST_BLOCK, worlds // 2) if seconds > LONG_S else worlds


def audience_of(worlds: NDArray[np.int64], audiences: int) -> NDArray[np.int32]:
    """Which audience each world lives in, int32[W]."""
    return np.zeros(len(worlds), np.int32) if audiences == 1 else (worlds % audiences).astype(np.int32)


def rows_by_audience(worlds: NDArray[np.int64], audiences: int) -> list[NDArray[np.int64]]:
    """The rows, ascending, of the worlds that live in each audience."""
    if audiences == 1:
        return [np.arange(len(worlds))]
    return [np.flatnonzero(audience_of(worlds, audiences) == p) for p in range(audiences)]


def run_certain(run: Run, compiled_audiences: list[CompiledAudience], specs: Mapping[str, Any] | None = None) -> None:
    """Run blocks of worlds, each through all arms; an interrupt keeps the blocks that all arms finished."""
    arms = [compile_arms(run.scenario, compiled, run.names, specs) for compiled in compiled_audiences]
    rows_of = rows_by_audience(run.worlds, len(compiled_audiences))
    rooms: dict[tuple[int, str], Room] = {}
    try:
        for rows in run.blocks(whole=not run.is_watched()):  # blocks are for who may stop in between
            for p, compiled in enumerate(compiled_audiences):
                first, last = np.searchsorted(rows_of[p], (rows[0], rows[-1] + 1))
                own = rows_of[p][first:last]
                for name, arm in arms[p].items():
                    if run.interrupted or not len(own):
                        continue
                    if arm.spec.programme is not None:
                        run.run_arm(compiled, arm, own, run.threads, run.series_of(arm, own))
                        continue
                    if (p, name) not in rooms:
                        ready = checked(with_offers(arm.world, run.offers), len(rows_of[p]))
                        rooms[p, name] = Room(ready, len(rows_of[p]), run.series_of(arm, rows_of[p]), len(run.worlds))
                    run.run_in(rooms[p, name], arm, rows_of[p], own)
    except KeyboardInterrupt:  # between two blocks
        run.interrupted = True


def outcomes_of(arm: Arm, raw: RawWorlds | ProgrammeWorlds) -> ArmOutcomes:
    """What the worlds of an arm returned, of one launch or of a programme."""
    return programme_outcomes(raw) if isinstance(raw, ProgrammeWorlds) else arm_outcomes(arm, raw)


def join(run: Run, name: str) -> tuple[ArmOutcomes, NDArray[np.bool_]]:
    """The blocks of one arm as one table, in the order of the worlds asked for, and which worlds are done."""
    done = np.zeros(len(run.worlds), dtype=bool)
    for rows, _, raw in run.raw[name]:
        done[rows] = raw.done
    parts = [(rows, outcomes_of(arm, raw)) for rows, arm, raw in run.raw[name]]
    return join_worlds(parts, len(run.worlds)), done


def conversions_of_offers(run: Run, name: str) -> NDArray[np.int32]:
    """The conversions of each of the run's offers in the worlds of an arm, int32[W, O]."""
    found = np.zeros((len(run.worlds), len(run.offers)), np.int32)
    for rows, _, raw in run.raw[name]:
        if isinstance(raw, RawWorlds):
            found[rows] = raw.other_conversions
    return found
