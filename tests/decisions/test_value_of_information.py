"""``viralsim value-of-information`` on a scenario that can be solved by hand, and its bad inputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main

# One post for 500 US$ that all 1,000 members see once; each buys for 10 US$ with a rate between 0 and 0.1: the post is worth
# 10,000 * rate - 500, which is 0 on average and uniform between -500 and 500. Knowing the rate is worth 125.
BY_HAND = """
viralsim: 1
name: by hand
seed: 7
worlds: 4000
horizon: 2h
audience: {members: 1000, communities: {count: 1}}
channels:
  x: {visibility: 1.0, network: {generate: {mean_following: 4}}}
content:
  c: {appeal: 0.0, conversion_rate: 0.05, value_usd: 10}
campaign:
  content: c
  owned: [{channel: x, followers: 1000, posts_at: [0h], cost_usd: 500}]
arms:
  nothing: {campaign.owned: []}
  post: {}
baseline: nothing
uncertain:
  content.c.conversion_rate: {from: 0.0, to: 0.1}
  content.c.persistence: {from: 0.0, to: 0.1}
"""


@pytest.fixture(scope="module")
def found() -> vs.value_of_information:
    return vs.value_of_information(
        vs.loads(BY_HAND), seed=7, groups={"both": ["content.c.conversion_rate", "content.c.persistence"]}
    )


def test_the_scenario_by_hand(found) -> None:
    rate, other = "content.c.conversion_rate", "content.c.persistence"
    assert found.everything.low < 125.0 < found.everything.high
    assert found.evpi == pytest.approx(125.0, rel=0.08)
    assert found.evppi[rate] == pytest.approx(125.0, rel=0.08)
    assert found.of["both"].low < 125.0 < found.of["both"].high
    assert found.of[other].low == 0.0
    assert found.of[other].high < 15.0
    assert found.everything.wrong == pytest.approx(0.5, abs=0.03)
    # luck: binomial with n = 1,000 and the rate, 10 US$ each; E max(X, 0) - E max(E X, 0) is small beside 125
    assert found.evpi < found.luck_too < 145.0


def test_surveys_are_worth_no_more_than_knowing(found) -> None:
    """One of 1,000 people comes near; with 30 people a rate of 0.05 has a standard error of 0.04, more than its range tells."""
    row = found.evsi.loc["content.c.conversion_rate"]
    assert list(row.index) == [30, 100, 300, 1000]
    assert found.evsi["content.c.conversion_rate", 1000] == row[1000]
    assert row[30] < row[100] < row[1000] <= found.evppi["content.c.conversion_rate"]
    assert row[1000] == pytest.approx(120.0, rel=0.1)


def test_what_is_said(found) -> None:
    said = " ".join(found.sentences())
    assert "Most worth knowing: content.c.conversion_rate" in said
    assert "Stop measuring content.c.persistence" in said


def test_stop_measuring_where_nothing_pays() -> None:
    sure = vs.loads(BY_HAND).override({"campaign.owned[0].cost_usd": 1})
    found = vs.value_of_information(sure, worlds=400)
    assert found.best_now == "post"
    assert found.everything.low == 0.0
    assert found.sentences()[-1].startswith("Stop measuring: ")


def test_the_command_prints_the_promised_object(tmp_path: Path) -> None:
    file = tmp_path / "hand.yaml"
    file.write_text(BY_HAND)
    done = CliRunner().invoke(main, ["value-of-information", str(file), "--worlds", "400", "--survey", "50", "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.output)
    direct = vs.value_of_information(file, worlds=400, surveys=[50])
    assert printed == direct.to_dict()
    assert {"best_now", "expected_loss_of_choosing_now", "evpi", "evppi", "evsi", "sentences"} <= set(printed)
    assert printed["evpi"] == direct.evpi
    assert set(printed["evppi"]["content.c.conversion_rate"]) == {"value", "low", "high"}
    assert list(printed["evsi"]["content.c.conversion_rate"]) == ["50"]
    text = CliRunner().invoke(
        main, ["value-of-information", str(file), "--worlds", "400", "--group", "all=content.c.conversion_rate"]
    )
    assert text.exit_code == 0, text.output
    assert "Most worth knowing" in text.output


def test_value_per_unit_takes_the_cost_off(tmp_path: Path) -> None:
    """Reach at 1 US$ a member: the post is worth 1,000 - 500 in every world, and nothing is left to learn."""
    found = vs.value_of_information(vs.loads(BY_HAND), worlds=100, measure="reach", value_per_unit=1.0)
    assert found.expected == {"nothing": 0.0, "post": 500.0}
    assert (found.evpi, found.luck_too) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--worlds", "20"], "worlds"),
        (["--arm", "post"], "two arms"),
        (["--measure", "shares"], "value_per_unit"),
        (["--group", "a"], "NAME=PATH"),
        (["--group", "a=content.c.apeal"], "content.c"),
        (["--value-per-unit", "0", "--measure", "shares"], "--value-per-unit"),
        (["--set", "content.c.value_usd=0"], "value_usd"),
    ],
)
def test_bad_input_ends_with_2(tmp_path: Path, options: list[str], says: str) -> None:
    file = tmp_path / "hand.yaml"
    file.write_text(BY_HAND)
    done = CliRunner().invoke(main, ["value-of-information", str(file), *options])
    assert done.exit_code == 2
    assert says in done.output + done.stderr
    assert "Traceback" not in done.output


def test_nothing_uncertain_is_refused() -> None:
    with pytest.raises(vs.InputError, match="uncertain"):
        vs.value_of_information(vs.loads(BY_HAND).override({"uncertain": {}}), worlds=100)


def test_a_missing_library_is_named_before_worlds_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.preprocessing", None)
    with pytest.raises(vs.InputError, match=r"pip install 'viralsim\[decide\]'"):
        vs.value_of_information(vs.loads(BY_HAND), worlds=10**6)
