"""Luck between worlds: Music Lab's measures, its urn, and social influence that makes outcomes unequal and unpredictable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.inequality import gini, market_shares, unpredictability
from viralsim.validation.check import DIRECTION, LEAST_P, Check, Number, Setting, exact, holds

Float64 = NDArray[np.float64]


def music_lab(
    appeal: Float64,
    quality: Float64,
    alpha: float,
    listeners: int,
    worlds: int,
    rng: np.random.Generator,
    place: Float64 | None = None,
) -> Float64:
    """Downloads by song, float64[worlds, songs].

    Each listener samples a song with chance ~ visibility of its place x (alpha x appeal + downloads) and downloads it with chance
    ``quality`` (Krumme et al. 2012). ``place``: visibility by rank of downloads; None: all alike. alpha infinite: no influence.
    """
    songs = len(appeal)
    downloads = np.zeros((worlds, songs))
    rows = np.arange(worlds)
    for _ in range(listeners):
        weight = np.tile(appeal, (worlds, 1)) if np.isinf(alpha) else alpha * appeal + downloads
        if place is not None:
            rank = np.argsort(np.argsort(-downloads - 1e-9 * rng.random(downloads.shape), axis=1), axis=1)
            weight = weight * place[rank]
        total = np.cumsum(weight, axis=1)
        song = (total < (rng.random(worlds) * total[:, -1])[:, None]).sum(axis=1)
        downloads[rows, song] += rng.random(worlds) < quality[song]
    return downloads


def independent_worlds(setting: Setting) -> list[Number]:
    """Without influence, unpredictability falls as 1 / sqrt(listeners), and inequality is that of the songs."""
    rng = np.random.default_rng(setting.seed)
    appeal, quality = rng.random(48), rng.random(48)
    chance = appeal * quality / (appeal * quality).sum()
    scaled = []
    for listeners in (700, 7000, 70_000):
        shares = market_shares(rng.multinomial(listeners, chance, size=400).astype(float))
        scaled.append(unpredictability(shares) * np.sqrt(listeners))
    off = max(scaled) / min(scaled) - 1
    large = market_shares(rng.multinomial(10_000_000, chance, size=4).astype(float))
    return [
        holds("U x sqrt(listeners), 700 to 70,000", "constant within 10 %", f"{off:.1%} apart", off < 0.1),
        exact("Gini of shares against Gini of appeal x quality", gini(large[0]), gini(chance), 0.002),
        exact("Gini where all songs are alike", gini(np.full(48, 3.0)), 0.0),
    ]


def urn(setting: Setting) -> list[Number]:
    """Two alike songs, every sample downloaded: the share of one is uniform between worlds (Polya)."""
    from scipy.stats import kstest

    rng = np.random.default_rng(setting.seed)
    downloads = music_lab(np.ones(2), np.ones(2), 1.0, 2000, 2000, rng)
    p = float(kstest(downloads[:, 0] / downloads.sum(axis=1), "uniform").pvalue)
    return [
        Number(
            "limit share of the first song, 2,000 worlds",
            "uniform on [0, 1]",
            "Kolmogorov and Smirnov",
            f"p {p:.3g}",
            p > LEAST_P,
        )
    ]


def influence(setting: Setting) -> list[Number]:
    """Influence, and more so a ranked list, makes outcomes unequal and unpredictable.

    A song counts as downloaded alpha times its appeal beforehand, 48 songs together about 24 alpha times. With alpha 200 these are
    4,800 against the 200 that 700 listeners make: they hardly influence each other. With 20 the two are alike.
    """
    return [*_order(setting, 20.0, True), *_order(setting, 200.0, False)]


def _order(setting: Setting, alpha: float, judged: bool) -> list[Number]:
    """How often the three conditions are in the published order."""
    rng = np.random.default_rng(setting.seed)
    place = 1 / np.arange(1, 49) ** 0.5
    ordered_g = ordered_u = 0
    replicates = 100 if judged else 30
    seen = np.zeros((2, 3))
    for _ in range(replicates):
        appeal, quality = rng.random(48), rng.random(48)
        g, u = [], []
        for strength, ranked in ((np.inf, None), (alpha, None), (alpha, place)):
            shares = market_shares(music_lab(appeal, quality, strength, 700, 8, rng, ranked))
            g.append(np.mean([gini(row) for row in shares]))
            u.append(unpredictability(shares))
        ordered_g += g[0] < g[1] < g[2]
        ordered_u += u[0] < u[1] < u[2]
        seen += np.array([g, u]) / replicates
    said = [
        Number(
            f"alpha {alpha:g}: mean {name}: independent, grid, ranked", "", ", ".join(f"{v:.3g}" for v in row), "", None
        )
        for name, row in zip(("Gini", "unpredictability"), seen, strict=True)
    ]
    for letter, count in (("G", ordered_g), ("U", ordered_u)):
        one = holds(
            f"alpha {alpha:g}: {letter} independent < grid < ranked", "in 95 % of replicates", f"{count} of {replicates}",
            count >= 0.95 * replicates,
        )  # fmt: skip
        said.append(one if judged else replace(one, ok=None))
    return said


CHECKS = (
    Check(
        "CHECK-19",
        "Independent worlds",
        "measures of inequality",
        "exact: multinomial shares",
        independent_worlds,
        parameters="48 songs, 700 to 70,000 listeners, 400 worlds",
        tolerance="10 % on the scaling, 0.002 on the Gini of 10 million listeners",
    ),
    Check(
        "CHECK-21",
        "Polya's urn",
        "Music Lab's urn",
        "Polya 1923",
        urn,
        parameters="2 songs, 2,000 listeners, 2,000 worlds",
        tolerance="Kolmogorov and Smirnov p > 5e-6",
    ),
    Check(
        "CHECK-20",
        "Influence makes luck",
        "Music Lab's urn",
        "Salganik, Dodds, Watts 2006 (order); alpha set so that listeners influence each other",
        influence,
        full=True,
        gates=False,
        parameters="48 songs, 8 worlds of 700 listeners, alpha 20 (and 200, from memory), places 1 / sqrt(rank); 100 replicates",
        tolerance=DIRECTION,
    ),
)
