"""Compiling beforehand: tiny launches that compile what a run needs, by two processes.

numba compiles in one thread of a process at a time, and caches each function. So what the first run of an installation needs is
compiled by two processes: one begins with the engine, the other with a part that the engine comes to last, which the first then
finds in numba's cache, and with what builds an audience.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np

from viralsim.parallel import available_cores

if TYPE_CHECKING:
    from viralsim.campaign.shared_arrays import CompiledAudience
    from viralsim.scenario import Scenario

# few: organic posts alone; plan: with what costs money, on one channel; more: with posts that are recommended, for the general path
TINY = """
viralsim: 1
name: warm
worlds: 2
horizon: 6h
audience: {members: 200, communities: {count: 3}}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.5, cpm_usd: 5}}
content: {post: {appeal: 0.2}}
campaign: {content: post, organic: [{channel: x, members: 1}]}
baseline: few
arms:
  few: {}
  plan: {campaign.advocates: {count: 2}, campaign.paid: [{budget_usd: 1}]}
  more: {campaign.advocates: {count: 2}, campaign.paid: [{budget_usd: 1}], channels.x.recommended: {per_engagement: 1}}
"""
CHILD = "from viralsim.simulation.compile_ahead import compile_spread_kernel; compile_spread_kernel()"


def tiny_scenario() -> Scenario:
    """200 members, three arms: one for each kernel of the engine."""
    from viralsim.scenario import loads

    return loads(TINY)


def is_compiled() -> bool:
    """Whether there is nothing to compile."""
    from viralsim.kernels.batch import run_block
    from viralsim.kernels.cpu import is_cached

    return is_cached(run_block)


def on_given_follows() -> tuple[Scenario, CompiledAudience]:
    """The tiny scenario and its audience on follows that are given, so that no generator is compiled."""
    from viralsim.population.network.network import Network
    from viralsim.simulation.run import compile_audience

    ring = np.arange(200)
    scenario = tiny_scenario().with_networks({"x": Network.from_edges(ring, np.roll(ring, 1), members=len(ring))})
    return scenario, compile_audience(scenario)


def compile_spread_kernel() -> None:
    """Compile the general path of the engine, by one world."""
    from viralsim.simulation.front import launch

    scenario, audience = on_given_follows()
    launch(scenario, [audience], ["more"], 1, seed=1)


def compile_impressions() -> None:
    """Compile how impressions are drawn and answered: a third of the engine, which compiles it last."""
    from numba import int64

    from viralsim.kernels.arrays.outputs import members_of, outputs
    from viralsim.kernels.frame import frame_types
    from viralsim.kernels.respond import deliver_all
    from viralsim.kernels.state import allocate
    from viralsim.simulation.run import compile_arms

    scenario, audience = on_given_follows()
    arm = compile_arms(scenario, audience, ["more"])["more"].world
    arm_type, state_type, out_type = frame_types(arm, allocate(arm, members_of(arm)), outputs(arm, 1, 1))
    deliver_all.compile((arm_type, state_type, int64, out_type))


def compile_shortcuts() -> None:
    """Compile the kernels of plain worlds, which runs of few worlds take only where they are there."""
    from viralsim.kernels.batch import run_worlds
    from viralsim.simulation.run import compile_arms

    scenario, audience = on_given_follows()
    for arm in compile_arms(scenario, audience, ["few", "plan"]).values():
        run_worlds(arm.world, 1, np.arange(2))


def compile_audience_kernels() -> None:
    """Compile what builds an audience."""
    from viralsim.simulation.run import compile_audience

    compile_audience(tiny_scenario())


def compile_beside() -> None:
    """Compile what a run needs, with two processes where there are two cores; nothing where that was done before.

    What a process could not do (no other process can be started) is compiled later, by the run itself.
    """
    if is_compiled() or available_cores() < 2 or not sys.executable:
        return
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return
    try:
        compile_impressions()
        compile_audience_kernels()
        child.wait()
    finally:
        child.kill()
        child.wait()
