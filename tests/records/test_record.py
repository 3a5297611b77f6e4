"""A saved result comes back bit for bit, or not at all."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from reseal import reseal
from synthetic_result import arm_of, changed, synthetic_result

from viralsim.errors import InputError
from viralsim.records import open_record, refuse_foreign, save_record
from viralsim.records.record import RunRecord, same_value
from viralsim.results import Result, open_result


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(1)
    return synthetic_result(
        worlds=60,
        uncertain=True,
        inputs_of_world={"content.teaser.appeal": rng.uniform(size=60)},
        trusts_at_one={"organic": {"shares": rng.uniform(size=30)}},
        populations_of_world=(np.arange(60) % 3).astype(np.int32),
        assumptions=[
            ("audience.rhythm", {"peak": 20.0, "depth": None}, "assumption"),
            ("x", np.float64(0.1), "a, 2020"),
        ],
        scenario_yaml="viralsim: 1\r\nname: Größe\n",
        interrupted=True,
    )


def test_a_saved_result_is_equal_to_itself_read_back(result, tmp_path):
    """Every field, every array: dtype, shape and bits, NaN included; the answers too."""
    result.save(tmp_path / "run")
    again = open_result(tmp_path / "run")
    assert isinstance(again, Result)
    assert again == result
    assert again.to_dict() == result.to_dict()
    for name, arm in result.arms.items():
        for key, values in arm.measures.items():
            assert values.tobytes() == again.arms[name].measures[key].tobytes()


def test_equality_sees_every_difference(result):
    """Equality is no formality: one value in one world makes two results different."""
    measures = dict(result.arms["paid"].measures)
    measures["shares"] = measures["shares"].copy()
    measures["shares"][7] += 1.0
    other = changed(result, arms={**result.arms, "paid": changed(result.arms["paid"], measures=measures)})
    assert other != result
    assert changed(result, seed=43) != result
    assert changed(result, fingerprint="other") != result


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.zeros(2, np.int32), np.zeros(2, np.int64)),
        (np.zeros(2), np.zeros((1, 2))),
        (np.zeros(2), [0.0, 0.0]),
        ({"a": 1}, {"b": 1}),
        ((1, 2), (1, 2, 3)),
    ],
)
def test_values_of_other_kind_are_not_the_same(a, b):
    """Same numbers of another dtype, shape or container are another value."""
    assert not same_value(a, b)
    assert same_value(a, a)


def test_words_and_numbers_as_ids_of_advocates_come_back(tmp_path):
    """Ids of any kind are kept, also where arms have ids of different kinds."""
    record = synthetic_result(worlds=5)
    table = {"posts": np.array([1, 2]), "shares": np.array([3, 4])}
    arms = {
        "organic": changed(record.arms["organic"], advocates={"id": np.array([10**12, 7]), **table}),
        "paid": changed(record.arms["paid"], advocates={"id": np.array(["@anna", "Ωmega"], object), **table}),
    }
    saved = changed(record, arms=arms)
    saved.save(tmp_path / "run")
    again = open_result(tmp_path / "run")
    assert again == saved
    assert again.arms["organic"].advocates["id"].tolist() == [10**12, 7]
    assert again.arms["paid"].advocates["id"].tolist() == ["@anna", "Ωmega"]


def test_an_arm_without_series_or_advocates_is_kept(tmp_path):
    """Empty tables are tables."""
    record = synthetic_result(worlds=3)
    arm = changed(arm_of("organic", np.arange(3.0), {}), series={}, reach_by_community=None)
    saved = changed(record, arms={"organic": arm})
    saved.save(tmp_path / "run")
    assert open_result(tmp_path / "run") == saved


def test_pandas_and_duck_readers_find_plain_columns(result, tmp_path):
    """worlds.parquet is a table of its own: arm, world, the measures by name, NaN where not defined."""
    result.save(tmp_path / "run")
    table = pd.read_parquet(tmp_path / "run" / "worlds.parquet")
    assert len(table) == 60 * 4
    assert list(table.columns[:5]) == ["arm", "world", "population", "reach", "impressions"]
    paid = table[table["arm"] == "paid"]
    np.testing.assert_array_equal(paid["shares"], result.arms["paid"].measures["shares"])
    series = pd.read_parquet(tmp_path / "run" / "series.parquet")
    total = series[(series["arm"] == "paid") & (series["world"] == 3)]["shares"].sum()
    assert total == result.arms["paid"].measures["shares"][3]


def test_nothing_is_pickled(result, tmp_path):
    """The arrays open with pickling forbidden, so a stored result cannot run code."""
    result.save(tmp_path / "run")
    with np.load(tmp_path / "run" / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[key].dtype != object for key in arrays.files)


def test_saving_again_replaces_the_earlier_result(result, tmp_path):
    """The folder holds the later result, and no leftovers are beside it."""
    result.save(tmp_path / "run")
    later = changed(result, seed=7)
    later.save(tmp_path / "run")
    assert open_result(tmp_path / "run") == later
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_failed_write_leaves_the_earlier_result(result, tmp_path, monkeypatch):
    """If the disk fails half way, the old result remains, nothing half-written does, and the remedy is told."""
    result.save(tmp_path / "run")

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(InputError, match=r"No space left on device.*choose another folder"):
        changed(result, seed=7).save(tmp_path / "run")
    assert open_result(tmp_path / "run") == result
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_failed_rename_brings_the_earlier_result_back(result, tmp_path, monkeypatch):
    """The last step can fail too: the old result steps aside only for as long as it takes."""
    result.save(tmp_path / "run")
    rename = type(tmp_path).rename

    def fails(self, target):
        if self.name.endswith(".part"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(type(tmp_path), "rename", fails)
    with pytest.raises(InputError, match="cannot be written"):
        changed(result, seed=7).save(tmp_path / "run")
    assert open_result(tmp_path / "run") == result


@pytest.mark.parametrize(
    "name",
    ["worlds.parquet", "series.parquet", "arrays.npz", "scenario.yaml", "advocates.parquet", "summaries.parquet"],
)
@pytest.mark.parametrize("damage", ["missing", "cut", "changed"])
def test_a_torn_folder_is_refused_with_the_file_and_remedy(result, tmp_path, name, damage):
    """A file that is missing, cut short or changed in one byte is named, never read."""
    result.save(tmp_path / "run")
    path = tmp_path / "run" / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if damage == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(InputError, match=rf"{name}.*(missing|changed).*run the scenario again"):
        open_record(tmp_path / "run")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "other"}', '{"format": "viralsim result"}'])
def test_a_manifest_that_is_none_of_ours_is_refused(tmp_path, text):
    """Whatever is in manifest.json, the answer is a message, not a traceback."""
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json"):
        open_record(tmp_path)


def test_a_manifest_without_its_arms_is_refused(result, tmp_path):
    """A manifest that lost a part does not fit its files."""
    result.save(tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    reseal(path, "arms")
    with pytest.raises(InputError, match="does not fit its files"):
        open_record(tmp_path / "run")


def test_a_later_format_is_refused_by_its_version(result, tmp_path):
    """A result of a later viralsim says that it needs one."""
    result.save(tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    reseal(path, format_version=99)
    with pytest.raises(InputError, match=r"format version 99.*update viralsim"):
        open_record(tmp_path / "run")


def test_a_missing_folder_is_named(tmp_path):
    """No such folder: the message says which, and what to name instead."""
    with pytest.raises(InputError, match=r"nowhere: no such folder: name the folder given to run --out"):
        open_result(tmp_path / "nowhere")


def test_a_folder_of_something_else_is_never_overwritten(result, tmp_path):
    """A folder with the user's own files, or a file, is refused before and after the run, and left as it is."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    for act in (refuse_foreign, result.save):
        with pytest.raises(InputError, match="choose another folder"):
            act(tmp_path / "thesis")
        with pytest.raises(InputError, match="is a file: name a folder"):
            act(tmp_path / "thesis" / "chapter.txt")
    assert os.listdir(tmp_path / "thesis") == ["chapter.txt"]


def test_a_link_keeps_pointing_to_the_folder_of_the_result(result, tmp_path):
    """A result saved through a link replaces the one in the folder behind it, and leaves nothing beside either."""
    (tmp_path / "disk" / "run").mkdir(parents=True)
    (tmp_path / "here").symlink_to(tmp_path / "disk" / "run", target_is_directory=True)
    for _ in range(2):
        result.save(tmp_path / "here")
        assert (tmp_path / "here").is_symlink()
        assert open_result(tmp_path / "disk" / "run") == result
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_dir()) == ["disk", "here", "run"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_device_is_no_folder(result, tmp_path):
    """What is neither file nor folder, such as /dev/null, is never replaced by a result."""
    os.mkfifo(tmp_path / "pipe")
    for act in (refuse_foreign, result.save):
        with pytest.raises(InputError, match="is no folder: name a folder"):
            act(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_an_empty_or_new_folder_is_fine(result, tmp_path):
    """An empty folder is taken; missing parents are made."""
    (tmp_path / "empty").mkdir()
    refuse_foreign(tmp_path / "empty")
    save_record(result, tmp_path / "empty")
    save_record(result, tmp_path / "a" / "b" / "run")
    assert open_record(tmp_path / "empty") == open_record(tmp_path / "a" / "b" / "run")


def test_a_result_can_be_moved(result, tmp_path):
    """Nothing in the folder knows where it lies."""
    result.save(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert open_result(tmp_path / "there") == result


def test_series_of_different_shapes_are_refused(tmp_path):
    """One table of series needs one number of worlds and ticks."""
    record = synthetic_result(worlds=4)
    series = {"shares": np.zeros((4, 3), np.int32), "reach": np.zeros((2, 3), np.int32)}
    bad = changed(record, arms={"organic": changed(record.arms["organic"], series=series)})
    with pytest.raises(InputError, match="series have shapes"):
        bad.save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"baseline": "nobody"}, "name one of them"), ({"world_count": 61}, "give one value per world")],
)
def test_parts_that_do_not_fit_are_refused_at_once(result, change, words):
    """A record checks itself when it is made."""
    with pytest.raises(InputError, match=words):
        changed(result, **change)
    assert isinstance(result, RunRecord)


def test_killed_between_the_two_renames(result, tmp_path):
    """A process that dies between its two renames leaves the earlier result aside: it comes back when it is asked for."""
    folder = result.save(tmp_path / "out")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    aside = tmp_path / f".out.{gone.pid}.old"
    folder.rename(aside)
    assert open_result(folder) == result
    assert folder.is_dir()
    assert not aside.exists()


def test_a_result_that_is_being_replaced_is_read_where_it_is(result, tmp_path):
    """While another process is between its renames the earlier result is read, and left to that process."""
    folder = result.save(tmp_path / "out")
    aside = tmp_path / f".out.{os.getpid()}.old"
    folder.rename(aside)
    assert open_result(folder) == result
    assert aside.is_dir()
    result.save(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
