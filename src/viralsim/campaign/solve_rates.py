"""Dashboard numbers become the model's: organic reach to visibility, observed share rate to appeal, both on this audience."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.mean_field import exposure_weight, share_drive
from viralsim.campaign.numbers import Number, number
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.blocks import filled
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec


def visibility(compiled: CompiledAudience, spec: Spec, channel: int) -> Number:
    """The channel's visibility; ``organic_reach`` (reach of a post / followers) is divided by the mean attention of a follower."""
    name = compiled.channels[channel]
    setting = spec.channels[name]
    if setting.organic_reach is None:
        return number(filled(setting.visibility))

    def attention_of_followers() -> float:
        follows = compiled.following[channel].sum()
        return float(exposure_weight(compiled, spec, channel).sum() / follows) if follows else 1.0

    organic_reach = number(setting.organic_reach)
    mean: float = compiled.once(("mean attention", channel, repr(spec.audience.attention)), attention_of_followers)
    value = organic_reach / mean
    if np.max(value) > 1.0:
        raise ScenarioError(
            [Problem(
                f"organic reach {np.max(organic_reach):.6g} cannot be had: attention lets through at most "
                f"{mean:.3g} of the followers; raise feed_capacity or lower background_posts",
                f"channels.{name}.organic_reach",
            )]
        )  # fmt: skip
    return value


class RateCurve(NamedTuple):
    """Shares per impression against appeal: members whose share probability is clipped at 1 make it bend.

    It rises in straight pieces. drive: float64[m], largest first, all above 0. rate: float64[m], at the appeal at which one
    more member is clipped. clipped: float64[m + 1], weight of the first k members. open: float64[m + 1], drive * weight of the
    others. weight: of all members.
    """

    drive: NDArray[np.float64]
    rate: NDArray[np.float64]
    clipped: NDArray[np.float64]
    open: NDArray[np.float64]
    weight: float

    def highest(self) -> float:
        """The share rate at appeal 1."""
        k = int(np.count_nonzero(self.drive >= 1.0))
        return float((self.clipped[k] + self.open[k]) / self.weight)

    def rate_at(self, appeal: Number) -> Number:
        """The share rate at this appeal; one per world for a column."""
        k = np.searchsorted(-self.drive, -1.0 / np.maximum(appeal, 1e-300), side="right")
        found = (self.clipped[k] + appeal * self.open[k]) / self.weight
        return found if np.ndim(appeal) else float(found)

    def appeal(self, share_rate: Number) -> Number:
        """The appeal at which this share of impressions is shared; one per world for a column."""
        k = np.searchsorted(self.rate, share_rate)
        with np.errstate(divide="ignore", invalid="ignore"):
            solved = (share_rate * self.weight - self.clipped[k]) / self.open[k]
        found = np.where(self.open[k] > 0, np.clip(solved, 0.0, 1.0), 1.0)
        return found if np.ndim(share_rate) else float(found)


def rate_curve(drive: NDArray[np.float64], weight: NDArray[np.float64]) -> RateCurve:
    """The curve of an audience: ``drive`` float64[N], share probability per unit of appeal; ``weight`` float64[N], shown posts."""
    order = np.argsort(-drive, kind="stable")
    order = order[drive[order] > 0]
    sorted_drive, sorted_weight = drive[order], weight[order]
    clipped = np.concatenate([[0.0], np.cumsum(sorted_weight)])
    product = sorted_drive * sorted_weight
    left_open = np.concatenate([np.cumsum(product[::-1])[::-1], [0.0]])
    total = float(weight.sum())
    rate = (clipped[1:] + left_open[1:] / sorted_drive) / total
    return RateCurve(sorted_drive, rate, clipped, left_open, total)


def curve_of(compiled: CompiledAudience, spec: Spec, content: Content) -> RateCurve:
    """The curve of a content for the audience that is shown ordinary posts."""

    def curve() -> RateCurve:
        weight = sum(exposure_weight(compiled, spec, c) for c in range(len(compiled.channels)))
        weight = np.broadcast_to(np.asarray(weight, dtype=np.float64), compiled.members)
        return rate_curve(share_drive(compiled, content), weight if weight.sum() else np.ones(compiled.members))

    found: RateCurve = compiled.once(("share rate", repr(spec.audience.attention)), curve, (compiled.match(content),))
    return found


def appeal(compiled: CompiledAudience, spec: Spec, name: str) -> Number:
    """The content's appeal; ``share_rate`` (shares per impression) is solved for the audience that is shown ordinary posts."""
    content = spec.content[name]
    if content.share_rate is None:
        return number(filled(content.appeal))
    rates = curve_of(compiled, spec, content)
    share_rate, highest = number(content.share_rate), rates.highest()
    if highest < np.max(share_rate):
        raise ScenarioError(
            [Problem(
                f"a share rate of {np.max(share_rate):.6g} cannot be had: with appeal 1 this audience shares {highest:.3g} of "
                "its impressions; widen the content's topics and tone or lower the rate",
                f"content.{name}.share_rate",
            )]
        )  # fmt: skip
    return rates.appeal(share_rate)
