"""Worlds of a programme with drawn inputs: compiled block by block, and each the world with its values set by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_agrees_with_naive_programme import BASE, CREATORS
from test_programme_laws import ARMS, CHANGES, MANAGED, differing

import viralsim as vs
from viralsim.programme import launches as programme_launches
from viralsim.programme.pool import Pool
from viralsim.records.record import ArmOutcomes, same_value
from viralsim.simulation import run as simulation_run
from viralsim.simulation import uncertain
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience

# a number of every kind that arrays or laws of a launch are made of
SPANS = {
    "channels.a.visibility": (0.3, 0.9),
    "campaign.paid[0].cpm_usd": (5.0, 12.0),
    "channels.a.reaction_delay.fixed": (0.5, 4.0),
    "content.post.appeal": (0.1, 0.6),
    "content.post.controversy": (0.2, 0.8),
    "content.post.half_life": (5.0, 40.0),
    "content.post.conversion_rate": (0.1, 0.5),
    "content.post.value_usd": (5.0, 15.0),
    "campaign.cross_post": (0.1, 0.9),
    "campaign.owned[0].trust": (0.5, 1.5),
    "campaign.paid[0].budget_usd": (0.1, 0.9),
    "campaign.paid[0].trust": (0.5, 1.5),
}
OF_A_TIER = {
    "campaign.advocates.willingness": (0.2, 0.9),
    "campaign.advocates.trust": (0.5, 1.5),
    "campaign.advocates.cost_usd": (1.0, 9.0),
    "campaign.advocates.programme.ask_fatigue": (0.1, 0.5),
    "campaign.advocates.programme.usd_per_hour": (10.0, 40.0),
}
OF_A_MANAGER = {
    "campaign.community_management.respond.critical_share_ratio": (0.05, 0.5),
    "campaign.community_management.respond.effect": (0.1, 0.9),
    "campaign.community_management.amplify.shares_per_hour": (0.5, 3.0),
    "campaign.community_management.cost_usd_per_day": (1.0, 5.0),
}
LAWS = {
    "programme.members.leave": (0.1, 0.4),
    "programme.fans.from_share": (0.1, 0.9),
    "programme.customers.repeat": (0.1, 0.5),
    "campaign.advocates.programme.dropout": (0.1, 0.4),
}
WIDE = {"channels.a.envelope": 1.0, "channels.b.envelope": 1.0}  # what visibility is drawn under, in every world
BOOSTED = {path: value for path, value in CREATORS.items() if path != "campaign.frequency_goal"}
WORLDS = 20


def scenario(spans: dict[str, tuple[float, float]], **more: object) -> vs.Scenario:
    drawn = {path: {"from": low, "to": high} for path, (low, high) in spans.items()}
    return vs.loads(BASE).override({**ARMS, **CHANGES, **MANAGED, **WIDE, **more, "uncertain": drawn})


def assert_by_hand(result: vs.Result, drawn: vs.Scenario, worlds: list[int]) -> None:
    """Some worlds of all arms are those of the scenario with their values set."""
    certain = drawn.without("uncertain")
    compiled = [compile_audience(certain)]
    for world in worlds:
        values = {path: float(column[world]) for path, column in result.inputs_of_world.items()}
        alone = launch(certain.override(values), compiled, drawn.arm_names, 1, drawn.seed, first=world)
        for name in drawn.arm_names:
            assert_same(result.arms[name], world, alone[name], f"world {world} arm {name}")


def assert_same(found: ArmOutcomes, row: int, alone: ArmOutcomes, what: str) -> None:
    for table in ("measures", "impressions_by_source", "reach_by_channel", "cost_lines", "launches"):
        here, there = getattr(found, table), getattr(alone, table)
        assert list(here) == list(there), f"{what} {table}"
        for name in there:
            assert same_value(np.asarray(here[name][row]), np.asarray(there[name][0])), f"{what} {table}.{name}"


@pytest.mark.parametrize(
    ("spans", "more"),
    [
        (SPANS | OF_A_TIER | OF_A_MANAGER | LAWS, {}),
        (SPANS | OF_A_TIER | OF_A_MANAGER, {"campaign.advocates.cost_per": "posted"}),
        (SPANS | {"campaign.advocates.trust": (0.5, 1.5)}, BOOSTED),
        (OF_A_MANAGER, {}),
        ({"campaign.advocates.cost_usd": (1.0, 9.0)}, {}),  # no array differs by world
    ],
    ids=["all", "paid by the post", "creators and boosts", "the manager", "a price"],
)
def test_a_block_of_worlds_is_those_set_by_hand(
    monkeypatch: pytest.MonkeyPatch, spans: dict[str, tuple[float, float]], more: dict[str, object]
) -> None:
    """In blocks of 16 worlds, on one and two threads."""
    monkeypatch.setattr(uncertain, "COLUMN_BYTES", 1)
    drawn = scenario(spans, **more)
    one, two = (vs.simulate(drawn, worlds=WORLDS, threads=threads, repeat_trust=False) for threads in (1, 2))
    assert [differing(two.arms[name], one.arms[name]) for name in one.arms] == [[], []]
    assert_by_hand(one, drawn, [0, 1, 15, 16, 19])


def test_a_block_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool of advocates is made once for a block, not for each of its worlds; the numbers of the laws are no exception."""
    made: list[Pool] = []
    pool_of = programme_launches.pool_of

    def counted(*args: Any) -> Pool:
        made.append(pool_of(*args))
        return made[-1]

    monkeypatch.setattr(programme_launches, "pool_of", counted)
    vs.simulate(scenario(SPANS | OF_A_TIER | LAWS), worlds=WORLDS, threads=1, repeat_trust=False)
    assert len(made) == len(ARMS["arms"])


def test_an_interrupted_programme_keeps_whole_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds that were finished are those of a whole run."""
    monkeypatch.setattr(simulation_run, "FIRST_BLOCK", 16)
    drawn = scenario(SPANS | OF_A_TIER)
    pressed: list[int] = []

    def stop(done: int, total: int) -> None:
        if done >= total // 2 and not pressed:
            pressed.append(done)
            raise KeyboardInterrupt

    cut = vs.simulate(drawn, worlds=60, threads=2, progress=stop, repeat_trust=False)
    assert cut.interrupted
    assert 0 < cut.world_count < 60
    whole = vs.simulate(drawn, worlds=60, threads=1, repeat_trust=False)
    for name, arm in cut.arms.items():
        for launches, values in arm.launches.items():
            assert same_value(values, whole.arms[name].launches[launches][: cut.world_count]), (name, launches)
