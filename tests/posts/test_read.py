# ruff: noqa: E501 - headers and rows are as the platforms write them
"""Exports of each platform by their headers: what becomes what, what is left out, what is refused."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import viralsim as vs
from viralsim.errors import InputError
from viralsim.posts import CANONICAL


def written(folder: Path, header: str, rows: Sequence[str], name: str = "posts.csv", encoding: str = "utf-8") -> Path:
    """A file with a header and rows."""
    path = folder / name
    path.write_bytes("\n".join([header, *rows]).encode(encoding))
    return path


def ten(row: str) -> list[str]:
    """Ten rows: ``{i}`` is the row from 0, ``{d}`` a day of the month in two digits, ``{n}`` impressions, ``{s}`` shares."""
    return [row.format(i=i, d=f"{i + 1:02}", n=1000 + 13 * i, s=i + 1, p=int(i == 9)) for i in range(10)]


# header, a row, what its first post becomes
PLATFORMS = {
    "X until 2023": (
        '"Tweet id","Tweet permalink","Tweet text","time","impressions","engagements","engagement rate","retweets","replies",'
        '"likes","user profile clicks","url clicks","promoted impressions","promoted retweets"',
        '"8123697477653{d}","https://twitter.com/someone/status/1","Hello, world","2016-12-{d} 18:50 +0000","{n}.0","18.0","0.009",'
        '"{s}.0","2.0","1.0","0.0","15.0","-","-"',
        {"post_id": "812369747765301", "published_at": pd.Timestamp("2016-12-01 18:50", tz="UTC"), "impressions": 1000, "shares": 1,
         "clicks": 15, "reactions": 1, "comments": 2, "paid": False},
    ),
    "X since 2024": (
        "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Share,New follows,Replies,Reposts,Profile visits,"
        "Detail Expands,URL Clicks",
        '18123{d},"Tue, Jan {d}, 2024",some text,https://x.com/me/status/1,"{n}",9,30,4,7,0,3,{s},2,1,5',
        {"impressions": 1000, "shares": 1, "saves": 4, "clicks": 5, "comments": 3, "reactions": 9},
    ),
    "Facebook Insights, 2014": (
        "Page total likes,Type,Category,Paid,Lifetime Post Total Reach,Lifetime Post Total Impressions,Lifetime Engaged Users,"
        "Lifetime Post Consumers,Lifetime Post Consumptions,Lifetime Post Impressions by people who have liked your Page,"
        "Lifetime Post reach by people who like your Page,comment,like,share,Total Interactions",
        "13944{i},Photo,2,{p},800,{n},178,109,159,700,500,4,79,{s},100",
        {"followers": 139440, "type": "Photo", "paid": False, "reach": 800, "impressions": 1000, "clicks": 159,
         "impressions_owned": 700, "reach_followers": 500, "comments": 4, "reactions": 79, "shares": 1},
    ),
    "Facebook Insights, full": (
        "Post ID,Permalink,Post Message,Type,Posted,Lifetime Post Total Reach,Lifetime Post organic reach,Lifetime Post Paid Reach,"
        "Lifetime Post Total Impressions,Lifetime Post Organic Impressions,Lifetime Post Paid Impressions,Shares",
        "1_{i},https://facebook.com/1,Hi,Link,01/{d}/2019 08:15 AM,900,700,200,{n},700,300,{s}",
        {"post_id": "1_0", "published_at": pd.Timestamp("2019-01-01 08:15", tz="UTC"), "reach": 900, "impressions": 1000, "paid": True},
    ),
    "Meta Business Suite, views": (
        "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,Data comment,"
        "Date,Views,Reach,Likes,Shares,Follows,Comments,Saves",
        '179{d},17,me,Me,"Line one\nline two",0,03/{d}/2024 09:30,https://instagram.com/p/x{i},IG reel,,Lifetime,"{n}",800,50,{s},1,2,3',
        {"published_at": pd.Timestamp("2024-03-01 09:30", tz="UTC"), "impressions": 1000, "reach": 800, "shares": 1, "saves": 3,
         "comments": 2, "reactions": 50, "type": "IG reel"},
    ),
    "Instagram by hand": (
        "Impressions,From Home,From Hashtags,From Explore,From Other,Saves,Comments,Shares,Likes,Profile Visits,Follows,Caption",
        "{n},600,100,50,30,9,8,{s},16,3,2,text {i}",
        {"impressions": 1000, "impressions_owned": 600, "impressions_recommended": 180, "saves": 9, "shares": 1},
    ),
    "YouTube Studio": (
        "Content,Video title,Video publish time,Views,Watch time (hours),Subscribers,Impressions,Impressions click-through rate (%),Shares",
        'abc_-{d}xyz,A title,"Jan {d}, 2024",{n},50.5,3,"99,000",4.2,{s}',
        {"post_id": "abc_-01xyz", "impressions": 1000, "shares": 1},
    ),
    "TikTok Studio": (
        "Video title,Video link,Post time,Total views,Total likes,Total comments,Total shares",
        "Dance,https://www.tiktok.com/@someone/video/{i},2024-02-{d},1.{i}K,20,3,{s}",
        {"published_at": pd.Timestamp("2024-02-01", tz="UTC"), "impressions": 1000, "shares": 1, "reactions": 20, "comments": 3},
    ),
    "LinkedIn": (
        "Post title,Post link,Post type,Created date,Impressions,Clicks,Click through rate (CTR),Likes,Comments,Reposts,Engagement rate",
        "Hiring!,https://linkedin.com/posts/someone-{i},Organic,1/{d}/2024,{n},40,0.04,7,2,{s},0.05",
        {"impressions": 1000, "clicks": 40, "reactions": 7, "shares": 1, "type": "Organic"},
    ),
    "German": (
        "Beitrags-ID;Veröffentlichungszeitpunkt;Beitragstyp;Impressionen;Reichweite;„Gefällt mir“-Angaben;Geteilte Inhalte;Kommentare",
        "b{i};{d}.03.2024 09:30;Foto;1.0{i}0;80{i};12;{s};3",
        {"impressions": 1000, "reach": 800, "reactions": 12, "shares": 1, "published_at": pd.Timestamp("2024-03-01 09:30", tz="UTC")},
    ),
    "French": (
        "ID de publication;Heure de publication;Vues;Couverture;Mentions J’aime;Partages;Commentaires;Enregistrements",
        "p{i};{d} févr. 2024 à 09:30;1 00{i};80{i};12;{s};3;4",
        {"impressions": 1000, "reach": 800, "reactions": 12, "saves": 4, "published_at": pd.Timestamp("2024-02-01 09:30", tz="UTC")},
    ),
    "Spanish": (
        "Identificador de la publicación,Hora de publicación,Impresiones,Alcance,Me gusta,Veces que se compartió,Comentarios,Guardados",
        "p{i},{d} de enero de 2024,{n},80{i},12,{s},3,4",
        {"impressions": 1000, "reach": 800, "shares": 1, "published_at": pd.Timestamp("2024-01-01", tz="UTC")},
    ),
    "Swedish": (
        "Inläggs-id\tPubliceringstid\tExponeringar\tRäckvidd\tGilla-markeringar\tDelningar\tKommentarer\tSparade\tFöljare",
        "p{i}\t2024-01-{d} 09:30\t{n}\t80{i}\t12\t{s}\t3\t4\t5000",
        {"impressions": 1000, "reach": 800, "shares": 1, "followers": 5000, "saves": 4},
    ),
}  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_platforms(platform: str, encoding: str, tmp_path: Path) -> None:
    """Each platform's header gives the canonical columns; what it does not say is missing; no text or handle is kept."""
    header, row, first = PLATFORMS[platform]
    past = vs.posts.read(written(tmp_path, header, ten(row), encoding=encoding))
    assert tuple(past.columns) == CANONICAL
    assert len(past) == 10
    assert past["shares"].sum() == 55
    got = past[past["shares"] == 1].iloc[0]
    assert {name: got[name] for name in first} == first
    unsaid = [
        n for n in CANONICAL if n not in first and n not in past.attrs["recognised"] and n not in ("paid", "post_id")
    ]
    assert past[[n for n in unsaid if n != "published_at"]].isna().all(axis=None)
    everything = past.to_csv() + str(past.attrs)
    assert not any(word in everything for word in ("someone", "Hello", "Hiring!", "line two", "https"))
    assert past["paid"].all() or len(vs.calibration.next_post(past, draws=5)) == 5


def test_what_was_recognised_is_said(tmp_path: Path) -> None:
    """YouTube's impressions are thumbnails; the note and the table of titles say which column was taken."""
    header, row, _ = PLATFORMS["YouTube Studio"]
    past = vs.posts.read(written(tmp_path, header, ten(row)))
    assert past.attrs["recognised"]["impressions"] == "Views"
    assert "'Views' was taken as impressions, not 'Impressions'" in past.attrs["notes"]
    assert any("no followers" in note for note in past.attrs["notes"])
    assert any("only 10 posts" in note for note in past.attrs["notes"])


def test_map_names_columns_by_hand(tmp_path: Path) -> None:
    """A column named by hand beats what would be recognised; names that do not exist are refused."""
    path = written(tmp_path, "Impressions,Shares,Echo", ten("{n},1,{s}"))
    assert vs.posts.read(path)["shares"].sum() == 10
    assert vs.posts.read(path, map={"shares": "Echo"})["shares"].sum() == 55
    with pytest.raises(InputError, match="'Ecko'"):
        vs.posts.read(path, map={"shares": "Ecko"})
    with pytest.raises(InputError, match="'sharing' is no column of posts"):
        vs.posts.read(path, map={"sharing": "Echo"})


def test_line_ends_totals_and_explanations(tmp_path: Path) -> None:
    """Bare carriage returns, a row of totals and the row that explains columns are no posts."""
    rows = ["Lifetime: The total number,Lifetime: Shares,Lifetime: id", *ten("{n},{s},p{i}"), "99999,999,Total"]
    path = tmp_path / "p.csv"
    path.write_bytes(codecs.BOM_UTF8 + "\r".join(["Impressions,Shares,Post ID", *rows]).encode())
    past = vs.posts.read(path)
    assert len(past) == 10
    assert past["impressions"].max() == 1117
    assert any("explains the columns" in note for note in past.attrs["notes"])
    assert any("totals" in note for note in past.attrs["notes"])


def test_repeated_posts_count_once(tmp_path: Path) -> None:
    """The same name: the row seen most often stays, over several files; without names only long rows are told repeated."""
    header = "Post ID,Date,Impressions,Shares"
    first = written(tmp_path, header, ten("p{i},2024-01-{d},{n},{s}"), "a.csv")
    second = written(tmp_path, header, ["p9,2024-01-10,5000,20", "q1,2024-01-11,700,1"], "b.csv")
    past = vs.posts.read([first, second])
    assert len(past) == 11
    assert past.loc[past["post_id"] == "p9", "impressions"].item() == 5000
    assert "1 row left out: repeated" in past.attrs["notes"]
    short = written(tmp_path, "Impressions,Shares", ["100,0"] * 9 + ["100,1"], "c.csv")
    assert len(vs.posts.read(short)) == 10
    long = written(
        tmp_path,
        "Impressions,Shares,Likes,Saves,Comments,Follows",
        ["100,1,5,2,3,4"] * 9 + ten("{n},1,5,2,3,4"),
        "d.csv",
    )
    assert len(vs.posts.read(long)) == 11


def test_missing_cells_stay_missing_and_young_posts_and_replies_go(tmp_path: Path) -> None:
    """A missing share is no share of 0; posts within the horizon and, on request, replies are left out and counted."""
    rows = [
        *ten('t{i},2024-01-{d},{n},{s},"hello"'),
        "u1,2024-01-11,500,-,x",
        'u2,2024-01-12,600,2,"@you yes"',
        "u3,2024-01-12,600,3,x",
    ]
    path = written(tmp_path, "Tweet id,time,impressions,retweets,Tweet text", rows)
    past = vs.posts.read(path)
    assert len(past) == 12
    assert np.isfinite(past["shares"]).all()
    assert any("1 row left out: shares" in note for note in past.attrs["notes"])
    assert len(vs.posts.read(path, replies=False)) == 11
    young = vs.posts.read(path, horizon_hours=72)
    assert young["published_at"].max() == pd.Timestamp("2024-01-09", tz="UTC")
    assert any("3 rows left out: younger than 72 hours" in note for note in young.attrs["notes"])


def test_newest_first_without_dates_is_turned(tmp_path: Path) -> None:
    """Followers that fall from row to row say that the newest posts are first."""
    past = vs.posts.read(
        written(tmp_path, "Followers,Impressions,Shares", [f"{9000 - 10 * i},{1000 + i},1" for i in range(10)])
    )
    assert past["followers"].is_monotonic_increasing
    assert any("turned" in note for note in past.attrs["notes"])


REFUSED: dict[str, tuple[str, list[str], dict[str, Any], str]] = {
    "negative": ("Impressions,Shares", [*ten("{n},{s}"), "-5,0"], {}, r"posts.csv:12: column 'Impressions': '-5'"),
    "infinite": ("Impressions,Shares", [*ten("{n},{s}"), "inf,0"], {}, r"posts.csv:12: column 'Impressions': 'inf'"),
    "a word": ("Impressions,Shares", [*ten("{n},{s}"), "many,0"], {}, r"posts.csv:12.*'many' is no number"),
    "a fraction": ("Impressions,Shares", [*ten("{n},{s}"), "500,0.5"], {}, r"posts.csv:12.*must be a whole number"),
    "shares above impressions": (
        "Impressions,Shares",
        [*ten("{n},{s}"), "5,6"],
        {},
        r"posts.csv:12: shares 6 exceed impressions 5",
    ),
    "reach above impressions": (
        "Impressions,Reach,Shares",
        [*ten("{n},9,{s}"), "50,60,1"],
        {},
        r"posts.csv:12: reach 60 exceed .*keep_doubt",
    ),
    "owned above all": (
        "Impressions,From Home,Shares",
        [*ten("{n},9,{s}"), "50,60,1"],
        {},
        r"posts.csv:12: impressions_owned 60 exceed",
    ),
    "seven posts": ("Impressions,Shares", ten("{n},{s}")[:7], {}, r"7 posts; 8 are the fewest"),
    "nothing shared": ("Impressions,Shares", ten("{n},0"), {}, "no post has a share"),
    "no shares": (
        "Impressions,Likes",
        ten("{n},{s}"),
        {},
        r"no column of shares was recognised \(recognised: .*name it by map, shares=TITLE",
    ),
    "no impressions": ("Likes,Shares", ten("{n},{s}"), {}, "no column of impressions or reach was recognised"),
    "two of one": ("Impressions,Shares,Share", ten("{n},{s},1"), {}, "both mean shares"),
    "empty": ("", [], {}, "is empty|no line of column names"),
    "header alone": ("Impressions,Shares", [], {}, "no row below the column names"),
    "a short row": ("Impressions,Shares", [*ten("{n},{s}"), "5"], {}, r"posts.csv:12: 1 cells where the header has 2"),
    "day or month": (
        "Date,Impressions,Shares",
        ["01/02/2024,9,1", "03/01/2024,9,1", "02/02/2024,9,1"] * 4,
        {},
        r"posts.csv:2.*day/month or month/day",
    ),
    "no time": (
        "Date,Impressions,Shares",
        [*ten("2024-01-{d},{n},{s}"), "soon,9,1"],
        {},
        r"posts.csv:12: column 'Date': 'soon' is no time",
    ),
    "two forms of time": (
        "Date,Impressions,Shares",
        [*ten("2024-01-{d},{n},{s}"), "31.01.2024,9,1"],
        {},
        r"posts.csv:12.*is no time of the form",
    ),
    "paid": (
        "Impressions,Shares,Paid",
        [*ten("{n},{s},0"), "900,1,maybe"],
        {},
        r"posts.csv:12: column 'Paid': 'maybe' must be 1",
    ),
    "horizon": ("Impressions,Shares", ten("{n},{s}"), {"horizon_hours": -1}, "horizon_hours must be a number in"),
    "a percentage": ("Impressions,Shares", [*ten("{n},{s}"), "900,1%"], {}, r"posts.csv:12.*is a percentage"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_refused_in_one_line_with_its_place(fault: str, tmp_path: Path) -> None:
    """What cannot be is refused with file and line; no number comes out."""
    header, rows, options, sentence = REFUSED[fault]
    with pytest.raises(InputError, match=sentence) as refused:
        vs.posts.read(written(tmp_path, header, rows), **options)
    assert "\n" not in str(refused.value)


def test_doubtful_rows_are_kept_on_request(tmp_path: Path) -> None:
    """With ``keep_doubtful`` a row with more reach than impressions stays as it is, and is counted."""
    path = written(tmp_path, "Impressions,Reach,Shares", [*ten("{n},9,{s}"), "50,60,1"])
    past = vs.posts.read(path, keep_doubtful=True)
    assert past["reach"].max() == 60
    assert "1 posts with more reach than impressions were kept as they are" in past.attrs["notes"]


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    """A file that is not there, a folder and no file at all are refused by name."""
    for paths, sentence in ((tmp_path / "no.csv", "no.csv"), (tmp_path, "is a folder"), ([], "no file was named")):
        with pytest.raises(InputError, match=sentence):
            vs.posts.read(paths)
