"""Files are there whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from viralsim.atomic import atomic_path, write_json, write_text
from viralsim.errors import InputError
from viralsim.experiments.manifest import refuse_foreign as refuse_foreign_sweep
from viralsim.population.network.storage import refuse_taken
from viralsim.records.folder import put_in_place, refuse_foreign


def test_a_failed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    """Whoever fails half way leaves what was there, and no half file beside it."""
    place = tmp_path / "answer.txt"
    write_text(place, "old\n")

    def half() -> None:
        with atomic_path(place) as building:
            building.write_text("new, but only ha")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        half()
    assert place.read_bytes() == b"old\n"
    assert [path.name for path in place.parent.iterdir()] == ["answer.txt"]


def test_the_new_file_takes_the_place_in_one_step(tmp_path: Path) -> None:
    """Until the block ends readers see the old file, afterwards the new one."""
    place = tmp_path / "answer.json"
    write_json(place, {"n": 1})
    with atomic_path(place) as building:
        building.write_text('{"n": 2}')
        assert json.loads(place.read_text()) == {"n": 1}
    assert json.loads(place.read_text()) == {"n": 2}


def test_a_disk_that_refuses_is_told_with_a_remedy(tmp_path: Path) -> None:
    """A folder in the way, or a file where a folder must be: where, what, remedy."""
    with pytest.raises(InputError, match="is a folder: name a file"):
        write_text(tmp_path, "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"answer\.txt: cannot be written .*: choose another place"):
        write_text(tmp_path / "file" / "answer.txt", "x", "choose another place")


def test_a_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    """The file behind a link is replaced, with the rights it had, and the link stays."""
    (tmp_path / "kept").mkdir()
    real, link = tmp_path / "kept" / "answer.txt", tmp_path / "answer.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert os.name == "nt" or stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    """What is no file, such as /dev/stdout or a pipe of the shell, is written to and never replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_text(pipe, "all of it")
    reader.join()
    assert got == [b"all of it"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_folder_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device such as /dev/null is no place for a result, a network or a sweep: a rename would remove it."""
    pipe = tmp_path / "device"
    os.mkfifo(pipe)
    for ask in (refuse_foreign, refuse_foreign_sweep, refuse_taken):
        with pytest.raises(InputError):
            ask(pipe)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        put_in_place(tmp_path / "building", pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    for ask in (refuse_foreign, refuse_taken):
        with pytest.raises(InputError, match="is the present folder"):
            ask(Path("."))


def test_a_broken_link_is_no_place_for_a_result(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(InputError, match="name a folder"):
        refuse_foreign(tmp_path / "link")
