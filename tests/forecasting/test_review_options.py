"""Options of ``viralsim review`` and of ledgers that contradict the folder or the curve: one line each, exit status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main

TEXT = """
viralsim: 1
name: a launch
worlds: 60
horizon: 1d
tick: 1h
audience: {members: 200}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {post: {appeal: 0.05}}
campaign: {content: post, owned: [{channel: x, followers: 100, posts_at: [0h]}]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stored run, a curve and a list of shares."""
    place = tmp_path_factory.mktemp("review")
    vs.simulate(vs.loads(TEXT)).save(place / "run")
    (place / "curve.csv").write_text("hours,shares\n1,900\n24,990\n")
    (place / "shares.csv").write_text("hours\n0\n1\n5\n")
    return place


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--observed", "curve.csv", "--name", "x"], "--name: is about a ledger"),
        (["run", "--observed", "curve.csv", "--until", "2h"], "goes on until 24 h"),
        (["run", "--observed", "curve.csv", "--until", "2d"], "add a row at 48 h"),
        (["run", "--observed", "shares.csv", "--until", "2h"], "goes on until 5 h"),
        (["nowhere", "--observed", "curve.csv", "--quick"], "nowhere: no such folder"),
        (["curve.csv", "--observed", "curve.csv"], "no such folder"),
    ],
)
def test_an_option_that_does_not_fit(
    folder: Path, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, ["review", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_quick_look_does_not_say_what_nobody_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a search nothing is said about which inputs would make the curve ordinary."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, ["review", "run", "--observed", "curve.csv", "--quick"])
    assert result.output.startswith("luck alone does not explain this")
    assert "no single input" not in result.output


def test_a_ledger_is_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for arguments in (
        ["forecast", "-", "--observed", "shares.csv", "--register", "curve.csv"],
        ["ledger", "curve.csv"],
    ):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert "curve.csv: is a file" in result.stderr
