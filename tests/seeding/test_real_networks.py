"""The certificate of ``opim`` on real networks, against simulated worlds."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import viralsim as vs

DATA = Path(__file__).parents[3] / "shared" / "data"
LAWS = {"independent_cascade": "weighted_cascade", "linear_threshold": "uniform"}
FEW = {"nethept": 10_000, "soc-epinions1": 500}  # worlds in the quick form


@cache
def network_of(name: str) -> vs.Network:
    """nethept as both arcs of each pair; soc-Epinions1 turned round, since the truster listens to the trusted."""
    path = DATA / name / "edges.txt.gz"
    if not path.exists():
        pytest.skip(f"{path} is not beside this checkout")
    with gzip.open(path, "rt") as stream:
        edges = np.loadtxt(stream, dtype=np.int64, skiprows=1 if name == "nethept" else 0, comments="#")
    both = edges[:, ::-1] if name != "nethept" else np.concatenate([edges, edges[:, ::-1]])
    both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    return vs.Network.from_edges(both[:, 0], both[:, 1])


def check(name: str, model: str, worlds: int) -> None:
    """k = 50, epsilon 0.1: the guarantee is reached, and the mean of the worlds lies within the bounds and near the estimate."""
    network = network_of(name)
    found = vs.seeding.choose(network, "opim", count=50, model=model, epsilon=0.1, seed=2)
    assert found.guarantee >= 1 - 1 / np.e - 0.1
    judge = getattr(vs.classic, model)
    sizes = judge(network, found.members, LAWS[model], worlds=worlds, seed=9)
    error = sizes.std() / np.sqrt(len(sizes))
    assert found.lower_bound - 4.5 * error <= sizes.mean() <= found.upper_bound + 4.5 * error
    share = sizes.mean() / network.members
    of_sets = network.members * np.sqrt(share * (1 - share) / found.sets)
    assert abs(found.expected_reach - sizes.mean()) <= 4.5 * np.hypot(of_sets, error)


@pytest.mark.parametrize("model", LAWS)
@pytest.mark.parametrize("name", FEW)
def test_bounds_hold_on_real_networks(name: str, model: str) -> None:
    """Guarantee of at least 0.532; the mean of simulated worlds lies within the bounds, and the estimate is right."""
    check(name, model, FEW[name])


@pytest.mark.slow
@pytest.mark.parametrize("model", LAWS)
@pytest.mark.parametrize("name", FEW)
def test_bounds_hold_against_a_hundred_thousand_worlds(name: str, model: str) -> None:
    """The same against 100,000 simulated worlds."""
    check(name, model, 100_000)


def test_seeds_are_near_those_of_greedy_by_simulation() -> None:
    """nethept, weighted cascade: with ``tight`` 0.06 the spread is within 0.5 % of the best of 1,000-trial CELF.

    964.5 is the mean over 20,000 worlds of the 50 members whom ``celf`` chooses in 1,000 worlds (standard error 0.7); the
    benchmark ``wc-nethept-celf`` measures it again.
    """
    network = network_of("nethept")
    found = vs.seeding.choose(network, "opim", count=50, tight=0.06, seed=1)
    sizes = vs.classic.independent_cascade(network, found.members, "weighted_cascade", worlds=10_000, seed=9)
    assert sizes.mean() >= 0.995 * 964.5 - 2 * sizes.std() / 100
