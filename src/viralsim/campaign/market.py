"""What the number of members should be: the reachable market, beside what the plan says of followers, reach and money."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from viralsim.campaign.compile import Arm
from viralsim.campaign.shared_arrays import CompiledAudience

FOLLOWERS_PART = 0.9  # assumption: where more of a market follows the brand, hardly anybody is left to win
PAID_A_MEMBER = 10.0  # impressions per member beyond which money meets the same people again


def market(compiled: CompiledAudience, arms: Mapping[str, Arm]) -> tuple[list[str], list[str]]:
    """(lines, warnings): how many people the plan's followers and money speak of, beside the members of the audience.

    Members are the reachable market: everybody whom the campaign could reach, not only the brand's own followers.
    """
    followers = {what: people for arm in arms.values() for what, people in _of_followers(compiled, arm).items()}
    paid = {
        what: people for arm in arms.values() for what, people in _of_money(arm).items()
    }  # above it another warning tells
    needs = followers | paid
    if not needs:
        return [], []
    what, most = max(needs.items(), key=lambda need: need[1])
    lines = [f"members are the reachable market: {_who(compiled)} here; the plan speaks of {most:,} or more ({what})"]
    warnings = [
        f"{_who(compiled)} members are fewer than the plan speaks of: {text} means a market of about {people:,}; raise "
        "audience.members to the people whom the campaign can reach, or lower that"
        for text, people in followers.items()
        if people > compiled.members
    ]
    return lines, warnings


def frequency_lines(arm: Arm) -> list[str]:
    """How many members each paid line with a frequency goal is expected to reach so often."""
    plan, lines = arm.world.plan, []
    for i, line in enumerate(arm.spec.campaign.paid):
        people, goal = people_of_line(arm, i), line.frequency_goal
        if goal is None or not people:
            continue
        from scipy.special import pdtrc

        mean = float(plan.paid_count[i].sum()) / people
        expected = people * float(pdtrc(goal - 1, _rate(mean, line.frequency_cap)))
        often = f"{goal} or more of {mean:.3g} impressions per member"
        lines.append(f"paid[{i}]: about {expected:,.0f} of {people:,} members get {often}, its frequency goal")
    return lines


def _rate(mean: float, cap: int | None) -> float:
    """The rate of the Poisson number of impressions per member that has this mean once it is cut off at the cap.

    Impressions fall on members at random, each on somebody below the cap: so many have n of them as if each member had a Poisson
    number, cut off there.
    """
    if cap is None or mean <= 0.0:
        return mean
    from scipy.optimize import brentq  # 0.2 s, which a scenario without a frequency cap need not wait
    from scipy.special import pdtrc

    def too_many(rate: float) -> float:
        return float(pdtrc(np.arange(cap), rate).sum()) - mean

    highest = 10.0 * (cap + 10.0)
    return highest if too_many(highest) <= 0.0 else float(brentq(too_many, 0.0, highest))


def people_of_line(arm: Arm, line: int) -> int:
    """How many members a paid line may be shown to."""
    plan = arm.world.plan
    return int(plan.paid_start[line + 1] - plan.paid_start[line]) or present_on(arm, int(plan.paid_channel[line]))


def present_on(arm: Arm, channel: int) -> int:
    """How many members have an account on a channel."""
    start = arm.world.audience.present_start
    there = int(start[channel + 1] - start[channel])
    return there or int(arm.world.graph.indptr.shape[1] - 1)


def _who(compiled: CompiledAudience) -> str:
    """How many can be reached."""
    prospects = f" and {compiled.prospects:,} prospects" if compiled.prospects else ""
    return f"{compiled.audience_members:,}{prospects}"


def _of_followers(compiled: CompiledAudience, arm: Arm) -> dict[str, int]:
    """How large a market the brand's followers need, by what says so."""
    found = {}
    for line in arm.spec.campaign.owned:
        present = np.count_nonzero(compiled.present_on(compiled.channels.index(str(line.channel))))
        if line.followers:  # of those in the market who have an account there
            people = round(line.followers / FOLLOWERS_PART * compiled.members / int(present))
            found[f"{line.followers:,} followers of the brand on {line.channel}"] = people
    return found


def _of_money(arm: Arm) -> dict[str, int]:
    """How large a market the paid impressions need."""
    bought = int(arm.world.plan.paid_count.sum())
    return {f"{bought:,} paid impressions": round(bought / PAID_A_MEMBER)} if bought else {}
