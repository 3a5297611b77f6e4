"""``viralsim value-of-information``: which unknown is worth paying for before an arm is chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.numbers import Finite
from viralsim.cli.study import (
    group_option,
    groups_of,
    last_options,
    page_option,
    say,
    scenario_file,
    scenario_of_file,
    watched,
    write_page,
)

if TYPE_CHECKING:
    from viralsim.decisions.value_of_information import ValueOfInformation


@click.command(help="Say which unknown is worth paying for before an arm is chosen, and when to stop measuring.")
@scenario_file
@click.option(
    "--worlds", type=click.IntRange(min=1), help="Worlds, each with inputs of its own; the scenario's by default."
)
@click.option("--seed", type=click.IntRange(min=0), help="Seed of inputs and luck; the scenario's by default.")
@click.option("--arm", "arms", multiple=True, help="An arm to choose from; may be given several times. All by default.")
@click.option(
    "--measure", default="net_usd", show_default=True, help="What counts; needs --value-per-unit if no money."
)
@click.option(
    "--value-per-unit", type=Finite(), help="What one unit of the measure is worth; the arm's cost is taken off."
)
@group_option
@click.option("--survey", "surveys", type=click.IntRange(min=1), multiple=True,
              help="People asked; may be given several times. 30, 100, 300 and 1000 by default.")  # fmt: skip
@page_option
@last_options
def value_of_information(
    file: Path,
    worlds: int | None,
    seed: int | None,
    arms: tuple[str, ...],
    measure: str,
    value_per_unit: float | None,
    groups: tuple[str, ...],
    surveys: tuple[int, ...],
    page: Path | None,
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, run with uncertain inputs, and print what knowing each would be worth."""
    from viralsim.decisions.value_of_information import SURVEYS
    from viralsim.decisions.value_of_information import value_of_information as analyse
    from viralsim.report.decision_pages import value_page

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        found = analyse(
            scenario, worlds, seed, arms=arms or None, measure=measure, value_per_unit=value_per_unit,
            groups=groups_of(groups, scenario), surveys=surveys or SURVEYS, threads=threads, progress=progress,
        )  # fmt: skip
    write_page(page, lambda: value_page(found))
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
    else:
        _show(found)


def _show(found: ValueOfInformation) -> None:
    from rich.table import Table

    from viralsim.cli.console import standard_console
    from viralsim.measurement.number_format import estimate, number

    click.echo(f"{found.scenario_name}: value of information, {found.worlds:,} worlds, seed {found.seed}\n")
    say(found.sentences())
    click.echo(
        f"\n{found.currency} a launch: known exactly (EVPPI) with its 95 % interval, and from a survey of n people (EVSI)"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("input", overflow="fold")
    table.add_column("EVPPI", justify="right")
    sizes = list(next(iter(found.surveys.values()), {}))
    for size in sizes:
        table.add_column(f"n = {size:,}", justify="right")
    for path, one in sorted(found.of.items(), key=lambda item: -item[1].value):
        cells = [number(found.surveys[path][size]) if path in found.surveys else "" for size in sizes]
        table.add_row(path, estimate(one.value, one.low, one.high), *cells)
    standard_console().print(table)
