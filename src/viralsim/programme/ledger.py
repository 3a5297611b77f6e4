"""What the launches of many worlds counted: a row per world and launch, and each person counted once over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.compile import Arm
from viralsim.kernels.arm_inputs import segments_of
from viralsim.kernels.batch import SIZE_BINS, RawWorlds
from viralsim.kernels.counts import Count, SegmentCount, Series
from viralsim.kernels.member_counts import MembersRunner, TouchedMembers
from viralsim.kernels.sharing_law import CHANNEL_MARK, EARNED_MARK
from viralsim.kernels.state import DEPTH_BINS, Out
from viralsim.kernels.trees import peak_and_half
from viralsim.programme.pool import Pool
from viralsim.programme.state import WorldState
from viralsim.scenario.long_programme import LongProgramme

SERIES_BYTES = 256 << 20
NOTED = (
    *("members", "joined", "left", "customers", "fans", "repeat_purchases"),
    *("advocates", "advocates_joined", "advocates_left", "willingness", "trust", "coverage"),
)
OF_LARGEST = (Count.LARGEST_CASCADE, Count.DEPTH, Count.MAX_BREADTH)


@dataclass
class ProgrammeWorlds:
    """W worlds of L launches of one arm.

    counts: int64[W, L, len(Count)]. structural_virality: float64[W, L]. paid_bought: int64[W, L, M].
    often_reached: int32[W, L, 1 + M], members who reached each frequency goal in a launch, or [W, L, 0].
    paid_sales: int32[W, L, M], conversions on impressions of each paid line. posted, asked_sales: int32[W, L, P], planned posts of
    each person and conversions on their impressions; [W, L, 0] where nobody is paid by them.
    active: bool[W, L, P], who of the pool was an advocate. noted: name -> float64[W, L], by the names of NOTED.
    reach, earned_reach: int64[W], people reached over all launches, each once; by_channel: int32[W, C]; by_community: int32[W, G].
    by_segment: int64[W, S, len(SegmentCount)], of reach each person once.
    series: int32[Ws, Tp, len(Series)] over the whole time. times: int64[W, 2], the first tick with most shares and the first by
    which half of them were made, from the first launch on, -1 without a share. done: bool[W].
    """

    arm: Arm
    pool: Pool
    long: LongProgramme
    counts: NDArray[np.int64]
    structural_virality: NDArray[np.float64]
    paid_bought: NDArray[np.int64]
    often_reached: NDArray[np.int32]
    paid_sales: NDArray[np.int32]
    posted: NDArray[np.int32]
    asked_sales: NDArray[np.int32]
    active: NDArray[np.bool_]
    noted: dict[str, NDArray[np.float64]]
    reach: NDArray[np.int64]
    earned_reach: NDArray[np.int64]
    by_channel: NDArray[np.int32]
    by_community: NDArray[np.int32]
    by_segment: NDArray[np.int64]
    series: NDArray[np.int32]
    times: NDArray[np.int64]
    done: NDArray[np.bool_]
    stopped: bool = False
    sums: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def empty(cls, arm: Arm, pool: Pool, long: LongProgramme, worlds: int, series_worlds: int) -> ProgrammeWorlds:
        """Room for ``worlds`` worlds, the series of the first ``series_worlds`` as far as memory allows."""
        world, launches = arm.world, long.launches
        ticks = (launches - 1) * arm.spec.tick_of(long.every) + arm.spec.ticks
        kept = min(series_worlds, worlds, max(1, SERIES_BYTES // (ticks * len(Series) * 4)))
        communities = int(world.audience.community.max(initial=0)) + 1
        people = worlds, launches, len(pool.first) * len(world.plan.people)
        return cls(
            arm, pool, long,
            np.zeros((worlds, launches, len(Count)), np.int64),
            np.full((worlds, launches), np.nan),
            np.zeros((worlds, launches, len(world.plan.paid_channel)), np.int64),
            np.zeros((worlds, launches, len(world.plan.frequency_goal)), np.int32),
            np.zeros((worlds, launches, len(world.plan.paid_channel)), np.int32),
            np.zeros(people, np.int32), np.zeros(people, np.int32),
            np.zeros((worlds, launches, len(pool.first)), np.bool_),
            {name: np.zeros((worlds, launches)) for name in NOTED},
            np.zeros(worlds, np.int64), np.zeros(worlds, np.int64),
            np.zeros((worlds, len(world.channels.key)), np.int32), np.zeros((worlds, communities), np.int32),
            np.zeros((worlds, segments_of(world), len(SegmentCount)), np.int64),
            np.zeros((kept, ticks, len(Series)), np.int32), np.full((worlds, 2), -1),
            np.zeros(worlds, np.bool_),
        )  # fmt: skip

    @property
    def interrupted(self) -> bool:
        """Whether someone stopped it."""
        return self.stopped

    def add_sums(self, runners: Sequence[MembersRunner]) -> None:
        """Add what the threads summed over their worlds."""
        people = len(self.pool.first)
        for name, size in (
            ("cascade_sizes", SIZE_BINS), ("generations", DEPTH_BINS), ("advocate_posts", people), ("advocate_shares", people),
        ):  # fmt: skip
            self.sums[name] = np.sum([np.zeros(size, np.int64), *(getattr(one, name) for one in runners)], axis=0)

    def of_launch(self, launch: int) -> RawWorlds:
        """What the worlds counted in one launch, as far as costs are made of it."""
        nothing = np.zeros(0, np.int64)
        return RawWorlds(
            self.counts[:, launch], self.structural_virality[:, launch], np.zeros((0, 0), np.int32), np.zeros((0, 0), np.int32),
            np.zeros((0, 0, len(Series)), np.int32), self.paid_bought[:, launch], nothing, nothing, nothing, nothing, self.done,
            paid_sales=self.paid_sales[:, launch], posted=self.posted[:, launch], asked_sales=self.asked_sales[:, launch],
        )  # fmt: skip

    def total(self) -> RawWorlds:
        """What the worlds counted over all launches: sums; people once; trees of the largest one; times since the first launch."""
        counts = self.counts.sum(axis=1)
        rows = np.arange(len(counts))
        counts[:, Count.CONVERSIONS] += self.noted["repeat_purchases"].sum(axis=1).astype(np.int64)
        counts[:, Count.REACH], counts[:, Count.EARNED_REACH] = self.reach, self.earned_reach
        largest = self.counts[:, :, Count.LARGEST_CASCADE].argmax(axis=1)
        for column in OF_LARGEST:
            counts[:, column] = self.counts[rows, largest, column]
        every = self.arm.spec.tick_of(self.long.every)
        starts = every * np.arange(self.long.launches)
        counts[:, Count.PEAK_TICK], counts[:, Count.HALF_TICK] = self.times.T
        softened = self.counts[:, :, Count.SOFTENED_TICK]
        at = (softened >= 0).argmax(axis=1)
        first = softened[rows, at]
        counts[:, Count.SOFTENED_TICK] = np.where(first >= 0, first + starts[at], -1)
        return RawWorlds(
            counts, self.structural_virality[rows, largest], self.by_channel, self.by_community, self.series,
            self.paid_bought.sum(axis=1), self.sums["cascade_sizes"], self.sums["generations"], self.sums["advocate_posts"],
            self.sums["advocate_shares"], self.done, self.stopped, often_reached=self.often_reached.sum(axis=1),
            by_segment=self.by_segment,
        )  # fmt: skip


class Ledger:
    """Where one world writes what it counts, launch by launch."""

    def __init__(self, worlds: ProgrammeWorlds, row: int) -> None:
        self.worlds, self.row = worlds, row
        spec, long = worlds.arm.spec, worlds.long
        self.every = spec.tick_of(long.every)
        self.shares = np.zeros((long.launches - 1) * self.every + spec.ticks, np.int32)

    def take_launch(self, launch: int, out: Out, state: WorldState, found: TouchedMembers) -> None:
        """Write what the kernel counted, and count those who were reached for the first time in the programme."""
        to, row = self.worlds, self.row
        to.counts[row, launch] = out.counts[0]
        to.structural_virality[row, launch] = out.structural_virality[0]
        to.paid_bought[row, launch] = out.paid_bought[0]
        to.paid_sales[row, launch] = out.paid_sales[0]
        if to.posted.shape[2]:
            people = out.posted.shape[1]
            to.posted[row, launch, :people], to.asked_sales[row, launch, :people] = out.posted[0], out.asked_sales[0]
        if to.often_reached.shape[2]:
            to.often_reached[row, launch] = out.often_reached[0]
        first = launch * self.every
        ticks = slice(first, first + len(out.series[0]))
        self.shares[ticks] = out.series[0, :, Series.SHARES]
        if row < len(to.series):
            to.series[row, ticks] = out.series[0]
        before = state.seen[found.member]
        fresh = found.flags & ~before
        state.seen[found.member] = before | found.flags
        reached = (found.flags >= CHANNEL_MARK) & (before < CHANNEL_MARK)
        to.reach[row] += np.count_nonzero(reached)
        to.earned_reach[row] += np.count_nonzero(fresh & EARNED_MARK)
        for channel in range(to.by_channel.shape[1]):
            to.by_channel[row, channel] += np.count_nonzero(fresh & (CHANNEL_MARK << channel))
        community = to.arm.world.audience.community
        own = (
            community[found.member[reached]] if len(community) > 1 else np.full(np.count_nonzero(reached), community[0])
        )
        self.of_segments(SegmentCount.REACH, found.member[reached])
        self.of_segments(SegmentCount.IMPRESSIONS, found.member, found.seen)
        self.of_segments(SegmentCount.SHARES, found.member, found.posts)
        to.by_community[row] += np.bincount(own, minlength=to.by_community.shape[1]).astype(np.int32)

    def of_segments(
        self, count: SegmentCount, members: NDArray[np.integer[Any]], times: NDArray[np.integer[Any]] | None = None
    ) -> None:
        """Count what these members did, once or so many ``times`` each, in their segments."""
        counts = self.worlds.by_segment[self.row, :, count]
        for segment in self.worlds.arm.world.audience.segment:
            counts += np.bincount(segment[members], times, minlength=len(counts)).astype(np.int64)

    def note(self, launch: int, **values: float) -> None:
        """Write numbers of one launch, by the names of ``NOTED``."""
        for name, value in values.items():
            self.worlds.noted[name][self.row, launch] = value

    def tier(self, launch: int, active: NDArray[np.bool_]) -> None:
        """Write who of the pool was an advocate."""
        self.worlds.active[self.row, launch] = active

    def close(self) -> None:
        """Write when the shares peaked and when half of them were made."""
        ticks = np.flatnonzero(self.shares).astype(np.int32)
        total = int(self.shares.sum())
        self.worlds.times[self.row] = peak_and_half(ticks, self.shares, len(ticks), total)
        self.worlds.done[self.row] = True
