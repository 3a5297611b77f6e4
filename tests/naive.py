"""One world the slow, obvious way: the oracle of the spread kernel.

Written from docs/model.md and kernels/arm_inputs.py alone. It shares with the kernel only the draws and the look-up in
an alias table; everything else is plain Python with dictionaries, lists and float64. Where the two differ, the
page decides.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass

import numpy as np
from naive_luck import Node, of
from naive_shows import Run

from viralsim.kernels.arm_inputs import ArmInputs, Rule
from viralsim.kernels.counts import Count, Series


@dataclass
class NaiveWorld:
    """All that is compared with the kernel; ``nodes`` in the order of posting, all contents."""

    counts: dict[str, int]
    series: np.ndarray
    nodes: list[Node]
    reach_by_channel: list[int]
    reach_by_community: list[int]
    paid_bought: list[int]
    structural_virality: float
    cascade_sizes: dict[int, int]
    generations: dict[int, int]
    advocate_posts: dict[int, int]
    advocate_shares: dict[int, int]
    paid_sales: dict[int, int]
    asked_sales: dict[int, int]
    often_reached: list[int]
    by_segment: list[list[int]]


def trees(nodes: list[Node], content: int) -> dict[int, list[int]]:
    """The nodes of each cascade of a content by its root, both in the order of posting."""
    found: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        if node.content == content:
            root = i
            while nodes[root].parent >= 0:
                root = nodes[root].parent
            found.setdefault(root, []).append(i)
    return found


def depth(nodes: list[Node], i: int) -> int:
    return 0 if nodes[i].parent < 0 else 1 + depth(nodes, nodes[i].parent)


def mean_distance(nodes: list[Node], tree: list[int]) -> float:
    """Structural virality: mean distance over pairs of nodes, by breadth-first search from every node."""
    near = {i: [j for j in tree if nodes[j].parent == i or nodes[i].parent == j] for i in tree}
    total = 0
    for start in tree:
        distance, queue = {start: 0}, deque([start])
        while queue:
            i = queue.popleft()
            for j in near[i]:
                if j not in distance:
                    distance[j] = distance[i] + 1
                    queue.append(j)
        total += sum(distance.values())
    pairs = len(tree) * (len(tree) - 1)
    return total / pairs if pairs else math.nan


def often_reached(run: Run) -> list[int]:
    """Members who reached each frequency goal: of the focal content, then of each paid line; empty where nobody asks."""
    goals = run.plan.frequency_goal.tolist()
    if not goals:
        return []
    seen = [[run.seen_content[run.focal, v] for v in range(run.members)]]
    seen += [[run.line_seen[line, v] for v in range(run.members)] for line in range(len(goals) - 1)]
    return [sum(n >= goal for n in of_all) if goal else 0 for goal, of_all in zip(goals, seen, strict=True)]


def segments(run: Run) -> list[list[int]]:
    """Reach, impressions, shares and conversions of the focal content by row of ``by_segment``."""
    of_field = run.world.audience.segment
    found = [[0, 0, 0, 0] for _ in range(int(of_field.max(initial=-1)) + 1)]
    for v in range(run.members):
        posts = sum(n for (_, k, poster), n in run.posts_made.items() if (k, poster) == (run.focal, v))
        did = (v in run.reached, run.seen_content[run.focal, v], posts, (run.focal, v) in run.converted)
        for field in of_field:
            found[field[v]] = [have + int(more) for have, more in zip(found[field[v]], did, strict=True)]
    return found


def naive_world(world: ArmInputs, seed: int, w: int, kind: type[Run] = Run) -> NaiveWorld:
    """Run world ``w`` of ``world`` under ``seed``, slowly; ``kind``: with a rule of its own."""
    return naive_world_of(kind(world, seed, w))


def naive_world_of(run: Run) -> NaiveWorld:
    """Run a world that has not begun, slowly; what it knows of members stays in ``run``."""
    world = run.world
    run.run()
    counts = {name.name: int(run.counts[name.name]) for name in Count}
    cascades = trees(run.nodes, run.focal)
    largest = max(cascades.values(), key=len, default=[])  # the first of the largest
    depths = Counter(depth(run.nodes, i) for i in largest)
    focal = [node for node in run.nodes if node.content == run.focal]
    shares = run.series[:, Series.SHARES]
    total = int(shares.sum())
    counts |= {
        "NODES": len(focal),
        "CASCADES": len(cascades),
        "MEMBER_NODES": sum(node.member >= 0 for node in focal),
        "MEMBER_STARTS": sum(
            node.member >= 0 and (node.parent < 0 or run.nodes[node.parent].member < 0) for node in focal
        ),
        "LARGEST_CASCADE": len(largest),
        "DEPTH": max(depths, default=0),
        "MAX_BREADTH": max(depths.values(), default=0),
        "PEAK_TICK": int(shares.argmax()) if total else -1,
        "HALF_TICK": int(np.flatnonzero(2 * shares.cumsum() >= total)[0]) if total else -1,
    }
    softened = run.answered + int(run.rules[Rule.RESPOND_DELAY])
    counts["SOFTENED_TICK"] = softened if run.answered >= 0 and softened < run.horizon else -1
    community = world.audience.community
    advocate_shares: Counter[int] = Counter()
    for root, advocate in run.advocate_of_root.items():
        if root in cascades:
            advocate_shares[advocate] += sum(run.nodes[i].member >= 0 for i in cascades[root])
    return NaiveWorld(
        counts=counts,
        series=run.series,
        nodes=run.nodes,
        reach_by_channel=[sum(c == channel for c, _ in run.reached_on) for channel in range(run.channels)],
        reach_by_community=[sum(of(community, v) == g for v in run.reached) for g in range(int(community.max()) + 1)],
        paid_bought=[run.bought[line] for line in range(len(world.plan.paid_channel))],
        structural_virality=mean_distance(run.nodes, largest) if largest else math.nan,
        cascade_sizes=dict(Counter(len(tree).bit_length() - 1 for tree in cascades.values())),
        generations=dict(Counter(depth(run.nodes, i) for tree in cascades.values() for i in tree)),
        advocate_posts=dict(run.advocate_posts),
        advocate_shares=dict(advocate_shares),
        paid_sales=dict(run.paid_sales),
        asked_sales=dict(run.asked_sales),
        often_reached=often_reached(run),
        by_segment=segments(run),
    )
