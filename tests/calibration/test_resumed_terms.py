"""Sweeps of a calibrated scenario with every term of real cascades: interrupted, resumed or alone, rows are the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import viralsim as vs
from viralsim.experiments import Plan, plan_of, read_table, run_sweep

TEXT = """
viralsim: 1
name: calibrated, with all terms
seed: 11
worlds: 12
horizon: 2d
audience: {members: 500, participation: {sigma: 1.0}}
channels:
  x:
    visibility: 0.4
    owned_visibility: 0.2
    follower_elasticity: {roots: 0.4, reshares: 0.1}
    impression_delay: {lognormal: {median: 3h, sigma: 1.0}}
    recommended: {per_engagement: 1}
    engagement_rate: 0.05
    network: {generate: {mean_following: 20}}
content: {post: {share_rate: 0.02, reshare: 0.5}}
campaign: {content: post, owned: [{channel: x, followers: 200, posts_at: [0h, 6h]}], advocates: {count: 4, willingness: 0.5}}
arms: {alone: {campaign.advocates: null}, both: {}}
baseline: alone
uncertain:
  joint: {rows: {channels.x.owned_visibility: [0.1, 0.2, 0.3, 0.4], content.post.share_rate: [0.01, 0.02, 0.03, 0.04]}}
sweep: {design: list, worlds: 12, parameters: {channels.x.visibility: [0.05, 0.2, 0.4]}}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(vs.loads(TEXT))


def test_interrupted_and_resumed_is_the_same(plan: Plan, tmp_path: Path) -> None:
    """An interrupt after each point, one thread: the rows of an undisturbed run with two threads, to the last bit."""

    def stop(finished: int, total: int, failed: int) -> None:
        raise KeyboardInterrupt

    assert run_sweep(plan, tmp_path / "whole", threads=2).complete
    for done in range(3):
        outcome = run_sweep(plan, tmp_path / "parts", threads=1, progress=stop)
        assert (outcome.found, outcome.run, outcome.interrupted) == (done, 1, True)
    assert run_sweep(plan, tmp_path / "parts").complete
    whole = read_table(tmp_path / "whole")
    pd.testing.assert_frame_equal(whole, read_table(tmp_path / "parts"), check_exact=True)
    both = whole[whole["arm"] == "both"]
    assert both["shares"].nunique() == 3  # the points differ, so that equal rows say something


def test_an_arm_alone_and_any_threads_give_the_same_worlds() -> None:
    """One arm alone, and one or two threads: the same worlds, with the same rows of the posterior."""
    scenario = vs.loads(TEXT)
    whole = vs.simulate(scenario, threads=1).worlds()
    pd.testing.assert_frame_equal(whole, vs.simulate(scenario, threads=2).worlds(), check_exact=True)
    alone = vs.simulate(scenario, arms=["both"], threads=2).worlds()
    both = whole[whole["arm"] == "both"].reset_index(drop=True)
    pd.testing.assert_frame_equal(both[list(alone)], alone.reset_index(drop=True), check_exact=True)
    assert both["shares"].sum() > 0


@pytest.mark.parametrize(
    "term",
    ["channels.x.follower_elasticity", "channels.x.impression_delay", "channels.x.recommended", "content.post.reshare"],
)
def test_every_term_is_felt(term: str) -> None:
    """Without one of the terms other worlds come out: the two tests above are of all of them."""
    off = 1.0 if term.endswith("reshare") else None
    shares = [
        vs.simulate(scenario, threads=1).worlds()[["shares", "impressions", "half_time_hours"]]
        for scenario in (vs.loads(TEXT), vs.loads(TEXT).override({term: off}))
    ]
    assert not shares[0].equals(shares[1])
