"""A running launch whose truth is known: worlds of the product with two actions at 6 h."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import viralsim as vs

NOW = 6.0
READ_AT = np.arange(1.0, NOW + 1)
LAUNCH = vs.loads(
    """
viralsim: 1
name: Running launch
seed: 3
worlds: 300
horizon: 3d
audience: {members: 2000}
channels:
  x:
    network: {generate: {mean_following: 20}}
    visibility: 0.3
    reaction_delay: {lognormal: {median: 2h, sigma: 1.2}}
    cpm_usd: 9
content:
  post: {appeal: 0.04, half_life: 18h, conversion_rate: 0.01, value_usd: 30}
campaign:
  content: post
  owned: [{followers: 1500, posts_at: [0h]}]
arms:
  nothing: {}
  ask: {campaign.advocates: {count: 10, posts_at: [6h], willingness: 0.7, cost_usd: 20}}
  advertise: {campaign.paid: [{budget_usd: 100, starts: 6h, ends: 30h, trust: 0.5}]}
baseline: nothing
uncertain:
  content.post.appeal: {from: 0.005, to: 0.06, scale: log}
  channels.x.visibility: {from: 0.1, to: 0.5}
"""
)


def curve_of(result: vs.Result, world: int) -> NDArray[np.float64]:
    """Shares of one world of the arm ``nothing`` at READ_AT."""
    return np.cumsum(np.asarray(result.arms["nothing"].series["shares"])[world], dtype=float)[READ_AT.astype(int) - 1]


class Outcomes:
    """How answers went in cases whose truth is known, one list entry for each case that was answered."""

    def __init__(self, cases: int, seed: int) -> None:
        """Draw ``cases`` true worlds and ask, for each of them, what to do now."""
        truth = vs.simulate(LAUNCH, worlds=cases, seed=seed, repeat_trust=False)
        self.cases, self.unanswered = cases, 0
        self.realised: dict[str, list[float]] = {"ask": [], "advertise": []}
        self.answers: dict[str, list[vs.forecasting.OpenArm]] = {"ask": [], "advertise": []}
        for world in range(cases):
            found = vs.forecasting.arms(
                LAUNCH, READ_AT, NOW, shares=curve_of(truth, world), seed=seed + 1 + world, threads=1
            )
            self.unanswered += not found.answered
            for one in found.arms if found.answered else ():
                gained = truth.arms[one.arm].measures["shares"] - truth.arms["nothing"].measures["shares"]
                self.realised[one.arm].append(float(gained[world]))
                self.answers[one.arm].append(one)

    def covered(self, arm: str) -> float:
        """How often the 95 % interval held the realised difference."""
        pairs = zip(self.realised[arm], self.answers[arm], strict=True)
        return float(np.mean([one.ci_low <= true <= one.ci_high for true, one in pairs]))

    def losses(self, arm: str, price: float) -> tuple[float, float, float]:
        """Mean loss against knowing the difference, where ``price`` shares pay for acting: by the answer, always, never."""
        gain = np.array(self.realised[arm]) - price
        acts = np.array([one.uplift for one in self.answers[arm]]) > price
        best = np.maximum(gain, 0.0)
        return float((best - gain * acts).mean()), float((best - gain).mean()), float(best.mean())
