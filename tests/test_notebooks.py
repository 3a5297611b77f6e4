"""The lessons as notebooks: current, well formed, and every cell runs and counts what the lesson claims."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.lessons.notebooks import CLAIMS, as_text, notebook, write

FOLDER = Path(__file__).parent.parent / "docs" / "lessons"
WORLDS = 60
EVERY_LESSON = pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does: the value of a last expression is what it shows."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def run_notebook(
    one: Lesson, value: float | None = None, without: tuple[str, ...] = (), seed: int | None = None
) -> dict[str, Any]:
    """What each code cell shows, in a fresh namespace, with few worlds, the slider at a value, and another seed."""
    names: dict[str, Any] = {}
    shown = {}
    for cell in notebook(one)["cells"]:
        if cell["cell_type"] != "code" or cell["id"] in without:
            continue
        shown[cell["id"]] = run_cell("".join(cell["source"]), names)
        if cell["id"] == "scenario" and seed is not None:
            names["scenario"] = names["scenario"].override({"seed": seed})
        if cell["metadata"].get("tags") == ["parameters"]:
            names |= {"worlds": WORLDS} | ({} if value is None else {"value": value})
    return shown


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")


def test_committed_notebooks_are_current(tmp_path: Path) -> None:
    """docs/lessons holds, byte for byte, what ``make reference`` writes, and no notebook more."""
    written = {path.name: path.read_bytes() for path in write(tmp_path)}
    assert {path.name for path in tmp_path.iterdir()} == set(written)
    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.ipynb")} == written, "run make reference"


@EVERY_LESSON
def test_notebooks_have_the_form_of_4_5(one: Lesson) -> None:
    """The keys that the schema of nbformat 4.5 requires, none beside them, and ids that are unique and of its alphabet."""
    book = json.loads(as_text(one))
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"].keys() >= {"name", "display_name"}
    assert book["metadata"]["language_info"]["name"] == "python"
    both = {"id", "cell_type", "metadata", "source"}
    for cell in book["cells"]:
        code = cell["cell_type"] == "code"
        assert set(cell) == (both | {"execution_count", "outputs"} if code else both)
        assert code or cell["cell_type"] == "markdown"
        assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell["id"])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        assert not cell["source"][-1].endswith("\n")
        if code:
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(ids) == len(set(ids))


@EVERY_LESSON
def test_notebooks_say_the_whole_lesson_in_its_order(one: Lesson) -> None:
    """Question, prediction, slider with its range, surprise, the teacher's answer folded, every word: in this order."""
    text = "\n".join("".join(cell["source"]) for cell in notebook(one)["cells"])
    s = one.slider
    bounds = f"value = {s.value:g}  # {s.label}: from {s.low:g} to {s.high:g} in steps of {s.step:g}"
    folded = f"<details><summary>For the teacher</summary>\n\n{one.teacher}\n\n</details>"
    parts = [one.question, f"{one.minutes} minutes", one.prediction, one.scenario_text.rstrip(), bounds]
    places = [text.find(part) for part in [*parts, one.surprise, folded, *one.glossary.values()]]
    assert -1 not in places
    assert places == sorted(places)


@EVERY_LESSON
def test_notebooks_use_public_names_only(one: Lesson) -> None:
    """A notebook imports viralsim alone, and asks it for names that it promises."""
    import viralsim

    code = "\n".join("".join(c["source"]) for c in notebook(one)["cells"] if c["cell_type"] == "code")
    imported = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imported] == ["import viralsim as vs"]
    assert set(re.findall(r"\bvs\.(\w+)", code)) <= set(viralsim.__all__)


HOLDS: dict[str, Callable[[Any], bool]] = {
    "most_things_die": lambda x: x["only the first post"] > x["launches"] / 2 > 10 * x["more than ten shares"],
    "threshold_at_one": lambda x: x[0.02] < 20 and x[0.2] > 4 * x[0.1] and x[0.6] < 2 * x[0.4] < 2 * x[0.6],
    "luck": lambda x: x[1] > 150 and x[10] < 20 and x[50] < 2,
    "hubs_or_bridges": lambda x: (
        max(x[0.02]["ci_high"], x[0.05]["ci_high"]) < 0 < min(x[0.3]["ci_low"], x[0.6]["ci_low"])
    ),
    "simple_and_complex": lambda x: x[2] > 10 * x[3] and x[1] > x[2] and x[5] < 40,
    "when_seeds_do_not_matter": lambda x: x[0.01] > 10 and x[0.4] < 1.1,
    "friendship_paradox": lambda x: x[40]["more"] == 12 and x[40]["median ratio"] > 2 and x[2]["least ratio"] < 1,
    "paid_against_earned": lambda x: (
        max(x[6][m]["ci_high"] for m in ("reach", "shares")) < 0 < min(x[60][m]["ci_low"] for m in ("reach", "shares"))
        and x[24]["reach"]["ci_high"] < 0 < x[24]["shares"]["ci_low"]
    ),
    "when_it_goes_wrong": lambda x: x[0.0]["alone"] == 0 and x[1.0]["alone"] > 0.5 > x[0.1]["alone"],
    "chance_findings": lambda x: x[10] > 75 > x[40] > 5 * x[200],
    "spillover": lambda x: x[0.0] == 100 and x[0.1] > 60 > x[0.3] > x[0.5],
    "limited_attention": lambda x: x[0] - 10 > 10 * (x[20] - 10) and sorted(x, key=x.get) == sorted(x, reverse=True),
}

# random members are drawn once per network, and one of them may be well followed: "many times" is 10 for the lesson's own draw
# and several times for any
ELSEWHERE: dict[str, Callable[[Any], bool]] = {"when_seeds_do_not_matter": lambda x: x[0.01] > 2 and x[0.4] < 1.1}


def test_every_lesson_has_a_claim_that_is_checked() -> None:
    """Each lesson counts its claim, and each claim has a test; a lesson without one is refused by name."""
    assert set(CLAIMS) == set(HOLDS) == {one.key for one in lessons()}
    with pytest.raises(InputError, match="new_lesson"):
        notebook(replace(lesson("luck"), key="new_lesson"))


@EVERY_LESSON
def test_every_cell_runs_and_the_last_says_what_the_lesson_claims(one: Lesson) -> None:
    """In a fresh namespace each cell runs, tables and pictures are shown, and the counted claim holds."""
    shown = run_notebook(one)
    assert list(shown["launch"].index) == list(one.scenario().arm_names)
    for picture in ("over-time", "spread"):
        assert shown[picture]._repr_png_().startswith(b"\x89PNG")
    assert HOLDS[one.key](shown["claim"]), shown["claim"]


@pytest.mark.parametrize("seed", [101, 102, pytest.param(103, marks=pytest.mark.slow)])
@EVERY_LESSON
def test_the_claim_holds_for_other_people_and_other_luck(one: Lesson, seed: int) -> None:
    """Seeds that no lesson was made with draw other networks and other luck: what the lesson claims holds there too."""
    shown = run_notebook(one, without=("over-time", "spread"), seed=seed)
    assert ELSEWHERE.get(one.key, HOLDS[one.key])(shown["claim"]), shown["claim"]


@EVERY_LESSON
def test_the_slider_can_stand_at_both_ends(one: Lesson) -> None:
    """A pupil who moves the slider to an end gets a table and pictures, no error."""
    for value in (one.slider.low, one.slider.high):
        whole = int(value) if value == int(value) else value
        shown = run_notebook(one, whole, without=("claim",))
        assert len(shown["launch"])
