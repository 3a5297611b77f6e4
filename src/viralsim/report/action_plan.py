"""What to do with an answer: dates and budget lines, the manager's hours, who the advocates are, what to watch for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import NamedTuple

import numpy as np

from viralsim.campaign.accounting import BY_THE_PERSON, COMMISSIONS, DISCOUNTS, HOURS_PER_WEEK
from viralsim.errors import InputError
from viralsim.measurement.arms import chance, chance_of_loss, has_value
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import money, number, percent, price_or_number
from viralsim.measurement.question import capital
from viralsim.measurement.turning.input_words import named
from viralsim.measurement.turning.sentences import turn_side
from viralsim.report.selectors import main_measure
from viralsim.results import Result
from viralsim.scenario import Scenario, loads
from viralsim.scenario.campaign import Advocates, CommunityManagement
from viralsim.scenario.costs import paid_name
from viralsim.scenario.spec import Spec
from viralsim.units import counted

MOST_PEOPLE, MOST_PLANNED_MEMBERS = 10, 1_000_000
PAID_TO_ADVOCATES = (*BY_THE_PERSON, COMMISSIONS, DISCOUNTS)
CHOSEN = {"degree": "Those with the most followers", "random": "Drawn at random"}
CHECK_AT = 1 / 3  # of the horizon: late enough to tell, early enough to act
Rows = list[list[str]]


class PlanTitles(NamedTuple):
    """What each table of a plan is called."""

    steps: str
    people: str
    manager: str
    risks: str


@dataclass(frozen=True)
class ActionPlan:
    """Tables for a meeting, each with its head; empty where there is nothing to say.

    arm: the one that leads, whose plan it is. advocates_arm: whose advocates are listed. note: on the advocates.
    managed_arm: whose manager's hours are listed: the one that leads, else the one with advocates.
    """

    arm: str
    steps: Rows
    advocates_arm: str
    people: Rows
    note: str
    risks: Rows
    manager: Rows
    managed_arm: str

    @property
    def titles(self) -> PlanTitles:
        """The titles of its tables, the same on a page, on paper and on slides."""
        return PlanTitles(
            f"If you choose {self.arm}: what to do, and when",
            f"Who the advocates are (option {self.advocates_arm})",
            f"What the manager does, and when (option {self.managed_arm})",
            "Risks, and what to watch for",
        )


def action_plan(result: Result) -> ActionPlan | None:
    """The plan of the arm that leads; None where the scenario asks nothing, or cannot be read again."""
    if result.question is None or not result.scenario_yaml:
        return None
    try:
        scenario = loads(result.scenario_yaml, Path(result.scenario_file or ".").parent)
    except InputError:
        return None
    specs = scenario.arm_specs()
    first, second = result.question.leading
    if first not in specs:
        return None
    with_people = next((arm for arm in (first, second, *specs) if _has_advocates(specs.get(arm))), "")
    people, note = _people(scenario, with_people) if with_people else ([], "")
    managed = next((arm for arm in (first, with_people) if arm and _manager(specs[arm])), "")
    return ActionPlan(
        first,
        _steps(result, specs[first], first),
        with_people,
        people,
        note,
        list(_risks(result, specs)),
        _manager(specs[managed]) if managed else [],
        managed,
    )


def _has_advocates(spec: Spec | None) -> bool:
    return spec is not None and spec.campaign.advocates is not None and spec.campaign.advocates.count != 0


def _day(hours: float) -> str:
    return f"day {int(hours // 24) + 1}"


def _days(hours: tuple[float, ...]) -> str:
    found = [str(int(at // 24) + 1) for at in sorted(hours)]
    return f"day{'' if len(found) == 1 else 's'} {', '.join(dict.fromkeys(found))}"


def _span(starts: float, ends: float) -> str:
    last = int(np.ceil(ends / 24))
    return f"{_day(starts)} to {last}" if last > int(starts // 24) + 1 else _day(starts)


def _steps(result: Result, spec: Spec, arm: str) -> Rows:
    """Line by line: what, when, and for how much; the last row is what all of it cost in the simulations."""
    costs = {line: float(usd.mean()) for line, usd in result.arms[arm].cost_lines.items()}
    planned = list(_lines(spec, costs))
    rows = [[what, when, money(usd, result.currency) if usd else "no cost"] for what, when, usd, _ in planned]
    booked = {line for *_, lines in planned for line in lines}
    rest = {line: usd for line, usd in costs.items() if usd and line not in booked}
    rows += [[capital(line), "over the campaign", money(usd, result.currency)] for line, usd in rest.items()]
    if not rows:
        return []
    total = sum(costs.values())
    last = (
        [["All of it, mean of the simulations", "", money(total, result.currency)]] if total and len(rows) > 1 else []
    )
    return [["what", "when", "budget"], *rows, *last]


def _lines(spec: Spec, costs: dict[str, float]) -> Iterator[tuple[str, str, float, tuple[str, ...]]]:
    """(what, when, amount, lines of cost that the amount stands for)."""
    only, horizon = next(iter(spec.channels)), float(spec.horizon)
    for line in spec.campaign.owned:
        yield f"Post on your own {line.channel or only}", _days(line.posts_at), line.cost_usd, ("owned",)
    for paid in spec.campaign.paid:
        span = _span(paid.starts, horizon if paid.ends is None else float(paid.ends))
        if not costs.get(paid_name(paid)):  # the creator to be boosted is not enrolled, or nothing is bought
            continue
        what = "Advertise" if paid.boost is None else f"Boost the post of {paid.boost}"
        yield f"{what} on {paid.channel or only}", span, paid.budget_usd, (paid_name(paid),)
    tier = spec.campaign.advocates
    if tier is not None and tier.count != 0:
        where = ", ".join(tier.channels or spec.channels)
        whom = "the advocates of your list" if tier.listed else counted(tier.count or 0, "advocate")
        own = tuple(name for name in PAID_TO_ADVOCATES if name in costs)
        yield f"Ask {whom} to post on {where}", _days(tier.times), sum(costs[name] for name in own), own
        first, setup = _day(min(tier.times)), costs.get("programme set-up", 0.0)
        if setup:
            yield "Set the advocate programme up", f"before {first}", setup, ("programme set-up",)
        if tier.programme.hours_per_week:
            text = f"Manager of the advocates, {number(tier.programme.hours_per_week)} hours a week"
            yield text, _span(0.0, horizon), costs.get("programme hours", 0.0), ("programme hours",)
    manager = spec.campaign.community_management
    if manager is not None:
        own = ("community management", "community management hours")
        usd = sum(costs.get(name, 0.0) for name in own)
        yield f"Community manager: {_doing(manager)}", _span(manager.starts, horizon), usd, own


def _doing(manager: CommunityManagement) -> str:
    words = (("answer criticism", manager.respond), ("repost what moves", manager.amplify))
    return " and ".join(word for word, on in words if on) or "watch"


def _manager(spec: Spec) -> Rows:
    """What the manager of the advocates does week by week, and the community manager; nothing where there is neither."""
    horizon, tier, manager = float(spec.horizon), spec.campaign.advocates, spec.campaign.community_management
    rows = []
    if tier is not None and tier.count != 0 and tier.programme.hours_per_week:
        hours = tier.programme.hours_per_week
        for week in range(int(np.ceil(horizon / HOURS_PER_WEEK))):
            starts, ends = week * HOURS_PER_WEEK, min((week + 1) * HOURS_PER_WEEK, horizon)
            share = (ends - starts) / HOURS_PER_WEEK
            rows.append([_span(starts, ends), f"{number(hours * share)} h", _week(tier, starts, ends)])
    if manager is not None:
        hours_a_week = "every day" if manager.hours_per_week is None else f"{number(manager.hours_per_week)} h a week"
        rows.append([_span(manager.starts, horizon), hours_a_week, capital(_doing(manager))])
    return [["when", "hours", "what"], *rows] if rows else []


def _week(tier: Advocates, starts: float, ends: float) -> str:
    """The manager's week from ``starts`` to ``ends`` (h): before each round of posts a brief or a reminder, thanks after it."""
    rounds = sorted(dict.fromkeys(int(at // 24) + 1 for at in tier.times))
    mine = [day for day in rounds if starts < day * 24 <= ends]
    if not mine:
        return "Keep in touch" if mine != rounds and starts < rounds[-1] * 24 else "Thank everybody; note who did best"
    parts = []
    for day in mine:
        before = "Brief every advocate" if day == rounds[0] else "Remind the advocates"
        after = "thank who posted" if day == rounds[-1] else "thank who posted, ask those who have not"
        parts.append(f"{before} before day {day}; then {after}")
    return ". ".join(parts)


def _people(scenario: Scenario, arm: str) -> tuple[Rows, str]:
    """Who the advocates are, the best followed first; and how they were chosen."""
    from viralsim.advocates.people import people

    if (scenario.spec.audience.members or 0) > MOST_PLANNED_MEMBERS:
        return [], f"Who they are: viralsim advocates FILE --arm {arm}."
    try:
        found = people(scenario, arm)
    except InputError as error:
        return [], f"Who they are cannot be said: {error}."
    rows = [
        [
            one.handle if found.named else f"member {one.handle}",
            ", ".join(one.channels),
            f"{one.followers:,}",
            percent(one.overlap),
            _why(one.followers, one.overlap, one.match),
            money(one.cost_usd, scenario.spec.currency).replace(" ", "\N{NO-BREAK SPACE}"),
        ]
        for one in found.listed[:MOST_PEOPLE]
    ]
    more = len(found.listed) - len(rows)
    how = f"Those of {found.chosen_by}" if found.named else CHOSEN.get(found.chosen_by, f"Chosen by {found.chosen_by}")
    note = how + (f"; {more:,} more are not shown." if more > 0 else ".")
    if not found.named:
        note += " They are simulated members: look for people with as many followers, or list yours in a file."
    return [["advocate", "channel", "followers", "overlap", "why", "price"], *rows] if rows else [], note


def _why(followers: int, overlap: float, match: float) -> str:
    new = round(followers * (1.0 - overlap))
    fit = f"; content fits them {percent(match)}" if match < 0.995 else ""
    return f"{new:,} reached by nobody above{fit}"


def _risks(result: Result, specs: dict[str, Spec]) -> Iterator[list[str]]:
    """What can go wrong with the arm that leads, how likely it is, and the sign to watch for; the head first."""
    assert result.question is not None
    arm = result.question.leading[0]
    yield ["risk", "chance", "watch for"]
    early = _early_sign(result, arm)
    if has_value(result):
        yield [f"{arm} loses money", percent(chance_of_loss(result, result.arms[arm]).probability), early]
    elif result.flop_when:
        found = chance(result, result.arms[arm], result.flop_when).probability
        yield [f"{arm} flops", "-" if isnan(found) else percent(found), early]
    for turn in result.switching_values[:2]:
        side, at, ahead = turn_side(turn)
        shown = price_or_number(turn.path, result.currency)
        sign = f"{named(result, turn.path)} is {side} {shown(at)} (now {shown(turn.now)})"
        yield [f"{ahead} would have been better", "not known", sign]
    tier = specs[arm].campaign.advocates
    if tier is not None and tier.count and tier.willingness < 1.0:
        few = _few_of(tier.count, tier.willingness)
        if few > 0:
            sign = f"fewer than {few} of {tier.count:,} have posted by {_day(max(tier.times))}"
            yield ["Advocates do not post", "5 % at most, if the willingness holds", sign]


def _early_sign(result: Result, arm: str) -> str:
    """Below what the campaign is worse than 19 in 20 simulations, a third of the way."""
    m = main_measure(result)
    name = m.name if m.name in result.arms[arm].series else "shares"
    if name not in result.arms[arm].series:
        return "-"
    table = result.series(name, quantiles=(0.05,), cumulative=True)
    rows = table[table["arm"] == arm]
    at = int(len(rows) * CHECK_AT)
    hours, low = float(rows["hours"].iloc[at]), float(rows["q05"].iloc[at])
    return f"fewer than {number(low)} {measure(name).label} by {_day(hours)}: 19 in 20 simulations have more"


def _few_of(count: int, chance_of_one: float) -> int:
    """The largest k such that fewer than k of ``count`` have a chance of at most 5 %."""
    from scipy.stats import binom

    return int(binom.ppf(0.05, count, chance_of_one))
