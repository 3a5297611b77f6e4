"""The oracle's second half of a tick: who is shown what, and how they respond."""

from __future__ import annotations

import math

import numpy as np
from naive_luck import (
    NOBODY,
    U64,
    Due,
    Impression,
    Later,
    Post,
    Recommended,
    alias,
    below,
    draw,
    member_key,
    of,
    plus,
    unit,
)
from naive_posts import Posts

from viralsim.kernels import rng
from viralsim.kernels.alias import GAP_TAIL
from viralsim.kernels.arm_inputs import Reinforcement, Rule, Source
from viralsim.kernels.counts import Series
from viralsim.kernels.rng import Stream

GAP_SHIFT = U64(64 - 9)
RECOMMEND_TRIES, PAID_TRIES = 32, 16


class Run(Posts):
    """One world, tick by tick."""

    # ---- a tick

    def run(self) -> None:
        for i in range(len(self.plan.organic_tick)):
            self.organic(i)
        for tick in range(self.horizon):
            if self.stops(tick):
                break
            self.tick = tick
            self.decide()
            owned = self.make_owned()
            planned = self.make_planned()
            ordinary = self.make_ordinary()
            for post in owned:
                self.show_owned(post)
            for line in range(len(self.plan.paid_channel)):
                self.show_paid(line)
            for post in planned + ordinary:
                self.show_member(post)
            for item in sorted(self.recommended.pop(self.tick, []), key=lambda r: (r.key, r.index)):
                self.show_recommended(item)
            for late in sorted(self.later.pop(self.tick, []), key=lambda waited: waited.bits):
                self.show_position(late.post, late.member, late.position, late.edge)

    def stops(self, tick: int) -> bool:
        """Whether a stopping rule has ended the world before this tick."""
        shares = self.series[:tick, Series.SHARES]
        last = max(np.flatnonzero(shares), default=-1)
        most, quiet = self.rules[Rule.STOP_SHARES], self.rules[Rule.STOP_QUIET]
        return bool((most > 0 and shares.sum() >= most) or (quiet > 0 and tick > last + quiet))

    # ---- showing

    def tie_is_there(self, edge: int) -> bool:
        graph = self.world.graph
        if not len(graph.tie_when):
            return True
        word = int(graph.tie_when[edge])
        if word >= 0:
            first, end, again, over = (word // 2**bits % 2**15 for bits in (45, 30, 15, 0))
            ends = [math.inf if end == 2**15 - 1 else end for end in (end, over)]
            return first <= self.tick < ends[0] or again <= self.tick < ends[1]
        for span in graph.tie_spans[-word - 1 :]:  # up to the first negative one, the last of the tie
            whole = int(span) if span >= 0 else -int(span) - 1
            if whole // 2**31 <= self.tick < whole % 2**31:
                return True
            if span < 0:
                break
        return False

    def post_key(self, post: Post) -> int:
        if post.member == NOBODY:
            return member_key(self.stream_keys(Stream.BRAND_POST, post.content, post.channel), 0, post.number)
        return member_key(self.stream_keys(Stream.POST, post.content, post.channel), post.member, post.number)

    def show_owned(self, post: Post) -> None:
        start = self.plan.owned_start
        row = self.plan.owned_followers[start[post.line] : start[post.line + 1]]
        self.show_row(post, [int(v) for v in row], None)

    def show_member(self, post: Post) -> None:
        indptr = self.world.graph.indptr[post.channel]
        edges = range(int(indptr[post.member]), int(indptr[post.member + 1]))
        self.show_row(post, [int(self.world.graph.followers[e]) for e in edges], edges)

    def show_row(self, post: Post, row: list[int], edges: range | None) -> None:
        channels, key = self.world.channels, self.post_key(post)
        if post.sent:
            for position in self.sent_to(key, post.sent, len(row)):
                if edges is not None and self.tie_is_there(edges[position]) and not self.is_gone(row[position]):
                    self.impress_follower(post, row[position], position, edges[position])
            return
        for position in self.positions(post.channel, key, len(row)):
            edge = None if edges is None else edges[position]
            if edge is not None and not self.tie_is_there(edge):
                continue
            if not len(channels.seeing_delay):
                self.show_position(post, row[position], position, edge)
                continue
            delays, scales = channels.seeing_delay[post.channel], channels.seeing_scale[post.channel]
            bits = draw(plus(key, rng.SEE), position)
            scale = float(scales[below(draw(plus(key, rng.PACE), 0), len(scales))])
            tick = self.tick + math.floor(float(delays[below(bits, len(delays))]) * scale)
            if tick == self.tick:
                self.show_position(post, row[position], position, edge)
            elif tick < self.horizon:
                self.later[tick].append(Later(bits, post, row[position], position, edge))

    def show_position(self, post: Post, v: int, position: int, edge: int | None) -> None:
        """One follower of a row whose position passed the envelope, in the tick in which it is seen."""
        key, channel, graph = self.post_key(post), post.channel, self.world.graph
        if self.is_gone(v):
            return
        if self.world.channels.thin[channel]:
            tie = float(graph.tie_strength[edge]) if edge is not None and len(graph.tie_strength) else 1.0
            q = post.visibility * tie * self.attention(post.content, v)
            caps = self.plan.visibility_cap
            most = float(caps[channel, self.tick]) if len(caps) else 1.0
            q = min(most, q * float(self.world.rules.rhythm[self.tick]))
            if not unit(draw(plus(key, rng.SHOW), position)) * float(self.world.channels.envelope[channel]) < q:
                return
        self.impress_follower(post, v, position, edge)

    def sent_to(self, key: int, sent: int, n: int) -> list[int]:
        """Positions that a private send goes to, by Floyd's algorithm, ascending."""
        chosen: set[int] = set()
        for i, j in enumerate(range(max(0, n - sent), n)):
            position = below(draw(plus(key, rng.SEND), 1 + i), j + 1)
            chosen.add(j if position in chosen else position)
        return sorted(chosen)

    def impress_follower(self, post: Post, v: int, position: int, edge: int | None) -> None:
        """One follower of a row who sees the post."""
        key, channel = self.post_key(post), post.channel
        trust = post.trust
        if edge is not None:
            community = self.world.audience.community
            if of(community, post.member) == of(community, v):
                trust *= float(self.rules[Rule.IN_GROUP])
            self.count_poster(channel, post.content, v, post.member, edge)
        bits = draw(plus(key, rng.RESPOND), position)
        earned = post.source == Source.EARNED
        self.impress(
            Impression(v, channel, post.content, post.source, bits, trust, post.node, post.member, earned, edge=edge)
        )

    def positions(self, channel: int, key: int, n: int) -> list[int]:
        """Positions of a row that pass the envelope."""
        if self.world.channels.envelope[channel] >= 1.0:
            return list(range(n))
        table = self.world.channels.gap_threshold[channel], self.world.channels.gap_alias[channel]
        passed, position, j = [], -1, 0
        while position < n:
            gap = alias(draw(plus(key, rng.GAP), j), *table, GAP_SHIFT)
            j += 1
            position += gap
            if gap < GAP_TAIL:
                position += 1
                passed.append(position)
        return [p for p in passed if p < n]

    def attention(self, content: int, v: int) -> float:
        background = self.world.audience.background_load
        if not len(background):
            return 1.0
        day = self.tick // int(self.rules[Rule.TICKS_PER_DAY])
        others = sum(self.seen_today[day, v, k] for k in range(self.contents) if k != content)
        load = float(background[v]) + others
        return 1.0 if load == 0 else min(1.0, float(self.rules[Rule.FEED_CAPACITY]) / load)

    def count_poster(self, channel: int, content: int, v: int, poster: int, edge: int) -> None:
        posters = self.posters_seen[channel, content, v]
        if poster not in posters:
            posters.append(poster)
            if len(self.world.graph.influence_weight):
                self.weight_seen[channel, content, v] += float(self.world.graph.influence_weight[edge])

    def show_paid(self, line: int) -> None:
        plan = self.plan
        channel, content = int(plan.paid_channel[line]), int(plan.paid_content[line])
        targets = [int(v) for v in plan.paid_targets[plan.paid_start[line] : plan.paid_start[line + 1]]]
        targets = targets or self.present(channel)
        cap = int(plan.paid_cap[line])
        key = member_key(self.stream_keys(Stream.PAID, content, channel), int(plan.paid_number[line]), self.tick)
        for j in range(int(plan.paid_count[line, self.tick]) if targets else 0):
            tried = (targets[below(draw(key, PAID_TRIES * j + i), len(targets))] for i in range(PAID_TRIES))
            v = next((v for v in tried if cap == 0 or self.bought_for[line, v] < cap), None)
            if v is None:
                continue
            self.bought_for[line, v] += 1
            if self.is_gone(v):
                continue
            self.bought[line] += 1
            self.line_seen[line, v] += 1
            bits = draw(plus(key, rng.RESPOND), j)
            self.impress(
                Impression(v, channel, content, Source.PAID, bits, float(plan.paid_trust[line]), -1, line=line)
            )

    def show_recommended(self, item: Recommended) -> None:
        present = self.present(item.channel)
        if not present:
            return
        top = float(self.world.channels.max_match[item.content])
        for j in range(RECOMMEND_TRIES):
            v = present[below(draw(item.key, 1 + 64 * item.index + 2 * j), len(present))]
            if unit(draw(item.key, 2 + 64 * item.index + 2 * j)) * top < self.match(item.content, v):
                break
        if self.is_gone(v):
            return
        bits = draw(plus(item.key, rng.RESPOND), item.index)
        self.impress(
            Impression(
                v, item.channel, item.content, Source.RECOMMENDED, bits, 1.0, item.node, post_earned=item.post_earned
            )
        )

    # ---- response

    def impress(self, shown: Impression) -> None:
        """One impression: its counts, its response, its conversion."""
        v, k, c = shown.member, shown.content, shown.channel
        contents, u = self.world.contents, float(rng.unit_high(U64(shown.bits)))
        s = self.share_probability(shown)
        self.count_impression(shown)
        if s > 1.0:
            self.count(k, "CLIPPED")
        s = min(1.0, max(0.0, s))
        hostility = of(self.world.audience.hostility, v)
        critical = (1.0 - s) * float(contents.controversy[k]) * hostility * self.soften
        engage = (1.0 - s - critical) * float(self.world.channels.engagement_rate[c])
        if u < s:
            self.convince(c, k, v, shown.node)
        elif u < s + critical:
            self.convince(c, int(contents.twin[k]), v, -1)
        elif u < s + critical + engage:
            self.count(k, "ENGAGEMENTS", "ENGAGEMENTS")
            key = int(rng.mix(U64(plus(shown.bits, rng.EARN))))
            self.earn(c, k, key, shown.node, shown.post_earned)
        self.convert(shown)

    def convince(self, channel: int, content: int, v: int, parent: int) -> None:
        bits = member_key(self.stream_keys(Stream.DELAY, content, channel), v, 0)
        self.make_due(channel, content, v, Due(self.tick + self.delay(channel, bits), parent, True))

    def share_probability(self, shown: Impression) -> float:
        """``s`` before clipping; called before this impression is counted."""
        v, k, contents = shown.member, shown.content, self.world.contents
        fatigue = self.world.rules.fatigue
        s = float(contents.appeal[k]) * self.match(k, v)
        s *= of(self.world.audience.activity, v)
        s *= shown.trust
        s *= float(contents.novelty[k, self.tick])
        s *= float(fatigue[min(self.seen[v], len(fatigue) - 1)])
        s *= self.reinforcement(shown)
        return s * self.soften if contents.original[k] >= 0 else s

    def reinforcement(self, shown: Impression) -> float:
        v, k, c, contents = shown.member, shown.content, shown.channel, self.world.contents
        mode, threshold = int(contents.reinforcement[k]), float(contents.threshold[k])
        if mode == Reinforcement.SIMPLE:
            return 1.0
        if mode == Reinforcement.SOCIAL:
            n = self.seen_content[k, v] + 1
            return min(float(contents.cap[k]), 1.0 + float(contents.gain[k]) * (n - 1))
        if threshold < 0:
            threshold = unit(member_key(self.stream_keys(Stream.THRESHOLD, k, c), v, 0))
        m = len(self.posters_seen[c, k, v])
        if m == 0:
            return 0.0
        if mode == Reinforcement.COUNT:
            return float(m >= threshold)
        if mode == Reinforcement.FRACTION:
            return float(m >= threshold * int(self.world.graph.following[c, v]) - 1e-9)
        return float(self.weight_seen[c, k, v] >= threshold - 1e-9)

    def convert(self, shown: Impression) -> None:
        v, k, contents = shown.member, shown.content, self.world.contents
        rate = float(contents.conversion_rate[k]) * self.match(k, v) * float(contents.conversion_trust[k, shown.source])
        rate *= of(self.world.audience.buying, v)
        if (k, v) not in self.converted and float(rng.unit_low(U64(shown.bits))) < rate:
            self.converted.add((k, v))
            self.count(k, "CONVERSIONS", "CONVERSIONS")
            self.count(k, f"CONVERSIONS_{Source(shown.source).name}")
            if k == self.focal and shown.source == Source.PAID:
                self.paid_sales[shown.line] += 1
            if k == self.focal and shown.source == Source.ASKED:
                plan = self.world.plan
                self.asked_sales[int(plan.planned_advocate[plan.planned_member == shown.poster][0])] += 1

    def count_impression(self, shown: Impression) -> None:
        v, k = shown.member, shown.content
        self.seen[v] += 1
        self.seen_content[k, v] += 1
        self.seen_today[self.tick // int(self.rules[Rule.TICKS_PER_DAY]), v, k] += 1
        self.counts["CRITICAL_IMPRESSIONS"] += k == self.critical
        if k != self.focal:
            return
        self.count(k, f"IMPRESSIONS_{Source(shown.source).name}", "IMPRESSIONS")
        self.reached_on.add((shown.channel, v))
        if v not in self.reached:
            self.reached.add(v)
            self.count(k, "REACH", "REACH")
        if shown.post_earned and v not in self.earned_reached:
            self.earned_reached.add(v)
            self.count(k, "EARNED_REACH", "EARNED_REACH")
