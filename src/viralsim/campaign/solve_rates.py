"""Dashboard numbers become the model's: organic reach to visibility, observed share rate to appeal, both on this audience."""

from __future__ import annotations

import numpy as np

from viralsim.campaign.mean_field import F8, exposure_weight, first_share_probability, share_drive
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.blocks import filled
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec


def visibility(compiled: CompiledAudience, spec: Spec, channel: int) -> float:
    """The channel's visibility; ``organic_reach`` (reach of a post / followers) is divided by the mean attention of a follower."""
    name = compiled.channels[channel]
    setting = spec.channels[name]
    organic_reach = setting.organic_reach
    if organic_reach is None:
        return float(filled(setting.visibility))

    def solve() -> float:
        follows = compiled.following[channel].sum()
        mean = exposure_weight(compiled, spec, channel).sum() / follows if follows else 1.0
        return float(organic_reach / mean)

    key = ("visibility", channel, organic_reach, repr(spec.audience.attention))
    value: float = compiled.once(key, solve)
    if value > 1.0:
        raise ScenarioError(
            [Problem(
                f"organic reach {organic_reach} cannot be had: attention lets through at most "
                f"{organic_reach / value:.3g} of the followers; raise feed_capacity or lower background_posts",
                f"channels.{name}.organic_reach",
            )]
        )  # fmt: skip
    return value


def _impressions_and_drive(compiled: CompiledAudience, spec: Spec, content: Content) -> tuple[F8, F8]:
    """(how many ordinary impressions each member gets, relative; their share probability per unit of appeal), float64[N]."""
    weight = sum(exposure_weight(compiled, spec, c) for c in range(len(compiled.channels)))
    weight = np.broadcast_to(np.asarray(weight, dtype=np.float64), compiled.members)
    if weight.sum() == 0:
        weight = np.ones(compiled.members)
    return weight, share_drive(compiled, content)


def highest_share_rate(compiled: CompiledAudience, spec: Spec, content: Content) -> float:
    """Shares per ordinary impression at appeal 1."""
    return first_share(*_impressions_and_drive(compiled, spec, content))


def appeals(compiled: CompiledAudience, spec: Spec, content: Content, share_rates: F8) -> F8:
    """The appeal of each of many share rates at once, float64 of their shape; 1 where a rate is more than appeal 1 gives.

    Shares per impression are straight in the appeal between those at which one more member always shares.
    """
    weight, drive = _impressions_and_drive(compiled, spec, content)
    order = np.argsort(-drive, kind="stable")
    weight, drive = weight[order] / weight.sum(), drive[order]
    bends = 1.0 / np.maximum(drive, 1e-300)
    always, per_appeal = weight.cumsum(), (weight * drive)[::-1].cumsum()[::-1]
    at_bend = always + bends * np.append(per_appeal[1:], 0.0)
    inside = bends < 1.0
    ends = np.append(bends[inside], 1.0), np.append(at_bend[inside], first_share(weight, drive))
    return np.asarray(np.interp(share_rates, np.insert(ends[1], 0, 0.0), np.insert(ends[0], 0, 0.0)))


def first_share(weight: F8, drive: F8, appeal: float = 1.0) -> float:
    """Shares per first impression at ``appeal``, mean over members by ``weight``."""
    return float((np.minimum(1.0, first_share_probability(appeal, drive)) * weight).sum() / weight.sum())


def appeal(compiled: CompiledAudience, spec: Spec, name: str) -> float:
    """The content's appeal; ``share_rate`` (shares per impression) is solved for the audience that is shown ordinary posts."""
    content = spec.content[name]
    share_rate = content.share_rate
    if share_rate is None:
        return float(filled(content.appeal))
    matched = compiled.match(content)

    def solve() -> float:
        weight, drive = _impressions_and_drive(compiled, spec, content)
        highest = first_share(weight, drive)
        if highest < share_rate:
            raise ScenarioError(
                [Problem(
                    f"a share rate of {share_rate} cannot be had: with appeal 1 this audience shares {highest:.3g} of its "
                    "impressions; widen the content's topics and tone or lower the rate",
                    f"content.{name}.share_rate",
                )]
            )  # fmt: skip
        low, high = 0.0, 1.0
        for _ in range(60):  # halving: rate rises with appeal; spares every run the import of scipy.optimize
            middle = 0.5 * (low + high)
            low, high = (middle, high) if first_share(weight, drive, middle) < share_rate else (low, middle)
        return 0.5 * (low + high)

    return float(compiled.once(("appeal", share_rate, repr(spec.audience.attention)), solve, (matched,)))
