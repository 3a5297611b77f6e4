"""The front door: a scenario in, every arm in the same worlds, a result out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viralsim.arguments import flag, function, integer_at_least, names_of, refuse, seed_number, thread_count
from viralsim.campaign.accounting import expected_cost_lines
from viralsim.campaign.compile import Arm
from viralsim.campaign.preflight import vital_signs
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError, ScenarioError
from viralsim.kernels.batch import run_worlds
from viralsim.measurement.sequential import sentence
from viralsim.records.merge import keep_worlds
from viralsim.records.record import ArmOutcomes
from viralsim.scenario.costs import unequal_money
from viralsim.scenario.inputs import inputs_of
from viralsim.scenario.loading import scenario_of
from viralsim.scenario.own_rules import digests
from viralsim.scenario.study import Until
from viralsim.simulation.all_arms import asked_first, left_out, run_all, run_arms, run_others
from viralsim.simulation.ends_of_inputs import refuse_ends_that_do_not_fit
from viralsim.simulation.run import (
    Progress,
    Run,
    audience_of,
    bytes_kept,
    compile_arms,
    compile_audience,
    draw_inputs,
    join,
    refuse_what_does_not_fit,
)
from viralsim.simulation.trusts_at_one import measures_with_trusts_at_one

if TYPE_CHECKING:
    from viralsim.results import Result
    from viralsim.scenario import Scenario


class Description(NamedTuple):
    """What is known of a scenario before it runs. lines: vital signs. cost_lines: arm -> line -> money."""

    lines: list[str]
    warnings: list[str]
    cost_lines: dict[str, dict[str, float]]


MOST_WORLDS = 10_000_000


def describe(scenario: Scenario) -> Description:
    """The vital signs, warnings and costs of a scenario before it runs, for ``viralsim check``.

    Raises: whatever ``simulate`` would raise with the scenario's own worlds, seed and arms.
    """
    refuse_ends_that_do_not_fit(scenario)
    compiled = compile_audience(scenario)
    arms = compile_arms(scenario, compiled)
    refuse_unequal_money(scenario, arms)
    refuse_what_does_not_fit(scenario.worlds, arms.values())
    lines, warnings = vital_signs(scenario, compiled, arms)
    messages = [str(message) for message in compiled.population.messages]
    kept = bytes_kept(scenario.worlds, arms.values()) / 1e6
    lines = [*lines, f"memory of a run: {scenario.worlds:,} worlds of {len(arms)} arms keep at most {kept:,.0f} MB"]
    return Description(lines, [*messages, *warnings], {name: expected_cost_lines(arm) for name, arm in arms.items()})


def refuse_unequal_money(scenario: Scenario, arms: Mapping[str, Arm]) -> None:
    """ScenarioError where ``equal_money`` asks arms that run to cost the same and they do not."""
    asked = scenario.spec.equal_money
    if asked is False:
        return
    costs = {name: sum(expected_cost_lines(arm).values()) for name, arm in arms.items()}
    unequal = unequal_money(costs, scenario.spec.currency, scenario.spec.baseline, asked)
    if unequal:
        raise scenario.placed(ScenarioError(unequal))


def simulate(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    seed: int | None = None,
    *,
    arms: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    repeat_trust: bool = True,
    what_turns_it: bool = False,
    until: Until | Mapping[str, Any] | None = None,
    on_answer: Callable[[Result], None] | None = None,
) -> Result:
    """Run every arm of a scenario in the same worlds.

    Args:
        scenario: what ``viralsim.load`` returned, or the path of a scenario file.
        worlds: how many worlds (numbers 0 to worlds - 1); the scenario's own by default. With ``until`` the most.
        seed: seed of the luck; the audience keeps the scenario's seed.
        arms: names of the arms to run; all by default. An arm run alone has the worlds that it has among others.
        threads: threads; all cores by default. Results do not depend on it.
        progress: called with (launches done, launches in all).
        repeat_trust: where some trust is not 1, run the arms again with every trust at 1, for the verdict.
        what_turns_it: run the two arms asked about again with each input changed, for what would overturn the answer
            (``Result.moves`` and ``.switching_values``), as ``viralsim run`` does.
        until: stop as soon as an interval is narrow enough: ``{"measure": "shares", "half_width": 0.05}`` as in a scenario's
            ``worlds.until``, which holds where ``worlds`` is not given. What was found is in ``vital_signs``; "cannot tell
            at this budget" in ``warnings``.
        on_answer: called with the answer before the rest is run, which takes longer: where it is known which two
            arms are in question, with the result of these and the baseline. Called again if all arms put other two in question.

    Returns: ``Result``; after KeyboardInterrupt with the worlds that all arms finished, and ``interrupted`` set. With ``on_answer``
        that leaves out arms that the answer is not about, where they were not finished.

    Raises: InputError for wrong arguments, ScenarioError where the scenario cannot be built.
    """
    from viralsim.results import Result

    started = time.perf_counter()
    flag(repeat_trust, "repeat_trust")
    flag(what_turns_it, "what_turns_it")
    function(on_answer, "on_answer", "result")
    scenario = scenario_of(scenario)
    run = _prepare(scenario, worlds, seed, arms, threads, progress)
    run.until = _until_of(scenario, worlds, until)
    refuse_ends_that_do_not_fit(scenario)
    compiled_audiences = [compile_audience(scenario, p, run.threads) for p in range(scenario.spec.populations)]
    first_arms = compile_arms(scenario, compiled_audiences[0])
    signs, warnings = vital_signs(scenario, compiled_audiences[0], first_arms)
    asked = {name: first_arms[name] for name in run.names}
    refuse_unequal_money(scenario, asked)
    refuse_what_does_not_fit(len(run.worlds), asked.values())
    set_up = time.perf_counter()
    _compile(run, first_arms)
    compiled = time.perf_counter()
    inputs = draw_inputs(scenario, run.seed, run.worlds)
    first = run.names if on_answer is None else asked_first(run, first_arms)
    run_arms(run, first, compiled_audiences, inputs)
    told = None
    if on_answer is not None and first != run.names and not run.interrupted:
        told = Result(**_record(replace(run, names=first), compiled_audiences, inputs, signs, warnings))
        if _is_about(told, first):
            on_answer(told)
        else:
            told = None
        run_others(run, compiled_audiences, inputs)
    run, warnings = _without_unfinished(run, first, warnings)
    timing = _timing(run, started, set_up, compiled, time.perf_counter())
    result = Result(**_record(run, compiled_audiences, inputs, signs, warnings), timing=timing)
    if on_answer is not None and (told is None or _asked(told) != _asked(result)):
        on_answer(result)
    if repeat_trust and not run.interrupted:
        try:
            result = result.with_fields(trusts_at_one=measures_with_trusts_at_one(run, compiled_audiences, _watch(run)))
        except KeyboardInterrupt:  # the answer is finished, and stays
            return _stopped(result)
    if what_turns_it and not run.interrupted and result.question is not None:
        return _with_what_turns_it(result, run, compiled_audiences)
    return result


def _without_unfinished(run: Run, first: tuple[str, ...], warnings: list[str]) -> tuple[Run, list[str]]:
    """The run without the arms that were to come after ``first``, where someone stopped them, and the warnings with that said."""
    if not run.interrupted or first == run.names:
        return run, warnings
    note = f"stopped while other arms were running; left out: {', '.join(left_out(run, first))}"
    return replace(run, names=first, raw={name: run.raw[name] for name in first}), [*warnings, note]


def _timing(run: Run, started: float, set_up: float, compiled: float, simulated: float) -> dict[str, float]:
    return {
        "setup_s": set_up - started,
        "compile_s": compiled - set_up,
        "simulate_s": simulated - compiled,
        "worlds_per_s": run.total / max(simulated - compiled, 1e-9),
    }


def _is_about(result: Result, names: Sequence[str]) -> bool:
    """Whether the answer is about the arms that were run for it: those of equal cost by the plan may not have cost the same."""
    baseline = result.baseline or next(iter(result.arms))
    return {*(_asked(result) or ()), baseline} == set(names)


def _asked(result: Result) -> tuple[str, str] | None:
    return None if result.question is None else result.question.arms


def _with_what_turns_it(result: Result, run: Run, compiled_audiences: list[CompiledAudience]) -> Result:
    """The result with what each input does to the pair asked about; assumptions in the order of what they move."""
    from viralsim.simulation.pair import Pair
    from viralsim.simulation.switching_values import switching_values

    assert result.question is not None
    pair = Pair(run.scenario, compiled_audiences, result.question.arms, run.seed, run.threads, result.arms)
    if (watch := _watch(run)) is not None:
        pair.watch = partial(watch, 0, 0)
    moves, turns = switching_values(pair, result.question.measure, len(run.worlds))
    order = {move.path: i for i, move in enumerate(moves)}
    ranked = sorted(result.assumptions, key=lambda one: order.get(one[0], len(order)))
    found = result.with_fields(moves=moves, switching_values=turns, assumptions=ranked)
    return _stopped(found) if pair.stopped else found


def _watch(run: Run) -> Progress | None:
    """The caller's progress, all launches of the answer done, for work that comes after it: it may stop that too."""
    progress = run.progress
    return None if progress is None else lambda done, total: progress(run.total, run.total)


def _stopped(result: Result) -> Result:
    """The finished answer, marked: what would overturn it was not looked for to the end."""
    note = "stopped before everything that could overturn the answer was looked at; the simulations are complete"
    return result.with_fields(interrupted=True, warnings=[*result.warnings, note])


def launch(
    scenario: Scenario,
    compiled_audiences: list[CompiledAudience],
    names: Sequence[str],
    worlds: int,
    seed: int,
    threads: int = 1,
    specs: Mapping[str, Any] | None = None,
    first: int = 0,
    series: bool = False,
) -> dict[str, ArmOutcomes]:
    """``worlds`` worlds from ``first`` on of some arms, on audiences that are built; nothing is said about them.

    ``specs``: every arm's after its overlay, where they are known; ``series``: keep those per tick. Raises KeyboardInterrupt
    where someone stopped it.
    """
    numbers = np.arange(first, first + worlds, dtype=np.int64)
    run = Run(scenario, seed, numbers, tuple(names), threads, None, series=series)
    run_all(run, compiled_audiences, specs)
    return {name: join(run, name)[0] for name in names}


def _prepare(
    scenario: Scenario,
    worlds: int | None,
    seed: int | None,
    arms: Sequence[str] | None,
    threads: int | None,
    progress: Progress | None,
) -> Run:
    count = integer_at_least(scenario.worlds if worlds is None else worlds, "worlds", 1, MOST_WORLDS)
    luck = seed_number(scenario.seed if seed is None else seed)
    names = names_of(arms, "arms", scenario.arm_names)
    function(progress, "progress", "launches done, launches in all")
    return Run(scenario, luck, np.arange(count, dtype=np.int64), names, thread_count(threads), progress)


def _until_of(scenario: Scenario, worlds: int | None, until: Until | Mapping[str, Any] | None) -> Until | None:
    """When to stop: as the caller says, else as the scenario says where the caller gave no number of worlds."""
    if until is None:
        return scenario.until if worlds is None else None
    if scenario.spec.populations > 1:
        raise InputError("until: more worlds do not tell what more audiences would: set populations to 1")
    if not isinstance(until, Mapping | Until):
        raise refuse("until", 'a mapping such as {"measure": "shares", "half_width": 0.05}, or None', until)
    given = until if isinstance(until, Mapping) else until.model_dump()
    most = scenario.worlds if worlds is None else worlds
    return scenario.override({"worlds": {"at_most": most, "until": dict(given)}}).until


def _compile(run: Run, arms: Mapping[str, Arm]) -> None:
    """Run one world so that compiling is not counted as simulating."""
    run_worlds(arms[run.names[0]].world, run.seed, run.worlds[:1], series_worlds=0, in_all=len(run.worlds))


def _record(
    run: Run, compiled_audiences: list[CompiledAudience], inputs: dict[str, Any], signs: list[str], warnings: list[str]
) -> dict[str, Any]:
    """Everything a result holds, for the first worlds that all arms finished."""
    from viralsim.records.record import Goal, PopulationSummary
    from viralsim.versions import versions

    scenario, spec = run.scenario, run.scenario.spec
    joined = {name: join(run, name) for name in run.names}
    done = np.all([d for _, d in joined.values()], axis=0)
    done = np.logical_and.accumulate(
        done
    )  # up to the first gap: world k stays row k, and N worlds are those of a run of N
    count = int(done.sum())
    if count == 0:
        raise KeyboardInterrupt
    arms = {name: worlds if done.all() else keep_worlds(worlds, done) for name, (worlds, _) in joined.items()}
    compiled = compiled_audiences[0]
    audience = compiled.population.audience
    notes = list(getattr(compiled.population, "messages", []) or [])
    if run.until is not None:
        said = [(found.enough, sentence(found, run.until.measure, count)) for found in run.last_looks]
        signs = [*signs, *(text for enough, text in said if enough)]
        warnings = [*warnings, *(text for enough, text in said if not enough)]
    return {
        "scenario_name": scenario.name,
        "about": spec.about or "",
        "fingerprint": scenario.fingerprint,
        "seed": run.seed,
        "world_count": count,
        "tick_hours": float(spec.tick),
        "population": PopulationSummary(
            members=compiled.audience_members,
            communities=int(audience.community.max(initial=0)) + 1,
            follows={c: n.follows for c, n in zip(compiled.channels, compiled.networks, strict=True)},
            count=len(compiled_audiences),
            imported=any(spec.channels[c].network.file is not None for c in compiled.channels),
            prospects=compiled.prospects,
        ),
        "arms": arms,
        "baseline": spec.baseline if spec.baseline in run.names else None,
        "goal": None if spec.goal is None else Goal(**spec.goal.model_dump(exclude={"among"})),
        "goals": dict(spec.goals),
        "asked_arms": () if spec.question is None else spec.question.compare,
        "viral_when": _criterion(spec.viral_when),
        "flop_when": _criterion(spec.flop_when),
        "warnings": [*notes, *warnings],
        "currency": spec.currency,
        "vital_signs": signs,
        "assumptions": _assumptions(scenario, run.names),
        "populations_of_world": audience_of(run.worlds[:count], len(compiled_audiences)),
        "uncertain": bool(inputs),
        "inputs_of_world": {path: values[:count] for path, values in inputs.items()},
        "joint_inputs": tuple(path for path in inputs if path not in spec.ranges),
        "calibration": {} if spec.calibration is None else spec.calibration.model_dump(mode="json", by_alias=True),
        "scenario_yaml": scenario.to_yaml(),
        "scenario_file": scenario.origin.file,
        "versions": versions(spec.law),
        "interrupted": run.interrupted,
        "rules": digests([scenario.for_arm(name) for name in run.names]),
    }


def _assumptions(scenario: Scenario, names: Sequence[str]) -> list[tuple[str, Any, str]]:
    """(path, value, source) of what the answer rests on, in any of the arms: the user's own numbers, then what is filled in."""
    own = {one.path: (one.path, one.value, one.source) for one in inputs_of(scenario)}
    filled = {path: (path, value, source) for name in names for path, value, source in scenario.assumptions(name)}
    return list((own | filled).values())


def _criterion(rule: Any) -> dict[str, float] | None:
    """``viral_when`` or ``flop_when`` as one name and number."""
    if rule is None:
        return None
    return {name: float(value) for name, value in rule.model_dump().items() if value is not None}
