"""Several goals at once: the splits of a budget of which none is better in every goal (Pareto front).

Optuna's NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002, doi 10.1109/4235.996017) starts from the best split for each goal alone,
which ``Search`` finds; then money is moved between the lines of the splits on the front. Every split that was tried may be on it.
The front is run again in worlds of another luck, where splits that look best only in the worlds they were chosen in fall back; what
is dominated there is left out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import function, integer_at_least, number, one_of, refuse, seed_number, thread_count
from viralsim.errors import InputError
from viralsim.experiments.budget.estimate import Estimate, estimate
from viralsim.experiments.budget.search import (
    SMALLEST_STEP,
    Progress,
    Search,
    corners,
    moved,
    optuna_module,
    parts_of,
    split_of,
)
from viralsim.experiments.budget_split import SplitModel, Values, direction_of
from viralsim.measurement.measures import NAMES
from viralsim.measurement.number_format import listing, money
from viralsim.records.record import plain
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY

MOST_SHOWN = 12  # splits of a front
POPULATION = 20
FIRST_STEP = 0.1  # of the budget: how far money is moved at first


@dataclass(frozen=True)
class FrontPoint:
    """One split of the front. split: line -> money; values: path -> value; uplift: measure -> more than spending nothing brings."""

    split: dict[str, float]
    values: dict[str, float]
    cost_usd: float
    uplift: dict[str, Estimate]


@dataclass(frozen=True)
class Front:
    """The splits between which goals must be weighed, from the best for the first measure on.

    alone: measure -> the best split for it alone, measured in the same worlds as the front. trials: splits that were tried.
    """

    measures: tuple[str, ...]
    budget_usd: float
    worlds: int
    trials: int
    points: tuple[FrontPoint, ...]
    alone: dict[str, FrontPoint]
    notes: tuple[str, ...]
    interrupted: bool = False
    currency: str = DEFAULT_CURRENCY

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        goals = listing([name.replace("_", " ") for name in self.measures])
        if len(self.points) == 1:
            return (f"One split is best for {goals} alike: {_in_words(self.points[0], self.currency)}.",)
        said = [
            f"{len(self.points)} splits are each best for some weighing of {goals}; no other that was tried beats one of them."
        ]
        for name in self.measures:
            best = max(self.points, key=lambda point: point.uplift[name].mean)
            found = best.uplift[name]
            said.append(
                f"Most {name.replace('_', ' ')} ({found.mean:+,.4g}; {found.low:+,.4g} to {found.high:+,.4g}): "
                f"{_in_words(best, self.currency)}."
            )
        return tuple(said)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        said = asdict(self)
        said["front"] = said.pop("points")
        return {**dict(plain(said)), "sentences": list(self.sentences)}


def _in_words(point: FrontPoint, currency: str) -> str:
    parts = [f"{money(usd, currency)} on {line}" for line, usd in point.split.items() if usd]
    return listing(parts) if parts else "spend nothing"


def pareto(
    scenario: Scenario | str | os.PathLike[str],
    budget_usd: float,
    measures: Sequence[str],
    *,
    worlds: int | None = None,
    trials: int = 60,
    constraints: Sequence[str] = (),
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Front:
    """The Pareto front of splits of at most ``budget_usd``, for two measures or more.

    Args:
        scenario, budget_usd, worlds, constraints, seed, threads: as ``optimise`` takes them.
        measures: what is to be best; each has a better and a worse.
        trials: splits that NSGA-II tries; a quarter as many start the search for each measure alone, and as many at most come from
            moving money between the lines of the front.
        progress: called with (splits tried, splits at least).

    Raises: InputError for wrong arguments, a missing Optuna, or constraints that nothing keeps.
    """
    scenario = scenario_of(scenario)
    budget_usd = number(budget_usd, "budget_usd", 0, open_low=True, open_high=True)
    integer_at_least(trials, "trials", 1)
    luck = seed_number(scenario.seed if seed is None else seed)
    names = _measures(measures)
    count = scenario.worlds if worlds is None else integer_at_least(worlds, "worlds", 1)
    if isinstance(constraints, str):
        raise refuse("constraints", "a list of comparisons", constraints, f"write constraints=[{constraints!r}]")
    function(progress, "progress", "splits tried, splits at least")
    model = SplitModel(scenario, budget_usd, names[0], count, thread_count(threads), constraints)
    best, tried, interrupted = _searched(model, names, luck, trials, progress)
    return _measured(model, names, best, tried, luck + 1, interrupted)


def _measures(measures: Sequence[str]) -> tuple[str, ...]:
    if isinstance(measures, str | bytes) or not isinstance(measures, Sequence):
        raise refuse("measures", "a list of measures", measures)
    names = tuple(dict.fromkeys(one_of(name, f"measures[{i}]", NAMES) for i, name in enumerate(measures)))
    if len(names) < 2:
        raise InputError(
            f"measures: a front is between two measures or more, got {', '.join(names) or 'none'}: name another"
        )
    for name in names:
        direction_of(name)
    return names


def _searched(
    model: SplitModel, names: tuple[str, ...], seed: int, trials: int, progress: Progress | None
) -> tuple[dict[str, Values], list[Values], bool]:
    """The best split for each measure alone, all splits that were tried, and whether the user stopped."""
    best: dict[str, Values] = {}
    tried: dict[Values, None] = {}

    def report(done: int, _: int) -> None:
        if progress is not None:
            progress(min(len(tried) + done, trials * (len(names) + 1)), trials * (len(names) + 1))

    interrupted = False
    for name in names:
        search = Search(model, seed, max(1, trials // 4), report, name)
        try:
            best[name], interrupted = search.run()
        except KeyboardInterrupt:  # this search had found nothing yet; those before it have
            if not best:
                raise
            interrupted = True
        tried |= search.looked_at
        if interrupted:
            return {name: best.get(name, model.nothing) for name in names}, list(tried), True
    try:
        _evolve(model, names, seed, trials, list(best.values()), tried, report)
        _move_money(model, names, seed, trials, tried)
    except KeyboardInterrupt:
        interrupted = True
    return best, list(tried), interrupted


def _evolve(
    model: SplitModel, names: tuple[str, ...], seed: int, trials: int, start: list[Values],
    tried: dict[Values, None], report: Progress,
) -> None:  # fmt: skip
    """Let NSGA-II look between the best splits for each measure; what it runs is added to ``tried``."""
    optuna = optuna_module()
    sampler = optuna.samplers.NSGAIISampler(population_size=min(POPULATION, max(4, trials // 3)), seed=seed % 2**31)
    study = optuna.create_study(directions=["maximize"] * len(names), sampler=sampler)
    ends = [[line.cost(value) for line, value in zip(model.lines, values, strict=True)] for values in start]
    between = [[(a + b) / 2.0 for a, b in zip(one, other, strict=True)] for one, other in pairwise(ends)]
    for usd in (*ends, *between, *corners(model)):
        study.enqueue_trial(parts_of(usd, model.budget))

    def objective(trial: Any) -> tuple[float, ...]:
        values = split_of(trial, model)
        found = tuple(float(model.outcome(values, seed, name, worlds=model.screened).mean()) for name in names)
        tried[values] = None
        report(0, 0)
        return found

    study.optimize(objective, n_trials=trials)


def _move_money(model: SplitModel, names: tuple[str, ...], seed: int, most: int, tried: dict[Values, None]) -> None:
    """Run splits a step away from those on the front, ``most`` of them, in halving steps; they are added to ``tried``."""
    step, left = FIRST_STEP, most
    pairs = sorted(permutations(range(-1, len(model.lines)), 2), key=lambda pair: -1 in pair)  # the purse comes last
    while left > 0 and step >= SMALLEST_STEP:
        front = _front(model, names, seed, list(tried))
        near = (moved(model, values, take, give, step * model.budget) for take, give in pairs for values in front)
        new = [values for values in dict.fromkeys(near) if values and values not in tried and model.allowed(values)]
        tried |= dict.fromkeys(new[:left])
        left -= len(new)
        if not new or set(_front(model, names, seed, list(tried))) == set(front):
            step /= 2


def _front(model: SplitModel, names: tuple[str, ...], seed: int, tried: list[Values]) -> list[Values]:
    """The splits that no other of ``tried`` beats in the screened worlds."""
    scores = np.array(
        [[model.outcome(values, seed, name, worlds=model.screened).mean() for name in names] for values in tried]
    )
    return [tried[i] for i in np.flatnonzero(undominated(scores))]


def undominated(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows of ``scores`` float64[n, goals] no other row beats: as good in every goal and better in one; bool[n]."""
    as_good = (scores[:, None, :] >= scores[None, :, :]).all(axis=2)  # [other, own]
    better = (scores[:, None, :] > scores[None, :, :]).any(axis=2)
    return np.asarray(~(as_good & better).any(axis=0))


def _measured(
    model: SplitModel,
    names: tuple[str, ...],
    best: dict[str, Values],
    tried: list[Values],
    seed: int,
    interrupted: bool,
) -> Front:
    """The front of what was tried, in the worlds of ``seed``; where that is stopped, in those of the search."""
    try:
        return _front_of(model, names, best, tried, seed, model.worlds, seed - 1, interrupted)
    except KeyboardInterrupt:
        return _front_of(model, names, best, tried, seed - 1, model.screened, seed - 1, True)


def _front_of(
    model: SplitModel,
    names: tuple[str, ...],
    best: dict[str, Values],
    tried: list[Values],
    seed: int,
    worlds: int,
    luck: int,
    interrupted: bool,
) -> Front:
    """luck: of the search."""
    chosen = list(dict.fromkeys([*best.values(), *_front(model, names, luck, tried)]))
    again = np.array([[model.outcome(values, seed, name, worlds=worlds).mean() for name in names] for values in chosen])
    kept = np.flatnonzero(undominated(again))
    order = kept[np.argsort(-again[kept, 0], kind="stable")]
    points = {i: _point(model, names, chosen[i], seed, worlds) for i in _spread(again, order)}
    return Front(
        names, model.budget, worlds, len(tried), tuple(points.values()),
        {name: _point(model, names, values, seed, worlds) for name, values in best.items()}, model.notes, interrupted,
        model.scenario.spec.currency,
    )  # fmt: skip


def _spread(scores: NDArray[np.float64], order: NDArray[np.int64]) -> list[int]:
    """At most ``MOST_SHOWN`` of a sorted front: the best for each goal, and others that lie furthest from those taken."""
    scale = np.ptp(scores[order], axis=0)
    place = scores / np.where(scale > 0.0, scale, 1.0)
    taken = {int(order[scores[order, goal].argmax()]) for goal in range(scores.shape[1])}
    left = [int(i) for i in order if int(i) not in taken]
    while left and len(taken) < MOST_SHOWN:
        away = [min(float(np.abs(place[i] - place[j]).max()) for j in taken) for i in left]
        taken.add(left.pop(int(np.argmax(away))))
    return [int(i) for i in order if int(i) in taken]


def _point(model: SplitModel, names: tuple[str, ...], values: Values, seed: int, worlds: int) -> FrontPoint:
    uplift = {
        name: estimate(
            model.outcome(values, seed, name, worlds=worlds) - model.outcome(model.nothing, seed, name, worlds=worlds)
        )
        for name in names
    }
    paths = {line.path: value for line, value in zip(model.lines, values, strict=True)}
    return FrontPoint(dict(model.said(values)), paths, model.cost(values), uplift)
