"""The guard of worlds: what it draws, what it digests, what it says of made-up answers; no piece is run here."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import viralsim
from benchmarks import generated_scenarios, same_worlds, world_pieces
from benchmarks.homes import moved
from benchmarks.same_worlds import Answer, Compared, Versions
from benchmarks.sides import Tree, compiled_as_it_is
from benchmarks.world_pieces import Piece, digest, numbers

SAME = Answer({"reach": "a", "shares": "b"}, 1.0)
OTHER = Answer({"reach": "a", "shares": "c"}, 1.0)
BROKEN = Answer(error="KeyError: 'x'")


def test_every_variant_of_every_feature_is_drawn() -> None:
    """No feature is left to chance: each of its variants is in one scenario or more."""
    drawn = Counter(
        item for number in range(generated_scenarios.COUNT) for item in generated_scenarios.drawn(number)[1].items()
    )
    variants = {(name, i) for name, found in generated_scenarios.FEATURES.items() for i in range(len(found))}
    assert set(drawn) == variants


def test_all_generated_scenarios_are_scenarios(tmp_path: Path) -> None:
    """Each passes every check of a scenario, with the files that it names; the same number gives the same text."""
    generated_scenarios.write_files(tmp_path)
    for number in range(generated_scenarios.COUNT):
        text = generated_scenarios.text(number)
        assert text == generated_scenarios.text(number)
        assert viralsim.loads(text, tmp_path).arm_names[:2] == ("all", "unpaid")


def test_files_are_the_same_each_time(tmp_path: Path) -> None:
    """Both versions read the same bytes in every run."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        generated_scenarios.write_files(tmp_path / name)
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir() if path.suffix != ".npz"}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir() if path.suffix != ".npz"}
    assert len(first) == 7


def test_digest_is_of_type_shape_and_bits() -> None:
    """One bit, the type, the shape or the sign of zero changes it; the order in memory does not; NaN equals NaN."""
    array = np.arange(6.0).reshape(2, 3)
    nudged = array.copy()
    nudged[1, 2] = np.nextafter(5.0, 6.0)
    others = [
        array,
        nudged,
        array.astype(np.float32),
        array.reshape(3, 2),
        -array * 0.0,
        array * 0.0,
        ["a", "b"],
        ["a"],
    ]
    assert len({digest(one) for one in others}) == len(others)
    assert digest(array) == digest(np.asfortranarray(array))
    assert digest(np.array([np.nan, 1.0])) == digest(np.array([np.nan, 1.0]))


def test_numbers_are_those_of_a_nest_in_order() -> None:
    """Names and words are left out, so that a field that is renamed changes nothing."""

    @dataclass
    class Gain:
        mean: float
        word: str
        rest: Any

    assert numbers(Gain(1.5, "x", {"a": [2, np.int32(3)], "b": (np.array([4.0, 5.0]), True, None)})) == [
        1.5,
        2,
        3,
        4,
        5,
        1,
    ]


@pytest.mark.parametrize(
    ("old", "new", "verdict", "why"),
    [
        (SAME, Answer(SAME.parts, 9.0), "equal", "0 of 2 parts: "),
        (SAME, OTHER, "DIFFER", "1 of 2 parts: shares"),
        (SAME, Answer({"reach": "a"}), "DIFFER", "1 of 2 parts: shares"),
        (SAME, Answer({**SAME.parts, "depth": "d"}), "DIFFER", "1 of 3 parts: depth"),
        (SAME, BROKEN, "DIFFER", "new: KeyError: 'x'"),
        (BROKEN, SAME, "DIFFER", "old: KeyError: 'x'"),
        (BROKEN, BROKEN, "FAILED", "old: KeyError: 'x'; new: KeyError: 'x'"),
    ],
)
def test_verdict(old: Answer, new: Answer, verdict: str, why: str) -> None:
    """Every part must be there and equal; an error in one version is a difference, in both a fault of the piece."""
    found = Compared("piece", old, new)
    assert (found.verdict, found.why()) == (verdict, why)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([Compared("a", SAME, SAME)], 0),
        ([Compared("a", SAME, SAME), Compared("b", Answer(), Answer(), added=True)], 0),
        ([Compared("a", SAME, SAME), Compared("b", SAME, OTHER)], 1),
        ([Compared("a", SAME, BROKEN)], 1),
        ([Compared("a", BROKEN, BROKEN)], 1),
    ],
)
def test_exit_status_and_page(
    found: list[Compared], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 where a piece differs or failed in both, else 0; the page has a row for every piece and says what is not equal."""
    monkeypatch.setattr(same_worlds, "comparisons", lambda *_: iter(found))
    monkeypatch.setattr(same_worlds, "cache_folder", lambda: tmp_path)
    page = tmp_path / "page.md"
    assert same_worlds.main([".", "--out", str(page)]) == status
    text = page.read_text()
    assert [text.count(f"\n| {one.piece} |") for one in found] == [1] * len(found)
    assert text.count("DIFFER: ") + text.count("FAILED: ") == sum(one.verdict in ("DIFFER", "FAILED") for one in found)


def test_an_unknown_revision_is_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A revision that is not there is no difference."""
    monkeypatch.setattr(same_worlds, "cache_folder", lambda: tmp_path)
    assert same_worlds.main(["nowhere"]) == 2
    assert "no revision 'nowhere'" in capsys.readouterr().err


def test_answers_are_those_of_the_pieces(tmp_path: Path) -> None:
    """The pieces of the quick run have worlds there; each part has its digest; an error, or a part named twice, is an answer."""

    def ones(worlds: int, folder: Path) -> world_pieces.Values:
        yield "ones", np.ones(worlds)

    def twice(worlds: int, folder: Path) -> world_pieces.Values:
        yield from (("x", 1), ("x", 2))

    known = {"ones": Piece("ones", ones, 5, 2), "twice": Piece("twice", twice, 5)}
    asked = [{"do": "pieces"}, {"do": "digest", "piece": "ones"}, {"do": "digest", "piece": "twice"}]
    got: dict[bool, list[dict[str, Any]]] = {}
    for quick in (False, True):
        lines = "\n".join(json.dumps(one | {"quick": quick, "folder": str(tmp_path)}) for one in asked)
        world_pieces.answers(io.StringIO(lines), known, got.setdefault(quick, []).append)
    assert [got[quick][0]["pieces"] for quick in (False, True)] == [["ones", "twice"], ["ones"]]
    assert [got[quick][1]["parts"] for quick in (False, True)] == [{"ones": digest(np.ones(n))} for n in (5, 2)]
    assert got[False][2] == {"cannot": "ValueError: two parts of twice are called x"}


def test_a_piece_that_ends_the_process_ends_no_other(tmp_path: Path) -> None:
    """A version whose process dies answers with its status, and is started again for the next piece."""
    broken = tmp_path / "src" / "viralsim"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("import os\nos._exit(7)\n")
    tree = Tree("broken", tmp_path / "src", tmp_path / "compiled")
    versions = Versions((tree, tree), tmp_path, quick=True)
    try:
        assert [versions.digest(1, piece).error for piece in "ab"] == ["broken: the process ended with status 7"] * 2
        assert versions.sides == [None, None]
    finally:
        versions.close()


def test_names_of_pieces_differ() -> None:
    """A piece is asked for by its name; the quick run has some of every kind that matters."""
    pieces = world_pieces.pieces()
    assert len({one.name for one in pieces}) == len(pieces)
    kinds = {one.name.split()[0] for one in pieces if one.quick}
    assert kinds >= {"scenario", "lesson", "generated", "posted", "mesa", "classic", "seeding", "networks"}


def test_moved_finds_the_first_home_that_there_is() -> None:
    """Neither a module nor a name that is missing ends the search."""
    assert moved("nowhere:simulate", "errors:simulate", "simulation:simulate") is viralsim.simulate
    with pytest.raises(ImportError, match=r"none of nowhere:a, errors:b"):
        moved("nowhere:a", "errors:b")


def test_compiled_code_of_a_changed_tree_is_not_used_again(tmp_path: Path) -> None:
    """Any change of a source, also in a folder below, gives another folder, and what was compiled before goes."""
    source, cache = tmp_path / "src", tmp_path / "cache"
    (source / "kernels" / "fast").mkdir(parents=True)
    module = source / "kernels" / "fast" / "walk.py"
    module.write_text("A = 1\n")
    first = compiled_as_it_is(source, cache)
    assert first == compiled_as_it_is(source, cache)
    first.mkdir(parents=True)
    elsewhere = compiled_as_it_is(tmp_path / "cache", cache)
    elsewhere.mkdir()
    module.write_text("A = 2\n")
    assert compiled_as_it_is(source, cache) != first
    assert [path for path in (first, elsewhere) if path.exists()] == [elsewhere]
