"""The best split of a budget over paid channels, advocates and management, and what the next dollar would bring.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) looks widely; then money is moved between pairs of lines in
shrinking steps until no move helps. Every split is run in the same worlds, so differences between splits carry little luck.
What is reported comes from worlds of another luck than those of the search: the best of many is lucky in its own worlds.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import function, integer_at_least, number, one_of, refuse, seed_number, thread_count
from viralsim.experiments.budget.estimate import Estimate, estimate
from viralsim.experiments.budget.frequency import CAPS, Frequency, frequencies
from viralsim.experiments.budget.line_names import client_names
from viralsim.experiments.budget.search import Progress, Search
from viralsim.experiments.budget_split import SplitModel, Values
from viralsim.measurement.measures import NAMES, Measure
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import in_places, money, more_or_less, supported
from viralsim.records.record import plain
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY

Float64 = NDArray[np.float64]
CURVE_LEVELS = 9
NET = "net_usd"
NEXT_USD = 0.05  # of the budget: what stands for the next dollar, large enough to be seen above luck


@dataclass(frozen=True)
class CurvePoint:
    """One line at one level, the others as in the best split: uplift over spending nothing.

    ``step_mean`` and ``step_error``: the uplift over the level before, in the same worlds, and its standard error.
    """

    line: str
    channel: str
    value: float
    usd: float
    uplift: Estimate
    step_mean: float
    step_error: float


@dataclass(frozen=True)
class NextDollar:
    """What one more dollar in one line brings, in units of the measure; None if it takes no more or has no post to boost."""

    line: str
    added_usd: float
    per_usd: Estimate | None


@dataclass(frozen=True)
class LineReturn:
    """What the whole money of one line brings in the best split, in units of the measure per unit of money, the others as they are.

    error: the standard error of the mean.
    """

    line: str
    channel: str
    kind: str
    usd: float
    per_usd: Estimate
    error: float


@dataclass(frozen=True)
class Optimum:
    """The answer of ``optimise``. split: line -> money; values: path -> value of the scenario; cost_usd: of the split alone.

    uplift: over spending nothing. spend_nothing: no split was shown to bring more than nothing. rivals: split in words ->
    how much more the best split brings. people: the people of an advocates' file whom it pays. frequency: caps of the paid
    lines that get money. interrupted: stopped early; what was not measured is left out. profit: over spending nothing, None if
    a sale has no value. line_names: line -> what a client calls it.
    """

    measure: str
    budget_usd: float
    worlds: int
    trials: int
    split: dict[str, float]
    values: dict[str, float]
    cost_usd: float
    uplift: Estimate
    spend_nothing: bool
    rivals: dict[str, Estimate]
    curves: tuple[CurvePoint, ...]
    next_dollar: tuple[NextDollar, ...]
    returns: tuple[LineReturn, ...]
    frequency: tuple[Frequency, ...]
    notes: tuple[str, ...]
    people: tuple[str, ...] = ()
    interrupted: bool = False
    currency: str = DEFAULT_CURRENCY
    profit: Estimate | None = None
    line_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        said = _words(self.uplift, declared(self.measure), self.currency)
        if self.spend_nothing:
            tried = (
                f"The best split found brings {said} and costs {money(self.cost_usd, self.currency)}."
                if self.cost_usd
                else ""
            )
            return ("Spend nothing: no split was shown to bring more than nothing.", *([tried] if tried else []))
        parts = " and ".join(
            f"{money(usd, self.currency)} on {self.said(line)}" for line, usd in self.split.items() if usd
        )
        left = self.budget_usd - self.cost_usd
        kept = f"{money(left, self.currency)} of the budget is left: no way of spending it was shown to bring more."
        rest = [kept] if left > 0.01 * self.budget_usd else []
        whom = [f"Ask {', '.join(self.people)}."] if self.people else []
        spend = f"Spend {parts}: {said} than with nothing spent."
        if self.profit is not None and self.measure != NET and self.profit.high < 0.0:
            lost = _words(self.profit, declared(NET), self.currency)
            spend = f"Keep the money if it has to pay for itself: the split below brings {lost} than spending nothing."
            rest = [f"For {declared(self.measure).label} alone, spend {parts}: {said} than with nothing spent."]
        return (spend, *rest, *whom, *self._beside_single_lines())

    def _beside_single_lines(self) -> list[str]:
        """Whether the split beats all money in the best single line; nothing if there is only one line."""
        if len(self.split) < 2:
            return []
        spent = [line for line, usd in self.split.items() if usd]
        if len(spent) == 1:
            return [f"No split was found that beats {self.said(spent[0])} alone."]
        if not self.rivals:
            return []
        name, nearest = min(self.rivals.items(), key=lambda rival: rival[1].mean)
        alone = f"{self.said(name.removeprefix('all in '))} alone"
        if nearest.low <= 0.0:
            return [f"It is not shown to beat {alone}, the best single line."]
        return [
            f"It brings {_words(nearest, declared(self.measure), self.currency)} than {alone}, the best single line."
        ]

    def said(self, line: str) -> str:
        """A line as a client calls it."""
        return self.line_names.get(line, line)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**dict(plain(asdict(self))), "sentences": list(self.sentences)}


def _words(estimate: Estimate, m: Measure, currency: str) -> str:
    """A difference with its interval, rounded to what that supports: "80 more conversions (95 % interval 77 to 83)"."""
    low, high = (estimate.low, estimate.high) if estimate.mean >= 0.0 else (-estimate.high, -estimate.low)
    places = supported(low, high)
    more = more_or_less(m, estimate.mean, places, currency).replace("net value", "profit")
    return f"{more} (95 % interval {in_places(low, places)} to {in_places(high, places)})"


def default_measure(scenario: Scenario) -> str:
    """Net value if sales are the goal and have a value, otherwise the goal's measure; shares if there is neither."""
    goal = scenario.spec.goal
    if goal is not None and goal.measure != "conversions":
        return str(goal.measure)
    if _has_value(scenario):
        return NET
    return "shares" if goal is None else str(goal.measure)


def _has_value(scenario: Scenario) -> bool:
    contents = scenario.spec.content.values()
    return any(c.value_usd > 0 and (c.conversion_rate > 0 or c.funnel is not None) for c in contents)


def optimise(
    scenario: Scenario | str | os.PathLike[str],
    budget_usd: float,
    *,
    measure: str | None = None,
    worlds: int | None = None,
    trials: int = 60,
    constraints: Sequence[str] = (),
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Optimum:
    """Split at most ``budget_usd`` over the paid lines, the advocates and the management of the scenario's campaign.

    Args:
        scenario: money goes into its campaign without overlays; owned and organic posts stay in every arm.
        budget_usd: the most that may be spent, beside what stays in every arm.
        measure: the measure to optimise; ``default_measure`` by default.
        worlds: worlds of each split; the scenario's by default.
        trials: splits that the search tries before money is moved in small steps.
        constraints: comparisons of paths such as ``campaign.advocates.count <= 20``.
        seed: luck of the search; the answer is measured with ``seed + 1``.
        progress: called with (splits looked at, about how many there will be).

    Returns: ``Optimum``; the best so far after KeyboardInterrupt.

    Raises: InputError for wrong arguments, a missing Optuna, or constraints that exclude spending nothing.
    """
    scenario = scenario_of(scenario)
    budget_usd = number(budget_usd, "budget_usd", 0, open_low=True, open_high=True)
    integer_at_least(trials, "trials", 1)
    luck = seed_number(scenario.seed if seed is None else seed)
    name = default_measure(scenario) if measure is None else one_of(measure, "measure", NAMES)
    count = scenario.worlds if worlds is None else integer_at_least(worlds, "worlds", 1)
    if isinstance(constraints, str):
        raise refuse("constraints", "a list of comparisons", constraints, f"write constraints=[{constraints!r}]")
    function(progress, "progress", "splits tried, splits in all")
    model = SplitModel(scenario, budget_usd, name, count, thread_count(threads), constraints)
    search = Search(model, luck, trials, None)
    measured = _measurements(model)
    if progress is not None:
        search.progress = lambda done, steps: progress(done, steps + measured)
    best, interrupted = search.run()
    if progress is not None:
        done = itertools.count(1)
        model.ran = lambda: progress(search.steps + min(next(done), measured), search.steps + measured)
    return _answer(model, best, luck + 1, search.tried, scenario, interrupted)


def _measurements(model: SplitModel) -> int:
    """About how many splits the answer is measured with: rivals, next dollars, returns, curves and frequency caps."""
    paid = sum(line.kind == "paid" for line in model.lines)
    return 2 + (3 + CURVE_LEVELS) * len(model.lines) + (1 + len(CAPS)) * paid


def _answer(model: SplitModel, best: Values, seed: int, tried: int, scenario: Scenario, interrupted: bool) -> Optimum:
    """Measure the best split, its rivals, its curves and the next dollar in worlds that the search has not seen.

    Whoever stops this keeps what was measured; where not even the split was, it is measured in the worlds of the search.
    """
    stopped = interrupted
    try:
        base, own = model.outcome(model.nothing, seed), model.outcome(best, seed)
    except KeyboardInterrupt:
        stopped, seed = True, seed - 1
        base, own = (model.outcome(values, seed, worlds=model.screened) for values in (model.nothing, best))
    found: dict[str, Any] = {"rivals": {}, "curves": (), "next_dollar": (), "returns": (), "frequency": ()}
    steps: dict[str, Callable[[], Any]] = {
        "rivals": lambda: _rivals(model, best, seed, own),
        "next_dollar": lambda: tuple(_next_dollar(model, best, seed, own)),
        "returns": lambda: tuple(_returns(model, best, seed, own)),
        "curves": lambda: tuple(_curves(model, best, seed)),
        "frequency": lambda: tuple(frequencies(model, best, seed)),
    }
    if len(own) == model.worlds:
        try:
            for name, step in steps.items():
                found[name] = step()
        except KeyboardInterrupt:
            stopped = True
    goal, uplift = scenario.spec.goal, estimate(own - base)
    matters = goal.matters_from if goal is not None and goal.measure == model.measure else 0.0
    profit = None
    if _has_value(scenario):
        split, nothing = (model.outcome(v, seed, NET, worlds=len(own)) for v in (best, model.nothing))
        profit = estimate(split - nothing)
    return Optimum(
        measure=model.measure, budget_usd=model.budget, worlds=len(own), trials=tried,
        split=dict(model.said(best)), values={line.path: v for line, v in zip(model.lines, best, strict=True)},
        cost_usd=model.cost(best), uplift=uplift,
        spend_nothing=best == model.nothing or not uplift.low > 0 or uplift.mean < matters,
        notes=model.notes, people=model.people(best), interrupted=stopped,
        currency=scenario.spec.currency, profit=profit,
        line_names=client_names(scenario, [line.name for line in model.lines]), **found,
    )  # fmt: skip


def _rivals(model: SplitModel, best: Values, seed: int, own: Float64) -> dict[str, Estimate]:
    """What the best split brings more than the whole budget in each single line."""
    found = {}
    for i, line in enumerate(model.lines):
        alone = model.values([model.budget * float(i == j) for j in range(len(model.lines))])
        if alone not in (best, model.nothing) and model.allowed(alone):
            found[f"all in {line.name}"] = estimate(own - model.outcome(alone, seed))
    return found


def _curves(model: SplitModel, best: Values, seed: int) -> list[CurvePoint]:
    """Each line from nothing to the whole budget, in ``model.redrawn`` worlds; the sum of all lines may exceed the budget here."""
    points, base = [], model.outcome(model.nothing, seed, worlds=model.redrawn)
    for i, line in enumerate(model.lines):
        levels = {line.value(model.budget * k / (CURVE_LEVELS - 1)) for k in range(CURVE_LEVELS)} | {best[i]}
        before: Float64 | None = None
        if line.creator and not model.pays(line.creator, best):
            continue  # there is no post to boost
        for value in sorted(levels):
            own = model.outcome((*best[:i], value, *best[i + 1 :]), seed, worlds=model.redrawn)
            step = np.zeros_like(own) if before is None else own - before
            error = float(step.std(ddof=1) / np.sqrt(len(step))) if len(step) > 1 else float("nan")
            points.append(
                CurvePoint(
                    line.name, line.channel, value, line.cost(value), estimate(own - base), float(step.mean()), error
                )
            )
            before = own
    return points


def _next_dollar(model: SplitModel, best: Values, seed: int, own: Float64) -> list[NextDollar]:
    found = []
    for i, line in enumerate(model.lines):
        now = line.cost(best[i])
        more = line.value(now + max(NEXT_USD * model.budget, line.unit_usd, line.fixed_usd if not best[i] else 0.0)
                          + (line.fixed_usd if line.kind == "advocates" and not best[i] else 0.0))  # fmt: skip
        added = line.cost(more) - now
        if added <= 0 or (line.creator and not model.pays(line.creator, best)):
            found.append(NextDollar(line.name, 0.0, None))
            continue
        gained = model.outcome((*best[:i], more, *best[i + 1 :]), seed) - own
        found.append(NextDollar(line.name, added, estimate(gained, 1.0 / added)))
    return found


def _returns(model: SplitModel, best: Values, seed: int, own: Float64) -> Iterator[LineReturn]:
    """The return of each line that gets money."""
    for i, line in enumerate(model.lines):
        usd = line.cost(best[i])
        if usd <= 0.0:
            continue
        gained = (own - model.outcome((*best[:i], 0.0, *best[i + 1 :]), seed)) / usd
        error = float(gained.std(ddof=1) / np.sqrt(len(gained))) if len(gained) > 1 else float("nan")
        yield LineReturn(line.name, line.channel, line.kind, usd, estimate(gained), error)
