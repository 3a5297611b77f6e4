"""A programme the slow, obvious way: account by account, from docs/model.md (*Programmes*) alone, on the oracle of one launch."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from naive import NaiveWorld, naive_world_of
from naive_calendar import naive_rhythm
from naive_shows import Run

from viralsim.kernels import rng
from viralsim.kernels.arm_inputs import ArmInputs, Rule
from viralsim.scenario.spec import Spec

U64 = np.uint64
NEVER = 2**31 - 1


@dataclass
class Person:
    """Who has an account."""

    fan: bool = False
    customer: bool = False
    remembered: float = 0.0
    reached: bool = False
    earned: bool = False
    channels: set[int] = field(default_factory=set)


@dataclass
class Advocate:
    """A person of the pool."""

    member: int
    active: bool
    freshness: float = 1.0
    trust: float = 1.0
    launches: int = 0


@dataclass
class NaiveLaunch:
    """What one launch of one world was."""

    world: NaiveWorld
    noted: dict[str, float]
    conversions: int


class NaiveProgramme:
    """One world of a programme; ``launches`` has what was seen."""

    def __init__(self, spec: Spec, base: ArmInputs, pool: Any, seed: int, number: int) -> None:
        self.spec, self.base, self.pool, self.seed, self.number = spec, base, pool, seed, number
        assert spec.programme is not None
        self.long, self.manager, self.tier = spec.programme, spec.campaign.community_management, spec.campaign.advocates
        self.n = base.graph.indptr.shape[1] - 1
        start = self.long.members.at_start
        self.accounts: list[Person | None] = [
            Person() if start >= 1 or self.unit("start", 0, v) < start else None for v in range(self.n)
        ]
        self.people = [
            Advocate(int(m), bool(first) and self.accounts[int(m)] is not None)
            for m, first in zip(pool.enrolment.members, pool.first, strict=True)
        ]
        self.launches: list[NaiveLaunch] = []
        self.reach = self.earned_reach = 0
        self.by_segment = np.zeros((int(base.audience.segment.max(initial=-1)) + 1, 4), dtype=int)

    def unit(self, what: str, launch: int, v: int) -> float:
        world = U64(rng.world_key(rng.seed_key(self.seed), U64(self.number)))
        key = rng.stream_key(world, int(rng.Stream.PROGRAMME), rng.name_key(what), U64(launch))
        return float(rng.unit(U64(rng.draw(U64(key), v))))

    def care(self, effect: str) -> float:
        if self.manager is None or self.manager.hours_per_week is None:
            return 0.0
        return float(getattr(self.manager.effects, effect)) * self.coverage

    def run(self) -> NaiveProgramme:
        came = went = made = lost = 0
        for launch in range(self.long.launches):
            here = [p for p in self.accounts if p is not None]
            self.coverage = 0.0
            if self.manager is not None:
                hours, each = self.manager.hours_per_week, self.manager.members_per_hour or 0.0
                enough = 1.0 if hours is None else hours * each / max(1, len(here))
                self.coverage = min(1.0, enough)
            active = [a for a in self.people if a.active]
            noted = {
                "members": len(here), "joined": came, "left": went, "advocates": len(active), "advocates_joined": made,
                "advocates_left": lost, "coverage": self.coverage, "fans": sum(p.fan for p in here),
                "customers": sum(p.customer for p in here), "repeat_purchases": 0,
            }  # fmt: skip
            seed = self.seed
            if launch:
                seed = int(rng.stream_key(rng.seed_key(seed), int(rng.Stream.PROGRAMME), U64(launch), U64(0)))
            run = Run(self.inputs(), seed, self.number)
            world = naive_world_of(run)
            bought = {v for k, v in run.converted if k == run.focal}
            counted = bought
            self.note_reach(run)
            for v in range(self.n):
                posts = sum(n for (_, k, poster), n in run.posts_made.items() if (k, poster) == (run.focal, v))
                self.in_segments(v, (0, run.seen_content[run.focal, v], posts, v in counted))
            self.launches.append(NaiveLaunch(world, noted, len(counted)))
            if launch + 1 < self.long.launches:
                self.learn(run, launch, bought)
                again = [
                    v
                    for v, p in enumerate(self.accounts)
                    if p is not None and p.customer and self.unit("repeat", launch, v) < self.long.customers.repeat
                ]
                noted["repeat_purchases"] = len(again)
                for v in again:
                    self.in_segments(v, (0, 0, 0, 1))
                came, went = self.come_and_go(launch, world.counts["SHARES"])
                made, lost = self.advocates(launch, world.advocate_posts)
        return self

    def person(self, v: int) -> Person:
        found = self.accounts[v]
        assert found is not None
        return found

    def in_segments(self, v: int, did: tuple[int, ...]) -> None:
        """Add what somebody did to the segments of their account."""
        for rows in self.base.audience.segment:
            self.by_segment[rows[v]] += np.array(did, dtype=int)

    def note_reach(self, run: Run) -> None:
        for v in run.reached:
            self.reach += not self.person(v).reached
            self.in_segments(v, (not self.person(v).reached, 0, 0, 0))
            self.person(v).reached = True
        for v in run.earned_reached:
            self.earned_reach += not self.person(v).earned
            self.person(v).earned = True
        for channel, v in run.reached_on:
            self.person(v).channels.add(channel)

    def activity(self, v: int) -> np.float32:
        activity = self.base.audience.activity
        value, person = float(activity[v if len(activity) > 1 else 0]), self.accounts[v]
        if person is None:
            return np.float32(value)
        factor = self.long.fans.response if person.fan else 1.0
        if self.long.memory is not None:
            m = self.long.memory
            factor = factor * max(m.floor, (1.0 - m.per_impression) ** person.remembered)
        return np.float32(value * factor)

    def buying(self, v: int) -> float:
        """The factor of the chance of a conversion: customers buy again with a chance."""
        buying, person = self.base.audience.buying, self.accounts[v]
        again = self.unit("again", len(self.launches), v) < self.long.customers.again
        return (
            0.0 if person is not None and person.customer and not again else float(buying[v if len(buying) > 1 else 0])
        )

    def inputs(self) -> ArmInputs:
        world, plan = self.base, self.base.plan
        gone = plan.removed_at if len(plan.removed_at) else np.full(self.n, NEVER, np.int32)
        gone = np.array([0 if p is None else t for p, t in zip(self.accounts, gone, strict=True)], np.int32)
        values = world.rules.values.copy()
        manager = self.manager
        if manager is not None and manager.hours_per_week is not None:
            if self.coverage <= 0:
                values[Rule.RESPOND_RATIO] = values[Rule.AMPLIFY_SHARES] = -1
            if manager.respond is not None:
                values[Rule.RESPOND_EFFECT] = manager.respond.effect * self.coverage
            if manager.amplify is not None:
                values[Rule.AMPLIFY_AT_MOST] = math.floor(manager.amplify.at_most * self.coverage + 1e-9)
        return world._replace(
            audience=world.audience._replace(
                activity=np.array([self.activity(v) for v in range(self.n)], np.float32),
                buying=np.array([self.buying(v) for v in range(self.n)], np.float32),
            ),
            rules=world.rules._replace(values=values, rhythm=np.array(naive_rhythm(self.spec, len(self.launches)))),
            plan=plan._replace(removed_at=gone, **self.planned(), **self.boosts()),
        )

    def times(self, i: int) -> tuple[float, ...]:
        """When a person of the pool is asked to post in a launch."""
        if self.tier is None:
            return ()
        terms = self.pool.enrolment.terms
        times = self.tier.posts_at if terms is None or not terms.own_times[i] else terms.own_times[i]
        return times if terms is None or not terms.posts[i] else times[: terms.posts[i]]

    def boosts(self) -> dict[str, Any]:
        count, trust = self.base.plan.paid_count.copy(), self.base.plan.paid_trust.copy()
        handles = [str(handle).strip().lstrip("@").casefold() for handle in self.pool.enrolment.handles]
        for line, paid in enumerate(self.spec.campaign.paid):
            if paid.boost is not None:
                a = self.people[handles.index(paid.boost.strip().lstrip("@").casefold())]
                trust[line] *= a.trust
                if not a.active:
                    count[line] = 0
        return {"paid_count": count, "paid_trust": trust}

    def planned(self) -> dict[str, Any]:
        rows = []
        if self.tier is not None:
            words, own = self.tier.programme, self.pool.enrolment
            for i, a in enumerate(self.people):
                posted = (own.terms.content[i] if own.terms is not None else "") or self.tier.content
                content = list(self.spec.content).index(posted or self.spec.campaign.content)
                for wave, at in enumerate(self.times(i)):
                    w = float(own.willingness[i])
                    if words.ambassadors is not None and a.launches >= words.ambassadors.after:
                        w = words.ambassadors.willingness
                    w *= a.freshness
                    w += (1.0 - w) * self.care("willingness")
                    w *= (1.0 - words.ask_fatigue) ** wave
                    channels = np.flatnonzero(own.channels[i]).tolist() if a.active else []
                    suits = 1.0 if own.fit is None else float(own.fit[i])
                    tick, trust = self.spec.tick_of(at), self.tier.trust * (a.trust * suits)
                    rows += [(tick, channel, content, a.member, wave, i, w, trust) for channel in channels]
        rows.sort()
        names = ("tick", "channel", "content", "member", "wave", "advocate", "willingness", "trust")
        kinds = (*[np.int64] * 6, np.float64, np.float64)
        return {f"planned_{name}": np.array([row[j] for row in rows], kinds[j]) for j, name in enumerate(names)}

    def learn(self, run: Run, launch: int, bought: set[int]) -> None:
        posted = {v for (_, content, v), number in run.posts_made.items() if content == run.focal and number}
        p = self.long.fans.from_share
        for v, person in enumerate(self.accounts):
            if person is None:
                continue
            person.customer |= v in bought
            if p and v in posted and self.unit("fan", launch, v) < p + (1.0 - p) * self.care("fans"):
                person.fan = True
            if self.long.memory is not None:
                fade = 2.0 ** (-self.long.every / self.long.memory.half_life)
                person.remembered = (person.remembered + run.seen[v]) * fade

    def come_and_go(self, launch: int, shares: int) -> tuple[int, int]:
        words, kept = self.long.members, 1.0 - self.care("retention")
        free = [v for v, p in enumerate(self.accounts) if p is None]
        chance = min(1.0, words.join + words.join_per_share * shares / max(1, len(free)))
        left = 0
        for v, person in enumerate(self.accounts):
            if person is None:
                continue
            leave = (1.0 - self.long.fans.stay if person.fan else 1.0) * (words.leave * kept)
            if self.unit("leave", launch, v) < leave:
                self.accounts[v] = None
                left += 1
            elif self.unit("lapse", launch, v) < self.long.fans.lapse * kept:
                person.fan = False
        joined = [v for v in free if self.unit("join", launch, v) < chance]
        for v in joined:
            self.accounts[v] = Person()
        return len(joined), left

    def advocates(self, launch: int, posts: dict[int, int]) -> tuple[int, int]:
        if self.tier is None:
            return 0, 0
        words, moved, every, left = self.tier.programme, self.long.advocates_trust, self.long.every, set()
        for i, a in enumerate(self.people):
            if a.active:
                a.freshness *= (1.0 - words.ask_fatigue) ** len(self.times(i))
                a.launches += 1
            recovery = words.recovery
            a.freshness = 1.0 if recovery is None else 1.0 - (1.0 - a.freshness) * 2.0 ** (-every / recovery)
            a.trust *= (1.0 - moved.per_post * (1.0 - float(self.pool.suits[i]))) ** posts.get(i, 0)
            if moved.recovery is not None:
                a.trust = 1.0 - (1.0 - a.trust) * 2.0 ** (-every / moved.recovery)
            drops = self.unit("dropout", launch, a.member) < words.dropout * (1.0 - self.care("retention"))
            if a.active and (drops or self.accounts[a.member] is None):
                a.active = False
                left.add(i)
        able = [
            i
            for i, a in enumerate(self.people)
            if not a.active and i not in left and self.accounts[a.member] is not None
        ]
        able.sort(key=lambda i: not self.person(self.people[i].member).fan)
        empty = max(0, self.pool.places - sum(a.active for a in self.people))
        made = 0 if words.nurture is None else words.nurture.made_in(every)
        for i in able[: min(empty, made)]:
            self.people[i] = Advocate(self.people[i].member, True)
        return len(able[: min(empty, made)]), len(left)


def posts_by(launches: list[NaiveLaunch]) -> dict[int, int]:
    """Planned posts made by each of the pool over all launches."""
    return dict(sum((Counter(one.world.advocate_posts) for one in launches), Counter()))
