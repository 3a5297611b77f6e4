"""Members by name: the one function that turns what a scenario or a caller calls members into their positions; handles.

Members go by the ids of their file where there are ids, by number otherwise. A number may be written as text, as in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import got, is_whole

NOBODY = -1
LARGEST = 2**63 - 1
_DIGITS = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)


class WrongName(NamedTuple):
    """A name that is refused: its place in the list (from 0) and the sentence."""

    place: int
    sentence: str


def handle_key(handle: object) -> str:
    """A handle as it is compared: case, blanks around it and a leading @ do not count."""
    return str(handle).strip().lstrip("@").casefold()


def _whole(name: Any) -> int | None:
    """The whole number that a name is, or is written as without leading zeros or plus; None where it is none."""
    if not is_whole(name) and not (isinstance(name, str) and _DIGITS.fullmatch(name)):
        return None
    number = int(name)
    return number if -LARGEST <= number <= LARGEST else None


def _positions(names: list[Any], members: int, ids: NDArray[Any] | None) -> NDArray[np.int64]:
    """Position of each name, int64[k]; -1 where nobody is called that. O(members) array work where there are ids."""
    labels: list[Any] = [_whole(name) for name in names]
    if ids is None:
        return np.array([n if n is not None and 0 <= n < members else NOBODY for n in labels], dtype=np.int64)
    if ids.dtype.kind in "iu":
        wanted = np.array([label for label in labels if label is not None], dtype=np.int64)
    else:
        ids = ids.astype(np.str_)
        labels = [
            name if isinstance(name, str) else None if n is None else str(n)
            for name, n in zip(names, labels, strict=True)
        ]
        wanted = np.array([label for label in labels if label is not None], dtype=np.str_)
    known = np.flatnonzero(np.isin(ids, wanted))
    place = {label: int(i) for label, i in zip(ids[known].tolist(), known, strict=True)}
    return np.array([place.get(label, NOBODY) for label in labels], dtype=np.int64)


def find_members(
    names: Iterable[Any],
    members: int,
    ids: NDArray[Any] | None = None,
    *,
    present: NDArray[np.bool_] | None = None,
    where: str = "",
    repeats: bool = False,
) -> tuple[NDArray[np.int64], list[WrongName]]:
    """Positions of the members of these names, int64[k] in the order given (-1: nobody), and what is wrong with them.

    ids: the labels of the members' file [N], or None where they go by number. present: bool[N], who has an account where they are
    asked to act; ``where`` names that place. repeats: whether a member may be named twice.
    """
    given = list(names)
    found = _positions(given, members, ids)
    first: dict[int, int] = {}
    wrong = []
    for place, (name, position) in enumerate(zip(given, found.tolist(), strict=True)):
        if position == NOBODY:
            wrong.append(WrongName(place, _unknown(name, members, ids)))
        elif present is not None and not present[position]:
            wrong.append(WrongName(place, f"member {got(name)} has no account on {where}: name somebody who has"))
        elif position in first and not repeats:
            wrong.append(
                WrongName(place, f"member {got(name)} is named already at [{first[position]}]: name each once")
            )
        first.setdefault(position, place)
    return found, wrong


def _unknown(name: Any, members: int, ids: NDArray[Any] | None) -> str:
    if members == 0:
        return f"no member {got(name)}: there is nobody"
    if ids is None:
        return f"no member {got(name)}: members are numbered 0 to {members - 1}"
    text = ids.dtype.kind not in "iu"
    such = f"'{ids[0]!s}'" if text else str(ids[0])
    quotes = ", in quotes" if text and not isinstance(name, str) else ""
    return f"no member {got(name)} in the network: name ids of its file{quotes}, such as {such}"
