"""Runs in the background, a few at a time for all sessions, with progress, place in the queue, and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viralsim.results import Result
    from viralsim.scenario import Scenario

AT_ONCE = 2  # runs; each on one thread, so that thirty sessions share two cores fairly


class Job:
    """One run: ``done`` of ``total`` launches, ``cancel``, and at last ``result`` or ``error``."""

    def __init__(self, scenario: Scenario, worlds: int) -> None:
        self.scenario, self.worlds = scenario, worlds
        self.done, self.total = 0, 0
        self.result: Result | None = None
        self.error = ""
        self.finished = threading.Event()
        self._cancelled = threading.Event()
        self.future: Future[None] | None = None

    def cancel(self) -> None:
        """Stop it; what all arms finished stays."""
        self._cancelled.set()
        if self.future is not None and self.future.cancel():
            self.error = "cancelled before it began"
            self.finished.set()

    def work(self) -> None:
        """Run it, on a thread of the pool."""
        from viralsim.errors import ViralsimError
        from viralsim.simulation import simulate

        try:
            self.result = simulate(self.scenario, self.worlds, threads=1, progress=self._progress)
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
    """The runs of all sessions, first come, first served."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="viralsim-run")
        self._waiting: list[Job] = []
        self._lock = threading.Lock()

    def submit(self, scenario: Scenario, worlds: int) -> Job:
        """Queue a run."""
        job = Job(scenario, worlds)
        with self._lock:
            self._waiting.append(job)
        job.future = self._threads.submit(self._run, job)
        return job

    def _run(self, job: Job) -> None:
        with self._lock:
            self._waiting.remove(job)
        job.work()

    def place(self, job: Job) -> int:
        """How many wait before it; 0: it runs, or has run."""
        with self._lock:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def quick(self, work: Callable[[], Any]) -> Future[Any]:
        """Run a short piece of work on the same threads."""
        return self._threads.submit(work)
