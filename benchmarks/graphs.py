"""The networks that work is done on: one made here, two real ones."""

from __future__ import annotations

import gzip
import os
from functools import cache
from pathlib import Path

import numpy as np

from viralsim import Network

DATA = Path(os.environ.get("VIRALSIM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


class MissingDataError(Exception):
    """A data set lies outside the repository and is not there."""


@cache
def heavy_tailed(members: int = 100_000, follows: int = 1_000_000, seed: int = 7) -> Network:
    """Directed follows with power-law numbers of followers (exponent 2.3) and of followed (3.0), independent rows.

    Both ends of an edge are drawn in proportion to a weight of the member (Chung, Lu, PNAS 2002); who is followed by
    many follows more than average (the second weight grows with the square root of the first). Exactly ``follows``
    distinct edges without loops.
    """
    rng = np.random.default_rng(seed)
    popularity = np.minimum((1 - rng.random(members)) ** (-1 / 1.3), members**0.6)
    curiosity = np.sqrt(popularity) * rng.lognormal(0.0, 0.5, members)
    edges = np.empty(0, dtype=np.int64)
    while len(edges) < follows:
        need = int(1.2 * (follows - len(edges))) + 1000
        source, target = _draw(popularity, need, rng), _draw(curiosity, need, rng)
        drawn = (source * members + target)[source != target]
        edges = np.unique(np.concatenate([edges, drawn]))
    edges = rng.permutation(edges)[:follows]
    return Network.from_edges(edges // members, edges % members, members=members)


def _draw(weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    total = np.cumsum(weight)
    return np.searchsorted(total, rng.random(count) * total[-1], side="right").astype(np.int64)


@cache
def branching(members: int, mean_followers: float, seed: int = 7) -> Network:
    """Poisson numbers of followers, each any other member: a cascade on it is a branching process until it is large."""
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(members), rng.poisson(mean_followers, members))
    target = (source + rng.integers(1, members, len(source))) % members
    edges = np.unique(source * members + target)
    return Network.from_edges(edges // members, edges % members, members=members)


def edges_of(name: str, skip: int) -> np.ndarray:
    """The edges of a data set, int64[E, 2]; MissingDataError where it is not there."""
    path = DATA / name / "edges.txt.gz"
    if not path.exists():
        raise MissingDataError(f"{path} is missing; set VIRALSIM_DATA to the folder that holds {name}/")
    with gzip.open(path, "rt") as lines:
        return np.loadtxt(lines, dtype=np.int64, skiprows=skip, comments="#")


@cache
def epinions() -> Network:
    """soc-Epinions1: the truster listens to the trusted, so that the edges of the file are turned round."""
    edges = edges_of("soc-epinions1", 0)
    return Network.from_edges(edges[:, 1], edges[:, 0])


@cache
def nethept() -> Network:
    """NetHEPT as a simple undirected graph: both arcs of each distinct pair."""
    edges = edges_of("nethept", 1)
    edges = np.unique(np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1), axis=0)
    return Network.from_edges(
        np.concatenate([edges[:, 0], edges[:, 1]]), np.concatenate([edges[:, 1], edges[:, 0]]), members=15_233
    )


GRAPHS = {"heavy": heavy_tailed, "epinions": epinions, "nethept": nethept}


def seeds_of(network: Network, count: int) -> list[int]:
    """``count`` members drawn evenly, the same in every run."""
    return sorted(int(v) for v in np.random.default_rng(11).choice(network.members, count, replace=False))
