"""Blocks of worlds that write to one room are the worlds of one call: counts, series and sums."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

import viralsim as vs
from viralsim.kernels.arrays.parts import Part
from viralsim.kernels.arrays.rows_of_worlds import checked, inputs_of_worlds, with_array
from viralsim.kernels.batch import run_worlds
from viralsim.simulation.room import Room
from viralsim.simulation.run import compile_arms, compile_audience

SMALL = """\
viralsim: 1
name: Small
seed: 4
horizon: 2d
audience: {members: 300, communities: {count: 4}}
channels: {wall: {network: {generate: {mean_following: 8}}, visibility: 0.3, cpm_usd: 10}}
content: {post: {appeal: 0.3, conversion_rate: 0.1}}
campaign:
  content: post
  organic: [{channel: wall, members: 1}]
  paid: [{channel: wall, budget_usd: 0.2, frequency_cap: 2}]
  advocates: {count: 3, willingness: 0.5}
arms: {plain: {campaign.advocates: null, campaign.paid: []}, all: {}}
baseline: plain
"""
SIZES = [3, 1, 7, 5]


@pytest.mark.parametrize("name", ["plain", "all", "drawn"])
@pytest.mark.parametrize("recorded", [0, 4, 16, 40])
def test_blocks_are_the_worlds_of_one_call(name: str, recorded: int) -> None:
    """On both paths of the engine, and with numbers that differ by world; series for none, for some within a block, for all and
    for more than all."""
    scenario = vs.loads(SMALL)
    arm = compile_arms(scenario, compile_audience(scenario))["plain" if name == "plain" else "all"].world
    numbers = np.arange(sum(SIZES)) * 3
    if name == "drawn":
        arm = with_array(arm, "contents", "appeal", np.linspace(0.1, 0.8, len(numbers))[:, None])
    room = Room(checked(arm, len(numbers)), len(numbers), min(recorded, len(numbers)))
    for last in np.cumsum(SIZES).tolist():
        so_far = room.run(4, numbers[:last][0 if room.raw is None else len(room.raw.done) :], 1, None)
        asked = inputs_of_worlds(arm, slice(0, last))
        whole = run_worlds(asked, 4, numbers[:last], series_worlds=recorded)
        for field, expected in whole._asdict().items():
            np.testing.assert_array_equal(getattr(so_far, field), expected, err_msg=f"{field} after {last} worlds")


def test_series_are_kept_for_the_first_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many worlds the first ones alone, whatever the blocks; the measures are those of all."""
    scenario = vs.loads(SMALL)
    every = vs.simulate(scenario, worlds=600, threads=2)
    monkeypatch.setattr("viralsim.simulation.run.MOST_SERIES", 300)
    some = vs.simulate(scenario, worlds=600, threads=2)
    for name in every.arms:
        assert len(every.arm(name).series["shares"]) == 600
        np.testing.assert_array_equal(some.arm(name).series["shares"], every.arm(name).series["shares"][:300])
        np.testing.assert_array_equal(some.arm(name).measures["shares"], every.arm(name).measures["shares"])


DRAWN = {
    "content.post.half_life": {"from": 4, "to": 40},
    "campaign.advocates.willingness": {"from": 0.2, "to": 0.9},
    "campaign.advocates.cost_usd": {"from": 1, "to": 5},
}


def unlike(some: vs.Result, every: vs.Result) -> list[str]:
    """What differs between ``some`` and the first worlds of ``every``: measures, costs, impressions, or when they were busy."""
    return [
        f"{name} {table} {word}"
        for name, arm in some.arms.items()
        for table in ("measures", "cost_lines", "series", "impressions_by_source")
        for word, values in getattr(arm, table).items()
        if not np.array_equal(values, getattr(every.arm(name), table)[word][: len(values)], equal_nan=True)
    ]


@pytest.mark.parametrize("populations", [1, 2])
@pytest.mark.parametrize("launches", [1, 2])
def test_stretches_of_drawn_inputs_are_one(monkeypatch: pytest.MonkeyPatch, populations: int, launches: int) -> None:
    """Worlds that are compiled together may be few or many, and be run in one block or in several."""
    programme = {"launches": launches} if launches > 1 else None
    scenario = vs.loads(SMALL).override({"populations": populations, "programme": programme, "uncertain": DRAWN})
    every = vs.simulate(scenario, worlds=150, threads=2)
    for most, first in ((16, 128), (70, 16), (4096, 16)):
        monkeypatch.setattr("viralsim.simulation.uncertain.MOST_AT_ONCE", most)
        monkeypatch.setattr("viralsim.simulation.run.FIRST_BLOCK", first)
        assert unlike(vs.simulate(scenario, worlds=150, threads=2), every) == []


def test_enough_worlds_in_the_middle_of_a_stretch() -> None:
    """Worlds beyond those that are enough are compiled with them, and neither run nor kept."""
    scenario = vs.loads(SMALL).override({"uncertain": DRAWN})
    enough = vs.simulate(scenario, worlds=2000, until={"measure": "shares", "half_width": 0.5})
    assert 400 <= enough.world_count < 2000
    assert unlike(enough, vs.simulate(scenario, worlds=enough.world_count)) == []


@pytest.fixture
def keyboard_interrupts() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the suite is a job in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("keyboard_interrupts")
@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_waits_for_what_threads_have_counted(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds that are said to be done have their counts: a thread may still put them in their place when the interrupt comes, and
    ``Thread.join`` of Python 3.11 no longer waits for it then."""
    scenario = vs.loads(SMALL)
    arm = compile_arms(scenario, compile_audience(scenario))["all"].world
    run_worlds(arm, 4, np.arange(10), threads=threads)  # compiled before the clock runs
    put, until = Part.put, time.monotonic() + 5.0

    def slowly(part: Part, first: int, done: int) -> None:
        # an interrupt that is lost fails the test, and does not hang it
        time.sleep(0.1 if time.monotonic() < until else 0.0)
        put(part, first, done)

    monkeypatch.setattr(Part, "put", slowly)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    some = run_worlds(arm, 4, np.arange(200_000), threads=threads, series_worlds=0, progress=lambda _: None)
    counts, reached = np.array(some.counts), np.array(some.reach_by_community)  # as they are now
    timer.cancel()
    monkeypatch.undo()
    done = np.flatnonzero(some.done)
    assert some.interrupted
    assert 0 < len(done) < 200_000
    whole = run_worlds(arm, 4, done, series_worlds=0)
    np.testing.assert_array_equal(counts[done], whole.counts)
    np.testing.assert_array_equal(reached[done], whole.reach_by_community)
