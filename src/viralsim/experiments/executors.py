"""Who runs the points: threads of this process, processes of this machine, or a Dask cluster, behind one ``run``."""

from __future__ import annotations

import atexit
import gc
import logging
import multiprocessing
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from viralsim.arguments import integer_at_least, thread_count
from viralsim.errors import InputError
from viralsim.experiments.keeping.kept import Kept
from viralsim.experiments.point_runner import Runner
from viralsim.population.network.shared_memory import forget_networks, share_networks
from viralsim.rules.registry import unpack
from viralsim.scenario import Scenario

Item = tuple[int, dict[str, Any]]
WAITING_A_WORKER = 4  # batches handed out and not come back: enough to be busy, few enough to keep memory flat
# Short points go to other processes together, as handing one over and taking it back costs half a millisecond. A batch is short,
# as the points of one that is under way are lost with its process.
BATCH_S, MOST_IN_BATCH = 0.1, 16
# Processes start in about 3 s and build the audience each for itself (large networks once for all); threads share one interpreter.
# Of 10,000 points of 10 ms two threads were 1.4 to 1.6 times as fast as one, two processes 1.8 to 2.0 times (several runs, one in
# benchmarks/SWEEPS.md). Both limits are judgement, not measured crossings.
LEAST_POINTS_OF_PROCESSES, MOST_MEMBERS_OF_PROCESSES = 200, 50_000
MOST_BREAKS = 5  # times that a pool is made again after a worker was lost, without a point finished in between


@dataclass(frozen=True)
class Settings:
    """What every worker needs to run any point."""

    scenario: Scenario
    worlds: int
    seed: int
    own_luck: bool
    kept: Kept = field(default_factory=Kept)
    rules: bytes = b""  # of one's own that the scenario names: another process has not read their file

    def runner(self, threads: int) -> Runner:
        """A runner of these settings."""
        unpack(self.rules)
        return Runner(self.scenario, self.worlds, self.seed, own_luck=self.own_luck, threads=threads, kept=self.kept)


def workers_by_default(settings: Settings, points: int) -> int:
    """How many processes run a sweep by default: all cores for many points of a small audience, otherwise 0 (threads)."""
    from viralsim.simulation.run import default_threads

    members, cores = settings.scenario.spec.audience.members, default_threads()
    small = isinstance(members, int) and members <= MOST_MEMBERS_OF_PROCESSES
    return cores if cores > 1 and small and points >= LEAST_POINTS_OF_PROCESSES else 0


_RUNNER: list[tuple[Settings, Runner]] = []  # of this worker process: audiences are built once


def start_worker(settings: Settings, threads: int, key: str) -> None:
    """Make this process's runner. Control-C reaches every process of a terminal; the leading process handles it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(key,), daemon=True).start()
    share_networks(key)
    atexit.register(gc.freeze)  # it ends without taking the library apart, which takes 0.3 s
    _RUNNER[:] = [(settings, settings.runner(threads))]


def _end_with_parent(key: str) -> None:
    """End this process when the one that leads has ended, also by kill -9: nobody would fetch what it finds."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        forget_networks(key)
        os._exit(1)


@contextmanager
def _deaf_to_control_c() -> Iterator[None]:
    """Processes that are started here ignore Control-C, which reaches every process of a terminal."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set it
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_in_worker(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run points in a worker process that was started with ``start_worker``."""
    return [_RUNNER[0][1].run(overrides) for overrides in points]


def run_on_cluster(key: str, settings: Settings, threads: int, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run points in a process of a cluster, which keeps one runner for each of the latest sweeps."""
    if not _CLUSTER or _CLUSTER[0][0] != key:
        share_networks(key)
        _CLUSTER[:] = [(key, settings.runner(threads))]
    return [_CLUSTER[0][1].run(overrides) for overrides in points]


_CLUSTER: list[tuple[str, Runner]] = []


class WorkerPool:
    """Runs points and gives them back as they finish; a context manager. Threads times workers never exceed the cores."""

    def __init__(
        self, settings: Settings, points: int, threads: int | None = None, workers: int = 0, cluster: str | None = None
    ) -> None:
        from viralsim.simulation.run import default_threads

        integer_at_least(workers, "workers", 0)
        thread_count(threads)
        if workers and cluster:
            raise InputError("give --workers or --cluster, not both")
        cores = default_threads()
        threads = min(threads or cores, cores)
        self.settings, self.cluster = settings, cluster
        self.workers = min(workers, cores)
        self.at_once = self.workers or max(1, min(threads, points))
        self.threads = max(1, threads // self.at_once)  # of each point
        self._executor: Executor | None = None
        self._client: Any = None
        self._local: Any = None  # a cluster of this machine, started and ended here
        self._runner: Runner | None = None
        self._key = uuid.uuid4().hex  # of this run: nobody can guess it
        self._shared: Any = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: Any, *more: Any) -> None:
        if self._client is not None:  # what was not fetched is dropped with its client
            if self._local is None:
                with suppress(Exception):  # a worker that is lost has nothing to remove
                    self._client.run(forget_networks, self._key)
            self._client.close()
            if self._local is not None:
                self._local.close()
        elif self._executor is not None:
            self._executor.shutdown(wait=kind is None, cancel_futures=True)
        forget_networks(self._key)

    def run(self, points: Iterator[Item]) -> Iterator[tuple[int, dict[str, Any]]]:
        """(number, finished point) in the order of finishing; a point whose worker was lost is run again."""
        self._executor = self._start()
        room = WAITING_A_WORKER * self.at_once
        futures: dict[Future[Any], list[Item]] = {}
        again: list[Item] = []
        breaks = finished = 0
        began: float | None = None
        while True:
            while len(futures) < room and (batch := self._batch(points, again, began, finished)):
                try:
                    futures[self._submit([overrides for _, overrides in batch])] = batch
                except BrokenProcessPool:
                    again += batch
                    break
            if not futures and not again:
                return
            done, _ = wait(futures, return_when=FIRST_COMPLETED) if futures else (set(), set())
            broken = not done
            for future in done:
                batch = futures.pop(future)
                try:
                    found = future.result()
                except BrokenProcessPool:
                    again += batch
                    broken = True
                    continue
                yield from zip((i for i, _ in batch), found, strict=True)
                breaks = 0
                began, finished = (time.perf_counter(), 0) if began is None else (began, finished + len(batch))
            if broken:
                again += (item for batch in futures.values() for item in batch)
                futures.clear()
                breaks += 1
                if breaks > MOST_BREAKS:
                    raise InputError(
                        f"workers are lost again and again (memory?): use fewer than {self.at_once} workers"
                    )
                self._renew()

    def _batch(self, points: Iterator[Item], again: list[Item], began: float | None, finished: int) -> list[Item]:
        """The points to hand over next: as many as a worker runs in ``BATCH_S``, by the ``finished`` ones since ``began``.

        One where that is not known yet, where all its worlds come back, and where a worker was lost, as that point may be why.
        """
        if again:
            return [again.pop()]
        count = 1
        if began is not None and (self.workers or self.cluster) and not self.settings.kept.worlds:
            count = int(BATCH_S * finished / (self.at_once * max(time.perf_counter() - began, BATCH_S)))
        return list(islice(points, max(1, min(MOST_IN_BATCH, count))))

    def _submit(self, points: list[dict[str, Any]]) -> Future[Any]:
        if self._executor is None:
            self._executor = self._start()
        if self._client is not None:
            return self._executor.submit(run_on_cluster, self._key, self._shared, self.threads, points)
        if self.workers:
            return self._executor.submit(run_in_worker, points)
        if self._runner is None:
            self._runner = self.settings.runner(self.threads)
        return self._executor.submit(lambda runner: [runner.run(overrides) for overrides in points], self._runner)

    def _start(self) -> Executor:
        if self.cluster:
            return self._connect()
        if self.workers:
            return ProcessPoolExecutor(
                self.workers,
                multiprocessing.get_context("spawn"),
                start_worker,
                (self.settings, self.threads, self._key),
            )
        return ThreadPoolExecutor(self.at_once)

    def _connect(self) -> Executor:
        try:
            from distributed import Client, LocalCluster
        except ImportError as error:  # pragma: no cover - a plain dependency
            raise InputError("--cluster needs distributed: pip install distributed") from error
        if self.cluster == "local":
            with _deaf_to_control_c():
                self._local = LocalCluster(  # what it logs about lost workers and closing is answered here
                    n_workers=self.at_once, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
                )
        try:
            self._client = Client(self._local or self.cluster, timeout="20s")
        except OSError as error:
            raise InputError(f"no Dask scheduler answers at {self.cluster}: {error}") from error
        nthreads = self._client.nthreads()
        self.at_once, self.threads = max(1, sum(nthreads.values())), 1
        self._shared = self._client.scatter(self.settings, broadcast=True, hash=False)
        executor: Executor = self._client.get_executor(retries=3, pure=False)
        return executor

    def _renew(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None
