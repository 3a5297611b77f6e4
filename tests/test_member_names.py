"""Members by name: ids of their file where there are ids, numbers otherwise; whatever is wrong has its place and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.advocates import Tier, remove
from viralsim.errors import InputError, ScenarioError
from viralsim.member_names import find_members
from viralsim.simulation.run import compile_arms, compile_audience

FOLLOWS = "source,target\nann,ben\nben,cat\ncat,ann\ndan,ann\n"
TEXT = """\
viralsim: 1
name: named
worlds: 4
horizon: 12h
AUDIENCE
channels:
CHANNELS
content: {post: {appeal: 0.2}}
campaign:
  content: post
  organic:
    - {channel: wall, members: MEMBERS}
arms:
  plain: {}
  asked:
    campaign.advocates: {choose: CHOOSE, channels: [wall]}
baseline: plain
"""
WALL = "  wall: {visibility: 0.5, network: {generate: {mean_following: 4}}}"
HALF = "  wall: {visibility: 0.5, presence: 0.5, network: {generate: {mean_following: 4}}}"
FILE = "  wall: {visibility: 0.5, network: {file: follows.csv, edge_means: source reaches target}}"


def scenario(
    folder: Path, members: str, choose: str = "{members: [1]}", channels: str = WALL, audience: str = "{members: 30}"
) -> vs.Scenario:
    (folder / "follows.csv").write_text(FOLLOWS, encoding="utf-8")
    text = TEXT.replace("MEMBERS", members).replace("CHOOSE", choose).replace("CHANNELS", channels)
    text = text.replace("AUDIENCE", "" if channels is FILE else f"audience: {audience}")
    return vs.loads(text, folder, "s.yaml")


def plan(scenario: vs.Scenario, arm: str) -> Any:
    return compile_arms(scenario, compile_audience(scenario))[arm].world.plan


@given(st.lists(st.integers(-(2**70), 2**70) | st.integers(0, 9), max_size=8))
def test_numbers_are_positions_or_refused(names: list[int]) -> None:
    """Without ids a number is its own position; all else is refused at its place, and so is whoever is named twice."""
    found, wrong = find_members(names, 10)
    refused = {place for place, _ in wrong}
    for i, name in enumerate(names):
        inside = 0 <= name < 10
        assert found[i] == (name if inside else -1)
        assert (i in refused) == (not inside or name in names[:i])


@given(st.data(), st.sampled_from([np.int64, np.str_, object]))
def test_ids_are_found_as_they_are_written(data: st.DataObject, kind: Any) -> None:
    """Every id is found at its place, in any order; a number may be written as text; names of nobody are refused."""
    numbers = data.draw(st.lists(st.integers(-99, 10**15), unique=True, min_size=1, max_size=12))
    ids = np.array(numbers if kind is np.int64 else [str(n) for n in numbers], dtype=kind)
    order = data.draw(st.permutations(range(len(numbers))))
    named = [data.draw(st.sampled_from([numbers[i], str(numbers[i])])) for i in order]
    found, wrong = find_members(named, len(numbers), ids)
    assert (found.tolist(), wrong) == (list(order), [])
    strange = data.draw(st.sampled_from([None, 1.5, True, "", "007", 10**16, 2**63, "x", "+1", "٣"]))
    found, wrong = find_members([strange], len(numbers), ids)
    assert (found.tolist(), wrong[0].place) == ([-1], 0)


@pytest.mark.parametrize(
    ("members", "choose", "sentences"),
    [
        ("[30]", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members[0]: no member 30: members are numbered 0 to 29"]),
        ("[-1]", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members[0]: no member -1: members are numbered 0 to 29"]),
        ("[3, '3']", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members[1]: member '3' is named already at [0]"]),
        ("[ann]", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members[0]: no member 'ann'"]),
        ("[99999999999999999999999]", "{members: [1]}", ["members[0]: no member 99999999999999999999999"]),
        ("[true]", "{members: [1]}", ["members: [0] must be a whole number without decimals, or text in quotes, got true"]),
        ("[3, 1.0]", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members: [1] must be a whole number without decimals"]),
        ("[]", "{members: [1]}", ["s.yaml:12: campaign.organic[0].members: names nobody"]),
        ("0-5", "{members: [1]}", ["members: must be a count, or a list of ids such as [3, 17], got '0-5'"]),
        ("5", "{members: [2, 2]}", ["s.yaml:16: arms.asked.campaign.advocates.choose.members[1]: member 2 is named already"]),
        ("5", "{members: [true]}", ["s.yaml:16: arms.asked.campaign.advocates.choose"]),
    ],
)  # fmt: skip
def test_wrong_numbers_are_refused_by_reading(tmp_path: Path, members: str, choose: str, sentences: list[str]) -> None:
    """Where no file gives ids, reading alone refuses a wrong member, with line and path."""
    with pytest.raises(ScenarioError) as refused:
        scenario(tmp_path, members, choose)
    assert all(sentence in str(refused.value) for sentence in sentences)


def test_ids_of_a_file_are_positions_of_the_plan(tmp_path: Path) -> None:
    """Members of a network file go by its ids, in organic posts and among advocates alike."""
    ready = scenario(tmp_path, "[cat, ann]", "{members: [dan]}", FILE)
    assert plan(ready, "plain").organic_member.tolist() == [2, 0]
    assert plan(ready, "asked").planned_member.tolist() == [3]


@pytest.mark.parametrize(
    ("members", "choose", "sentences"),
    [
        ("[cat, eve]", "{members: [dan]}",
         ["s.yaml:12: campaign.organic[0].members[1]: no member 'eve' in the network: name ids of its file, such as 'ann'"]),
        ("[0]", "{members: [dan]}", ["members[0]: no member 0 in the network: name ids of its file, in quotes, such as 'ann'"]),
        ("[cat, cat]", "{members: [dan, eve]}",
         ["s.yaml:12: campaign.organic[0].members[1]: member 'cat' is named already at [0]",
          "s.yaml:16: arms.asked.campaign.advocates.choose.members[1]: no member 'eve'"]),
        ("[cat]", "{celf: {taken: [eve], worlds: 10}}, count: 1",
         ["s.yaml:16: arms.asked.campaign.advocates.choose.celf.taken[0]: no member 'eve'"]),
    ],
)  # fmt: skip
def test_wrong_ids_are_refused_when_the_audience_is_there(
    tmp_path: Path, members: str, choose: str, sentences: list[str]
) -> None:
    """What only the file can tell is refused by ``check`` and ``run``, in every arm, with line and path."""
    ready = scenario(tmp_path, members, choose, FILE)
    with pytest.raises(ScenarioError) as refused:
        vs.simulate(ready, worlds=1, threads=1)
    assert all(sentence in str(refused.value) for sentence in sentences)


def test_who_is_taken_already_goes_by_id(tmp_path: Path) -> None:
    """``taken`` names ids of the file: the one who adds most is chosen beside them."""
    ready = scenario(tmp_path, "[cat]", "{celf: {taken: [dan, ann, ben], worlds: 10}}, count: 1", FILE)
    assert plan(ready, "asked").planned_member.tolist() == [2]


def test_members_without_an_account_are_refused(tmp_path: Path) -> None:
    """Nobody posts where they have no account."""
    everyone = scenario(tmp_path, "5", "degree, count: 2", HALF)
    present = compile_audience(everyone).present_on(0)
    here, away = int(np.flatnonzero(present)[0]), int(np.flatnonzero(~present)[0])
    ready = scenario(tmp_path, f"[{here}]", f"{{members: [{here}]}}", HALF)
    assert plan(ready, "plain").organic_member.tolist() == [here]
    for members, choose, place in (
        (f"[{here}, {away}]", f"{{members: [{here}]}}", "s.yaml:12: campaign.organic[0].members[1]"),
        (f"[{here}]", f"{{members: [{away}]}}", "s.yaml:16: arms.asked.campaign.advocates.choose.members[0]"),
    ):
        with pytest.raises(ScenarioError, match="has no account on wall") as refused:
            vs.simulate(scenario(tmp_path, members, choose, HALF), worlds=1, threads=1)
        assert str(refused.value).startswith(place)
    with pytest.raises(ScenarioError, match="each audience draws who has an account on wall"):
        ready.override({"populations": 2})


def test_removals_go_by_id(tmp_path: Path) -> None:
    """A removal names a member as the scenario does."""
    tier = Tier(scenario(tmp_path, "[cat]", "{members: [dan, ben]}", FILE), worlds=2)
    assert remove(tier, "dan", 0).member == "dan"
    with pytest.raises(InputError, match="no member 'eve' in the network: name ids of its file, such as 'ann'"):
        remove(tier, "eve", 0)
