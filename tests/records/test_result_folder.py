"""``run --out`` and ``save`` replace an earlier result, and nothing else that is in the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from synthetic_result import changed, synthetic_result

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.results import open_result

SCENARIO = """
viralsim: 1
name: {name}
worlds: 4
horizon: 6h
audience: {{members: 40}}
channels: {{x: {{visibility: 0.3, network: {{generate: {{mean_following: 5}}}}}}}}
content: {{c: {{appeal: {appeal}}}}}
campaign: {{content: c, owned: [{{channel: x, followers: 5, posts_at: [0h]}}]}}
"""


def run(folder: Path, *more: str, name: str = "first", appeal: float = 0.1) -> Result:
    """``viralsim run`` of a small scenario into ``folder/out``."""
    file = folder / f"{name}.yaml"
    file.write_text(SCENARIO.format(name=name, appeal=appeal))
    return CliRunner().invoke(main, ["run", str(file), "--threads", "1", "--out", str(folder / "out"), *more])


def test_the_result_of_the_same_scenario_is_replaced(tmp_path: Path) -> None:
    """Again, with other luck and other worlds: no word is needed."""
    for more in ((), ("--seed", "7"), ("--worlds", "6", "--seed", "8")):
        assert run(tmp_path, *more).exit_code == 0
    assert (open_result(tmp_path / "out").seed, open_result(tmp_path / "out").world_count) == (8, 6)
    assert {path.name for path in tmp_path.iterdir()} == {"first.yaml", "out"}


@pytest.mark.parametrize("other", [{"name": "second"}, {"appeal": 0.2}])
def test_the_result_of_another_scenario_asks_for_force(tmp_path: Path, other: dict[str, object]) -> None:
    """Another name or another value makes another scenario: its result is not replaced unless that is said."""
    assert run(tmp_path).exit_code == 0
    before = open_result(tmp_path / "out")
    refused = run(tmp_path, **other)  # type: ignore[arg-type]
    assert refused.exit_code == 2
    assert "holds the result of another scenario, 'first'" in refused.output
    assert "--force" in refused.output
    assert open_result(tmp_path / "out") == before
    assert run(tmp_path, "--force", **other).exit_code == 0  # type: ignore[arg-type]
    assert open_result(tmp_path / "out") != before


@pytest.mark.parametrize("more", [(), ("--force",)])
@pytest.mark.parametrize("thing", ["notes.txt", "chapter/one.tex", ".git/config", "worlds.csv"])
def test_what_is_not_ours_is_never_deleted(tmp_path: Path, more: tuple[str, ...], thing: str) -> None:
    """Files and folders that somebody put beside a result stop the run before it starts, with and without --force."""
    assert run(tmp_path).exit_code == 0
    mine = tmp_path / "out" / thing
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("years of work")
    before = sorted(os.listdir(tmp_path / "out"))
    refused = run(tmp_path, *more)
    assert refused.exit_code == 2
    assert f"holds {thing.split('/')[0]} beside a result, which would be lost" in refused.output
    assert mine.read_text() == "years of work"
    assert sorted(os.listdir(tmp_path / "out")) == before


@pytest.mark.parametrize(
    "content",
    [
        {"a.txt": "x"},
        {"manifest.json": "{}"},
        {"sweep.json": "{}"},
        {"manifest.json": '{"format": "viralsim network"}'},
    ],
)
def test_a_folder_of_something_else_is_refused(tmp_path: Path, content: dict[str, str]) -> None:
    """Also with --force: it is for results."""
    (tmp_path / "out").mkdir()
    for name, text in content.items():
        (tmp_path / "out" / name).write_text(text)
    refused = run(tmp_path, "--force")
    assert refused.exit_code == 2
    assert "no viralsim result: choose another folder" in refused.output
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == content


def test_what_a_system_or_a_killed_run_leaves_is_no_hindrance(tmp_path: Path) -> None:
    """Droppings of file managers, and files that a killed process was writing, go with the result that they were beside."""
    result = synthetic_result(worlds=5)
    result.save(tmp_path / "out")
    for name in (".DS_Store", "Thumbs.db", ".trees.npz.4711.part", "trees.npz"):
        (tmp_path / "out" / name).write_bytes(b"x")
    changed(result, seed=9).save(tmp_path / "out")
    assert open_result(tmp_path / "out").seed == 9
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not {".DS_Store", "trees.npz"} & set(os.listdir(tmp_path / "out"))


def test_saving_is_refused_too(tmp_path: Path) -> None:
    """``save`` has the same manners, and says what is in the way."""
    result = synthetic_result(worlds=5)
    result.save(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds notes\.txt beside a result, which would be lost: move it"):
        result.save(tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
