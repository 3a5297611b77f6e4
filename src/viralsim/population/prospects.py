"""People beside the members whom paid lines reach: like the members, without accounts that anyone follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.population.audience import Audience
from viralsim.population.generators.sample_follows import fill_units
from viralsim.population.network.network import Network
from viralsim.population.segments import Segmentation

FIELDS_OF_ALL = ("community", "activity", "hostility", "buying", "interests", "tones")


def like_members(members: int, prospects: int, key: np.uint64) -> NDArray[np.int64]:
    """Whose fields each person has: the members themselves, then for each prospect a member drawn at random, int64[N + P]."""
    drawn = (fill_units(key, prospects) * members).astype(np.int64)
    return np.concatenate([np.arange(members, dtype=np.int64), drawn])


def audience_with(audience: Audience, like: NDArray[np.int64]) -> Audience:
    """The audience with prospects behind its members; they have no account on any channel."""
    there = audience.members
    nobody = np.zeros(len(like) - there, dtype=np.bool_)

    def presence(of: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        return np.concatenate([np.ones(there, np.bool_) if of is None else of, nobody])

    return replace(
        audience,
        **{name: getattr(audience, name)[..., like] for name in FIELDS_OF_ALL},
        presence={channel: presence(of) for channel, of in audience.presence.items()},
        ids=_ids_with(audience.ids, len(nobody)),
    )


def _ids_with(ids: NDArray[Any] | None, prospects: int) -> NDArray[Any] | None:
    """Labels of prospects that no member has."""
    if ids is None:
        return None
    if ids.dtype.kind in "iu":
        return np.concatenate([ids, int(ids.max(initial=0)) + 1 + np.arange(prospects, dtype=np.int64)])
    known, name = set(ids.tolist()), "prospect "
    while any(f"{name}{i}" in known for i in range(prospects)):
        name = "_" + name
    return np.concatenate([ids.astype(np.str_), np.array([f"{name}{i}" for i in range(prospects)], dtype=np.str_)])


def networks_with(networks: Mapping[str, Network], people: int, ids: NDArray[Any] | None) -> dict[str, Network]:
    """The networks with people who follow nobody and whom nobody follows behind their members; ``people`` in all."""
    return {
        name: replace(network.placed(np.arange(network.members, dtype=np.int64), people), ids=ids)
        for name, network in networks.items()
    }


def segments_with(segments: Mapping[str, Segmentation], like: NDArray[np.int64]) -> dict[str, Segmentation]:
    """The segments with prospects behind the members."""
    return {name: one.rows(like) for name, one in segments.items()}
