"""What can go wrong, as a tree; every message says where, what, and the remedy.

ViralsimError
├── InputError              the user's input is wrong: exit status 2, never a traceback
│   ├── ScenarioError       a scenario file, with every problem at once
│   └── NetworkError        a network or members file
└── CapacityError           a world outgrew what this machine or run allows
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ViralsimError(Exception):
    """The root of all errors that viralsim raises on purpose."""


class InputError(ViralsimError, ValueError):
    """The user's input is wrong; the message names the place and the remedy."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a scenario: ``file.yaml:12: campaign.paid[0].budget_usd: must be >= 0, got -3``."""

    message: str
    path: str = ""
    line: int | None = None
    file: str = "scenario"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ScenarioError(InputError):
    """A scenario is wrong; ``problems`` holds all that was found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(problems)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NetworkError(InputError):
    """A network or members file is wrong; the message carries file and line where there is one."""


class ViralsimWarning(UserWarning):
    """Something was changed or left out that the user should know of."""


class CapacityError(ViralsimError):
    """A world outgrew its memory; the message says which part and how to allow more."""
