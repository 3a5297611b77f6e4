"""How often a field test must be run: against the closed form for normal estimates, and in words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nct, t

import viralsim as vs
from viralsim.decisions.estimators import Estimated
from viralsim.decisions.power import LAUNCHES, repeated

FEW = """
viralsim: 1
name: few
seed: 8
worlds: 60
horizon: 24h
audience: {members: 400, communities: {count: 8, mixing: 0.05}}
channels:
  x: {cpm_usd: 10, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.02, conversion_rate: 0.05, value_usd: 5}
campaign:
  content: c
  owned: [{channel: x, followers: 100, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
goal: {measure: conversions}
field_test: {treatment: paid, control: organic, measure: conversions, units: [community]}
"""


def power_of(launches: int, effect: float) -> float:
    """Of Student's two-sided test of a mean at 5 %, standard deviation 1."""
    reach = t.ppf(0.975, launches - 1)
    shift = effect * np.sqrt(launches)
    return float(nct.sf(reach, launches - 1, shift) + nct.cdf(-reach, launches - 1, shift))


@pytest.mark.parametrize("effect", [0.5, 0.8, 1.25, 2.0])
def test_the_fewest_launches_by_the_noncentral_t(effect: float) -> None:
    """Estimates scatter normally around the effect: the power of so many launches is the noncentral t's, the coverage 95 %."""
    rng = np.random.default_rng(1)
    found = [Estimated(effect + error, 1.0, 5.0) for error in rng.standard_normal(4000)]
    again = repeated(found, np.full(4000, effect), effect, False, 1)
    needed = next(launches for launches in LAUNCHES if power_of(launches, effect) >= 0.8)
    assert again is not None
    assert abs(LAUNCHES.index(again.launches) - LAUNCHES.index(needed)) <= 1
    assert again.power == pytest.approx(power_of(again.launches, effect), abs=0.04)
    assert again.coverage == pytest.approx(0.95, abs=0.02)


def test_a_bias_stays() -> None:
    """Estimates that see half of the effect: many launches see something, and their interval seldom holds the truth."""
    rng = np.random.default_rng(2)
    found = [Estimated(0.5 + error, 1.0, 5.0) for error in rng.standard_normal(2000)]
    again = repeated(found, np.ones(2000), 1.0, False, 1)
    assert again is not None
    assert again.launches > 20
    assert again.coverage < 0.5


def test_what_cannot_be_seen() -> None:
    """An effect far below the scatter, one world alone, and estimates without a spread."""
    rng = np.random.default_rng(3)
    found = [Estimated(error, 1.0, 5.0) for error in rng.standard_normal(500)]
    assert repeated(found, np.full(500, 0.01), 0.01, False, 1) is None
    assert repeated([Estimated(1.0, 0.1, 3.0)], np.ones(1), 1.0, False, 1) is None
    assert repeated([Estimated(1.0, 0.1, 3.0)] * 30, np.ones(30), 1.0, False, 1) is None


def test_the_page_says_what_is_needed() -> None:
    """Eight communities and few conversions: one launch is too little, and the sentences say how many would do."""
    report = vs.field_test(vs.loads(FEW), threads=1)
    best = report.recommended
    said = " ".join(report.sentences())
    assert best.repeated is not None
    assert f"{best.repeated.launches} launches" in said
    assert report.to_dict()["designs"][0]["launches"] == report.judged[0].repeated.launches
