"""Small worlds by hand: what is not said is off.

>>> world = build_world(3, 10, [Channel([(0, 1), (1, 2)])], [Content(appeal=0.5)], acts=Acts(organic=[Organic(0)]))
>>> world = simple_world([(0, 1), (1, 2)], members=3, appeal=0.5, seeds=[0], ticks=10)  # the same
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from viralsim.kernels.alias import AliasTable, alias_table, gap_table
from viralsim.kernels.arm_inputs import ArmInputs, Audience, Channels, Contents, Graph, Plan, Reinforcement, Rule, Rules
from viralsim.kernels.rng import name_key

THRESHOLDS = (Reinforcement.COUNT, Reinforcement.FRACTION, Reinforcement.WEIGHT)
UNIFORM = -1.0  # a threshold that is fresh for each member and world


@dataclass
class Channel:
    """A follower network; ``edges`` are (poster, follower) or (poster, follower, tie strength, influence weight)."""

    edges: Sequence[tuple[float, ...]]
    visibility: float = 1.0
    envelope: float | None = None  # over all arms; None: there is this arm only
    delay: int | Sequence[float] = 1  # ticks, or the probabilities of 1, 2, ... ticks; the rest is past the horizon
    engagement_rate: float = 0.0
    per_engagement: float = 0.0
    recommend_delay: int = 1
    present: Sequence[int] | None = None  # None: everyone
    sends: tuple[float, int, float] | None = None  # share, followers each goes to, trust


@dataclass
class Content:
    """Something that can spread; with ``controversy`` above 0 it has a twin, which ``critical_*`` describe."""

    appeal: float = 1.0
    match: float | Sequence[float] = 1.0  # by member
    controversy: float = 0.0
    conversion_rate: float = 0.0
    conversion_trust: Sequence[float] = (1.0, 1.0, 1.0, 1.0, 1.0)  # by source
    reinforcement: Reinforcement = Reinforcement.SIMPLE
    gain: float = 0.0
    cap: float = 1.0
    threshold: float = 0.0
    persistence: float = 0.0
    novelty: Sequence[float] | None = None  # by tick
    critical_appeal: float | None = None  # None: as the content's
    critical_persistence: float | None = None


@dataclass
class Members:
    """What members are like; a sequence of one value holds for all."""

    community: Sequence[int] = (0,)
    activity: Sequence[float] = (1.0,)
    hostility: Sequence[float] = (1.0,)
    background_load: Sequence[float] = ()  # posts a day; empty: attention is off
    buying: Sequence[float] = (1.0,)
    segments: Sequence[Sequence[int]] = ()  # by field, the row of each member


@dataclass
class Manner:
    """Rules of the whole world."""

    focal: int = 0
    in_group: float = 1.0
    cross_post: float = 0.0
    feed_capacity: float = 1.0
    ticks_per_day: int = 24
    respond: tuple[float, int, float, int] | None = None  # ratio, at least, effect, delay in ticks
    amplify: tuple[float, int, int] | None = None  # shares per tick, at most, cooldown in ticks
    manager_from: int = 0  # first tick in which the two rules are looked at
    rhythm: Sequence[float] | None = None  # by tick
    fatigue: Sequence[float] = (1.0,)


@dataclass
class Owned:
    """Posts of the brand, one at each of ``ticks``."""

    followers: Sequence[int]
    ticks: Sequence[int] = (0,)
    channel: int = 0
    content: int = 0
    trust: float = 1.0


@dataclass
class Paid:
    """Impressions bought, by tick; no targets: everyone present; cap 0: none."""

    count: Sequence[int]
    targets: Sequence[int] = ()
    channel: int = 0
    content: int = 0
    trust: float = 1.0
    cap: int = 0


@dataclass
class Planned:
    """A post that an advocate is asked for."""

    member: int
    tick: int = 0
    channel: int = 0
    content: int = 0
    wave: int = 0
    willingness: float = 1.0
    trust: float = 1.0


@dataclass
class Organic:
    """A member who posts unprompted; member -1 is drawn in each world."""

    member: int = -1
    tick: int = 0
    channel: int = 0
    content: int = 0
    line: int = 0
    index: int = 0


@dataclass
class Acts:
    """What the actors of an arm do."""

    owned: Sequence[Owned] = field(default_factory=list)
    paid: Sequence[Paid] = field(default_factory=list)
    planned: Sequence[Planned] = field(default_factory=list)
    organic: Sequence[Organic] = field(default_factory=list)
    frequency_goal: Sequence[int] = ()  # of the focal content and of each paid line; empty: nobody asks


def floats(values: ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def integers(values: ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def offsets(parts: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """int64 offsets and the int32 concatenation of rows."""
    start = np.cumsum([0, *(len(part) for part in parts)])
    return integers(start), np.array([v for part in parts for v in sorted(part)], dtype=np.int32)


def build_graph(members: int, channels: Sequence[Channel]) -> Graph:
    """All channels in one CSR; strengths and weights are kept where an edge of any channel gives them."""
    rows = [edge for channel in channels for edge in sorted(channel.edges)]
    degree = np.zeros((len(channels), members), dtype=np.int64)
    following = np.zeros((len(channels), members), dtype=np.int32)
    for c, channel in enumerate(channels):
        for poster, follower, *_ in channel.edges:
            degree[c, int(poster)] += 1
            following[c, int(follower)] += 1
    ends = np.concatenate([[0], np.cumsum(degree.ravel())])
    width = max((len(edge) for edge in rows), default=2)
    strengths = [edge[2] if len(edge) > 2 else 1.0 for edge in rows] if width > 2 else []
    weights = [edge[3] if len(edge) > 3 else 0.0 for edge in rows] if width > 3 else []
    return Graph(
        indptr=np.array([ends[c * members : (c + 1) * members + 1] for c in range(len(channels))], dtype=np.int64),
        followers=np.array([edge[1] for edge in rows], dtype=np.int32),
        tie_strength=np.array(strengths, dtype=np.float32),
        influence_weight=np.array(weights, dtype=np.float32),
        following=following,
    )


def build_audience(n: int, channels: Sequence[Channel], contents: Sequence[Content], who: Members) -> Audience:
    """Fields of members; twins match everyone."""
    twins = sum(content.controversy > 0 for content in contents)
    by_member = any(not isinstance(content.match, float | int) for content in contents)
    match = np.ones((len(contents) + twins, n if by_member else 1), dtype=np.float32)
    for k, content in enumerate(contents):
        match[k] = content.match
    anywhere = all(channel.present is None for channel in channels)
    on = [list(range(n)) if channel.present is None else list(channel.present) for channel in channels]
    present_start, present = offsets([[]] * len(channels) if anywhere else on)
    presence = np.zeros((0, 0) if anywhere else (len(channels), n), dtype=np.uint8)
    for row, members in zip(presence, on, strict=False):
        row[members] = 1
    return Audience(
        community=np.array(who.community, dtype=np.int32),
        activity=np.array(who.activity, dtype=np.float32),
        hostility=np.array(who.hostility, dtype=np.float32),
        match=match,
        background_load=np.array(who.background_load, dtype=np.float32),
        presence=presence,
        present=present,
        present_start=present_start,
        buying=np.array(who.buying, dtype=np.float32),
        segment=np.array(who.segments, dtype=np.int32).reshape(len(who.segments), n if who.segments else 0),
    )


def delay_tables(channels: Sequence[Channel], ticks: int) -> list[AliasTable]:
    """Laws over ``ticks`` outcomes, the last of which falls past the horizon."""
    tables = []
    for channel in channels:
        law = np.zeros(max(2, ticks))
        if not isinstance(channel.delay, int):
            given = floats(channel.delay)[: len(law) - 1]
            law[: len(given)] = given
        law[-1] = max(0.0, 1.0 - law.sum())
        tables.append(alias_table(law))
    return tables


def build_channels(channels: Sequence[Channel], graph: Graph, who: Members, manner: Manner, ticks: int) -> Channels:
    rhythm = 1.0 if manner.rhythm is None else max(manner.rhythm)
    envelope, ties = [], []
    for channel in channels:
        strongest = max((float(np.float32(edge[2])) for edge in channel.edges if len(edge) > 2), default=1.0)
        ties.append(strongest)
        own = min(1.0, channel.visibility * strongest * rhythm)
        envelope.append(own if channel.envelope is None else max(own, channel.envelope))
    vary = bool(len(graph.tie_strength)) or bool(who.background_load) or manner.rhythm is not None
    gaps = [gap_table(rate) for rate in envelope]
    delays = delay_tables(channels, ticks)
    sends = [channel.sends or (0.0, 1, 1.0) for channel in channels] if any(c.sends for c in channels) else []
    return Channels(
        key=np.array([name_key(f"channel {c}") for c in range(len(channels))], dtype=np.uint64),
        visibility=floats([channel.visibility for channel in channels]),
        envelope=floats(envelope),
        thin=np.array(
            [vary or channel.visibility != e for channel, e in zip(channels, envelope, strict=True)], np.uint8
        ),
        gap_threshold=np.array([table.threshold for table in gaps]),
        gap_alias=np.array([table.alias for table in gaps]),
        delay_fixed=integers([channel.delay if isinstance(channel.delay, int) else 0 for channel in channels]),
        delay_threshold=np.array([table.threshold for table in delays]),
        delay_alias=np.array([table.alias for table in delays]),
        delay_shift=np.array([table.shift for table in delays], dtype=np.uint64),
        engagement_rate=floats([channel.engagement_rate for channel in channels]),
        per_engagement=floats([channel.per_engagement for channel in channels]),
        recommend_delay=integers([channel.recommend_delay for channel in channels]),
        max_match=floats([]),  # set when the audience is known
        send_share=floats([share for share, _, _ in sends]),
        send_reach=integers([reach for _, reach, _ in sends]),
        send_trust=floats([trust for _, _, trust in sends]),
    )


def critical_twin(content: Content) -> Content:
    appeal, persistence = content.critical_appeal, content.critical_persistence
    return Content(
        appeal=content.appeal if appeal is None else appeal,
        persistence=content.persistence if persistence is None else persistence,
        novelty=content.novelty,
    )


def build_contents(contents: Sequence[Content], ticks: int) -> Contents:
    """Contents in their order, then the twins of those with controversy."""
    debated = [k for k, content in enumerate(contents) if content.controversy > 0]
    every = [*contents, *(critical_twin(contents[k]) for k in debated)]
    twin, original = integers([-1] * len(every)), integers([-1] * len(every))
    for i, k in enumerate(debated):
        twin[k], original[len(contents) + i] = len(contents) + i, k
    names = [f"content {k}" for k in range(len(contents))] + [f"content {k} critical" for k in debated]
    return Contents(
        key=np.array([name_key(name) for name in names], dtype=np.uint64),
        appeal=floats([content.appeal for content in every]),
        twin=twin,
        original=original,
        controversy=floats([content.controversy for content in every]),
        conversion_rate=floats([content.conversion_rate for content in every]),
        conversion_trust=floats([content.conversion_trust for content in every]),
        reinforcement=integers([content.reinforcement for content in every]),
        gain=floats([content.gain for content in every]),
        cap=floats([content.cap for content in every]),
        threshold=floats([content.threshold for content in every]),
        persistence=floats([content.persistence for content in every]),
        novelty=floats([np.ones(ticks) if content.novelty is None else content.novelty for content in every]),
    )


def build_rules(manner: Manner, contents: Sequence[Content], acts: Acts, ticks: int) -> Rules:
    values = np.zeros(len(Rule))
    values[Rule.FOCAL], values[Rule.IN_GROUP], values[Rule.CROSS_POST] = (
        manner.focal,
        manner.in_group,
        manner.cross_post,
    )
    values[Rule.FEED_CAPACITY], values[Rule.TICKS_PER_DAY] = manner.feed_capacity, manner.ticks_per_day
    values[Rule.RESPOND_RATIO : Rule.RESPOND_DELAY + 1] = (-1, 0, 0, 0) if manner.respond is None else manner.respond
    values[Rule.AMPLIFY_SHARES : Rule.AMPLIFY_COOLDOWN + 1] = (-1, 0, 0) if manner.amplify is None else manner.amplify
    values[Rule.MANAGER_FROM] = manner.manager_from
    # A member posts twice by persistence, or by being asked after another post.
    asked = {post.content for post in acts.planned}
    values[Rule.DISTINCT] = any(
        content.reinforcement in THRESHOLDS and (content.persistence > 0 or k in asked)
        for k, content in enumerate(contents)
    )
    return Rules(values, floats(np.ones(ticks) if manner.rhythm is None else manner.rhythm), floats(manner.fatigue))


def build_plan(acts: Acts, ticks: int) -> Plan:
    """Plan arrays, sorted as ``inputs.Plan`` wants them."""
    posts = sorted((tick, i) for i, line in enumerate(acts.owned) for tick in line.ticks)
    planned = sorted(acts.planned, key=lambda post: (post.tick, post.channel, post.content, post.member))
    advocates = sorted({post.member for post in planned})
    owned_start, owned_followers = offsets([line.followers for line in acts.owned])
    paid_start, paid_targets = offsets([line.targets for line in acts.paid])
    lines = [(line.channel, line.content) for line in acts.paid]
    counts = [[*line.count, *[0] * ticks][:ticks] for line in acts.paid]
    return Plan(
        owned_channel=integers([line.channel for line in acts.owned]),
        owned_content=integers([line.content for line in acts.owned]),
        owned_trust=floats([line.trust for line in acts.owned]),
        owned_start=owned_start,
        owned_followers=owned_followers,
        owned_posts_tick=integers([tick for tick, _ in posts]),
        owned_posts_line=integers([line for _, line in posts]),
        paid_channel=integers([line.channel for line in acts.paid]),
        paid_content=integers([line.content for line in acts.paid]),
        paid_number=integers([lines[:i].count(line) for i, line in enumerate(lines)]),
        paid_trust=floats([line.trust for line in acts.paid]),
        paid_cap=integers([line.cap for line in acts.paid]),
        paid_start=paid_start,
        paid_targets=paid_targets,
        paid_count=np.array(counts, dtype=np.int32).reshape(len(acts.paid), ticks),
        planned_tick=integers([post.tick for post in planned]),
        planned_channel=integers([post.channel for post in planned]),
        planned_content=integers([post.content for post in planned]),
        planned_member=integers([post.member for post in planned]),
        planned_wave=integers([post.wave for post in planned]),
        planned_willingness=floats([post.willingness for post in planned]),
        planned_trust=floats([post.trust for post in planned]),
        planned_advocate=integers([advocates.index(post.member) for post in planned]),
        people=np.ones(1, np.uint8),
        frequency_goal=integers(acts.frequency_goal),
        organic_tick=integers([post.tick for post in acts.organic]),
        organic_channel=integers([post.channel for post in acts.organic]),
        organic_content=integers([post.content for post in acts.organic]),
        organic_member=integers([post.member for post in acts.organic]),
        organic_line=integers([post.line for post in acts.organic]),
        organic_index=integers([post.index for post in acts.organic]),
    )


def build_world(
    members: int,
    ticks: int,
    channels: Sequence[Channel],
    contents: Sequence[Content],
    *,
    who: Members | None = None,
    manner: Manner | None = None,
    acts: Acts | None = None,
) -> ArmInputs:
    """A world from its parts."""
    who, manner, acts = who or Members(), manner or Manner(), acts or Acts()
    graph = build_graph(members, channels)
    audience = build_audience(members, channels, contents, who)
    ways = build_channels(channels, graph, who, manner, ticks)._replace(
        max_match=audience.match.max(axis=1).astype(np.float64)
    )
    rules = build_rules(manner, contents, acts, ticks)
    return ArmInputs(graph, audience, ways, build_contents(contents, ticks), rules, build_plan(acts, ticks))


def simple_world(
    edges: Sequence[tuple[float, ...]],
    *,
    members: int,
    appeal: float = 1.0,
    seeds: Sequence[int] = (0,),
    ticks: int = 20,
) -> ArmInputs:
    """One channel, one content, everything else off; the seeds post in tick 0 unprompted."""
    acts = Acts(organic=[Organic(v, index=i) for i, v in enumerate(seeds)])
    return build_world(members, ticks, [Channel(edges)], [Content(appeal=appeal)], acts=acts)
