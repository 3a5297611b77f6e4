"""The oracle's first half of a tick: what the actors decide, and who posts what."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
from naive_luck import (
    NOBODY,
    U64,
    Due,
    Later,
    Node,
    Post,
    Recommended,
    alias,
    below,
    draw,
    member_key,
    of,
    plus,
    stream_key,
    unit,
)

from viralsim.kernels import rng
from viralsim.kernels.arm_inputs import ArmInputs, Rule, Source
from viralsim.kernels.counts import Series
from viralsim.kernels.rng import Stream


class Posts:
    """The state of one world while it runs."""

    def __init__(self, world: ArmInputs, seed: int, number: int) -> None:
        self.world, self.plan, self.rules = world, world.plan, world.rules.values
        self.members = world.graph.indptr.shape[1] - 1
        self.channels, self.contents = len(world.channels.key), len(world.contents.key)
        self.horizon = world.contents.novelty.shape[1]
        self.key = int(rng.world_key(rng.seed_key(seed), U64(number)))
        self.focal = int(self.rules[Rule.FOCAL])
        self.critical = int(world.contents.twin[self.focal])
        self.counts: Counter[str] = Counter()
        self.series = np.zeros((self.horizon, len(Series)), dtype=np.int64)
        self.nodes: list[Node] = []
        self.node_of: dict[tuple[int, int, int], int] = {}
        self.posts_made: Counter[tuple[int, int, int]] = Counter()
        self.brand_posts: Counter[tuple[int, int]] = Counter()
        self.pending: dict[tuple[int, int, int], Due] = {}
        self.repeats: dict[tuple[int, int, int], bool] = {}  # due in the next tick; do they count as earned?
        self.later: defaultdict[int, list[Later]] = defaultdict(list)
        self.recommended: defaultdict[int, list[Recommended]] = defaultdict(list)
        self.seen: Counter[int] = Counter()  # impressions of any content by member
        self.seen_content: Counter[tuple[int, int]] = Counter()
        self.seen_today: Counter[tuple[int, int, int]] = Counter()  # by day, member, content
        self.posters_seen: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
        self.weight_seen: defaultdict[tuple[int, int, int], float] = defaultdict(float)
        self.converted: set[tuple[int, int]] = set()
        self.reached: set[int] = set()
        self.earned_reached: set[int] = set()
        self.reached_on: set[tuple[int, int]] = set()
        self.bought: Counter[int] = Counter()
        self.line_seen: Counter[tuple[int, int]] = Counter()  # impressions by paid line and member
        self.bought_for: Counter[tuple[int, int]] = Counter()
        self.reposts: list[int] = []
        self.answered = -1  # the tick of the manager's answer
        self.soften = 1.0
        self.advocate_posts: Counter[int] = Counter()
        self.paid_sales: Counter[int] = Counter()
        self.asked_sales: Counter[int] = Counter()
        self.advocate_of_root: dict[int, int] = {}
        self.tick = 0

    # ---- luck and look-ups

    def stream_keys(self, stream: int, content: int, channel: int) -> int:
        return stream_key(
            self.key, stream, int(self.world.contents.key[content]), int(self.world.channels.key[channel])
        )

    def present(self, channel: int) -> list[int]:
        audience = self.world.audience
        if not audience.presence.size:
            return list(range(self.members))
        start = audience.present_start
        return [int(v) for v in audience.present[start[channel] : start[channel + 1]]]

    def is_present(self, channel: int, v: int) -> bool:
        presence = self.world.audience.presence
        return not presence.size or bool(presence[channel, v])

    def match(self, content: int, v: int) -> float:
        return of(self.world.audience.match[content], v)

    def delay(self, channel: int, bits: int) -> int:
        channels = self.world.channels
        if channels.delay_fixed[channel]:
            return int(channels.delay_fixed[channel])
        return 1 + alias(
            bits, channels.delay_threshold[channel], channels.delay_alias[channel], channels.delay_shift[channel]
        )

    def count(self, content: int, name: str, tick_name: str | None = None) -> None:
        """Count for the focal content, in the whole and, where there is such a column, in the tick."""
        if content == self.focal:
            self.counts[name] += 1
            if tick_name is not None:
                self.series[self.tick, Series[tick_name]] += 1

    def organic(self, i: int) -> None:
        plan = self.plan
        channel, content, v = int(plan.organic_channel[i]), int(plan.organic_content[i]), int(plan.organic_member[i])
        if v < 0:
            present = self.present(channel)
            if not present:
                return
            stream_keys = self.stream_keys(Stream.ORGANIC, content, channel)
            v = present[
                below(member_key(stream_keys, int(plan.organic_line[i]), int(plan.organic_index[i])), len(present))
            ]
        self.make_due(channel, content, v, Due(int(plan.organic_tick[i]), -1, False))

    def make_due(self, channel: int, content: int, v: int, due: Due) -> None:
        """The earliest due wins; whoever has posted makes no ordinary first post any more."""
        where = (channel, content, v)
        if due.tick >= self.horizon or self.posts_made[where]:
            return
        if where not in self.pending or due.tick < self.pending[where].tick:
            self.pending[where] = due

    # ---- making posts

    def make_owned(self) -> list[Post]:
        lines = [int(self.plan.owned_posts_line[i]) for i in np.flatnonzero(self.plan.owned_posts_tick == self.tick)]
        if self.amplifies():
            self.reposts.append(self.tick)
            lines.append(0)
        return [self.make_owned_post(line) for line in lines]

    def make_owned_post(self, line: int) -> Post:
        channel, content = int(self.plan.owned_channel[line]), int(self.plan.owned_content[line])
        self.nodes.append(Node(NOBODY, channel, content, -1, self.tick, int(Source.OWNED)))
        self.count(content, "BRAND_POSTS")
        number = self.brand_posts[channel, content]
        self.brand_posts[channel, content] += 1
        trust = float(self.plan.owned_trust[line])
        seen = self.owned_visibility(channel, line)
        return Post(channel, content, NOBODY, number, Source.OWNED, trust, len(self.nodes) - 1, line, seen)

    def amplifies(self) -> bool:
        wanted = self.rules[Rule.AMPLIFY_SHARES]
        if (
            self.tick < self.rules[Rule.MANAGER_FROM]
            or wanted < 0
            or not len(self.plan.owned_channel)
            or self.tick == 0
        ):
            return False
        if len(self.reposts) >= self.rules[Rule.AMPLIFY_AT_MOST]:
            return False
        if self.reposts and self.tick - self.reposts[-1] < self.rules[Rule.AMPLIFY_COOLDOWN]:
            return False
        return bool(self.series[self.tick - 1, Series.SHARES] >= wanted)

    def decide(self) -> None:
        """The manager's answer, decided on what was counted before this tick; ``soften`` is its factor now."""
        ratio = self.rules[Rule.RESPOND_RATIO]
        if ratio < 0 or self.tick < self.rules[Rule.MANAGER_FROM]:
            return
        critical = int(self.series[: self.tick, Series.CRITICAL_SHARES].sum())
        shares = int(self.series[: self.tick, Series.SHARES].sum())
        noticed = critical >= self.rules[Rule.RESPOND_AT_LEAST] and critical >= ratio * (shares + critical)
        if self.answered < 0 and noticed:
            self.answered = self.tick
        if self.answered >= 0 and self.tick >= self.answered + self.rules[Rule.RESPOND_DELAY]:
            self.soften = float(1.0 - self.rules[Rule.RESPOND_EFFECT])

    def is_gone(self, v: int) -> bool:
        """Whether a member has been removed: they neither post nor see."""
        return bool(len(self.plan.removed_at) and self.tick >= self.plan.removed_at[v])

    def make_planned(self) -> list[Post]:
        plan, posts = self.plan, []
        stream_keys = stream_key(self.key, Stream.WILLING, 0, 0)
        due = [int(i) for i in np.flatnonzero(plan.planned_tick == self.tick)]
        due.sort(key=lambda i: (plan.planned_channel[i], plan.planned_content[i], plan.planned_member[i]))
        for i in due:
            channel, content, v = (
                int(field[i]) for field in (plan.planned_channel, plan.planned_content, plan.planned_member)
            )
            if not self.is_present(channel, v):
                continue
            self.counts["ASKED"] += 1  # of any content: the programme pays for them
            if any((channel, content, v) == (post.channel, post.content, post.member) for post in posts):
                continue  # asked twice for one tick: one post
            if self.is_gone(v):
                continue
            if unit(member_key(stream_keys, v, int(plan.planned_wave[i]))) < plan.planned_willingness[i]:
                self.counts["POSTED"] += 1
                self.pending.pop((channel, content, v), None)
                self.repeats.pop((channel, content, v), None)
                trust, advocate = float(plan.planned_trust[i]), int(plan.planned_advocate[i])
                self.advocate_posts[advocate] += 1
                if not self.posts_made[channel, content, v]:
                    self.advocate_of_root[len(self.nodes)] = advocate
                posts.append(self.make_member_post(channel, content, v, Source.ASKED, trust, -1))
        return posts

    def make_ordinary(self) -> list[Post]:
        first = {where: due for where, due in self.pending.items() if due.tick == self.tick}
        again, self.repeats = self.repeats, {}
        posts = []
        for where in sorted([*first, *again]):
            if where in first:
                del self.pending[where]
                parent, earned = first[where].parent, first[where].answers
            else:
                parent, earned = -1, again[where]
            channel, content, v = where
            if self.is_gone(v):
                continue
            number = self.posts_made[where]
            if earned:
                self.count(content, "EARNED_SHARES", "EARNED_SHARES")
            reshare = self.world.contents.reshare
            trust = float(reshare[content]) if earned and len(reshare) else 1.0
            posts.append(self.make_member_post(channel, content, v, Source.EARNED, trust, parent, earned))
            stream_keys = self.stream_keys(Stream.PERSIST, content, channel)
            if unit(member_key(stream_keys, v, number)) < self.world.contents.persistence[content]:
                self.repeats[where] = earned
        return posts

    def make_member_post(
        self, channel: int, content: int, v: int, source: Source, trust: float, parent: int, answers: bool = False
    ) -> Post:
        where = (channel, content, v)
        number = self.posts_made[where]
        self.posts_made[where] += 1
        self.count_share(content)
        if number == 0:
            self.node_of[where] = len(self.nodes)
            self.nodes.append(Node(v, channel, content, parent, self.tick, int(source)))
            self.cross_post(channel, content, v)
        visibility = self.visibility(channel, v, answers)
        post = Post(channel, content, v, number, source, trust, self.node_of[where], visibility=visibility)
        if answers and self.is_send(post):
            trust *= float(self.world.channels.send_trust[channel])
            return replace(post, trust=trust, sent=int(self.world.channels.send_reach[channel]))
        earned_by = draw(plus(self.post_key(post), rng.EARN), 0)
        self.earn(channel, content, earned_by, post.node, source == Source.EARNED)
        return post

    def is_send(self, post: Post) -> bool:
        """Whether a share that answers an impression goes to a few."""
        share = self.world.channels.send_share
        return bool(len(share) and unit(draw(plus(self.post_key(post), rng.SEND), 0)) < share[post.channel])

    def visibility(self, channel: int, v: int, answers: bool) -> float:
        """Of a member's post; ``answers`` an impression."""
        graph = self.world.graph
        factors = graph.reshare_visibility if answers else graph.root_visibility
        factor = float(factors[channel, v]) if len(factors) else 1.0
        return float(self.world.channels.visibility[channel]) * factor

    def owned_visibility(self, channel: int, line: int) -> float:
        own, factors = self.world.channels.owned_visibility, self.plan.owned_factor
        seen = float(own[channel] if len(own) else self.world.channels.visibility[channel])
        return seen * (float(factors[line]) if len(factors) else 1.0)

    def count_share(self, content: int) -> None:
        self.count(content, "SHARES", "SHARES")
        if content == self.critical:
            self.counts["CRITICAL_SHARES"] += 1
            self.series[self.tick, Series.CRITICAL_SHARES] += 1
        elif content != self.focal:
            self.counts["OTHER_SHARES"] += 1

    def cross_post(self, channel: int, content: int, v: int) -> None:
        for other in range(self.channels):
            if other == channel or not self.is_present(other, v):
                continue
            stream_keys = self.stream_keys(Stream.CROSS_POST, content, channel)
            key = member_key(stream_key(stream_keys, Stream.CROSS_POST, int(self.world.channels.key[other]), 0), v, 0)
            if unit(draw(key, 0)) < self.rules[Rule.CROSS_POST]:
                tick = self.tick + self.delay(other, draw(key, 1))
                self.make_due(other, content, v, Due(tick, self.node_of[channel, content, v], True))

    def earn(self, channel: int, content: int, key: int, node: int, post_earned: bool) -> None:
        """The further impressions that a post or an engagement earns on a channel that recommends."""
        rate = float(self.world.channels.per_engagement[channel])
        tick = self.tick + int(self.world.channels.recommend_delay[channel])
        if rate <= 0 or tick >= self.horizon:
            return
        n = math.floor(rate) + (unit(draw(key, 0)) < rate - math.floor(rate))
        self.recommended[tick] += [Recommended(key, i, channel, content, node, post_earned) for i in range(n)]
