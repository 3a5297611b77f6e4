"""What all parts of the schema share: frozen blocks that refuse unknown keys, and keys with a source."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ASSUMPTION = "assumption"
USER = "the user's to say"
LONGEST_NAME = 80
_NOT_IN_NAMES = ".[]=\n\r\t"


class Block(BaseModel):
    """A mapping of the scenario file; frozen; a key that it does not name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def key(default: Any = ..., about: str = "", *, source: str = ASSUMPTION, **more: Any) -> Any:
    """A key of a block: its default (none: required), what it means and where the default comes from."""
    if default is ...:
        source = USER
    return Field(default, description=about, json_schema_extra={"source": source}, **more)


def block(kind: type[Block], about: str = "", *, source: str = ASSUMPTION) -> Any:
    """A key that holds a block whose own defaults hold where it is left out."""
    return Field(default_factory=kind, description=about, json_schema_extra={"source": source})


def _name(value: str) -> str:
    if not value.strip() or len(value) > LONGEST_NAME or any(sign in value for sign in _NOT_IN_NAMES):
        raise ValueError(f"must be a name of 1 to {LONGEST_NAME} characters without any of . [ ] = and line breaks")
    return value


Name = Annotated[str, AfterValidator(_name)]
