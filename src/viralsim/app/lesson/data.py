"""What the page of a lesson is made of and what it asks for: plain data, the same in the app and in a folder of files."""

from __future__ import annotations

import hashlib
from typing import Any

from viralsim.app import stepping
from viralsim.app.curve import pictures
from viralsim.app.look import STATES, stage_html
from viralsim.app.stepping import Played
from viralsim.lessons import Lesson
from viralsim.lessons.outcomes import outcomes
from viralsim.lessons.real import RealLesson
from viralsim.scenario import Scenario

MOST_TRIES = 1_000_000  # that the app plays by their numbers


def said(one: Lesson | RealLesson) -> dict[str, Any]:
    """What every lesson tells its page."""
    return {
        **{word: getattr(one, word) for word in ("key", "order", "title", "question", "surprise", "teacher")},
        "glossary": dict(one.glossary),
        "label": one.slider.label,
        "ask": one.predict.ask,
        "at": one.predict.at,
    }


def meta(one: Lesson, values: tuple[float, ...], tries: int) -> dict[str, Any]:
    """The lesson itself, its slider taking ``values`` and its tries being numbered below ``tries``."""
    slider, measure = one.slider, one.measure
    return {
        **said(one),
        "values": list(values),
        "start": values.index(slider.exactly(slider.value)),
        "measure": {"title": measure.title, "axis": list(measure.axis), "log": measure.log, "arms": not measure.arms},
        "arms": list(one.scenario().arm_names),
        "tries": tries,
        "stage": stage_html(states=STATES if "critical_shares" in measure.of else STATES[:3]),
    }


def at_value(one: Lesson, value: float) -> Scenario:
    """The lesson's scenario with its slider at a value."""
    return one.scenario().override({one.slider.path: value})


def tried(one: Lesson, scenario: Scenario, worlds: int | None = None) -> dict[str, Any]:
    """Tries of a lesson's scenario, as many as it says unless ``worlds`` does: the curves, and the measure with its range."""
    from viralsim.simulation.front import simulate

    result = simulate(scenario, worlds, threads=1, repeat_trust=False)
    return {
        "tries": result.world_count,
        "drawn": pictures(result, one.measure.of[0]),
        "outcomes": [line.as_json() for line in outcomes(one.measure, result)],
    }


def scene_key(played: Played) -> str:
    """A name for the network that is drawn: the same for the same people, places and follows."""
    found = hashlib.blake2b(digest_size=6)
    for array in (played.x, played.y, played.community, played.starts, played.followers):
        found.update(array.tobytes())
    return found.hexdigest()


def lost(scenario: Scenario, arm: str, world: int, played: Played, member: int) -> dict[str, Any]:
    """Who is lost in the same try without one of those who began it: exactly who does not share, and how many are not reached."""
    other = stepping.play(stepping.without_one(scenario, arm, played, member), arm, world)
    return {"lost": sorted(played.shared - other.shared), "unreached": len(played.reached - other.reached)}
