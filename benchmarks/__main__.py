"""``python -m benchmarks [--quick] [--rows WORD ...] [--out FILE]``: run rows and print a Markdown table."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from collections.abc import Sequence

from benchmarks.graphs import MissingDataError
from benchmarks.machine import description
from benchmarks.peers import MissingPeerError
from benchmarks.rows import QUICK, Effort, Outcome, Row, table

HEAD = [
    "row", "work", "peer", "clock", "ours ms", "peer ms", "times as fast", "of the rounds", "mean size, ours : peer", "z",
    "first call s", "goal",
]  # fmt: skip

ABOUT = """# Results of the benchmarks

Made by `python -m benchmarks --out benchmarks/RESULTS.md`. Both sides run in turns on one thread; times are of one world (one
replicate), the ratio is the median of the rounds, beside it the smallest and the largest round (98 % interval of
the median with 7 rounds). "z" compares mean sizes in combined standard errors; the first call compiles, or reads
compiled code from disk.

"clock": processor time of the process, which other programs on the machine hardly touch, where both sides run in one process on one
thread; wall-clock where threads are compared, or a peer runs in a process of its own (graph-tool, which times its own worlds).

"goal" is what the project sets itself for a row: how many times as fast as the peer our side must be at least, "met" or "MISSED" by
the median of the rounds. The peer of launches is our own side on 10,000 members: 0.769 means at most 1.3 times the time of a launch
there; their second goal is launches a second on 1,000,000 members, the median in brackets. "none": a row that is there to be known,
nothing was set. In rows "plain...-graphtool" our side is the plain loop that SIR is measured against.

What was tried to get there is in NOTES.md.

"""


def line(outcome: Outcome) -> list[str]:
    """One row of the table."""
    cells = [outcome.name, outcome.work, outcome.against, outcome.clock]
    if outcome.pair is None:
        return [*cells, *[""] * (len(HEAD) - len(cells))]
    pair, agreement = outcome.pair, outcome.agreement
    goals = ", ".join(f"{goal} {'met' if met else 'MISSED'}" for goal, met in outcome.judged()) or "none"
    cells += [f"{pair.ours_ms:.3g}", f"{pair.theirs_ms:.3g}", f"{pair.ratio:.2f}", f"{pair.low:.2f} to {pair.high:.2f}"]
    if agreement is None:
        cells += ["", ""]
    else:
        verdict = "" if agreement.agrees else " DIFFERS"
        cells += [f"{agreement.ours:.5g} : {agreement.theirs:.5g}", f"{agreement.z:+.1f}{verdict}"]
    return [*cells, f"{outcome.first_call_s:.2f}" if outcome.first_call_s is not None else "", goals]


def markdown(outcomes: Sequence[Outcome], skipped: Sequence[str]) -> str:
    """The table, the numbers without a peer, and what the machine was."""
    timed = [outcome for outcome in outcomes if outcome.pair is not None]
    rows = [HEAD, *(line(outcome) for outcome in timed)]
    width = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    text = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, width, strict=True)) + " |" for row in rows]
    text.insert(1, "|" + "|".join("-" * (w + 2) for w in width) + "|")
    for outcome in outcomes:
        if outcome.numbers:
            text += ["", f"{outcome.name} ({outcome.work}):", ""]
            text += [f"- {name}: {value}" for name, value in outcome.numbers.items()]
    text += ["", "Machine:", "", *(f"- {fact}" for fact in description())]
    text += [f"- left out: {reason}" for reason in skipped]
    return "\n".join(text)


def chosen(words: Sequence[str]) -> list[Row]:
    """Rows whose name holds one of the words, or fits it as a pattern; all without words."""
    return [
        row
        for row in table()
        if not words or any(word in row.name or fnmatch.fnmatch(row.name, word) for word in words)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows asked for; exit status 1 where a goal is missed or mean sizes differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds: for a look, not for a record")
    parser.add_argument("--rows", nargs="+", default=[], metavar="WORD", help="only rows whose name holds a word")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--out", metavar="FILE", help="also write the table here")
    options = parser.parse_args(arguments)
    rows = chosen(options.rows)
    if options.list:
        print("\n".join(f"{row.name:28} {row.work} ({row.against})" for row in rows))
        return 0
    outcomes, skipped = [], []
    for row in rows:
        print(f"... {row.name}", file=sys.stderr, flush=True)
        try:
            outcomes.append(row.run(row, QUICK if options.quick else Effort()))
        except (MissingDataError, MissingPeerError, ImportError) as reason:
            skipped.append(f"{row.name}: {reason}")
            print(f"    left out: {reason}", file=sys.stderr, flush=True)
            continue
        if outcomes[-1].pair is not None:
            print("    " + " | ".join(line(outcomes[-1])[3:]), file=sys.stderr, flush=True)
    text = markdown(outcomes, skipped)
    print(text)
    if options.out:
        with open(options.out, "w") as file:
            file.write(ABOUT + text + "\n")
    missed = [o for o in outcomes if not all(met for _, met in o.judged())]
    differ = [o for o in outcomes if o.agreement is not None and not o.agreement.agrees]
    return 1 if missed or differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
