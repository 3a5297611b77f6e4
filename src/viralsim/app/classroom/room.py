"""Who sits where in a class, and what each pupil guessed and got, round after round; no page is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_PUPILS = 60


@dataclass(frozen=True)
class Task:
    """What a round plays. lesson: its key, "" for the scenario named at the start. value: of its slider. arm: of its scenario."""

    lesson: str
    value: float
    arm: str


@dataclass
class Seat:
    """A pupil's place. number: from 0. sockets: tabs that are open now."""

    number: int
    sockets: int = 0


@dataclass
class Round:
    """One round. number: from 1. outcomes: by seat, played before the round opens. guesses: by seat, of those who have played."""

    number: int
    task: Task
    outcomes: Sequence[int]
    guesses: dict[int, float] = field(default_factory=dict)

    def first_try(self, pupils: int = MOST_PUPILS) -> int:
        """The number of the try of seat 0: each round has new luck."""
        return (self.number - 1) * pupils


class Room:
    """The class. changed: called after every change, as to write it down. version: grows with every change of the round."""

    def __init__(self, opened: Round, changed: Callable[[], None] = lambda: None) -> None:
        self.round, self.changed = opened, changed
        self.seats: dict[str, Seat] = {}  # by what the browser's cookie says
        self.version = 0
        self.is_over = False

    @property
    def results(self) -> dict[int, int]:
        """Number of a seat -> what its try came to, of those who have played this round."""
        return {number: self.round.outcomes[number] for number in self.round.guesses}

    def sit(self, who: str) -> Seat | None:
        """A pupil's socket is connected: their seat, the same after a reload; None where the room is full.

        In a full room the seat of a pupil who is gone and has not played is given away.
        """
        if who not in self.seats:
            if len(self.seats) >= len(self.round.outcomes):
                gone = [name for name, seat in self.seats.items() if not seat.sockets and not self.has_played(name)]
                if not gone:
                    return None
                del self.seats[gone[0]]
            taken = {seat.number for seat in self.seats.values()}
            self.seats[who] = Seat(next(n for n in range(len(self.round.outcomes)) if n not in taken))
            self.changed()
        self.seats[who].sockets += 1
        return self.seats[who]

    def leave(self, who: str) -> None:
        """A socket of a pupil is gone; the seat stays theirs."""
        if who in self.seats:
            self.seats[who].sockets = max(0, self.seats[who].sockets - 1)

    def has_played(self, who: str) -> bool:
        """Whether a pupil has played this round."""
        return who in self.seats and self.seats[who].number in self.round.guesses

    def play(self, who: str, guess: float) -> int | None:
        """What a pupil's try came to, with their guess written down, the first one only; None where their seat was freed."""
        if who not in self.seats or self.is_over:
            return None
        number = self.seats[who].number
        self.round.guesses.setdefault(number, guess)
        self.changed()
        return self.round.outcomes[number]

    def free(self, number: int) -> bool:
        """Free a seat, whoever sits there; whether anybody did."""
        found = [who for who, seat in self.seats.items() if seat.number == number]
        for who in found:
            del self.seats[who]
            self.round.guesses.pop(number, None)
        self._turn()
        return bool(found)

    def open(self, opened: Round) -> None:
        """A new round: seats stay, guesses and results begin again."""
        self.round, self.is_over = opened, False
        self._turn()

    def end(self) -> None:
        """The class is over: nobody plays any more, and every page says so."""
        self.is_over = True
        self._turn()

    def _turn(self) -> None:
        self.version += 1
        self.changed()

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"round": asdict(self.round), "seats": {who: seat.number for who, seat in self.seats.items()}}


def from_json(kept: Mapping[str, Any]) -> Room:
    """The room that ``Room.as_json`` wrote, with nobody connected. Raises KeyError, TypeError or ValueError where it is none."""
    data = kept["round"]
    opened = Round(
        int(data["number"]), Task(**data["task"]), [int(v) for v in data["outcomes"]],
        {int(number): float(guess) for number, guess in data["guesses"].items()},
    )  # fmt: skip
    room = Room(opened)
    room.seats = {who: Seat(int(number)) for who, number in kept["seats"].items()}
    numbers = [*opened.guesses, *(seat.number for seat in room.seats.values())]
    if not all(0 <= number < len(opened.outcomes) for number in numbers):
        raise ValueError("a seat beyond the room")
    return room
