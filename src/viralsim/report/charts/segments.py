"""What each segment of the members did, as far as the scenario names segments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from viralsim.measurement.number_format import number
from viralsim.measurement.to_json import segments_of
from viralsim.report.charts.chart import Axis, Boxes, Chart, Key, Mark, Note, Panel, categories
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import main_measure, role, short
from viralsim.results import Result

MOST_SEGMENTS = 12  # of a field in the picture; the table has all
PER = 1000
WORDS = ("reach", "impressions", "shares", "conversions")
Found = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]  # arm -> field -> segment -> word -> mean


def segments(result: Result) -> Picture | None:
    """What the goal counts, per 1,000 members of each segment, a panel per field; None where no segments are named."""
    found: Found = {arm: segments_of(outcomes) for arm, outcomes in result.arms.items()}
    fields = list(next(iter(found.values())))
    if not fields:
        return None
    word = _word(result, found)
    arms = list(found)
    return Picture(
        "segments",
        "Which segments it worked in",
        f"{word.capitalize()} per {PER:,} members of each segment, mean of a campaign. Each field has a scale of its own.",
        " ".join(_best(found, arm, field, word) for field in fields for arm in arms),
        Chart([_panel(result, found, field, word) for field in fields],
              height=18.0 * len(arms) * max(len(_shown(found, field)) for field in fields) + 12.0,
              legend=[Key(short(arm), role(result, arm)) for arm in arms]),
        ["segment", "members", *(f"{arm}: {one}" for arm in arms for one in ("reach", "conversions"))],
        [
            [f"{field}: {segment}", number(told["members"]),
             *(number(found[arm][field][segment][one]) for arm in arms for one in ("reach", "conversions"))]
            for field in fields
            for segment, told in found[arms[0]][field].items()
        ],
        "Segments",
    )  # fmt: skip


def _word(result: Result, found: Found) -> str:
    """What is drawn: the goal's measure as far as segments have it, else conversions, or reach where nothing is sold."""
    goal = main_measure(result).name.removesuffix("_among")
    if result.goal is not None and goal in WORDS:
        return goal
    sold = any(told["conversions"] for arm in found.values() for field in arm.values() for told in field.values())
    return "conversions" if sold else "reach"


def _shown(found: Found, field: str) -> list[str]:
    """The segments in the picture, those with most members where there are too many, in their order."""
    first = next(iter(found.values()))[field]
    largest = sorted(first, key=lambda segment: -first[segment]["members"])[:MOST_SEGMENTS]
    return [segment for segment in first if segment in largest]


def _rate(told: Mapping[str, float], word: str) -> float:
    return PER * told[word] / told["members"] if told["members"] else 0.0


def _panel(result: Result, found: Found, field: str, word: str) -> Panel:
    names, thick = _shown(found, field), 0.8 / len(found)
    marks: list[Mark] = []
    top = 0.0
    for i, (arm, fields) in enumerate(found.items()):
        places = np.arange(len(names)) - 0.4 + thick * (i + 0.5)
        row = np.array([_rate(fields[field][name], word) for name in names])
        top = max(top, float(row.max(initial=0.0)))
        marks.append(Boxes(np.zeros(len(row)), row, places + 0.42 * thick, places - 0.42 * thick, role(result, arm)))
        marks += [Note(x, float(y), number(x), dx=4.0) for x, y in zip(row.tolist(), places, strict=True) if x > 0.0]
    along = Axis(0.0, 1.2 * top or 1.0, f"{word} per {PER:,} members")
    return Panel(along, categories([short(name) for name in names]), marks, short(field))


def _best(found: Found, arm: str, field: str, word: str) -> str:
    told = found[arm][field]
    best = max(told, key=lambda segment: _rate(told[segment], word))
    return f"{arm}: by {field}, most {word} per {PER:,} members in {best} ({number(_rate(told[best], word))})."
