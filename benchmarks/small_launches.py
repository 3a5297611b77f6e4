"""Launches of a few shares among 10,000 members, by owned posts, an advocate or advertisements, a million of them a call.

    python -m benchmarks.small_launches                      # each kind at three sizes
    python -m benchmarks.small_launches --kinds paid --worlds 200000 --calls 6

Beside ``hands_of_the_gods``, whose launches begin with a member's post, these are the small launches of the other three
sources. Told are processor seconds of ``simulate`` and ``summary()`` on one thread, the least of the calls, each of a scenario
that was not run before, and how many times the member posts and the impressions a launch has.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import viralsim as vs

BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "Small launches",
    "seed": 11,
    "horizon": "5d",
    "tick": "1h",
    "audience": {
        "members": 10_000,
        "communities": {"count": 20, "mixing": 0.2},
        "participation": {"sigma": 1.0},
    },
    "channels": {
        "x": {
            "visibility": 0.1,
            "cpm_usd": 10.0,
            "network": {
                "generate": {"mean_following": 12, "degree_exponent": 2.2, "reciprocity": 0.2, "clustering": 0.1}
            },
            "reaction_delay": {"power_law": {"constant_until": "5m", "exponent": 1.2314843}},
        }
    },
    "content": {"clip": {"appeal": 0.565, "half_life": "48h"}},
}
# What begins a launch, at three sizes: followers of the brand, advocates who post, impressions bought in 12 hours
KINDS = {"owned": [34, 50, 64], "advocates": [1, 2, 3], "paid": [3, 5, 6]}


def scenario(kind: str, size: int) -> vs.Scenario:
    """The launch of one kind and size."""
    begun: dict[str, Any] = {
        "owned": {"owned": [{"channel": "x", "followers": size, "posts_at": ["0h"]}]},
        "advocates": {"advocates": {"count": size, "choose": "random", "posts_at": ["0h"], "willingness": 1.0}},
        "paid": {"paid": [{"channel": "x", "budget_usd": size / 100, "starts": "0h", "ends": "12h"}]},
    }[kind]
    return vs.loads(json.dumps(BASE | {"campaign": {"content": "clip", **begun}}))


def least(asked: vs.Scenario, worlds: int, calls: int) -> tuple[float, float, float]:
    """Processor seconds of the quickest call, and the shares and impressions of a launch."""
    vs.simulate(asked, 20, threads=1, repeat_trust=False).summary()  # compiled, read
    best, shares, impressions = float("inf"), 0.0, 0.0
    for _ in range(calls):
        fresh = asked.override({})
        began = time.process_time()
        result = vs.simulate(fresh, worlds, threads=1, repeat_trust=False)
        result.summary()
        best = min(best, time.process_time() - began)
        measures = next(iter(result.arms.values())).measures
        shares, impressions = float(measures["shares"].mean()), float(measures["impressions"].mean())
    return best, shares, impressions


def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--worlds", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=4)
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    print("| launch | begun by | shares | impressions | million launches a second |", "| --- " * 5 + "|", sep="\n")
    for kind in asked.kinds:
        for size in KINDS[kind]:
            seconds, shares, impressions = least(scenario(kind, size), asked.worlds, asked.calls)
            rate = asked.worlds / seconds / 1e6
            print(f"| {kind} | {size:g} | {shares:.2f} | {impressions:.1f} | {rate:.2f} |", flush=True)


if __name__ == "__main__":
    main()
