"""A scenario's text with some of its values changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def changed(text: str, changes: Mapping[str, Any]) -> str:
    """The text with values changed, path -> value; keys and numbers of a path are joined by two underscores."""
    data = yaml.safe_load(text)
    for place, value in changes.items():
        *parents, last = place.split("__")
        block = data
        for name in parents:
            block = block[int(name)] if name.isdecimal() else block.setdefault(name, {})
        block[last] = value
    return yaml.safe_dump(data, sort_keys=False)
