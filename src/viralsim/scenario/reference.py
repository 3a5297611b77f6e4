"""The schema as a page to read: one table per block, made from the types, so that it cannot go stale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_INTRODUCTION = """# Scenario files

Every key of a scenario file with its meaning, bounds, unit, default and the source of the default. Made from the schema by
`viralsim schema --markdown`; do not edit it by hand. Durations are written `30m`, `6h`, `14d`, `3 weeks`; their defaults are
here in hours. Fractions and probabilities may be written `60%`. Amounts may be written `"$1,500"`, and their keys without
`_usd`: `budget`, `cost`, `value`, `cpm`, `cost_per_day`, `cost_per_hour`.
A key without a default is required, or says in its meaning when it is.
"""
_LOWER = (("minimum", ">= {}"), ("exclusiveMinimum", "> {}"), ("ge_hours", ">= {} h"), ("gt_hours", "> {} h"))
_UPPER = (("maximum", "<= {}"), ("exclusiveMaximum", "< {}"), ("le_hours", "<= {} h"), ("lt_hours", "< {} h"))


def markdown(schema: Schema) -> str:
    """The reference page of a JSON Schema, as Markdown with one table for the file and for each of its blocks."""
    parts = [_INTRODUCTION, _section("The file", schema)]
    parts += [_section(_spaced(name), block) for name, block in sorted(schema["$defs"].items())]
    return "\n".join(parts)


def _section(title: str, block: Schema) -> str:
    lines = [f"## {title}\n", f"{block.get('description', '')}\n".lstrip()]
    required = set(block.get("required", ()))
    rows = [_row(key, field, key in required) for key, field in block.get("properties", {}).items()]
    if rows:
        lines += [
            "| key | meaning | kind | bounds | unit | default | source |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += rows
        lines.append("")
    return "\n".join(lines)


def _row(key: str, field: Schema, required: bool) -> str:
    kinds = [kind for kind in field.get("anyOf", field.get("oneOf", (field,))) if kind.get("type") != "null"]
    default = "required" if required else _default(field)
    unit = next((kind["unit"] for kind in (field, *kinds) if "unit" in kind), "")
    cells = (
        f"`{key}`",
        field.get("description", ""),
        " or ".join(dict.fromkeys(map(_kind, kinds))),
        "; ".join(dict.fromkeys(filter(None, map(_bounds, kinds)))),
        unit,
        default,
        str(field.get("source", "")),
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _default(field: Schema) -> str:
    if "default" not in field or field["default"] is None:
        return ""
    return f"`{json.dumps(field['default'])}`"


def _kind(kind: Schema) -> str:
    if "$ref" in kind:
        name = _spaced(str(kind["$ref"]).rsplit("/", 1)[-1])
        return f"[{name}](#{name.lower().replace(' ', '-')})"
    if "enum" in kind:
        return ", ".join(f"`{word}`" for word in kind["enum"])
    if "const" in kind:
        return f"`{kind['const']}`"
    if kind.get("type") == "array":
        return "list of " + _kind(kind.get("items", {}))
    inner = kind.get("additionalProperties")
    if kind.get("type") == "object" and isinstance(inner, Mapping):
        return "map of " + _kind(inner)
    either = kind.get("anyOf", kind.get("oneOf"))
    if either:
        return " or ".join(dict.fromkeys(_kind(one) for one in either if one.get("type") != "null"))
    if "pattern" in kind:
        return "time of day" if kind.get("unit") == "time of day" else "duration" if kind.get("unit") == "h" else "text"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "map"}
    found = kind.get("type", "anything")
    return " or ".join(words.get(word, word) for word in ([found] if isinstance(found, str) else found))


def _bounds(kind: Schema) -> str:
    return ", ".join(text.format(f"{kind[key]:g}") for key, text in (*_LOWER, *_UPPER) if key in kind)


def _spaced(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() and i else c for i, c in enumerate(name))
