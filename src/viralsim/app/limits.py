"""What a session may ask for, and how an uploaded scenario is read: no file of this machine, no code, no giants."""

from __future__ import annotations

import tempfile
from typing import Any

from viralsim.errors import InputError
from viralsim.scenario import Scenario, loads
from viralsim.scenario.reading import read_yaml

MOST_BYTES = 1 << 20
MOST_MEMBERS = 20_000
MOST_WORLDS = 2_000
MOST_TICKS = 2_000
MOST_FOLLOWING = 200
FILE_WORDS = ("file", "members_file")


def read_upload(content: bytes, name: str = "upload") -> Scenario:
    """An uploaded scenario, checked and within the limits.

    Raises InputError where it is too large, names a file, or asks for more than a session may.
    """
    if len(content) > MOST_BYTES:
        raise InputError(f"{name}: larger than {MOST_BYTES >> 20} MB: give a scenario file")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{name}: is no text: give a scenario file in YAML") from None
    refuse_files(read_yaml(text, name).data, name)
    with tempfile.TemporaryDirectory() as nothing:
        scenario = loads(text, nothing, name)
    return within_limits(scenario, name)


def refuse_files(data: Any, name: str = "setting") -> None:
    """InputError where plain data of a scenario names a file at any depth."""
    where = _file_word(data)
    if where:
        raise InputError(f"{name}: {where}: an upload cannot read files of this machine: generate a network instead")


def _file_word(data: Any, path: str = "") -> str:
    """The path of the first key that names a file, or nothing."""
    if isinstance(data, dict):
        for word, value in data.items():
            here = f"{path}.{word}" if path else str(word)
            if word in FILE_WORDS or (isinstance(word, str) and word.rsplit(".", 1)[-1] in FILE_WORDS):
                return here
            found = _file_word(value, here)
            if found:
                return found
    if isinstance(data, list):
        for i, value in enumerate(data):
            found = _file_word(value, f"{path}[{i}]")
            if found:
                return found
    return ""


def within_limits(scenario: Scenario, name: str = "scenario") -> Scenario:
    """The scenario, if a session may run it; worlds are cut to the limit. InputError names what is too large."""
    spec = scenario.spec
    asked = [
        ("audience.members", spec.audience.members or 0, MOST_MEMBERS),
        ("horizon / tick", spec.horizon / spec.tick, MOST_TICKS),
    ]
    for channel, block in spec.channels.items():
        generate = block.network.generate
        if generate is not None:
            asked.append(
                (f"channels.{channel}.network.generate.mean_following", generate.mean_following, MOST_FOLLOWING)
            )
    for path, value, most in asked:
        if value > most:
            raise InputError(
                f"{name}: {path} is {value:,.0f}; the app takes at most {most:,}: run it with viralsim run"
            )
    if scenario.worlds > MOST_WORLDS:
        scenario = scenario.override({"worlds": MOST_WORLDS})
    return scenario
