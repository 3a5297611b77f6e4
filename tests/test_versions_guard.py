"""The guard of speed: what it says of made-up timings, how it takes a version out of git, how it asks two processes."""

from __future__ import annotations

import io
import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks import sides, version_rows, versions
from benchmarks.sides import AskedWronglyError, CannotRunError, Side, Tree, tree_of
from benchmarks.version_rows import Row, Run, fingerprint
from benchmarks.versions import Comparison, median_interval

ROW = Row("made-up", "nothing", lambda: Run(np.zeros))
NOISE = [0.99, 1.0, 1.01, 1.0, 0.98, 1.02, 1.0, 0.99, 1.01]


def made_up(old: float, new: float, *, equal: bool = True, same_law: bool = True, row: Row = ROW) -> Comparison:
    """Nine rounds around two times, with noise of 2 % that both versions do not share."""
    times = [old * x for x in NOISE], [new * x for x in reversed(NOISE)]
    return Comparison(row, 100, *times, (0.0, 0.0), equal, same_law)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two revisions of a package of one line, and a third line that is not committed."""
    home = tmp_path / "repository"
    module = home / "src" / "viralsim" / "versions.py"
    module.parent.mkdir(parents=True)
    (module.parent / "__init__.py").touch()
    git = ["git", "-C", str(home), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for law in (1, 2):
        module.write_text(f"LAW_VERSION = {law}\n")
        subprocess.run([*git, "add", "src"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", f"law {law}"], check=True)
    module.write_text("LAW_VERSION = 3\n")
    return home


@pytest.mark.parametrize(("n", "k"), [(6, 1), (8, 1), (9, 2), (12, 3), (15, 4), (20, 6), (25, 8)])
def test_interval_is_that_of_the_sign_test(n: int, k: int) -> None:
    """At 95 % the ends are the k-th from below and above, k as in the published tables of the sign test."""
    low, high, coverage = median_interval(list(np.random.default_rng(n).permutation(n) + 1.0))
    assert (low, high) == (k, n + 1 - k)
    assert coverage == 1 - 2 * sum(math.comb(n, i) for i in range(k)) / 2**n >= 0.95


def test_few_rounds_state_the_coverage_that_they_have() -> None:
    """Five rounds cannot keep 95 %: the interval is all of them and says 93.75 %."""
    assert median_interval([3.0, 1.0, 2.0, 5.0, 4.0]) == (1.0, 5.0, 0.9375)


def test_interval_holds_the_median_as_often_as_it_says() -> None:
    """Under a skew law the median lies inside in the stated share of 4,000 samples, within 4.5 standard errors."""
    samples = np.random.default_rng(5).lognormal(0.0, 1.0, (4000, 9))  # median 1
    ends = np.array([median_interval(list(sample)) for sample in samples])
    coverage = ends[0, 2]
    inside = np.mean((ends[:, 0] <= 1) & (ends[:, 1] >= 1))
    assert abs(inside - coverage) < 4.5 * math.sqrt(coverage * (1 - coverage) / len(samples))


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [(1.0, 1.2, "slower"), (1.2, 1.0, "quicker"), (1.0, 1.0, "as fast"), (1.0, 1.05, "cannot tell")],
)
def test_verdict(old: float, new: float, verdict: str) -> None:
    """Slower and quicker are said beyond the share, "as fast" within it, else that it cannot be told."""
    assert made_up(old, new).verdict(0.05) == verdict


def test_a_slower_row_within_the_share_allowed_is_no_fault() -> None:
    """20 % slower is slower where 5 % are allowed, and as fast where 30 % are."""
    found = made_up(1.0, 1.2)
    assert (found.verdict(0.05), found.verdict(0.3)) == ("slower", "as fast")


def test_results_must_be_equal_under_the_same_law_only() -> None:
    """Other results are a fault where both versions state the same law and the row is bound by it."""
    free = Row("seeds", "nothing", ROW.make, "other seeds")
    cases = [
        made_up(1, 1),
        made_up(1, 1, equal=False),
        made_up(1, 1, equal=False, same_law=False),
        made_up(1, 1, equal=False, row=free),
    ]
    assert [one.results() for one in cases] == ["equal", "DIFFER", "other law", "other seeds"]
    assert [one.differs for one in cases] == [False, True, False, False]


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([made_up(1, 1)], 0),
        ([made_up(1.2, 1)], 0),
        ([made_up(1, 1), made_up(1, 1.2)], 1),
        ([made_up(1, 1, equal=False)], 1),
        (["made-up: old: cannot"], 0),
    ],
)
def test_exit_status_and_page(
    found: list[Comparison | str], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 where a row is slower or differs, 0 else; a row that cannot run is told; the page holds every row."""
    monkeypatch.setattr(versions, "comparisons", lambda *_: iter(found))
    monkeypatch.setattr(versions, "cache_folder", lambda: tmp_path)
    page = tmp_path / "speed.md"
    assert versions.main([".", ".", "--out", str(page), "--note", "A note."]) == status
    text = page.read_text()
    assert text.count("| made-up |") == sum(isinstance(one, Comparison) for one in found)
    assert text.count("left out: made-up") == sum(isinstance(one, str) for one in found)
    assert text.endswith("A note.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["speed.md"]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["nowhere", "."], "no revision 'nowhere'"), ([".", ".", "--rows", "nothing"], "choose among cascade-0.05")],
)
def test_asked_wrongly_is_status_2(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A revision or a row that is not there is told with what there is, and ends with 2."""
    monkeypatch.setattr(versions, "cache_folder", lambda: tmp_path)
    assert versions.main(words) == 2
    assert told in capsys.readouterr().err


def test_trees_are_those_of_the_revisions(repository: Path, tmp_path: Path) -> None:
    """Each revision has its own source and compiled code; "." is the tree as it is; git keeps no trace."""
    before = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True).stdout
    trees = [tree_of(revision, repository, tmp_path) for revision in ("HEAD~1", "HEAD", ".")]
    said = [(tree.source / "viralsim" / "versions.py").read_text() for tree in trees]
    assert said == [f"LAW_VERSION = {law}\n" for law in (1, 2, 3)]
    assert len({tree.compiled for tree in trees}) == 3
    assert trees[0] == tree_of("HEAD~1", repository, tmp_path)
    after = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True).stdout
    worktrees = subprocess.run(["git", "-C", str(repository), "worktree", "list"], capture_output=True).stdout
    assert before == after
    assert len(worktrees.splitlines()) == 1


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD:src"])
def test_what_is_no_revision_is_told(revision: str, repository: Path, tmp_path: Path) -> None:
    """A word that names no commit, or looks like an option of git, is an error that names it."""
    with pytest.raises(AskedWronglyError, match=revision):
        tree_of(revision, repository, tmp_path)


def test_a_folder_open_to_others_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the cache folder is run: where others can write there, nothing is."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = sides.cache_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    with pytest.raises(AskedWronglyError, match="written by others"):
        sides.cache_folder()


def test_a_process_runs_the_package_of_its_tree(repository: Path, tmp_path: Path) -> None:
    """The process sees the version's package, not the installed one; what that lacks is told, the process lives on."""
    tree = tree_of("HEAD", repository, tmp_path)
    with Side(tree) as side:
        for _ in range(2):
            with pytest.raises(CannotRunError, match=r"^HEAD \(.*: module 'viralsim' has no attribute 'load'"):
                side.ask(do="prepare", row="scenario")


def test_a_process_that_ended_is_told(tmp_path: Path) -> None:
    """Where the process of a version dies, the row is left out with its status."""
    broken = tmp_path / "src" / "viralsim"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("import os\nos._exit(7)\n")
    tree = Tree("broken", tmp_path / "src", tmp_path / "compiled")
    with Side(tree) as side, pytest.raises(CannotRunError, match="broken: the process ended with status 7"):
        side.ask(do="prepare", row="scenario")


def test_answers_are_those_of_the_row() -> None:
    """Prepare runs one world, calibrate finds a number within the row's most, run gives the outcome's fingerprint."""
    row = Row("ones", "ones", lambda: Run(lambda worlds: [1] * worlds, most=64))
    asked = [
        {"do": "run", "worlds": 3},
        {"do": "prepare", "row": "ones"},
        {"do": "calibrate", "budget_s": 10.0},
        {"do": "run", "worlds": 3},
    ]
    got: list[dict[str, object]] = []
    version_rows.answers(io.StringIO("\n".join(json.dumps(one) for one in asked)), [row], got.append)
    assert "prepare comes first" in str(got[0]["cannot"])
    assert got[1]["fingerprint"] == fingerprint(np.array([1]))
    assert got[2] == {"worlds": 64}
    assert got[3]["fingerprint"] == fingerprint(np.array([1, 1, 1]))


def test_fingerprint_is_of_values_and_shape() -> None:
    """A value or a shape changes it, the type that integers are stored in does not; whole floats are not integers."""
    ones = np.ones((2, 3), np.int64)
    assert fingerprint(ones) == fingerprint(ones.astype(np.int32)) == fingerprint(np.asfortranarray(ones))
    others = [ones.reshape(3, 2), ones + np.eye(2, 3, dtype=np.int64), ones.astype(float)]
    assert len({fingerprint(one) for one in (ones, *others)}) == 4


def test_names_of_rows_differ() -> None:
    """A row is asked for by its name."""
    assert len({row.name for row in version_rows.ROWS}) == len(version_rows.ROWS)
