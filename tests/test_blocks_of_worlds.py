"""Blocks of worlds that write to one room are the worlds of one call: counts, series and sums."""

from __future__ import annotations

import numpy as np
import pytest

import viralsim as vs
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


@pytest.mark.parametrize("name", ["plain", "all"])
@pytest.mark.parametrize("recorded", [0, 4, 16, 40])
def test_blocks_are_the_worlds_of_one_call(name: str, recorded: int) -> None:
    """On both paths of the engine, with series for none, for some within a block, for all and for more than all."""
    scenario = vs.loads(SMALL)
    arm = compile_arms(scenario, compile_audience(scenario))[name].world
    numbers = np.arange(sum(SIZES)) * 3
    room = Room(arm, len(numbers), min(recorded, len(numbers)))
    for last in np.cumsum(SIZES).tolist():
        so_far = room.run(4, numbers[:last][0 if room.raw is None else len(room.raw.done) :], 1, None)
        whole = run_worlds(arm, 4, numbers[:last], series_worlds=recorded)
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
