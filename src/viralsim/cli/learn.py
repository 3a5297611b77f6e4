"""``viralsim learn``: lift tests that were run elsewhere, put into a scenario."""

from __future__ import annotations

import json
from pathlib import Path

import click

from viralsim.cli.study import last_options, say, scenario_file, scenario_of_file, watched


@click.command(help="Weigh the uncertain inputs of a scenario by lift tests that were run elsewhere.")
@scenario_file
@click.option("--tests", required=True, type=click.Path(path_type=Path),
              help="CSV with treatment, control, measure, effect and standard_error, a row per test.")  # fmt: skip
@click.option("--worlds", type=click.IntRange(min=1), help="Rows of inputs; the scenario's worlds by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of rows and luck; the scenario's by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write learnt.yaml, posterior.csv and weights.csv here.")
@last_options
def learn(
    file: Path,
    tests: Path,
    worlds: int | None,
    seed: int | None,
    out: Path | None,
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, run, weigh, print what was learnt."""
    from viralsim.decisions.lift_learning import learn as weigh

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        found = weigh(scenario, tests, worlds, seed, threads=threads, progress=progress)
    if out is not None:
        found.save(out)
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
        return
    say(found.sentences())
    if out is not None:
        click.echo(f"\n{out}/learnt.yaml draws what was learnt; {out}/posterior.csv, {out}/weights.csv")
