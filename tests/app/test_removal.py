"""In every lesson somebody who began it can be taken out of a try, and who is lost is exact."""

from __future__ import annotations

from typing import Any

import pytest

from viralsim.app.lesson.data import lost
from viralsim.app.stepping import play, without_one
from viralsim.lessons import lesson, lessons


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_somebody_can_be_removed(one: Any) -> None:
    """Nobody else's luck changes: whoever is lost shared before, and the one who is removed is among them."""
    scenario = one.scenario()
    if one.key == "spillover":  # an advertisement begins it, and no person
        pytest.skip("nobody begins this lesson")
    arm = next(arm for arm in scenario.arm_names if play(scenario, arm, 0).removable)
    played = play(scenario, arm, 0)
    member = next(member for member in played.removable if member in played.shared)
    found = lost(scenario, arm, 0, played, member)
    assert set(found["lost"]) <= played.shared
    other = play(without_one(scenario, arm, played, member), arm, 0)
    assert (member in found["lost"]) != (
        member in other.brought_by
    )  # whoever still shares was brought by somebody else
    assert 0 <= found["unreached"] <= len(played.reached)


def test_starters_by_name_play_the_same_try() -> None:
    """Who started is read from the try itself: named instead of drawn, they give every post, parent and tick again."""
    for key in ("threshold_at_one", "when_it_goes_wrong", "simple_and_complex"):
        scenario = lesson(key).scenario()
        played = play(scenario, scenario.arm_names[0], 1)
        named = scenario.override({"campaign.organic[0].members": list(played.starters)})
        again = play(named, scenario.arm_names[0], 1)
        assert (again.changes, again.brought_by) == (played.changes, played.brought_by), key
        assert played.starters


def test_without_the_only_one_nothing_happens() -> None:
    scenario = lesson("most_things_die").scenario()
    played = play(scenario, "campaign", 0)
    (only,) = played.starters
    assert play(without_one(scenario, "campaign", played, only), "campaign", 0).reached == set()
