"""A finished test: a table of groups and outcomes in, the estimated total effect out, with the bias that the model expects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import file_path, instance
from viralsim.decisions.estimators import cluster_robust, difference_in_means
from viralsim.decisions.field_test import FieldTestReport
from viralsim.errors import InputError
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import more_or_less, number, span, supported
from viralsim.member_names import handle_key
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.tables import Column, Kind, read_table

if TYPE_CHECKING:
    from viralsim.tables import Table

COLUMNS = (
    Column("group", Kind.TEXT, ("arm", "assignment", "variant", "cell", "gruppe"), required=True),
    Column("outcome", Kind.NUMBER, ("result", "conversions", "shares", "reach", "impressions", "value"), required=True),
    Column("member", Kind.ID, ("member id", "user", "user id", "id", "person")),
    Column("advocate", Kind.ID, ("handle", "creator", "ambassador")),
    Column("before", Kind.NUMBER, ("outcome before", "previous outcome", "earlier launch", "pre period")),
    Column("community", Kind.ID, ("cluster", "region", "unit")),
    Column("members", Kind.COUNT, ("size", "people", "users")),
)
GROUPS = ("treatment", "control")
PLURAL = {"member": "members", "community": "communities", "advocate": "advocates"}


@dataclass(frozen=True)
class FinishedTest:
    """What one estimator finds in a finished test; totals over the audience, in the measure's unit.

    bias: what the model expects of this design, None where it cannot be told; ``corrected`` has it taken off.
    """

    unit: str
    estimator: str
    units: int
    effect: float
    low: float
    high: float
    bias: float | None
    currency: str = DEFAULT_CURRENCY

    @property
    def corrected(self) -> float | None:
        """The effect without the bias that the model expects."""
        return None if self.bias is None else self.effect - self.bias

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "corrected": self.corrected}

    def sentence(self, measure: str) -> str:
        """What was found, in plain words."""
        found = more_or_less(declared(measure), self.effect, supported(self.low, self.high), self.currency)
        said = (
            f"The test found {found} ({span(self.low, self.high)}) by "
            f"{self.estimator.replace('_', ' ')} of {self.units:,} {PLURAL[self.unit]}"
        )
        if self.bias is None or self.corrected is None:
            return f"{said}."
        return (
            f"{said}; the model expects such an estimate to be off by {number(self.bias)}: without that it is "
            f"{number(self.corrected)}."
        )


def analyse_outcomes(report: FieldTestReport, path: str | os.PathLike[str]) -> tuple[FinishedTest, ...]:
    """Estimates of a finished test, from a CSV with a row per member, community or advocate.

    Args:
        report: what ``field_test`` said of the test.
        path: columns ``group`` (treatment or control) and ``outcome``; ``community`` or ``advocate`` where these were assigned;
            ``members`` where a row stands for several; ``before``, the outcome of an earlier launch with the control arm for all.

    Raises: InputError for a table that says no such thing, or has fewer than two units in a group.
    """
    from scipy.stats import t

    instance(report, "report", FieldTestReport, "give what viralsim.field_test returned")
    table = read_table(file_path(path, "path"), COLUMNS)
    treated, totals, sizes, unit, before = _units(table)
    for word, side in zip(GROUPS, (treated, ~treated), strict=True):
        if side.sum() < 2:
            raise InputError(
                f"{table.path}: {int(side.sum())} {unit} in the group {word!r}: an interval needs two or more"
            )
    judged = {(one.unit, one.estimator): one.quality.bias for one in report.judged}
    found = {
        "difference_in_means": difference_in_means(totals, treated),
        "cluster_robust": cluster_robust(totals, sizes, treated),
    }
    if before is not None:
        found["difference_in_differences"] = difference_in_means(totals - before, treated)
    tests = []
    for name, one in found.items():
        if unit != "community" and name == "cluster_robust" and (sizes == 1.0).all():
            continue  # the same estimate again
        half = float(t.ppf(0.975, one.freedom)) * one.standard_error
        bias = judged.get((unit, name))
        tests.append(
            FinishedTest(
                unit, name, len(totals), one.effect, one.effect - half, one.effect + half, bias, report.currency
            )
        )
    return tuple(tests)


def _units(table: Table) -> tuple[Any, Any, Any, str, Any]:
    """Treated bool[U], outcome and members float64[U] of each assigned unit, what units are, and outcomes before or None."""
    words = [text.strip().casefold() for text in table.texts("group")]
    for row, word in enumerate(words):
        if word not in GROUPS:
            raise table.refusal(row, "group", "is no group: write treatment or control")
    treated = np.array([word == GROUPS[0] for word in words])
    outcome = _complete(table, "outcome", table.numbers("outcome", low=-np.inf))
    sizes = (
        _complete(table, "members", table.numbers("members", low=1.0)) if "members" in table else np.ones(len(table))
    )
    before = _complete(table, "before", table.numbers("before", low=-np.inf)) if "before" in table else None
    for name in ("member", "advocate"):
        if name in table:
            _each_once(table, name)
    if "advocate" in table or "community" not in table:
        return treated, outcome, sizes, "advocate" if "advocate" in table else "member", before
    names, first, place = np.unique(_communities(table), return_index=True, return_inverse=True)
    rows, counted = np.bincount(place), np.bincount(place, weights=treated)
    mixed = (counted > 0) & (counted < rows)
    if mixed.any():  # members of one community are in both groups: members were assigned
        _refuse_nearly_whole(table, names, place, mixed, rows)
        return treated, outcome, sizes, "member", before
    totals, members = np.bincount(place, weights=outcome, minlength=len(names)), np.bincount(place, weights=sizes)
    if before is not None:
        before = np.bincount(place, weights=before, minlength=len(names))
    return treated[first], totals, members, "community", before


def _complete(table: Table, name: str, values: Any) -> Any:
    if np.isnan(values).any():
        raise table.refusal(
            int(np.argmax(np.isnan(values))), name, "is missing: write a number, 0 where nothing happened"
        )
    return values


def _communities(table: Table) -> list[str]:
    """The community of each row; InputError where one is missing, or two differ by case and blanks alone."""
    names = table.texts("community")
    first: dict[str, str] = {}
    for row, name in enumerate(names):
        if not name:
            raise table.refusal(row, "community", "is empty: every row is of one")
        other = first.setdefault(" ".join(name.casefold().split()), name)
        if other != name:
            raise table.refusal(row, "community", f"is written {other!r} above: write each community in one way")
    return names


def _refuse_nearly_whole(table: Table, names: Any, place: Any, mixed: Any, rows: Any) -> None:
    """InputError where most communities are in one group, far more than by chance, and a few are in both: some row is wrong."""
    whole = int((~mixed & (rows > 1)).sum())
    by_chance = float((2.0 ** (1 - rows[rows > 1])).sum())
    if whole > mixed.sum() and whole > 2 * by_chance + 2:
        at = int(np.argmax(mixed[place]))
        raise table.refusal(
            at,
            "community",
            f"is in both groups, and {whole} others are wholly in one: correct its group, or leave the column out where members "
            "were assigned",
        )


def _each_once(table: Table, name: str) -> None:
    seen: set[str] = set()
    texts = table.texts(name)
    handles = any(text.startswith("@") for text in texts)  # whose case and @ do not count
    for row, text in enumerate(texts):
        if not text:
            raise table.refusal(row, name, "is empty: every row names one")
        key = handle_key(text) if handles else text
        if key in seen:
            raise table.refusal(row, name, "is listed twice: give each one row")
        seen.add(key)
