"""Times from post to share, learnt from curves: what made them is found, and simulated posts have it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from test_calibrate import TEXT, account

import viralsim as vs
from viralsim.calibration.timing import lognormal_like, timing_of
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.forecasting.post_law import SHIPPED

MEDIAN, SPREAD = 3.0, 0.7  # hours, of a typical post; of the logarithm of the time scales


def curves(path: Path, posts: int) -> Path:
    """Single shares of posts without reshares: exponential times, a scale per post."""
    generator = np.random.default_rng(4)
    rows = []
    for post in range(posts):
        mean = MEDIAN / np.log(2.0) * np.exp(generator.normal(0.0, SPREAD))
        times = np.sort(generator.exponential(mean, generator.poisson(60)))
        rows += [(post, hours, 168) for hours in times[times < 168]]
    pd.DataFrame(rows, columns=["post_id", "hours", "observed_until"]).to_csv(path, index=False)
    return path


def test_times_are_found(tmp_path: Path) -> None:
    """Half of a typical post's shares come within the median; time scales have their spread."""
    found = timing_of(curves(tmp_path / "curves.csv", 60), 168.0, seed=1)
    assert found.posts == 60
    # a curve cannot tell late answers from shares of shares: the law gives some of them to the second
    assert found.median_hours == pytest.approx(MEDIAN, rel=0.4)
    assert found.spread == pytest.approx(SPREAD, abs=0.25)


def test_quartiles_are_kept() -> None:
    """The lognormal has the median and the quartiles' ratio of the Lomax law."""
    median, sigma = lognormal_like(SHIPPED)
    scale, shape = np.exp(SHIPPED.scale), SHIPPED.arrival_shape
    assert 1 - (1 + median / scale) ** -shape == pytest.approx(0.5)
    low, high = (scale * ((1 - level) ** (-1 / shape) - 1) for level in (0.25, 0.75))
    assert np.exp(2 * 0.6744898 * sigma) == pytest.approx(high / low, rel=1e-6)


def test_the_command_learns_times_and_simulated_posts_have_them(tmp_path: Path) -> None:
    """The calibrated scenario's posts have half of their shares by the learnt median; the answer says so."""
    account(1, 60).to_csv(tmp_path / "posts.csv", index=False)
    (tmp_path / "s.yaml").write_text(TEXT)
    words = ["calibrate", str(tmp_path / "s.yaml"), "--data", str(tmp_path / "posts.csv"), "--threads", "1"]
    words += [
        "--curves",
        str(curves(tmp_path / "curves.csv", 30)),
        "--horizon",
        "7d",
        "--out",
        str(tmp_path / "out"),
        "--json",
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert "channels.x.impression_delay" in said["of"]
    scenario = vs.load(tmp_path / "out" / "calibrated.yaml")
    law = scenario.spec.channels["x"].impression_delay
    assert law is not None
    assert law.lognormal is not None
    assert law.lognormal.median == pytest.approx(said["timing"]["median_hours"], rel=1e-3)
    arm = vs.simulate(scenario, worlds=400, threads=1, arms=["owned_only"]).arms["owned_only"]
    half = float(np.nanmedian(arm.measures["half_time_hours"]))
    # a share comes at the earliest a tick after it is seen
    assert half == pytest.approx(said["timing"]["median_hours"] + 1.0, rel=0.35)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("post_id,hours\n" + "".join(f"{i},1\n" for i in range(7)), "7 curves; 8 are the fewest"),
        ("post_id,hours\n1,-2\n", "curves.csv:2"),
        ("post_id,fame\n1,2\n", "curves.csv"),
        ("post_id,hours,shares\n1,1,5\n1,2,3\n", "curves.csv:3"),
        ("post_id,hours,shares,observed_until\n1,1,5,0.5\n", "curves.csv:2"),
    ],
)
def test_bad_curves_are_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "curves.csv").write_text(text)
    with pytest.raises(InputError, match=why):
        timing_of(tmp_path / "curves.csv", 168.0, seed=1)
