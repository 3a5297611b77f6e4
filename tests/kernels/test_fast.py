"""The plain path is a short way to the same numbers: against the oracle, and against the general path on larger worlds."""

from __future__ import annotations

import numpy as np
import pytest
from build_world import (
    Acts,
    Channel,
    Content,
    Manner,
    Members,
    Organic,
    Owned,
    Paid,
    Planned,
    build_world,
    simple_world,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import naive_world
from strategies import fast_world, luck, organic_posts
from test_agrees_with_naive import NUMBERS, SEEDS, assert_same_run, assert_sums_agree, assert_world_agrees

from viralsim.kernels import batch as batch
from viralsim.kernels.arm_inputs import ArmInputs, Reinforcement
from viralsim.kernels.arrays.most_counted import most_counted
from viralsim.kernels.arrays.rows_of_worlds import checked, inputs_of_world, with_array
from viralsim.kernels.batch import RawWorlds, run_worlds
from viralsim.kernels.fast.eligible import BY_WORLD, is_eligible, is_organic

# What worlds count that has a row for each
ROWS = (
    "counts", "structural_virality", "reach_by_channel", "reach_by_community", "series", "paid_bought", "paid_sales", "posted",
    "asked_sales",
)  # fmt: skip


def assert_same_row(together: RawWorlds, row: int, alone: RawWorlds) -> None:
    """The world at ``row`` counted what it counts alone."""
    for name in ROWS:
        one, other = getattr(together, name), getattr(alone, name)
        np.testing.assert_array_equal(one[row : row + 1], other, err_msg=name)


@st.composite
def plain_worlds(draw: st.DrawFn) -> ArmInputs:
    """Any small plain world, with posts unprompted at several ticks."""
    return fast_world(draw, lambda size: organic_posts(luck(draw), size, draw(st.integers(0, 4))))


@st.composite
def planned_worlds(draw: st.DrawFn) -> ArmInputs:
    """Any small plain world with owned posts, advertisements and advocates, with chances that are capped in some ticks or not."""
    world = fast_world(draw, lambda size: organic_posts(luck(draw), size, draw(st.integers(0, 4))), planned=True)
    if not draw(st.booleans()):
        return world
    caps = luck(draw).choice([0.3, 1.0], size=(1, world.contents.novelty.shape[1]))
    thin = world.channels._replace(thin=np.ones_like(world.channels.thin))
    return world._replace(plan=world.plan._replace(visibility_cap=caps), channels=thin)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of(plain_worlds(), planned_worlds()), SEEDS, NUMBERS)
def test_plain_path_equals_oracle(world: ArmInputs, seed: int, numbers: list[int]) -> None:
    """Every count and every tick of a plain world is the one that docs/model.md prescribes."""
    assert is_eligible(world)
    raw = run_worlds(world, seed, np.array(numbers))
    slow = [naive_world(world, seed, number) for number in numbers]
    assert raw.counts.max() <= most_counted(world, plain=True)
    for i, one in enumerate(slow):
        assert_world_agrees(raw, i, one)
    assert_sums_agree(raw, slow)


def on_the_general_path(monkeypatch: pytest.MonkeyPatch, world: ArmInputs, seed: int, numbers: np.ndarray) -> RawWorlds:
    with monkeypatch.context() as patch:
        patch.setattr(batch, "is_eligible", lambda world, rows: False)
        return run_worlds(world, seed, numbers)


@pytest.mark.parametrize(
    ("visibility", "n", "lonely"), [(0.05, 3000, 0), (0.5, 3000, 0), (1.0, 3000, 0), (0.2, 3000, 1 << 19)]
)
def test_large_worlds_equal_the_general_path(
    monkeypatch: pytest.MonkeyPatch, visibility: float, n: int, lonely: int
) -> None:
    """Rows that fill the buffer, posts unprompted that come late, draws made ahead: the same numbers on both paths.

    ``lonely`` members without follows make the network so large that its memory is asked for ahead.
    """
    rng = np.random.default_rng(3)
    edges = np.unique(np.column_stack([rng.zipf(1.4, 40_000) % n, rng.integers(0, n, 40_000)]), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    everyone = n + lonely
    world = build_world(
        everyone,
        60,
        [Channel(list(map(tuple, edges)), visibility=visibility, delay=[0.3, 0.3, 0.1, 0.1, 0.1], engagement_rate=0.2)],
        [Content(appeal=0.05 / visibility, match=rng.random(everyone).tolist(), conversion_rate=0.3)],
        who=Members(community=rng.integers(0, 7, everyone).tolist(), activity=rng.gamma(2, 0.5, everyone).tolist()),
        acts=Acts(
            organic=[
                Organic(int(v), int(rng.integers(0, 40)), index=i)
                for i, v in enumerate([*rng.integers(-1, 200, 60 if lonely == 0 else 6), *([-1] * (lonely > 0))])
            ]
        ),
    )
    assert is_eligible(world)
    numbers = np.arange(40)
    plain = run_worlds(world, 5, numbers)
    assert_same_run(plain, on_the_general_path(monkeypatch, world, 5, numbers))
    assert_same_run(plain, run_worlds(world, 5, numbers, threads=2))
    assert plain.counts[:, 7].mean() > (100 if lonely == 0 else 10)  # so that there is something to compare
    alone = [run_worlds(world, 5, numbers[i : i + 1]).counts for i in range(5)]  # nobody else's memory is asked for
    assert np.array_equal(np.vstack(alone), plain.counts[:5])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(planned_worlds(), SEEDS)
def test_a_world_with_inputs_of_its_own_is_the_world_that_has_them(world: ArmInputs, seed: int) -> None:
    """What may differ by world does: each world is the one of the arm that has its row."""
    numbers, rng = np.arange(5), np.random.default_rng(abs(seed))
    varied = world
    for group, fields in BY_WORLD.items():
        for field in sorted(fields - {"delay_alias", "delay_fixed", "paid_count"}):
            array = getattr(getattr(world, group), field)
            if array.dtype == np.float64 and array.size:
                rows = array * rng.uniform(0.5, 1.0, (len(numbers), *array.shape))
                varied = with_array(varied, group, field, rows)
    bought = world.plan.paid_count * rng.integers(0, 3, (len(numbers), *world.plan.paid_count.shape), dtype=np.int32)
    varied = with_array(varied, "plan", "paid_count", bought)
    together = run_worlds(varied, seed, numbers)
    rows = checked(varied, len(numbers)).rows
    assert is_eligible(world, rows)
    assert not is_organic(world, rows)
    for i in range(len(numbers)):
        alone = run_worlds(inputs_of_world(varied, i), seed, numbers[i : i + 1])
        assert_same_row(together, i, alone)


@pytest.mark.parametrize("envelope", [None, 0.3])
def test_large_planned_worlds_equal_the_general_path(monkeypatch: pytest.MonkeyPatch, envelope: float | None) -> None:
    """Rows that fill the buffer, more advertisements in a tick than members, advocates who post again: the same numbers."""
    n, rng = 2000, np.random.default_rng(5)
    edges = np.unique(np.column_stack([rng.zipf(1.4, 30_000) % n, rng.integers(0, n, 30_000)]), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    world = build_world(
        n,
        40,
        [
            Channel(
                list(map(tuple, edges)), visibility=0.2, envelope=envelope, delay=[0.3, 0.3, 0.4], engagement_rate=0.2
            )
        ],
        [Content(appeal=0.3, match=rng.random(n).tolist(), conversion_rate=0.3)],
        who=Members(community=rng.integers(0, 7, n).tolist(), activity=rng.gamma(2, 0.5, n).tolist()),
        acts=Acts(
            organic=[Organic(int(v), int(rng.integers(0, 20)), index=i) for i, v in enumerate(rng.integers(-1, 90, 9))],
            owned=[Owned(list(range(0, n, 2)), [0, 3, 3]), Owned(list(range(50)), [9], trust=1.4)],
            paid=[Paid([0, 3 * n, *[2] * 38], trust=0.5), Paid([1] * 40, list(range(9)))],
            planned=[Planned(v, t, wave=t, willingness=0.7, trust=2.0) for v in range(30) for t in (1, 5)],
        ),
    )
    assert is_eligible(world)
    numbers = np.arange(20)
    plain = run_worlds(world, 5, numbers)
    assert_same_run(plain, on_the_general_path(monkeypatch, world, 5, numbers))
    assert_same_run(plain, run_worlds(world, 5, numbers, threads=2))
    assert plain.counts[:, 7].min() > 60


@pytest.mark.parametrize("is_plain", [True, False])
def test_delays_of_their_own(monkeypatch: pytest.MonkeyPatch, is_plain: bool) -> None:
    """Fixed in some worlds, drawn in others, by tables that differ: each world is the one of the arm that has its delay."""
    line = [(i, i + 1) for i in range(30)]
    world = build_world(31, 90, [Channel(line, delay=[0.5, 0.3, 0.2])], [Content()], acts=Acts(organic=[Organic(0)]))
    other = build_world(31, 90, [Channel(line, delay=[0.1, 0.1, 0.8])], [Content()], acts=Acts(organic=[Organic(0)]))
    varied = with_array(world, "channels", "delay_fixed", np.array([[0], [3], [0], [2], [0]]))
    for field in ("delay_threshold", "delay_alias"):
        two = [getattr(world.channels, field), getattr(other.channels, field)]
        varied = with_array(varied, "channels", field, np.array([two[i % 2] for i in (0, 0, 1, 1, 1)]))
    if not is_plain:
        monkeypatch.setattr(batch, "is_eligible", lambda arm, rows: False)
    together = run_worlds(varied, 3, np.arange(5))
    for i in range(5):
        alone = run_worlds(inputs_of_world(varied, i), 3, np.arange(i, i + 1))
        assert_same_row(together, i, alone)


def test_a_shortcut_is_compiled_for_many_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of few worlds takes it where it was compiled before; one of many, and who asks for worlds alone, always."""
    arm = plain()
    chosen = {}
    for cached in (False, True):
        monkeypatch.setattr(batch, "is_cached", lambda kernel, cached=cached: cached)
        for in_all in (10, batch.MANY_WORLDS, None):
            chosen[cached, in_all] = batch._engine(arm, None, in_all).run_block is batch.run_organic_block
    assert chosen == {(c, n): c or n != 10 for c in (False, True) for n in (10, batch.MANY_WORLDS, None)}


def plain(**changes: object) -> ArmInputs:
    """Three members in a row, with one thing changed."""
    parts = {
        "channel": Channel([(0, 1), (1, 2)]),
        "content": Content(),
        "manner": Manner(),
        "who": Members(),
        "acts": Acts(),
    }
    parts |= changes  # type: ignore[arg-type]
    return build_world(
        3, 9, [parts["channel"]], [parts["content"]], who=parts["who"], manner=parts["manner"], acts=parts["acts"]
    )  # type: ignore[list-item,arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": Channel([(0, 1)], per_engagement=1.0)},
        {"channel": Channel([(0, 1, 0.5, 1.0)])},
        {"content": Content(controversy=0.1)},
        {"content": Content(persistence=0.1)},
        {"content": Content(reinforcement=Reinforcement.COUNT, threshold=2)},
        {"content": Content(reinforcement=Reinforcement.SOCIAL, gain=1.0, cap=2.0)},
        {"manner": Manner(in_group=2.0)},
        {"manner": Manner(fatigue=(1.0, 0.5))},
        {"manner": Manner(respond=(0.1, 1, 0.5, 2))},
        {"who": Members(background_load=(1.0, 1.0, 1.0))},
        {"acts": Acts(paid=[Paid([1] * 9, cap=2)])},
        {"acts": Acts(owned=[Owned([0])]), "manner": Manner(amplify=(1.0, 1, 0))},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_world_with_more_is_not_plain(changes: dict[str, object]) -> None:
    """Whatever the plain path leaves out keeps a world off it."""
    assert is_eligible(plain())
    assert not is_eligible(plain(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": Channel([(0, 1)], visibility=0.1, envelope=0.2)},
        {"manner": Manner(rhythm=[0.5] * 9)},
        {"acts": Acts(owned=[Owned([0])])},
        {"acts": Acts(paid=[Paid([1] * 9)])},
        {"acts": Acts(planned=[Planned(0)])},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_plain_world_with_more_is_not_organic(changes: dict[str, object]) -> None:
    """The quickest kernel knows unprompted posts alone."""
    assert is_organic(plain(), None)
    assert is_eligible(plain(**changes))
    assert not is_organic(plain(**changes), None)


def test_an_earlier_post_takes_the_place_of_a_later_one() -> None:
    """A member who is to post in tick 7 unprompted and is convinced in tick 0 posts in tick 1, once, as an earned share."""
    acts = Acts(organic=[Organic(1, 7, index=0), Organic(2, 7, index=1), Organic(0, 0, index=2)])
    raw = run_worlds(build_world(3, 9, [Channel([(0, 1)])], [Content()], acts=acts), 0, np.arange(3))
    assert raw.series[0, :, 3].tolist() == [1, 1, 0, 0, 0, 0, 0, 1, 0]
    assert raw.counts[0, 8] == 1
    assert raw.cascade_sizes[:2].tolist() == [3, 3]


def test_a_lone_world_without_posts_is_empty() -> None:
    """Nothing happens where nobody posts."""
    raw = run_worlds(simple_world([(0, 1)], members=2, seeds=[]), 0, np.arange(5))
    assert raw.done.all()
    assert raw.counts[:, :19].sum() == 0
    assert np.isnan(raw.structural_virality).all()
