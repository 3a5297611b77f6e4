"""The lessons on posts that really happened: the data behind them, who came through whom, and what was forecast."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.app.lesson.real_posts import LEAST_STAR, groups_of, real_page, replayed, running_posts
from viralsim.lessons.real import RealLesson, claims, real_lesson, real_lessons
from viralsim.lessons.real.forecasts import HOURS, expected, forecasts, past_of
from viralsim.lessons.real.posts import DAY_HOURS, RealPost, posts
from viralsim.lessons.texts import speaker

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "weibo-sample" / "trees.tsv.gz"
PAGE = Path(__file__).parents[1] / "docs" / "lessons" / "claims.md"


def test_posts_are_trees_in_time() -> None:
    """Thirty posts of a day; every share has a parent in an earlier row that is not later, and the first is the question's."""
    assert len(posts()) == 30
    assert sum(one.shares for one in posts()) == 7117
    assert f"shared {posts()[0].shares} times" in real_lessons()[0].question
    for one in posts():
        assert one.parents[0] == -1
        assert one.hours[0] == 0
        rows = np.arange(1, len(one.parents))
        assert (one.parents[1:] < rows).all()
        assert (one.hours[rows] >= one.hours[one.parents[rows]]).all()
        assert one.hours.max() <= DAY_HOURS
        assert one.by(DAY_HOURS) == one.shares


def test_posts_are_those_of_the_source() -> None:
    """The same trees and seconds as in the data set, whatever the order."""
    if not SHARED.is_file():
        pytest.skip("the data set is not here")
    source: dict[str, list[tuple[int, int]]] = {}
    with gzip.open(SHARED, "rt") as text:
        for row in csv.DictReader(text, delimiter="\t"):
            source.setdefault(row["cascade"], []).append((int(row["parent"]), int(float(row["delay"]))))
    ours = [
        list(zip(one.parents.tolist(), np.rint(one.hours * 3600).astype(int).tolist(), strict=True)) for one in posts()
    ]
    assert sorted(ours) == sorted(source.values())


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_groups_are_stars(picks: list[int]) -> None:
    """A group has one person it is around, from whom all others have it or from somebody too small for a group."""
    parents = [-1] + [pick % (row + 1) for row, pick in enumerate(picks)]
    post = RealPost(np.array(parents), np.zeros(len(parents)))
    group, took = groups_of(post), Counter(parents)
    centres = [0] + [row for row in range(1, len(parents)) if took[row] >= LEAST_STAR]
    assert group[centres].tolist() == list(range(len(centres)))
    rest = [row for row in range(1, len(parents)) if row not in centres]
    assert all(group[row] == group[parents[row]] for row in rest)


def test_the_picture_is_what_is_counted() -> None:
    """After the last hour all shares have come; before, the median of thirty posts with the range of eight in ten."""
    data = replayed(real_lessons()[0])
    assert data["tried"]["24"] == [{"name": "post", "value": 100, "low": 100, "high": 100}]
    half = sorted(100 * (one.hours[1:] <= 1).sum() / one.shares for one in posts())
    assert data["tried"]["1"][0]["value"] == pytest.approx((half[14] + half[15]) / 2)
    assert data["tried"]["1"][0]["low"] < half[5]
    for scene, one in zip(data["scenes"], posts(), strict=True):
        assert len(scene["x"]) == len(scene["community"]) == one.shares + 1
        for row in (0, int(one.parents[-1])):
            took = scene["followers"][scene["starts"][row] : scene["starts"][row + 1]]
            assert took == [child for child, parent in enumerate(one.parents) if parent == row]


def test_no_end_is_given_away() -> None:
    """The first post to be forecast is not the one that was replayed, each comes once, and ranges lie above what was seen."""
    shown = running_posts()
    assert sorted(len(one["hours"]) for one in shown) == sorted(one.shares for one in posts())
    assert len(shown[0]["hours"]) != posts()[0].shares
    for one in shown:
        for at in HOURS:
            low, middle, high = one["expected"][f"{at:g}"]
            assert sum(hour <= at for hour in one["hours"]) <= low <= middle <= high


@pytest.mark.parametrize("one", real_lessons(), ids=lambda one: one.key)
def test_the_page_of_claims_says_what_is_measured(one: RealLesson) -> None:
    """Each claim holds of what the lesson shows, and the page has its value and on how many other draws it holds."""
    assert claims.holds(one.key)
    (row,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {one.order} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:4] == [one.title, claims.CLAIMS[one.key], claims.measured(one.key)]
    assert re.fullmatch(r"\d+ of 20", cells[4])


@pytest.mark.slow
@pytest.mark.parametrize("one", real_lessons(), ids=lambda one: one.key)
def test_the_page_counts_other_draws(one: RealLesson) -> None:
    kept = sum(claims.holds_with(one.key, 1001 + k) for k in range(20))
    assert f"| {kept} of 20 |" in PAGE.read_text(encoding="utf-8").split(f"| {one.order} | ")[1].splitlines()[0]


@pytest.mark.slow
def test_forecasts_are_the_programs() -> None:
    """What is stored is what is forecast from the other posts."""
    for number in (1, 25):
        past = past_of(number)
        assert forecasts()[number] == {at: expected(past, posts()[number], at) for at in HOURS}


def test_lessons_are_spoken_in_german() -> None:
    """Every text that a page gets has a German one."""
    say = speaker("de")
    for one in real_lessons():
        begin, data = real_page(one)
        assert begin in ("viralsimReplay", "viralsimForecast")
        texts = [data["lesson"][word] for word in ("title", "question", "surprise", "teacher", "ask", "label")]
        assert [
            text
            for text in (*texts, *data["lesson"]["words"].values())
            if say(text) == text and text != "post {number}"
        ] == []
    assert real_lesson("luck") is None
