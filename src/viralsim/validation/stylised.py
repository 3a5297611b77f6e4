"""What articles found in words: edges of Watts' window, competition for attention, communities, personal messages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation import graphs
from viralsim.validation.check import (
    DIRECTION,
    MEAN,
    Check,
    NotComparableError,
    Number,
    Picture,
    Setting,
    between,
    holds,
    mean,
)


def window_edges(setting: Setting) -> list[Number]:
    """Cascades have a power law at the lower edge of Watts' window; at the upper edge they are all or nothing."""
    members, worlds, said = 100_000, 2000, []
    network = graphs.random_graph(members, 1.05, seed=105)
    seeds = np.random.default_rng(setting.seed).integers(0, members, (worlds * 5, 1))
    low = classic.complex_contagion(network, seeds, 0.18, worlds=len(seeds), seed=setting.seed, threads=setting.threads)
    x = np.unique(np.geomspace(3, 300, 20).astype(int)).astype(float)
    ccdf = np.array([(low >= k).mean() for k in x])
    slope = float(np.polyfit(np.log(x), np.log(ccdf), 1)[0])
    said.append(between("mean degree 1.05: slope of P(size >= n), n 3 to 300 (3/2 - 1 = 0.5)", -slope, 0.4, 0.6))
    network = graphs.random_graph(members, 5.65, seed=565)
    high = (
        classic.complex_contagion(
            network, seeds[:worlds], 0.18, worlds=worlds, seed=setting.seed, threads=setting.threads
        )
        / members
    )
    middle, large = float(((high > 0.01) & (high < 0.9)).mean()), float((high >= 0.9).mean())
    said.append(
        holds(
            "mean degree 5.65: cascades between 1 % and 90 %",
            "fewer than a tenth of the global ones",
            f"{middle:.2%} between, {large:.1%} above",
            middle < 0.1 * large,
        )
    )
    setting.pictures.append(
        Picture(
            "Threshold cascades at the lower edge of Watts' window",
            "size",
            "share of cascades at least so large",
            (("simulated, mean degree 1.05", x, ccdf, False), ("slope -1/2", x, ccdf[0] * (x / x[0]) ** -0.5, True)),
            log_x=True,
            log_y=True,
        )
    )
    return said


def competition(setting: Setting) -> list[Number]:
    """Screens and memory: heavier tails where followers are unequal; more competition, shorter lives, fewer giants.

    Published popularity is that within one unit of time: over a whole life a meme is shared most in the longest window, in which it
    lives longest. Here it is the shares per round of its life.
    """
    members, rounds, mu = 10_000, 120, 0.45
    networks = {
        "unequal": graphs.heavy_tailed(members, 30.0, 2.4, seed=21),
        "random": graphs.poisson_rows(members, 30.0, seed=22),
    }
    tail, whole, lived = {}, {}, {}
    for name, network in networks.items():
        for window in (0.1, 1.0, 5.0) if name == "unequal" else (1.0,):
            memes = classic.limited_attention(
                network,
                mu,
                rounds * members,
                seed=setting.seed,
                threads=setting.threads,
                screen=classic.Screen(window=window),
                memory=classic.Memory(window=window),
            )
            kept = (memes.born > 20 * members) & (memes.born < 80 * members)
            life = (memes.last - memes.born)[kept] / members
            whole[name, window] = int(np.sort(memes.popularity[kept])[-100])
            tail[name, window] = float(np.sort(memes.popularity[kept] / np.maximum(life, 1.0))[-100])
            lived[name, window] = float(np.sort(life)[-100])
    return [
        holds(
            "shares per round of the 100th meme, window 1: unequal against random",
            "heavier",
            f"{tail['unequal', 1.0]:.1f} against {tail['random', 1.0]:.1f}",
            tail["unequal", 1.0] > tail["random", 1.0],
        ),
        holds(
            "shares per round of the 100th meme, unequal: window 5 against 1",
            "lighter",
            f"{tail['unequal', 5.0]:.1f} against {tail['unequal', 1.0]:.1f}",
            tail["unequal", 5.0] < tail["unequal", 1.0],
        ),
        Number(
            "shares over its life of the 100th meme, unequal: window 5 against 1",
            "",
            f"{whole['unequal', 5.0]} against {whole['unequal', 1.0]}",
            "another question",
            None,
        ),
        holds(
            "life of the 100th meme in rounds, unequal: window 0.1 against 1",
            "shorter",
            f"{lived['unequal', 0.1]:.2f} against {lived['unequal', 1.0]:.2f}",
            lived["unequal", 0.1] < lived["unequal", 1.0],
        ),
    ]


def blocks(groups: int, size: int, inside: float, outside: float, seed: int) -> Network:
    """``groups`` communities of ``size`` members with so many ties within and to others, on average."""
    rng = np.random.default_rng(seed)
    n = groups * size
    a = rng.integers(0, n, int(n * inside / 2))
    b = a // size * size + rng.integers(0, size, len(a))
    c, d = rng.integers(0, n, (2, int(n * outside / 2)))
    pairs = np.unique(np.sort(np.column_stack([np.append(a, c), np.append(b, d)]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return Network.from_edges(pairs[:, 0], pairs[:, 1], members=n, directed=False)


def _communities_of_first(ticks: NDArray[np.signedinteger], size: int, first: int) -> NDArray[np.int64]:
    """Communities among the first adopters of each world; -1 where there were fewer."""
    found = np.full(len(ticks), -1)
    for w, row in enumerate(ticks):
        adopters = np.flatnonzero(row >= 0)
        if len(adopters) >= first:
            early = adopters[np.argsort(row[adopters], kind="stable")[:first]]
            found[w] = len(np.unique(early // size))
    return found


def _rank(count: NDArray[np.int64], final: NDArray[np.int64]) -> float:
    """Rank correlation over the memes that had enough adopters."""
    from scipy.stats import spearmanr

    return float(spearmanr(count[count > 0], final[count > 0]).statistic)


def communities(setting: Setting) -> list[Number]:
    """The more communities the first 50 adopters are of, the larger the cascade; reinforcement keeps it in few.

    The article explains it by memes that differ: some spread from one friend to the next, others need several. Of memes that are
    all alike the first 50 say little: they stop soon or go everywhere, whatever they did first.
    """
    groups, size, worlds = 20, 100, 1500
    network = blocks(groups, size, 9.0, 0.3, seed=31)
    rng = np.random.default_rng(setting.seed)
    home = rng.integers(0, groups, (worlds, 1)) * size
    seeds = home + np.argsort(rng.random((worlds, size)), axis=1)[:, :10]
    runs = (
        classic.independent_cascade(
            network, seeds, 0.2, worlds=worlds, seed=setting.seed, threads=setting.threads, adoption_tick=True
        ),
        classic.complex_contagion(
            network, seeds, 2, worlds=worlds, seed=setting.seed, threads=setting.threads, adoption_tick=True
        ),
    )
    first = [(_communities_of_first(ticks, size, 50), (ticks >= 0).sum(axis=1)) for ticks in runs]
    rho = [_rank(count, final) for count, final in first]
    mixed = _rank(*(np.concatenate(parts) for parts in zip(*first, strict=True)))
    simple, reinforced = (float(count[count > 0].mean()) for count, _ in first)
    return [
        holds(
            "rank correlation of communities and final size, memes of both kinds",
            "above 0.3",
            f"{mixed:.3f}",
            mixed > 0.3,
        ),
        Number(
            "the same among memes of one kind: simple; two friends needed", "", f"{rho[0]:.3f}; {rho[1]:.3f}", "", None
        ),
        holds(
            "communities among the first 50: two friends needed against one",
            "fewer",
            f"{reinforced:.2f} against {simple:.2f}",
            reinforced < simple,
        ),
    ]


def personal_messages(setting: Setting) -> list[Number]:
    """Messages times conversion: many weak broadcasts beat few strong personal messages, until those are many."""
    said, weak, strong, broadcasts, worlds = [], 0.02, 0.1, 50, 100_000
    for personal in (5, 15):
        n = broadcasts + personal
        network = Network.from_edges(np.zeros(n, dtype=np.int64), np.arange(1, n + 1), members=n + 1)
        totals = {}
        for name, p in (("broadcast", (weak, 0.0)), ("personal", (0.0, strong)), ("both", (weak, strong))):
            chances = np.repeat(np.array(p), (broadcasts, personal))
            totals[name] = (
                classic.independent_cascade(
                    network, [0], chances, worlds=worlds, seed=setting.seed, threads=setting.threads
                )
                - 1
            )
            exact_mean = broadcasts * p[0] + personal * p[1]
            said.append(mean(f"{personal} personal messages: adopters by {name}", totals[name], exact_mean))
        more, known = (
            bool(totals["personal"].mean() > totals["broadcast"].mean()),
            personal * strong > broadcasts * weak,
        )
        said.append(holds(f"{personal} personal messages win", str(known), str(more), more == known))
    return said


def feed_of_quality(setting: Setting) -> list[Number]:
    """SimSoM's feeds rank messages by quality and appeal and hold bots: the engine has no such feed."""
    raise NotComparableError("the engine shows posts by tick, channel and member, and has no feed ranked by quality")


def noisy_thresholds(setting: Setting) -> list[Number]:
    """Adoption below the threshold with a small chance: the engine's thresholds are sharp."""
    raise NotComparableError("thresholds of the engine are sharp; nobody adopts below their own")


CHECKS = (
    Check(
        "CHECK-14",
        "Edges of Watts' window",
        "complex contagion",
        "Watts 2002, from memory",
        window_edges,
        full=True,
        gates=False,
        parameters="100,000 members, threshold 0.18, mean degree 1.05 (10,000 worlds) and 5.65 (2,000)",
        tolerance=DIRECTION,
    ),
    Check(
        "CHECK-8",
        "Competition for attention",
        "limited attention, screens and memory",
        "Weng, Flammini, Vespignani, Menczer 2012 (directions, figure 7); parameters from memory",
        competition,
        full=True,
        gates=False,
        parameters="10,000 members who follow 30, mu 0.45, attention 0.016, recall 0.4, windows 0.1, 1, 5; 120 rounds",
        tolerance=DIRECTION,
    ),
    Check(
        "CHECK-12",
        "Communities and virality",
        "complex contagion; independent cascade",
        "Weng, Menczer, Ahn 2013 (direction)",
        communities,
        full=True,
        gates=False,
        parameters="20 communities of 100, 9 ties within, 0.3 to others; 10 seeds of one; p 0.2 or two friends; 1,500 worlds each",
        tolerance=DIRECTION,
    ),
    Check(
        "CHECK-30",
        "Broadcast and personal messages",
        "independent cascade, a probability for each edge",
        "exact: messages x conversion; the question is of Aral and Walker 2011",
        personal_messages,
        full=True,
        parameters="50 broadcasts at 0.02, 5 or 15 personal messages at 0.1; 100,000 worlds",
        tolerance=MEAN,
    ),
    Check(
        "CHECK-10, 11",
        "Quality of feeds",
        "none",
        "Truong et al. 2024 (SimSoM)",
        feed_of_quality,
        full=True,
        gates=False,
        parameters="none",
        tolerance="none",
    ),
    Check(
        "CHECK-18",
        "Noise turns the effect of rewiring",
        "none",
        "Eckles, Mossel, Rahimian, Sen 2018",
        noisy_thresholds,
        full=True,
        gates=False,
        parameters="none",
        tolerance="none",
    ),
)
