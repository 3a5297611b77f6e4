"""Run a plan into a folder: what is finished stays finished, whatever happens to the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from viralsim.arguments import file_path, function, instance, integer_at_least, refuse, thread_count
from viralsim.checksums import file_sum, write_sealed
from viralsim.errors import InputError
from viralsim.experiments.executors import Settings, WorkerPool, workers_by_default
from viralsim.experiments.ids import ID_VERSION
from viralsim.experiments.journal import Journal
from viralsim.experiments.keeping.kept import write_worlds
from viralsim.experiments.manifest import FORMAT, FORMAT_VERSION, MANIFEST, TABLE, read_manifest, refuse_foreign
from viralsim.experiments.plan import Plan, plan_of
from viralsim.experiments.table import Rows, entries_of, read_table, rows_of, write_table
from viralsim.rules.registry import known, packed
from viralsim.scenario.loading import loads
from viralsim.scenario.own_rules import digests
from viralsim.versions import versions

Progress = Callable[[int, int, int], None]  # points finished, points in all, failed among them
ROWS_KEPT_BYTES = 64 << 20  # of numbers of the table: 30,000 points of two arms


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep did.

    found: points that were finished before. run: points of this call. failed: finished points with an error. kept: finished
    points of earlier plans in the folder that are not in this one; they stay in the journal, for a plan that has them again.
    """

    points: int
    found: int
    run: int
    failed: int
    interrupted: bool = False
    kept: int = 0

    @property
    def complete(self) -> bool:
        """Whether every point of the plan is finished."""
        return self.found + self.run == self.points


def plan_hash(plan: Plan) -> str:
    """A hash of everything that a plan asks for."""
    said = [
        plan.scenario.fingerprint,
        list(plan.arms),
        plan.worlds,
        plan.seed,
        plan.own_luck,
        plan.scenario.spec.law,
        ID_VERSION,
    ]
    said += [plan.kept.asked] if plan.kept.asked else []
    points = [sorted((path, repr(value)) for path, value in point.items()) for point in plan.points]
    return hashlib.sha256(json.dumps([said, points]).encode()).hexdigest()[:16]


class Store:
    """The folder of a sweep: ``sweep.json``, the journal of finished points, and the table.

    A point is recognised by its place in this plan or by its id, so an extended plan runs only what is new.
    """

    def __init__(self, folder: Path, plan: Plan, shard: str = "") -> None:
        self.folder, self.plan, self.hash = folder, plan, plan_hash(plan)
        refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.manifest = read_manifest(folder) if (folder / MANIFEST).exists() else {}
        self.journal = Journal(folder / f"journal{shard}.jsonl")
        self._lock = _lock(self.journal.path)
        if not shard:
            for left in folder.glob(f".{TABLE}.*"):  # half a table of a killed run
                left.unlink(missing_ok=True)
        refuse_other_rules(folder, self.manifest, plan)
        self.same_plan = self.manifest.get("plan") == self.hash
        self.tables: list[str] = self.manifest["table"] if "table" in self.manifest else self._table_there()
        self.known: dict[int, str] = dict(self.journal.points.get(self.hash, {}))
        self._rows: dict[int, Rows] = {}  # of points of this run, so that the table does not read all of them again
        self._kept_bytes = 0

    def _table_there(self) -> list[str]:
        """The sum of the table in the folder, as a list of one or none."""
        return [file_sum(self.folder / TABLE)] if (self.folder / TABLE).is_file() else []

    def seed_from_table(self) -> None:
        """Take over the finished points of an earlier plan's table."""
        if not self.same_plan and (self.folder / TABLE).exists():
            for entry in entries_of(self.folder):
                if entry["id"] not in self.journal and not entry["error"]:
                    self.journal.append(entry)

    def find_known(self, wanted: Sequence[int], identity: Callable[[dict[str, Any]], str]) -> None:
        """Look the wanted points up by id, where the journal has points of another plan."""
        if len(self.journal) > len(self.known):
            for i in wanted:
                if i not in self.known:
                    found = identity(self.plan.points[i])
                    if found in self.journal:
                        self.known[i] = found

    def finish(self, i: int, entry: dict[str, Any]) -> None:
        """Note a finished point; no killed process loses it."""
        if "worlds" in entry:
            write_worlds(self.folder, entry["id"], entry["worlds"])
            entry = {word: value for word, value in entry.items() if word != "worlds"}
        self.journal.append({**entry, "plan": self.hash, "point": i})
        self.known[i] = entry["id"]
        if self._kept_bytes < ROWS_KEPT_BYTES:
            self._rows[i] = rows_of(self.plan, entry)
            self._kept_bytes += self._rows[i].numbers.nbytes

    def look_again(self) -> None:
        """Read the journal again: an interrupt may have come after a point was written to disk and before it was noted here."""
        self.journal.close()
        self.journal = Journal(self.journal.path)
        self.known.update(self.journal.points.get(self.hash, {}))

    def rows(self, i: int) -> Rows | None:
        """The finished point i, or None."""
        if i in self._rows or i not in self.known:
            return self._rows.get(i)
        return rows_of(self.plan, self.journal.read(self.known[i]))

    def failed(self) -> int:
        """Finished points that have an error."""
        return sum(1 for identity in self.known.values() if identity in self.journal.failed)

    def kept(self) -> int:
        """Finished points of the journal that are not in this plan, without those that have an error."""
        return len(set(self.journal.places) - self.journal.failed - set(self.known.values()))

    def write_table(self) -> None:
        """Write the table; its sum is in the manifest before it takes its place, so that a kill in between leaves a whole store."""

        def announce(table: str) -> None:
            before = [one for one in self._table_there() if one in self.tables]
            self.tables = [table, *before]
            self.write_manifest(complete=False)

        write_table(self.plan, self.rows, self.folder, announce)
        self.tables = self.tables[:1]

    def write_manifest(self, complete: bool, failed: int = 0) -> None:
        """Say what the folder holds; ``failed``: finished points that have an error."""
        plan = self.plan
        write_sealed(self.folder / MANIFEST, {
            "format": FORMAT, "format_version": FORMAT_VERSION, "plan": self.hash, "complete": complete, "failed": failed,
            "name": plan.scenario.name, "fingerprint": plan.scenario.fingerprint, "design": plan.design,
            "paths": list(plan.paths), "points": len(plan.points), "arms": list(plan.arms), "worlds": plan.worlds,
            "seed": plan.seed, "luck": "own" if plan.own_luck else "same", "left_out": plan.left_out,
            "folder": str(plan.scenario.folder.resolve()), "scenario": plan.asked.to_yaml(), "versions": versions(),
            "table": self.tables, "rules": rules_of(plan),
        })  # fmt: skip

    def drop_journal(self) -> int:
        """Remove the journal, unless it has points that are not in the plan; returns how many."""
        kept = self.kept()
        self.journal.close()
        if not kept:
            self.journal.path.unlink(missing_ok=True)
        return kept

    def close(self) -> None:
        """Let go of the files."""
        self.journal.close()
        self._lock.release()


def run_sweep(
    plan: Plan,
    out: str | Path,
    *,
    threads: int | None = None,
    workers: int | None = 0,
    cluster: str | None = None,
    shard: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> SweepOutcome:
    """Run the points of a plan that are not finished yet, and write the table.

    Args:
        plan: what ``plan_of`` returned.
        out: the folder; the same call again goes on where the last one stopped.
        threads: threads in all; the cores by default. Points share them out.
        workers: run points in so many processes; 0 runs them on threads of this one; None chooses by points and audience
            (a program that starts processes must have its ``if __name__ == "__main__":``).
        cluster: address of a Dask scheduler, or ``local``.
        shard: (i, n): every n-th point from the i-th on, for array jobs; ``merge`` joins the shards.
        progress: called after each point.

    Returns: ``SweepOutcome``; after KeyboardInterrupt with ``interrupted`` set. The rows do not depend on threads, workers,
    interruptions or the order of points.

    Raises: InputError if the folder is used by another run or holds something else.
    """
    instance(plan, "plan", Plan, "plan_of makes one of a scenario")
    folder = file_path(out, "out")
    thread_count(threads)
    if workers is not None:
        integer_at_least(workers, "workers", 0)
    if shard is not None and (not isinstance(shard, tuple) or len(shard) != 2):
        raise refuse("shard", "two whole numbers such as (3, 10)", shard)
    function(progress, "progress", "points finished, points in all, failed among them")
    settings = Settings(plan.scenario, plan.worlds, plan.seed, plan.own_luck, plan.kept, packed(known().values()))
    wanted = list(range(len(plan.points))) if shard is None else plan.shard(*shard)
    with ExitStack() as stack:
        store = Store(folder, plan, "" if shard is None else f"-{shard[0]}-of-{shard[1]}")
        stack.callback(store.close)
        if store.same_plan and store.manifest.get("complete") and (folder / TABLE).exists():
            store.known.update(enumerate(read_table(folder, ["id"])["id"].unique()))
            kept = store.drop_journal()  # a run killed after its last rename leaves it
            return SweepOutcome(len(wanted), len(wanted), 0, int(store.manifest.get("failed", 0)), kept=kept)
        store.seed_from_table()
        store.find_known(wanted, settings.runner(1).identity)
        store.write_manifest(complete=False)
        found = sum(1 for i in wanted if i in store.known)
        failed = store.failed()
        missing = [i for i in wanted if i not in store.known]
        if workers is None:
            workers = 0 if threads or cluster else workers_by_default(settings, len(missing))
        run, interrupted = 0, False
        try:
            with WorkerPool(settings, len(missing), threads, workers, cluster) as pool:
                for i, entry in pool.run(_points(plan, missing)):
                    store.finish(i, entry)
                    run, failed = run + 1, failed + bool(entry["error"])
                    if progress is not None:
                        progress(found + run, len(wanted), failed)
        except KeyboardInterrupt:
            interrupted = True
            store.look_again()
            run, failed = sum(1 for i in wanted if i in store.known) - found, store.failed()
        outcome = SweepOutcome(len(wanted), found, run, failed, interrupted)
        return outcome if shard is not None else _conclude(store, outcome)


def _conclude(store: Store, outcome: SweepOutcome) -> SweepOutcome:
    """Write the table. Where everything is finished it says it all, and the journal goes, unless it has more."""
    store.write_table()
    store.write_manifest(outcome.complete, outcome.failed)
    return replace(outcome, kept=store.drop_journal() if outcome.complete else store.kept())


def _points(plan: Plan, indices: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for i in indices:
        yield i, plan.points[i]


def merge(plan: Plan, sources: Sequence[str | Path], out: str | Path) -> SweepOutcome:
    """Join the shards of one plan, in one folder or several, into the table that one run would have written."""
    store = Store(Path(out), plan)
    try:
        paths = {str(source): sorted(Path(source).glob("journal*.jsonl")) for source in sources}
        empty = [source for source, found in paths.items() if not found]
        if empty:
            raise InputError(f"{', '.join(empty)}: no journal of a shard here: run sweep --shard first")
        journals = [Journal(path) for found in paths.values() for path in found]
        if not store.known and not any(journal.points.get(store.hash) for journal in journals):
            raise InputError(
                f"{', '.join(paths)}: no finished point of this sweep in the journals: its shards write them, and a finished sweep "
                "needs no merge"
            )
        for journal in journals:
            for i, identity in journal.points.get(store.hash, {}).items():
                if i not in store.known:
                    store.finish(i, journal.read(identity))
            journal.close()
        outcome = _conclude(store, SweepOutcome(len(plan.points), len(store.known), 0, store.failed()))
        if outcome.complete:  # the table says it all; what lies in other folders is left there
            for left in (*store.folder.glob("journal-*.jsonl"), *store.folder.glob("journal-*.lock")):
                left.unlink(missing_ok=True)
        return outcome
    finally:
        store.close()


def plan_in(folder: str | Path, scenario_folder: str | Path | None = None) -> tuple[dict[str, Any], Plan]:
    """The manifest and the plan of a sweep's folder.

    ``scenario_folder``: where the files that the scenario names are now, if they were moved.
    """
    manifest = read_manifest(Path(folder))
    scenario = loads(manifest["scenario"], scenario_folder or manifest["folder"], str(Path(folder) / MANIFEST))
    plan = plan_of(scenario, manifest["worlds"], manifest["seed"])
    refuse_other_rules(Path(folder), manifest, plan)
    return manifest, plan


def rules_of(plan: Plan) -> list[list[str]]:
    """(place, word, digest) of the rules of one's own that a plan's scenario names."""
    return [list(one) for one in digests(list(plan.scenario.arm_specs().values()))]


def refuse_other_rules(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> None:
    """Raise InputError if a rule differs from the one that the folder's points were run with."""
    before = {(place, word): digest for place, word, digest in manifest.get("rules", ())}
    for place, word, digest in rules_of(plan):
        if before.get((place, word), digest) != digest:
            raise InputError(
                f"{folder}: the rule {word!r} ({place}) has changed since these points were run: take the rule as it was "
                f"({before[place, word]}), or choose another folder"
            )


def _lock(path: Path) -> Any:
    """Keep a second run out of the same journal; the lock goes with the process, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"{path.parent}: another sweep is writing here: wait for it, or choose another folder"
        ) from None
    return lock
