"""``viralsim chance``: how likely a rare outcome is, counted over very many worlds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.study import json_option, scenario_file, scenario_of_file, set_option, threads_option, watched

if TYPE_CHECKING:
    from viralsim.scenario import Scenario

INTERRUPTED = 130


@click.command(help="Count how often each arm goes viral, or meets another criterion, over very many worlds.")
@scenario_file
@click.option("--worlds", type=click.IntRange(min=1), default=100_000, show_default=True, help="How many worlds.")
@click.option("--criterion", metavar="WORD=NUMBER",
              help="Such as shares_at_least=1000 or reach_fraction=0.2; the scenario's viral_when by default.")  # fmt: skip
@click.option("--arm", "arms", multiple=True, help="Run this arm only; may be given several times.")
@set_option
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@threads_option
@json_option
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
    from viralsim.experiments.rare_events import rare_chances
    from viralsim.experiments.sensitivity import finite

    scenario, asked = scenario_of_file(file, sets), _criterion(criterion)
    with watched() as progress:
        found = rare_chances(
            scenario, worlds, criterion=asked, arms=arms or None, seed=seed, threads=threads,
            progress=progress,
        )  # fmt: skip
    if as_json:
        said = {name: {**vars(one), "chance": one.chance} for name, one in found.items()}
        click.echo(json.dumps(finite(said)))
    else:
        click.echo(f"{scenario.name}: chance of {_rule(scenario, asked)}")
        for one in found.values():
            click.echo(one.sentence)
    if any(one.interrupted for one in found.values()):
        click.get_current_context().exit(INTERRUPTED)


def _rule(scenario: Scenario, asked: dict[str, float] | None) -> str:
    """What is counted: the criterion, or what the scenario calls viral."""
    rule = scenario.spec.viral_when.model_dump() if asked is None else asked
    said = ", ".join(f"{word} = {number:g}" for word, number in rule.items() if number is not None)
    return said if asked is not None else f"going viral ({said})"


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
