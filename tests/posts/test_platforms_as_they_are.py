# ruff: noqa: E501 - headers and rows are as the platforms write them
"""Exports as platforms write them beside the plain case: totals first, days instead of posts, times without a year, paid posts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import viralsim as vs
from viralsim.errors import InputError


def written(folder: Path, *lines: str, name: str = "export.csv") -> Path:
    """A file of lines."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


YOUTUBE = {
    "English": (
        "Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Impressions,Impressions click-through rate (%),Shares",
        "Total,,,,99999,12.5,300,500000,4.2,999",
        'v{d},t,"Jan {d}, 2026",40,{n},1.5,{w},9000,4.2,{s}',
    ),
    "German": (
        "Videos,Videotitel,Veröffentlichungszeitpunkt des Videos,Dauer,Aufrufe,Wiedergabezeit (Stunden),Abonnenten,Impressionen,Klickrate der Impressionen (%),Geteilte Inhalte",
        "Gesamt,,,,99999,12.5,300,500000,4.2,999",
        'v{d},t,"Jan {d}, 2026",40,{n},1.5,{w},9000,4.2,{s}',
    ),
    "French": (
        "Contenu,Titre de la vidéo,Heure de publication de la vidéo,Durée,Vues,Durée de visionnage (heures),Abonnés,Impressions,Taux de clics par impression (%),Partages",
        'Total,,,,99999,"12,5",300,500000,"4,2",999',
        'v{d},t,{d} janv. 2026,40,{n},"1,5",{w},9000,"4,2",{s}',
    ),
    "Swedish": (
        "Innehåll,Videotitel,Publiceringstid för video,Visningar,Visningstid (timmar),Prenumeranter,Exponeringar,Klickfrekvens för exponeringar (%),Delningar",
        "Totalt,,,99999,12.5,300,500000,4.2,999",
        "v{d},t,2026-01-{d},{n},1.5,{w},9000,4.2,{s}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", YOUTUBE)
def test_youtube_totals_thumbnails_and_subscribers_won_are_no_posts_impressions_and_followers(
    language: str, tmp_path: Path
) -> None:
    """The row of totals goes though it sums up more than the file shows; subscribers that a video won are not the account's."""
    header, total, row = YOUTUBE[language]
    rows = [row.format(d=f"{d:02}", n=1000 + d, w=d % 4 - 1, s=d % 3) for d in range(1, 21)]
    past = vs.posts.read(written(tmp_path, header, total, *rows))
    assert past["impressions"].tolist() == [1000 + d for d in range(1, 21)]
    assert past["published_at"].dt.day.tolist() == list(range(1, 21))
    assert past["shares"].sum() == sum(d % 3 for d in range(1, 21))
    assert past["followers"].isna().all()
    assert past["post_id"].iloc[0] == "v01"


DAYS = {
    "X": (
        "Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,Replies,Reposts,Profile visits,Create Post,Video views,Media views",
        '"Tue, Mar {d}, 2026",{n},24,43,0,1,0,2,1,{s},2,2,0,0',
        "'Unfollows' is of an account",
    ),
    "TikTok": (
        '"Date","Video Views","Profile Views","Likes","Comments","Shares"',
        '"{d} August","{n}","2","3","1","{s}"',
        "'Profile Views' is of an account",
    ),
    "YouTube, chart": (
        "Date,Content,Video title,Video publish time,Duration,Views,Shares",
        '2026-02-{d},v{v},t,"Jan 1{v}, 2026",40,{n},{s}',
        r"10 posts have a row for each day \('Date'\)",
    ),
    "Meta by day": (
        "Post ID,Publish time,Permalink,Post type,Date,Views,Reach,Likes,Shares",
        "17{v},01/1{v}/2026 09:30,https://i/{v},IG reel,02/{d}/2026,{n},90,3,{s}",
        r"10 posts have a row for each day \('Date'\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", DAYS)
def test_days_are_no_posts(table: str, tmp_path: Path) -> None:
    """An account's days, and a post's counts day by day, are refused: neither is a post."""
    header, row, sentence = DAYS[table]
    posts = range(10) if "{v}" in row else (0,)
    rows = [row.format(d=f"{d:02}", v=v, n=900 - 20 * d + v, s=d % 3) for d in range(1, 21) for v in posts]
    with pytest.raises(InputError, match=sentence):
        vs.posts.read(written(tmp_path, header, *rows))


def test_totals_until_several_days_stay_and_the_last_holds(tmp_path: Path) -> None:
    """Counts of a post that never fall from one day to the next are totals until then: the highest is taken."""
    rows = [f"p{v},2026-01-1{v},2026-02-{d:02},{100 * d + v},{d}" for d in range(1, 6) for v in range(10)]
    past = vs.posts.read(written(tmp_path, "Post ID,Publish time,Date,Impressions,Shares", *rows))
    assert past["impressions"].tolist() == [500 + v for v in range(10)]
    assert past["shares"].tolist() == [5] * 10


def test_days_in_turn_without_names_are_told(tmp_path: Path) -> None:
    """One row a day and nothing that names posts may be days of an account: a note says so; names, gaps or clocks say otherwise."""
    rows = [f"2026-01-{d:02},{1000 + d},{d % 3}" for d in range(1, 13)]
    header = "Date,Impressions,Shares"
    named = [f"{row},p{i}" for i, row in enumerate(rows)]
    clocks = [row.replace(",", " 08:00,", 1) for row in rows]
    for told, lines in (
        (True, [header, *rows]),
        (True, [header, *reversed(rows)]),
        (False, [header, *rows[:5], *rows[6:]]),
        (False, [header, *clocks]),
        (False, [f"{header},Post ID", *named]),
    ):
        notes = vs.posts.read(written(tmp_path, *lines)).attrs["notes"]
        assert any("days of an account" in note for note in notes) == told


TIKTOK = '"Time","Video title","Video link","Post time","Total likes","Total comments","Total shares","Total views"'


@pytest.mark.parametrize(
    ("exported", "days"), [("January 18", "%B %d"), ("18. Januar", "%d. %b"), ("18 janv.", "%d %b")]
)
def test_tiktok_times_without_a_year_give_the_order_and_the_age(exported: str, days: str, tmp_path: Path) -> None:
    """The export's own day ends the year; the order of posts is by time, and no date is kept that nobody wrote."""
    times = pd.date_range("2025-11-20", "2026-01-16", freq="3D")
    words = {"Nov": "nov.", "Dec": "déc.", "Jan": "janv."} if "janv" in exported else {}
    rows = []
    for i, time in enumerate(times):
        cell = time.strftime(days)
        for english, french in words.items():
            cell = cell.replace(english, french)
        rows.append(f'"{exported}","t","https://www.tiktok.com/@me/video/{i}","{cell}","9","1","{i % 3}","{1000 + i}"')
    mixed = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    file = written(tmp_path, TIKTOK, *mixed)
    past = vs.posts.read(file)
    assert past["impressions"].tolist() == [1000.0 + i for i in range(len(times))]
    assert past["published_at"].isna().all()
    assert any("times have no year" in note for note in past.attrs["notes"])
    young = vs.posts.read(file, horizon_hours=24 * 7)
    assert len(young) == (times <= times.max() - pd.Timedelta(days=7)).sum()
    with pytest.raises(InputError, match="without a year"):
        vs.posts.read([file, written(tmp_path, TIKTOK, *mixed, name="other.csv")])


def test_without_a_year_the_longest_gap_ends_it_or_nothing_does(tmp_path: Path) -> None:
    """Without the day of the export a gap of more than a month is where the year ends; posts all over the year are refused."""
    header = "Post time,Views,Shares"
    some = [
        f"{day},{n},1"
        for n, day in enumerate(["3 Jan", "28 Dec", "10 Jan", "5 Dec", "20 Nov", "2 Feb", "1 Nov", "2 Jan"], 100)
    ]
    past = vs.posts.read(written(tmp_path, header, *some))
    assert past["impressions"].tolist() == [106, 104, 103, 101, 107, 100, 102, 105]
    every = [f"{day} {month},100,1" for month in ("Jan", "Mar", "May", "Jul", "Sep", "Nov") for day in (1, 15, 28)]
    every += [f"{day} {month},100,1" for month in ("Feb", "Apr", "Jun", "Aug", "Oct", "Dec") for day in (1, 15)]
    with pytest.raises(InputError, match="'1 Jan' is no time"):
        vs.posts.read(written(tmp_path, header, *every))


PAID = {
    "LinkedIn": ("Post type,Created date,Impressions,Reposts", "{paid},2026-01-{d},{n},{s}", ("Organic", "Sponsored")),
    "Meta": (
        "Post ID,Views,Views from Organic posts,Views from Boosted posts,Shares",
        "p{d},{n},500,{paid},{s}",
        ("0", "800"),
    ),
}


@pytest.mark.parametrize("platform", PAID)
def test_paid_posts_are_known(platform: str, tmp_path: Path) -> None:
    """LinkedIn's sponsored and Meta's boosted posts are paid for, the others not."""
    header, row, words = PAID[platform]
    rows = [row.format(d=f"{d:02}", n=1000 + d, s=d % 3, paid=words[d % 4 == 0]) for d in range(1, 21)]
    past = vs.posts.read(written(tmp_path, header, *rows))
    assert past["paid"].tolist() == [d % 4 == 0 for d in range(1, 21)]


def test_a_post_without_impressions_beside_others_with_is_left_out_and_counted(tmp_path: Path) -> None:
    """Reach does not stand in for impressions in some rows of a table: reach is less."""
    rows = [f"2026-01-{d:02} 08:00,{'' if d % 4 == 0 else 1000 + d},{500 + d},{d % 3}" for d in range(1, 21)]
    past = vs.posts.read(written(tmp_path, "Date,Impressions,Reach,Shares", *rows))
    assert len(past) == 15
    assert past["impressions"].notna().all()
    assert "5 rows left out: no impressions, while others have them" in past.attrs["notes"]


def test_the_same_words_posted_again_are_another_post(tmp_path: Path) -> None:
    """A text names a post together with its time; a platform's number names it alone."""
    rows = [f"2026-01-{d:02} 08:00,Good morning all,{1000 + d},{d % 3}" for d in range(1, 13)]
    assert len(vs.posts.read(written(tmp_path, "Date,Content,Impressions,Shares", *rows, rows[0]))) == 12
    numbered = [row.replace("Good morning all", "77") for row in rows]
    with pytest.raises(InputError, match="11 rows left out: repeated"):
        vs.posts.read(written(tmp_path, "Date,Post ID,Impressions,Shares", *numbered))


def test_followers_that_jump_are_told(tmp_path: Path) -> None:
    """An account's followers change little from post to post; those that posts won do not."""
    rows = [f"2026-01-{d:02} 08:00,{1000 + d},{d % 3}" for d in range(1, 21)]
    won, account = [1 + 7 * d % 5 for d in range(20)], [5000 + 40 * d for d in range(20)]
    for told, followers in ((True, won), (False, account)):
        lines = [f"{row},{number}" for row, number in zip(rows, followers, strict=True)]
        notes = vs.posts.read(written(tmp_path, "Date,Impressions,Shares,Followers", *lines)).attrs["notes"]
        assert any("followers change by more than half" in note for note in notes) == told


def test_day_or_month_matters_where_ages_do(tmp_path: Path) -> None:
    """The order of 01/03 and 02/03 is the same either way, the days between them are not: with a horizon it has to be said."""
    rows = [f"{d:02}/03/2026,{1000 + d},{d % 3}" for d in range(1, 12)]
    file = written(tmp_path, "Date,Impressions,Shares", *rows)
    assert any("order of the posts would be the same" in note for note in vs.posts.read(file).attrs["notes"])
    with pytest.raises(InputError, match="can be day/month or month/day"):
        vs.posts.read(file, horizon_hours=168)


def test_reposts_of_others_and_shorter_counts_are_left_out(tmp_path: Path) -> None:
    """A repost has the counts of the original; with a horizon, a row that says it was counted for less is young whatever its date."""
    rows = [
        f"p{d},{1000 + d},{d % 3},{'RT @other: hi' if d % 5 == 0 else 'mine'},{24 if d > 17 else 168}"
        for d in range(1, 21)
    ]
    file = written(tmp_path, "Post ID,Impressions,Shares,Text,Horizon hours", *rows)
    past = vs.posts.read(file)
    assert len(past) == 20 - 4
    assert "4 rows left out: reposts of others, whose counts are not this account's" in past.attrs["notes"]
    whole = vs.posts.read(file, horizon_hours=168)
    assert whole["impressions"].max() == 1017
    assert "2 rows left out: counted for less than 168 hours" in whole.attrs["notes"]


def test_shares_above_reach_are_refused_where_reach_stands_in(tmp_path: Path) -> None:
    """Without impressions the line of a row with more shares than reach is named, as it is with them."""
    rows = [f"p{d},100,{120 if d == 7 else d % 3}" for d in range(1, 21)]
    with pytest.raises(InputError, match=r"export.csv:8: shares 120 exceed reach 100"):
        vs.posts.read(written(tmp_path, "Post ID,Reach,Shares", *rows))


def in_japanese(header: str, total: str, row: str, folder: Path) -> pd.DataFrame:
    rows = [row.format(d=d, n=1000 + d, w=d % 4, s=d % 3) for d in range(1, 21)]
    return vs.posts.read(written(folder, header, *([total] if total else []), *rows))


@pytest.mark.parametrize(
    ("header", "total", "row"),
    [
        (
            "コンテンツ,動画のタイトル,動画公開時刻,視聴回数,総再生時間（単位: 時間）,チャンネル登録者,インプレッション数,インプレッションのクリック率 (%),共有数",
            "合計,,,99999,12.5,300,500000,4.2,999",
            "v{d:02},題,2026/01/{d:02},{n},1.5,{w},9000,4.2,{s}",
        ),
        ("投稿ID,投稿日時,インプレッション,いいね,シェア数", "", "v{d:02},2026年1月{d}日 9:30,{n},9,{s}"),
    ],
)  # fmt: skip
def test_exports_in_japanese(header: str, total: str, row: str, tmp_path: Path) -> None:
    """Views of YouTube, not thumbnails shown, and no row of totals; impressions of others; days written with 年月日."""
    past = in_japanese(header, total, row, tmp_path)
    assert past["impressions"].tolist() == [1000 + d for d in range(1, 21)]
    assert past["shares"].tolist() == [d % 3 for d in range(1, 21)]
    assert past["published_at"].dt.day.tolist() == list(range(1, 21))
    assert past["followers"].isna().all()


@pytest.mark.parametrize(
    "cell",
    [
        "25-Jan-2026 09:30", "25-Jan-26 09:30", "Sun Jan 25 09:30:00 +0000 2026", "Sunday, January 25, 2026 09:30", "2026年1月25日 9:30",
        "25.01.2026 um 09:30 Uhr", "25/01/2026 09h30", "2026-01-25 09:30 (UTC)", "25 January, 2026 09:30", "25 gennaio 2026 09:30",
        "25 de janeiro de 2026 09:30", "25 januari 2026 09:30",
    ],
)  # fmt: skip
def test_times_as_programs_and_countries_write_them(cell: str, tmp_path: Path) -> None:
    """One column, one form: each is read as the same moment."""
    rows = [f'p{i},"{cell}",{1000 + i},{i % 3}' for i in range(12)]
    past = vs.posts.read(written(tmp_path, "Post ID,Publish time,Impressions,Shares", *rows))
    assert set(past["published_at"]) == {pd.Timestamp("2026-01-25 09:30", tz="UTC")}


@pytest.mark.parametrize(
    ("name", "shown"), [("1.78957E+17", "1.78957E+17"), ("1789570000000000000", "1789570000000000000")]
)
def test_names_that_a_spreadsheet_rounded_make_no_two_posts_one(name: str, shown: str, tmp_path: Path) -> None:
    """Opened in a spreadsheet, numbers of 17 digits lose their end: rows that then share a name are posts of their own still."""
    rows = [f"{name},https://x/{i},2026-01-{i + 1:02} 08:00,{1000 + i},{i % 3}" for i in range(12)]
    past = vs.posts.read(written(tmp_path, "Post ID,Permalink,Publish time,Impressions,Shares", *rows))
    assert past["impressions"].tolist() == [1000 + i for i in range(12)]
    (note,) = [note for note in past.attrs["notes"] if "rounded by a spreadsheet" in note]
    assert shown in note
    assert "'Permalink' was taken" in note
    without = [row.replace(f",https://x/{i}", "") for i, row in enumerate(rows)]
    assert len(vs.posts.read(written(tmp_path, "Post ID,Publish time,Impressions,Shares", *without))) == 12


def test_a_last_row_that_sums_up_is_no_post_whatever_it_is_called(tmp_path: Path) -> None:
    """Without dates nothing else tells "12 posts" from a post: what counts is that it is the sum of all in two columns."""
    rows = [f"p{i},{1000 + i},{i % 3}" for i in range(12)]
    total = f"12 posts,{sum(1000 + i for i in range(12))},12"
    past = vs.posts.read(written(tmp_path, "Post ID,Impressions,Shares", *rows, total))
    assert past["impressions"].max() == 1011
    assert "row of totals left out (line 14: the sum of the rows above it)" in past.attrs["notes"]
    other = total.replace("12 posts", "p12").replace(",12", ",9")
    assert len(vs.posts.read(written(tmp_path, "Post ID,Impressions,Shares", *rows, other))) == 13
