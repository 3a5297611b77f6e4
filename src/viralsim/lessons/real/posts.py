"""Thirty real posts with who took each share from whom, and when; SOURCE.md says where they are from and under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

DAY_HOURS = 24.0  # that each post was watched for


@dataclass(frozen=True)
class RealPost:
    """One post; row 0 is the post itself, every other row a share.

    parents: int64[rows], the row that a share was taken from; -1 for the post itself. hours: float64[rows] since the post.
    """

    parents: NDArray[np.int64]
    hours: NDArray[np.float64]

    @property
    def shares(self) -> int:
        """How many shares came within the day."""
        return len(self.hours) - 1

    def by(self, hours: float) -> int:
        """How many shares had come by then."""
        return int((self.hours[1:] <= hours).sum())


@cache
def posts() -> tuple[RealPost, ...]:
    """All thirty, in the order in which lessons show them."""
    text = files(__package__).joinpath("weibo.csv").read_text(encoding="utf-8")
    rows = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=np.int64)
    return tuple(
        RealPost(own[:, 1], own[:, 2] / 3600) for own in np.split(rows, np.flatnonzero(np.diff(rows[:, 0])) + 1)
    )
