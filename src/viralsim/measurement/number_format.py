"""Numbers as people read them: three significant digits, thousands with commas, money with its unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from viralsim.measurement.measures import Measure

DIGITS = 3
MOST_DIGITS = 6


def number(value: float, digits: int = DIGITS) -> str:
    """The value with three significant digits: 12,300; 34.2; 0.0123; "not defined" for NaN."""
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "without bound"
    if value == 0.0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    if places <= 0:
        return f"{rounded:,.0f}"
    text = f"{rounded:,.{min(places, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """A number that was given or counted, with all its digits before the point: 1,055; 60.5; 0.0123."""
    return number(value, 4) if abs(value) < 100 else f"{value:,.2f}".rstrip("0").rstrip(".")


def money(value: float, currency: str) -> str:
    """An amount of money with its ISO 4217 code: cents below 10, three significant digits above."""
    if math.isnan(value) or math.isinf(value):
        return number(value)
    return f"{value:,.2f} {currency}" if 0.0 < abs(value) < 10.0 else f"{number(value)} {currency}"


def price_or_number(path: str, currency: str) -> Callable[[float], str]:
    """How values of a key are written: amounts with the currency, other numbers bare."""
    return partial(money, currency=currency) if path.endswith("_usd") else number


def times(count: int) -> str:
    """How often: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def percent(probability: float) -> str:
    """A probability in percent: 12 %, 0.4 %, "below 0.1 %"."""
    if math.isnan(probability):
        return "not defined"
    hundredfold = 100.0 * probability
    if 0.0 < hundredfold < 0.1:
        return "below 0.1 %"
    if 99.9 < hundredfold < 100.0:
        return "above 99.9 %"
    return f"{hundredfold:.1f} %" if 0.0 < hundredfold < 9.95 or 90.05 < hundredfold < 100.0 else f"{hundredfold:.0f} %"


def digits_for(low: float, high: float) -> int:
    """Significant digits that tell the ends of an interval apart (six at most); its mean is shown with as many."""
    digits = DIGITS
    while digits < MOST_DIGITS and low != high and number(low, digits) == number(high, digits):
        digits += 1
    return digits


def span(low: float, high: float) -> str:
    """An interval, "28 to 40", with as many digits as tell its ends apart."""
    digits = digits_for(low, high)
    return f"{number(low, digits)} to {number(high, digits)}"


def estimate(value: float, low: float, high: float) -> str:
    """A value with its interval, "34 (28 to 40)": rounded alike, so that the value never seems to lie outside."""
    return f"{number(value, digits_for(low, high))} ({span(low, high)})"


def percent_span(low: float, high: float) -> str:
    """An interval of a probability: "90 to 95 %"."""
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def amount(measure: Measure, value: float, currency: str) -> str:
    """A quantity of a measure, without sign: "34 conversions", "1,200 USD of net value"."""
    size = abs(value)
    if measure.is_money:
        return f"{money(size, currency)} of {measure.counted}"
    counted = measure.counted
    if number(size) == "1":
        first, *rest = counted.split(" ")
        counted = " ".join([first.removesuffix("s"), *rest])
    return f"{number(size)} {counted}"


def more_or_less(measure: Measure, value: float, places: int, currency: str) -> str:
    """A difference in decimal places: "34 more conversions", "3 fewer critical shares", "1,200 USD less net value"."""
    size = in_places(abs(value), places) if value != 0.0 else "no"
    if measure.is_money:
        return f"{size} {currency} {'more' if value >= 0 else 'less'} {measure.counted}"
    return f"{size} {'more' if value >= 0 else 'fewer'} {measure.counted}"


def listing(words: list[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def supported(low: float, high: float) -> int:
    """Decimal places that an interval supports: its half-width keeps one digit. Below 0: tens, hundreds and so on."""
    half = abs(high - low) / 2.0
    if not 0.0 < half < math.inf:
        return _places(max(abs(low), abs(high)), DIGITS)
    return -math.floor(math.log10(half))


def in_places(value: float, places: int) -> str:
    """The value rounded to decimal places: 4.5 for 4.48 in one place; 8,900 for 8,881 in -2."""
    rounded = round(value, places) + 0.0
    return f"{rounded:,.{min(max(places, 0), 12)}f}"


def _places(size: float, digits: int) -> int:
    return digits - 1 - math.floor(math.log10(size)) if 0.0 < size < math.inf else 0
