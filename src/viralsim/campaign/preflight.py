"""Vital signs: what a campaign looks like before any luck, by the mean field, and what should make one suspicious."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import paid_impressions
from viralsim.campaign.compile import Arm
from viralsim.campaign.creators.brief_warnings import brief_warnings
from viralsim.campaign.market import PAID_A_MEMBER, frequency_lines, market
from viralsim.campaign.mean_field import attention, first_share_probability, share_drive
from viralsim.campaign.own_rules import rule_warnings
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.kernels.arm_inputs import Plan, Rule
from viralsim.kernels.cpu import njit, prefetch
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.blocks import filled
from viralsim.scenario.scenario import Scenario
from viralsim.units import counted

F8: TypeAlias = NDArray[np.float64]
CLIPPED_SHARE = 0.01
EVERYONE = slice(None)
AHEAD = 48  # follows looked ahead: 14 ns per follow become 9 where ten million members are summed over


@njit(cache=True)
def _over_followers(indptr, followers, values):  # type: ignore[no-untyped-def]
    """Sum of ``values`` over the followers of each member, float64[N]. O(follows)."""
    out = np.zeros(len(indptr) - 1)
    last = len(followers) - 1
    for u in range(len(out)):
        total = 0.0
        for e in range(indptr[u], indptr[u + 1]):
            prefetch(values, followers[min(e + AHEAD, last)])
            total += values[followers[e]]
        out[u] = total
    return out


def share_chance(compiled: CompiledAudience, arm: Arm) -> F8:
    """The chance that each member shares a fresh impression of the campaign's content from an ordinary member, float64[N]."""
    focal = int(arm.world.rules.values[Rule.FOCAL])
    drive = share_drive(compiled, arm.spec.content[arm.spec.campaign.content])
    return first_share_probability(arm.appeal[focal], drive)


def reproduction_number(compiled: CompiledAudience, arm: Arm, channel: int) -> float:
    """Shares that one share brings about on a channel, mean field, fresh content, simple reinforcement.

    Third generation over second from a member drawn at random: by then sharers are typical of those who are reached. Both are
    sums over the first generation, of expected sharers two and three steps from its members on.
    """
    graph = arm.world.graph
    share = np.minimum(1.0, share_chance(compiled, arm))
    chance = share * arm.visibility[channel] * attention(compiled, arm.spec)
    indptr = np.ascontiguousarray(graph.indptr[channel])
    first = chance * compiled.following[channel]
    shown = _reshared(arm, channel)  # more or fewer impressions of a share, and the response to it
    sent, sent_to = _sent(arm, channel)

    def next_generation(sharers: F8) -> F8:
        posted: F8 = (1.0 - sent) * shown * _over_followers(indptr, graph.followers, chance * sharers)
        if not sent:
            return posted
        return np.asarray(posted + sent_to * _over_followers(indptr, graph.followers, share * sharers))

    second = next_generation(np.ones(len(chance)))
    third = next_generation(second)
    size = float((first * second).sum())
    return float((first * third).sum()) / size if size > 0 else 0.0


def _sent(arm: Arm, channel: int) -> tuple[float, F8]:
    """(the part of shares that are private sends, what a share brings about by them: that part times trust times the part of each
    member's followers that a send goes to, float64[N])."""
    channels, followers = arm.world.channels, np.diff(arm.world.graph.indptr[channel])
    if not len(channels.send_share):
        return 0.0, np.zeros(len(followers))
    share = float(channels.send_share[channel])
    part = np.minimum(1.0, int(channels.send_reach[channel]) / np.maximum(followers, 1))
    return share, share * float(channels.send_trust[channel]) * part


def _reshared(arm: Arm, channel: int) -> F8:
    """Factor of what a member's share brings about beside their first post, float64[N], or [1]."""
    reshare, factors = arm.world.contents.reshare, arm.world.graph.reshare_visibility
    focal = int(arm.world.rules.values[Rule.FOCAL])
    visible = factors[channel].astype(np.float64) if len(factors) else np.ones(1)
    highest = 1.0 / max(float(arm.visibility[channel]), 1e-300)
    return np.asarray(np.minimum(visible, highest) * (float(reshare[focal]) if len(reshare) else 1.0))


class _Shown(NamedTuple):
    """Who is shown what comes from a source, or from one line of it.

    members: int[M], each as often as they are shown it, or ``EVERYONE``. weight: float64[M], number of impressions, relative to
    those of the other lines. trust: its own, or the mean of the source's.
    """

    members: Any
    weight: F8
    trust: float


def _paid_lines(compiled: CompiledAudience, plan: Plan) -> Iterator[_Shown]:
    """Each paid line that buys something, spread evenly over those at whom it aims."""
    for i, bought in enumerate(plan.paid_count.sum(axis=1)):
        targets = plan.paid_targets[plan.paid_start[i] : plan.paid_start[i + 1]]
        if not len(targets) and len(compiled.presence):
            targets = np.flatnonzero(compiled.present_on(int(plan.paid_channel[i]))).astype(np.int32)
        count = len(targets) or compiled.members
        if bought > 0:
            yield _Shown(
                targets if len(targets) else EVERYONE, np.full(count, bought / count), float(plan.paid_trust[i])
            )


def _shown_by_source(compiled: CompiledAudience, arm: Arm) -> dict[str, list[_Shown]]:
    """Who is shown what, for each source in use: a list where they are few, which costs nothing in a large audience."""
    plan, graph = arm.world.plan, arm.world.graph
    attending = np.broadcast_to(attention(compiled, arm.spec), compiled.members)
    found: dict[str, list[_Shown]] = {}
    if len(plan.owned_channel):
        members = plan.owned_followers
        found["owned"] = [_Shown(members, attending[members], float(plan.owned_trust.mean()))]
    if plan.paid_count.sum() > 0:
        found["paid"] = list(_paid_lines(compiled, plan))
    if len(plan.planned_member):
        posters = np.unique(np.stack([plan.planned_channel, plan.planned_member]), axis=1).T
        rows = [graph.followers[graph.indptr[c, v] : graph.indptr[c, v + 1]] for c, v in posters]
        members = np.concatenate(rows)
        found["asked"] = [_Shown(members, attending[members], float(plan.planned_trust.mean()))]
    found["earned"] = [_Shown(EVERYONE, compiled.following.sum(axis=0) * attending, 1.0)]
    return found


def vital_signs(scenario: Scenario, compiled: CompiledAudience, arms: Mapping[str, Arm]) -> tuple[list[str], list[str]]:
    """(lines, warnings) about the arms of a scenario, before any world is run."""
    fullest = max(arms.values(), key=_events)
    spec = fullest.spec
    match = compiled.match(spec.content[spec.campaign.content])
    lines = [f"mean match of {spec.campaign.content}: {float(match.mean()):.3g}"]
    warnings: list[str] = []
    for c, name in enumerate(compiled.channels):
        seen = float((attention(compiled, spec) * compiled.following[c]).sum() / max(1, compiled.following[c].sum()))
        line = f"{name}: mean visibility {fullest.visibility[c] * seen:.3g}"
        reproduction = reproduction_number(compiled, fullest, c)
        lines.append(f"{line}, reproduction number {reproduction:.3g}")
        if reproduction > 1.0:
            warnings.append(
                f"the reproduction number on {name} is {reproduction:.2g}, above 1: every launch that takes off floods the "
                "audience; real posts rarely do, so check appeal and visibility"
            )
    lines += _share_lines(compiled, fullest, warnings)
    warnings += _cut_conversions(compiled, fullest)
    lines += _both_forms(compiled, fullest)
    of_market, too_few = market(compiled, arms)
    lines += of_market
    warnings += too_few
    said: dict[str, list[str]] = {}  # what is true of several arms is said once
    for name, arm in arms.items():
        sold, asked = int(paid_impressions(arm).sum()), int(arm.world.plan.paid_count.sum())
        bought = sold / compiled.members
        if sold < asked:
            warnings.append(
                f"arm {name}: its frequency caps let at most {sold:,} of {asked:,} paid impressions be shown, and the rest is not "
                "spent: raise the caps, or lower the budgets"
            )
        warnings += _idle_lines(name, arm)
        for text in frequency_lines(arm):
            said.setdefault(text, []).append(name)
        if bought > 0:
            said.setdefault(f"{bought:.3g} paid impressions per member", []).append(name)
        if bought > PAID_A_MEMBER:
            warnings.append(
                f"arm {name} buys {bought:.3g} paid impressions per member, above {PAID_A_MEMBER:g}: lower the budget"
            )
        if len(arm.enrolment):
            reach = sum(
                int(compiled.networks[c].follower_count()[arm.enrolment.members].sum())
                for c in range(len(compiled.channels))
            )
            said.setdefault(
                f"{counted(len(arm.enrolment), 'advocate')} with {counted(reach, 'follower')} together", []
            ).append(name)
    notes = {note: None for arm in arms.values() for note in arm.enrolment.notes}  # arms with one file say it once
    warnings += notes
    warnings += dict.fromkeys(text for arm in arms.values() for text in rule_warnings(arm.spec))
    lines += [f"{'arm' if len(names) == 1 else 'arms'} {', '.join(names)}: {text}" for text, names in said.items()]
    warnings += [*brief_warnings(scenario, arms), *foreign_prices(scenario), *arm_differences(scenario)]
    return lines, warnings


def _events(arm: Arm) -> float:
    plan = arm.world.plan
    return float(plan.paid_count.sum() + len(plan.planned_tick) + len(plan.owned_followers) + len(plan.organic_tick))


def _share_lines(compiled: CompiledAudience, arm: Arm, warnings: list[str]) -> list[str]:
    chance = share_chance(compiled, arm)
    lines = []
    for source, parts in _shown_by_source(compiled, arm).items():
        total = sum(float(part.weight.sum()) for part in parts)
        if total <= 0:
            continue
        share = clipped = 0.0
        for members, weight, trust in parts:
            trusted = chance[members] * trust
            share += float((np.minimum(1.0, trusted) * weight).sum()) / total
            clipped += float(weight[trusted > 1.0].sum()) / total
        lines.append(f"share probability of a fresh {source} impression: {share:.3g}")
        if clipped > CLIPPED_SHARE:
            warnings.append(
                f"the share probability is cut at 1 for {clipped:.0%} of {source} impressions: appeal, activity and trust are too "
                "high together"
            )
    return lines


def _cut_conversions(compiled: CompiledAudience, arm: Arm) -> list[str]:
    """A warning where some buy so readily that their chance is cut at 1: first impressions then convert less than the rate says."""
    world, focal = arm.world, int(arm.world.rules.values[Rule.FOCAL])
    if len(world.audience.buying) == 1:
        return []
    rate = float(world.contents.conversion_rate[focal] * world.contents.conversion_trust[focal].max())
    chance = rate * world.audience.match[focal].astype(np.float64) * world.audience.buying
    lost = float(np.maximum(chance - 1.0, 0.0).sum()) / max(float(chance.sum()), 1e-300)
    if lost <= CLIPPED_SHARE:
        return []
    return [
        f"the chance of a conversion is cut at 1 for those who buy most readily: first impressions convert up to {lost:.0%} less "
        "than the rate says; lower audience.buying.spread, or the rate"
    ]


def _both_forms(compiled: CompiledAudience, arm: Arm) -> list[str]:
    """Where a dashboard number was given, what it became."""
    spec, lines = arm.spec, []
    for c, name in enumerate(compiled.channels):
        if spec.channels[name].organic_reach is not None:
            lines.append(
                f"{name}: organic reach {spec.channels[name].organic_reach:.3g} is visibility {arm.visibility[c]:.3g}"
            )
    for k, content_name in enumerate(arm.contents):
        content = spec.content.get(content_name)
        if content is not None and content.share_rate is not None:
            lines.append(f"{content_name}: share rate {content.share_rate:.3g} is appeal {arm.appeal[k]:.3g}")
    return lines


def _idle_lines(name: str, arm: Arm) -> list[str]:
    """A warning for each paid line whose money buys nothing: too little, or a boost of somebody whom the arm does not enrol."""
    return [
        f"arm {name}: its paid line on {paid.channel} buys no impression: its budget is less than one costs"
        if paid.boost is None
        else f"arm {name}: the boost of {paid.boost} buys nothing, since they are not enrolled in this arm"
        for paid, count in zip(arm.spec.campaign.paid, arm.world.plan.paid_count, strict=True)
        if np.any(paid.budget_usd) and not count.any()
    ]


def foreign_prices(scenario: Scenario) -> list[str]:
    """A warning for each price of a preset that buys impressions: presets count in US$, and nothing is converted."""
    currency = scenario.spec.currency
    if currency == DEFAULT_CURRENCY:
        return []
    found: dict[str, None] = {}
    for name in scenario.arm_names:
        spec = scenario.for_arm(name)
        bought = {
            f"channels.{line.channel}.cpm_usd"
            for line in spec.campaign.paid
            if np.any(line.budget_usd) and line.cpm_usd == spec.channels[filled(line.channel)].cpm_usd
        }
        for path, value, source in scenario.assumptions(name) if bought else ():
            if path in bought:
                found[
                    f"{path.removesuffix('_usd')}: the preset's {value:g} is a price in US$, counted here as {value:g} {currency}: "
                    f"give your own price ({source})"
                ] = None
    return list(found)


def arm_differences(scenario: Scenario) -> list[str]:
    """A warning for each arm that differs from the baseline in more than one line of action."""
    baseline = scenario.spec.baseline
    if baseline is None:
        return []
    parts = ("owned", "paid", "organic", "advocates", "community_management", "content", "cross_post")
    base = scenario.for_arm(baseline)
    found = []
    for name in scenario.arm_names:
        spec = scenario.for_arm(name)
        differing = [part for part in parts if getattr(spec.campaign, part) != getattr(base.campaign, part)]
        differing += [f"content.{k}" for k in spec.content if spec.content[k] != base.content[k]]
        differing += [f"channels.{c}" for c in spec.channels if spec.channels[c] != base.channels[c]]
        if len(differing) > 1:
            found.append(
                f"{name} differs from {baseline} in {' and '.join(differing)}: what it adds cannot be credited to any of them alone"
            )
    return found
