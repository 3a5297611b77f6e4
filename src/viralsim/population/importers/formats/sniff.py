"""What a network file is, by its first bytes and lines; its name counts where the content leaves it open."""

from __future__ import annotations

import re

WRITE_CSV = "write the edges as CSV"
# What files begin with that no network is read from, and the way out.
REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet of edges as CSV (UTF-8)"),
    (b"%PDF", "a PDF", "export the edges as CSV"),
    (b"PAR1", "a Parquet file", "read it with pandas and give it to Network.from_pandas"),
    (b"ARROW1", "an Arrow file", "read it with pandas and give it to Network.from_pandas"),
    (b"FEA1", "a Feather file", "read it with pandas and give it to Network.from_pandas"),
    (b"SQLite format 3", "an SQLite database", "export the table of edges as CSV"),
    (b"\x89PNG", "a picture", "name a file of edges"),
    (b"\xff\xd8\xff", "a picture", "name a file of edges"),
    (b"GIF8", "a picture", "name a file of edges"),
    (b"\x89HDF", "an HDF5 file", f"{WRITE_CSV} or .npz"),
    (b"MATLAB 5.0", "a MATLAB file", f"{WRITE_CSV} or .npz"),
    (b"RDX", "an R workspace", "write the edges with write.csv"),
    (b"X\n\0\0", "an R object", "write the edges with write.csv"),
    (b"A\n2\n", "an R object", "write the edges with write.csv"),
    (b"\xe2\x9b\xbe gt", "a graph-tool file", "save it as GraphML"),
    (b"\x1f\x9d", "compressed by compress", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"(\xb5/\xfd", "compressed by zstd", "unpack it"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "fetch it with git lfs pull"),
    (b"{\\rtf", "a document of a word processor", "save it as plain text"),
    (b"\\documentclass", "a LaTeX document", WRITE_CSV),
    (b"\\begin{", "a LaTeX document", WRITE_CSV),
    (b"(tlp", "a Tulip file", "save it as GraphML or GEXF"),
    (b"PK\x05\x06", "an empty archive", "fetch it again"),
    *((bytes([0x80, version]), "a Python pickle, which is never read", WRITE_CSV) for version in range(2, 6)),
    *((start, "a Python pickle, which is never read", WRITE_CSV) for start in (b"ccopy_reg\n", b"cnetworkx", b"(dp", b"(lp")),
)  # fmt: skip
_TEXTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("mtx", re.compile(r"%%MatrixMarket", re.IGNORECASE)),
    ("gdf", re.compile(r"nodedef>", re.IGNORECASE)),
    ("leda", re.compile(r"LEDA\.GRAPH\s")),
    ("graph6", re.compile(r">>(graph6|sparse6)<<")),
    ("gml", re.compile(r"((#|comment|creator|version)[^\n]*\n\s*)*graph\s*\[", re.IGNORECASE)),
    ("pajek", re.compile(r"(%[^\n]*\n\s*)*\*(vertices|network)\b", re.IGNORECASE)),
    ("ucinet", re.compile(r"dl\b[\s,]*(n|nr|nm)\s*=", re.IGNORECASE)),
    ("dimacs", re.compile(r"(c( [^\n]*)?\n\s*)*p\s+[A-Za-z]+\s+\d+\s+\d+")),
)
# What text is that no network is read from, and the way out.
_REFUSED_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"((//[^\n]*|#[^\n]*|/\*.*?\*/)\s*)*(strict\s+)?(di)?graph\b[^\n\[,;\t]*\{", re.IGNORECASE | re.DOTALL),
     "a Graphviz file", "convert it to GraphML"),
    (re.compile(r"\*node (data|properties)", re.IGNORECASE), "a NetDraw file", "export it as UCINET DL or Pajek"),
    (re.compile(r"(<[^<>\s]+>|_:\w+)\s+<[^<>\s]+>\s+\S.*\.\s*$", re.MULTILINE), "RDF triples", WRITE_CSV),
    (re.compile(r"@prefix\s", re.IGNORECASE), "RDF in Turtle", WRITE_CSV),
    (re.compile(r"((--[^\n]*|/\*.*?\*/|begin;|use [^;\n]*;|set [^;\n]*;)\s*)*"
                r"(insert\s+into|create\s+table|drop\s+table)\s", re.IGNORECASE | re.DOTALL),
     "statements of SQL", "export the table of edges as CSV"),
    (re.compile(r"\|[^\n]*\|[ \t]*\r?\n\|[\s:|-]*-[\s:|-]*\|"), "a table in Markdown", WRITE_CSV),
    (re.compile(r"\{[^\n]*\}[ \t]*\r?\n\s*\{"), "JSON with an object on each line",
     "write one array of edges, or the edges as CSV"),
    (re.compile("[\u2500-\u257f]"), "a picture of a graph in text", WRITE_CSV),
    (re.compile(r"digraph6|&[?-~]{3,}\s*\Z"), "a graph in digraph6", "write it as GraphML"),
    (re.compile(r"Creator: |\{\{Infobox"), "a text of another kind", WRITE_CSV),
)  # fmt: skip


def refused_bytes(start: bytes) -> tuple[str, str] | None:
    """(what it is, the way out) for a file that begins so and that no network is read from."""
    found = next(((what, remedy) for mark, what, remedy in REFUSED if start.startswith(mark)), None)
    return ("a tar archive", "unpack it") if found is None and start[257:262] == b"ustar" else found


def packed_again(head: bytes) -> tuple[str, str] | None:
    """(what it is, the way out) for what was unpacked and is packed still: a workbook in an archive, most often."""
    if not head.startswith(b"PK\x03\x04"):
        return None
    return (
        "a workbook or another archive inside an archive",
        "unpack it; of a workbook save the sheet of edges as CSV (UTF-8)",
    )


def kind_of_text(head: str, suffix: str) -> tuple[str, str]:
    """(kind, what it is and the way out where it is refused) of the beginning of a text; ``table``: rows of some kind."""
    start = head.lstrip("\ufeff \t\r\n")
    lower = start[:4000].lower()
    if start.startswith("<") and not re.match(r"<[^<>\s]+>\s+<", start):
        return _kind_of_markup(lower)
    for kind, pattern in _TEXTS:
        if pattern.match(start):
            return kind, ""
    for pattern, what, remedy in _REFUSED_TEXTS:
        if pattern.match(start):
            return "refused", f"{what}; {remedy}"
    if _is_json(start):
        return "json", ""
    if suffix in ("g6", "s6"):
        return "graph6", ""
    return ("lgl", "") if suffix == "lgl" or _is_lgl(head) else ("table", "")


def _kind_of_markup(lower: str) -> tuple[str, str]:
    root = re.search(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", re.sub(r"<!--.*?(-->|\Z)", "", lower, flags=re.DOTALL))
    name = "" if root is None else root[1]
    if name in ("graphml", "gexf"):
        return name, ""
    if name == "html" or "<!doctype html" in lower or name in ("body", "head", "div", "p", "script", "title"):
        return "refused", "a web page, not the file itself; download the file again, perhaps by its raw link"
    if name in ("table", "style", "workbook", "meta"):
        return "refused", "a workbook saved as a web page or XML; save the sheet of edges as CSV (UTF-8)"
    known = {
        "svg": "a picture",
        "graph": "an XGMML file",
        "mxfile": "a drawing",
        "rdf": "RDF",
        "dynetml": "a DyNetML file",
    }
    return "refused", f"{known.get(name, 'XML of a kind that is not known')}; export it as GraphML or GEXF"


def _is_json(start: str) -> bool:
    """Whether a text begins as JSON does, and not as a line of ids in brackets."""
    return bool(re.match(r'\{\s*("|\})|\[\s*([\[{"\]]|-?\d+\s*,\s*\[)', start))


def _is_lgl(head: str) -> bool:
    """LGL: a line ``# name`` for each vertex, and below it a neighbour, perhaps with a weight, a line."""
    lines = [line.split() for line in head.splitlines()[:400] if line.strip()]
    if len(lines) < 2 or lines[0][0] != "#" or any(len(cells) != 2 for cells in lines if cells[0] == "#"):
        return False
    heads = {cells[1] for cells in lines if cells[0] == "#"}
    rows = [cells for cells in lines if cells[0] != "#"]
    weights = all(len(cells) == 1 or re.fullmatch(r"[0-9.eE+-]+", cells[1]) for cells in rows)
    return bool(rows) and all(len(c) <= 2 for c in rows) and weights and any(c[0] in heads for c in rows)
