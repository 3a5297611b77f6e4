"""Files are there whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from viralsim.atomic import atomic_path, write_json, write_text
from viralsim.errors import InputError


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
