"""Tables that are no past posts, and cells that cannot be: exit status 2, one line that names the place, nothing written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from viralsim.cli import main

SCENARIO = """
viralsim: 1
name: a launch
audience: {members: 500}
channels: {x: {visibility: 0.1, network: {generate: {mean_following: 10}}}}
content: {post: {appeal: 0.01}}
campaign: {content: post, owned: [{channel: x, followers: 400, posts_at: [0h]}]}
"""
HEAD = "Post ID,Date,Followers,Impressions,Reach,Shares,Clicks,Paid\n"
ROWS = [f"p{i},2024-01-{i + 1:02d},{400 + i},{100 + i},{90 + i},{i % 4},{i % 5},0" for i in range(12)]
GOOD = HEAD + "\n".join(ROWS) + "\n"
TABLES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n\n",
    "header alone": HEAD.encode(),
    "one post": (HEAD + ROWS[0]).encode(),
    "seven posts": (HEAD + "\n".join(ROWS[:7])).encode(),
    "no header": "\n".join(ROWS).encode(),
    "no shares": GOOD.replace("Shares", "Moods").encode(),
    "neither impressions nor reach": GOOD.replace("Impressions", "Moods").replace("Reach", "Tides").encode(),
    "nothing shared": "\n".join([HEAD.strip(), *(row.rsplit(",", 3)[0] + ",0,0,0" for row in ROWS)]).encode(),
    "shares twice": GOOD.replace("Clicks", "Shares").encode(),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "a page": b"<!doctype html><html><body><p>log in</p></body></html>",
    "JSON": b'{"posts": [{"shares": 1, "impressions": 20}]}',
    "one post many times": (HEAD + "\n".join("same" + row[row.index(",") :] for row in ROWS)).encode(),
    "a row that is cut": (GOOD + "p99,2024-02-01\n").encode(),
    "half without dates": (HEAD + "\n".join(re.sub("2024-01-.[02468],", ",", row) for row in ROWS)).encode(),
    "all paid for": GOOD.replace(",0\n", ",1\n").encode(),
}
COLUMN = {"followers": 2, "impressions": 3, "reach": 4, "shares": 5, "clicks": 6, "paid": 7, "date": 1}
CELLS = [
    *((name, "-5") for name in ("followers", "impressions", "reach", "shares", "clicks")),
    *((name, "inf") for name in ("followers", "impressions", "reach", "shares", "clicks")),
    *((name, "many") for name in ("followers", "impressions", "reach", "shares", "clicks")),
    *((name, "1.5") for name in ("impressions", "reach", "shares")),
    *((name, "12%") for name in ("impressions", "shares")),
    ("shares", "1e999"), ("shares", "400"), ("reach", "4000"), ("followers", "0"), ("impressions", "1,2,3"),
    ("shares", "=SUM(F2:F9)"), ("shares", "#REF!"), ("impressions", "1/2/2024"), ("paid", "perhaps"), ("date", "someday"),
    ("date", "2024-13-45"), ("impressions", "0x1F"), ("shares", "3 or 4"),
    ("impressions", "1e300"), ("followers", "1000000000000000"), ("clicks", "2e12"), ("date", "9999-12-31"), ("date", "0001-01-01"),
    ("date", "2924-01-07"), ("impressions", "100-200"), ("impressions", "$100"), ("impressions", "~100"), ("impressions", "100+"),
    ("shares", "<5"), ("shares", "\u22123"), ("shares", "(3)"), ("paid", "50%"), ("paid", "2"),
]  # fmt: skip


def refused(folder: Path, content: bytes) -> str:
    """The one line with which the command refuses a table."""
    (folder / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "posts.csv").write_bytes(content)
    words = [
        "calibrate",
        str(folder / "s.yaml"),
        "--data",
        str(folder / "posts.csv"),
        "--out",
        str(folder / "out"),
        "--json",
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, (done.exit_code, done.output, done.exception)
    assert not (folder / "out").exists()
    lines = done.output.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_that_is_none(kind: str, tmp_path: Path) -> None:
    """The file, or the posts of it, are named."""
    said = refused(tmp_path, TABLES[kind])
    assert "posts.csv" in said or said.startswith("past: ")


@pytest.mark.parametrize(("column", "cell"), CELLS, ids=str)
def test_a_cell_that_cannot_be(column: str, cell: str, tmp_path: Path) -> None:
    """The line is named, and the value or the column."""
    cells = ROWS[9].split(",")
    cells[COLUMN[column]] = f'"{cell}"'
    rows = [*ROWS[:9], ",".join(cells), *ROWS[10:]]
    said = refused(tmp_path, (HEAD + "\n".join(rows) + "\n").encode())
    assert "posts.csv:11" in said
    assert cell in said or column in said.casefold()


def test_what_was_left_out_is_named_where_the_rest_is_too_little(tmp_path: Path) -> None:
    """Whoever brought 12 posts reads why 6 of them count."""
    assert "6 posts (6 rows left out: no date, while others have one)" in refused(
        tmp_path, TABLES["half without dates"]
    )
