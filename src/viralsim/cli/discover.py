"""``viralsim discover``: under which inputs a plan fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from viralsim.cli.numbers import Finite
from viralsim.cli.study import json_option, page_option, say, write_page
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.decisions.discovery.discover import Discovery


@click.command(
    help="From a finished sweep DIR: boxes and a tree of the inputs under which a plan fails, and what matters. From a scenario "
    "FILE with two measures: which combinations of them it can show over its uncertain ranges (pattern space exploration)."
)
@click.argument("source", metavar="DIR_OR_FILE", type=click.Path(path_type=Path))
@click.option("--measure", "measures", multiple=True,
              help="A measure, or uplift_MEASURE; the goal's measure by default. Twice for a FILE.")  # fmt: skip
@click.option("--arm", help="The arm that is looked at; the one that is best at most points by default.")
@click.option("--against", help="The arm that may be better; all by default, or the other one of the question.")
@click.option("--above", type=Finite(), help="A case is a point at which the measure is above this.")
@click.option("--below", type=Finite(), help="A case is a point at which the measure is below this.")
@click.option("--points", type=click.IntRange(min=1), default=200, show_default=True, help="Inputs to try of a FILE.")
@click.option(
    "--worlds", type=click.IntRange(min=1), help="Worlds of a point of a FILE; the scenario's by default, at most 70."
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads for a FILE; all cores by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Of shuffles and resamples, 0 by default; of a FILE the luck.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the points as CSV.")
@page_option
@json_option
def discover(
    source: Path,
    measures: tuple[str, ...],
    arm: str | None,
    against: str | None,
    above: float | None,
    below: float | None,
    points: int,
    worlds: int | None,
    threads: int | None,
    seed: int | None,
    out: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Read the table, search, print sentences and tables. Without --above and --below a case is where another arm is better."""
    if source.is_file():
        _refuse_idle(("against", "above", "below", "page"), "a finished sweep", "a scenario")
        _explore(source, measures, arm, points, worlds, threads, seed, out, as_json)
        return
    _refuse_idle(("points", "worlds", "threads"), "a scenario file", "a finished sweep")
    if len(measures) > 1:
        raise InputError(f"--measure: a sweep is searched for one measure, got {len(measures)}: give one")
    from viralsim.cli.progress import progress_bar
    from viralsim.decisions.discovery.discover import discover as search
    from viralsim.decisions.discovery.discover import write_table
    from viralsim.report.decision_pages import discover_page

    with progress_bar("searching", lambda: "shuffles") as progress:
        found = search(
            source, measure=measures[0] if measures else None, arm=arm, against=against, above=above, below=below,
            seed=seed or 0, progress=progress,
        )  # fmt: skip
    if out is not None:
        write_table(found, out)
    write_page(page, lambda: discover_page(found))
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
        return
    say(found.sentences())
    _show(found)
    if out is not None:
        click.echo(f"\n{out}: the points with their cases")


def _refuse_idle(names: tuple[str, ...], needs: str, given: str) -> None:
    """InputError for an option that would be ignored: some are for a sweep alone, others for a scenario."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise InputError(f"--{name} is for {needs}, and this is {given}: leave it out")


def _explore(
    file: Path, measures: tuple[str, ...], arm: str | None, points: int, worlds: int | None, threads: int | None, seed: int | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Explore the patterns of a scenario, and print what was found."""
    from viralsim.atomic import write_text
    from viralsim.cli.progress import progress_bar
    from viralsim.decisions.discovery.patterns import explore_patterns

    with progress_bar("preparing the audience", lambda: "points") as progress:
        found = explore_patterns(
            file, measures, arm=arm, points=points, worlds=worlds, seed=seed, threads=threads, progress=progress
        )
    if out is not None:
        write_text(out, found.table.to_csv(index=False, lineterminator="\n"))
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
        return
    say(found.sentences())
    if out is not None:
        click.echo(f"\n{out}: the points with their outcomes and cells")


def _show(found: Discovery) -> None:
    from rich.table import Table

    from viralsim.cli.console import standard_console
    from viralsim.measurement.number_format import number, percent

    console = standard_console()
    if found.leaves:
        table = Table(box=None, pad_edge=False, title="The tree, dense leaves first", title_justify="left")
        for name in ("density", "coverage", "points"):
            table.add_column(name, justify="right")
        table.add_column("where")
        for leaf in found.leaves:
            table.add_row(percent(leaf.density), percent(leaf.coverage), f"{leaf.points:,}", leaf.rule)
        console.print("", table)
    if found.influences:
        table = Table(
            box=None, pad_edge=False, title=f"What moves {found.outcome} of {found.arm}", title_justify="left"
        )
        table.add_column("input")
        for name in ("delta", "PAWN", "alone (RBD-FAST)"):
            table.add_column(name, justify="right")
        for one in found.influences:
            table.add_row(
                one.path, f"{number(one.delta)} +- {number(one.delta_half, 2)}", number(one.pawn),
                f"{number(one.first)} +- {number(one.first_half, 2)}",
            )  # fmt: skip
        first = found.influences[0]
        table.add_row(
            "by chance up to", number(first.delta_by_chance), number(first.pawn_by_chance), number(first.first_by_chance),
            style="dim",
        )  # fmt: skip
        console.print("", table)
