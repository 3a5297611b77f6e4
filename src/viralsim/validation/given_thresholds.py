"""Thresholds that are given: what netdiffuseR's ``rdiffnet`` says, written out, and CyNetDiff with the same thresholds."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation import graphs
from viralsim.validation.check import EXACT, Check, MissingDataError, Number, Setting, exact

CASES = ((3.0, 40), (6.0, 10), (12.0, 40))  # mean degree, seeds


def _rdiffnet(
    network: Network, seeds: NDArray[np.int64], threshold: NDArray[np.float64], ticks: int
) -> NDArray[np.int64]:
    """Adoption ticks by the rule of rdiffnet, int64[N], -1 never.

    Who has not adopted does so in t where their exposure in t - 1, the adopted part of those whom they follow, is above 0 and at
    or above their threshold (netdiffuseR, ``rdiffnet`` and ``exposure`` with ``normalized=TRUE``).
    """
    following = np.bincount(network.followers, minlength=network.members)
    when = np.full(network.members, -1)
    when[seeds] = 0
    for tick in range(1, ticks + 1):
        adopted = (when >= 0)[network.sources()]
        count = np.bincount(network.followers, weights=adopted, minlength=network.members)
        exposure = np.divide(count, following, out=np.zeros(network.members), where=following > 0)
        when[(when < 0) & (count > 0) & (exposure >= threshold)] = tick
    return when


def adopters(setting: Setting) -> list[Number]:
    """Every member adopts in the very tick that the rule says, in three random networks with thresholds by member."""
    said = []
    for degree, count in CASES:
        rng = np.random.default_rng([setting.seed, int(degree)])
        network, seeds = graphs.random_graph(2_000, degree, setting.seed), rng.choice(2_000, count, replace=False)
        threshold = rng.beta(2.0, 6.0, 2_000)
        found = classic.complex_contagion(
            network, seeds, threshold, worlds=1, seed=setting.seed, threads=setting.threads, adoption_tick=True
        )[0]
        expected = _rdiffnet(network, seeds, threshold, int(found.max()) + 2)
        what = f"degree {degree:g}, {count} seeds: {int((expected >= 0).sum()):,} adopters by tick {expected.max()}, others wrong"
        said.append(exact(what, float((found != expected).sum()), 0.0, 0.0))
    return said


def cynetdiff(setting: Setting) -> list[Number]:
    """The set of adopters is that of CyNetDiff's linear threshold with the same thresholds."""
    try:
        from cynetdiff.models import LinearThresholdModel
    except ImportError as error:
        raise MissingDataError("cynetdiff is not installed: pip install cynetdiff") from error
    said = []
    for degree, count in CASES:
        rng = np.random.default_rng([setting.seed, int(degree)])
        network, seeds = graphs.random_graph(2_000, degree, setting.seed), rng.choice(2_000, count, replace=False)
        threshold = rng.beta(2.0, 6.0, 2_000).astype(np.float32)
        starts, edges = (
            array("I", values.astype(np.uint32).tobytes()) for values in (network.indptr[:-1], network.followers)
        )
        model: Any = LinearThresholdModel(starts, edges)
        model.set_seeds(seeds.tolist())
        model._assign_thresholds(array("f", threshold.tobytes()))  # as its own tests give them
        model.advance_until_completion()
        theirs = set(model.get_activated_nodes())
        when = classic.complex_contagion(
            network, seeds, threshold.astype(np.float64), worlds=1, seed=setting.seed, threads=setting.threads,
            adoption_tick=True,
        )[0]  # fmt: skip
        ours = set(np.flatnonzero(when >= 0).tolist())
        said.append(
            exact(
                f"degree {degree:g}, {count} seeds: {len(theirs):,} adopters, others wrong",
                len(ours ^ theirs),
                0.0,
                0.0,
            )
        )
    return said


CHECKS = (
    Check(
        "CHECK-39",
        "Adopters and their ticks as rdiffnet has them",
        "complex contagion, a threshold per member",
        "netdiffuseR (Valente, Vega Yon), the rule of rdiffnet written out",
        adopters,
        parameters="random networks of 2,000, mean degree 3, 6 and 12; thresholds from beta(2, 6)",
        tolerance=EXACT,
    ),
    Check(
        "PEER-3",
        "Given thresholds as CyNetDiff has them",
        "complex contagion, a threshold per member",
        "CyNetDiff from the package index",
        cynetdiff,
        parameters="the networks, seeds and thresholds of CHECK-39",
        tolerance=EXACT,
    ),
)
