"""What one browser tab looks at: its scenario, the changes made to it, and what runs for it."""

from __future__ import annotations

from typing import Any

from viralsim.app.jobs import Job, Pool
from viralsim.app.limits import within_limits
from viralsim.app.stepping import Played
from viralsim.errors import InputError
from viralsim.lessons import Lesson
from viralsim.scenario import Scenario


class Session:
    """What one browser tab looks at."""

    def __init__(self, pool: Pool, scenario: Scenario, chosen: Lesson | None) -> None:
        self.pool, self.base, self.lesson = pool, scenario, chosen
        self.changes: dict[str, Any] = {}
        self.job: Job | None = None
        self.played: Played | None = None
        self.arm = scenario.arm_names[0]
        self.world = 0
        self.asked = 0  # the newest question of the sliders; older answers are dropped
        self.refinement: Job | None = None  # the same curve with the scenario's own number of worlds
        self.playing = False  # one world at a time

    def start(self, worlds: int) -> None:
        """Queue the run of all arms. InputError where one is under way, the line is full or a limit is passed."""
        if self.job is not None and not self.job.finished.is_set():
            raise InputError("a run of yours is under way: cancel it first")
        self.job = self.pool.submit(within_limits(self.scenario), worlds)

    def cancel(self) -> None:
        """Stop the run; what all arms finished stays."""
        if self.job is not None:
            self.job.cancel()

    def drop_refinement(self) -> None:
        """Stop refining a curve that is no longer looked at."""
        if self.refinement is not None:
            self.refinement.cancel()
            self.refinement = None

    def close(self) -> None:
        """The tab is gone: nothing of it runs on."""
        self.asked += 1
        self.drop_refinement()
        if self.job is not None:
            self.job.cancel()

    def set(self, path: str, value: Any) -> None:
        """Change one place; earlier changes inside it are gone with what they changed."""
        kept = {
            at: old for at, old in self.changes.items() if at != path and not at.startswith((f"{path}.", f"{path}["))
        }
        self.changes = kept | {path: value}

    @property
    def scenario(self) -> Scenario:
        """The scenario with the sliders' values."""
        return self.base.override(self.changes) if self.changes else self.base
