"""``viralsim sample``: a campaign on a part of its audience, and how far that is off."""

from __future__ import annotations

import json
from pathlib import Path

import click

from viralsim.cli.study import last_options, say, scenario_file, scenario_of_file, watched


@click.command(
    help="Run on a smaller audience of the same kind, say what that means for the whole, and how far it is off."
)
@scenario_file
@click.option("--members", type=click.IntRange(min=2), required=True, help="Members of the smaller audience.")
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of each arm and size; the scenario's by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the smaller scenario as YAML into this file.")
@last_options
def sample(
    file: Path,
    members: int,
    worlds: int | None,
    out: Path | None,
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, run both sizes, print the sentences."""
    from viralsim.atomic import write_text
    from viralsim.experiments.sampling.sampled import sampled_audience

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        found = sampled_audience(scenario, members, worlds, threads=threads, progress=progress)
    if out is not None:
        write_text(out, found.scenario.to_yaml())
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
        return
    say(found.sentences)
    if out is not None:
        click.echo(f"{out}: the smaller scenario, for all other commands")
