"""What all parts of the schema share: frozen blocks that refuse unknown keys, and keys with a source."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ASSUMPTION = "assumption"
USER = "the user's to say"
LONGEST_NAME = 80
_NAME = re.compile(rf"[^.\[\]=\x00-\x1f]{{1,{LONGEST_NAME}}}")

T = TypeVar("T")


class Block(BaseModel):
    """A mapping of the scenario file; frozen; a key that it does not name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def key(default: Any = ..., about: str = "", *, source: str = ASSUMPTION, **more: Any) -> Any:
    """A key of a block: its default (none: required), what it means and where the default comes from."""
    if default is ...:
        source = USER
    return Field(default, description=about, json_schema_extra={"source": source}, **more)


def says_nothing(value: Any) -> bool:
    """For ``exclude_if``: a key that came later is left out of what is hashed while it says nothing."""
    return value is None or value in ((), {})


def is_zero(value: Any) -> bool:
    """For ``exclude_if``: a number that came later is left out of what is hashed while it is 0."""
    return isinstance(value, int | float) and value == 0


def block(kind: type[Block], about: str = "", *, source: str = ASSUMPTION) -> Any:
    """A key that holds a block whose own defaults hold where it is left out."""
    return Field(default_factory=kind, description=about, json_schema_extra={"source": source})


def _name(value: str) -> str:
    if _NAME.fullmatch(value) is None or value.isspace():
        raise ValueError(f"must be a name of 1 to {LONGEST_NAME} characters without any of . [ ] = and line breaks")
    return value


Name = Annotated[str, AfterValidator(_name)]


def filled(value: T | None) -> T:
    """A value that reading the scenario has filled in or checked: for the type checker, and against faults of ours."""
    if value is None:
        raise TypeError("a value that reading a scenario fills in is missing: use viralsim.load or viralsim.loads")
    return value
