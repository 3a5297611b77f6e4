"""Numbers of textbook models, seeding, scenarios and the Mesa driver on small inputs, as JSON: run with the compiler on or off.

NUMBA_DISABLE_JIT=1 python tests/without_compiler.py > numbers.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

import viralsim as vs
from viralsim.kernels.batch import trace_world
from viralsim.measurement.measures import NAMES
from viralsim.simulation.run import compile_arms, compile_audience

MEMBERS, WORLDS = 40, 6
FULL = """
viralsim: 1
name: everything
seed: 3
worlds: 6
horizon: 30h
tick: 1h
audience:
  members: 40
  communities: {count: 3}
  topics: {food: 0.5, sport: 0.3}
  tones: {humorous: 0.5}
  hostility: 0.4
  in_group: 1.5
  attention: {feed_capacity: 8, background_posts: 1}
  fatigue: {per_impression: 0.05}
  rhythm: {peak: "20:00", depth: 0.5}
channels:
  wall:
    visibility: 0.5
    network: {generate: {mean_following: 6}}
    recommended: {per_engagement: 0.8, delay: 1h}
    reaction_delay: {lognormal: {median: 2h, sigma: 1.0}}
    engagement_rate: 0.3
    cpm_usd: 9
    presence: 0.9
  forum: {visibility: 0.7, network: {generate: {mean_following: 4}}, reaction_delay: {fixed: 2h}}
content:
  post: {appeal: 0.4, topics: {food: 1}, tone: {humorous: 1}, half_life: 20h, controversy: 0.5, conversion_rate: 0.2, value_usd: 3}
  other: {appeal: 0.3, persistence: 0.3, reinforcement: {threshold: {count: 2}}}
campaign:
  content: post
  cross_post: 0.4
  owned: [{channel: wall, followers: 10, posts_at: [0h, 5h]}]
  paid: [{channel: wall, budget_usd: 0.4, ends: 20h, frequency_cap: 1, trust: 0.5}, {channel: forum, budget_usd: 0.2, cpm_usd: 8}]
  organic: [{channel: forum, members: 2}, {channel: wall, members: 1, content: other, posts_at: [1h, 4h]}]
  advocates: {count: 4, posts_at: [0h, 6h], willingness: 0.6, trust: 1.5, cost_usd: 2, cost_per: posted}
  community_management:
    cost_usd_per_day: 1
    respond: {critical_share_ratio: 0.1, effect: 0.5, delay: 2h, at_least: 1}
    amplify: {shares_per_hour: 1, cooldown: 3h}
arms: {all: {}, social: {campaign.paid: []}}
baseline: all
"""
PLAIN = """
viralsim: 1
name: members alone
worlds: 6
horizon: 20h
audience: {members: 40}
channels: {wall: {visibility: 0.4, network: {generate: {mean_following: 6}}}}
content: {post: {appeal: 0.3}}
campaign: {content: post, organic: [{members: 2}]}
"""
OVERRIDES: dict[str, dict[str, Any]] = {
    "as written": {},
    "thresholds": {"content.post.reinforcement": {"threshold": {"fraction": "uniform"}}, "content.post.appeal": 1.0},
    "counts": {"content.post.reinforcement": {"threshold": {"count": 2}}, "content.post.persistence": 0.5},
    "social": {"content.post.reinforcement": {"social": {"gain": 0.5, "cap": 3.0}}, "content.post.appeal": 0.2},
    "solved": {"content.post.appeal": None, "content.post.share_rate": 0.1},
    "uncertain": {"uncertain": {"content.post.appeal": {"from": 0.1, "to": 0.5, "scale": "log"}}},
}


def network() -> vs.Network:
    rng = np.random.default_rng(1)
    pairs = np.unique(rng.integers(0, MEMBERS, (220, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ones = np.full(len(pairs), 0.02)
    return vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=MEMBERS, influence_weight=ones)


def textbook() -> dict[str, Any]:
    """Every model of ``viralsim.classic``."""
    net, model = network(), vs.classic
    mixed = np.linspace(0.05, 0.5, net.follows)
    return {
        "one probability": model.independent_cascade(net, [0, 3], 0.2, worlds=WORLDS, seed=1),
        "weighted cascade": model.independent_cascade(net, [0, 3], "weighted_cascade", worlds=WORLDS, seed=1),
        "mixed": model.independent_cascade(net, [0, 3], mixed, worlds=WORLDS, seed=1),
        "many worlds": model.independent_cascade(net, [0], 0.15, worlds=70, seed=2**64 - 1),
        "threshold": model.linear_threshold(net, [0, 3], weights="uniform", worlds=WORLDS, seed=1),
        "weights": model.linear_threshold(net, [0, 3], weights=np.full(net.follows, 0.1), worlds=WORLDS, seed=1),
        "sir": model.sir(net, [0], 0.2, 0.3, 10, WORLDS, 1),
        "si": model.sir(net, [0], 0.2, 0.0, 10, WORLDS, 1),
        "complex": model.complex_contagion(net, [0, 1, 2], 2, worlds=WORLDS, seed=1),
        "rumour": model.maki_thompson(net, [0], worlds=WORLDS, seed=1),
        "attention": model.limited_attention(net, mu=0.2, actions=200, worlds=2, seed=1).popularity,
        "bass": model.bass(MEMBERS, 0.03, 0.4, 20, WORLDS, 1),
        **who_and_when(net, mixed),
        "compartments": model.compartments(net, [0], OWN_TABLE, 8, WORLDS, 1),
        "events": model.gillespie(net, [0], OWN_TABLE, [0.5, 2.0, 9.0], WORLDS, 1),
        "voter": model.voter(net, [0, 1, 2], 400, WORLDS, 1),
        "opinions": model.bounded_confidence(net, 0.4, 100, worlds=2, seed=1),
        "doses": model.generalised_contagion(net, [0, 1], 0.9, 2, 4, 8, [0.5, 1.5], 0.5, 0.5, worlds=2, seed=1),
    }


OWN_TABLE = [
    ("S", "E", 0.3, "I"),
    ("S", "E", "weighted_cascade", "A"),
    ("E", "I", 0.5),
    ("E", "A", 0.2),
    ("I", "S", 0.3),
    ("A", "S", 0.1),
]


def who_and_when(net: vs.Network, mixed: np.ndarray) -> dict[str, Any]:
    """When, and through whom, in every model that tells."""
    given: dict[str, tuple[Any, ...]] = {
        "independent_cascade": (0.2,),
        "linear_threshold": (),
        "complex_contagion": (np.arange(MEMBERS) % 3,),
        "sir": (0.2, 0.3, 10),
        "maki_thompson": (),
    }
    found = {
        f"trees of {word}": vs.classic.trees(word, net, [0, 3], *own, worlds=WORLDS).to_numpy()[:, :4].astype(int)
        for word, own in given.items()
    }
    return found | {"ticks": vs.classic.independent_cascade(net, [0], mixed, worlds=WORLDS, adoption_tick=True)}


def seeding() -> dict[str, Any]:
    """Every strategy, and bounds where there are any."""
    net, found = network(), {}
    for word in (word for word in vs.seeding.words() if word != "members"):
        chosen = vs.seeding.choose(net, word, 3, seed=2)
        found[word] = [chosen.members, chosen.expected_reach, chosen.lower_bound, chosen.upper_bound]
    threshold = vs.seeding.choose(net, "opim", 2, seed=2, model="linear_threshold", taken=[1])
    return found | {"opim, threshold": [threshold.members, threshold.lower_bound]}


def scenario_numbers(scenario: vs.Scenario) -> dict[str, Any]:
    """All that a run counts, and the trees of its worlds."""
    result = vs.simulate(scenario, threads=1)
    found: dict[str, Any] = {"warnings": result.warnings, "signs": result.vital_signs}
    for name, arm in result.arms.items():
        found[name] = {
            **arm.measures,
            **arm.cost_lines,
            **arm.series,
            "sizes": arm.cascade_sizes,
            "depths": arm.generations,
        }
        found[name] |= {"communities": arm.reach_by_community, **arm.reach_by_channel, **arm.advocates}
    if not scenario.spec.uncertain:
        for name, built in compile_arms(scenario, compile_audience(scenario)).items():
            found[f"trees of {name}"] = [trace_world(built.world, scenario.seed, number) for number in range(2)]
    return found


def mesa() -> dict[str, Any]:
    """A world of the Mesa driver, stepped to the horizon."""
    from viralsim.model import ViralityModel

    model = ViralityModel(vs.loads(FULL), arm="all", world=1)
    while model.running and model.tick < model.horizon:
        model.step()
    return {name: model.measure(name) for name in NAMES} | {"states": model.states()}


def numbers() -> dict[str, Any]:
    """All of it, as JSON has it."""
    found: dict[str, Any] = {"textbook": textbook(), "seeding": seeding(), "mesa": mesa()}
    found["plain"] = scenario_numbers(vs.loads(PLAIN))
    for name, changes in OVERRIDES.items():
        found[name] = scenario_numbers(vs.loads(FULL).override(changes))
    return json.loads(json.dumps(found, default=_listed))


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else list(value)


if __name__ == "__main__":
    json.dump(numbers(), sys.stdout)
