"""Import: a network file written as a folder that opens at once; lists and arrays of edges are never whole in memory."""

from __future__ import annotations

import errno
import warnings
from pathlib import Path
from typing import NamedTuple

from viralsim.errors import NetworkError
from viralsim.population.importers.formats.edge_tables import odd_names
from viralsim.population.importers.read import comes_in_blocks, gather_edges, read_with_notes, reversed_edges
from viralsim.population.importers.text_stream import Report
from viralsim.population.network.edges import reverses
from viralsim.population.network.network import REACHES, ViralsimWarning, dropped_edges
from viralsim.population.network.storage import new_folder, refuse_taken, save_network, write_manifest


class Imported(NamedTuple):
    """A network that was written, and what the user should know of how it was read."""

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
) -> Imported:
    """Write the network of a file as a folder for ``open_network``; the words are those of ``read_network``.

    The folder is byte for byte what ``save_network`` writes of ``read_network``. An edge list or array takes memory
    by its members and not by its edges: edges lie in nameless files beside ``folder``, which go with the process. report: is
    told how far it is, every so often.
    """
    path, folder = Path(path), Path(folder)
    refuse_taken(folder)  # before a minute of reading, not after
    reverse = reverses(edge_means)
    if not comes_in_blocks(path, tie_strength, influence_weight):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ViralsimWarning)
            found, notes = read_with_notes(path, edge_means, directed, tie_strength, influence_weight, False)
        notes += [str(w.message) for w in caught if issubclass(w.category, ViralsimWarning)]
        save_network(found, folder, source=str(path))
        return Imported(found.members, found.follows, notes)
    from viralsim.population.importers.external_sort import write_rows

    try:
        with new_folder(folder) as partial:
            table = gather_edges(path, tie_strength, influence_weight, partial, report)
            written = write_rows(table, reverse, directed is not False, partial, report)
            write_manifest(partial, table.members, written.follows, written.fingerprint, str(path))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NetworkError(f"{folder}: cannot be written ({error.strerror}): make room, run again") from None
    notes = [*table.notes, *odd_names(path, table.ids)]
    if reverse and directed is not False:
        notes.append(reversed_edges(path))
    if written.loops or written.parallels:
        notes.append(dropped_edges(written.loops, written.parallels))
    return Imported(table.members, written.follows, notes)
