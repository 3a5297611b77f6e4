"""Scenarios over all features of the model, drawn with a fixed seed: small audiences, rates so large that much happens.

A scenario is a base and some of ``FEATURES``, each in one of its variants. A variant is data: path -> value, laid over the
base. Two features that claim the same path exclude each other. Files that scenarios name are written by ``write_files``.
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

COUNT, SEED, ON = 50, 9, 0.3  # scenarios; their seed; the chance that a feature is on
FILE_MEMBERS = 150
COMMUNITIES = 4
Variant = Mapping[str, Any]
OWNED = [
    {"channel": "$channel", "followers": 20, "posts_at": ["0h", "7h"], "trust": 0.7, "cost_usd": 5},
    {"channel": "feed", "followers": 35, "posts_at": ["3h"], "content": "$content"},
]
PAID = {"channel": "$channel", "budget_usd": 3, "ends": "20h", "trust": 0.8, "cpm_usd": 6}
TIER = {"count": 6, "posts_at": ["1h", "9h"], "willingness": 0.7, "trust": 1.4, "cost_usd": 4, "cost_per": "posted"}


def tier(**more: Any) -> Variant:
    """An advocate tier that differs from the plain one in some keys; a key of None is left out."""
    return {"campaign/advocates": {key: value for key, value in {**TIER, **more}.items() if value is not None}}


def network_of(file: str, **more: Any) -> Variant:
    """The first channel's network comes from a file, which says who there is."""
    directed = {"edge_means": "source reaches target"} if more.get("directed", True) else {}
    return {"audience/members": None, "channels/feed/network": {"file": file, **directed, **more}}


FEATURES: Mapping[str, Sequence[Variant]] = {
    # who is there
    "files": [
        network_of("edges.csv.gz"),
        network_of("edges.csv.gz", edge_means="source follows target", tie_strength="tie"),
        network_of("edges.csv.gz", tie_strength="tie", influence_weight="weight"),
        network_of("pairs.txt", directed=False),
        network_of("labels.tsv"),
        network_of("edges.npy"),
        network_of("matrix.npz", tie_strength="entries"),
        network_of("edges.graphml", tie_strength="tie"),
        {"audience/members": None, "audience/members_file": "members.csv", "audience/communities": {}},
        {**network_of("edges.csv.gz"), "audience/members_file": "members.csv", "audience/communities": {}},
    ],
    "communities": [
        {"audience/communities": {"count": COMMUNITIES, "size_exponent": 1.3, "mixing": mixing}, "audience/in_group": 1.6}
        for mixing in (0.0, 0.4)
    ],
    "participation": [{"audience/participation": None}, {"audience/participation": {"sigma": 0.8}}],
    "interests": [
        {
            "audience/topics": {"food": 0.5, "sport": 0.3},
            "audience/tones": {"humorous": 0.6, "informative": 0.4},
            "content/post/topics": {"food": 1.0, "sport": 0.4},
            "content/post/tone": {"humorous": 1.0},
        },
        {"audience/topics": {"food": 0.8}, "content/post/topics": {"food": 1.0}},
    ],
    "attention": [
        {"audience/attention": {"feed_capacity": 10, "background_posts": 2}},
        {"audience/attention": {"feed_capacity": 1, "background_posts": 0}},
    ],
    "rhythm": [{"audience/rhythm": {"peak": "20:00", "depth": 0.9}}, {"audience/rhythm": {"peak": "08:30", "depth": 0.4}}],
    "fatigue": [{"audience/fatigue": {"per_impression": 0.3, "floor": 0.1}}],
    # channels
    "second channel": [
        {"channels/forum": {"visibility": 0.6, "presence": 0.6, "cpm_usd": 4, "network": {"generate": {"mean_following": 6}}}},
        {"channels/forum": {"preset": "forum", "network": {"generate": {"mean_following": 9, "clustering": 0.0}}}},
    ],
    "third channel": [
        {
            "channels/video": {
                "preset": "tiktok",
                "visibility": 0.5,
                "network": {"generate": {"mean_following": 5, "reciprocity": 0}},
            }
        }
    ],
    "cross-posting": [{"campaign/cross_post": 0.5}],
    "reach": [
        {"channels/feed/visibility": None, "channels/feed/organic_reach": 0.2},
        {"channels/feed/visibility": 0.35, "arms/louder": {"channels.feed.visibility": 0.7}},
        {"channels/feed/visibility": 1.0},
        {"channels/feed/visibility": 0.4, "uncertain": {"channels.feed.visibility": {"from": 0.1, "to": 0.6, "scale": "log"}}},
    ],
    "delay": [
        {"channels/feed/reaction_delay": {"lognormal": {"median": "2h", "sigma": 1.1}}},
        {"channels/feed/reaction_delay": {"power_law": {"constant_until": "10m", "exponent": 1.4}}},
        {"channels/feed/reaction_delay": {"exponential": {"mean": "3h"}}},
        {"channels/feed/reaction_delay": {"fixed": "4h"}},
        {"channels/feed/reaction_delay": {"fixed": "0h"}},
    ],
    "engagement": [
        {"channels/feed/engagement_rate": 0.3},
        {"channels/feed/engagement_rate": 0.2, "channels/feed/recommended": {"per_engagement": 1.2, "delay": "2h"}},
        {"channels/feed/engagement_rate": 0.3, "uncertain": {"channels.feed.engagement_rate": {"from": 0.05, "to": 0.5}}},
    ],
    # content
    "appeal": [
        {"content/post/appeal": None, "content/post/share_rate": 0.06},
        {"content/post/appeal": 0.2, "arms/catchier": {"content.post.appeal": 0.5}},
        {"content/post/appeal": 0.2, "uncertain": {"content.post.appeal": {"from": 0.05, "to": 0.5}}},
        {"content/post/appeal": 1.0},
    ],
    "novelty": [
        {"content/post/half_life": "6h"},
        {"content/post/half_life": "10h", "content/post/released_at": "2h"},
    ],
    "controversy": [
        {"audience/hostility": 0.5, "content/post/controversy": 0.6},
        {
            "audience/hostility": 0.3,
            "content/post/controversy": 0.9,
            "content/post/critical": {"appeal": 0.5, "half_life": "5h", "persistence": 0.2},
            "campaign/community_management": {
                "cost_usd_per_day": 30,
                "respond": {"critical_share_ratio": 0.1, "effect": 0.7, "delay": "1h", "at_least": 2},
            },
        },
    ],
    "reinforcement": [
        {"content/post/reinforcement": {"social": {"gain": 0.8, "cap": 2.5}}},
        *({"content/post/reinforcement": {"threshold": threshold}} for threshold in (
            {"count": 2}, {"fraction": 0.15}, {"fraction": "uniform"},
        )),
        *({
            **network_of("edges.csv.gz", influence_weight="weight"),
            "content/post/reinforcement": {"threshold": {"weight": weight}},
        } for weight in (0.1, "uniform")),
    ],
    "conversions": [
        {"content/post/conversion_rate": 0.1, "content/post/value_usd": 20, "goal": {"measure": "net_usd", "matters_from": 5}},
        {
            "content/post/conversion_rate": 0.2,
            "content/post/value_usd": 3,
            "content/post/conversion_trust": {"owned": 0.5, "paid": 0.1, "asked": 1.5, "earned": 1.2, "recommended": 0.7},
        },
    ],
    "persistence": [{"content/post/persistence": 0.4}],
    "second content": [
        {"content/other": {"appeal": 0.3, "half_life": "9h"}, "arms/other": {"campaign.content": "other"}},
        {"content/other": {"appeal": 0.4, "controversy": 0.5, "persistence": 0.1}},
    ],
    # what the actors do
    "owned": [
        {"campaign/owned": OWNED[:1]},
        {"campaign/owned": OWNED},
        {
            "campaign/owned": OWNED,
            "campaign/community_management": {
                "cost_usd_per_day": 10,
                "amplify": {"shares_per_hour": 2, "at_most": 2, "cooldown": "4h"},
            },
        },
    ],
    "paid": [
        {"campaign/paid": [PAID]},
        {"campaign/paid": [{**PAID, "frequency_cap": 2, "starts": "2h", "content": "$content"}, PAID]},
        {"campaign/paid": [{**PAID, "target": {"communities": [0]}}, {**PAID, "target": {"min_match": 0.2}, "frequency_cap": 1}]},
        {"campaign/paid": [PAID], "arms/richer": {"budget_usd": 900}},
    ],
    "organic": [
        {"campaign/organic": [{"channel": "$channel", "members": 8, "posts_at": ["0h", "5h"]}]},
        {
            "audience/members": 200,
            "campaign/organic": [
                {"channel": "feed", "members": [0, 3, 11]},
                {"channel": "$channel", "members": 2, "content": "$content"},
            ],
        },
        {"campaign/organic": [], "campaign/owned": OWNED[:1]},
    ],
    "advocates": [
        *(tier(choose=word) for word in ("random", "degree", "pagerank", "core", "nomination", "community", "fit")),
        tier(choose={"opim": {"model": "independent_cascade", "probability": 0.1}}),
        tier(choose="opim"),
        tier(choose={"celf": {"worlds": 50}}),
        {**tier(choose={"members": [1, 4, 9]}, count=None, cost_per="asked"), **network_of("edges.csv.gz")},
        tier(file="advocates.csv", count=None, cost_per=None),
        tier(programme={
            "setup_usd": 50, "hours_per_week": 2, "usd_per_hour": 20, "launches": 3, "fans": 0.5, "ask_fatigue": 0.2,
            "recovery": "10d", "dropout": 0.2, "nurture": {"weeks": 2, "hours_per_week": 10, "hours_per_advocate": 4},
            "ambassadors": {"after": 2, "willingness": 0.9},
        }),
        {**tier(content="$content", channels=["feed"]), "arms/others": {"campaign.advocates.choose": "random"}},
    ],
    # how it is run
    "time": [{"horizon": "1d", "tick": "15m", "launch_at": "18:30"}, {"horizon": "4d", "tick": "3h", "launch_at": "00:00"}],
    "audiences": [
        {"populations": 3},
        {"populations": 1, "worlds": {"at_most": 60, "until": {"measure": "shares", "half_width": 0.2}}},
    ],
    "uncertain": [
        {"campaign/cross_post": 0.2, "content/post/persistence": 0.1,
         "uncertain": {"campaign.cross_post": {"from": 0.0, "to": 0.6}, "content.post.persistence": {"from": 0.0, "to": 0.4}}},
    ],
}  # fmt: skip


def base(rng: np.random.Generator) -> dict[str, Any]:
    """A small campaign in which a few members post of one content on one channel."""
    number = lambda low, high: round(float(rng.uniform(low, high)), 3)  # noqa: E731
    generate = {
        "mean_following": number(4, 12), "degree_exponent": number(2.1, 3.0),
        "reciprocity": number(0.0, 0.7), "clustering": number(0.0, 0.4),
    }  # fmt: skip
    return {
        "viralsim": 1,
        "name": "Generated",
        "seed": int(rng.integers(1, 10**9)),
        "worlds": 40,
        "horizon": "2d",
        "tick": "1h",
        "audience": {"members": int(rng.integers(60, 600))},
        "channels": {
            "feed": {"visibility": number(0.2, 0.9), "cpm_usd": number(2, 10), "network": {"generate": generate}}
        },
        "content": {"post": {"appeal": number(0.1, 0.6)}},
        "campaign": {"content": "post", "organic": [{"channel": "feed", "members": 2}]},
        "arms": {"all": {}, "unpaid": {"campaign.paid": [], "campaign.advocates": None}},
        "baseline": "unpaid",
    }


def put(scenario: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at ``a/b/c``; what lies on the way is made."""
    *way, last = path.split("/")
    for step in way:
        scenario = scenario.setdefault(step, {})
    scenario[last] = value


def filled(value: Any, words: Mapping[str, Sequence[str]], rng: np.random.Generator) -> Any:
    """The value with ``$channel`` and ``$content`` replaced, each by one of those there are."""
    if isinstance(value, dict):
        return {key: filled(one, words, rng) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, words, rng) for one in value]
    return str(rng.choice(list(words[value]))) if isinstance(value, str) and value in words else value


def drawn(number: int) -> tuple[dict[str, Any], dict[str, int]]:
    """Scenario ``number`` as a dictionary, and which variant of which feature it has.

    Of all variants in one random order scenario i begins with the variants i, i + COUNT, ..., so that each is in some scenario.
    """
    every = [(name, index) for name, variants in FEATURES.items() for index in range(len(variants))]
    np.random.default_rng(SEED).shuffle(every)
    rng = np.random.default_rng([SEED, number])
    scenario = base(rng)
    names = list(FEATURES)
    rng.shuffle(names)
    also = ((name, int(rng.integers(len(FEATURES[name])))) for name in names if rng.random() < ON)
    claimed: set[str] = set()
    chosen: dict[str, int] = {}
    for name, index in itertools.chain(every[number::COUNT], also):
        variant = FEATURES[name][index]
        if name not in chosen and claimed.isdisjoint(variant):
            claimed |= set(variant)
            chosen[name] = index
            for path, value in variant.items():
                put(scenario, path, value)
    words = {"$channel": list(scenario["channels"]), "$content": list(scenario["content"])}
    return filled(scenario, words, rng), chosen


def text(number: int) -> str:
    """Scenario ``number`` as a scenario file: JSON, which is YAML."""
    return json.dumps(drawn(number)[0])


def write_files(folder: Path) -> None:
    """The files that generated scenarios name: one network in many formats, its members, some advocates."""
    rng = np.random.default_rng(SEED)
    n = FILE_MEMBERS
    source = np.repeat(np.arange(n), rng.poisson(6, n) + 1)
    target = (source + rng.integers(1, n, len(source))) % n
    edges = np.unique(np.column_stack([source, target]), axis=0)
    tie = np.round(rng.uniform(0.1, 1.0, len(edges)), 3)
    weight = np.round(rng.uniform(0.2, 0.9, len(edges)) / np.bincount(edges[:, 1], minlength=n)[edges[:, 1]], 4)
    rows = list(zip(*edges.T.tolist(), tie.tolist(), weight.tolist(), strict=True))
    table = "source,target,tie,weight\n" + "".join(f"{a},{b},{t},{w}\n" for a, b, t, w in rows)
    (folder / "edges.csv.gz").write_bytes(gzip.compress(table.encode(), mtime=0))
    (folder / "pairs.txt").write_text("# two columns\n" + "".join(f"{a} {b}\n" for a, b, *_ in rows))
    (folder / "labels.tsv").write_text("from\tto\n" + "".join(f"name-{a:03}\tname-{b:03}\n" for a, b, *_ in rows))
    np.save(folder / "edges.npy", edges)
    _write_matrix(folder / "matrix.npz", edges, tie)
    (folder / "edges.graphml").write_text(_graphml(rows))
    interests = rng.uniform(0.0, 1.0, (n, 3)).round(3).tolist()
    members = "id,community,activity,hostility,interest_food,tone_humorous\n"
    members += "".join(f"{m},{m % COMMUNITIES},{2 * a},{b},{c},{a}\n" for m, (a, b, c) in enumerate(interests))
    (folder / "members.csv").write_text(members)
    (folder / "advocates.csv").write_text(
        "handle,channel,followers,cost_usd,willingness\nann,feed,12,5,0.9\nbo,feed,7,3,0.5\ncy,feed,20,9,1\n"
    )


def _write_matrix(path: Path, edges: np.ndarray, tie: np.ndarray) -> None:
    """A sparse matrix as scipy saves it."""
    from scipy import sparse

    size = (FILE_MEMBERS, FILE_MEMBERS)
    sparse.save_npz(path, sparse.csr_array((tie, (edges[:, 0], edges[:, 1])), shape=size))


def _graphml(rows: Sequence[tuple[Any, ...]]) -> str:
    """A directed graph with a tie strength on every edge."""
    nodes = "".join(f'<node id="n{m}"/>' for m in range(FILE_MEMBERS))
    edges = "".join(f'<edge source="n{a}" target="n{b}"><data key="tie">{t}</data></edge>' for a, b, t, _ in rows)
    key = '<key id="tie" for="edge" attr.name="tie" attr.type="double"/>'
    space = 'xmlns="http://graphml.graphdrawing.org/xmlns"'
    return f'<graphml {space}>{key}<graph edgedefault="directed">{nodes}{edges}</graph></graphml>'
