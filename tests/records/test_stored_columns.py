"""A stored result opens without its worlds: columns are read when they are asked for, summaries as they were saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_result import changed, synthetic_result

from viralsim import results
from viralsim.records.columns import StoredColumns, TableFile
from viralsim.results import Result, open_result


@pytest.fixture(scope="module")
def result() -> Result:
    """Two arms and more, 60 worlds."""
    return synthetic_result(worlds=60)


def test_opening_reads_no_worlds(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening and reading the summaries touches no column of the worlds; one measure reads one column of one arm."""
    result.save(tmp_path / "run")
    asked: list[tuple[str, int]] = []
    column = TableFile.column

    def noted(self: TableFile, name: str, first: int, count: int) -> np.ndarray:
        asked.append((name, first))
        return column(self, name, first, count)

    monkeypatch.setattr(TableFile, "column", noted)
    again = open_result(tmp_path / "run")
    assert again.summaries["paid"]["shares"].count == 60
    # the advocates' table, and whose audience a world has
    assert {name for name, _ in asked} <= {"arm", "id", "posts", "shares", "population"}
    assert ("shares", 60) not in asked
    del asked[:]
    arm = list(result.arms)[1]
    for _ in range(2):
        np.testing.assert_array_equal(again.arm(arm).measures["reach"], result.arm(arm).measures["reach"])
    assert asked == [("reach", 60)]


def test_summaries_come_back_as_they_were(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored statistics are those that the worlds give; a viralsim of another version counts again."""
    result.save(tmp_path / "run")
    assert open_result(tmp_path / "run").summaries == result.summaries

    def never(_: object) -> None:
        raise AssertionError("counted again")

    monkeypatch.setattr(results.arm_statistics, "summarise", never)
    other = changed(result, versions={**result.versions, "viralsim": results.package_version()})
    vars(other)["summaries"] = result.summaries
    other.save(tmp_path / "same")
    assert open_result(tmp_path / "same").summaries == result.summaries
    monkeypatch.setattr(results, "package_version", lambda: "99.0")
    with pytest.raises(AssertionError, match="counted again"):
        _ = open_result(tmp_path / "same").summaries


def test_an_open_result_outlives_its_folder(result: Result, tmp_path: Path) -> None:
    """A result that was opened keeps its worlds when another one is saved in its place."""
    result.save(tmp_path / "run")
    opened = open_result(tmp_path / "run")
    more = {arm: changed(w, measures={k: v + 1.0 for k, v in w.measures.items()}) for arm, w in result.arms.items()}
    changed(result, arms=more).save(tmp_path / "run")
    assert opened == result
    assert open_result(tmp_path / "run") != result


@pytest.mark.parametrize("group", [7, 30, 1000])
def test_rows_of_any_groups_are_found(group: int, tmp_path: Path) -> None:
    """Whatever the groups of rows of the file, any stretch of any column is that of the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = np.arange(100.0)
    pq.write_table(pa.table({"a.x": values, "a.y": -values}), tmp_path / "t.parquet", row_group_size=group)
    file = TableFile(tmp_path / "t.parquet")
    for first, count in ((0, 100), (0, 1), (6, 2), (29, 41), (99, 1), (50, 0)):
        columns = StoredColumns(file, ["x", "y"], "a.", first, count)
        np.testing.assert_array_equal(columns["y"], -values[first : first + count])
        assert list(columns) == ["x", "y"]
    with pytest.raises(KeyError):
        StoredColumns(file, ["z"], "a.", 0, 10)
    with pytest.raises(KeyError):
        StoredColumns(file, ["x"], "a.", 90, 11)
