"""Runs in the background: what waits is ranked, a session has one run at a time, and what is cancelled keeps what it finished."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessFuture

from viralsim.app.lanes import Lanes
from viralsim.app.work import DONE, RUN_S, STOP, TOTAL
from viralsim.errors import InputError

T = TypeVar("T")
MOST_WAITING = 40  # runs in line; a session has one, so that a class of thirty fits
GRACE_S = 5.0  # after which a run that does not heed its cancel is ended from outside


class Job(Generic[T]):
    """One run: ``done`` of ``total`` launches, ``cancel``, and at last ``answer`` or ``error``.

    work: what is done, with its arguments. background: nobody asked for it; it waits until no run that was asked for waits.
    """

    def __init__(self, line: RunLine, work: Callable[..., T], args: tuple[object, ...], background: bool) -> None:
        self.work, self.args, self.background = work, args, background
        self.answer: T | None = None
        self.error = ""
        self.finished = threading.Event()
        self.future: ProcessFuture[T] | None = None  # while it runs, and after
        self._line = line
        self._seen = (0, 0)

    @property
    def progress(self) -> tuple[int, int]:
        """(launches done, launches in all); (0, 0) before they are counted."""
        if self.future is not None and not self.finished.is_set():
            self._seen = (self._line.board[DONE], self._line.board[TOTAL])
        return self._seen

    def cancel(self) -> None:
        """Stop it; what all arms finished stays."""
        self._line.cancel(self)

    def end(self, future: Future[T]) -> None:
        """Take what the process found, or why it did not."""
        try:
            self.answer = future.result()
        except InputError as error:
            self.error = str(error)
        except CancelledError:
            self.error = "cancelled"
        except TimeoutError:
            self.error = f"stopped after {RUN_S / 60:.0f} minutes: ask for fewer worlds, members, follows or arms"
        except ProcessExpired:
            self.error = "stopped, as it needed too much memory: ask for fewer worlds, members or follows"
        except Exception as error:  # a fault of ours must not leave the page waiting
            self.error = f"a fault of ours: {type(error).__name__}: {error}"
        self.finished.set()


class RunLine:
    """The runs of all sessions, one at a time: first come, first served, refinements last."""

    def __init__(self, lanes: Lanes) -> None:
        self._runs, self.board = lanes.runs, lanes.board
        self._waiting: list[Job[Any]] = []
        self._running: Job[Any] | None = None
        self._lock = threading.RLock()

    def submit(self, work: Callable[..., T], *args: object, background: bool = False) -> Job[T]:
        """Queue a run. InputError where the line is full."""
        job = Job(self, work, args, background)
        with self._lock:
            if not background and sum(not one.background for one in self._waiting) >= MOST_WAITING:
                raise InputError(f"{MOST_WAITING} runs of others wait already: try again in a minute")
            self._waiting.append(job)
        self._next()
        return job

    def _next(self) -> None:
        with self._lock:
            if self._running is not None or not self._waiting:
                return
            job = min(self._waiting, key=lambda one: one.background)
            self._waiting.remove(job)
            self._running = job
            self.board[DONE] = self.board[TOTAL] = self.board[STOP] = 0
            job.future = self._runs.schedule(job.work, job.args, timeout=RUN_S + 60.0)
        job.future.add_done_callback(lambda future: self._ended(job, future))

    def _ended(self, job: Job[Any], future: Any) -> None:
        job.progress  # noqa: B018 - the last one stays
        job.end(future)
        with self._lock:
            self._running = None
        self._next()

    def cancel(self, job: Job[Any]) -> None:
        """Take a job out of the line, or ask it to stop, and see that it does."""
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
                job.error = "cancelled before it began"
                job.finished.set()
            elif job is self._running and job.future is not None:
                self.board[STOP] = 1
                end = threading.Timer(GRACE_S, job.future.cancel)
                end.daemon = True
                end.start()

    def place(self, job: Job[Any]) -> int:
        """How many wait before it, itself counted; 0: it runs, or has run."""
        with self._lock:
            line = sorted(self._waiting, key=lambda one: one.background)
            return line.index(job) + 1 if job in line else 0
