"""Tables as people bring them: in ten dialects the same numbers, and what is no table refused by name."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viralsim.errors import InputError
from viralsim.tables import Column, Kind, read_table

COLUMNS = (
    Column("handle", Kind.TEXT, ("username",), required=True),
    Column("followers", Kind.COUNT, ("subscribers", "abonnenten"), required=True),
    Column("cost_usd", Kind.MONEY, ("cost", "fee")),
    Column("willingness", Kind.SHARE),
)


def table_of(folder: Path, text: str, encoding: str = "utf-8"):
    path = folder / "t.csv"
    path.write_bytes(text.encode(encoding))
    return read_table(path, COLUMNS)


def grouped(n: int, sign: str) -> str:
    return f"{n:,}".replace(",", sign)


# (separator, encoding, line end, grouping, decimal sign, quote everything)
DIALECTS = [
    (",", "utf-8", "\n", "", ".", False), (",", "utf-8-sig", "\r\n", ",", ".", True), (";", "cp1252", "\r\n", ".", ",", False),
    (";", "utf-8-sig", "\n", " ", ",", True), ("\t", "utf-16", "\r\n", ",", ".", False), ("\t", "utf-16-le", "\n", "", ".", False),
    ("|", "utf-8", "\n", "'", ".", False), (",", "utf-8", "\r", "", ".", True), (";", "utf-8", "\n", "\u00a0", ",", False),
    ("\t", "utf-8", "\n", ".", ",", True),
]  # fmt: skip
PEOPLE = st.lists(
    st.tuples(st.integers(0, 5_000_000), st.integers(0, 99_999), st.integers(0, 99)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, dialect=st.sampled_from(DIALECTS), blank=st.booleans())
def test_ten_dialects_give_the_same_numbers(tmp_path: Path, people: list, dialect: tuple, blank: bool) -> None:
    """Whatever separator, encoding, line end, grouping and decimal sign: the numbers that were written, or a refusal."""
    separator, encoding, end, group, decimal, quoted = dialect
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writerow(["Handle", "Followers", "Fee (USD)", "comment"])
    for i, (followers, usd, cents) in enumerate(people):
        writer.writerow(
            [f"@zoë{i}", grouped(followers, group), f"{grouped(usd, group)}{decimal}{cents:02d}", "a, b; c"]
        )
        if blank:
            writer.writerow(["", "", "", ""])
    path = tmp_path / "t.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    table = read_table(path, COLUMNS)
    assert table.texts("handle") == [f"@zoë{i}" for i in range(len(people))]
    assert table.numbers("followers").tolist() == [f for f, _, _ in people]
    assert np.allclose(table.numbers("cost_usd"), [usd + cents / 100 for _, usd, cents in people])
    assert any("comment" in note for note in table.notes)


def test_titles_blank_rows_and_totals_are_left_out_with_a_note(tmp_path: Path) -> None:
    """Lines are those of the file, whatever was left out above them."""
    table = table_of(
        tmp_path, "Creators of spring\n\nusername,Subscribers,email\nann,10,a@b\n,,\nbob,20,c@d\nTotal,30,\n"
    )
    assert table.texts("handle") == ["ann", "bob"]
    assert table.lines == [4, 6]
    assert [note.split(":")[0] for note in table.notes] == [
        "2 lines above the column names (line 3) left out", "1 blank row left out", "columns were matched",
        "columns not used", "row of totals left out (line 7)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("handle,followers\nann,-5\n", ":2: column 'followers': '-5' must be at least 0"),
        ("handle,followers\nann,1.5\n", ":2: column 'followers': '1.5' must be a whole number"),
        ("handle,followers\nann,inf\n", ":2: column 'followers': 'inf' is no number"),
        ("handle,followers\nann,60%\n", "is a percentage"),
        ("handle,followers\nann,10,5\n", ":2: 3 cells where the header has 2"),
        ("handle,followers\nann\n", ":2: 1 cells where the header has 2"),
        ("handle,followers,subscribers\nann,1,2\n", "both mean followers"),
        ("handle,price\nann,1\n", "column 'followers' is missing"),
        ("", "is empty"),
        ("handle,followers\n", "there is no row"),
        ("<!DOCTYPE html><html></html>", "web page"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """One sentence with file, line, column and value."""
    with pytest.raises(InputError) as refused:
        table_of(tmp_path, text).numbers("followers")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("cell", "other", "value"),
    [
        ("0.6", "0.5", 0.6), ("60%", "0.5", 0.6), ("0,6", "0,5", 0.6), ("1", "0.5", 1.0),
        ("60", "0.5", None), ("7", "0.5", None), ("-0.1", "0.5", None), ("120%", "50%", None),
    ],
)  # fmt: skip
def test_shares_are_never_clipped(tmp_path: Path, cell: str, other: str, value: float | None) -> None:
    """A willingness of 7 is refused, 60% is 0.6, and a column that mixes 0.6 and 60 is refused too."""
    table = table_of(tmp_path, f"handle;followers;willingness\nann;1;{cell}\nbob;1;{other}\n")
    if value is None:
        with pytest.raises(InputError, match=":2: column 'willingness'"):
            table.numbers("willingness")
    else:
        assert table.numbers("willingness")[0] == pytest.approx(value)


def test_another_currency_is_refused(tmp_path: Path) -> None:
    """Euros are no dollars, in cells or in the title."""
    for text in ("handle,followers,cost\nann,1,€ 5\n", "handle,followers,cost (EUR)\nann,1,5\n"):
        with pytest.raises(InputError, match="EUR"):
            table_of(tmp_path, text).numbers("cost_usd")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_tables_are_read_and_damaged_ones_refused(tmp_path: Path, pack) -> None:
    path = tmp_path / "t.csv.packed"
    data = pack(b"handle,followers\nann,5\n")
    path.write_bytes(data)
    assert read_table(path, COLUMNS).numbers("followers").tolist() == [5]
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="cannot be read"):
        read_table(path, COLUMNS)


def test_zip_and_workbooks(tmp_path: Path) -> None:
    """A zip of one table is read; a workbook is refused by name with the way out."""
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("t.csv", "handle,followers\nann,5\n")
    assert read_table(path, COLUMNS).numbers("followers").tolist() == [5]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", "")
    with pytest.raises(InputError, match="workbook: save it as CSV"):
        read_table(path, COLUMNS)
