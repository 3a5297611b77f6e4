"""Rows that a scenario draws from are the predictions that were judged, corrections included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from viralsim.calibration import next_post
from viralsim.calibration.calibrating import new_posts
from viralsim.calibration.observed import from_table
from viralsim.calibration.recalibration import BetaMap

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


def account() -> pd.DataFrame:
    """Posts of which each is seen some thousand and shared some hundred times."""
    generator = np.random.default_rng(7)
    impressions = generator.poisson(np.exp(generator.normal(9.0, 0.6, 90)))
    return pd.DataFrame({"impressions": impressions, "shares": generator.binomial(impressions, 0.03)})


@pytest.mark.parametrize("learnt", [BetaMap(), BetaMap(1.05, 0.73), BetaMap(0.7, 1.3)])
def test_rows_have_the_corrections_of_predictions(learnt: BetaMap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts drawn from the rows have the quantiles of the next post, whatever correction past predictions call for."""
    monkeypatch.setattr(BetaMap, "fit", classmethod(lambda cls, pits: learnt))
    past = account()
    rows, predicted = new_posts(from_table(past), seed=1), next_post(past, draws=1000, seed=1)
    generator = np.random.default_rng(3)
    impressions = generator.poisson(rows["impressions"].to_numpy())
    shares = generator.binomial(impressions, rows["share_rate"].to_numpy())
    assert_allclose(np.quantile(impressions, LEVELS), predicted["impressions"].quantile(LEVELS), rtol=0.08)
    assert_allclose(np.quantile(shares, LEVELS), predicted["shares"].quantile(LEVELS), rtol=0.08)
    assert rows["share_rate"].between(0.0, 1.0).all()
