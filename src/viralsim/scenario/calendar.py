"""The words of ``audience.calendar``: weekdays, seasons and events that move how much of their feeds members see."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from viralsim.scenario.blocks import Block, key
from viralsim.units import Factor, Hours, PositiveHours

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MOST_ENTRIES = 1_000
Label = Annotated[str, Field(max_length=200)]


class Season(Block):
    """A time in which members see more or less of their feeds: holidays, a sale, a summer."""

    name: Label = key("", "what it is", source="off")
    starts: Hours = key(0.0, "from the tick on in which this lies")
    ends: Hours | None = key(None, "until before the tick in which this lies; left out: to the end", source="off")
    factor: Factor = key(..., "factor of activity; 1 is an ordinary time")


class Event(Block):
    """A date from which on members see more of their feeds for a while: a match, an award, a blackout."""

    name: Label = key("", "what it is", source="off")
    at: Hours = key(..., "from the tick on in which this lies")
    factor: Factor = key(..., "factor of activity at its beginning; 1 is an ordinary time")
    half_life: PositiveHours = key(6.0, "time in which half of the difference to 1 is gone")


class Calendar(Block):
    """Factors of activity beside the daily rhythm, multiplied; in a programme its time runs on from launch to launch."""

    weekdays: dict[Weekday, Factor] = key(
        {}, "day of the week -> factor of activity; a day left out: 1; launch_at says on which day the launch is",
        source="off",
    )  # fmt: skip
    seasons: tuple[Season, ...] = key((), "times of other activity", source="off", max_length=MOST_ENTRIES)
    events: tuple[Event, ...] = key((), "bursts", source="off", max_length=MOST_ENTRIES)

    @field_validator("weekdays", mode="before")
    @classmethod
    def _in_small_letters(cls, value: Any) -> Any:
        """``Saturday`` is ``saturday``, as in ``posts_at``."""
        if not isinstance(value, dict):
            return value
        small = [day.lower() if isinstance(day, str) else day for day in value]
        twice = next((day for i, day in enumerate(small) if day in small[:i]), None)
        if twice is not None:
            raise ValueError(f"names {twice} twice: keep one")
        return dict(zip(small, value.values(), strict=True))
