"""How different the campaigns of one arm end, although content, audience and plan are the same in all."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.arms import chance
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import amount, number, percent, percent_span
from viralsim.records.record import RunRecord

LEAST_FOR_ODDS = 100  # simulations for one in a hundred


@dataclass(frozen=True)
class Odds:
    """How the campaigns of one arm end. values: float64[W], in the order of the simulations.

    spread: half, one in ten and one in a hundred of them, in words. top: the part of the total that the luckiest one in a
    hundred bring; NaN if the total is not above 0 or a value is below 0. chances: ("go viral" or "flop", its chance with interval).
    """

    values: NDArray[np.float64]
    label: str
    spread: str
    top: float
    chances: tuple[tuple[str, str], ...]

    def beats(self, other: Odds) -> float:
        """The part of the simulations in which this arm brings more than another one with the same luck."""
        return float(np.mean(self.values > other.values))


def odds(record: RunRecord, name: str) -> Odds | None:
    """The odds of an arm in the goal's measure, shares without one; None if there are too few simulations."""
    arm = record.arms[name]
    key = "shares" if record.goal is None else record.goal.measure
    m, known = measure(key), arm.measures[key]
    values = np.sort(known[np.isfinite(known)])
    if len(values) < LEAST_FOR_ODDS:
        return None
    half, tenth, hundredth = (float(np.quantile(values, level)) for level in (0.5, 0.9, 0.99))
    counts = values.sum() > 0.0 and values[0] >= 0.0
    chances = tuple(
        (word, f"{percent(one.probability)} ({percent_span(one.low, one.high)})")
        for word, rule in (("go viral", record.viral_when), ("flop", record.flop_when))
        if rule and not isnan((one := chance(record, arm, rule)).probability)
    )
    return Odds(
        known,
        m.label,
        f"at most {amount(m, half, record.currency)}, one in ten {number(tenth)} or more, "
        f"one in a hundred {number(hundredth)} or more",
        float(values[-max(1, len(values) // 100) :].sum() / values.sum()) if counts else nan,
        chances,
    )
