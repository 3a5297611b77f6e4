"""``viralsim network import`` and ``describe`` as typed."""

import json

import pytest
from click.testing import CliRunner

from viralsim.cli import main
from viralsim.population.network.storage import open_network


def run(*arguments):
    return CliRunner().invoke(main, ["network", *map(str, arguments)])


@pytest.fixture
def edges(tmp_path):
    path = tmp_path / "follows.csv"
    path.write_text("source,target,w\nann,bob,0.5\nbob,ann,0.25\ncat,ann,1\ncat,cat,1\n")
    return path


def test_import_then_describe(edges, tmp_path):
    """The folder holds the reversed network with its strengths and labels, and describes itself."""
    folder = tmp_path / "net"
    done = run("import", edges, "--out", folder, "--edge-means", "source follows target", "--tie-strength", "w")
    assert done.exit_code == 0, done.output
    assert "3 members, 3 follows" in done.output
    assert "were reversed" in done.output
    assert "dropped 1 self-loops" in done.output
    network = open_network(folder)
    assert network.ids.tolist() == ["ann", "bob", "cat"]
    assert network.followers.tolist() == [1, 2, 0]
    assert network.tie_strength.tolist() == [0.25, 1.0, 0.5]
    described = run("describe", folder)
    assert described.exit_code == 0
    assert "reciprocity                0.667 of follows are returned" in described.output


def test_describe_as_json_is_one_object_and_nothing_else(edges):
    """--json prints one JSON object; what is not defined is null."""
    values = json.loads(run("describe", edges, "--json").stdout)
    assert (values["members"], values["follows"]) == (3, 3)
    assert values["transitivity"] == 0
    assert values["followers"]["tail_exponent"] is None
    assert any("columns not read: w" in note for note in values["notes"])


def test_wrong_input_has_exit_status_2_and_a_place(tmp_path, edges):
    """A bad line, a missing file, a folder in the way: status 2, file and remedy, no traceback."""
    bad = tmp_path / "bad.csv"
    bad.write_text("0,1\n1\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    below_a_file = bad / "below"
    for arguments, message in (
        (("describe", bad), "bad.csv:2: 2 fields are needed"),
        (("describe", tmp_path / "no.csv"), "there is no such file"),
        (("describe", tmp_path / "full"), "viralsim network import"),
        (("import", edges, "--out", tmp_path / "full"), "exists already"),
        (("import", edges, "--out", below_a_file), "cannot be written"),
        (("import", edges), "--out"),
        (("describe", edges, "--edge-means", "follows"), "source follows target"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert message in result.output
        assert "Traceback" not in result.output


def test_a_long_import_is_told_and_refused_early(edges, tmp_path, monkeypatch):
    """On a terminal a large text file is forecast before it is read; a folder in the way is told before that."""
    from viralsim.cli import network as command

    said = []
    monkeypatch.setattr(command, "_tell", said.append)
    monkeypatch.setattr(command, "LONG_FILE_MIB", 0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert run("import", edges, "--out", tmp_path / "full").exit_code == 2
    assert said == []
    assert run("import", edges, "--out", tmp_path / "net").exit_code == 0
    assert said[0].startswith("reading follows.csv: about 0 s and 0.3 GiB of memory, or 0 s")
