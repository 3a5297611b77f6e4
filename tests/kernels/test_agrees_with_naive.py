"""The compiled kernel and the slow oracle give the same worlds, number for number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from build_world import Acts, Channel, Content, Manner, Organic, Owned, Paid, Planned, build_world, simple_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import NaiveWorld, naive_world
from strategies import worlds

from viralsim.errors import CapacityError
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.arrays.most_counted import most_counted
from viralsim.kernels.batch import RawWorlds, run_worlds, trace_world
from viralsim.kernels.counts import Count, Series
from viralsim.kernels.fast.eligible import is_eligible
from viralsim.kernels.state import MOST_CHANNELS
from viralsim.scenario import spec

SIZES, DEPTHS = 40, 64
SEEDS = st.sampled_from([0, 1, -3, 2**63 + 11, 2**70])
NUMBERS = st.lists(st.sampled_from([0, 1, 2, 17, 10**6, 2**40]), min_size=1, max_size=3, unique=True)


def binned(counts: dict[int, int], bins: int) -> list[int]:
    """A histogram whose last bin takes the rest."""
    return [sum(n for b, n in counts.items() if min(b, bins - 1) == i) for i in range(bins)]


def total(parts: list[dict[int, int]]) -> dict[int, int]:
    return dict(sum((Counter(part) for part in parts), Counter()))


def assert_world_agrees(raw: RawWorlds, i: int, slow: NaiveWorld) -> None:
    """Row ``i`` of the kernel's worlds: counts, ticks, places, lines, largest tree."""
    differ = np.argwhere(raw.series[i] != slow.series)
    assert [(int(t), Series(s).name, int(raw.series[i, t, s]), int(slow.series[t, s])) for t, s in differ] == []
    assert {count.name: int(raw.counts[i, count]) for count in Count} == slow.counts
    assert raw.reach_by_channel[i].tolist() == slow.reach_by_channel
    assert raw.reach_by_community[i].tolist() == slow.reach_by_community
    assert raw.paid_bought[i].tolist() == slow.paid_bought
    assert raw.paid_sales[i].tolist() == binned(slow.paid_sales, raw.paid_sales.shape[1])
    assert raw.posted[i].tolist() == binned(slow.advocate_posts, raw.posted.shape[1])
    assert raw.asked_sales[i].tolist() == binned(slow.asked_sales, raw.asked_sales.shape[1])
    assert raw.often_reached[i : i + 1].ravel().tolist() == slow.often_reached
    assert raw.by_segment[i].tolist() == slow.by_segment
    # The kernel sums distances of whole subtrees, the oracle over pairs: integers both, divided once.
    assert raw.structural_virality[i] == pytest.approx(slow.structural_virality, rel=1e-12, nan_ok=True)


def assert_sums_agree(raw: RawWorlds, slow: list[NaiveWorld]) -> None:
    """What the kernel sums over its worlds."""
    advocates = len(raw.advocate_posts)
    assert raw.cascade_sizes.tolist() == binned(total([one.cascade_sizes for one in slow]), SIZES)
    assert raw.generations.tolist() == binned(total([one.generations for one in slow]), DEPTHS)
    assert raw.advocate_posts.tolist() == binned(total([one.advocate_posts for one in slow]), advocates)
    assert raw.advocate_shares.tolist() == binned(total([one.advocate_shares for one in slow]), advocates)


def assert_same_run(a: RawWorlds, b: RawWorlds) -> None:
    for name, left, right in zip(RawWorlds._fields, a, b, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=name)


def assert_nodes_agree(world: ArmInputs, seed: int, number: int, slow: NaiveWorld) -> None:
    trace = trace_world(world, seed, number)
    fields = (trace.member, trace.channel, trace.content, trace.parent, trace.tick, trace.source)
    assert [tuple(int(x) for x in node) for node in zip(*fields, strict=True)] == [tuple(node) for node in slow.nodes]


def assert_agrees(world: ArmInputs, seed: int = 5, numbers: Sequence[int] = (3,)) -> NaiveWorld:
    """All of the worlds of these numbers, node by node; returns the oracle's first."""
    raw = run_worlds(world, seed, np.array(numbers))
    slow = [naive_world(world, seed, number) for number in numbers]
    for i, (number, one) in enumerate(zip(numbers, slow, strict=True)):
        assert_world_agrees(raw, i, one)
        assert_nodes_agree(world, seed, number, one)
    assert_sums_agree(raw, slow)
    return slow[0]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), SEEDS, NUMBERS)
def test_kernel_equals_oracle(world: ArmInputs, seed: int, numbers: list[int]) -> None:
    """Every count, every tick, every node of every small world is the one that docs/model.md prescribes."""
    assert_agrees(world, seed, numbers)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), SEEDS)
def test_threads_and_company_change_nothing(world: ArmInputs, seed: int) -> None:
    """One thread and two give the same; a world alone is the same world among fifty, and leaves nothing behind.

    No count is larger than the one that its type was chosen for.
    """
    numbers = np.arange(50)
    one, two = run_worlds(world, seed, numbers), run_worlds(world, seed, numbers, threads=2)
    assert_same_run(one, two)
    assert one.counts.max() <= most_counted(world, is_eligible(world))
    for number in (49, 7):
        alone = run_worlds(world, seed, np.array([number]))
        for name in (
            "counts",
            "structural_virality",
            "reach_by_channel",
            "reach_by_community",
            "series",
            "paid_bought",
        ):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(one, name)[number], err_msg=name)
    backwards = run_worlds(world, seed, numbers[::-1])
    np.testing.assert_array_equal(backwards.counts[::-1], one.counts)


def test_cross_post_does_not_replace_a_post_of_the_same_tick() -> None:
    """Who is due on both channels in one tick keeps the parent that convinced them: the cross-post would come later."""
    channels = [Channel([(1, 0)], delay=2), Channel([(1, 0)], delay=1)]
    acts = Acts(organic=[Organic(1, tick=3)])
    slow = assert_agrees(build_world(2, 7, channels, [Content()], manner=Manner(cross_post=1.0), acts=acts))
    assert [(node.member, node.channel, node.parent, node.tick) for node in slow.nodes] == [
        (1, 0, -1, 3),
        (1, 1, 0, 4),
        (0, 0, 0, 5),
        (0, 1, 1, 5),
    ]


def test_reach_by_channel_on_as_many_as_there_may_be() -> None:
    """29 channels, each with followers of its own, cross-posted: every channel counts who is reached there; a 30th is refused."""
    assert MOST_CHANNELS == spec.MOST_CHANNELS, "a scenario that is read can be run"
    channels = [Channel([(0, v) for v in range(1, c + 2)]) for c in range(MOST_CHANNELS)]
    acts = Acts(organic=[Organic(0, tick=0)])
    slow = assert_agrees(build_world(30, 5, channels, [Content()], manner=Manner(cross_post=1.0), acts=acts))
    assert slow.reach_by_channel == list(range(1, MOST_CHANNELS + 1))
    with pytest.raises(CapacityError, match="at most 29 channels, this one 30"):
        run_worlds(build_world(30, 5, [*channels, Channel([(0, 1)])], [Content()], acts=acts), 5, np.array([3]))


def test_every_planned_post_counts_for_its_advocate() -> None:
    """An advocate asked in two waves posts twice, as one node; asked twice for one tick they post once."""
    acts = Acts(planned=[Planned(0, tick, wave=wave) for wave, tick in enumerate([1, 4, 4])])
    world = build_world(2, 8, [Channel([(0, 1)])], [Content()], acts=acts)
    counts = assert_agrees(world).counts
    assert (counts["ASKED"], counts["POSTED"], counts["NODES"], counts["IMPRESSIONS_ASKED"]) == (3, 2, 2, 2)
    assert run_worlds(world, 5, np.array([3])).advocate_posts.tolist() == [2]


def test_last_generation_holds_the_rest() -> None:
    """Along a line of 80 members the cascade is 79 deep; nodes deeper than 63 are in the last bin of generations."""
    slow = assert_agrees(simple_world([(v, v + 1) for v in range(79)], members=80, ticks=90))
    assert slow.counts["DEPTH"] == 79
    assert slow.structural_virality == pytest.approx((80 + 1) / 3)


def test_manager_reacts_in_the_tick_after() -> None:
    """What they see is the tick before; the answer works after its delay, a repost comes at once."""
    acts = Acts(owned=[Owned([0, 1], ticks=[0])])
    manner = Manner(amplify=(1.0, 3, 2), respond=(0.0, 1, 1.0, 3))
    content = Content(appeal=0.0, controversy=1.0, critical_appeal=1.0)
    edges = [(u, v) for u in range(6) for v in range(6) if u != v]
    slow = assert_agrees(build_world(6, 12, [Channel(edges)], [content], manner=manner, acts=acts))
    # Both followers criticise in tick 1; they notice in tick 2 and the answer works from tick 5 on.
    assert (slow.counts["SOFTENED_TICK"], slow.counts["BRAND_POSTS"]) == (5, 1)
    again = assert_agrees(build_world(6, 12, [Channel(edges)], [Content()], manner=manner, acts=acts))
    assert [node.tick for node in again.nodes if node.member < 0] == [0, 2]
    later = replace(manner, manager_from=4)
    slow = assert_agrees(build_world(6, 12, [Channel(edges)], [content], manner=later, acts=acts))
    assert slow.counts["SOFTENED_TICK"] == 7


def test_no_owned_line_no_repost() -> None:
    """Amplification without an owned line has nothing to post again."""
    acts = Acts(paid=[Paid([5, 1, 1], targets=[0])])
    slow = assert_agrees(
        build_world(2, 4, [Channel([(1, 0)])], [Content()], manner=Manner(amplify=(0.5, 1, 0)), acts=acts)
    )
    assert slow.counts["BRAND_POSTS"] == 0
