"""Networks from files of any known format, and from folders made by ``network import``."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.arrays import gather_npy, read_npy, read_npz
from viralsim.population.importers.direction import settled
from viralsim.population.importers.edge_lists.dialect import find_form
from viralsim.population.importers.edge_lists.gather import EdgeTable, gather_edge_table
from viralsim.population.importers.formats.parsed import Asked
from viralsim.population.importers.formats.recognise import Recognised, read_graph, recognise
from viralsim.population.importers.odd_ids import odd_names
from viralsim.population.importers.text_stream import Report
from viralsim.population.network.edges import Edges, reverses
from viralsim.population.network.network import REACHES, Network, ViralsimWarning


class Reading(NamedTuple):
    """How users ask for a file to be read; see ``read_network``."""

    edge_means: str = REACHES
    directed: bool | None = None
    tie_strength: str | int | None = None
    influence_weight: str | int | None = None
    sep: str | None = None
    ids_from: str | None = None


def read_network(
    path: str | Path,
    edge_means: str = REACHES,
    directed: bool | None = None,
    tie_strength: str | int | None = None,
    influence_weight: str | int | None = None,
    sep: str | None = None,
    ids_from: str | None = None,
    keep_edge_order: bool = True,
) -> Network:
    """Read a network of a file (or of a folder made by ``network import``).

    What a file is, its content says: edge lists, adjacency lists and matrices in text (separator, header and quotes are found;
    ``sep`` gives the separator where that fails), GraphML, GEXF, GML, Pajek, LGL, NCOL, DIMACS, GDF, UCINET DL, LEDA, METIS,
    SIF, TGF, graph6, MatrixMarket, JSON (node-link, adjacency, Cytoscape, JGF), .npy (whole numbers [E, 2]), .npz (scipy
    sparse, or ``indptr`` and ``followers``); packed by gzip, bzip2, xz or zip; in UTF-8 or UTF-16.
    edge_means: "source reaches target" or "source follows target" (is reversed). directed: False reads each edge both ways;
    None: as the file states, else True. tie_strength, influence_weight: a column's name, or its number from 0; in graph formats
    an edge attribute; in matrices any word takes the entries. ids_from: the attribute of nodes that names members in place of
    the file's own ids.
    Ids are whole numbers where all are written as a computer writes them, else text; those that are not ``0..N-1`` are kept in
    ``ids``. Members are in ascending order of id, or in the file's order where it lists them. What was left out or assumed is in
    ``notes``. Raises ``NetworkError`` with file and line, and warns (``ViralsimWarning``) of edges that were dropped.
    """
    path, reading = Path(path), Reading(edge_means, directed, tie_strength, influence_weight, sep, ids_from)
    reverse = reverses(edge_means)
    if path.is_dir():
        return _open_folder(path, reading)
    found = recognise(path, sep)
    if found.kind in ("npy", "npz"):
        refuse_text_options(path, reading)
        read = read_npy if found.kind == "npy" else read_npz
        edges, notes = read(path, directed is not False, tie_strength, influence_weight)
    elif found.kind == "edges":
        table = gather_table(path, found, reading)
        edges, notes = (
            _whole(table)._replace(directed=settled(path, table.stated, directed, reverse, table.notes)),
            table.notes,
        )
    else:
        parsed = read_graph(path, found, Asked(_text(tie_strength), _text(influence_weight), ids_from))
        notes = parsed.notes
        edges = parsed.edges._replace(directed=settled(path, parsed.stated, directed, reverse, notes))
    notes += said_of(path, edges.ids, reverse and edges.directed)
    if edges.members == 0:
        raise NetworkError(f"{path}: names no member; a network needs at least one edge or one node")
    network = Network.of_edges(edges, edge_means=edge_means, keep_edge_order=keep_edge_order)
    return replace(network, notes=tuple(notes))


def read_with_notes(path: str | Path, *, keep_edge_order: bool = True, **reading: Any) -> Network:
    """As ``read_network``; what it warns of is in ``notes`` too, and no warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ViralsimWarning)
        network = read_network(path, keep_edge_order=keep_edge_order, **reading)
    for warning in caught:
        if not issubclass(warning.category, ViralsimWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    dropped = [str(warning.message) for warning in caught if issubclass(warning.category, ViralsimWarning)]
    return replace(network, notes=(*network.notes, *dropped))


def gather_table(
    path: Path, found: Recognised, reading: Reading, folder: Path | None = None, report: Report | None = None
) -> EdgeTable:
    """The edges of a file that comes in blocks: an edge list in text, or an array; ``folder``: see ``EdgeBlocks``."""
    if found.kind == "npy":
        refuse_text_options(path, reading)
        assert folder is not None
        return gather_npy(path, reading.tie_strength, reading.influence_weight, folder, report)
    assert found.sample is not None
    if reading.ids_from is not None:
        raise NetworkError(f"{path}: ids_from: an edge list has no nodes with attributes; leave it out")
    form = find_form(path, found.sample, reading.tie_strength, reading.influence_weight)
    if reading.directed is False and form.kind is not None:
        form = replace(form, kind=None, each_way=False)
    if reading.directed is True and form.each_way:
        raise NetworkError(
            f'{path}: by column "{form.name_of(form.kind or 0)}" some edges are undirected, directed: true contradicts it; leave '
            "directed out"
        )
    table = gather_edge_table(path, form, folder, report)
    if table.means is not None and table.means != reading.edge_means and reading.directed is not False:
        table.notes.append(
            f'{path.name}: by the names of its columns "{table.means}", but edge_means says "{reading.edge_means}": check it'
        )
    return table


def said_of(path: Path, ids: NDArray[Any] | None, reversed_: bool) -> list[str]:
    """What users should know of a network's ids, and of edges that were reversed."""
    notes = odd_names(path, ids)
    if reversed_:
        notes.append(
            f'{path.name}: edges mean "source follows target": they were reversed, information flows to the source'
        )
    return notes


def _whole(table: EdgeTable) -> Edges:
    """All blocks of a table as one."""
    blocks = list(table.blocks)

    def joined(column: str, dtype: type) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype), *(getattr(block, column) for block in blocks)])

    weights: dict[str, Any] = {column: joined(column, np.float64) for column in table.columns}
    return Edges(joined("source", np.int32), joined("target", np.int32), table.members, ids=table.ids, **weights)


def _open_folder(path: Path, reading: Reading) -> Network:
    from viralsim.population.network.storage import open_network

    if reading._replace(directed=None) != Reading() or reading.directed is False:
        raise NetworkError(
            f"{path}: a folder made by network import says by itself what its edges mean; "
            "leave edge_means, directed, tie_strength and influence_weight out, or import the file again"
        )
    return open_network(path)


def refuse_text_options(path: Path, reading: Reading) -> None:
    """``NetworkError`` where a separator or names are asked of arrays."""
    for option in ("sep", "ids_from"):
        if getattr(reading, option) is not None:
            raise NetworkError(f"{path}: {option} has no meaning for arrays; leave it out")


def _text(name: str | int | None) -> str | None:
    return None if name is None else str(name)
