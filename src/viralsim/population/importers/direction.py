"""Which way edges run: as the file states it, as the user asks, and what is said where the two differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from viralsim.errors import NetworkError


class Stated(NamedTuple):
    """What a file says of its edges: ``where`` it does, and whether that is its word or only its format's custom."""

    directed: bool
    where: str
    firm: bool = True


def stated_in(path: Path, comments: Sequence[tuple[int, str]]) -> Stated | None:
    """What the comments at the head of a file say, as SNAP and Konect write them.

    Raises: NetworkError for a bipartite graph, whose two columns number different things.
    """
    for line, comment in comments:
        konect = re.match(r"%+\s*(sym|asym|bip)\b", comment, re.IGNORECASE)
        if konect and konect[1].lower() == "bip":
            raise NetworkError(
                f"{path}:{line}: a bipartite graph, whose columns number different things; give each id a prefix of its own, "
                "such as u1 and p1, and take this line out"
            )
        if konect:
            return Stated(konect[1].lower() == "asym", f'line {line}, "{comment[:40]}"')
        word = re.search(r"\b(un)?directed\b", comment, re.IGNORECASE)
        if word and (len(comment) < 30 or re.search(r"graph|network|edge|link|arc|tie", comment, re.IGNORECASE)):
            return Stated(word[1] is None, f'line {line}, "{comment[:40]}"')
    return None


def settled(path: Path, stated: Stated | None, asked: bool | None, reverse: bool, notes: list[str]) -> bool:
    """Whether each edge is read one way. ``reverse``: edges are asked to mean "source follows target".

    Raises: NetworkError where the file says undirected and ``directed: true`` is asked, since half of the follows would be lost.
    """
    if stated is None or (asked is not None and not stated.firm):
        return asked is not False
    if stated.directed:
        if asked is False:
            notes.append(
                f"{path.name}: the file says that its edges are directed ({stated.where}); each was read both ways, as asked"
            )
        return asked is not False
    if asked:
        raise NetworkError(
            f"{path}: the file says that its edges are undirected ({stated.where}), directed: true contradicts it; leave "
            "directed out, or correct the file"
        )
    aside = "; edge_means has no meaning here" if reverse else ""
    notes.append(f"{path.name}: edges are undirected ({stated.where}): each was read both ways{aside}")
    return False
