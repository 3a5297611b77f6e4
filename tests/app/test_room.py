"""A class without its pages: seats kept, freed and never shared; rounds, guesses, the picture, and the file that keeps it all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.app.access import ClassKeys
from viralsim.app.classroom.keep import Keep
from viralsim.app.classroom.picture import bins, picture, place, rank
from viralsim.app.classroom.room import Room, Round, Task, from_json
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.lessons import lesson
from viralsim.lessons.texts import speaker

TASK = Task("luck", 1, "campaign")


def room_of(*outcomes: int) -> Room:
    return Room(Round(1, TASK, outcomes))


def test_seats_are_kept_and_freed() -> None:
    """A seat is kept over reloads; it can be freed, and is then the next one's; who was put out plays nothing."""
    room = room_of(100, 101, 102)
    seats = [room.sit(who) for who in "abc"]
    assert [seat.number for seat in seats if seat] == [0, 1, 2]
    assert room.sit("a") is seats[0]
    assert room.sit("d") is None  # all are here
    assert room.play("b", 7) == 101
    assert (room.results, room.round.guesses) == ({1: 101}, {1: 7})
    assert room.free(1)
    assert not room.free(1)
    assert (room.results, room.play("b", 7)) == ({}, None)
    new = room.sit("d")
    assert new is not None
    assert (new.number, room.has_played("d")) == (1, False)


def test_an_empty_seat_is_given_away_in_a_full_room_only() -> None:
    """Who has played keeps the seat, and who is still here; who left without a try loses it to the next one."""
    room = room_of(5, 6, 7)
    for who in "abc":
        room.sit(who)
    room.play("a", 1)
    room.leave("a")
    room.sit("b")  # a second tab
    room.leave("b")
    assert room.sit("d") is None
    room.leave("c")
    assert room.sit("c") is not None
    room.leave("c")
    taken = room.sit("d")
    assert taken is not None
    assert taken.number == 2
    assert room.sit("e") is None
    room.leave("nobody")


def test_rounds_begin_again_and_end() -> None:
    """The first guess counts; a new round keeps seats, has new tries and nobody's results; after the end nobody plays."""
    room = room_of(5, 6)
    room.sit("a")
    assert [room.play("a", 9), room.play("a", 5)] == [5, 5]
    assert room.round.guesses == {0: 9}
    room.open(Round(2, TASK, [8, 9]))
    assert (room.results, room.has_played("a"), room.seats["a"].number) == ({}, False, 0)
    assert (room.round.first_try(), Round(1, TASK, []).first_try(), room.version) == (60, 0, 1)
    assert room.play("a", 3) == 8
    room.end()
    assert (room.is_over, room.play("a", 3), room.results) == (True, None, {0: 8})
    room.open(Round(3, TASK, [1, 2]))
    assert room.play("a", 0) == 1


@given(st.lists(st.tuples(st.sampled_from(["sit", "leave", "play", "free"]), st.integers(0, 9)), max_size=60))
def test_no_two_pupils_have_a_seat_in_common(steps_taken: list[tuple[str, int]]) -> None:
    """Whatever pupils and the teacher do, numbers are within the class, nobody shares one, and it can be written down."""
    room = room_of(1, 2, 3, 4)
    for word, number in steps_taken:
        if word == "play":
            room.play(str(number), number)
        else:
            getattr(room, word)(number if word == "free" else str(number))
        numbers = [seat.number for seat in room.seats.values()]
        assert len(set(numbers)) == len(numbers) <= 4
        assert all(0 <= n < 4 for n in numbers)
        assert set(room.results) <= set(numbers)
    again = from_json(json.loads(json.dumps(room.as_json())))
    assert (again.round, again.as_json()["seats"]) == (
        replace(room.round, outcomes=[1, 2, 3, 4]),
        room.as_json()["seats"],
    )


@given(st.dictionaries(st.integers(0, 59), st.integers(0, 5000), min_size=1), st.data())
def test_the_picture_has_a_square_for_each(results: dict[int, int], data: st.DataObject) -> None:
    """As many squares as results and guesses, one of each marked as one's own; all inside; each value in the bin that holds it."""
    guesses = {number: data.draw(st.floats(0, 1e6)) for number in results}
    mine = next(iter(results))
    drawn = picture(results, guesses, speaker("en"), mine)
    assert drawn.count("<rect") == 2 * len(results)
    assert (drawn.count("is-result is-mine"), drawn.count("is-guess is-mine")) == (1, 1)
    high = float(re.search(r'viewBox="0 0 720 ([\d.]+)"', drawn)[1])  # type: ignore[index]
    for x, y, side in re.findall(r'x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)"', drawn):
        assert 0 <= float(x) <= 720 - float(side) + 0.1
        assert 0 <= float(y) <= high - float(side) + 0.1
    ends = bins([*results.values(), *guesses.values()])
    for value in results.values():
        k = place(value, ends)
        assert ends[k] <= value
        assert k + 1 == len(ends) or value < ends[k + 1]


def test_a_wild_guess_does_not_make_the_rest_small() -> None:
    """It is in the last bin; a guess near the results has a bin of its own."""
    assert bins([5, 90], [100.0, 1e9]) == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert bins([5, 90], [130.0])[-1] == 128
    assert place(1e9, bins([5, 90], [1e9])) == 10


def test_places_are_counted_from_the_largest() -> None:
    assert [rank({0: 5, 1: 9, 2: 5, 3: 1}, number) for number in range(4)] == [2, 1, 2, 4]


def test_a_class_goes_on_from_its_file(tmp_path: Path) -> None:
    """Seats, guesses, the round, the code and the cookies come back; what is no class is refused and left as it is."""
    keep, room, keys = Keep(tmp_path / "class.json"), room_of(5, 6), ClassKeys(8080)
    assert keep.read() is None
    room.sit("a")
    room.play("a", 2)
    keep.write(room, keys, "signs")
    found = keep.read()
    assert found is not None
    again, secrets = found
    assert (again.results, again.round.guesses, again.round.task) == ({0: 5}, {0: 2.0}, TASK)
    assert secrets == {**keys.secrets(), "storage": "signs"}
    assert ClassKeys(8080, secrets).secrets() == keys.secrets()
    whole = json.loads(keep.path.read_text())
    for broken in ("no json", "[]", json.dumps({**whole, "format": "other"}), json.dumps({**whole, "room": {}}),
                   json.dumps({**whole, "room": {**whole["room"], "seats": {"a": 99}}})):  # fmt: skip
        keep.path.write_text(broken)
        with pytest.raises(InputError, match="holds no class"):
            keep.read()
        assert keep.path.read_text() == broken
    said = CliRunner().invoke(main, ["app", "--keep", str(keep.path)])
    assert (said.exit_code, "add --class" in said.output) == (2, True)


def test_in_the_first_lesson_of_a_class_the_best_is_a_hundred_times_the_typical() -> None:
    """Of thirty pupils with the same post, in nearly every round."""
    shares = vs.simulate(lesson("luck").scenario(), 600, repeat_trust=False).arm("campaign").measures["shares"]
    rounds = shares.reshape(20, 30)
    far = rounds.max(axis=1) / [float(sorted(one)[15]) for one in rounds]
    assert (far >= 100).sum() >= 18
