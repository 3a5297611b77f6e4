"""Compiling beforehand: tiny launches that compile what a run needs, the spread kernel in a process of its own.

numba compiles in one thread of a process at a time. So what the first run of an installation needs is compiled by two processes,
the engine in one and what builds an audience in the other, and the run finds both in numba's cache.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viralsim.parallel import available_cores

if TYPE_CHECKING:
    from viralsim.scenario import Scenario

# few: organic posts alone, which the plain path runs; more: everything that costs money, on the general path
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
arms: {few: {}, more: {campaign.advocates: {count: 2}, campaign.paid: [{budget_usd: 1}]}}
"""
CHILD = "from viralsim.simulation.compile_ahead import compile_spread_kernel; compile_spread_kernel()"


def tiny_scenario() -> Scenario:
    """200 members, two arms: one on each path of the engine."""
    from viralsim.scenario import loads

    return loads(TINY)


def is_compiled() -> bool:
    """Whether numba's cache has a spread kernel; one of another processor or version of numba counts as well."""
    from viralsim.kernels.batch import run_block

    return any(Path(run_block.stats.cache_path).glob("batch.run_block-*.nbi"))


def compile_spread_kernel() -> None:
    """Compile the general path of the engine, by one world on follows that are given and not generated."""
    from viralsim.population.network.network import Network
    from viralsim.simulation.front import launch
    from viralsim.simulation.run import compile_audience

    ring = np.arange(200)
    network = Network.from_edges(ring, np.roll(ring, 1), members=len(ring))
    scenario = tiny_scenario().with_networks({"x": network})
    launch(scenario, [compile_audience(scenario)], ["more"], 1, seed=1)


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
        compile_audience_kernels()
        child.wait()
    finally:
        child.kill()
        child.wait()
