"""What the report says to do: dates, budget lines, people with their prices, and signs to watch for."""

from __future__ import annotations

from pathlib import Path

import viralsim as vs
from viralsim.report.action_plan import action_plan

TEXT = """
viralsim: 1
name: Plan
worlds: 30
horizon: 6d
audience: {members: 800}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 12}}}}
content: {post: {appeal: 0.02, conversion_rate: 0.05, value_usd: 20}}
campaign:
  content: post
  owned: [{channel: x, followers: 100, posts_at: [0h, 49h]}]
  paid: [{channel: x, budget_usd: 10, cpm_usd: 100, starts: 24h, ends: 72h}]
  advocates: {file: people.csv, channels: [x], posts_at: [30h], followers_differ: allow}
arms: {paid: {campaign.advocates: null}, advocates: {campaign.paid: []}}
baseline: paid
question: {compare: [advocates, paid]}
goal: {measure: conversions, matters_from: 1}
"""


def test_a_plan_has_dates_people_and_prices(tmp_path: Path) -> None:
    """The arm that leads, line by line; the people of the file with their own prices, the best followed first."""
    (tmp_path / "people.csv").write_text("handle,channel,followers,cost_usd\nann,x,60,5\nbob,x,90,7\n")
    (tmp_path / "plan.yaml").write_text(TEXT)
    result = vs.simulate(tmp_path / "plan.yaml")
    plan = action_plan(result)
    assert plan is not None
    assert result.question is not None
    assert plan.arm == result.question.leading[0]
    steps = {what: (when, budget) for what, when, budget in plan.steps[1:]}
    assert steps["Post on your own x"] == ("days 1, 3", "no cost")
    lines = {"paid": ("Advertise on x", ("day 2 to 3", "10 USD")),
             "advocates": ("Ask the advocates of your list to post on x", ("day 2", "12 USD"))}  # fmt: skip
    what, expected = lines[plan.arm]
    assert steps[what] == expected
    assert {row[0]: row[-1] for row in plan.people[1:]} == {"ann": "5.00\xa0USD", "bob": "7.00\xa0USD"}
    assert plan.risks[1][0] == f"{plan.arm} loses money"
    assert "by day 3: 19 in 20 simulations have more" in plan.risks[1][2]
