"""The best split of a budget over paid channels, advocates and management, and what the next dollar would bring.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) looks widely; then money is moved between pairs of lines in
shrinking steps until no move helps. Every split is run in the same worlds, so differences between splits carry little luck.
What is reported comes from worlds of another luck than those of the search: the best of many is lucky in its own worlds.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import function, integer_at_least, number, one_of, refuse, seed_number, thread_count
from viralsim.errors import InputError
from viralsim.experiments.budget_split import SplitModel, Values
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import NAMES, Measure
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import in_places, money, more_or_less, supported
from viralsim.records.record import plain
from viralsim.scenario import Scenario, scenario_of

Float64 = NDArray[np.float64]
CURVE_LEVELS = 9
SMALLEST_STEP = 0.01  # of the budget: where moving money stops
NEXT_USD = 0.05  # of the budget: what stands for the next dollar, large enough to be seen above luck


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds with its 95 % limits; more is better."""

    mean: float
    low: float
    high: float


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
    """What a dollar more in one line brings, in units of the measure per US$; None where the line takes no more."""

    line: str
    added_usd: float
    per_usd: Estimate | None


@dataclass(frozen=True)
class Optimum:
    """The answer of ``optimise``. split: line -> US$; values: path -> value of the scenario; cost_usd: of the split alone.

    uplift: over spending nothing. spend_nothing: no split was shown to bring more than nothing. rivals: split in words ->
    what the best brings more than it. people: whom of an advocates' file it pays. interrupted: the search was stopped early.
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
    notes: tuple[str, ...]
    people: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        said = _words(self.uplift, declared(self.measure))
        if self.spend_nothing:
            tried = f"The best split found brings {said} and costs {money(self.cost_usd)}." if self.cost_usd else ""
            return ("Spend nothing: no split was shown to bring more than nothing.", *([tried] if tried else []))
        parts = " and ".join(f"{money(usd)} on {client_name(line)}" for line, usd in self.split.items() if usd)
        left = self.budget_usd - self.cost_usd
        rest = [f"{money(left)} are better kept."] if left > 0.01 * self.budget_usd else []
        whom = [f"Ask {', '.join(self.people)}."] if self.people else []
        return (f"Spend {parts}: {said} than with nothing spent.", *whom, *rest, *self._beside_single_lines())

    def _beside_single_lines(self) -> list[str]:
        """Whether the split beats all money in the best single line; nothing where there is one line."""
        if len(self.split) < 2:
            return []
        spent = [line for line, usd in self.split.items() if usd]
        if len(spent) == 1:
            return [f"No split was found that beats {client_name(spent[0])} alone."]
        if not self.rivals:
            return []
        name, nearest = min(self.rivals.items(), key=lambda rival: rival[1].mean)
        alone = f"{client_name(name.removeprefix('all in '))} alone"
        if nearest.low <= 0.0:
            return [f"It is not shown to beat {alone}, the best single line."]
        return [f"It brings {_words(nearest, declared(self.measure))} than {alone}, the best single line."]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**dict(plain(asdict(self))), "sentences": list(self.sentences)}


Progress = Callable[[int, int], None]


def client_name(line: str) -> str:
    """A line as a client calls it: "advertising on instagram" for ``paid[0] on instagram``."""
    return re.sub(r"^paid\[\d+\]", "advertising", line)


def _words(estimate: Estimate, m: Measure) -> str:
    """A difference with its interval, rounded to what that supports: "80 more conversions (95 % interval 77 to 83)"."""
    low, high = (estimate.low, estimate.high) if estimate.mean >= 0.0 else (-estimate.high, -estimate.low)
    places = supported(low, high)
    return f"{more_or_less(m, estimate.mean, places)} (95 % interval {in_places(low, places)} to {in_places(high, places)})"


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise InputError("optimise needs Optuna: pip install 'viralsim[optimise]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def default_measure(scenario: Scenario) -> str:
    """The goal's measure; without a goal net value where a conversion has one, else shares."""
    if scenario.spec.goal is not None:
        return str(scenario.spec.goal.measure)
    has_value = any(c.value_usd > 0 and c.conversion_rate > 0 for c in scenario.spec.content.values())
    return "net_usd" if has_value else "shares"


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
        scenario: its campaign without overlays is what money is put into; owned and organic posts stay in every arm.
        budget_usd: the most that may be spent, beside what stays in every arm.
        measure: what is to be best; ``default_measure`` by default.
        worlds: worlds of each split; the scenario's by default.
        trials: splits that the search tries before money is moved in small steps.
        constraints: comparisons of paths such as ``campaign.advocates.count <= 20``.
        seed: luck of the search; the answer is measured with ``seed + 1``.

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
    search = _Search(model, luck, trials, progress)
    best, interrupted = search.run()
    return _answer(model, best, luck + 1, search.tried, scenario, interrupted)


class _Search:
    """Looks for the split with the highest mean in the worlds of one luck; of equals the cheaper one."""

    def __init__(self, model: SplitModel, seed: int, trials: int, progress: Progress | None) -> None:
        self.model, self.seed, self.trials, self.progress = model, seed, trials, progress
        self.seen: dict[Values, float] = {}

    @property
    def tried(self) -> int:
        """Different splits that were run."""
        return len(self.seen)

    def score(self, values: Values) -> float:
        if values not in self.seen:
            self.seen[values] = float(self.model.outcome(values, self.seed).mean())
            if self.progress is not None:
                self.progress(min(len(self.seen), self.trials), self.trials)
        return self.seen[values]

    def best(self) -> Values:
        def rank(values: Values) -> tuple[float, float]:
            return self.seen[values], -self.model.cost(values)

        return max(self.seen, key=rank)

    def run(self) -> tuple[Values, bool]:
        if not self.model.allowed(self.model.nothing) and not self.model.constraints:
            raise InputError("spending nothing is above the budget")
        try:
            self._widely()
            if not self.seen:
                raise InputError("no split that was tried keeps to the constraints: loosen them")
            self._closely()
        except KeyboardInterrupt:
            if not self.seen:
                raise
            return self.best(), True
        return self.best(), False

    def _widely(self) -> None:
        optuna = _optuna()
        lines = self.model.lines
        sampler = optuna.samplers.TPESampler(
            seed=self.seed % 2**31, multivariate=True, n_startup_trials=max(8, self.trials // 4)
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        names = [f"part {i}" for i in range(len(lines))]
        for parts in self._corners():
            study.enqueue_trial({"spent": float(sum(parts) > 0), **dict(zip(names, parts, strict=True))})

        def objective(trial: Any) -> float:
            spent = trial.suggest_float("spent", 0.0, 1.0)
            parts = np.array([trial.suggest_float(name, 0.0, 1.0) for name in names])
            total = parts.sum()
            money = self.model.budget * spent * (parts / total if total > 0 else parts)
            values = self.model.values(list(money))
            if not self.model.allowed(values):
                raise optuna.TrialPruned
            return self.score(values)

        study.optimize(objective, n_trials=max(self.trials, len(list(self._corners()))))

    def _corners(self) -> list[list[float]]:
        """Nothing, all in one line, and the same for all."""
        count = len(self.model.lines)
        alone = [[float(i == j) for j in range(count)] for i in range(count)]
        return [[0.0] * count, *alone, [1.0] * count]

    def _closely(self) -> None:
        """Move money between the lines and the purse, in halving steps, as long as a move helps."""
        step = 0.25
        here = self.best()
        while step >= SMALLEST_STEP:
            moved = False
            for take, give in itertools.permutations(range(-1, len(self.model.lines)), 2):
                there = self._moved(here, take, give, step * self.model.budget)
                if there is None or there == here or not self.model.allowed(there):
                    continue
                gain = self.score(there) - self.score(here)
                if gain > 0 or (gain == 0 and self.model.cost(there) < self.model.cost(here) - 1e-9):
                    here, moved = there, True
            if not moved:
                step /= 2

    def _moved(self, values: Values, take: int, give: int, usd: float) -> Values | None:
        """The split after ``usd`` went from line ``take`` to line ``give``; -1 is the purse."""
        money = [line.cost(value) for line, value in zip(self.model.lines, values, strict=True)]
        amount = max([usd] + [self.model.lines[i].unit_usd for i in (take, give) if i >= 0])
        if take >= 0:
            amount = min(amount, money[take])
            money[take] -= amount
        else:
            amount = min(amount, self.model.budget - sum(money))
        if amount <= 0:
            return None
        if give >= 0:
            money[give] += amount
        return self.model.values(money)


def _estimate(difference: Float64, scale: float = 1.0) -> Estimate:
    mean, low, high = mean_interval(difference * scale)
    return Estimate(mean, low, high)


def _answer(model: SplitModel, best: Values, seed: int, tried: int, scenario: Scenario, interrupted: bool) -> Optimum:
    """Measure the best split, its rivals, its curves and the next dollar in worlds that the search has not seen."""
    base, own = model.outcome(model.nothing, seed), model.outcome(best, seed)
    uplift = _estimate(own - base)
    matters = (
        scenario.spec.goal.matters_from if scenario.spec.goal and scenario.spec.goal.measure == model.measure else 0.0
    )
    rivals = {}
    for i, line in enumerate(model.lines):
        alone = model.values([model.budget * float(i == j) for j in range(len(model.lines))])
        if alone not in (best, model.nothing) and model.allowed(alone):
            rivals[f"all in {line.name}"] = _estimate(own - model.outcome(alone, seed))
    nothing = best == model.nothing or not uplift.low > 0 or uplift.mean < matters
    return Optimum(
        measure=model.measure, budget_usd=model.budget, worlds=model.worlds, trials=tried,
        split=dict(model.said(best)), values={line.path: v for line, v in zip(model.lines, best, strict=True)},
        cost_usd=model.cost(best), uplift=uplift, spend_nothing=nothing, rivals=rivals,
        curves=tuple(_curves(model, best, seed, base)), next_dollar=tuple(_next_dollar(model, best, seed, own)),
        notes=model.notes, people=model.people(best), interrupted=interrupted,
    )  # fmt: skip


def _curves(model: SplitModel, best: Values, seed: int, base: Float64) -> list[CurvePoint]:
    """Each line from nothing to the whole budget; the sum of all lines may exceed the budget here."""
    points = []
    for i, line in enumerate(model.lines):
        levels = {line.value(model.budget * k / (CURVE_LEVELS - 1)) for k in range(CURVE_LEVELS)} | {best[i]}
        before: Float64 | None = None
        for value in sorted(levels):
            own = model.outcome((*best[:i], value, *best[i + 1 :]), seed)
            step = np.zeros_like(own) if before is None else own - before
            error = float(step.std(ddof=1) / np.sqrt(len(step))) if len(step) > 1 else float("nan")
            points.append(
                CurvePoint(
                    line.name, line.channel, value, line.cost(value), _estimate(own - base), float(step.mean()), error
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
        if added <= 0:
            found.append(NextDollar(line.name, 0.0, None))
            continue
        gained = model.outcome((*best[:i], more, *best[i + 1 :]), seed) - own
        found.append(NextDollar(line.name, added, _estimate(gained, 1.0 / added)))
    return found
