"""The layers of the package, the sizes of its files and functions, and its public names."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import viralsim

SOURCE = Path(viralsim.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
LAYER_ROWS = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)
HOMES = re.findall(r"^\| ([^|`]+) \| `([\w/]+\.py)` \| `(\w+)` \|$", PAGE, re.MULTILINE)
LAYER_OF = {part: int(layer) for layer, part in LAYER_ROWS}
LONGEST_FILE, LONGEST_FUNCTION = 400, 80
VAGUE = {"utils", "util", "helpers", "common", "misc", "core"}


def part_of(module: str) -> str:
    """``viralsim.kernels.rng`` -> ``kernels``; the package itself is the empty part."""
    return module.split(".")[1] if "." in module else ""


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    words = ["viralsim", *path.relative_to(SOURCE).with_suffix("").parts]
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


@cache
def tree_of(path: Path) -> ast.Module:
    """What a file of the package says; several tests look at each."""
    return ast.parse(path.read_text(encoding="utf-8"))


def last_word(function: ast.expr) -> str:
    """``import_module`` of ``importlib.import_module``; empty where what is called has no name."""
    return getattr(function, "attr", None) or getattr(function, "id", "")


def without_types(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but what only type checkers read."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node
            waiting.extend(ast.iter_child_nodes(node))


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """(line, module) of every import of this package in a file, those inside functions included, those for types not."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in without_types(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] == "viralsim")
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "viralsim":
            named = [f"viralsim.{a.name}" for a in node.names] if node.module == "viralsim" else [str(node.module)]
            yield from ((node.lineno, name) for name in named)


def top_level(path: Path) -> set[str]:
    """Modules of this package that a file imports when it is loaded, submodules named in a ``from`` included."""
    found = set()
    for node in tree_of(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("viralsim"):
            names = {f"{node.module}.{a.name}" for a in node.names} & set(MODULES)
            found |= names or {str(node.module)}
    return found


MODULES = {module_of(path): path for path in FILES}


def test_every_part_has_a_layer() -> None:
    """The table of layers names every package and module, each once, and nothing else."""
    assert sorted(part for _, part in LAYER_ROWS) == sorted({part_of(module) for module in MODULES} - {""})


@pytest.mark.parametrize(("question", "file", "name"), HOMES)
def test_things_are_where_the_page_says(question: str, file: str, name: str) -> None:
    """The file that a newcomer would guess defines the thing."""
    tree = ast.parse((SOURCE / file).read_text(encoding="utf-8"))
    assert name in {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}, question


def test_the_page_answers_twenty_questions() -> None:
    """All twenty are read from the page."""
    assert len(HOMES) == 20


def test_the_import_by_name_is_the_only_one_that_goes_up() -> None:
    """A module named in a string escapes the tests above: only the lazy front, the commands and ``Result.plot`` do that."""
    hidden = {
        module.removeprefix("viralsim.")
        for module, path in MODULES.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and last_word(node.func) == "import_module"
        for argument in node.args
        if "viralsim" in ast.unparse(argument)
    }
    assert hidden - {"viralsim"} == {"results"}


def test_rooms_can_be_seen_at_one_look() -> None:
    """At most 20 files in a folder, or the page says why; at most 17 in the rooms that were largest."""
    crowded = {}
    for folder in {path.parent for path in FILES}:
        room, files = folder.relative_to(SOURCE).as_posix(), sorted(folder.glob("*.py"))
        most = 17 if room in ("population", "population/importers", "kernels") else 20
        if len(files) - 1 > most and f"`{room}/` has one" not in PAGE:  # __init__.py is the door, not a room
            crowded[room] = len(files) - 1
    assert crowded == {}


def test_imports_go_down() -> None:
    """A module imports from lower layers and from its own package only, even inside functions."""
    upward = [
        f"{path.relative_to(SOURCE)}:{line} imports {name}"
        for module, path in MODULES.items()
        if part_of(module)
        for line, name in imports(path)
        if part_of(name) != part_of(module) and LAYER_OF.get(part_of(name), -1) > LAYER_OF[part_of(module)]
    ]
    assert upward == []


def test_parts_of_one_layer_make_no_circle() -> None:
    """Between parts of one layer imports go one way."""
    pairs = {
        (part_of(module), part_of(name)) for module, path in MODULES.items() for _, name in imports(path)
    }  # fmt: skip
    assert [(a, b) for a, b in pairs if a and b and a < b and (b, a) in pairs] == []


def test_packages_have_no_circle() -> None:
    """Modules that import each other when they are loaded form no circle."""
    waiting = {module: top_level(path) - {module} for module, path in MODULES.items()}
    while ready := [module for module, needs in waiting.items() if not needs & set(waiting)]:
        waiting = {module: needs for module, needs in waiting.items() if module not in ready}
    assert waiting == {}


def test_nothing_imports_the_front_by_name() -> None:
    """Below the commands, modules import from where things are, never from the package's front."""
    fronted = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in FILES
        for line, name in imports(path)
        if part_of(name) not in LAYER_OF and LAYER_OF.get(part_of(module_of(path)), 9) < LAYER_OF["cli"]
    ]
    assert fronted == []


@pytest.mark.parametrize("name", viralsim.__all__)
def test_public_names_resolve(name: str) -> None:
    """Every name that the package promises is there and documented."""
    assert getattr(viralsim, name).__doc__


def test_declared_names_resolve() -> None:
    """Every ``__all__`` in the package names what its module has."""
    for module, path in MODULES.items():
        if "__all__" in path.read_text(encoding="utf-8"):
            loaded = importlib.import_module(module)
            assert [n for n in getattr(loaded, "__all__", ()) if not hasattr(loaded, n)] == [], module


def test_files_are_short_and_named() -> None:
    """No file over 400 lines, no module whose name says nothing."""
    long = {str(p.relative_to(SOURCE)): n for p in FILES if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}
    assert [str(p) for p in FILES if p.stem in VAGUE] == []


def test_functions_are_short() -> None:
    """No function over 80 lines."""
    long = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []
