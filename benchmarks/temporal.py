"""What ties that come and go cost: a million of them against the same ties that stay, in turns, one thread.

python -m benchmarks.temporal > benchmarks/TEMPORAL.md
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import viralsim as vs
from benchmarks.pairing import pair, timer, worlds_for

MEMBERS, TIES, TICKS = 100_000, 1_000_000, 72
ROUNDS, BUDGET_S, GOAL = 7, 1.0, 2.0
SCENARIO = """
viralsim: 1
name: ties that come and go
seed: 1
worlds: 100
horizon: 72h
tick: 1h
audience: {members: 100000, participation: null}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 10}}}}
content: {c: {appeal: 0.3}}
campaign: {content: c, organic: [{channel: x, members: 100, posts_at: [0h]}]}
"""


def networks() -> dict[str, vs.Network]:
    """The same ties: that stay; with a span that is the whole time; each gone for one tick; there in two thirds of the time."""
    rng = np.random.default_rng(1)
    pairs = np.unique(rng.integers(0, MEMBERS, (int(TIES * 1.02), 2)), axis=0)
    pairs = rng.permutation(pairs[pairs[:, 0] != pairs[:, 1]])[:TIES]
    source, target = pairs.T
    start = rng.integers(0, TICKS // 3, TIES)
    whole = np.zeros(TIES, dtype=np.int64)
    again = start + TICKS // 2
    gone = rng.integers(1, TICKS, TIES)
    gap = (np.tile(source, 2), np.tile(target, 2), np.append(whole, gone + 1), np.append(gone, whole + TICKS + 1))
    twice = (np.tile(source, 2), np.tile(target, 2), np.append(start, again), np.append(start, again) + TICKS // 3)
    return {
        "stay": vs.Network.from_edges(source, target, members=MEMBERS),
        "always there, as spans": vs.Network.from_temporal_edges(source, target, whole, whole + TICKS, MEMBERS),
        "each gone for one tick": vs.Network.from_temporal_edges(*gap, MEMBERS),
        "come and go twice": vs.Network.from_temporal_edges(*twice, MEMBERS),
    }


def _run(network: vs.Network) -> Callable[[int], vs.Result]:
    scenario = vs.loads(SCENARIO).with_networks({"x": network})
    return lambda worlds: vs.simulate(scenario, worlds=worlds, threads=1, repeat_trust=False)


def main() -> None:
    """Print the page."""
    static, *changing = networks().items()
    stay = _run(static[1])
    print("# What ties that come and go cost\n")
    print(
        f"{TIES:,} ties of {MEMBERS:,} members, the full model for {TICKS} ticks, `vs.simulate`; {ROUNDS} runs of each in turns, "
        f"one thread, processor time, compiled beforehand. The goal is {GOAL:g}. Written by `python -m benchmarks.temporal`.\n"
    )
    print("| ties | impressions per world | ms per world | of the ties that stay | of the runs | per impression |")
    print("| --- | ---: | ---: | ---: | --- | ---: |")
    shown = float(stay(50).summary()["impressions"].iloc[0])
    worlds = worlds_for(timer(stay), BUDGET_S, 2_000)
    for name, network in changing:
        other = _run(network)
        theirs = float(other(50).summary()["impressions"].iloc[0])
        found = pair(timer(other), timer(stay), (worlds, worlds), ROUNDS)
        print(
            f"| {name} | {theirs:,.0f} (stay: {shown:,.0f}) | {found.ours_ms:.1f} (stay: {found.theirs_ms:.1f}) | "
            f"**{1 / found.ratio:.2f}** | {1 / found.high:.2f} to {1 / found.low:.2f} | {shown / theirs / found.ratio:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
