"""The changes made to a plan, one step after another, which can be taken back and made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_STEPS = 200
Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One state of the plan. said: what was changed, in words. slot: what was moved, "" for no single place."""

    said: str
    changes: Changes
    slot: str = ""


@dataclass
class History:
    """The states of a plan; ``at`` is the one in force. What was taken back is forgotten at the next change."""

    steps: list[Step] = field(default_factory=lambda: [Step("as it was opened", {})])
    at: int = 0

    @property
    def changes(self) -> dict[str, Any]:
        """The changes in force: path -> value."""
        return dict(self.steps[self.at].changes)

    def add(self, said: str, changes: Changes, slot: str = "") -> None:
        """A new state; moves of one slider after another are one step."""
        if self.at and slot and self.steps[self.at].slot == slot and self.at == len(self.steps) - 1:
            self.at -= 1
        del self.steps[self.at + 1 :]
        self.steps.append(Step(said, dict(changes), slot))
        del self.steps[1 : max(1, len(self.steps) - MOST_STEPS)]
        self.at = len(self.steps) - 1

    def go(self, to: int) -> None:
        """Go to a state that was before; beyond the ends to the end."""
        self.at = min(max(0, to), len(self.steps) - 1)

    def undo(self) -> None:
        """One state back."""
        self.go(self.at - 1)

    def redo(self) -> None:
        """One state on, where one was taken back."""
        self.go(self.at + 1)


def difference(first: Changes, second: Changes) -> list[tuple[str, Any, Any]]:
    """(path, value in the first, value in the second) of all places that differ; None: as it was opened."""
    paths = sorted(set(first) | set(second))
    return [(path, first.get(path), second.get(path)) for path in paths if first.get(path) != second.get(path)]
