"""The terms of real cascades: kernel and oracle agree with them on, what is left out changes nothing, coupling holds."""

from __future__ import annotations

import numpy as np
import pytest
from build_terms import TERMS, with_terms
from build_world import Acts, Channel, Content, Organic, Owned, Planned, build_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import luck, worlds
from test_agrees_with_naive import NUMBERS, SEEDS, assert_agrees, assert_same_run

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), st.sets(st.sampled_from(TERMS), min_size=1), st.data(), SEEDS, NUMBERS)
def test_kernel_equals_oracle_with_terms(
    plain: ArmInputs, on: set[str], data: st.DataObject, seed: int, numbers: list[int]
) -> None:
    """Every count, every tick, every node is the one that docs/model.md prescribes."""
    assert_agrees(with_terms(plain, on, luck(data.draw)), seed, numbers)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), SEEDS)
def test_terms_that_say_nothing_change_nothing(plain: ArmInputs, seed: int) -> None:
    """Visibility as the members', factors of 1, no wait: the worlds are those without the terms."""
    channels, graph = plain.channels, plain.graph
    C, N = len(channels.key), graph.indptr.shape[1] - 1
    ones = np.ones((C, N), np.float32)
    said = plain._replace(
        graph=graph._replace(root_visibility=ones, reshare_visibility=ones),
        channels=channels._replace(
            owned_visibility=channels.visibility, seeing_delay=np.zeros((C, 4)), seeing_scale=np.ones((C, 2))
        ),
        contents=plain.contents._replace(reshare=np.ones(len(plain.contents.key))),
        plan=plain.plan._replace(owned_factor=np.ones(len(plain.plan.owned_channel))),
    )
    numbers = np.arange(4)
    assert_same_run(run_worlds(plain, seed, numbers), run_worlds(said, seed, numbers))


def crowd(rng: np.random.Generator, advocates: int) -> ArmInputs:
    """30 members, an owned post, ``advocates`` planned posts: nothing that can turn more or earlier into less."""
    edges = [(int(u), int(v)) for u, v in np.argwhere(rng.random((30, 30)) < 0.2) if u != v]
    acts = Acts(
        owned=[Owned([*range(0, 30, 2)], [0, 3])],
        organic=[Organic(4, 1)],
        planned=[Planned(member, 2) for member in range(advocates)],
    )
    content = Content(appeal=0.35, novelty=0.93 ** np.arange(40))
    return build_world(30, 40, [Channel(edges, visibility=0.5, delay=[0.3, 0.3, 0.2])], [content], acts=acts)


@pytest.mark.parametrize("advocates", [1, 4])
def test_an_advocate_never_loses_a_share(advocates: int) -> None:
    """Monotone coupling, in every world: an advocate more never means a share or a member reached less.

    All terms are on; a first post is as visible as a share or more, and shares are shared no more than first posts, since an asked
    member's share becomes a first post.
    """
    for seed in range(20):
        arms = []
        for count in (advocates - 1, advocates):
            rng = np.random.default_rng(seed)
            world = crowd(rng, count)
            world = with_terms(world, set(TERMS), rng)
            graph, reshare = world.graph, world.contents.reshare
            root = np.maximum(graph.root_visibility, graph.reshare_visibility)
            world = world._replace(
                graph=graph._replace(root_visibility=root),
                contents=world.contents._replace(reshare=np.minimum(reshare, 1.0)),
            )
            arms.append(run_worlds(world, seed, np.arange(200)).counts)
        fewer, more = arms
        for column in (Count.SHARES, Count.REACH):
            assert (more[:, column] >= fewer[:, column]).all()
        assert (more[:, Count.SHARES] > fewer[:, Count.SHARES]).any()


def test_what_waits_past_the_horizon_is_dropped_and_the_rest_is_moved() -> None:
    """A line of three: with a wait of two ticks per post each share comes two ticks later, and the last falls off."""
    for wait, shares, ticks in ((0.0, 3, [0, 1, 2]), (2.5, 2, [0, 3]), (7.0, 1, [0])):
        world = build_world(3, 6, [Channel([(0, 1), (1, 2)])], [Content()], acts=Acts(organic=[Organic(0)]))
        channels = world.channels._replace(seeing_delay=np.full((1, 1), wait), seeing_scale=np.ones((1, 1)))
        raw = run_worlds(world._replace(channels=channels), 1, np.arange(1))
        assert raw.counts[0, Count.SHARES] == shares
        assert np.flatnonzero(raw.series[0, :, 3]).tolist() == ticks


def test_scales_and_delays_come_together() -> None:
    world = build_world(3, 6, [Channel([(0, 1)])], [Content()])
    with pytest.raises(InputError, match="seeing_scale beside it"):
        run_worlds(world._replace(channels=world.channels._replace(seeing_delay=np.ones((1, 1)))), 1, np.arange(1))
