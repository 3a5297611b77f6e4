"""Arms: overlays of path -> value on the plain data of a scenario."""

from __future__ import annotations

from typing import Any

from viralsim.scenario.amounts import Usd
from viralsim.scenario.blocks import Block, key
from viralsim.scenario.complete import complete
from viralsim.scenario.costs import paid_share
from viralsim.scenario.paths import PathError, parse_path, put
from viralsim.scenario.reading import Place
from viralsim.scenario.slots import FIXED_PARTS
from viralsim.scenario.spec import Spec

BUDGET = "budget_usd"
OVERLAID = ("campaign", "content", "channels")


class ArmBudget(Block):
    """The one word of an arm that is no path: money that its paid lines are scaled to."""

    budget_usd: Usd = key(..., "planned cost of the whole arm; its paid lines are scaled to fit")


def overlay(data: Any, arm: Any) -> Any:
    """The plain data of a scenario with one arm laid over; PathError names a path that leads nowhere."""
    for path, value in (arm or {}).items():
        if path != BUDGET:
            place = parse_path(path)
            refuse_shared(place)
            data = put(data, place, value)
    return data


def refuse_shared(place: Place) -> None:
    """Arms share audience, networks, time and luck; PathError where an overlay would part them."""
    if place[0] not in OVERLAID:
        raise PathError(
            f"{place[0]} is the same for all arms: an arm overlays {', '.join(OVERLAID)} (or says {BUDGET})"
        )
    if place[0] == "channels" and (len(place) < 3 or place[2] in FIXED_PARTS):
        raise PathError("networks and presence are the same for all arms: overlay other keys of the channel")
    if place[0] == "content" and len(place) < 2:
        raise PathError("contents are the same for all arms: overlay keys of one of them")


def scale_budget(data: Any, arm: Any) -> Any:
    """Scale the paid lines of an overlaid scenario so that its planned cost is the arm's ``budget_usd``."""
    if not isinstance(arm, dict) or arm.get(BUDGET) is None:
        return data
    budget = ArmBudget.model_validate({BUDGET: arm[BUDGET]}).budget_usd
    spec = Spec.model_validate(complete(data))
    factor = paid_share(spec, budget)
    for i, line in enumerate(spec.campaign.paid):
        data = put(data, ("campaign", "paid", i, "budget_usd"), line.budget_usd * factor)
    return data


def origin(arm: str, overlaid: Any, place: Place) -> Place | None:
    """Where in the file the value at ``place`` of an overlaid scenario is, if the arm says it."""
    for path in overlaid or {}:
        try:
            prefix = parse_path(path)
        except PathError:
            continue
        if place[: len(prefix)] == prefix:
            return ("arms", arm, path, *place[len(prefix) :])
    return None
