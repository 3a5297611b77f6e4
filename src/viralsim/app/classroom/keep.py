"""A class written down, so that it goes on when the teacher's app is started again: seats, guesses, the round, code and cookies."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viralsim.app.classroom.room import Room, from_json
from viralsim.app.classroom.tasks import lesson_of
from viralsim.atomic import write_text
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.app.access import ClassKeys

FORMAT = "viralsim class 1"


class Keep:
    """The file of a class. It holds the code and what signs the cookies: whoever reads it can join as anybody."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Room, dict[str, str]] | None:
        """The room and the secrets; None where there is no file yet. InputError where it is not one of ours."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._refusal(error) from None
        try:
            if data["format"] != FORMAT:
                raise ValueError(f"its format is {str(data['format'])[:40]!r}")
            secrets = {str(word): str(value) for word, value in data["secrets"].items()}
            room = from_json(data["room"])
            lesson_of(room.round.task)
            return room, secrets
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._refusal(error) from None

    def _refusal(self, error: Exception) -> InputError:
        return InputError(f"--keep {self.path}: holds no class ({error}): name another file, or delete this one")

    def write(self, room: Room, keys: ClassKeys, storage: str) -> None:
        """Write it, whole or not at all, for this user's eyes only where the system knows such a thing."""
        secrets: dict[str, Any] = {**keys.secrets(), "storage": storage}
        text = json.dumps({"format": FORMAT, "secrets": secrets, "room": room.as_json()})
        write_text(self.path, text)
        os.chmod(self.path, 0o600)
