"""The page of a sweep: where which arm is best and where it cannot be told, then the pictures, then how it was made."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.experiments.decision_map import Flip
from viralsim.measurement.number_format import listing, number
from viralsim.report.charts.heat import best_arm_map
from viralsim.report.charts.influence import influence, notes
from viralsim.report.charts.pictures import Picture
from viralsim.report.charts.sweep import along, scattered
from viralsim.report.markup import Markup, element, joined, table
from viralsim.report.page_frame import (
    CALIBRATION_KINDS,
    assumed,
    bullets,
    closed_page,
    frame,
    pictures_section,
    terms,
    whole_scenario,
)
from viralsim.report.selectors import with_interval
from viralsim.report.sweep_facts import SweepFacts, is_grid, open_sweep, value_text

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
MOST_FLIPS = 4  # in the answer; the table has all up to MOST_ROWS
MOST_OPEN = 12  # rows that are not folded
MOST_ROWS = 200
MOST_ERRORS = 20


def sweep_page(folder: str | Path) -> str:
    """The whole page of the sweep in ``folder`` as HTML text.

    Raises: InputError where the folder holds no sweep, or none of its points is finished.
    """
    facts = open_sweep(folder)
    found, missing = _pictures(facts)
    return closed_page(
        f"{facts.scenario.name}: report of a sweep",
        [
            *_answer(facts),
            *_flips(facts),
            *pictures_section(found, missing),
            *_failures(facts),
            *assumed([row for row in facts.scenario.assumptions() if row[0] not in facts.manifest["paths"]], False),
            *_making(facts),
        ],
    )


def _answer(facts: SweepFacts) -> list[Markup]:
    """The first page: question, where which arm is best, the arms over all points, doubts."""
    first, more = _verdict(facts)
    about = facts.scenario.spec.about.strip()
    verdict = element(
        "section", element("p", first, class_="lead"), *bullets(more), class_="verdict", aria_label="Answer"
    )
    parts = [
        element("h1", facts.scenario.name),
        *([element("p", about, class_="about")] if about else []),
        element("p", _stamp(facts), class_="quiet"),
        element("p", element("span", CALIBRATION_KINDS[False], class_="stamp")),
        verdict,
    ]
    if facts.finished:
        parts += [element("h2", "Arms over the swept ranges"), _arms_table(facts)]
    return [*parts, element("h2", "How to read this"), *bullets(_doubts(facts))]


def _stamp(facts: SweepFacts) -> str:
    manifest = facts.manifest
    swept = listing([_range(facts, path) for path in facts.axes]) if facts.axes else "nothing that varies"
    worlds = "1 world" if manifest["worlds"] == 1 else f"{manifest['worlds']:,} worlds"
    arms = "1 arm" if len(facts.arms) == 1 else f"{len(facts.arms)} arms"
    return f"{facts.finished:,} points of {worlds} and {arms}, over {swept}"


def _range(facts: SweepFacts, path: str) -> str:
    values = facts.values(path)
    if path not in facts.numeric:
        return f"{path} ({len(values)} kinds)"
    return f"{path} from {value_text(values[0])} to {value_text(values[-1])}"


def _verdict(facts: SweepFacts) -> tuple[str, list[str]]:
    """The answer in a sentence, and what is right below it."""
    if not facts.finished:
        return "No point of this sweep could be run.", []
    if facts.found is None:
        ends = [f"{_mean(facts, row)} with {_where(facts, row)}" for row in _extremes(facts, facts.table)]
        if not ends:
            return f"{facts.arms[0]} has no defined {facts.measure.label} at any point.", []
        return f"{facts.arms[0]} alone was swept: mean {facts.measure.label} from {ends[0]} to {ends[1]}.", []
    return _best_arms(facts)


def _best_arms(facts: SweepFacts) -> tuple[str, list[str]]:
    assert facts.found is not None
    points, label = facts.found.points, facts.measure.label
    best, told = Counter(p.arm for p in points), Counter(p.arm for p in points if p.sure)
    usual, opened = best.most_common(1)[0][0], sum(not p.sure for p in points)
    if told[usual] == len(points):
        return f"{usual} is surely best in {label} at all {len(points):,} points.", _leads(facts, [usual])
    if opened == len(points):
        first = f"The worlds run cannot tell at any of the {len(points):,} points which arm is best in {label}."
    else:
        parts = [f"{arm} is surely best in {label} at {count:,}" for arm, count in told.most_common()]
        parts += [f"at {opened:,} the worlds run cannot tell"] if opened else []
        first = f"Of {len(points):,} points, {listing(parts)}."
    also = ", also where the worlds cannot tell" if opened else ""
    unless = facts.found.unless.replace("by the means", f"By the means alone{also}", 1)
    more = [*_leads(facts, [arm for arm, _ in told.most_common()]), *([f"{unless}."] if unless else [])]
    flips = [] if unless else _kept_flips(facts)
    more += [f"{flip.sentence}." for flip in flips[:MOST_FLIPS]]
    if len(flips) > MOST_FLIPS:
        more.append(f"The best arm changes at {len(flips) - MOST_FLIPS:,} more places, listed below.")
    return first, more


def _leads(facts: SweepFacts, arms: Sequence[str]) -> list[str]:
    """How far ahead of the second each arm is where it is surely best."""
    said, m = [], facts.measure
    counted = f"{facts.currency} of {m.counted}" if m.is_money else m.counted
    for arm in arms:
        points = [p for p in facts.found.points if p.arm == arm and p.sure] if facts.found else []
        ends = min(points, key=lambda p: p.lead), max(points, key=lambda p: p.lead)
        least, most = (with_interval(p.lead, p.low, p.high) for p in ends)
        places = [f" with {facts.said({path: p.values[path] for path in facts.axes})}" for p in ends]
        if ends[0] is ends[1]:
            said.append(f"Where {arm} is surely best it leads the second by {least} {counted}.")
        else:
            said.append(
                f"Where {arm} is surely best it leads the second by {least} {counted}{places[0]}, "
                f"up to {most}{places[1]}."
            )
    return said


def _kept_flips(facts: SweepFacts) -> list[Flip]:
    """The flips of a grid, the sharpest first; scattered points have no neighbours to look between."""
    if facts.found is None or not is_grid(facts, facts.axes[:2]):
        return []
    return sorted(facts.found.flips, key=lambda flip: not np.isfinite([flip.low, flip.high]).all())


def _arms_table(facts: SweepFacts) -> Markup:
    """A row per arm: how often it is best, its lowest and its highest mean and where they lie."""
    points = facts.found.points if facts.found else ()
    rows = []
    for arm in facts.arms:
        own = facts.table[facts.table["arm"] == arm]
        often = [
            f"{count:,}" for count in (sum(p.arm == arm for p in points), sum(p.arm == arm and p.sure for p in points))
        ]
        ends: list[str] = [_mean_where(facts, row) for row in _extremes(facts, own)]
        ends = ends or ["not defined"] * 2
        name = joined([element("span", "", class_=f"key key-{facts.role(arm)}"), arm])
        rows.append([name, *(often if facts.found else []), *ends])
    counted = ["best at, points", "surely"] if facts.found else []
    label = facts.measure.label
    head = ["arm", *counted, f"lowest mean {label}", f"highest mean {label}"]
    return table(head, rows, "Arms over the swept ranges")


def _extremes(facts: SweepFacts, rows: pd.DataFrame) -> list[Row]:
    """The rows of the lowest and of the highest mean; none where it is defined nowhere."""
    name = facts.measure.name
    known = rows[[name, f"{name}_low", f"{name}_high", *facts.axes]].dropna(subset=[name]).sort_values(name)
    found = known.iloc[[0, -1]].to_dict("records") if len(known) else []
    return [{str(word): value for word, value in row.items()} for row in found]


def _mean_where(facts: SweepFacts, row: Row) -> Markup:
    return joined([_mean(facts, row), element("small", _where(facts, row))])


def _mean(facts: SweepFacts, row: Row) -> str:
    name = facts.measure.name
    return with_interval(*(float(row[word]) for word in (name, f"{name}_low", f"{name}_high")))


def _where(facts: SweepFacts, row: Row) -> str:
    return facts.said({path: row[path] for path in facts.axes})


def _doubts(facts: SweepFacts) -> Iterator[str]:
    manifest = facts.manifest
    which = "highest" if facts.measure.direction > 0 else "lowest"
    if facts.found is not None:
        yield (
            f"Best is the arm with the {which} mean {facts.measure.label}; surely best where the 95 % interval of its lead "
            "over the second is above 0. Over many points some intervals miss by luck alone: about one in twenty."
        )
    if manifest["luck"] == "same":
        yield "All points live in the same worlds: their differences are sharp, and their errors go together."
    else:
        yield "Each point has luck of its own: neighbours may differ by luck."
    goal = facts.scenario.spec.goal
    if goal is not None and goal.measure == facts.measure.name and goal.matters_from > 0.0 and facts.found:
        small = sum(point.lead < goal.matters_from for point in facts.found.points)
        if small:
            few = f"At {small:,} of {len(facts.found.points):,} points"
            yield f"{few} the lead is below {number(goal.matters_from)}, from which on it matters by the scenario's goal."
    if goal is not None and goal.measure != facts.measure.name:
        yield f"More {goal.measure} is neither better nor worse, so {facts.measure.label} decide here."
    missing = manifest["points"] - facts.finished - len(facts.failed)
    if missing:
        yield f"{missing:,} of {manifest['points']:,} points are not finished: run the sweep again, it goes on."
    if facts.failed:
        yield f"{len(facts.failed):,} of {manifest['points']:,} points failed; their messages are below."
    if manifest["left_out"]:
        yield f"{manifest['left_out']:,} points were left out by the constraints of the sweep."
    yield "Only the points were simulated. What is said between them is a straight line."
    if facts.sensitivity is not None:
        yield from notes(facts.sensitivity)


def _flips(facts: SweepFacts) -> list[Markup]:
    """Every flip with its interval; nothing where the best arm never changes."""
    flips = _kept_flips(facts)
    if not flips:
        return []
    rows = [
        [flip.path, *([facts.said(flip.others)] if flip.others else []), flip.below, flip.above, value_text(flip.value),
         _flip_interval(flip)]
        for flip in flips[:MOST_ROWS]
    ]  # fmt: skip
    beside = ["with"] if flips[0].others else []
    head = ["along", *beside, "best below", "best above", "level at", "95 % interval"]
    more = len(flips) - len(rows)
    last = [element("p", f"{more:,} more: viralsim flips lists them.", class_="quiet")] if more else []
    listed = joined([table(head, rows, "Where the best arm changes"), *last])
    if len(flips) > MOST_OPEN:
        listed = element("details", element("summary", f"{len(flips):,} changes"), listed)
    return [element("h2", "Where the best arm changes"), listed]


def _flip_interval(flip: Flip) -> str:
    low, high = (value_text(limit) if np.isfinite(limit) else "" for limit in (flip.low, flip.high))
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else (f"up to {high}" if high else "anywhere in the range")


def _pictures(facts: SweepFacts) -> tuple[list[Picture], list[str]]:
    """What can be drawn, and why other pictures are missing."""
    drawn = [draw(facts) for draw in (best_arm_map, scattered, along)] if facts.finished else []
    missing = []
    if facts.sensitivity is not None:
        drawn.append(influence(facts.sensitivity, {arm: facts.role(arm) for arm in facts.arms}))
    else:
        missing.append("Which parameters matter most is not known here: viralsim sensitivity says it.")
    found = [picture for picture in drawn if picture is not None]
    if facts.finished and not any(picture.key == "map" for picture in found) and len(facts.axes) > 1:
        missing.insert(0, _no_map(facts))
    return found, missing


def _no_map(facts: SweepFacts) -> str:
    if facts.found is None:
        return "A map of the best arm needs two arms or more."
    return "A map of the best arm needs a grid, or two swept numbers; these points have neither."


def _failures(facts: SweepFacts) -> list[Markup]:
    if not facts.failed:
        return []
    said = [f"point {point}: {text}" for point, text in facts.failed[:MOST_ERRORS]]
    more = len(facts.failed) - len(said)
    said += [f"{more:,} more: see the column error of points.parquet"] if more else []
    return [element("h2", f"Points that failed: {len(facts.failed):,}"), *bullets(said)]


def _making(facts: SweepFacts) -> list[Markup]:
    """How it was made, how it is run again and checked, the scenario itself."""
    manifest = facts.manifest
    made = terms([
        ("seed", f"{manifest['seed']}, luck {'of its own for each point' if manifest['luck'] == 'own' else 'the same'}"),
        ("worlds", f"{manifest['worlds']:,} of each point, the same for every arm"),
        ("design", str(manifest["design"]).replace("_", " ")),
        ("points", f"{manifest['points']:,}"),
        ("fingerprint", str(manifest["fingerprint"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
    ])  # fmt: skip
    options = ["--out", "again", "--worlds", str(manifest["worlds"]), "--seed", str(manifest["seed"])]
    again = [
        shlex.join(["viralsim", "sweep", "sweep.yaml", *options]),
        shlex.join(["viralsim", "verify", facts.folder]),
    ]
    return [
        element("h2", "How it was made"),
        made,
        element("p", "To run it again, and to check stored points against new runs of them:"),
        frame("\n".join(again), "Commands"),
        element(
            "p", "Save the scenario below as sweep.yaml; files that it names are looked for beside it.", class_="quiet"
        ),
        *whole_scenario(facts.text),
    ]
