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
from viralsim.kernels.batch import RawWorlds, run_worlds
from viralsim.kernels.fast.eligible import is_eligible


@st.composite
def plain_worlds(draw: st.DrawFn) -> ArmInputs:
    """Any small plain world, with posts unprompted at several ticks."""
    return fast_world(draw, lambda size: organic_posts(luck(draw), size, draw(st.integers(0, 4))))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plain_worlds(), SEEDS, NUMBERS)
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
        patch.setattr(batch, "is_eligible", lambda world: False)
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
        {"channel": Channel([(0, 1)], visibility=0.1, envelope=0.2)},
        {"content": Content(controversy=0.1)},
        {"content": Content(persistence=0.1)},
        {"content": Content(reinforcement=Reinforcement.COUNT, threshold=2)},
        {"content": Content(reinforcement=Reinforcement.SOCIAL, gain=1.0, cap=2.0)},
        {"manner": Manner(in_group=2.0)},
        {"manner": Manner(fatigue=(1.0, 0.5))},
        {"manner": Manner(rhythm=[0.5] * 9)},
        {"who": Members(background_load=(1.0, 1.0, 1.0))},
        {"acts": Acts(owned=[Owned([0])])},
        {"acts": Acts(paid=[Paid([1] * 9)])},
        {"acts": Acts(planned=[Planned(0)])},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_world_with_more_is_not_plain(changes: dict[str, object]) -> None:
    """Whatever the plain path leaves out keeps a world off it."""
    assert is_eligible(plain())
    assert not is_eligible(plain(**changes))


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
