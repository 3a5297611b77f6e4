"""A small scenario with a sweep, quick to run."""

from __future__ import annotations

from pathlib import Path

TEXT = """
viralsim: 1
name: small sweep
seed: 5
worlds: 40
horizon: 2d
tick: 1h
audience: {{members: 400, communities: {{count: 4}}}}
channels:
  x: {{visibility: 0.2, network: {{generate: {{mean_following: 12}}}}}}
content:
  c: {{appeal: 0.05}}
campaign:
  content: c
  owned: [{{channel: x, followers: 30, posts_at: [0h]}}]
  advocates: {{count: 5, choose: degree, channels: [x], posts_at: [0h], cost_usd: 10}}
arms:
  organic: {{campaign.advocates: null}}
  advocates: {{}}
baseline: organic
viral_when: {{earned_reach_fraction: 0.05}}
sweep: {sweep}
"""
GRID = (
    "{parameters: {content.c.appeal: [0.02, 0.05], campaign.advocates.count: {from: 0, to: 10, steps: 3}}, worlds: 20}"
)


def text(sweep: str = GRID) -> str:
    """The scenario's YAML with a ``sweep`` block."""
    return TEXT.format(sweep=sweep)


def write(folder: Path, sweep: str = GRID) -> Path:
    """The scenario as a file."""
    path = folder / "small.yaml"
    path.write_text(text(sweep))
    return path
