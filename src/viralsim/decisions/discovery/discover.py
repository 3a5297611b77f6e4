"""Under which inputs a plan fails, from the table of a stored sweep: boxes, a tree, and which inputs matter at all."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import file_path, function, one_of, refuse, seed_number
from viralsim.decisions.discovery.boxes import Box, find_boxes
from viralsim.decisions.discovery.given_data import GivenInfluence, influences
from viralsim.decisions.discovery.prim import F8, Mask, Points
from viralsim.decisions.discovery.tree import Leaf, leaves
from viralsim.decisions.discovery.words import sentences_of
from viralsim.decisions.regression import require_library
from viralsim.errors import InputError
from viralsim.experiments.sensitivity import finite
from viralsim.experiments.sweep import plan_in
from viralsim.experiments.table import read_table
from viralsim.measurement.measures import NAMES
from viralsim.measurement.measures import measure as declared
from viralsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 20  # points of a sweep


@dataclass(frozen=True, eq=False, repr=False)
class Discovery:
    """What a sweep says about where the cases of interest lie.

    cases_are: what a case is, in words. points, cases: how many. outcome: the column that ``influences`` are about. boxes: from the
    first to the last; leaves: of the tree, dense ones first; both empty where the inputs say nothing. table: a row per point,
    the inputs and a column ``case``.
    """

    name: str
    seed: int
    arm: str
    outcome: str
    cases_are: str
    points: int
    cases: int
    boxes: tuple[Box, ...]
    leaves: tuple[Leaf, ...]
    influences: tuple[GivenInfluence, ...]
    notes: tuple[str, ...]
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"Discovery({self.name!r}, {self.cases} of {self.points} points are cases, {len(self.boxes)} boxes)"

    def sentences(self) -> list[str]:
        """The answer in plain words."""
        return sentences_of(self)

    def to_dict(self) -> dict[str, Any]:
        """What ``viralsim discover --json`` prints; None where something is not defined."""
        said = {
            "sweep": self.name, "seed": self.seed, "arm": self.arm, "outcome": self.outcome, "cases_are": self.cases_are,
            "points": self.points, "cases": self.cases, "boxes": [_plain(box) for box in self.boxes],
            "leaves": [asdict(leaf) for leaf in self.leaves],
            "influences": [{**asdict(one), "matters": one.matters} for one in self.influences],
            "notes": list(self.notes), "sentences": self.sentences(),
        }  # fmt: skip
        return dict(finite(said))


def _plain(box: Box) -> dict[str, Any]:
    """A box as JSON holds it."""
    found = asdict(box)
    found["limits"] = [
        {name: list(value) if isinstance(value, tuple) else value for name, value in limit.items()}
        for limit in found["limits"]
    ]
    for name in ("coverage_unseen", "density_unseen"):
        found[name] = dict(zip(("mean", "low", "high"), found[name], strict=True))
    return {**found, "sentence": box.sentence()}


def discover(
    folder: str | os.PathLike[str],
    *,
    measure: str | None = None,
    arm: str | None = None,
    against: str | None = None,
    above: float | None = None,
    below: float | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Discovery:
    """Look in a stored sweep for the inputs under which a case of interest happens.

    Boxes by PRIM (Friedman and Fisher 1999), a tree by CART (Breiman, Friedman, Olshen, Stone 1984).

    Args:
        folder: written by ``viralsim sweep`` or ``viralsim sensitivity``.
        measure: a measure, or ``uplift_`` and a measure for the uplift over the baseline; the goal's measure by default.
        arm: the arm that is looked at; the one that is best at most points by default, of the two in the scenario's question
            where it asks one.
        against: the arm that may be better; all by default, or the other one of the question.
        above, below: a case is a point at which the measure of the arm is above, or below, this number. Without either a case is
            a point at which an arm that it is ``against`` is better: where the plan fails.
        seed: of shuffles and resamples.
        progress: called with (shuffles done, shuffles at most).

    Raises: InputError for wrong arguments, a sweep with too few points, one arm alone, or no swept inputs.
    """
    place = file_path(folder, "folder")
    luck = seed_number(seed)
    if above is not None and below is not None:
        raise refuse("below", "None where above is given", below, "a case is on one side of one number")
    level = next((_finite(v, w) for v, w in ((above, "above"), (below, "below")) if v is not None), None)
    function(progress, "progress", "shuffles done, shuffles at most")
    require_library()
    manifest, plan = plan_in(place)
    table = read_table(place)
    name = _outcome_of(plan.scenario, measure)
    _check_arms(arm, against, list(dict.fromkeys(table["arm"])))
    finished, notes = _finished(table, name)
    rivals = _rivals(plan.scenario, finished, arm, against)
    chosen = arm if arm is not None else _best_at_most(finished[rivals], name, against)
    outcome = finished[chosen].to_numpy(dtype=np.float64)
    if np.isnan(outcome).all():
        raise InputError(
            f"arm: {name} of {chosen} is not defined: it is what uplifts are counted from; name another arm"
        )
    label = name.replace("_", " ")
    if level is None:
        others = [one for one in ([against] if against else rivals) if one != chosen]
        better = f"arm {others[0]}" if len(others) == 1 else "another arm"
        cases, words = _beaten(finished, chosen, others, name), f"{better} does better than {chosen} in {label}"
    else:
        cases = outcome > level if above is not None else outcome < level
        words = f"{label} of {chosen} is {'above' if above is not None else 'below'} {level:,.6g}"
    said = (plan.scenario.name, luck, chosen, name, words, len(cases), int(cases.sum()))
    return _searched(table, list(manifest["paths"]), finished, outcome, cases, said, tuple(notes), progress)


def _searched(
    table: pd.DataFrame, swept: list[str], finished: pd.DataFrame, outcome: F8, cases: Mask,
    said: tuple[str, int, str, str, str, int, int], notes: tuple[str, ...], progress: Callable[[int, int], None] | None,
) -> Discovery:  # fmt: skip
    """What the inputs say about the cases. said: what a ``Discovery`` begins with."""
    inputs, paths, codes = _inputs(table, swept, finished.index)
    points, luck = Points(inputs, cases, frozenset(codes)), said[1]
    numeric = [j for j in range(len(paths)) if j not in codes]
    shown = table.drop_duplicates("point").set_index("point").loc[finished.index, paths]
    return Discovery(
        *said, find_boxes(points, paths, codes, luck, progress), leaves(points, paths, codes, luck),
        influences(inputs[:, numeric], [paths[j] for j in numeric], outcome, luck) if numeric else (),
        notes, shown.assign(outcome=outcome, case=cases),
    )  # fmt: skip


def _check_arms(arm: str | None, against: str | None, arms: list[str]) -> None:
    for given, word in ((arm, "arm"), (against, "against")):
        if given is not None:
            one_of(given, word, arms)
    if arm is not None and against == arm:
        raise refuse("against", f"another arm than {arm}", against)


def _finite(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise refuse(name, "a finite number", value)
    return float(value)


def _outcome_of(scenario: Scenario, measure: str | None) -> str:
    """The column that is asked about."""
    if measure is None:
        return str(scenario.spec.goal.measure) if scenario.spec.goal is not None else "shares"
    return one_of(measure, "measure", [*NAMES, *(f"uplift_{name}" for name in NAMES)])


def _finished(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The outcome of each arm, a row per point that has it for every arm that has it anywhere; and what was left out."""
    wide = table.pivot(index="point", columns="arm", values=name)[list(dict.fromkeys(table["arm"]))]
    known = wide.loc[:, wide.notna().any()]
    whole = known.dropna()
    if len(whole) < FEWEST:
        raise InputError(
            f"the sweep has {len(whole)} points with {name} of every arm: {FEWEST} or more can be searched, sweep more of them"
        )
    left = len(wide) - len(whole)
    notes = [f"{left} points without {name} of every arm are left out"] if left else []
    return wide.loc[whole.index], notes


def _rivals(scenario: Scenario, finished: pd.DataFrame, arm: str | None, against: str | None) -> list[str]:
    """The arms that may be best: those with an outcome, or the two of the scenario's question."""
    known = [str(name) for name in finished.columns[finished.notna().any()]]
    asked = scenario.spec.question.compare if scenario.spec.question is not None else ()
    pair = [name for name in known if name in asked]
    if arm is None and against is None:
        return pair if len(pair) == 2 else known
    return pair if against is None and arm in pair and len(pair) == 2 else known


def _better(finished: pd.DataFrame, name: str) -> pd.DataFrame:
    """The outcomes times their direction: more is better; InputError where there is no choice."""
    direction = declared(name.removeprefix("uplift_")).direction
    if direction == 0:
        raise InputError(
            f"measure: more of {name} is neither better nor worse: say above or below which number a case is"
        )
    if finished.shape[1] < 2:
        raise InputError(
            "arm: there is one arm to look at, so none is better: say above or below which number a case is"
        )
    return direction * finished


def _best_at_most(finished: pd.DataFrame, name: str, against: str | None) -> str:
    """The arm that is best at most points, of those that are not ``against``."""
    left = finished.drop(columns=[against] if against in finished else [])
    if left.shape[1] == 1 or declared(name.removeprefix("uplift_")).direction == 0:
        return str(left.columns[0])
    return str(_better(left, name).idxmax(axis=1).value_counts().index[0])


def _beaten(finished: pd.DataFrame, arm: str, others: list[str], name: str) -> Mask:
    better = _better(finished[[arm, *others]], name)
    return np.asarray(better[others].max(axis=1) > better[arm])


def _inputs(table: pd.DataFrame, paths: list[str], points: Any) -> tuple[F8, list[str], dict[int, tuple[str, ...]]]:
    """Inputs that vary, float64[n, d], with their names; text as codes, with the words by column."""
    rows = table.drop_duplicates("point").set_index("point").loc[points]
    varying = [path for path in paths if rows[path].nunique() > 1]
    if not varying:
        raise InputError("the sweep's inputs are the same at every point: sweep over some range")
    columns, codes = [], {}
    for j, path in enumerate(varying):
        column = rows[path]
        if column.dtype.kind in "iuf":
            columns.append(column.to_numpy(dtype=np.float64))
            continue
        known, place = np.unique(column.astype(str), return_inverse=True)
        codes[j] = tuple(map(str, known))
        columns.append(place.astype(np.float64))
    return np.stack(columns, axis=1), varying, codes


def write_table(found: Discovery, path: str | Path) -> Path:
    """Write the points as CSV: inputs, ``outcome``, and ``case``."""
    from viralsim.atomic import write_text

    write_text(Path(path), found.table.to_csv(lineterminator="\n"))
    return Path(path)
