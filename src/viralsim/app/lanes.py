"""Processes that work for the pages: one for runs, two for quick answers, each of which can be stopped at any moment."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, MutableSequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from viralsim.app.watch import PATIENCE
from viralsim.app.work import TOO_LONG, begin_worker, in_time, warm
from viralsim.errors import InputError

T = TypeVar("T")
SPAWN = multiprocessing.get_context("spawn")

QUICK_AT_ONCE = 2
QUICK_S = 10.0  # processor time after which a quick answer is stopped, the compiling of kernels left out
COMPILING_S = 180.0  # what compiling takes at most
MOST_QUICK = 90  # pieces of quick work, running or waiting; a visitor has one


class Lane:
    """Worker processes that are started at the first piece of work, and again should they be lost."""

    def __init__(self, at_once: int, *begin: MutableSequence[int]) -> None:
        self._make = partial(ProcessPool, at_once, initializer=begin_worker, initargs=begin, context=SPAWN)
        self._pool = self._make()

    def schedule(
        self, work: Callable[..., T], args: tuple[object, ...] = (), timeout: float | None = None
    ) -> ProcessFuture[T]:
        """The work's future: TimeoutError where it takes longer, ProcessExpired where its process was lost."""
        try:
            return self._pool.schedule(work, args, timeout=timeout)
        except RuntimeError:  # the pool is broken, as it is when the system ends a process that had nothing to do
            self._pool = self._make()
            return self._pool.schedule(work, args, timeout=timeout)

    def close(self) -> None:
        """End the processes at once."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


class Lanes:
    """The processes. board: what the one process of runs and the server write to each other (``work.DONE``, ...)."""

    def __init__(self) -> None:
        self.board: MutableSequence[int] = SPAWN.RawArray("q", 3)
        self.runs, self.quick = Lane(1, self.board), Lane(QUICK_AT_ONCE)
        self.ready: Future[None] = self.runs.schedule(warm)  # compiled once, before two processes would do it twice
        self.quick.schedule(int)  # its processes load what they need meanwhile
        self.asked = 0
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._running: dict[str, Future[Any]] = {}

    async def answer(self, visitor: str, work: Callable[..., T], *args: object, limit_s: float | None = None) -> T:
        """Quick work for a visitor, one piece after another; of those of one kind that wait, the newest takes the others' place.

        limit_s: processor time after which it is stopped; ``QUICK_S`` by default.

        Raises: InputError where the work does, where it takes too long, is cancelled or replaced, or where too many ask at once.
        """
        if self.asked >= MOST_QUICK:
            raise InputError("too many ask at this moment: try again in a few seconds")
        self.asked += 1
        turn = self._turns.setdefault(visitor, Turn())
        try:
            await turn.come(work)
            try:
                await asyncio.shield(asyncio.wrap_future(self.ready))
                most_s = QUICK_S if limit_s is None else limit_s
                future = self.quick.schedule(in_time, (most_s, work, args), timeout=PATIENCE * most_s + COMPILING_S)
                self._running[visitor] = future
                try:
                    return await _result(future, most_s)
                finally:
                    del self._running[visitor]
            finally:
                turn.over()
        finally:
            self.asked -= 1

    def cancel(self, visitor: str) -> None:
        """Stop the visitor's quick work, if there is any."""
        if visitor in self._running:
            self._running[visitor].cancel()

    def is_ready(self) -> bool:
        """Whether everything is compiled."""
        return self.ready.done()

    def close(self) -> None:
        """End all processes at once."""
        self.quick.close()
        self.runs.close()


class Turn:
    """Whose turn it is among the pieces of work of one visitor."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting: dict[object, asyncio.Future[Any]] = {}  # kind of work -> the piece that waits

    async def come(self, kind: object) -> None:
        """Wait until the earlier pieces are done. InputError where a newer one of this kind takes the place."""
        coming = asyncio.ensure_future(self._lock.acquire())
        earlier = self._waiting.pop(kind, None)
        if earlier is not None:
            earlier.cancel()
        self._waiting[kind] = coming
        try:
            await coming
        except asyncio.CancelledError:
            _raise_if_gone()
            raise InputError("cancelled") from None
        finally:
            if self._waiting.get(kind) is coming:
                del self._waiting[kind]

    def over(self) -> None:
        """The piece is done."""
        self._lock.release()


def _raise_if_gone() -> None:
    """Where the one who asks is gone, and not the work, the cancellation goes on."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _result(future: Future[T], most_s: float) -> T:
    too_long = f"stopped, as it took longer than {most_s:.0f} s: ask for fewer members, follows, arms, posts or ticks"
    try:
        return await asyncio.wrap_future(future)
    except ProcessExpired as error:
        if error.exitcode != TOO_LONG:
            raise InputError("stopped, as it needed too much memory: ask for fewer members or follows") from None
        raise InputError(too_long) from None
    except TimeoutError:
        raise InputError(too_long) from None
    except asyncio.CancelledError:
        _raise_if_gone()
        raise InputError("cancelled") from None
