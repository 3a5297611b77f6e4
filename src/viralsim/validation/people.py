"""People: reaction delays, the friendship paradox, whom random members nominate."""

from __future__ import annotations

import numpy as np

from viralsim import classic, seeding
from viralsim.campaign.delays import delay_cdf
from viralsim.validation import graphs
from viralsim.validation.check import DIRECTION, Check, Number, Setting, between, exact, holds, mean

THETA, C_PER_S, START_S = 0.2314843, 6.265725e-4, 300.0


def reaction_delays(setting: Setting) -> list[Number]:
    """SEISMIC's memory kernel: the law's quantiles, and 100,000 delays drawn from the tick table."""
    from viralsim.kernels.alias import alias_draw, alias_table
    from viralsim.kernels.rng import draw
    from viralsim.scenario.channels import PowerLaw, ReactionDelay

    law = ReactionDelay(
        power_law=PowerLaw.model_validate({"constant_until": f"{START_S / 60:g}m", "exponent": 1 + THETA})
    )
    hours = np.array([START_S / 3600, 40.6 / 60, 13.5, 29.5 * 24], dtype=np.float64)
    seen = delay_cdf(law, hours)
    said = [
        exact(f"P(delay <= {name})", value, known, room)
        for name, value, known, room in zip(
            ("5 min", "40.6 min", "13.5 h", "29.5 d"),
            seen,
            (0.18797, 0.5, 0.75, 0.9),
            (1e-4, 5e-4, 5e-4, 5e-4),
            strict=True,
        )
    ]
    said.append(exact("mass of the constant part c x 300 s", C_PER_S * START_S, seen[0], 1e-4))
    cdf = delay_cdf(law, np.arange(1, 200, dtype=np.float64) * 0.25)
    table = alias_table(np.append(np.diff(cdf, prepend=0.0), 1 - cdf[-1]))
    key = np.uint64(setting.seed)
    drawn = np.array(
        [
            alias_draw(np.uint64(draw(key, np.uint64(i))), table.threshold, table.alias, np.uint64(table.shift))
            for i in range(100_000)
        ]
    )
    said += [
        mean(f"share of drawn delays up to {15 * (tick + 1)} min", (drawn <= tick).astype(float), float(cdf[tick]))
        for tick in (0, 3, 40)
    ]
    return said


def friendship_paradox(setting: Setting) -> list[Number]:
    """The end of a random edge, and a nominated friend of a random person, are better connected than a person."""
    network = graphs.random_graph(20_000, 6.0, seed=11)
    degree = network.follower_count().astype(float)
    ends = degree[network.followers]
    said = [
        exact("mean degree at the end of an edge: <k^2>/<k>", ends.mean(), (degree**2).mean() / degree.mean(), 1e-9)
    ]
    rows = np.repeat(np.arange(network.members), network.follower_count())
    of_friends = np.bincount(rows, ends, minlength=network.members)[degree > 0] / degree[degree > 0]
    said.append(
        holds(
            "mean over persons of their friends' mean degree",
            f">= {degree.mean():.3f}",
            f"{of_friends.mean():.3f}",
            bool(of_friends.mean() >= degree.mean()),
        )
    )
    rng = np.random.default_rng(setting.seed)
    who = rng.choice(np.flatnonzero(degree > 0), 100_000)
    named = network.followers[network.indptr[who] + (rng.random(len(who)) * degree[who]).astype(np.int64)]
    said.append(mean("degree of 100,000 nominated friends", degree[named], float(of_friends.mean())))
    return said


def nomination(setting: Setting) -> list[Number]:
    """Villages: friends whom random members nominate spread further than random members."""
    rng = np.random.default_rng(setting.seed)
    ratios = []
    for village in range(32):
        n = int(rng.integers(60, 400))
        network = graphs.random_graph(n, 6.0, seed=100 + village)
        count = max(2, n // 20)
        sizes = []
        for word in ("nomination", "random"):
            reached = [
                classic.independent_cascade(
                    network,
                    seeding.choose(network, word, count=count, seed=s).members.tolist(),
                    0.1,
                    worlds=200,
                    seed=setting.seed,
                    threads=setting.threads,
                ).mean()
                for s in range(6)
            ]
            sizes.append(np.mean(reached))
        ratios.append(sizes[0] / sizes[1])
    return [
        between(
            "adopters, nomination over random, 32 villages (field: 74.3 / 66.2 = 1.12)",
            float(np.mean(ratios)),
            1.02,
            1.25,
        )
    ]


CHECKS = (
    Check(
        "CHECK-27",
        "Reaction delays",
        "delay law and its tick table",
        "SEISMIC, Zhao et al. 2015",
        reaction_delays,
        parameters="theta 0.2314843, constant until 300 s; 100,000 draws at ticks of 15 min",
        tolerance="1e-4 on tabulated quantiles (5e-4 where the table has three digits), 4.5 standard errors on draws",
    ),
    Check(
        "CHECK-28",
        "Friendship paradox",
        "networks",
        "Feld 1991: exact by enumeration",
        friendship_paradox,
        parameters="20,000 members, mean degree 6; 100,000 nominations",
        tolerance="exact by enumeration; 4.5 standard errors on nominations",
    ),
    Check(
        "CHECK-29",
        "Nominated friends",
        "independent cascade on villages",
        "Kim et al., Lancet 2015 (ratio)",
        nomination,
        full=True,
        gates=False,
        parameters="32 villages of 60 to 399, mean degree 6, 5 % seeds, p 0.1",
        tolerance=DIRECTION,
    ),
)
