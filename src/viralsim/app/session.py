"""What one browser tab looks at: its scenario, the changes made to it, and what runs for it."""

from __future__ import annotations

from typing import Any

from viralsim.app.jobs import Job, RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.stepping import Played
from viralsim.app.work import Answer, Question, all_arms
from viralsim.errors import InputError
from viralsim.lessons import Lesson
from viralsim.scenario import Scenario


class Session:
    """What one browser tab looks at. visitor: the browser, for which quick work is done one piece after another."""

    def __init__(self, lanes: Lanes, line: RunLine, visitor: str, scenario: Scenario, chosen: Lesson | None) -> None:
        self.lanes, self.line, self.visitor = lanes, line, visitor
        self.base, self.lesson = scenario, chosen
        self.changes: dict[str, Any] = {}
        self.job: Job[Answer] | None = None
        self.played: Played | None = None
        self.arm = scenario.arm_names[0]
        self.world = 0
        self.asked = 0  # the newest question of the sliders; older answers are dropped
        self.closed = False
        self.refinement: Job[Answer] | None = None  # the same curve with the scenario's own number of worlds
        self.playing = False  # one world at a time

    @property
    def question(self) -> Question:
        """The scenario with the sliders' values, as a worker takes it."""
        return Question(self.base, dict(self.changes))

    def start(self, worlds: int) -> None:
        """Queue the run of all arms. InputError where one is under way or the line is full."""
        if self.job is not None and not self.job.finished.is_set():
            raise InputError("a run of yours is under way: cancel it first")
        self.job = self.line.submit(all_arms, self.question, worlds)

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
        self.closed = True
        self.drop_refinement()
        self.cancel()

    def set(self, path: str, value: Any) -> None:
        """Change one place; earlier changes inside it are gone with what they changed."""
        kept = {
            at: old for at, old in self.changes.items() if at != path and not at.startswith((f"{path}.", f"{path}["))
        }
        self.changes = kept | {path: value}
