"""What the actors of an arm do, as plan arrays: who posts what, when, where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.creators.boosts import boost_of
from viralsim.campaign.creators.exclusive import refuse_other_posts
from viralsim.campaign.creators.tier_cost import pays_each_poster
from viralsim.campaign.numbers import Number, beside, number, stacked
from viralsim.campaign.segments import chosen
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.campaign.visible_posts import owned_factor
from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.arm_inputs import Plan
from viralsim.kernels.rng import Stream, name_key
from viralsim.scenario.blocks import filled
from viralsim.scenario.campaign import Paid
from viralsim.scenario.spec import Spec
from viralsim.seeding.baselines import first_by_lot

if TYPE_CHECKING:
    from viralsim.campaign.enrolment import Enrolment

IMPRESSIONS_PER_CPM = 1000.0


class Lines:
    """Names of channels and contents as indices, and times as ticks."""

    def __init__(self, compiled: CompiledAudience, spec: Spec, contents: list[str]) -> None:
        self.compiled, self.spec, self.contents = compiled, spec, contents
        self.horizon = spec.ticks

    def channel(self, name: str | None) -> int:
        """Index of a channel; reading the scenario has filled in the only one."""
        return self.compiled.channels.index(filled(name))

    def content(self, name: str | None) -> int:
        """Index of a content; None is the campaign's."""
        return self.contents.index(name or self.spec.campaign.content)

    def tick(self, hours: float) -> int:
        """The tick in which a time lies."""
        return self.spec.tick_of(hours)


def brand_followers(compiled: CompiledAudience, spec: Spec, channel: int, count: int) -> NDArray[np.int32]:
    """The brand's followers on a channel: the first ``count`` members of a random order that no arm changes, ascending."""

    def first() -> NDArray[np.int32]:
        members = np.flatnonzero(compiled.present_on(channel))
        seed = (spec.seed * 1_000_003 + int(name_key(compiled.channels[channel])) + int(Stream.BRAND_FOLLOWERS)) % 2**64
        return np.sort(first_by_lot(seed, members, count)).astype(np.int32)

    followers: NDArray[np.int32] = compiled.once(("brand", channel, spec.seed, count), first)
    return followers


def _integers(rows: list[Any]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64)


def _owned(lines: Lines) -> dict[str, Any]:
    owned = lines.spec.campaign.owned
    rows = [brand_followers(lines.compiled, lines.spec, lines.channel(o.channel), o.followers) for o in owned]
    posts = sorted(
        (lines.tick(at), i) for i, o in enumerate(owned) for at in o.posts_at if lines.tick(at) < lines.horizon
    )
    return {
        "owned_channel": _integers([lines.channel(o.channel) for o in owned]),
        "owned_content": _integers([lines.content(o.content) for o in owned]),
        "owned_trust": stacked([o.trust for o in owned]),
        "owned_start": np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int64),
        "owned_followers": np.concatenate([np.zeros(0, np.int32), *rows]).astype(np.int32),
        "owned_posts_tick": _integers([t for t, _ in posts]),
        "owned_posts_line": _integers([i for _, i in posts]),
        "owned_factor": owned_factor(lines.compiled, lines.spec),
    }


def line_cpm(spec: Spec, line: Paid) -> Number:
    """Price of a thousand impressions of a paid line: its own, or the channel's."""
    return number(line.cpm_usd if line.cpm_usd is not None else filled(spec.channels[filled(line.channel)].cpm_usd))


def _targets(compiled: CompiledAudience, spec: Spec, number: int) -> NDArray[np.int32]:
    """Members whom a paid line (by its number) aims at, prospects among them; empty: everyone present, there being no prospects."""
    line = spec.campaign.paid[number]
    channel = compiled.channels.index(filled(line.channel))
    who = "everyone" if line.target is None else line.target.who
    if line.target is None and not compiled.prospects:
        return np.zeros(0, dtype=np.int32)
    keep = compiled.present_on(channel) if who == "audience" else compiled.reached_by_money(channel)
    if who == "prospects":
        keep[: compiled.audience_members] = False
    if line.target is None:
        return np.flatnonzero(keep).astype(np.int32)
    if line.target.communities is not None:
        community = compiled.population.audience.community
        unknown = [(j, g) for j, g in enumerate(line.target.communities) if g > community.max()]
        if unknown:
            raise ScenarioError(
                [Problem(f"there are {community.max() + 1} communities, numbered from 0, got {g}",
                         f"campaign.paid[{number}].target.communities[{j}]") for j, g in unknown]
            )  # fmt: skip
        keep = keep & np.isin(community, line.target.communities)
    if line.target.segments:
        keep = keep & chosen(compiled.population, line.target.segments, f"campaign.paid[{number}].target.segments")
    if line.target.min_match is not None:
        keep = keep & (compiled.match(spec.content[line.content or spec.campaign.content]) >= line.target.min_match)
    if not keep.any():
        path = f"campaign.paid[{number}].target"
        raise ScenarioError([Problem(f"nobody on {line.channel} fits this target; widen it", path)])
    return np.flatnonzero(keep).astype(np.int32)


def _both(spec: Spec, line: int, people: NDArray[np.int32], boosted: NDArray[np.int32]) -> NDArray[np.int32]:
    """Those of a boost who fit the line's target too; empty ``people`` is everyone."""
    found = np.intersect1d(people, boosted) if len(people) else boosted
    if not len(found):
        path = f"campaign.paid[{line}].boost"
        raise ScenarioError(
            [Problem("nobody is left whom this boost may be shown to: widen target, or boost_to", path)]
        )
    return found.astype(np.int32)


def _frequency_goals(spec: Spec) -> NDArray[np.int64]:
    """From how many impressions on a member counts, of the campaign's content and of each paid line; empty: nobody asks."""
    goals = [spec.campaign.frequency_goal or 0, *(line.frequency_goal or 0 for line in spec.campaign.paid)]
    return _integers(goals if any(goals) else [])


def _paid(lines: Lines, enrolment: Enrolment) -> dict[str, Any]:
    spec, paid = lines.spec, lines.spec.campaign.paid
    counts: list[NDArray[np.int32]] = []
    targets: list[NDArray[np.int32]] = []
    numbers: list[int] = []
    contents: list[int] = []
    trusts: list[Number] = []
    seen: dict[tuple[int, int], int] = {}
    for i, line in enumerate(paid):
        first = min(lines.tick(line.starts), lines.horizon - 1)
        ends = spec.horizon if line.ends is None else line.ends
        last = max(first + 1, min(lines.horizon, lines.tick(ends)))
        impressions = np.floor(line.budget_usd / line_cpm(spec, line) * IMPRESSIONS_PER_CPM + 1e-6)
        steps = np.floor(beside(impressions) * np.arange(last - first + 1) / (last - first) + 1e-9)
        count = np.zeros((*steps.shape[:-1], lines.horizon), dtype=np.int32)
        count[..., first:last] = np.diff(steps)
        counts.append(count)
        channel, content = lines.channel(line.channel), lines.content(line.content)
        people, trust = _targets(lines.compiled, spec, i), number(line.trust)
        if line.boost is not None and np.any(count):
            boosted = boost_of(lines.compiled, spec, i, enrolment)
            if boosted is None:
                count[...] = 0
        else:
            boosted = None
        if boosted is not None:
            content = lines.content(boosted.content or filled(spec.campaign.advocates).content)
            people, trust = _both(spec, i, people, boosted.members), trust * boosted.trust
        trusts.append(trust)
        contents.append(content)
        numbers.append(seen.setdefault((channel, content), 0))
        seen[channel, content] += 1
        targets.append(people)
    return {
        "paid_channel": _integers([lines.channel(p.channel) for p in paid]),
        "paid_content": _integers(contents),
        "paid_number": _integers(numbers),
        "paid_trust": stacked(trusts),
        "paid_cap": _integers([p.frequency_cap or 0 for p in paid]),
        "paid_start": np.concatenate([[0], np.cumsum([len(t) for t in targets])]).astype(np.int64),
        "paid_targets": np.concatenate([np.zeros(0, np.int32), *targets]).astype(np.int32),
        "frequency_goal": _frequency_goals(spec),
        "paid_count": stacked(counts, 1, np.int32) if counts else np.zeros((0, lines.horizon), np.int32),
    }


def _counts_people(spec: Spec, enrolment: Enrolment) -> bool:
    """Whether the posts of each person are counted, since they are paid for."""
    return (enrolment.terms is not None and enrolment.terms.pays) or pays_each_poster(spec, enrolment)


def planned_posts(lines: Lines, enrolment: Enrolment) -> dict[str, Any]:
    """The planned posts of an enrolment, by the names of ``Plan``, ascending by tick, channel, content and member."""
    tier = lines.spec.campaign.advocates
    rows = []
    if tier is not None:
        content = lines.content(tier.content)
        terms = enrolment.terms
        own = [
            content if terms is None or not terms.content[a] else lines.content(terms.content[a])
            for a in range(len(enrolment))
        ]
        ticks = [[lines.tick(at) for at in enrolment.times(a, tier.posts_at)] for a in range(len(enrolment))]
        rows = [
            (tick, int(c), own[a], int(enrolment.members[a]), wave, int(a))
            for a, c in zip(*np.nonzero(enrolment.channels), strict=True)
            for wave, tick in enumerate(ticks[a])
            if tick < lines.horizon
        ]
    rows.sort()
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
    advocate = table[:, 5]
    asked_before, trust = np.ones(len(rows)), np.ones(len(rows))
    if tier is not None:
        asked_before = (1.0 - beside(tier.programme.ask_fatigue)) ** table[:, 4]
        trust = beside(tier.trust) * trust
    if enrolment.fit is not None and len(rows):
        trust = trust * enrolment.fit[advocate]
    return {
        "planned_tick": np.ascontiguousarray(table[:, 0]),
        "planned_channel": np.ascontiguousarray(table[:, 1]),
        "planned_content": np.ascontiguousarray(table[:, 2]),
        "planned_member": np.ascontiguousarray(table[:, 3]),
        "planned_wave": np.ascontiguousarray(table[:, 4]),
        "planned_willingness": enrolment.willingness[..., advocate] * asked_before if len(rows) else np.zeros(0),
        "planned_trust": trust,
        "planned_advocate": np.ascontiguousarray(advocate),
        "people": np.ones(int(_counts_people(lines.spec, enrolment)), np.uint8),
    }


def _organic(lines: Lines, enrolment: Enrolment) -> dict[str, Any]:
    rows = []
    seen: dict[tuple[int, int], int] = {}
    for i, line in enumerate(lines.spec.campaign.organic):
        channel, content = lines.channel(line.channel), lines.content(line.content)
        number = seen.setdefault((channel, content), 0)
        seen[channel, content] += 1
        if isinstance(line.members, int):
            members = [-1] * line.members
        else:
            path = f"campaign.organic[{i}].members"
            members = lines.compiled.members_named(line.members, path, [channel]).tolist()
            refuse_other_posts(lines.spec, enrolment, i, line.content or lines.spec.campaign.content, members)
        index = 0
        for at in line.posts_at:
            for member in members:
                if lines.tick(at) < lines.horizon:
                    rows.append((lines.tick(at), channel, content, member, number, index))
                index += 1
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
    names = ("tick", "channel", "content", "member", "line", "index")
    return {f"organic_{name}": np.ascontiguousarray(table[:, i]) for i, name in enumerate(names)}


def compile_plan(compiled: CompiledAudience, spec: Spec, contents: list[str], enrolment: Enrolment) -> Plan:
    """The plan arrays of one arm."""
    lines = Lines(compiled, spec, contents)
    return Plan(
        **_owned(lines), **_paid(lines, enrolment), **planned_posts(lines, enrolment), **_organic(lines, enrolment)
    )
