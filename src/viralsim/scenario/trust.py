"""Every trust set to 1: the question whether an assumption about trust decides a verdict."""

from __future__ import annotations

from typing import Any

from viralsim.scenario.paths import PathError, parse_path

TRUST, CONVERSION_TRUST = "trust", "conversion_trust"


def with_trusts_at_one(data: Any) -> dict[str, Any]:
    """A copy of a scenario's plain data without any trust other than 1, arms and uncertain values included."""
    changed = {**data, "campaign": _plain(data["campaign"])}
    changed["content"] = {
        name: {word: value for word, value in content.items() if word != CONVERSION_TRUST}
        for name, content in data["content"].items()
    }
    if data.get("arms"):
        changed["arms"] = {name: _plain_overlay(overlay or {}) for name, overlay in data["arms"].items()}
    if data.get("uncertain"):
        changed["uncertain"] = {path: span for path, span in data["uncertain"].items() if not _about_trust(path)}
    return changed


def _plain(value: Any) -> Any:
    """A copy without keys about trust: their defaults are 1."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name not in (TRUST, CONVERSION_TRUST)}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _plain_overlay(overlay: dict[str, Any]) -> dict[str, Any]:
    return {path: _plain(value) for path, value in overlay.items() if not _about_trust(path)}


def _about_trust(path: str) -> bool:
    try:
        return any(part in (TRUST, CONVERSION_TRUST) for part in parse_path(path)[2:])
    except PathError:
        return False
