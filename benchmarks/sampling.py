"""What survives when a network is sampled: ``python -m benchmarks.sampling --members 200000 --fraction 0.1``.

A generated network with communities is run whole, and as samples that hold a part of its members and all follows among them:

- communities: whole communities, drawn at random, until the part is reached;
- snowball: members found breadth first from random starts, along follows in both directions;
- random: members drawn alone;
- smaller: no sample: a network generated with the same words and fewer members and communities.

A second row of a way raises the visibility by the part of the follows that were lost (to 1 at most).

The campaign shrinks with the network: as many advocates and impressions per member. Each way is drawn ``--draws`` times; a row says
the mean of each number over the draws as a ratio to the whole network, and the standard deviation of one draw.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import description
from viralsim.population.network.network import Network

SCENARIO = """
viralsim: 1
name: sampled
seed: 7
worlds: {worlds}
horizon: 5d
tick: 1h
audience: {{{audience}}}
channels: {{x: {{visibility: {visibility}, network: {{{network}}}}}}}
content: {{c: {{appeal: 0.25}}}}
campaign:
  content: c
  owned: []
  paid: [{{channel: x, starts: 0h, ends: 48h, budget_usd: {budget_usd}, cpm_usd: 5}}]
  advocates: {{count: {advocates}, choose: degree, channels: [x], posts_at: [1h], cost_usd: 10}}
arms: {{paid: {{campaign.advocates: null}}, advocates: {{campaign.paid: []}}}}
baseline: paid
"""
VISIBILITY = 0.2
NUMBERS = (
    "reach a member",
    "shares per member",
    "reproduction number",
    "largest cascade, share of members",
    "reach of advocates alone, an advocate",
)


def campaign(network: Network, worlds: int, visibility: float = VISIBILITY) -> NDArray[np.float64]:
    """``NUMBERS`` of the campaign on a network; one advocate and 80 impressions for 1,000 members."""
    import viralsim as vs
    from viralsim.population.network.storage import save_network

    members = network.members
    with tempfile.TemporaryDirectory() as folder:
        save_network(network, Path(folder) / "network")
        path = Path(folder) / "campaign.yaml"
        path.write_text(SCENARIO.format(
            worlds=worlds, audience="participation: null, communities: {count: 1}", network="file: network", visibility=visibility,
            budget_usd=0.08 * members * 0.005, advocates=max(1, round(members / 1000)),
        ))  # fmt: skip
        result = vs.simulate(vs.load(path), repeat_trust=False)
    paid, own = result.arm("paid").measures, result.arm("advocates").measures
    return np.array([
        paid["reach"].mean() / members, paid["shares"].mean() / members, float(np.nanmean(paid["reproduction_number"])),
        paid["largest_cascade"].mean() / members, own["reach"].mean() / max(1, round(members / 1000)),
    ])  # fmt: skip


def induced(network: Network, there: NDArray[np.bool_]) -> Network:
    """The members where ``there`` and all follows among them."""
    source = np.repeat(np.arange(network.members), np.diff(network.indptr))
    keep = there[source] & there[network.followers]
    number = np.cumsum(there) - 1
    return Network.from_edges(number[source[keep]], number[network.followers[keep]], int(there.sum()))


def by_communities(
    network: Network, community: NDArray[Any], wanted: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Whole communities in random order, until ``wanted`` members are there."""
    sizes = np.bincount(community)
    order = rng.permutation(len(sizes))
    taken = order[: int(np.searchsorted(np.cumsum(sizes[order]), wanted)) + 1]
    return np.isin(community, taken)


def by_snowball(network: Network, community: NDArray[Any], wanted: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Members in the order of a breadth-first search from random starts, along follows either way."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    n = network.members
    follows = csr_array((np.ones(network.follows, np.int8), network.followers, network.indptr), shape=(n, n))
    both = (follows + follows.T).tocsr()
    there = np.zeros(n, dtype=bool)
    while there.sum() < wanted:
        start = int(rng.integers(n))
        found = breadth_first_order(both, start, directed=True, return_predecessors=False)
        there[found[: wanted - int(there.sum())]] = True
    return there


def by_members(network: Network, community: NDArray[Any], wanted: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Members drawn alone."""
    there = np.zeros(network.members, dtype=bool)
    there[rng.choice(network.members, wanted, replace=False)] = True
    return there


WAYS: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "communities": by_communities, "snowball": by_snowball, "random": by_members,
}  # fmt: skip


def whole(members: int, mixing: float, seed: int = 7) -> tuple[Network, NDArray[Any]]:
    """A generated network with communities, and the community of each member."""
    from viralsim.population.build import build_population
    from viralsim.scenario import loads

    audience = f"members: {members}, communities: {{count: {members // 1000}, mixing: {mixing}}}"
    text = SCENARIO.format(
        worlds=1,
        audience=audience,
        network="generate: {mean_following: 12}",
        budget_usd=1,
        advocates=1,
        visibility=VISIBILITY,
    )
    found = build_population(loads(text.replace("seed: 7", f"seed: {seed}")))
    return found.networks["x"], found.audience.community


def main() -> None:
    """The command: prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--fraction", type=float, default=0.1)
    parser.add_argument("--mixing", type=float, default=0.15, help="part of the follows that leave a community")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--worlds", type=int, default=100)
    given = parser.parse_args()
    print("\n".join(description(["numpy", "scipy"])), "\n")
    network, community = whole(given.members, given.mixing)
    true = campaign(network, given.worlds)
    size = f"{given.members:,} members, {network.follows:,} follows, mixing {given.mixing:g}"
    print(f"| {size} | follows kept | {' | '.join(NUMBERS)} |")
    print("|---" * (len(NUMBERS) + 2) + "|")
    print(f"| whole network, as it is | 1 | {' | '.join(f'{x:.3g}' for x in true)} |", flush=True)
    for word in (*WAYS, "smaller"):
        kept: list[float] = []
        ratios: dict[str, list[NDArray[np.float64]]] = {"": [], ", visibility raised": []}
        for draw in range(given.draws):
            if word == "smaller":
                sample, _ = whole(int(given.fraction * given.members), given.mixing, 100 + draw)
            else:
                there = WAYS[word](network, community, int(given.fraction * given.members), np.random.default_rng(draw))
                sample = induced(network, there)
            kept.append(sample.follows / sample.members / (network.follows / network.members))
            raised = min(1.0, VISIBILITY / kept[-1])
            for way, visibility in zip(ratios, (VISIBILITY, raised), strict=True):
                ratios[way].append(campaign(sample, given.worlds, visibility) / true)
        for way, found in ratios.items():
            mean, sd = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
            cells = " | ".join(f"{m:.2f} ± {s:.2f}" for m, s in zip(mean, sd, strict=True))
            print(f"| {word}, {given.fraction:.0%} of members{way} | {np.mean(kept):.2f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
