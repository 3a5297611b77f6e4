"""``viralsim luck``: how much of the outcome is luck, and how much is content."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click


@click.command(help="Say how much of the outcome is luck and how much is content.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--worlds", type=click.IntRange(min=2), default=50, show_default=True, help="Worlds of each content.")
@click.option("--contents", type=click.IntRange(min=2), help="How many contents to draw; 30 by default.")
@click.option("--measure", help="The measure; the goal's by default, else shares.")
@click.option("--spread", type=click.FloatRange(min=1, min_open=True), default=2.0, show_default=True,
              help="Where appeals are drawn: up to so many times the scenario's, or one so many-th of it.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the audience keeps the scenario's seed.")
@click.option("--arm", "arms", multiple=True, help="This arm only; may be given several times.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the scenario.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
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
    from viralsim.cli.progress import progress_bar
    from viralsim.experiments.luck import how_much_luck
    from viralsim.scenario import load, parse_set

    scenario = load(file)
    if sets:
        scenario = scenario.override(dict(parse_set(text) for text in sets))
    with progress_bar("preparing the audience", lambda: "launches") as progress:
        report = how_much_luck(
            scenario, worlds, contents, measure,
            arms=arms or None, seed=seed, spread=spread, threads=threads, progress=progress,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(report.to_dict(), allow_nan=False))
        return
    click.echo(f"{report.scenario_name}: luck and content in {report.measure}")
    click.echo(
        f"{len(report.contents)} contents, {report.worlds} worlds each, {len(report.arms)} arm(s), seed {report.seed}\n"
    )
    width = min(shutil.get_terminal_size().columns, 110)
    for sentence in report.sentences():
        click.echo(click.wrap_text(sentence, width, subsequent_indent="  "))
