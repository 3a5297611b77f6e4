"""Commented scenarios to start from."""

from __future__ import annotations

import string
from collections.abc import Mapping
from importlib import resources

from viralsim.errors import InputError
from viralsim.scenario.paths import nearest

TEMPLATES = ("advocates", "minimal", "network")


def template(word: str) -> str:
    """The text of a template; InputError where there is none of this word."""
    if word not in TEMPLATES:
        raise InputError(f"no template {word!r}" + nearest(word, TEMPLATES))
    return _text(word)


def posts_template(filled: Mapping[str, str]) -> str:
    """The text of a scenario from past posts, its blanks ``filled``."""
    return string.Template(_text("posts")).substitute(filled)


def guided_template(filled: Mapping[str, str]) -> str:
    """The text of a scenario from answers, its blanks ``filled``."""
    return string.Template(_text("guided")).substitute(filled)


def _text(word: str) -> str:
    return resources.files("viralsim.scenario").joinpath("templates", f"{word}.yaml").read_text(encoding="utf-8")
