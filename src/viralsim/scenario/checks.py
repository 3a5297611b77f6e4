"""Conditions between keys, on a scenario that the schema accepts. Each check yields (place, sentence)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from viralsim.member_names import find_members
from viralsim.rules import known
from viralsim.scenario.audience_checks import demographics, prospects, segments
from viralsim.scenario.content import Content
from viralsim.scenario.creator_checks import check_creators
from viralsim.scenario.frequency import frequency
from viralsim.scenario.messages import Finding
from viralsim.scenario.networks_in_memory import GIVE_AGAIN, is_in_memory
from viralsim.scenario.own_rules import OwnWords
from viralsim.scenario.paths import nearest
from viralsim.scenario.presets import presets
from viralsim.scenario.programme_checks import manager, programme
from viralsim.scenario.random_graphs import WattsStrogatz
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import JOINT
from viralsim.scenario.time_checks import calendar, check_times, steps
from viralsim.units import shown

MOST_FOLLOWS = 2_000_000_000
MOST_BOUGHT = 2_000_000_000


def check(spec: Spec, folder: Path, known_files: set[str] | None = None) -> list[Finding]:
    """All broken conditions between keys. Files in ``known_files`` are not looked for again; found ones join it."""
    found: list[Finding] = []
    for one in (
        steps, _members, _channels, _contents, _lines, _advocates, manager, programme, calendar, frequency, _interventions,
        segments, prospects, _arms,
    ):  # fmt: skip
        found += one(spec)
    found += _files(spec, folder, set() if known_files is None else known_files)
    return found


def exactly_one(block: Any, names: tuple[str, ...], place: Place) -> Iterator[Finding]:
    """Exactly one of these keys is to be set."""
    given = [name for name in names if getattr(block, name, None) is not None]
    if not given:
        yield place, f"needs one of {', '.join(names)}: add it"
    elif len(given) > 1:
        yield (*place, given[1]), f"excludes {given[0]}: give one of them and leave the other out (or null)"


def _members(spec: Spec) -> Iterator[Finding]:
    audience = spec.audience
    from_networks = [name for name, channel in spec.channels.items() if channel.network.file is not None]
    if audience.members is None and audience.members_file is None and not from_networks:
        yield ("audience", "members"), "is required where no network or members file says who there is: add it"
    if audience.members is not None and audience.members_file is not None:
        yield ("audience", "members"), "is given by members_file too: leave one of them out"
    elif audience.members is not None and len(from_networks) == len(spec.channels):
        yield ("audience", "members"), f"is given by the network file of {from_networks[0]} too: leave members out"
    yield from demographics(spec, bool(from_networks))
    if audience.members is None:
        return
    if audience.communities.count > audience.members:
        yield ("audience", "communities", "count"), f"must not exceed members ({audience.members}): lower it"
    follows = 0.0
    for name, channel in spec.channels.items():
        mean = channel.network.drawn_degree
        if mean is None:
            continue
        place: Place = ("channels", name, "network", "graph")
        if channel.network.generate is not None:
            place = ("channels", name, "network", "generate", "mean_following")
        follows += mean * audience.members * channel.presence
        if mean > max(audience.members - 1, 1):
            yield place, f"must be below members ({audience.members}), got {mean:g}"
        elif follows > MOST_FOLLOWS:
            yield place, f"gives {follows:.3g} follows, more than {MOST_FOLLOWS:,}: lower it or members"


LAWS = ("lognormal", "power_law", "exponential", "fixed")


def _channels(spec: Spec) -> Iterator[Finding]:
    for name, channel in spec.channels.items():
        place: Place = ("channels", name)
        if channel.preset is not None and channel.preset not in presets():
            yield (*place, "preset"), f"no preset {channel.preset!r}" + nearest(channel.preset, presets())
        elif channel.visibility is None and channel.organic_reach is None:
            yield place, "needs visibility, or organic_reach, or a preset: add one"
        elif channel.visibility is not None and channel.organic_reach is not None:
            yield (*place, "organic_reach"), "excludes visibility: give one of them and leave the other out"
        yield from exactly_one(channel.network, ("generate", "graph", "layer", "file"), (*place, "network"))
        layer = channel.network.layer
        if layer is not None:
            yield from _named(layer.of, spec.channels, "channel", (*place, "network", "layer", "of"))
            if layer.of in spec.channels and spec.channels[layer.of].network.layer is not None:
                yield (*place, "network", "layer", "of"), "is a layer itself: name a channel with a network of its own"
        if channel.network.graph is not None:
            graph = channel.network.graph
            words = (*type(graph).model_fields, *known("generator"))
            yield from exactly_one(graph, words, (*place, "network", "graph"))
            yield from _ring(channel.network.graph.watts_strogatz, (*place, "network", "graph", "watts_strogatz"))
        network = channel.network
        if network.file is None or is_in_memory(network.file):
            for word in ("edge_means", "tie_strength", "influence_weight", "temporal", "tie_sign"):
                if getattr(network, word) is not None:
                    yield (*place, "network", word), "belongs to a network of a file: leave it out"
            if network.file is not None and not network.directed:
                yield (*place, "network", "directed"), "belongs to a network of a file: leave it out"
        for word in ("tie_strength", "influence_weight"):
            if network.temporal and getattr(network, word) is not None:
                yield (*place, "network", word), "is not read of a temporal network: leave it out"
        for word in ("tie_strength", "influence_weight", "temporal"):
            if network.tie_sign is not None and getattr(network, word):
                yield (*place, "network", word), "is not read of a network with signs: leave it out"
        delay = channel.reaction_delay
        laws = [law for law in LAWS if getattr(delay, law) is not None]
        if len(laws) > 1:
            yield (*place, "reaction_delay"), f"has {' and '.join(laws)}: keep one law"
        if channel.impression_delay is not None:
            yield from exactly_one(channel.impression_delay, LAWS, (*place, "impression_delay"))
        shown = channel.recommended
        if shown is not None and shown.share is not None:
            if "per_engagement" in shown.model_fields_set:
                yield (*place, "recommended", "share"), "excludes per_engagement: keep one"
            elif shown.share > 0 and channel.engagement_rate == 0:
                yield (
                    (*place, "recommended", "share"),
                    "needs engagement_rate above 0: it is engagements that earn impressions",
                )


def _ring(ring: WattsStrogatz | None, place: Place) -> Iterator[Finding]:
    if ring is not None and ring.neighbours % 2:
        yield (*place, "neighbours"), f"must be even, half on each side of the ring, got {ring.neighbours}"


def _contents(spec: Spec) -> Iterator[Finding]:
    for name, content in spec.content.items():
        place: Place = ("content", name)
        yield from exactly_one(content, ("appeal", "share_rate"), place)
        for key, audience_key in (("topics", "topics"), ("tone", "tones")):
            known = getattr(spec.audience, audience_key)
            weights = getattr(content, key)
            for word in weights:
                if (
                    word not in known
                    and not spec.audience.demographics
                    and (known or spec.audience.members_file is None)
                ):
                    hint = nearest(word, known) if known else ": add it there"
                    yield (*place, key, word), f"audience.{audience_key} does not name it{hint}"
            if weights and not any(weights.values()):
                yield (*place, key), "has only weights of 0: give one above 0, or leave it out"
        threshold = content.reinforcement.threshold
        for word, block in _ruled(content):
            written = [name for name, value in block if value is not None]
            if len(written) > 1:
                yield (*place, word), f"has {' and '.join(written)}: keep one"
            elif not written and word != "reinforcement":
                yield (*place, word), "names no rule: name one, or leave it out"
        if threshold is not None:
            yield from exactly_one(threshold, ("count", "fraction", "weight"), (*place, "reinforcement", "threshold"))
        if content.released_at >= spec.horizon:
            yield (*place, "released_at"), f"must be before the horizon ({spec.horizon:g}h)"


def _interventions(spec: Spec) -> Iterator[Finding]:
    for i, one in enumerate(spec.campaign.interventions):
        place: Place = ("campaign", "interventions", i)
        yield from exactly_one(one, ("remove", "cut", "visibility"), place)
        for word in ("remove", "cut"):
            inside = getattr(one, word)
            if inside is not None:
                yield from exactly_one(inside, tuple(type(inside).model_fields), (*place, word))
        if one.at >= spec.horizon:
            yield (*place, "at"), f"must be before the horizon ({spec.horizon:g}h), got {one.at:g}h"
        if one.channel is not None:
            yield from _named(one.channel, spec.channels, "channel", (*place, "channel"))
            if one.remove is not None:
                yield (*place, "channel"), "members are removed everywhere: leave it out"
        if one.remove is not None:
            yield from _at_most_members(spec, one.remove.best_followed, (*place, "remove", "best_followed"))
    stop = spec.campaign.stop_when
    if stop is not None and stop.shares is None and stop.quiet is None:
        yield ("campaign", "stop_when"), "needs shares or quiet: add one, or leave it out"


def _ruled(content: Content) -> Iterator[tuple[str, OwnWords]]:
    """The keys of a content that rules of one's own can take."""
    for word in ("reinforcement", "share_probability", "response"):
        if getattr(content, word) is not None:
            yield word, getattr(content, word)


def _named(name: str, known: Mapping[str, object], what: str, place: Place) -> Iterator[Finding]:
    if name not in known:
        yield place, f"no {what} {shown(name)}" + nearest(name, known)


def _line(spec: Spec, line: Any, place: Place) -> Iterator[Finding]:
    """What owned, paid and organic lines share."""
    if line.channel is None:
        yield (*place, "channel"), "is required where there are several channels: add it"
    else:
        yield from _named(line.channel, spec.channels, "channel", (*place, "channel"))
    if line.content is not None and line.content != spec.campaign.content:
        yield from _named(line.content, spec.content, "content", (*place, "content"))


def _at_most_members(spec: Spec, count: Any, place: Place) -> Iterator[Finding]:
    if isinstance(count, int) and spec.audience.members is not None and count > spec.audience.members:
        yield place, f"must not exceed members ({spec.audience.members}), got {count}"


def _named_members(spec: Spec, names: Sequence[Any], channels: Sequence[str | None], place: Place) -> Iterator[Finding]:
    """Members named where no file gives ids; what a file or the audience decides is found when the audience is there."""
    asked = [spec.channels[name] for name in channels if name in spec.channels]
    if spec.populations > 1 and asked and all(c.network.file is None and c.presence < 1 for c in asked):
        on = " and ".join(str(name) for name in channels)
        yield place, f"each audience draws who has an account on {on}: set presence or populations to 1, or name nobody"
    from_files = spec.audience.members_file or any(c.network.file is not None for c in spec.channels.values())
    if spec.audience.members is not None and not from_files:
        for wrong in find_members(names, spec.audience.members)[1]:
            yield (*place, wrong.place), wrong.sentence


def _lines(spec: Spec) -> Iterator[Finding]:
    campaign = spec.campaign
    yield from _named(campaign.content, spec.content, "content", ("campaign", "content"))
    for i, owned in enumerate(campaign.owned):
        place: Place = ("campaign", "owned", i)
        yield from _line(spec, owned, place)
        yield from check_times(spec, owned, place)
        yield from _at_most_members(spec, owned.followers, (*place, "followers"))
    for i, organic in enumerate(campaign.organic):
        place = ("campaign", "organic", i)
        yield from _line(spec, organic, place)
        yield from check_times(spec, organic, place)
        yield from _at_most_members(spec, organic.members, (*place, "members"))
        if not isinstance(organic.members, int):
            yield from _named_members(spec, organic.members, [organic.channel], (*place, "members"))
    bought = 0.0
    for i, paid in enumerate(campaign.paid):
        place = ("campaign", "paid", i)
        yield from _line(spec, paid, place)
        yield from _paid(spec, paid, place)
        bought += paid.budget_usd / (paid.cpm_usd or 1.0) * 1000
        if bought > MOST_BOUGHT:
            yield (*place, "budget_usd"), f"buys more than {MOST_BOUGHT:,} impressions in all: lower it"
            break


def _paid(spec: Spec, paid: Any, place: Place) -> Iterator[Finding]:
    ends = spec.horizon if paid.ends is None else paid.ends
    if paid.starts >= spec.horizon:
        yield (*place, "starts"), f"must be before the horizon ({spec.horizon:g}h), got {paid.starts:g}h"
    elif ends <= paid.starts:
        yield (*place, "ends"), f"must be after starts ({paid.starts:g}h), got {ends:g}h"
    if ends > spec.horizon:
        yield (*place, "ends"), f"must not be after the horizon ({spec.horizon:g}h), got {ends:g}h"
    channel = spec.channels.get(paid.channel)
    if paid.cpm_usd is None and channel is not None and (channel.preset is None or channel.preset in presets()):
        yield (*place, "cpm_usd"), f"is required, since channel {paid.channel} has none: add it here or there"
    drawn = spec.audience.members is not None and spec.audience.demographics is None
    if paid.target is not None and paid.target.communities is not None and drawn:
        count = spec.audience.communities.count
        for j, community in enumerate(paid.target.communities):
            if community >= count:
                where = (*place, "target", "communities", j)
                yield where, f"there are {count} communities, numbered from 0, got {community}"


def _advocates(spec: Spec) -> Iterator[Finding]:
    tier = spec.campaign.advocates
    if tier is None:
        return
    place: Place = ("campaign", "advocates")
    named = isinstance(tier.choose, dict) and "members" in tier.choose
    if tier.file is not None and tier.creators:
        yield (*place, "creators"), "are given by the advocates' file too: leave one of them out"
    elif tier.listed is not None:
        given = "the advocates' file" if tier.file is not None else "creators"
        for word in ("count",) if named else ("count", "choose"):
            if word in tier.model_fields_set and getattr(tier, word) is not None:
                yield (*place, word), f"is given by {given}: leave one of them out"
        yield from check_creators(spec, place)
    elif named:
        yield from _named_members(
            spec, tier.choose["members"], tier.channels or tuple(spec.channels), (*place, "choose", "members")
        )
        if tier.count is not None and tier.count != len(tier.choose["members"]):
            yield (*place, "count"), f"choose names {len(tier.choose['members'])} members: leave count out"
    elif tier.count is None:
        yield (*place, "count"), "is required without a file and without choose: {members: [...]}: add it"
    yield from _at_most_members(spec, tier.count, (*place, "count"))
    yield from check_times(spec, tier, place)
    for i, name in enumerate(tier.channels or ()):
        yield from _named(name, spec.channels, "channel", (*place, "channels", i))
    if tier.content is not None and tier.content != spec.campaign.content:
        yield from _named(tier.content, spec.content, "content", (*place, "content"))


def _arms(spec: Spec) -> Iterator[Finding]:
    if spec.baseline is not None:
        yield from _named(spec.baseline, spec.arms, "arm", ("baseline",))
    elif len(spec.arms) > 1:
        yield ("baseline",), "is required where there are several arms: name one of " + ", ".join(spec.arms)
    yield from _question(spec)
    if not isinstance(spec.equal_money, bool):
        for i, name in enumerate(spec.equal_money):
            yield from _named(name, spec.arms, "arm", ("equal_money", i))
        if len(set(spec.equal_money)) < 2:
            yield ("equal_money",), "compares the costs of arms: name two or more, or write true"
    yield from exactly_one(spec.viral_when, tuple(type(spec.viral_when).model_fields), ("viral_when",))


def _question(spec: Spec) -> Iterator[Finding]:
    if spec.question is None:
        return
    asked = spec.question.compare
    place: Place = ("question", "compare")
    for i, name in enumerate(asked):
        yield from _named(name, spec.arms, "arm", (*place, i))
    if len(asked) == 2 and asked[0] == asked[1]:
        yield (*place, 1), f"is the first arm again ({asked[0]}): name two different arms"
    if len(asked) == 1 and asked[0] == spec.baseline:
        yield (*place, 0), f"is the baseline ({asked[0]}), with which it would be compared: name another arm"


def referenced_files(spec: Spec) -> list[tuple[Place, str]]:
    """Files that the scenario names, with the place where it does; networks in memory are none."""
    return [(place, name) for place, name in _named_files(spec) if not is_in_memory(name)]


def _named_files(spec: Spec) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    if spec.audience.members_file is not None:
        found.append((("audience", "members_file"), spec.audience.members_file))
    if spec.audience.demographics is not None:
        found.append((("audience", "demographics"), spec.audience.demographics))
    for name, channel in spec.channels.items():
        if channel.network.file is not None:
            found.append((("channels", name, "network", "file"), channel.network.file))
    if spec.campaign.advocates is not None and spec.campaign.advocates.file is not None:
        found.append((("campaign", "advocates", "file"), spec.campaign.advocates.file))
    if spec.joint is not None and spec.joint.file is not None:
        found.append((("uncertain", JOINT, "file"), spec.joint.file))
    return found


def _files(spec: Spec, folder: Path, known: set[str]) -> Iterator[Finding]:
    for place, name in _named_files(spec):
        if name in known:
            continue
        if place[0] == "channels" and is_in_memory(name):
            yield place, GIVE_AGAIN
            continue
        kind = _kind_of(folder / name) if name and "\0" not in name else None
        if kind is None:
            yield place, f"no file {shown(name)} in {folder}: paths are relative to the scenario file"
            continue
        if kind == "folder" and place[0] != "channels":
            yield place, f"{shown(name)} is a folder: name a file"
            continue
        known.add(name)
        if place[0] == "channels":
            network = spec.channels[str(place[1])].network
            if kind == "file" and network.directed and network.edge_means is None:
                means = '"source follows target" or "source reaches target"'
                yield (*place[:-1], "edge_means"), f"is required for a file of directed edges: {means}"


def _kind_of(path: Path) -> str | None:
    try:
        return "folder" if path.is_dir() else "file" if path.is_file() else None
    except (OSError, ValueError):
        return None
