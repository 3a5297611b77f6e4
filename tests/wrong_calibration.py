"""Wrong arguments of what takes past posts; see ``wrong_arguments``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from wrong_values import COUNT, FLAG, INF, NAN, PLACE, SCENARIO, SCENARIOS, SEEDS, THREADS, Wrong

import viralsim as vs

PAST = pd.DataFrame({"impressions": np.arange(100, 130), "shares": np.arange(30), "followers": np.arange(1000, 1030)})


def changed(**columns: Any) -> pd.DataFrame:
    """The past posts with other columns."""
    return PAST.assign(**columns)


PASTS = [
    None, 3, "posts.csv", [1, 2], {"shares": [1]}, PAST.iloc[:7], PAST.iloc[:0], PAST[["shares"]], PAST[["impressions"]],
    changed(shares=-1), changed(shares=INF), changed(shares="many"), changed(shares=10_000), changed(shares=0),
    changed(impressions=NAN), changed(followers=0), changed(paid=1), changed(published_at="yesterday"), changed(published_at=3),
]  # fmt: skip
HOURS = [0, -1, NAN, INF, "7d", True, [1]]
FOLLOWERS = [0, -5, NAN, INF, "many", True, [5]]
NAME = [3, True, "nowhere", b"x", ["x"]]

CALIBRATION: dict[Callable[..., Any], tuple[dict[str, Any], Wrong]] = {
    vs.calibrate: (
        {"scenario": SCENARIO, "past": PAST},
        {
            "scenario": SCENARIOS, "past": PASTS, "seed": [*SEEDS, None], "channel": NAME, "content": NAME,
            "horizon_hours": HOURS, "threads": THREADS, "curves": [3, True, "nowhere.csv", ["curves.csv"]],
        },
    ),
    vs.calibration.next_post: (
        {"past": PAST, "draws": 10},
        {"past": PASTS, "followers": FOLLOWERS, "draws": [*COUNT, 10**9], "seed": [*SEEDS, None]},
    ),
    vs.calibration.backtest: (
        {"past": PAST},
        {"past": PASTS, "held_out": [0, 1, -1, NAN, INF, "0.4", None, True, [0.4]], "seed": [*SEEDS, None]},
    ),
    vs.posts.read: (
        {"paths": "posts.csv"},
        {
            "paths": [*PLACE, "nowhere.csv", [], [3], None], "map": [3, "shares", ["shares"], {"shares": 3}, {"fame": "x"}],
            "keep_doubtful": FLAG, "replies": FLAG, "horizon_hours": HOURS,
        },
    ),
}  # fmt: skip
