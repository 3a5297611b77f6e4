"""From a scenario to who is there: the audience and its networks, generated or imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import refuse
from viralsim.cache import BoundedCache
from viralsim.errors import InputError, NetworkError
from viralsim.population.audience import Audience, audience_key, drawn_presence
from viralsim.population.drawn import draw_networks
from viralsim.population.fields import allocate
from viralsim.population.generators.communities import MOST_FOLLOWS_TO_SEARCH, drawn_communities, found_communities
from viralsim.population.generators.layers import overlapping_layer
from viralsim.population.importers.demographics import read_demographics
from viralsim.population.importers.members_file import MembersFile, read_members
from viralsim.population.importers.merge_ids import MemberIds, on_members, union_of_ids
from viralsim.population.member_fields import member_fields
from viralsim.population.network.network import REACHES, Network
from viralsim.population.network.spans import late_ties
from viralsim.population.prospects import audience_with, like_members, networks_with, segments_with
from viralsim.population.segments import Segmentation, segmentations
from viralsim.scenario import channels as channel_words
from viralsim.scenario.blocks import filled
from viralsim.scenario.scenario import Scenario
from viralsim.scenario.spec import Spec

KEPT_COMMUNITIES = 8  # imported networks whose communities are remembered


@dataclass(frozen=True, eq=False)
class Population:
    """Who is there: one audience and its networks.

    networks: by channel, all with the same N members. communities: number of communities. ids: original labels or None.
    messages: what the user should know of the import. segments: by field. prospects: how many of the members, the last of them,
    are people without ties whom only paid lines reach.
    """

    audience: Audience
    networks: dict[str, Network]
    members: int
    communities: int
    ids: NDArray[Any] | None
    messages: list[str]
    segments: dict[str, Segmentation] = field(default_factory=dict)
    prospects: int = 0


def build_population(scenario: Scenario, population: int = 0, threads: int = 1) -> Population:
    """Build audience number ``population`` of a scenario (``spec`` and ``folder``), on so many threads.

    Generated parts are a function of ``spec.seed`` and ``population``; imported parts are the same for all. Raises
    ``NetworkError`` for files that cannot be read or do not fit each other.
    """
    spec, folder = scenario.spec, Path(scenario.folder)
    messages: list[str] = []
    files = {name: c.network for name, c in spec.channels.items() if c.network.file is not None}
    imported = {name: _imported(scenario, name, network, messages) for name, network in files.items()}
    people = (
        None
        if spec.audience.members_file is None
        else read_members(folder / spec.audience.members_file, tuple(spec.audience.segments))
    )
    if people is not None:
        messages.extend(f"{people.path.name}: {note}" for note in people.notes)
    shares = None if spec.audience.demographics is None else read_demographics(folder / spec.audience.demographics)
    if shares is not None:
        messages.extend(shares.notes)
    who = union_of_ids(list(imported.values()), people.ids if people else None, spec.audience.members)
    networks = {name: on_members(network, who) for name, network in imported.items()}
    if shares is None:
        community, names = _community(spec, networks, people, who, messages)
    else:
        community, names = shares.community(who.members), tuple(shares.groups)
    topics = {} if shares is None else shares.interests
    if shares is not None:
        _refuse_unknown_topics(spec, {**topics, **spec.audience.topics})
    presence = _presence(spec, imported, who, population, messages)
    drawn = [name for name, channel in spec.channels.items() if name not in networks and channel.network.layer is None]
    networks |= draw_networks(spec, drawn, community, presence, population, threads, messages)
    for name, channel in spec.channels.items():
        if channel.network.layer is not None:
            networks[name] = _layer(spec, name, channel.network.layer, networks, presence, population)
    audience = member_fields(spec, community, names, people, who, presence, population, messages, topics)
    networks = {name: networks[name] for name in spec.channels}
    communities = int(community.max(initial=-1)) + 1
    segments = segmentations(spec.audience.segments, audience, people, who, shares)
    found = Population(audience, networks, who.members, communities, who.ids, messages, segments)
    return _with_prospects(found, spec.audience.prospects, audience_key(spec.seed, population, "prospects"))


def _with_prospects(found: Population, prospects: int, key: np.uint64) -> Population:
    """A population with so many people without ties behind its members, drawn by ``key``; itself where there are none."""
    if not prospects:
        return found
    like = like_members(found.members, prospects, key)
    audience = audience_with(found.audience, like)
    return replace(
        found,
        audience=audience,
        networks=networks_with(found.networks, len(like), audience.ids),
        members=len(like),
        ids=audience.ids,
        segments=segments_with(found.segments, like),
        prospects=prospects,
    )


def _refuse_unknown_topics(spec: Spec, known: Mapping[str, float]) -> None:
    """NetworkError for a topic of a content in which nobody's interest is said."""
    for name, content in spec.content.items():
        unknown = next((topic for topic in content.topics if topic not in known), None)
        if unknown is not None:
            raise NetworkError(
                f"content.{name}.topics.{unknown}: neither audience.topics nor {spec.audience.demographics} says how many like "
                "it: add it there"
            )


def _imported(scenario: Scenario, name: str, network: channel_words.Network, messages: list[str]) -> Network:
    """The network of a channel's file, or the one that was given in its place; what was noted of it joins ``messages``."""
    read = _given(scenario, network) or _read(Path(scenario.folder), network)
    late = [] if read.spans is None else late_ties(read.spans, scenario.spec.ticks, f"channels.{name}.network")
    messages.extend([*(f"channels.{name}.network: {note}" for note in read.notes), *late])
    return read


def _given(scenario: Scenario, words: channel_words.Network) -> Network | None:
    given = scenario.networks.get(filled(words.file))
    if given is not None and not isinstance(given, Network):
        raise refuse("networks", "of class viralsim.Network", given, error=NetworkError)
    return given


def _read(folder: Path, network: channel_words.Network) -> Network:
    from viralsim.population.importers.read import read_with_notes
    from viralsim.population.importers.tie_tables import read_signed, read_temporal

    file, means = folder / filled(network.file), network.edge_means or REACHES
    directed = network.directed if "directed" in network.model_fields_set else None
    if network.tie_sign is not None:
        return read_signed(file, network.tie_sign, means, directed)
    if network.temporal:
        return read_temporal(file, means, directed)
    return read_with_notes(
        file, edge_means=means, directed=directed,
        tie_strength=network.tie_strength, influence_weight=network.influence_weight, keep_edge_order=False,
    )  # fmt: skip


def _community(
    spec: Spec, networks: dict[str, Network], people: MembersFile | None, who: MemberIds, messages: list[str]
) -> tuple[NDArray[np.int32], tuple[str, ...] | None]:
    """The community of each member: of the members file, found in the network, or drawn."""
    if people is not None and people.community is not None:
        if who.absent_from_file:
            raise NetworkError(
                f"{people.path}: column community: {who.absent_from_file} members of the network are not in the file, "
                f"{who.absent_example!r} for one; add them"
            )
        return people.community[who.row_of_member], people.community_names
    communities = spec.audience.communities
    if not networks:
        return drawn_communities(who.members, communities.count, communities.size_exponent), None
    said = "communities" in getattr(spec.audience, "model_fields_set", {"communities"})
    if said and communities.count == 1:
        return allocate("community", who.members), None
    if said:
        messages.append(
            "audience.communities.count is for generated networks: those of the imported one are found in it"
        )
    name, network = max(networks.items(), key=lambda item: item[1].follows)
    if network.follows > MOST_FOLLOWS_TO_SEARCH:
        messages.append(
            f"the network of {name} has over {MOST_FOLLOWS_TO_SEARCH:,} follows: it counts as one community"
        )
        return allocate("community", who.members), None
    community, modularity = _found(network)
    messages.append(
        f"{int(community.max(initial=-1)) + 1} communities were found in the network of {name} "
        f"(Leiden, modularity {modularity:.2f})"
    )
    return community, None


def _presence(
    spec: Spec, imported: dict[str, Network], who: MemberIds, population: int, messages: list[str]
) -> dict[str, NDArray[np.bool_] | None]:
    """Who has an account where: drawn, or whoever the channel's file names where there are several files."""
    presence: dict[str, NDArray[np.bool_] | None] = {}
    for name, channel in spec.channels.items():
        if name in imported:
            presence[name] = who.named_by[list(imported).index(name)] if len(imported) > 1 else None
            if channel.presence < 1:
                messages.append(f"channels.{name}.presence is not used: its network says who is there")
        else:
            key = audience_key(spec.seed, population, "presence", name)
            presence[name] = drawn_presence(who.members, channel.presence, key)
    return presence


# sweeps and the app ask from several threads: it makes each value once, under a lock of its key
_communities = BoundedCache(KEPT_COMMUNITIES, lambda _: 1)


def _layer(
    spec: Spec,
    name: str,
    words: channel_words.Layer,
    networks: dict[str, Network],
    presence: dict[str, NDArray[np.bool_] | None],
    population: int,
) -> Network:
    """The network that shares a part of the ties of another channel's."""
    there = presence.get(name)
    if there is not None and not bool(there.all()):
        raise NetworkError(f"channels.{name}.network.layer: everybody needs an account on a layer: leave presence out")
    try:
        return overlapping_layer(
            networks[words.of], words.overlap, int(audience_key(spec.seed, population, "network", name))
        )
    except InputError as error:
        raise NetworkError(f"channels.{name}.network.layer: {error}") from None


def _found(network: Network) -> tuple[NDArray[np.int32], float]:
    """Communities found in a network, remembered by its content."""
    found: tuple[NDArray[np.int32], float] = _communities.get(network.fingerprint(), lambda: found_communities(network))
    return found
