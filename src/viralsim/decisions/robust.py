"""Which arm holds up when the model may be wrong: every arm in every variant of a scenario, with the same luck."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viralsim.arguments import function, integer_at_least, names_of, seed_number, thread_count
from viralsim.decisions.regret import F8, Regrets, regrets
from viralsim.errors import InputError
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import amount, number, percent
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.frequency import refuse_unasked
from viralsim.simulation import simulate

AS_WRITTEN = "as written"


@dataclass(frozen=True, eq=False, repr=False)
class Robust:
    """Arms over variants of the model; ``found`` holds the arrays, rows in the order of ``variants``, columns of ``arms``."""

    scenario_name: str
    seed: int
    worlds: int
    measure: str
    variants: tuple[str, ...]
    arms: tuple[str, ...]
    found: Regrets
    currency: str = DEFAULT_CURRENCY

    @property
    def recommended(self) -> str:
        """The arm whose largest regret over variants is smallest."""
        return self.arms[self.found.least_wrong]

    def __repr__(self) -> str:
        return f"Robust({self.scenario_name!r}, {len(self.variants)} variants, least wrong {self.recommended})"

    def to_dict(self) -> dict[str, Any]:
        """What ``viralsim robust --json`` prints: regrets in the measure's unit."""
        found = self.found
        columns = ("worst", "largest_regret", "mean_regret", "chance_best")
        return {
            "scenario": self.scenario_name, "seed": self.seed, "worlds": self.worlds, "measure": self.measure,
            "variants": {
                variant: {
                    arm: {"mean": float(found.means[i, j]), "regret": float(found.regret[i, j])}
                    for j, arm in enumerate(self.arms)
                }
                for i, variant in enumerate(self.variants)
            },
            "arms": {
                arm: {column: float(getattr(found, column)[j]) for column in columns} for j, arm in enumerate(self.arms)
            },
            "minimax_regret": self.recommended,
            "mean_regret": self.arms[int(found.mean_regret.argmin())],
            "recommended": self.recommended,
            "sentences": self.sentences(),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """The answer in one sentence, and where it does not hold."""
        one, found, best = declared(self.measure), self.found, self.found.least_wrong
        most, where = float(found.largest_regret[best]), self.variants[int(found.regret[:, best].argmax())]
        if most <= 0.0:
            said = f"{self.recommended} is best on average in each of {len(self.variants)} variants of the model"
        else:
            said = (
                f"{self.recommended} is least wrong over {len(self.variants)} variants of the model: on average it loses at "
                f"most {amount(one, most, self.currency)} against the best arm ({where})"
            )
        worst = int(self.found.means[:, best].argmin() if one.direction > 0 else self.found.means[:, best].argmax())
        low = f"{number(float(found.means[worst, best]))} {one.unit_in(self.currency)} ({self.variants[worst]})"
        chance = percent(float(found.chance_best[best]))
        return [f"{said}; its worst mean is {low}, and it is best in {chance} of worlds."]


def robust(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    arms: Sequence[str] | None = None,
    measure: str | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Robust:
    """Run every arm of a scenario as it is written and in each of its ``variants``, in worlds with the same luck.

    Regret is that of Savage (1951): what the best arm of a variant brings more than the arm chosen.

    Args:
        scenario: with a ``variants`` block: name -> path -> value.
        worlds: worlds of each arm and variant; the scenario's by default. seed: of the luck; the scenario's by default.
        arms: the arms to choose from; all by default.
        measure: what decides; the goal's by default, else net_usd.
        threads: all cores by default. progress: called with (launches done, launches in all).

    Raises: InputError for wrong arguments, a scenario without variants, or a measure that has no better and worse.
    """
    scenario = scenario_of(scenario)
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", 1)
    luck = seed_number(scenario.seed if seed is None else seed)
    names = names_of(arms, "arms", scenario.arm_names)
    if len(names) < 2:
        raise InputError(f"arms: a decision is between two arms or more, got {', '.join(names)}: name another")
    goal = scenario.spec.goal
    name = measure if measure is not None else "net_usd" if goal is None else goal.measure
    direction = declared(name).direction
    refuse_unasked(scenario.spec, name)
    if direction == 0 or declared(name).only_with_cascade:
        raise InputError(f"measure: more of {name} is neither better nor worse: choose another, e.g. conversions")
    function(progress, "progress", "launches done, launches in all")
    threads = thread_count(threads)
    if not scenario.spec.variants:
        raise InputError(f"{scenario.name} has no variants block: say how the model may be otherwise")
    if AS_WRITTEN in scenario.spec.variants:
        raise InputError(f"variants.{AS_WRITTEN}: this is the scenario itself: choose another name")
    variants = {AS_WRITTEN: scenario} | {v: scenario.override(o) for v, o in scenario.spec.variants.items()}
    rows: list[F8] = []
    total = len(variants) * len(names) * count
    for i, variant in enumerate(variants.values()):

        def report(done: int, _: int, before: int = i * len(names) * count) -> None:
            if progress is not None:
                progress(before + done, total)

        result = simulate(variant, count, luck, arms=names, threads=threads, progress=report, repeat_trust=False)
        if result.interrupted:
            raise KeyboardInterrupt
        for arm in names:
            if not np.isfinite(result.arm(arm).measures[name]).all():
                raise InputError(f"measure: {name} is not defined in every world of {arm}: choose another, e.g. shares")
        rows.append(np.stack([np.asarray(result.arm(arm).measures[name], dtype=np.float64) for arm in names]))
    found = regrets(direction * np.stack(rows))
    if direction < 0:
        found = Regrets(
            -found.means, found.regret, -found.worst, found.largest_regret, found.mean_regret, found.chance_best
        )
    return Robust(scenario.name, luck, count, name, tuple(variants), names, found, scenario.spec.currency)
