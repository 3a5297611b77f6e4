"""Channel presets: published figures with source, year and range, in ``presets.yaml`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from viralsim.scenario.reading import read_yaml


@dataclass(frozen=True)
class PresetValue:
    """One number of a preset; ``low`` and ``high`` are the range of published or plausible values."""

    value: Any
    low: Any
    high: Any
    unit: str
    source: str
    year: int | None
    note: str = ""

    def cite(self) -> str:
        """Source and year in a few words."""
        year = "" if self.year is None else f", {self.year}"
        return f"{self.source}{year} (range {self.low} to {self.high})"


@dataclass(frozen=True)
class Preset:
    """The numbers of one channel by the names of its keys; ``measured``: what data sets say about others, never filled in."""

    word: str
    about: str
    values: dict[str, PresetValue]
    measured: dict[str, PresetValue]


@cache
def presets() -> dict[str, Preset]:
    """All presets by word."""
    text = resources.files("viralsim.scenario").joinpath("presets.yaml").read_text(encoding="utf-8")
    found = {}
    for word, block in read_yaml(text, "presets.yaml").data.items():
        measured = block.get("measured", {})
        filled = {name: entry for name, entry in block.items() if name not in ("about", "measured")}
        found[word] = Preset(word, block["about"], _entries(filled), _entries(measured))
    return found


def _entries(block: dict[str, Any]) -> dict[str, PresetValue]:
    return {name: PresetValue(**{"note": "", "year": None} | entry) for name, entry in block.items()}


@cache
def preset_values(word: str) -> dict[str, Any]:
    """Plain values of a preset by key; empty where there is no such preset."""
    preset = presets().get(word)
    return {} if preset is None else {name: entry.value for name, entry in preset.values.items()}
