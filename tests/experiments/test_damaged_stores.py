"""What is kept stays what it was, or is refused: single bits flipped, files cut short, in every kind of store and command."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from reseal import without_sums
from sweep_scenario import text, write

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import InputError, ViralsimError, ViralsimWarning
from viralsim.experiments import adaptive_sweep, read_table, run_sweep
from viralsim.experiments.archive import archive, check_archive
from viralsim.experiments.manifest import SAYS
from viralsim.experiments.plan import plan_of
from viralsim.experiments.sensitivity import read_sensitivity, sensitivity
from viralsim.experiments.sweep import plan_in
from viralsim.forecasting.forecast import Forecast
from viralsim.forecasting.ledger import entries, register, settle
from viralsim.forecasting.population import Paths
from viralsim.report.charts.gallery import keep_trees, tree_arm
from viralsim.report.trees import open_forests
from viralsim.scenario.loading import loads

APPEAL, COUNT = (
    "content.c.appeal: {from: 0.02, to: 0.05, steps: 2}",
    "campaign.advocates.count: {from: 1, to: 5, steps: 2}",
)
SMALL = f"{{parameters: {{{APPEAL}, {COUNT}}}, worlds: 4}}"
ROWS = b"content.c.appeal,channels.x.visibility\n" + b"".join(b"0.0%d,0.2%d\n" % (i, i) for i in range(1, 10))
SUM_OF_ROWS = hashlib.sha256(ROWS).hexdigest()
FLIPS = {"quick": 40, "thorough": 1000}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished sweep with its sensitivity, a run with its trees, and a network."""
    folder = tmp_path_factory.mktemp("stores")
    file = write(folder, SMALL)
    pytest.importorskip("SALib")
    sensitivity(vs.load(file), folder / "sweep", samples=2, method="morris", worlds=4)
    result = vs.simulate(vs.load(file), worlds=20)
    result.save(folder / "run")
    keep_trees(result, folder / "run")
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ViralsimWarning)
        labels = [f"m{i}" for i in range(60)]
        source, target = (np.array(labels)[rng.integers(0, 60, 300)] for _ in range(2))
        network = vs.Network.from_edges(source, target, ids=labels, tie_strength=rng.random(300))
    network.save(folder / "network")
    more_stores(folder, file)
    assert {path.name for path in (folder / "run").iterdir()} >= {"trees.npz", "summaries.parquet", "manifest.json"}
    return folder


def more_stores(folder: Path, file: Path) -> None:
    """A run over two launches, an adaptive sweep, rows of a posterior and a ledger of forecasts."""
    two = vs.loads(f"{text(SMALL)}programme: {{launches: 2, every: 30d}}\n")
    vs.simulate(two, worlds=5).save(folder / "programme")
    adaptive_sweep(vs.load(file), folder / "adaptive", "shares", points=3, worlds=4)
    (folder / "rows").mkdir()
    (folder / "rows" / "posterior.csv").write_bytes(ROWS)
    shares = np.c_[np.full(20, 3.0), np.arange(3.0, 23.0)]
    said = Forecast(1.0, 24.0, 3.0, 0, Paths(np.array([1.0, 24.0]), shares), None, None, None)
    for post in ("spring", "summer", "autumn"):
        register(folder / "ledger", said, post, {})
    for entry in entries(folder / "ledger")[:2]:
        settle(entry, 9.0)
    for path in (folder / "ledger").iterdir():
        path.chmod(0o644)


def all_of_sweep(folder: Path) -> Any:
    manifest, plan = plan_in(folder)
    frame = read_table(folder)
    said = {word: manifest[word] for word in (*SAYS, "left_out", "failed")}
    return said, plan.points, frame.to_csv(), frame.dtypes.astype(str).to_dict(), read_sensitivity(folder)


def all_of_run(folder: Path) -> Any:
    result = vs.open_result(folder)
    said = result.to_dict()  # the timing is no outcome, but it is kept like one
    columns = [frame.to_csv() for frame in (result.worlds(), result.series("shares"), result.summary())]
    forests = open_forests(result, tree_arm(result), folder)
    trees = {word: (world, forest.parent.tolist(), forest.tick.tolist()) for word, (world, forest) in forests.items()}
    return said, columns, result.scenario_yaml, trees


def all_of_network(folder: Path) -> Any:
    network = vs.Network.open(folder)
    arrays = (network.indptr, network.followers, network.tie_strength, network.ids)
    return [None if array is None else (array.dtype.str, array.tolist()) for array in arrays]


def all_of_archive(path: Path) -> Any:
    return check_archive(path)


def all_of_programme(folder: Path) -> Any:
    result = vs.open_result(folder)
    launches = result.arms["advocates"].launches
    return result.to_dict(), {name: values.tolist() for name, values in launches.items()}


def all_of_adaptive(folder: Path) -> Any:
    manifest, _ = plan_in(folder)
    return {word: manifest[word] for word in SAYS}, read_table(folder).to_csv()


def all_of_rows(folder: Path) -> Any:
    """The rows of a posterior, whose sum the scenario beside it says."""
    scenario = vs.loads(text(SMALL) + f"uncertain: {{joint: {{file: posterior.csv, sha256: {SUM_OF_ROWS}}}}}\n", folder)
    return {path: values.tolist() for path, values in scenario.joint_rows().items()}


def all_of_ledger(folder: Path) -> Any:
    found = entries(folder)
    if len(found) != 3 or sum(entry.final is not None for entry in found) != 2:
        raise InputError(f"{folder}: an entry is missing")  # a file is never renamed by a flipped bit
    return [(entry.record, entry.final, entry.scores() if entry.final is not None else None) for entry in found]


READERS: dict[str, Callable[[Path], Any]] = {
    "sweep": all_of_sweep,
    "run": all_of_run,
    "network": all_of_network,
    "programme": all_of_programme,
    "adaptive": all_of_adaptive,
    "rows": all_of_rows,
    "ledger": all_of_ledger,
}


def flipped(whole: Path, copy: Path, rng: np.random.Generator) -> str:
    """Flip one bit of one file of a copy of a store; each file as often as it is long. Returns where."""
    files = sorted(
        path for path in whole.rglob("*") if path.is_file() and path.stat().st_size and path.suffix != ".lock"
    )
    ends = np.cumsum([path.stat().st_size for path in files])
    at = int(rng.integers(ends[-1]))
    which = int(np.searchsorted(ends, at, side="right"))
    offset, bit = at - int(ends[which] - files[which].stat().st_size), int(rng.integers(8))
    target = copy / files[which].relative_to(whole)
    content = bytearray(files[which].read_bytes())
    content[offset] ^= 1 << bit
    target.write_bytes(content)
    return f"{files[which].name}, byte {offset}, bit {bit}"


def is_refused_or_the_same(read: Callable[[Path], Any], copy: Path, truth: Any, where: str) -> bool:
    """Whether the damage is refused; the test fails where something else is read, or another error is raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ViralsimWarning)  # the flipped bit may be in the word "checksum"
            found = read(copy)
    except ViralsimError as error:
        if str(copy) not in str(error):
            pytest.fail(f"{where}: the message names no place: {error}")
        return True
    except Exception as error:
        pytest.fail(f"{where}: {type(error).__name__}: {error}")
    if isinstance(truth, tuple) and isinstance(truth[-1], dict) and found[-1] == {}:
        return found[:-1] == truth[:-1] or pytest.fail(
            f"{where}: read as other numbers"
        )  # trees that do not fit are drawn again
    np.testing.assert_equal(found, truth, err_msg=where)
    return False


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("count", ["quick", pytest.param("thorough", marks=pytest.mark.slow)])
def test_no_flipped_bit_is_read_as_another_number(stores: Path, tmp_path: Path, kind: str, count: str) -> None:
    """Single bits anywhere in a store: what is read is what was written, or a sentence that names the folder."""
    read, whole = READERS[kind], stores / kind
    truth, rng, refused = read(whole), np.random.default_rng(7), 0
    copy = Path(shutil.copytree(whole, tmp_path / kind))
    truth = read(copy)
    for _ in range(FLIPS[count]):
        where = flipped(whole, copy, rng)
        refused += is_refused_or_the_same(read, copy, truth, where)
        shutil.rmtree(copy)
        shutil.copytree(whole, copy)
    assert refused > 0.9 * FLIPS[count], "the flips are no damage: the test would be empty"


@pytest.mark.parametrize("kind", READERS)
def test_no_cut_file_is_read(stores: Path, tmp_path: Path, kind: str) -> None:
    """Every file of a store cut at the beginning, in the middle and before its last byte, and removed."""
    read, whole = READERS[kind], stores / kind
    copy = Path(shutil.copytree(whole, tmp_path / kind))
    truth, damages, refused = read(copy), 0, 0
    for path in sorted(path for path in whole.rglob("*") if path.is_file() and path.suffix != ".lock"):
        content, target = path.read_bytes(), copy / path.relative_to(whole)
        for end in {0, 1, len(content) // 2, len(content) - 1}:
            target.write_bytes(content[:end])
            refused += is_refused_or_the_same(read, copy, truth, f"{path.name} cut to {end} bytes")
            damages += 1
        target.unlink()
        refused += is_refused_or_the_same(read, copy, truth, f"{path.name} removed")
        damages += 1
        target.write_bytes(content)
    assert refused >= 0.8 * damages, f"{refused} of {damages} damages were refused"


@pytest.mark.parametrize("count", ["quick", pytest.param("thorough", marks=pytest.mark.slow)])
def test_no_flipped_bit_in_an_archive_changes_a_file(stores: Path, tmp_path: Path, count: str) -> None:
    """An archive with a flipped bit is refused, or each of its files is still the one that was packed."""
    whole = tmp_path / "whole"
    whole.mkdir()
    archive(stores / "run", whole / "run.zip")
    truth, rng = check_archive(whole / "run.zip"), np.random.default_rng(7)
    for _ in range(FLIPS[count]):
        (tmp_path / "copy").mkdir(exist_ok=True)
        where = flipped(whole, tmp_path / "copy", rng)
        is_refused_or_the_same(check_archive, tmp_path / "copy" / "run.zip", truth, where)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.9, 0.99, 0.9999])
def test_a_cut_archive_is_refused(stores: Path, tmp_path: Path, part: float) -> None:
    """Wherever a zip ends too soon, that is told."""
    content = archive(stores / "run", tmp_path / "a.zip").path.read_bytes()
    (tmp_path / "a.zip").write_bytes(content[: int(part * len(content))])
    with pytest.raises(InputError, match=r"a\.zip: no archive of viralsim, or a torn one"):
        check_archive(tmp_path / "a.zip")
    done = CliRunner().invoke(main, ["archive", str(tmp_path / "a.zip")])
    assert done.exit_code == 2


COMMANDS = {
    "sweep": [
        ["info", "{}"], ["info", "{}", "--json"], ["report", "{}", "-o", "{}/../page.html"], ["flips", "{}"],
        ["archive", "{}", "--out", "{}/../a.zip"], ["verify", "{}", "--sample", "1"], ["merge", "{}"],
        ["sensitivity", "{scenario}", "--out", "{}", "--method", "morris", "--samples", "2", "--worlds", "4"],
    ],
    "run": [
        ["info", "{}"], ["report", "{}", "-o", "{}/../page.html", "--no-trees"], ["archive", "{}", "--out", "{}/../a.zip"],
        ["compare", "{}", "{}"],
    ],
    "network": [["network", "describe", "{}"]],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "command"), [(kind, command) for kind, many in COMMANDS.items() for command in many])
def test_every_command_refuses_a_damaged_store(stores: Path, tmp_path: Path, kind: str, command: list[str]) -> None:
    """Exit status 2 and a sentence, never a traceback; or, where a command does not read the damaged file, what it said before."""
    copy = tmp_path / kind
    words = [word.format(copy, scenario=stores / "small.yaml") for word in command]
    rng = np.random.default_rng(11)
    shutil.copytree(stores / kind, copy)
    before = CliRunner().invoke(main, words)
    assert before.exit_code in (0, 2), before.output  # merge of a finished sweep has no journal to read
    refused = 0
    for step in range(6):
        shutil.rmtree(copy)
        shutil.copytree(stores / kind, copy)
        if step % 2:
            largest = max((path for path in copy.iterdir() if path.is_file()), key=lambda path: path.stat().st_size)
            largest.write_bytes(largest.read_bytes()[: -(1 + step * 7)])
            where = f"{largest.name} cut"
        else:
            where = flipped(stores / kind, copy, rng)
        done = CliRunner().invoke(main, words)
        assert done.exit_code in (0, 2), f"{where}: {done.output}"
        assert "fault of ours" not in done.output, where
        refused += done.exit_code == 2
    assert refused >= 3
    assert before.exit_code == 2 or refused < 7


def test_a_resumed_sweep_reads_what_it_certifies(stores: Path, tmp_path: Path) -> None:
    """A finished sweep whose table has changed is not called finished, nor taken over by a longer plan."""
    plan = plan_of(loads(text(SMALL)))
    run_sweep(plan, tmp_path / "out")
    path = tmp_path / "out" / "points.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)
    longer = plan_of(loads(text(SMALL.replace("steps: 2", "steps: 3"))))
    for again in (plan, longer):
        with pytest.raises(
            InputError, match=r"points\.parquet has changed .*remove it and run the same viralsim sweep again"
        ):
            run_sweep(again, tmp_path / "out")
    path.unlink()
    assert run_sweep(plan, tmp_path / "out").complete


def test_a_damaged_line_of_the_journal_costs_its_own_point(tmp_path: Path) -> None:
    """A flipped bit in the second line: the points after it are kept, and only the damaged one is run again."""

    def stop(finished: int, total: int, failed: int) -> None:
        if finished == 3:
            raise KeyboardInterrupt

    plan = plan_of(loads(text(SMALL)))
    run_sweep(plan, tmp_path / "whole")
    assert run_sweep(plan, tmp_path / "out", threads=1, progress=stop).run == 3
    journal = tmp_path / "out" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = bytearray(lines[1])
    damaged[200] ^= 1
    journal.write_bytes(lines[0] + damaged + lines[2])
    outcome = run_sweep(plan, tmp_path / "out")
    assert (outcome.found, outcome.run, outcome.complete) == (2, 2, True)
    pd.testing.assert_frame_equal(read_table(tmp_path / "out"), read_table(tmp_path / "whole"), check_exact=True)


@pytest.mark.parametrize("kind", ["sweep", "run", "network"])
def test_a_store_without_sums_opens_with_a_note(stores: Path, tmp_path: Path, kind: str) -> None:
    """A store of an earlier version holds the same numbers, and a warning says that they cannot be checked; the command too."""
    copy = Path(shutil.copytree(stores / kind, tmp_path / kind))
    truth = READERS[kind](copy)
    without_sums(copy)
    with pytest.warns(ViralsimWarning, match="a version that kept no checksums"):
        found = READERS[kind](copy)
    np.testing.assert_equal(found, truth)
    words = ["network", "describe", str(copy)] if kind == "network" else ["info", str(copy)]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    assert "a version that kept no checksums" in done.output


def test_an_old_table_that_cannot_be_parsed_is_refused(stores: Path, tmp_path: Path) -> None:
    """Without sums Parquet itself finds a cut table: a sentence with the remedy, not its error."""
    copy = Path(shutil.copytree(stores / "sweep", tmp_path / "sweep"))
    without_sums(copy)
    path = copy / "points.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(ViralsimWarning), pytest.raises(InputError, match=r"points\.parquet cannot be read .*remove it"):
        read_table(copy)


def test_sums_stand_in_the_manifests(stores: Path) -> None:
    """Every manifest answers for the files beside it, and for itself."""
    for kind, key in (("run", "files"), ("network", "files"), ("sweep", "table")):
        said = json.loads((stores / kind / ("sweep.json" if kind == "sweep" else "manifest.json")).read_text())
        assert said[key]
        assert len(said["checksum"]) == 32
