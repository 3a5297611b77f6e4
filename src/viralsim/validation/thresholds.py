"""Thresholds: Watts' window and sizes, lattices, clustered against random, hubs against anyone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation import graphs
from viralsim.validation.check import DIRECTION, EXACT, WINDOW, Check, Number, Picture, Setting, exact, holds

# mean degree: chance that one seed sets off a global cascade, and its size (Gleeson and Cahalane 2007)
WATTS = {
    1.5: (0.5489, 0.5803),
    2.0: (0.7542, 0.7966),
    3.0: (0.8735, 0.9405),
    4.0: (0.8653, 0.9802),
    5.0: (0.6953, 0.9930),
    5.5: (0.3761, 0.9958),
}


def _watts(setting: Setting, degree: float, members: int, worlds: int) -> NDArray[np.float64]:
    network = graphs.random_graph(members, degree, seed=int(100 * degree))
    seeds = np.random.default_rng(setting.seed).integers(0, members, (worlds, 1))
    sizes = classic.complex_contagion(network, seeds, 0.18, worlds=worlds, seed=setting.seed, threads=setting.threads)
    return sizes / members


def window(setting: Setting, members: int = 30_000, worlds: int = 2_500) -> list[Number]:
    """Inside the window one seed can set off a global cascade, outside it cannot."""
    said = []
    for degree, (chance, size) in WATTS.items():
        sizes = _watts(setting, degree, members, worlds)
        large = sizes > 0.1
        room = 0.08 if degree > 5.2 else 0.05
        said.append(exact(f"z {degree}: chance of a global cascade", large.mean(), chance, room))
        said.append(exact(f"z {degree}: its size", sizes[large].mean(), size, 0.03 if degree < 2 else 0.01))
    for degree in (0.8, 7.0):
        share = float((_watts(setting, degree, members, worlds) > 0.1).mean())
        said.append(holds(f"z {degree}: outside the window", "below 0.5 %", f"{share:.2%}", share < 0.005))
    return said


def window_picture(setting: Setting) -> list[Number]:
    """The whole window, 100,000 members, and its picture."""
    degrees = np.array([0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 5.8, 6.2, 7.0])
    chance, size = [], []
    for degree in degrees:
        sizes = _watts(setting, float(degree), 20_000, 200)
        large = sizes > 0.1
        chance.append(float(large.mean()))
        size.append(float(sizes[large].mean()) if large.any() else np.nan)
    known = np.array(list(WATTS))
    setting.pictures.append(
        Picture(
            "Watts' window, threshold 0.18",
            "mean degree",
            "chance, and size of global cascades",
            (
                ("chance of one seed, simulated", degrees, np.array(chance), False),
                ("size, simulated", degrees, np.array(size), False),
                ("chance, theory", known, np.array([WATTS[z][0] for z in known]), True),
                ("size, theory", known, np.array([WATTS[z][1] for z in known]), True),
            ),
        )
    )
    return window(setting, 100_000, 2_500)


BLOCK = [x * 20 + y for x in range(3) for y in range(3)]


def lattices(setting: Setting) -> list[Number]:
    """Rings and tori fill or stall, at known ticks."""
    cases = [
        ("ring of 100, k 4, threshold 2", graphs.ring(100, 2), [0, 1], 2, 100, 49),
        ("ring of 100, k 4, threshold 3", graphs.ring(100, 2), [0, 1, 2], 3, 3, 0),
        ("ring of 100, k 6, threshold 3", graphs.ring(100, 3), [0, 1, 2], 3, 100, 48),
        ("ring of 100, k 6, threshold 4", graphs.ring(100, 3), [0, 1, 2], 4, 3, 0),
        ("Moore torus 20 x 20, threshold 3", graphs.torus(20), BLOCK, 3, 400, 25),
        ("Moore torus 20 x 20, threshold 4", graphs.torus(20), BLOCK, 4, 9, 0),
    ]
    said = []
    for name, network, seeds, threshold, size, last in cases:
        ticks = classic.complex_contagion(network, seeds, threshold, worlds=1, adoption_tick=True)[0]
        ticks = ticks[ticks >= 0]
        said += [exact(f"{name}: adopters", len(ticks), size), exact(f"{name}: last tick", ticks.max(), last)]
    return said


def clustered(setting: Setting) -> list[Number]:
    """Threshold 2 fills a ring lattice; on rewired rings of the same degrees it stalls."""
    network = graphs.ring(128, 3)
    lattice = int(classic.complex_contagion(network, [0, 1], 2, worlds=1)[0])
    rewired = []
    for s in range(100):
        mixed = _rewired(network, s)
        seeds = [0, int(mixed.followers[0])]
        rewired.append(int(classic.complex_contagion(mixed, seeds, 2, worlds=1)[0]))
    below = float(np.mean(np.array(rewired) < 64))
    return [
        exact("ring lattice, N 128, k 6: adopters", lattice, 128),
        holds("rewired: share of networks that stay below half", "most", f"{below:.0%}", below > 0.5),
        holds(
            "clustered reaches more than random",
            "more",
            f"{lattice} against {np.mean(rewired):.1f}",
            bool(lattice > np.mean(rewired)),
        ),
    ]


def _rewired(network: Network, seed: int) -> Network:
    """The same degrees, edges swapped at random."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(network.members), network.follower_count())
    one_way = rows < network.followers
    a, b = rows[one_way].copy(), network.followers[one_way].astype(np.int64)
    known = {(int(u), int(v)) for u, v in zip(np.minimum(a, b), np.maximum(a, b), strict=True)}
    for _ in range(10 * len(a)):
        i, j = rng.integers(0, len(a), 2)
        first, second = _pair(a[i], b[j]), _pair(a[j], b[i])
        if first[0] == first[1] or second[0] == second[1] or first in known or second in known or first == second:
            continue
        known -= {_pair(a[i], b[i]), _pair(a[j], b[j])}
        known |= {first, second}
        b[i], b[j] = b[j], b[i]
    return Network.from_edges(a, b, members=network.members, directed=False)


def _pair(u: Any, v: Any) -> tuple[int, int]:
    return (int(u), int(v)) if u < v else (int(v), int(u))


def influentials(setting: Setting) -> list[Number]:
    """In the window the best connected set off larger cascades than anyone, by less than their degree."""
    said = []
    for degree in (2.5, 3.5, 4.5):
        network = graphs.random_graph(10_000, degree, seed=int(10 * degree))
        count = network.follower_count()
        top = np.argsort(-count, kind="stable")[:1000]
        rng = np.random.default_rng(setting.seed)
        means = []
        for pool in (top, np.arange(10_000)):
            seeds = rng.choice(pool, (1500, 1))
            means.append(classic.complex_contagion(network, seeds, 0.18, worlds=1500, threads=setting.threads).mean())
        ratio, of_degree = float(means[0] / means[1]), float(count[top].mean() / count.mean())
        said.append(
            holds(
                f"z {degree}: top tenth over anyone",
                f"between 1 and {of_degree:.2f}",
                f"{ratio:.2f}",
                1 < ratio < of_degree,
            )
        )
    return said


CHECKS = (
    Check(
        "CHECK-13",
        "Watts' global cascades",
        "complex contagion",
        "Watts 2002; Gleeson and Cahalane 2007",
        window,
        parameters="30,000 members, threshold 0.18, mean degree 0.8 to 7, one random seed; 2,500 worlds",
        tolerance=WINDOW,
    ),
    Check(
        "CHECK-16",
        "Lattices fill or stall",
        "complex contagion",
        "Centola and Macy 2007; by hand",
        lattices,
        parameters="rings of 100 with k 4 and 6, Moore torus of 20 x 20, thresholds 2 to 4",
        tolerance=EXACT,
    ),
    Check(
        "CHECK-13b",
        "Watts' window, 100,000 members",
        "complex contagion",
        "Watts 2002; Gleeson and Cahalane 2007",
        window_picture,
        full=True,
        parameters="100,000 members, threshold 0.18, mean degree 0.8 to 7, "
        "one random seed; 2,500 worlds (picture: 20,000 members, 200 worlds)",
        tolerance=WINDOW,
    ),
    Check(
        "CHECK-17",
        "Clustered lattices carry complex contagion",
        "complex contagion",
        "Centola 2010 (direction); numbers from memory",
        clustered,
        full=True,
        gates=False,
        parameters="ring lattice of 128, k 6, threshold 2, against 100 rewired ones of the same degrees",
        tolerance=DIRECTION,
    ),
    Check(
        "CHECK-15",
        "Influentials",
        "complex contagion",
        "Watts and Dodds 2007, from memory",
        influentials,
        full=True,
        gates=False,
        parameters="10,000 members, threshold 0.18, mean degree 2.5, 3.5, 4.5; 1,500 worlds",
        tolerance=DIRECTION,
    ),
)
