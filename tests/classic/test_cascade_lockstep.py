"""Small cascades run side by side: the same worlds as one after the other, whatever their size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim import classic
from viralsim.classic import lockstep
from viralsim.classic.cascade import visit_scratch
from viralsim.classic.cascade_kernels import cascade_by_gaps
from viralsim.kernels.alias import gap_table
from viralsim.kernels.rng import seed_key
from viralsim.population.network.network import Network


def one_after_the_other(network: Network, rows: np.ndarray, p: float, numbers: np.ndarray, seed: int) -> np.ndarray:
    """The sizes by the kernel that keeps a set of bits over all members."""
    gaps, sizes = gap_table(p), np.zeros(len(numbers), dtype=np.int64)
    luck = (seed_key(seed), numbers)
    scratch = visit_scratch(network.members)
    cascade_by_gaps(
        network.indptr, network.followers, rows, gaps.threshold, gaps.alias, luck, 0, len(numbers), scratch, sizes
    )
    return sizes


def branching(members: int, follows: float, seed: int) -> Network:
    """Each member's number of followers is Poisson."""
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(members), rng.poisson(follows, members))
    edges = np.unique(source * members + (source + rng.integers(1, members, len(source))) % members)
    return vs.Network.from_edges(edges // members, edges % members, members=members)


@settings(max_examples=60, deadline=None)
@given(
    members=st.integers(2, 400),
    follows=st.floats(0.5, 30),
    p=st.floats(0.001, 1),
    k=st.integers(1, lockstep.MOST_SEEDS),
    own=st.booleans(),
    worlds=st.integers(1, 600),
    seed=st.integers(0, 2**32),
)
def test_equal_to_one_after_the_other(
    members: int, follows: float, p: float, k: int, own: bool, worlds: int, seed: int
) -> None:
    """Same seeds or own seeds, repeated ones too, cascades of any size: every world has the same size."""
    network = branching(members, follows, seed)
    rows = np.random.default_rng(seed).integers(0, members, (worlds if own else 1, k))
    numbers = np.arange(worlds) + seed % 1000
    sizes = classic.independent_cascade(network, rows if own else rows[0], p, worlds=numbers, seed=seed, threads=1)
    assert sizes.tolist() == one_after_the_other(network, rows, p, numbers, seed).tolist()


@pytest.mark.parametrize(("follows", "p"), [(1.8, 0.5), (2.1, 0.5), (4.0, 0.5), (21.0, 0.05)])
def test_large_worlds_among_small_ones(follows: float, p: float) -> None:
    """Near the threshold most worlds are small and a few outgrow the list: those too are the same, on any number of threads.

    The last network is too large for the cache, so that its memory is asked for ahead.
    """
    network = branching(20_000, follows, 5)
    rows = np.random.default_rng(1).integers(0, 20_000, (2000, 1))
    sizes = classic.independent_cascade(network, rows, p, worlds=2000, threads=1)
    assert (sizes < lockstep.ROOM).any()
    assert (sizes > lockstep.ROOM).any()
    assert sizes.tolist() == one_after_the_other(network, rows, p, np.arange(2000), 1).tolist()
    assert sizes.tolist() == classic.independent_cascade(network, rows, p, worlds=2000, threads=2).tolist()


def test_a_row_longer_than_the_longest_gap() -> None:
    """A hub's row is longer than 511, the longest gap of one draw: no follower behind it is lost or reached twice."""
    leaves = 5000
    hub = vs.Network.from_edges(np.zeros(leaves, np.int64), np.arange(1, leaves + 1), members=leaves + 1)
    rows = np.zeros((1, 1), dtype=np.int64)
    sizes = classic.independent_cascade(hub, [0], 0.001, worlds=3000, threads=1)
    assert sizes.tolist() == one_after_the_other(hub, rows, 0.001, np.arange(3000), 1).tolist()
    assert abs(sizes.mean() - 6) < 4.5 * np.sqrt(5 / 3000)  # 1 + Binomial(5000, 0.001)
