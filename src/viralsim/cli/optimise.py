"""``viralsim optimise``: the best split of a budget, its response curves, and what the next dollar brings."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.numbers import Finite

if TYPE_CHECKING:
    from rich.console import Console

    from viralsim.experiments.budget.estimate import Estimate
    from viralsim.experiments.budget.pareto import Front
    from viralsim.experiments.optimise import Optimum

INTERRUPTED = 130


@click.command(help="Split a budget over paid channels, advocates and management; it may be best to spend nothing.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--budget",
    "budget_usd",
    required=True,
    type=Finite(),
    metavar="AMOUNT",
    help="The most that may be spent, in the scenario's currency.",
)
@click.option("--measure", "measures", multiple=True,
              help="What is to be best; the goal's measure by default. Given several times: the front between them.")  # fmt: skip
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of each split; the scenario's by default.")
@click.option("--trials", type=click.IntRange(min=1), default=60, show_default=True, help="Splits tried at first.")
@click.option("--constraint", "constraints", multiple=True, metavar="TEXT",
              help="Such as 'campaign.advocates.count <= 20'; may be given several times.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Luck of the search; the answer has seed + 1.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write curves and lift tests as CSV, the answer as JSON.")
@click.option(
    "--starts", metavar="DAY", help="Day of the launch, such as 2026-03-01: --out then has Meridian's experiments too."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def optimise(
    file: Path,
    budget_usd: float,
    measures: tuple[str, ...],
    worlds: int | None,
    trials: int,
    constraints: tuple[str, ...],
    seed: int | None,
    threads: int | None,
    out: Path | None,
    starts: str | None,
    as_json: bool,
) -> None:
    """Load, search, measure again, print; exit 130 where the user stopped the search, with the best so far."""
    from viralsim.cli.progress import progress_bar
    from viralsim.experiments.budget.pareto import pareto
    from viralsim.experiments.lift_tests import write_meridian
    from viralsim.experiments.optimise import Optimum
    from viralsim.experiments.optimise import optimise as search
    from viralsim.scenario import load

    scenario = load(file)
    day = None if starts is None else _day(starts, out)
    with progress_bar("preparing the audience", lambda: "splits") as progress:
        found: Optimum | Front
        if len(dict.fromkeys(measures)) > 1:
            found = pareto(
                scenario, budget_usd, measures, worlds=worlds, trials=trials, constraints=constraints, seed=seed,
                threads=threads, progress=progress,
            )  # fmt: skip
        else:
            found = search(
                scenario, budget_usd, measure=measures[0] if measures else None, worlds=worlds, trials=trials,
                constraints=constraints, seed=seed, threads=threads, progress=progress,
            )  # fmt: skip
    if out is not None:
        _write(found, out)
        if day is not None and isinstance(found, Optimum):
            write_meridian(found, out, day, math.ceil(scenario.spec.horizon / 24.0))
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
    else:
        _show(found) if isinstance(found, Optimum) else _show_front(found)
        if out is not None:
            click.echo(", ".join(str(path) for path in sorted(out.iterdir()) if path.suffix in (".json", ".csv")))
    if found.interrupted:
        click.get_current_context().exit(INTERRUPTED)


def _day(text: str, out: Path | None) -> date:
    """The day of the launch; InputError where it is none, or nothing is written."""
    from viralsim.errors import InputError

    if out is None:
        raise InputError("--starts: nothing is written without --out: name a folder")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--starts must be a day such as 2026-03-01, got {text!r}") from None


def _write(found: Optimum | Front, out: Path) -> None:
    """The answer as JSON; of one goal also its curves."""
    from viralsim.atomic import write_json
    from viralsim.experiments.lift_tests import write_curves
    from viralsim.experiments.optimise import Optimum

    out.mkdir(parents=True, exist_ok=True)
    if isinstance(found, Optimum):
        write_curves(found.curves, out)
    write_json(out / "optimum.json", found.to_dict())


def _said(estimate: Estimate) -> str:
    """A mean with its interval, rounded to what that supports."""
    from viralsim.measurement.number_format import in_places, supported

    places = supported(estimate.low, estimate.high)
    shown = [in_places(value, places) for value in (estimate.mean, estimate.low, estimate.high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def _show(found: Optimum) -> None:
    from rich.table import Table
    from rich.text import Text

    from viralsim.cli.console import standard_console
    from viralsim.measurement.measures import measure as measure_of

    console, label = standard_console(), measure_of(found.measure).label
    for sentence in found.sentences:
        console.print(Text(sentence, style="bold"), soft_wrap=True)
    console.print("")
    table = Table(box=None, pad_edge=False)
    table.add_column("line")
    unit = "dollar" if found.currency == "USD" else found.currency
    for head in (found.currency, f"next {unit}: more {label} per {found.currency}"):
        table.add_column(head, justify="right")
    for one in found.next_dollar:
        more = "takes no more" if one.per_usd is None else _said(one.per_usd)
        table.add_row(found.said(one.line), f"{found.split[one.line]:,.2f}", more)
    console.print(table, "")
    for name, estimate in found.rivals.items():
        console.print(f"more than {found.said(name.removeprefix('all in '))} alone: {_said(estimate)} {label}")
    for line in found.split:
        console.print("", Text(f"other amounts for {found.said(line)}, the rest as above", style="bold"), sep="\n")
        for point in (p for p in found.curves if p.line == line):
            console.print(f"  {point.usd:>12,.2f} {found.currency}  {_said(point.uplift)}")
    for frequency in found.frequency:
        console.print(
            "", Text(f"how often {found.said(frequency.line)} is shown to one member", style="bold"), sep="\n"
        )
        for cap in frequency.points:
            label = "no cap" if cap.cap is None else f"{cap.cap} at most"
            console.print(f"  {label:>12}      {_said(cap.uplift)}")
        console.print(f"  {frequency.sentence.replace(frequency.line, found.said(frequency.line))}", soft_wrap=True)
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    _say_how(found, console)


def _show_front(found: Front) -> None:
    from rich.table import Table
    from rich.text import Text

    from viralsim.cli.console import standard_console

    console = standard_console()
    for sentence in found.sentences:
        console.print(Text(sentence, style="bold"), soft_wrap=True)
    console.print("")
    table = Table(box=None, pad_edge=False)
    for line in found.points[0].split:
        table.add_column(f"{found.currency} on {line}", justify="right")
    for name in found.measures:
        table.add_column(name, justify="right")
    for point in found.points:
        table.add_row(
            *(f"{usd:,.2f}" for usd in point.split.values()), *(_said(point.uplift[name]) for name in found.measures)
        )
    console.print(table)
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    _say_how(found, console)


def _say_how(found: Optimum | Front, console: Console) -> None:
    from rich.text import Text

    console.print(
        Text(
            f"\n{found.trials} splits, {found.worlds:,} simulations each. In brackets: 95 % intervals of what is gained over "
            "spending nothing, from other simulations than those of the search.",
            style="dim",
        ),
        soft_wrap=True,
    )
