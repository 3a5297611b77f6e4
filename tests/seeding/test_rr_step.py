"""Reverse-reachable sets drawn side by side are those drawn alone, whatever is beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import viralsim as vs
from viralsim.kernels.rng import name_key, seed_key
from viralsim.seeding import Candidates
from viralsim.seeding.rr_kernels import draw_sets
from viralsim.seeding.rr_sets import incoming_rows
from viralsim.seeding.rr_step import CASCADE, SIDE, TAKEN, THRESHOLD, side_of

MOST_SETS = 4 * SIDE
LUCK = (seed_key(11), name_key("side by side"))


def incoming_of(draw: Any, members: int, model: int) -> Any:
    """Rows of a drawn network of one of the ways in which live edges are found."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    source, target = rng.integers(0, members, (2, draw(st.integers(1, 8)) * members))
    pairs = np.unique(np.column_stack([source, target])[source != target], axis=0)
    network = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=members)
    most = 1.0 / max(1, network.following_count().max()) if model == THRESHOLD else 1.0
    mixed = most * rng.random(network.follows)
    ways: list[Any] = ["weighted_cascade", mixed, mixed * mixed * 0.3]
    if model == CASCADE:
        ways += [0.005, 0.05, 0.3, 1.0]
    return incoming_rows(Candidates([network], np.ones(members, dtype=bool)), draw(st.sampled_from(ways)), model)


@st.composite
def cases(draw: Any) -> tuple[int, Any, Any, NDArray[np.uint8], int]:
    """A model, rows, roots, marks, and how many sets."""
    members, model = draw(st.integers(2, 60)), draw(st.sampled_from([CASCADE, THRESHOLD]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    marks = rng.choice(3, members, p=draw(st.sampled_from([(1.0, 0, 0), (0.7, 0.3, 0), (0.6, 0.3, 0.1)])))
    roots = np.empty(0, np.int64), np.empty(0)
    if draw(st.booleans()):
        some = np.flatnonzero(rng.random(members) < 0.5)
        roots = (some, np.cumsum(1.0 + rng.random(len(some)))) if len(some) else roots
    return model, incoming_of(draw, members, model), roots, marks.astype(np.uint8), draw(st.integers(1, MOST_SETS))


@settings(max_examples=300, deadline=None)
@given(cases())
def test_sets_side_by_side_are_those_drawn_alone(case: tuple[int, Any, Any, NDArray[np.uint8], int]) -> None:
    """The same members in the same order, set by set; memory is left as it was; none of the taken, none of the barred."""
    model, incoming, roots, marks, sets = case
    side = side_of(marks)
    before = side.known.copy()
    ends, entries = draw_sets(model, incoming, roots, 0, LUCK, (0, sets), 0, sets, side)
    assert (side.known == before).all()
    assert (marks[entries] == 0).all()
    for number, found in enumerate(np.split(entries, ends[:-1])):
        alone_ends, alone = draw_sets(model, incoming, roots, 0, LUCK, (0, sets), number, number + 1, side_of(marks))
        assert alone_ends.tolist() == [len(alone)]
        assert alone.tolist() == found.tolist()
        assert len(set(alone.tolist())) == len(alone)


def test_sets_of_all_members_outgrow_the_first_memory_and_are_whole() -> None:
    """With every edge live on a ring each set holds everyone, from its root backwards; with one taken every set is empty."""
    members, sets = 300, 200
    ring = vs.Network.from_edges(np.arange(members), (np.arange(members) + 1) % members)
    incoming = incoming_rows(Candidates([ring], np.ones(members, dtype=bool)), 1.0, CASCADE)
    nobody = np.empty(0, np.int64), np.empty(0)
    marks = np.zeros(members, np.uint8)
    ends, entries = draw_sets(CASCADE, incoming, nobody, 0, LUCK, (0, sets), 0, sets, side_of(marks))
    assert ends.tolist() == [members * (i + 1) for i in range(sets)]
    found = entries.reshape(sets, members)
    assert ((found[:, :1] - np.arange(members)) % members == found).all()
    marks[7] = TAKEN
    ends, entries = draw_sets(CASCADE, incoming, nobody, 0, LUCK, (0, sets), 0, sets, side_of(marks))
    assert len(entries) == ends.max() == 0
