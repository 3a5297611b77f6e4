"""One more seed changes only what it can reach: the fate of everyone else is the same, in every world, number for number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.kernels.batch import Nodes, trace_world
from viralsim.simulation.run import compile_arms, compile_audience

# Everything that goes from member to follower is on; what goes through the brand or a feed of strangers
# (recommendations, rules that answer or amplify) has no such reach and is left out.
LOCAL = """\
viralsim: 1
name: Local
seed: {seed}
horizon: 4d
audience: {{members: {members}, communities: {{count: 4}}, hostility: 0.3, rhythm: {{peak: "20:00", depth: 0.6}}}}
channels:
  wall:
    network: {{generate: {{mean_following: {following}}}}}
    visibility: {visibility}
    reaction_delay: {{lognormal: {{median: 3h, sigma: 1.0}}}}
  forum:
    presence: 0.5
    network: {{generate: {{mean_following: {following}}}}}
    visibility: 0.5
content:
  post: {{appeal: {appeal}, half_life: 20h, controversy: {controversy}, persistence: 0.1, reinforcement: {reinforcement}}}
  other: {{appeal: {appeal}}}
campaign:
  content: post
  cross_post: 0.3
  owned: [{{channel: wall, followers: 10, posts_at: [0h, 20h]}}]
  paid: [{{channel: wall, budget_usd: 0.2, cpm_usd: 10, ends: 2d, trust: 0.5}}]
  organic: [{{channel: wall, members: 2, posts_at: [0h, 5h]}}, {{channel: forum, members: 1, posts_at: [2h], content: other}}]
  advocates: {{choose: {{members: {chosen}}}, posts_at: [0h, 24h], willingness: 0.7, trust: 1.5}}
"""
VALUES: dict[str, Any] = {
    "seed": 1, "members": 300, "following": 3, "visibility": 0.6, "appeal": 0.4, "controversy": 0.3,
    "reinforcement": "simple",
}  # fmt: skip


def staged(chosen: list[int], **changed: Any) -> tuple[CompiledAudience, Any]:
    """The audience and the compiled campaign with these advocates."""
    scenario = vs.loads(LOCAL.format(**{**VALUES, **changed, "chosen": chosen}))
    compiled = compile_audience(scenario)
    return compiled, compile_arms(scenario, compiled)["campaign"].world


def reached_from(compiled: CompiledAudience, member: int) -> set[int]:
    """Everyone to whom a way leads from ``member``, follower by follower, over any channels; themselves included."""
    found, waiting = {member}, [member]
    while waiting:
        v = waiting.pop()
        for network in compiled.networks:
            for follower in network.followers[network.indptr[v] : network.indptr[v + 1]].tolist():
                if follower not in found:
                    found.add(follower)
                    waiting.append(follower)
    return found


def fates(nodes: Nodes, left_out: set[int]) -> list[tuple[int, ...]]:
    """What everyone else posted: (member, channel, content, tick, source, via, depth, whom it answers), sorted."""
    rows = []
    for i in range(len(nodes.member)):
        if int(nodes.member[i]) not in left_out:
            parent = int(nodes.parent[i])
            answers = -1 if parent < 0 else int(nodes.member[parent])
            columns = (nodes.member, nodes.channel, nodes.content, nodes.tick, nodes.source, nodes.cause, nodes.depth)
            rows.append((*(int(column[i]) for column in columns), answers))
    return sorted(rows)


def compared(few: list[int], more: int, worlds: int, **changed: Any) -> tuple[int, int, int]:
    """Worlds of ``few`` with one advocate more: fates of those they cannot reach, how many differ, and of those they can."""
    (compiled, without), (_, with_him) = staged(few, **changed), staged([*few, more], **changed)
    reach = reached_from(compiled, more)
    kept = lost = moved = 0
    for number in range(worlds):
        traces = [trace_world(world, 5, number) for world in (without, with_him)]
        here, there = (fates(trace, reach) for trace in traces)
        kept += len(here)
        lost += here != there
        moved += fates(traces[0], set()) != fates(traces[1], set())
    return kept, lost, moved


def least_reaching(compiled: CompiledAudience) -> int:
    """A member who reaches some others, and as few as there are."""
    sizes = [len(reached_from(compiled, v)) for v in range(compiled.members)]
    return min((size, v) for v, size in enumerate(sizes) if size > 3)[1]


@pytest.mark.parametrize("reinforcement", ["simple", "{social: {gain: 0.5}}", "{threshold: {count: 2}}"])
def test_whom_a_seed_cannot_reach_keeps_his_fate(reinforcement: str) -> None:
    """200 worlds: posts, ticks, sources and whom they answer stay the same, while the seed's own reach changes."""
    compiled, _ = staged([7], reinforcement=reinforcement)
    kept, lost, moved = compared([7], least_reaching(compiled), 200, reinforcement=reinforcement)
    assert lost == 0
    assert kept > 1000
    assert moved > 100


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**9),
    members=st.integers(20, 200),
    following=st.sampled_from([1, 2, 3]),
    visibility=st.floats(0.1, 1.0),
    appeal=st.floats(0.05, 0.9),
    controversy=st.sampled_from([0.0, 0.5]),
    more=st.integers(0, 19),
)
def test_the_independence_holds_for_any_scenario(more: int, **values: Any) -> None:
    """Audiences, networks and contents of any kind: nobody out of reach of the added seed does anything else."""
    few = [v for v in (5, 11) if v != more]
    assert compared(few, more, 10, **values)[1] == 0


def test_what_works_through_the_feed_of_strangers_has_no_such_bound() -> None:
    """With recommendations the added seed changes fates beyond their followers, so the tests above can fail."""
    compiled, _ = staged([7])
    more = least_reaching(compiled)
    text = LOCAL.replace(
        "    visibility: {visibility}\n",
        "    visibility: {visibility}\n    recommended: {{per_engagement: 0.4, delay: 1h}}\n    engagement_rate: 0.5\n",
    )
    reach = reached_from(compiled, more)
    changed = 0
    worlds = []
    for chosen in ([7], [7, more]):
        scenario = vs.loads(text.format(**{**VALUES, "chosen": chosen}))
        worlds.append(compile_arms(scenario, compile_audience(scenario))["campaign"].world)
    for number in range(50):
        here, there = (fates(trace_world(world, 5, number), reach) for world in worlds)
        changed += here != there
    assert changed > 5
