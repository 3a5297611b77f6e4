"""Finished checks of a run that is not: a file each, so that the same command goes on where it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.checksums import read_sealed, write_sealed
from viralsim.errors import InputError
from viralsim.validation.check import SKIPPED, Check, Number, Outcome, Picture
from viralsim.versions import versions

FOLDER = "finished"


class Finished:
    """Outcomes under ``out``; those of another seed, of other sources or of other versions of a package count for nothing."""

    def __init__(self, out: Path, seed: int) -> None:
        self.folder = out / FOLDER
        self.key = {"seed": seed, "versions": versions(), "sources": sources()}

    def get(self, check: Check) -> tuple[Outcome, list[Picture]] | None:
        """What the check came to, with its pictures; None where it has to run."""
        path = self._path(check)
        try:
            said, sealed = read_sealed(path, "remove it")
        except InputError:  # absent, torn or changed: it runs again
            return None
        if not sealed or {name: said.get(name) for name in self.key} != self.key:
            return None
        numbers = tuple(Number(**number) for number in said["numbers"])
        pictures = [_picture(one) for one in said["pictures"]]
        return Outcome(check, said["verdict"], numbers, said["seconds"], said["note"]), pictures

    def keep(self, outcome: Outcome, pictures: Sequence[Picture]) -> None:
        """Write what a check came to; not where it was skipped, since what it lacked may come."""
        if outcome.verdict == SKIPPED:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        said = {
            "verdict": outcome.verdict,
            "numbers": [asdict(number) for number in outcome.numbers],
            "seconds": outcome.seconds,
            "note": outcome.note,
            "pictures": [_plain(picture) for picture in pictures],
        }
        write_sealed(self._path(outcome.check), said | self.key)

    def remove(self) -> None:
        """Remove all of them: the run is whole, and the next one begins at the first check."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, check: Check) -> Path:
        return self.folder / f"{check.name.replace(', ', '-')}.json"


def sources() -> str:
    """The SHA-256 of all source files of the package."""
    root = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _plain(picture: Picture) -> dict[str, Any]:
    lines = [[label, np.asarray(x).tolist(), np.asarray(y).tolist(), theory] for label, x, y, theory in picture.lines]
    return json.loads(json.dumps(asdict(picture) | {"lines": lines}))  # type: ignore[no-any-return]


def _picture(said: dict[str, Any]) -> Picture:
    lines = tuple((label, np.array(x, float), np.array(y, float), theory) for label, x, y, theory in said["lines"])
    return Picture(**(said | {"lines": lines}))
