"""How long posts wait to be shared, from the curves of past posts: a law and a time scale per post, as a channel has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.calibration.mapping import Home
from viralsim.errors import InputError
from viralsim.forecasting.curve_files import read_curves
from viralsim.forecasting.past import population_of
from viralsim.forecasting.post_law import PostLaw
from viralsim.scenario import Scenario

FEWEST_CURVES = 8
QUARTILES_APART = 1.3489795  # of a normal law, in standard deviations
DIGITS = 4


@dataclass(frozen=True)
class Timing:
    """Hours from a post to the shares that answer it: lognormal around a time scale that differs between posts."""

    median_hours: float
    sigma: float  # of the logarithm, within a post
    spread: float  # of the logarithm of the time scales of posts
    posts: int
    notes: tuple[str, ...]

    def impression_delay(self) -> dict[str, Any]:
        """As the channel has it."""
        median, sigma, spread = (float(f"{value:.{DIGITS}g}") for value in (self.median_hours, self.sigma, self.spread))
        return {"lognormal": {"median": f"{median}h", "sigma": sigma}, "spread": spread}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "median_hours": self.median_hours, "sigma": self.sigma, "spread": self.spread, "posts": self.posts,
            "notes": list(self.notes),
        }  # fmt: skip


def timing_of(path: Path, horizon_hours: float, seed: int) -> Timing:
    """The timing of the posts of a file of curves, watched until the horizon.

    Raises: InputError as ``read_curves`` and ``population_of``, and for fewer than 8 curves.
    """
    curves, notes = read_curves(path, watched=horizon_hours)
    if len(curves) < FEWEST_CURVES:
        raise InputError(f"{path}: {len(curves)} curves; {FEWEST_CURVES} are the fewest to learn times from: give more")
    population, more = population_of(curves, horizon_hours, seed)
    median, sigma = lognormal_like(population.law)
    return Timing(median, sigma, population.law.scale_sd, population.posts, (*notes, *more))


def lognormal_like(law: PostLaw) -> tuple[float, float]:
    """(median in hours, sigma) of the lognormal with the quartiles of the law of arrivals (Lomax) at a typical time scale."""
    low, middle, high = ((1.0 - level) ** (-1.0 / law.arrival_shape) - 1.0 for level in (0.25, 0.5, 0.75))
    return float(np.exp(law.scale) * middle), float(np.log(high / low) / QUARTILES_APART)


def with_timing(data: Mapping[str, Any], home: Home, timing: Timing) -> dict[str, Any]:
    """A copy of plain data in which posts wait so long on the channel, and who has seen one shares it in the same tick or the next.

    Curves say when posts are shared, not when they are seen: both delays are in the one.
    """
    channel = {
        **data["channels"][home.channel],
        "impression_delay": timing.impression_delay(),
        "reaction_delay": {"fixed": "0h"},
    }
    return {**data, "channels": {**data["channels"], home.channel: channel}}


def timed(scenario: Scenario, home: Home, timing: Timing) -> Scenario:
    """The scenario with these times."""
    return scenario.with_data(with_timing(scenario.data, home, timing))
