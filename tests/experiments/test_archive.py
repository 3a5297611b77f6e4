"""An archive holds all that is needed to check and repeat a run, and says when it is torn."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from reseal import reseal
from sweep_scenario import text, write

import viralsim as vs
from viralsim.cli.archive import archive as command
from viralsim.errors import InputError
from viralsim.experiments import plan_of, run_sweep
from viralsim.experiments.archive import archive, check_archive, citation, network_hashes
from viralsim.scenario import load
from viralsim.scenario.loading import loads


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep."""
    folder = tmp_path_factory.mktemp("archive")
    run_sweep(plan_of(load(write(folder))), folder / "store")
    return folder / "store"


def test_a_sweep_packed(swept: Path, tmp_path: Path) -> None:
    """Store, scenario, lock, hashes and citation are there, every sum is right, and packing again gives the same bytes."""
    found = archive(swept, tmp_path / "a.zip", authors=["Curie, Marie", "Noether, Emmy"])
    with zipfile.ZipFile(found.path) as packed:
        names = set(packed.namelist())
        assert names == set(found.files)
        assert {"store/points.parquet", "store/sweep.json", "scenario.yaml", "environment.lock", "CITATION.cff",
                "archive.json", "README.md", "SHA256SUMS"} <= names  # fmt: skip
        assert not [name for name in names if "journal" in name]
        assert packed.read("store/points.parquet") == (swept / "points.parquet").read_bytes()
        said = json.loads(packed.read("archive.json"))
        cited = yaml.safe_load(packed.read("CITATION.cff"))
        again = loads(packed.read("scenario.yaml").decode())
        assert b"numpy==" in packed.read("environment.lock")
    assert said["fingerprint"] == json.loads((swept / "sweep.json").read_text())["fingerprint"]
    assert plan_of(again).points == plan_of(loads(text())).points
    assert [author["family-names"] for author in cited["authors"]] == ["Curie", "Noether"]
    assert cited["cff-version"] == "1.2.0"
    assert check_archive(found.path) == len(found.files) - 1
    second = archive(swept, tmp_path / "b.zip", authors=["Curie, Marie", "Noether, Emmy"])
    assert second.sha256 == found.sha256 == hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()


def test_a_result_packed(tmp_path: Path) -> None:
    """A saved result is packed with its scenario; it opens again from the unpacked store, equal to what it was."""
    scenario = load(write(tmp_path))
    result = vs.simulate(scenario, worlds=20)
    result.save(tmp_path / "run")
    found = archive(tmp_path / "run")
    assert found.path == tmp_path / "run.zip"
    assert found.notes
    with zipfile.ZipFile(found.path) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert vs.open_result(tmp_path / "unpacked" / "store") == result


def test_network_hashes_are_of_the_network() -> None:
    """The same scenario gives the same hash; another seed, which draws another network, another one."""
    scenario = loads(text())
    one = network_hashes(scenario)
    assert one == network_hashes(scenario)
    other = network_hashes(scenario.override({"seed": 6}))
    assert one["x"]["sha256"] != other["x"]["sha256"]
    assert one["x"]["follows"] > 0
    assert len(network_hashes(scenario.override({"populations": 3}))) == 3


def test_torn_archives_are_refused(swept: Path, tmp_path: Path) -> None:
    """A changed byte, a missing file, a foreign file, no zip at all: each is told."""
    whole = archive(swept, tmp_path / "whole.zip").path
    with zipfile.ZipFile(whole) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    cases = {
        "changed": {**content, "scenario.yaml": content["scenario.yaml"] + b"#"},
        "missing": {name: c for name, c in content.items() if name != "README.md"},
        "without a sum": {**content, "more": b""},
    }
    for said, files in cases.items():
        with zipfile.ZipFile(tmp_path / "torn.zip", "w") as packed:
            for name, data in files.items():
                packed.writestr(name, data)
        with pytest.raises(InputError, match=said):
            check_archive(tmp_path / "torn.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match="no archive"):
        check_archive(tmp_path / "text.zip")


def test_an_unfinished_sweep_is_refused(swept: Path, tmp_path: Path) -> None:
    """What is not finished is not published."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in swept.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    reseal(copy / "sweep.json", complete=False)
    with pytest.raises(InputError, match="not finished"):
        archive(copy)
    with pytest.raises(InputError, match=r"holds no manifest\.json"):
        archive(tmp_path)


def test_files_of_the_scenario_are_hashed(tmp_path: Path) -> None:
    """A network file's SHA-256 is in the archive; where the file is gone, the archive is refused."""
    rng = np.random.default_rng(1)
    edges = "\n".join(f"{a},{b}" for a, b in rng.integers(0, 50, (300, 2)) if a != b)
    (tmp_path / "net.csv").write_text("source,target\n" + edges)
    written = text().replace(
        "network: {generate: {mean_following: 12}}", "network: {file: net.csv, edge_means: source reaches target}"
    )
    (tmp_path / "file.yaml").write_text(
        written.replace("audience: {members: 400, communities: {count: 4}}", "audience: {}")
    )
    vs.simulate(load(tmp_path / "file.yaml"), worlds=5).save(tmp_path / "run")
    with zipfile.ZipFile(archive(tmp_path / "run").path) as packed:
        said = json.loads(packed.read("archive.json"))
    assert said["inputs"] == {"net.csv": hashlib.sha256((tmp_path / "net.csv").read_bytes()).hexdigest()}
    (tmp_path / "net.csv").unlink()
    with pytest.raises(InputError, match=r"net\.csv"):
        archive(tmp_path / "run")


def test_hostile_names_stay_inside_the_citation() -> None:
    """A name with quotes and line breaks is one YAML string."""
    scenario = loads(text()).override({"name": 'a "b": \n- c'})
    cited = yaml.safe_load(citation(scenario, "f", ['O\'Brien: x, "Y"']))
    assert cited["title"] == 'a "b": \n- c'
    assert cited["authors"] == [{"family-names": "O'Brien: x", "given-names": '"Y"'}]


def test_archive_command(swept: Path, tmp_path: Path) -> None:
    """The command packs and checks; JSON is one object."""
    out = tmp_path / "c.zip"
    said = json.loads(
        CliRunner().invoke(command, [str(swept), "--out", str(out), "--json"], catch_exceptions=False).stdout
    )
    assert said["bytes"] == out.stat().st_size
    checked = CliRunner().invoke(command, [str(out)], catch_exceptions=False)
    assert "is whole" in checked.stdout
