"""Which unknown is worth paying for: one run with uncertain inputs, read by ``information``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import (
    function,
    integer_at_least,
    names_of,
    number,
    path_groups,
    refuse,
    seed_number,
    thread_count,
)
from viralsim.decisions.information import (
    FEWEST_WORLDS,
    Estimate,
    consistent,
    foreseeing_luck,
    perfect_information,
    study_information,
    survey_results,
)
from viralsim.decisions.regression import F8, require_library
from viralsim.errors import InputError
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import money, percent
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.frequency import refuse_unasked
from viralsim.scenario.paths import PathError, leaf_slot, parse_path
from viralsim.simulation import simulate

if TYPE_CHECKING:
    import pandas as pd

SURVEYS = (30, 100, 300, 1000)


@dataclass(frozen=True, eq=False, repr=False)
class ValueOfInformation:
    """What a scenario's unknowns are worth before one of its arms is chosen; all values in the scenario's currency.

    expected: arm -> mean value over worlds. everything: knowing all inputs exactly, not luck. luck_too: foreseeing luck as
    well, which no study reaches. of: path or group -> knowing it alone. surveys: path -> size -> a survey of that size.
    """

    scenario_name: str
    seed: int
    worlds: int
    expected: Mapping[str, float]
    everything: Estimate
    luck_too: float
    of: Mapping[str, Estimate]
    surveys: Mapping[str, Mapping[int, float]]
    currency: str = DEFAULT_CURRENCY

    @property
    def best_now(self) -> str:
        """The arm with the highest expected value."""
        return max(self.expected, key=lambda arm: self.expected[arm])

    @property
    def evpi(self) -> float:
        """Expected value of perfect information on all inputs: also what choosing now loses on average."""
        return self.everything.value

    @property
    def evppi(self) -> pd.Series[float]:
        """Expected value of knowing one input, or one group, exactly, by path."""
        import pandas as pd

        values = {path: found.value for path, found in self.of.items()}
        return pd.Series(values, name="evppi", dtype=float).rename_axis("path")

    @property
    def evsi(self) -> pd.Series[float]:
        """Expected value of a survey, by path and number of people: ``evsi[path, 100]``; ``evsi.unstack()`` is a table."""
        import pandas as pd

        places = [(path, size) for path, row in self.surveys.items() for size in row]
        values = [self.surveys[path][size] for path, size in places]
        index = pd.MultiIndex.from_tuples(places, names=["path", "people"]) if places else None
        return pd.Series(values, index=index, name="evsi", dtype=float)

    def __repr__(self) -> str:
        return f"ValueOfInformation({self.scenario_name!r}, best now {self.best_now}, EVPI {money(self.evpi, self.currency)})"

    def to_dict(self) -> dict[str, Any]:
        """What ``viralsim value-of-information --json`` prints."""
        return {
            "scenario": self.scenario_name, "seed": self.seed, "worlds": self.worlds, "currency": self.currency,
            "best_now": self.best_now, "expected": dict(self.expected),
            "chance_of_choosing_wrong_now": self.everything.wrong,
            "expected_loss_of_choosing_now": self.evpi,
            "evpi": self.evpi, "evpi_low": self.everything.low, "evpi_high": self.everything.high,
            "foreseeing_luck": self.luck_too,
            "evppi": {path: {"value": e.value, "low": e.low, "high": e.high} for path, e in self.of.items()},
            "evsi": {path: {str(n): value for n, value in row.items()} for path, row in self.surveys.items()},
            "sentences": self.sentences(),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """The answer in plain words."""
        everything = self.everything
        ends = _ends(everything, self.currency)
        said = [
            f"Choose {self.best_now} now: it is worth {money(self.expected[self.best_now], self.currency)} on average.",
            f"For {percent(everything.wrong)} of what the inputs may be, another arm looks better on average; choosing now "
            f"loses {money(self.evpi, self.currency)} ({ends}) a launch against knowing every input. No study of the inputs is "
            "worth more.",
            f"Foreseeing luck as well would be worth {money(self.luck_too, self.currency)}: a ceiling that no study reaches.",
        ]
        return [*said, *self._advice()]

    def _advice(self) -> list[str]:
        if self.everything.low <= 0.0 and all(found.low <= 0.0 for found in self.of.values()):
            return [
                f"Stop measuring: {self.worlds:,} worlds show no input whose knowledge would change the choice for the better."
            ]
        best = max(self.of, key=lambda path: self.of[path].value)
        found = self.of[best]
        worth = f"{money(found.value, self.currency)} ({_ends(found, self.currency)})"
        said = [f"Most worth knowing: {best}, {worth} a launch if it were known exactly."]
        paying = {n: value for n, value in self.surveys.get(best, {}).items() if value > 0.0}
        if paying:
            size = max(paying)
            said.append(
                f"A survey of {size:,} people about it is worth {money(paying[size], self.currency)}: pay less than that for it."
            )
        nothing = [path for path, e in self.of.items() if e.low <= 0.0]
        if nothing:
            said.append(f"Stop measuring {', '.join(nothing)}: knowing it alone would not change the choice.")
        return said


def _ends(found: Estimate, currency: str) -> str:
    """The interval of an estimate."""
    return f"{money(found.low, currency)} to {money(found.high, currency)}"


def value_of_information(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    arms: Sequence[str] | None = None,
    measure: str = "net_usd",
    value_per_unit: float | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    surveys: Sequence[int] = SURVEYS,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ValueOfInformation:
    """What knowing the ``uncertain`` inputs of a scenario would be worth before one of its arms is chosen.

    By regression on one run (Strong, Oakley, Brennan 2014; for a study Strong, Oakley, Brennan, Breeze 2015). Values are in the
    scenario's currency per decision.

    Args:
        scenario: with an ``uncertain`` block; its arms are the choice.
        worlds: how many worlds, each with inputs of its own; the scenario's by default.
        seed: of inputs and luck; the scenario's by default.
        arms: the arms to choose from; all by default.
        measure: what counts; net_usd, or with ``value_per_unit`` another measure.
        value_per_unit: what one unit of ``measure`` is worth; the arm's cost is taken off.
        groups: name -> paths that would be learnt together.
        surveys: numbers of people asked. Of a rate each person says yes or no; of another input each gives a reading whose
            standard deviation is that of the input over worlds (assumption).
        threads: all cores by default. progress: called with (launches done, launches in all).

    Raises: InputError for wrong arguments, nothing uncertain, or a value that is the same whatever is chosen.
    """
    scenario = scenario_of(scenario)
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", FEWEST_WORLDS)
    luck = seed_number(scenario.seed if seed is None else seed)
    names = names_of(arms, "arms", scenario.arm_names)
    if len(names) < 2:
        raise InputError(f"arms: a decision is between two arms or more, got {', '.join(names)}: name another")
    _check_value(scenario, measure, value_per_unit)
    sizes = _sizes(surveys)
    function(progress, "progress", "launches done, launches in all")
    threads = thread_count(threads)
    require_library()
    if not scenario.spec.uncertain:
        raise InputError(f"{scenario.name} has no uncertain block: nothing is unknown, so nothing is worth finding out")
    result = simulate(scenario, count, luck, arms=names, threads=threads, progress=progress, repeat_trust=False)
    if result.interrupted:
        raise KeyboardInterrupt
    inputs = {path: np.asarray(values, dtype=np.float64) for path, values in result.inputs_of_world.items()}
    chosen = path_groups(groups, list(inputs))
    values = np.stack([_worth(result.arm(name), measure, value_per_unit) for name in names], axis=1)
    table = np.stack(list(inputs.values()), axis=1)
    of = {path: perfect_information(column[:, None], values) for path, column in inputs.items()}
    of |= {name: perfect_information(np.stack([inputs[p] for p in paths], 1), values) for name, paths in chosen.items()}
    everything, of = consistent(perfect_information(table, values), of)
    return ValueOfInformation(
        scenario.name, luck, count, dict(zip(names, values.mean(axis=0).tolist(), strict=True)),
        everything, foreseeing_luck(values), of,
        {path: _surveys(scenario, path, column, values, of[path], sizes, luck) for path, column in inputs.items()},
        scenario.spec.currency,
    )  # fmt: skip


def _check_value(scenario: Scenario, measure: str, value_per_unit: float | None) -> None:
    """InputError where nobody said what the outcome is worth."""
    one = declared(measure)
    refuse_unasked(scenario.spec, measure)
    if value_per_unit is not None:
        number(value_per_unit, "value_per_unit", 0.0, open_low=True, open_high=True)
        if one.name.endswith("_usd") or one.only_with_cascade:
            raise InputError(
                f"value_per_unit: {measure} has no price a unit: name a measure that counts, such as shares"
            )
    elif measure != "net_usd":
        raise InputError(
            f"measure: {measure} is no money: say value_per_unit, what one unit of it is worth in {scenario.spec.currency}"
        )
    elif not any(_earns(scenario, name) for name in scenario.arm_names):
        raise InputError(
            "value_usd: a conversion is worth nothing in any arm, so the cheapest arm is best whatever is found out: "
            "say value_usd and conversion_rate of the content, or another measure with value_per_unit"
        )


def _earns(scenario: Scenario, arm: str) -> bool:
    spec = scenario.for_arm(arm)
    return spec.content[spec.campaign.content].value_usd > 0.0


def _sizes(surveys: Sequence[int]) -> list[int]:
    if isinstance(surveys, str | bytes | Mapping) or not isinstance(surveys, Sequence | np.ndarray):
        raise refuse("surveys", "a list of numbers of people", surveys)
    return sorted({integer_at_least(n, "surveys", 1, 10_000_000) for n in surveys})


def _worth(arm: Any, measure: str, value_per_unit: float | None) -> F8:
    """What each world of an arm is worth, float64[W]."""
    counted = np.asarray(arm.measures[measure], dtype=np.float64)
    return counted if value_per_unit is None else counted * value_per_unit - arm.cost_usd()


def _surveys(
    scenario: Scenario, path: str, column: F8, values: F8, known: Estimate, sizes: list[int], seed: int
) -> dict[int, float]:
    """Size -> value of a survey about one input: 0 where knowing it exactly is worth nothing, and never more than that."""
    if known.value <= 0.0:
        return dict.fromkeys(sizes, 0.0)
    is_rate = _is_rate(scenario, path)
    rows = {}
    for size in sizes:
        # the same people answer first in a larger survey of the same seed
        results = survey_results(column, size, is_rate, np.random.default_rng([seed % 2**63, len(path)]))
        rows[size] = min(study_information(results, values).value, known.value)
    return rows


def _is_rate(scenario: Scenario, path: str) -> bool:
    try:
        quantity = leaf_slot(scenario.data, parse_path(path)).quantity
    except PathError:
        return False
    return quantity is not None and quantity.bounds() == {"ge": 0, "le": 1}
