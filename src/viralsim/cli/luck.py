"""``viralsim luck``: how much of the outcome is luck, and how much is content."""

from __future__ import annotations

import json
from pathlib import Path

import click

from viralsim.cli.numbers import Finite
from viralsim.cli.study import last_options, say, scenario_file, scenario_of_file, watched


@click.command(help="Say how much of the outcome is luck and how much is content.")
@scenario_file
@click.option("--worlds", type=click.IntRange(min=2), default=50, show_default=True, help="Worlds of each content.")
@click.option("--contents", type=click.IntRange(min=2), help="How many contents to draw; 30 by default.")
@click.option("--measure", help="The measure; the goal's by default, else shares.")
@click.option("--spread", type=Finite(min=1, min_open=True), default=2.0, show_default=True,
              help="Where appeals are drawn: between the scenario's divided by this and multiplied by it.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the audience keeps the scenario's seed.")
@click.option("--arm", "arms", multiple=True, help="This arm only; may be given several times.")
@last_options
def luck(
    file: Path,
    worlds: int,
    contents: int | None,
    measure: str | None,
    spread: float,
    seed: int | None,
    arms: tuple[str, ...],
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, change, launch every content in its worlds, and print the shares and what they mean."""
    from viralsim.experiments.luck import how_much_luck
    from viralsim.units import counted

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        report = how_much_luck(
            scenario, worlds, contents, measure,
            arms=arms or None, seed=seed, spread=spread, threads=threads, progress=progress,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(report.to_dict(), allow_nan=False))
        return
    click.echo(f"{report.scenario_name}: luck and content in {report.measure}")
    click.echo(
        f"{len(report.contents)} contents, {report.worlds:,} simulations each, {counted(len(report.arms), 'arm')}, "
        f"seed {report.seed}\n"
    )
    say(report.sentences())
