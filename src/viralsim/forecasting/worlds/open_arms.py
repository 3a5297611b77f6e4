"""Which arms are still open: those that do before now what the baseline did, and differ only afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from viralsim.errors import InputError
from viralsim.measurement.number_format import number
from viralsim.records.record import ArmOutcomes
from viralsim.scenario.spec import Spec


def first_free_tick(spec: Spec, at_hours: float) -> int:
    """The first tick that lies wholly after ``at_hours``: what an arm does from then on changes nothing before."""
    return math.ceil(at_hours / spec.tick - 1e-9)


def refuse_differences_before(specs: Mapping[str, Spec], baseline: str, at_hours: float) -> None:
    """Raises: InputError where an arm does another thing than ``baseline`` before ``at_hours``, with the first such path."""
    own = specs[baseline]
    free = first_free_tick(own, at_hours)
    before = _before(own, free)
    for name, spec in specs.items():
        for path, done in _before(spec, free).items():
            if done != before.get(path):
                raise _refusal(name, baseline, path, spec, at_hours, free)
        for path in before.keys() - _before(spec, free).keys():
            raise _refusal(name, baseline, path, spec, at_hours, free)


def _refusal(name: str, baseline: str, path: str, spec: Spec, at_hours: float, free: int) -> InputError:
    return InputError(
        f"arms.{name}: {path} is another than in {baseline} before {number(at_hours)} h, and what is done is done: let the arm do "
        f"what {baseline} did and differ only from {number(free * spec.tick)} h on (posts_at, starts), or name others with --arm"
    )


def _before(spec: Spec, free: int) -> dict[str, Any]:
    """Path -> what it does before tick ``free``; a line that does nothing then is left out."""
    found: dict[str, Any] = {}
    for name, channel in spec.channels.items():
        found |= {f"channels.{name}.{key}": value for key, value in channel.model_dump().items()}
    for name, content in spec.content.items():
        found |= {f"content.{name}.{key}": value for key, value in content.model_dump().items()}
    campaign = spec.campaign
    found["campaign.content"], found["campaign.cross_post"] = campaign.content, campaign.cross_post
    for kind in ("owned", "organic"):
        for i, line in enumerate(getattr(campaign, kind)):
            found |= _posts(f"campaign.{kind}[{i}]", line, spec, free)
    if campaign.advocates is not None:
        found |= _posts("campaign.advocates", campaign.advocates, spec, free)
    for i, paid in enumerate(campaign.paid):
        if spec.tick_of(paid.starts) < free and paid.budget_usd > 0:
            found[f"campaign.paid[{i}]"] = paid.model_dump()
    manager = campaign.community_management
    if manager is not None and spec.tick_of(manager.starts) < free:
        found["campaign.community_management"] = manager.model_dump(exclude={"cost_usd_per_day"})
    for i, done in enumerate(campaign.interventions):
        if spec.tick_of(done.at) < free:
            found[f"campaign.interventions[{i}]"] = done.model_dump()
    found["campaign.stop_when"] = campaign.stop_when
    return found


def _posts(path: str, line: Any, spec: Spec, free: int) -> dict[str, Any]:
    """What a line with ``posts_at`` does before tick ``free``."""
    times = tuple(spec.tick_of(hours) for hours in line.posts_at)
    early = tuple(time for time in times if time < free)
    if not early or getattr(line, "count", None) == 0:
        return {}
    later = {"cost_usd", "cost_per", "programme", "posts_at", "every", "ends"}
    return {path: line.model_dump(exclude=later), f"{path}.posts_at": early}


def refuse_other_pasts(arms: Mapping[str, ArmOutcomes], baseline: str, free: int, tick: float) -> None:
    """Raises: InputError where a world of an arm is not, tick by tick, what it is in ``baseline`` before tick ``free``."""
    own = arms[baseline].series
    for name, arm in arms.items():
        for series, values in arm.series.items():
            other = np.asarray(values)[:, :free] != np.asarray(own[series])[:, :free]
            if other.any():
                world, at = (int(x[0]) for x in np.nonzero(other))
                raise InputError(
                    f"arms.{name}: differs from {baseline} in {series} at {number(at * tick)} h of world {world}, which has "
                    f"passed: let the arm differ only from {number(free * tick)} h on, or name others with --arm"
                )
