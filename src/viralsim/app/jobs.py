"""Runs in the background: what waits is ranked, a session has one run at a time, and sliders have threads of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.results import Result
    from viralsim.scenario import Scenario

AT_ONCE = 1  # runs; each on one thread, so that a core is left for the sliders of all sessions
QUICK_AT_ONCE = 2
MOST_WAITING = 40  # runs in line; a session has one, so that a class of thirty fits


class Job:
    """One run: ``done`` of ``total`` launches, ``cancel``, and at last ``result`` or ``error``.

    background: a curve that is refined; it waits until no run that was asked for waits.
    """

    def __init__(self, scenario: Scenario, worlds: int, background: bool = False) -> None:
        self.scenario, self.worlds, self.background = scenario, worlds, background
        self.done, self.total = 0, 0
        self.result: Result | None = None
        self.error = ""
        self.finished = threading.Event()
        self.withdraw: Callable[[], bool] = lambda: False  # takes it out of the line; False: it runs or has run
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Stop it; what all arms finished stays."""
        self._cancelled.set()
        if self.withdraw():
            self.error = "cancelled before it began"
            self.finished.set()

    def work(self) -> None:
        """Run it, on a thread of the pool."""
        from viralsim.errors import ViralsimError
        from viralsim.simulation import simulate

        trust = not self.background  # a curve needs no verdict
        try:
            self.result = simulate(self.scenario, self.worlds, threads=1, progress=self._progress, repeat_trust=trust)
        except KeyboardInterrupt:
            self.error = "cancelled"
        except ViralsimError as error:
            self.error = str(error)
        except Exception as error:  # a fault of ours must not leave the page waiting
            self.error = f"a fault of ours: {type(error).__name__}: {error}"
        finally:
            self.finished.set()

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._cancelled.is_set():
            raise KeyboardInterrupt


class Pool:
    """The runs of all sessions: first come, first served, refinements last; quick work has threads of its own."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="viralsim-run")
        self._quick = ThreadPoolExecutor(QUICK_AT_ONCE, thread_name_prefix="viralsim-quick")
        self._waiting: list[Job] = []
        self._lock = threading.Lock()

    def submit(self, scenario: Scenario, worlds: int, background: bool = False) -> Job:
        """Queue a run. InputError where the line is full."""
        job = Job(scenario, worlds, background)
        job.withdraw = lambda: self._withdraw(job)
        with self._lock:
            if not background and sum(not one.background for one in self._waiting) >= MOST_WAITING:
                raise InputError(f"{MOST_WAITING} runs of others wait already: try again in a minute")
            self._waiting.append(job)
        self._threads.submit(self._next)
        return job

    def _next(self) -> None:
        with self._lock:
            if not self._waiting:  # withdrawn
                return
            job = min(self._waiting, key=lambda one: one.background)
            self._waiting.remove(job)
        job.work()

    def _withdraw(self, job: Job) -> bool:
        with self._lock:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            return True

    def place(self, job: Job) -> int:
        """How many wait before it, itself counted; 0: it runs, or has run."""
        with self._lock:
            line = sorted(self._waiting, key=lambda one: one.background)
            return line.index(job) + 1 if job in line else 0

    def quick(self, work: Callable[[], Any]) -> Future[Any]:
        """Run a short piece of work beside the runs."""
        return self._quick.submit(work)
