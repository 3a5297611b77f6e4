"""A scenario as people write it: amounts with signs and without ``_usd``, per cent, weeks, days of the week."""

from __future__ import annotations

from typing import Any

import pytest

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.scenario.amounts import parse_money
from viralsim.units import parse_duration

PLAIN = """viralsim: 1
name: written out
launch_at: "09:00"
horizon: 504h
audience: {members: 200}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.3, cpm_usd: 5}}
content: {p: {appeal: 0.005, value_usd: 1234.5, conversion_rate: 0.01}}
campaign:
  content: p
  paid: [{budget_usd: 1500, starts: 9h, ends: 49h}]
  advocates: {count: 2, cost_usd: 1500, posts_at: [24h, 240h], programme: {usd_per_hour: 3, hours_per_week: 2}}
  community_management: {cost_usd_per_day: 5}
arms:
  less: {"campaign.paid[0].budget_usd": 10}
  all: {budget_usd: 9000}
baseline: less
uncertain: {"campaign.paid[0].cpm_usd": {from: 1, to: 2}}
"""
WRITTEN = """viralsim: 1
name: written out
currency: USD
launch_at: Monday 09:00
horizon: 3 weeks
audience: {members: 200}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 30%, cpm: "$5"}}
content: {p: {appeal: 0.5%, value: "1.234,50 USD", conversion_rate: 1 %}}
campaign:
  content: p
  paid: [{budget: "1,500", starts: Monday 18:00, ends: Wednesday 10:00}]
  advocates: {count: 2, cost: "$1.500", posts_at: [Tuesday 09:00, 10 days], programme: {cost_per_hour: 3, hours_per_week: 2}}
  community_management: {cost_per_day: 5}
arms:
  less: {"campaign.paid[0].budget": 10}
  all: {budget: 9000}
baseline: less
uncertain: {"campaign.paid[0].cpm": {from: 1, to: 2}}
"""


def test_both_spellings_are_one_scenario() -> None:
    """All values are equal, in every arm."""
    plain, written = vs.loads(PLAIN), vs.loads(WRITTEN)
    for name in plain.arm_names:
        a, b = (one.for_arm(name).model_dump(exclude={"arms", "launch_day"}) for one in (plain, written))
        assert a == b
    assert written.spec.campaign.paid[0].budget_usd == 1500.0
    assert written.spec.campaign.paid[0].starts == 9.0
    assert list(written.spec.uncertain) == ["campaign.paid[0].cpm_usd"]


def test_the_yaml_of_the_scenario_is_the_same_scenario() -> None:
    """``to_yaml`` writes the schema's names."""
    written = vs.loads(WRITTEN)
    assert vs.loads(written.to_yaml()).spec == written.spec


def test_override_takes_both_names_and_moments_follow_the_launch() -> None:
    """A later launch is nearer to the same moment of the week."""
    changed = vs.loads(WRITTEN).override({"campaign.paid[0].budget": 7, "launch_at": "2026-11-30 10:00"})
    line = changed.spec.campaign.paid[0]
    assert (line.budget_usd, line.starts, line.ends) == (7.0, 8.0, 48.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("currency: USD", "currency: usd", "did you mean USD"),
        ("currency: USD", "currency: EUR", "is in USD and the scenario counts in EUR"),
        ("currency: USD", "currency: XYZ", "must be a currency's code of ISO 4217, got 'XYZ'"),
        ("launch_at: Monday 09:00", "launch_at: 09:00", "give launch_at a weekday or a date"),
        ('budget: "1,500"', 'budget: "1,500", budget_usd: 3', "campaign.paid[0].budget: is the same as budget_usd"),
        ('budget: "1,500"', "budget: -3", "campaign.paid[0].budget: must be >= 0, got -3"),
        ('budget": 10', 'budget": 10, "campaign.paid[0].budget_usd": 3', "give one of them"),
        ('"1,500"', "abc", "must be a number"),
        ('"1,500"', '"€1,500"', "is in EUR and the scenario counts in USD"),
        ('{budget: 9000}', '{budget: "€9000"}', "is in EUR"),
        ("0.5%", "500%", "must be <= 1"),
        ('"1,500"', '"1.2.3"', "no number"),
        ("3 weeks", "3 fortnights", "unit 'fortnights' is unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(old: str, new: str, said: str) -> None:
    """One sentence with the line and the file's own words."""
    assert old in WRITTEN
    with pytest.raises(ScenarioError) as caught:
        vs.loads(WRITTEN.replace(old, new, 1))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,500", 1500.0),
        ("$1,500", 1500.0),
        ("$1.500", 1500.0),
        ("1.500", 1.5),
        ("1'500.50 CHF", 1500.5),
        (2, 2.0),
        ("1.500,75", 1500.75),
    ],
)
def test_amounts(written: Any, amount: float) -> None:
    """By hand; a plain number stays what it was."""
    assert parse_money(written) == amount


@pytest.mark.parametrize(
    ("written", "hours"),
    [("3w", 504.0), ("3 weeks", 504.0), ("10 days", 240.0), ("1 hour", 1.0), ("90 minutes", 1.5)],
)
def test_durations(written: str, hours: float) -> None:
    """By hand."""
    assert parse_duration(written) == hours
