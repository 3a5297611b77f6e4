"""Limited attention: the one-screen model's mean and size law, and screens with memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation.check import BORN, FIELD, Check, Number, Picture, Setting, holds, mean

# P(n = 1), P(n = 2), P(n >= 10), P(n >= 100) of the mean field at z = 10
THEORY = {0.1: (0.3910, 0.1499, 0.1923, 0.01684), 0.02: (0.3583, 0.1381, 0.2537, 0.0650)}
MEMBERS, ROUNDS = 3000, 400
ROOM = (
    0.02,
    0.006,
    0.006,
    0.006,
)  # the mean field is off by so much: a screen and its followers' are refreshed together


def regular(members: int, degree: int, seed: int) -> Network:
    """Everyone has and follows ``degree`` others: a sum of random permutations without loops and doubles."""
    rng = np.random.default_rng(seed)
    known: set[tuple[int, int]] = set()
    sources, targets = [], []
    for _ in range(degree):
        to = rng.permutation(members)
        for _ in range(1000):
            bad = np.flatnonzero([v == to[v] or (v, int(to[v])) in known for v in range(members)])
            if not len(bad):
                break
            swap = rng.integers(0, members, len(bad))
            for i, j in zip(bad, swap, strict=True):
                to[i], to[j] = to[j], to[i]
        known |= set(enumerate(to.tolist()))
        sources.append(np.arange(members))
        targets.append(to)
    return Network.from_edges(np.concatenate(sources), np.concatenate(targets), members=members)


def mean_field(mu: float, degree: int, most: int = 8192) -> NDArray[np.float64]:
    """P(popularity = n), n from 0 to ``most`` - 1, of the mean field where all have ``degree`` followers.

    G = (z + mu + (1 - mu) x G f(G)) / (z + 1), H = x G f(G), f(G) = G^z (Gleeson et al. 2014), by values on the unit circle.
    """
    x = np.exp(2j * np.pi * np.arange(most) / most)
    g = np.ones_like(x)
    for _ in range(400 * int(1 + 0.1 / mu)):  # each step shrinks the error by 1 - mu z / (z + 1) or more
        g = (degree + mu + (1 - mu) * x * g * g**degree) / (degree + 1)
    masses: NDArray[np.float64] = np.fft.fft(x * g * g**degree).real / most
    return masses


def one_screen(setting: Setting) -> list[Number]:
    """Mean popularity 1 / mu, and the law of popularity, of memes born in the middle of a run."""
    return _law(setting, 0.1)


def rare_inventions(setting: Setting) -> list[Number]:
    """The law at mu 0.02. The mean field draws followers again for each post; with more followers it matters less that they stay.

    Distances to the mean field shrink with the followers (4, 10, 40), and not with the members: the theory is at its limit there.
    """
    said = [replace(number, ok=None) for number in _law(setting, 0.02)]
    for degree in (4, 40):
        theory = mean_field(0.02, degree)
        expected = (theory[1], theory[2], 1 - theory[:10].sum(), 1 - theory[:100].sum())
        popularity = _middle(setting, 0.02, degree).popularity
        said += _numbers(f"{degree} followers", expected, popularity, degree == 40)
    return said


class _Memes(NamedTuple):
    """Memes born in the middle of a run."""

    popularity: NDArray[np.int64]
    world: NDArray[np.int64]


def _middle(setting: Setting, mu: float, degree: int) -> _Memes:
    members, actions = MEMBERS, ROUNDS * MEMBERS
    network = regular(members, degree, seed=7)
    memes = classic.limited_attention(network, mu, actions, worlds=8, seed=setting.seed, threads=setting.threads)
    middle = (memes.born > actions // 4) & (memes.born < 3 * actions // 4)
    return _Memes(memes.popularity[middle], memes.world[middle])


def _numbers(what: str, expected: Sequence[float], n: NDArray[np.int64], judged: bool) -> list[Number]:
    """Chances of popularity 1, 2, 10 and more, 100 and more, beside those of the theory."""
    seen = ((n == 1).mean(), (n == 2).mean(), (n >= 10).mean(), (n >= 100).mean())
    return [
        Number(
            f"{what}: {name}", f"{theory:.4g}", f"{got:.4f}", f"off {got - theory:+.4f}, allowed {room}",
            bool(abs(got - theory) <= room) if judged else None,
        )
        for name, theory, got, room in zip(("P1", "P2", "P(>=10)", "P(>=100)"), expected, seen, ROOM, strict=True)
    ]  # fmt: skip


def _law(setting: Setting, mu: float) -> list[Number]:
    said, lines = [], []
    n, world = _middle(setting, mu, 10)
    by_world = np.array([n[world == w].mean() for w in range(8)])
    if mu == 0.1:  # at 0.02 memes live longer than the rest of the run
        said.append(mean("mu 0.1: mean popularity 1/mu", by_world, 1 / mu, 0.05))
    said += _numbers(f"mu {mu}", THEORY[mu], n, True)
    x = np.unique(np.geomspace(1, n.max(), 40).astype(int)).astype(float)
    lines.append((f"simulated, mu {mu}", x, np.array([(n >= k).mean() for k in x]), False))
    tail = 1 - np.concatenate([[0.0], np.cumsum(mean_field(mu, 10))])
    x = x[x < len(tail)]
    lines.append((f"mean field, mu {mu}", x, np.maximum(tail[x.astype(int)], 1e-12), True))
    slope = np.geomspace(2, 1000, 20)
    lines.append(("slope -1/2: P(n) ~ n^-3/2", slope, 0.8 * slope**-0.5, True))
    setting.pictures.append(
        Picture(
            f"Popularity of memes on one screen, mu {mu}",
            "popularity",
            "share of memes at least so popular",
            tuple(lines),
            True,
            True,
        )
    )
    return said


def mean_of_the_one_screen(setting: Setting) -> list[Number]:
    """The exact mean alone, quickly."""
    members = 3000
    network = regular(members, 10, seed=7)
    actions = 200 * members
    memes = classic.limited_attention(network, 0.1, actions, worlds=8, seed=setting.seed, threads=setting.threads)
    middle = (memes.born > actions // 4) & (memes.born < actions // 2)
    n, world = memes.popularity[middle], memes.world[middle]
    means = np.array([n[world == w].mean() for w in range(8)])
    spread = holds(
        "popularity is unequal though no meme is better",
        "top 1 % above 10 x mean",
        f"{np.quantile(n, 0.99):.0f}",
        bool(np.quantile(n, 0.99) > 100),
    )
    return [mean("mu 0.1: mean popularity 1/mu", means, 10.0, 0.05), spread]


CHECKS = (
    Check(
        "CHECK-9a",
        "Mean popularity on one screen",
        "limited attention",
        "Gleeson et al. 2014: exactly 1/mu",
        mean_of_the_one_screen,
        parameters="3,000 members, 10 followers each, mu 0.1, 200 rounds, 8 worlds",
        tolerance=BORN,
    ),
    Check(
        "CHECK-9c",
        "Popularity law on one screen, mu 0.02",
        "limited attention",
        "Gleeson et al. 2014, mean field",
        rare_inventions,
        full=True,
        gates=False,
        parameters="3,000 members, 4, 10 (shown) or 40 followers each (judged), mu 0.02, 400 rounds, 8 worlds",
        tolerance=FIELD,
    ),
    Check(
        "CHECK-9b",
        "Popularity law on one screen",
        "limited attention",
        "Gleeson et al. 2014, mean field",
        one_screen,
        full=True,
        parameters="3,000 members, 10 followers each, mu 0.1, 400 rounds, 8 worlds",
        tolerance=FIELD,
    ),
)
