"""A second layer of a multilayer network: it shares a given part of its ties with the first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.population.network.network import Network

TRIES = 200


def overlapping_layer(network: Network, overlap: float, seed: int) -> Network:
    """A network of the same members that has the share ``overlap`` of the ties of ``network``, and none of its others.

    Which ties are kept is drawn; the others keep their posters and exchange their followers at random, so that everybody is
    followed by as many as before, and follows as many but where no exchange was found. Luck is a function of ``seed``.

    Raises: InputError where there is no room for other ties.
    """
    rng, members = np.random.default_rng(seed), network.members
    source, target = network.sources().astype(np.int64), network.followers.astype(np.int64)
    first = source * members + target
    moved = np.sort(rng.permutation(len(first))[round(overlap * len(first)) :])
    out, into = source[moved], rng.permutation(target[moved])
    for attempt in range(TRIES):
        bad = _bad(out, into, members, first)
        if not bad.any():
            break
        others = np.union1d(np.flatnonzero(bad), rng.integers(0, len(into), int(bad.sum())))
        into[others] = rng.permutation(into[others])
        if attempt > TRIES // 2:  # no exchange is left: any follower will do
            bad = _bad(out, into, members, first)
            into[bad] = rng.integers(0, members, int(bad.sum()))
    else:
        raise InputError(f"overlap {overlap:g}: there is no room for ties that the other layer does not have: raise it")
    kept = np.delete(np.arange(len(first)), moved)
    return Network.from_edges(
        np.concatenate([source[kept], out]), np.concatenate([target[kept], into]), members, keep_edge_order=False
    )


def _bad(out: NDArray[np.int64], into: NDArray[np.int64], members: int, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which new ties are none: to oneself, of the first layer, or there already."""
    ties = out * members + into
    order = np.argsort(ties, kind="stable")
    twice = np.zeros(len(ties), np.bool_)
    twice[order[1:]] = ties[order[1:]] == ties[order[:-1]]
    wrong: NDArray[np.bool_] = (out == into) | twice | np.isin(ties, first)
    return wrong
