"""The words of strategies, and the one way to call them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from viralsim.errors import InputError
from viralsim.population.network.network import Network
from viralsim.seeding.baselines import given, random
from viralsim.seeding.celf import celf
from viralsim.seeding.centrality import core, degree, pagerank
from viralsim.seeding.opim import opim
from viralsim.seeding.social import community, fit, nomination
from viralsim.seeding.strategy import Candidates, Chosen, Strategy

_STRATEGIES: dict[str, Strategy] = {
    "random": random,
    "degree": degree,
    "pagerank": pagerank,
    "core": core,
    "nomination": nomination,
    "community": community,
    "fit": fit,
    "celf": celf,
    "opim": opim,
    "members": given,
}


def words() -> tuple[str, ...]:
    """The words of all strategies."""
    return tuple(_STRATEGIES)


def register(word: str, strategy: Strategy) -> None:
    """Add a strategy of your own under ``word``; a word that is taken is an error."""
    if word in _STRATEGIES:
        raise InputError(f"the strategy {word!r} exists already: choose another word")
    _STRATEGIES[word] = strategy


def propose(
    candidates: Candidates, word: str, count: int | None, seed: int, options: Mapping[str, Any] | None = None
) -> Chosen:
    """Choose ``count`` of the candidates by the strategy ``word``; None: as many as the option ``budget`` allows.

    Raises InputError for an unknown word, and where fewer members are eligible than asked for.
    """
    if word not in _STRATEGIES:
        near = get_close_matches(word, _STRATEGIES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(_STRATEGIES)}"
        raise InputError(f"there is no seeding strategy {word!r}: {hint}")
    eligible = int(np.count_nonzero(candidates.eligible))
    if count is None:
        if (options or {}).get("budget") is None:
            raise InputError("say how many to choose: give count, or costs and a budget to a strategy that takes them")
        count = eligible
    if isinstance(count, (bool, np.bool_)) or not isinstance(count, (int, np.integer)):
        raise InputError(f"count must be a whole number, got {count!r}")
    count = int(count)
    if count < 0 or count > eligible:
        remedy = "ask for fewer" if count > 0 else "ask for 0 or more"
        raise InputError(f"cannot choose {count} members: {eligible} are eligible; {remedy}")
    order = _STRATEGIES[word](candidates, count, seed, dict(options or {}))
    if isinstance(order, Chosen):
        return order
    return Chosen(np.asarray(order, dtype=np.int64)[:count], word)


def choose(network: Network, strategy: str, count: int | None = None, *, seed: int = 1, **options: Any) -> Chosen:
    """Choose ``count`` members of a network by a strategy word: ``choose(network, "degree", count=50)``.

    count may be left out where ``budget`` says how many: ``choose(network, "opim", costs=costs, budget=5000)``. Options
    are those of the strategy. Raises InputError for an unknown word or option, or more than there are.
    """
    candidates = Candidates([network], np.ones(network.members, dtype=np.bool_))
    return propose(candidates, strategy, count, seed, options)
