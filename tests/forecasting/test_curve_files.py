"""Files of curves: what is read, and that every curve which cannot be one is refused in a sentence with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.forecasting.curve import counts_between, curve_of_events, edges_of, edges_until, until
from viralsim.forecasting.curve_files import read_curves
from viralsim.forecasting.past import population_of

SCENARIO = Path(__file__).parents[2] / "scenarios" / "advocates_vs_paid.yaml"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file of this text."""
    path = folder / "curve.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("hours,shares\n1,5\n2,9\n6,20\n", "total"),
        ("hours,shares\n0,0\n1,5\n2,9\n6,20\n", "total"),
        ("Hours;Shares\n1;5\n2;9\n6;20\n", "total"),
        ("hours\tshares\r\n1\t5\r\n2\t9\r\n6\t20\r\n", "total"),
        ("\n\nminutes,shares\n60,5\n\n120,9\n360,20\n", "total"),
        ("seconds,shares,impressions,reach\n3600,5,100,90\n7200,9,200,150\n21600,20,300,\n", "total"),
        ("days,shares\n0.041666666666666664,5\n0.08333333333333333,9\n0.25,20\n", "total"),
        ("hours,shares\n1,5\n2,4\n6,11\n", "interval"),
        (
            "time,published_at,shares\n2024-05-01T10:00,2024-05-01T09:00,5\n2024-05-01 11:00,2024-05-01T09:00,9\n"
            "2024-05-01T15:00,2024-05-01 09:00,20\n",
            "total",
        ),
        ('"hours","shares"\n"1","5"\n"2","9"\n"6","20"\n', "total"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_counter_in_many_dialects(tmp_path: Path, text: str, per: str, encoding: str) -> None:
    """The same readings, however they are written."""
    (post,), notes = read_curves(written(tmp_path, text, encoding), per)
    assert all("left out" in note for note in notes)  # blank lines, and nothing else
    assert len(notes) == 2 * text.startswith("\n")
    assert post.curve.at(np.array([1.0, 2.0, 4.0, 6.0])).tolist() == [5.0, 9.0, 14.5, 20.0]
    assert post.curve.observed_until == 6.0
    assert np.isnan(post.followers)


def test_single_shares(tmp_path: Path) -> None:
    """A list of times is a staircase; a first row at 0 is the post itself."""
    (post,), _ = read_curves(written(tmp_path, "seconds,followers\n0,800\n3600,3\n1800,9\n"), watched=2.0)
    assert post.curve.at(np.array([0.4, 0.5, 1.0, 2.0])).tolist() == [0.0, 1.0, 2.0, 2.0]
    assert post.curve.observed_until == 2.0
    assert post.followers == 800


def test_several_posts_and_their_ends(tmp_path: Path) -> None:
    """Posts in the order of the file, each with its end; columns nobody knows are left out with a note."""
    text = "post_id,hours,shares,observed_until,mood\nb,1,2,30,x\na,1,3,24,y\nb,24,4,30,x\na,24,9,24,y\n"
    posts, notes = read_curves(written(tmp_path, text))
    assert [(post.post_id, post.curve.shares[-1]) for post in posts] == [("b", 4.0), ("a", 9.0)]
    assert notes == [f"{tmp_path / 'curve.csv'}: columns not used: mood"]


@pytest.mark.parametrize(
    ("text", "hours", "shares", "notes"),
    [
        ("hours,shares\n6,1.2K\n", [6.0], [1200.0], 1),
        ("hours;shares\n1,5;3\n", [1.5], [3.0], 1),
        ("hours,shares\n1.500,5\n2.500,9\n", [1.5, 2.5], [5.0, 9.0], 1),
        ("hours,shares\n1,1\n2,2\n3,3\n", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 0),
        ('hours,shares\n1,"1,200"\n2,"1,200,000"\n', [1.0, 2.0], [1200.0, 1200000.0], 1),
    ],
)
def test_numbers_as_people_write_them(
    tmp_path: Path, text: str, hours: list[float], shares: list[float], notes: int
) -> None:
    """Grouped, shortened, with a decimal comma; a last row that is the sum of those above it is a reading, not a total."""
    (post,), said = read_curves(written(tmp_path, text))
    assert (post.curve.hours.tolist(), post.curve.shares.tolist(), len(said)) == (hours, shares, notes)


BAD = {
    "falling": ("hours,shares\n1,5\n2,4\n", ":3: shares fall from 5 to 4"),
    "after the end": ("hours,shares,observed_until\n1,5,6\n7,9,6\n", ":3: 7 hours is after observed_until"),
    "event after the end": ("hours,observed_until\n1,6\n7,6\n", ":3: 7 hours is after observed_until"),
    "two ends": ("hours,shares,observed_until\n1,5,6\n2,9,7\n", ":3: observed_until: another one"),
    "empty": ("", "empty"),
    "blank": ("\n \n", "empty"),
    "only a header": ("hours,shares\n", "no row below the column names"),
    "another unit": ("weeks,shares\n1,5\n", "no column of the time"),
    "no time": ("shares\n5\n", "no column of the time"),
    "two times": ("hours,minutes,shares\n1,60,5\n", "2 columns"),
    "a unit in a cell": ("hours,shares\n6h,5\n", ":2: column 'hours': '6h' is no number"),
    "grouped": ('hours,shares\n6,"1,200"\n', "can be 1200 or 1.2"),
    "negative": ("hours,shares\n1,-5\n", "'-5' must be at least 0"),
    "negative time": ("hours\n-1\n", "'-1' must be at least 0"),
    "not finite": ("hours,shares\n1,1e999\n", "is not finite"),
    "nan": ("hours,shares\n1,nan\n", "'nan' is no number"),
    "missing": ("hours,shares\n1,5\n2,\n", ":3: shares: empty"),
    "half a share": ("hours,shares\n1,5.5\n", ":2: shares: must be a whole number"),
    "a time twice": ("hours,shares\n1,5\n1,6\n", ":3: hours: not after the row before"),
    "backwards": ("hours,shares\n2,5\n1,6\n", ":3: hours: not after the row before"),
    "shares at once": ("hours,shares\n0,5\n1,6\n", ":2: shares: none can have come by hour 0"),
    "too many shares": ("hours,shares,impressions\n1,5,4\n", ":2: 5 shares of 4 impressions"),
    "too much reach": ("hours,shares,impressions,reach\n1,5,40,50\n", ":2: reach 50 is above 40"),
    "no name": ("post_id,hours,shares\na,1,5\n,2,6\n", ":3: post_id: empty"),
    "a cell too many": ("hours,shares\n1,5,6\n", ":2: 3 cells"),
    "a name twice": ("hours,shares,shares\n1,5,6\n", "both mean shares"),
    "only the post": ("hours\n0\n", ":2: nothing but the post itself"),
    "no time of day": ("time,published_at,shares\n2024-05-02,2024-05-01T09:00,5\n", ":2: time: must be a date with"),
    "no date": ("time,published_at,shares\nyesterday at noon,2024-05-01T09:00,5\n", ":2: time: must be a date with"),
    "never published": ("time,shares\n2024-05-01T09:00,5\n", "time without published_at"),
    "before the post": ("time,published_at\n2024-05-01T08:00,2024-05-01T09:00\n", ":2: time: before published_at"),
    "one zone": ("time,published_at\n2024-05-01T10:00Z,2024-05-01T09:00\n", ":2: time, published_at: only one"),
    "impressions fall": ("hours,shares,impressions\n1,1,90\n2,1,\n3,2,50\n", ":4: impressions: 50 after 90 above"),
    "reach falls": ("hours,shares,impressions,reach\n1,1,90,80\n2,2,95,70\n", ":3: reach: 70 after 80 above"),
    "published twice": (
        "time,published_at,shares\n2024-05-01T10:00,2024-05-01T09:00,5\n2024-05-01T11:00,2024-05-01T09:30,6\n",
        ":3: published_at: another one than",
    ),
    "more shares than can be": ("hours,shares\n1,2e12\n", "'2e12' must be at most 1e+12"),
    "more followers than can be": ("hours,shares,followers\n1,5,1e15\n", "'1e15' must be at most 1e+12"),
    "a wrong unit of time": ("hours,shares\n0.0000001,5\n0.0000002,9\n", ":3: watched for 0.00072 seconds"),
    "events in no time": ("hours\n0\n1e-300\n", ":3: watched for 3.6e-297 seconds"),
    "JSON": ('{"hours": [1, 2], "shares": [3, 4]}', "no line of column names"),
    "a page": ("<html><body><table><tr><td>hours</td></tr></table></body></html>", "is a web page"),
    "a clock": ("hours,shares\n1:30,5\n", "is a date or a time and no number"),
    "true": ("hours,shares\ntrue,5\n", "'true' is no number"),
    "percent": ("hours,shares\n1,5%\n", "'5%' is a percentage"),
    "an open quote": ('hours,shares\n1,"5\n2,6\n', "check quotes"),
    "half a reach": ("hours,shares,reach\n1,5,5.5\n", ":2: reach: must be a whole number"),
    "only hour 0": ("hours,shares\n0,0\n", ":2: nothing after hour 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_curves_are_refused(tmp_path: Path, case: str) -> None:
    """One line with file, line and what is wrong."""
    text, words = BAD[case]
    with pytest.raises(InputError) as refused:
        read_curves(written(tmp_path, text))
    assert words in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "curve.csv"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"hours,shares\n1,\xff\n", b"\x00\x01\x02", b"\xff\xfeh\x00o"])
def test_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no table end in a sentence."""
    path = tmp_path / "curve.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_curves(path)
    with pytest.raises(InputError, match="folder"):
        read_curves(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_curves(tmp_path / "none.csv")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.booleans(), st.sampled_from([",", ";", "\t"]))
def test_counters_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], interval: bool, separator: str
) -> None:
    """Random counters, written in totals or intervals, are read to the same readings."""
    totals = np.cumsum(steps)
    hours = np.arange(1, len(steps) + 1)
    values = steps if interval else totals
    text = f"hours{separator}shares\n" + "".join(f"{h}{separator}{v}\n" for h, v in zip(hours, values, strict=True))
    (post,), _ = read_curves(written(tmp_path_factory.mktemp("counter"), text), "interval" if interval else "total")
    assert post.curve.at(hours.astype(float)).tolist() == totals.tolist()


@given(st.lists(st.floats(0.001, 160), min_size=0, max_size=50), st.floats(0.01, 160))
def test_bins_hold_every_share_once(times: list[float], at: float) -> None:
    """Counts in bins add up to the shares so far, and what is known at an hour has no later share."""
    curve = until(curve_of_events(np.sort(np.array(times)), 168.0), at)
    edges, seen_bins = edges_of(curve, edges_until(168.0))
    counts = counts_between(curve, edges)
    assert counts[:seen_bins].sum() == sum(time <= at for time in times)
    assert counts[seen_bins:].sum() == 0
    assert edges[seen_bins] == pytest.approx(at, rel=1e-6)
    assert (np.diff(edges) > 0).all()


def table_of(posts: int, hours: list[int]) -> str:
    """A table of past counters."""
    rows = [f"p{post},{hour},{(post + 1) * hour}" for post in range(posts) for hour in hours]
    return "post_id,hours,shares\n" + "\n".join(rows) + "\n"


def test_past_counters_are_counted_at_common_hours(tmp_path: Path) -> None:
    """The bins of counters end at hours that all were read at."""
    text = table_of(3, [1, 2, 5, 24, 48]) + "q,1,1\nq,5,2\nq,24,3\nq,30,4\nq,48,5\n"
    past, _ = read_curves(written(tmp_path, text))
    population, notes = population_of(past, 48.0)
    assert population.edges.tolist() == [0.0, 1.0, 5.0, 24.0, 48.0]
    assert notes == ["4 past posts: ranges are mostly the shipped prior (from 20 on they are the posts')"]


def test_past_posts_that_are_too_young_are_left_out(tmp_path: Path) -> None:
    """Posts not watched until the horizon are counted and left out; where none is left the remedy is named."""
    past, _ = read_curves(written(tmp_path, table_of(3, [1, 2, 6, 24]) + "q,1,1\nq,2,2\nq,6,2\n"))
    population, notes = population_of(past, 24.0)
    assert population.posts == 3
    assert notes[0] == "1 past post left out: watched for less than the horizon of 24 h"
    with pytest.raises(InputError, match="the longest until 24 h: say a shorter --horizon"):
        population_of(past, 168.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("post_id,hours,shares\na,1,0\na,24,0\n", "no past post has a share"),
        ("post_id,hours,shares\na,1,1\na,24,2\nb,3,1\nb,24,2\n", "0 hours before the horizon"),
    ],
)
def test_useless_past_posts_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """Past posts that teach nothing end in a sentence."""
    past, _ = read_curves(written(tmp_path, text))
    with pytest.raises(InputError, match=words):
        population_of(past, 24.0)


def test_shares_at_hour_0_are_in_the_first_bin() -> None:
    """A share in the second of the post is one of the shares that came."""
    curve = curve_of_events(np.array([0.0, 0.0, 0.5, 3.0]), 6.0)
    assert counts_between(curve, np.array([0.0, 1.0, 6.0])).tolist() == [3.0, 1.0]


@pytest.mark.parametrize("option", ["--target", "--followers"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_options_that_are_no_counts_are_refused(tmp_path: Path, option: str, value: str) -> None:
    """click takes nan and inf for numbers; the command does not."""
    (tmp_path / "c.csv").write_text("hours,shares\n1,5\n")
    words = ["forecast", str(SCENARIO), "--observed", str(tmp_path / "c.csv"), option, value]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert option.strip("-") in done.output


@pytest.mark.parametrize(
    "title",
    [
        "time (hours)",
        "Time (h)",
        "t (h)",
        "elapsed_hours",
        "Hours after posting",
        "hours_since_launch",
        "h",
        "Stunden",
        "age (hours)",
    ],
)
def test_a_time_has_many_names(tmp_path: Path, title: str) -> None:
    """All of these are hours since the post."""
    (post,), _ = read_curves(written(tmp_path, f"{title},cumulative retweets\n1,5\n6,20\n"))
    assert post.curve.hours.tolist() == [1.0, 6.0]
    assert post.curve.shares.tolist() == [5.0, 20.0]


@pytest.mark.parametrize("title", ["cascade", "tweet_id", "Post ID", "post"])
def test_cascades_are_posts(tmp_path: Path, title: str) -> None:
    """A list of the shares of several posts is several curves, whatever the column that names them is called."""
    posts, _ = read_curves(written(tmp_path, f"{title},seconds,user\n8,0,1\n8,60,2\n9,0,1\n9,50,3\n9,70,4\n"))
    assert [(post.post_id, post.curve.shares.size) for post in posts] == [("8", 1), ("9", 2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours,new_shares\n1,5\n2,4\n6,11\n", "'new_shares' seems to count"),
        ("hours,likes\n1,5\n2,9\n6,20\n", "'likes' seems to count"),
        ("hours,antal\n1,5\n2,9\n6,20\n", "'antal' seems to count"),
        ("seconds,name\n0,a\n60,b\n0,a\n90,c\n", ":4: seconds: back to 0"),
        ("hours (days),shares\n1,5\n2,9\n", "'hours (days)' names hours and days"),
        ("age,shares\n1,5\n2,9\n", "no column of the time since the post"),
    ],
)
def test_counts_are_not_taken_for_single_shares(tmp_path: Path, text: str, said: str) -> None:
    """Counts under an unknown name, and several posts without names, are refused: each row would count as one share."""
    with pytest.raises(InputError) as refused:
        read_curves(written(tmp_path, text))
    assert said in str(refused.value)


def test_row_numbers_and_people_are_no_counts(tmp_path: Path) -> None:
    """An index and the numbers of the people who shared rise as well; these rows are single shares."""
    (post,), _ = read_curves(written(tmp_path, "index,seconds,user\n0,0,3\n1,60,9\n2,90,12\n"))
    assert post.curve.shares.size == 2


def test_newest_first(tmp_path: Path) -> None:
    """The post itself is the last row of a list that begins with the newest share."""
    (post,), _ = read_curves(written(tmp_path, "hours\n6\n2\n1\n0\n"))
    assert post.curve.hours.tolist() == [1.0, 2.0, 6.0]


def test_past_posts_read_at_different_hours(tmp_path: Path) -> None:
    """Readings a little apart have no common hour but near ones; the bins end there, and counts are between the readings."""
    text = "post_id,hours,shares\n"
    for post in range(24):
        away = 1 + post / 200
        text += "".join(f"{post},{hour * away:.4f},{10 * hour}\n" for hour in (1, 2, 4, 8, 12, 24))
    past, _ = read_curves(written(tmp_path, text))
    population, notes = population_of(past, 24.0)
    assert any("between two readings" in note for note in notes)
    assert population.edges.tolist() == [0, 1, 2, 4, 8, 12, 24]
    assert population.curves[10].at(np.array(4.0)) == pytest.approx(40 / 1.05, abs=0.01)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hours,post a,post b\n1,5,7\n2,7,9\n", "post a"),
        ("hours,engagements\n1,5\n2,7\n", "engagements"),
        ("hours;Weiterleitungen\n1;5\n2;1.200\n", "Weiterleitungen"),
        ("hours,views\n1,500\n2,700\n", "views"),
    ],
)
def test_a_counter_of_another_name_is_no_list_of_shares(tmp_path: Path, text: str, named: str) -> None:
    """Read as single shares, a row of each hour would be one share an hour."""
    with pytest.raises(InputError, match=f"no column of shares, and '{named}' seems to count"):
        read_curves(written(tmp_path, text))


def test_single_shares_may_name_who_shared(tmp_path: Path) -> None:
    """Ids and words beside the times of single shares are left out with a note."""
    (post,), notes = read_curves(written(tmp_path, "user_id,name,hours\n77,ann,1\n3,bob,2\n"))
    assert post.curve.at(np.array([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert any("columns not used: user_id, name" in note for note in notes)


def test_a_time_in_another_form_than_the_others_is_told_so(tmp_path):
    """The time of publication is a time, and told to be none: what is wrong is that the column writes times in another way."""
    path = tmp_path / "now.csv"
    path.write_text("time,shares\n" + "".join(f"01/25/2026 {9 + i:02}:00,{i}\n" for i in range(6)))
    said = (
        CliRunner().invoke(main, ["forecast", "-", "--observed", str(path), "--published", "2026-01-25 09:00"]).output
    )
    assert "--published: must be written in the same form as '01/25/2026 09:00'" in said
