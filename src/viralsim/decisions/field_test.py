"""Which test in the field would settle it: designs and estimators judged against the true effect, which the model knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import function, integer_at_least, names_of, number, one_of, seed_number, thread_count
from viralsim.atomic import write_text
from viralsim.decisions.designs import UNITS, Design, design_of
from viralsim.decisions.estimators import Estimated
from viralsim.decisions.field_test_words import sentences_of
from viralsim.decisions.partial_arm import Pair, refuse_whole_differences
from viralsim.decisions.power import VALID, Quality, Repeated, is_unbiased, is_valid, quality, repeated
from viralsim.decisions.regression import F8
from viralsim.errors import InputError
from viralsim.kernels.arrays.limits import check_arm_inputs
from viralsim.kernels.member_counts import Tally, grouped_world
from viralsim.measurement.intervals import mean_interval
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.programme_checks import refuse_programme
from viralsim.scenario.study import FieldTest
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_arms, compile_audience, draw_inputs

if TYPE_CHECKING:
    import pandas as pd

MEASURES = tuple(tally.name.lower() for tally in Tally)
FEWEST_WORLDS = 20
COSTED_WORLDS = 20  # worlds whose assignments say what a test costs


@dataclass(frozen=True)
class JudgedDesign:
    """One unit with one estimator: its quality, and days and cost of the test.

    repeated: how often it would have to be run to see the effect that matters; None where too often, or it is not known.
    """

    unit: str
    estimator: str
    units: int
    quality: Quality
    days: float
    cost: float
    repeated: Repeated | None = None

    @property
    def name(self) -> str:
        """Unit and estimator."""
        return f"{self.unit}, {self.estimator}"

    def row(self) -> dict[str, Any]:
        """Plain values, None where something cannot be told."""
        return {
            "unit": self.unit, "estimator": self.estimator, "units": self.units, **asdict(self.quality),
            "days": self.days, "cost": self.cost, "launches": None if self.repeated is None else self.repeated.launches,
        }  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class FieldTestReport:
    """What each design of a field test would find; effects are totals over the audience, in the measure's unit.

    effect, low, high: all treated minus none, mean over worlds with its 95 % interval. matters: the effect that power is asked
    at. notes: units that were asked for and cannot be assigned. plan: columns of the recommended assignment.
    """

    scenario_name: str
    seed: int
    worlds: int
    test: FieldTest
    measure: str
    effect: float
    low: float
    high: float
    matters: float
    judged: tuple[JudgedDesign, ...]
    notes: tuple[str, ...]
    plan: Mapping[str, Sequence[Any]]
    currency: str = DEFAULT_CURRENCY

    @property
    def designs(self) -> pd.DataFrame:
        """A row per unit and estimator: bias, sd, power, smallest_effect, days, cost and more."""
        import pandas as pd

        table = pd.DataFrame([design.row() for design in self.judged])
        words = ("unit", "estimator")
        return table.astype({name: float for name in table.columns if name not in words})

    @property
    def usable(self) -> tuple[JudgedDesign, ...]:
        """Designs with little bias whose intervals keep their promise, and that see some effect."""
        return tuple(d for d in self.judged if is_valid(d.quality, self.effect))

    def is_unbiased(self, design: JudgedDesign) -> bool:
        """Whether a design has little bias, or none that the worlds played would show."""
        return is_unbiased(design.quality, self.effect)

    @property
    def repeatable(self) -> tuple[JudgedDesign, ...]:
        """Designs with little bias that see the effect that matters if repeated, with an interval that keeps its promise."""
        return tuple(
            d for d in self.judged
            if d.repeated is not None and d.repeated.coverage >= VALID and self.is_unbiased(d)
        )  # fmt: skip

    @property
    def recommended(self) -> JudgedDesign:
        """Of the usable designs the one that sees the smallest effect; else the one that costs least if it is repeated until it
        sees the effect that matters; else the one that is least wrong, without bias where there is one.
        """

        def smallest(design: JudgedDesign) -> float:
            found = design.quality.smallest_effect
            return np.inf if found is None else abs(found)

        def wrong(design: JudgedDesign) -> tuple[bool, float]:
            q = design.quality
            off = np.inf if q.bias is None or q.sd is None else float(np.hypot(q.bias, q.sd))
            return not is_unbiased(q, self.effect), off

        if self.usable:
            return min(self.usable, key=smallest)
        return min(
            self.repeatable, key=lambda d: (_launches(d) * d.cost, _launches(d)), default=min(self.judged, key=wrong)
        )

    def __repr__(self) -> str:
        return (
            f"FieldTestReport({self.scenario_name!r}, {len(self.judged)} designs, recommended {self.recommended.name})"
        )

    def sentences(self) -> list[str]:
        """The recommendation in plain words."""
        return sentences_of(self)

    def to_dict(self) -> dict[str, Any]:
        """What ``viralsim field-test --json`` prints."""
        return {
            "scenario": self.scenario_name, "seed": self.seed, "worlds": self.worlds,
            "treatment": self.test.treatment, "control": self.test.control, "measure": self.measure,
            "share": self.test.share, "matters": self.matters,
            "truth": {"effect": self.effect, "ci_low": self.low, "ci_high": self.high},
            "designs": [design.row() for design in self.judged],
            "recommended": self.recommended.name, "notes": list(self.notes), "sentences": self.sentences(),
        }  # fmt: skip

    def save_plan(self, path: str | Path) -> Path:
        """Write who is in which group, for the recommended unit, as CSV."""
        import pandas as pd

        text = pd.DataFrame(dict(self.plan)).to_csv(index=False, lineterminator="\n")
        write_text(Path(path), text)
        return Path(path)


def _launches(design: JudgedDesign) -> int:
    return 1 if design.repeated is None else design.repeated.launches


def field_test(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    treatment: str | None = None,
    control: str | None = None,
    measure: str | None = None,
    units: Sequence[str] | None = None,
    share: float | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FieldTestReport:
    """Judge designs of a field test: each is played in many worlds, in each with an assignment of its own.

    Clusters and exposure after Ugander, Karrer, Backstrom, Kleinberg (2013) and Eckles, Karrer, Ugander (2017).

    Args:
        scenario: with a ``field_test`` block, or with the arms named here.
        worlds: repetitions of each design, at least 20; the scenario's worlds by default. seed: of luck and assignments.
        treatment, control: arms that differ in paid lines and advocates alone.
        measure: reach, earned_reach, impressions, shares or conversions; the goal's by default.
        units: of member, community, channel, time (days), advocate; share: the part of the units that is treated.
        threads: all cores by default. progress: called with (launches done, launches in all).

    Raises: InputError for wrong arguments, arms that cannot be given to a part, or units of which none can be assigned.
    """
    scenario = scenario_of(scenario)
    refuse_programme(scenario.spec, "field_test tries")
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", FEWEST_WORLDS)
    luck = seed_number(scenario.seed if seed is None else seed)
    test = _test_of(scenario, treatment, control, units, share)
    name = _measure_of(scenario, test.measure if measure is None else measure)
    function(progress, "progress", "launches done, launches in all")
    threads = thread_count(threads)
    if scenario.spec.populations > 1:
        raise InputError("populations: a test is run in one audience: set populations to 1")
    compiled = compile_audience(scenario)
    arms = compile_arms(scenario, compiled, (test.treatment, test.control))
    refuse_whole_differences(arms[test.treatment], arms[test.control])
    check_arm_inputs(arms[test.treatment].world)
    pair = Pair(compiled, arms[test.treatment], arms[test.control])
    designs, notes = _designs(pair, test, name, luck)
    truth = launch(scenario, [compiled], (test.treatment, test.control), count, luck, threads)
    effects = np.asarray(truth[test.treatment].measures[name] - truth[test.control].measures[name], dtype=np.float64)
    found, costs = _play(scenario, pair, test, name, designs, count, luck, threads, progress)
    effect, low, high = mean_interval(effects)
    goal = scenario.spec.goal
    matters = (
        goal.matters_from if goal is not None and goal.measure == name and goal.matters_from > 0.0 else abs(effect)
    )
    aim, unsure = float(np.copysign(matters, effect)), bool(scenario.spec.uncertain)
    judged = []
    for d, design in enumerate(designs):
        for e, estimator in enumerate(design.estimators):
            own = [row[d][e] for row in found]
            judged.append(
                JudgedDesign(
                    design.unit, estimator, design.units, quality(own, effects, aim, unsure), scenario.spec.horizon / 24.0,
                    float(costs[:, d].mean()), repeated(own, effects, aim, unsure, luck),
                )
            )  # fmt: skip
    report = FieldTestReport(
        scenario.name,
        luck,
        count,
        test,
        name,
        effect,
        low,
        high,
        matters,
        tuple(judged),
        tuple(notes),
        {},
        scenario.spec.currency,
    )
    chosen = next(design for design in designs if design.unit == report.recommended.unit)
    return FieldTestReport(**{**vars(report), "plan": _plan(chosen, pair, luck)})


def _test_of(
    scenario: Scenario, treatment: str | None, control: str | None, units: Sequence[str] | None, share: float | None
) -> FieldTest:
    """The ``field_test`` block with what the caller says instead."""
    written = scenario.spec.field_test
    for word, arm in (("treatment", treatment), ("control", control)):
        if arm is not None:
            one_of(arm, word, scenario.arm_names)
        elif written is None:
            raise InputError(f"{word}: {scenario.name} has no field_test block: add it, or name the arm")
    names = (
        names_of(units, "units", UNITS) if units is not None else written.units if written else ("member", "community")
    )
    part = number(share, "share", 0.0, 1.0, open_low=True, open_high=True) if share is not None else None
    asked = {
        "treatment": treatment or (written and written.treatment),
        "control": control or (written and written.control),
        "units": tuple(dict.fromkeys(names)),
        "share": part if part is not None else written.share if written else 0.5,
        "measure": written.measure if written else None,
    }
    if asked["treatment"] == asked["control"]:
        raise InputError(f"control: {asked['control']!r} is the treatment itself: name another arm")
    return FieldTest.model_validate(asked)


def _measure_of(scenario: Scenario, measure: str | None) -> str:
    if measure is None:
        if scenario.spec.goal is None:
            raise InputError("measure: the scenario has no goal: say what is counted, e.g. conversions")
        measure = scenario.spec.goal.measure
    return one_of(measure, "measure", MEASURES)


def _designs(pair: Pair, test: FieldTest, measure: str, seed: int) -> tuple[list[Design], list[str]]:
    """The designs that can be assigned, and why others cannot; InputError where none can."""
    designs, notes = [], []
    for unit in test.units:
        rng = np.random.default_rng([seed, UNITS.index(unit), 1])
        try:
            designs.append(design_of(unit, pair, test.share, measure, rng, _has_before(pair)))
        except InputError as error:
            notes.append(str(error))
    if not designs:
        raise InputError(notes[0])
    return designs, notes


def _has_before(pair: Pair) -> bool:
    """Whether a programme of the arms has a launch before the one that is tested."""
    tiers = (arm.spec.campaign.advocates for arm in (pair.treatment, pair.control))
    return any(tier is not None and tier.programme.launches > 1 for tier in tiers)


def _play(
    scenario: Scenario, whole: Pair, test: FieldTest, measure: str, designs: list[Design], worlds: int,
    seed: int, threads: int, progress: Callable[[int, int], None] | None,
) -> tuple[list[list[list[Estimated]]], F8]:  # fmt: skip
    """Estimates by world, design and estimator, and costs, float64[worlds with an estimate, designs]."""
    names, compiled = (test.treatment, test.control), whole.compiled
    inputs = draw_inputs(scenario, seed, np.arange(worlds, dtype=np.int64))
    certain = None if inputs else whole
    everyone = np.arange(compiled.members)

    def world(i: int) -> tuple[list[list[Estimated]], list[float]]:
        own = scenario.override({path: float(values[i]) for path, values in inputs.items()}) if inputs else scenario
        pair = certain or Pair(compiled, *compile_arms(own, compiled, names).values())
        rows, costs, before = [], [], None
        if any(design.has_before for design in designs):  # the same inputs, the luck of another world
            before = grouped_world(pair.control.world, seed, worlds + i, everyone, compiled.members)
        for design in designs:
            assigned = design.assign(np.random.default_rng([seed, UNITS.index(design.unit), 2, i]))
            treated = design.treated(assigned)
            part = pair.part(treated)
            counted = grouped_world(part.world, seed, i, everyone, compiled.members)
            rows.append(design.estimates(assigned, counted, measure, before))
            if i < COSTED_WORLDS:
                costs.append(pair.cost_usd(part, treated))
        return rows, costs

    found, costs = [], []
    with ThreadPoolExecutor(threads) as pool:
        try:
            for i, (rows, paid) in enumerate(pool.map(world, range(worlds))):
                found.append(rows)
                if paid:
                    costs.append(paid)
                if progress is not None:
                    progress((i + 1) * len(designs), worlds * len(designs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return found, np.array(costs, dtype=np.float64)


def _plan(design: Design, pair: Pair, seed: int) -> dict[str, list[Any]]:
    """Who is in which group: a row per member, channel, day or advocate."""
    compiled = pair.compiled
    assigned = design.assign(np.random.default_rng([seed, UNITS.index(design.unit), 3]))
    groups = np.where(assigned, "treatment", "control")
    if design.unit == "channel":
        return {"channel": list(compiled.channels), "group": groups.tolist()}
    if design.unit == "time":
        return {"day": list(range(1, design.units + 1)), "group": groups.tolist()}
    if design.unit == "advocate":
        return {"advocate": [str(one) for one in pair.treatment.enrolment.handles], "group": groups.tolist()}
    assert design.exposure is not None
    ids = compiled.population.audience.ids
    members = np.arange(compiled.members) if ids is None else np.asarray(ids)
    return {
        "member": members.tolist(),
        "community": np.asarray(compiled.population.audience.community).tolist(),
        "group": groups[design.exposure.unit_of].tolist(),
    }
