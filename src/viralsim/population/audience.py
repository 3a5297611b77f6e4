"""The members of an audience as arrays, and how a generated audience is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.population.fields import allocate, check_field

COMMUNITY_CONCENTRATION = 5.0  # assumption: of the Beta of a community's mean interest around the audience's
MEMBER_CONCENTRATION = 10.0  # assumption: of the Beta of a member's interest around their community's mean
LEVELS = 256  # of community means in the table of member quantiles
QUANTILES = 128


@dataclass(frozen=True, eq=False)
class Audience:
    """What members are like; see ``fields.FIELDS`` for units, bounds and sources.

    community: int32[N]. activity: float32[N], mean 1. hostility: float32[N] in [0, 1]. interests: float16[topics, N] in
    [0, 1]. tones: float16[tones, N] in [0, 1]. presence: by channel who has an account there, bool[N], or None for
    everyone. ids: original labels [N], or None where they are ``0..N-1``. community_names: labels of the members file.
    buying: float32[N], mean 1; the same for all where nothing is said.
    """

    community: NDArray[np.int32]
    activity: NDArray[np.float32]
    hostility: NDArray[np.float32]
    interests: NDArray[np.float16]
    tones: NDArray[np.float16]
    topic_names: tuple[str, ...] = ()
    tone_names: tuple[str, ...] = ()
    presence: Mapping[str, NDArray[np.bool_] | None] = field(default_factory=dict)
    ids: NDArray[Any] | None = None
    community_names: tuple[str, ...] | None = None
    buying: NDArray[np.float32] = field(default_factory=lambda: np.ones(0, np.float32))

    def __post_init__(self) -> None:
        if not len(self.buying):
            object.__setattr__(self, "buying", drawn_buying(self.members, 0.0, np.uint64(0)))
        for name in ("community", "activity", "hostility", "interests", "tones", "buying"):
            check_field(name, getattr(self, name), self.members)

    @property
    def members(self) -> int:
        """Number of members N."""
        return len(self.community)


def audience_key(seed: int, population: int, what: str, of: str = "") -> np.uint64:
    """The key of the draws ``what`` (of one topic, tone or channel) of audience number ``population``."""
    from viralsim.kernels.rng import Stream, name_key, seed_key, stream_key, world_key

    base = np.uint64(world_key(seed_key(seed), population))
    return np.uint64(stream_key(base, int(Stream.POPULATION), name_key(what), name_key(of)))


def drawn_activity(members: int, sigma: float, key: np.uint64) -> NDArray[np.float32]:
    """Activity: lognormal, ``sigma`` the standard deviation of its logarithm, normalised to mean 1, float32[N]."""
    if sigma == 0 or members == 0:
        return allocate("activity", members)
    from scipy.special import ndtri

    from viralsim.population.generators.sample_follows import fill_units

    activity = np.exp(sigma * ndtri(np.clip(fill_units(key, members), 2.0**-54, None)))
    normalised: NDArray[np.float32] = (activity / activity.mean()).astype(np.float32)
    return normalised


def drawn_buying(members: int, spread: float, key: np.uint64) -> NDArray[np.float32]:
    """Readiness to buy: gamma of mean 1 and standard deviation ``spread``, divided by its mean over the members, float32[N]."""
    if spread == 0 or members == 0:
        return np.broadcast_to(np.ones(1, np.float32), members)
    from scipy.special import gammaincinv

    from viralsim.population.generators.sample_follows import fill_units

    shape = spread**-2.0
    drawn = np.maximum(gammaincinv(shape, np.clip(fill_units(key, members), 2.0**-54, None)), 1e-300)
    normalised: NDArray[np.float32] = (drawn / drawn.mean()).astype(np.float32)
    return normalised


def drawn_presence(members: int, share: float, key: np.uint64) -> NDArray[np.bool_] | None:
    """Who has an account on a channel: each with chance ``share``; None: everyone."""
    if share >= 1:
        return None
    from viralsim.population.generators.sample_follows import fill_units

    present: NDArray[np.bool_] = fill_units(key, members) < share
    return present


def drawn_interest(
    mean: float, community: NDArray[np.int32], communities_key: np.uint64, members_key: np.uint64
) -> NDArray[np.float16]:
    """Interest in one topic (or liking of one tone), float16[N].

    A community's mean is Beta around ``mean`` with concentration 5, shifted on the logit scale so that the mean over
    the audience is ``mean`` in every audience; a member's is Beta around that with concentration 10.
    """
    members = len(community)
    if not 0 < mean < 1 or members == 0:
        return np.full(members, mean, dtype=np.float16)
    from viralsim.population.generators.sample_follows import fill_units

    share = np.bincount(community) / members
    means = _community_means(mean, share, fill_units(communities_key, len(share)))
    level = means * LEVELS
    lower = np.minimum(level.astype(np.int64), LEVELS - 1)
    upper_share = (level - lower).astype(np.float32)
    table = _member_quantiles()
    quantile = (fill_units(members_key, members) * QUANTILES).astype(np.int64)
    low, weight = lower[community], upper_share[community]
    interest: NDArray[np.float16] = ((1 - weight) * table[low, quantile] + weight * table[low + 1, quantile]).astype(
        np.float16
    )
    return interest


def _community_means(mean: float, share: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of communities that hold ``share`` of the members, so that the audience has ``mean``."""
    from scipy.special import betaincinv, expit, logit

    a, b = mean * COMMUNITY_CONCENTRATION, (1 - mean) * COMMUNITY_CONCENTRATION
    drawn = np.clip(betaincinv(a, b, np.clip(units, 1e-12, 1 - 1e-12)), 1e-6, 1 - 1e-6)
    low, high = -40.0, 40.0
    for _ in range(100):
        shift = 0.5 * (low + high)
        if float(share @ expit(logit(drawn) + shift)) < mean:
            low = shift
        else:
            high = shift
    means: NDArray[np.float64] = expit(logit(drawn) + 0.5 * (low + high))
    return means


@lru_cache(maxsize=1)
def _member_quantiles() -> NDArray[np.float32]:
    """Means of 128 equal shares of the member's Beta, for 257 community means: float32[257, 128].

    Quantiles at the middles of the shares, rows shifted to have their community's mean exactly; each row serves 1 - mean too.
    """
    from scipy.special import betaincinv

    table = np.zeros((LEVELS + 1, QUANTILES))
    middle = (np.arange(QUANTILES) + 0.5) / QUANTILES
    for i in range(1, LEVELS // 2 + 1):
        m = i / LEVELS
        row = betaincinv(m * MEMBER_CONCENTRATION, (1 - m) * MEMBER_CONCENTRATION, middle)
        table[i] = row * (m / row.mean())
        table[LEVELS - i] = 1.0 - table[i][::-1] if 2 * i < LEVELS else table[i]  # the law of 1 - x
    table[LEVELS] = 1.0
    return np.clip(table, 0.0, 1.0).astype(np.float32)
