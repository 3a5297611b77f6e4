"""What a result is a function of, as hashes: one for each point and arm after its overlay, so nothing is run twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from viralsim.scenario import Scenario
from viralsim.scenario.checks import referenced_files
from viralsim.scenario.fingerprint import ORDERED, content_hash
from viralsim.scenario.own_rules import digests
from viralsim.scenario.spec import Spec

ID_VERSION = 2  # raised when ids are made in another way: points of earlier stores, and their own luck, are then others
# These words say what is asked of the worlds, or how many there are; they do not change a world.
NOT_OF_A_WORLD = {
    "name",
    "about",
    "arms",
    "baseline",
    "sweep",
    "worlds",
    "goal",
    "equal_money",
    "question",
    "viral_when",
    "flop_when",
}


def arm_ids(scenario: Scenario, specs: Mapping[str, Spec], worlds: int, seed: int) -> dict[str, str]:
    """The hash of each arm of a point: its values after overlay, files, worlds, seed and law.

    A key at its default does not count: a key that is added to the schema changes no id, and writing a default out does
    not either (a default that is changed changes results, and so raises the law version). The channels of all arms
    count, because gaps are drawn at the highest visibility of any arm.
    """
    dumps = {
        name: _listed(spec.model_dump(mode="json", by_alias=True, exclude=NOT_OF_A_WORLD, exclude_defaults=True))
        for name, spec in specs.items()
    }
    channels = [{word: dump[word] for word in ("channels",) if word in dump} for dump in dumps.values()]
    ids = {}
    for name, spec in specs.items():
        files = {file: content_hash(scenario.folder / file) for _, file in sorted(referenced_files(spec))}
        rules = digests([spec])
        more: list[Any] = [rules] if rules else []
        if spec.goal is not None and spec.goal.among:  # the members whose actions a world is asked for
            more.append({"among": spec.goal.model_dump(mode="json", include={"among"})["among"]})
        ids[name] = hash_of([dumps[name], channels, files, worlds, seed, spec.law, *more])
    return ids


def point_id(arms: Mapping[str, str], spec: Spec) -> str:
    """The hash of a point: its arms by name, and what is asked of them."""
    asked = spec.model_dump(mode="json", by_alias=True, include={"baseline", "flop_when"}, exclude_defaults=True)
    asked["viral_when"] = spec.viral_when.model_dump(exclude_none=True)  # its default is no longer what it was
    return hash_of([list(arms.items()), asked])


def failed_id(scenario: Scenario, overrides: Mapping[str, Any], worlds: int, seed: int) -> str:
    """The hash of a point that makes no valid scenario: the scenario and what was changed in it."""
    return hash_of(
        [scenario.fingerprint, sorted((path, repr(value)) for path, value in overrides.items()), worlds, seed]
    )


def own_seed(seed: int, identity: str) -> int:
    """The seed of a point with luck of its own: a function of what the point is, not of where it is."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{identity}".encode(), digest_size=7).digest(), "big")


def audience_id(scenario: Scenario) -> str:
    """The hash of all that an audience and its networks are made of."""
    spec = scenario.spec
    people = spec.model_dump(mode="json", by_alias=True, include={"audience", "seed", "populations", "tick", "horizon"})
    channels = [
        (name, channel.model_dump(mode="json", by_alias=True, include={"network", "presence"}))
        for name, channel in spec.channels.items()
    ]
    names = [name for _, name in referenced_files(spec)]
    rules = [one for one in digests([spec]) if one[0] == "generator"]
    return hash_of([people, channels, {name: content_hash(scenario.folder / name) for name in sorted(names)}, rules])


def _listed(dump: dict[str, Any]) -> dict[str, Any]:
    """Mappings whose order counts become lists."""
    return {word: list(value.items()) if word in ORDERED else value for word, value in dump.items()}


def hash_of(said: Any) -> str:
    """24 hexadecimal digits of plain values."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
