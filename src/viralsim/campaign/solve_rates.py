"""Dashboard numbers become the model's: organic reach to visibility, observed share rate to appeal, both on this audience."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError


def attention(compiled: CompiledAudience, spec: Any) -> NDArray[np.float64]:
    """Limited attention of each member before any competing content, float64[N] in (0, 1]; length 1 where it is off."""
    load = compiled.background_load(spec)
    if len(load) == 0:
        return np.ones(1)
    capacity = float(spec.audience.attention.feed_capacity)
    return np.asarray(np.minimum(1.0, capacity / np.maximum(load.astype(np.float64), 1e-300)))


def exposure_weight(compiled: CompiledAudience, spec: Any, channel: int) -> NDArray[np.float64]:
    """How often each member is shown ordinary posts of a channel, relative: accounts followed * attention, float64[N]."""
    return np.asarray(compiled.following[channel] * attention(compiled, spec), dtype=np.float64)


def visibility(compiled: CompiledAudience, spec: Any, channel: int) -> float:
    """The channel's visibility; ``organic_reach`` (reach of a post / followers) is divided by the mean attention of a follower."""
    name = compiled.channels[channel]
    setting = spec.channels[name]
    if setting.organic_reach is None:
        return float(setting.visibility)

    def solve() -> float:
        follows = compiled.following[channel].sum()
        mean = exposure_weight(compiled, spec, channel).sum() / follows if follows else 1.0
        return float(setting.organic_reach / mean)

    key = ("visibility", channel, setting.organic_reach, repr(spec.audience.attention))
    value: float = compiled.once(key, solve)
    if value > 1.0:
        raise ScenarioError(
            [Problem(
                f"organic reach {setting.organic_reach} cannot be had: attention lets through at most "
                f"{setting.organic_reach / value:.3g} of the followers; raise feed_capacity or lower background_posts",
                f"channels.{name}.organic_reach",
            )]
        )  # fmt: skip
    return value


def appeal(compiled: CompiledAudience, spec: Any, name: str) -> float:
    """The content's appeal; ``share_rate`` (shares per impression) is solved for the audience that is shown ordinary posts."""
    content = spec.content[name]
    if content.share_rate is None:
        return float(content.appeal)
    matched = compiled.match(content)
    match = matched.astype(np.float64)

    def solve() -> float:
        weight = sum(exposure_weight(compiled, spec, c) for c in range(len(compiled.channels)))
        weight = np.broadcast_to(np.asarray(weight, dtype=np.float64), compiled.members)
        if weight.sum() == 0:
            weight = np.ones(compiled.members)
        drive = match * compiled.population.audience.activity.astype(np.float64)

        def rate(a: float) -> float:
            return float((np.minimum(1.0, a * drive) * weight).sum() / weight.sum())

        highest = rate(1.0)
        if highest < content.share_rate:
            raise ScenarioError(
                [Problem(
                    f"a share rate of {content.share_rate} cannot be had: with appeal 1 this audience shares {highest:.3g} of its "
                    "impressions; widen the content's topics and tone or lower the rate",
                    f"content.{name}.share_rate",
                )]
            )  # fmt: skip
        low, high = 0.0, 1.0
        for _ in range(60):  # halving: rate rises with appeal; spares every run the import of scipy.optimize
            middle = 0.5 * (low + high)
            low, high = (middle, high) if rate(middle) < content.share_rate else (low, middle)
        return 0.5 * (low + high)

    return float(compiled.once(("appeal", content.share_rate, repr(spec.audience.attention)), solve, (matched,)))
