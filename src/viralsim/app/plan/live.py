"""The answer beside the sliders: as many simulations as a moment has room for, then the scenario's own number."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viralsim.app import limits
from viralsim.app.work import Answer, ArmNumbers, Question, watched_run
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import number

if TYPE_CHECKING:
    from viralsim.results import Result

LIVE_S = 1.5  # seconds that a live answer may take once the audience is built
FIRST, MOST = 10, 100  # simulations
SENSITIVITY_WORLDS = 100
MOST_MOVES = 8


@dataclass(frozen=True)
class Moved:
    """An assumption and how much of the answer hangs on it. said: in words. size: in the unit of the goal's measure."""

    path: str
    value: float
    size: float
    said: str


def live(question: Question) -> Answer:
    """The answer of a few simulations: 10, or 100 where there is time. InputError where even they are too much."""
    from viralsim.simulation.front import simulate

    scenario = question.scenario()
    limits.refuse_too_much(scenario, FIRST, limits.LIVE_STEPS)
    began = time.perf_counter()
    result = simulate(scenario, min(FIRST, scenario.worlds), threads=1, repeat_trust=False)
    each = result.timing["simulate_s"] / result.world_count
    more = min(MOST, scenario.worlds, int((LIVE_S - (time.perf_counter() - began)) / max(each, 1e-9)))
    if more > 2 * FIRST:
        result = simulate(scenario, more, threads=1, repeat_trust=False)
    return answer_of(result, scenario.worlds)


def refined(question: Question, worlds: int) -> Answer:
    """The same answer of all simulations, in the background."""
    return answer_of(watched_run(question, worlds), worlds)


def what_moves(question: Question, worlds: int) -> tuple[Moved, ...]:
    """The assumptions that move the difference of the two arms in question, that which moves the largest part of it first."""
    result = watched_run(question, worlds, what_turns_it=True)
    found = []
    for move in sorted(result.moves, key=lambda one: -one.size / (abs(one.now_mean) or 1.0))[:MOST_MOVES]:
        if move.size > 0.0:
            said = f"half to double of it moves the difference by {number(move.size)} {measure(move.measure).label}"
            found.append(Moved(move.path, float(move.now), float(move.size), said))
    return tuple(found)


def answer_of(result: Result, asked: int) -> Answer:
    """What the page shows of a result."""
    from viralsim.report.charts.money import costs
    from viralsim.report.charts.pictures import as_figure
    from viralsim.report.charts.time import bands
    from viralsim.report.charts.worlds import ranges

    found = (ranges(result), costs(result), bands(result))
    figures = [f'<div class="vs-curve">{as_figure(one)}</div>' for one in found if one is not None]
    drawn = "".join(['<h2 class="vs-card-title">In pictures</h2>', *figures])
    return Answer(
        asked,
        result.world_count,
        result.interrupted,
        drawn,
        f"{result.world_count:,} simulations of {result.population.members:,} members",
        notes=tuple(result.warnings),
        lines=tuple((part.label, part.text) for part in result.first_screen),
        arms=tuple(_numbers(result, arm) for arm in result.arms),
        unit=_unit(result),
        currency=result.currency,
    )


def _unit(result: Result) -> str:
    from viralsim.report.selectors import main_measure

    return main_measure(result).label


def _numbers(result: Result, arm: str) -> ArmNumbers:
    from viralsim.measurement.arms import chance_of_loss, has_value
    from viralsim.report.selectors import main_measure, role

    found = result.summaries[arm][main_measure(result).name]
    paying = has_value(result)
    return ArmNumbers(
        arm,
        role(result, arm),
        found.mean,
        found.p05,
        found.p95,
        float(result.arms[arm].cost_usd().mean()),
        result.summaries[arm]["net_usd"].mean if paying else None,
        chance_of_loss(result, result.arms[arm]).probability if paying else None,
    )
