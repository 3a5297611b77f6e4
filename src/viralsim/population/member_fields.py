"""What the members are like: the columns of a members file, and what is drawn where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.audience import Audience, audience_key, drawn_activity, drawn_buying, drawn_interest
from viralsim.population.importers.merge_ids import MemberIds
from viralsim.scenario.spec import Spec

if TYPE_CHECKING:
    from viralsim.population.importers.members_file import MembersFile


def member_fields(
    spec: Spec,
    community: NDArray[np.int32],
    community_names: tuple[str, ...] | None,
    people: MembersFile | None,
    who: MemberIds,
    presence: dict[str, NDArray[np.bool_] | None],
    population: int,
    messages: list[str],
    topics_of_file: Mapping[str, float],
) -> Audience:
    """The member fields: of the members file where it has them, else drawn. topics_of_file: mean interests of a platform."""
    words, seed = spec.audience, spec.seed
    participation = words.participation
    activity = from_file(people, "activity", who)
    if activity is None:
        sigma = 0.0 if participation is None else participation.sigma
        activity = drawn_activity(who.members, sigma, audience_key(seed, population, "activity"))
    else:
        activity = _of_mean_1(activity, "activity", "somebody has to be active", people, messages)
    buying = from_file(people, "buying", who)
    if buying is None:
        spread = 0.0 if words.buying is None else words.buying.spread
        buying = drawn_buying(who.members, spread, audience_key(seed, population, "buying"))
    else:
        if words.buying is not None:
            messages.append("audience.buying is not used: the members file says how readily each buys")
        buying = _of_mean_1(buying, "buying", "somebody has to buy", people, messages)
    hostility = from_file(people, "hostility", who, words.hostility)
    if hostility is None:
        hostility = np.full(who.members, words.hostility, np.float32)

    def family(column: str, what: str, said: dict[str, float]) -> tuple[tuple[str, ...], NDArray[np.float16]]:
        filled = [] if people is None else [n[len(column) :] for n in people.values if n.startswith(column)]
        names = tuple(dict.fromkeys([*said, *filled]))
        rows = np.empty((len(names), who.members), np.float16)
        for i, name in enumerate(names):
            own = from_file(people, column + name, who, said.get(name, 0.0))
            if own is not None:
                rows[i] = own
                continue
            keys = (audience_key(seed, population, f"{what} {part}", name) for part in ("community", "member"))
            rows[i] = drawn_interest(said[name], community, *keys)
        return names, rows

    topics, interests = family("interest_", "interest", {**topics_of_file, **words.topics})
    tones, likings = family("tone_", "tone", dict(words.tones or {}))
    if people is not None and who.absent_from_file:
        messages.append(
            f"{who.absent_from_file} members of the network are not in {people.path.name}: they get defaults"
        )
    return Audience(
        community, activity, hostility, interests, likings, topics, tones, presence, who.ids, community_names, buying
    )


def _of_mean_1(
    values: NDArray[np.float32], column: str, needed: str, people: MembersFile | None, messages: list[str]
) -> NDArray[np.float32]:
    """A column of factors divided by its mean; NetworkError where all are 0."""
    mean = float(values.mean())
    if not mean > 0:
        raise NetworkError(f"{people.path if people else ''}: column {column}: all are 0; {needed}")
    if abs(mean - 1) > 1e-6:
        messages.append(f"{column} of the members file has mean {mean:.4g}; it was divided by that, to mean 1")
    return np.asarray((values / mean).astype(np.float32))


def from_file(
    people: MembersFile | None, column: str, who: MemberIds, default: float = 1.0
) -> NDArray[np.float32] | None:
    """A column of the members file by member; those whom the file does not name get ``default``."""
    if people is None or column not in people.values:
        return None
    named = who.row_of_member >= 0
    return np.where(named, people.values[column][who.row_of_member], np.float32(default)).astype(np.float32)
