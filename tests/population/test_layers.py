"""Layers that share a given part of their ties, and LFR graphs."""

from __future__ import annotations

import numpy as np
import pytest

import viralsim as vs
from viralsim.errors import InputError, ScenarioError
from viralsim.population.build import build_population
from viralsim.population.generators.layers import overlapping_layer


def ties(network: vs.Network) -> set[tuple[int, int]]:
    return set(zip(network.sources().tolist(), network.followers.tolist(), strict=True))


@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.8, 1.0])
def test_layers_share_what_was_asked_for(overlap: float) -> None:
    """Exactly that share, with the follower counts of the first layer."""
    first = vs.Network.generate("barabasi_albert", 500, links=4)
    second = overlapping_layer(first, overlap, seed=3)
    assert len(ties(first) & ties(second)) == round(overlap * first.follows)
    assert second.follower_count().tolist() == first.follower_count().tolist()
    assert np.abs(second.following_count() - first.following_count()).sum() < 0.02 * first.follows
    assert ties(overlapping_layer(first, overlap, seed=3)) == ties(second)


def test_where_there_is_no_room_is_said() -> None:
    """A complete graph has no other ties."""
    a, b = np.divmod(np.arange(36), 6)
    full = vs.Network.from_edges(a[a != b], b[a != b], 6)
    with pytest.raises(InputError, match="no room"):
        overlapping_layer(full, 0.5, seed=1)


TEXT = """
viralsim: 1
name: layers
horizon: 1d
audience: {members: 300}
channels:
  a: {visibility: 0.2, network: {graph: {lfr: {mean_degree: 8, most: 30, smallest_community: 15}}}}
  b: {visibility: 0.2, network: {layer: {of: a, overlap: 0.4}}}
content: {x: {appeal: 0.1}}
campaign: {content: x}
"""


def test_a_scenario_has_layers() -> None:
    """The second channel shares two fifths of the first's ties; a layer of a layer, or of nobody, is refused."""
    built = build_population(vs.loads(TEXT))
    a, b = ties(built.networks["a"]), ties(built.networks["b"])
    assert len(a & b) == round(0.4 * len(a))
    assert len(a) == len(b)
    with pytest.raises(ScenarioError, match="no channel"):
        vs.loads(TEXT.replace("of: a", "of: c"))
    with pytest.raises(ScenarioError, match="is a layer itself"):
        vs.loads(TEXT.replace("of: a", "of: b"))


def test_lfr_graphs_have_their_mixing() -> None:
    """Nine tenths of ties inside, and somewhat more ties than asked for, as networkx draws them; what cannot be is refused."""
    network = vs.Network.generate("lfr", 600, seed=2, mean_degree=10, most=40, mixing=0.1, smallest_community=25)
    assert 9.5 < network.follows / 600 < 12.5
    assert ties(network) == {(b, a) for a, b in ties(network)}
    with pytest.raises(InputError, match="mixing"):
        vs.Network.generate("lfr", 600, mixing=1.5)
