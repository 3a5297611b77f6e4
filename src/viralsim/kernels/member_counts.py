"""What a world did by groups of members, or to each of them: read from the finished world.

The kernels that run worlds know nothing of it: what is counted is already in the rows of the members touched, so worlds
stay the same to the last bit and cost nothing more where nobody asks.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import CapacityError
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.arrays.outputs import members_of, outputs
from viralsim.kernels.batch import SIZE_BINS, run_one
from viralsim.kernels.counts import R_FOCAL
from viralsim.kernels.cpu import njit
from viralsim.kernels.frame import frame_arm, frame_out, frame_state
from viralsim.kernels.own.asked import has_own, measure_own, own_of
from viralsim.kernels.own.checks import refuse_fault
from viralsim.kernels.rng import seed_key, world_key
from viralsim.kernels.sharing_law import CHANNEL_MARK, CONVERTED_MARK, EARNED_MARK
from viralsim.kernels.state import DEPTH_BINS, NODES, TOUCHED, Out, State, allocate
from viralsim.kernels.tick import clear, count_segments
from viralsim.kernels.trees import measure_trees


class Tally(IntEnum):
    """Columns of ``by_label`` and ``by_channel``."""

    REACH = 0
    EARNED_REACH = 1
    IMPRESSIONS = 2
    SHARES = 3
    CONVERSIONS = 4


REACH, EARNED_REACH, IMPRESSIONS, SHARES, CONVERSIONS = (int(tally) for tally in Tally)


class GroupedWorld(NamedTuple):
    """What one world counted of the focal content.

    by_label: int64[G, len(Tally)]. by_channel: int64[C, len(Tally)]: reach and shares, the rest is not known by channel.
    series: int32[T, len(Series)]. counts: int64[len(Count)].
    """

    by_label: NDArray[np.int64]
    by_channel: NDArray[np.int64]
    series: NDArray[np.int32]
    counts: NDArray[np.signedinteger]


@njit(cache=True, nogil=True)
def tally(arm, state, out, seed, number, labels, by_label, by_channel):  # type: ignore[no-untyped-def]
    """Run one world into row 0 of ``out`` and count it by label; False where a pool overflowed."""
    if not run_one(arm, state, world_key(seed, number), out, 0, 0):
        return False
    contents, cells, channels = len(state.blank_exposure), len(state.blank_posting), len(by_channel)
    focal = np.int64(arm.rules_values[R_FOCAL])
    for row in range(state.scalars[TOUCHED]):
        label = labels[state.touched[row]]
        e = state.exposure[row * contents + focal]
        by_label[label, REACH] += e.seen > 0
        by_label[label, EARNED_REACH] += (e.flag_bits & EARNED_MARK) != 0
        by_label[label, IMPRESSIONS] += e.seen
        by_label[label, CONVERSIONS] += (e.flag_bits & CONVERTED_MARK) != 0
        for channel in range(channels):
            posts = state.posting[row * cells + channel * contents + focal].posts
            by_label[label, SHARES] += posts
            by_channel[channel, SHARES] += posts
            by_channel[channel, REACH] += (e.flag_bits & (CHANNEL_MARK << channel)) != 0
    return True


def grouped_world(arm: ArmInputs, seed: int, number: int, labels: NDArray[np.int64], groups: int) -> GroupedWorld:
    """World ``number`` of an arm, counted by ``labels`` int64[N] in 0..groups - 1.

    ``arm`` must have passed ``check_arm_inputs``. Raises CapacityError where the world outgrows its pools.
    """
    members = members_of(arm)
    if labels.shape != (members,):
        raise ValueError(f"labels have shape {labels.shape}, there are {members} members")
    out, channels = outputs(arm, 1, 1), len(arm.channels.key)
    by_label = np.zeros((groups, len(Tally)), dtype=np.int64)
    by_channel = np.zeros((channels, len(Tally)), dtype=np.int64)
    state = allocate(arm, members)  # frames do not keep the arrays that they point to
    frames = frame_arm(arm), frame_state(state), frame_out(out)
    if not tally(*frames, seed_key(seed), number, labels, by_label, by_channel):
        raise CapacityError(f"world {number} outgrew its memory; use a smaller audience or horizon")
    return GroupedWorld(by_label, by_channel, out.series[0], out.counts[0])


@njit(cache=True)
def segments_now(arm, state, by_segment):  # type: ignore[no-untyped-def]
    """Add what the members of each segment did so far to ``by_segment`` int64[S, 4], for a driver that steps."""
    count_segments(arm, state, by_segment)


class TouchedMembers(NamedTuple):
    """A row per member that a world touched.

    member: int32[k]. impressions: of any content, int32[k]. posts: of the focal content, int32[k]. flags: int32[k], bit 0: earned
    reach, bit 1: converted, from bit 2 on: reached on that channel. seen: impressions of the focal content, int32[k].
    """

    member: NDArray[np.int32]
    impressions: NDArray[np.int32]
    posts: NDArray[np.int32]
    flags: NDArray[np.int32]
    seen: NDArray[np.int32]


@njit(cache=True, nogil=True)
def run_for_members(arm, state, out, seed, number, cascade_sizes, generations, advocate_shares, found):  # type: ignore[no-untyped-def]
    """Run one world into row 0 of ``out``; rows of ``found`` int32[5, N] filled, -1 where a pool overflowed."""
    if not run_one(arm, state, world_key(seed, number), out, 0, 0):
        return -1
    focal = np.int64(arm.rules_values[R_FOCAL])
    out.structural_virality[0] = measure_trees(
        state.nodes, state.scalars[NODES], state.content_of, focal, state.breadth, out.counts[0],
        cascade_sizes, generations, advocate_shares,
    )  # fmt: skip
    own = own_of(arm)
    if has_own(own):
        measure_own(own, arm, state.nodes, state.scalars[NODES], out.counts[0], out.own_measures[0])
    contents, cells, touched = len(state.blank_exposure), len(state.blank_posting), state.scalars[TOUCHED]
    for row in range(touched):
        posts = impressions = 0
        for content in range(contents):
            impressions += state.exposure[row * contents + content].seen
        for cell in range(focal, cells, contents):
            posts += state.posting[row * cells + cell].posts
        found[0, row] = state.touched[row]
        found[1, row] = impressions
        found[2, row] = posts
        found[3, row] = state.exposure[row * contents + focal].flag_bits
        found[4, row] = state.exposure[row * contents + focal].seen
    clear(state)
    return touched


class MembersRunner:
    """The memory of one thread that runs worlds of arms one at a time: arms whose plans hold no more than that of ``widest``.

    cascade_sizes, generations, advocate_posts, advocate_shares: sums over all worlds run so far, as in ``RawWorlds``.
    """

    def __init__(self, widest: ArmInputs) -> None:
        self.state: State = allocate(widest, members_of(widest))
        self.frame = frame_state(self.state)
        self.cascade_sizes, self.generations = np.zeros(SIZE_BINS, np.int64), np.zeros(DEPTH_BINS, np.int64)
        self.advocate_shares = np.zeros_like(self.state.advocate_posts)
        self.found = np.empty((5, members_of(widest)), np.int32)

    @property
    def advocate_posts(self) -> NDArray[np.int64]:
        """Planned posts made by each advocate, over all worlds."""
        return self.state.advocate_posts

    def run(self, arm: ArmInputs, seed: int, number: int) -> tuple[Out, TouchedMembers]:
        """World ``number`` of ``arm`` under ``seed``; the members are views that the next run overwrites.

        ``arm`` must have passed ``check_arm_inputs``. Raises CapacityError where the world outgrows its pools.
        """
        out = outputs(arm, 1, 1)
        touched = run_for_members(
            frame_arm(arm), self.frame, frame_out(out), seed_key(seed), number,
            self.cascade_sizes, self.generations, self.advocate_shares, self.found,
        )  # fmt: skip
        if touched < 0:
            raise CapacityError(f"world {number} outgrew its memory; use a smaller audience or horizon")
        refuse_fault(arm.contents.own_fault, arm.contents.own_rules)
        return out, TouchedMembers(*(row[:touched] for row in self.found))
