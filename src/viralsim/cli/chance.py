"""``viralsim chance``: how likely a rare outcome is, counted over very many worlds."""

from __future__ import annotations

import json
from pathlib import Path

import click

INTERRUPTED = 130


@click.command(help="Count how often each arm goes viral, or meets another criterion, over very many worlds.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--worlds", type=click.IntRange(min=1), default=100_000, show_default=True, help="How many worlds.")
@click.option("--criterion", metavar="WORD=NUMBER",
              help="Such as shares_at_least=1000 or reach_fraction=0.2; the scenario's viral_when by default.")  # fmt: skip
@click.option("--arm", "arms", multiple=True, help="Run this arm only; may be given several times.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the scenario.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def chance(
    file: Path,
    worlds: int,
    criterion: str | None,
    arms: tuple[str, ...],
    sets: tuple[str, ...],
    seed: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, count, print; exit 130 where the user stopped it, with what was counted so far."""
    from viralsim.cli.progress import progress_bar
    from viralsim.experiments.rare_events import rare_chances
    from viralsim.experiments.sensitivity import finite
    from viralsim.scenario import load, parse_set

    scenario = load(file)
    if sets:
        scenario = scenario.override(dict(parse_set(text) for text in sets))
    with progress_bar("preparing the audience", lambda: "launches") as progress:
        found = rare_chances(
            scenario, worlds, criterion=_criterion(criterion), arms=arms or None, seed=seed, threads=threads,
            progress=progress,
        )  # fmt: skip
    if as_json:
        said = {name: {**vars(one), "chance": one.chance} for name, one in found.items()}
        click.echo(json.dumps(finite(said)))
    else:
        for one in found.values():
            click.echo(one.sentence)
    if any(one.interrupted for one in found.values()):
        click.get_current_context().exit(INTERRUPTED)


def _criterion(text: str | None) -> dict[str, float] | None:
    from viralsim.errors import InputError

    if text is None:
        return None
    word, sign, number = text.partition("=")
    try:
        return {word.strip(): float(number)}
    except ValueError:
        what = "a number" if sign else "a word, = and a number"
        raise InputError(f"--criterion {text!r} needs {what}, such as shares_at_least=1000") from None
