"""Whether a scenario can have every value that its uncertain inputs may draw: told before a world is run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from viralsim.errors import ScenarioError
from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.study import JOINT
from viralsim.simulation.run import input_ranges
from viralsim.simulation.uncertain import split_paths

if TYPE_CHECKING:
    from viralsim.scenario import Scenario


def refuse_ends_that_do_not_fit(scenario: Scenario) -> None:
    """ScenarioError where the lowest or highest value of an input contradicts the rest of the scenario, in any arm.

    Numbers that reach the kernels as columns are tried together, and apart only if that fails; the others one by one.
    """
    ranges = input_ranges(scenario)
    if not ranges:
        return
    columns, structure = split_paths(scenario, list(ranges))
    try:
        for end in scenario.at_ends({path: ranges[path] for path in columns}) if columns else ():
            end.arm_specs()
    except ScenarioError:
        structure = list(ranges)
    found = [finding for path in structure for finding in _wrong_ends(scenario, path, ranges[path])]
    if found:
        raise scenario.origin.error(found)


def _wrong_ends(scenario: Scenario, path: str, ends: tuple[float, float]) -> Iterator[Finding]:
    ranged = path in scenario.spec.ranges
    place: Place = ("uncertain", path if ranged else JOINT)
    said = [_said(_refused(scenario, {path: value})) for value in ends]
    if said[0] and said[0] == said[1]:
        yield place, f"cannot be drawn: {said[0]}"
        return
    for word, value, sentence in zip(("from", "to"), ends, said, strict=True):
        if sentence:
            yield (*place, word) if ranged else place, f"{path} cannot be {value:.6g}: {sentence}"


def _said(error: ScenarioError | None) -> str:
    return "; ".join(f"{one.path} {one.message}" for one in error.problems) if error else ""


def _refused(scenario: Scenario, values: dict[str, float]) -> ScenarioError | None:
    try:
        scenario.override(values).arm_specs()
    except ScenarioError as error:
        return error
    return None
