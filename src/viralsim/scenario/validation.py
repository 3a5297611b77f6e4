"""From plain data to a valid spec, or to every problem at once with file, line and path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.arms import BUDGET, origin, overlay, scale_budget
from viralsim.scenario.checks import check
from viralsim.scenario.complete import complete
from viralsim.scenario.currency import other_currencies, said_of_currency
from viralsim.scenario.messages import Finding, findings, path_of
from viralsim.scenario.paths import PathError, parse_path
from viralsim.scenario.reading import Document, Place
from viralsim.scenario.repair import independent, independent_of_ranges, salvage
from viralsim.scenario.spec import Spec
from viralsim.scenario.study_checks import check_study

MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Origin:
    """Where the data came from: the file, its lines, and the places that were overridden since."""

    file: str = "scenario"
    document: Document = field(default_factory=lambda: Document({}, {}))
    overridden: tuple[Place, ...] = ()

    def changed(self, places: Iterable[Place]) -> Origin:
        """The origin after some places were overridden."""
        return replace(self, overridden=tuple(dict.fromkeys((*self.overridden, *places))))

    def problem(self, finding: Finding) -> Problem:
        """A finding with its file and line."""
        place, sentence = finding
        if any(place[: len(one)] == one for one in self.overridden):
            return Problem(sentence, path_of(place), file="override")
        return Problem(sentence, path_of(self.document.written.get(place, place)), self.document.line(place), self.file)

    def error(self, found: Iterable[Finding]) -> ScenarioError:
        """All findings as one error, in the order of the file."""
        problems = list(dict.fromkeys(self.problem(finding) for finding in found))
        problems = sorted([*self.document.problems, *problems], key=lambda problem: problem.line or 0)
        if len(problems) > MOST_PROBLEMS:
            rest = Problem(f"{len(problems) - MOST_PROBLEMS} more problems are not shown", file=self.file)
            problems = [*problems[:MOST_PROBLEMS], rest]
        return ScenarioError(problems)


def placed_error(error: ScenarioError, data: Any, arm: str | None, where: Origin) -> ScenarioError:
    """What was found when an audience or an arm was built, with the file and line of each path.

    A path that the overlay of ``arm`` writes is placed there.
    """
    return ScenarioError([_placed_problem(problem, data, arm, where) for problem in error.problems])


def _placed_problem(problem: Problem, data: Any, arm: str | None, where: Origin) -> Problem:
    if problem.line is not None or problem.file != Problem.file or not problem.path:
        return problem
    try:
        place = parse_path(problem.path)
    except PathError:
        return problem
    overlaid = (data.get("arms") or {}).get(arm) if arm is not None else None
    return where.problem((origin(arm or "", overlaid, place) or place, problem.message))


def base_spec(data: Any, folder: Path, where: Origin, files: set[str]) -> Spec:
    """The spec of plain data without looking at the arms; ScenarioError with all problems."""
    spec, found = _examine(data, folder, files)
    if spec is None or found:
        raise where.error(found)
    return spec


def arm_spec(data: Any, name: str, folder: Path, where: Origin, files: set[str]) -> Spec:
    """The spec of one arm; ScenarioError with all problems."""
    spec, found = _examine_arm(data, name, folder, files)
    if spec is None or found:
        raise where.error(found)
    return spec


def examine_all(data: Any, folder: Path, where: Origin, files: set[str]) -> Spec:
    """The spec of a whole file, every arm and the study blocks examined; ScenarioError with all problems."""
    spec, found = _examine(data, folder, files)
    partial, plain = (spec, data) if spec is not None else salvage(data, found)
    if partial is not None:
        if spec is None:
            found = [*found, *independent(check(partial, folder, files), found)]
        found += independent_of_ranges(check_study(partial, plain, folder), found)
        for name in partial.arms:
            found += _examine_arm(plain, name, folder, files, tuple(found))[1]
    if spec is None or found or where.document.problems:
        raise where.error(found)
    return spec


def _examine(data: Any, folder: Path, files: set[str]) -> tuple[Spec | None, list[Finding]]:
    """Spec and findings of plain data; no spec where the schema refuses it."""
    try:
        spec = Spec.model_validate(complete(data))
    except ValidationError as error:
        return None, findings(error, data)
    return spec, [*check(spec, folder, files), *other_currencies(data, spec.currency)]


def _examine_arm(
    data: Any, name: str, folder: Path, files: set[str], told: tuple[Finding, ...] = ()
) -> tuple[Spec | None, list[Finding]]:
    """Spec and findings of one arm; findings are placed at the overlay where it says the value.

    Nothing is found that was ``told`` before or that follows from it.
    """
    arm = data["arms"].get(name) if isinstance(data.get("arms"), dict) else None
    overlaid = data
    found: list[Finding] = []
    for path, value in (arm or {}).items():
        try:
            overlaid = overlay(overlaid, {path: value})
        except PathError as error:
            found.append((("arms", name, path), str(error)))
    spec, inner = _examine(overlaid, folder, files)
    if told:
        inner = independent([finding for finding in inner if finding not in told], list(told))
    if found:
        return None, [*found, *(_placed(finding, name, arm) for finding in inner)]
    if spec is not None and not inner and arm and arm.get(BUDGET) is not None:
        foreign: list[Finding] = [
            (("arms", name, BUDGET), said) for said in said_of_currency(arm[BUDGET], spec.currency)
        ]
        return (None, foreign) if foreign else _scaled(overlaid, arm, name)
    return spec, [_placed(finding, name, arm) for finding in inner]


def _scaled(overlaid: Any, arm: Any, name: str) -> tuple[Spec | None, list[Finding]]:
    place: Place = ("arms", name, BUDGET)
    try:
        return Spec.model_validate(complete(scale_budget(overlaid, arm))), []
    except ValidationError as error:
        return None, findings(error, {BUDGET: arm[BUDGET]}, place[:2])
    except ValueError as error:
        return None, [(place, str(error))]


def _placed(finding: Finding, name: str, arm: Any) -> Finding:
    """A finding of an arm, placed where the file says the value."""
    place, sentence = finding
    place_of_arm = origin(name, arm, place)
    if place_of_arm is not None:
        return place_of_arm, sentence
    if arm:
        nearby = [path for path in arm if path != BUDGET and path.split(".")[0] == place[0]] if place else []
        if nearby:
            return ("arms", name), f"{path_of(place)} {sentence}" if place else sentence
    return finding
