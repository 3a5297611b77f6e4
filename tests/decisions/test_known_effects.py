"""Field tests on small graphs side by side, whose exact total effect comes from all live-edge graphs of one of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

import viralsim as vs
from viralsim.validation.cascades import SMALL, cascade_law

COPIES = 24
COPIED = """
viralsim: 1
name: copies of a small graph
seed: 3
worlds: 600
horizon: 30h
tick: 1h
audience: {{participation: null, members_file: {members}}}
channels: {{feed: {{network: {{file: {edges}, edge_means: "source reaches target"}}, visibility: {visibility}}}}}
content: {{post: {{appeal: {appeal}}}}}
campaign:
  content: post
  advocates: {{choose: {{members: [{asked}]}}, posts_at: [0h], willingness: 1.0}}
arms:
  organic: {{campaign.advocates: null}}
  asked: {{}}
baseline: organic
goal: {{measure: shares}}
field_test: {{treatment: asked, control: organic, measure: shares, units: [community, member]}}
"""


def coverage_of_t(masses: np.ndarray, units: int) -> float:
    """How often the 95 % t interval of a mean of so many sizes holds their mean: less than 95 % where sizes are skewed."""
    sizes = np.random.default_rng(0).choice(len(masses), p=masses, size=(100_000, units))
    off = np.abs(sizes.mean(axis=1) - masses @ np.arange(len(masses)))
    return float((off <= t.ppf(0.975, units - 1) * sizes.std(axis=1, ddof=1) / np.sqrt(units)).mean())


@pytest.mark.parametrize(
    "name",
    [pytest.param("path of 4", marks=pytest.mark.slow), "diamond", pytest.param("ring of 5", marks=pytest.mark.slow)],
)
def test_the_effect_is_that_of_all_live_edge_graphs(name: str, tmp_path: Path) -> None:
    """One advocate in each copy, who posts: in all the copies the mean size of a cascade from them, told by enumeration.

    Copies do not touch: assigned whole they are unbiased, within 4.5 standard errors of the exact effect, and their intervals hold
    it as often as twelve cascades allow, 92 to 95 %: nobody in control shares, so it is the interval of a mean. Assigned member
    by member shares of the treated are credited to members in control, and the estimate falls short where copies spread.
    """
    edges, p, known = SMALL[name]
    size, visibility = 1 + max(max(edge) for edge in edges), 0.5 + p / 2
    masses = cascade_law(size, edges, p)
    exact = COPIES * float(masses @ np.arange(size + 1))
    assert exact == pytest.approx(COPIES * known, abs=1e-3)
    ties = "".join(f"{size * i + u},{size * i + v}\n" for i in range(COPIES) for u, v in edges)
    (tmp_path / "edges.csv").write_text("source,target\n" + ties)
    places = "".join(f"{size * i + u},{i}\n" for i in range(COPIES) for u in range(size))
    (tmp_path / "members.csv").write_text("id,community\n" + places)
    asked = ", ".join(str(size * i) for i in range(COPIES))
    text = COPIED.format(
        members="members.csv", edges="edges.csv", visibility=visibility, appeal=p / visibility, asked=asked
    )
    (tmp_path / "copies.yaml").write_text(text)
    found = vs.field_test(tmp_path / "copies.yaml", worlds=600, seed=1)
    assert abs(found.effect - exact) < 4.5 * (found.high - found.low) / 3.92
    by = {(one.unit, one.estimator): one.quality for one in found.judged}
    for estimator in ("difference_in_means", "cluster_robust"):
        quality = by["community", estimator]
        error = (quality.bias_high - quality.bias_low) / 3.92
        assert abs(quality.bias + found.effect - exact) < 4.5 * error
        held = coverage_of_t(masses, COPIES // 2)
        assert abs(quality.coverage - held) < 4.5 * np.sqrt(held * (1 - held) / 600)
    alone = by["member", "difference_in_means"]
    assert alone.bias < -0.2 * exact
    assert alone.bias_high < 0
