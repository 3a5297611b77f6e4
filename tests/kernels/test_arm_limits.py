"""The contract of a kernel's inputs: whoever names what is not there is told so before a world runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from build_terms import TERMS, with_terms
from build_world import Acts, Channel, Content, Members, Organic, Owned, Paid, Planned, build_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import worlds

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import ArmInputs, Rule, Source
from viralsim.kernels.arrays.limits import LIMITS, check_arm_inputs, sizes_of
from viralsim.kernels.batch import run_worlds, trace_world

WITHOUT_LIMITS = {"channels.key", "contents.key", "contents.own_rules"}  # any 64 bits are a key; a type, not numbers
OWN_LENGTH = {
    "audience.segment",
    "graph.tie_spans",
    "plan.people",
    "rules.fatigue",
    "contents.own_measured",
    "contents.own_fault",
}  # nothing else says how long they are
ANY_NUMBER = {"channels.gap_threshold", "channels.delay_threshold"}  # of 64 bits
settings.register_profile(
    "busy", suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
SETTINGS = settings.get_profile("busy")


def full_world() -> ArmInputs:
    acts = Acts(
        owned=[Owned([0, 1], ticks=(0, 3))],
        paid=[Paid([2, 0, 1], targets=[1, 2], cap=2)],
        planned=[Planned(1), Planned(2, tick=4)],
        organic=[Organic(0), Organic(-1, tick=2)],
    )
    channels = [
        Channel([(0, 1, 0.5, 0.5), (1, 2, 1.0, 0.5)], delay=[0.5, 0.5], present=[0, 1, 2], sends=(0.5, 2, 1.0)),
        Channel([(2, 0)]),
    ]
    who = Members(
        [0, 1, 1], [1.0, 2.0, 0.5], [0.5] * 3, background_load=[1.0] * 3, buying=[0.5, 2.0, 0.5], segments=[[0, 1, 1]]
    )
    plain = build_world(3, 6, channels, [Content(controversy=0.5), Content()], who=who, acts=acts)
    world = with_terms(plain, set(TERMS), np.random.default_rng(1))
    edges = len(world.graph.followers)
    spans = {"tie_when": ~np.arange(edges), "tie_spans": ~np.full(edges, 6)}
    own = {
        "own_rule": np.full((len(world.contents.key), 3), -1, np.int64),
        "own_value": np.zeros((len(world.contents.key), 3, 1)),
        "own_measured": np.zeros((1, 1)),
        "own_fault": np.zeros(1, np.int64),
    }
    offers = {
        "other_rate": np.full(1, 0.1),
        "other_trust": np.ones((1, len(Source))),
        "other_most": np.ones(len(Source)),
    }
    return world._replace(
        graph=world.graph._replace(tie_sign=np.ones(edges, np.int8), **spans),
        contents=world.contents._replace(**own, **offers),
        plan=world.plan._replace(
            removed_at=np.full(3, 6, np.int32),
            visibility_cap=np.ones((2, 6)),
            frequency_goal=np.array([2, 1], world.plan.frequency_goal.dtype),
        ),
    )


def array_of(arm: ArmInputs, name: str) -> Any:
    group, field = name.split(".")
    return getattr(getattr(arm, group), field)


def with_array(arm: ArmInputs, name: str, array: Any) -> ArmInputs:
    group, field = name.split(".")
    return arm._replace(**{group: getattr(arm, group)._replace(**{field: array})})


def test_every_array_has_limits() -> None:
    """Nothing that a kernel reads is left unchecked but keys."""
    names = {f"{group}.{field}" for group in ArmInputs._fields for field in array_of_group(group)}
    assert set(LIMITS) == names - WITHOUT_LIMITS


def array_of_group(group: str) -> tuple[str, ...]:
    return tuple(getattr(full_world(), group)._fields)


@given(worlds())
@settings(SETTINGS, max_examples=50)
def test_worlds_of_the_oracle_are_sound(arm: ArmInputs) -> None:
    """What the builders make passes, also when it is checked again."""
    check_arm_inputs(arm)
    check_arm_inputs(arm)


def out_of_range(arm: ArmInputs, name: str) -> list[float]:
    """Numbers below and above what is allowed, and no number, as far as the array's type can hold them."""
    _, low, high = LIMITS[name]
    most = sizes_of(arm)[high[0]] if isinstance(high, str) else high
    kind = array_of(arm, name).dtype
    numbers = [low - 1 - abs(low), 2 * most + 1]
    if kind.kind == "f":
        return [x for x in numbers if np.isfinite(x)] + [np.nan]
    return [x for x in numbers if np.iinfo(kind).min <= x <= np.iinfo(kind).max and x != np.inf]


@pytest.mark.parametrize("name", sorted(set(LIMITS) - ANY_NUMBER))
def test_a_number_out_of_range_is_named(name: str) -> None:
    """One number below or above what is allowed, or no number, in any array: it is named before anything runs."""
    arm = full_world()
    good = array_of(arm, name)
    numbers = out_of_range(arm, name)
    assert len(numbers) > 0
    for number in numbers:
        bad = good.copy()
        bad.flat[-1] = number
        with pytest.raises(InputError, match=name.split(".")[1]):
            check_arm_inputs(with_array(arm, name, bad))


@pytest.mark.parametrize("name", sorted(set(LIMITS) - OWN_LENGTH))
def test_a_wrong_length_is_named(name: str) -> None:
    """An array that is one longer than the others say is refused."""
    arm = full_world()
    good = array_of(arm, name)
    longer = np.concatenate([good, good[-1:] if len(good) else np.zeros((1, *good.shape[1:]), good.dtype)])
    with pytest.raises(InputError, match=r"must (have shape|rise)"):
        check_arm_inputs(with_array(arm, name, longer))


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        ("plan.owned_start", [0, 5], "owned_start must rise from 0 to the length of owned_followers"),
        ("plan.paid_start", [1, 2], "paid_start must rise"),
        ("audience.segment", [[0, 1, 1, 0]], r"audience.segment must have shape \(1, 3\) or \(0, 0\), got \(1, 4\)"),
        ("plan.planned_tick", [4, 0], "must be ascending"),
        ("plan.owned_posts_tick", [3, 0], "must be ascending"),
        ("graph.indptr", [[0, 2, 1, 2], [2, 2, 2, 3]], "indptr must rise"),
        ("channels.delay_shift", [3, 3], "delay_shift"),
        ("graph.tie_when", [0, -1, -4], "tie_when must be at least -3, got -4"),
        ("graph.tie_spans", [-1, -1, 6], "tie_spans must end with the last span of a tie"),
        ("rules.fatigue", [], "fatigue must hold"),
    ],
)
def test_what_one_array_says_of_another(name: str, array: Any, sentence: str) -> None:
    """Offsets end where their rows end, times rise, and tables have as many outcomes as their bits can name."""
    arm = full_world()
    bad = np.array(array, dtype=array_of(arm, name).dtype)
    with pytest.raises(InputError, match=sentence):
        check_arm_inputs(with_array(arm, name, bad))


@pytest.mark.parametrize(
    ("rule", "value"), [(Rule.FOCAL, 3.0), (Rule.FOCAL, 0.5), (Rule.TICKS_PER_DAY, 0.0), (Rule.IN_GROUP, np.nan)]
)
def test_rules_that_are_indices_or_divisors(rule: Rule, value: float) -> None:
    """The focal content is there, and a day has ticks."""
    arm = full_world()
    values = arm.rules.values.copy()
    values[rule] = value
    with pytest.raises(InputError, match=r"rules\.values"):
        check_arm_inputs(with_array(arm, "rules.values", values))


@given(st.sampled_from([3, 30, 2**31 - 1, -2, -(2**40)]))
@settings(SETTINGS, max_examples=5)
def test_both_drivers_check(member: int) -> None:
    """No world runs with a member who is not there, in numbers or in trees."""
    bad = with_array(full_world(), "plan.organic_member", np.array([member, 0]))
    with pytest.raises(InputError, match=r"plan\.organic_member\[0\] must be in -1\.\.2"):
        run_worlds(bad, 1, np.arange(2))
    with pytest.raises(InputError, match=r"plan\.organic_member\[0\] must be in -1\.\.2"):
        trace_world(bad, 1, 0)
