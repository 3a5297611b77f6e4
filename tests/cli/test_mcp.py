"""``viralsim mcp`` is talked to over stdio: the same JSON as the command line, refusals in words, nothing written elsewhere."""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from viralsim.cli import main

mcp = pytest.importorskip("mcp")

SCENARIO = """
viralsim: 1
name: small
seed: 5
worlds: 4
horizon: 6h
audience: {members: 60, communities: {count: 2}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.2, conversion_rate: 0.1, value_usd: 5}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
goal: {measure: impressions}
field_test: {treatment: paid, control: organic, measure: impressions, units: [member]}
"""
CURVE = "hours,shares\n0,0\n1,5\n2,9\n3,11\n"

Call = tuple[str, dict[str, Any]]


def talk(work: Path, calls: list[Call]) -> tuple[list[str], list[Any]]:
    """The names of the tools, and what each call brought, over one connection to a process of its own."""

    async def session() -> tuple[list[str], list[Any]]:
        command = mcp.StdioServerParameters(
            command=sys.executable, args=["-m", "viralsim", "mcp", "--work", str(work)], env=environment()
        )
        async with mcp.Client(command) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, [await client.call_tool(name, given) for name, given in calls]

    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave a loop running in this one
        return thread.submit(lambda: asyncio.run(session())).result()


def environment() -> dict[str, str]:
    import os

    return dict(os.environ)


def text_of(result: Any) -> str:
    return "".join(block.text for block in result.content)


def test_over_stdio(tmp_path: Path) -> None:
    """All tools are there, an error of a scenario has its path, and no tool writes outside the work folder."""
    work = tmp_path / "work"
    wrong = SCENARIO.replace("worlds: 4", "worlds: four")
    names, (check, run, report) = talk(
        work,
        [
            ("check", {"scenario": wrong}),
            ("run", {"scenario": SCENARIO, "out": "../elsewhere"}),
            ("report", {"result": "/nowhere"}),
        ],
    )
    assert names == ["check", "run", "forecast", "field-test", "report"]
    assert check.structured_content["errors"][0]["path"] == "worlds"
    assert run.is_error
    assert "work folder" in text_of(run)
    assert report.is_error
    assert "/nowhere" in text_of(report)
    assert list(tmp_path.iterdir()) == [work]


@pytest.mark.slow
def test_the_same_json_over_stdio(tmp_path: Path) -> None:
    """Every tool once; what `run` gives is what the command line prints, but for its timing."""
    file, work = tmp_path / "s.yaml", tmp_path / "work"
    file.write_text(SCENARIO)
    before = sorted(tmp_path.rglob("*"))
    _, found = talk(
        work,
        [
            ("check", {"scenario": str(file)}),
            ("run", {"scenario": str(file), "seed": 6, "out": "kept"}),
            ("report", {"result": "kept"}),
            ("forecast", {"observed": CURVE, "horizon": "24h"}),
            ("field-test", {"scenario": SCENARIO, "worlds": 20, "plan": "plan.csv"}),
            ("run", {"scenario": str(file), "arms": ["nobody"]}),
        ],
    )
    check, run, report, forecast, field_test, wrong = found
    assert check.structured_content["errors"] == []
    printed = CliRunner().invoke(main, ["run", str(file), "--seed", "6", "--json"], standalone_mode=False).stdout
    expected, given = json.loads(printed), run.structured_content
    assert {**given, "timing": None} == {**expected, "timing": None}
    assert json.loads(text_of(run)) == given
    assert Path(report.structured_content["page"]) == work.resolve() / "report.html"
    assert (work / "report.html").stat().st_size == report.structured_content["bytes"]
    assert forecast.structured_content["at_hours"] == 3.0
    assert field_test.structured_content["treatment"] == "paid"
    assert (work / "plan.csv").read_text().startswith("member,")
    assert wrong.is_error
    assert "nobody" in text_of(wrong)
    assert sorted(path for path in tmp_path.rglob("*") if not path.is_relative_to(work)) == before


def test_a_file_is_no_work_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["mcp", "--work", str(tmp_path / "file")], standalone_mode=False)
    assert "choose another" in str(done.exception)
