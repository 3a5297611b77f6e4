"""What is done to a running launch, as arrays: who is gone from which tick on, which ties are cut, what is seen at most."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience, packed_spans, spans_of_networks
from viralsim.kernels.arm_inputs import Graph
from viralsim.population.network.spans import TieSpans, always
from viralsim.scenario.interventions import Intervention
from viralsim.scenario.spec import Spec

Bools: TypeAlias = NDArray[np.bool_]
NEVER = 2**31 - 1


def plan_of_interventions(compiled: CompiledAudience, spec: Spec) -> dict[str, Any]:
    """``removed_at`` int32[N] and ``visibility_cap`` float64[C, T] of the plan; nothing where nothing is done.

    Raises ScenarioError for members who are not there.
    """
    found: dict[str, Any] = {}
    for i, one in enumerate(spec.campaign.interventions):
        tick = spec.tick_of(one.at)
        if one.remove is not None:
            gone = found.setdefault("removed_at", np.full(compiled.members, NEVER, np.int32))
            members = _removed(compiled, one, f"campaign.interventions[{i}].remove.members")
            gone[members] = np.minimum(gone[members], tick)
        if one.visibility is not None:
            cap = found.setdefault("visibility_cap", np.ones((len(compiled.channels), spec.ticks)))
            for c in _channels(compiled, one):
                cap[c, tick:] = np.minimum(cap[c, tick:], one.visibility)
    return found


def _channels(compiled: CompiledAudience, one: Intervention) -> list[int]:
    return [c for c, name in enumerate(compiled.channels) if one.channel in (None, name)]


def _removed(compiled: CompiledAudience, one: Intervention, path: str) -> NDArray[np.int64]:
    assert one.remove is not None
    if one.remove.members is not None:
        return compiled.members_named(one.remove.members, path, range(len(compiled.channels)))
    followers = np.sum([network.follower_count() for network in compiled.networks], axis=0)
    return np.argsort(-followers, kind="stable")[: one.remove.best_followed]


def cut_ties(compiled: CompiledAudience, spec: Spec, graph: Graph) -> Graph:
    """The graph with the ties that are cut there until then; the graph itself where none is. O(ties)."""
    cuts = [one for one in spec.campaign.interventions if one.cut is not None]
    if not cuts:
        return graph
    ends = np.full(len(graph.followers), NEVER, np.int64)
    for one in cuts:
        ends[_chosen(compiled, spec, one, graph)] = np.minimum(
            ends[_chosen(compiled, spec, one, graph)], spec.tick_of(one.at)
        )
    span, first, last = spans_of_networks(compiled.networks) or always(len(ends))
    end_of_span = np.repeat(ends, np.diff(span))
    kept = first < end_of_span
    before = np.concatenate([[0], np.cumsum(kept)])
    left = TieSpans(before[span].astype(np.int64), first[kept], np.minimum(last, end_of_span)[kept].astype(np.int32))
    return graph._replace(**packed_spans(left))


def _chosen(compiled: CompiledAudience, spec: Spec, one: Intervention, graph: Graph) -> Bools:
    """Which ties an intervention cuts, bool[E]; a larger share has the ties of a smaller one."""
    assert one.cut is not None
    chosen = np.zeros(len(graph.followers), np.bool_)
    for c in _channels(compiled, one):
        first, last = int(graph.indptr[c, 0]), int(graph.indptr[c, -1])
        if one.cut.share is not None:
            chosen[first:last] = np.random.default_rng([spec.seed, c]).random(last - first) < one.cut.share
        else:
            community = np.broadcast_to(compiled.population.audience.community, compiled.members)
            source = compiled.networks[c].sources()
            chosen[first:last] = community[source] != community[graph.followers[first:last]]
    return chosen
