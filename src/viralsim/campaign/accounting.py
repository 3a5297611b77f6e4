"""What the kernels counted becomes measures with names, money included."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.compile import Arm
from viralsim.campaign.creators.tier_cost import tier_usd
from viralsim.campaign.further_measures import further_measures
from viralsim.campaign.market import people_of_line
from viralsim.campaign.numbers import is_column, number
from viralsim.campaign.own_rules import own_measures
from viralsim.campaign.plan import IMPRESSIONS_PER_CPM, line_cpm
from viralsim.campaign.segments import among_measures, by_segment
from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.arrays.narrow_columns import NarrowColumns, column_of
from viralsim.kernels.batch import RawWorlds
from viralsim.kernels.counts import Count, Series
from viralsim.records.columns import Counted, MadeColumns, OfTwo, is_one_number
from viralsim.records.record import ArmOutcomes, total_of_lines
from viralsim.scenario.costs import FEE_LINES, fee_lines, paid_name, planned_costs, programme_costs

F8: TypeAlias = NDArray[np.float64]
FEES, GIFTS, COMMISSIONS, DISCOUNTS = "creator fees", "creator gifts", "creator commissions", "promo discounts"
BY_THE_PERSON = ("advocates", FEES, GIFTS)  # lines of planned costs that grow with who is enrolled
HOURS_PER_WEEK = 168.0


def cost_lines(arm: Arm, raw: RawWorlds, taking_part: NDArray[np.bool_] | None = None) -> dict[str, F8]:
    """What each line of the arm cost in each world, float64[W]: to be read, as one number may stand for all worlds.

    Paid lines cost what was bought (a frequency cap can leave money unspent); advocates cost a person enrolled, each
    time asked, or each time posted; set-up is shared by the launches of the programme. taking_part: who of the tier
    was asked, bool[W, A]; None: everybody.
    """
    spec, campaign = arm.spec, arm.spec.campaign
    worlds = len(raw.counts)
    lines: dict[str, F8 | float] = {}

    def add(name: str, usd: F8 | float) -> None:
        lines[name] = lines.get(name, 0.0) + usd

    for owned in campaign.owned:
        if np.any(owned.cost_usd):
            add("owned", owned.cost_usd)
    for i, line in enumerate(campaign.paid):
        bought = column_of(raw.paid_bought, i)
        if worlds and bought.min() == bought.max():  # as nearly always: one number then is enough
            bought = bought[0]
        add(paid_name(line), bought.astype(np.float64) * line_cpm(spec, line) / IMPRESSIONS_PER_CPM)
    tier = campaign.advocates
    if tier is not None and len(arm.enrolment):
        add("advocates", tier_usd(arm, raw, taking_part))
        for name, usd in _creator_lines(arm, raw).items():
            add(name, usd)
        programme = tier.programme
        if programme is not None:
            hours = programme.hours_per_week * spec.horizon / HOURS_PER_WEEK
            add("programme set-up", programme.setup_usd / programme.launches)
            if np.any(programme.nurture_usd):
                add("programme nurture", programme.nurture_usd)
            add("programme hours", hours * programme.usd_per_hour)
    manager = campaign.community_management
    if manager is not None:
        add("community management", manager.cost_usd_per_day * manager.days(spec.horizon))
        if manager.hours_usd(1.0):
            add("community management hours", manager.hours_usd(spec.horizon))
    for name, usd in fee_lines(spec, lines).items():
        add(name, usd)
    return {name: np.broadcast_to(usd, worlds) for name, usd in lines.items()}


def _creator_lines(arm: Arm, raw: RawWorlds) -> dict[str, F8]:
    """What creators are paid by their terms in each world, float64[W]: by posts made, once, and by the sales of their own posts.

    Their own posts' sales are conversions on impressions of planned posts, and of boosts of these posts.
    """
    terms = arm.enrolment.terms
    if terms is None or not terms.pays:
        return {}
    worlds, people = len(raw.counts), len(arm.enrolment)
    posted, sales = np.zeros((worlds, people)), np.zeros((worlds, people))
    posted[:, : raw.posted.shape[1]] = raw.posted
    sales[:, : raw.asked_sales.shape[1]] = raw.asked_sales
    for line, paid in enumerate(arm.spec.campaign.paid):
        if paid.boost is not None and (row := arm.enrolment.row_of(paid.boost)) is not None:
            sales[:, row] += raw.paid_sales[:, line]
    commission, discount = terms.per_sale(number(arm.spec.content[arm.spec.campaign.content].value_usd))
    return {
        FEES: (posted * terms.of["fee_per_post_usd"]).sum(axis=1)
        + (terms.of["flat_fee_usd"] + terms.of["exclusivity_usd"]).sum(axis=-1),
        GIFTS: np.zeros(worlds) + terms.of["gift_usd"].sum(axis=-1),
        COMMISSIONS: (sales * commission).sum(axis=1),
        DISCOUNTS: (sales * discount).sum(axis=1),
    }


def expected_cost_lines(arm: Arm) -> dict[str, float]:
    """What an arm will cost by line, before it runs: the enrolment's own prices, and of paid lines what a cap lets be bought.

    Commissions and discounts come on top, sale by sale.

    An upper bound where advocates are paid by the post, or where a paid line's cap may leave more unsold.
    """
    spec, plan = arm.spec, arm.world.plan
    lines = {
        name: usd
        for name, usd in planned_costs(spec).items()
        if name != "advocates" and name not in {paid_name(line) for line in spec.campaign.paid}
    }
    paid: dict[str, float] = {}
    for line, asked, sold in zip(spec.campaign.paid, plan.paid_count.sum(axis=1), paid_impressions(arm), strict=True):
        usd = sold * line_cpm(spec, line) / IMPRESSIONS_PER_CPM if sold < asked or not asked else line.budget_usd
        paid[paid_name(line)] = paid.get(paid_name(line), 0.0) + usd
    tier = spec.campaign.advocates
    people: dict[str, float] = {}
    if tier is not None and len(arm.enrolment):
        people = {"advocates": float(arm.enrolment.asked_usd(tier).sum())}
        terms = arm.enrolment.terms
        if terms is not None:
            posts = np.bincount(plan.planned_advocate, minlength=len(arm.enrolment))
            once = terms.of["flat_fee_usd"] + terms.of["exclusivity_usd"]
            people[FEES] = float((terms.of["fee_per_post_usd"] * posts + once).sum())
            people[GIFTS] = float(terms.of["gift_usd"].sum())
    lines = {name: usd for name, usd in ({**paid, **people} | lines).items() if name not in FEE_LINES}
    launch = {name: usd for name, usd in (lines | fee_lines(spec, lines)).items() if usd}
    return programme_costs(spec, launch)


def paid_impressions(arm: Arm) -> NDArray[np.int64]:
    """Impressions that each paid line can get, int64[lines]: what its budget buys, as far as its frequency cap lets it."""
    plan = arm.world.plan
    asked = plan.paid_count.sum(axis=1).astype(np.int64)
    people = [people_of_line(arm, i) for i in range(len(asked))]
    most = plan.paid_cap.astype(np.int64) * np.array(people, dtype=np.int64)
    return np.asarray(np.where(plan.paid_cap > 0, np.minimum(asked, most), asked))


def measures(arm: Arm, raw: RawWorlds, cost: F8) -> MadeColumns:
    """The measures by name, float64[W]; NaN where a world does not define one. Each is made when it is asked for."""
    spec = arm.spec
    content = spec.content[spec.campaign.content]

    def of(column: Count) -> F8:
        return column_of(raw.counts, column).astype(np.float64)

    def counted(column: Count, among: Count | None = None, unit: float = 1.0, less: float = 0.0) -> Counted:
        there = None if among is None else column_of(raw.counts, among)
        return Counted(column_of(raw.counts, column), there, unit, less)

    by_source = [column_of(raw.counts, Count.IMPRESSIONS_OWNED + source) for source in Source]
    shown = [column for column in by_source if not is_one_number(column)] or by_source[:1]  # else nothing but zeros
    value = number(content.sale_value_usd)

    def answers_per_post(posts: NDArray[Any], starts: NDArray[Any]) -> F8:
        return np.asarray((posts - starts) / posts)

    def value_usd() -> F8:
        return np.asarray(of(Count.CONVERSIONS) * value)

    def net_usd() -> F8:
        return value_usd() - cost

    makers: dict[str, Callable[[], F8]] = {
        "reach": counted(Count.REACH),
        "impressions": Counted(shown[0], also=shown[1:]),
        "shares": counted(Count.SHARES),
        "critical_shares": counted(Count.CRITICAL_SHARES),
        "engagements": counted(Count.ENGAGEMENTS),
        "conversions": counted(Count.CONVERSIONS),
        "largest_cascade": counted(Count.LARGEST_CASCADE),
        "depth": counted(Count.DEPTH, Count.NODES),
        "max_breadth": counted(Count.MAX_BREADTH, Count.NODES),
        "structural_virality": lambda: raw.structural_virality,
        "reproduction_number": OfTwo(
            column_of(raw.counts, Count.MEMBER_NODES), column_of(raw.counts, Count.MEMBER_STARTS), answers_per_post
        ),
        "time_to_peak_hours": counted(Count.PEAK_TICK, Count.SHARES, spec.tick),
        "half_time_hours": counted(Count.HALF_TICK, Count.SHARES, spec.tick),
        "earned_reach": counted(Count.EARNED_REACH),
        "earned_shares": counted(Count.EARNED_SHARES),
        "value_usd": value_usd,
        "net_usd": net_usd,
    }
    if not is_column(value):
        makers["value_usd"] = counted(Count.CONVERSIONS, unit=value)
        if is_one_number(cost):
            makers["net_usd"] = counted(Count.CONVERSIONS, unit=value, less=float(cost[0]))
    makers |= further_measures(spec, raw)
    makers |= among_measures(spec, raw)
    makers |= own_measures(spec, raw, int(arm.world.graph.indptr.shape[1] - 1))
    return MadeColumns(makers, len(raw.counts))


def arm_outcomes(arm: Arm, raw: RawWorlds, lines: dict[str, F8] | None = None) -> ArmOutcomes:
    """Everything that the worlds of one arm returned, in the words of the results. ``lines``: costs that are known already."""
    lines = cost_lines(arm, raw) if lines is None else lines
    cost = total_of_lines(lines, len(raw.counts))

    def floats(table: NarrowColumns | NDArray[Any], column: int) -> F8:
        return np.asarray(column_of(table, column), dtype=np.float64)

    sources = {s.name.lower(): partial(floats, raw.counts, Count.IMPRESSIONS_OWNED + s) for s in Source}
    channels = list(arm.spec.channels)
    count = len(arm.enrolment)

    def padded(values: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.concatenate([values, np.zeros(count - len(values), dtype=np.int64)])

    return ArmOutcomes(
        name=arm.name,
        measures=measures(arm, raw, cost),
        impressions_by_source=MadeColumns(sources, len(raw.counts)),
        reach_by_channel=MadeColumns(
            {c: partial(floats, raw.reach_by_channel, i) for i, c in enumerate(channels)}, len(raw.counts)
        ),
        reach_by_community=raw.reach_by_community,
        by_segment=by_segment(arm.segments, raw),
        cost_lines=lines,
        series={s.name.lower(): raw.series[:, :, s] for s in Series},  # views: who asks for one copies it
        cascade_sizes=raw.cascade_sizes,
        generations=raw.generations,
        advocates={
            "id": np.array([str(h) for h in arm.enrolment.handles], dtype=np.str_),
            "posts": padded(raw.advocate_posts),
            "shares": padded(raw.advocate_shares),
        }
        if count
        else {},
    )
