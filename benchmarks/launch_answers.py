"""Answers about running and finished launches whose truth is known: ``forecast --arms`` and ``review``.

``python -m benchmarks.launch_answers --out benchmarks/LAUNCH_ANSWERS.md``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import viralsim as vs
from benchmarks.machine import description
from viralsim.forecasting.worlds.envelope import ALPHA, chance_of_farther
from viralsim.forecasting.worlds.weighting import shares_at

LAUNCH = """
viralsim: 1
name: Running launch
seed: 3
worlds: 300
horizon: 3d
audience: {members: 2000}
channels:
  x: {network: {generate: {mean_following: 20}}, visibility: 0.3, cpm_usd: 9,
      reaction_delay: {lognormal: {median: 2h, sigma: 1.2}}}
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
NOW = 6
PRICES = {"ask": 12.0, "advertise": 40.0}  # shares that pay for acting, said beforehand
POINTS = np.arange(1.0, 7.0) * 12
ABOUT = """# Answers about launches whose truth is known

Made by `python -m benchmarks.launch_answers --out benchmarks/LAUNCH_ANSWERS.md`. Times are processor seconds of one thread.

**What to do now.** True worlds of the product on 2,000 members, with appeal and visibility drawn from the scenario's
`uncertain`; the curve is read at 1 to 6 h; two actions at 6 h. The answer comes from 300 other worlds. Held: how often the 95 %
interval holds the difference that the true world has under its own luck. Loss: mean loss in shares against knowing that difference,
where 12 shares pay for asking and 40 for advertising, choosing by the mean, always acting, never acting. The few owned followers
are the harder case: most curves are near 0 at 6 h. At its price asking nearly always pays, and always asking loses as little as
choosing; at that of advertising choosing loses a quarter to a half less than always acting.

**Review.** Campaigns of the same launch with fixed inputs, against 1,000 worlds of the plan: how often "luck alone does not
explain this" is said, by the appeal that was true.

"""


def cases(owned: int, count: int, seed: int) -> Iterator[str]:
    """Rows of the table of arms."""
    launch = vs.loads(LAUNCH).override({"campaign.owned": [{"followers": owned, "posts_at": ["0h"]}]})
    truth = vs.simulate(launch, worlds=count, seed=seed, repeat_trust=False)
    series = np.asarray(truth.arms["nothing"].series["shares"])[:, :NOW].cumsum(1)
    answers: list[tuple[int, vs.forecasting.OpenArms]] = []
    seconds = []
    for world in range(count):
        started = time.process_time()
        found = vs.forecasting.arms(
            launch, np.arange(1.0, NOW + 1), float(NOW), shares=series[world], seed=seed + 1 + world, threads=1
        )
        seconds.append(time.process_time() - started)
        if found.answered:
            answers.append((world, found))
    unanswered = 100 * (1 - len(answers) / count)
    for place, name in enumerate(PRICES):
        gained = truth.arms[name].measures["shares"] - truth.arms["nothing"].measures["shares"]
        true = np.array([gained[world] for world, _ in answers])
        own = [found.arms[place] for _, found in answers]
        held = np.mean([one.ci_low <= value <= one.ci_high for one, value in zip(own, true, strict=True)])
        gain = true - PRICES[name]
        acts, best = np.array([one.uplift for one in own]) > PRICES[name], np.maximum(gain, 0)
        losses = " | ".join(f"{(best - chosen).mean():.1f}" for chosen in (gain * acts, gain, 0 * gain))
        yield (
            f"| {owned:,} | {name} | {count} | {unanswered:.1f} % | {100 * held:.1f} % | {losses} | "
            f"{np.median(seconds):.2f} |"
        )


def alarms(appeal: float, campaigns: int) -> str:
    """A row of the table of reviews."""
    plan = vs.loads(LAUNCH).override({"uncertain": {}, "arms": {"nothing": {}}})

    def curves(launch: vs.Scenario, worlds: int, seed: int) -> np.ndarray:
        found = vs.simulate(launch, worlds=worlds, seed=seed, repeat_trust=False).arms["nothing"]
        return shares_at(np.asarray(found.series["shares"]), 1.0, POINTS)

    worlds = curves(plan, 1000, 42)
    own = curves(plan.override({"content.post.appeal": appeal}), campaigns, 4242)
    said = np.mean([chance_of_farther(worlds, curve) <= ALPHA for curve in own])
    return f"| {appeal / 0.04:g} | {campaigns} | {100 * said:.1f} % | {100 * (1 - said):.1f} % |"


def thousand_rows() -> str:
    """How long 1,000 worlds of three arms take."""
    launch = vs.loads(LAUNCH)
    started = time.process_time()
    vs.forecasting.arms(launch, np.arange(1.0, 7.0), 6.0, shares=[1, 3, 5, 7, 9, 11], worlds=1000, threads=1)
    return f"Arms at 6 h with 1,000 rows, three arms: {time.process_time() - started:.1f} s."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the page here")
    asked = parser.parse_args()
    thousand_rows()  # compiles
    lines = [ABOUT, *description()]
    for line in _rows():
        lines.append(line)
        print(line, flush=True)
        if asked.out:
            asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows() -> Iterator[str]:
    """The tables, line by line."""
    yield from ("", thousand_rows(), "")
    yield from ("| true appeal / plan | campaigns | luck denied | luck alone |", "| --- " * 4 + "|")
    for appeal in (0.04, 0.08, 0.06, 0.02):
        yield alarms(appeal, 500)
    yield from ("", "| owned followers | arm | cases | no answer | held | loss | always | never | s a case |")
    yield "| --- " * 9 + "|"
    for owned in (1500, 300):
        yield from cases(owned, 300, 1000)


if __name__ == "__main__":
    main()
