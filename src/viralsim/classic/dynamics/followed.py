"""Whom each member follows: the rows of a network turned round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.population.network.network import Network


def followed_rows(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """int64[N + 1], int32[E]: ``followed[indptr[v]:indptr[v + 1]]`` are those whom ``v`` follows, ascending."""
    order = np.argsort(network.followers, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(network.following_count(), dtype=np.int64)])
    return indptr, network.sources()[order]
