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
SMALLEST_STEP = 0.01  # of the budget: where moving money stops


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
    values = model.values([model.budget * spent * part / total for part in parts])
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
    there, are run in all. measure: what is to be best; the model's by default.
    """

    def __init__(
        self, model: SplitModel, seed: int, trials: int, progress: Progress | None, measure: str | None = None
    ) -> None:
        self.model, self.seed, self.trials, self.progress, self.measure = model, seed, trials, progress, measure
        self.seen: dict[Values, float] = {}  # means of the screened worlds
        self.whole: dict[Values, float] = {}  # means of all worlds

    @property
    def tried(self) -> int:
        """Different splits that were run."""
        return len(self.seen)

    def screen(self, values: Values) -> Float64:
        """The outcome of a split in the screened worlds; it is run once."""
        found = self.model.outcome(values, self.seed, self.measure, worlds=self.model.screened)
        if values not in self.seen:
            self.seen[values] = float(found.mean())
            if self.progress is not None:
                self.progress(min(len(self.seen), self.trials), self.trials)
        return found

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
        """Whether the screened worlds, the same for both, leave no doubt that a split brings less than another."""
        change = self.screen(there) - self.screen(here)
        return len(change) > 1 and change.mean() < -CLEARLY * change.std(ddof=1) / math.sqrt(len(change))

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
            return float(self.screen(split_of(trial, self.model)).mean())

        study.optimize(objective, n_trials=max(self.trials, len(first)))

    def _closely(self) -> None:
        """Move money between the lines and the purse, in halving steps, as long as a move helps."""
        step = 0.25
        for values in self._ranked(self.seen)[:FINALISTS]:
            self.score(values)
        here = self.best()
        while step >= SMALLEST_STEP:
            helped = False
            for take, give in itertools.permutations(range(-1, len(self.model.lines)), 2):
                there = moved(self.model, here, take, give, step * self.model.budget)
                if there is None or there == here or not self.model.allowed(there) or self._is_worse(there, here):
                    continue
                gain = self.score(there) - self.score(here)
                if gain > 0 or (gain == 0 and self.model.cost(there) < self.model.cost(here) - 1e-9):
                    here, helped = there, True
            if not helped:
                step /= 2
