"""``viralsim validate``: what is known, reproduced or not."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from viralsim.validation import Outcome


@click.command(help="Check the engine against exact laws, published results and other people's code.")
@click.option("--full", is_flag=True, help="Also what takes long, real networks, and peers.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="Only checks whose name begins so; may be given several times."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the luck.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write validation.md, validation.json, pictures.html here. Ended early, the same command goes on where it was.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def validate(
    full: bool, only: tuple[str, ...], seed: int, threads: int | None, out: Path | None, as_json: bool
) -> None:
    """Run the checks, print a table; exit 1 where one that gates does not reproduce.

    With ``--out`` every finished check is kept there until all are, under the seed, the sources and the versions it ran with.
    """
    from viralsim.errors import InputError
    from viralsim.validation import CHECKS, Setting, run_checks
    from viralsim.validation.check import data_folder
    from viralsim.validation.finished import Finished
    from viralsim.validation.page import as_dict
    from viralsim.validation.registry import chosen, failed

    checks = chosen(full) if not only else [c for c in CHECKS if any(_is(c.name, name) for name in only)]
    if not checks:
        raise InputError(f"no check is named {' or '.join(only)}: known are {', '.join(c.name for c in CHECKS)}")
    setting = Setting(seed, threads, data_folder())
    finished = Finished(out, seed) if out is not None else None
    outcomes: list[Outcome] = []
    with progress_bar("checks", str) as progress:
        for outcome in run_checks(checks, setting, progress, finished):
            outcomes.append(outcome)
            if not as_json and not sys.stdout.isatty():
                click.echo(_line(outcome))  # on a terminal the bar runs, and one table comes at the end
    ran = _ran(full, only, seed)
    if out is not None and finished is not None:
        _write(out, outcomes, setting.pictures, ran)
        finished.remove()
    bad = failed(outcomes)
    if as_json:
        click.echo(json.dumps(as_dict(outcomes, ran)))
    else:
        if sys.stdout.isatty():
            _table(outcomes)
        judged = sum(1 for one in outcomes if one.numbers)
        click.echo(f"{judged - len([o for o in outcomes if o.verdict == 'does not reproduce'])} of {judged} reproduce"
                   + (f"; failed: {', '.join(one.check.name for one in bad)}" if bad else ""))  # fmt: skip
    if bad:
        click.get_current_context().exit(1)


def _is(name: str, asked: str) -> bool:
    """CHECK-3 means CHECK-3 and a CHECK-3b, but not CHECK-30."""
    rest = name[len(asked) :]
    return name.startswith(asked) and not (asked[-1:].isdigit() and rest[:1].isdigit())


def _line(outcome: Outcome) -> str:
    check = outcome.check
    kind = "" if check.gates else " (report only)"
    text = f"{check.name:<11} {check.title:<46} {outcome.verdict}{kind} {outcome.seconds:.1f} s"
    wrong = [number for number in outcome.numbers if number.ok is False]
    notes = [f"{n.what}: expected {n.expected}, seen {n.seen}; {n.judged}" for n in wrong]
    return "\n            ".join([text, *([outcome.note] if outcome.note else []), *notes])


def _table(outcomes: list[Outcome]) -> None:
    """One table with every verdict and, where a check does not reproduce, what was seen."""
    from rich.table import Table
    from rich.text import Text

    from viralsim.cli.console import standard_console

    colours = {"reproduces": "green", "does not reproduce": "red"}
    table = Table("check", "what", "verdict", "seconds", box=None, header_style="bold", pad_edge=False)
    table.columns[3].justify = "right"
    for one in outcomes:
        wrong = [number for number in one.numbers if number.ok is False]
        notes = [one.note] if one.note else [f"{n.what}: expected {n.expected}, seen {n.seen}" for n in wrong]
        verdict = Text(one.verdict, style=colours.get(one.verdict, "yellow"))
        verdict.append("" if one.check.gates else " (report)", style="dim")
        what = Text(one.check.title).append("".join(f"\n{note}" for note in notes), style="dim")
        table.add_row(one.check.name, what, verdict, f"{one.seconds:.1f}")
    standard_console().print(table)


def _ran(full: bool, only: tuple[str, ...], seed: int) -> dict[str, Any]:
    import os
    from datetime import date

    from viralsim.versions import versions

    command = "viralsim validate" + (" --full" if full else "") + "".join(f" --only {name}" for name in only)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    return {
        "command": command,
        "seed": seed,
        "versions": versions(),
        "machine": machine,
        "date": date.today().isoformat(),
    }


def _write(out: Path, outcomes: list[Outcome], pictures: list[Any], ran: dict[str, Any]) -> None:
    from viralsim.atomic import write_json, write_text
    from viralsim.validation.page import as_dict, markdown, pictures_page

    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "validation.md", markdown(outcomes, ran))
    write_json(out / "validation.json", as_dict(outcomes, ran))
    if pictures:
        write_text(out / "pictures.html", pictures_page(pictures, ran))
