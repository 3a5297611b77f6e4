"""A launch of the scenario as an independent cascade, so that strategies with probabilities know what it does.

A member is in it as one who is asked (0..N-1, who can be chosen), once per channel as one who posts there, and last as one who
counts for the goal. Who posts reaches the followers' copies with the chances of an ordinary post. Who is asked posts with a
chance, as far as their planned posts are worth an ordinary one, and reaches the followers themselves by what they are worth
beyond it, so that they do not post again when they see the others. Sharing and counting are drawn apart, which leaves every
chance as it is. Where counting is rare (conversions), nearly nobody is counted through two posts: then posts are worth what
they count on average, the last copy goes, and few random sets say what many would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import is_single, member_numbers, numbers
from viralsim.errors import InputError
from viralsim.population.network.edge_values import STORED
from viralsim.population.network.network import Network
from viralsim.seeding.objective import value_of
from viralsim.seeding.second_wave import after_first_wave
from viralsim.seeding.strategy import Candidates

Chance = NDArray[np.floating[Any]]
RARE = 0.05  # of those counted, who may be counted through two posts for posts to be worth a mean
TIGHT = 0.05
TEXTBOOK = ("probability", "model")  # who names one of these wants the textbook model instead
OF_TEXTBOOK = ("seen", "deadline_ticks")  # what only a textbook cascade says


@dataclass(frozen=True, eq=False)
class Follows:
    """One channel's chances, float[E] each, in the network's row order.

    asked_share, asked_count: that a follower of an asked member shares, or counts, through all of their planned posts.
    share, count: the same through one ordinary post.
    """

    network: Network
    asked_share: Chance
    share: Chance
    asked_count: Chance
    count: Chance

    @cached_property
    def posts(self) -> float:
        """The chance of one ordinary post that an advocate's posts are worth at least, on every edge: the part both have."""
        pairs = ((self.asked_share, self.share), (self.asked_count, self.count))
        ratios = [float((asked[plain > 0] / plain[plain > 0]).min(initial=1.0)) for asked, plain in pairs]
        return min(1.0, *ratios)

    def beyond(self, asked: Chance, plain: Chance) -> Chance:
        """The chance that is left of ``asked`` beside an ordinary post: 1 - asked = (1 - posts * plain) (1 - left)."""
        left: Chance = np.clip(1.0 - (1.0 - asked) / np.maximum(1.0 - self.posts * plain, 1e-12), 0.0, 1.0)
        return left


@dataclass(frozen=True, eq=False)
class LaunchModel:
    """One launch in chances, a row per channel. counts: what is counted, in words. cost_usd: of one advocate; 0: they are free.

    apart: count members and not posts, also where counting is rare, so that several launches count the same people.
    """

    follows: Sequence[Follows]
    counts: str
    cost_usd: float = 0.0
    apart: bool = False

    @cached_property
    def rare(self) -> bool:
        """Whether those counted twice are few even if everybody were asked: sum s^2 / 2 against sum s, s a member's chances."""
        if self.apart:
            return False
        exposing_neighbours = np.zeros(self.follows[0].network.members)
        for one in self.follows:
            for chance in (one.asked_count, one.count):
                exposing_neighbours += np.bincount(one.network.followers, chance, minlength=len(exposing_neighbours))
        return bool((exposing_neighbours**2).sum() <= 2.0 * RARE * exposing_neighbours.sum())

    @property
    def copies(self) -> int:
        """How often a member is in the model."""
        return 1 + len(self.follows) + (not self.rare)

    def networks(self) -> list[Network]:
        """The model's edges: of each channel, and from those asked to their posts there; chances are the influence weights."""
        return [made(c, one) for c, one in enumerate(self.follows, 1) for made in (self._channel, self._own_posts)]

    def _channel(self, copy: int, one: Follows) -> Network:
        n, leads = one.network.members, 2 - self.rare
        to = [copy * n, (self.copies - 1) * n][:leads]
        asked = [one.beyond(one.asked_share, one.share), one.beyond(one.asked_count, one.count)][:leads]
        rows = [_copy_rows(one.network, to, chances) for chances in (asked, [one.share, one.count][:leads])]
        degree = np.zeros((self.copies, n), np.int64)
        degree[0] = degree[copy] = leads * one.network.follower_count()
        return _with_weights(degree, *(np.concatenate([row[i] for row in rows]) for i in (0, 1)))

    def _own_posts(self, copy: int, one: Follows) -> Network:
        n = one.network.members
        degree = np.zeros((self.copies, n), np.int64)
        degree[0] = 1
        return _with_weights(degree, copy * n + np.arange(n), np.full(n, one.posts))

    def value(self, own: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each copy's activation is worth, where each member who is counted is worth ``own`` (float64[N])."""
        value = np.zeros((self.copies, len(own)))
        if not self.rare:
            value[-1] = own
            return value.ravel()
        for copy, one in enumerate(self.follows, 1):
            poster, worth = one.network.sources(), own[one.network.followers]
            value[0] += np.bincount(poster, one.beyond(one.asked_count, one.count) * worth, minlength=len(own))
            value[copy] = np.bincount(poster, one.count * worth, minlength=len(own))
        return value.ravel()

    def terms(self, candidates: Candidates, options: Mapping[str, Any], word: str) -> tuple[Candidates, dict[str, Any]]:
        """Candidates and options for ``Objective.of`` in this model; member numbers stay as they are.

        What is not said: an advocate costs what the scenario says, delta is 1 / N and opim goes on until its bounds are
        ``TIGHT``, since who is chosen for a campaign is asked once.
        """
        n, copies, lifted = candidates.members, self.copies, dict(options)
        eligible = np.zeros(copies * n, np.bool_)
        eligible[:n] = candidates.eligible
        own = value_of(options.get("value"), candidates)
        lifted |= {"probability": STORED, "value": self.value(np.ones(n) if own is None else own)}
        if word == "opim":
            lifted["delta"] = 1.0 / max(n, 2) if options.get("delta") is None else options["delta"]
            if "epsilon" not in options:
                lifted.setdefault("tight", TIGHT)
        if options.get("budget") is not None and options.get("costs") is None and self.cost_usd > 0.0:
            lifted["costs"] = self.cost_usd
        if options.get("taken") is not None:  # members, and none of their copies
            lifted["taken"] = member_numbers(options["taken"], "taken", n)
        if not is_single(lifted.get("costs")):
            costs = numbers(lifted["costs"], "costs", n, "member")
            lifted["costs"] = np.concatenate([costs, np.ones((copies - 1) * n)])
        return Candidates(self.networks(), eligible), lifted


def _copy_rows(network: Network, to: Sequence[int], chances: Sequence[Chance]) -> tuple[NDArray[np.int64], Chance]:
    """Each row once for every copy that it leads to, one after the other: followers int64[k E] and chance float64[k E]."""
    k, degree = len(to), network.follower_count()
    followers, weight = np.empty(k * network.follows, np.int64), np.zeros(k * network.follows)
    first = np.arange(network.follows) + np.repeat((k - 1) * network.indptr[:-1], degree)
    for j, (start, chance) in enumerate(zip(to, chances, strict=True)):
        place = first + np.repeat(j * degree, degree)
        followers[place] = network.followers + np.int64(start)
        weight[place] = chance
    return followers, weight


def _with_weights(degree: NDArray[np.int64], followers: NDArray[np.int64], weight: Chance) -> Network:
    indptr = np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)
    return Network(indptr, followers.astype(np.int32), influence_weight=weight.astype(np.float32))


def in_launch(candidates: Candidates, options: Mapping[str, Any], word: str) -> tuple[Candidates, Mapping[str, Any]]:
    """The terms of the scenario's launch; without a scenario, or if the textbook model is asked for, what was given."""
    if candidates.launch is None or set(TEXTBOOK) & set(options):
        return after_first_wave(candidates, options)
    for name in OF_TEXTBOOK:
        if options.get(name) is not None:
            raise InputError(
                f"{name}: is of a textbook cascade, and a launch has hours: give probability or model beside it"
            )
    return candidates.launch().terms(candidates, options, word)
