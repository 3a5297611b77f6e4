"""Exact laws of SIR, Maki-Thompson's rumour and Bass' adoption."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pytest
from build_world import Content
from law_engines import assert_law, assert_mean, complete, full_world

from viralsim import classic
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count
from viralsim.population.network.network import Network


@cache
def sir_law(susceptible: int, beta: float, gamma: float) -> np.ndarray:
    """Law of the number ever infected of a discrete SIR on a complete graph: transmission, then recovery."""
    from scipy.stats import binom

    state = {(susceptible, 1): 1.0}
    law = np.zeros(susceptible + 1)
    for _ in range(121):
        after: dict[tuple[int, int], float] = {}
        for (s, i), mass in state.items():
            if i == 0:
                law[susceptible - s] += mass
                continue
            infect = binom.pmf(np.arange(s + 1), s, 1 - (1 - beta) ** i)
            recover = binom.pmf(np.arange(i + 1), i, gamma)
            for (new, a), (gone, b) in product(enumerate(infect), enumerate(recover)):
                key = (s - new, i - gone + new)
                after[key] = after.get(key, 0.0) + mass * a * b
        state = after
    return law


def classic_sir(network: Network, worlds: int) -> np.ndarray:
    return network.members - classic.sir(network, [0], 0.15, 0.4, 120, worlds=worlds)[:, -1, 0]


def full_sir(network: Network, worlds: int) -> np.ndarray:
    world = full_world(network, visibility=0.15, content=Content(persistence=0.6), ticks=120)
    return run_worlds(world, 1, np.arange(worlds), series_worlds=0).counts[:, Count.MEMBER_NODES]


@pytest.mark.parametrize("engine", [classic_sir, full_sir])
def test_sir_has_the_law_of_its_chain(engine: Callable[[Network, int], np.ndarray]) -> None:
    """With persistence, posts go on as an infection does: final sizes have the law of the discrete SIR chain."""
    assert_law(engine(complete(6), 50_000) - 1, sir_law(5, 0.15, 0.4))


def rumour_law(members: int, spread: float, stifle: float) -> np.ndarray:
    """Law of the number who heard, by the jump chain of (ignorant, spreading) under complete mixing."""
    mass = np.zeros((members + 1, members + 2))
    mass[members - 1, 1] = 1.0
    law = np.zeros(members + 1)
    for ignorant in range(members - 1, -1, -1):
        for active in range(members - ignorant, 0, -1):
            here = mass[ignorant, active]
            up = ignorant / (members - 1) * spread
            down = (members - 1 - ignorant) / (members - 1) * stifle
            if up:
                mass[ignorant - 1, active + 1] += here * up / (up + down)
            mass[ignorant, active - 1] += here * down / (up + down)
        law[members - ignorant] = mass[ignorant, 0]
    return law


@pytest.mark.parametrize("engine", ["mixing", "network"])
@pytest.mark.parametrize(("spread", "stifle"), [(1.0, 1.0), (0.6, 0.3)])
def test_rumour_has_the_law_of_its_jump_chain(engine: str, spread: float, stifle: float) -> None:
    """Maki-Thompson among 8: the exact law of how many hear, by counts alone and on the complete graph."""
    world = {"members": 8} if engine == "mixing" else {"network": complete(8)}
    exposing_neighbours = classic.maki_thompson(spread=spread, stifle=stifle, worlds=50_000, **world)
    assert_law(exposing_neighbours, rumour_law(8, spread, stifle))


def test_rumour_reaches_four_fifths() -> None:
    """In a large population with complete mixing 0.796812 hear the rumour."""
    assert_mean(classic.maki_thompson(members=200_000, worlds=400) / 200_000, 0.796812)


def test_bass_curve_is_exact() -> None:
    """Mean and variance of Bass' adopters in every tick are those of its Markov chain."""
    from scipy.stats import binom

    members, p, q, dt = 15, 0.05, 0.6, 0.5
    law = np.zeros(members + 1)
    law[0] = 1.0
    adopters = classic.bass(members, p, q, 12, worlds=100_000, dt=dt)
    for tick in range(1, 13):
        after = np.zeros(members + 1)
        for a, mass in enumerate(law):
            chance = 1 - np.exp(-(p + q * a / members) * dt)
            after[a:] += mass * binom.pmf(np.arange(members - a + 1), members - a, chance)
        law = after
        assert_mean(adopters[:, tick], law @ np.arange(members + 1))
        assert_law(adopters[:, tick], law)


def test_bass_curve_of_many_is_the_mean_field() -> None:
    """With a million members the curve follows its recursion within the noise of a binomial."""
    members, p, q = 1_000_000, 0.03, 0.38
    curve = [0.0]
    for _ in range(20):
        curve.append(curve[-1] + (members - curve[-1]) * (1 - np.exp(-p - q * curve[-1] / members)))
    mean = classic.bass(members, p, q, 20, worlds=400).mean(axis=0)
    assert mean == pytest.approx(curve, abs=4.5 * 3 * np.sqrt(members / 4 / 400))
