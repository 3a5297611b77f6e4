"""The built-in actors. Subclass one, override ``step`` and call the verbs to try a policy of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from viralsim.kernels.arm_inputs import Rule
from viralsim.kernels.rng import Stream, member_key, stream_key, unit
from viralsim.mesa_driver.actions import Action, AskedPost, BuyImpressions, OwnedPost, SoftenCriticism

if TYPE_CHECKING:
    from viralsim.mesa_driver.model import ViralityModel


class Actor(mesa.Agent):  # type: ignore[misc]
    """One of the few strategic agents: observes the model, decides once per tick, emits actions."""

    model: ViralityModel

    def act(self, action: Action) -> None:
        """Emit an action for this tick."""
        self.model.take(self, action)

    def step(self) -> None:
        """Decide for the coming tick; the model shows its consequences after all actors have decided."""


class Brand(Actor):
    """Posts on its owned lines and buys impressions by the campaign's plan."""

    def step(self) -> None:
        """Follow the plan."""
        for line in self.planned_posts():
            self.act(OwnedPost(line))
        for line, count in enumerate(self.planned_impressions()):
            if count:
                self.act(BuyImpressions(line, int(count)))

    def planned_posts(self) -> list[int]:
        """Owned lines that the plan lets post in this tick."""
        plan = self.model.plan
        return [int(line) for line in plan.owned_posts_line[plan.owned_posts_tick == self.model.tick]]

    def planned_impressions(self) -> list[int]:
        """Impressions that the plan buys in this tick, by paid line."""
        return [int(count) for count in self.model.plan.paid_count[:, self.model.tick]]


class Advocate(Actor):
    """A member enrolled in the advocate tier: posts when asked and willing."""

    def __init__(self, model: ViralityModel, number: int, member: int) -> None:
        super().__init__(model)
        self.number, self.member = number, member

    def step(self) -> None:
        """Answer the wave of this tick, if there is one for them."""
        plan, model = self.model.plan, self.model
        for row in model.asked_rows(self.number):
            channel = int(plan.planned_channel[row])
            model.count_asked()
            if self.willing(int(plan.planned_wave[row]), float(plan.planned_willingness[row])):
                content, trust = int(plan.planned_content[row]), float(plan.planned_trust[row])
                self.act(AskedPost(self.member, channel, content, trust, self.number))

    def willing(self, wave: int, willingness: float) -> bool:
        """The fixed coin of (advocate, wave): the same in every arm and driver."""
        stream_keys = np.uint64(stream_key(self.model.key, int(Stream.WILLING), np.uint64(0), np.uint64(0)))
        return bool(unit(np.uint64(member_key(stream_keys, self.member, wave))) < willingness)


class CommunityManager(Actor):
    """Answers criticism and reposts content that is already spreading, by the campaign's two rules."""

    def __init__(self, model: ViralityModel) -> None:
        super().__init__(model)
        self.softens_at: int | None = None
        self.reposts, self.last_repost = 0, -(1 << 40)

    def step(self) -> None:
        """Look at what is counted so far, then answer and amplify; nothing before their start."""
        if self.model.tick < self.model.rules[Rule.MANAGER_FROM]:
            return
        self.answer_criticism()
        self.amplify()

    def answer_criticism(self) -> None:
        """Once critical shares pass the ratio, soften criticism after the delay."""
        rule, model = self.model.rules, self.model
        if rule[Rule.RESPOND_RATIO] < 0:
            return
        critical, shares = model.counted("critical_shares"), model.counted("shares")
        enough = critical >= rule[Rule.RESPOND_AT_LEAST] and critical >= rule[Rule.RESPOND_RATIO] * (shares + critical)
        if self.softens_at is None and enough:
            self.softens_at = model.tick + int(rule[Rule.RESPOND_DELAY])
            model.note_softening(self.softens_at)
        if self.softens_at is not None and self.softens_at <= model.tick:
            self.act(SoftenCriticism(1.0 - rule[Rule.RESPOND_EFFECT]))

    def amplify(self) -> None:
        """Repost on the first owned line when the last tick brought enough shares."""
        rule, model = self.model.rules, self.model
        if rule[Rule.AMPLIFY_SHARES] < 0 or model.tick == 0:
            return
        moving = model.shares_in_tick(model.tick - 1) >= rule[Rule.AMPLIFY_SHARES]
        rested = model.tick - self.last_repost >= rule[Rule.AMPLIFY_COOLDOWN]
        if moving and rested and self.reposts < rule[Rule.AMPLIFY_AT_MOST]:
            self.reposts, self.last_repost = self.reposts + 1, model.tick
            self.act(OwnedPost(0))
