"""A file of creators as agencies write it: no amount is left out, and none is read as another."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.errors import ScenarioError

SCENARIO = """
viralsim: 1
name: written
currency: EUR
worlds: 4
horizon: 2d
audience: {members: 120}
channels: {tiktok: {network: {generate: {mean_following: 8}}, visibility: 1.0}}
content: {p: {appeal: 0.0, conversion_rate: 1, value: 50}, q: {appeal: 0.0}}
campaign: {content: p, advocates: {followers_differ: allow, posts_at: [0h, 9h], CREATORS}}
"""


def run(tmp_path: Path, table: str) -> vs.Result:
    (tmp_path / "people.csv").write_text(table, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO.replace("CREATORS", "file: people.csv"), encoding="utf-8")
    return vs.simulate(vs.load(tmp_path / "s.yaml"))


def test_headers_in_german(tmp_path: Path) -> None:
    """Every amount is paid: 2 posts at 120.50, 250 once, a gift of 15.90, 5 % of 50 for each sale."""
    result = run(
        tmp_path,
        "Name;Kanal;Follower;Honorar pro Post;Pauschale;Geschenk;Provision;Rabattcode;Inhalt\n"
        "@lea;tiktok;9;120,50;;15,90;5 %;LEA5;p\n@max;tiktok;7;;250,00;;;;q\n",
    )
    arm = next(iter(result.arms.values()))
    assert arm.cost_lines["creator fees"].tolist() == [pytest.approx(491.0)] * 4
    assert arm.cost_lines["creator gifts"].tolist() == [pytest.approx(15.9)] * 4
    sold = arm.measures["conversions"]
    assert arm.cost_lines["creator commissions"] == pytest.approx(2.5 * sold)
    assert sold.min() > 0
    assert any("'Provision' as commission_share" in note for note in result.warnings)


@pytest.mark.parametrize(
    ("title", "cell"),
    [("Honorar je Reel", "120"), ("usage fee", "80.50"), ("whitelisting", "€75"), ("Coste extra", "9")],
)
def test_an_amount_that_is_not_known_is_refused(tmp_path: Path, title: str, cell: str) -> None:
    """What somebody is to be paid is never left out with a note."""
    with pytest.raises(ScenarioError, match=f"column '{title}' holds amounts and is not known: call it fee per post"):
        run(tmp_path, f"handle;followers;{title}\n@lea;9;{cell}\n")


def test_other_columns_are_left_out_with_a_note(tmp_path: Path) -> None:
    """Numbers and words that are no amounts."""
    result = run(tmp_path, "handle;followers;engagement;fee notes\n@lea;9;3.2;to be agreed\n")
    assert any("columns not used: engagement, fee notes" in note for note in result.warnings)


@pytest.mark.parametrize("cells", [("8%", "2 EUR"), ("0.08", "0.1"), ("8", "5%")])
def test_a_commission_that_may_be_two_things_is_refused(tmp_path: Path, cells: tuple[str, str]) -> None:
    """Parts and amounts in one column, or numbers that may be either."""
    with pytest.raises(ScenarioError, match="may be a part or an amount: write 8% or 8 EUR in every row"):
        run(tmp_path, f"handle;followers;commission\n@lea;9;{cells[0]}\n@max;7;{cells[1]}\n")


@pytest.mark.parametrize(
    ("said", "each"), [("commission: 10%", 5.0), ("commission: 10", 10.0), ("commission: €1.50", 1.5)]
)
def test_a_commission_in_the_scenario_is_a_part_in_per_cent(said: str, each: float) -> None:
    """10% of 50, else an amount."""
    creators = f"creators: [{{handle: lea, followers: 9, {said}}}]"
    arm = next(iter(vs.simulate(vs.loads(SCENARIO.replace("CREATORS", creators))).arms.values()))
    assert arm.cost_lines["creator commissions"] == pytest.approx(each * arm.measures["conversions"])
    assert arm.measures["conversions"].min() > 0


def test_a_commission_said_twice_is_refused() -> None:
    """A part under the name of an amount, and a part."""
    creators = "creators: [{handle: lea, followers: 9, commission: 10%, commission_share: 5%}]"
    with pytest.raises(ScenarioError, match=r"creators\[0\].commission"):
        vs.loads(SCENARIO.replace("CREATORS", creators))


def test_who_is_not_said_to_be_unwilling_is_as_the_tier() -> None:
    """One willingness in the list does not ask for all of them."""
    creators = "creators: [{handle: lea, followers: 9, willingness: 60%}, {handle: max, followers: 7}]"
    result = vs.simulate(vs.loads(SCENARIO.replace("CREATORS", creators)), worlds=200)
    posts = next(iter(result.arms.values())).advocates["posts"]
    assert posts[1] == 400
    assert 190 < posts[0] < 290
