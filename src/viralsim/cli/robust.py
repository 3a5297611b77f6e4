"""``viralsim robust``: which arm holds up when the model may be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.study import last_options, page_option, say, scenario_file, scenario_of_file, watched, write_page

if TYPE_CHECKING:
    from viralsim.decisions.robust import Robust


@click.command(help="Run every arm in each variant of the model and say which is least wrong.")
@scenario_file
@click.option("--worlds", type=click.IntRange(min=1), help="Worlds of each arm and variant; the scenario's by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@click.option("--arm", "arms", multiple=True, help="An arm to choose from; may be given several times. All by default.")
@click.option("--measure", help="What decides; the goal's by default, else net_usd.")
@page_option
@last_options
def robust(
    file: Path,
    worlds: int | None,
    seed: int | None,
    arms: tuple[str, ...],
    measure: str | None,
    page: Path | None,
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, run every arm in every variant, print the sentence and the table of regrets."""
    from viralsim.decisions.robust import robust as analyse
    from viralsim.report.decision_pages import robust_page

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        found = analyse(
            scenario, worlds, seed, arms=arms or None, measure=measure, threads=threads, progress=progress
        )  # fmt: skip
    write_page(page, lambda: robust_page(found))
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
    else:
        _show(found)


def _show(robust: Robust) -> None:
    from rich.table import Table

    from viralsim.cli.console import standard_console
    from viralsim.measurement.number_format import number, percent

    found = robust.found
    click.echo(f"{robust.scenario_name}: {robust.measure} in {len(robust.variants)} variants of the model")
    click.echo(f"{robust.worlds:,} worlds each, seed {robust.seed}\n")
    say(robust.sentences())
    click.echo("")
    table = Table(box=None, pad_edge=False)
    table.add_column("mean (regret)")
    for arm in robust.arms:
        table.add_column(arm, justify="right")
    for i, variant in enumerate(robust.variants):
        cells = zip(found.means[i].tolist(), found.regret[i].tolist(), strict=True)
        table.add_row(variant, *(f"{number(mean)} ({number(regret)})" for mean, regret in cells))
    rows = {"worst mean": found.worst, "largest regret": found.largest_regret, "mean regret": found.mean_regret}
    for label, values in rows.items():
        table.add_row(label, *(number(value) for value in values.tolist()), style="bold")
    table.add_row("best in", *(percent(chance) for chance in found.chance_best.tolist()), style="bold")
    standard_console().print(table)
