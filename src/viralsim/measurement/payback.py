"""A programme month by month: the values of every launch, and when the arm that costs more has paid for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.arms import has_value
from viralsim.measurement.intervals import mean_intervals
from viralsim.measurement.number_format import money, percent, span
from viralsim.measurement.question import Question
from viralsim.records.record import RunRecord

Float64 = NDArray[np.float64]
HOURS_PER_DAY = 24.0
NET = "net_usd"
# columns of the tables that people read, with their heads
SHOWN = {
    "members": "members", "joined": "joined", "left": "left", "fans": "fans", "customers": "customers", "advocates": "advocates",
    "willingness": "willing", "trust": "trust", "coverage": "coverage", "shares": "shares", "conversions": "conversions",
    "repeat_purchases": "bought again", "cost_usd": "cost", "net_usd_so_far": "net so far",
}  # fmt: skip


@dataclass(frozen=True)
class Payback:
    """The arm that costs more against the other, by the net value summed up to each launch; launches are numbered from 1.

    arms: the one that costs more, the other. launch: the launch from which on the mean difference stays above 0, None: never.
    sure_launch: the same for its 95 % interval. at_end, ci_low, ci_high: the difference after the last launch.
    probability: part of the worlds in which the first arm is then ahead. currency: of the amounts, its ISO 4217 code.
    """

    arms: tuple[str, str]
    launches: int
    launch: int | None
    sure_launch: int | None
    days: float | None
    at_end: float
    ci_low: float
    ci_high: float
    probability: float
    currency: str

    @property
    def sentence(self) -> str:
        """When it pays back, with its interval."""
        first, second = self.arms
        end = f"{money(abs(self.at_end), self.currency)} {'ahead of' if self.at_end > 0 else 'behind'} {second}"
        sure = f" (95 % interval {span(self.ci_low, self.ci_high)} {self.currency})" if np.isfinite(self.ci_low) else ""
        worlds = f"ahead in {percent(self.probability)} of simulations"
        if self.launch is None:
            return (
                f"{first} does not pay back within {self.launches} {'campaign' if self.launches == 1 else 'campaigns'}: "
                f"it ends {end}{sure}, {worlds}."
            )
        surely = "" if self.sure_launch in (None, self.launch) else f", surely from campaign {self.sure_launch}"
        return (
            f"{first} pays back from campaign {self.launch} of {self.launches} on (day {self.days:.0f}){surely}: "
            f"it ends {end}{sure}, {worlds}."
        )


def is_programme(record: RunRecord) -> bool:
    """Whether the arms were launched more than once, or as a programme of one."""
    return any(arm.launches for arm in record.arms.values())


def payback_of(record: RunRecord, question: Question | None) -> Payback | None:
    """When the more expensive arm of the pair asked about pays back; None without a programme, a pair, or a value in money."""
    if question is None or not is_programme(record) or not has_value(record):
        return None
    first, second = question.arms
    if question.cost_difference < 0:
        first, second = second, first
    one, other = record.arms[first].launches, record.arms[second].launches
    ahead = np.cumsum(one[NET] - other[NET], axis=1)
    found = mean_intervals(ahead, record.clusters())
    launch = _stays_above(found.mean)
    starts = one["starts_hours"][0]
    return Payback(
        (first, second), ahead.shape[1], launch, _stays_above(found.low),
        None if launch is None else float(starts[launch - 1]) / HOURS_PER_DAY,
        float(found.mean[-1]), float(found.low[-1]), float(found.high[-1]), float(np.mean(ahead[:, -1] > 0.0)),
        record.currency,
    )  # fmt: skip


def _stays_above(values: Float64) -> int | None:
    """The number, from 1, at which the final run of values above 0 begins; None if the last is not."""
    below = np.flatnonzero(~(values > 0.0))
    first = 0 if not len(below) else int(below[-1]) + 1
    return None if first >= len(values) else first + 1


def launches_table(record: RunRecord, arm: str) -> dict[str, list[float | None]]:
    """Means over worlds by launch: name -> a value per launch; ``net_usd_so_far`` with its 95 % limits."""
    columns: Mapping[str, Float64] = record.arms[arm].launches
    table: dict[str, list[float | None]] = {name: _means(values) for name, values in columns.items()}
    if NET in columns:
        so_far = mean_intervals(np.cumsum(columns[NET], axis=1), record.clusters())
        ends = {"": so_far.mean, "_low": so_far.low, "_high": so_far.high}
        table |= {f"net_usd_so_far{end}": values.tolist() for end, values in ends.items()}
    return table


def _means(values: Float64) -> list[float | None]:
    """The mean of every launch over the worlds in which it is defined; None if it is defined in none."""
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    return [float(s / n) if n else None for s, n in zip(sums, counts, strict=True)]


def programme_dict(record: RunRecord, question: Question | None) -> dict[str, Any] | None:
    """The object under ``programme`` of ``viralsim run --json``; None if there is one launch without a programme."""
    if not is_programme(record):
        return None
    arms = {name: launches_table(record, name) for name in record.arms}
    found = payback_of(record, question)
    launches = len(next(iter(next(iter(arms.values())).values())))
    payback = None if found is None else {**asdict(found), "sentence": found.sentence}
    return {"launches": launches, "arms": arms, "payback": payback}
