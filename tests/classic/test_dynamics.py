"""Voters, bounded confidence and remembered doses, against closed forms and exact chains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from law_engines import of_edges, random_graph
from numpy.typing import NDArray
from scipy.stats import binom

from viralsim import classic
from viralsim.errors import InputError
from viralsim.population.network.network import Network


def complete(members: int) -> Network:
    source, target = np.nonzero(~np.eye(members, dtype=bool))
    return Network.from_edges(source, target, members=members)


def ring(members: int) -> Network:
    here = np.arange(members)
    return Network.from_edges(here, (here + 1) % members, members=members, directed=False)


def steps_of_voters(members: int, holders: int) -> float:
    """The mean steps to consensus on the complete graph: the birth-death chain in the number of holders."""
    k = np.arange(1, members)
    move = k * (members - k) / (members * (members - 1))  # up, and as likely down
    chain = np.diag(2 * move) - np.diag(move[:-1], 1) - np.diag(move[1:], -1)
    return float(np.linalg.solve(chain, np.ones(members - 1))[holders - 1])


@pytest.mark.parametrize(("members", "holders"), [(12, 6), (30, 3)])
def test_voters_on_the_complete_graph(members: int, holders: int) -> None:
    """Mean time to consensus is that of the chain, and opinion 1 wins as often as it has holders."""
    found = classic.voter(complete(members), np.arange(holders), 10**7, worlds=20_000)
    assert set(found.holders.tolist()) == {0, members}
    mean = found.steps.mean()
    assert abs(mean - steps_of_voters(members, holders)) <= 4.5 * found.steps.std() / np.sqrt(20_000)
    share = holders / members
    assert abs((found.holders > 0).mean() - share) <= 4.5 * np.sqrt(share * (1 - share) / 20_000)


def test_voters_win_by_the_degrees_of_their_holders() -> None:
    """Opinion 1 wins with the share of all ties that its holders have: the centre of a star half of all (Sood, Redner 2005)."""
    star = of_edges([(0, v) for v in range(1, 9)] + [(v, 0) for v in range(1, 9)])
    found = classic.voter(star, [0], 10**7, worlds=20_000)
    assert abs((found.holders == 9).mean() - 0.5) <= 4.5 * np.sqrt(0.25 / 20_000)


def test_voters_who_do_not_agree_in_time() -> None:
    """-1 steps, and as many holders as there are then; who follows nobody keeps their opinion; who agree take no step."""
    apart = of_edges([(0, 1), (3, 2)])
    found = classic.voter(apart, [0], 500, worlds=50)
    assert found.steps.tolist() == [-1] * 50
    assert set(found.holders.tolist()) == {2}  # member 1 took it over, 2 cannot
    assert classic.voter(apart, [0, 1, 2, 3], 10, worlds=2).steps.tolist() == [0, 0]


def test_opinions_shrink_as_the_law_says() -> None:
    """Where all listen to all the mean stays, and the mean variance is multiplied by 1 - 4 m (1 - m) / (N - 1) in each step."""
    n, start = 40, np.linspace(0.0, 1.0, 40)
    for convergence in (0.5, 0.2):
        for steps in (1, 30, 200):
            x = classic.bounded_confidence(complete(n), 2.0, steps, convergence, start, worlds=4000)
            np.testing.assert_allclose(x.mean(axis=1), 0.5, atol=1e-12)
            variance = x.var(axis=1)
            law = start.var() * (1 - 4 * convergence * (1 - convergence) / (n - 1)) ** steps
            assert abs(variance.mean() - law) <= 4.5 * variance.std() / np.sqrt(4000) + 1e-12


def test_confidence_bounds_who_listens() -> None:
    """Opinions further apart than the confidence never move; below it clusters form that are, too; wide enough: one."""
    assert classic.bounded_confidence(complete(2), 0.5, 100, 0.5, [0.0, 0.5], worlds=1).tolist() == [[0.0, 0.5]]
    x = np.sort(classic.bounded_confidence(complete(100), 0.12, 400_000, worlds=5), axis=1)
    clusters = 1 + (np.diff(x) > 1e-3).sum(axis=1)
    gaps = np.diff(x)[np.diff(x) > 1e-3]
    assert (gaps > 0.12).all()
    assert ((clusters >= 2) & (clusters <= 8)).all()
    one = classic.bounded_confidence(complete(100), 0.6, 100_000, worlds=5)
    assert (np.ptp(one, axis=1) < 1e-3).all()
    drawn = classic.bounded_confidence(complete(100), 0.1, 0, worlds=200)
    assert abs(drawn.mean() - 0.5) <= 4.5 * np.sqrt(1 / 12 / drawn.size)


def fixed_point(exposure: float, memory: int, enough: int) -> float:
    """The largest infected share that keeps itself up: who met the infected often enough in the last ticks."""
    share = 1.0
    for _ in range(2_000):
        share = float(binom.sf(enough - 1, memory, exposure * share))
    return share


@pytest.mark.parametrize(
    ("memory", "enough", "exposure"), [(5, 1, 0.4), (5, 1, 0.15), (12, 2, 0.35), (12, 2, 0.1), (10, 3, 0.9)]
)
def test_doses_settle_where_theory_says(memory: int, enough: int, exposure: float) -> None:
    """With recovery and reinfection certain, complete mixing has the fixed point of Dodds and Watts' equation, or dies out."""
    n = 20_000
    counts = classic.generalised_contagion(None, np.arange(n), exposure, enough, memory, 300, worlds=3, members=n)
    late = counts[:, 250:, 1].mean() / n
    expected = fixed_point(exposure, memory, enough)
    assert late == pytest.approx(expected, abs=0.004)
    assert (expected > 0.1) == ((memory, enough, exposure) in [(5, 1, 0.4), (12, 2, 0.35), (10, 3, 0.9)])


def test_the_three_classes_of_dodds_and_watts() -> None:
    """A few take off where one dose is enough (I) and never where two are (III), though many stay.

    Where a fifth need one dose and the others two (II), a few take off beyond the critical exposure 1 / (10 x 0.2) alone, and
    below it many stay.
    """
    n = 10_000
    few, many, mixed = np.arange(50), np.arange(n), np.where(np.arange(n) % 5 == 0, 1.0, 2.0)

    def last(seeds: NDArray[np.int64], exposure: float, threshold: float | NDArray[np.float64], memory: int) -> Any:
        how = (exposure, threshold, memory, 200)
        return classic.generalised_contagion(None, seeds, *how, worlds=2, members=n)[:, -1, 1]

    assert (last(few, 0.4, 1, 5) > 0.5 * n).all()
    assert (last(few, 0.35, 2, 12) == 0).all()
    assert (last(many, 0.35, 2, 12) > 0.5 * n).all()
    assert (last(few, 0.7, mixed, 10) > 0.95 * n).all()
    assert (last(few, 0.3, mixed, 10) == 0).all()
    assert (last(many, 0.3, mixed, 10) > 0.5 * n).all()


def test_one_dose_and_no_memory_is_simple_contagion() -> None:
    """Everybody meets one: with a memory of one tick and one dose, a tick's infections are those of independent meetings."""
    n = 2000
    counts = classic.generalised_contagion(None, np.arange(600), 0.5, 1.0, 1, 1, worlds=3000, members=n)
    law = binom(n, 1.0)
    chance = 0.5 * np.where(np.arange(n) < 600, 599, 600) / (n - 1)
    mean, sd = chance.sum(), np.sqrt((chance * (1 - chance)).sum())
    infected = counts[:, 1, 1]
    assert law.mean() == n
    assert abs(infected.mean() - mean) <= 4.5 * sd / np.sqrt(3000)
    assert infected.std() == pytest.approx(sd, rel=0.06)


def test_doses_add_up_and_are_forgotten() -> None:
    """Doses of 0.4 and a threshold of 1: three in five ticks. Thresholds and doses may differ; the immune stay so."""
    pair = of_edges([(0, 1)])
    for dose, tick in ((1.0, 1), (0.5, 2), (0.4, 3), (0.25, 4), (0.1, 0)):
        counts = classic.generalised_contagion(pair, [0], 1.0, 1.0, 5, 6, dose, recovery=0.0, worlds=1)
        assert (counts[0, :, 1] == 2).argmax() == tick
    counts = classic.generalised_contagion(pair, [0], 1.0, [1.0, 3.0], 5, 6, [1.0, 1.0], recovery=0.0, worlds=1)
    assert (counts[0, :, 1] == 2).argmax() == 3
    immune = classic.generalised_contagion(pair, [0], 0.0, 1.0, 2, 4, reinfection=0.0, worlds=1)
    assert immune[0].tolist() == [[1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 1], [1, 0, 1]]


RUNS: dict[str, Any] = {
    "voter": lambda **how: np.stack(classic.voter(random_graph(60, 6.0, seed=1), [0, 1, 2], 4000, **how), axis=1),
    "confidence": lambda **how: classic.bounded_confidence(ring(50), 0.4, 300, **how),
    "doses": lambda **how: classic.generalised_contagion(ring(50), [0, 1], 0.8, 2, 4, 10, [0.5, 1.5], 0.5, 0.5, **how),
    "mixing": lambda **how: classic.generalised_contagion(None, [0, 1], 0.8, 1, 4, 10, members=50, **how),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_world_is_a_function_of_its_number(name: str) -> None:
    """Threads, company and order change no world; another seed does."""
    whole = RUNS[name](worlds=40, seed=5, threads=1)
    assert np.array_equal(whole, RUNS[name](worlds=40, seed=5, threads=3))
    assert np.array_equal(whole[[31, 4]], RUNS[name](worlds=[31, 4], seed=5))
    assert not np.array_equal(whole, RUNS[name](worlds=40, seed=6))


def test_a_network_or_a_number_of_members() -> None:
    """One of them, not both or none."""
    for network, members in ((None, None), (ring(5), 5)):
        with pytest.raises(InputError, match="either a network or members"):
            classic.generalised_contagion(network, [0], 0.5, 1, 2, 3, members=members)
