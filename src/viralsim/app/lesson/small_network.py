"""The small network that runs in the browser: its scenario, and the tables that Python makes for each value of its slider."""

from __future__ import annotations

from typing import Any

from viralsim.population.network.network import Network
from viralsim.scenario import Scenario, loads

VISIBILITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SHY = 0.05  # appeal where hardly anybody shares, for a puzzle
TEXT = """\
viralsim: 1
name: A small network
seed: 7
horizon: 3d
audience: {members: 10}
tick: 1h
channels:
  feed: {visibility: 0.5, network: {generate: {mean_following: 3}}}
content:
  post: {appeal: 0.7}
campaign:
  content: post
  organic: [{channel: feed, members: [0], posts_at: [0h]}]
"""


def small_scenario(network: Network, first: tuple[int, ...], visibility: float, appeal: float) -> Scenario:
    """The scenario of a drawn network: activity 1, no topics; ``first`` post at the start."""
    drawn = loads(TEXT, file="small_network.yaml").with_networks({"feed": network})
    return drawn.override(
        {
            "channels.feed.visibility": visibility,
            "content.post.appeal": appeal,
            "campaign.organic[0].members": list(first),
        }
    )


def tables(visibility: float, appeal: float = 0.7) -> dict[str, Any]:
    """What the browser's engine cannot make itself, as plain values; 64-bit words are decimal text."""
    from viralsim.simulation.run import compile_arms, compile_audience

    scenario = small_scenario(Network.from_edges([0], [1], members=2), (0,), visibility, appeal)
    world = compile_arms(scenario, compile_audience(scenario))[scenario.arm_names[0]].world
    channels, contents = world.channels, world.contents
    return {
        "seed": str(scenario.spec.seed),
        "channel": str(channels.key[0]),
        "content": str(contents.key[0]),
        "envelope": float(channels.envelope[0]),
        "gapThreshold": [str(bits) for bits in channels.gap_threshold[0]],
        "gapAlias": channels.gap_alias[0].tolist(),
        "delayFixed": int(channels.delay_fixed[0]),
        "delayThreshold": [str(bits) for bits in channels.delay_threshold[0]],
        "delayAlias": channels.delay_alias[0].tolist(),
        "delayShift": str(channels.delay_shift[0]),
        "appeal": float(contents.appeal[0]),
        "novelty": contents.novelty[0].tolist(),
        "fatigue": world.rules.fatigue.tolist(),
        "horizon": int(contents.novelty.shape[1]),
    }
