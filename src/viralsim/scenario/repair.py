"""What is left of a refused scenario, so that one mistake does not hide the next."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from viralsim.scenario.complete import complete
from viralsim.scenario.messages import Finding, findings
from viralsim.scenario.paths import at
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec

MOST_REPAIRS = 20
NETWORK: dict[str, Any] = {"generate": {}}
# what stands in for a named block that is refused, so that its name stays known
STAND_INS: dict[str, dict[str, Any]] = {
    "channels": {"network": NETWORK, "visibility": 0.5, "cpm_usd": 1},
    "content": {"appeal": 0.5},
    "arms": {},
}
MISSING: dict[str, Any] = {"viralsim": 1, "name": "unnamed"}


def salvage(data: Any, found: list[Finding]) -> tuple[Spec | None, Any]:
    """A spec, and its plain data, of what is left when everything refused is taken out; no spec where too little is."""
    for _ in range(MOST_REPAIRS):
        for place, sentence in sorted(found, key=lambda item: _order(item[0])):
            data = _repaired(data, place, is_missing="is required" in sentence)
        try:
            return Spec.model_validate(complete(data)), data
        except ValidationError as error:
            found = findings(error, data)
    return None, data


def independent(more: list[Finding], found: list[Finding]) -> list[Finding]:
    """Findings about a salvaged spec that the repair did not cause: neither at nor around what was taken out."""
    broken = [place for place, _ in found]
    return [
        (place, sentence)
        for place, sentence in more
        if not any(one[: len(place)] == place or place[: len(one)] == one for one in broken)
    ]


def independent_of_ranges(more: list[Finding], found: list[Finding]) -> list[Finding]:
    """Findings without those that miss in ``uncertain`` what was taken out of the same range: its ends, or its rows."""
    broken = [place[:2] for place, _ in found if place[:1] == ("uncertain",)]
    return [
        (place, sentence)
        for place, sentence in more
        if place[:2] not in broken or not (len(place) == 2 or "is required" in sentence)
    ]


def _order(place: Place) -> tuple[int, int]:
    """Deeper places first, and later entries of a list first: taking one out must not shift the others."""
    last = place[-1] if place else 0
    return -len(place), -last if isinstance(last, int) else 0


def _repaired(data: Any, place: Place, is_missing: bool) -> Any:
    """A copy without the refused value; of a missing key, with a stand-in or without the block that misses it."""
    if is_missing:
        if len(place) == 1 and place[0] in MISSING:
            return {**data, place[0]: MISSING[str(place[0])]}
        if place[0] == "channels" and place[-1] == "network":
            return _replaced(data, place, NETWORK)
        if place == ("campaign", "content") and isinstance(data.get("content"), dict):
            return _replaced(data, place, next(iter(data["content"]), None))
        place = place[:-1]
    if not place:
        return data
    if len(place) == 2 and place[0] in STAND_INS and isinstance(at(data, place[:1]), dict):
        return _replaced(data, place, STAND_INS[str(place[0])])
    holder = at(data, place[:-1])
    if isinstance(holder, dict):
        return _replaced(data, place[:-1], {name: value for name, value in holder.items() if name != place[-1]})
    if isinstance(holder, list) and isinstance(place[-1], int):
        return _replaced(data, place[:-1], holder[: place[-1]] + holder[place[-1] + 1 :])
    return data


def _replaced(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    if not isinstance(data, dict | list):
        return data
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = _replaced(copy.get(place[0]) if isinstance(copy, dict) else copy[int(place[0])], place[1:], value)
    return copy
