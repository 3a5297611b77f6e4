"""Runs of a calibrated scenario: for what they are calibrated is said, and it is kept with the result."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs

TEXT = """
viralsim: 1
name: calibrated
seed: 5
worlds: 6
horizon: 1d
audience: {members: 400, topics: {food: 0.4}, participation: {sigma: 1.0}}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {post: {share_rate: 0.01, topics: {food: 1.0}}}
campaign:
  content: post
  owned: [{channel: x, followers: 100, posts_at: [0h]}]
  advocates: {count: 3, willingness: 0.5}
arms: {alone: {campaign.advocates: null}, both: {}}
baseline: alone
goal: {measure: shares}
uncertain: {joint: {rows: {channels.x.owned_visibility: [0.1, 0.2, 0.3], content.post.share_rate: [0.01, 0.02, 0.03]}}}
calibration:
  of: [%s]
  not_of: [advocates.trust, network]
  data: {posts: 90}
  coverage: {impressions: {80: [0.78, 0.05]}, shares: {80: [0.81, 0.05]}, held_out: 36}
"""
BOTH = "channels.x.owned_visibility, content.post.share_rate"


@pytest.mark.parametrize(
    ("of", "measures"),
    [
        (BOTH, ["impressions", "shares"]),
        ("channels.x.owned_visibility", ["impressions"]),
        ("content.post.share_rate", []),
    ],
)
def test_measures_that_rest_on_what_was_learnt(of: str, measures: list[str]) -> None:
    """Shares need both paths; without any, the run is a what-if as ever. The difference between arms always is one."""
    found = vs.simulate(vs.loads(TEXT % of), threads=1)
    told = found.to_dict()
    assert told["calibrated_for"] == measures
    assert told["calibrated"] is False
    said = [line for line in told["warnings"] if "what-if" in line]
    assert len(said) == 1
    assert said[0].startswith("Calibrated for impressions" if measures else "This scenario is not calibrated")
    if len(measures) == 2:
        assert "on 36 later posts, intervals of 80 % held 78 % and 81 %" in said[0]
        assert "advocates.trust and network" in said[0]


def test_a_result_keeps_what_was_learnt_and_drawn(tmp_path: Path) -> None:
    """A stored result has the block, the joint inputs and the same clusters."""
    found = vs.simulate(vs.loads(TEXT % BOTH), threads=1)
    found.save(tmp_path / "r")
    again = vs.open_result(tmp_path / "r")
    assert again == found
    assert again.joint_inputs == ("channels.x.owned_visibility", "content.post.share_rate")
    assert again.clusters() is not None
    assert again.to_dict()["calibration"]["data"]["posts"] == 90
