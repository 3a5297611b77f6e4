"""The wall's picture: a square per pupil over what their try came to, and below the axis one over what they guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from viralsim.lessons.texts import Say

WIDTH, HIGHEST, LARGEST = 720.0, 220.0, 46.0
WILD = 8  # times the largest result: guesses beyond are in the last bin


def bins(results: Iterable[float], guesses: Iterable[float] = ()) -> list[int]:
    """Lower ends of bins that double: 0, 1, 2, 4, 8, ... up to the largest result, eight at least.

    Guesses add some of their own, but a wild one does not make everything else small.
    """
    top = max([*results, 1.0])
    most = min(max([top, *guesses]), WILD * top)
    return [0, *(2**k for k in range(max(7, int(np.log2(max(1.0, most))) + 1)))]


def place(value: float, ends: list[int]) -> int:
    """The bin of a value; what is below 0 is in the first, what is beyond the last in the last."""
    return max(0, int(np.searchsorted(ends, value, side="right")) - 1)


def rank(results: Mapping[int, int], number: int) -> int:
    """The place of a seat among all results, the largest first, those that are equal sharing the better one."""
    return 1 + sum(other > results[number] for other in results.values())


def picture(results: Mapping[int, int], guesses: Mapping[int, float], say: Say, mine: int | None = None) -> str:
    """The picture as SVG. results, guesses: by seat. mine: the seat that is marked."""
    ends = bins(results.values(), guesses.values())
    wide = WIDTH / len(ends)
    above = Counter(place(v, ends) for v in results.values())
    below = Counter(place(v, ends) for v in guesses.values())
    tallest = max([1, *above.values()]), max([1, *below.values()])
    side = min(LARGEST, wide * 0.8, HIGHEST / tallest[0], (HIGHEST / 2) / tallest[1])
    axis = max(3, tallest[0]) * side + 8  # room for three, so that little changes when the first results come
    down = axis + 30
    parts = [f'<path d="M0,{axis:.1f}H{WIDTH}" stroke="currentColor"/>']
    for i, low in enumerate(ends):
        parts.append(
            f'<path d="M{i * wide + 1:.1f},{axis:.1f}v6" stroke="currentColor"/><text x="{i * wide + 2:.1f}" y="{axis + 22:.1f}" '
            f'font-size="{20 if len(ends) <= 13 else 14}" fill="currentColor">{say.number(low)}</text>'
        )
    seen: Counter[tuple[int, bool]] = Counter()
    for is_guess, values in ((False, results), (True, guesses)):
        for number, value in sorted(values.items(), key=lambda one: one[0] != mine):  # one's own is next to the axis
            at = place(value, ends)
            k = seen[at, is_guess]
            seen[at, is_guess] += 1
            y = down + k * side if is_guess else axis - (k + 1) * side
            parts.append(_square((at + 0.5) * wide - side / 2, y, side, number == mine, is_guess))
    label = say("above the line: a square for each result; below it: for each guess")
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {down + tallest[1] * side + 6:.0f}" width="100%" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _square(x: float, y: float, side: float, is_mine: bool, is_guess: bool) -> str:
    colour = "var(--vs-1)" if is_mine else "var(--vs-0)"
    fill, words = "none" if is_guess else colour, ("is-guess" if is_guess else "is-result") + " is-mine" * is_mine
    return (
        f'<rect class="{words}" x="{x + 1.5:.1f}" y="{y + 1.5:.1f}" '
        f'width="{side - 3:.1f}" height="{side - 3:.1f}" rx="3" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
    )
