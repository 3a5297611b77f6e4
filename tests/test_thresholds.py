"""Every threshold that an answer names is true, on all shipped scenarios and briefs: beyond it the other option is ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.measurement.measures import measure
from viralsim.records.record import SwitchingValue
from viralsim.results import Result
from viralsim.scenario import Scenario
from viralsim.scenario.inputs import inputs_of

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "docs" / "briefs").glob("*.yaml")])
MOST_WORLDS = 200


def difference(scenario: Scenario, result: Result, turn: SwitchingValue, value: float) -> float:
    """The option ahead above the value minus that ahead below it, mean of the same luck, with the input at ``value``."""
    again = vs.simulate(
        scenario.override({turn.path: value}), result.world_count, arms=[turn.above, turn.below], repeat_trust=False
    )
    above, below = (again.arms[arm].measures[turn.measure] for arm in (turn.above, turn.below))
    return float((above - below).mean())


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_beyond_a_threshold_the_other_option_is_ahead(file: Path) -> None:
    """A point: at 0.9 and 1.1 times it, as far as the input goes. A range: at its ends."""
    scenario = vs.load(file)
    result = vs.simulate(scenario, min(MOST_WORLDS, scenario.worlds), what_turns_it=True, repeat_trust=False)
    bounds = {one.path: (one.lowest, one.highest) for one in inputs_of(scenario)}
    for turn in result.switching_values:
        low, high = (0.9 * turn.middle, 1.1 * turn.middle) if turn.is_point else (turn.low, turn.high)
        least, most = bounds[turn.path]
        sign = -1.0 if measure(turn.measure).direction < 0 else 1.0
        if low >= least:
            assert sign * difference(scenario, result, turn, low) < 0.0, turn
        if high <= most:
            assert sign * difference(scenario, result, turn, high) > 0.0, turn
