"""Where it must run: consoles of other letters, systems without POSIX modules, users without a home or a right to write."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from viralsim import kernel_cache
from viralsim.errors import InputError, ViralsimWarning

NOBODY = 65534
SCENARIO = """
viralsim: 1
name: "Käse 🚀 Ελλάδα"
about: "“quoted”, 50 €"
worlds: 20
horizon: 1d
audience: {members: 300}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 8}}, cpm_usd: 5}}
content: {c: {appeal: 0.05, conversion_rate: 0.02, value_usd: 10}}
campaign: {content: c, organic: [{members: 5}]}
sweep: {parameters: {content.c.appeal: {values: [0.02, 0.05]}}}
"""
# as on Windows; None makes an import fail
WITHOUT_FCNTL = "import sys; sys.modules['fcntl'] = None; from viralsim.cli import main; main()"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "käse.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def viralsim(
    arguments: list[str], how: tuple[str, ...] = ("-m", "viralsim"), **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *how, *arguments], capture_output=True, env={**os.environ, **env}, check=False
    )


C_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(
    ("env", "encoding", "name"),
    [
        pytest.param(
            {"LC_ALL": "C", "LANG": "C"}, "utf-8", "Käse 🚀 Ελλάδα", marks=pytest.mark.slow
        ),  # Python writes UTF-8
        (C_LOCALE, "ascii", "K?se ? ??????"),
        pytest.param({"PYTHONIOENCODING": "cp1252"}, "cp1252", "Käse ? ??????", marks=pytest.mark.slow),
        pytest.param({"PYTHONIOENCODING": "ascii:strict"}, "ascii", "K?se ? ??????", marks=pytest.mark.slow),
        pytest.param({"PYTHONIOENCODING": "cp437"}, "cp437", "Käse ? ????δα", marks=pytest.mark.slow),
    ],
)
def test_a_console_of_other_letters(
    scenario: Path, tmp_path: Path, env: dict[str, str], encoding: str, name: str
) -> None:
    """What it cannot show is a question mark; what is saved is whole, and the same as on any other console."""
    out = tmp_path / "out"
    done = viralsim(["run", str(scenario), "--full", "--threads", "1", "--out", str(out)], **env)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout.decode(encoding)
    shown = viralsim(["report", str(out), "--out", str(tmp_path / "page.html")], **env)
    assert shown.returncode == 0, shown.stderr
    assert "Käse 🚀 Ελλάδα" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_an_error_names_a_file_that_the_console_cannot(scenario: Path) -> None:
    scenario.write_text("viralsim: 1\nname: Ελλάδα\nwords: 3\n", encoding="utf-8")
    done = viralsim(["check", str(scenario)], **C_LOCALE)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b".yaml" in done.stderr


@pytest.mark.parametrize("command", [pytest.param("run", marks=pytest.mark.slow), "sweep", "check"])
def test_without_fcntl(scenario: Path, tmp_path: Path, command: str) -> None:
    """Where ``fcntl`` is missing, as on Windows, everything that worked works."""
    more = {"run": ["--threads", "1"], "check": [],
            "sweep": ["--out", str(tmp_path / "out"), "--workers", "0", "--threads", "1"]}[command]  # fmt: skip
    done = viralsim([command, str(scenario), *more], ("-W", "ignore", "-c", WITHOUT_FCNTL))
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def as_nobody() -> Iterator[list[str]]:
    """The start of a command that runs as a user who may read everything and write nothing but /tmp."""
    setpriv = shutil.which("setpriv")
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or setpriv is None:
        pytest.skip("only root can become another user, with setpriv")
    words = [setpriv, "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
             "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # fmt: skip
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("the container does not let root hand on the right to read")
    yield words
    for folder in Path(tempfile.gettempdir()).glob(f"viralsim-kernels-{NOBODY}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def homeless(words: list[str], arguments: list[str]) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    return subprocess.run([*words, sys.executable, *arguments], cwd="/", capture_output=True, text=True, check=False,
                          env={**env, "HOME": "/nonexistent", "PYTHONPATH": os.pathsep.join(map(str, _paths()))})  # fmt: skip


def _paths() -> list[Path]:
    import viralsim

    return [Path(viralsim.__file__).parents[1]]


def test_kernels_are_compiled_without_a_home(as_nobody: list[str]) -> None:
    """A user who can write neither the package nor a home keeps kernels in the temporary folder: once, for the next process too."""
    code = (
        "import numba; from viralsim.kernels import rng; rng.mix(numba.uint64(1)); print(numba.config.CACHE_DIR); "
        "print(sum(rng.mix.stats.cache_hits.values()))"
    )
    first, second = (homeless(as_nobody, ["-c", code]) for _ in range(2))
    assert first.returncode == 0, first.stderr
    folder, hits = first.stdout.split()
    assert hits == "0"
    assert second.stdout.split() == [folder, "1"]
    assert "set NUMBA_CACHE_DIR" in first.stderr
    found = Path(folder).lstat()
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (NOBODY, 0o700)


@pytest.mark.slow
def test_a_run_without_a_home(as_nobody: list[str]) -> None:
    """The whole command as user 65534 without a home: the run is printed, and where kernels are kept is a note."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "s.yaml"
        path.write_text(SCENARIO, encoding="utf-8")
        done = homeless(as_nobody, ["-m", "viralsim", "run", str(path), "--worlds", "2", "--threads", "1"])
    assert done.returncode == 0, done.stderr
    assert "all tables: viralsim run" in done.stdout
    assert "note: neither viralsim's own folder nor a home can be written" in done.stderr


@pytest.mark.parametrize("command", ["run --out", "init", "sweep --out", "network import --out"])
def test_no_right_to_write_is_a_sentence(as_nobody: list[str], command: str) -> None:
    """A place that belongs to another is named with exit status 2; kernels are not needed to say so."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        (Path(folder) / "s.yaml").write_text(SCENARIO, encoding="utf-8")
        (Path(folder) / "edges.csv").write_text("source,target\n1,2\n", encoding="utf-8")
        scenario, place = str(Path(folder) / "s.yaml"), str(Path(folder) / "new")
        words = {"run --out": ["run", scenario, "--out", place, "--dry-run"], "init": ["init", place],
                 "sweep --out": ["sweep", scenario, "--out", place, "--threads", "1"],
                 "network import --out": ["network", "import", f"{folder}/edges.csv", "--out", place]}[command]  # fmt: skip
        done = homeless(as_nobody, ["-m", "viralsim", *words])
    assert "Traceback" not in done.stderr
    if command == "run --out":  # nothing is written by a dry run
        assert done.returncode == 0
    else:
        assert done.returncode == 2, done.stderr
        assert "Permission denied" in done.stderr


def test_a_folder_of_another_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What numba reads from its cache is run: a folder that others can write, or a link, is passed over for a private one."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    package = tmp_path / "package"
    package.mkdir()
    expected = kernel_cache._temporary_folder(package)
    assert kernel_cache._temporary_folder(package) == expected  # the next process finds it again
    expected.chmod(0o777)
    assert kernel_cache._temporary_folder(package) != expected
    expected.rmdir()
    expected.symlink_to(package)
    private = kernel_cache._temporary_folder(package)
    assert private not in (expected, package)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_place_is_looked_for_only_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing changes where numba has a place; else the variable is set for child processes; with no place at all it is said."""
    (tmp_path / "a.py").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    kernel_cache.ensure_cache_folder(tmp_path)
    assert "NUMBA_CACHE_DIR" not in os.environ
    monkeypatch.setattr(kernel_cache, "_looks_writable", lambda folder: False)
    kernel_cache.ensure_cache_folder(tmp_path)  # the system says no, numba says yes
    assert "NUMBA_CACHE_DIR" not in os.environ
    monkeypatch.setattr(kernel_cache, "_numba_has_places_for", lambda folders: False)
    from numba import config

    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    with pytest.warns(ViralsimWarning, match="compiled kernels are kept in"):
        kernel_cache.ensure_cache_folder(tmp_path)
    assert os.environ["NUMBA_CACHE_DIR"] == config.CACHE_DIR
    monkeypatch.setattr(kernel_cache, "_temporary_folder", lambda package: (tmp_path / "nothing" / "x").mkdir())
    with pytest.raises(InputError, match="set NUMBA_CACHE_DIR to a folder"):
        kernel_cache.ensure_cache_folder(tmp_path)
