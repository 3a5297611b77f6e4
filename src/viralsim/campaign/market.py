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
