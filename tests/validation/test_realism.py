"""Fits of the realism checks: what made the posts is found, and trees are read as they are."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from viralsim.validation.check import REPRODUCES, SKIPPED, Setting
from viralsim.validation.realism import CHECKS, RESHARE, Posts, auspol, fitted, twitter
from viralsim.validation.registry import run_check


def posts_of(number: int, elasticity: float, sd: float) -> Posts:
    """Direct shares Poisson around a lognormal mean in followers; each share brings a Poisson number more."""
    rng = np.random.default_rng(3)
    followers = np.round(np.exp(rng.normal(7.0, 1.3, number)))
    direct = rng.poisson(np.exp(-3.0 + elasticity * np.log(followers) + sd * rng.standard_normal(number)))
    total, new = direct.copy(), direct
    while new.any():
        new = rng.poisson(RESHARE * new)
        total = total + new
    return Posts(followers, total.astype(np.float64))


def test_fit_finds_what_made_the_posts() -> None:
    level, elasticity, sd = fitted(posts_of(2000, 0.4, 1.1), None, True)
    assert level == pytest.approx(-3.0, abs=0.35)
    assert elasticity == pytest.approx(0.4, abs=0.05)
    assert sd == pytest.approx(1.1, abs=0.1)


def test_fit_with_all_alike_has_the_mean() -> None:
    """One appeal, impressions in proportion to followers: the mean of the law is that of the posts."""
    posts = posts_of(2000, 1.0, 0.0)
    level, elasticity, sd = fitted(posts, 1.0, False)
    assert (elasticity, sd) == (1.0, 0.0)
    expected = np.exp(level) * posts.followers.sum() / (1 - RESHARE)
    assert expected == pytest.approx(posts.shares.sum(), rel=0.02)


def test_trees_are_read_as_they_are(tmp_path: Path) -> None:
    """Halves by the number of the tweet; children of the root; the time to half; shares within a week alone."""
    folder = tmp_path / "twitter15-trees"
    folder.mkdir()
    nodes = "cascade\tnode\tparent\tuser\tdelay\tkind\n"
    rows = [
        "0\t0\t-1\t1\t0\tS",
        "0\t1\t0\t2\t4\tR",
        "0\t2\t1\t3\t10\tR",
        "1\t0\t-1\t1\t0\tS",
        "1\t1\t0\t2\t-3\tR",
        "1\t2\t0\t3\t8\tR",
    ]
    with gzip.open(folder / "trees-1.tsv.gz", "wt") as stream:
        stream.write(nodes + "\n".join(rows) + "\n")
    with gzip.open(folder / "trees-2.tsv.gz", "wt") as stream:
        stream.write(nodes)
    head = "cascade\tsource\tlabel\tsize\tdepth\tmax_breadth\tstructural_virality\tduration\n"
    with gzip.open(folder / "cascades.tsv.gz", "wt") as stream:
        stream.write(head + "0\t900\ttrue\t3\t2\t1\t1.3333\t10\n1\t100\ttrue\t3\t1\t2\t1.3333\t8\n")
    early, late, within = twitter(Setting(data=tmp_path))
    assert (early.direct.tolist(), late.direct.tolist()) == ([2.0], [1.0])
    assert (early.half.tolist(), late.half.tolist()) == ([0.0], [4.0])
    np.testing.assert_allclose(np.sort(within), [0.0, 2.0])
    folder = tmp_path / "auspol-retweets"
    folder.mkdir()
    with gzip.open(folder / "events.tsv.gz", "wt") as stream:
        stream.write("cascade\tseconds\tuser\tfollowers\n0\t0\t1\t50\n0\t9\t2\t7\n0\t999999\t3\t7\n1\t0\t4\t0\n")
    fit, judged = auspol(Setting(data=tmp_path))
    assert (fit.followers.tolist(), fit.shares.tolist()) == ([50.0], [1.0])
    assert (judged.followers.tolist(), judged.shares.tolist()) == ([1.0], [0.0])


def test_without_the_data_they_are_skipped(tmp_path: Path) -> None:
    outcomes = [run_check(check, Setting(data=tmp_path)) for check in CHECKS]
    assert {outcome.verdict for outcome in outcomes} == {SKIPPED}
    assert REPRODUCES not in {outcome.verdict for outcome in outcomes}
