"""What is no table of people or posts, though it came under the name of one: what it is, and the way out."""

from __future__ import annotations

import re

SAVE_AS_CSV = "save it as CSV (UTF-8) and name that file"
WRITE_CSV = "write it as CSV"
UNPACK = "unpack it, and name the table"
# By first bytes.
_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a workbook or another archive inside an archive", f"unpack it; a workbook: {SAVE_AS_CSV}"),
    (b"PK\x05\x06", "an empty archive", "fetch it again"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", SAVE_AS_CSV),
    (b"%PDF", "a PDF", "export the table as CSV"),
    (b"PAR1", "a Parquet file", WRITE_CSV),
    (b"ARROW1", "an Arrow file", WRITE_CSV),
    (b"FEA1", "a Feather file", WRITE_CSV),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    *((start, "a picture", "name a CSV file") for start in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")),
    (b"\x89HDF", "an HDF5 file", WRITE_CSV),
    (b"\x93NUMPY", "a NumPy array", WRITE_CSV),
    (b"RDX", "an R workspace", "write the table with write.csv"),
    (b"X\n\0\0", "an R object", "write the table with write.csv"),
    (b"$FL2", "an SPSS file", SAVE_AS_CSV),
    (b"<stata_dta>", "a Stata file", SAVE_AS_CSV),
    (b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"(\xb5/\xfd", "compressed by zstd", UNPACK),
    (b"\x1f\x9d", "compressed by compress", UNPACK),
    (b"{\\rtf", "a document of a word processor", SAVE_AS_CSV),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "fetch it with git lfs pull"),
    *((bytes([0x80, version]), "a Python pickle, which is never read", WRITE_CSV) for version in range(2, 6)),
)  # fmt: skip
# By first characters.
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"\{\s*[\"}]|\[\s*[\[{]"),
     "JSON, so no line of column names was found", "ask the platform for CSV, or write the rows as CSV"),
    (re.compile(r"<(!doctype|html|table|style|meta|head|body|div|\?xml)", re.IGNORECASE),
     "a web page or XML, not a table", SAVE_AS_CSV),
)  # fmt: skip


def kind_of_bytes(data: bytes) -> tuple[str, str] | None:
    """(what it is, the way out) for bytes that are no table; None: they may be one."""
    found = next(((what, remedy) for start, what, remedy in _BYTES if data.startswith(start)), None)
    return ("a tar archive", UNPACK) if found is None and data[257:262] == b"ustar" else found


def kind_of_text(text: str) -> tuple[str, str] | None:
    """(what it is, the way out) for a text that is no table; None: it may be one."""
    start = text.lstrip("\ufeff \t\r\n")[:200]
    return next(((what, remedy) for pattern, what, remedy in _TEXTS if pattern.match(start)), None)
