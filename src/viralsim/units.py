"""Durations, times of day, money, probabilities: the types that the scenario schema is made of.

Each type is a ``Quantity`` inside ``Annotated``: it reads what a person writes (``6h``, ``1e3``), checks the bounds and
describes itself in the JSON Schema. Inside the program durations and times of day are float hours, money is in the scenario's
currency.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

HOURS_OF_UNIT = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_WORD_OF_UNIT = {"minute": "m", "min": "m", "hour": "h", "day": "d", "week": "w"}  # and each with an s
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_DURATION = re.compile(rf"({_NUMBER}) ?([a-z]*)", re.ASCII)
_DURATION_PATTERN = rf"^{_NUMBER}(?:[mhdw]| ?(?:{'|'.join(_WORD_OF_UNIT)})s?)$"
_WEEKDAY = re.compile(rf"({'|'.join(WEEKDAYS)}),? (\d{{1,2}}:\d{{2}})", re.ASCII | re.IGNORECASE)
_PER_CENT = re.compile(rf"({_NUMBER}) ?%", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_PLAIN_NUMBER = re.compile(_NUMBER, re.ASCII)
_OR_A_LENGTH = "; where launch_at has one already, a length of time is meant here"
FRACTIONS = ("probability", "fraction")  # units of what may be written in per cent
LONGEST_TEXT = 60  # characters of a wrong value that a message repeats


def _itself(value: Any) -> Any:
    return value


def shown(value: object) -> str:
    """A wrong value as a message shows it: one line, not long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a number of more than 18 digits"
    if isinstance(value, float):
        return f"{value:.12g}"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 3] + "..."


def counted(count: int, noun: str) -> str:
    """A count and its noun, with its plural: ``1 advocate``, ``1,500 members``, ``40 communities``."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def parse_duration(value: object) -> float:
    """Hours (float) of a written duration: ``30m``, ``6h``, ``14d``, ``3w``, ``10 days``; ValueError says what is wrong."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match and match[2]:
            unit = _WORD_OF_UNIT.get(match[2].removesuffix("s"), match[2])
            if unit in HOURS_OF_UNIT and (unit != match[2] or " " not in value):
                number = float(match[1])
                return number / 60 if unit == "m" else number * HOURS_OF_UNIT[unit]
            known = "write a duration in m, h, d or w, such as 30m, 6h, 14d or 3 weeks"
            raise ValueError(f"unit {match[2]!r} is unknown: {known}")
        if weekday_and_clock(value) is not None:
            raise ValueError(
                f"{shown(value)} needs to know on which day the launch is: give launch_at a weekday or a date, such as "
                f"Monday 09:00 or 2026-03-02 09:00, or write the time since the launch, such as 33h{_OR_A_LENGTH}"
            )
        if _date_and_clock(value) is not None:
            raise ValueError(
                f"{shown(value)} needs the date of the launch: give launch_at one, such as 2026-03-02 09:00, or write "
                f"the time since the launch, such as 33h{_OR_A_LENGTH}"
            )
    raise ValueError(f"must be a duration such as 30m, 6h, 14d or 3 weeks, got {shown(value)}")


def weekday_and_clock(value: object) -> tuple[int, float] | None:
    """(day of the week, 0 is Monday; hours after midnight) of ``Monday 18:00``; None for anything else."""
    match = _WEEKDAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return WEEKDAYS.index(match[1].lower()), parse_clock(match[2])
    except ValueError:
        return None


def day_of_launch(value: object) -> str | None:
    """The day of a ``launch_at``, ``monday`` or ``2026-03-02``; None where it has only a time of day."""
    if (named := weekday_and_clock(value)) is not None:
        return WEEKDAYS[named[0]]
    dated = _date_and_clock(value)
    return dated[0].isoformat() if dated is not None and dated[1] else None


def weekday_of(launch_day: str) -> int:
    """The day of the week, 0 is Monday, of a launch on ``monday`` or ``2026-03-02``."""
    return WEEKDAYS.index(launch_day) if launch_day in WEEKDAYS else date.fromisoformat(launch_day).weekday()


def parse_launch_day(value: object) -> str:
    """A weekday in lower case, or a date; ValueError says what is wrong."""
    text = value.lower() if isinstance(value, str) else ""
    if text in WEEKDAYS or (_date_and_clock(text) is not None and " " not in text):
        return text
    raise ValueError(f"must be a day of the week or a date such as 2026-03-02, got {shown(value)}")


def hours_since_launch(value: object, launch_day: str, launch_hours: float) -> float | None:
    """Hours from the launch to a moment: ``Monday 18:00``, the first after it, or ``2026-03-14 18:00`` where its date is known.

    A date without a time of day is its midnight; before the launch the hours are negative. None for anything else.
    """
    if (named := weekday_and_clock(value)) is not None:
        return ((named[0] - weekday_of(launch_day)) * 24 + named[1] - launch_hours) % HOURS_OF_UNIT["w"]
    dated = _date_and_clock(value)
    if dated is None or launch_day in WEEKDAYS:
        return None
    try:
        clock = parse_clock(dated[1]) if dated[1] else 0.0
    except ValueError:
        return None
    return (dated[0] - date.fromisoformat(launch_day)).days * 24 + clock - launch_hours


def _date_and_clock(value: object) -> tuple[date, str] | None:
    """(date, time of day as written) of ``2026-03-02 09:00``; the time is empty where there is none."""
    day, _, clock = value.replace("T", " ").partition(" ") if isinstance(value, str) else ("", "", "")
    try:
        return (date.fromisoformat(day), clock) if len(day) == len("2026-03-02") else None
    except ValueError:
        return None


def parse_launch(value: object) -> float:
    """Hours after midnight of a launch: ``09:00``, ``Monday 09:00``, ``2026-03-02 09:00``; ValueError says what is wrong."""
    if (named := weekday_and_clock(value)) is not None:
        return named[1]
    dated = _date_and_clock(value)
    return parse_clock(value if dated is None or not dated[1] else dated[1])


def parse_clock(value: object) -> float:
    """Hours after midnight (float, below 24) of a time of day: ``09:00``; ValueError says what is wrong."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return int(match[1]) + int(match[2]) / 60
    raise ValueError(f'must be a time of day from "00:00" to "23:59", got {shown(value)}')


def parse_number(value: object) -> float:
    """A float of a number or of its text (``1e3`` is text in YAML 1.1); ValueError says what is wrong."""
    if type(value) is float:  # the usual case, thousands of times
        return value
    if isinstance(value, bool):
        raise ValueError(f"must be a number, got {shown(value)}")
    if isinstance(value, numbers.Real):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    if isinstance(value, str) and len(value) < 400 and _PLAIN_NUMBER.fullmatch(value):
        return float(value)
    raise ValueError(f"must be a number, got {shown(value)}")


def parse_fraction(value: object) -> float:
    """A float of a number, or of a percentage such as ``60%``; ValueError says what is wrong."""
    match = _PER_CENT.fullmatch(value) if isinstance(value, str) and len(value) < 400 else None
    return parse_number(value) if match is None else float(Decimal(match[1]) / 100)


def parse_whole(value: object) -> int:
    """An int of a whole number or of its text; ValueError says what is wrong."""
    if type(value) is int:
        return value
    number = math.nan
    if not isinstance(value, bool):
        if isinstance(value, numbers.Integral):
            return int(value)
        with contextlib.suppress(ValueError):
            number = parse_number(value)
    if not number.is_integer():  # also infinite and not a number
        raise ValueError(f"must be a whole number, got {shown(value)}")
    return int(number)


def parse_number_or_duration(value: object) -> float:
    """A float of a number, of a percentage or of a duration (then hours); ValueError says what is wrong."""
    for parse in (parse_fraction, parse_duration):
        with contextlib.suppress(ValueError):
            return parse(value)
    raise ValueError(f"must be a number or a duration such as 6h, got {shown(value)}")


@dataclass(frozen=True)
class Quantity:
    """Bounds and unit of a number; ``word``, where given, is accepted in its place (``uniform``)."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    unit: str = ""
    word: str | None = None

    def bounds(self) -> dict[str, Any]:
        """The bounds that are set, by pydantic's words."""
        names = ("ge", "gt", "le", "lt")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def inner_schema(self) -> CoreSchema:
        """How a value is read and bounded."""
        inner = core_schema.float_schema(allow_inf_nan=False, **self.bounds())
        return core_schema.no_info_before_validator_function(parse_number, inner)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read by ``inner_schema``, or take the word."""
        if self.word is None:
            return self.inner_schema()
        word = self.word

        def or_word(value: Any, read: Any) -> Any:
            return word if value == word else read(value)

        written = core_schema.plain_serializer_function_ser_schema(
            _itself
        )  # else a word in place of a number is warned of
        return core_schema.no_info_wrap_validator_function(or_word, self.inner_schema(), serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What editors read."""
        names = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
        found: dict[str, Any] = {"type": self.json_type()}
        found |= {names[bound]: value for bound, value in self.bounds().items()}
        if self.unit:
            found["unit"] = self.unit
        return {"anyOf": [found, {"const": self.word}]} if self.word else found

    def json_type(self) -> str:
        """The JSON Schema type of the written value."""
        return "number"


@dataclass(frozen=True)
class Real(Quantity):
    """A finite number; a probability or fraction may be written in per cent."""

    @property
    def is_fraction(self) -> bool:
        """Whether 60% means 0.6 here."""
        return self.unit in FRACTIONS

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_number``, or by ``parse_fraction``."""
        inner = core_schema.float_schema(allow_inf_nan=False, **self.bounds())
        read = parse_fraction if self.is_fraction else parse_number
        return core_schema.no_info_before_validator_function(read, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A number, or the text of a percentage."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        per_cent = {"type": "string", "pattern": rf"^{_NUMBER} ?%$"}
        return {"anyOf": [*found.get("anyOf", [found]), per_cent]} if self.is_fraction else found


@dataclass(frozen=True)
class Whole(Quantity):
    """A whole number."""

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_whole``."""
        bounds: Any = {name: int(value) for name, value in self.bounds().items()}
        return core_schema.no_info_before_validator_function(parse_whole, core_schema.int_schema(**bounds))

    def json_type(self) -> str:
        """An integer."""
        return "integer"


@dataclass(frozen=True)
class Duration(Quantity):
    """A duration, written ``6h``, read as float hours; bounds are in hours."""

    unit: str = "h"

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_duration``."""
        inner = core_schema.float_schema(allow_inf_nan=False, **self.bounds())
        return core_schema.no_info_before_validator_function(parse_duration, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Text of a pattern; the bounds, in hours, under names that JSON Schema does not use."""
        found: dict[str, Any] = {"type": "string", "pattern": _DURATION_PATTERN, "unit": "h"}
        return found | {f"{name}_hours": value for name, value in self.bounds().items()}


@dataclass(frozen=True)
class ClockTime(Quantity):
    """A time of day, written ``"20:00"``, read as float hours after midnight."""

    unit: str = "h"

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_clock``."""
        return core_schema.no_info_before_validator_function(parse_clock, core_schema.float_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Text of a pattern."""
        return {"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "unit": "time of day"}


@dataclass(frozen=True)
class LaunchTime(ClockTime):
    """A time of day, with the weekday or the date in front where times of the scenario name weekdays."""

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_launch``."""
        return core_schema.no_info_before_validator_function(parse_launch, core_schema.float_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Text of a pattern."""
        return {"type": "string", "pattern": r"^(\S+ )?\d{1,2}:\d{2}$", "unit": "time of day"}


@dataclass(frozen=True)
class NumberOrDuration(Quantity):
    """A number, a percentage or a duration (then float hours), for ranges over any key."""

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_number_or_duration``."""
        inner = core_schema.float_schema(allow_inf_nan=False, **self.bounds())
        return core_schema.no_info_before_validator_function(parse_number_or_duration, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A number, or text of a pattern."""
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"{_DURATION_PATTERN}|^{_NUMBER}( ?%)?$"}]}


LONGEST_HOURS = 10 * 366 * 24.0
Probability = Annotated[float, Real(ge=0, le=1, unit="probability")]
Fraction = Annotated[float, Real(ge=0, le=1, unit="fraction")]
Factor = Annotated[float, Real(ge=0, le=100, unit="factor")]
Hours = Annotated[float, Duration(ge=0, le=LONGEST_HOURS)]
PositiveHours = Annotated[float, Duration(gt=0, le=LONGEST_HOURS)]
TimeOfDay = Annotated[float, ClockTime()]
TimeOfLaunch = Annotated[float, LaunchTime()]
LaunchDay = Annotated[
    str, BeforeValidator(parse_launch_day), WithJsonSchema({"type": "string", "unit": "day of the week or date"})
]
