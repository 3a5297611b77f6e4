"""Hypothesis strategies of small worlds over all features of the model, with probabilities so big that things happen.

Structure (sizes, which features are on) is drawn value by value, so that it shrinks; the many numbers within a
feature come from one drawn seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from build_world import (
    UNIFORM,
    Acts,
    Channel,
    Content,
    Manner,
    Members,
    Organic,
    Owned,
    Paid,
    Planned,
    build_world,
)
from hypothesis import strategies as st

from viralsim.kernels.arm_inputs import ArmInputs, Reinforcement

Draw = st.DrawFn


@dataclass
class Size:
    """What the other strategies must know."""

    members: int
    channels: int
    contents: int
    ticks: int


def luck(draw: Draw) -> np.random.Generator:
    """Numbers within a feature."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def probability(draw: Draw) -> float:
    """Often an end of the range, mostly large."""
    return draw(st.sampled_from([1.0, 0.9, 0.75, 0.5, 0.3, 0.1]))


def chance(draw: Draw, *, of_three: int = 1) -> bool:
    """Is a feature on? In ``of_three`` of three worlds; shrinks to off."""
    return draw(st.integers(0, 2)) >= 3 - of_three


def some_members(rng: np.random.Generator, n: int, share: float = 0.6) -> list[int]:
    return [int(v) for v in np.flatnonzero(rng.random(n) < share)]


@st.composite
def networks(draw: Draw, members: int, *, ties: bool, weights: bool) -> list[tuple[float, ...]]:
    """Edges of one channel, no self-follows; influence weights sum to at most 1 for each follower."""
    rng = luck(draw)
    follows = rng.random((members, members)) < draw(st.sampled_from([0.15, 0.4, 0.8]))
    np.fill_diagonal(follows, False)
    strength = rng.choice([0.0, 0.3, 0.8, 1.0], size=follows.shape)
    share = rng.random(follows.shape) * follows
    share /= np.maximum(share.sum(axis=0), 1e-300)
    edges = [(int(u), int(v), strength[u, v], share[u, v]) for u, v in np.argwhere(follows)]
    return [edge[: 4 if weights else 3 if ties else 2] for edge in edges]


@st.composite
def channels(draw: Draw, size: Size, *, ties: bool, weights: bool, presence: bool) -> Channel:
    """A channel; its envelope may be another arm's, its visibility 0."""
    rng = luck(draw)
    visibility = draw(st.sampled_from([1.0, 0.9, 0.6, 0.2, 0.0]))
    # An engagement may earn further engagements: on average less than one, or a world grows without end.
    engagement, recommended = draw(
        st.sampled_from([(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.9, 0.9), (0.5, 1.4), (0.2, 2.5)])
    )
    drawn = [float(p) for p in rng.dirichlet(np.ones(int(rng.integers(1, size.ticks + 1)))) * rng.choice([1.0, 0.9])]
    return Channel(
        edges=draw(networks(size.members, ties=ties, weights=weights)),
        visibility=visibility,
        envelope=draw(st.sampled_from([None, None, 0.8, 1.0])),
        delay=draw(st.sampled_from([1, 2, drawn, drawn])),
        engagement_rate=engagement,
        per_engagement=recommended,
        recommend_delay=draw(st.integers(1, 3)),
        present=some_members(rng, size.members, rng.choice([0.3, 0.8])) or [0] if presence else None,
        sends=(probability(draw), draw(st.integers(1, 4)), 1.3) if chance(draw) else None,
    )


@st.composite
def contents(draw: Draw, size: Size, *, weights: bool) -> Content:
    """A content with any reinforcement."""
    rng = luck(draw)
    modes = [mode for mode in Reinforcement if weights or mode != Reinforcement.WEIGHT]
    mode = draw(st.sampled_from(modes))
    thresholds = {Reinforcement.COUNT: [1.0, 2.0, 3.0]}.get(mode, [0.2, 0.5, 1.0, UNIFORM])
    by_member = [float(m) for m in rng.choice([0.0, 0.4, 1.0, float(rng.random())], size=size.members)]
    decay = float(rng.choice([1.0, 0.95, 0.7]))
    return Content(
        appeal=draw(st.sampled_from([1.0, 0.8, 0.4, 1.7, 0.0])),
        match=by_member if chance(draw) else draw(st.sampled_from([1.0, 0.7])),
        controversy=probability(draw) if chance(draw) else 0.0,
        conversion_rate=probability(draw) if chance(draw, of_three=2) else 0.0,
        conversion_trust=[float(x) for x in rng.choice([0.3, 1.0, 1.5], size=5)],
        reinforcement=mode,
        gain=draw(st.sampled_from([0.5, 2.0, 0.0])),
        cap=draw(st.sampled_from([1.5, 4.0])),
        threshold=draw(st.sampled_from(thresholds)),
        persistence=probability(draw) if chance(draw) else 0.0,
        novelty=decay ** np.arange(size.ticks),
        critical_appeal=draw(st.sampled_from([None, 0.3, 1.0])),
        critical_persistence=draw(st.sampled_from([None, 0.0, 0.5])),
    )


@st.composite
def members_like(draw: Draw, n: int) -> Members:
    """What members are like."""
    rng = luck(draw)
    return Members(
        community=[int(g) for g in rng.integers(0, 3, size=n)] if chance(draw) else [0],
        activity=[float(a) for a in rng.exponential(size=n)] if chance(draw) else [1.0],
        hostility=[float(h) for h in rng.random(n)] if chance(draw) else [draw(st.sampled_from([1.0, 0.5]))],
        background_load=[float(b) for b in rng.choice([0.0, 0.5, 3.0], size=n)] if chance(draw) else [],
        buying=[float(b) for b in rng.exponential(size=n)] if chance(draw) else [1.0],
        segments=[rng.integers(0, 3, size=n), 3 + rng.integers(0, 2, size=n)] if chance(draw) else [],
    )


@st.composite
def manners(draw: Draw, size: Size) -> Manner:
    """Rules of the whole world and the community manager's."""
    rng = luck(draw)
    respond = (
        float(rng.choice([0.0, 0.1, 0.4])),
        int(rng.integers(1, 4)),
        float(rng.random()),
        int(rng.integers(0, 4)),
    )
    amplify = (float(rng.choice([0.5, 1.0, 2.0])), int(rng.integers(1, 4)), int(rng.integers(0, 5)))
    return Manner(
        focal=draw(st.integers(0, size.contents - 1)),
        in_group=draw(st.sampled_from([1.0, 0.5, 2.0])),
        cross_post=probability(draw) if chance(draw, of_three=2) else 0.0,
        feed_capacity=draw(st.sampled_from([0.5, 1.0, 3.0])),
        ticks_per_day=draw(st.sampled_from([1, 4, 24])),
        respond=respond if chance(draw) else None,
        amplify=amplify if chance(draw) else None,
        manager_from=int(rng.integers(0, 4)),
        rhythm=[float(r) for r in rng.choice([0.2, 1.0, 1.6], size=size.ticks)] if chance(draw) else None,
        fatigue=[1.0, 0.9, 0.5, 0.2] if chance(draw) else [1.0],
    )


def somewhere(rng: np.random.Generator, size: Size) -> dict[str, int]:
    return {"channel": int(rng.integers(size.channels)), "content": int(rng.integers(size.contents))}


def planned_posts(rng: np.random.Generator, size: Size, waves: int) -> list[Planned]:
    """Advocates asked in waves, on all channels, also where they are not present; a wave has its tick and content."""
    posts = []
    advocates, willingness = some_members(rng, size.members, 0.4), float(rng.choice([1.0, 0.6]))
    trust = {v: float(rng.choice([1.0, 2.0, 0.6])) for v in advocates}
    for wave, tick in enumerate(rng.integers(0, size.ticks, size=waves)):
        content = int(rng.integers(size.contents))
        posts += [
            Planned(v, int(tick), channel, content, wave, willingness, trust[v])
            for v in advocates
            for channel in range(size.channels)
        ]
    return posts


def organic_posts(rng: np.random.Generator, size: Size, lines: int) -> list[Organic]:
    """Lines with numbers of their own among those of the same channel and content; members given and drawn."""
    posts: list[Organic] = []
    numbers: dict[tuple[int, ...], int] = {}
    for _ in range(lines):
        where = somewhere(rng, size)
        line = numbers[tuple(where.values())] = numbers.get(tuple(where.values()), -1) + 1
        for index in range(int(rng.integers(1, 4))):
            member = int(rng.integers(-1, size.members))
            posts.append(Organic(member, int(rng.integers(0, min(5, size.ticks))), **where, line=line, index=index))
    return posts


@st.composite
def acts(draw: Draw, size: Size) -> Acts:
    """What the actors do: several lines of each kind, most of it early."""
    rng = luck(draw)
    owned = [
        Owned(
            some_members(rng, size.members),
            [int(t) for t in rng.integers(0, size.ticks, size=int(rng.integers(1, 4)))],
            **somewhere(rng, size),
            trust=float(rng.choice([1.0, 0.5, 1.3])),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    paid = [
        Paid(
            [int(n) for n in rng.choice([0, 1, 5], size=size.ticks)],
            some_members(rng, size.members, 0.4) if rng.random() < 0.5 else (),
            **somewhere(rng, size),
            trust=float(rng.choice([1.0, 0.5])),
            cap=int(rng.integers(0, 3)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Acts(
        owned=owned,
        paid=paid,
        planned=planned_posts(rng, size, draw(st.integers(0, 3))),
        organic=organic_posts(rng, size, draw(st.integers(0, 3))),
        frequency_goal=[int(n) for n in rng.integers(0, 4, size=1 + len(paid))] if chance(draw) else [],
    )


@st.composite
def worlds(draw: Draw) -> ArmInputs:
    """Any small world: 2 to 14 members, 1 to 3 channels, 1 to 3 contents and their twins, 4 to 30 ticks."""
    size = Size(draw(st.integers(2, 14)), draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(4, 30)))
    ties, weights, presence = chance(draw), chance(draw), chance(draw)
    return build_world(
        size.members,
        size.ticks,
        [draw(channels(size, ties=ties, weights=weights, presence=presence)) for _ in range(size.channels)],
        [draw(contents(size, weights=weights)) for _ in range(size.contents)],
        who=draw(members_like(size.members)),
        manner=draw(manners(size)),
        acts=draw(acts(size)),
    )


def fast_world(draw: Draw, posts: Callable[[Size], list[Organic]], *, planned: bool = False) -> ArmInputs:
    """Any small plain world in which members post unprompted as ``posts`` says: fields by member, delays, conversions.

    ``planned``: owned posts, advertisements and advocates too, and chances of an impression below the envelope.
    """
    size = Size(draw(st.integers(2, 14)), 1, 1, draw(st.integers(4, 30)))
    channel = draw(channels(size, ties=False, weights=False, presence=draw(st.booleans())))
    content = draw(contents(size, weights=False))
    plan, envelope, manner = Acts(organic=posts(size)), None, Manner()
    if planned:
        plan = draw(acts(size))
        plan = replace(plan, organic=posts(size), paid=[replace(line, cap=0) for line in plan.paid], frequency_goal=[])
        envelope, rhythm = channel.envelope, luck(draw).choice([0.2, 1.0, 1.6], size=size.ticks)
        manner = Manner(rhythm=rhythm.tolist() if chance(draw) else None)
    return build_world(
        size.members,
        size.ticks,
        [replace(channel, per_engagement=0.0, envelope=envelope, sends=None)],
        [replace(content, controversy=0.0, persistence=0.0, reinforcement=Reinforcement.SIMPLE)],
        who=replace(draw(members_like(size.members)), background_load=(), buying=(1.0,), segments=()),
        manner=manner,
        acts=plan,
    )
