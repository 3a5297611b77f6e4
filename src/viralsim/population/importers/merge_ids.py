"""One set of members for several sources: network files of channels, and a members file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.network.edges import Edges, build_rows
from viralsim.population.network.network import Network

I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MemberIds:
    """Who is a member, by any source.

    ids: labels [N], or None where they are ``0..N-1``. number_of: for each network its members' numbers, int64[n].
    named_by: for each network who is in it, bool[N]. row_of_member: row in the members file, -1: not in it; [N].
    """

    members: int
    ids: NDArray[Any] | None
    networks: tuple[Network, ...]
    number_of: tuple[I8, ...]
    named_by: tuple[NDArray[np.bool_], ...]
    row_of_member: I8
    absent_from_file: int
    absent_example: Any


def union_of_ids(networks: list[Network], file_ids: NDArray[Any] | None, members: int | None) -> MemberIds:
    """The union of the members of networks and of a members file; ``members`` where there is neither.

    Whole numbers are in ascending order; other labels, and numbers beside them, are text in sorted order.
    """
    if not networks and file_ids is None:
        return MemberIds(members or 0, None, (), (), (), np.zeros(0, np.int64), 0, None)
    lists = [np.arange(n.members) if n.ids is None else n.ids for n in networks]
    if file_ids is not None:
        lists.append(file_ids)
    lists = _alike(lists)
    if len(lists) == 1:
        ids, numbers = lists[0], [np.arange(len(lists[0]))]
    else:
        import pandas as pd

        ids = np.unique(np.concatenate(lists))
        index = pd.Index(ids)
        numbers = [np.asarray(index.get_indexer(pd.Index(labels)), dtype=np.int64) for labels in lists]
    n = len(ids)
    row = np.full(n, -1, np.int64)
    if file_ids is not None:
        row[numbers[-1]] = np.arange(len(file_ids))
    absent = np.flatnonzero(row < 0) if file_ids is not None else np.zeros(0, np.int64)
    named = []
    for numbers_of_network in numbers[: len(networks)]:
        there = np.zeros(n, dtype=bool)
        there[numbers_of_network] = True
        named.append(there)
    plain = ids.dtype.kind in "iu" and bool(np.array_equal(ids, np.arange(n)))
    return MemberIds(
        n,
        None if plain else ids,
        tuple(networks),
        tuple(numbers[: len(networks)]),
        tuple(named),
        row,
        len(absent),
        ids[absent[0]].item() if len(absent) else None,
    )


def _alike(lists: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Label arrays of one kind: whole numbers if all are, else text."""
    whole = [_as_numbers(labels) for labels in lists]
    if all(numbers is not None for numbers in whole):
        return [numbers for numbers in whole if numbers is not None]
    return [np.asarray([str(label) for label in labels.tolist()], dtype=np.str_) for labels in lists]


def _as_numbers(labels: NDArray[Any]) -> I8 | None:
    """Labels as int64 where each is written as a plain whole number (no leading zeros or signs)."""
    if labels.dtype.kind in "iu":
        return labels.astype(np.int64)
    texts = labels.astype(np.str_)
    try:
        numbers: I8 = texts.astype(np.int64)
    except (ValueError, OverflowError):
        return None
    return numbers if bool((numbers.astype(np.str_) == texts).all()) else None


def on_members(network: Network, who: MemberIds) -> Network:
    """A network of the union, renumbered to the union's members, with its labels."""
    i = next(i for i, other in enumerate(who.networks) if other is network)
    number = who.number_of[i]
    if len(number) == who.members and bool((number == np.arange(who.members)).all()):
        return replace(network, ids=who.ids, edge_position=None, notes=())
    if network.spans is not None:
        raise NetworkError(
            "a network whose ties come and go needs the members of the whole audience in its own numbering: "
            "build it with members= (or ids=) of all channels"
        )
    new = number.astype(np.int32)
    edges = Edges(
        new[network.sources()],
        new[network.followers],
        who.members,
        network.tie_strength,
        network.influence_weight,
        who.ids,
        tie_sign=network.tie_sign,
    )
    rows = build_rows(edges, keep_edge_order=False)
    return Network(
        rows.indptr, rows.followers, rows.tie_strength, rows.influence_weight, who.ids, tie_sign=rows.tie_sign
    )
