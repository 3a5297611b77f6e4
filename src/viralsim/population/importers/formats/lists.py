"""Lists that are not one edge a line: adjacency lists, attributes in braces, METIS, SIF and TGF."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated, stated_in
from viralsim.population.importers.edge_lists.careful_rows import rows_below, text_from
from viralsim.population.importers.edge_lists.row_reader import count_of, is_comment
from viralsim.population.importers.edge_lists.sample import BY_NETWORKX, WHOLE, Sample
from viralsim.population.importers.formats.parsed import (
    Asked,
    Parsed,
    edges_between,
    no_names,
    no_weights,
    weight_column,
)

COLON = re.compile(r"\s*(?=[0-9]+:[0-9][0-9\s,;]*$|[^:]*:(?:\s|$))([^\s:,;\"][^:,;\t\"]*?)\s*:")
BRACES = re.compile(r"(\{.*\})\s*$")


def has_attributes(sample: Sample) -> bool:
    """Whether rows end in attributes in braces, as networkx writes edges; below a line of their source, perhaps."""
    lines = [line for line in sample.lines[sample.passed : 400] if line.strip() and not is_comment(line, False)]
    counts = [line.split() for line in lines if "{" not in line or not BRACES.search(line)]
    if 2 * len(counts) <= len(lines):
        return True
    sources = all(len(cells) == 2 and WHOLE.match(cells[1]) for cells in counts)
    if len(counts) == len(lines):  # no edge at all
        heads = {cells[0] for cells in counts}
        return sources and _by_networkx(sample) and {cells[1] for cells in counts} == {"0"} and "0" not in heads
    return sources


def _by_networkx(sample: Sample) -> bool:
    return any(BY_NETWORKX.match(line) for _, line in sample.comments)


def has_colons(sample: Sample) -> bool:
    """Whether lines are a member, a colon, and their neighbours; hardly one may be a slip."""
    if ":" not in "".join(sample.lines):
        return False  # said at once of most files
    lines = [line for line in sample.lines[sample.passed :] if line.strip() and not is_comment(line, False)]
    return len(lines) > 1 and sum(COLON.match(line) is not None for line in lines) >= 0.9 * len(lines)


def read_colons(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """Each line a member, a colon, and those whom they reach, between commas, semicolons or blanks."""
    no_weights(path, asked, "an adjacency list")
    no_names(path, asked, "an adjacency list")
    nodes, source, target = [], [], []
    with text_from(path) as text:
        for i, line in enumerate(text, 1):
            if i <= sample.passed or not line.strip() or is_comment(line, False):
                continue
            found = COLON.match(line)
            if found is None:
                raise NetworkError(
                    f"{path}:{i}: a member, a colon and neighbours are needed, got {line.strip()[:60]!r}"
                )
            rest = line[found.end() :].strip()
            comma = next((sign for sign in ",;" if sign in rest), None)
            others = [cell.strip() for cell in rest.split(comma)]
            if comma and not others[-1]:
                others.pop()
            if "" in others:
                raise NetworkError(f"{path}:{i}: an id is missing; fill it or drop this row")
            nodes.append(found[1])
            source += [found[1]] * len(others)
            target += others
    edges = edges_between(path, nodes, source, target, ordered=False)
    note = f"{path.name}: adjacency list: who comes before the colon of a line reaches the others in it"
    return Parsed(edges, stated_in(path, sample.comments), [note])


def says_adjacency_list(sample: Sample, suffix: str) -> bool:
    """Whether rows are a member and their neighbours by the name of the file, or by networkx's head."""
    return suffix in ("adjlist", "adjacency", "multiline_adjlist") or _by_networkx(sample)


def is_adjacency_list(sample: Sample, suffix: str) -> bool:
    """Whether rows are of many lengths, and their first fields differ and are what most other fields name; or a file .adj."""
    if suffix == "adj":
        return True
    rows = [cells for _, cells in sample.rows]
    heads = {cells[0] for cells in rows}
    others = [cell for cells in rows for cell in cells[1:]]
    ragged = len({len(cells) for cells in rows}) > 1 and max(map(len, rows)) > 2
    return (
        ragged
        and len(rows) > 2
        and len(heads) == len(rows)
        and 2 * sum(cell in heads for cell in others) >= len(others)
    )


def is_metis(sample: Sample, suffix: str) -> bool:
    """Whether a first line counts vertices and edges, and as many lines below it name each twice."""
    if suffix != "metis" and not sample.complete:
        return False
    lines = [line for line in sample.lines if not line.startswith("%")]
    first = lines[0].split() if lines else []
    if not 2 <= len(first) <= 4 or not all(WHOLE.match(cell) for cell in first) or len(first[0]) > 9:
        return False
    if suffix == "metis":
        return True
    rows = [line.split() for line in lines[1 : int(first[0]) + 1]]
    rest = [line for line in lines[int(first[0]) + 1 :] if line.strip()]
    ragged = len({len(cells) for cells in rows}) > 1
    return (len(first) == 2 and ragged and len(rows) == int(first[0]) and not rest
            and sum(map(len, rows)) == 2 * count_of(first[1]))  # fmt: skip


def read_adjacency_list(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """Each row a member and those whom they reach."""
    no_weights(path, asked, "an adjacency list")
    no_names(path, asked, "an adjacency list")
    nodes, source, target = [], [], []
    for line, cells in rows_below(path, sample):
        while cells and cells[-1] == "":
            cells.pop()  # rows that end in separators
        if "" in cells:
            raise NetworkError(f"{path}:{line}: an id is missing; fill it or drop this row")
        nodes += cells[:1]
        source += cells[:1] * (len(cells) - 1)
        target += cells[1:]
    edges = edges_between(path, nodes, source, target, ordered=False)
    note = f"{path.name}: adjacency list: the first of each row reaches the others in it"
    return Parsed(edges, stated_in(path, sample.comments), [note])


def read_attributes(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """Edges with attributes in braces, as networkx writes them: one a line, or below a line of their source."""
    no_names(path, asked, "a list of edges")
    with text_from(path) as text:
        rows = [
            (i, line.strip())
            for i, line in enumerate(text, 1)
            if i > sample.passed and line.strip() and not is_comment(line, False)
        ]
    separator = "," if all(re.match(r"[^\s,]+,[^\s,]+,\{", line) for _, line in rows) else None
    by_source = not BRACES.search(rows[0][1])
    nodes, source, target, braces, lines = [], [], [], [], []
    head, left = "", 0
    for i, line in rows:
        found = BRACES.search(line)
        cells = line[: found.start()].rstrip(separator or " \t").split(separator) if found else line.split(separator)
        if by_source and left == 0:
            if found or len(cells) != 2 or not WHOLE.match(cells[1]):
                raise NetworkError(
                    f"{path}:{i}: a member and how many neighbours follow is needed here, got {line[:60]!r}"
                )
            head, left = cells[0], count_of(cells[1])
            nodes.append(head)
            continue
        if not found or len(cells) != (1 if by_source else 2):
            raise NetworkError(
                f"{path}:{i}: ids and attributes in braces are needed, got {line[:60]!r}; correct this row"
            )
        source.append(head if by_source else cells[0])
        target.append(cells[-1])
        braces.append(found[1])
        lines.append(f":{i}")
        left -= by_source
    if left > 0:
        raise NetworkError(f"{path}: {left} neighbours of {head[:60]!r} are missing at the end; fetch the file again")
    notes = [f"{path.name}: {'adjacency list' if by_source else 'edge list'} with attributes in braces"]
    weights = _weights(path, asked, braces, lines)
    if not weights and any(one.strip("{} ") for one in braces):
        notes.append(f"{path.name}: attributes in braces were not read (name one in tie_strength to use it)")
    edges = edges_between(path, nodes, source, target, weights, ordered=False)
    return Parsed(edges, stated_in(path, sample.comments), notes)


def _weights(path: Path, asked: Asked, braces: Sequence[str], lines: Sequence[str]) -> dict[str, Any]:
    """Attributes as numbers; braces are read as literals, nothing in them is run."""
    if not asked.weights():
        return {}
    found = []
    for text, line in zip(braces, lines, strict=True):
        try:
            found.append(ast.literal_eval(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            found.append(None)
        if not isinstance(found[-1], dict):
            raise NetworkError(f"{path}{line}: attributes in braces cannot be read; correct this row")
    return {
        name: weight_column(path, name, [one.get(attribute) for one in found], lines)
        for name, attribute in asked.weights().items()
    }


def read_metis(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """METIS: line i names the neighbours of vertex i, from 1; each edge is there twice."""
    no_weights(path, asked, "a METIS file read here")
    no_names(path, asked, "a METIS file")
    with text_from(path) as text:
        lines = [line.split() for line in text if not line.startswith("%")]
    first = lines[0]
    if len(first) > 2 and first[2].strip("0"):
        raise NetworkError(f"{path}: a METIS file with weights; write the edges as CSV with a column of weights")
    n, rows = count_of(first[0]), lines[1:]
    while len(rows) > n and not rows[-1]:
        rows.pop()
    if len(rows) != n or n == 0:
        raise NetworkError(f"{path}: {n} vertices are announced, {len(rows)} lines are there; correct the first line")
    names = [str(i) for i in range(1, n + 1)]
    known = set(names)
    odd = next((cell for cell in chain.from_iterable(rows) if cell not in known), None)
    if odd is not None:
        raise NetworkError(f"{path}: vertex {odd[:40]!r} is out of range 1..{n}; correct it")
    source = [name for name, cells in zip(names, rows, strict=True) for _ in cells]
    edges = edges_between(path, names, source, list(chain.from_iterable(rows)))
    return Parsed(edges, None, [f"{path.name}: METIS graph, {n:,} vertices numbered from 1"])


def read_sif(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """SIF (Cytoscape): a node, a relation, and the nodes that it is related to."""
    no_weights(path, asked, "a SIF file")
    no_names(path, asked, "a SIF file")
    nodes, source, target = [], [], []
    for line, cells in rows_below(path, sample):
        if len(cells) == 2 or "" in cells:
            raise NetworkError(
                f"{path}:{line}: a node, a relation and further nodes are needed, got {len(cells)} fields"
            )
        nodes.append(cells[0])
        source += cells[:1] * (len(cells) - 2)
        target += cells[2:]
    return Parsed(
        edges_between(path, nodes, source, target, ordered=False), None, [f"{path.name}: SIF, relations were not read"]
    )


def read_tgf(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """TGF: a node and its label a line, a line ``#``, then two nodes a line."""
    no_weights(path, asked, "a TGF file")
    with text_from(path) as text:
        lines = [(i, line.split(None, 2)) for i, line in enumerate(text, 1) if line.strip()]
    cut = next((i for i, (_, cells) in enumerate(lines) if cells == ["#"]), None)
    if cut is None:
        raise NetworkError(f"{path}: a TGF file without a line # between nodes and edges; write it again")
    nodes = [cells[0] for _, cells in lines[:cut]]
    for line, cells in lines[cut + 1 :]:
        if len(cells) < 2 or cells[0] not in nodes or cells[1] not in nodes:
            raise NetworkError(
                f"{path}:{line}: an edge between two nodes of the file is needed, got {' '.join(cells)[:60]!r}"
            )
    ends = [cells for _, cells in lines[cut + 1 :]]
    edges = edges_between(path, nodes, [a for a, *_ in ends], [b for _, b, *_ in ends])
    return Parsed(
        edges, Stated(True, "TGF", firm=False), [f"{path.name}: TGF, ids are the nodes' own, labels were not read"]
    )
