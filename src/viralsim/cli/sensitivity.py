"""``viralsim sensitivity``: which of the uncertain parameters decide, and how much of the differences is luck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.study import group_option, groups_of

if TYPE_CHECKING:
    from viralsim.experiments.sensitivity import Influence, Sensitivity

INTERRUPTED = 130


@click.command(help="Say which uncertain parameters decide: Sobol indices or Morris screening, luck kept apart.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the points; resumes.")
@click.option("--method", type=click.Choice(["sobol", "morris"]), default="sobol", show_default=True)
@click.option("--samples", type=click.IntRange(min=2), default=64, show_default=True,
              help="Base samples (sobol, a power of two) or trajectories (morris).")  # fmt: skip
@click.option("--measure", "measures", multiple=True, help="A measure; several may be given. The goal's by default.")
@group_option
@click.option("--baseline", help="The arm that uplifts are counted from; the scenario's by default.")
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of a point; by default the scenario's, at most 25.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the design and the luck; the scenario's by default.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--workers", type=click.IntRange(min=0), default=0, help="Processes; 0: threads of this one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def sensitivity(
    file: Path,
    out: Path,
    method: str,
    samples: int,
    measures: tuple[str, ...],
    groups: tuple[str, ...],
    baseline: str | None,
    worlds: int | None,
    seed: int | None,
    threads: int | None,
    workers: int,
    as_json: bool,
) -> None:
    """Load, run the points, analyse, print; exit 130 where the user stopped it, with every finished point on the disk."""
    from viralsim.cli.progress import progress_bar
    from viralsim.cli.sweep import points_done
    from viralsim.experiments.sensitivity import sensitivity as analyse
    from viralsim.scenario import load

    scenario = load(file)
    if baseline is not None:
        scenario = scenario.override({"baseline": baseline})
    with progress_bar("points", points_done) as progress:
        found = analyse(
            scenario, out, samples=samples, method=method, measures=measures, groups=groups_of(groups, scenario),
            worlds=worlds, seed=seed,
            threads=threads, workers=workers, progress=progress,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps({"out": str(out), **found.to_dict()}, allow_nan=False))
    elif found.outcome.complete:
        _show(found)
        click.echo(
            f"{found.outcome.points:,} points of {found.worlds:,} worlds; {out}/indices.csv, {out}/points.parquet"
        )
    else:
        done = found.outcome.found + found.outcome.run
        click.echo(f"{done:,} of {found.outcome.points:,} points finished; the same command again goes on")
    if found.outcome.interrupted:
        click.get_current_context().exit(INTERRUPTED)


def _show(found: Sensitivity) -> None:
    from rich.table import Table
    from rich.text import Text

    from viralsim.cli.console import standard_console

    console = standard_console()
    for quantity in found.quantities:
        rows = [i for i in found.influences if (i.arm, i.quantity) == (quantity.arm, quantity.quantity)]
        console.print(Text(f"{quantity.arm}: {quantity.quantity.replace('uplift_', 'uplift of ')}", style="bold"))
        if quantity.note:
            console.print(Text(f"  {quantity.note}", style="yellow"))
        if not rows:
            continue
        table = Table(box=None, pad_edge=False)
        table.add_column("parameter")
        heads = ("alone (S1)", "with others (ST)") if found.method == "sobol" else ("mu*", "mu", "sigma", "luck alone")
        for head in heads:
            table.add_column(head, justify="right")
        for one in sorted(rows, key=_weight, reverse=True):
            table.add_row(one.path, *_cells(one, found.method))
        console.print(table)
        said = f"{100 * quantity.noise_share:.0f} % of the differences between points are luck between worlds"
        taken = ", taken out of the shares above" if found.method == "sobol" else ""
        console.print(Text(f"mean {quantity.mean:,.6g}; {said}{taken}", style="dim"), soft_wrap=True)
        console.print("")


def _weight(one: Influence) -> float:
    return (one.total if one.mu_star is None else one.mu_star) or 0.0


def _cells(one: Influence, method: str) -> tuple[str, ...]:
    if method == "sobol":
        return f"{one.first:.2f} +- {one.first_half:.2f}", f"{one.total:.2f} +- {one.total_half:.2f}"
    return (
        f"{one.mu_star:,.4g} +- {one.mu_star_half:,.2g}",
        "" if one.mu is None else f"{one.mu:,.4g}",
        "" if one.sigma is None else f"{one.sigma:,.4g}",
        f"{one.from_noise:,.2g}",
    )
