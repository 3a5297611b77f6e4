"""What the classic models are given, checked once and turned into plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.errors import InputError
from viralsim.parallel import available_cores
from viralsim.population.network.network import Network

Worlds = int | ArrayLike
COIN_BITS = 31  # coins are compared as 31-bit integers, so that probability 1 fits: resolution 4.7e-10


def world_numbers(worlds: Worlds) -> NDArray[np.int64]:
    """The numbers of the worlds to run: ``0..worlds-1``, or the given ones (int64[W], each >= 0)."""
    numbers = np.asarray(worlds)
    if numbers.dtype == np.bool_ or (numbers.size and not np.issubdtype(numbers.dtype, np.integer)):
        raise InputError(f"worlds must be a whole number or an array of world numbers, got {worlds!r}")
    if numbers.ndim == 0:
        if numbers < 1:
            raise InputError(f"worlds must be at least 1, got {worlds!r}")
        return np.arange(int(numbers), dtype=np.int64)
    if numbers.ndim != 1 or (numbers.size and numbers.min() < 0):
        raise InputError("worlds as an array must be one row of numbers >= 0")
    return numbers.astype(np.int64)


def thread_count(threads: int | None) -> int:
    """How many threads to use; None is one for each core that this process may use."""
    if threads is None:
        return available_cores()
    if isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or threads < 1:
        raise InputError(f"threads must be a whole number >= 1 or None, got {threads!r}")
    return int(threads)


def integer_at_least(value: int, name: str, least: int) -> int:
    """A whole number that is at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InputError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def number(value: float, name: str, low: float, high: float, *, open_low: bool = False) -> float:
    """A number in [low, high], or in (low, high]."""
    try:
        x = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number, got {value!r}") from None
    if not (low < x <= high if open_low else low <= x <= high):
        bracket = "(" if open_low else "["
        raise InputError(f"{name} must be in {bracket}{low:g}, {high:g}], got {value!r}")
    return x


def seed_members(seeds: ArrayLike, members: int, worlds: int) -> NDArray[np.int64]:
    """The first spreaders: int64[1, k], the same in every world, or int64[W, k], one row a world.

    A member named twice in a row counts once.
    """
    rows = np.asarray(seeds)
    if rows.size == 0:
        rows = rows.astype(np.int64)
    if rows.dtype == np.bool_ or not np.issubdtype(rows.dtype, np.integer):
        raise InputError(
            f"seeds must be member numbers 0..{members - 1} (whole numbers), got {rows.dtype}; "
            "np.flatnonzero turns a mask, and the position in network.ids a label, into numbers"
        )
    rows = np.atleast_1d(rows)
    if rows.ndim == 1:
        rows = rows[np.newaxis, :]
    elif rows.ndim != 2 or len(rows) != worlds:
        raise InputError(f"seeds must be [k] or [worlds, k] with {worlds} rows, got shape {rows.shape}")
    if rows.size and (rows.min() < 0 or rows.max() >= members):
        bad = rows[(rows < 0) | (rows >= members)].ravel()[0]
        raise InputError(f"seeds must be member numbers 0..{members - 1}, got {bad}")
    return np.ascontiguousarray(rows, dtype=np.int64)


def check_network(network: Any) -> Network:
    """Refuse what is no network, with the way to make one."""
    if not isinstance(network, Network):
        raise InputError(
            f"network must be a viralsim Network, got {type(network).__name__}; "
            "use Network.from_edges, from_networkx, from_igraph or from_scipy"
        )
    return network
