"""A running campaign: where a pasted curve ends, and what an action would change from now on."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from viralsim.app.work import Question, watching
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.forecasting.curve_files import PostCurve
    from viralsim.forecasting.forecast import Forecast

MOST_LETTERS = 200_000
ACTION_WORLDS = 300
DEFAULT_HORIZON = 168.0
PER_INTERVAL = "each row counts the shares since the row before"
ON_THE_PAGE = {
    "say --per interval": f"tick “{PER_INTERVAL}”",
    ", say --published": "",
    "--per interval": f"“{PER_INTERVAL}”",
}
_NUMBERS = re.compile(r"^\s*[-+.\d][\d.,;\t eE+-]*$")
_BETWEEN = ("\t", ";", ",")


@dataclass(frozen=True)
class Fan:
    """What is shown of a forecast: a picture as HTML, and sentences, the answer first."""

    drawn: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Pasted:
    """What was given. curve: a table as text. past: file of past curves. target: shares. scenario: whose horizon it has.

    per: what shares count, total or interval.
    """

    curve: str
    past: str | None = None
    target: float | None = None
    scenario: Question | None = None
    per: str = "total"


def fan_of(given: Pasted) -> Fan:
    """The forecast of a pasted curve. InputError where it is no curve."""
    from viralsim.report.charts.pictures import as_figure
    from viralsim.report.forecast_page import fan
    from viralsim.report.forecast_words import sentences

    found = _forecast(given)[1]
    drawn = as_figure(fan(found, "the campaign", "fan"))
    return Fan(f'<h2 class="vs-card-title">In a picture</h2>{drawn}', tuple(sentences(found)))


def acted(given: Pasted, arm: str) -> tuple[str, ...]:
    """What one arm of the scenario would change from now on, in words. InputError where it cannot be said."""
    from viralsim.forecasting.worlds.acting import Left, open_arms
    from viralsim.report.forecast_words import arm_lines

    if given.scenario is None:
        raise InputError("an action needs a scenario, whose arms are what can be done")
    post, found = _forecast(given)
    scenario = given.scenario.scenario()
    worlds = min(ACTION_WORLDS, scenario.worlds)
    with watching() as progress:
        arms = open_arms(
            scenario, post.curve, found.paths.final, (arm,), worlds, scenario.seed, Left(), 1, progress=progress
        )
    return (*arm_lines(arms), *(f"note: {warning}" for warning in arms.warnings))


def _forecast(given: Pasted) -> tuple[PostCurve, Forecast]:
    from viralsim.forecasting.curve_files import read_curves
    from viralsim.forecasting.forecast import make_forecast
    from viralsim.forecasting.past import population_of

    hours = DEFAULT_HORIZON if given.scenario is None else float(given.scenario.scenario().spec.horizon)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "curve.csv"
        file.write_text(as_table(given.curve), encoding="utf-8")
        try:
            posts, notes = read_curves(file, given.per)
        except InputError as error:
            said = str(error)
            for option, here in {f"{folder}/": "", f"{folder}\\": "", **ON_THE_PAGE}.items():
                said = said.replace(option, here)
            raise InputError(said) from None
    if len(posts) != 1:
        raise InputError(f"one post at a time, and there are {len(posts)}: paste the curve of one")
    past, more = read_curves(given.past, watched=hours) if given.past else ([], [])
    population, about = population_of(past, hours)
    post = posts[0]
    followers = post.followers if post.followers >= 0 else None
    return post, make_forecast(post.curve, population, followers, given.target, warnings=[*notes, *more, *about])


def as_table(text: str) -> str:
    """Pasted text as a table: two columns of numbers without a head are hours and shares so far. InputError where there is none."""
    if not text.strip():
        raise InputError("paste a curve first: hours since the post and shares so far, a line for each reading")
    if len(text) > MOST_LETTERS:
        raise InputError(f"longer than {MOST_LETTERS:,} characters: use viralsim forecast")
    lines = [line for written in text.strip().splitlines() if (line := written.strip())]
    between = next((mark for mark in _BETWEEN if mark in lines[0]), " ")
    typed = [line.split() for line in lines]
    if between in (" ", ",") and all(len(words) == 2 and "," not in words[0][-1:] + words[1][:1] for words in typed):
        lines, between = [";".join(words) for words in typed], ";"  # as a person types them, 0,5 for a half included
    if not _NUMBERS.match(lines[0]):
        return "\n".join(lines) + "\n"
    return "\n".join([f"hours{between}shares", *lines]) + "\n"
