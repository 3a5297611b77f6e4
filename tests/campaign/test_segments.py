"""Segments of the members: as targets, as those of whom a goal speaks, and as rows of the results that add up to the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from changed_texts import changed

import viralsim as vs
from viralsim.campaign.launch_surrogate import launch_model
from viralsim.errors import NetworkError, ScenarioError
from viralsim.population.build import build_population
from viralsim.population.importers.members_file import read_fields, read_members
from viralsim.results import open_result
from viralsim.simulation.run import compile_arms, compile_audience

WORDS = ("reach", "impressions", "shares", "conversions")
TEXT = """viralsim: 1
name: segments
seed: 3
worlds: 30
horizon: 1d
audience: {members_file: members.csv, communities: {count: 1}, segments: {region: [], age: [25, 45], activity: [1]}}
channels: {x: {network: {generate: {mean_following: 6}}, visibility: 0.5, cpm_usd: 5, reaction_delay: {fixed: 1h}}}
content: {p: {appeal: 0.1, conversion_rate: 0.05, value_usd: 10}}
campaign: {content: p, organic: [{members: 3}], paid: [{budget_usd: 1}]}
arms: {none: {campaign.paid: []}, all: {}}
baseline: none
goal: {measure: conversions}
"""


def read(folder: Path, **changes: Any) -> vs.Scenario:
    """The scenario with ``changes``, beside its members file."""
    rows = [f"m{i},{('north', 'south', '')[i % 3]},{18 + i % 50 if i % 7 else ''},{1 + i % 2}" for i in range(300)]
    (folder / "members.csv").write_text("id,region,age,activity\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "s.yaml").write_text(changed(TEXT, changes), encoding="utf-8")
    return vs.load(folder / "s.yaml")


def test_segments_are_the_values_and_bands_of_the_file(tmp_path: Path) -> None:
    """Counted by hand: a third in each region, empty cells are unknown, bands hold their lower cut point."""
    found = build_population(read(tmp_path)).segments
    assert {name: one.labels for name, one in found.items()} == {
        "region": ("north", "south", "unknown"),
        "age": ("under 25", "25 to under 45", "45 and over", "unknown"),
        "activity": ("under 1", "1 and over"),
    }
    ages = [18 + i % 50 for i in range(300) if i % 7]
    bands = [sum(a < 25 for a in ages), sum(25 <= a < 45 for a in ages), sum(a >= 45 for a in ages), 300 - len(ages)]
    assert found["region"].sizes().tolist() == [100, 100, 100]
    assert found["age"].sizes().tolist() == bands


def test_fields_are_read_of_any_file_that_the_members_are_read_of(tmp_path: Path) -> None:
    """Handles beside ids are one more column, as they are to ``read_members``."""
    path = tmp_path / "members.csv"
    path.write_text("id,username,region\n1,ann,north\n2,bo,\n", encoding="utf-8")
    assert read_members(path).ids.tolist() == [1, 2]
    assert read_fields(path, {"region": False})["region"].tolist() == ["north", "unknown"]


def test_segments_add_up_to_the_whole_and_change_no_world(tmp_path: Path) -> None:
    """World by world, for every field; the worlds are those without segments, and a saved result has the same rows."""
    result, plain = vs.simulate(read(tmp_path)), vs.simulate(read(tmp_path, audience__segments={}))
    for name, arm in result.arms.items():
        for word in WORDS:
            assert np.array_equal(arm.measures[word], plain.arms[name].measures[word])
            for field in ("region", "age", "activity"):
                parts = [values for key, values in arm.by_segment.items() if key.startswith(f"{word}.{field}=")]
                assert np.array_equal(np.sum(parts, axis=0), arm.measures[word]), (word, field)
        assert arm.measures["conversions"].sum() > 0
        assert not plain.arms[name].by_segment
    again = open_result(result.save(tmp_path / "saved"))
    assert again == result
    table = again.segments()
    assert table.query("arm == 'all' and field == 'region'")["members"].tolist() == [100.0, 100.0, 100.0]
    told = result.to_dict()["arms"]["all"]
    north = table.query("arm == 'all' and segment == 'north'").iloc[0]
    assert told["segments"]["region"]["north"] == {word: north[word] for word in ("members", *WORDS)}
    assert sum(told["segments"]["age"][label]["reach"] for label in told["segments"]["age"]) == pytest.approx(
        told["measures"]["reach"]["mean"]
    )


def test_communities_are_a_segment_like_any_other(tmp_path: Path) -> None:
    """Their reach is ``reach_by_community``."""
    result = vs.simulate(
        read(tmp_path, audience={"members": 300, "communities": {"count": 4}, "segments": {"community": []}})
    )
    arm = result.arms["all"]
    assert arm.reach_by_community is not None
    for community in range(4):
        assert np.array_equal(arm.by_segment[f"reach.community={community}"], arm.reach_by_community[:, community])


def test_kinds_of_a_platform_are_fields(tmp_path: Path) -> None:
    """Region and age of its shares, each apart from the other; the sizes are its shares of 2,000."""
    (tmp_path / "shares.csv").write_text(
        "kind,value,share\nRegion,Vienna,35%\nRegion,elsewhere,65%\nage,under 35,75%\nage,35 and over,25%\n",
        encoding="utf-8",
    )
    audience = {"members": 2000, "demographics": "shares.csv", "segments": {"region": [], "age": []}}
    found = build_population(read(tmp_path, audience=audience)).segments
    assert dict(zip(found["region"].labels, found["region"].sizes().tolist(), strict=True)) == {
        "Vienna": 700,
        "elsewhere": 1300,
    }
    assert dict(zip(found["age"].labels, found["age"].sizes().tolist(), strict=True)) == {
        "under 35": 1500,
        "35 and over": 500,
    }


def test_a_line_reaches_only_its_segments(tmp_path: Path) -> None:
    """Members of every named field, in one of its named segments; nobody else is reached where nothing is shared."""
    target = {"segments": {"region": ["north", "south"], "age": ["under 25"]}}
    scenario = read(tmp_path, campaign__organic=[], content__p__appeal=0.0, campaign__paid__0__target=target)
    arm = vs.simulate(scenario).arms["all"]
    assert arm.by_segment["reach.region=unknown"].sum() == arm.by_segment["reach.age=25 to under 45"].sum() == 0
    assert arm.by_segment["reach.age=under 25"].sum() == arm.measures["reach"].sum() > 0
    plan = compile_arms(scenario, compile_audience(scenario))["all"].world.plan
    ids = build_population(scenario).audience.ids
    assert ids is not None
    numbers = [int(str(ids[v])[1:]) for v in plan.paid_targets]
    assert sorted(numbers) == [i for i in range(300) if i % 3 < 2 and i % 7 and 18 + i % 50 < 25]


@pytest.mark.parametrize("tier", [{"count": 8}, {"creators": [{"handle": f"@c{i}", "followers": 6} for i in range(8)]}])
def test_a_tier_is_chosen_among_its_segments(tmp_path: Path, tier: dict[str, Any]) -> None:
    """By a strategy, or as those who play the people of a list; ``advocates`` ranks the same people."""
    scenario = read(tmp_path, campaign__advocates={**tier, "among": {"region": ["south"]}})
    compiled = compile_audience(scenario)
    south = compiled.population.segments["region"].of_member == 1
    enrolled = compile_arms(scenario, compiled)["all"].enrolment
    assert len(enrolled) == 8
    assert south[enrolled.members].all()
    if "count" in tier:
        ranking = vs.advocates.find(scenario, worlds=4, compare=())
        named = [compiled.population.audience.ids.tolist().index(one.member) for one in ranking.listed]  # type: ignore[union-attr]
        assert south[named].all()


def test_a_creator_is_played_by_a_member_of_their_segments(tmp_path: Path) -> None:
    """One of the list from the north, one from the south; the rest as followers have it."""
    people = [
        {"handle": f"@{i}", "followers": 5, **({"among": {"region": [region]}} if region else {})}
        for i, region in enumerate(["north", "south", None, "north"])
    ]
    tier = {"creators": people, "followers_differ": "allow"}
    one = read(tmp_path, campaign__advocates=tier)
    compiled = compile_audience(one)
    played = compile_arms(one, compiled)["all"].enrolment.members
    found = compiled.population.segments["region"]
    assert [found.labels[found.of_member[m]] for m in played[[0, 1, 3]]] == ["north", "south", "north"]
    assert len(set(played.tolist())) == 4
    free = [{name: value for name, value in person.items() if name != "among"} for person in people]
    other = read(tmp_path, campaign__advocates={**tier, "creators": free})
    assert one.fingerprint != other.fingerprint


def test_a_goal_of_some_members_counts_what_they_did(tmp_path: Path) -> None:
    """Its measure is the sum of their segments in every world, and the verdict is about it."""
    result = vs.simulate(read(tmp_path, goal={"measure": "conversions", "among": {"region": ["north", "south"]}}))
    for arm in result.arms.values():
        parts = [arm.by_segment[f"conversions.region={region}"] for region in ("north", "south")]
        assert np.array_equal(arm.measures["conversions_among"], np.sum(parts, axis=0))
    assert result.verdict.measure == "conversions_among"
    assert "conversions in the goal's segments" in result.verdict.sentences[0]
    assert result.to_dict()["question"]["measure"] == "conversions_among"
    again = vs.loads(vs.load(tmp_path / "s.yaml").to_yaml(), tmp_path)
    assert again.fingerprint == vs.load(tmp_path / "s.yaml").fingerprint


TARGET, TIER = "campaign.paid[0].target.segments", "campaign.advocates.among"
UNNAMED, EMPTY = "is no key of audience.segments", "no member is in this segment"
BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"audience__segments": {"age": [45, 25]}},
        "s.yaml:13: audience.segments.age[1]: must be above the cut point before it",
    ),
    ({"audience__segments": {"age": ["young"]}}, "audience.segments.age[0]"),
    ({"audience__segments": {"shoe": []}}, "audience.segments.shoe: no member has this field"),
    ({"audience__segments": {"activity": []}}, "audience.segments.activity: is a field of numbers: give cut points"),
    ({"campaign__paid__0__target": {"segments": {"shoe": [1]}}}, f"{TARGET}.shoe: {UNNAMED}"),
    ({"campaign__paid__0__target": {"segments": {"region": ["east"]}}}, f"{TARGET}.region[0]: {EMPTY}"),
    ({"campaign__paid__0__target": {"segments": {"region": []}}}, f"{TARGET}.region"),
    ({"campaign__paid__0__target": {"segments": "north"}}, TARGET),
    ({"campaign__advocates": {"count": 3, "among": {"region": ["east"]}}}, f"{TIER}.region[0]: {EMPTY}"),
    ({"campaign__advocates": {"count": 3, "among": {"shoe": [1]}}}, f"{TIER}.shoe: {UNNAMED}"),
    (
        {"campaign__advocates": {"creators": [{"handle": "a", "followers": 3, "among": {"region": ["east"]}}]}},
        f"campaign.advocates.creators[0].among.region[0]: {EMPTY}",
    ),
    (
        {"campaign__advocates": {"creators": [{"handle": "a", "followers": 3, "among": {"shoe": [1]}}]}},
        f"campaign.advocates.creators[0].among.shoe: {UNNAMED}",
    ),
    ({"goal": {"measure": "reach", "among": {"shoe": [1]}}}, f"goal.among.shoe: {UNNAMED}"),
    ({"goal": {"measure": "reach", "among": {"region": ["east"]}}}, f"goal.among.region[0]: {EMPTY}"),
    ({"goal": {"measure": "net_usd", "among": {"region": ["north"]}}}, "goal.among: is for reach, impressions, shares"),
    ({"goal": {"measure": "reach_among"}}, "goal.measure: needs among"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_bad_segments_are_refused_with_line_and_path(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """Before a world runs, in one sentence that names the place."""
    with pytest.raises(ScenarioError) as refused:
        vs.simulate(read(tmp_path, **changes), worlds=1)
    assert message in str(refused.value)
    assert "s.yaml:" in str(refused.value)


def test_cells_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    """Cut points need numbers; the file, the line and the column are named."""
    scenario = read(tmp_path)
    (tmp_path / "members.csv").write_text("id,region,age,activity\na,north,thirty,1\nb,south,3,1\n", encoding="utf-8")
    with pytest.raises(NetworkError, match=r"members\.csv:2: column 'age'"):
        build_population(scenario)


def test_strategies_that_count_count_the_goals_members(tmp_path: Path) -> None:
    """The chances that a strategy is given are those without ``among`` for members of whom the goal speaks, and 0 for others."""
    tier = {"count": 3, "trust": 0.5}
    some = read(tmp_path, campaign__advocates=tier, goal={"measure": "reach", "among": {"region": ["north"]}})
    whole = read(tmp_path, campaign__advocates=tier, goal={"measure": "reach"})
    compiled = compile_audience(some)
    ours, all_of_them = (launch_model(compiled, one.for_arm("all")).follows[0] for one in (some, whole))
    north = compiled.population.segments["region"].of_member[ours.network.followers] == 0
    for name in ("asked_count", "count"):
        chances, without = np.asarray(getattr(ours, name)), np.asarray(getattr(all_of_them, name))
        assert np.array_equal(chances, np.where(north, without, 0.0))
        assert chances.sum() > 0
    assert np.array_equal(np.asarray(ours.share), np.asarray(all_of_them.share))
