"""What past posts predict of the next post of an account."""

from __future__ import annotations

import numpy as np
import pandas as pd

from viralsim.arguments import integer_at_least, number, seed_number
from viralsim.calibration.observed import Floats, Posts, from_table, unpaid
from viralsim.calibration.pairs import FIRST_SCORED, PastPairs
from viralsim.calibration.recalibration import MOST, BetaMap, randomised_pit
from viralsim.errors import InputError

PIT_DRAWS = 300
MOST_DRAWS = 1_000_000
MOST_FOLLOWERS = 10**10


class Predictor:
    """Draws of the next post of an account, from the posts that were not paid for.

    Parameters and maps are those of the first ``known`` posts, None: of all.
    """

    def __init__(self, posts: Posts, seed: int, known: int | None = None) -> None:
        self.posts = posts
        self.known = len(posts) if known is None else known
        self.pairs = PastPairs(posts, self.known)
        pits = self._pits(np.random.default_rng([seed, 1]))
        self.maps = BetaMap.fit(pits[:, 0]), BetaMap.fit(pits[:, 1])

    def _followers(self, index: int) -> float | None:
        return None if self.posts.followers is None else float(self.posts.followers[index])

    def _pits(self, generator: np.random.Generator) -> Floats:
        """float64[posts predicted, 2]: PITs of impressions and shares of known posts, each predicted from those before it."""
        rows = []
        for end in range(max(FIRST_SCORED, self.known - MOST), self.known):
            drawn = self.pairs.draw(end, PIT_DRAWS, generator, self._followers(end))
            true = self.posts.impressions[end], self.posts.shares[end]
            rows.append([randomised_pit(d, t, generator.random()) for d, t in zip(drawn, true, strict=True)])
        return np.array(rows).reshape(-1, 2)

    def draw(
        self, end: int, draws: int, generator: np.random.Generator, followers: float | None = None
    ) -> tuple[Floats, Floats]:
        """(impressions, shares) of the post after the first ``end``, float64[draws] each.

        ``followers`` when it goes out; None: as many as at the post before it.
        """
        impressions, shares = self.pairs.draw(end, draws, generator, followers)
        impressions = self.maps[0].apply(impressions)
        return impressions, np.minimum(self.maps[1].apply(shares), impressions)

    def rates(
        self, end: int, draws: int, generator: np.random.Generator, followers: float | None = None
    ) -> tuple[Floats, Floats]:
        """(expected impressions, shares per impression) of that post, float64[draws] each: what ``draw`` draws its counts from."""
        x, z = self.pairs.new_pairs(end, draws, generator, followers)
        impressions = self.maps[0].moved(np.exp(x))
        shares = self.maps[1].moved(np.exp(x + np.minimum(z, 0.0)))
        return impressions, np.asarray(np.minimum(shares / impressions, 1.0))


def next_post(past: pd.DataFrame, followers: float | None = None, draws: int = 1000, seed: int = 1) -> pd.DataFrame:
    """Predictive draws of the next unpaid post of an account, from its past posts.

    The model is fitted as ``calibrate`` does it; its check is that of Talts et al. (2018).

    Args:
        past: columns of ``viralsim.posts.read``: ``shares`` and ``impressions`` (``reach`` where there are none); optional
            ``published_at`` (rows are taken in the order of the table without it), ``followers`` and ``paid``.
        followers: of the account when the next post goes out; None: as many as at its last post.
        draws: how many.
        seed: the same seed gives the same draws.

    Returns:
        One row a draw, int64 columns ``impressions`` and ``shares``; shares never exceed impressions. What is drawn is the
        post of this account as it is: nothing in it says what advocates or paid impressions would add.

    Raises:
        InputError: columns missing, numbers that cannot be, fewer than 8 unpaid posts, none of them shared.
    """
    draws = integer_at_least(draws, "draws", 1, MOST_DRAWS)
    seed = seed_number(seed)
    posts = unpaid(from_table(past))
    if followers is not None:
        number(followers, "followers", 1, MOST_FOLLOWERS)
        if posts.followers is None:
            raise InputError("followers: past has no followers to compare with; add the column or leave this out")
    generator = np.random.default_rng([seed, 2])
    impressions, shares = Predictor(posts, seed).draw(len(posts), draws, generator, followers)
    return pd.DataFrame({"impressions": impressions.astype(np.int64), "shares": shares.astype(np.int64)})
