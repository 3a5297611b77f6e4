"""Files as people save them: found out, read, or refused by line."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from viralsim.campaign.advocates_file import COLUMNS as ADVOCATES
from viralsim.errors import InputError
from viralsim.posts.headers import COLUMNS as EXPORTS
from viralsim.tables import Column, Table, read_table
from viralsim.tables.columns import plain

PEOPLE = "handle,channel,followers,cost_usd\nanna,instagram,40,100\nbén,instagram,20,150.5\n"


def people(path: Path, data: str | bytes) -> Table:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, ADVOCATES)


def assert_people(table: Table) -> None:
    assert table.texts("handle") == ["anna", "bén"]
    assert table.texts("channel") == ["instagram", "instagram"]
    assert table.numbers("followers").tolist() == [40, 20]
    assert table.numbers("cost_usd").tolist() == [100, 150.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_line_ends_and_separator_are_found(tmp_path: Path, encoding: str, ending: str, separator: str) -> None:
    text = PEOPLE.replace(",", separator).replace("\n", ending)
    table = people(tmp_path / "people.csv", text.encode(encoding))
    assert_people(table)
    assert table.lines == [2, 3]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files(tmp_path: Path, pack: object) -> None:
    assert_people(people(tmp_path / "people.csv.x", pack(PEOPLE.encode())))  # type: ignore[operator]


def test_a_zip_of_one_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "people.zip", "w") as archive:
        archive.writestr("people.csv", PEOPLE)
        archive.writestr("__MACOSX/._people.csv", "x")
    assert_people(read_table(tmp_path / "people.zip", ADVOCATES))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", PEOPLE)
        archive.writestr("b.csv", PEOPLE)
    with pytest.raises(InputError, match="holds 2 files"):
        read_table(tmp_path / "two.zip", ADVOCATES)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n" + PEOPLE.replace(",", ";"),
        '"sep=;"\r\n' + PEOPLE.replace(",", ";"),
        "Our creators 2024\nas of May, all channels\n\n" + PEOPLE,
        PEOPLE.replace("handle,channel,followers,cost_usd", "User Name,Platform,Follower Count,Fee (USD)"),
        PEOPLE.replace("handle,channel,followers,cost_usd", "Nutzername,Kanal,Anzahl Follower,Kosten (USD)"),
        PEOPLE.replace("handle,channel,followers,cost_usd", "Nom d'utilisateur,Réseau,Nombre d'abonnés,Coût"),
        PEOPLE.replace("handle,channel,followers,cost_usd", "USUARIO,RED SOCIAL,NÚMERO DE SEGUIDORES,PRECIO (US$)"),
        PEOPLE.replace("handle,channel", '"handle",\u00a0" channel "').replace("followers", "FOLLOWER-COUNT"),
        PEOPLE + "Total,,60,250.5\n",
        PEOPLE + "Gesamtsumme:,,60,\n",
        PEOPLE + ",,60,250.5\n",
        PEOPLE + "Average (2),,30,125.25\n",
        PEOPLE.replace("bén", "\n\nbén", 1),
        PEOPLE.replace("\n", ",,\n"),
        PEOPLE.replace("100\n", "100\nhandle,channel,followers,cost_usd\n"),
        PEOPLE.replace("150.5", "$150.50").replace("100\n", '"USD 100"\n'),
    ],
)
def test_the_same_people(tmp_path: Path, text: str) -> None:
    assert_people(people(tmp_path / "people.csv", text))


def test_lines_in_quotes_as_a_whole_are_read(tmp_path: Path) -> None:
    """A spreadsheet that has every row in one cell saves it so: quotes around each line, those within it doubled."""
    text = PEOPLE.replace("anna", '"an,na"')
    table = people(
        tmp_path / "people.csv", "\n".join(f'"{line.replace(chr(34), 2 * chr(34))}"' for line in text.splitlines())
    )
    assert table.texts("handle") == ["an,na", "bén"]
    assert table.lines == [2, 3]
    assert "every line was in quotes as a whole: what is in them was read" in table.notes


def test_quoted_separators_and_line_ends_keep_the_lines_right(tmp_path: Path) -> None:
    text = 'handle,channel,notes,followers\n"an\nna",instagram,"a, b\nc",40\nben,"instagram",x,many\n'
    with pytest.raises(InputError, match=r"people.csv:5: column 'followers': 'many' is no number"):
        people(tmp_path / "people.csv", text).numbers("followers")
    table = people(tmp_path / "people.csv", text.replace("many", '"1,200"'))
    assert table.texts("handle") == ["an\nna", "ben"]
    assert table.lines == [2, 5]
    assert table.numbers("followers").tolist() == [40, 1200]


def test_all_that_is_left_out_is_noted(tmp_path: Path) -> None:
    text = "Creators\nuser,network,audience,email,engagement_rate,\n\nanna,tiktok,1.2K,a@b.c,3.4,\n,,,,,\n"
    text += "ben,tiktok,9,,,\nTotal,,1209,,,\n"
    table = people(tmp_path / "people.csv", text)
    assert table.numbers("followers").tolist() == [1200, 9]
    assert table.notes == [
        "1 line above the column names (line 2) left out",
        "2 blank rows left out",
        "columns were matched: 'user' as handle, 'network' as channel, 'audience' as followers",
        "columns not used: email, engagement_rate",
        "row of totals left out (line 7)",
        "column 'audience': '1.2K' was read as 1200 (decimal point)",
    ]
    assert {name: found.title for name, found in table.columns.items()} == {
        "handle": "user", "channel": "network", "followers": "audience",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PEOPLE.replace("anna,instagram,40", "anna,instagram,4,0"), r":2: 5 cells where the header has 4"),
        (PEOPLE + "carl,instagram\n", r":4: 2 cells where the header has 4"),
        (PEOPLE + '"carl,instagram,1,2\n', r":4: unexpected end of data: check quotes"),
        (PEOPLE.replace("handle,", "handle,username,").replace("anna", "anna,a").replace("bén", "ben,b"),
         "columns 'handle' and 'username' both mean handle: leave one of them out"),
        (PEOPLE.replace("cost_usd", "followers"), "columns 'followers' and 'followers' both mean followers"),
        (PEOPLE.replace("cost_usd", "wilingness"), "'wilingness' is unknown and nearly willingness"),
        (PEOPLE.replace("followers", "size"), "'followers' is missing .*; the columns are 'handle', 'channel'"),
        ("anna,instagram,40,100\n", "no line of column names was found .*needs handle, followers, and begins 'anna,inst"),
        (PEOPLE.replace("anna", "#REF!"), r":2: column 'handle': '#REF!' is a spreadsheet's error"),
        (PEOPLE + "Total,instagram,9,9\n", r":4: column 'channel': 'instagram' is in a row of totals"),
        ("handle,channel,followers\n", "there is no row below the column names"),
        ("", "is empty"),
        (" \n\n", "is empty"),
        ('{"handle": "anna"}', "no line of column names was found"),
        ("<html><table>", "is a web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"is an old Excel workbook: save it as CSV"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b" + b"broken", "cannot be read"),
        (bytes(range(256)) * 20, "is no text"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, text: str | bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        people(tmp_path / "people.csv", text).texts("handle")
    assert str(refused.value).startswith(str(tmp_path / "people.csv"))


def test_a_workbook_is_refused_by_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "people.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(InputError, match=r"is a workbook: save it as CSV"):
        read_table(tmp_path / "people.xlsx", ADVOCATES)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_table(tmp_path / "none.csv", ADVOCATES)
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path, ADVOCATES)


def test_the_user_says_which_column_is_which(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("Impressions,Spreads,Shares\n100,7,9\n")
    assert read_table(path, EXPORTS, {"shares": "Spreads"}).numbers("shares").tolist() == [7]
    with pytest.raises(InputError, match=r"no column 'Spread', which is to be shares; the columns are 'Impressions'"):
        read_table(path, EXPORTS, {"shares": "Spread"})


NAMED = "Impressions,Shares,Post\n100,7,a\n"


def test_second_choices_stand_in_only_where_nothing_better_is_there(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(NAMED)
    assert read_table(path, EXPORTS).texts("post_id") == ["a"]
    path.write_text(NAMED.replace("Post\n", "Post,Post ID\n").replace("a\n", "a,b\n"))
    table = read_table(path, EXPORTS)
    assert table.texts("post_id") == ["b"]
    assert "columns not used: Post" in table.notes


def test_missing_is_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("post_id,impressions,shares,promoted impressions\n1,100,-,-\n2,200,0,-\n")
    table = read_table(path, EXPORTS)
    np.testing.assert_array_equal(table.numbers("shares"), [np.nan, 0])
    np.testing.assert_array_equal(table.numbers("impressions_paid"), [np.nan, np.nan])


@pytest.mark.parametrize("columns", [ADVOCATES, EXPORTS])
def test_no_word_means_two_columns(columns: tuple[Column, ...]) -> None:
    owners: dict[str, str] = {}
    for column in columns:
        for word in (column.name, *column.synonyms):
            assert owners.setdefault(plain(word), column.name) == column.name, word
