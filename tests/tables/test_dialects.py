"""Random tables written in many dialects are read back to the same values, or refused; never to others."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from viralsim.campaign.advocates_file import COLUMNS
from viralsim.errors import InputError
from viralsim.tables import read_table


@dataclass(frozen=True)
class Dialect:
    """How a program, or a person in some country, writes a table."""

    separator: str
    decimal: str
    group: str
    encoding: str
    line_end: str
    header: tuple[str, str, str, str, str]
    money: str = "{}"
    per_cent: bool = False
    before: str = ""
    after: str = ""
    quoting: int = csv.QUOTE_MINIMAL

    def number(self, value: Decimal, places: int) -> str:
        return f"{value:,.{places}f}".replace(",", "\0").replace(".", self.decimal).replace("\0", self.group)


ENGLISH = ("handle", "channel", "followers", "cost_usd", "willingness")
TITLED = ("User Name", "Platform", "Follower Count", "Fee (USD)", "Acceptance Rate")
GERMAN = ("Benutzername", "Kanal", "Anzahl Follower", "Kosten in USD", "Bereitschaft")
FRENCH = ("Nom d\u2019utilisateur", "Plateforme", "Nombre d\u2019abonn\u00e9s", "Tarif (USD)", "Probabilit\u00e9")
SPANISH = ("USUARIO", "RED SOCIAL", "SEGUIDORES", "PRECIO (US$)", "PROBABILIDAD")
DIALECTS = (
    Dialect(",", ".", "", "utf-8", "\n", ENGLISH),
    Dialect(",", ".", ",", "utf-8-sig", "\r\n", TITLED, "${}"),
    Dialect(";", ",", ".", "cp1252", "\r\n", GERMAN, "{} $", per_cent=True),
    Dialect(";", ",", "\u00a0", "cp1252", "\r\n", FRENCH),
    Dialect(";", ",", "\u202f", "utf-8-sig", "\r\n", FRENCH, "{} USD", per_cent=True, before="sep=;\r\n"),
    Dialect("\t", ".", ",", "utf-16", "\r\n", TITLED, "US${}"),
    Dialect("\t", ",", ".", "utf-16-le", "\n", SPANISH, quoting=csv.QUOTE_ALL),
    Dialect("|", ".", "'", "utf-8", "\r", ENGLISH, per_cent=True),
    Dialect(",", ",", ".", "utf-8", "\n", GERMAN, quoting=csv.QUOTE_ALL, before="Unsere Creator\n\n"),
    Dialect(",", ".", " ", "latin-1", "\r\n", SPANISH, after="Total,,{followers},{cost},\r\n"),
    Dialect(
        ";", ".", "\u2019", "utf-8", "\r\n", ENGLISH, "CHF {}"
    ),  # another currency: refused wherever an amount appears
)
NAMES = st.text(st.sampled_from("abcxyz \u00e9\u00fc_;,|\"'\t"), min_size=1, max_size=8).map(
    lambda s: "@" + " ".join(s.split()) + "x"
)
AMOUNTS = st.decimals(0, 10**6, places=2)
PEOPLE = st.lists(
    st.tuples(NAMES, st.integers(0, 10**9), AMOUNTS, st.integers(0, 1000).map(lambda n: Decimal(n) / 1000)),
    min_size=1, max_size=6,
)  # fmt: skip


def written(people: list[tuple[str, int, Decimal, Decimal]], dialect: Dialect, places: int) -> bytes:
    stream = io.StringIO()
    rows = csv.writer(stream, delimiter=dialect.separator, quoting=dialect.quoting, lineterminator=dialect.line_end)  # type: ignore[arg-type]
    rows.writerow(dialect.header)
    for name, followers, cost, part in people:
        share = dialect.number(part * 100, 1) + "%" if dialect.per_cent else dialect.number(part, 3)
        money = dialect.money.format(dialect.number(cost, places))
        rows.writerow([name, "forum", dialect.number(Decimal(followers), 0), money, share])
    after = dialect.after.format(followers=sum(p[1] for p in people), cost=sum(p[2] for p in people))
    return (dialect.before + stream.getvalue() + after).encode(dialect.encoding)


Read = dict[str, "list[str] | NDArray[np.float64]"]


def read_or_refusal(path: Path) -> Read | str:
    """All columns of the table, or the sentence that refuses it, which begins with the file."""
    try:
        table = read_table(path, COLUMNS)
        found: Read = {}
        for name in table.columns:
            found[name] = table.texts(name) if name in ("handle", "channel", "topics", "tone") else table.numbers(name)
    except InputError as refused:
        return str(refused) if str(refused).startswith(str(path)) else ""
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, st.sampled_from(DIALECTS), st.sampled_from([0, 2]))
def test_ten_dialects_of_one_table(
    tmp_path: Path, people: list[tuple[str, int, Decimal, Decimal]], dialect: Dialect, places: int
) -> None:
    people = [(name, f, round(cost, places), part) for name, f, cost, part in people]
    path = tmp_path / "people.csv"
    path.write_bytes(written(people, dialect, places))
    table = read_or_refusal(path)
    if isinstance(table, str):
        event("refused")
        # Only what may mean two things: no amount with cents; and francs are no dollars.
        assert "CHF" in dialect.money or "can be" in table
        return
    event("read")
    assert "CHF" not in dialect.money
    assert table["handle"] == [p[0] for p in people]
    assert table["channel"] == ["forum"] * len(people)
    np.testing.assert_array_equal(table["followers"], [p[1] for p in people])
    np.testing.assert_array_equal(table["cost_usd"], [float(p[2]) for p in people])
    np.testing.assert_array_equal(table["willingness"], [float(p[3]) for p in people])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, st.sampled_from(DIALECTS[:-1]), st.data())
def test_a_damaged_file_is_read_or_refused(
    tmp_path: Path, people: list[tuple[str, int, Decimal, Decimal]], dialect: Dialect, data: st.DataObject
) -> None:
    """Bytes changed, cut or put in end in a table or in one InputError, in nothing else."""
    content = bytearray(written(people, dialect, 2))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["change", "cut", "insert"]))
        if kind == "cut":
            del content[at : at + data.draw(st.integers(1, 20))]
            content = content or bytearray(b"x")
        else:
            content[at : at + (kind == "change")] = data.draw(st.binary(min_size=1, max_size=3))
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    table = read_or_refusal(path)
    assert len(table) > 0
    if not isinstance(table, str):
        assert not (np.asarray(table["followers"]) < 0).any()
        assert len({len(values) for values in table.values()}) == 1


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda t: f"handle,channel,followers\n{t}".encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    assert len(read_or_refusal(path)) > 0
