"""The batch driver: many worlds of one arm, on all cores, each a pure function of (world inputs, seed, number)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import CapacityError
from viralsim.kernels.arm_inputs import F8, I4, I8, ArmInputs
from viralsim.kernels.arrays.frequency import count_frequency
from viralsim.kernels.arrays.limits import check_arm_inputs
from viralsim.kernels.arrays.narrow_columns import NarrowColumns
from viralsim.kernels.arrays.outputs import advocates_of, members_of, outputs, outputs_of_run
from viralsim.kernels.arrays.parts import Part, SparseRows
from viralsim.kernels.arrays.rows_of_worlds import CheckedArm, RowsOfWorlds, checked
from viralsim.kernels.counts import N_SHARES, R_FOCAL, R_STOP_QUIET, R_STOP_SHARES, SegmentCount, Series
from viralsim.kernels.cpu import inlined, is_cached, njit
from viralsim.kernels.fast.eligible import is_eligible, is_organic
from viralsim.kernels.fast.frame import frame_fast
from viralsim.kernels.fast.memory import FastState, allocate_fast
from viralsim.kernels.fast.replicate import run_organic_block, run_plain_block
from viralsim.kernels.frame import frame_arm, frame_out, frame_state
from viralsim.kernels.own.asked import has_own, measure_own, own_of
from viralsim.kernels.own.checks import refuse_fault
from viralsim.kernels.queues import next_tick
from viralsim.kernels.rng import seed_key, world_key
from viralsim.kernels.state import DEPTH_BINS, NODES, OUT_ROW, OVERFLOW, STOPPED, TICKS, Out, Overflow, State, allocate
from viralsim.kernels.tick import advance, begin, clear, count_segments, decide, note_peak, take_row
from viralsim.kernels.trees import measure_trees
from viralsim.parallel import Blocks, in_parts

SIZE_BINS = 40
MANY_WORLDS = (
    100_000  # for which a shortcut is compiled where it is not there: 14 s, and who runs so many will run more
)
FIRST = np.int64(0)  # a literal has a type of its own, for which numba would compile the world again


class RawWorlds(NamedTuple):
    """What the worlds of one arm counted; row i belongs to the i-th world asked for."""

    counts: NDArray[np.signedinteger] | NarrowColumns  # [W, len(Count)]
    structural_virality: F8  # [W] of the largest tree, NaN where not defined
    reach_by_channel: I4 | NarrowColumns  # [W, C]
    reach_by_community: I4 | SparseRows  # [W, G]
    series: I4  # [Ws, T, len(Series)] of the first Ws worlds
    paid_bought: I8 | NarrowColumns  # [W, M] impressions bought by line
    cascade_sizes: I8  # [40] cascades of size 2^b to 2^(b+1) - 1, over all worlds
    generations: I8  # [64] nodes by depth, over all worlds
    advocate_posts: I8  # [A] planned posts made, over all worlds
    advocate_shares: I8  # [A] member nodes in the trees rooted at their planned posts
    done: NDArray[np.bool_]  # [W] False where the run was interrupted before this world
    interrupted: bool = False  # someone pressed Ctrl-C, be it after the last world
    own_measures: F8 = np.zeros((0, 0))  # [W, Q] measures of one's own that look at trees
    paid_sales: I4 = np.zeros((0, 0), np.int32)  # [W, M] conversions on impressions of each paid line
    posted: I4 = np.zeros((0, 0), np.int32)  # [W, A] planned posts made by each advocate, or [0, 0]
    asked_sales: I4 = np.zeros((0, 0), np.int32)  # [W, A] conversions on impressions of these posts, or [0, 0]
    often_reached: I4 = np.zeros((0, 0), np.int32)  # [W, 1 + M] members who reached each frequency goal, or [0, 0]
    by_segment: I8 = np.zeros((0, 0, len(SegmentCount)), np.int64)  # [W, S, 4], S = 0 where nobody asks
    other_conversions: I4 = np.zeros((0, 0), np.int32)  # [W, O] conversions with each other rate and trusts


class Nodes(NamedTuple):
    """The trees of one world, in the order of posting; member and parent are -1 where there is none."""

    member: I4
    channel: I4
    content: I4
    parent: I4
    tick: I4
    source: I4
    cause: I4
    root: I4
    depth: I4
    advocate: I4


@njit(_nrt=False, forceinline=True)
def stops(arm, state, out, tick):  # type: ignore[no-untyped-def]
    """Whether a stopping rule has ended the world before ``tick``."""
    shares, quiet = arm.rules_values[R_STOP_SHARES], arm.rules_values[R_STOP_QUIET]
    if shares > 0.0 and out.counts[state.scalars[OUT_ROW], N_SHARES] >= shares:
        return True
    last = np.int64(-1)
    if quiet > 0.0:
        for i in range(state.scalars[TICKS] - 1, -1, -1):
            if state.tick_shares[state.ticks[i]] > 0:
                last = np.int64(state.ticks[i])
                break
    return quiet > 0.0 and tick > last + quiet


@inlined
def run_one(arm, state, key, out, row, series_row):  # type: ignore[no-untyped-def]
    """One world from the first to the last occupied tick; False where a pool overflowed. O(what happens)."""
    horizon = len(state.head)
    begin(arm, state, key, out, row, series_row)
    tick = next_tick(state.occupied, np.int64(-1), horizon)
    while tick < horizon and not stops(arm, state, out, tick):
        decide(arm, state, tick, key, out)
        advance(arm, state, tick, out)
        if state.scalars[OVERFLOW]:
            return False
        tick = next_tick(state.occupied, tick, horizon)
    if tick < horizon:
        state.scalars[OVERFLOW] = STOPPED  # what is still lined up is forgotten with the world
    note_peak(state, out)
    if len(arm.plan_frequency_goal):
        count_frequency(arm, state, out)
    return True


@njit(cache=True, nogil=True)
def run_block(arm, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """Worlds ``worlds[first:last]``; returns the first that was not done (overflow, or ``stop[0]`` set), else ``last``."""
    focal = np.int64(arm.rules_values[R_FOCAL])
    recorded = len(out.series) - 1
    for i in range(first, last):
        if stop[0]:
            return i
        take_row(state, i)
        if not run_one(arm, state, world_key(seed, worlds[i]), out, i, min(i, recorded)):
            return i
        out.structural_virality[i] = measure_trees(
            state.nodes, state.scalars[NODES], state.content_of, focal, state.breadth, out.counts[i],
            sums.cascade_sizes, sums.generations, sums.advocate_shares,
        )  # fmt: skip
        own = own_of(arm)
        if has_own(own):
            measure_own(own, arm, state.nodes, state.scalars[NODES], out.counts[i], out.own_measures[i])
        if out.by_segment.shape[1] > 0:
            count_segments(arm, state, out.by_segment[i])
        out.done[i] = True
        clear(state)
    return last


@njit(cache=True)
def begin_world(arm, state, out, key):  # type: ignore[no-untyped-def]
    """Begin the world with key ``key`` in row 0 of ``out``, for a driver that steps."""
    begin(arm, state, key, out, FIRST, FIRST)


@njit(cache=True)
def advance_world(arm, state, out, tick):  # type: ignore[no-untyped-def]
    """One tick of a stepped world, after its actors decided."""
    advance(arm, state, tick, out)
    note_peak(state, out)
    if len(arm.plan_frequency_goal):
        count_frequency(arm, state, out)


@njit(cache=True)
def trace_one(arm, state, out, seed, number):  # type: ignore[no-untyped-def]
    """One world into row 0 of ``out``, left in ``state``; True where it was completed."""
    return run_one(arm, state, world_key(seed, number), out, FIRST, FIRST)


@njit(cache=True)
def clear_world(state):  # type: ignore[no-untyped-def]
    """Forget the world in ``state``."""
    clear(state)


class _Sums(NamedTuple):
    cascade_sizes: I8
    generations: I8
    advocate_posts: I8
    advocate_shares: I8


def _sums(advocates: int) -> _Sums:
    return _Sums(*(np.zeros(n, dtype=np.int64) for n in (SIZE_BINS, DEPTH_BINS, advocates, advocates)))


_OVERFLOWS = {
    Overflow.CALENDAR: "the calendar of pending posts",
    Overflow.RECOMMENDATIONS: "the list of recommended impressions; lower per_engagement",
    Overflow.THRESHOLD_PAIRS: "the table of threshold pairs",
    Overflow.LATER: "the list of impressions that wait to be seen",
}


class _Engine(NamedTuple):
    """How the worlds of an arm are run: memory of a thread, its frame, and the kernel that runs a block."""

    allocate: Callable[[ArmInputs, int], Any]
    frame: Callable[[Any], Any]
    run_block: Callable[..., int]


def _engine(arm: ArmInputs, rows: RowsOfWorlds | None, in_all: int | None) -> _Engine:
    """The general engine, or a shortcut where it gives the same worlds and is there, or many worlds are asked for."""
    if is_eligible(arm, rows):
        shortcut = run_organic_block if is_organic(arm, rows) else run_plain_block
        if in_all is None or in_all >= MANY_WORLDS or is_cached(shortcut):
            return _Engine(allocate_fast, frame_fast, shortcut)
    return _Engine(allocate, frame_state, run_block)


class _Workers:
    """Threads that take blocks of worlds from one counter until none is left."""

    def __init__(
        self,
        arm: ArmInputs,
        rows: RowsOfWorlds | None,
        seed: int,
        worlds: I8,
        out: Out,
        progress: Callable[[int], None] | None,
        world_s: float | None,
        engine: _Engine,
    ) -> None:
        self.world_s = world_s
        self.arm, self.rows, self.seed, self.worlds, self.out = arm, rows, seed_key(seed), worlds, out
        self.progress = progress
        self.engine = engine
        self.stop = np.zeros(1, dtype=np.bool_)
        self.lock = threading.Lock()
        self.finished = self.running = 0
        # Python 3.11's ``join`` takes a thread for ended once an interrupt came while it waited
        self.ended = threading.Event()
        self.errors: list[BaseException] = []
        self.sums: list[_Sums] = []

    def memory(self, advocates: int) -> tuple[State | FastState, _Sums]:
        """What one thread needs; made by the caller, as threads that make it at once wait for each other."""
        state, sums = self.engine.allocate(self.arm, members_of(self.arm)), _sums(advocates)
        self.sums.append(sums._replace(advocate_posts=state.advocate_posts))
        return state, sums

    def work(self, blocks: Iterable[tuple[int, int]], state: State | FastState, sums: _Sums) -> None:
        arm = self.arm
        if self.rows is not None:
            arm, words8, words4 = self.rows.own(arm)
            state = state._replace(own_words8=words8, own_words4=words4)
        arm_frame, frame = frame_arm(arm), self.engine.frame(state)
        plain = isinstance(state, FastState)  # else the kernel is compiled for 64 bits alone
        part = Part(self.out, len(self.worlds), self.out.counts.dtype if plain else np.int64, zeroed=plain)
        for first, last in in_parts(blocks, part.most):
            if self.stop[0]:
                return
            if self.rows is not None:
                words8, words4 = self.rows.words8[first:last], self.rows.words4[first:last]
                frame = self.engine.frame(state._replace(world_words8=words8, world_words4=words4))
            rows = part.rows(first, last)
            out = frame_out(rows)
            worlds = self.worlds[first:last]
            done = self.engine.run_block(arm_frame, frame, out, self.seed, worlds, 0, last - first, sums, self.stop)
            part.put(first, done)
            if isinstance(state, State) and done < last - first and not self.stop[0]:
                what = _OVERFLOWS[Overflow(state.scalars[OVERFLOW])]
                raise CapacityError(f"world {worlds[done]} outgrew {what}; use a smaller audience or horizon")
            with self.lock:
                self.finished += done

    def guarded(self, blocks: Iterable[tuple[int, int]], state: State | FastState, sums: _Sums) -> None:
        try:
            self.work(blocks, state, sums)
        except BaseException as error:
            self.errors.append(error)
            self.stop[0] = True
        finally:
            with self.lock:
                self.running -= 1
                if not self.running:
                    self.ended.set()

    def run(self, threads: int, advocates: int) -> bool:
        """Run everything; False where an interrupt stopped it (what was finished stays)."""
        if threads == 1 and self.progress is None:
            self.work([(0, len(self.worlds))], *self.memory(advocates))
            return True
        blocks = Blocks(len(self.worlds), threads, self.world_s)
        workers = [
            threading.Thread(target=self.guarded, args=(blocks.of_one_thread(), *self.memory(advocates)), daemon=True)
            for _ in range(threads)
        ]
        self.running = threads
        for worker in workers:
            worker.start()
        interrupted = False
        try:
            while not self.ended.wait(0.05):
                if self.progress is not None:
                    self.progress(self.finished)
            if self.progress is not None:
                self.progress(self.finished)
        except KeyboardInterrupt:
            interrupted = True
            self.stop[0] = True
            self.ended.wait()  # for what a worker counted and has not yet put in its place
        if self.errors:
            raise self.errors[0]
        return not interrupted


def run_worlds(
    arm: ArmInputs | CheckedArm,
    seed: int,
    worlds: NDArray[np.int64],
    *,
    threads: int = 1,
    series_worlds: int | None = None,
    progress: Callable[[int], None] | None = None,
    into: Out | None = None,
    world_s: float | None = None,
    in_all: int | None = None,
) -> RawWorlds:
    """Run the worlds numbered ``worlds`` of one arm.

    Args:
        arm: the inputs of the arm; arrays that differ by world have a row per world asked for. Or these after ``checked``.
        seed: any integer.
        worlds: int64[W], numbers >= 0; a world is the same alone, in any order and on any number of threads.
        threads: worker threads, >= 1.
        series_worlds: for how many of the first worlds to keep the series per tick; None keeps what fits into 256 MB.
        into: rows that nobody has written to, with their series, in place of new ones; reach by community may be sparse.
        progress: called from the calling thread with the number of finished worlds.
        world_s: seconds that a world took before these, on one thread, where that is known.
        in_all: worlds of the run that these are part of; where they are few, a shortcut that was never compiled is not taken.

    Returns: ``RawWorlds``; after KeyboardInterrupt the worlds finished so far have ``done`` set.

    Raises: InputError where an array of ``arm`` names what is not there; CapacityError where a world outgrows its pools.
    """
    worlds = np.ascontiguousarray(worlds, dtype=np.int64)
    arm, rows = arm if isinstance(arm, CheckedArm) else checked(arm, len(worlds))
    engine = _engine(arm, rows, in_all)
    if into is None:
        horizon = arm.contents.novelty.shape[1]
        fits = max(1, (256 << 20) // (horizon * len(Series) * 4))
        kept = min(len(worlds), fits if series_worlds is None else series_worlds)
        by_row = engine.allocate is allocate_fast  # which writes its counts in the type that they are kept in
        into = outputs_of_run(arm, len(worlds), kept, is_eligible(arm, rows), order="C" if by_row else "F")
    out, recorded = into, len(into.series) - 1
    advocates = advocates_of(arm)
    workers = _Workers(arm, rows, seed, worlds, out, progress, world_s, engine)
    whole = workers.run(max(1, min(threads, len(worlds) or 1)), advocates)
    refuse_fault(arm.contents.own_fault, arm.contents.own_rules)
    parts = workers.sums or [_sums(advocates)]
    total = _Sums(*(np.sum(columns, axis=0) for columns in zip(*parts, strict=True)))
    return RawWorlds(
        out.counts, out.structural_virality, out.reach_by_channel, out.reach_by_community, out.series[:recorded],
        out.paid_bought, total.cascade_sizes, total.generations, total.advocate_posts, total.advocate_shares, out.done,
        not whole, out.own_measures, out.paid_sales, out.posted, out.asked_sales, out.often_reached, out.by_segment,
        out.other_conversions,
    )  # fmt: skip


def trace_world(arm: ArmInputs, seed: int, number: int, *, state: State | None = None) -> Nodes:
    """The cascade trees of one world, node by node; raises as ``run_worlds`` does."""
    check_arm_inputs(arm)
    out = outputs(arm, 1, 1)
    state = state or allocate(arm, members_of(arm))
    memory = frame_state(state)
    if not trace_one(frame_arm(arm), memory, frame_out(out), seed_key(seed), number):
        raise CapacityError(f"world {number} outgrew {_OVERFLOWS[Overflow(state.scalars[OVERFLOW])]}")
    refuse_fault(arm.contents.own_fault, arm.contents.own_rules)
    nodes = state.nodes[: int(state.scalars[NODES])].copy()
    clear_world(memory)
    contents = len(arm.contents.key)
    return Nodes(
        nodes["member"], nodes["cell"] // contents, nodes["cell"] % contents, nodes["parent"], nodes["tick"],
        nodes["source"], nodes["cause"], nodes["root"], nodes["depth"], nodes["advocate"],
    )  # fmt: skip
