"""Lift tests that were run elsewhere, put into a scenario: rows of ``uncertain`` inputs, weighed by how well they fit the tests.

A row is one draw of the inputs. What it expects of a test is the difference of two arms on average given the inputs, learnt from
worlds by ``ExpectedValues``, so that luck of single worlds weighs nothing. Its weight is the normal likelihood of the test's
estimate (importance sampling from the prior). ESS, the effective sample size (Kish 1965), says how many rows carry the weight.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import file_path, function, integer_at_least, one_of, seed_number, thread_count
from viralsim.atomic import write_text
from viralsim.calibration.calibrated_scenario import POSTERIOR_FILE, for_folder
from viralsim.decisions.information import FEWEST_WORLDS
from viralsim.decisions.regression import F8, ExpectedValues, require_library
from viralsim.errors import InputError
from viralsim.measurement.measures import NAMES
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import number, span
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.reading import write_yaml
from viralsim.simulation import simulate
from viralsim.tables import Column, Kind, read_table

if TYPE_CHECKING:
    import pandas as pd

FEW = 50  # rows that carry the weight: with fewer the answer is rough
FAR = 3.0  # standard errors: no row comes nearer to a test that contradicts the scenario
SCENARIO_FILE = "learnt.yaml"
COLUMNS = (
    Column("treatment", Kind.ID, ("arm", "treated"), required=True),
    Column("control", Kind.ID, ("baseline",), required=True),
    Column("measure", Kind.TEXT, ("metric", "outcome", "kpi"), required=True),
    Column("effect", Kind.NUMBER, ("lift", "estimate", "point estimate", "delta y"), required=True),
    Column("standard_error", Kind.NUMBER, ("se", "sigma", "standard error", "std error"), required=True),
)


@dataclass(frozen=True)
class LiftTest:
    """The result of one test: the total effect of ``treatment`` for all instead of ``control``, in the measure's unit."""

    treatment: str
    control: str
    measure: str
    effect: float
    standard_error: float


@dataclass(frozen=True, eq=False, repr=False)
class Learnt:
    """What tests say about the uncertain inputs.

    inputs: path -> float64[n], rows drawn before the tests. weights: float64[n], their sum is 1. expected: what each row expects
    of each test, float64[n, tests]. prior: the scenario as it was.
    """

    prior: Scenario
    seed: int
    tests: tuple[LiftTest, ...]
    inputs: dict[str, F8]
    weights: F8
    expected: F8

    @property
    def ess(self) -> float:
        """The effective sample size: between 1, where one row has all the weight, and the number of rows."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def nearest(self) -> tuple[float, ...]:
        """Of each test, how many standard errors lie between its effect and the row that comes nearest."""
        return tuple(
            float(np.abs(column - test.effect).min() / test.standard_error)
            for column, test in zip(self.expected.T, self.tests, strict=True)
        )

    def __repr__(self) -> str:
        return f"Learnt({self.prior.name!r}, {len(self.tests)} tests, ESS {self.ess:.0f} of {len(self.weights)})"

    def ranges(self) -> dict[str, dict[str, list[float]]]:
        """Path -> 5, 50 and 95 % quantiles ``before`` and ``after`` the tests."""
        levels = [0.05, 0.5, 0.95]
        return {
            path: {"before": np.quantile(values, levels).tolist(), "after": _weighted(values, self.weights, levels)}
            for path, values in self.inputs.items()
        }

    def posterior(self) -> pd.DataFrame:
        """As many rows as were drawn, each as often as its weight says (systematic resampling; Kitagawa 1996)."""
        import pandas as pd

        count = len(self.weights)
        start = np.random.default_rng([self.seed, 5]).random()
        ends = np.cumsum(self.weights)
        rows = np.searchsorted(ends / ends[-1], (start + np.arange(count)) / count).clip(0, count - 1)
        rows = np.random.default_rng([self.seed, 6]).permutation(rows)  # worlds take rows in order
        return pd.DataFrame({path: values[rows] for path, values in self.inputs.items()})

    def sentences(self) -> list[str]:
        """What was learnt, and how far it can be trusted."""
        said = []
        for path, found in self.ranges().items():
            before, after = found["before"], found["after"]
            said.append(
                f"{path}: {number(after[1])} ({span(after[0], after[2])}) after the tests, "
                f"{number(before[1])} ({span(before[0], before[2])}) before."
            )
        said.append(f"Effective sample size: {number(self.ess)} of {len(self.weights):,} rows.")
        return [*said, *self.warnings()]

    def warnings(self) -> list[str]:
        """What makes the answer rough or doubtful."""
        said = []
        for test, away in zip(self.tests, self.nearest, strict=True):
            if away > FAR:
                unit = declared(test.measure).unit_in(self.prior.spec.currency)
                said.append(
                    f"The test of {test.treatment} against {test.control} ({number(test.effect)} {unit}) "
                    f"contradicts the scenario: no row comes nearer than {number(away)} of its standard errors. Widen the "
                    "uncertain ranges, or doubt the test; do not use these rows."
                )
        if self.ess < FEW:
            said.append(f"Fewer than {FEW} rows carry the weight: run more worlds before you rely on this.")
        return said

    def to_dict(self) -> dict[str, Any]:
        """What ``viralsim learn --json`` prints."""
        return {
            "scenario": self.prior.name, "seed": self.seed, "rows": len(self.weights), "ess": self.ess,
            "tests": [{**asdict(t), "nearest": n} for t, n in zip(self.tests, self.nearest, strict=True)],
            "inputs": self.ranges(), "sentences": self.sentences(), "warnings": self.warnings(),
        }  # fmt: skip

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write ``posterior.csv``, ``weights.csv`` and ``learnt.yaml``, a scenario that draws these rows, each whole."""
        import pandas as pd

        target = file_path(folder, "folder")
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{target}: cannot be written ({error.strerror}): choose another folder") from None
        weighed = pd.DataFrame({**self.inputs, "weight": self.weights})
        write_text(target / "weights.csv", weighed.to_csv(index=False, lineterminator="\n"))
        write_text(target / POSTERIOR_FILE, self.posterior().to_csv(index=False, lineterminator="\n"))
        bare = self.prior.with_data({**self.prior.data, "uncertain": {}})
        write_text(target / SCENARIO_FILE, write_yaml(for_folder(bare, Path(target))))


def _weighted(values: F8, weights: F8, levels: Sequence[float]) -> list[float]:
    """Quantiles of weighted values: the smallest value with at least that part of the weight up to it."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    return [float(values[order][np.searchsorted(ends, level * ends[-1])]) for level in levels]


def importance_weights(expected: F8, tests: Sequence[LiftTest]) -> F8:
    """Weights of rows, float64[n] with the sum 1, from what they expect of each test, float64[n, tests]."""
    off = (expected - [test.effect for test in tests]) / [test.standard_error for test in tests]
    log = -0.5 * (off**2).sum(axis=1)
    weights = np.exp(log - log.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def read_lift_tests(path: str | os.PathLike[str], scenario: Scenario) -> tuple[LiftTest, ...]:
    """Tests from a CSV with the columns of ``COLUMNS``; InputError with file and line for what the scenario does not know."""
    table = read_table(file_path(path, "tests"), COLUMNS)
    effects, errors = (table.numbers(name, low=-np.inf) for name in ("effect", "standard_error"))
    arms, found = scenario.arm_names, []
    words = zip(*(table.texts(name) for name in ("treatment", "control", "measure")), strict=True)
    for row, (treatment, control, measure) in enumerate(words):
        for column, arm in (("treatment", treatment), ("control", control)):
            if arm not in arms:
                raise table.refusal(row, column, f"is no arm of the scenario: write {' or '.join(arms)}")
        if treatment == control:
            raise table.refusal(row, "control", "is the treatment itself: name another arm")
        if np.isnan(effects[row]):
            raise table.refusal(row, "effect", "is missing: write a number")
        if not errors[row] > 0.0:
            raise table.refusal(row, "standard_error", "must be a number above 0")
        try:
            one_of(measure, "measure", _measures())
        except InputError as error:
            raise table.refusal(row, "measure", str(error)) from None
        found.append(LiftTest(treatment, control, measure, float(effects[row]), float(errors[row])))
        again = next((at for at, one in enumerate(found[:-1]) if _is_same(one, found[-1])), None)
        if again is not None:
            raise table.refusal(row, "effect", f"is the test of line {table.lines[again]} once more: keep one of them")
    return tuple(found)


def _is_same(one: LiftTest, other: LiftTest) -> bool:
    """Whether two rows are one test, written either way round."""
    turned = LiftTest(one.control, one.treatment, one.measure, -one.effect, one.standard_error)
    return other in (one, turned)


def _measures() -> list[str]:
    return [name for name in NAMES if not declared(name).only_with_cascade]


def learn(
    scenario: Scenario | str | os.PathLike[str],
    tests: Sequence[LiftTest] | str | os.PathLike[str],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Learnt:
    """Weigh the rows of a scenario's ``uncertain`` inputs by lift tests.

    Args:
        scenario: with an ``uncertain`` block, and the tests' arms.
        tests: what was found, or a CSV with the columns treatment, control, measure, effect, standard_error.
        worlds: rows; the scenario's worlds by default. seed: of the rows and of luck; the scenario's by default.
        progress: called with (launches done, launches in all).

    Raises: InputError for wrong arguments or tests, or a scenario in which nothing is uncertain.
    """
    scenario = scenario_of(scenario)
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", FEWEST_WORLDS)
    luck = seed_number(scenario.seed if seed is None else seed)
    function(progress, "progress", "launches done, launches in all")
    threads = thread_count(threads)
    require_library()
    found = read_lift_tests(tests, scenario) if isinstance(tests, str | os.PathLike) else tuple(tests)
    if not found or not all(isinstance(test, LiftTest) for test in found):
        raise InputError("tests: give one LiftTest or more, or a CSV with a row per test")
    if not scenario.spec.uncertain:
        raise InputError(f"{scenario.name} has no uncertain block: nothing can be learnt about what is taken for known")
    names = tuple(dict.fromkeys(arm for test in found for arm in (test.treatment, test.control)))
    for arm in names:
        one_of(arm, "tests", scenario.arm_names)
    result = simulate(scenario, count, luck, arms=names, threads=threads, progress=progress, repeat_trust=False)
    if result.interrupted:
        raise KeyboardInterrupt
    inputs = {path: np.asarray(values, dtype=np.float64) for path, values in result.inputs_of_world.items()}
    differences = np.stack(
        [result.arm(t.treatment).measures[t.measure] - result.arm(t.control).measures[t.measure] for t in found], axis=1
    )
    table = np.stack(list(inputs.values()), axis=1)
    expected = ExpectedValues(table, differences)(table)
    return Learnt(scenario, luck, found, inputs, importance_weights(expected, found), expected)
