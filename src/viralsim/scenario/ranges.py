"""Ranges of ``uncertain``: what distribution each is, the value at each of its quantiles, and whether it fits its path."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.scenario.cut_normal import cut_normal_quantiles
from viralsim.scenario.joint import NEITHER
from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import DISTRIBUTIONS, PathError, Slot, at
from viralsim.scenario.reading import Place
from viralsim.scenario.slots import check_value, varied_slot
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import JOINT, Joint, Uncertain
from viralsim.units import Duration, Real, Whole, parse_duration, parse_fraction, parse_number

Floats = NDArray[np.float64]
TAIL_SD = 3.2905267314919255  # standard deviations: 0.05 % of a normal lie beyond on either side
ENDS = ("from", "to")


class Range(NamedTuple):
    """A range and whether its values are whole numbers, each then as probable as the half unit on both of its sides."""

    span: Uncertain
    whole: bool

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and highest value; where a distribution does not say one, its 0.0005 or 0.9995 quantile."""
        low, high = _tails(self.span)
        if self.whole:
            low, high = np.ceil(low), np.floor(high)
        given = self.span.from_, self.span.to
        return float(low if given[0] is None else given[0]), float(high if given[1] is None else given[1])

    def quantiles(self, units: Floats) -> Floats:
        """The values at ``units`` in [0, 1] (float64[n]), between the ends."""
        low, high = self.ends
        half = 0.5 if self.whole else 0.0
        values = _between(self.span, low - half, high + half, units)
        return np.clip(np.rint(values) if self.whole else values, low, high)


def _tails(span: Uncertain) -> tuple[float, float]:
    if span.normal is not None:
        return span.normal.mean - TAIL_SD * span.normal.sd, span.normal.mean + TAIL_SD * span.normal.sd
    if span.lognormal is not None:
        factor = math.exp(TAIL_SD * span.lognormal.sigma)
        return span.lognormal.median / factor, span.lognormal.median * factor
    return math.nan, math.nan


def _between(span: Uncertain, low: float, high: float, u: Floats) -> Floats:
    if span.normal is not None:
        return cut_normal_quantiles(u, span.normal.mean, span.normal.sd, low, high)
    if span.lognormal is not None:
        with np.errstate(divide="ignore"):  # cut off at 0 is not cut off
            lowest, highest = np.log(np.maximum([low, high], 0.0))
        logs = cut_normal_quantiles(
            u, math.log(span.lognormal.median), span.lognormal.sigma, float(lowest), float(highest)
        )
        return np.asarray(np.exp(logs), np.float64)
    if span.scale == "log":
        return np.asarray(np.exp(np.log(low) + u * (np.log(high) - np.log(low))), np.float64)
    return low + u * (high - low)


def check_ranges(spec: Spec, data: Any) -> Iterator[Finding]:
    """All that is wrong with the ranges of ``uncertain``; ``data`` is the plain data that ``spec`` was made of."""
    for path, span in spec.uncertain.items():
        place: Place = ("uncertain", path)
        if isinstance(span, Joint):
            if path != JOINT:
                yield place, f"takes a range (from, to); rows belong under {JOINT}"
            continue
        if path == JOINT:
            yield place, NEITHER
            continue
        written = at(data, place)
        wrong = _missing(written, place)
        try:
            slot = varied_slot(data, path)
        except PathError as error:
            yield from wrong or [(place, str(error))]
            continue
        wrong += [*_given(slot, written, place), *_distribution(slot, span, written, place)]
        yield from wrong or _ends(slot, Range(span, isinstance(slot.quantity, Whole)), place)


def _missing(written: Any, place: Place) -> list[Finding]:
    """Ends that neither the range nor a distribution says."""
    if any(written.get(name) is not None for name in DISTRIBUTIONS):
        return []
    return [((*place, word), "is required: add it") for word in ENDS if written.get(word) is None]


def _given(slot: Slot, written: Any, place: Place) -> Iterator[Finding]:
    """Ends that do not fit the path."""
    for word in ENDS:
        if written.get(word) is not None:
            yield from check_value(slot, written[word], (*place, word))


def _distribution(slot: Slot, span: Uncertain, written: Any, place: Place) -> Iterator[Finding]:
    """Distributions that contradict each other, and numbers of theirs in another unit than the path's."""
    names = [name for name in DISTRIBUTIONS if written.get(name) is not None]
    if len(names) > 1:
        yield (*place, names[1]), f"appears beside {names[0]}: keep one of them"
    if names and span.scale == "log":
        yield (*place, "scale"), f"is of a uniform range: leave it out beside {names[0]}"
    parse = _reader(slot)
    for name in names:
        for word in ("mean", "sd", "median"):
            if word in written[name]:
                try:
                    parse(written[name][word])
                except ValueError as error:
                    yield (*place, name, word), str(error)


def _reader(slot: Slot) -> Callable[[Any], float]:
    """What reads a number in the unit of the slot."""
    if isinstance(slot.quantity, Duration):
        return parse_duration
    return parse_fraction if isinstance(slot.quantity, Real) and slot.quantity.is_fraction else parse_number


def _ends(slot: Slot, found: Range, place: Place) -> Iterator[Finding]:
    low, high = found.ends
    given = found.span.from_, found.span.to
    for word, end, said in zip(ENDS, (low, high), given, strict=True):
        if said is None:
            for _, sentence in check_value(slot, end, place, hours=True):
                yield (
                    (*place, word),
                    f"is required, since the distribution reaches beyond what the path can be ({sentence})",
                )
    if None in given and found.whole and low >= high:
        yield place, "leaves one whole number or none: give it a wider distribution, or from and to"
    else:
        yield from check_ends(low, high, found.span.scale, place)


def check_ends(low: float | None, high: float | None, scale: str, place: Place) -> Iterator[Finding]:
    """Whether a range goes up, and has a logarithm where it needs one."""
    if low is None or high is None:
        return
    if not low < high:
        yield (*place, "to"), f"must be above from ({low:g}), got {high:g}"
    if scale == "log" and low <= 0:
        yield (*place, "from"), f"must be > 0 on a log scale, got {low:g}"
