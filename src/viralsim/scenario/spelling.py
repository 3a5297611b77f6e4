"""One spelling of a scenario as it is read: amounts may be written with or without ``_usd``, the program knows one name.

``budget`` is ``budget_usd``, and ``campaign.paid[0].budget`` in an arm, a range or a sweep is ``campaign.paid[0].budget_usd``.
Moments may be named by the day: with ``launch_at: Monday 09:00``, ``Monday 18:00`` is 9 h after the launch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from viralsim.errors import Problem
from viralsim.scenario.paths import ROOT, canonical, canonical_path, respelt
from viralsim.scenario.reading import Document, Place, path_text

BY_PATH: tuple[Place, ...] = (("uncertain",), ("uncertain", "joint", "rows"), ("sweep", "parameters"))
BY_NAME_AND_PATH = ("arms", "variants")


def respelt_document(document: Document, file: str) -> Document:
    """The document in the schema's spelling, its lines too; a problem for what is said under two names."""
    twice: list[tuple[Place, str]] = []
    data = respelt(ROOT, document.data, (), twice)
    for place in BY_PATH:
        data = _with(data, place, lambda block, place=place: _by_path(block, place, twice))
    for name in BY_NAME_AND_PATH:
        for one in data.get(name) if isinstance(data.get(name), dict) else ():
            data = _with(data, (name, one), lambda block, place=(name, one): _by_path(block, place, twice))
    if data == document.data and not twice:
        return document
    problems = tuple(Problem(said, path_text(place), document.line(place), file) for place, said in twice)
    places = {_canonical(place): place for place in document.lines}
    lines = {new: document.lines[old] for new, old in places.items()}
    written = {new: old for new, old in places.items() if new != old}
    return replace(document, data=data, lines=lines, problems=(*document.problems, *problems), written=written)


def _with(data: Any, place: Place, change: Any) -> Any:
    """The data with the mapping at a place changed; the data itself where there is none."""
    if not place:
        return change(data) if isinstance(data, dict) else data
    if not isinstance(data, dict) or place[0] not in data:
        return data
    return {**data, place[0]: _with(data[place[0]], place[1:], change)}


def _by_path(block: dict[str, Any], place: Place, twice: list[tuple[Place, str]]) -> dict[str, Any]:
    """A mapping of paths with the schema's names in them."""
    changed = {}
    for path, value in block.items():
        name = _path(path, place)
        if name != path and name in block:
            twice.append(((*place, path), f"is the same as {name}: give one of them"))
        else:
            changed[name] = value
    return changed


def _path(path: str, place: Place) -> str:
    """The path in the schema's names; an arm's own ``budget`` is no path."""
    return "budget_usd" if place[0] == "arms" and path == "budget" else canonical_path(path)


def _canonical(place: Place) -> Place:
    """A place of the file in the schema's names, keys that are paths included."""
    for about in (*BY_PATH, *((name, place[1]) for name in BY_NAME_AND_PATH if len(place) > 1)):
        if place[: len(about)] == about and len(place) > len(about) and place[len(about)] != "joint":
            return (*about, _path(str(place[len(about)]), about), *place[len(about) + 1 :])
    return canonical(place)
