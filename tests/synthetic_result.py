"""Results made up for tests: heavy-tailed, paired by world, with known effects of each arm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from viralsim.measurement.measures import NAMES
from viralsim.records.record import ArmOutcomes, Goal, PopulationSummary
from viralsim.results import Result

MEMBERS = 50_000
VALUE_USD = 30.0
MATTERS_FROM_20 = Goal("conversions", 20.0)
SOURCES = ("owned", "paid", "asked", "earned", "recommended")


def arm_of(name: str, shares: np.ndarray, cost_lines: dict[str, float], advocates: int = 0) -> ArmOutcomes:
    """One arm whose measures all follow from its shares: 10 impressions per share, 1 conversion in 5 shares."""
    worlds = len(shares)
    reach = np.minimum(np.floor(8.0 * shares), MEMBERS)
    conversions = np.floor(shares / 5.0)
    lines = {key: np.full(worlds, float(usd)) for key, usd in cost_lines.items()}
    value = conversions * VALUE_USD
    happened = shares > 0
    measures = {
        "reach": reach,
        "impressions": 10.0 * shares,
        "shares": shares,
        "critical_shares": np.floor(shares / 50.0),
        "engagements": np.floor(shares / 2.0),
        "conversions": conversions,
        "largest_cascade": np.floor(shares * 0.7) + 1.0,
        "depth": np.floor(np.log2(shares + 1.0)),
        "max_breadth": np.floor(np.sqrt(shares)) + 1.0,
        "structural_virality": np.where(happened, 2.0 + np.log1p(shares), np.nan),
        "reproduction_number": np.where(happened, shares / (shares + 10.0), np.nan),
        "time_to_peak_hours": np.where(happened, 3.0, np.nan),
        "half_time_hours": np.where(happened, 6.0, np.nan),
        "earned_reach": np.floor(reach / 2.0),
        "earned_shares": np.floor(shares * 0.8),
        "value_usd": value,
        "net_usd": value - sum(cost_lines.values()),
    }
    assert tuple(measures) == NAMES
    kept = min(worlds, 20)
    series = np.zeros((kept, 48), np.int32)
    series[:, 0] = shares[:kept] // 2
    series[:, 5] = shares[:kept] - shares[:kept] // 2
    ids = np.arange(advocates)
    return ArmOutcomes(
        name,
        measures,
        impressions_by_source=dict.fromkeys(SOURCES, 2.0 * shares),
        reach_by_channel={"instagram": reach, "forum": np.floor(reach / 3.0)},
        reach_by_community=np.tile(reach[:, None] // 4, (1, 4)).astype(np.int32),
        cost_lines=lines,
        series={"shares": series, "impressions": 10 * series},
        cascade_sizes=np.array([5, 3, 1], np.int64),
        generations=np.array([9, 4, 2], np.int64),
        advocates={"id": ids, "posts": ids + 1, "shares": 3 * ids} if advocates else {},
    )


def synthetic_result(
    worlds: int = 1000,
    seed: int = 1,
    effects: dict[str, float] | None = None,
    sigma: float = 0.8,
    goal: Goal | None = MATTERS_FROM_20,
    **changes: Any,
) -> Result:
    """A result of four arms; ``effects`` are shares added in every world to a lognormal luck that all arms share."""
    rng = np.random.default_rng(seed)
    luck = np.floor(rng.lognormal(5.0, sigma, worlds))
    noise = {name: rng.integers(-5, 6, worlds) for name in ("organic", "paid", "advocates", "integrated")}
    added = effects or {"organic": 0.0, "paid": 150.0, "advocates": 400.0, "integrated": 1000.0}
    prices = {
        "organic": {},
        "paid": {"paid on instagram": 2000.0},
        "advocates": {"advocates": 1250.0, "programme set-up": 83.0},
        "integrated": {"paid on instagram": 2000.0, "advocates": 1250.0, "community management": 2100.0},
    }
    arms = {
        name: arm_of(
            name,
            np.maximum(luck + effect + noise[name], 0.0),
            prices[name],
            advocates=50 if "advocates" in prices[name] else 0,
        )
        for name, effect in added.items()
    }
    return Result(
        **{
            "scenario_name": "Spring launch",
            "about": "Is a community-advocate programme worth more than paid media?",
            "fingerprint": "a1b2c3d4e5f60718",
            "seed": 42,
            "world_count": worlds,
            "tick_hours": 1.0,
            "population": PopulationSummary(MEMBERS, 40, {"instagram": 1_500_000, "forum": 200_000}),
            "arms": arms,
            "baseline": "organic",
            "goal": goal,
            "viral_when": {"earned_reach_fraction": 0.05},
            "flop_when": {"earned_shares_at_most": 10.0},
            "vital_signs": ["mean match 0.41", "reproduction number 0.62 on instagram, 0.10 on forum"],
            "assumptions": [("channels.instagram.visibility", 0.08, "assumption")],
            "scenario_yaml": "viralsim: 1\nname: Spring launch\n",
            "scenario_file": "scenarios/spring.yaml",
            "versions": {"viralsim": "0.1.0"},
            "timing": {"setup_s": 1.2, "compile_s": 0.0, "simulate_s": 2.5, "worlds_per_s": 1600.0},
            "populations_of_world": np.zeros(worlds, np.int32),
            **changes,
        }
    )


def changed(result: Result, **changes: Any) -> Result:
    """The same result with some fields changed."""
    return replace(result, **changes)
