"""Which values of a scenario are not the user's: defaults in force and numbers of presets, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viralsim.scenario.blocks import Block
from viralsim.scenario.complete import EXCLUDE_EACH_OTHER
from viralsim.scenario.presets import presets
from viralsim.scenario.reading import Place, path_text
from viralsim.scenario.spec import Spec

Assumption = tuple[str, Any, str]
SILENT = ("off", "filled in", "the content's own")
NO_ASSUMPTIONS = (
    "seed",
    "worlds",
    "equal_money",
    "question",
    "about",
    "sweep",
    "uncertain",
    "arms",
    "baseline",
    "goal",
    "variants",
    "field_test",
)


def assumptions_of(data: Any, spec: Spec) -> list[Assumption]:
    """(path, value, source) of every value in force that the plain data does not say."""
    return [item for item in _walk(spec, data, ()) if item[0].split(".")[0] not in NO_ASSUMPTIONS]


def _walk(block: Block, written: Any, place: Place) -> Iterator[Assumption]:
    said = written if isinstance(written, dict) else {}
    cited = _preset_sources(said) if place[:1] == ("channels",) and len(place) == 2 else {}
    for name, info in type(block).model_fields.items():
        alias = info.alias or name
        here = (*place, alias)
        value = getattr(block, name)
        if alias in cited:
            yield path_text(here), _plain(value), cited[alias]
        elif isinstance(value, Block):
            yield from _walk(value, said.get(alias), here)
        elif isinstance(value, dict) and any(isinstance(item, Block) for item in value.values()):
            inner = said.get(alias)
            for word, item in value.items():
                yield from _walk(item, inner.get(word) if isinstance(inner, dict) else None, (*here, word))
        elif isinstance(value, tuple) and any(isinstance(item, Block) for item in value):
            lines = said.get(alias) or []
            for i, item in enumerate(value):
                yield from _walk(item, lines[i] if i < len(lines) else None, (*here, i))
        elif said.get(alias) is None and value is not None:
            extra = info.json_schema_extra
            source = str(extra.get("source", "")) if isinstance(extra, dict) else ""
            if source not in SILENT:
                yield path_text(here), value, source


def _preset_sources(channel: dict[str, Any]) -> dict[str, str]:
    """key -> source of what a preset gives this channel."""
    preset = presets().get(channel.get("preset", ""))
    if preset is None:
        return {}
    own = {name for name, value in channel.items() if value is not None}
    return {
        name: f"preset {preset.word}: {entry.cite()}"
        for name, entry in preset.values.items()
        if name not in own and EXCLUDE_EACH_OTHER.get(name) not in own
    }


def _plain(value: Any) -> Any:
    """A preset's block as plain data."""
    return value.model_dump(exclude_none=True, by_alias=True) if isinstance(value, Block) else value
