"""How visible each post is: owned posts apart from members', and the followers of the poster. See docs/model.md, Exposure."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.numbers import Number, number, stacked
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.campaign.solve_rates import visibility
from viralsim.kernels.arm_inputs import OFF, OFF_FACTORS
from viralsim.scenario.spec import Spec

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]


class Factors(NamedTuple):
    """Factors of the visibility of members' posts by the followers of the poster, float32[C, N]; [0, 0]: off."""

    roots: F4
    reshares: F4

    def highest(self, channel: int) -> float:
        """The most that a member's post on the channel is more visible than the channel says."""
        return max((float(part[channel].max(initial=1.0)) for part in self if len(part)), default=1.0)


def factors(compiled: CompiledAudience, spec: Spec) -> Factors:
    """(followers / mean followers)^(elasticity - 1) of every member, for posts that answer no impression and for those that do."""
    rules = [spec.channels[name].follower_elasticity for name in compiled.channels]

    def of(word: str) -> F4:
        exponents = [1.0 if rule is None else float(getattr(rule, word)) for rule in rules]
        if all(exponent == 1.0 for exponent in exponents):
            return OFF_FACTORS

        def made() -> F4:
            rows = [_by_followers(compiled, c, exponent) for c, exponent in enumerate(exponents)]
            return np.ascontiguousarray(rows, dtype=np.float32)

        found: F4 = compiled.once(("elasticity", word, tuple(exponents)), made)
        return found

    return Factors(of("roots"), of("reshares"))


def _by_followers(compiled: CompiledAudience, channel: int, elasticity: float) -> F8:
    followers = np.diff(compiled.graph.indptr[channel]).astype(np.float64)
    with np.errstate(divide="ignore"):
        found = (followers / _mean_followers(compiled, channel)) ** (elasticity - 1.0)
    return np.where(followers > 0, found, 1.0)


def _mean_followers(compiled: CompiledAudience, channel: int) -> float:
    """Of the members who have an account on the channel; 1 where nobody is followed."""
    indptr = compiled.graph.indptr[channel]
    there = compiled.members if not len(compiled.presence) else int(np.count_nonzero(compiled.present_on(channel)))
    return float(indptr[-1] - indptr[0]) / max(there, 1) or 1.0


def owned_visibility(compiled: CompiledAudience, spec: Spec) -> F8:
    """Of owned posts on each channel, float64[C]; length 0 where no channel says other than for members."""
    given = [spec.channels[name].owned_visibility for name in compiled.channels]
    if all(value is None for value in given):
        return OFF
    seen = [visibility(compiled, spec, c) if value is None else number(value) for c, value in enumerate(given)]
    return np.asarray(stacked(seen), dtype=np.float64)


def owned_factor(compiled: CompiledAudience, spec: Spec) -> F8:
    """Of each owned line, by its followers, float64[L]; length 0: off. 1 where a channel says how visible owned posts are."""
    found = []
    for line in spec.campaign.owned:
        name = str(line.channel)
        rule = spec.channels[name].follower_elasticity
        counts = rule is not None and spec.channels[name].owned_visibility is None and line.followers > 0
        mean = _mean_followers(compiled, compiled.channels.index(name))
        found.append((line.followers / mean) ** (float(rule.roots) - 1.0) if counts and rule is not None else 1.0)
    return OFF if all(factor == 1.0 for factor in found) else np.array(found)


def highest_owned(compiled: CompiledAudience, spec: Spec, channel: int) -> float:
    """The chance of an impression of an owned post, in any world; 0 where owned posts are as visible as members'."""
    seen, lines = owned_visibility(compiled, spec), owned_factor(compiled, spec)
    if not len(seen) and not len(lines):
        return 0.0
    at: Any = seen[..., channel] if len(seen) else visibility(compiled, spec, channel)
    own = [
        factor
        for line, factor in zip(spec.campaign.owned, lines if len(lines) else OFF, strict=False)
        if line.channel == compiled.channels[channel]
    ]
    return float(np.max(at)) * float(max(own, default=1.0))


def per_engagement(compiled: CompiledAudience, spec: Spec, channel: int, share_rate: Number) -> Number:
    """Recommended impressions per share or engagement, 0: off; solved where the scenario says what part of all they are.

    Each impression, recommended or not, is shared at ``share_rate`` or else engaged with, and each of these earns as many: the part
    of all is the one times the other. Left out are posts that answer no impression, time past the horizon and novelty.
    """
    setting = spec.channels[compiled.channels[channel]]
    rule = setting.recommended
    if rule is None:
        return 0.0
    if rule.share is None:
        return rule.per_engagement
    earning = share_rate + (1.0 - share_rate) * number(setting.engagement_rate)
    return (
        rule.share / np.maximum(earning, 1e-300)
        if isinstance(earning, np.ndarray)
        else rule.share / max(earning, 1e-300)
    )
