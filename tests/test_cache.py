"""Values made once: nothing is made twice while it is kept, nothing is taken for another, and the room is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.cache import BYTES_OF_A_VALUE, BoundedCache, bytes_of
from viralsim.campaign.compile import compile_arm, envelopes
from viralsim.campaign.enrolment import Enrolment
from viralsim.scenario import loads
from viralsim.simulation.run import compile_audience

SCENARIO = """
viralsim: 1
name: enrolled by hand
audience: {members: 50}
channels: {x: {visibility: 0.5, network: {generate: {mean_following: 5}}}}
content: {c: {appeal: 0.1}}
campaign: {content: c, advocates: {count: 2, choose: random, channels: [x], posts_at: [0h]}}
"""


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 20))
def test_the_newest_are_kept_and_the_room_is_never_exceeded(asked: list[int], room: int) -> None:
    """What is given back is what was made for the key; the values kept are those asked for last that fit into the room."""
    once = BoundedCache(room, lambda value: value + 1)
    kept: list[int] = []
    for key in asked:
        assert once.get(key, lambda key=key: key) == key  # type: ignore[misc]
        kept = [k for k in kept if k != key] + [key]
        while len(kept) > 1 and sum(k + 1 for k in kept) > room:
            kept.pop(0)
        assert once.held_bytes == sum(k + 1 for k in kept)
        assert len(once) == len(kept)


def test_many_threads_make_a_value_once() -> None:
    """Threads that ask at the same time wait for the one that makes the value."""
    once, made, gate = BoundedCache(1 << 20), [], threading.Barrier(8)

    def make() -> int:
        made.append(1)
        threading.Event().wait(0.05)
        return 7

    def ask() -> None:
        gate.wait()
        assert once.get("key", make) == 7

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_fails_is_made_again() -> None:
    """A value whose making failed is not kept, and nobody waits for it."""
    once = BoundedCache(100)
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 / 0)
    assert once.get("key", lambda: 3) == 3


def test_bytes_are_those_of_the_arrays() -> None:
    """Arrays count in full, wherever in the value they are."""
    one = np.zeros(1000)
    assert bytes_of(one) == 8000 + BYTES_OF_A_VALUE
    assert bytes_of({"a": (one, [one])}) == 16000 + 5 * BYTES_OF_A_VALUE
    assert bytes_of(Enrolment(one.astype(np.int64), [], one > 0, one, one)) > 25000


def test_people_enrolled_by_hand_are_never_taken_for_others() -> None:
    """Tiers made one after another by a caller, each forgotten before the next, each post as themselves."""
    scenario = loads(SCENARIO)
    compiled = compile_audience(scenario)
    spec = scenario.for_arm(scenario.arm_names[0])
    envelope = envelopes(compiled, {"all": spec})
    for first in range(40):
        people = Enrolment(
            np.array([first, first + 1]), ["a", "b"], np.ones((2, 1), bool), np.full(2, 1.0), np.full(2, 0.0)
        )
        arm = compile_arm(compiled, "all", spec, envelope, Path("."), people)
        assert set(arm.world.plan.planned_member.tolist()) == {first, first + 1}
        del people, arm
