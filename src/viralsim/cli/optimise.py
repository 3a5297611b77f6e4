"""``viralsim optimise``: the best split of a budget, its response curves, and what the next dollar brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from viralsim.experiments.optimise import Estimate, Optimum

INTERRUPTED = 130


@click.command(help="Split a budget over paid channels, advocates and management; it may be best to spend nothing.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--budget", "budget_usd", required=True, type=float, metavar="USD", help="The most that may be spent.")
@click.option("--measure", help="What is to be best; the goal's measure by default.")
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of each split; the scenario's by default.")
@click.option("--trials", type=click.IntRange(min=1), default=60, show_default=True, help="Splits tried at first.")
@click.option("--constraint", "constraints", multiple=True, metavar="TEXT",
              help="Such as 'campaign.advocates.count <= 20'; may be given several times.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Luck of the search; the answer has seed + 1.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write curves and lift tests as CSV, the answer as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def optimise(
    file: Path,
    budget_usd: float,
    measure: str | None,
    worlds: int | None,
    trials: int,
    constraints: tuple[str, ...],
    seed: int | None,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Load, search, measure again, print; exit 130 where the user stopped the search, with the best so far."""
    from viralsim.cli.progress import progress_bar
    from viralsim.experiments.optimise import optimise as search
    from viralsim.scenario import load

    scenario = load(file)
    with progress_bar("preparing the audience", lambda: "launches") as progress:
        found = search(
            scenario, budget_usd, measure=measure, worlds=worlds, trials=trials, constraints=constraints, seed=seed,
            threads=threads, progress=progress,
        )  # fmt: skip
    if out is not None:
        from viralsim.atomic import write_json
        from viralsim.experiments.lift_tests import write_curves

        write_curves(found.curves, out)
        write_json(out / "optimum.json", found.to_dict())
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
    else:
        _show(found)
        if out is not None:
            click.echo(f"{out}/optimum.json, {out}/response_curves.csv, {out}/lift_tests.csv")
    if found.interrupted:
        click.get_current_context().exit(INTERRUPTED)


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
    from viralsim.experiments.optimise import client_name

    console = standard_console()
    for sentence in found.sentences:
        console.print(Text(sentence, style="bold"), soft_wrap=True)
    console.print("")
    table = Table(box=None, pad_edge=False)
    table.add_column("line")
    for head in ("USD", f"next dollar: more {found.measure} per USD"):
        table.add_column(head, justify="right")
    for one in found.next_dollar:
        more = "takes no more" if one.per_usd is None else _said(one.per_usd)
        table.add_row(client_name(one.line), f"{found.split[one.line]:,.2f}", more)
    console.print(table, "")
    for name, estimate in found.rivals.items():
        console.print(f"more than {client_name(name.removeprefix('all in '))} alone: {_said(estimate)} {found.measure}")
    for line in found.split:
        console.print("", Text(f"other amounts for {client_name(line)}, the rest as above", style="bold"), sep="\n")
        for point in (p for p in found.curves if p.line == line):
            console.print(f"  {point.usd:>12,.2f} USD  {_said(point.uplift)}")
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    console.print(
        Text(
            f"\n{found.trials} splits, {found.worlds:,} simulations each. In brackets: 95 % intervals of what is gained over "
            "spending nothing, from other simulations than those of the search.",
            style="dim",
        ),
        soft_wrap=True,
    )
