"""The plain loop that SIR is measured against has the same law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp

from benchmarks.plain_sir import plain_sir
from viralsim import classic
from viralsim.population.network.network import Network


def ring_with_chords(members: int, more: int) -> Network:
    """A ring with ``more`` random follows."""
    rng = np.random.default_rng(2)
    a = np.concatenate([np.arange(members), rng.integers(0, members, more)])
    b = np.concatenate([(np.arange(members) + 1) % members, rng.integers(0, members, more)])
    pairs = np.unique(np.stack([a, b])[:, a != b], axis=1)
    return Network.from_edges(*pairs, members)


@pytest.mark.parametrize(("beta", "gamma"), [(0.05, 0.2), (0.3, 0.5)])
@pytest.mark.parametrize("more", [0, 900])
def test_the_plain_loop_has_our_law(beta: float, gamma: float, more: int) -> None:
    """Final sizes, and how many are infectious half way: means within 4 standard errors, distributions by Kolmogorov-Smirnov."""
    network, seeds, worlds, ticks = ring_with_chords(300, more), [0, 50, 100], 4000, 30
    ours = classic.sir(network, seeds, beta, gamma, ticks, worlds=worlds, threads=1)
    plain = plain_sir(network, seeds, beta, gamma, ticks)(worlds, 7)
    for tick, column in ((ticks, 0), (ticks // 3, 1)):
        a, b = ours[:, tick, column].astype(float), plain[:, tick, column].astype(float)
        error = np.sqrt(a.var(ddof=1) / worlds + b.var(ddof=1) / worlds)
        assert abs(a.mean() - b.mean()) <= 4 * error
        assert ks_2samp(a, b, method="asymp").pvalue > 1e-4
    assert (plain.sum(axis=2) == 300).all()
