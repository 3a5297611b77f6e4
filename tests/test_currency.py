"""``currency``: the same campaign in another currency is the same numbers under another name, in everything that is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import ScenarioError
from viralsim.report import write_page

SCENARIO = """viralsim: 1
name: a bakery
currency: CODE
seed: 3
worlds: 40
horizon: 2d
audience: {members: 400}
channels: {x: {network: {generate: {mean_following: 8}}, visibility: 0.3, cpm: 5}}
content: {p: {appeal: 0.05, value: 12, conversion_rate: 0.05}}
campaign:
  content: p
  paid: [{budget: 20}]
  advocates: {file: people.csv, channels: [x], followers_differ: allow}
  community_management: {cost_per_day: 2}
arms:
  paid: {campaign.advocates: null}
  both: {}
baseline: paid
goal: {measure: net_usd, matters_from: 1}
"""
FOREIGN = re.compile(r"US\$|(?<![_\w])USD(?!\w)|\bdollar")


def written(folder: Path, code: str, price: str = "7") -> Path:
    """The campaign in a currency, with its file of people."""
    (folder / "people.csv").write_text(f"handle,channel,followers,cost_usd\nann,x,10,{price}\nbo,x,8,{price}\n")
    file = folder / "scenario.yaml"
    file.write_text(SCENARIO.replace("CODE", code))
    return file


def test_the_numbers_stay_and_every_amount_has_the_code(tmp_path: Path) -> None:
    """Worlds, costs and comparisons are those in US$; sentences, tables, pages and exports say EUR and never dollars."""
    found = {code: vs.simulate(vs.load(written(tmp_path, code))) for code in ("USD", "EUR")}
    as_dict = {code: one.to_dict() for code, one in found.items()}
    assert as_dict["EUR"]["currency"] == "EUR"
    assert as_dict["USD"]["currency"] == "USD"
    for part in ("arms", "comparisons", "fingerprint"):
        assert as_dict["EUR"][part] == as_dict["USD"][part]
    texts = [*as_dict["EUR"]["verdict"]["sentences"], *(line.text for line in found["EUR"].first_screen)]
    assert any(" EUR" in text for text in texts)
    page = tmp_path / "page.html"
    write_page(found["EUR"], page)
    texts.append(page.read_text(encoding="utf-8").split("viralsim: 1")[0])
    assert "cost, EUR" in texts[-1]
    assert [text for text in texts if FOREIGN.search(re.sub(r"\w+_usd\w*", "", text))] == []


def test_a_stored_result_keeps_its_currency(tmp_path: Path) -> None:
    """``open_result`` says the same; a result of before the key counts in US$."""
    result = vs.simulate(vs.load(written(tmp_path, "EUR")), worlds=5)
    result.save(tmp_path / "kept")
    assert vs.open_result(tmp_path / "kept").currency == "EUR"


def test_the_command_line_says_it(tmp_path: Path) -> None:
    """``check`` costs in the currency, ``run`` prints it, and their JSON names it."""
    file = str(written(tmp_path, "EUR"))
    checked = CliRunner().invoke(main, ["check", file])
    assert "cost of paid: 24.00 EUR" in checked.output
    assert "cost of both: 38.00 EUR" in checked.output
    assert json.loads(CliRunner().invoke(main, ["check", file, "--json"]).stdout)["currency"] == "EUR"
    ran = CliRunner().invoke(main, ["run", file, "--full", "--worlds", "20"])
    assert ran.exit_code == 0, ran.output
    assert "cost, EUR" in ran.output
    assert not FOREIGN.search(ran.output)


@pytest.mark.parametrize(("price", "said"), [("7 €", ""), ("$7", "is in USD and the scenario counts in EUR")])
def test_a_file_of_people_counts_in_the_currency(tmp_path: Path, price: str, said: str) -> None:
    """A sign of another currency is refused; a bare number is the scenario's."""
    scenario = vs.load(written(tmp_path, "EUR", price))
    if said:
        with pytest.raises(ScenarioError, match=said):
            vs.simulate(scenario, worlds=2)
    else:
        assert vs.simulate(scenario, worlds=2).arms["both"].cost_lines["advocates"][0] == 14.0


def test_a_preset_price_in_dollars_is_said(tmp_path: Path) -> None:
    """Nothing is converted, so a preset's price that buys impressions is a warning."""
    file = written(tmp_path, "GBP")
    file.write_text(file.read_text().replace("visibility: 0.3, cpm: 5", "preset: instagram"))
    warnings = json.loads(CliRunner().invoke(main, ["check", str(file), "--json"]).stdout)["warnings"]
    assert [text for text in warnings if "is a price in US$, counted here as" in text and "GBP" in text]


def test_amounts_follow_the_code() -> None:
    """Signs of the currency are read, and an arm cannot have another."""
    text = (
        SCENARIO.replace("CODE", "GBP")
        .replace("budget: 20", 'budget: "£1,250"')
        .replace("{file: people.csv,", "{count: 2,")
    )
    scenario = vs.loads(text)
    assert scenario.spec.campaign.paid[0].budget_usd == 1250.0
    with pytest.raises(ScenarioError, match="currency"):
        vs.loads(text.replace("both: {}", "both: {currency: EUR}"))
