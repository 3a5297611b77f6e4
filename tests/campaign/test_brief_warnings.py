"""What check says of a brief that means something else than its planner thinks."""

from __future__ import annotations

import pytest

import viralsim as vs
from viralsim.campaign.creators.brief_warnings import brief_warnings
from viralsim.experiments.budget.line_names import client_names
from viralsim.simulation.run import compile_arms, compile_audience

TEXT = """
viralsim: 1
name: steps
horizon: 2d
audience: {members: 120}
channels: {x: {network: {generate: {mean_following: 8}}, visibility: 0.5, cpm: 5 MORE}}
content: {p: {appeal: 0.1, value: 5, funnel: {click: CLICK, landing: 50%}}, q: {appeal: 0.1}}
campaign:
  content: p
  paid: [{budget: 1}, {budget: 1, content: q}, {budget: 2, boost: "@ann"}, {budget: 1, boost: bo, boost_to: beyond}]
  advocates:
    followers_differ: allow
    creators: [{handle: ann, followers: 9, cost: 3}, {handle: bo, followers: 7, cost: 2}]
arms: {all: {}}
"""


def warned(click: str, more: str = "") -> list[str]:
    one = vs.loads(TEXT.replace("CLICK", click).replace("MORE", more))
    return brief_warnings(one, compile_arms(one, compile_audience(one), ["all"]))


@pytest.mark.parametrize(
    ("click", "more", "silent"),
    [
        ("2%", "", ""),
        ("{paid: 1%, asked: 2%, earned: 2%}", "", ""),  # nothing is owned or recommended here
        ("{paid: 1%, asked: 2%}", "", "earned"),
        ("{paid: 1%}", ", recommended: {}", "asked, earned and recommended"),
    ],
)
def test_a_source_without_a_rate_passes_whole(click: str, more: str, silent: str) -> None:
    """Only sources that the scenario has are asked for; a step that is left out wholly is meant to be so."""
    steps = [text for text in warned(click, more) if "funnel" in text]
    expected = f"content.p.funnel.click says nothing of {silent} impressions, so all of them pass it (100 %): give their rates too"
    assert steps == ([expected] if silent else [])


def test_a_boost_that_hits_the_same_few() -> None:
    """400 impressions to the followers of ann; 200 to all others are few."""
    one = vs.loads(TEXT.replace("CLICK", "2%").replace("MORE", ""))
    arms = compile_arms(one, compile_audience(one), ["all"])
    plan = arms["all"].world.plan
    people = int(plan.paid_start[3] - plan.paid_start[2])
    (said,) = brief_warnings(one, arms)
    assert said.startswith(
        f"arm all: the boost of @ann shows {400 / people:,.0f} impressions to each of the {people} members"
    )


def test_lines_have_names_that_differ() -> None:
    """By what is advertised, whom a boost is of, and by number only where nothing else tells them apart."""
    one = vs.loads(TEXT.replace("CLICK", "2%").replace("MORE", ""))
    lines = [f"paid[{i}] on x" for i in range(4)]
    names = client_names(one, [*lines, "advocates"])
    assert list(names.values()) == [
        "advertising on x (p)", "advertising on x (q)", "the boost of @ann on x", "the boost of bo on x", "advocates",
    ]  # fmt: skip
    same = one.override({"campaign.paid[1].content": "p"})
    assert client_names(same, lines[:2]) == {
        lines[0]: "advertising on x (paid[0])",
        lines[1]: "advertising on x (paid[1])",
    }
    assert client_names(one, lines[:1]) == {lines[0]: "advertising on x"}
