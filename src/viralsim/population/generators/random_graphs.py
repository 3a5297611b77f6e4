"""Random graphs of the literature by name: a word, how many members, a seed, and the options of the word.

All are simple graphs. An undirected one has both arcs of each edge. Where ``directed`` is allowed, information flows
along the arc: newcomers of a growing graph follow those whom they find, so it flows from the older to the newer member.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim import rules
from viralsim.arguments import array_of, check_options, flag, integer_at_least, number, one_of, refuse, seed_number
from viralsim.errors import InputError
from viralsim.population.network.network import Network
from viralsim.rules import Rule

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], bool]  # sources, targets, whether directed
MOST_MEMBERS = 2**31 - 1
_igraph_draws = Lock()  # igraph has one generator of random numbers for the whole process


@contextmanager
def igraph_seed(seed: int) -> Iterator[None]:
    """igraph draws from ``seed`` inside, and as before afterwards."""
    from igraph import set_random_number_generator

    with _igraph_draws:
        set_random_number_generator(random.Random(seed))
        try:
            yield
        finally:
            set_random_number_generator(random)  # what igraph uses when left alone


def erdos_renyi(members: int, seed: int, mean_degree: float, directed: bool = False) -> Pairs:
    """Every pair is tied with the same probability (Erdos, Renyi 1959; Gilbert 1959): G(n, p), p = mean_degree / (n - 1)."""
    from igraph import Graph

    both = not flag(directed, "directed")
    mean = number(mean_degree, "mean_degree", 0, max(0, members - 1))
    with igraph_seed(seed):
        return *_ends(Graph.Erdos_Renyi(members, p=mean / max(1, members - 1), directed=not both)), not both


def configuration(
    members: int, seed: int, degrees: ArrayLike | None = None, degree_exponent: float = 2.5, mean_degree: float = 10.0
) -> Pairs:
    """A random simple graph with given degrees (Molloy, Reed 1995), mixed by switching edges (Milo et al. 2003).

    degrees: one per member; left out: a power law of ``degree_exponent`` with ``mean_degree``, cut at the square root of
    the number of its edges' ends.
    """
    from igraph import Graph, InternalError

    wanted = _power_law(members, degree_exponent, mean_degree) if degrees is None else _degrees(degrees, members)
    with igraph_seed(seed):
        try:
            graph = Graph.Degree_Sequence(wanted.tolist(), method="edge_switching_simple")
        except InternalError:
            raise InputError("degrees: no simple graph has them: lower the largest, and make their sum even") from None
    return *_ends(graph), False


def barabasi_albert(members: int, seed: int, links: int = 3, power: float = 1.0, directed: bool = False) -> Pairs:
    """Newcomers tie to ``links`` members, by degree to the ``power`` (Barabasi, Albert 1999)."""
    from igraph import Graph

    both = not flag(directed, "directed")
    each = integer_at_least(links, "links", 1, MOST_MEMBERS)
    exponent = number(power, "power", 0, 10)
    with igraph_seed(seed):
        newer, older = _ends(Graph.Barabasi(members, each, power=exponent, zero_appeal=0, outpref=True, directed=True))
    return older, newer, not both


def watts_strogatz(members: int, seed: int, neighbours: int = 10, rewiring: float = 0.1) -> Pairs:
    """A ring of everyone and their ``neighbours`` nearest, whose ties are rewired with probability ``rewiring``.

    Watts, Strogatz 1998; as igraph has it, which moves both ends of a tie.
    """
    from igraph import Graph

    count = integer_at_least(neighbours, "neighbours", 2, MOST_MEMBERS)
    if count % 2 or count >= members:
        raise refuse("neighbours", f"an even number below members ({members})", neighbours)
    chance = number(rewiring, "rewiring", 0, 1)
    with igraph_seed(seed):
        return *_ends(Graph.Watts_Strogatz(1, members, count // 2, chance)), False


def stochastic_block(
    members: int, seed: int, blocks: int | ArrayLike = 4, inside: float = 8.0, outside: float = 2.0
) -> Pairs:
    """Ties are likelier inside a block than between blocks (Holland, Laskey, Leinhardt 1983).

    blocks: how many of equal size, or the block of each member, from 0. inside, outside: mean number of ties of a
    member of a block of mean size to their own and to all other blocks.
    """
    block = _blocks(blocks, members)
    size = np.bincount(block)
    own, other = float(size @ size) - members, float(members) ** 2 - float(size @ size)
    chance = [
        _chance(number(mean, name, 0), members, room, name)
        for mean, room, name in ((inside, own, "inside"), (outside, other, "outside"))
    ]
    rng = np.random.default_rng(seed)
    order = np.argsort(block, kind="stable")
    first = np.concatenate([[0], np.cumsum(size)])
    sources, targets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for a in range(len(size)):
        for b in range(a, len(size)):
            room = int(size[a] * (size[a] - 1) // 2 if a == b else size[a] * size[b])
            place = rng.choice(room, rng.binomial(room, chance[int(a != b)]), replace=False, shuffle=False)
            u, v = _pair(place) if a == b else (place % size[a], place // size[a])
            sources.append(order[first[a] + u])
            targets.append(order[first[b] + v])
    return np.concatenate(sources), np.concatenate(targets), False


def forest_fire(
    members: int, seed: int, forward: float = 0.3, backward: float = 0.2, ambassadors: int = 1, directed: bool = False
) -> Pairs:
    """Newcomers tie to ``ambassadors`` and to whom a fire from there burns (Leskovec, Kleinberg, Faloutsos 2007).

    forward: chance that the fire passes a tie to an older member, below 1/2, where fires begin to burn everything.
    backward: that of a tie to a newer one, as a share of ``forward``.
    """
    from igraph import Graph

    both = not flag(directed, "directed")
    burning = number(forward, "forward", 0, 0.5, open_high=True)
    back = number(backward, "backward", 0, 1)
    count = integer_at_least(ambassadors, "ambassadors", 1, MOST_MEMBERS)
    with igraph_seed(seed):
        newer, older = _ends(Graph.Forest_Fire(members, burning, bw_factor=back, ambs=count, directed=True))
    return older, newer, not both


def lfr(
    members: int,
    seed: int,
    mean_degree: float = 10.0,
    most: int = 50,
    degree_exponent: float = 2.5,
    community_exponent: float = 1.5,
    mixing: float = 0.2,
    smallest_community: int = 20,
) -> Pairs:
    """Communities and degrees that both follow power laws (Lancichinetti, Fortunato, Radicchi 2008), by networkx.

    mixing: share of a member's ties that leave their community. most: the largest degree. Raises InputError where no graph
    with these values was found.
    """
    from networkx import ExceededMaxIterations
    from networkx.generators.community import LFR_benchmark_graph

    mean = number(mean_degree, "mean_degree", 1, max(1, members - 1))
    try:
        graph = LFR_benchmark_graph(
            members,
            number(degree_exponent, "degree_exponent", 1, 10, open_low=True),
            number(community_exponent, "community_exponent", 1, 10, open_low=True),
            number(mixing, "mixing", 0, 1),
            average_degree=mean,
            max_degree=integer_at_least(most, "most", 1, max(1, members - 1)),
            min_community=integer_at_least(smallest_community, "smallest_community", 1, members),
            max_iters=1000,
            seed=seed % 2**32,
        )
    except ExceededMaxIterations:
        raise InputError(
            "lfr: no such graph was found: lower mixing or most, or raise smallest_community and mean_degree"
        ) from None
    ends = np.array(graph.edges, dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], False


GENERATORS: dict[str, tuple[Callable[..., Pairs], tuple[str, ...]]] = {
    "erdos_renyi": (erdos_renyi, ("mean_degree", "directed")),
    "configuration": (configuration, ("degrees", "degree_exponent", "mean_degree")),
    "barabasi_albert": (barabasi_albert, ("links", "power", "directed")),
    "watts_strogatz": (watts_strogatz, ("neighbours", "rewiring")),
    "stochastic_block": (stochastic_block, ("blocks", "inside", "outside")),
    "forest_fire": (forest_fire, ("forward", "backward", "ambassadors", "directed")),
    "lfr": (
        lfr,
        ("mean_degree", "most", "degree_exponent", "community_exponent", "mixing", "smallest_community"),
    ),
}


def random_graph(word: str, members: int, seed: int = 1, **options: Any) -> Network:
    """A random graph by name; see ``Network.generate``."""
    own = rules.known("generator")
    one_of(word, "word", [*GENERATORS, *own])
    if word in own:
        return _own_graph(own[word], integer_at_least(members, "members", 1, MOST_MEMBERS), seed_number(seed), options)
    draw, known = GENERATORS[word]
    check_options(options, word, known)
    count = integer_at_least(members, "members", 1, MOST_MEMBERS)
    if word == "erdos_renyi" and "mean_degree" not in options:
        raise InputError("erdos_renyi needs mean_degree: the mean number of ties of a member")
    source, target, directed = draw(count, seed_number(seed), **options)
    ends = np.stack([source, target]) if directed else np.sort(np.stack([source, target]), axis=0)
    first, second = np.unique(ends, axis=1)  # growing graphs may tie the same two twice
    return Network.from_edges(first, second, count, directed=directed)


def _own_graph(rule: Rule, members: int, seed: int, options: dict[str, Any]) -> Network:
    """The network that a generator of one's own draws; InputError names the rule where it gives no network."""
    community = np.asarray(options.pop("community", np.zeros(members, np.int64)), np.int64)
    check_options(options, rule.word, tuple(rule.parameters))
    given = {"members": members, "rng": np.random.default_rng(seed), "community": community}
    values = dict(zip(rule.parameters, map(float, rule.values(options)), strict=True))
    try:
        pairs = rule.original(**{name: given[name] for name in rule.arguments}, **values)
        source, target = pairs
    except (TypeError, ValueError) as error:
        raise InputError(f"the generator {rule.word!r} must return two arrays, source and target ({error})") from None
    try:
        return Network.from_edges(source, target, members)
    except InputError as error:
        raise InputError(f"the generator {rule.word!r}: {error}") from None


def _ends(graph: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sources and targets of an igraph graph."""
    edges = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    return edges[:, 0], edges[:, 1]


def _degrees(degrees: ArrayLike, members: int) -> NDArray[np.int64]:
    allowed = f"one whole number in 0..{members - 1} per member ({members})"
    given = array_of(degrees, "degrees", allowed)
    if given.shape != (members,) or given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= members:
        raise refuse("degrees", allowed, degrees)
    return given.astype(np.int64)


def _power_law(members: int, degree_exponent: float, mean_degree: float) -> NDArray[np.int64]:
    """Degrees at the quantiles of a power law that is cut where hubs would have to be tied twice; their sum is even."""
    exponent = number(degree_exponent, "degree_exponent", 2, 10, open_low=True)
    mean = number(mean_degree, "mean_degree", 0, max(0, members - 1))
    tail = (1.0 - (np.arange(members) + 0.5) / members) ** (-1.0 / (exponent - 1.0))
    most = min(members - 1.0, np.sqrt(members * mean))
    low, high = 0.0, mean + 1.0
    for _ in range(60):  # the smallest degree at which the mean is the one asked for
        middle = 0.5 * (low + high)
        low, high = (middle, high) if np.minimum(middle * tail, most).mean() < mean else (low, middle)
    total = np.floor(np.cumsum(np.minimum(high * tail, most)) + 0.5)  # rounded so that the mean is kept
    degrees = np.diff(total, prepend=0.0).astype(np.int64)
    degrees[int(degrees.argmax())] -= int(degrees.sum()) % 2
    return degrees


def _blocks(blocks: int | ArrayLike, members: int) -> NDArray[np.int64]:
    """The block of each member."""
    given = array_of(blocks, "blocks", "a number of blocks, or the block of each member")
    if given.ndim == 0:
        count = integer_at_least(blocks, "blocks", 1, members)
        return np.arange(members) * count // members
    if given.shape != (members,) or given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= members:
        raise refuse("blocks", f"a number of blocks, or one whole number in 0..{members - 1} per member", blocks)
    return given.astype(np.int64)


def _chance(mean: float, members: int, room: float, name: str) -> float:
    """The probability of a tie that gives ``mean`` ties where all members have ``room`` ordered pairs."""
    chance = mean * members / room if room > 0 else 0.0
    if chance > 1 or (room == 0 and mean > 0):
        raise refuse(name, f"at most {room / members:g}: there are no more members there", mean)
    return chance


def _pair(place: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ``place``-th of the pairs (0, 1), (0, 2), (1, 2), (0, 3), ..."""
    larger = np.floor((1.0 + np.sqrt(1.0 + 8.0 * place)) / 2.0).astype(np.int64)
    larger -= larger * (larger - 1) // 2 > place  # where the root was rounded up or down
    larger += larger * (larger + 1) // 2 <= place
    return place - larger * (larger - 1) // 2, larger
