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


MANAGED = (
    TEXT.replace("horizon: 6d", "horizon: 16d")
    .replace("{file: people.csv, channels: [x], posts_at: [30h], followers_differ: allow}",
             "{count: 5, channels: [x], posts_at: [30h, 9d], cost_usd: 4, programme: {hours_per_week: 7, usd_per_hour: 10}}")
)  # fmt: skip


def test_the_managers_weeks_are_of_the_option_that_has_one() -> None:
    """Week by week: before each round of posts a brief or a reminder, thanks after it; hours as the scenario has them."""
    plan = action_plan(vs.simulate(vs.loads(MANAGED)))
    assert plan is not None
    assert plan.managed_arm == "advocates"
    assert plan.manager == [
        ["when", "hours", "what"],
        ["day 1 to 7", "7 h", "Brief every advocate before day 2; then thank who posted, ask those who have not"],
        ["day 8 to 14", "7 h", "Remind the advocates before day 10; then thank who posted"],
        ["day 15 to 16", "2 h", "Thank everybody; note who did best"],
    ]


def test_a_plan_of_creators_adds_up(tmp_path: Path) -> None:
    """Prices hold fees and gifts; every line of cost has a row, and the last row is what all of it cost."""
    (tmp_path / "people.csv").write_text("handle,channel,followers,fee_per_post_usd,gift\nann,x,60,5,3\nbob,x,90,7,0\n")
    text = TEXT.replace("posts_at: [30h]", "posts_at: [30h, 40h]")
    text = text.replace("arms: {paid:", "arms: {nobody: {campaign.advocates: null, campaign.paid: []}, paid:")
    text = text.replace("question: {compare: [advocates, paid]}", "question: {compare: [advocates, nobody]}")
    text = text.replace("  owned:", "  fees: {production: 11}\n  owned:")
    (tmp_path / "plan.yaml").write_text(text)
    result = vs.simulate(tmp_path / "plan.yaml")
    plan = action_plan(result)
    assert plan is not None
    assert plan.arm == "advocates"
    steps = {what: budget for what, _, budget in plan.steps[1:]}
    assert steps["Ask the advocates of your list to post on x"] == "27 USD"  # 2 x 5 + 2 x 7 + 3
    assert steps["Production"] == "11 USD"
    assert steps["All of it, mean of the simulations"] == "38 USD"
    assert float(result.arms["advocates"].cost_usd().mean()) == 38.0
    assert {row[0]: row[-1] for row in plan.people[1:]} == {"ann": "13 USD".replace(" ", "\xa0"), "bob": "14\xa0USD"}
