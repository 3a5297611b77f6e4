"""Files and texts to scenarios."""

from __future__ import annotations

import os
from pathlib import Path

from viralsim.arguments import file_path, instance, refuse
from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.reading import MOST_BYTES, decode, read_yaml
from viralsim.scenario.scenario import Scenario
from viralsim.scenario.spelling import respelt_document
from viralsim.scenario.validation import Origin, examine_all
from viralsim.units import shown


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario file wholly; ScenarioError holds every problem with file, line and path."""
    return _read(path, "path")


def _read(path: str | os.PathLike[str], name: str) -> Scenario:
    file = file_path(path, name)
    if "\n" in str(file):
        raise refuse(name, "the path of a scenario file", path, "viralsim.loads reads a scenario's text")
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(
            [Problem(f"cannot be read ({reason}): give the path of a scenario file", file=str(path))]
        ) from None
    return loads(decode(content, str(path)), file.parent, str(path))


def scenario_of(given: Scenario | str | os.PathLike[str], name: str = "scenario") -> Scenario:
    """A scenario, or the one in the file whose path is given; InputError for anything else."""
    if isinstance(given, Scenario):
        return given
    if not isinstance(given, str | os.PathLike):
        raise refuse(name, "a Scenario or the path of its file", given, "viralsim.load and loads make one")
    return _read(given, name)


def loads(text: str, folder: str | os.PathLike[str] = ".", file: str = "scenario") -> Scenario:
    """Read and check a scenario's YAML text; files that it names are relative to ``folder``; errors name ``file``.

    Raises ScenarioError as ``load`` does.
    """
    document = read_yaml(instance(text, "text", str), instance(file, "file", str))
    if isinstance(document.data, dict):
        document = respelt_document(document, file)
    origin = Origin(file, document)
    if not isinstance(document.data, dict):
        found = "nothing" if document.data is None else shown(document.data)
        sentence = f"must be a mapping of keys such as viralsim, name, audience, got {found}: see `viralsim init`"
        raise origin.error([((), sentence)])
    files: set[str] = set()
    place = Path() if folder == "" else file_path(folder, "folder")
    spec = examine_all(document.data, place, origin, files)
    return Scenario(spec, place, text, document.data, origin, files)
