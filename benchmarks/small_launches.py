"""Launches of two to four shares among 10,000 members, begun by owned posts, advocates or advertisements, a million of them a call.

    python -m benchmarks.small_launches
    python -m benchmarks.small_launches --kinds paid --worlds 200000 --calls 6

Beside ``hands_of_the_gods``, whose launches begin with a member's post, these are small launches of the other three sources:
of a content that half of those who are shown it share, and of one that a third share, so that a share takes more impressions.
Told are processor seconds of ``simulate`` and ``summary()`` on one thread, the least of the calls, each of a scenario that was
not run before, and how many shares and impressions a launch has.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import viralsim as vs

AMONG: dict[str, Any] = {
    "members": 10_000,
    "communities": {"count": 20, "mixing": 0.2},
    "participation": {"sigma": 1.0},
}
NETWORK = {"mean_following": 12, "degree_exponent": 2.2, "reciprocity": 0.2, "clustering": 0.1}
DELAY = {"power_law": {"constant_until": "5m", "exponent": 1.2314843}}
# Content: its appeal, the visibility of a post, and what begins launches of about two, three and four shares: followers of the
# brand, advocates who post, impressions bought over twelve hours
CONTENTS: dict[str, tuple[float, float, dict[str, list[int]]]] = {
    "half": (1.0, 0.055, {"owned": [50, 78, 100], "advocates": [1, 2, 3], "paid": [3, 4, 5]}),
    "a third": (0.565, 0.1, {"owned": [34, 50, 62], "advocates": [1, 2, 3], "paid": [3, 5, 6]}),
}
KINDS = ("owned", "advocates", "paid")


def scenario(content: str, kind: str, amount: int) -> vs.Scenario:
    """The launches of a content that begin with so much of one kind."""
    appeal, visibility, _ = CONTENTS[content]
    begun: dict[str, Any] = {
        "owned": {"owned": [{"channel": "x", "followers": amount, "posts_at": ["0h"]}]},
        "advocates": {"advocates": {"count": amount, "choose": "random", "posts_at": ["0h"], "willingness": 1.0}},
        "paid": {"paid": [{"channel": "x", "budget_usd": amount / 100, "starts": "0h", "ends": "12h"}]},
    }[kind]
    channel = {"visibility": visibility, "cpm_usd": 10.0, "network": {"generate": NETWORK}, "reaction_delay": DELAY}
    written = {
        "viralsim": 1,
        "name": "Small launches",
        "seed": 11,
        "horizon": "5d",
        "tick": "1h",
        "audience": AMONG,
        "channels": {"x": channel},
        "content": {"clip": {"appeal": appeal, "half_life": "48h"}},
        "campaign": {"content": "clip", **begun},
    }
    return vs.loads(json.dumps(written))


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
    from viralsim.simulation.compile_ahead import compile_shortcuts  # here, as other versions are asked for the rest

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contents", nargs="*", choices=list(CONTENTS), default=list(CONTENTS))
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    parser.add_argument("--worlds", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=4)
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    compile_shortcuts()  # as `viralsim warm` does
    print("| shared by | begun by | shares | impressions | million launches a second |", "| --- " * 5 + "|", sep="\n")
    for content in asked.contents:
        for kind in asked.kinds:
            for amount in CONTENTS[content][2][kind]:
                seconds, shares, impressions = least(scenario(content, kind, amount), asked.worlds, asked.calls)
                rate = asked.worlds / seconds / 1e6
                print(f"| {content} | {amount} {kind} | {shares:.2f} | {impressions:.1f} | {rate:.2f} |", flush=True)


if __name__ == "__main__":
    main()
