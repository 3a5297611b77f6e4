"""Sets of posts whose parameters are drawn from the prior, for simulation-based calibration (Talts et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import viralsim as vs
from viralsim.calibration import Model, Prior, sample
from viralsim.calibration.observed import Posts

Floats = NDArray[np.float64]
FOLLOWERS = 2000
HIGHEST_RATE = 0.4
PRIOR = Prior(
    level=(float(np.log(0.05)), 0.5),
    share=(float(np.log(0.01)), 0.5),
    log_sd_x=(float(np.log(0.6)), 0.3),
    log_sd_z=(float(np.log(0.5)), 0.3),
    atanh_correlation=(0.0, 0.4),
)
NAMES = ("mean_log_level", "mean_log_share_rate", "log_sd_level", "log_sd_share_rate", "atanh_correlation")
MakePosts = Callable[[Floats, Floats, np.random.Generator], Posts]
SCENARIO = """
viralsim: 1
name: one post
seed: 3
worlds: 1
horizon: 3d
audience: {{members: 3000{participation}}}
channels: {{x: {{visibility: {visibility}, network: {{generate: {{mean_following: 15}}}}}}}}
content: {{post: {{share_rate: {share_rate}, half_life: 12h}}}}
campaign: {{content: post, owned: [{{channel: x, followers: 2000, posts_at: [0h]}}]}}
arms: {{only: {{}}}}
baseline: only
"""


def posts_of_the_model(visibility: Floats, share_rate: Floats, generator: np.random.Generator) -> Posts:
    """Posts drawn from the likelihood; half as many impressions as those of followers come from elsewhere."""
    owned = generator.binomial(FOLLOWERS, visibility)
    impressions = owned + generator.poisson(0.5 * owned)
    shares = generator.binomial(impressions, share_rate)
    everyone = np.full(len(owned), float(FOLLOWERS))
    return Posts(impressions * 1.0, shares * 1.0, np.zeros(len(owned), bool), everyone, owned * 1.0)


def posts_of_the_product(participation: str) -> MakePosts:
    """Posts that the engine itself lives through, one world each: the worlds of one run, whose rows they are."""
    plain = vs.loads(SCENARIO.format(participation=participation, visibility=0.1, share_rate=0.01))

    def make(visibility: Floats, share_rate: Floats, generator: np.random.Generator) -> Posts:
        rates = np.minimum(share_rate, HIGHEST_RATE)  # a draw in 10,000: more than a default audience can share
        rows = {"channels.x.owned_visibility": visibility.tolist(), "content.post.share_rate": rates.tolist()}
        scenario = plain.override({"uncertain": {"joint": {"rows": rows}}})
        arm = vs.simulate(scenario, worlds=len(rates), seed=int(generator.integers(2**62)), threads=1).arms["only"]
        impressions, shares = arm.measures["impressions"], arm.measures["shares"]
        owned, everyone = arm.impressions_by_source["owned"] * 1.0, np.full(len(rates), float(FOLLOWERS))
        return Posts(impressions, shares, np.zeros(len(rates), bool), everyone, owned)

    return make


def ranks(make: MakePosts, sets: int, posts: int, seed: int, seen_as: Callable[[Posts], Posts] = lambda p: p) -> Floats:
    """float64[sets, parameters]: where the truth lies among the draws of the posterior of what ``seen_as`` makes of the posts."""
    model = Model(make(np.full(posts, 0.1), np.full(posts, 0.1), np.random.default_rng(seed)), PRIOR)
    assert model.names == NAMES
    rows = []
    for number in range(sets):
        generator = np.random.default_rng([seed, number])
        true = generator.normal(model.mean, model.sd)
        r = np.tanh(true[4])
        covariance = np.exp(np.array([[2 * true[2], true[2] + true[3]], [true[2] + true[3], 2 * true[3]]]))
        pairs = generator.multivariate_normal(true[:2], covariance * np.array([[1, r], [r, 1]]), posts)
        made = make(np.minimum(np.exp(pairs[:, 0]), 0.95), np.minimum(np.exp(pairs[:, 1]), 0.95), generator)
        drawn = sample(Model(seen_as(made), PRIOR), seed=[seed, number], steps=400)
        rows.append((drawn.flat < true).mean(0))
    return np.array(rows)
