"""``viralsim info`` and ``verify``: what a folder holds, and whether it comes out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.command(help="Say what a folder of viralsim holds.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--methods", is_flag=True, help="Print a methods paragraph for a paper instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def info(folder: Path, methods: bool, as_json: bool) -> None:
    """A sweep or a result, in a few lines, or its methods paragraph."""
    if methods:
        text = _methods(folder)
        click.echo(json.dumps({"methods": text}) if as_json else text)
        return
    said = _of_sweep(folder) if (folder / "sweep.json").exists() else _of_result(folder)
    if as_json:
        click.echo(json.dumps(said))
        return
    for word, value in said.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        shown = ", ".join(map(str, value)) if isinstance(value, list) else shown
        click.echo(f"{word:<12} {shown}")


def _methods(folder: Path) -> str:
    from viralsim.experiments.manifest import read_manifest
    from viralsim.report.methods import methods_of_result, methods_of_sweep
    from viralsim.results import open_result

    if (folder / "sweep.json").exists():
        return methods_of_sweep(read_manifest(folder))
    return methods_of_result(open_result(folder))


def _of_sweep(folder: Path) -> dict[str, Any]:
    from viralsim.experiments.journal import Journal
    from viralsim.experiments.manifest import TABLE, read_manifest
    from viralsim.experiments.table import read_table

    manifest = read_manifest(folder)
    finished, failed = manifest["points"], 0
    if manifest["complete"] or (folder / TABLE).exists():
        table = read_table(folder, ["point", "error"])
        finished, failed = table["point"].nunique(), table[table["error"].notna()]["point"].nunique()
    if not manifest["complete"]:
        journals = [Journal(path) for path in sorted(folder.glob("journal*.jsonl"))]
        finished = len({i for one in journals for i in one.points.get(manifest["plan"], {})})
    kept = ("name", "fingerprint", "design", "paths", "arms", "worlds", "seed", "luck", "versions")
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return {
        "holds": "a sweep",
        "points": f"{finished} of {manifest['points']} finished, {failed} failed",
        "complete": bool(manifest["complete"]),
        **{word: manifest[word] for word in kept},
        "bytes": size,
    }


def _of_result(folder: Path) -> dict[str, Any]:
    from viralsim.results import open_result

    result = open_result(folder)
    return {
        "holds": "a result",
        "name": result.scenario_name,
        "fingerprint": result.fingerprint,
        "arms": list(result.arms),
        "worlds": result.world_count,
        "seed": result.seed,
        "members": result.population.members,
        "versions": dict(result.versions),
        "bytes": sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
    }


@click.command(help="Run points of a sweep again and compare them with what is stored.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--sample", type=click.IntRange(min=1), default=20, show_default=True, help="How many points.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Which sample.")
@click.option("--files", type=click.Path(path_type=Path), help="Where the scenario's files lie, if not where they lay.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def verify(folder: Path, sample: int, seed: int, files: Path | None, as_json: bool) -> None:
    """Exit 0 where every number of the sample comes out again, else 1."""
    from viralsim.experiments.verify import verify_sweep

    found = verify_sweep(folder, sample, seed, files)
    if as_json:
        click.echo(json.dumps({"checked": found.checked, "different": found.different}))
    else:
        for line in found.different:
            click.echo(line)
        good = found.checked - len(found.points)
        click.echo(f"{good} of {found.checked} points came out again, number for number")
    if found.different:
        click.get_current_context().exit(1)


@click.command(help="Write the worlds of a stored run as paired samples, in the format of the Scenario Modeling Hub.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file; .csv or .parquet.")
@click.option("--origin-date", required=True, metavar="DAY", help="The day of the launch, such as 2026-03-01.")
@click.option("--measure", "measures", multiple=True, help="A measure; several may be given. All by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def samples(folder: Path, out: Path, origin_date: str, measures: tuple[str, ...], as_json: bool) -> None:
    """Open, turn, write whole or not at all."""
    from viralsim.atomic import atomic_path
    from viralsim.errors import InputError
    from viralsim.results import open_result

    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"--out must end in .csv or .parquet, got {out.name!r}")
    table = open_result(folder).samples(origin_date, measures or None)
    with atomic_path(out, "choose another file") as building:
        if out.suffix == ".csv":
            table.to_csv(building, index=False, na_rep="NA", lineterminator="\n")
        else:
            table.to_parquet(building, index=False)
    said = {"file": str(out), "rows": len(table), "worlds": int(table["stochastic_run"].nunique())}
    click.echo(json.dumps(said) if as_json else f"{out}: {said['rows']:,} rows of {said['worlds']:,} worlds")
