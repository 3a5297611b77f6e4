"""The words of strategies, and the one way to call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import (
    check_options,
    instance,
    is_whole,
    member_numbers,
    one_of,
    refuse,
    seed_number,
)
from viralsim.errors import InputError
from viralsim.population.network.network import Network
from viralsim.seeding.baselines import given, random
from viralsim.seeding.celf import celf
from viralsim.seeding.centrality import core, degree, pagerank
from viralsim.seeding.opim import opim
from viralsim.seeding.social import community, fit, nomination
from viralsim.seeding.strategy import Candidates, Chosen, Strategy

# word -> (strategy, its options; None: it checks them itself)
_STRATEGIES: dict[str, tuple[Strategy, Sequence[str] | None]] = {
    "random": (random, ()),
    "degree": (degree, ()),
    "pagerank": (pagerank, ("damping",)),
    "core": (core, ()),
    "nomination": (nomination, ()),
    "community": (community, ()),
    "fit": (fit, ()),
    "celf": (celf, None),
    "opim": (opim, None),
    "members": (given, ("members",)),
}


def words() -> tuple[str, ...]:
    """The words of all strategies."""
    return tuple(_STRATEGIES)


def register(word: str, strategy: Strategy, options: Sequence[str] | None = None) -> None:
    """Add a strategy of your own under ``word``; InputError if the word is taken.

    options: the names of its options, so that a misspelt one is refused; with None the strategy checks them itself.
    """
    if not isinstance(word, str) or not word:
        raise refuse("word", "a text", word)
    if word in _STRATEGIES:
        raise InputError(f"word: the strategy {word!r} exists already, choose another word")
    if not callable(strategy):
        raise refuse("strategy", "a function of (candidates, count, seed, options)", strategy)
    if options is not None and (isinstance(options, str) or not isinstance(options, Sequence)):
        raise refuse("options", "a list of names, or None", options)
    _STRATEGIES[word] = (strategy, options)


def propose(
    candidates: Candidates, word: str, count: int | None, seed: int, options: Mapping[str, Any] | None = None
) -> Chosen:
    """Choose ``count`` of the candidates by the strategy ``word``; None: as many as the option ``budget`` allows.

    seed: of the random draws. options: the strategy's own, by name.

    Raises InputError for an unknown word, and if fewer members are eligible than asked for.
    """
    instance(candidates, "candidates", Candidates)
    strategy, known = _STRATEGIES[one_of(word, "strategy", _STRATEGIES)]
    luck, given_options = seed_number(seed), dict(options or {})
    if known is not None:
        check_options(given_options, word, known)
    eligible = int(np.count_nonzero(candidates.eligible))
    if count is None:
        if given_options.get("budget") is None:
            raise InputError("say how many to choose: give count, or costs and a budget to a strategy that takes them")
        count = eligible
    if not is_whole(count) or not 0 <= count <= eligible:
        raise refuse("count", f"a whole number in 0..{eligible}", count, f"{eligible} are eligible")
    count = int(count)
    order = strategy(candidates, count, luck, given_options)
    return order if isinstance(order, Chosen) else Chosen(_checked(order, word, candidates)[:count], word)


def _checked(order: Any, word: str, candidates: Candidates) -> NDArray[np.int64]:
    """What a strategy returned: eligible members, each once; InputError names the strategy that returned anything else."""
    members = member_numbers(order, f"what the strategy {word!r} returns", candidates.members)
    if len(np.unique(members)) != len(members) or not candidates.eligible[members].all():
        raise InputError(f"the strategy {word!r} must return eligible members, each once")
    return members


def choose(network: Network, strategy: str, count: int | None = None, *, seed: int = 1, **options: Any) -> Chosen:
    """Choose ``count`` members of a network by a strategy word: ``choose(network, "degree", count=50)``.

    strategy: one of ``words()``; "pagerank" is of Page et al. (1999), "celf" of Leskovec et al. (2007), "opim" of Tang, Tang, Xiao,
    Yuan (2018). options: the strategy's own, by name. seed: of the random draws.
    count may be left out if ``budget`` says how many: ``choose(network, "opim", costs=costs, budget=5000)``.
    Raises InputError for an unknown word or option, if count is more than there are, or if cascades are to be judged on a
    network whose ties come and go.
    """
    remedy = "use Network.from_edges, from_networkx, from_igraph or from_scipy"
    instance(network, "network", Network, remedy)
    if network.spans is not None and strategy in ("celf", "opim"):
        raise InputError(
            f"network has ties that come and go, and {strategy} is for ties that stay: take those of a tick, "
            "network.snapshot(tick), or all that ever are, network.snapshot()"
        )
    candidates = Candidates([network], np.ones(network.members, dtype=np.bool_))
    chosen = propose(candidates, strategy, count, seed, options)
    if count is not None and chosen.cost is None and len(chosen.members) < count:
        raise InputError(
            f"count: {strategy} chose {len(chosen.members)} of the {count} members asked for; ask for fewer"
        )
    return chosen
