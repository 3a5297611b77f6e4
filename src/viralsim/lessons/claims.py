"""docs/lessons/claims.md: what each lesson claims, what is measured, and on how many other seeds it holds.

``python -m viralsim.lessons.claims docs/lessons/claims.md`` simulates all of it, in some minutes. A claim is about the first
line of the lesson's picture at some values of its slider.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from viralsim.atomic import write_text
from viralsim.lessons import Lesson, lessons
from viralsim.lessons.outcomes import Outcome, outcomes
from viralsim.lessons.real import claims as real_claims
from viralsim.lessons.real import course, real_lessons

SEEDS = 20  # other ones, from 1001 on: no lesson was made with them
FIRST_SEED = 1001
AHA = {one.key: 2 for one in course()}  # clicks; the test of the whole folder counts them


@dataclass(frozen=True)
class Claim:
    """words: what is claimed. at: values of the slider. holds: whether it does, for the first line at each of them."""

    words: str
    at: tuple[float, ...]
    holds: Callable[[Sequence[float]], bool]


CLAIMS = {
    "most_things_die": Claim("at appeal 0.15 fewer than 5 tries of 100 get more than ten shares", (0.15,), lambda x: x[0] < 5),
    "threshold_at_one": Claim(
        "when visibility doubles from 0.1 to 0.2, shares more than double", (0.1, 0.2), lambda x: x[1] > 2 * x[0]
    ),
    "luck": Claim(
        "the best of 300 tries has over 100 times the typical one's shares when one person posts, and not twice when fifty do",
        (1, 50), lambda x: x[0] > 100 and x[1] < 2,
    ),
    "hubs_or_bridges": Claim("hubs lead at appeal 0.02, bridges at 0.6", (0.02, 0.6), lambda x: x[0] < 1 < x[1]),
    "simple_and_complex": Claim(
        "with three friends needed a post gets less than a tenth of the shares that it gets with two", (2, 3),
        lambda x: x[1] < x[0] / 10,
    ),
    "when_seeds_do_not_matter": Claim(
        "at appeal 0.01 the best followed reach more than twice as many as random people, at 0.4 not a tenth more", (0.01, 0.4),
        lambda x: x[0] > 2 and x[1] < 1.1,
    ),
    "friendship_paradox": Claim("forty named friends reach more than forty random people", (40,), lambda x: x[0] > 1),
    "paid_against_earned": Claim(
        "advertising reaches more at 6 dollars for 1,000 views, the advocates do at 60", (6, 60), lambda x: x[0] < 1 < x[1]
    ),
    "when_it_goes_wrong": Claim(
        "criticism is less than half of all shares at controversy 0.1, and more than half at 1", (0.1, 1.0),
        lambda x: x[0] < 50 < x[1],
    ),
    "limited_attention": Claim(
        "what spreads beyond the ten who post is over ten times as much at 0 posts a day as at 20", (0.0, 20.0),
        lambda x: x[0] - 10 > 10 * (x[1] - 10),
    ),
    "chance_findings": Claim(
        "of two equal posts one looks a quarter better in over half of the comparisons with 10 first posters, in under 10 of 100 "
        "with 200", (10, 200), lambda x: x[0] > 50 and x[1] < 10,
    ),
    "spillover": Claim(
        "the comparison finds 100 of 100 where no follow crosses over, and less than 60 where three of ten do", (0, 0.3),
        lambda x: x[0] == 100 and x[1] < 60,
    ),
}  # fmt: skip


def measured(one: Lesson, seed: int | None = None) -> list[Outcome]:
    """The first line of a lesson at the values of its claim. seed: other than the lesson's own."""
    from viralsim.simulation.front import simulate

    found = []
    for value in CLAIMS[one.key].at:
        changes = {one.slider.path: one.slider.exactly(value)} | ({} if seed is None else {"seed": seed})
        found.append(outcomes(one.measure, simulate(one.scenario().override(changes), repeat_trust=False))[0])
    return found


def held(one: Lesson, seeds: int = SEEDS) -> int:
    """On how many of the other seeds the claim holds."""
    values = ([line.value for line in measured(one, FIRST_SEED + k)] for k in range(seeds))
    return sum(CLAIMS[one.key].holds(found) for found in values)


def page(seeds: int = SEEDS) -> str:
    """The page as Markdown."""
    lines = [
        "# What the lessons claim",
        "",
        "Written by `python -m viralsim.lessons.claims docs/lessons/claims.md`. Measured: the first line of the lesson's picture",
        "on its own seed, with its 95 % range over the lesson's tries. Held: on how many of "
        f"{seeds} other seeds, {FIRST_SEED} to {FIRST_SEED + seeds - 1},",
        "each with other people, another network and other luck. First aha: clicks from the opened lesson to the measured value",
        "beside the pupil's own guess: into the field and, the guess typed, on the button (14: into both fields, then Enter).",
        "",
        "| # | lesson | claim | measured | held | clicks to the first aha |",
        "| --: | --- | --- | --- | --: | --: |",
    ]
    for one in lessons():
        shown = "; ".join(
            f"{line.value:.3g} ({line.low:.3g} to {line.high:.3g}) at {value:g}"
            for value, line in zip(CLAIMS[one.key].at, measured(one), strict=True)
        )
        lines.append(
            f"| {one.order} | {one.title} | {CLAIMS[one.key].words} | {shown} | {held(one, seeds)} of {seeds} | {AHA[one.key]} |"
        )
    for real in real_lessons():
        kept = sum(real_claims.holds_with(real.key, FIRST_SEED + k) for k in range(seeds))
        lines.append(
            f"| {real.order} | {real.title} | {real_claims.CLAIMS[real.key]} | {real_claims.measured(real.key)} | "
            f"{kept} of {seeds} | {AHA[real.key]} |"
        )
    lines += [
        "",
        "Lessons 13 and 14 are about thirty posts that really happened (Sina Weibo, 2016). Measured there: the median post,",
        "with the range of 8 in 10. Held: on how many of as many "
        + ", and ".join(f"{text} ({number})" for number, text in zip((13, 14), real_claims.DRAWS.values(), strict=True))
        + ".",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), page())
