"""What the page of a sweep asks its folder: which arm is best where, where it cannot be told, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.experiments.decision_map import BestArm, DecisionMap, decision_map, swept_paths
from viralsim.experiments.sensitivity import FOUND, read_sensitivity
from viralsim.experiments.sweep import plan_in
from viralsim.experiments.table import read_table
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.number_format import number
from viralsim.report.markup import readable
from viralsim.report.selectors import short
from viralsim.report.theme import DASHES, role_of_arm
from viralsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

MOST_PANELS = 6  # combinations of the parameters that are not on the axes, a panel each
PATH_LETTERS = 44
VALUE_DIGITS = 4


@dataclass(frozen=True)
class SweepFacts:
    """A sweep as its page sees it.

    manifest: what ``sweep.json`` says. scenario: without its sweep block. table: a row a finished point and arm. failed:
    (point, error). measure: what is to be best. axes: the swept paths that have more than one value, numbers first, and
    those first that matter most where a sensitivity analysis says so. found: the best arm at each point; None with one arm
    or where no point could be run.
    """

    folder: str
    manifest: dict[str, Any]
    scenario: Scenario
    text: str
    table: pd.DataFrame
    failed: list[tuple[int, str]]
    measure: Measure
    axes: tuple[str, ...]
    found: DecisionMap | None
    sensitivity: dict[str, Any] | None

    @property
    def currency(self) -> str:
        """The code of all amounts."""
        return str(self.scenario.spec.currency)

    @property
    def arms(self) -> list[str]:
        """The arms in their order."""
        return list(self.manifest["arms"])

    @property
    def numeric(self) -> set[str]:
        """The axes whose values are numbers."""
        return {path for path in self.axes if self.table[path].dtype.kind in "if"}

    @property
    def finished(self) -> int:
        """Points that were run without an error."""
        return int(self.table["point"].nunique())

    def role(self, arm: str) -> str:
        """The colour role of an arm."""
        base = self.scenario.spec.baseline
        return role_of_arm(arm, self.arms, base if base in self.arms else None)

    def dash(self, arm: str) -> tuple[float, ...]:
        """The dashes of an arm's line."""
        return DASHES[self.arms.index(arm) % len(DASHES)]

    def said(self, values: Mapping[str, Any]) -> str:
        """Values of paths in words, each path by its last words as far as they tell it from the others."""
        return ", ".join(f"{self._last_words(path)} {value_text(value)}" for path, value in values.items())

    def _last_words(self, path: str) -> str:
        words = path.split(".")
        tails = (".".join(words[-count:]) for count in range(1, len(words)))
        known = [f".{other}" for other in self.manifest["paths"]]
        return next((tail for tail in tails if sum(other.endswith(f".{tail}") for other in known) == 1), path)

    def values(self, path: str) -> list[Any]:
        """The values of a path that were run, rising."""
        return sorted(self.table[path].unique().tolist())


@dataclass(frozen=True)
class Facet:
    """The part of a sweep in which the parameters that are not on the axes have these values; ``title`` says them."""

    fixed: dict[str, Any]
    rows: pd.DataFrame
    title: str = ""


def open_sweep(folder: str | Path) -> SweepFacts:
    """Read the folder of a sweep; InputError where it holds none, or no table yet."""
    manifest, plan = plan_in(folder)
    whole = read_table(folder)
    bad = whole[whole["error"].notna()].drop_duplicates("point")
    table = whole[whole["error"].isna()]
    goal = plan.scenario.spec.goal
    named = measure(goal.measure if goal else "shares")
    chosen = (
        named if named.direction else measure("shares")
    )  # a measure that is neither better nor worse decides nothing
    known = read_sensitivity(folder) if (Path(folder) / FOUND).is_file() else None
    decided = len(table) > 0 and table["arm"].nunique() > 1
    return SweepFacts(
        str(folder), manifest, plan.scenario, plan.asked.to_yaml(), table,
        [(int(point), str(error)) for point, error in zip(bad["point"], bad["error"], strict=True)],
        chosen, _axes(table, known), decision_map(table, chosen.name) if decided else None, known,
    )  # fmt: skip


def _axes(table: pd.DataFrame, sensitivity: dict[str, Any] | None) -> tuple[str, ...]:
    varied = [path for path in swept_paths(table) if table[path].nunique() > 1]
    weight = dict.fromkeys(varied, 0.0)
    for one in (sensitivity or {}).get("influences", []):
        known = one.get("total") if one.get("total") is not None else one.get("mu_star")
        if one["path"] in weight and known is not None:
            weight[one["path"]] = max(weight[one["path"]], float(known))
    return tuple(sorted(varied, key=lambda path: (table[path].dtype.kind not in "if", -weight[path])))


def facets(facts: SweepFacts, on_axes: Sequence[str]) -> list[Facet]:
    """The sweep by the parameters that are not on the axes; one whole where these have too many combinations."""
    others = [path for path in facts.axes if path not in on_axes]
    if not others:
        return [Facet({}, facts.table)]
    groups = facts.table.groupby(others, sort=True)
    if groups.ngroups > MOST_PANELS:
        return [Facet({}, facts.table)]
    parts = [(dict(zip(others, key if isinstance(key, tuple) else (key,), strict=True)), rows) for key, rows in groups]
    return [Facet(fixed, rows, facts.said(fixed)) for fixed, rows in parts]


def is_grid(facts: SweepFacts, paths: Sequence[str]) -> bool:
    """Whether most combinations of the values of the paths were run, so that they make a map and no scattered points."""
    cells = np.prod([facts.table[path].nunique() for path in paths])
    return bool(2 * len(facts.table.drop_duplicates(list(paths))) >= cells)


def at(points: Sequence[BestArm], fixed: dict[str, Any]) -> Iterator[BestArm]:
    """The points that have the fixed values."""
    return (point for point in points if all(point.values[path] == value for path, value in fixed.items()))


def value_text(value: Any) -> str:
    """A value of a swept path: whole numbers whole, others with four digits at most, words as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return short(str(value))
    return (
        f"{int(value):,}"
        if float(value).is_integer() and abs(float(value)) < 1e15
        else number(float(value), VALUE_DIGITS)
    )


def path_label(path: str, letters: int = PATH_LETTERS) -> str:
    """A swept path as the label of an axis."""
    return short(readable(path), letters)
