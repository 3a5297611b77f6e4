"""``viralsim compare``: two stored results, arm by arm, world by world."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from viralsim.report.compare_results import Beside
    from viralsim.results import Result

SHOWN = (
    "reach",
    "earned_reach",
    "impressions",
    "shares",
    "critical_shares",
    "conversions",
    "largest_cascade",
    "net_usd",
)


@click.command(help="Compare the arms that two stored results share, the second minus the first.")
@click.argument("first", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("second", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def compare(first: Path, second: Path, as_json: bool) -> None:
    """Open both, pair their worlds, print a table per arm."""
    from viralsim.report.compare_results import beside
    from viralsim.results import open_result

    results = open_result(first), open_result(second)
    found = beside(*results)
    if as_json:
        click.echo(json.dumps(_as_dict(found, (str(first), str(second))), allow_nan=False))
        return
    from viralsim.cli.console import standard_console

    console = standard_console()
    _render(console, found, results, (str(first), str(second)))


def _as_dict(found: Beside, folders: tuple[str, str]) -> dict[str, object]:
    arms = {
        arm: {
            row.measure: {
                key: None if isinstance(value, float) and not isfinite(value) else value
                for key, value in asdict(row).items()
                if key not in ("arm", "baseline", "measure")
            }
            for row in rows
        }
        for arm, rows in found.rows.items()
    }
    return {
        "first": folders[0],
        "second": folders[1],
        "worlds": found.worlds,
        "paired": found.paired,
        "notes": list(found.notes),
        "arms": arms,
    }


def _render(console: Console, found: Beside, results: tuple[Result, Result], folders: tuple[str, str]) -> None:
    from rich.text import Text

    for word, folder, result in zip(("first ", "second"), folders, results, strict=True):
        console.print(Text(f"{word}: {folder} ({result.scenario_name}, seed {result.seed})"), soft_wrap=True)
    how = "paired by world" if found.paired else "independent worlds"
    console.print(Text(f"second minus first, {found.worlds:,} worlds, {how}", style="dim"), "", sep="\n")
    for arm in found.rows:
        console.print(Text(arm, style="bold"))
        console.print(_table(console, found, results, arm), "")
    for note in found.notes:
        console.print(Text(f"- {note}", style="yellow"))


def _table(console: Console, found: Beside, results: tuple[Result, Result], arm: str) -> Table:
    from viralsim.cli.render_tables import plain_table
    from viralsim.measurement.measures import measure
    from viralsim.measurement.number_format import digits_for, number, percent, span

    table = plain_table(console)
    for head in ("per campaign", "first", "second", "difference", "95 % interval", "better in"):
        table.add_column(head, justify="left" if head == "per campaign" else "right", overflow="fold")
    goal = [result.goal.measure for result in results if result.goal]
    rows = {row.measure: row for row in found.rows[arm]}
    for key in dict.fromkeys((*goal, *SHOWN)):
        row = rows[key]
        means = [float(result.arms[arm].measures[key][: found.worlds].mean()) for result in results]
        if isnan(row.uplift) or not any(means):
            continue
        interval = span(row.ci_low, row.ci_high)
        digits = digits_for(row.ci_low, row.ci_high)
        better = percent(row.probability_better)
        table.add_row(measure(key).label, *map(number, means), number(row.uplift, digits), interval, better)
    return table
