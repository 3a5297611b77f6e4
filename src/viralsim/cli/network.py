"""``viralsim network``: bring a graph file into the form that opens at once, and describe networks."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from viralsim.population.importers.text_stream import Report
    from viralsim.population.network.describe import Degrees, NetworkDescription

MEANINGS = ("source reaches target", "source follows target")


@click.group()
def network() -> None:
    """Import a graph file, or describe one."""


def _reading_options(command: Any) -> Any:
    """Options that say how a file is to be read; they come as one mapping, ``reading``."""
    names = ("influence_weight", "tie_strength", "undirected", "edge_means", "sep", "ids_from")

    @wraps(command)
    def gathered(**arguments: Any) -> Any:
        reading = {name: arguments.pop(name) for name in names}
        reading["directed"] = False if reading.pop("undirected") else None
        return command(**arguments, reading=reading)

    for option in (
        click.option("--ids-from", metavar="ATTRIBUTE", help="Attribute of nodes that names members, such as label."),
        click.option("--sep", metavar="CHARACTER", help="What separates the fields of a row; found if left out."),
        click.option("--influence-weight", metavar="COL", help="Column (name, or number from 0) of influence weights."),
        click.option(
            "--tie-strength", metavar="COL", help="Column (name, or number from 0) of tie strengths in [0, 1]."
        ),
        click.option("--undirected", is_flag=True, help="Every edge runs both ways; left out: as the file states."),
        click.option(
            "--edge-means",
            type=click.Choice(MEANINGS),
            default=MEANINGS[0],
            show_default=True,
            help="What an edge of the file says.",
        ),
    ):
        gathered = option(gathered)
    return gathered


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Make an end by SIGTERM an exception, so that what was half written is removed."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@network.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write; must be new.")
@_reading_options
def import_(file: Path, folder: Path, reading: dict[str, Any]) -> None:
    """Write the network of FILE as a folder that opens at once.

    FILE is an edge list (csv, tsv, SNAP style), an adjacency list or matrix, GraphML, GEXF, GML, Pajek or another graph
    format, .npy or .npz; packed or not. A scenario names the folder as a channel's network: {file: DIR}.
    """
    from viralsim.population.importers.convert import import_network
    from viralsim.population.network.storage import refuse_taken

    refuse_taken(folder)  # before a forecast, too
    _forecast(file)
    with _ended_cleanly(), _bar() as report:
        done = import_network(file, folder, report=report, **reading)
    for note in done.notes:
        click.echo(f"note: {note}")
    click.echo(f"{folder}: {done.members:,} members, {done.follows:,} follows")


# Measured at ten follows a member (benchmarks/SCALE.md); memory goes by the members, so fewer follows a member take more.
LONG_FILE_MIB = 100
MIB_A_SECOND, GIB_A_MIB = {"numbers": 75, "names": 30}, {"numbers": 0.00014, "names": 0.0005}
GIB_AT_LEAST = 0.3


def _forecast(file: Path) -> None:
    """On a terminal, say what a large text file will take before it is read."""
    if not file.is_file() or file.suffix in (".npy", ".npz"):
        return
    mib = file.stat().st_size / 2**20 * (4 if file.suffix == ".gz" else 1)
    if mib >= LONG_FILE_MIB:
        needs = (
            f"{mib / MIB_A_SECOND[k]:.0f} s and {GIB_AT_LEAST + GIB_A_MIB[k] * mib:.1f} GiB of memory"
            for k in GIB_A_MIB
        )
        _tell(f"reading {file.name}: about {', or '.join(needs)} where ids are names")


@contextmanager
def _bar() -> Iterator[Report | None]:
    """A bar with the time left, on a terminal only and beside the output."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    from viralsim.cli.console import standard_console

    with Progress(console=standard_console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def report(what: str, done: int, of: int) -> None:
            if what != progress.tasks[0].description:
                progress.reset(task, description=what)
            progress.update(task, completed=done, total=of)

        yield report


def _tell(text: str) -> None:
    """Progress: to a terminal only, beside the output."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


@network.command()
@click.argument("file", metavar="FILE_OR_DIR", type=click.Path(path_type=Path))
@_reading_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def describe(file: Path, reading: dict[str, Any], as_json: bool) -> None:
    """Print the statistics of a network: degrees, reciprocity, clustering, components, communities, distances."""
    from viralsim.population.importers.read import read_with_notes
    from viralsim.population.network.describe import describe_network

    found = read_with_notes(file, keep_edge_order=False, **reading)
    notes = list(found.notes)
    description = describe_network(found)
    if as_json:
        import json

        values = description.to_dict()
        values["notes"] = [*notes, *values["notes"]]
        click.echo(json.dumps(values, indent=2, allow_nan=False))
        return
    for line in table(description):
        click.echo(line)
    for note in (*notes, *description.notes):
        click.echo(f"note: {note}")


def table(d: NetworkDescription) -> list[str]:
    """The description as lines of name and value."""
    rows: list[tuple[str, str]] = [
        ("members", f"{d.members:,}"),
        ("follows", f"{d.follows:,}"),
        ("density", _number(d.density, "{:.3g}")),
        ("followers of a member", _degrees(d.followers)),
        ("accounts followed", _degrees(d.following)),
        ("tail of followers", _tail(d.followers)),
        ("tail of accounts followed", _tail(d.following)),
        ("reciprocity", _number(d.reciprocity, "{:.3f} of follows are returned")),
        ("transitivity", f"{_number(d.transitivity)} ({d.triangles:,} triangles)"),
        ("mean local clustering", _number(d.mean_local_clustering)),
        ("weak components", f"{d.weak_components:,}, the largest has {d.largest_weak_component:,} members"),
        ("strong components", f"{d.strong_components:,}, the largest has {d.largest_strong_component:,} members"),
        ("communities (Leiden)", _communities(d)),
        ("degree assortativity", _number(d.assortativity)),
        ("spectral radius", _number(d.spectral_radius, "{:.4g}")),
        (
            "mean distance",
            f"{_number(d.mean_distance, '{:.2f}')}, the longest found is {_number(d.longest_distance, '{}')}",
        ),
    ]
    if d.mean_tie_strength is not None:
        rows.append(("mean tie strength", _number(d.mean_tie_strength, "{:.4g}")))
    wide = max(len(name) for name, _ in rows)
    return [f"{name:<{wide}}  {value}" for name, value in rows]


def _number(value: float | None, form: str = "{:.3f}") -> str:
    return "not defined" if value is None else form.format(value)


def _degrees(d: Degrees) -> str:
    quantiles = f"median {d.p50:g}, 90 % {d.p90:g}, 99 % {d.p99:g}, largest {d.maximum:,}"
    return f"mean {d.mean:.2f}, {quantiles}; {d.none:,} have none"


def _tail(d: Degrees) -> str:
    if d.tail_exponent is None:
        return "none found"
    return f"exponent {d.tail_exponent:.2f} from {d.tail_from} on ({d.tail_members:,} members)"


def _communities(d: NetworkDescription) -> str:
    if d.communities is None:
        return "not searched"
    return (
        f"{d.communities:,}, the largest has {d.largest_community or 0:,} members; modularity {_number(d.modularity)}"
    )
