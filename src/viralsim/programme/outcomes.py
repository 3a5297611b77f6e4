"""The launches of a programme in the words of the results: totals as of one campaign, and what every launch was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import arm_outcomes, cost_lines
from viralsim.campaign.compile import Arm
from viralsim.campaign.numbers import beside
from viralsim.kernels.counts import Count
from viralsim.programme.ledger import ProgrammeWorlds
from viralsim.records.record import ArmOutcomes, total_of_lines
from viralsim.scenario.costs import FEE_LINES, fee_lines

F8 = NDArray[np.float64]
HOURS_LINE, NURTURE_LINE = "community management hours", "programme nurture"
COUNTED = {
    "reach": Count.REACH,
    "shares": Count.SHARES,
    "earned_shares": Count.EARNED_SHARES,
    "critical_shares": Count.CRITICAL_SHARES,
    "conversions": Count.CONVERSIONS,
}


def programme_outcomes(worlds: ProgrammeWorlds) -> ArmOutcomes:
    """Totals of all launches as ``ArmOutcomes``, with ``launches``: name -> float64[W, L]."""
    arm = replace(worlds.arm, enrolment=worlds.pool.enrolment)
    by_launch = [_launch_costs(arm, worlds, launch) for launch in range(worlds.long.launches)]
    lines: dict[str, F8] = {}
    for launch in by_launch:
        for name, usd in launch.items():
            lines[name] = lines.get(name, np.zeros(len(usd))) + usd
    total = arm_outcomes(arm, worlds.total(), lines)
    cost = np.stack([total_of_lines(one, len(worlds.done)) for one in by_launch], axis=1)
    table = {name: worlds.noted[name] for name in worlds.noted}
    table |= {name: worlds.counts[:, :, column].astype(np.float64) for name, column in COUNTED.items()}
    starts = worlds.long.every * np.arange(worlds.long.launches)
    table["starts_hours"] = np.broadcast_to(starts, worlds.done.shape + starts.shape).copy()
    sold = table["conversions"] + table["repeat_purchases"]
    value = sold * beside(arm.spec.content[arm.spec.campaign.content].sale_value_usd)
    table |= {"cost_usd": cost, "value_usd": value, "net_usd": value - cost}
    if worlds.long.launches > 1 and np.any(worlds.long.customers.repeat > 0.0):  # which tick these are of is not known
        series = {name: values for name, values in total.series.items() if name != "conversions"}
        total = replace(total, series=series)
    return replace(total, launches=table)


def _launch_costs(arm: Arm, worlds: ProgrammeWorlds, launch: int) -> dict[str, F8]:
    """What each line of one launch cost, with the time until the next, US$, float64[W]."""
    spec, tier = arm.spec, arm.spec.campaign.advocates
    people = arm.enrolment
    if tier is not None and tier.cost_per == "enrolled":
        people = replace(people, cost_usd=np.where(worlds.active[:, launch], people.cost_usd, 0.0))
    if people.terms is not None:
        people = replace(people, terms=people.terms.taking_part(worlds.active[:, launch]))
    lines = cost_lines(replace(arm, enrolment=people), worlds.of_launch(launch), worlds.active[:, launch])
    more = launch + 1 < worlds.long.launches
    manager = spec.campaign.community_management
    if more and manager is not None and manager.hours_usd(1.0):
        lines[HOURS_LINE] = np.full(len(worlds.done), manager.hours_usd(worlds.long.every))
    nurture = None if tier is None else tier.programme.nurture
    if more and tier is not None and nurture is not None:
        made = (
            worlds.noted["advocates_joined"][:, launch + 1] * nurture.hours_per_advocate * tier.programme.usd_per_hour
        )
        if made.any():
            lines[NURTURE_LINE] = lines.get(NURTURE_LINE, np.zeros(len(made))) + made
    own = {name: usd for name, usd in lines.items() if name not in FEE_LINES}
    return own | {name: np.zeros(len(worlds.done)) + usd for name, usd in fee_lines(spec, own).items()}
