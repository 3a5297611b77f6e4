"""Durations on the command line."""

from __future__ import annotations

from viralsim.errors import InputError
from viralsim.units import parse_duration


def duration(option: str, text: str) -> float:
    """Hours of a duration such as ``6h``.

    Raises: InputError that names the option where it is none, or not above 0.
    """
    try:
        hours = parse_duration(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None
    if not 0 < hours < float("inf"):
        raise InputError(f"{option}: must be longer than 0, got {text}")
    return hours
