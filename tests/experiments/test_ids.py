"""What a point is: the same id for the same worlds, another for others, and none that hangs on the size of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import create_model
from sweep_scenario import text

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.experiments.ids import arm_ids, point_id
from viralsim.experiments.point_runner import Runner, bytes_of_arm
from viralsim.scenario import Scenario
from viralsim.scenario.spec import Spec

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def ids(scenario: Scenario, specs: dict[str, Spec] | None = None) -> dict[str, str]:
    """The id of every arm."""
    specs = specs or scenario.arm_specs()
    return arm_ids(scenario, specs, 10, 1)


def defaults(scenario: Scenario) -> Iterator[tuple[str, object]]:
    """Paths of numbers and switches that may be written, with the value that holds where they are left out."""
    spec = scenario.spec
    blocks = {"": spec, "audience.": spec.audience}
    blocks |= {f"content.{name}.": content for name, content in spec.content.items()}
    blocks |= {f"channels.{name}.": channel for name, channel in spec.channels.items()}
    for prefix, block in blocks.items():
        for word, field in type(block).model_fields.items():
            if isinstance(field.default, bool | int | float) and getattr(block, word) == field.default:
                yield prefix + (field.alias or word), field.default


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_writing_a_default_out_changes_no_id(path: Path) -> None:
    """A value that is said to be what it is anyway: the arms and the point stay who they are."""
    short, written = vs.load(path), 0
    before = ids(short)
    for where, value in defaults(short):
        try:
            longer = short.override({where: value})
        except ScenarioError:  # durations are written with a unit, and some words exclude each other
            continue
        written += 1
        assert ids(longer) == before, where
        assert point_id(before, longer.spec) == point_id(before, short.spec)
    assert written >= 5


def test_a_new_key_of_the_schema_changes_no_id() -> None:
    """A later schema has one key more, at its default: stored points, and the luck of points with their own, stay theirs."""
    scenario = vs.loads(text())
    later = create_model("Later", __base__=Spec, word_of_a_later_schema=(float, 0.5))
    specs = scenario.arm_specs()
    wider = {name: later.model_construct(spec.model_fields_set, **dict(spec)) for name, spec in specs.items()}
    assert wider[next(iter(wider))].word_of_a_later_schema == 0.5
    assert ids(scenario, wider) == ids(scenario)
    used = {name: spec.model_copy(update={"word_of_a_later_schema": 0.6}) for name, spec in wider.items()}
    assert not set(ids(scenario, used).values()) & set(ids(scenario).values())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_change_is_another_point(path: Path) -> None:
    """A value that is changed away from its default, or back to it, gives another id; no two of the changes share one."""
    scenario = vs.load(path)
    content = next(iter(scenario.spec.content))
    appeal = scenario.spec.content[content].appeal
    channel = next(iter(scenario.spec.channels))
    changes = [
        {},
        {f"content.{content}.novelty_half_life": "7h"},
        {f"content.{content}.controversy": 0.123},
        {f"channels.{channel}.engagement_rate": 0.0123},
        {"tick": "2h"},
        {"seed": 4711},
        {"viral_when": {"earned_reach_fraction": 0.0517}},
    ]
    if isinstance(appeal, float):
        changes.append({f"content.{content}.appeal": appeal / 2})
    runner = Runner(scenario, 10, 1)
    found = [runner.identity(change) for change in changes]
    assert len(set(found)) == len(found)


def test_an_arm_that_is_kept_counts_the_columns_that_are_made_later() -> None:
    """The room for kept arms is that of memory: measures and series take theirs when somebody asks for them."""
    scenario = vs.loads(text()).without("sweep")
    arms, _ = Runner(scenario, 40, 1).worlds_of({})
    for arm in arms.values():
        counted = bytes_of_arm(scenario.spec.ticks, arm)
        assert counted > sum(column.nbytes for table in (arm.measures, arm.series) for column in table.values()) > 0
