"""Cascades that exclude each other, and contagion on groups."""

from __future__ import annotations

import numpy as np
import pytest
from law_engines import random_graph

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation import rivals
from viralsim.validation.check import Setting


@pytest.mark.parametrize("check", [rivals.rivals, rivals.chain])
def test_the_exact_laws(check: object) -> None:
    """Every comparison of `viralsim validate`: all coins enumerated, the chain over all states."""
    numbers = check(Setting(threads=1))  # type: ignore[operator]
    assert [number for number in numbers if not number.ok] == []
    assert len(numbers) >= 3


def test_every_member_joins_one_cascade() -> None:
    """With probability 1 the sizes add up to everyone who can be reached, and who is nearer wins."""
    line = Network.from_edges(np.arange(9), np.arange(1, 10), 10, directed=False)
    sizes = classic.competing_cascades(line, [[0], [9]], 1.0, worlds=50)
    assert sizes.tolist() == [[5, 5]] * 50
    odd = Network.from_edges(np.arange(8), np.arange(1, 9), 9, directed=False)
    shared = classic.competing_cascades(odd, [[0], [8]], 1.0, worlds=2000)
    assert set(shared.sum(axis=1)) == {9}
    assert 0.45 < (shared[:, 0] == 5).mean() < 0.55


def test_worlds_do_not_depend_on_threads_or_company() -> None:
    """A world is the same alone and on any number of threads."""
    network = random_graph(400, 5.0, seed=1)
    all_ = classic.competing_cascades(network, [[0, 1], [2, 3]], (0.1, 0.2), worlds=40, seed=3, threads=1)
    assert np.array_equal(all_, classic.competing_cascades(network, [[0, 1], [2, 3]], (0.1, 0.2), 40, 3, threads=3))
    alone = classic.competing_cascades(network, [[0, 1], [2, 3]], (0.1, 0.2), worlds=[17], seed=3)
    assert np.array_equal(all_[[17]], alone)


def test_pairs_alone_are_contagion_on_a_graph() -> None:
    """With infection 1 and no recovery a pair passes in each tick, and a group of three only from two."""
    chain = [[i, i + 1] for i in range(5)]
    counts = classic.group_contagion(chain, [0], {2: 1.0}, 0.0, 5, 6, worlds=3)
    assert counts[:, :, 1].tolist() == [[1, 2, 3, 4, 5, 6]] * 3
    triangle = classic.group_contagion([[0, 1, 2]], [0], {3: 1.0}, 0.0, 5, 3, worlds=3)
    assert triangle[:, -1, 1].tolist() == [1, 1, 1]
    both = classic.group_contagion([[0, 1, 2]], [0, 1], {3: 1.0}, 0.0, 1, 3, worlds=3)
    assert both[:, -1, 1].tolist() == [3, 3, 3]
