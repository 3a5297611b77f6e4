"""Small worlds with the terms of real cascades: how visible posts are, how long they wait, how shares are shared."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.alias import gap_table
from viralsim.kernels.arm_inputs import ArmInputs

TERMS = ("owned visibility", "root factor", "reshare factor", "owned factor", "reshare", "delay")


def enveloped(world: ArmInputs) -> ArmInputs:
    """The world with an envelope that holds the most visible post of each channel."""
    channels, graph, plan = world.channels, world.graph, world.plan
    highest = channels.visibility.copy()
    for factors in (graph.root_visibility, graph.reshare_visibility):
        if len(factors):
            highest = np.maximum(highest, channels.visibility * factors.max(axis=1))
    owned = channels.owned_visibility if len(channels.owned_visibility) else channels.visibility
    highest = np.maximum(highest, owned * plan.owned_factor.max(initial=1.0))
    strongest = np.maximum(1.0, graph.tie_strength.max(initial=0.0)) * max(1.0, world.rules.rhythm.max())
    envelope = np.maximum(channels.envelope, np.minimum(1.0, highest * strongest))
    tables = [gap_table(rate) for rate in envelope]
    return world._replace(
        channels=channels._replace(
            envelope=envelope,
            thin=np.ones_like(channels.thin),
            gap_threshold=np.array([table.threshold for table in tables]),
            gap_alias=np.array([table.alias for table in tables]),
        )
    )


def with_terms(world: ArmInputs, on: set[str], rng: np.random.Generator) -> ArmInputs:
    """A world with some of ``TERMS``."""
    channels, contents, graph, plan = world.channels, world.contents, world.graph, world.plan
    C, N = len(channels.key), graph.indptr.shape[1] - 1

    def factors() -> np.ndarray:
        return rng.choice([0.0, 0.3, 0.9, 1.0, 1.7], size=(C, N)).astype(np.float32)

    if "owned visibility" in on:
        channels = channels._replace(owned_visibility=rng.choice([0.0, 0.2, 0.7, 1.0], size=C))
    if "root factor" in on:
        graph = graph._replace(root_visibility=factors())
    if "reshare factor" in on:
        graph = graph._replace(reshare_visibility=factors())
    if "owned factor" in on:
        plan = plan._replace(owned_factor=rng.choice([0.1, 0.8, 1.4], size=len(plan.owned_channel)))
    if "reshare" in on:
        contents = contents._replace(reshare=rng.choice([0.0, 0.4, 1.0, 1.6], size=len(contents.key)))
    if "delay" in on:
        channels = channels._replace(
            seeing_delay=np.sort(rng.exponential(2.0, size=(C, 8)), axis=1) * rng.choice([0.0, 1.0, 1.0], size=(C, 1)),
            seeing_scale=np.exp(rng.normal(0.0, 0.8, size=(C, 4))),
        )
    return enveloped(world._replace(channels=channels, contents=contents, graph=graph, plan=plan))
