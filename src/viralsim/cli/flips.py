"""``viralsim flips``: which arm is best where in a sweep, and at which values that changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from viralsim.experiments.decision_map import DecisionMap

WIDEST_MAP = 20  # values along a side of a map that is printed


@click.command(help="From a finished sweep: the best arm at each point, and the values at which another one wins.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--measure", help="What is to be best; the goal's measure by default.")
@click.option("--across", help="Parameter across the map; the first swept number by default.")
@click.option("--up", help="Parameter up the map; the second swept number by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the map as CSV into this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def flips(
    folder: Path, measure: str | None, across: str | None, up: str | None, out: Path | None, as_json: bool
) -> None:
    """Read the table, find best arms and flips, print sentences and the map."""
    from viralsim.atomic import write_text
    from viralsim.experiments import read_table
    from viralsim.experiments.decision_map import decision_map, map_grid
    from viralsim.experiments.sweep import plan_in

    _, plan = plan_in(folder)
    goal = plan.scenario.spec.goal
    asked = tuple(path for path in (across, up) if path)
    found = decision_map(read_table(folder), measure or (str(goal.measure) if goal else "shares"), asked or None)
    grid = map_grid(found, *found.paths[:2]) if len(found.paths) >= 2 else None
    if grid is not None and not grid.to_numpy().all():
        grid = None  # scattered points, such as a Latin hypercube's, make no map
    if out is not None and grid is not None:
        write_text(out, grid.to_csv(lineterminator="\n"))
    if as_json:
        click.echo(json.dumps(_as_dict(found), allow_nan=False))
        return
    for sentence in found.sentences:
        click.echo(sentence)
    if grid is not None and max(grid.shape) > WIDEST_MAP:
        click.echo(f"the map has {grid.shape[0]} x {grid.shape[1]} values: too many to print, --out writes it as CSV")
    elif grid is not None:
        from rich.table import Table

        from viralsim.cli.console import standard_console

        shown = Table(box=None, pad_edge=False)
        for head in (f"{grid.index.name} \\ {grid.columns.name}", *(f"{value:.4g}" for value in grid.columns)):
            shown.add_column(head)
        for value, row in zip(grid.index, grid.to_numpy(), strict=True):
            shown.add_row(f"{value:.4g}", *row)
        click.echo("")
        standard_console().print(shown)
        if any("?" in str(cell) for row in grid.to_numpy() for cell in row):
            click.echo("?: luck may explain this lead (the 95 % interval of the lead over the second arm includes 0)")


def _as_dict(found: DecisionMap) -> dict[str, object]:
    from viralsim.records.record import plain

    points = [{**vars(point), "sure": point.sure} for point in found.points]
    changes = [{**vars(flip), "sentence": flip.sentence} for flip in found.flips]
    return _finite({
        "measure": found.measure, "paths": list(found.paths), "points": plain(points), "flips": plain(changes),
        "sentences": list(found.sentences),
    })  # fmt: skip


def _finite(said: dict[str, object]) -> dict[str, object]:
    """Infinite limits and what is not defined become null."""
    from viralsim.experiments.sensitivity import finite

    return dict(finite(said))
