"""What a client reads, whatever it is written as: the answer, the options, the doubts, what to measure."""

from __future__ import annotations

from dataclasses import dataclass

from viralsim.measurement.arms import chance, chance_of_loss, has_value
from viralsim.measurement.first_screen import Line
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import money, number, percent
from viralsim.measurement.question import capital
from viralsim.measurement.turning.input_words import words_of
from viralsim.measurement.turning.sentences import turning
from viralsim.records.record import Move
from viralsim.report.action_plan import ActionPlan, action_plan
from viralsim.report.charts import money as draw_money
from viralsim.report.charts import worlds as draw_worlds
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import main_measure
from viralsim.results import Result
from viralsim.units import counted

MOST_ASSUMPTIONS, MOST_TURNS, MOST_PICTURES = 8, 6, 2
Rows = list[list[str]]


@dataclass(frozen=True)
class ClientBrief:
    """Words, tables and pictures; ``result`` holds the numbers behind them. Tables begin with their head."""

    result: Result
    title: str
    question: str
    lines: tuple[Line, ...]
    options: Rows
    costs: Rows
    turns: tuple[str, ...]
    assumptions: Rows
    doubts: tuple[str, ...]
    pictures: tuple[Picture, ...]
    made: str
    plan: ActionPlan | None = None


def client_brief(result: Result) -> ClientBrief:
    """The client's part of a result."""
    drawn = (draw_worlds.ranges(result), draw_money.costs(result))
    calibrated = "fitted to past campaigns" if result.calibrated else "a what-if, not fitted to past campaigns"
    return ClientBrief(
        result=result,
        title=result.scenario_name,
        question=result.about.strip() or result.scenario_name,
        lines=tuple(result.first_screen),
        options=_options(result),
        costs=_costs(result),
        turns=turning(result, result.verdict.overturned_by)[:MOST_TURNS],
        assumptions=ranked_assumptions(result),
        doubts=tuple(dict.fromkeys((*result.verdict.caveats, *result.all_warnings))),
        pictures=tuple(picture for picture in drawn if picture is not None)[:MOST_PICTURES],
        made=f"{counted(result.world_count, 'simulation')} per arm, seed {result.seed}, {calibrated}. "
        f"Scenario {result.fingerprint}.",
        plan=action_plan(result),
    )


def _options(result: Result) -> Rows:
    """A row per arm: what it brings, typical and range, cost, profit, and the chances."""
    m = main_measure(result)
    paying = has_value(result)
    head = ["campaign", f"{m.label}, mean", "9 in 10 campaigns", "cost"]
    head += ["profit, mean", "chance of a loss"] if paying else []
    head += ["chance to go viral"] if result.viral_when else []
    rows = [head]
    for name, arm in result.arms.items():
        found = result.summaries[name][m.name]
        row = [
            name,
            number(found.mean),
            f"{number(found.p05)} to {number(found.p95)}",
            money(float(arm.cost_usd().mean()), result.currency),
        ]
        if paying:
            row += [
                money(result.summaries[name]["net_usd"].mean, result.currency),
                percent(chance_of_loss(result, arm).probability),
            ]
        if result.viral_when:
            row.append(percent(chance(result, arm, result.viral_when).probability))
        rows.append(row)
    return rows


def _costs(result: Result) -> Rows:
    """A row per arm and line of cost; nothing where nothing costs."""
    rows = [
        [name, line, money(float(usd.mean()), result.currency)]
        for name, arm in result.arms.items()
        for line, usd in arm.cost_lines.items()
        if usd.any()
    ]
    return [["campaign", "line", "cost"], *rows] if rows else []


def ranked_assumptions(result: Result) -> Rows:
    """What is assumed, that which moves the answer most first: words, key, number, what half to double of it moves, source."""
    moves = {move.path: move for move in result.moves}
    rows = []
    for path, value, source in result.assumptions:
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        move = moves.get(path)
        moved = "not measured" if move is None else _moved(move, result.currency)
        rows.append([capital(words_of(path)) or path, path, number(float(value)), moved, source])
    head = ["assumption", "key", "value", "from half to double of it, the difference moves by", "source"]
    return [head, *rows[:MOST_ASSUMPTIONS]] if rows else []


def without_keys(assumptions: Rows) -> Rows:
    """The assumptions in words alone, where there is no room for keys."""
    return [[words, *rest] for words, _, *rest in assumptions]


def _moved(move: Move, currency: str) -> str:
    m = measure(move.measure)
    return f"{money(move.size, currency)} of profit" if m.is_money else f"{number(move.size)} {m.counted}"
