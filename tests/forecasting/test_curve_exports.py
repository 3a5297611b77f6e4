"""Tables of curves as platforms and offices export them: dates, other languages, counts of each hour."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.forecasting.curve_files import read_curves


def written(folder: Path, text: str) -> Path:
    """A file of this text."""
    path = folder / "curve.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Stunde;Teilungen\n0,5;5\n2;9\n", None),
        ("Stunden seit Veröffentlichung;Geteilte Beiträge\n0,5;5\n2;9\n", None),
        ("heures depuis publication;partages\n0,5;5\n2;9\n", None),
        ("timestamp,shares\n2026-05-01 10:00,5\n2026-05-01 11:30,9\n", "2026-05-01T09:30"),
        ("timestamp,shares\n2026-05-01T10:00+02:00,5\n2026-05-01T09:30Z,9\n", "2026-05-01 08:30 +01"),
        (
            "Zeit;Veröffentlicht;Shares\n14.05.2026 10:00;14.05.2026 09:30;5\n14.05.2026 11:30;14.05.2026 09:30;9\n",
            None,
        ),
        (
            "time,published_at,shares\n5/14/2026 10:00 AM,5/14/2026 9:30 AM,5\n5/14/2026 11:30 AM,5/14/2026 9:30 AM,9\n",
            None,
        ),
        ("hours,timestamp,shares\n0.5,2026-05-01 10:00,5\n2,2026-05-01 11:30,9\n", None),
    ],
)
def test_one_curve_in_many_exports(tmp_path: Path, text: str, published: str | None) -> None:
    """Five shares by half an hour, nine by two hours."""
    (post,), _ = read_curves(written(tmp_path, text), published=published)
    assert post.curve.hours.tolist() == [0.5, 2.0]
    assert post.curve.shares.tolist() == [5.0, 9.0]


def test_clocks_that_are_put_back_do_not_turn_time(tmp_path: Path) -> None:
    """02:30 comes twice in that night; the zone says which."""
    at = "2026-10-25T01:00+02:00"
    rows = [f"2026-10-25T02:30+02:00,{at}", f"2026-10-25T02:30+01:00,{at}"]
    (post,), _ = read_curves(written(tmp_path, "time,published_at\n" + "\n".join(rows) + "\n"))
    assert post.curve.hours.tolist() == [1.5, 2.5]


BAD = {
    "a day or a month": (
        "time,published_at,shares\n05/02/2026 10:00,05/01/2026 09:00,5\n",
        None,
        "can be day/month or month/day",
    ),
    "one zone": ("time,shares\n2026-05-01T10:00Z,5\n", "2026-05-01T09:00", "only one of them has a time zone"),
    "no clock": ("time,shares\n2026-05-01T10:00,5\n", "2026-05-01", "--published: must be a date with a time of day"),
    "no date": ("time,shares\n2026-05-01T10:00,5\n", "noon", "--published: must be a date with a time of day"),
    "blank": ("time,published_at,shares\n2026-05-01T10:00,,5\n", None, ":2: published_at: empty"),
    "said twice": (
        "time,published_at,shares\n2026-05-01T10:00,2026-05-01T09:00,5\n",
        "2026-05-01T09:00",
        "has a column",
    ),
    "no dates": ("hours,shares\n1,5\n", "2026-05-01T09:00", "has no column of dates"),
    "several posts": (
        "post_id,time,shares\na,2026-05-01T10:00,5\nb,2026-05-01T10:00,5\n",
        "2026-05-01T09:00",
        "holds several posts",
    ),
    "nothing said": ("timestamp,shares\n2026-05-01T10:00,5\n", None, "say --published"),
}


@pytest.mark.parametrize("case", BAD)
def test_dates_that_say_no_time_since_the_post_are_refused(tmp_path: Path, case: str) -> None:
    """One line."""
    text, published, words = BAD[case]
    with pytest.raises(InputError) as refused:
        read_curves(written(tmp_path, text), published=published)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("title", ["shares (hourly)", "retweets (per hour)", "shares (neu)", "Shares (täglich)"])
def test_counts_of_each_hour_are_not_taken_for_totals(tmp_path: Path, title: str) -> None:
    """Rising counts of each hour look like a counter: the title says that they are none."""
    file = written(tmp_path, f"hours,{title}\n1,3\n2,5\n3,9\n")
    with pytest.raises(InputError, match="say --per interval"):
        read_curves(file)
    (post,), _ = read_curves(file, "interval")
    assert post.curve.shares.tolist() == [3.0, 8.0, 17.0]


def test_totals_are_not_added_up(tmp_path: Path) -> None:
    """Summed once more they would be far too many."""
    file = written(tmp_path, "hours,cumulative shares\n1,3\n2,8\n")
    with pytest.raises(InputError, match="leave out --per interval"):
        read_curves(file, "interval")


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=20, unique=True))
def test_dates_are_the_hours_between_them(
    tmp_path_factory: pytest.TempPathFactory, start: int, gaps: list[int]
) -> None:
    """Dates to the second, after any time of the post: the hours since it."""
    import datetime

    at = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=start)
    rows = [f"{at + datetime.timedelta(seconds=gap)},{at}" for gap in sorted(gaps)]
    text = "time,published_at\n" + "\n".join(rows) + "\n"
    (post,), _ = read_curves(written(tmp_path_factory.mktemp("dates"), text))
    assert post.curve.hours == pytest.approx([gap / 3600 for gap in sorted(gaps)], abs=1e-9)


def test_what_was_counted_is_said_exactly(tmp_path: Path) -> None:
    """Counts that were read, targets and hours keep their digits; only forecasts are rounded."""
    file = written(tmp_path, "hours,shares\n1,900\n166.5,1055\n")
    done = CliRunner().invoke(main, ["forecast", "-", "--observed", str(file), "--target", "1234"])
    assert "1,055 shares after 166.5 h" in done.output
    assert "chance of 1,234 shares or more" in done.output
    done = CliRunner().invoke(main, ["forecast", "-", "--observed", str(file), "--name", " "])
    assert (done.exit_code, "--name: is blank" in done.output) == (2, True)
