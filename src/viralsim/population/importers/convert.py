"""Import: a network file written as a folder that opens at once; lists and arrays of edges are never whole in memory."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NamedTuple

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import settled
from viralsim.population.importers.formats.recognise import recognise
from viralsim.population.importers.read import Reading, gather_table, read_with_notes, said_of
from viralsim.population.importers.text_stream import Report
from viralsim.population.network.edges import dropped_edges, reverses
from viralsim.population.network.network import REACHES
from viralsim.population.network.storage import new_folder, refuse_taken, save_network, write_manifest


class Imported(NamedTuple):
    """A network that was written, and what users should know of how it was read."""

    members: int
    follows: int
    notes: list[str]


def import_network(
    path: str | Path,
    folder: str | Path,
    edge_means: str = REACHES,
    directed: bool | None = None,
    tie_strength: str | int | None = None,
    influence_weight: str | int | None = None,
    report: Report | None = None,
    sep: str | None = None,
    ids_from: str | None = None,
) -> Imported:
    """Write the network of a file as a folder for ``open_network``; arguments as of ``read_network``.

    The folder is byte for byte what ``save_network`` writes of ``read_network``. An edge list or array takes memory
    by its members and not by its edges: edges lie in nameless files beside ``folder``, which go with the process. report: is
    called with how far it is, every so often.
    """
    path, folder = Path(path), Path(folder)
    refuse_taken(folder)  # before a minute of reading, not after
    reading = Reading(edge_means, directed, tie_strength, influence_weight, sep, ids_from)
    reverse = reverses(edge_means)
    found = None if path.is_dir() else recognise(path, sep)
    if found is None or found.kind not in ("edges", "npy"):
        network = read_with_notes(path, keep_edge_order=False, **reading._asdict())
        save_network(network, folder, source=str(path))
        return Imported(network.members, network.follows, list(network.notes))
    from viralsim.population.importers.external_sort import write_rows

    try:
        with new_folder(folder) as partial:
            table = gather_table(path, found, reading, partial, report)
            notes = table.notes
            one_way = settled(path, table.stated, directed, reverse, notes)
            written = write_rows(table, reverse, one_way, partial, report)
            notes += said_of(path, table.ids, reverse and one_way)
            if written.loops or written.parallels:
                notes.append(dropped_edges(written.loops, written.parallels))
            write_manifest(partial, table.members, written.follows, written.fingerprint, str(path), notes)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NetworkError(f"{folder}: cannot be written ({error.strerror or error}): make room, run again") from None
    return Imported(table.members, written.follows, notes)
