"""Plain worlds side by side are the same worlds: against the oracle, and against the same worlds one by one."""

from __future__ import annotations

import numpy as np
import pytest
from build_world import Acts, Channel, Content, Members, Organic, build_world
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from naive import naive_world
from strategies import Size, fast_world
from test_agrees_with_naive import NUMBERS, SEEDS, assert_same_run, assert_sums_agree, assert_world_agrees

from viralsim.kernels import batch as batch
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.batch import members_of, outputs, run_worlds
from viralsim.kernels.counts import Count
from viralsim.kernels.fast import eligible, lockstep_lists
from viralsim.kernels.fast.eligible import MOST_POSTERS, runs_lockstep
from viralsim.kernels.fast.frame import frame_fast
from viralsim.kernels.fast.lockstep import run_lockstep_block
from viralsim.kernels.fast.memory import AHEAD, LANE_ROOM, FastState, allocate_fast
from viralsim.kernels.frame import frame_arm, frame_out


@pytest.fixture(autouse=True)
def every_network_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligible, "IN_CACHE", 0)


@st.composite
def worlds_that_begin_at_once(draw: st.DrawFn) -> ArmInputs:
    """Any small plain world whose posters begin in the same tick."""
    tick = draw(st.integers(0, 3))

    def posts(size: Size) -> list[Organic]:
        posters = draw(st.lists(st.integers(-1, size.members - 1), min_size=1, max_size=5))
        return [Organic(member, tick, index=i) for i, member in enumerate(posters)]

    return fast_world(draw, posts)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(worlds_that_begin_at_once(), SEEDS, NUMBERS)
def test_side_by_side_equals_oracle(world: ArmInputs, seed: int, numbers: list[int]) -> None:
    """Every count and every tick is the one that docs/model.md prescribes."""
    assume(runs_lockstep(world))
    raw = run_worlds(world, seed, np.array(numbers))
    slow = [naive_world(world, seed, number) for number in numbers]
    for i, one in enumerate(slow):
        assert_world_agrees(raw, i, one)
    assert_sums_agree(raw, slow)


def community_world(posters: list[int], appeal: float, visibility: float = 0.2, n: int = 3000) -> ArmInputs:
    """A world of 3,000 members with everything that a plain one can have; some grow beyond any list."""
    rng = np.random.default_rng(3)
    edges = np.unique(np.column_stack([rng.integers(0, n, 36_000) ** 2 // n, rng.integers(0, n, 36_000)]), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    return build_world(
        n,
        60,
        [Channel(list(map(tuple, edges)), visibility=visibility, delay=[0.3, 0.3, 0.1, 0.1, 0.1], engagement_rate=0.2)],
        [Content(appeal=appeal, match=rng.random(n).tolist(), conversion_rate=0.3)],
        who=Members(community=rng.integers(0, 7, n).tolist(), activity=rng.gamma(2, 0.5, n).tolist()),
        acts=Acts(organic=[Organic(member, 2, index=i) for i, member in enumerate(posters)]),
    )


def block_of(world: ArmInputs, worlds: int) -> tuple[FastState, np.ndarray]:
    """The state after one block, and the impressions of each world."""
    state, out = allocate_fast(world, members_of(world)), outputs(world, worlds, 0, plain=True)
    frames = frame_arm(world), frame_fast(state), frame_out(out)
    sums, go_on = batch._sums(0), np.zeros(1, np.bool_)
    assert run_lockstep_block(*frames, np.uint64(5), np.arange(worlds), 0, worlds, sums, go_on) == worlds
    return state, out.counts


POSTERS = {
    "one": [700],
    "the same": [700, 700, 701],
    "most": list(range(2000, 2000 + MOST_POSTERS)),
    "anyone": [-1],
    "some and anyone": [3, -1, -1, 700, -1],
}


@pytest.mark.parametrize("posters", POSTERS.values(), ids=POSTERS.keys())
@pytest.mark.parametrize("appeal", [0.0, 0.3, 1.0])
def test_worlds_side_by_side_equal_worlds_one_by_one(
    monkeypatch: pytest.MonkeyPatch, posters: list[int], appeal: float
) -> None:
    """Every number, series of the first worlds included, on one thread and two, in blocks that end anywhere."""
    world = community_world(posters, appeal)
    assert runs_lockstep(world)
    numbers = np.arange(2 * AHEAD + 40)
    together = run_worlds(world, 5, numbers, series_worlds=AHEAD + 7)
    assert_same_run(together, run_worlds(world, 5, numbers, series_worlds=AHEAD + 7, threads=2))
    alone = [run_worlds(world, 5, numbers[i : i + 1]).counts for i in range(3)]
    assert np.array_equal(np.vstack(alone), together.counts[:3])
    monkeypatch.setattr(eligible, "IN_CACHE", 1 << 40)
    assert not runs_lockstep(world)
    assert_same_run(together, run_worlds(world, 5, numbers, series_worlds=AHEAD + 7))


def test_worlds_that_outgrow_their_lists_are_among_them() -> None:
    """The worlds compared above were small and large, and every one of them began in the lists."""
    state, counts = block_of(community_world([700], 1.0), AHEAD)
    wasted, useful, worlds = state.lane_work
    assert worlds == AHEAD
    assert 0 < wasted < worlds * LANE_ROOM
    assert 0 < useful < counts[:, Count.IMPRESSIONS_EARNED].sum()


def test_where_most_worlds_are_large_they_are_run_whole() -> None:
    """After 512 worlds that were begun in vain nothing is begun in the lists any more."""
    state, _ = block_of(community_world([700, 701, 702], 1.0), 2000)
    assert state.lane_off[0]
    assert 512 <= state.lane_work[2] < 512 + AHEAD


@pytest.mark.parametrize(
    "world",
    [
        community_world([700], 0.1, visibility=1.0),
        community_world([], 0.1),
        community_world(list(range(MOST_POSTERS + 1)), 0.1),
    ],
    ids=["everyone is shown everything", "nobody posts", "many posters"],
)
def test_other_worlds_are_run_whole(world: ArmInputs) -> None:
    """What the lists are not made for."""
    assert not runs_lockstep(world)
    assert run_worlds(world, 5, np.arange(3)).done.all()


def test_a_post_in_the_queue_has_room_for_its_parts() -> None:
    """Node, member and tick are side by side in 64 bits, and no node is taken for "none"."""
    assert LANE_ROOM <= lockstep_lists.NO_PARENT < 1 << lockstep_lists.MEMBER_SHIFT
    assert lockstep_lists.MEMBER_MASK == (1 << (lockstep_lists.TICK_SHIFT - lockstep_lists.MEMBER_SHIFT)) - 1
    assert (eligible.LONGEST_LOCKSTEP - 1) << int(lockstep_lists.TICK_SHIFT) < 2**63
