"""What the contents are whose luck is measured, and in which arms they differ at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.errors import InputError
from viralsim.kernels.rng import Stream, draw, name_key, seed_key, stream_key, unit, world_key
from viralsim.simulation.run import draw_inputs

if TYPE_CHECKING:
    from viralsim.scenario import Scenario

CONTENTS, SPREAD = 30, 2.0
FEWEST_OF_FILE = 3  # contents of a scenario that are enough to tell luck from content


def numbers_of(seed: int, word: str) -> np.uint64:
    """The numbers that decide ``word`` for each content."""
    world = np.uint64(world_key(seed_key(seed), 0))
    return np.uint64(stream_key(world, int(Stream.UNCERTAIN), name_key(word), np.uint64(0)))


def contents_of(scenario: Scenario, count: int | None, seed: int, spread: float) -> tuple[list[dict[str, Any]], str]:
    """What is changed for each content (path -> value), and a sentence that says where contents come from."""
    spec = scenario.spec
    if count is not None and count < 2:
        raise InputError(f"contents must be at least 2, got {count}: one content alone cannot differ")
    many = np.arange(count or CONTENTS, dtype=np.int64)
    if spec.uncertain:
        values = draw_inputs(scenario, seed, many)
        drawn = f"{len(many)} contents: draws of the uncertain block ({', '.join(values)})"
        return [{path: float(column[k]) for path, column in values.items()} for k in many], drawn
    if count is None and len(spec.content) >= FEWEST_OF_FILE:
        names = list(spec.content)
        return [{"campaign.content": name} for name in names], f"the scenario's {len(names)} contents, one at a time"
    return _appeals(scenario, len(many), seed, spread)


def _appeals(scenario: Scenario, count: int, seed: int, spread: float) -> tuple[list[dict[str, Any]], str]:
    """Contents whose appeals are those of the scenario times one factor a content, uniform in the logarithm."""
    middle = dict(_strengths(scenario))
    if not spread > 1.0 or not middle:
        raise InputError(f"spread must be above 1 and some appeal above 0, got spread {spread}: contents must differ")
    low, high = 1.0 / spread, min(spread, 1.0 / max(middle.values()))
    family = numbers_of(seed, "appeal of a content")
    u = np.array([unit(np.uint64(draw(family, k))) for k in range(count)])
    drawn = (
        f"{count} contents: appeals are the scenario's times a factor between {low:.3g} and {high:.3g}, uniform in the "
        "logarithm (an assumption, not measured; an uncertain block, or three contents and more, replace it)"
    )
    factors = np.exp(np.log(low) + u * np.log(high / low))
    return [{path: min(1.0, value * float(factor)) for path, value in middle.items()} for factor in factors], drawn


def _strengths(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """(path, value) of every appeal or share rate above 0, criticism's own included."""
    for name, content in scenario.spec.content.items():
        for path, value in (
            (f"content.{name}.appeal", content.appeal),
            (f"content.{name}.share_rate", content.share_rate),
            (f"content.{name}.critical.appeal", content.critical.appeal),
        ):
            if value is not None and value > 0.0:
                yield path, float(value)


def in_force(content: Scenario, change: Mapping[str, Any], arm: str) -> bool:
    """Whether anything of ``change`` decides in an arm: not overlaid there, and not of a content that it does not post."""
    spec = content.for_arm(arm)
    posted = {spec.campaign.content, *_named(spec.campaign.model_dump())}
    for path, value in change.items():
        words = path.split(".")
        if words[0] == "content" and words[1] not in posted:
            continue
        at: Any = spec
        for word in words:
            at = at.get(word) if isinstance(at, Mapping) else getattr(at, word, value)
        if at == value or not isinstance(at, (int, float, str)):
            return True
    return False


def _named(block: Any) -> Iterator[str]:
    """The contents that posts of a campaign name themselves."""
    if isinstance(block, Mapping):
        if isinstance(block.get("content"), str):
            yield block["content"]
        for part in block.values():
            yield from _named(part)
    elif isinstance(block, list | tuple):
        for part in block:
            yield from _named(part)
