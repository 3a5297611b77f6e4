"""The first screen of an answer: question, answer, money, risk, what it rests on, what would change it, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, nan
from typing import NamedTuple

from viralsim.measurement.arms import MeasureSummary, chance, chance_of_loss, has_value
from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import baseline_of
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import (
    in_places,
    money,
    number,
    percent,
    percent_span,
    supported,
)
from viralsim.measurement.odds import Odds, odds
from viralsim.measurement.payback import payback_of
from viralsim.measurement.question import (
    BETTER,
    EQUIVALENT,
    INCONCLUSIVE,
    UNDEFINED,
    WORSE,
    Question,
    at_cost,
    in_brackets,
    more_of,
)
from viralsim.measurement.robustness import decisive
from viralsim.measurement.sentences import worlds_wanted
from viralsim.measurement.turning.input_words import short_path, words_of
from viralsim.measurement.turning.sentences import turning
from viralsim.measurement.verdict import Verdict
from viralsim.records.record import Move, RunRecord
from viralsim.scenario.costs import FEE_LINES
from viralsim.units import counted

Summaries = Mapping[str, Mapping[str, MeasureSummary]]
MOST_TURNS = 2
NET = "net_usd"


class Line(NamedTuple):
    """One labelled part of the first screen; sentences: the most important first, so that the last can be left out."""

    label: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences in a row."""
        return " ".join(self.sentences)


def first_screen(
    record: RunRecord,
    summaries: Summaries,
    comparisons: Sequence[Comparison],
    question: Question | None,
    verdict: Verdict,
) -> list[Line]:
    """The parts in order, the answer first; a part that has nothing to say is left out."""
    if question is None:
        return _one_arm(record, summaries, verdict)
    free = not any(arm.cost_usd().any() for arm in record.arms.values())
    if record.goal is None and not record.asked_arms and free:
        return _of_odds(record, question) or _pair(record, summaries, comparisons, question, verdict)
    return _pair(record, summaries, comparisons, question, verdict)


def _pair(
    record: RunRecord,
    summaries: Summaries,
    comparisons: Sequence[Comparison],
    question: Question,
    verdict: Verdict,
) -> list[Line]:
    """The parts where two arms are asked about."""
    guess = decisive(record)
    rows = {(row.arm, row.baseline, row.measure): row for row in comparisons}
    parts = [
        Line("Answer", _answer(record, question)),
        Line("Payback", () if (found := payback_of(record, question)) is None else (found.sentence,)),
        Line("Money", _profit(record, summaries, rows, question)),
        Line("Risk", _risk(record, summaries, question)),
        Line("Rests on", _ground(record, guess)),
        Line(
            "Unless",
            (*turning(record, verdict.overturned_by)[:MOST_TURNS], *_unpaid(record, rows[(*question.leading, NET)])),
        ),
        Line("Next", tuple(_next(record, rows, question, verdict, guess))),
    ]
    return [part for part in parts if part.sentences]


def _one_arm(record: RunRecord, summaries: Summaries, verdict: Verdict) -> list[Line]:
    """The parts where one arm was run: how different its campaigns end; content, audience and plan are the same in all."""
    name = next(iter(record.arms))
    found = odds(record, name)
    if found is None:
        return [Line("Answer", verdict.sentences[:1]), Line("Rests on", _ground(record, None))]
    parts = [
        Line("Answer", (f"Half of the campaigns bring {found.spread}.", *_top(found))),
        Line("Risk", tuple(f"Chance to {word}: {text}." for word, text in found.chances)),
        Line("Rests on", (*_luck(record), *_ground(record, None))),
        Line("Next", (f"Compare {name} with a plan: add an arm, such as advocates, and a goal.",)),
    ]
    return [part for part in parts if part.sentences]


def _of_odds(record: RunRecord, question: Question) -> list[Line]:
    """The parts where no goal is named and nothing is asked: the odds of the baseline, and what the other arm does to them.

    empty if there are too few simulations for odds.
    """
    base = baseline_of(record)
    other = next((arm for arm in question.arms if arm != base), question.arms[0])
    now, then = odds(record, base), odds(record, other)
    if now is None or then is None:
        return []
    chances = dict(then.chances)
    risks = [f"Chance to {word}: {text} with {base}, {chances[word]} with {other}." for word, text in now.chances]
    label = measure("shares").label
    better = f"It brings more {label} than the same luck alone in {percent(then.beats(now))} of runs."
    parts = [
        Line("Answer", (f"Half of the campaigns bring {now.spread}.", f"With {other}, half bring {then.spread}.")),
        Line("Luck", (*_tops(now, base, then, other), *_luck(record))),
        Line("Risk", tuple(risks)),
        Line("Rests on", _ground(record, None)),
        Line("Next", (f"Do not leave it to luck: {other} changes the odds.", better)),
    ]
    return [part for part in parts if part.sentences]


def _luck(record: RunRecord) -> tuple[str, ...]:
    return () if record.uncertain else ("All of it is luck: content, audience and plan are the same every time.",)


def _tops(now: Odds, base: str, then: Odds, other: str) -> tuple[str, ...]:
    if isnan(now.top) or isnan(then.top):
        return ()
    tops = f"{percent(now.top)} of all {now.label} with {base}, {percent(then.top)} with {other}"
    return (f"The luckiest one in a hundred brings {tops}.",)


def _top(found: Odds) -> tuple[str, ...]:
    return (
        ()
        if isnan(found.top)
        else (f"The luckiest one in a hundred brings {percent(found.top)} of all {found.label}.",)
    )


def _answer(record: RunRecord, question: Question) -> tuple[str, ...]:
    text = question.sentence
    if record.goal is None:
        return text, "No goal is named, so no winner is named."
    smallest = f"{number(record.goal.matters_from)} {measure(question.measure).counted}"
    if question.answer == EQUIVALENT and record.goal.matters_from > 0.0:
        return text, f"Only {smallest} or more would matter."
    if question.answer == INCONCLUSIVE and record.goal.matters_from > 0.0:
        return text, f"A difference of {smallest} would matter."
    return (text,)


def _profit(
    record: RunRecord, summaries: Summaries, rows: Mapping[tuple[str, str, str], Comparison], q: Question
) -> tuple[str, ...]:
    """Mean profit of the two arms and their difference; the costs alone where no value is given."""
    first, second = q.leading
    if not has_value(record):
        costs = ", ".join(
            f"{money(float(record.arms[arm].cost_usd().mean()), record.currency)} for {arm}" for arm in (first, second)
        )
        return f"Cost: {costs}.", "Profit is not counted, since no value per conversion is given."
    base = baseline_of(record)
    means = ", ".join(f"{_amount(summaries[arm]['net_usd'], record.currency)} with {arm}" for arm in (first, second))
    alone = () if base in q.arms else (f"With {base} alone: {_amount(summaries[base]['net_usd'], record.currency)}.",)
    row = rows[first, second, NET]
    if isnan(row.ci_low):
        return (f"Mean profit after costs: {means}.", *alone)
    places = min(supported(row.ci_low, row.ci_high), 2)
    low, high = in_places(row.ci_low, places), in_places(row.ci_high, places)
    difference = in_places(row.uplift, places)
    return (
        f"Mean profit after costs: {means}; difference {difference} {record.currency} (95 % interval {low} to {high}).",
        *alone,
    )


def _unpaid(record: RunRecord, row: Comparison) -> tuple[str, ...]:
    """Where advocates would not earn more than the other option even if they cost nothing."""
    lines = [record.arms[arm].cost_lines for arm in (row.arm, row.baseline)]
    people = [float(line["advocates"].mean()) if "advocates" in line else 0.0 for line in lines]
    if (
        not has_value(record) or people[0] == people[1] or any(fee in line for line in lines for fee in FEE_LINES)
    ):  # fees grow with other costs
        return ()
    gain = row.uplift if people[0] > people[1] else -row.uplift
    if isnan(gain) or gain + abs(people[0] - people[1]) >= 0.0:
        return ()
    return ("Advocates who cost nothing would not change this.",)


def _amount(summary: MeasureSummary, currency: str) -> str:
    if isnan(summary.ci_low):
        return money(summary.mean, currency)
    return f"{in_places(summary.mean, min(supported(summary.ci_low, summary.ci_high), 2))} {currency}"


def _risk(record: RunRecord, summaries: Summaries, question: Question) -> tuple[str, ...]:
    """The chance of a loss, or of a flop where no loss can be counted; then what is usual."""
    arms = question.leading
    if has_value(record):
        label, found = "Chance of a loss", [chance_of_loss(record, record.arms[arm]) for arm in arms]
    elif record.flop_when:
        label, found = "Chance to flop", [chance(record, record.arms[arm], record.flop_when) for arm in arms]
    else:
        label, found = "", []
    texts = [
        f"{percent(one.probability)} with {arm} ({percent_span(one.low, one.high)})"
        for arm, one in zip(arms, found, strict=False)
        if not isnan(one.probability)
    ]
    runs = counted(record.world_count, "simulation")
    if texts and all(one.probability == 0.0 for one in found):
        texts = [f"none in {runs} of either"]
    if texts and all(one.probability == 1.0 for one in found):
        texts = [f"every one of {runs} of either"]
    said = [f"{label}: {', '.join(texts)}."] if texts else []
    if question.answer != UNDEFINED:
        unit = measure(question.measure).counted
        spans = [
            f"{number(summaries[arm][question.measure].p05)} to {number(summaries[arm][question.measure].p95)} with {arm}"
            for arm in arms
        ]
        said.append(f"9 in 10 campaigns bring {' and '.join(spans)} ({unit}).")
    return tuple(said)


def _ground(record: RunRecord, guess: Move | None) -> tuple[str, ...]:
    """How many simulations of which audience, the guess that decides, and whether past campaigns were fitted."""
    runs = "1 simulation" if record.world_count == 1 else f"{record.world_count:,} simulations"
    stopped = ", stopped early" if record.interrupted else ""
    audiences = f"{record.population.count} audiences of " if record.population.count > 1 else ""
    fitted = "fitted" if record.calibrated else "not fitted"
    text = f"{runs} per arm{stopped}, {audiences}{record.population.members:,} members, {fitted} to past campaigns"
    if guess is not None:
        turns = any(turn.path == guess.path for turn in record.switching_values)
        role = "what decides is assumed" if turns else "assumed, and moves it most"
        words, key = words_of(guess.path), f"{short_path(record, guess.path)} = {number(guess.now)}"
        text += f"; {role}: {key if not words else words if turns else f'{words} ({key})'}"  # what turns it is said with its value
    return (f"{text}.",)


def _next(
    record: RunRecord,
    rows: Mapping[tuple[str, str, str], Comparison],
    question: Question,
    verdict: Verdict,
    guess: Move | None,
) -> list[str]:
    """What to do: choose, choose by price, run more, or do not spend; then the arm outside the question that beats both."""
    said = [_choice(record, rows, question)]
    if guess is not None and guess.path in {turn.path for turn in record.switching_values}:
        what = words_of(guess.path) or short_path(record, guess.path)
        said.append(f"Measure {what} first: the answer turns on it.")
    beats = verdict.winner
    if beats is not None and beats not in question.arms:
        row = rows[beats, question.leading[0], question.measure]
        extra = float((record.arms[beats].cost_usd() - record.arms[question.leading[0]].cost_usd()).mean())
        more = more_of(measure(question.measure), row.uplift, row, record.currency)
        profit = _profit_beside(rows[beats, question.leading[0], NET]) if has_value(record) else ""
        said.append(
            f"With {beats}, expect {more} than with {row.baseline}{at_cost(extra, record.currency)} "
            f"({in_brackets(row, nan)}){profit}."
        )
    return said


def _profit_beside(row: Comparison) -> str:
    """Whether more sales bring more profit."""
    return ", and more profit" if row.ci_low > 0.0 else ", but less profit" if row.ci_high < 0.0 else ""


def _choice(record: RunRecord, rows: Mapping[tuple[str, str, str], Comparison], question: Question) -> str:
    first, second = question.leading
    if question.answer == UNDEFINED:
        return "Name another measure in the goal."
    if question.answer == INCONCLUSIVE:
        if isnan(question.ci_low):
            return "Do not decide on this result. Run more simulations: one gives no interval."
        goal = record.goal
        more = worlds_wanted(record, question.row, 0.0 if goal is None else goal.matters_from)
        return f"Do not decide on this result. {more}".strip()
    gain = rows[first, second, "net_usd"]
    paying = has_value(record)
    if paying and max(float(record.arms[arm].measures["net_usd"].mean()) for arm in (first, second)) < 0.0:
        return f"Spend on neither {first} nor {second} at this price: both lose money on average."
    base = baseline_of(record)
    if paying and base not in question.arms and all(rows[arm, base, NET].ci_high < 0.0 for arm in (first, second)):
        return f"Spend on neither {first} nor {second} at this price: {base} alone earns more than either."
    if question.answer == EQUIVALENT:
        if paying and gain.ci_low > 0.0:
            return f"Choose {first}: it earns more on average."
        if paying and gain.ci_high < 0.0:
            return f"Choose {second}: it earns more on average."
        return f"Choose {first} or {second} by price and risk."
    assert question.answer in (BETTER, WORSE)
    if paying and gain.ci_high < 0.0:
        return f"Choose {first} for {measure(question.measure).label}, {second} for profit: the extra cost is more than it adds."
    return f"Choose {first}."
