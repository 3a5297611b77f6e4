"""``viralsim replay``: a cascade that happened, without one member or with one more who was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.numbers import Finite
from viralsim.errors import InputError
from viralsim.units import counted

if TYPE_CHECKING:
    from viralsim.population.network.network import Network
    from viralsim.replay import Change, Replay
    from viralsim.tables import Table

CASCADE = "cascade"
OF_CASCADES = ("cascade id", "post", "post id", "tweet id")
MEANINGS = ("source reaches target", "source follows target")


@click.command(
    help="A cascade that happened, with one thing changed.\n\n"
    "ADOPTIONS is a table of member and time (hours, ticks, any unit from 0 on), with --network; or of node and parent, the bare "
    "tree of a cascade, for which only the lost branch is known."
)
@click.argument("adoptions", metavar="ADOPTIONS", type=click.Path(path_type=Path))
@click.option("--network", type=click.Path(path_type=Path), help="Edge file, or folder of `viralsim network import`.")
@click.option("--edge-means", type=click.Choice(MEANINGS), default=MEANINGS[0], show_default=True,
              help="What an edge of the file says.")  # fmt: skip
@click.option("--undirected", is_flag=True, help="Every edge runs both ways.")
@click.option(
    "--without", "removed", multiple=True, metavar="ID", help="Had they never adopted; may be given several times."
)
@click.option(
    "--with", "added", multiple=True, metavar="ID@TIME", help="Had they been asked then; may be given several times."
)
@click.option("--until", type=Finite(), help="Until when it was watched; the last adoption by default.")
@click.option("--tick", type=Finite(), default=1.0, show_default=True, help="The time step, in the unit of the times.")
@click.option("--probability", type=Finite(), help="That one sight convinces; fitted to the cascade by default.")
@click.option("--mean-delay", type=Finite(), help="Ticks from there to the adoption; fitted to the cascade by default.")
@click.option("--model", default="independent_cascade", show_default=True, help="Others are refused, with the reason.")
@click.option("--draws", type=click.IntRange(min=1), default=1000, show_default=True, help="Worlds that are drawn.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def replay(
    adoptions: Path,
    network: Path | None,
    edge_means: str,
    undirected: bool,
    removed: tuple[str, ...],
    added: tuple[str, ...],
    until: float | None,
    tick: float,
    probability: float | None,
    mean_delay: float | None,
    model: str,
    draws: int,
    seed: int,
    as_json: bool,
) -> None:
    """Read, replay, change, print."""
    if network is None:
        if added:
            raise InputError(
                "--with: who would have been reached needs a network (--network); of a bare tree only --without is known"
            )
        said, lines = _of_tree(adoptions, removed)
    else:
        from viralsim.population.network.network import Network
        from viralsim.replay import cascade

        if network.is_dir():
            ties = Network.open(network)
        else:
            ties = Network.read(network, edge_means=edge_means, directed=False if undirected else None)
        members, times, notes = _adoptions(adoptions, ties)
        found = cascade(
            ties, members, times, until=until, tick=tick, probability=probability, mean_delay=mean_delay, model=model,
            draws=draws, seed=seed,
        )  # fmt: skip
        changes = [found.without(_label(ties, name, "--without")) for name in removed]
        for text in added:
            name, at = _asked(text, tick)
            changes.append(found.with_advocate(_label(ties, name, "--with"), at))
        said = _as_dict(found, changes, [*ties.notes, *notes])
        lines = [
            *found.sentences(),
            *(change.sentence() for change in changes),
            *(f"note: {note}" for note in said["warnings"]),
        ]
    if as_json:
        click.echo(json.dumps(said, allow_nan=False))
        return
    for line in lines:
        click.echo(line)


def _adoptions(path: Path, ties: Network) -> tuple[list[str], list[float], list[str]]:
    """(members, times, notes) of the table; every member is in the network."""
    from viralsim.tables import Column, Kind, read_table

    table = read_table(
        path,
        (
            Column("member", Kind.ID, ("user", "user_id", "node", "id"), required=True),
            Column("time", Kind.NUMBER, ("tick", "hours", "hour", "seconds", "days", "adopted_at"), required=True),
            Column(CASCADE, Kind.ID, OF_CASCADES),
        ),
    )
    _check_one_cascade(table)
    names, times = table.texts("member"), table.numbers("time")
    for row, (name, at) in enumerate(zip(names, times, strict=True)):
        if not name:
            raise table.refusal(row, "member", "is empty: every row names a member")
        if at != at:
            raise table.refusal(row, "time", "is empty: every row says when")
    try:
        ties.numbers_of(names)
    except InputError:  # which row it is
        for row, name in enumerate(names):
            _label(ties, name, f"{table.path}:{table.lines[row]}")
        raise
    return names, times.tolist(), list(table.notes)


def _check_one_cascade(table: Table) -> None:
    """Raises where a column names several cascades: together they would be one that never was."""
    names = list(dict.fromkeys(table.texts(CASCADE))) if CASCADE in table else []
    if len(names) > 1:
        raise InputError(
            f"{table.path}: holds {len(names):,} cascades ({', '.join(map(repr, names[:3]))}, ...): replay one at a time"
        )


def _label(ties: Network, name: str, where: str) -> str | int:
    """A member's id as the network has it: a number where it has no ids.

    Raises: InputError that says ``where`` the name is from, if the network has no such member.
    """
    label = int(name) if ties.ids is None and name.isdigit() else name
    try:
        ties.numbers_of([label])
    except InputError as error:
        raise InputError(f"{where}: {str(error).removeprefix('labels: ')}") from None
    return label


def _asked(text: str, tick: float) -> tuple[str, int]:
    name, at, time = text.rpartition("@")
    try:
        hours = float(time)
    except ValueError:
        hours = -1.0
    if not at or not name or not 0 <= hours < float("inf"):
        raise InputError(f"--with: must be ID@TIME such as ada@3, got {text!r}")
    return name, int(hours / tick + 1e-9)


def _of_tree(path: Path, removed: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    from viralsim.replay import lost_branch
    from viralsim.tables import Column, Kind, read_table

    if not removed:
        raise InputError("--without: name somebody of the tree; or name the network (--network)")
    ends = (Column("node", Kind.ID, ("member", "user", "user_id", "id"), required=True), Column("parent", Kind.ID))
    table = read_table(path, (*ends, Column(CASCADE, Kind.ID, OF_CASCADES)))
    if "parent" not in table:
        raise InputError(
            f"{path}:{table.header_line}: no column parent, so this is no tree; of adoptions "
            "of members the network is needed (--network)"
        )
    _check_one_cascade(table)
    nodes, parents = table.texts("node"), table.texts("parent")
    found = [lost_branch(nodes, parents, name) for name in removed]
    strays = sorted({parent for parent in parents if parent} - set(nodes))
    if len(strays) + ("" in parents) > 1:
        table.notes.append(
            f"{counted(len(strays), 'parent')}, such as {strays[0]!r}, not among the nodes: what hangs on one that is missing is a "
            "tree of its own, so that more may be lost than is said"
        )
    each = [{"without": one.node, "lost_at_most": one.posts, "of": one.of} for one in found]
    lines = [*(one.sentence() for one in found), *(f"note: {note}" for note in table.notes)]
    return {"tree": each, "warnings": list(table.notes)}, lines


def _as_dict(found: Replay, changes: list[Change], notes: list[str]) -> dict[str, Any]:
    numbers = ("what", "lost", "lost_low", "lost_high", "gained", "gained_low", "gained_high")
    return {
        "adopters": found.adopters,
        "forced_roots": int(found.roots.size),
        "until_tick": found.observed.until,
        "parameters": {
            "probability": float(found.parameters.probability.mean()) if found.parameters.probability.size else None,
            "mean_delay": found.parameters.mean_delay,
            "fitted": found.parameters.fitted,
        },
        "draws": found.draws,
        "changes": [
            {name: getattr(change, name) for name in numbers} | {"sentence": change.sentence()} for change in changes
        ],
        "sentences": found.sentences(),
        "warnings": notes,
    }
