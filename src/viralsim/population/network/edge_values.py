"""One number per edge, from the forms in which users give them, in row order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, is_single, number, numbers, refuse
from viralsim.errors import NetworkError
from viralsim.population.network.network import Network

WEIGHTED_CASCADE = "weighted_cascade"
UNIFORM = "uniform"  # the word of the linear threshold model for the same numbers
STORED = "influence_weight"
TIE_STRENGTH = "tie_strength"


def edge_chances(network: Network, probability: float | ArrayLike | str) -> NDArray[np.float64]:
    """The probability of each edge in row order, float64[E], from a number, one per edge, or a word.

    "weighted_cascade" or "uniform" is 1 / (number of members whom the target follows), "influence_weight" and "tie_strength" are
    the network's own. Raises InputError for another word and NetworkError for numbers that do not fit the edges.
    """
    if isinstance(probability, str):
        if probability in (STORED, TIE_STRENGTH):
            return stored_values(network, probability)
        if probability not in (WEIGHTED_CASCADE, UNIFORM):
            words = f'"{WEIGHTED_CASCADE}", "{UNIFORM}", "{STORED}" or "{TIE_STRENGTH}"'
            raise refuse("probability", f"a number in [0, 1], one per edge, {words}", probability)
        by_target = 1.0 / np.maximum(network.following_count(), 1)
        chance: NDArray[np.float64] = by_target[network.followers]
        return chance
    if is_single(probability):
        return np.full(network.follows, number(probability, "probability", 0, 1))
    return edge_values(network, probability, "probability")


def stored_values(network: Network, name: str) -> NDArray[np.float64]:
    """The network's own "influence_weight" or "tie_strength", float64[E]; NetworkError where it has none."""
    values: NDArray[np.float32] | None = getattr(network, name)
    if values is None:
        raise NetworkError(f"the network has no {name}; give it to Network.from_edges, or one number per edge")
    return values.astype(np.float64)


def edge_values(network: Network, values: ArrayLike, name: str, high: float = 1.0) -> NDArray[np.float64]:
    """Numbers in [0, ``high``] given one per edge, in the order given to ``from_edges``, put into row order: float64[E].

    Of parallel edges the first one's number holds; that of a self-loop is not used. A network built with
    ``directed=False`` takes one number for each edge (both ways) or one for each arc. A network that does not
    remember the order of its edges takes them in row order.
    """
    position = network.edge_position
    expected = network.follows if position is None else len(position)
    array = array_of(values, name, "one number per edge", NetworkError)
    count = len(array) if array.ndim == 1 else 0
    both_ways = position is not None and 2 * count == expected and count > 0 and _mirrored(network, position)
    given = numbers(array, name, count if both_ways else expected, "edge", high, NetworkError)
    if both_ways:
        given = np.concatenate([given, given])
    if position is None:
        return given
    rows = np.zeros(network.follows)
    kept = np.flatnonzero(position >= 0)[::-1]  # backwards: of parallel edges the first is written last
    rows[position[kept]] = given[kept]
    return rows


def _mirrored(network: Network, position: NDArray[np.int64]) -> bool:
    """Whether the second half of the given edges are the first half's reversed arcs."""
    half = len(position) // 2
    there, back = position[:half], position[half:]
    if not np.array_equal(there < 0, back < 0):
        return False
    real = there >= 0
    source, target = network.sources(), network.followers
    return bool(
        np.array_equal(source[there[real]], target[back[real]])
        and np.array_equal(target[there[real]], source[back[real]])
    )
