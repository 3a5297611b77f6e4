"""``python -m benchmarks.versions OLD NEW``: is one version of the project slower than another, row by row?

OLD and NEW are git revisions, or ``.`` for the tree as it is. Each version has its source in a folder of its own and runs in a
process of its own, with its own compiled code; both do the same rows in turns, one round each, and the order changes from
round to round. Exit status: 0 none slower, 1 a row slower or results not equal, 2 asked wrongly, 130 interrupted.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine import description
from benchmarks.sides import ROOT, AskedWronglyError, CannotRunError, Side, Tree, cache_folder, tree_of
from benchmarks.version_rows import ROWS, Row

TITLE = "## Speed from version to version\n"
ABOUT = f"""{TITLE}
Is the project slower than it was? One command asks two versions, pair by pair:

```sh
python -m benchmarks.versions v0.1.0 HEAD            # two git revisions
python -m benchmarks.versions HEAD .                 # what is committed against the tree as it is
make compare-versions OLD=v0.1.0 NEW=HEAD            # the same by make
python -m benchmarks.versions HEAD . --rows cascade sir --rounds 15 --share 0.03
```

It takes the source of each revision out of git into a folder of the system's temporary folder, and runs both in turns, each in
a process of its own with its own compiled code; the benchmark itself is that of the tree it is called from. Times are processor
time, so that a busy machine counts little. `old / new` is the median over the rounds of the paired ratios: above 1 the new
version is quicker. The interval is made of the ordered ratios and holds for any law of the noise; it knows the noise between
rounds, not that between two starts of the same program: compare a version with itself to see how much that is.

`slower` means: even the favourable end of the interval is worse than the share allowed (5 %; `--share`). `cannot tell` means that
the interval is too wide: more `--rounds`. Results must be equal to the last bit where both versions state the same law
(`LAW_VERSION`). It is that of scenarios: where other seeds are chosen, or where edges have probabilities of their own and the
tests hold worlds to the law but not to their luck, this is reported and no fault. A row that a version cannot run is
reported and left out. The exit status is 1 where a row is slower or results differ, else 0.

"""
HEAD = [
    "row", "work", "worlds", "old ms", "new ms", "old / new", "interval", "verdict", "results", "first call s, old : new",
]  # fmt: skip


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """(low, high, coverage): order statistics around the median, for any continuous law of the values.

    The k-th smallest and k-th largest of n hold the median with probability 1 - 2 P(Binomial(n, 1/2) < k); k is the
    largest that keeps ``confidence``. Fewer than 6 values cannot keep 95 %: all of them, and the coverage that they have.
    """
    ordered, n = sorted(values), len(values)
    below, k, coverage = 1 / 2**n, 1, 1 - 2 / 2**n
    while (wider := below + math.comb(n, k) / 2**n) <= (1 - confidence) / 2:
        below, k, coverage = wider, k + 1, 1 - 2 * wider
    return ordered[k - 1], ordered[n - k], coverage


@dataclass(frozen=True)
class Comparison:
    """A row's rounds in both versions: processor seconds a round, and what came out."""

    row: Row
    worlds: int
    old: Sequence[float]
    new: Sequence[float]
    first: tuple[float, float]  # seconds of the first call: it compiles, or reads compiled code
    equal: bool
    same_law: bool

    @property
    def ratios(self) -> np.ndarray:
        """Old by new, round by round."""
        ratios: np.ndarray = np.array(self.old) / np.array(self.new)
        return ratios

    @property
    def differs(self) -> bool:
        """Whether results that must be equal are not."""
        return self.same_law and not self.row.unlike and not self.equal

    def verdict(self, share: float) -> str:
        """What the interval says about a change by more than ``share``."""
        low, high, _ = median_interval(self.ratios.tolist())
        if high < 1 / (1 + share):
            return "slower"
        if low > 1 + share:
            return "quicker"
        return "as fast" if low >= 1 / (1 + share) and high <= 1 + share else "cannot tell"

    def results(self) -> str:
        """Whether both versions gave the same."""
        if self.equal:
            return "equal"
        if self.differs:
            return "DIFFER"
        return self.row.unlike if self.same_law else "other law"


def compare(row: Row, trees: tuple[Tree, Tree], rounds: int, budget_s: float) -> Comparison:
    """Run one row in both versions, in turns; the number of worlds is set by the new one and the same in both."""
    with Side(trees[0]) as old, Side(trees[1]) as new:
        sides = (old, new)
        first = [side.ask(do="prepare", row=row.name) for side in sides]
        worlds = new.ask(do="calibrate", budget_s=budget_s)["worlds"]
        prints = {side.ask(do="run", worlds=worlds)["fingerprint"] for side in sides}  # a round that does not count
        took: tuple[list[float], list[float]] = ([], [])
        for i in range(rounds):
            for which in (0, 1) if i % 2 else (1, 0):
                answer = sides[which].ask(do="run", worlds=worlds)
                took[which].append(answer["seconds"])
                prints.add(answer["fingerprint"])
    law = first[0]["law"] is not None and first[0]["law"] == first[1]["law"]
    return Comparison(row, worlds, *took, (first[0]["seconds"], first[1]["seconds"]), len(prints) == 1, law)


def line(found: Comparison, share: float) -> list[str]:
    """One row of the table."""
    low, high, _ = median_interval(found.ratios.tolist())
    ms = [f"{1e3 * float(np.median(took)) / found.worlds:.3g}" for took in (found.old, found.new)]
    return [
        found.row.name, found.row.work, f"{found.worlds:,}", *ms,
        f"{np.median(found.ratios):.2f}", f"{low:.2f} to {high:.2f}", found.verdict(share), found.results(),
        f"{found.first[0]:.2f} : {found.first[1]:.2f}",
    ]  # fmt: skip


def markdown(found: Sequence[Comparison], left_out: Sequence[str], names: tuple[str, str], share: float) -> str:
    """The table, what was left out, and the machine."""
    text = [f"Old: {names[0]}. New: {names[1]}."]
    if found:
        rounds = len(found[0].old)
        coverage = median_interval(found[0].ratios.tolist())[2]
        text[0] += (
            f" {rounds} rounds, interval of {100 * coverage:.1f} %, share allowed {100 * share:g} %; ms are of one world."
        )
        rows = [HEAD, ["---"] * len(HEAD), *(line(one, share) for one in found)]
        text += ["", *("| " + " | ".join(row) + " |" for row in rows)]
    text += ["", *(f"- left out: {reason}" for reason in left_out)]
    return "\n".join([*text, *(f"- {fact}" for fact in description(("numpy", "numba")))])


def chosen(words: Sequence[str]) -> list[Row]:
    """Rows whose name holds one of the words; all without words."""
    rows = [row for row in ROWS if not words or any(word in row.name for word in words)]
    if not rows:
        raise AskedWronglyError(
            f"no row holds {' or '.join(words)}: choose among {', '.join(row.name for row in ROWS)}"
        )
    return rows


def tell(text: str) -> None:
    """Progress, where somebody is looking."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def above(page: Path) -> str:
    """What comes before this table on the page: the calls of users (``benchmarks.scenarios``); it is kept."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return text.partition(TITLE)[0] if TITLE in text else ""


def write(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    scratch = path.with_name(path.name + ".new")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def comparisons(
    rows: Sequence[Row], trees: tuple[Tree, Tree], options: argparse.Namespace
) -> Iterator[Comparison | str]:
    """Each row's comparison, or why it is left out."""
    for row in rows:
        tell(f"... {row.name}")
        try:
            found = compare(row, trees, options.rounds, options.budget)
        except CannotRunError as reason:
            tell(f"    left out: {reason}")
            yield f"{row.name}: {reason}"
            continue
        tell("    " + " | ".join(line(found, options.share)[2:]))
        yield found


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("old", help='git revision, or "." for the tree as it is')
    parser.add_argument("new", help="the same")
    parser.add_argument("--rows", nargs="+", default=[], metavar="WORD", help="only rows whose name holds a word")
    parser.add_argument("--rounds", type=int, default=9, help="rounds a side (9)")
    parser.add_argument("--budget", type=float, default=0.2, metavar="SECONDS", help="of a round (0.2)")
    parser.add_argument("--share", type=float, default=0.05, help="how much slower is allowed (0.05)")
    parser.add_argument("--note", default="", help="a sentence under the table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the page here")
    options = parser.parse_args(arguments)
    if options.rounds < 2 or options.budget <= 0 or options.share < 0:
        parser.error("--rounds must be at least 2, --budget above 0, --share not below 0")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two versions; the exit status is that of the module's docstring."""
    options = parsed(arguments)
    try:
        rows, folder = chosen(options.rows), cache_folder()
        trees = (tree_of(options.old, ROOT, folder), tree_of(options.new, ROOT, folder))
        found = list(comparisons(rows, trees, options))
    except AskedWronglyError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    done = [one for one in found if isinstance(one, Comparison)]
    left_out = [one for one in found if isinstance(one, str)]
    text = markdown(done, left_out, (trees[0].name, trees[1].name), options.share)
    text += f"\n\n{options.note}" if options.note else ""
    print(text)
    if options.out:
        write(options.out, f"{above(options.out)}{ABOUT}{text}\n")
    return int(any(one.differs or one.verdict(options.share) == "slower" for one in done))


if __name__ == "__main__":
    raise SystemExit(main())
