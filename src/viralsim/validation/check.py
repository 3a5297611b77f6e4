"""A check: what is asked, of which model, against which number from where; and how a sample is judged.

A mean is judged at 4.5 standard errors (one failure by chance in 150,000) and a law by a chi-square test at p = 5e-6 (one
in 200,000), so that a check of a dozen comparisons fails by chance less often than one time in ten thousand. A stated
tolerance is given where the expected value is itself an approximation (finite networks, mean fields).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FAR = 4.5
LEAST_P = 5e-6
REPRODUCES, DOES_NOT, NOT_COMPARABLE, SKIPPED = "reproduces", "does not reproduce", "not comparable", "skipped"

# What is allowed, and why.
EXACT = "none: an exact number (or its printed digits)"
MEAN = "4.5 standard errors of the mean: 7 in a million by chance."
LAW = "4.5 standard errors of a mean, chi-square p > 5e-6 of a law: chance alone"
ROOT = "4.5 standard errors for a chance, 0.01 for a size: the root is that of endless networks"
FINITE = "4.5 standard errors and 10 / n: what a finite network leaves is of the order of 1 / n"
WINDOW = "0.05 for a chance (0.08 at z 5.5), 0.01 for a size (0.03 at z 1.5): theory is of endless networks"
BORN = "4.5 standard errors between worlds and 0.05: a few memes outlive the run"
FIELD = "0.02 on P1, 0.006 on the rest: the mean field lets a screen and its followers' be refreshed apart"
COMBINED = "4.5 combined standard errors of two simulations"
DIRECTION = "the direction or range that was published; fails nothing"


@dataclass(frozen=True)
class Number:
    """One comparison: what, the expected value, the one seen, the judgement in words; ok None: shown, not judged."""

    what: str
    expected: str
    seen: str
    judged: str
    ok: bool | None

    def __post_init__(self) -> None:
        """Hold the judgement as a plain bool, which JSON knows."""
        object.__setattr__(self, "ok", None if self.ok is None else bool(self.ok))


@dataclass(frozen=True)
class Picture:
    """Lines of a plot: (label, x, y, is theory), with the axes' names and scales."""

    title: str
    x: str
    y: str
    lines: tuple[tuple[str, NDArray[np.float64], NDArray[np.float64], bool], ...]
    log_x: bool = False
    log_y: bool = False
    points: bool = False


@dataclass
class Setting:
    """How checks are run. data: the folder of real networks and cascades, or None."""

    seed: int = 1
    threads: int | None = None
    data: Path | None = None
    pictures: list[Picture] = field(default_factory=list)

    def file(self, *parts: str) -> Path:
        """A file of the data; MissingDataError where it is not at hand."""
        if self.data is None or not self.data.joinpath(*parts).exists():
            raise MissingDataError(f"{'/'.join(parts)} is not at hand; set VIRALSIM_DATA to the folder that holds it")
        return self.data.joinpath(*parts)


class MissingDataError(Exception):
    """A data set or a peer is not at hand: the check is skipped, with the word why."""


class NotComparableError(Exception):
    """The engine has no model of what was published, with the word why."""


Run = Callable[[Setting], Sequence[Number]]


@dataclass(frozen=True)
class Check:
    """What is known. full: only in a full run. gates: whether a failure fails the whole.

    An expectation that was not seen in its source gates nothing. tolerance: what is allowed, and why.
    """

    name: str
    title: str
    model: str
    source: str
    run: Run
    full: bool = False
    gates: bool = True
    parameters: str = ""
    tolerance: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a check came to."""

    check: Check
    verdict: str
    numbers: tuple[Number, ...]
    seconds: float
    note: str = ""


def data_folder() -> Path | None:
    """Where real data lie: VIRALSIM_DATA, else ``../shared/data`` beside the working folder or the project."""
    places = [Path(os.environ["VIRALSIM_DATA"])] if "VIRALSIM_DATA" in os.environ else []
    places += [Path.cwd().parent / "shared" / "data", Path(__file__).resolve().parents[4] / "shared" / "data"]
    return next((place for place in places if place.is_dir()), None)


def mean(what: str, sample: ArrayLike, expected: float, tolerance: float = 0.0) -> Number:
    """Whether a sample's mean is the expected one, within 4.5 standard errors and ``tolerance``."""
    values = np.asarray(sample, dtype=np.float64)
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    seen = float(values.mean())
    room = FAR * error + tolerance
    z = (seen - expected) / error if error > 0 else 0.0
    judged = f"z {z:+.1f}" if tolerance == 0 else f"off {seen - expected:+.4g}, allowed {room:.2g}"
    return Number(what, f"{expected:.6g}", f"{seen:.6g} ± {error:.2g}", judged, abs(seen - expected) <= room)


def law(what: str, sample: ArrayLike, pmf: ArrayLike) -> Number:
    """Whether sizes 0, 1, ... follow ``pmf`` (its missing mass is one more class), by a chi-square test of joined classes."""
    from scipy.stats import chisquare

    sizes, masses = np.asarray(sample, dtype=np.int64), np.asarray(pmf, dtype=np.float64)
    observed = np.bincount(np.minimum(sizes, len(masses)), minlength=len(masses) + 1)
    expected = np.append(masses, max(0.0, 1.0 - masses.sum())) * len(sizes)
    groups = np.minimum(np.cumsum(expected) // 20, (expected.sum() - 20) // 20).astype(int)
    seen, hoped = np.bincount(groups, observed), np.bincount(groups, expected)
    kept = hoped > 0
    if observed[expected < 1e-9 * len(sizes)].any():
        return Number(what, "the law", "sizes that cannot be", "p 0", False)
    p = float(chisquare(seen[kept], hoped[kept] * seen.sum() / hoped.sum()).pvalue)
    said = f"chi-square over {int(kept.sum())} classes of {len(sizes):,}"
    return Number(what, "the law", said, f"p {p:.3g}", p > LEAST_P)


def exact(what: str, seen: Any, expected: Any, tolerance: float = 0.0) -> Number:
    """Whether a number is exactly the expected one, or within ``tolerance``."""
    off = abs(float(seen) - float(expected))
    ok = bool(off <= tolerance)
    return Number(what, f"{expected:.9g}", f"{seen:.9g}", "exact" if tolerance == 0 else f"within {tolerance:g}", ok)


def same(what: str, ours: ArrayLike, theirs: ArrayLike) -> Number:
    """Whether two samples have the same mean, within 4.5 combined standard errors."""
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    error = float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    z = float(a.mean() - b.mean()) / error if error > 0 else 0.0
    return Number(what, f"{b.mean():.5g} ({len(b):,})", f"{a.mean():.5g} ({len(a):,})", f"z {z:+.1f}", abs(z) <= FAR)


def between(what: str, seen: float, low: float, high: float) -> Number:
    """Whether a number lies in a published range."""
    return Number(
        what,
        f"{low:g} to {high:g}",
        f"{seen:.4g}",
        "in range" if low <= seen <= high else "outside",
        low <= seen <= high,
    )


def holds(what: str, expected: str, seen: str, ok: bool) -> Number:
    """A comparison in words."""
    return Number(what, expected, seen, "holds" if ok else "does not hold", ok)
