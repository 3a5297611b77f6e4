"""Ties that come and go, removed members, capped visibility, stopping rules: the kernel and the oracle agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import naive_world
from strategies import worlds
from test_agrees_with_naive import assert_agrees, assert_same_run, assert_world_agrees
from test_fast import plain_worlds, planned_worlds

from viralsim.kernels.arm_inputs import ArmInputs, Rule
from viralsim.kernels.arrays.ties import is_inside
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.fast.eligible import is_eligible
from viralsim.population.network.spans import TieSpans, always

NUMBERS = np.array([0, 17, 10**6])


def spanned(world: ArmInputs, spans: TieSpans) -> ArmInputs:
    """The world with ties that are there in these spans."""
    when, several = spans.packed()
    return world._replace(graph=world.graph._replace(tie_when=when, tie_spans=several))


def with_spans(world: ArmInputs, luck: np.random.Generator) -> ArmInputs:
    """None to three spans for each tie."""
    edges, ticks = len(world.graph.followers), world.contents.novelty.shape[1]
    count = luck.integers(0, 4, edges)
    bounds = np.sort(luck.integers(0, ticks + 1, (edges, 6)), axis=1).astype(np.int32)
    first = [bounds[e, 2 * i] for e in range(edges) for i in range(count[e])]
    last = [bounds[e, 2 * i + 1] for e in range(edges) for i in range(count[e])]
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return spanned(world, TieSpans(start, np.array(first, np.int32), np.array(last, np.int32)))


def with_interventions(world: ArmInputs, luck: np.random.Generator) -> ArmInputs:
    """Some members go at some tick; visibility is capped; the world may stop early."""
    members, ticks = world.graph.indptr.shape[1] - 1, world.contents.novelty.shape[1]
    removed = np.where(luck.random(members) < 0.5, luck.integers(0, ticks, members), 2**31 - 1).astype(np.int32)
    cap = np.where(luck.random((len(world.channels.key), ticks)) < 0.5, luck.random((1, ticks)), 1.0)
    values = world.rules.values.copy()
    values[Rule.STOP_SHARES], values[Rule.STOP_QUIET] = luck.choice([0, 0, 1, 3]), luck.choice([0, 0, 1, 4])
    return world._replace(
        plan=world.plan._replace(removed_at=removed, visibility_cap=np.ascontiguousarray(cap)),
        channels=world.channels._replace(thin=np.ones_like(world.channels.thin)),
        rules=world.rules._replace(values=values),
    )


CHANGES: list[Callable[[ArmInputs, Any], ArmInputs]] = [
    with_spans,
    with_interventions,
    lambda world, luck: with_interventions(with_spans(world, luck), luck),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), st.sampled_from(CHANGES), st.integers(0, 2**32 - 1))
def test_kernel_equals_oracle_where_things_change(world: ArmInputs, change: Any, luck: int) -> None:
    """Every count, tick and node, in the general engine."""
    assert_agrees(change(world, np.random.default_rng(luck)), 5, NUMBERS.tolist())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of(plain_worlds(), planned_worlds()), st.integers(0, 2**32 - 1))
def test_the_shortcut_equals_the_oracle_where_ties_change(world: ArmInputs, luck: int) -> None:
    """The same for plain worlds, which keep their shortcut."""
    changing = with_spans(world, np.random.default_rng(luck))
    assert is_eligible(changing) == is_eligible(world)
    raw = run_worlds(changing, 5, NUMBERS)
    for i, number in enumerate(NUMBERS):
        assert_world_agrees(raw, i, naive_world(changing, 5, int(number)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of(worlds(), plain_worlds()))
def test_ties_that_are_always_there_change_nothing(world: ArmInputs) -> None:
    """The worlds of the network that does not change, to the last bit."""
    temporal = spanned(world, always(len(world.graph.followers)))
    assert_same_run(run_worlds(temporal, 3, NUMBERS), run_worlds(world, 3, NUMBERS))


TICKS = st.one_of(st.integers(0, 12), st.sampled_from([2**15 - 3, 2**15 - 2, 2**15 - 1, 2**15, 2**31 - 2, 2**31 - 1]))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.tuples(TICKS, TICKS).filter(lambda span: span[0] < span[1]), max_size=4), max_size=6))
def test_packed_spans_hold_the_ticks_of_the_spans(ties: list[list[tuple[int, int]]]) -> None:
    """Any number of spans at any ticks, in one word or in several."""
    count, rows = [len(tie) for tie in ties], [span for tie in ties for span in tie]
    first, end = (np.array([row[i] for row in rows], np.int32) for i in (0, 1))
    packed = TieSpans(np.concatenate([[0], np.cumsum(count)]).astype(np.int64), first, end).packed()
    ticks = sorted({tick + step for row in rows for tick in row for step in (-1, 0, 1) if 0 <= tick + step < 2**31 - 1})
    for edge, tie in enumerate(ties):
        found = [tick for tick in ticks if is_inside(packed, edge, tick)]
        assert found == [tick for tick in ticks if any(a <= tick < b for a, b in tie)]


def test_a_world_that_was_stopped_leaves_nothing_behind() -> None:
    """The next world of the thread is the one it would be alone."""
    from build_world import simple_world

    line = [(i, i + 1) for i in range(30)]
    world = simple_world(line, members=31, seeds=[0], ticks=40)
    values = world.rules.values.copy()
    values[Rule.STOP_SHARES] = 3
    stopped = world._replace(rules=world.rules._replace(values=values))
    raw = run_worlds(stopped, 1, np.arange(4))
    assert raw.counts[:, 7].tolist() == [3, 3, 3, 3]
    assert raw.series[:, :, 3].sum(axis=1).tolist() == [3, 3, 3, 3]
