"""Wrong arguments of what takes a scenario or a result; see ``wrong_arguments``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrong_values import (
    ARM,
    ARMS,
    COUNT,
    FLAG,
    INF,
    MEMBERS,
    NAN,
    NOT_WHOLE,
    PATH,
    PLACE,
    PROGRESS,
    RESULT,
    SCENARIO,
    SCENARIOS,
    SEEDS,
    SMALL,
    STUDY,
    TEXT,
    THREADS,
    TIER,
    Wrong,
)

import viralsim as vs
from viralsim import advocates, experiments

UNSURE = SCENARIO.override(
    {
        "content.c.value_usd": 5,
        "content.c.conversion_rate": 0.1,
        "uncertain": {"content.c.appeal": {"from": 0.1, "to": 0.3}},
        "variants": {"social": {"content.c.reinforcement": {"social": {"gain": 0.5, "cap": 3}}}},
    }
)

SWEPT = SCENARIO.override({"sweep": {"parameters": {"content.c.appeal": {"from": 0.1, "to": 0.3, "steps": 2}}}})

# function -> (a call that works, argument -> values that do not). What an argument may be None for is not listed with None.
STUDIES: dict[Callable[..., Any], tuple[dict[str, Any], Wrong]] = {
    vs.load: ({"path": "x"}, {"path": [*PLACE, "nowhere.yaml"]}),
    vs.loads: ({"text": SMALL}, {"text": TEXT, "folder": [3, None, b"x"], "file": TEXT}),
    vs.simulate: (
        {"scenario": SCENARIO, "worlds": 2},
        {
            **STUDY,
            "worlds": [*COUNT[:-1], 10**9],
            "arms": ARMS,
            "repeat_trust": FLAG,
            "on_answer": PROGRESS,
            "what_turns_it": FLAG,
            "until": [
                3,
                "shares",
                [],
                {"measure": "fame", "half_width": 1},
                {"measure": "shares"},
                {"measure": "shares", "half_width": NAN},
            ],
        },
    ),
    vs.open_result: ({"path": "x"}, {"path": [*PLACE, "nowhere"]}),
    vs.how_much_luck: (
        {"scenario": SCENARIO, "worlds": 2, "contents": 2},
        {
            **STUDY,
            "worlds": [*COUNT, 1],
            "contents": [*COUNT[:-1], 1],
            "measure": ["fame", 3, "", ["shares"]],
            "arms": ARMS,
            "spread": [1.0, 0, NAN, INF, "2", None, True],
        },
    ),
    vs.field_test: (
        {"scenario": UNSURE, "worlds": 20, "treatment": "paid", "control": "organic", "measure": "shares"},
        {
            **STUDY,
            "worlds": [*COUNT[:-1], 19],
            "treatment": [*ARM, "organic", None],
            "control": [*ARM, "paid", None],
            "measure": ["fame", 3, ["shares"], "net_usd", None],
            "units": ["member", ["members"], [3], 3, {"member": 1}],
            "share": [0, 1, -0.5, NAN, "0.5", True, [0.5]],
        },
    ),
    vs.discover: (
        {"folder": "x"},
        {
            "folder": [*PLACE, "nowhere"],
            "above": [NAN, INF, "2", True, [1]],
            "below": [NAN, INF, "2", True, [1]],
            "seed": SEEDS,
            "progress": PROGRESS,
        },
    ),
    vs.robust: (
        {"scenario": UNSURE, "worlds": 2},
        {
            **STUDY,
            "worlds": COUNT[:-1],
            "arms": [*ARMS, ["paid"]],
            "measure": ["fame", 3, ["shares"], "structural_virality"],
        },
    ),
    vs.value_of_information: (
        {"scenario": UNSURE, "worlds": 50},
        {
            **STUDY,
            "worlds": [*COUNT[:-1], 49],
            "arms": [*ARMS, ["paid"]],
            "measure": ["fame", 3, None, ["shares"], "shares"],
            "value_per_unit": [0, -1, NAN, INF, "2", True, 3],
            "groups": [
                3,
                ["a"],
                {"": ["content.c.appeal"]},
                {"a": []},
                {"a": "content.c.appeal"},
                {"a": ["content.c"]},
                {3: []},
            ],
            "surveys": [3, "30", [0], [2.5], [True], {30: 1}, None],
        },
    ),
    vs.ViralityModel: (
        {"scenario": SCENARIO},
        {
            "scenario": SCENARIOS,
            "arm": ARM,
            "world": [*NOT_WHOLE, -1, 2**70],
            "brand": ["b", None, int, advocates.Tier],
            "seed": [2.5, NAN, True, "3", -1, 2**64, {}],
            "rng": [2.5, NAN, True, "3", -1, 2**64, {}, [-1]],
            "advocate": ["a", None, int],
            "launch": [-1, 1, 0.5, "x", None],
            "community_manager": ["m", None, int],
        },
    ),
    advocates.Tier: ({"scenario": SCENARIO}, {**STUDY, "arm": [*ARM, "organic"], "worlds": COUNT}),
    advocates.find: (
        {"scenario": SCENARIO, "count": 2, "worlds": 2},
        {
            **STUDY,
            "count": COUNT[:-1],
            "strategy": ["degre", 3, {}, {"degree": 1, "core": 2}, ["degree"]],
            "compare": ["core", ["cor"], [3], 3],
            "arm": [*ARM, "organic"],
            "worlds": COUNT[:-1],
        },
    ),
    advocates.remove: (
        {"tier": TIER, "member": 0, "world": 0},
        {"tier": SCENARIOS, "member": [60, -1, 0.5, "a", None, True], "world": [*NOT_WHOLE, -1, None]},
    ),
    advocates.add: (
        {"tier": TIER, "member": 0, "world": 0},
        {"tier": SCENARIOS, "member": [60, -1, 0.5, "a", None, True], "world": [*NOT_WHOLE, -1, None]},
    ),
    advocates.shapley: (
        {"tier": TIER, "members": [0, 1], "orders": 1},
        {
            "tier": [None, 3, SCENARIO],
            "members": [*MEMBERS, [], [1, 1], list(range(21))],
            "orders": COUNT,
            "seed": SEEDS,
            "measure": ["fame", 3, ""],
        },
    ),
    advocates.curve: (
        {"tier": TIER, "counts": [1]},
        {
            "tier": [None, 3, SCENARIO],
            "counts": [3, None, [], [0], [2.5], [True], ["1"], [-1]],
            "choose": ["degre", 3, {}],
        },
    ),
    advocates.equal_money: (
        {"scenario": SCENARIO, "worlds": 2},
        {**STUDY, "arm": [*ARM, "organic"], "against": ["pai", 3], "worlds": COUNT},
    ),
    advocates.programme_launches: (
        {"scenario": SCENARIO, "worlds": 2},
        {**STUDY, "arm": [*ARM, "organic"], "launches": [*COUNT[:-1], 101], "worlds": COUNT},
    ),
    advocates.saturation: (
        {"points": advocates.curve(TIER, [1])},
        {"points": [[], None, 3, [3], "ab"], "part": [0, 1.5, NAN, "1", None, True]},
    ),
    experiments.plan_of: (
        {"scenario": SCENARIO},
        {"scenario": SCENARIOS, "worlds": COUNT[:-1], "seed": [*SEEDS, 2**63]},
    ),
    experiments.run_points: (
        {"scenario": SCENARIO, "overrides": [{}]},
        {**STUDY, "overrides": [3, None, {"content.c.appeal": 0.1}, "ab"], "worlds": COUNT[:-1], "arms": ARMS},
    ),
    experiments.run_sweep: (
        {"plan": experiments.plan_of(SCENARIO), "out": "nowhere"},
        {
            "plan": [None, 3, SCENARIO],
            "out": PLACE,
            "threads": THREADS,
            "workers": [-1, 2.5, True, "2"],
            "cluster": [],
            "shard": [3, (0, 3), (4, 3), (1.5, 3), (1, 2, 3), "1/3"],
            "progress": PROGRESS,
        },
    ),
    experiments.adaptive_sweep: (
        {"scenario": SWEPT, "out": "nowhere", "measure": "shares"},
        {
            "scenario": SCENARIOS,
            "out": PLACE,
            "cluster": [],
            "measure": ["fame", 3, None, ["shares"], "structural_virality", "uplift_fame"],
            "arm": [*ARM, 3],
            "points": [0, -1, 2.5, True, "2"],
            "worlds": COUNT[:-1],
            "seed": [*SEEDS, 2**63],
            "threads": THREADS,
            "workers": [-1, 2.5, True, "2"],
            "progress": PROGRESS,
        },
    ),
    experiments.read_table: ({"folder": "x"}, {"folder": [*PLACE, "nowhere"], "columns": []}),
    vs.Scenario.with_networks: (
        {"self": SCENARIO, "networks": {}},
        {"networks": [None, 3, "a", [("a", 1)], {"nowhere": PATH}, {3: PATH}, {"x": None}, {"x": "net.csv"}]},
    ),
    vs.Scenario.override: (
        {"self": SCENARIO, "changes": {}},
        {
            "hours": FLAG,
            "changes": [
                3,
                None,
                "a=1",
                [("a", 1)],
                {3: 1},
                {"": 1},
                {"content.c.apeal": 1},
                {"content.c.appeal": NAN},
                {"seed": True},
                {"worlds": 2.5},
            ],
        },
    ),
    vs.Scenario.for_arm: ({"self": SCENARIO, "name": "paid"}, {"name": [*ARM, None]}),
    vs.Result.summary: ({"self": RESULT}, {"statistic": ["average", 3, None, ["mean"]]}),
    vs.Result.series: (
        {"self": RESULT},
        {"name": ["likes", 3, None], "quantiles": [0.5, [1.5], [NAN], ["a"], "ab", None, [True]], "cumulative": FLAG},
    ),
    vs.Result.compare: (
        {"self": RESULT, "arm": "paid"},
        {"arm": ["pay", 3, None, "organic"], "baseline": ["pay", 3, ["paid"]]},
    ),
    vs.Result.arm: ({"self": RESULT, "name": "paid"}, {"name": ["pay", 3, None]}),
    vs.Result.trees: (
        {"self": RESULT, "arm": "paid"},
        {"arm": ["pay", 3, None], "worlds": [20, -1, 0.5, "0", [0, 99], [True], None]},
    ),
    vs.Result.chances: ({"self": RESULT, "arm": "paid"}, {"arm": ["pay", 3, None]}),
    vs.Result.samples: (
        {"self": RESULT, "origin_date": "2026-03-01"},
        {
            "origin_date": ["1.3.2026", "2026-02-30", "20260301", "", 3, None, ["2026-03-01"]],
            "measures": [["fame"], "shares", 3, [3]],
        },
    ),
    vs.Result.save: ({"self": RESULT, "path": "x"}, {"path": PLACE}),
}
