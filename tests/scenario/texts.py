"""Scenario texts that the tests of this folder share, and what a load of a text tells."""

from __future__ import annotations

from viralsim.errors import Problem, ScenarioError
from viralsim.scenario import loads

FULL = """\
viralsim: 1
name: Everything
about: every key once
seed: 7
worlds: 20
horizon: 14d
tick: 1h
launch_at: 20:00
audience:
  members: 5000
  communities: {count: 10, size_exponent: 2.0, mixing: 0.15}
  topics: {food: 0.5, sport: 0.3}
  tones: {humorous: 0.5}
  hostility: 0.05
  attention: {feed_capacity: 60, background_posts: 1.5}
  rhythm: {peak: "20:00", depth: 0.6}
  participation: {sigma: 1.2}
  in_group: 1.5
  fatigue: {per_impression: 0.05, floor: 0.2}
channels:
  instagram:
    preset: instagram
    presence: 0.9
    network: {generate: {mean_following: 30, degree_exponent: 2.4, reciprocity: 0.4, clustering: 0.2}}
    visibility: 0.08
    recommended: {per_engagement: 2, delay: 1h}
    reaction_delay: {lognormal: {median: 2h, sigma: 1.2}}
    engagement_rate: 0.02
    cpm_usd: 9
  forum:
    network: {generate: {mean_following: 10}}
    organic_reach: 0.3
    reaction_delay: {power_law: {constant_until: 5m, exponent: 1.23}}
  board:
    network: {generate: {}}
    visibility: 0.3
    reaction_delay: {exponential: {mean: 3h}}
content:
  teaser:
    appeal: 0.03
    topics: {food: 1.0}
    tone: {humorous: 1.0}
    half_life: 18h
    released_at: 1h
    controversy: 0.1
    reinforcement: {social: {gain: 0.5, cap: 3}}
    conversion_rate: 0.001
    value_usd: 30
    conversion_trust: {owned: 1, paid: 0.5, asked: 1, earned: 2, recommended: 1}
    persistence: 0.1
    critical: {appeal: 0.05, half_life: 6h, persistence: 0.2}
  film:
    share_rate: 0.01
    reinforcement: {threshold: {fraction: 0.18}}
  song:
    appeal: 0.02
    reinforcement: {threshold: {count: 2}}
campaign:
  content: teaser
  cross_post: 0.1
  owned:
    - {channel: instagram, followers: 500, posts_at: [0h, 24h], trust: 1, content: film, cost_usd: 10}
  paid:
    - {channel: instagram, budget_usd: 2000, starts: 1h, ends: 72h, trust: 0.5, cpm_usd: 10, frequency_cap: 3,
       target: {communities: [1, 2], min_match: 0.2}}
  organic:
    - {channel: forum, members: 5, posts_at: [0h]}
  advocates:
    count: 50
    choose: degree
    channels: [instagram]
    posts_at: [0h, 48h]
    willingness: 0.6
    trust: 1.0
    cost_usd: 25
    cost_per: enrolled
    programme: {setup_usd: 500, hours_per_week: 4, usd_per_hour: 40, launches: 6}
  community_management:
    cost_usd_per_day: 150
    respond: {critical_share_ratio: 0.2, effect: 0.5, delay: 2h, at_least: 5}
    amplify: {shares_per_hour: 20, at_most: 3, cooldown: 24h}
arms:
  organic: {campaign.paid: [], campaign.advocates: null, campaign.community_management: null}
  paid: {campaign.advocates: null, campaign.community_management: null}
  integrated: {}
baseline: organic
goal: {measure: conversions, matters_from: 20}
viral_when: {earned_reach_fraction: 0.05}
flop_when: {earned_shares_at_most: 10}
populations: 2
uncertain:
  content.teaser.appeal: {from: 0.005, to: 0.03, scale: log}
  content.teaser.half_life: {from: 6h, to: 1d}
sweep:
  design: grid
  parameters:
    content.teaser.appeal: [0.01, 0.02]
    campaign.advocates.count: {from: 0, to: 100, steps: 5}
  worlds: 200
  points: 10
"""

SMALL = """\
viralsim: 1
name: Small
audience: {members: 1000}
channels:
  forum:
    network: {generate: {}}
    visibility: 0.3
content:
  post: {appeal: 0.1}
campaign:
  content: post
"""


def problems(text: str, folder: str = ".") -> list[Problem]:
    """What is wrong with a text; empty where nothing is."""
    try:
        loads(text, folder, "s.yaml")
    except ScenarioError as error:
        return list(error.problems)
    return []


def told(text: str, folder: str = ".") -> list[str]:
    """The messages of a text."""
    return [str(problem) for problem in problems(text, folder)]


def small(old: str = "", new: str = "") -> str:
    """The small scenario with one piece replaced."""
    assert old in SMALL
    return SMALL.replace(old, new) if old else SMALL + new
