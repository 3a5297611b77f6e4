"""``viralsim sweep`` and ``merge``: many points of one scenario into a folder that survives interruptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from viralsim.experiments import Plan, SweepOutcome

INTERRUPTED = 130


@click.command(help="Run the sweep block of a scenario; the same command again runs only what is missing.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder of the sweep.")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Processes; 0: threads. By default many points of a small audience get processes.",
)
@click.option("--cluster", metavar="ADDRESS", help="Address of a Dask scheduler, or 'local'.")
@click.option("--shard", metavar="I/N", help="Run every N-th point from the I-th on; merge joins the shards.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads in all; all cores by default.")
@click.option("--worlds", type=click.IntRange(min=1), help="Worlds of a point; the sweep's own number by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option(
    "--slurm", type=click.Path(path_type=Path), metavar="FILE", help="Write a Slurm job script here; run nothing."
)
@click.option("--jobs", type=click.IntRange(min=1), help="Jobs of the script's array; 20 by default.")
@click.option(
    "--adaptive", metavar="MEASURE", help="Let Optuna choose the points, to make this mean (or uplift_MEASURE) best."
)
@click.option("--arm", help="Whose mean; the first that is not the baseline by default.")
@click.option("--points", type=click.IntRange(min=1), help="Points of an adaptive sweep; those of its block, else 60.")
@click.option("--dry-run", is_flag=True, help="Print the plan with a forecast, and run nothing but two points.")
def sweep(
    file: Path,
    out: Path,
    workers: int | None,
    cluster: str | None,
    shard: str | None,
    threads: int | None,
    worlds: int | None,
    seed: int | None,
    as_json: bool,
    slurm: Path | None,
    jobs: int | None,
    adaptive: str | None,
    arm: str | None,
    points: int | None,
    dry_run: bool,
) -> None:
    """Plan, run, tell; exit 130 where the user stopped it, with everything that was finished on the disk."""
    from viralsim.experiments import plan_of, run_sweep
    from viralsim.scenario import load

    _check_adaptive(
        adaptive, {"--arm": arm, "--points": points}, {"--shard": shard, "--slurm": slurm, "--dry-run": dry_run}
    )
    if adaptive is not None:
        how = {"worlds": worlds, "seed": seed, "threads": threads, "workers": workers, "cluster": cluster}
        _run_adaptive(file, out, adaptive, arm, points, how, as_json)
        return
    plan = plan_of(load(file), worlds, seed)
    if slurm is not None:
        from viralsim.cli.slurm import write_script

        write_script(slurm, plan, file, out, jobs, threads, worlds, seed)
        click.echo(f"{slurm}: submit it with sbatch; when all jobs are done: viralsim merge {out}")
        return
    if dry_run:
        _forecast(plan, as_json)
        return
    if not as_json:
        _say_plan(plan)
    with progress_bar("points", points_done) as progress:
        outcome = run_sweep(
            plan, out, threads=threads, workers=workers, cluster=cluster, shard=_shard(shard), progress=progress
        )
    tell(outcome, out, as_json, shard)
    if outcome.interrupted:
        click.get_current_context().exit(INTERRUPTED)


def _check_adaptive(measure: str | None, needs: dict[str, object], excludes: dict[str, object]) -> None:
    """InputError for options that do not go together."""
    from viralsim.errors import InputError

    if measure is None:
        for name, value in needs.items():
            if value is not None:
                raise InputError(f"{name} belongs to an adaptive sweep: add --adaptive MEASURE, or leave it out")
        return
    for name, value in excludes.items():
        if value:
            raise InputError(f"{name} needs points that are known beforehand: leave it out, or leave out --adaptive")


def _run_adaptive(
    file: Path, out: Path, measure: str, arm: str | None, points: int | None, how: dict[str, Any], as_json: bool
) -> None:
    from viralsim.experiments.adaptive.sweep import adaptive_sweep
    from viralsim.measurement.number_format import number
    from viralsim.scenario import load

    with progress_bar("points", points_done) as progress:
        found = adaptive_sweep(load(file), out, measure, arm=arm, points=points, progress=progress, **how)
    more = {"measure": found.measure, "arm": found.arm, "best": dict(found.best), "value": found.value}
    tell(found.outcome, out, as_json, more=more)
    if not as_json and found.value is not None:
        where = ", ".join(f"{path} = {value}" for path, value in found.best.items())
        click.echo(f"best mean of {found.measure.replace('_', ' ')} in {found.arm}: {number(found.value)} at {where}")
    if found.outcome.interrupted:
        click.get_current_context().exit(INTERRUPTED)


@click.command(help="Join the shards of one sweep into the table that a single run would have written.")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the whole; the first folder by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def merge(folders: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Read the journals of all shards, write the table."""
    from viralsim.experiments.sweep import merge as join
    from viralsim.experiments.sweep import plan_in

    _, plan = plan_in(folders[0])
    target = out or folders[0]
    tell(join(plan, folders, target), target, as_json)


def tell(
    outcome: SweepOutcome, out: Path, as_json: bool, shard: str | None = None, more: dict[str, Any] | None = None
) -> None:
    """What a sweep did, in a sentence or as JSON."""
    if as_json:
        click.echo(json.dumps({"out": str(out), "complete": outcome.complete, **vars(outcome), **(more or {})}))
        return
    finished = outcome.found + outcome.run
    place = f"{out}/points.parquet" if shard is None else f"shard {shard}: viralsim merge {out} writes the table"
    click.echo(f"{finished:,} of {outcome.points:,} points finished, {outcome.run:,} in this run; {place}")
    if outcome.failed:
        click.echo(f"{outcome.failed:,} points failed; the column error says why")
    if not outcome.complete:
        click.echo("the same command again runs what is missing")
    if outcome.kept:
        click.echo(
            f"{outcome.kept:,} finished points of an earlier sweep in {out} are not in this one: they stay in journal.jsonl, and "
            "a sweep that has them again takes them from there"
        )


def _say_plan(plan: Plan) -> None:
    left = f", {plan.left_out:,} left out by constraints" if plan.left_out else ""
    luck = "luck of its own for each point" if plan.own_luck else "the same luck for all points"
    click.echo(
        f"{plan.scenario.name}: {len(plan.points):,} points ({plan.design}{left}) of {len(plan.arms)} arms and "
        f"{plan.worlds:,} worlds; {luck}, seed {plan.seed}",
        err=True,
    )


def _forecast(plan: Plan, as_json: bool) -> None:
    """The plan, with time, memory and disk predicted from two points that are run."""
    import time

    import psutil

    from viralsim.experiments import Runner
    from viralsim.experiments.disk_forecast import predicted_bytes
    from viralsim.simulation.run import default_threads

    runner = Runner(plan.scenario, plan.worlds, plan.seed, own_luck=plan.own_luck, kept=plan.kept)
    first = runner.run(plan.points[0])  # builds the audience, and compiles
    point = plan.points[len(plan.points) // 2]
    started = time.perf_counter()
    other = runner.run(point)
    one_s = time.perf_counter() - started
    table, journal = predicted_bytes(plan, first, other)
    said = {
        "scenario": plan.scenario.name,
        "design": plan.design,
        "points": len(plan.points),
        "left_out": plan.left_out,
        "arms": list(plan.arms),
        "worlds": plan.worlds,
        "launches": plan.launches,
        "luck": "own" if plan.own_luck else "same",
        "seed": plan.seed,
        "seconds_a_point": one_s,
        "forecast_s": one_s * len(plan.points) / default_threads(),
        "forecast_memory_mb": int(psutil.Process().memory_info().rss) / 2**20,
        "forecast_disk_mb": table / 1e6,
        "forecast_disk_while_running_mb": (table + journal) / 1e6,
        "first_points": list(plan.points[:5]),
    }
    if as_json:
        click.echo(json.dumps(said))
        return
    _say_plan(plan)
    for values in said["first_points"]:  # type: ignore[attr-defined]
        click.echo("  " + ", ".join(f"{path} = {value}" for path, value in values.items()))
    click.echo(f"  and {len(plan.points) - 5:,} more" if len(plan.points) > 5 else "  and no more")
    click.echo(
        f"about {said['forecast_s']:,.0f} s on {default_threads()} cores ({1e3 * one_s:.0f} ms per point), "
        f"{said['forecast_memory_mb']:,.0f} MB of memory per process, {_mb(table)} MB of disk "
        f"({_mb(table + journal)} MB while it runs)"
    )
    click.echo("two points were run to predict this; nothing was written")


def _mb(size: int) -> str:
    """Megabytes with two digits, also where it is a small part of one."""
    return f"{size / 1e6:,.0f}" if size >= 10_000_000 else f"{size / 1e6:.2g}"


def _shard(text: str | None) -> tuple[int, int] | None:
    from viralsim.errors import InputError

    if text is None:
        return None
    number, sign, of = text.partition("/")
    if not sign or not number.isdecimal() or not of.isdecimal():
        raise InputError(f"--shard {text!r} must be two whole numbers such as 3/10")
    return int(number), int(of)


def points_done(failed: int) -> str:
    """What the bar of a sweep says: failed points are named as soon as there are any."""
    return f"points ({failed} failed)" if failed else "points"
