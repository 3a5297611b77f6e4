"""Models as data: any table of compartments on a network, in discrete time and event by event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, flag, refuse, thread_count
from viralsim.classic.arguments import Worlds, check_network, empty_counts, luck_of, tick_count
from viralsim.classic.by_table.tables import Rules, Table, initial_states, rules_of
from viralsim.errors import CapacityError, InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    Ints = NDArray[np.int64]
    Small = NDArray[np.int32]
    Ticked = tuple[Ints, Ints, Small, NDArray[np.bool_], Small, Small, Small]
    Timed = tuple[Ints, Small, Small]

Never = TypeVar("Never", np.int32, np.float64)
FASTEST = 1e9  # rate per unit of time


def compartments(
    network: Network,
    seeds: ArrayLike | Mapping[str, ArrayLike],
    table: Table,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Members in each state by tick, for a model given as a table of transitions: int64[worlds, ticks + 1, states].

    table: rows of two kinds. (from, to, probability) is what a member does alone in a tick. With (from, to, probability, by), a
    member in state ``by`` takes each follower who is in ``from`` to ``to`` with that probability. ``classic.tables.sis``,
    ``sir``, ``seir``, ``sirs`` and ``seirs`` are such tables (Kermack and McKendrick 1927 and later variants; Keeling and Rohani
    2008). The probability of a row alone is one number, or one per member. That of a row along a follow is one number, one per
    edge in the order given to ``Network.from_edges``, "tie_strength" or "weighted_cascade".
    seeds: members who start in the state ``by`` of the first row that has one, or {state: members}; the others start in the
    first state. States are counted in the order of ``classic.tables.states_of(table)``.

    In a tick all contacts come first, then what members do alone. Both use the states before the tick; nobody changes twice.
    Row 0 is the state before the first tick. ``tables.sir`` gives the worlds of ``classic.sir``, number for number.
    worlds, seed, threads: as in ``independent_cascade``. With ``adoption_tick`` returns the first row in which each member is in
    another state than the first, int32[worlds, N]: 0 for those who start in one, -1 never.

    Raises InputError for a row that is not a transition, for probabilities of leaving a state that sum to more than 1, and for
    contacts that take one state to two.
    """
    network, asked = check_network(network), flag(adoption_tick, "adoption_tick")
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    states, rules = rules_of(table, network, 1.0)
    _refuse_undecided(states, rules)
    start = initial_states(seeds, states, rules, network.members)
    counts = empty_counts(len(luck[1]), tick_count(ticks), len(states))
    left = _nobody_left(asked, len(luck[1]), network.members, np.int32(-1))
    from viralsim.classic.by_table.compartment_kernels import compartment_worlds
    from viralsim.kernels.alias import gap_table

    tables = [gap_table(max(0.0, float(rate))) for rate in rules.contact_rate]
    gaps = (
        np.array([table.threshold for table in tables], np.uint64).reshape(len(tables), -1),
        np.array([table.alias for table in tables], np.int32).reshape(len(tables), -1),
    )
    n = network.members

    def scratch() -> Ticked:
        small = [np.empty(n + 1, np.int32) for _ in range(3)]
        return np.zeros(n, np.int64), np.full(n, -1), np.zeros(n, np.int32), np.zeros(n, np.bool_), *small  # type: ignore[return-value]

    def work(first: int, last: int, memory: Ticked) -> None:
        compartment_worlds(
            (network.indptr, network.followers), rules, gaps, start, luck, first, last, memory, counts, left
        )

    run_blocks(work, scratch, len(counts), workers)
    return left if asked else counts


def gillespie(
    network: Network,
    seeds: ArrayLike | Mapping[str, ArrayLike],
    table: Table,
    times: ArrayLike,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    adoption_time: bool = False,
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Members in each state at given times, for a table in continuous time, event by event: int64[worlds, times, states].

    table, seeds: as in ``compartments``, with rates per unit of time, >= 0, in place of probabilities. What a member does alone
    happens after an exponential time. Along each follow from a member in ``by``, contacts are a Poisson process. times:
    ascending, >= 0; an event at exactly that time is counted. The law is that of Gillespie's direct method (1977), drawn by
    the next reaction method (Gibson, Bruck 2000). worlds, seed, threads: as in ``independent_cascade``. With ``adoption_time``
    returns when each member left the first state, float64[worlds, N]: 0 for those who start in another, NaN not by the last time.

    Raises InputError for a row that is not a transition, or for times that do not rise.
    """
    network, asked = check_network(network), flag(adoption_time, "adoption_time")
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    states, rules = rules_of(table, network, FASTEST)
    start = initial_states(seeds, states, rules, network.members)
    at = _times(times)
    try:
        counts = np.zeros((len(luck[1]), len(at), len(states)), dtype=np.int64)
    except (MemoryError, ValueError):
        raise CapacityError(
            "times: the counts of all worlds do not fit into memory: run fewer worlds at a time"
        ) from None
    left = _nobody_left(asked, len(luck[1]), network.members, np.float64(np.nan))
    from viralsim.classic.by_table.event_kernels import event_worlds
    from viralsim.kernels.rng import name_key

    name, n = name_key("gillespie"), network.members

    def scratch() -> Timed:
        return np.zeros(n, np.int64), np.zeros(n, np.int32), np.empty(n, np.int32)

    def work(first: int, last: int, memory: Timed) -> None:
        graph = (network.indptr, network.followers)
        event_worlds(graph, rules, start, at, name, luck, first, last, memory, counts, left)

    run_blocks(work, scratch, len(counts), workers)
    return left if asked else counts


def _nobody_left(asked: bool, worlds: int, members: int, never: Never) -> NDArray[Never]:
    """When each member left the first state, before anybody did: [worlds, N] of ``never``; [0, N] if nobody asked."""
    try:
        return np.full((worlds if asked else 0, members), never)
    except (MemoryError, ValueError):
        raise CapacityError(
            f"adoption: {members:,} members of {worlds:,} worlds do not fit into memory: run fewer worlds at a time, or ask for "
            "classic.activation"
        ) from None


def _refuse_undecided(states: tuple[str, ...], rules: Rules) -> None:
    """Refuse what a tick cannot decide."""
    for s, name in enumerate(states):
        leaving = rules.alone_rate[rules.alone_from == s].sum(axis=0).max(initial=0.0)
        if leaving > 1 + 1e-12:
            raise InputError(
                f"table: the probabilities of leaving {name} sum to {leaving:g}: at most 1 is allowed in a tick"
            )
        if len(set(rules.contact_to[rules.contact_from == s].tolist())) > 1:
            raise InputError(f"table: contacts take {name} to two states in one tick: use classic.gillespie")


def _times(times: ArrayLike) -> NDArray[np.float64]:
    allowed = "a list of ascending numbers >= 0"
    given = array_of(times, "times", allowed)
    if given.ndim != 1 or not given.size or given.dtype.kind not in "iuf":
        raise refuse("times", allowed, times)
    found = given.astype(np.float64)
    if not np.isfinite(found).all() or found[0] < 0 or (np.diff(found) < 0).any():
        raise refuse("times", allowed, times)
    return found
