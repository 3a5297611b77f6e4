"""All checks, and the one way to run them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from viralsim.validation import (
    attention,
    cascades,
    dynamics,
    given_thresholds,
    next_posts,
    peers,
    people,
    posts,
    realism,
    rivals,
    running_posts,
    shapes,
    stylised,
    thresholds,
    unpredictable,
)
from viralsim.validation.check import (
    DOES_NOT,
    NOT_COMPARABLE,
    REPRODUCES,
    SKIPPED,
    Check,
    MissingDataError,
    NotComparableError,
    Outcome,
    Setting,
)
from viralsim.validation.finished import Finished

CHECKS: tuple[Check, ...] = (
    *cascades.CHECKS,
    *posts.CHECKS,
    *realism.CHECKS,
    *running_posts.CHECKS,
    *next_posts.CHECKS,
    *thresholds.CHECKS,
    *dynamics.CHECKS,
    *given_thresholds.CHECKS,
    *rivals.CHECKS,
    *stylised.CHECKS,
    *shapes.CHECKS,
    *attention.CHECKS,
    *unpredictable.CHECKS,
    *people.CHECKS,
    *peers.CHECKS,
)
Progress = Callable[[int, int, str], None]


def chosen(full: bool) -> list[Check]:
    """The checks of a quick or a full run."""
    return [check for check in CHECKS if full or not check.full]


def run_checks(
    checks: Sequence[Check], setting: Setting, progress: Progress | None = None, finished: Finished | None = None
) -> Iterator[Outcome]:
    """Run the checks one by one; ``progress`` gets (done, in all, the next title). What is ``finished`` is not run again."""
    for i, check in enumerate(checks):
        if progress is not None:
            progress(i, len(checks), check.title)
        before = finished.get(check) if finished is not None else None
        if before is not None:
            setting.pictures.extend(before[1])
            yield before[0]
            continue
        pictures = len(setting.pictures)
        outcome = run_check(check, setting)
        if finished is not None:
            finished.keep(outcome, setting.pictures[pictures:])
        yield outcome


def run_check(check: Check, setting: Setting) -> Outcome:
    """Run one check and give its verdict."""
    began = time.perf_counter()
    try:
        numbers = tuple(check.run(setting))
    except MissingDataError as error:
        return Outcome(check, SKIPPED, (), time.perf_counter() - began, str(error))
    except NotComparableError as error:
        return Outcome(check, NOT_COMPARABLE, (), time.perf_counter() - began, str(error))
    judged = [number.ok for number in numbers if number.ok is not None]
    verdict = NOT_COMPARABLE if not judged else REPRODUCES if all(judged) else DOES_NOT
    return Outcome(check, verdict, numbers, time.perf_counter() - began)


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that fail the whole: a check that gates and does not reproduce."""
    return [one for one in outcomes if one.verdict == DOES_NOT and one.check.gates]
