"""The chances of one launch edge by edge, for strategies that choose by probabilities: see docs/how-to/own-strategy.md."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.mean_field import attention, first_share_probability, novelty, rhythm, share_drive
from viralsim.campaign.segments import chosen
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.campaign.solve_rates import appeal, visibility
from viralsim.campaign.visible_posts import factors
from viralsim.population.network.network import Network
from viralsim.scenario.blocks import filled
from viralsim.scenario.channels import Sends
from viralsim.scenario.spec import Spec
from viralsim.seeding.surrogate import Follows, LaunchModel

F8 = NDArray[np.float64]
REACHED = ("reach", "effective_reach", "earned_reach", "impressions")


def launch_model(compiled: CompiledAudience, spec: Spec, counts: str | None = None) -> LaunchModel:
    """The advocate tier's launch as an independent cascade that counts what the scenario's goal counts, of those of whom it speaks.

    Counted are conversions where the goal is one (or money, and the content converts), members reached where it is reach or
    impressions, else earned shares; ``counts`` names one of these to have it whatever the goal is. What is left out: criticism,
    fatigue of impressions, competing contents, cross-posts, recommendations, community management; a post counts with its plan's
    time, a reshare with the mean of those times; of a threshold of n impressions each fills the n-th part (exact for uniform
    thresholds of a fraction or weight).
    """
    tier, goal = filled(spec.campaign.advocates), spec.goal
    content = spec.content[tier.content or spec.campaign.content]
    measure = "earned_shares" if goal is None else str(goal.measure)
    converts = measure.startswith("conversions") or measure.endswith("_usd")
    if counts is None and converts and content.conversion_rate > 0:
        counts = "conversions"
    elif counts is None:
        counts = "members reached" if measure.removesuffix("_among") in REACHED else "earned shares"
    channels = [c for c, name in enumerate(compiled.channels) if name in (tier.channels or compiled.channels)]
    follows = [_follows(compiled, spec, c, counts, by_asked=measure != "earned_reach") for c in channels]
    return LaunchModel(follows, counts, float(tier.cost_usd))


def _follows(compiled: CompiledAudience, spec: Spec, channel: int, counts: str, by_asked: bool) -> Follows:
    """Chances on one channel; memory: 8 bytes per follow and chance."""
    tier = filled(spec.campaign.advocates)
    content = spec.content[tier.content or spec.campaign.content]
    network, people = compiled.networks[channel], compiled.population.audience
    seen = (
        visibility(compiled, spec, channel)
        * np.broadcast_to(attention(compiled, spec), compiled.members)[network.followers]
    )
    if network.tie_strength is not None:
        seen = seen * network.tie_strength
    share, match = (
        _share(compiled, spec, channel),
        (np.broadcast_to(compiled.match(content), compiled.members) * people.buying.astype(np.float64))[
            network.followers
        ],
    )
    trust = content.conversion_trust
    sold = {
        s: content.conversion_rate * (1.0 if trust is None else float(getattr(trust, s))) for s in ("asked", "earned")
    }
    root, reshare = (part[channel][network.sources()] if len(part) else None for part in factors(compiled, spec))
    passed, passed_count, novelty_sum = np.ones(network.follows), np.ones(network.follows), 0.0
    posts = [post for post in _posts(spec) if post[0] > 0.0]
    for willing, active, fresh in posts:
        novelty_sum += fresh
        here = willing * np.minimum(1.0, (seen if root is None else seen * root) * active)
        passed *= 1.0 - here * np.minimum(1.0, share * float(tier.trust) * fresh)
        passed_count *= 1.0 - here * (np.minimum(1.0, sold["asked"] * match) if counts == "conversions" else 1.0)
    seen, share = seen if reshare is None else seen * reshare, share * content.reshare
    share = share * (novelty_sum / len(posts) if posts else 1.0)
    seen, answered = _with_sends(spec.channels[compiled.channels[channel]].sends, network, np.minimum(1.0, seen), share)
    some = (
        1.0
        if spec.goal is None or not spec.goal.among
        else _among(compiled, spec)[network.followers].astype(np.float64)
    )
    if counts == "earned shares":
        return Follows(network, 1.0 - passed, answered, (1.0 - passed) * some, answered * some)
    counted = seen * (np.minimum(1.0, sold["earned"] * match) if counts == "conversions" else 1.0)
    return Follows(network, 1.0 - passed, answered, (1.0 - passed_count) * by_asked * some, counted * some)


def _among(compiled: CompiledAudience, spec: Spec) -> NDArray[np.bool_]:
    """Of whom the goal speaks, bool[N]."""
    return chosen(compiled.population, filled(spec.goal).among, "goal.among")


def _with_sends(sends: Sends | None, network: Network, seen: F8, share: F8) -> tuple[F8, F8]:
    """(the chance that a follower is shown a share, that they are and share in turn), float64[E], private sends among them."""
    answered = np.minimum(1.0, share)
    if sends is None or not sends.share:
        return seen, seen * answered
    followers = network.follower_count()
    sent = np.repeat(np.minimum(1.0, sends.reaches / np.maximum(followers, 1)), followers)
    return (
        (1.0 - sends.share) * seen + sends.share * sent,
        (1.0 - sends.share) * seen * answered + sends.share * sent * np.minimum(1.0, share * sends.trust),
    )


def _share(compiled: CompiledAudience, spec: Spec, channel: int) -> F8:
    """The chance that a follower shares a first, fresh impression of an ordinary member's post, uncut: float64[E]."""
    tier, people = filled(spec.campaign.advocates), compiled.population.audience
    name = tier.content or spec.campaign.content
    network, content = compiled.networks[channel], spec.content[name]
    drive = share_drive(compiled, content)
    share: F8 = first_share_probability(appeal(compiled, spec, name), drive)[network.followers]
    if spec.audience.in_group != 1.0:
        home = people.community
        share = np.where(home[network.sources()] == home[network.followers], spec.audience.in_group, 1.0) * share
    threshold = content.reinforcement.threshold if content.reinforcement.kind == "threshold" else None
    if threshold is None:
        return share
    part: Any = 1.0
    if threshold.count is not None:
        part = 1.0 / threshold.count
    elif threshold.fraction is not None:
        part = 1.0 / np.maximum(1, compiled.following[channel])[network.followers]
        part = part if threshold.fraction == "uniform" else part / max(float(threshold.fraction), 1e-12)
    elif network.influence_weight is not None:
        part = network.influence_weight.astype(np.float64)
        part = part if threshold.weight == "uniform" else part / max(float(filled(threshold.weight)), 1e-12)
    return np.asarray(share * np.minimum(1.0, part), dtype=np.float64)


def _posts(spec: Spec) -> list[tuple[float, float, float]]:
    """(willingness, rhythm, novelty) of each planned post of an advocate within the horizon."""
    tier = filled(spec.campaign.advocates)
    content = spec.content[tier.content or spec.campaign.content]
    waves = [(wave, tick) for wave, at in enumerate(tier.posts_at) if (tick := spec.tick_of(at)) < spec.ticks]
    hours = np.array([tick * spec.tick for _, tick in waves])
    willing = [float(tier.willingness) * (1.0 - tier.programme.ask_fatigue) ** wave for wave, _ in waves]
    fresh = novelty(content.half_life, content.released_at, hours)
    return list(zip(willing, rhythm(spec, hours).tolist(), fresh.tolist(), strict=True))
