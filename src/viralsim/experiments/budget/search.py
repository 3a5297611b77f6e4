"""The search for a split: Optuna looks widely, then money is moved between pairs of lines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from viralsim.errors import InputError
from viralsim.experiments.budget_split import Float64, SplitModel, Values

FINALISTS = 5  # splits of the wide search that are run in all worlds
CLEARLY = 2.0  # standard errors
Progress = Callable[[int, int], None]
FIRST_STEP, SMALLEST_STEP = 0.25, 0.01  # of the budget: where moving money begins and stops


def optuna_module() -> Any:
    """Optuna, without its log; InputError if it is missing."""
    try:
        import optuna
    except ImportError as error:
        raise InputError("optimise needs Optuna: pip install 'viralsim[optimise]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def corners(model: SplitModel) -> list[list[float]]:
    """Money by line: nothing, all in one line, and the same for all."""
    count = len(model.lines)
    alone = [[model.budget * (i == j) for j in range(count)] for i in range(count)]
    return [[0.0] * count, *alone, [model.budget / count] * count]


def parts_of(money: Sequence[float], budget: float) -> dict[str, float]:
    """Money by line as the parameters of a trial: the part that is spent, and the lines' parts of it."""
    total = sum(money)
    parts = {f"part {i}": usd / total if total > 0.0 else 0.0 for i, usd in enumerate(money)}
    return {"spent": min(1.0, total / budget), **parts}


def split_of(trial: Any, model: SplitModel) -> Values:
    """The split that a trial of Optuna stands for; TrialPruned where the constraints exclude it."""
    spent = trial.suggest_float("spent", 0.0, 1.0)
    parts = [trial.suggest_float(f"part {i}", 0.0, 1.0) for i in range(len(model.lines))]
    total = sum(parts) or 1.0
    values = model.without_orphans(model.values([model.budget * spent * part / total for part in parts]))
    if not model.allowed(values):
        raise optuna_module().TrialPruned
    return values


def moved(model: SplitModel, values: Values, take: int, give: int, usd: float) -> Values | None:
    """The split after ``usd`` went from line ``take`` to line ``give``; -1 is the purse. None if nothing can move."""
    money = [line.cost(value) for line, value in zip(model.lines, values, strict=True)]
    amount = max([usd] + [model.lines[i].unit_usd for i in (take, give) if i >= 0])
    if take >= 0:
        amount = min(amount, money[take])
        money[take] -= amount
    else:
        amount = min(amount, model.budget - sum(money))
    if amount <= 0:
        return None
    if give >= 0:
        money[give] += amount
    return model.values(money)


class Search:
    """Looks for the split with the highest mean in the worlds of one luck; of equals the cheaper one.

    The wide search looks at each split in the first ``model.screened`` worlds; its finalists, and moves that are not clearly worse
    there, are run in all. measure: what is to be best; the model's by default. progress: called with (splits looked at, about how
    many there will be).
    """

    def __init__(
        self, model: SplitModel, seed: int, trials: int, progress: Progress | None, measure: str | None = None
    ) -> None:
        self.model, self.seed, self.trials, self.progress, self.measure = model, seed, trials, progress, measure
        self.pairs = list(itertools.permutations(range(-1, len(model.lines)), 2))
        self.rounds = math.ceil(math.log2(FIRST_STEP / SMALLEST_STEP))
        self.seen: dict[Values, float] = {}  # means of the screened worlds
        self.whole: dict[Values, float] = {}  # means of all worlds
        self.looked_at: dict[Values, None] = {}  # those that were dropped after a few worlds too
        self._done = 0

    @property
    def tried(self) -> int:
        """Different splits that were run."""
        return len(self.looked_at)

    def screen(self, values: Values) -> Float64:
        """The outcome of a split in the screened worlds; it is run once."""
        found = self.model.outcome(values, self.seed, self.measure, worlds=self.model.screened)
        if values not in self.seen:
            self.looked_at[values] = None
            self.seen[values] = float(found.mean())
            self._report(min(self.tried, self.trials))
        return found

    @property
    def steps(self) -> int:
        """About how many splits and moves are looked at."""
        return self.trials + self.rounds * len(self.pairs)

    def _report(self, done: int) -> None:
        self._done = max(self._done, done)
        if self.progress is not None:
            self.progress(self._done, self.steps)

    def score(self, values: Values) -> float:
        """The mean of a split in all worlds; it is run once."""
        if values not in self.whole:
            self.whole[values] = float(self.model.outcome(values, self.seed, self.measure).mean())
            self.screen(values)
        return self.whole[values]

    def _ranked(self, means: dict[Values, float]) -> list[Values]:
        """Splits with the best first."""
        return sorted(means, key=lambda values: (-means[values], self.model.cost(values)))

    def best(self) -> Values:
        """The best split that was run in all worlds; where none was, of those that were looked at."""
        return self._ranked(self.whole or self.seen)[0]

    def _is_worse(self, there: Values, here: Values) -> bool:
        """Whether the screened worlds, the same for both, leave no doubt that a split brings less than another.

        A few of them are enough where the difference is large.
        """
        self.looked_at[there] = None
        for worlds in self.model.looks:
            own, other = (
                self.model.outcome(values, self.seed, self.measure, worlds=worlds) for values in (there, here)
            )
            if _standing(own - other) < 0:
                return True
        self.screen(there)
        return False

    def run(self) -> tuple[Values, bool]:
        """The best split, and whether the user stopped the search before its end."""
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
        optuna = optuna_module()
        sampler = optuna.samplers.TPESampler(
            seed=self.seed % 2**31, multivariate=True, n_startup_trials=max(8, self.trials // 4)
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        first = corners(self.model)
        for money in first:
            study.enqueue_trial(parts_of(money, self.model.budget))

        def objective(trial: Any) -> float:
            return self._look(split_of(trial, self.model))

        study.optimize(objective, n_trials=max(self.trials, len(first)))

    def _look(self, values: Values) -> float:
        """The mean of a split in the screened worlds; of one that is clearly worse than the best so far in the first of them."""
        if self.seen and values not in self.seen and self._is_worse(values, self._ranked(self.seen)[0]):
            self._report(min(self.tried, self.trials))
            return float(self.model.outcome(values, self.seed, self.measure, worlds=self.model.looks[0]).mean())
        return float(self.screen(values).mean())

    def _closely(self) -> None:
        """Move money between the lines and the purse, in halving steps, as long as a move helps.

        Two lines between which luck decides are left as they are: smaller steps tell them apart even less.
        """
        first, *others = self._ranked(self.seen)[:FINALISTS]
        self.score(first)
        for values in others:
            if not self._is_worse(values, first):
                self.score(values)
        here, step, level, alike = self.best(), FIRST_STEP, 0, set[tuple[int, int]]()
        while step >= SMALLEST_STEP:
            helped = False
            for number, pair in enumerate(self.pairs):
                self._report(self.trials + level * len(self.pairs) + number)
                there = None if pair in alike else moved(self.model, here, *pair, step * self.model.budget)
                if there is None or there == here or not self.model.allowed(there) or self._is_worse(there, here):
                    continue
                gain = self.score(there) - self.score(here)
                if not self._told_apart(there, here):
                    alike.add(pair)
                if gain > 0 or (gain == 0 and self.model.cost(there) < self.model.cost(here) - 1e-9):
                    here, helped = there, True
            if not helped:
                step, level = step / 2, level + 1

    def _told_apart(self, there: Values, here: Values) -> bool:
        """Whether all worlds tell which of two splits brings more; equal ones are not told apart."""
        own, other = (self.model.outcome(values, self.seed, self.measure) for values in (there, here))
        return _standing(own - other) != 0


def _standing(change: Float64) -> int:
    """1 or -1 where the worlds leave no doubt that a change brings more or less, otherwise 0; float64[worlds]."""
    error = float(change.std(ddof=1)) / math.sqrt(len(change)) if len(change) > 1 else math.inf
    mean = float(change.mean())
    return (mean > CLEARLY * error) - (mean < -CLEARLY * error)
