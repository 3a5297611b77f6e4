"""``viralsim run``: all arms in the same worlds, compared, judged, and saved where asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.study import json_option, scenario_file, scenario_of_file, set_option, threads_option, watched

if TYPE_CHECKING:
    from viralsim.cli.render_answer import AnswerScreen
    from viralsim.results import Result
    from viralsim.scenario import Scenario

INTERRUPTED = 130


@click.command(help="Simulate every arm of a scenario in the same worlds and compare them.")
@scenario_file
@click.option("--worlds", type=click.IntRange(min=1), help="How many worlds; the scenario's own number by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the audience keeps the scenario's seed.")
@click.option("--arm", "arms", multiple=True, help="Run this arm only; may be given several times.")
@set_option
@threads_option
@click.option("--out", type=click.Path(path_type=Path), help="Save the result in this folder.")
@click.option("--force", is_flag=True, help="Replace the result of another scenario in the folder.")
@click.option("--full", is_flag=True, help="Print all tables and sentences, not the answer alone.")
@json_option
@click.option("--dry-run", is_flag=True, help="Say what would be run, and run nothing.")
def run(
    file: Path,
    worlds: int | None,
    seed: int | None,
    arms: tuple[str, ...],
    sets: tuple[str, ...],
    threads: int | None,
    out: Path | None,
    force: bool,
    full: bool,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Load, change, simulate, save, print; exit 130 where the user stopped it, with what was finished saved."""
    scenario = scenario_of_file(file, sets)
    if out is not None:
        from viralsim.records import refuse_foreign

        refuse_foreign(out, None if force else (scenario.name, scenario.fingerprint))
    if dry_run:
        _say_plan(scenario, worlds, seed, arms, as_json)
        return
    from viralsim.report.rerun import run_again
    from viralsim.simulation import simulate

    screen = None if as_json or full else _screen()
    with watched() as progress:
        result = simulate(
            scenario,
            worlds=worlds,
            seed=seed,
            arms=arms or None,
            threads=threads,
            progress=progress,
            what_turns_it=True,
            on_answer=None if screen is None else screen.first,
        )
    if out is not None:
        result.save(out)
        from viralsim.report.charts.gallery import keep_trees

        keep_trees(result, out)
    if as_json:
        click.echo(json.dumps(result.to_dict(), allow_nan=False))
    else:
        _print(result, screen, run_again(result, str(file), arms, sets), "" if out is None else str(out))
    if result.interrupted:
        for note in result.warnings if screen is not None else ():  # --full and --json tell all warnings
            if note.startswith("stopped"):
                click.echo(note, err=True)
        click.get_current_context().exit(INTERRUPTED)


def _screen() -> AnswerScreen:
    from viralsim.cli.console import standard_console
    from viralsim.cli.render_answer import AnswerScreen

    return AnswerScreen(standard_console())


def _print(result: Result, screen: AnswerScreen | None, command: str, saved_to: str) -> None:
    """What is not printed yet: what the answer rests on and what would change it, or everything."""
    if screen is not None:
        screen.rest(result, command, saved_to)
        return
    from viralsim.cli.console import standard_console
    from viralsim.cli.render import render

    render(result, standard_console(), command, saved_to)


def _say_plan(scenario: Scenario, worlds: int | None, seed: int | None, arms: tuple[str, ...], as_json: bool) -> None:
    """What a run would do: arms, worlds, launches."""
    from viralsim.errors import InputError

    names = list(scenario.arm_names)
    unknown = [name for name in arms if name not in names]
    if unknown:
        raise InputError(f"there is no arm {unknown[0]!r}: choose from {', '.join(names)}")
    chosen = [name for name in names if not arms or name in arms]
    count = scenario.worlds if worlds is None else worlds
    luck = scenario.seed if seed is None else seed
    plan = {
        "scenario": scenario.name,
        "fingerprint": scenario.fingerprint,
        "seed": luck,
        "worlds": count,
        "arms": chosen,
        "launches": count * len(chosen),
    }
    if as_json:
        click.echo(json.dumps(plan))
        return
    click.echo(f"{scenario.name} (fingerprint {scenario.fingerprint})")
    click.echo(f"arms: {', '.join(chosen)}")
    most = "at most " if worlds is None and scenario.until is not None else ""
    click.echo(f"{most}{count:,} worlds with seed {luck}: {count * len(chosen):,} launches")
    click.echo("nothing was run; viralsim check prints population, costs and vital signs")
