"""Chances as small as one in ten thousand come with an interval that keeps its promise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import binom
from test_enough_worlds import KNOWN

import viralsim as vs
from viralsim.cli.chance import chance as command
from viralsim.errors import InputError
from viralsim.experiments.rare_events import rare_chances
from viralsim.measurement.intervals import clopper_pearson, wilson
from viralsim.scenario.loading import loads

RARE = KNOWN.replace("count: 5", "count: 12").replace("willingness: 0.6", "willingness: 0.4640")


@pytest.mark.parametrize(("worlds", "chance"), [(100_000, 1e-4), (20_000, 1e-4), (1000, 0.003), (1000, 0.2), (50, 0.5)])
def test_exact_coverage(worlds: int, chance: float) -> None:
    """Clopper and Pearson cover in at least 95 %, summed over all outcomes; Wilson is near, and below where it is known to be."""
    k = np.arange(worlds + 1)
    mass = binom.pmf(k, worlds, chance)
    k = k[mass > 1e-13]
    mass = mass[mass > 1e-13]
    exact = np.array([low <= chance <= high for low, high in (clopper_pearson(int(i), worlds) for i in k)])
    score = np.array([low <= chance <= high for low, high in (wilson(int(i), worlds) for i in k)])
    assert mass @ exact >= 0.95 - 1e-9
    assert 0.93 <= mass @ score <= 0.975


def test_limits_at_the_ends() -> None:
    """No hit and only hits give the closed forms of the exact interval."""
    low, high = clopper_pearson(0, 300)
    assert low == 0.0
    assert high == pytest.approx(1 - 0.025 ** (1 / 300), rel=1e-12)
    low, high = clopper_pearson(300, 300)
    assert high == 1.0
    assert low == pytest.approx(0.025 ** (1 / 300), rel=1e-12)


def test_one_in_ten_thousand() -> None:
    """All of twelve advocates post with chance 0.464 each: 1 world in 10,000, and the interval says so."""
    truth = 0.4640**12
    assert 1 / truth == pytest.approx(10_000, rel=0.01)
    found = rare_chances(loads(RARE), 100_000, criterion={"shares_at_least": 12}, arms=("advocates",))["advocates"]
    assert found.worlds == 100_000
    assert found.low <= truth <= found.high
    assert found.high < 2.5 * truth
    assert "1 in" in found.sentence


def test_counts_are_those_of_the_run() -> None:
    """The worlds are those that simulate runs, in however many blocks."""
    scenario = loads(KNOWN)
    counted = rare_chances(scenario, 700, criterion={"shares_at_least": 5})
    result = vs.simulate(scenario, worlds=700, repeat_trust=False)
    for arm in ("organic", "advocates"):
        assert counted[arm].hits == int((result.arm(arm).measures["shares"] >= 5).sum())
    assert counted["organic"].hits == 0
    assert "in none of 700 worlds; at most 1 in" in counted["organic"].sentence


def test_several_audiences_are_refused_here() -> None:
    """Worlds of one audience are no independent trials."""
    with pytest.raises(InputError, match="populations"):
        rare_chances(loads(KNOWN).override({"populations": 2}), 10)


def test_chance_command(tmp_path: Path) -> None:
    """The command counts and says the chance in words, or as one JSON object; a wrong criterion is refused."""
    path = tmp_path / "k.yaml"
    path.write_text(KNOWN)
    asked = [str(path), "--worlds", "300", "--criterion", "shares_at_least=5"]
    said = json.loads(CliRunner().invoke(command, [*asked, "--json"], catch_exceptions=False).stdout)
    assert said["advocates"]["hits"] == pytest.approx(300 * 0.6**5, rel=0.6)
    assert said["advocates"]["chance"] == said["advocates"]["hits"] / 300
    assert "organic: in none of 300 worlds" in CliRunner().invoke(command, asked, catch_exceptions=False).stdout
    for wrong in ("shares_at_least", "shares_at_least=many", "likes_at_least=4"):
        with pytest.raises(InputError, match="criterion"):
            CliRunner().invoke(command, [str(path), "--worlds", "5", "--criterion", wrong], catch_exceptions=False)
