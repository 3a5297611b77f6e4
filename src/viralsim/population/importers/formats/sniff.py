"""What a network file is, told by its first bytes and lines and never by its name alone."""

from __future__ import annotations

import json
import re

# What files begin with that no network can be read from, and the way out.
REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet of edges as CSV"),
    (b"%PDF", "a PDF", "export the edges as CSV"),
    (b"PAR1", "a Parquet file", "read it with pandas and give it to Network.from_pandas"),
    (b"SQLite format 3", "an SQLite database", "export the edges as CSV"),
    (b"\x89PNG", "a picture", "name a file of edges"),
    (b"\xff\xd8\xff", "a picture", "name a file of edges"),
    (b"\x80\x02", "a Python pickle, which is never read", "write the edges as CSV"),
    (b"\x80\x03", "a Python pickle, which is never read", "write the edges as CSV"),
    (b"\x80\x04", "a Python pickle, which is never read", "write the edges as CSV"),
    (b"\x80\x05", "a Python pickle, which is never read", "write the edges as CSV"),
    (b"\x89HDF", "an HDF5 file", "write the edges as CSV or .npz"),
    (b"\x1f\x9d", "compressed by compress", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"(\xb5/\xfd", "compressed by zstd", "unpack it"),
)
_GML = re.compile(r"\A(\s*(#|comment|creator|version)[^\n]*\n)*\s*graph\s*\[", re.IGNORECASE)
_PAJEK = re.compile(r"^\s*\*(vertices|network)\b", re.IGNORECASE | re.MULTILINE)
_UCINET = re.compile(r"\A\s*dl\b[^\n]*(n\s*=|nr\s*=)|\A\s*dl\s*\n\s*n\s*=", re.IGNORECASE)
_DIMACS = re.compile(r"\A(c[^\n]*\n|\s*\n)*p\s+\w+\s+\d+\s+\d+", re.IGNORECASE)


def kind_of_text(text: str) -> tuple[str, str]:
    """(kind, reason to refuse) of the beginning of a text; kind ``edges`` where it is some table of edges.

    Kinds: graphml, gexf, gml, pajek, ucinet, dimacs, gdf, lgl, json, edges, refused.
    """
    start = text.lstrip("\ufeff \t\r\n")
    lower = start[:4000].lower()
    if start.startswith("<"):
        for word in ("graphml", "gexf"):
            if f"<{word}" in lower or f":{word}" in lower:
                return word, ""
        what = "a web page" if "<html" in lower or "<!doctype html" in lower else "XML of a kind that is not known"
        return "refused", f"{what}: name an edge list, GraphML or GEXF"
    if start.startswith("%%MatrixMarket"):
        return (
            "refused",
            "a MatrixMarket file; read it with scipy.io.mmread and give it to Network.from_scipy, or save it as .npz",
        )
    if start[:1] in "{[" and _looks_like_json(start):
        return "json", ""
    if lower.startswith("nodedef>"):
        return "gdf", ""
    for kind, pattern in (("gml", _GML), ("pajek", _PAJEK), ("ucinet", _UCINET), ("dimacs", _DIMACS)):
        if pattern.search(text if kind in ("pajek", "dimacs") else start):
            return kind, ""
    if start[:15].lower().startswith(("graph {", "digraph", "strict ")) or re.match(r"graph\s+\w*\s*\{", lower):
        return "refused", "a Graphviz file: convert it to GraphML"
    return ("lgl", "") if _is_lgl(text) else ("edges", "")


def _looks_like_json(start: str) -> bool:
    """Whether a text that begins with a bracket goes on as JSON does, and not as a list of edges in Python."""
    try:
        json.loads(start)
    except json.JSONDecodeError as error:
        return error.pos > len(start) - 200 or bool(re.match(r'[{\[]\s*["{\[\]}]', start))
    return True


def _is_lgl(text: str) -> bool:
    """LGL: a line ``# name`` for each vertex, and below it a neighbour, perhaps with a weight, a line."""
    lines = [line.split() for line in text.splitlines()[:400] if line.strip()]
    heads = [i for i, cells in enumerate(lines) if cells[0] == "#"]
    if not heads or heads[0] != 0 or len(lines) == len(heads):
        return False
    if any(len(lines[i]) != 2 for i in heads):
        return False
    rows = [cells for i, cells in enumerate(lines) if i not in set(heads)]
    weights = all(len(cells) == 1 or re.fullmatch(r"[0-9.eE+-]+", cells[1]) for cells in rows)
    short = all(len(cells) <= 2 for cells in rows)
    return short and weights and (len(heads) > 1 or any(len(cells) == 1 for cells in rows))
