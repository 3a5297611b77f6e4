"""Where each real post would end, as forecast after its first hours from the other twenty-nine: ``forecasts.json``.

``python -m viralsim.lessons.real.forecasts`` makes it, in some minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from viralsim.atomic import write_text
from viralsim.forecasting import Population, fit
from viralsim.lessons.real.posts import DAY_HOURS, RealPost, posts

HOURS = (1.0, 2.0, 3.0, 6.0, 12.0)  # of watching, that a forecast is made after
RANGE = (0.1, 0.5, 0.9)  # eight in ten ends lie between the outer two
SEED = 1


@dataclass(frozen=True)
class Expected:
    """A forecast of the shares at the end of the day: the middle one of its draws, and the range of 80 in 100 of them."""

    low: float
    middle: float
    high: float

    def holds(self, end: float) -> bool:
        """Whether the end lies in the range."""
        return self.low <= end <= self.high


def past_of(post: int) -> Population:
    """What is known from all the other posts."""
    rows = [
        pd.DataFrame({"post_id": number, "hours": np.sort(one.hours)})
        for number, one in enumerate(posts()) if number != post
    ]  # fmt: skip
    return fit(pd.concat(rows), DAY_HOURS, SEED)


def expected(past: Population, one: RealPost, at: float, seed: int = SEED) -> Expected:
    """The forecast of a post of which the shares by ``at`` hours are known."""
    ends = past.predict(np.sort(one.hours[one.hours <= at]), at, seed=seed)
    low, middle, high = (float(round(q)) for q in np.quantile(ends, RANGE))
    return Expected(low, middle, high)


@cache
def forecasts() -> tuple[Mapping[float, Expected], ...]:
    """For each post: hours watched -> the forecast made then, as they were stored."""
    stored = json.loads(files(__package__).joinpath("forecasts.json").read_text(encoding="utf-8"))
    return tuple({float(at): Expected(*three) for at, three in one.items()} for one in stored)


def held(expected_at: Sequence[Expected]) -> int:
    """In how many posts the end lay in the range; one forecast for each post, in their order."""
    return sum(found.holds(one.shares) for found, one in zip(expected_at, posts(), strict=True))


def main(path: Path) -> None:
    """Forecast every post from the others and store it."""
    lines = []
    for number, one in enumerate(posts()):
        past = past_of(number)
        found = {f"{at:g}": expected(past, one, at) for at in HOURS}
        lines.append(json.dumps({at: [e.low, e.middle, e.high] for at, e in found.items()}))
        print(f"post {number + 1} of {len(posts())}", file=sys.stderr)
    write_text(path, "[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main(Path(__file__).with_name("forecasts.json"))
