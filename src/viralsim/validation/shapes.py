"""Shapes of cascades: structural virality, sizes on heavy-tailed networks, real trees."""

from __future__ import annotations

import csv
import gzip

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.kernels.trees import structural_virality
from viralsim.validation import graphs
from viralsim.validation.check import (
    DIRECTION,
    EXACT,
    MEAN,
    Check,
    Number,
    Picture,
    Setting,
    between,
    exact,
    holds,
    mean,
)


def _binary(n: int) -> NDArray[np.int64]:
    return (np.arange(n) - 1) // 2


def known_trees(setting: Setting) -> list[Number]:
    """Stars, paths, a binary tree, a lone node, and the same tree under other names."""
    said = []
    for n in (2, 3, 10, 100):
        star, path = np.zeros(n, dtype=np.int64), np.arange(n) - 1
        star[0] = -1
        said.append(exact(f"star of {n}", structural_virality(star), 2 - 2 / n, 1e-12))
        said.append(exact(f"path of {n}", structural_virality(path), (n + 1) / 3, 1e-12))
    tree = _binary(1023)
    tree[0] = -1
    said.append(exact("complete binary tree of 1023", structural_virality(tree), 14.066574, 1e-6))
    lone = structural_virality(np.array([-1]))
    said.append(holds("a lone node", "not defined", str(lone), bool(np.isnan(lone))))
    rng = np.random.default_rng(setting.seed)
    name = rng.permutation(1023)
    renamed = np.empty(1023, dtype=np.int64)
    renamed[name] = np.where(tree < 0, -1, name[tree])
    said.append(
        exact("the same tree under other names", structural_virality(renamed), structural_virality(tree), 1e-12)
    )
    return said


def lone_share(setting: Setting) -> list[Number]:
    """The share of cascades that stay alone is the mean of (1 - p)^followers over seeds."""
    network = graphs.heavy_tailed(50_000, 8.0, 2.3, seed=2)
    seeds = np.random.default_rng(setting.seed).integers(0, network.members, (200_000, 1))
    p = 0.5 / 8.0
    sizes = classic.independent_cascade(
        network, seeds, p, worlds=len(seeds), seed=setting.seed, threads=setting.threads
    )
    chance = (1 - p) ** network.follower_count()[seeds[:, 0]].astype(float)
    return [mean("difference of the two, over the same seeds", (sizes == 1) - chance, 0.0)]


def rare_giants(setting: Setting) -> list[Number]:
    """On a scale-free network with R about 0.5 a few in a million become large."""
    network = graphs.heavy_tailed(1_000_000, 5.0, 2.3, seed=5)
    seeds = np.random.default_rng(setting.seed).integers(0, network.members, (1_000_000, 1))
    sizes = classic.independent_cascade(
        network, seeds, 0.1, worlds=len(seeds), seed=setting.seed, threads=setting.threads
    )
    x = np.unique(np.geomspace(1, sizes.max(), 60).astype(int)).astype(float)
    ccdf = np.array([(sizes >= k).mean() for k in x])
    setting.pictures.append(
        Picture(
            "A million cascades on a scale-free network",
            "size",
            "share at least so large",
            (("simulated", x, ccdf, False),),
            log_x=True,
            log_y=True,
        )
    )
    return [between("P(size >= 100)", float((sizes >= 100).mean()), 1e-5, 1e-2)]


def real_trees(setting: Setting) -> list[Number]:
    """Structural virality of every recorded tree is the one that came with the data."""
    said = []
    for folder, files in (("weibo-sample", ["trees"]), ("twitter15-trees", ["trees-1", "trees-2"])):
        stored = {}
        with gzip.open(setting.file(folder, "cascades.tsv.gz"), "rt", encoding="utf-8") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                stored[row["cascade"]] = float(row["structural_virality"] or "nan")
        parents: dict[str, list[int]] = {}
        for name in files:
            with gzip.open(setting.file(folder, f"{name}.tsv.gz"), "rt", encoding="utf-8") as stream:
                for row in csv.DictReader(stream, delimiter="\t"):
                    parents.setdefault(row["cascade"], []).append(int(row["parent"]))
        ours = {key: structural_virality(np.array(tree)) for key, tree in parents.items() if len(tree) > 1}
        off = max(abs(ours[key] - stored[key]) for key in ours)
        said.append(exact(f"{folder}: largest difference over {len(ours):,} trees", off, 0.0, 1e-4))
        x = np.array([len(parents[key]) for key in ours], dtype=float)
        y = np.array(list(ours.values()))
        setting.pictures.append(
            Picture(
                f"Structural virality against size, {folder}",
                "size",
                "structural virality",
                (("real cascades", x, y, False), ("star, 2 - 2/n", np.sort(x), 2 - 2 / np.sort(x), True)),
                True,
                True,
                True,
            )
        )
    return said


CHECKS = (
    Check(
        "CHECK-1, 2",
        "Structural virality of known trees",
        "trees",
        "Goel et al. 2016; by hand",
        known_trees,
        parameters="stars and paths of 2 to 100, binary tree of 1,023, one node",
        tolerance=EXACT,
    ),
    Check(
        "CHECK-4",
        "Cascades that stay alone",
        "independent cascade",
        "exact given the seeds",
        lone_share,
        parameters="50,000 members, follower tail exponent 2.3, p 0.0625; 200,000 worlds",
        tolerance=MEAN,
    ),
    Check(
        "CHECK-3",
        "Rare giants on a scale-free network",
        "independent cascade",
        "Goel et al. 2016, numbers from memory",
        rare_giants,
        full=True,
        gates=False,
        parameters="1,000,000 members, follower tail exponent 2.3, mean 5, p 0.1; 1,000,000 worlds",
        tolerance=DIRECTION,
    ),
    Check(
        "REAL-1",
        "Structural virality of real trees",
        "trees",
        "columns that come with the data",
        real_trees,
        full=True,
        parameters="1,490 trees of Twitter15, 30 of Weibo",
        tolerance="1e-4: the stored columns have four decimals",
    ),
)
