"""Exact spreads on graphs small enough to enumerate every world."""

from __future__ import annotations

import itertools

import numpy as np

import viralsim as vs


def small_graph(run: int, members: int = 6, follows: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """(edges [E, 2], chances float64[E]); the chances into a member sum to at most 1."""
    rng = np.random.default_rng(run)
    pairs = np.array([(a, b) for a in range(members) for b in range(members) if a != b])
    edges = pairs[rng.choice(len(pairs), follows, replace=False)]
    chances = rng.uniform(0.05, 0.9, follows)
    sums = np.bincount(edges[:, 1], weights=chances, minlength=members)
    return edges, chances / np.maximum(1.0, sums)[edges[:, 1]]


def network_of(edges: np.ndarray, members: int = 6) -> vs.Network:
    """The network of these edges."""
    return vs.Network.from_edges(edges[:, 0], edges[:, 1], members=members)


def worlds(edges: np.ndarray, chances: np.ndarray, model: str, members: int = 6) -> list[tuple[float, list[int]]]:
    """(probability, whom each member reaches as a bit mask) of every live-edge graph."""
    if model == "independent_cascade":
        choices = [[(1.0 - p, []), (p, [e])] for e, p in enumerate(chances)]
    else:  # every member keeps at most one of the edges into them
        choices = []
        for v in range(members):
            into = np.flatnonzero(edges[:, 1] == v)
            keep = [(chances[e], [e]) for e in into]
            choices.append([(1.0 - chances[into].sum(), []), *keep])
    found = []
    for choice in itertools.product(*choices):
        probability = float(np.prod([p for p, _ in choice]))
        if probability > 0:
            found.append((probability, reach([e for _, kept in choice for e in kept], edges, members)))
    return found


def reach(live: list[int], edges: np.ndarray, members: int) -> list[int]:
    """Whom each member reaches over the live edges, themselves included, as bit masks."""
    mask = [1 << v for v in range(members)]
    for _ in range(members):
        for e in live:
            mask[edges[e, 0]] |= mask[edges[e, 1]]
    return mask


def spread(found: list[tuple[float, list[int]]], chosen: tuple[int, ...], value: np.ndarray | None = None) -> float:
    """The exact expected value of those whom ``chosen`` reach."""
    total = 0.0
    for probability, mask in found:
        together = 0
        for v in chosen:
            together |= mask[v]
        if value is None:
            total += probability * together.bit_count()
        else:
            total += probability * sum(float(value[v]) for v in range(len(mask)) if together >> v & 1)
    return total
