"""Which single input would have to differ, and how far, for an observed curve to be ordinary."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.worlds.envelope import ALPHA, chance_of_farther
from viralsim.forecasting.worlds.weighting import counted_at
from viralsim.measurement.number_format import number
from viralsim.results import Result
from viralsim.scenario import Scenario, loads
from viralsim.scenario.inputs import Input, inputs_of
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience

FACTORS = (2**0.5, 2.0, 4.0)  # tried upwards and downwards, the nearest first
HALVINGS = 3  # of the way between a value that is not ordinary and one that is
MONEY = ("value_usd", "cost_usd", "cpm_usd", "cost_usd_per_day")


@dataclass(frozen=True)
class Different:
    """An input at ``value`` instead of ``now``, the others as they are, makes the curve ordinary; nearer to ``now`` it is not."""

    path: str
    now: float
    value: float

    @property
    def factor(self) -> float:
        """value / now."""
        return self.value / self.now

    def sentence(self) -> str:
        """One line."""
        more = "or more" if self.value > self.now else "or less"
        return f"it would be ordinary with {self.path} at {number(self.value)} {more} (now {number(self.now)})"


@dataclass
class Search:
    """The run whose inputs are changed, one at a time; ``scenario``: None for the one that is stored in it."""

    result: Result
    scenario: Scenario | None
    worlds: int
    threads: int
    audiences: list[CompiledAudience] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The scenario is that of the run."""
        if self.scenario is None:
            if not self.result.scenario_yaml.strip():
                raise InputError("the run holds no scenario to look for what would differ: leave that out, or give it")
            home = Path(self.result.scenario_file).parent if self.result.scenario_file else Path()
            self.scenario = loads(self.result.scenario_yaml, home)
        if self.scenario.fingerprint != self.result.fingerprint:
            raise InputError(
                "the scenario is not the one of the run, or a file that it names has changed: run it again, or leave out what "
                "differs"
            )

    def chance(self, arm: str, path: str, value: float, points: Floats, seen: Floats) -> float:
        """``chance_of_farther`` where ``value`` is at ``path``; 0 where the scenario cannot have it."""
        assert self.scenario is not None
        if not self.audiences:
            self.audiences = [compile_audience(self.scenario, p) for p in range(self.scenario.spec.populations)]
        try:
            changed = self.scenario.override({path: value})
            found = launch(
                changed, self.audiences, [arm], self.worlds, self.result.seed, self.threads, series=True
            )  # fmt: skip
        except InputError:
            return 0.0
        return chance_of_farther(counted_at(found[arm].series["shares"], self.result.tick_hours, points), seen)


def what_would_differ(search: Search, arm: str, points: Floats, seen: Floats) -> tuple[Different, ...]:
    """The inputs that make the curve ordinary within four times or a quarter of their value, the smallest change first."""
    assert search.scenario is not None
    uncertain = set(search.result.inputs_of_world)
    found: list[Different] = []
    for one in inputs_of(search.scenario):
        foreign = one.path.startswith("arms.") and not one.path.startswith(f"arms.{arm}.")
        if one.value > 0 and one.path not in uncertain and not foreign and one.path.rsplit(".", 1)[-1] not in MONEY:
            found += _nearest(search, one, arm, points, seen)
    return tuple(sorted(found, key=lambda different: abs(math.log(different.factor))))


def _nearest(search: Search, one: Input, arm: str, points: Floats, seen: Floats) -> Iterator[Different]:
    """The nearest value above and below at which the curve is ordinary, as far as there is one."""
    for sign in (1, -1):
        last = 0.0
        for factor in FACTORS:
            log = sign * math.log(factor)
            value = min(max(one.value * math.exp(log), one.lowest), one.highest)
            if value > 0 and search.chance(arm, one.path, value, points, seen) > ALPHA:
                yield Different(
                    one.path, one.value, _between(search, one, arm, points, seen, last, math.log(value / one.value))
                )
                break
            last = log


def _between(
    search: Search, one: Input, arm: str, points: Floats, seen: Floats, outside: float, inside: float
) -> float:
    """The value nearest to ``outside`` (both logarithms of factors) that is found ordinary."""
    for _ in range(HALVINGS):
        middle = (outside + inside) / 2
        if search.chance(arm, one.path, one.value * math.exp(middle), points, seen) > ALPHA:
            inside = middle
        else:
            outside = middle
    return float(f"{one.value * math.exp(inside):.3g}")
