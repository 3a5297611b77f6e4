"""Values that are varied: which paths may be, and whether a value fits its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from viralsim.scenario.messages import Finding, findings
from viralsim.scenario.paths import PathError, Slot, adapter, as_written, leaf_slot, parse_path
from viralsim.scenario.reading import Place, path_text
from viralsim.units import Duration, Real, Whole

STUDIES = ("uncertain", "calibration", "sweep", "variants", "field_test")
FIXED_PARTS = ("network", "presence", "preset")  # of a channel: the same in all worlds and arms
SHARED = ("viralsim", "name", "about", "arms", "baseline", "currency", *STUDIES, "seed", "worlds", "populations")
FIXED_IN_A_WORLD = (
    *SHARED,
    "audience",
    "goal",
    "viral_when",
    "flop_when",
    "equal_money",
    "question",
    "horizon",
    "tick",
    "launch_at",
    "launch_day",
)


def varied_slot(data: Any, path: str) -> Slot:
    """The slot of a number that differs between worlds; PathError where it cannot."""
    target = parse_path(path)
    if target[0] in FIXED_IN_A_WORLD:
        raise PathError(f"{target[0]} is fixed before worlds are drawn: it cannot be uncertain{_instead(target)}")
    if target[0] == "channels" and len(target) > 2 and target[2] in FIXED_PARTS:
        raise PathError(
            f"{target[2]} is fixed before worlds are drawn: it cannot be uncertain; compare values in a sweep"
        )
    if target[-1] == "frequency_goal":
        raise PathError("says what is counted: it cannot be uncertain")
    if target[0] == "channels" and target[-1] == "envelope":
        raise PathError("says how luck is drawn: it cannot be uncertain")
    if target == ("programme", "launches"):
        raise PathError("is the same in all worlds: it cannot be uncertain; compare values in a sweep")
    slot = leaf_slot(data, target)
    if not isinstance(slot.quantity, Real | Whole | Duration):
        raise PathError("is no number that can vary: name a key with a number or a duration")
    return slot


def _instead(target: Place) -> str:
    """What to do in place of drawing what is the same in all worlds."""
    if target[0] == "arms" and len(target) > 2:
        drawn = path_text(target[2:])
        return f"; give {drawn} a range, which every arm that does not set it draws, or compare values in a sweep"
    return "" if target[0] in SHARED else "; compare values in a sweep"


def is_whole(data: Any, path: str) -> bool:
    """Whether the schema wants a whole number at a path; PathError where it leads nowhere."""
    return isinstance(leaf_slot(data, parse_path(path)).quantity, Whole)


def check_value(slot: Slot, value: Any, place: Place, hours: bool = False) -> Iterator[Finding]:
    """Whether a value fits a slot. ``hours``: a number in place of a duration is in hours."""
    value = as_written(slot, value) if hours else value
    try:
        adapter(slot).validate_python(value)
    except ValidationError as error:
        yield from findings(error, value, place)
