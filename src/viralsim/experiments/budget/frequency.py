"""How often a paid line should be shown to one member: the frequency cap with the best outcome, the budget as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from viralsim.experiments.budget.estimate import Estimate, estimate
from viralsim.experiments.budget_split import SplitModel, Values
from viralsim.scenario.paths import parse_path

CAPS = (1, 2, 3, 5, 8)


@dataclass(frozen=True)
class CapPoint:
    """One cap of a line, None for none: the uplift of the split over spending nothing, and over the split without a cap."""

    cap: int | None
    uplift: Estimate
    over_no_cap: Estimate


@dataclass(frozen=True)
class Frequency:
    """The caps of one paid line. best: the cap with the highest mean; of equals the loosest, no cap first.

    shown: whether the best is shown to bring more than no cap.
    """

    line: str
    best: int | None
    shown: bool
    points: tuple[CapPoint, ...]

    @property
    def sentence(self) -> str:
        """The answer in words."""
        if self.best is None:
            return f"Leave {self.line} without a frequency cap."
        times = "once" if self.best == 1 else f"{self.best} times"
        if not self.shown:
            return f"No frequency cap of {self.line} was shown to bring more than none."
        gain = next(point.over_no_cap for point in self.points if point.cap == self.best)
        return f"Show {self.line} to one person {times} at most: {gain.mean:+,.4g} ({gain.low:+,.4g} to {gain.high:+,.4g})."


def frequencies(model: SplitModel, values: Values, seed: int) -> Iterator[Frequency]:
    """A ``Frequency`` per paid line that gets money in the split ``values``, the other lines as they are.

    Measured in ``model.redrawn`` worlds.
    """
    base = model.outcome(model.nothing, seed, worlds=model.redrawn)
    for i, line in enumerate(model.lines):
        if line.kind != "paid" or not values[i]:
            continue
        free = model.outcome(values, seed, caps=((i, None),), worlds=model.redrawn)
        points = []
        goal = model.scenario.spec.campaign.paid[int(parse_path(line.path)[2])].frequency_goal or 1
        for cap in (None, *(cap for cap in reversed(CAPS) if cap >= goal)):  # below its goal nobody would count
            own = model.outcome(values, seed, caps=((i, cap),), worlds=model.redrawn)
            points.append(CapPoint(cap, estimate(own - base), estimate(own - free)))
        best = max(points, key=lambda point: point.uplift.mean)
        yield Frequency(line.name, best.cap, best.over_no_cap.low > 0.0, tuple(points))
