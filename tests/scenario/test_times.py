"""When lines post: again and again, on a date, and never beyond the horizon."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.scenario.repeats import MOST_POSTS, all_times, repeated

TEXT = """viralsim: 1
name: always on
launch_at: LAUNCH
horizon: 4 weeks
audience: {members: 200}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.3}}
content: {p: {appeal: 0.01}, q: {appeal: 0.02}}
campaign:
  content: p
  owned: [{followers: 20, OWNED}]
  organic: [{members: 2, posts_at: [1d], every: 10d}]
  advocates: {count: 2, every: 1 week, ends: 15d}
arms: {a: {}, more: {"campaign.owned[0].every": 1d}}
baseline: a
"""


def loaded(owned: str, launch: str = "Monday 09:00") -> vs.Scenario:
    return vs.loads(TEXT.replace("OWNED", owned).replace("LAUNCH", launch))


def test_every_fills_the_line_with_posts() -> None:
    """By hand: from the first time on, before the end, in every kind of line and in an arm of its own."""
    one = loaded("every: 10 days, posts_at: [0h, Thursday 18:00]")
    assert one.spec.campaign.owned[0].posts_at == (0.0, 81.0, 240.0, 321.0, 480.0, 561.0)
    assert one.spec.campaign.organic[0].posts_at == (24.0, 264.0, 504.0)
    assert one.spec.campaign.advocates is not None
    assert one.spec.campaign.advocates.posts_at == (0.0, 168.0, 336.0)
    days = {24.0 * day for day in range(28)}
    assert set(one.for_arm("more").campaign.owned[0].posts_at) == days | {81.0 + 24.0 * day for day in range(25)}
    assert one.for_arm("a") == one.override({"campaign.owned[0].every": "240h"}).for_arm("a")
    assert vs.loads(one.to_yaml()).spec == one.spec


def test_dates_after_a_launch_with_a_date() -> None:
    """By hand; a date alone is its midnight, and weekdays are known from the date."""
    one = loaded("posts_at: [2026-03-14 18:00, '2026-03-03', Tuesday 10:00]", "2026-03-02 09:00")
    assert one.spec.launch_day == "2026-03-02"
    assert one.spec.campaign.owned[0].posts_at == (297.0, 15.0, 25.0)


@given(
    st.lists(st.floats(0, 500), min_size=1, max_size=4), st.floats(0.5, 100), st.floats(1, 600)
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_all_times_are_those_and_their_repeats(times: list[float], every: float, ends: float) -> None:
    """Ascending, each a whole number of periods after one of them, and nothing new comes from repeating again."""
    found = all_times(times, every, ends)
    if found is None:
        assert sum(max(0.0, ends - time) / every for time in times) > MOST_POSTS - 2 * len(times)
        return
    assert found == sorted(set(found))
    for time in found:
        steps = [(time - first) / every for first in times if time >= first - 1e-6]
        assert any(abs(step - round(step)) * every < 1e-6 for step in steps)
    assert len(all_times(found, every, ends) or ()) == len(found) or any(time >= ends - every for time in found)


@pytest.mark.parametrize(
    ("owned", "launch", "said"),
    [
        ("every: 1m", "09:00", "campaign.owned[0].every: gives more than 1,000 posts: lengthen it"),
        ("every: 0h", "09:00", "campaign.owned[0].every: must be > 0h, got 0h"),
        ("every: soon", "09:00", "campaign.owned[0].every: must be a duration"),
        ("ends: 3d", "09:00", "campaign.owned[0].ends: belongs to every"),
        ("every: 2d, ends: 5 weeks", "09:00", "campaign.owned[0].ends: must not be after the horizon"),
        ("every: 1d, posts_at: [5d], ends: 5d", "09:00", "campaign.owned[0].ends: must be after the first"),
        ("posts_at: [2026-03-14 18:00]", "Monday 09:00", "needs the date of the launch"),
        ("posts_at: [2026-03-01 18:00]", "2026-03-02 09:00", "must be >= 0, got 2026-03-01 18:00"),
        ("every: 2d", "Monday 09:00\nlaunch_day: Tuesday", "'Tuesday, where launch_at says monday'"),
        ("every: 2d", "09:00\nlaunch_day: someday", "launch_day: must be a day of the week or a date"),
    ],
)
def test_what_cannot_be_is_refused(owned: str, launch: str, said: str) -> None:
    """One sentence with the line and the key."""
    with pytest.raises(ScenarioError) as caught:
        loaded(owned, launch)
    assert said in str(caught.value)
    assert str(caught.value).startswith("scenario:")


def test_what_the_schema_refuses_is_left_alone() -> None:
    """A malformed line comes back as it is."""
    for line in (None, 3, {"every": None}, {"every": "1d", "posts_at": 3}, {"every": [], "posts_at": ["0h"]}):
        assert repeated(line, "9d") is line


@pytest.mark.parametrize(
    ("times", "wrong"),
    [("[yesterday]", ["posts_at[0]"]), ("[]", ["posts_at"]), ("[0h, soon, -1h]", ["posts_at[1]", "posts_at[2]"])],
)
def test_a_list_of_wrong_times_is_not_called_short_too(times: str, wrong: list[str]) -> None:
    """Each wrong entry is one error; the list is short only where it is."""
    with pytest.raises(vs.ScenarioError) as refused:
        vs.loads(
            "viralsim: 1\nname: a\nworlds: 2\nhorizon: 1d\naudience: {members: 50}\n"
            "channels: {x: {visibility: 0.2, network: {generate: {mean_following: 5}}}}\ncontent: {c: {appeal: 0.1}}\n"
            f"campaign: {{content: c, owned: [{{channel: x, followers: 5, posts_at: {times}}}]}}\n"
        )
    assert [problem.path for problem in refused.value.problems] == [f"campaign.owned[0].{word}" for word in wrong]
