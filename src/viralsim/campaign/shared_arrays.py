"""What all arms share: the audience and its networks as arrays for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.cache import BoundedCache
from viralsim.campaign.segments import segment_rows
from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.arm_inputs import Audience, Graph
from viralsim.member_names import find_members
from viralsim.population.build import Population
from viralsim.population.network.network import Network
from viralsim.population.network.spans import TieSpans, always
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec

F4: TypeAlias = NDArray[np.float32]
# Room for what is computed of an audience: a sweep asks for other plans and gaps at every point.
KEPT_BYTES, KEPT_BYTES_A_MEMBER = 64 << 20, 64


class CompiledAudience:
    """One audience with its networks, in the kernels' form, and what is computed of it once.

    members: all people N, of whom the last ``prospects`` are without ties. graph: all channels in one CSR. presence, present,
    present_start: who has an account where. following: accounts that v follows, int32[C, N].
    Memory: 4 bytes per follow, 8 bytes per member and channel for rows, and the member fields.
    """

    def __init__(self, spec: Spec, population: Population) -> None:
        self.population = population
        self.channels = list(spec.channels)
        self.members: int = population.members
        self.prospects: int = population.prospects
        networks = [population.networks[name] for name in self.channels]
        self.networks = networks
        self.following = np.stack([n.following_count() for n in networks]).astype(np.int32)
        self.graph = self._graph(networks)
        self.presence, self.present, self.present_start = self._presence(population.audience.presence)
        self._kept = BoundedCache(KEPT_BYTES + KEPT_BYTES_A_MEMBER * self.members)

    def _graph(self, networks: list[Network]) -> Graph:
        offsets = np.concatenate([[0], np.cumsum([n.follows for n in networks])])
        indptr = np.stack([n.indptr + offset for n, offset in zip(networks, offsets, strict=False)])
        one = len(networks) == 1
        followers = networks[0].followers if one else np.concatenate([n.followers for n in networks])

        def edge_field(name: str, default: float) -> F4:
            fields = [getattr(n, name) for n in networks]
            if all(f is None for f in fields):
                return np.zeros(0, dtype=np.float32)
            full = [
                np.full(n.follows, default, np.float32) if f is None else f
                for f, n in zip(fields, networks, strict=True)
            ]
            return np.ascontiguousarray(full[0] if one else np.concatenate(full))

        return Graph(
            np.ascontiguousarray(indptr, dtype=np.int64),
            np.ascontiguousarray(followers, dtype=np.int32),
            edge_field("tie_strength", 1.0),
            edge_field("influence_weight", 0.0),
            np.zeros((0, 0), dtype=np.int32),
            tie_sign=signs_of_networks(networks),
            **packed_spans(spans_of_networks(networks)),
        )

    def _presence(self, by_channel: Any) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]:
        start = np.zeros(len(self.channels) + 1, dtype=np.int64)
        masks = [None if by_channel is None else by_channel.get(name) for name in self.channels]
        if all(mask is None or bool(np.all(mask)) for mask in masks):
            return np.zeros((0, 0), dtype=np.uint8), np.zeros(0, dtype=np.int32), start
        full = [np.ones(self.members, bool) if mask is None else np.asarray(mask, bool) for mask in masks]
        present = [np.flatnonzero(mask).astype(np.int32) for mask in full]
        for name, members in zip(self.channels, present, strict=True):
            if len(members) == 0:
                raise ScenarioError(
                    [Problem("nobody has an account here; raise presence", f"channels.{name}.presence")]
                )
        start[1:] = np.cumsum([len(p) for p in present])
        return np.stack(full).astype(np.uint8), np.concatenate(present), start

    def present_on(self, channel: int) -> NDArray[np.bool_]:
        """Who has an account on a channel, bool[N]."""
        return self.presence[channel].astype(bool) if len(self.presence) else np.ones(self.members, dtype=bool)

    @property
    def audience_members(self) -> int:
        """Members of the audience: all people but the prospects."""
        return self.members - self.prospects

    def reached_by_money(self, channel: int) -> NDArray[np.bool_]:
        """Whom a paid line on a channel can be shown to, bool[N]: who has an account there, and prospects."""
        people = self.present_on(channel)
        people[self.audience_members :] = True
        return people

    def members_named(self, names: Sequence[Any], path: str, where: Sequence[int]) -> NDArray[np.int64]:
        """Positions of members by the ids of their file, or by number where it has none: int64[k], each once.

        path: where the scenario names them. where: channels, of which each needs an account on one or more. Raises
        ScenarioError with every name that is wrong.
        """
        present = np.logical_or.reduce([self.present_on(c) for c in where])
        on = " or ".join(self.channels[c] for c in where)
        found, wrong = find_members(names, self.members, self.population.audience.ids, present=present, where=on)
        if wrong:
            raise ScenarioError([Problem(sentence, f"{path}[{place}]") for place, sentence in wrong])
        return found

    def once(self, key: Any, make: Any, of: tuple[Any, ...] = ()) -> Any:
        """``make()``, computed once for each key and the very objects ``of``: arms and worlds with the same inputs share arrays."""
        return self._kept.get(key, make, of)

    def background_load(self, spec: Spec, *, rivals: bool = True) -> F4:
        """Posts a day that reach each member from the accounts they follow, float32[N]; length 0 where attention is off.

        rivals: with those of rival brands, spread evenly over all members.
        """
        attention = spec.audience.attention
        if attention is None:
            return np.zeros(0, dtype=np.float32)
        rate, more = (
            attention.background_posts,
            attention.rival_impressions_per_day / self.audience_members if rivals else 0.0,
        )
        return self.once(  # type: ignore[no-any-return]
            ("load", rate, more), lambda: (self.following.sum(axis=0) * rate + more).astype(np.float32)
        )

    def match(self, content: Content) -> F4:
        """How well a content fits each member, float32[N] in [0, 1], or length 1 where nothing is said.

        The product of the overlaps of topics and of tone: sum of weight * interest over sum of weights (assumption: an
        overlap model in the spirit of topic-aware influence, Barbieri, Bonchi, Manco, ICDM 2012).
        """
        audience = self.population.audience
        key = ("match", tuple(sorted((content.topics or {}).items())), tuple(sorted((content.tone or {}).items())))

        def make() -> F4:
            total = np.ones(1)
            for weights, names, values in (
                (content.topics, audience.topic_names, audience.interests),
                (content.tone, audience.tone_names, audience.tones),
            ):
                if weights and names and sum(weights.values()) > 0:
                    known = {name: w for name, w in weights.items() if name in names}
                    # not a matrix product: its threads would spin on beside the worlds, and its last bit depends on the machine
                    overlap = sum(w * values[names.index(name)].astype(np.float64) for name, w in known.items())
                    total = total * (overlap / np.sum(list(known.values())))
            return np.clip(total, 0.0, 1.0).astype(np.float32)

        return self.once(key, make)  # type: ignore[no-any-return]

    def audience(self, spec: Spec, matches: list[F4]) -> Audience:
        """The members' fields as the kernels read them."""
        people = self.population.audience
        wide = max(len(m) for m in matches)
        match = self.once(
            "matches",
            lambda: np.stack([np.broadcast_to(m, wide) if len(m) < wide else m for m in matches]),
            tuple(matches),
        )
        return Audience(
            community=one_if_same(people.community, np.int32),
            activity=one_if_same(people.activity, np.float32),
            hostility=one_if_same(people.hostility, np.float32),
            match=np.ascontiguousarray(match, dtype=np.float32),
            buying=one_if_same(people.buying, np.float32),
            segment=self.once(
                ("segments", spec.goal and repr(spec.goal.among)), lambda: segment_rows(self.population, spec)
            ),
            background_load=self.background_load(spec),
            presence=self.presence,
            present=self.present,
            present_start=self.present_start,
        )


def signs_of_networks(networks: Sequence[Network]) -> NDArray[np.int8]:
    """The signs of the ties of all channels in one, int8[E]; 1 on a channel that has none, and length 0 where none has."""
    if all(network.tie_sign is None for network in networks):
        return np.zeros(0, dtype=np.int8)
    given = (np.ones(n.follows, np.int8) if n.tie_sign is None else n.tie_sign for n in networks)
    return np.concatenate(list(given))


def spans_of_networks(networks: Sequence[Network]) -> TieSpans | None:
    """When the ties of all channels in one are there; None where no tie ever changes."""
    if all(network.spans is None for network in networks):
        return None
    parts = [network.spans or always(network.follows) for network in networks]
    offsets = np.cumsum([0, *(len(part.from_tick) for part in parts)])
    start = [part.start[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return TieSpans(
        np.concatenate([*start, offsets[-1:]]).astype(np.int64),
        np.concatenate([part.from_tick for part in parts]),
        np.concatenate([part.to_tick for part in parts]),
    )


def packed_spans(spans: TieSpans | None) -> dict[str, NDArray[Any]]:
    """``tie_when`` and ``tie_spans`` of the graph; nothing where no tie ever changes."""
    return {} if spans is None else dict(zip(("tie_when", "tie_spans"), spans.packed(), strict=True))


def one_if_same(field: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """A field of one entry where all members have the same value: one cache line instead of N."""
    field = np.asarray(field, dtype=dtype)
    return field[:1].copy() if len(field) and bool((field == field[0]).all()) else np.ascontiguousarray(field)
