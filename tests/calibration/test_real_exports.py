"""Next posts of real accounts, the last 40 % by time, one step ahead, from the exports as the platforms wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("files", "options"),
    [
        ("facebook-moro/dataset_Facebook.csv", {"keep_doubtful": True}),
        pytest.param("ropensci-x-exports/tweet_activity_metrics_*.csv", {}, marks=pytest.mark.slow),
    ],
)
def test_coverage_and_crps_of_later_posts(files: str, options: dict[str, bool]) -> None:
    """Intervals hold what they say within 2.5 standard errors, at a CRPS near the best simple prediction.

    Those of 80 % may be off by the 5 points of REAL-7, where that is more: rOpenSci's impressions are 2.4 to 3.2
    standard errors too wide by the seed of the PITs, before draws were even and since.
    """
    paths = sorted(DATA.glob(files))
    if not paths:
        pytest.skip(f"real data are absent: {DATA / files}")
    found = vs.calibration.backtest(vs.posts.read(paths, **options))
    table = found.table().set_index(["method", "measure"]).loc["calibrated"]
    for measure in ("impressions", "shares"):
        row = table.loc[measure]
        assert abs(row["covers_80"] - 0.80) < max(2.5 * row["error_80"], 0.05)
        assert abs(row["covers_95"] - 0.95) < 2.5 * row["error_95"]
        assert found.relative_crps(measure) < 1.03
