"""What real cascades look like, fitted on one half and judged on the other, by the model with and without its newer terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim.validation.check import Check, Number, Setting, holds

F8 = NDArray[np.float64]

FOLLOWERS, SHARE_RATE, VISIBILITY = 50_000, 0.06, 0.05  # of the brand; of an impression; of a member's post
MOST_RESHARE = 0.6  # shares that a share brings about, at most: more grow without end
RESHARE = 0.2  # shares of a share where no tree tells: parent pointers say 0.24 on Twitter15
SIZES = ((100, 200), (200, 400), (400, 800), (800, 10**9))
BROADCAST = """
viralsim: 1
name: Posts that differ
seed: 1
worlds: {worlds}
horizon: 7d
tick: {tick}
audience: {{members: 100000, participation: null}}
channels: {{x: {{visibility: 0.05, owned_visibility: 0.1, network: {{generate: {{mean_following: 20}}}}}}}}
content: {{post: {{share_rate: 0.06}}}}
campaign: {{content: post, owned: [{{channel: x, followers: 50000, posts_at: [0h]}}]}}
arms: {{only: {{}}}}
baseline: only
"""


class Cascades(NamedTuple):
    """Trees as numbers, [trees] each: nodes, children of the root, structural virality, breadth, minutes to half."""

    size: F8
    direct: F8
    shape: F8
    breadth: F8
    half: F8

    def where(self, kept: NDArray[np.bool_]) -> Cascades:
        """Those that are marked."""
        return Cascades(*(column[kept] for column in self))


def twitter(setting: Setting) -> tuple[Cascades, Cascades, F8]:
    """(earlier half, later half of the trees by the number of their tweet; delays of direct shares over each tree's median)."""
    folder = "twitter15-trees"
    files = [setting.file(folder, f"trees-{part}.tsv.gz") for part in (1, 2)]
    nodes = pd.concat([pd.read_csv(file, sep="\t", usecols=["cascade", "parent", "delay"]) for file in files])
    whole = pd.read_csv(setting.file(folder, "cascades.tsv.gz"), sep="\t", index_col="cascade")
    nodes["delay"] = nodes["delay"].clip(lower=0.0)
    whole["direct"] = nodes[nodes["parent"] == 0].groupby("cascade").size()
    whole["half"] = nodes.groupby("cascade")["delay"].median()
    whole = whole.sort_values("source", kind="stable").dropna(subset=["direct", "half", "structural_virality"])
    columns = ["size", "direct", "structural_virality", "max_breadth", "half"]
    trees = Cascades(*(whole[name].to_numpy(np.float64) for name in columns))
    early = np.arange(len(whole)) < len(whole) // 2
    first = nodes[(nodes["parent"] == 0) & nodes["cascade"].isin(whole.index[early])]
    within = first["delay"] / first.groupby("cascade")["delay"].transform("median").clip(lower=1e-3)
    return trees.where(early), trees.where(~early), within.to_numpy(np.float64)


def _simulated(setting: Setting, tick: str, values: Mapping[str, Any], rows: Mapping[str, F8], worlds: int) -> Any:
    """The worlds of posts with these values, one row each; and, aside, the row of each world."""
    from viralsim.scenario import loads
    from viralsim.simulation import simulate
    from viralsim.simulation.run import row_of_world

    scenario = loads(BROADCAST.format(worlds=worlds, tick=tick)).override(values)
    if rows:
        scenario = scenario.override({"uncertain": {"joint": {"rows": {p: r.tolist() for p, r in rows.items()}}}})
        number = row_of_world(setting.seed, np.arange(worlds, dtype=np.int64), len(next(iter(rows.values()))))
    else:
        number = np.zeros(worlds, np.int64)
    result = simulate(scenario, seed=setting.seed, threads=setting.threads)
    return result.arms["only"], number


def broadcast(setting: Setting, early: Cascades, within: F8, differ: bool) -> Cascades:
    """Simulated cascades of 100 and more: every post as one of the earlier trees (``differ``), or all as their median."""
    reshare = np.minimum(1.0 - early.direct / (early.size - 1.0), MOST_RESHARE)
    spread = float(np.log(early.half).std())
    quartiles = np.quantile(np.log(np.maximum(within, 1e-3)), [0.25, 0.75])
    sigma = float(np.diff(quartiles)[0] / 1.349)  # of a normal law with these quartiles
    delay = {"lognormal": {"median": f"{np.median(early.half):.6g}m", "sigma": sigma}, "spread": spread}
    values: dict[str, Any] = {"channels.x.follower_elasticity": {"reshares": 0.0}}
    if differ:
        values["channels.x.impression_delay"] = delay
    chance = SHARE_RATE * VISIBILITY * 20.0  # shares of a share, at reshare 1
    seen, again = early.direct / FOLLOWERS / SHARE_RATE, reshare / chance
    rows = {"channels.x.owned_visibility": np.minimum(seen, 1.0), "content.post.reshare": again}
    worlds = 3 * len(early.size)
    if not differ:
        values |= {path: float(np.median(column)) for path, column in rows.items()}
    arm, _ = _simulated(setting, "2m", values, rows if differ else {}, worlds)
    measures = arm.measures
    found = Cascades(
        measures["largest_cascade"], np.zeros(worlds), measures["structural_virality"], measures["max_breadth"],
        measures["half_time_hours"] * 60.0,
    )  # fmt: skip
    return found.where((found.size >= 100) & np.isfinite(found.shape))


def large_cascades(setting: Setting) -> list[Number]:
    """Broadcasts that differ from post to post have the shapes, breadths and times of large cascades on Twitter.

    What does not hold. Shapes at 90 %: where reshares are many, they hang on few. In the 254 trees of 100 shares and more of
    which two fifths and more are reshares, half have one person who brought 39 % of these or more; reshares that each bring
    as many on average, as the model has them, leave 2 % to the luckiest and go 9 steps deep instead of 5. Times: posts of the
    later half are slower than those of the earlier one (55 minutes to half of the shares, and 32), which nothing fitted on
    the earlier half can know.
    """
    from scipy.stats import spearmanr

    early, late, within = twitter(setting)
    real = late.where(late.size >= 100)
    now, before = (broadcast(setting, early, within, differ) for differ in (True, False))
    said = []
    rho = [float(spearmanr(c.size, c.shape).statistic) for c in (real, now, before)]
    said.append(_beside("rank correlation of size and structural virality", rho, abs(rho[0] - rho[1]) < 0.15))
    for low, high in SIZES:
        parts = [c.where((c.size >= low) & (c.size < high)) for c in (real, now, before)]
        name = f"sizes {low} to {high - 1}" if high < 10**9 else f"sizes {low} and more"
        shapes = [_quantiles(part.shape) for part in parts]
        close = len(parts[1].size) > 20 and bool((np.abs(np.log(shapes[1] / shapes[0])) < np.log(1.25)).all())
        said.append(_beside(f"{name}: structural virality, 10, 50, 90 %", shapes, close))
        broad = [float(np.median(part.breadth / part.size)) if len(part.size) else np.nan for part in parts]
        said.append(_beside(f"{name}: breadth over size, median", broad, abs(broad[0] - broad[1]) < 0.1))
    halves = [_quantiles(c.half) for c in (real, now, before)]
    close = bool((np.abs(np.log(np.maximum(halves[1], 1e-9) / halves[0])) < np.log(1.5)).all())
    said.append(_beside("minutes to half of the shares, 10, 50, 90 %", halves, close))
    return said


def _quantiles(values: F8) -> F8:
    return np.quantile(values, [0.1, 0.5, 0.9]) if len(values) else np.full(3, np.nan)


def _beside(what: str, seen: Sequence[Any], ok: bool) -> Number:
    """Data, the model now, and in words the model before, in this order."""
    real, now, before = seen

    def words(value: Any) -> str:
        return " ".join(f"{one:.3g}" for one in np.atleast_1d(value))

    return Number(what, words(real), words(now), f"before: {words(before)}", ok)


class Posts(NamedTuple):
    """Posts of an account each: followers and shares within a week."""

    followers: F8
    shares: F8


def auspol(setting: Setting) -> tuple[Posts, Posts]:
    """Every second post, and the others."""
    events = pd.read_csv(setting.file("auspol-retweets", "events.tsv.gz"), sep="\t")
    late = events["seconds"] > 7 * 24 * 3600
    first = events.groupby("cascade")["followers"].first().to_numpy(np.float64)
    size = events[~late].groupby("cascade").size().to_numpy(np.float64) - 1.0
    odd = np.arange(len(first)) % 2 == 1
    return Posts(np.maximum(first[~odd], 1.0), size[~odd]), Posts(np.maximum(first[odd], 1.0), size[odd])


def fitted(posts: Posts, elasticity: float | None, differ: bool) -> tuple[float, float, float]:
    """(log of direct shares at followers 1, elasticity, standard deviation between posts), most likely.

    Direct shares are Poisson around a lognormal mean, and each share brings ``RESHARE`` more: their total is of Borel and Tanner.
    """
    from scipy.optimize import minimize

    x = np.linspace(-6.0, 6.0, 301)  # fine enough for the most shared post
    log_weight, logs = -0.5 * x**2 - np.log(np.exp(-0.5 * x**2).sum()), np.log(posts.followers)

    def loss(point: F8) -> float:
        level, slope = point[0], point[1] if elasticity is None else elasticity
        sd = np.exp(point[2]) if differ else 0.0
        rate = (level + slope * (logs - logs.mean()))[:, None] + sd * x
        direct, total = np.exp(np.minimum(rate, 50.0)), posts.shares[:, None]
        log = rate + (total - 1.0) * np.log(direct + RESHARE * total) - direct + log_weight
        return -float(np.logaddexp.reduce(log, axis=1).sum())

    found = minimize(loss, np.array([0.0, 0.4, 0.0]), method="Nelder-Mead", options={"maxiter": 2000}).x
    slope = float(found[1]) if elasticity is None else elasticity
    return float(found[0] - slope * logs.mean()), slope, float(np.exp(found[2])) if differ else 0.0


def _sizes(setting: Setting, followers: F8, law: tuple[float, float, float]) -> Posts:
    """Simulated shares of posts of accounts with these followers, four posts each."""
    level, slope, sd = law
    rng = np.random.default_rng(setting.seed)
    many = np.tile(followers, 4)
    direct = np.exp(level + slope * np.log(many) + sd * rng.standard_normal(len(many)))
    rows = {"channels.x.owned_visibility": np.minimum(direct / FOLLOWERS / SHARE_RATE, 1.0)}
    values = {
        "channels.x.follower_elasticity": {"reshares": 0.0},
        "content.post.reshare": RESHARE / (SHARE_RATE * VISIBILITY * 20.0),
    }
    arm, number = _simulated(setting, "1h", values, rows, len(many))
    return Posts(many[number], arm.measures["shares"])


def sizes_and_followers(setting: Setting) -> list[Number]:
    """Sizes of ordinary posts of many accounts, those that nobody shares among them, and how they grow with followers."""
    fit, judged = auspol(setting)
    now = _sizes(setting, judged.followers, fitted(fit, None, True))
    before = _sizes(setting, judged.followers, fitted(fit, 1.0, False))
    parts = (judged, now, before)
    nobody = [float((part.shares == 0).mean()) for part in parts]
    said = [_beside("share of posts that nobody shared", nobody, abs(nobody[0] - nobody[1]) < 0.05)]
    for level in (0.9, 0.99, 0.999):
        seen = [float(np.quantile(part.shares, level)) for part in parts]
        near = abs(np.log((seen[1] + 1) / (seen[0] + 1))) < np.log(1.5)
        said.append(_beside(f"shares, {100 * level:g} % of posts have at most", seen, bool(near)))
    grows = [float(np.corrcoef(np.log1p(part.shares), np.log(part.followers))[0, 1]) for part in parts]
    said.append(_beside("correlation of log shares and log followers", grows, abs(grows[0] - grows[1]) < 0.1))
    slopes = [
        fitted(part, None, True)[1] for part in (judged, Posts(*(column[: len(judged.shares)] for column in now)))
    ]
    said.append(
        holds(
            "elasticity of shares on followers",
            f"{slopes[0]:.2f}",
            f"{slopes[1]:.2f}",
            abs(slopes[0] - slopes[1]) < 0.1,
        )
    )
    return said


HALVES = (
    "0.15 on correlations of trees, a factor of 1.25 on shapes, 1.5 on times and sizes, 0.1 on breadth, 0.05 on zeros"
)

CHECKS = (
    Check(
        "REAL-4",
        "Shape, breadth and time of large cascades",
        "the full model: owned post, posts that differ, impression delay",
        "1,490 trees of Twitter15: fitted on the earlier half, judged on the later",
        large_cascades,
        full=True,
        gates=False,
        parameters="each earlier tree's direct shares and reshares are one row; delay lognormal, a scale per post; 100,000 members",
        tolerance=HALVES,
    ),
    Check(
        "REAL-5",
        "Sizes of ordinary posts, and followers",
        "the full model: owned posts that differ, elasticity on followers",
        "3,333 posts tagged auspol (Kong, Rizoiu, Xie 2021): fitted on every second, judged on the others",
        sizes_and_followers,
        full=True,
        gates=False,
        parameters="direct shares Poisson-lognormal in followers, by likelihood; a share brings 0.2 shares (assumption)",
        tolerance=HALVES,
    ),
)
