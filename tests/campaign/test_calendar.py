"""Weekdays, seasons, events and rivals: the factor of each tick is the oracle's, and both drivers have it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_calendar import naive_rhythm

import viralsim as vs
from viralsim.campaign.compile import Arm
from viralsim.campaign.mean_field import rhythms
from viralsim.errors import ScenarioError
from viralsim.simulation.run import compile_arms, compile_audience

BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "calendar",
    "seed": 5,
    "worlds": 20,
    "launch_at": "Friday 12:00",
    "horizon": "5d",
    "tick": "2h",
    "audience": {"members": 300},
    "channels": {"x": {"network": {"generate": {"mean_following": 10}}, "visibility": 0.3}},
    "content": {"p": {"appeal": 0.3}},
    "campaign": {"content": "p", "owned": [{"followers": 100, "every": "6h"}]},
}
FACTOR = st.sampled_from([0.0, 0.5, 1.0, 2.5])
HOURS = st.integers(0, 100).map(lambda h: f"{h}h")


def scenario(audience: dict[str, Any], **more: Any) -> vs.Scenario:
    return vs.loads(yaml.safe_dump({**BASE, "audience": {**BASE["audience"], **audience}, **more}))


def arm_of(one: vs.Scenario) -> Arm:
    return compile_arms(one, compile_audience(one))["campaign"]


def final(one: vs.Scenario, world: int) -> Any:
    """The stepped world's last row."""
    model = vs.ViralityModel(one, arm="campaign", world=world)
    while model.running:
        model.step()
    return model.datacollector.get_model_vars_dataframe().iloc[-1]


CALENDARS = st.fixed_dictionaries({
    "weekdays": st.dictionaries(st.sampled_from(["monday", "friday", "saturday", "sunday"]), FACTOR),
    "seasons": st.lists(st.fixed_dictionaries({"starts": HOURS, "factor": FACTOR}), max_size=2),
    "events": st.lists(
        st.fixed_dictionaries({"at": HOURS, "factor": FACTOR, "half_life": st.sampled_from(["3h", "1d"])}), max_size=2
    ),
})  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(
    CALENDARS,
    st.sampled_from(["Friday 12:00", "Sunday 23:30", "2026-12-30 09:00"]),
    st.sampled_from([None, {"launches": 3, "every": "8d"}]),
    st.booleans(),
)
def test_the_factor_of_each_tick_is_the_oracles(calendar: Any, launch_at: str, programme: Any, daily: bool) -> None:
    """Every tick of every launch, with real dates."""
    rhythm = {"peak": "20:00", "depth": 0.6} if daily else None
    one = scenario({"calendar": calendar, "rhythm": rhythm}, launch_at=launch_at, programme=programme)
    found = rhythms(one.spec)
    for launch, row in enumerate(found):
        np.testing.assert_allclose(row, naive_rhythm(one.spec, launch), rtol=1e-12, atol=1e-12)
    assert len(found) == (3 if programme else 1)


def test_a_calendar_of_ones_changes_no_world() -> None:
    """Factors of 1 are no calendar, bit for bit; with other factors the kernel's table is this one."""
    plain, ones = scenario({}), scenario({"calendar": {
        "weekdays": {"monday": 1}, "seasons": [{"factor": 1}], "events": [{"at": "1d", "factor": 1}],
    }})  # fmt: skip
    a, b = (vs.simulate(one).arms["campaign"] for one in (plain, ones))
    for name in ("reach", "shares", "impressions"):
        assert np.array_equal(a.measures[name], b.measures[name])
    dated = scenario({"calendar": {"events": [{"at": "Saturday 20:00", "factor": 3}]}})
    world = arm_of(dated).world
    assert world.rules.rhythm.tolist() == pytest.approx(naive_rhythm(dated.spec))
    assert world.channels.envelope.tolist() == pytest.approx([0.9])
    assert world.rules.rhythm[:16].tolist() == [1.0] * 16
    assert world.rules.rhythm[16] == 3.0


def test_what_is_seen_follows_the_days() -> None:
    """No impression on a day of factor 0, more in a burst; the stepped worlds are the batch's."""
    one = scenario({"calendar": {"weekdays": {"saturday": 0}, "events": [{"at": "Sunday 12:00", "factor": 3}]}})
    result = vs.simulate(one).arms["campaign"]
    seen = result.series["impressions"]
    saturday, sunday = slice(6, 18), slice(24, 30)
    assert seen[:, saturday].sum() == 0
    plain = vs.simulate(scenario({})).arms["campaign"].series["impressions"]
    assert seen[:, sunday].sum() > 1.5 * plain[:, sunday].sum()
    for world in range(2):
        last = final(one, world)
        assert [last["impressions"], last["shares"]] == [result.measures[m][world] for m in ("impressions", "shares")]


def test_a_rival_takes_attention_that_is_measured_without_it() -> None:
    """By hand: 300 members, 3,000 impressions a day are 10 posts each; organic_reach is that of a day without the rival."""
    attention = {"feed_capacity": 20, "background_posts": 1.5}
    channels = {"x": {**BASE["channels"]["x"], "visibility": None, "organic_reach": 0.2}}
    rival = {"rivals": {"acme": {"impressions_per_day": 2000}, "other": {"impressions_per_day": 1000}}}
    without = scenario({"attention": attention}, channels=channels)
    with_it = scenario({"attention": {**attention, **rival}}, channels=channels)
    a, b = arm_of(without), arm_of(with_it)
    np.testing.assert_allclose(b.world.audience.background_load, a.world.audience.background_load + 10.0, rtol=1e-6)
    assert np.array_equal(a.world.channels.visibility, b.world.channels.visibility)
    assert a.appeal.tolist() == b.appeal.tolist()
    seen = [vs.simulate(one).arms["campaign"].measures["impressions"] for one in (without, with_it)]
    assert (seen[1] <= seen[0]).all()
    assert seen[1].mean() < 0.9 * seen[0].mean()
    assert final(with_it, 3)["impressions"] == seen[1][3]


@pytest.mark.parametrize(
    ("audience", "launch_at", "said"),
    [
        ({"calendar": {"weekdays": {"monday": 2}}}, "12:00", "calendar.weekdays: needs the day of the launch"),
        ({"calendar": {"weekdays": {"someday": 2}}}, "Friday 12:00", "calendar.weekdays"),
        ({"calendar": {"weekdays": {"monday": -1}}}, "Friday 12:00", "weekdays.monday: must be >= 0, got -1"),
        ({"calendar": {"seasons": [{"factor": 101}]}}, "12:00", "seasons[0].factor: must be <= 100, got 101"),
        ({"calendar": {"seasons": [{"starts": "1d"}]}}, "12:00", "seasons[0].factor"),
        ({"calendar": {"seasons": [{"starts": "6d", "factor": 1}]}}, "12:00", "seasons[0].starts: must be before the end"),
        ({"calendar": {"seasons": [{"starts": "3d", "ends": "3d", "factor": 1}]}}, "12:00", "seasons[0].ends: must be after"),
        ({"calendar": {"events": [{"factor": 2}]}}, "12:00", "events[0].at"),
        ({"calendar": {"events": [{"at": "5d", "factor": 2}]}}, "12:00", "events[0].at: must be before the end (120h)"),
        ({"calendar": {"events": [{"at": "5h", "factor": 2, "half_life": "0h"}]}}, "12:00", "half_life: must be > 0h"),
        ({"calendar": {"holidays": []}}, "12:00", "calendar.holidays: unknown key"),
        ({"attention": {"rivals": {"acme": {}}}}, "12:00", "rivals.acme.impressions_per_day"),
        ({"attention": {"rivals": {"acme": {"impressions_per_day": -1}}}}, "12:00", "impressions_per_day: must be >= 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(audience: dict[str, Any], launch_at: str, said: str) -> None:
    """One sentence with the line and the key."""
    with pytest.raises(ScenarioError) as caught:
        scenario(audience, launch_at=launch_at)
    assert said in str(caught.value)
    assert str(caught.value).startswith("scenario:")
