"""YAML to plain data with the line of every key; nothing is silently changed, dropped or expanded.

Read event by event, without recursion. Aliases, tags, duplicate keys and several documents are errors; sizes are
bounded.
Plain words follow YAML 1.2: ``no`` is text, ``20:00`` is text, ``1e3`` is a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from viralsim.errors import Problem, ScenarioError

MOST_BYTES = 1_000_000
MOST_NODES = 100_000
DEEPEST = 40

Place = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{f"{sign}{text}": float(f"{sign}inf") for sign in ("", "+", "-") for text in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(frozen=True)
class Document:
    """Plain data of a file and the line (from 1) of every place in it; ``written``: what the file calls some of them."""

    data: Any
    lines: dict[Place, int]
    problems: tuple[Problem, ...] = ()
    written: dict[Place, Place] = field(default_factory=dict)  # places under another name in the file

    def line(self, place: Place) -> int | None:
        """The line of a place, or of the nearest place around it."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return None


@dataclass
class _Open:
    """A mapping or list that is being read."""

    place: Place
    into: Any
    key: str | None = None
    key_lines: dict[str, int] = field(default_factory=dict)


def scalar(text: str) -> Any:
    """The value of a plain word: null, true or false, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text) if len(text) < 400 else text
    return float(text) if REAL.fullmatch(text) else text


def decode(content: bytes, file: str) -> str:
    """Text of a file's bytes, or a ScenarioError."""
    if len(content) > MOST_BYTES:
        raise ScenarioError(
            [Problem(f"is larger than {MOST_BYTES:,} bytes: put networks and members into files", file=file)]
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Problem("is not UTF-8 text: save it as UTF-8", line=line, file=file)]) from None


def read_yaml(text: str, file: str = "scenario") -> Document:
    """Plain data and lines of a YAML text; ScenarioError where it is no YAML at all, else ``problems``."""
    if len(text) > MOST_BYTES:
        decode(b" " * (MOST_BYTES + 1), file)
    reader = _Reader(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise ScenarioError(
            [
                Problem(
                    f"is not valid YAML: {what}; look at indentation, colons and quotes{_in_braces(text, line)}",
                    line=line,
                    file=file,
                )
            ]
        ) from None
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise ScenarioError([Problem(f"is not valid YAML: {what}", file=file)]) from None
    return Document(reader.root, reader.lines, tuple(reader.problems))


def _in_braces(text: str, line: int | None) -> str:
    """What to say of a line with braces: in them, paths with an index and amounts with a comma need quotes."""
    written = "" if line is None else "".join(text.splitlines()[line - 1 : line])
    if "{" not in written or not re.search(r"\w\[\d+\]|\d,\d", written):
        return ""
    return '; inside { }, write "campaign.paid[0].budget" and "1,500" in quotes'


class _Reader:
    """Takes events one by one; the stack holds what is open."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.nodes = self.documents = 0

    def stop(self, event: Any, message: str) -> ScenarioError:
        """The error that ends reading."""
        problem = Problem(message, line=event.start_mark.line + 1, file=self.file)
        return ScenarioError([*self.problems, problem])

    def take(self, event: Any) -> None:
        """Take the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self.limits(event)
            plain = event.style is None or event.style == ""
            value = scalar(event.value) if plain and event.tag is None else event.value
            self.put(event, value, event.value)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.limits(event)
            into: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            place = self.put(event, into, None)
            self.stack.append(_Open(place, into))
            if len(self.stack) > DEEPEST:
                raise self.stop(event, f"is nested more than {DEEPEST} deep: a scenario never is")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise self.stop(event, f"alias *{event.anchor} is not taken: write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.stop(event, "a second document (---): one file holds one scenario")

    def limits(self, event: Any) -> None:
        """Refuse tags, and more nodes than a scenario has."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.stop(event, f"has more than {MOST_NODES:,} values: put networks and members into files")
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise self.stop(event, f"tag {event.tag[:40]} is not taken: leave it out")

    def put(self, event: Any, value: Any, text: str | None) -> Place:
        """Put a value where it belongs and return its place."""
        line = event.start_mark.line + 1
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.into, list):
            place: Place = (*top.place, len(top.into))
            top.into.append(value)
        elif top.key is None:
            if text is None:
                raise self.stop(event, "a key must be a word, not a list or a mapping")
            top.key = text
            self.seen(top, text, line)
            return top.place
        else:
            place = (*top.place, top.key)
            top.into[top.key] = value
            line = top.key_lines[top.key]
            top.key = None
        self.lines[place] = line
        return place

    def seen(self, top: _Open, name: str, line: int) -> None:
        """Note a key; a second of the same name is a problem."""
        if name in top.key_lines:
            first = top.key_lines[name]
            path = path_text((*top.place, name))
            self.problems.append(Problem(f"duplicate key, first on line {first}: keep one", path, line, self.file))
        top.key_lines[name] = line


def path_text(place: Place) -> str:
    """``campaign.paid[0].budget_usd`` of ("campaign", "paid", 0, "budget_usd")."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes what ``scalar`` would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", REAL, list("+-.0123456789"))


def write_yaml(data: Any) -> str:
    """YAML text that ``read_yaml`` reads back as the same data."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=120)
