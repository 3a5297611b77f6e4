"""An audience from a platform's shares or from an export of followers, and what its size should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.errors import NetworkError
from viralsim.population.build import build_population
from viralsim.population.importers.demographics import read_demographics
from viralsim.population.importers.members_file import read_members
from viralsim.simulation.front import describe

SHARES = """kind,value,share
Region,Vienna,35%
Region,elsewhere,65%
age,under 35,0.75
age,35 and over,0.25
interest,food,40%
"""
SCENARIO = """
viralsim: 1
name: from a platform
worlds: 5
horizon: 1d
audience: {members: 2000, demographics: shares.csv}
channels: {a: {visibility: 0.1, engagement_rate: 0.1, network: {generate: {mean_following: 8}}}}
content: {post: {appeal: 0.1, topics: {food: 1}}}
campaign: {content: post, owned: [{channel: a, followers: 300}]}
"""


def scenario(folder: Path, shares: str = SHARES, text: str = SCENARIO) -> vs.Scenario:
    (folder / "shares.csv").write_text(shares, encoding="utf-8")
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return vs.load(folder / "s.yaml")


def test_groups_and_interests_are_those_of_the_platform(tmp_path: Path) -> None:
    """Sizes by hand: 2,000 members of 35 x 75 %, 35 x 25 %, ...; the mean interest is the platform's."""
    population = build_population(scenario(tmp_path))
    names = ("Vienna under 35", "Vienna 35 and over", "elsewhere under 35", "elsewhere 35 and over")
    assert population.audience.community_names == names
    assert np.bincount(population.audience.community).tolist() == [525, 175, 975, 325]
    assert population.audience.topic_names == ("food",)
    assert population.audience.interests[0].mean(dtype=float) == pytest.approx(0.4, abs=0.02)
    assert any("taken as independent" in message for message in population.messages)


def test_members_are_all_given_a_group(tmp_path: Path) -> None:
    """Whatever the rounding: thirds of 10 and of 11 members."""
    path = tmp_path / "t.csv"
    path.write_text("kind;value;share\nage;a;33.3 %\nage;b;33.3 %\nage;c;33.4 %\n", encoding="utf-8")
    found = read_demographics(path)
    assert sum(found.groups.values()) == pytest.approx(1.0)
    assert sorted(np.bincount(found.community(10)).tolist()) == [3, 3, 4]
    assert sorted(np.bincount(found.community(11)).tolist()) == [3, 4, 4]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (SHARES.replace("65%", "45%"), "shares of region sum to 0.8, not to 1"),
        (SHARES.replace("elsewhere", "Vienna"), "Vienna.*twice as region"),
        (SHARES.replace("40%", ""), "shares.csv:6: column 'share'.*is empty"),
        (SHARES.replace("40%", "140%"), "must be between 0 and 1"),
        (SHARES.replace("interest,food", "interest,sport"), "content.post.topics.food: neither"),
        ("kind,value\nage,a\n", "share"),
        ("kind,value,share\n", "no row below"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, shares: str, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        build_population(scenario(tmp_path, shares))


def test_shares_beside_another_source_of_members_are_refused(tmp_path: Path) -> None:
    """A file of members, or communities to be drawn, would say the same twice."""
    for more, said in (
        ("members_file: shares.csv", "says who is there"),
        ("communities: {count: 4}", "leave communities.count"),
    ):
        with pytest.raises(vs.ScenarioError, match=said):
            scenario(tmp_path, text=SCENARIO.replace("demographics: shares.csv", f"demographics: shares.csv, {more}"))


def test_an_export_of_followers_is_a_members_file(tmp_path: Path) -> None:
    """Handles, places and posts as exports call them; an empty place is a group of its own."""
    path = tmp_path / "followers.csv"
    path.write_text("Username,Location,Posts\n@anna,Vienna,30\n@ben,,2\n@cara,Graz,10\n", encoding="utf-8")
    found = read_members(path)
    assert found.ids.tolist() == ["@anna", "@ben", "@cara"]
    assert found.community_names == ("Graz", "Vienna", "unknown")
    assert found.community is not None
    assert found.community.tolist() == [1, 2, 0]
    assert found.values["activity"].tolist() == [30.0, 2.0, 10.0]


def test_check_says_what_the_members_should_be(tmp_path: Path) -> None:
    """300 followers of 2,000 members are well; 1,900 mean a market of 2,111."""
    small = scenario(tmp_path)
    fitting = describe(small)
    assert (
        "members are the reachable market: 2,000 here; the plan speaks of 333 or more (300 followers of the brand on a)"
        in fitting.lines
    )
    assert not any("fewer than the plan" in text for text in fitting.warnings)
    large = describe(small.override({"campaign.owned[0].followers": 1900}))
    assert any("1,900 followers of the brand on a means a market of about 2,111" in text for text in large.warnings)
