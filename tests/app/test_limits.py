"""How much work a session may ask for: every lesson fits, and what is too much in all is refused before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.app.limits import (
    LEAST_QUICK_WORLDS,
    MOST_BYTES,
    QUICK_STEPS,
    QUICK_WORLDS,
    quick_worlds,
    read_upload,
    refuse_for_a_class,
    refuse_too_much,
    steps,
    within_limits,
)
from viralsim.errors import InputError
from viralsim.lessons import lesson, lessons
from viralsim.scenario import Scenario

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_lessons_are_quick(one: Any) -> None:
    """Every lesson has all worlds of a curve, and can be played by a class."""
    assert quick_worlds(one.scenario()) == QUICK_WORLDS
    refuse_for_a_class(one.scenario(), 60)


@pytest.mark.parametrize("path", sorted(ROOT.glob("scenarios/*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_can_be_run_in_the_app(path: Path) -> None:
    scenario = vs.load(path)
    try:
        within_limits(scenario)
    except InputError:
        return  # said when it is opened
    assert quick_worlds(scenario) >= LEAST_QUICK_WORLDS
    refuse_too_much(scenario, 300)


GROWN = {
    "audience.members": 20_000, "channels.x.network.generate.mean_following": 200, "horizon": "80d", "populations": 50,
    "campaign.organic": [{"members": 2000, "posts_at": [f"{h}h" for h in range(100)]}],
    "arms": {f"a{i}": {} for i in range(64)},
}  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(sorted(GROWN)), min_size=1), st.sampled_from(sorted(GROWN)))
def test_more_of_anything_is_more_work(some_of: set[str], another: str) -> None:
    """Members, follows, arms, ticks, posts and audiences each add to what is foreseen."""
    base = lesson("luck").scenario().override({"name": "grown"})
    changes = {
        path.replace("channels.x", f"channels.{next(iter(base.spec.channels))}"): GROWN[path] for path in some_of
    }
    if "arms" in changes:
        changes["baseline"] = "a0"
    less = base.override(changes)
    place = another.replace("channels.x", f"channels.{next(iter(base.spec.channels))}")
    more = less.override({place: GROWN[another], **({"baseline": "a0"} if another == "arms" else {})})
    assert steps(more, 100) >= steps(less, 100)
    assert steps(more, 100) > steps(less, 100) or another in some_of
    assert steps(less, 200) > steps(less, 100)


@pytest.mark.parametrize("path", ["channels", "arms", "populations"])
def test_too_much_is_refused_before_it_begins(path: str) -> None:
    """Within every single limit, yet too much in all: refused in words, for sliders, for runs and for a class."""
    scenario = hostile(path)
    assert steps(scenario, LEAST_QUICK_WORLDS) > QUICK_STEPS
    with pytest.raises(InputError, match="too much for an answer at once"):
        quick_worlds(scenario)
    with pytest.raises(InputError, match="viralsim run"):
        refuse_too_much(scenario, 2000)
    with pytest.raises(InputError, match="a class of 60 cannot play"):
        refuse_for_a_class(scenario, 60)


def hostile(path: str) -> Scenario:
    """A scenario within each of the limits that asks for much more than its share."""
    channel = "{network: {generate: {mean_following: 200}}, visibility: 1}"
    arms = ", ".join(f"a{i}: {{content.c.appeal: 0.{i + 10}}}" for i in range(60 if path == "arms" else 2))
    channels = ", ".join(f"x{i}: {channel}" for i in range(29 if path == "channels" else 8))
    text = f"""
viralsim: 1
name: hostile
worlds: 2000
horizon: 80d
populations: {200 if path == "populations" else 1}
audience: {{members: 20000}}
channels: {{{channels}}}
content: {{c: {{appeal: 1}}}}
campaign: {{content: c, organic: [{{channel: x0, members: 1000}}]}}
arms: {{{arms}}}
baseline: a0
"""
    return read_upload(text.encode())


def test_the_size_of_an_upload_is_bounded() -> None:
    with pytest.raises(InputError, match="larger than 256 kB"):
        read_upload(b"#" * (MOST_BYTES + 1))
