"""A model as data: a table of transitions between the states of a member, checked and numbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, is_single, member_numbers, number, numbers, one_of, refuse
from viralsim.errors import InputError
from viralsim.population.network.edge_values import edge_chances, edge_values, stored_values
from viralsim.population.network.network import Network

Row = tuple[
    Any, ...
]  # (from, to, rate) of a member on their own, or (from, to, rate, by) along a follow from who is in ``by``
Table = Sequence[Row]
MOST_STATES = 60
ROW_IS = "a row is (from, to, rate), or (from, to, rate, by) where a member in state `by` passes it on to followers"


def sis(beta: Any, gamma: Any) -> Table:
    """Infection, and recovery to susceptible."""
    return [("S", "I", beta, "I"), ("I", "S", gamma)]


def sir(beta: Any, gamma: Any) -> Table:
    """Infection, and recovery for good."""
    return [("S", "I", beta, "I"), ("I", "R", gamma)]


def seir(beta: Any, sigma: Any, gamma: Any) -> Table:
    """As ``sir``, infectious only after a latent state, left at ``sigma``."""
    return [("S", "E", beta, "I"), ("E", "I", sigma), ("I", "R", gamma)]


def sirs(beta: Any, gamma: Any, xi: Any) -> Table:
    """As ``sir``; immunity is lost at ``xi``."""
    return [*sir(beta, gamma), ("R", "S", xi)]


def seirs(beta: Any, sigma: Any, gamma: Any, xi: Any) -> Table:
    """As ``seir``; immunity is lost at ``xi``."""
    return [*seir(beta, sigma, gamma), ("R", "S", xi)]


def states_of(table: Table) -> tuple[str, ...]:
    """The states of a table in the order in which they are named: the order of the counts. Everybody starts in the first."""
    names: dict[str, None] = {}
    for row in _rows(table):
        for name in (row[0], row[1], *row[3:]):
            names[name] = None
    return tuple(names)


class Rules(NamedTuple):
    """A table in numbers. ``K`` states, ``A`` transitions alone, ``C`` contact transitions.

    alone_from, alone_to: int64[A]. alone_rate: float64[A, N or 1]. contact_from, contact_to, contact_by: int64[C].
    contact_rate: float64[C]; edge_rate: float64[C, E or 0]: by edge in row order, where contact_rate is negative.
    """

    alone_from: NDArray[np.int64]
    alone_to: NDArray[np.int64]
    alone_rate: NDArray[np.float64]
    contact_from: NDArray[np.int64]
    contact_to: NDArray[np.int64]
    contact_by: NDArray[np.int64]
    contact_rate: NDArray[np.float64]
    edge_rate: NDArray[np.float64]


def rules_of(table: Table, network: Network, most: float) -> tuple[tuple[str, ...], Rules]:
    """The states and the table in numbers; InputError names a row that is no transition. most: the largest rate allowed."""
    rows = _rows(table)
    states = states_of(rows)
    number_of = {name: i for i, name in enumerate(states)}
    alone = [row for row in rows if len(row) == 3]
    contact = [row for row in rows if len(row) == 4]
    by_member = [_by_member(row, network, most) for row in alone]
    wide = max((len(values) for values in by_member), default=1)
    rate, by_edge = np.full(len(contact), -1.0), []
    for i, row in enumerate(contact):
        if is_single(row[2]) and not isinstance(row[2], str):
            rate[i] = number(row[2], _named(row), 0, most)
        else:
            by_edge.append((i, _by_edge(row, network, most)))
    edge_rate = np.zeros((len(contact), network.follows if by_edge else 0))
    for i, values in by_edge:
        edge_rate[i] = values

    def column(rows: list[Row], place: int) -> NDArray[np.int64]:
        return np.array([number_of[row[place]] for row in rows], dtype=np.int64)

    return states, Rules(
        column(alone, 0), column(alone, 1),
        np.array([np.broadcast_to(values, wide) for values in by_member]).reshape(len(alone), wide),
        column(contact, 0), column(contact, 1), column(contact, 3), rate, edge_rate,
    )  # fmt: skip


def initial_states(
    seeds: ArrayLike | Mapping[str, ArrayLike], states: tuple[str, ...], rules: Rules, members: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members who do not start in the first state, and their states: two int64[k].

    If seeds are a list, they start in the state that the first contact comes from.
    """
    if isinstance(seeds, Mapping):
        given = [(one_of(name, "seeds", states), seeds[name]) for name in seeds]
    elif len(rules.contact_by):
        given = [(states[int(rules.contact_by[0])], seeds)]
    else:
        raise InputError("seeds: no row of the table has a `by`: say who starts where, {state: members}")
    who, state = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for name, some in given:
        found = np.unique(member_numbers(some, "seeds", members))
        who.append(found)
        state.append(np.full(len(found), states.index(name)))
    everyone = np.concatenate(who)
    if len(np.unique(everyone)) < len(everyone):
        raise InputError("seeds: a member starts in two states: name each once")
    starts = np.concatenate(state)
    return everyone[starts > 0], starts[starts > 0]


def _rows(table: Any) -> list[Row]:
    """The rows, each of a known shape."""
    if isinstance(table, str | Mapping) or not isinstance(table, Iterable):
        raise refuse("table", f"a list of rows ({ROW_IS})", table)
    rows = [tuple(row) if isinstance(row, Sequence) and not isinstance(row, str) else (row,) for row in table]
    for row in rows:
        names = (row[0], row[1], *row[3:]) if len(row) in (3, 4) else ()
        if not names or not all(isinstance(name, str) and name for name in names) or row[0] == row[1]:
            raise refuse("table", f"rows between two states ({ROW_IS})", row)
    ways = [(row[0], row[1], *row[3:]) for row in rows]
    twice = next((way for i, way in enumerate(ways) if way in ways[:i]), None)
    if twice is not None:
        raise InputError(f"table: two rows go {' to '.join(twice[:2])} in the same way: keep one")
    if not rows or len({name for way in ways for name in way}) > MOST_STATES:
        raise refuse("table", f"a list of rows of at most {MOST_STATES} states ({ROW_IS})", table)
    return rows


def _named(row: Row) -> str:
    return f"table: rate of {row[0]} to {row[1]}"


def _by_member(row: Row, network: Network, most: float) -> NDArray[np.float64]:
    """The rate of a transition alone: float64[1], or [N]."""
    if is_single(row[2]):
        return np.array([number(row[2], _named(row), 0, most)])
    return numbers(row[2], _named(row), network.members, "member", most)


def _by_edge(row: Row, network: Network, most: float) -> NDArray[np.float64]:
    """The rate of a contact transition by edge, in row order: given so, or by a word of ``edge_chances``."""
    if isinstance(row[2], str):
        if row[2] == "tie_strength":
            return stored_values(network, row[2])
        return edge_chances(network, row[2])
    array_of(row[2], _named(row), "one number per edge")
    return edge_values(network, row[2], _named(row), most)
