"""``python -m benchmarks.same_worlds OLD [NEW]``: do two versions of the project give the same worlds, to the last bit?

OLD and NEW are git revisions, or ``.`` (NEW's default) for the tree as it is. Each version runs in a process of its own, as in
``benchmarks.versions``. Exit status: 0 all pieces equal, 1 a piece differs or failed, 2 asked wrongly, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.generated_scenarios import write_files
from benchmarks.sides import AS_IT_IS, ROOT, AskedWronglyError, CannotRunError, Side, Tree, cache_folder, tree_of
from benchmarks.versions import tell, write

MODULE = "benchmarks.world_pieces"
HEAD = ["piece", "parts", "worlds", "s, old : new"]
MOST_NAMED = 6  # parts of a piece that are named
ABOUT = """# The same worlds from version to version

A change that moves or speeds up code must not move a draw. One command asks two versions, piece by piece:

```sh
python -m benchmarks.same_worlds HEAD                # what is committed against the tree as it is
python -m benchmarks.same_worlds v0.1.0 HEAD --quick # two git revisions, in less than a minute
```

Every array of every piece is compared by dtype, shape and bytes: all arms of the shipped scenarios and lessons, 50 scenarios
over all features of the model, the classic models, the seeding strategies, the Mesa driver, networks made and imported. A
piece that fails in one version differs; one that fails in both proves nothing and is a fault of the piece.

"""


@dataclass(frozen=True)
class Answer:
    """What one version answered of a piece: a digest of each part, or why there is none."""

    parts: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Compared:
    """A piece in both versions; ``added``: the old version knows no such piece."""

    piece: str
    old: Answer
    new: Answer
    added: bool = False

    @property
    def verdict(self) -> str:
        """``equal``, ``DIFFER``, ``new`` (only the new version has it), or ``FAILED`` where neither version could run it."""
        if self.added:
            return "new"
        if self.old.error and self.new.error:
            return "FAILED"
        return "equal" if self.old.parts == self.new.parts and self.old.error == self.new.error else "DIFFER"

    def why(self) -> str:
        """What is not equal: the errors, or the parts."""
        errors = [f"{name}: {one.error}" for name, one in (("old", self.old), ("new", self.new)) if one.error]
        if errors:
            return "; ".join(errors)
        names = [*self.old.parts, *(name for name in self.new.parts if name not in self.old.parts)]
        unlike = [name for name in names if self.old.parts.get(name) != self.new.parts.get(name)]
        more = f" and {len(unlike) - MOST_NAMED} more" if len(unlike) > MOST_NAMED else ""
        return f"{len(unlike)} of {len(names)} parts: {', '.join(unlike[:MOST_NAMED])}{more}"


class Versions:
    """Both versions, each in a process of its own; a process that ends is started again for the next piece."""

    def __init__(self, trees: tuple[Tree, Tree], folder: Path, quick: bool) -> None:
        self.trees, self.common = trees, {"folder": str(folder), "quick": quick}
        self.sides: list[Side | None] = [None, None]

    def ask(self, which: int, **question: Any) -> dict[str, Any]:
        """One version's answer; CannotRunError where it has none."""
        side = self.sides[which] = self.sides[which] or Side(self.trees[which], MODULE)
        try:
            return side.ask(**question, **self.common)
        except CannotRunError:
            if side.ended:
                side.close()
                self.sides[which] = None
            raise

    def digest(self, which: int, piece: str) -> Answer:
        """The digests of a piece in one version."""
        try:
            found = self.ask(which, do="digest", piece=piece)
        except CannotRunError as reason:
            return Answer(error=str(reason))
        return Answer(found["parts"], found["seconds"])

    def close(self) -> None:
        """End both processes."""
        for side in self.sides:
            if side is not None:
                side.close()


def comparisons(versions: Versions, words: Sequence[str]) -> Iterator[Compared]:
    """Every piece whose name holds one of the words, all without words, in both versions."""
    known = [versions.ask(which, do="pieces")["pieces"] for which in (0, 1)]
    names = [*known[0], *(name for name in known[1] if name not in known[0])]
    names = [name for name in names if not words or any(word in name for word in words)]
    if not names:
        raise AskedWronglyError(f"no piece holds {' or '.join(words)}")
    for number, name in enumerate(names, start=1):
        if name not in known[0]:
            yield Compared(name, Answer(), Answer(), added=True)
            continue
        found = Compared(name, versions.digest(0, name), versions.digest(1, name))
        tell(f"{number} of {len(names)} {name}: {found.verdict}, {found.old.seconds:.1f} s : {found.new.seconds:.1f} s")
        yield found


def markdown(found: Sequence[Compared], names: tuple[str, str]) -> str:
    """The table of pieces, then what is not equal, and how many of each verdict."""
    rows = [HEAD, ["---", "--:", "---", "--:"]]
    for one in found:
        seconds = f"{one.old.seconds:.1f} : {one.new.seconds:.1f}"
        rows.append([one.piece, f"{max(len(one.old.parts), len(one.new.parts)):,}", one.verdict, seconds])
    text = [f"Old: {names[0]}. New: {names[1]}.", ""]
    text += ["| " + " | ".join(row) + " |" for row in rows]
    text += [
        "",
        *(f"- {one.piece}: {one.verdict}: {one.why()}" for one in found if one.verdict in ("DIFFER", "FAILED")),
    ]
    counts = {word: sum(one.verdict == word for one in found) for word in ("equal", "DIFFER", "FAILED", "new")}
    parts = sum(len(one.new.parts) for one in found if one.verdict == "equal")
    text.append(
        f"- {len(found)} pieces: {counts['equal']} equal ({parts:,} parts), {counts['DIFFER']} differ, "
        f"{counts['FAILED']} failed in both, {counts['new']} only in the new version"
    )
    return "\n".join(text)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same_worlds", description=__doc__)
    parser.add_argument("old", help='git revision, or "." for the tree as it is')
    parser.add_argument("new", nargs="?", default=AS_IT_IS, help='the same; "." by default')
    parser.add_argument("--quick", action="store_true", help="fewer pieces and worlds")
    parser.add_argument("--pieces", nargs="+", default=[], metavar="WORD", help="only pieces whose name holds a word")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the page here")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two versions; the exit status is that of the module's docstring."""
    options = parsed(arguments)
    try:
        cache = cache_folder()
        trees = (tree_of(options.old, ROOT, cache), tree_of(options.new, ROOT, cache))
        with tempfile.TemporaryDirectory() as scratch:
            write_files(Path(scratch))
            versions = Versions(trees, Path(scratch), options.quick)
            try:
                found = list(comparisons(versions, options.pieces))
            finally:
                versions.close()
    except (AskedWronglyError, CannotRunError) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    text = markdown(found, (trees[0].name, trees[1].name))
    print(text)
    if options.out:
        write(options.out, f"{ABOUT}{text}\n")
    return int(any(one.verdict in ("DIFFER", "FAILED") for one in found))


if __name__ == "__main__":
    raise SystemExit(main())
