"""Wrong arguments of what takes a curve or a cascade; see ``wrong_arguments``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from wrong_values import COUNT, FLAG, INF, NAN, NETWORKS, PATH, PROGRESS, SCENARIO, SCENARIOS, SEEDS, THREADS, Wrong

import viralsim as vs

LATE = SCENARIO.override({"arms": {"organic": {}, "late": {}}, "horizon": "1d"})
RUN = vs.simulate(SCENARIO, worlds=40, repeat_trust=False)
EVENTS = pd.DataFrame({"post_id": ["a", "a", "b"], "hours": [0.0, 2.0, 0.0]})
HOURS = [None, 3, "soon", [], [1.0], [0.0, -1.0], [0.0, NAN], [0.0, INF], [0.0, 99.0], [[0.0]], ["a"]]
AT = [0, -1, NAN, INF, "1h", None, True, [1.0]]
SHARES = [3, "many", [], [1.0], [-1, 2], [2, 1], [0.5, 1], [NAN, 1], [1, 2]]
LEFT = [-1, NAN, INF, "5", True, [1]]
ARM_NAMES = ["late", ["fame"], [3], 3, {"late": 1}, ["organic"]]
EVENT_TABLES = [
    None,
    3,
    "events.csv",
    [0.0],
    EVENTS[["hours"]],
    EVENTS[["post_id"]],
    EVENTS.assign(hours=-1.0),
    EVENTS.iloc[1:2],
]
WHO = [None, 3, [9], [0, 0], ["zoe"], [0.5, 1], [0]]

FORECASTS: dict[Callable[..., Any], tuple[dict[str, Any], Wrong]] = {
    vs.forecasting.fit: (
        {"events": EVENTS},
        {"events": EVENT_TABLES, "horizon_hours": [0, -1, NAN, INF, "7d", True], "seed": [*SEEDS[:-2], None]},
    ),
    vs.forecasting.arms: (
        {"scenario": LATE, "hours": [0.0, 2.0], "at_hours": 2.0, "worlds": 2},
        {
            "scenario": SCENARIOS, "hours": HOURS, "at_hours": [*AT, 1.0], "shares": SHARES,
            "population": [3, "past", EVENTS], "arms": ARM_NAMES, "worlds": [*COUNT[:-1], 10**9], "seed": SEEDS,
            "budget_left": LEFT, "advocates_left": [*LEFT, 1.5], "threads": THREADS, "progress": PROGRESS,
        },
    ),
    vs.forecasting.review: (
        {"result": RUN, "hours": [0.0, 2.0], "at_hours": 2.0, "worlds": 40, "what_differs": False},
        {
            "result": [None, 3, "nowhere", [RUN], b"x"], "hours": HOURS, "at_hours": [*AT, 1.0], "shares": SHARES,
            "arms": ["organic", ["fame"], [3], 3, {"organic": 1}], "what_differs": FLAG, "worlds": [*COUNT, 38],
            "threads": THREADS, "scenario": [3, "x.yaml"],
        },
    ),
    vs.replay.cascade: (
        {"network": PATH, "members": [0, 1], "times": [0, 1]},
        {
            "network": NETWORKS, "members": WHO, "times": [None, 3, "ab", [0], [0, -1], [0, NAN], [[0, 1]], ["a", "b"]],
            "until": [0.5, -1, NAN, INF, "1", True, [1]], "tick": [0, -1, NAN, INF, "1", None, True],
            "probability": [0.5, -1, 2, NAN, "fame", [1]], "mean_delay": [2, 0.5, NAN, "1", True],
            "model": ["linear_threshold", "fame", 3, None], "draws": [*COUNT, 10**9], "seed": [*SEEDS, None],
        },
    ),
    vs.replay.lost_branch: (
        {"nodes": [0, 1, 2], "parents": [-1, 0, 1], "node": 1},
        {
            "nodes": [None, 3, [], [0, 0, 1], [0, 1]], "parents": [None, 3, [], [1, 0, 1], [0, 1]],
            "node": [7, None, "a", np.nan],
        },
    ),
}  # fmt: skip
