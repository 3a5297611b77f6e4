"""Pages of decisions: the answer first, the numbers behind each picture, nothing fetched; by the options that write them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.experiments import plan_of, run_sweep

SCENARIO = """
viralsim: 1
name: Tea <b>
seed: 5
worlds: 60
horizon: 24h
audience: {members: 200, communities: {count: 4}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.05, conversion_rate: 0.1, value_usd: 5}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
goal: {measure: conversions}
uncertain: {content.c.conversion_rate: {from: 0.01, to: 0.3}}
variants: {complex: {content.c.reinforcement: {threshold: {count: 2}}}}
field_test: {treatment: paid, control: organic, measure: conversions, units: [member, community]}
"""
SWEEP = """
sweep:
  design: latin_hypercube
  points: 40
  worlds: 4
  parameters:
    campaign.paid[0].budget_usd: {from: 0.1, to: 4}
    content.c.appeal: {from: 0.05, to: 0.1}
"""


class Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            f"{tag} {value}" for name, value in attrs if name in ("src", "href") and not (value or "").startswith("#")
        ]
        self.found += [tag] if tag in ("script", "link", "iframe", "img") else []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "s.yaml").write_text(SCENARIO)
    run_sweep(plan_of(vs.loads(SCENARIO.split("uncertain")[0] + SWEEP)), folder / "sweep", threads=1)
    return folder


@pytest.mark.parametrize(
    ("words", "pictures"),
    [
        (["field-test", "s.yaml"], ["estimates"]),
        (["value-of-information", "s.yaml"], ["values"]),
        (["robust", "s.yaml", "--worlds", "5"], ["regret"]),
        (["discover", "sweep", "--arm", "paid", "--measure", "impressions", "--below", "250"], ["box-1"]),
        (["discover", "sweep", "--arm", "paid", "--measure", "impressions", "--below", "-1"], []),
    ],
)
def test_pages(words: list[str], pictures: list[str], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of each command: its first sentence is the command's, its pictures have their numbers, and it is closed."""
    monkeypatch.chdir(place)
    done = CliRunner().invoke(main, [*words, "--page", "page.html"], standalone_mode=False)
    assert done.exception is None, done.output
    text = Path("page.html").read_text(encoding="utf-8")
    assert "Tea &lt;b&gt;" in text
    first = re.search(r'class="lead">(.*?)</p>', text)
    assert first is not None
    assert first.group(1).split(" ")[0] in done.output
    assert re.findall(r'<figure id="([\w-]+)"', text) == pictures
    assert text.count("<summary>The numbers</summary>") == len(pictures)
    outside = Outside()
    outside.feed(text)
    assert outside.found == []


def test_a_page_that_cannot_be_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    done = CliRunner().invoke(
        main, ["robust", "s.yaml", "--worlds", "2", "--page", "nowhere/x/p.html"], standalone_mode=False
    )
    assert "choose another file" in str(done.exception)
