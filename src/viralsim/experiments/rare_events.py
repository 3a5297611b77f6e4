"""Rare events: the chance of one world in ten thousand, from many worlds of which only the count is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from viralsim.arguments import function, integer_at_least, names_of, seed_number, thread_count
from viralsim.errors import InputError
from viralsim.measurement.arms import criterion_hits
from viralsim.measurement.intervals import clopper_pearson
from viralsim.scenario import Scenario, scenario_of

BLOCK_WORLDS = 20_000  # worlds held at once: a few MB


@dataclass(frozen=True)
class RareChance:
    """How often a launch of ``arm`` met a criterion: ``hits`` of ``worlds``, with Clopper and Pearson's 95 % limits."""

    arm: str
    worlds: int
    hits: int
    low: float
    high: float
    interrupted: bool = False

    @property
    def chance(self) -> float:
        """The fraction of the worlds that met it."""
        return self.hits / self.worlds if self.worlds else float("nan")

    @property
    def sentence(self) -> str:
        """The chance in plain words; without a hit only its upper limit is known."""
        if not self.worlds:
            return f"{self.arm}: no world was finished"
        if not self.hits:
            return f"{self.arm}: in none of {self.worlds:,} worlds; at most 1 in {1 / self.high:,.0f} (95 %)"
        return (
            f"{self.arm}: in {self.hits:,} of {self.worlds:,} worlds, 1 in {1 / self.chance:,.0f} "
            f"(95 %: 1 in {1 / self.high:,.0f} to 1 in {1 / self.low:,.0f})"
        )


def rare_chances(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int = 100_000,
    *,
    criterion: Mapping[str, float] | None = None,
    arms: Sequence[str] | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, RareChance]:
    """The chance of each arm to meet a criterion, from as many worlds as it takes; memory does not grow with them.

    criterion: one condition such as ``{"shares_at_least": 1000}`` or ``{"earned_reach_fraction": 0.05}``; the scenario's
    ``viral_when`` by default. Worlds are 0 to ``worlds`` - 1, the very ones ``simulate`` runs. After KeyboardInterrupt what
    was counted so far is returned. InputError for wrong arguments, and for several audiences, whose worlds are not
    independent.
    """
    from viralsim.simulation.front import launch
    from viralsim.simulation.run import compile_audience

    scenario = scenario_of(scenario)
    integer_at_least(worlds, "worlds", 1)
    at_once = thread_count(threads)
    luck = seed_number(scenario.seed if seed is None else seed)
    function(progress, "progress", "worlds done, worlds in all")
    if scenario.spec.populations > 1:
        raise InputError("worlds of one audience are alike, so a rare chance needs populations: 1")
    names = names_of(arms, "arms", scenario.arm_names)
    rule = scenario.spec.viral_when.model_dump() if criterion is None else criterion
    rule = {key: float(value) for key, value in rule.items() if value is not None}
    compiled = compile_audience(scenario)
    hits, done, interrupted = dict.fromkeys(names, 0), 0, False
    try:
        while done < worlds:
            count = min(BLOCK_WORLDS, worlds - done)
            found = launch(scenario, [compiled], names, count, luck, at_once, first=done)
            for name in names:
                hits[name] += int(criterion_hits(rule, found[name], compiled.audience_members).sum())
            done += count
            if progress is not None:
                progress(done, worlds)
    except KeyboardInterrupt:
        interrupted = True
    return {name: RareChance(name, done, hits[name], *clopper_pearson(hits[name], done), interrupted) for name in names}
