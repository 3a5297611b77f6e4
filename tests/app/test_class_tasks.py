"""What a round may play: every lesson of the course; real posts are one for each seat, and their words are what they did."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.app.access import ClassKeys
from viralsim.app.classroom.keep import Keep
from viralsim.app.classroom.room import MOST_PUPILS, Room, Round, Task
from viralsim.app.classroom.tasks import (
    REAL,
    first_task,
    gathered,
    lesson_of,
    post_of,
    real_outcomes,
    seat_values,
    values,
    words,
)  # fmt: skip
from viralsim.app.lesson.real_posts import whole_day
from viralsim.errors import InputError
from viralsim.lessons.real import course, real_lesson, real_lessons
from viralsim.lessons.real.posts import posts


@pytest.mark.parametrize("one", course(), ids=lambda one: one.key)
def test_every_lesson_is_a_task(one: object) -> None:
    """It opens where the lesson does; each value is there once; its words ask for nothing that they are not given."""
    task = first_task(one)
    assert lesson_of(task) is one
    assert sorted(values(one)) == sorted(set(values(one)))
    room = Room(Round(1, task, [3, 4]))
    room.sit("a")
    room.play("a", 5)
    given_values = {*seat_values(room.round, 0), *gathered(room), "n", "result", "guess"}
    for text in vars(words(task)).values():
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= given_values


@given(st.sampled_from(real_lessons()), st.integers(1, 99), st.integers(0, MOST_PUPILS - 1), st.data())
def test_a_seat_is_told_of_the_post_that_it_is_judged_by(
    one: object, number: int, seat: int, data: st.DataObject
) -> None:
    """What it has by the hour and what it comes to are counted on the same post; the next round brings another one."""
    task = Task(one.key, data.draw(st.sampled_from(values(one))), "")
    outcome, told = real_outcomes(task, number)[seat], seat_values(Round(number, task, ()), seat)
    post = posts()[told["post"] - 1]
    by = int((post.hours[1:] <= task.value).sum())
    if one.key == "forecasting":
        assert (told["seen"], outcome) == (f"{by:,}", len(post.hours) - 1)
        assert by <= outcome
    else:
        assert outcome == round(100 * by / (len(post.hours) - 1))
    assert post_of(number, seat) != post_of(number + 1, seat)
    thirty = [post_of(number, other) for other in range(len(posts()))]
    assert sorted(thirty) == list(range(len(posts())))


def test_the_wall_counts_close_guesses() -> None:
    """A fifth off is close; who is further off is too low or too high."""
    room = Room(Round(1, Task("forecasting", 1.0, ""), [100] * 5))
    for who, guess in zip("abcde", (80, 120, 79, 121, 5000), strict=True):
        room.sit(who)
        room.play(who, guess)
    said = gathered(room)
    assert [said[word] for word in ("n", "close", "low", "high", "typical", "typical_guess")] == [
        5, 2, 1, 2, "100", "120",
    ]  # fmt: skip


def test_a_post_is_played_to_the_end_of_its_day() -> None:
    """Every share once, after what it was taken from, at its half hour."""
    for number in (0, 7):
        played, post = whole_day(number), posts()[number]
        assert played["moves"]["hours"] * len(played["moves"]["ticks"]) == 24
        come: set[int] = set()
        for tick, flat in enumerate(played["moves"]["ticks"]):
            for row, state, parent in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
                assert (state, parent) == (2, post.parents[row])
                assert parent < 0 or parent in come
                assert min(47, int(post.hours[row] * 2)) == tick
                come.add(row)
        assert len(come) == len(post.hours)


def test_a_file_with_an_unknown_lesson_is_refused(tmp_path: Path) -> None:
    """Where a class was kept that plays what this program does not have."""
    keep = Keep(tmp_path / "class.json")
    keep.write(Room(Round(1, Task("forecasting", 1.0, ""), [5])), ClassKeys(80), "s")
    assert keep.read() is not None
    keep.path.write_text(keep.path.read_text().replace("forecasting", "fortune-telling"))
    with pytest.raises(InputError, match="no lesson 'fortune-telling'"):
        keep.read()
    assert json.loads(keep.path.read_text())["room"]["round"]["task"]["lesson"] == "fortune-telling"
    assert set(REAL) == {one.key for one in real_lessons()}
    assert real_lesson("luck") is None
