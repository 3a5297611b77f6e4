"""The seats of a class: kept over reloads, freed, and never shared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viralsim.app.room import Room


def test_seats_are_kept_and_freed() -> None:
    """A seat is kept over reloads; it can be freed, and is then the next one's; who was put out launches nothing."""
    room = Room(list(range(100, 103)))
    seats = [room.sit(who) for who in "abc"]
    assert [seat.number for seat in seats if seat] == [0, 1, 2]
    assert room.sit("a") is seats[0]
    assert room.sit("d") is None  # all are here
    assert room.launch("b") == 101
    assert room.shares == {1: 101}
    assert room.free(1)
    assert not room.free(1)
    assert (room.shares, room.launch("b")) == ({}, None)
    new = room.sit("d")
    assert new is not None
    assert (new.number, new.launched) == (1, False)


def test_an_empty_seat_is_given_away_in_a_full_room_only() -> None:
    """Who has launched keeps the seat, and who is still here; who left without a launch loses it to the next one."""
    room = Room([5, 6, 7])
    for who in "abc":
        room.sit(who)
    room.launch("a")
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


@given(st.lists(st.tuples(st.sampled_from(["sit", "leave", "launch", "free"]), st.integers(0, 9)), max_size=60))
def test_no_two_pupils_have_a_seat_in_common(steps_taken: list[tuple[str, int]]) -> None:
    """Whatever pupils and the teacher do, numbers are within the class and nobody shares one."""
    room = Room([1, 2, 3, 4])
    for word, number in steps_taken:
        getattr(room, word)(number if word == "free" else str(number))
        numbers = [seat.number for seat in room.seats.values()]
        assert len(set(numbers)) == len(numbers) <= 4
        assert all(0 <= n < 4 for n in numbers)
        assert set(room.shares) <= set(numbers)
