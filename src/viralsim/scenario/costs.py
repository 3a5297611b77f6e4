"""What a campaign is planned to cost; the run itself counts what was spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viralsim.errors import Problem
from viralsim.member_names import handle_key
from viralsim.scenario.amounts import sign
from viralsim.scenario.campaign import Advocates, Paid
from viralsim.scenario.programme import HOURS_PER_WEEK
from viralsim.scenario.spec import Spec

EQUAL_WITHIN = 0.01  # arms of equal money may differ by this part


def planned_costs(spec: Spec) -> dict[str, float]:
    """Cost by line of one arm, in the order of the campaign; an upper bound where advocates are paid by the post."""
    campaign = spec.campaign
    lines: dict[str, float] = {}

    def add(name: str, usd: float) -> None:
        if usd:
            lines[name] = lines.get(name, 0.0) + usd

    for owned in campaign.owned:
        add("owned", owned.cost_usd)
    for paid in campaign.paid:
        if paid.boost is None or campaign.advocates is not None:
            add(paid_name(paid), paid.budget_usd)
    tier = campaign.advocates
    people = advocates_count(spec)
    if tier is not None and people != 0:
        asks = 1 if tier.cost_per == "enrolled" else len(tier.posts_at)
        add("advocates", (people or 0) * asks * tier.cost_usd * (not tier.creators))
        for name, usd in _creator_costs(tier).items():
            add(name, usd)
        add("programme set-up", tier.programme.setup_usd / tier.programme.launches)
        add("programme nurture", tier.programme.nurture_usd)
        hours = tier.programme.hours_per_week * spec.horizon / HOURS_PER_WEEK
        add("programme hours", hours * tier.programme.usd_per_hour)
    manager = campaign.community_management
    if manager is not None:
        add("community management", manager.cost_usd_per_day * manager.days(spec.horizon))
        add("community management hours", manager.hours_usd(spec.horizon))
    return lines | {name: usd for name, usd in fee_lines(spec, lines).items() if usd}


def programme_costs(spec: Spec, launch: dict[str, float]) -> dict[str, float]:
    """US$ by line over all launches, where one costs ``launch``: a manager's hours go on between launches."""
    long, manager = spec.programme, spec.campaign.community_management
    if long is None:
        return launch
    lines = {name: usd * long.launches for name, usd in launch.items()}
    if manager is not None and manager.hours_usd(1.0):
        lines["community management hours"] = manager.hours_usd(long.hours(spec.horizon))
    own = {name: usd for name, usd in lines.items() if name not in FEE_LINES}
    return own | {name: usd for name, usd in _fees_of_launches(spec, own, long.launches).items() if usd}


def _fees_of_launches(spec: Spec, lines: Mapping[str, float], launches: int) -> dict[str, float]:
    """Production and the agency's fixed fee once a launch, its share on all lines."""
    fees = spec.campaign.fees
    if fees is None:
        return {}
    production = fees.production_usd * launches
    share = fees.agency_share * (sum(lines.values()) + production)
    return {"production": production, "agency fee": fees.agency_usd * launches + share}


FEE_LINES = ("production", "agency fee")


def fee_lines(spec: Spec, lines: Mapping[str, Any]) -> dict[str, Any]:
    """Production, and the agency's fee on all other lines; nothing where the campaign has no fees."""
    fees = spec.campaign.fees
    if fees is None:
        return {}
    rest = sum(lines.values(), start=fees.production_usd)
    return {"production": fees.production_usd, "agency fee": fees.agency_usd + fees.agency_share * rest}


def _creator_costs(tier: Advocates) -> dict[str, float]:
    """What creators named in the scenario cost at most, by line; those of a file are known when it is read."""
    lines = {"advocates": 0.0, "creator fees": 0.0, "creator gifts": 0.0}
    if isinstance(tier.choose, dict) and "members" in tier.choose:
        named = {handle_key(one) for one in tier.choose["members"]}
    else:
        named = {handle_key(one.handle) for one in tier.creators}
    once: set[str] = set()
    for one in tier.creators:
        person = handle_key(one.handle)
        if person not in named:
            continue
        asks = one.posts or len(one.posts_at or tier.posts_at)
        lines["creator fees"] += one.fee_per_post_usd * asks
        if person in once:
            continue
        once.add(person)
        once_usd = one.flat_fee_usd + one.exclusivity_usd
        pays = one.fee_per_post_usd + once_usd + one.gift_usd + one.commission_usd + one.commission_share
        price = one.cost_usd if one.cost_usd is not None else 0.0 if pays else tier.cost_usd
        lines["advocates"] += price * (1 if tier.cost_per == "enrolled" else asks)
        lines["creator fees"] += once_usd
        lines["creator gifts"] += one.gift_usd
    return lines


def paid_name(line: Paid) -> str:
    """What a paid line's cost is called: advertising and boosts of creators' posts apart."""
    return f"paid on {line.channel}" if line.boost is None else f"boosts on {line.channel}"


def advocates_count(spec: Spec) -> int | None:
    """Number of advocates of an arm; None where only their file says it."""
    tier = spec.campaign.advocates
    if tier is None:
        return 0
    if tier.file is not None:
        return None
    if tier.creators and not (isinstance(tier.choose, dict) and "members" in tier.choose):
        return len({handle_key(one.handle) for one in tier.creators})
    if isinstance(tier.choose, dict) and "members" in tier.choose:
        return len(tier.choose["members"]) if tier.count is None else tier.count
    return tier.programme.places(tier.count or 0)


def paid_share(spec: Spec, budget_usd: float) -> float:
    """Factor on all paid budgets that makes the planned cost ``budget_usd``; ValueError where none does."""
    lines = planned_costs(spec)
    paid = sum(
        line.budget_usd for line in spec.campaign.paid if line.boost is None or spec.campaign.advocates is not None
    )
    fees = spec.campaign.fees
    grows = 1.0 if fees is None else 1.0 + fees.agency_share  # the agency's part is paid on advertising too
    paid *= grows
    other = sum(lines.values()) - paid
    if paid == 0:
        raise ValueError("needs a paid line with a budget above 0 to scale: add one, or leave budget_usd out")
    if budget_usd < other:
        raise ValueError(
            f"is below the {other:,.2f} {sign(spec.currency)} that the arm costs without advertising: raise it"
        )
    return (budget_usd - other) / paid


def unequal_money(
    costs: dict[str, float], currency: str, baseline: str | None, asked: bool | Sequence[str] = True
) -> list[Problem]:
    """What is wrong with arms whose costs (by arm) differ by more than 1 %: those ``asked`` for, or all but the baseline."""
    named = None if isinstance(asked, bool) else set(asked)
    compared = {arm: usd for arm, usd in costs.items() if (arm in named if named is not None else arm != baseline)}
    most = max(compared.values(), default=0.0)
    most_expensive = next((arm for arm, usd in compared.items() if usd == most), "")
    return [
        Problem(
            f"arm {arm} costs {usd:,.2f} {sign(currency)} and {most_expensive} {most:,.2f}: equal_money asks for at most 1 % "
            "between them; change its lines or give it budget_usd",
            "equal_money",
        )
        for arm, usd in compared.items()
        if most - usd > EQUAL_WITHIN * most
    ]
