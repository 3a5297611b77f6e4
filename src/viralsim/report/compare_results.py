"""Two results side by side: the arms that both have, one result minus the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from viralsim.errors import InputError
from viralsim.measurement.compare import Comparison, compare
from viralsim.records.merge import keep_worlds
from viralsim.records.record import ArmOutcomes, RunRecord
from viralsim.results import Result


@dataclass(frozen=True)
class Beside:
    """What two results have in common. worlds: how many are compared, pair by pair.

    rows: arm -> its differences, second result minus the first, a row per measure. paired: both have one seed, so that
    world n has the same luck in both; else the worlds are independent and the intervals wider, but as valid.
    notes: what to know before reading a difference.
    """

    worlds: int
    paired: bool
    rows: Mapping[str, Sequence[Comparison]]
    notes: Sequence[str]


def beside(first: Result, second: Result) -> Beside:
    """The arms that two results share, compared world by world.

    Raises: InputError where no arm has the same name in both.
    """
    shared = [arm for arm in first.arms if arm in second.arms]
    if not shared:
        raise InputError(
            f"the results have no arm in common: the first has {', '.join(first.arms)}, the second {', '.join(second.arms)}"
        )
    worlds = min(first.world_count, second.world_count)
    rows = {arm: _difference(first, second, arm, worlds) for arm in shared}
    return Beside(worlds, first.seed == second.seed, rows, _notes(first, second, worlds))


def _difference(first: Result, second: Result, arm: str, worlds: int) -> list[Comparison]:
    # worlds that share an audience, or a row of a posterior, are no independent ones: the intervals must know
    groups = first.clusters() if first.clusters() is not None else second.clusters()
    record = RunRecord(
        scenario_name=second.scenario_name,
        fingerprint="",
        seed=second.seed,
        world_count=worlds,
        tick_hours=second.tick_hours,
        population=second.population,
        arms={name: _first_worlds(r, arm, name, worlds) for name, r in (("first", first), ("second", second))},
        baseline="first",
        currency=second.currency,
        populations_of_world=None if groups is None else groups[:worlds],
    )
    return [replace(row, arm=arm, baseline=arm) for row in compare(record) if row.arm == "second"]


def _first_worlds(result: Result, arm: str, name: str, worlds: int) -> ArmOutcomes:
    kept = np.arange(result.world_count) < worlds
    found = result.arms[arm]
    return replace(found if kept.all() else keep_worlds(found, kept), name=name)


def _notes(first: Result, second: Result, worlds: int) -> list[str]:
    """What differs between the results besides what was meant to differ."""
    notes = []
    if first.seed != second.seed:
        notes.append(f"seeds {first.seed} and {second.seed}: worlds are independent, so the intervals are wider")
    if first.fingerprint == second.fingerprint and first.seed == second.seed:
        notes.append("both are the same scenario and seed: only the program or its libraries can differ")
    if first.population != second.population:
        notes.append("the audiences differ: a difference can come from them alone")
    if first.world_count != second.world_count:
        notes.append(f"{first.world_count:,} and {second.world_count:,} worlds: the first {worlds:,} are compared")
    if first.versions.get("law") != second.versions.get("law"):
        notes.append("made under different versions of the law: the same scenario gives other worlds")
    if first.interrupted or second.interrupted:
        notes.append("one was stopped early: its worlds may not be the same ones, pair by pair")
    lost = [arm for arm in dict.fromkeys((*first.arms, *second.arms)) if (arm in first.arms) != (arm in second.arms)]
    if lost:
        notes.append(f"in one of them only, and not compared: {', '.join(lost)}")
    return notes
