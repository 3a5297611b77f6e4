"""Worlds with drawn inputs are, bit for bit, those of the scenario with these values set by hand, in every arm."""

from __future__ import annotations

import numpy as np
import pytest
from without_compiler import FULL

import viralsim as vs
from viralsim.records.record import ArmOutcomes, same_value
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience
from viralsim.simulation.uncertain import COLUMNS, split_paths, takes_columns, template_of

BASE = {
    "channels.wall.recommended.per_engagement": 0.5,
    "channels.wall.envelope": 1.0,
    "channels.forum.envelope": 1.0,
    "campaign.advocates.programme.ask_fatigue": 0.1,
    "campaign.advocates.programme.hours_per_week": 1.0,
    "campaign.advocates.programme.usd_per_hour": 1.0,
    "campaign.community_management.amplify.shares_per_hour": 1.0,
    "content.post.critical.appeal": 0.3,
}
# path -> range, and what else the scenario needs for it to act
RANGES: dict[str, tuple[float, float, dict[str, object]]] = {
    "channels.wall.visibility": (0.2, 0.6, {}),
    "channels.wall.organic_reach": (0.05, 0.2, {"channels.wall.visibility": None, "channels.wall.organic_reach": 0.1}),
    "channels.wall.engagement_rate": (0.1, 0.6, {}),
    "channels.wall.cpm_usd": (4.0, 15.0, {}),
    "channels.wall.recommended.per_engagement": (0.1, 2.5, {}),
    "channels.wall.recommended.delay": (0.5, 4.5, {}),
    "channels.forum.reaction_delay.fixed": (0.5, 6.0, {}),
    "channels.wall.reaction_delay.lognormal.median": (1.0, 5.0, {}),
    "channels.wall.reaction_delay.lognormal.sigma": (0.5, 1.5, {}),
    "channels.wall.reaction_delay.exponential.mean": (1.0, 5.0, {"channels.wall.reaction_delay": {"exponential": {}}}),
    "channels.wall.reaction_delay.power_law.constant_until": (
        0.1,
        2.0,
        {"channels.wall.reaction_delay": {"power_law": {}}},
    ),
    "channels.wall.reaction_delay.power_law.exponent": (1.1, 2.5, {"channels.wall.reaction_delay": {"power_law": {}}}),
    "channels.wall.owned_visibility": (0.1, 0.8, {"channels.wall.owned_visibility": 0.3}),
    "content.post.reshare": (0.2, 1.5, {}),
    "content.post.appeal": (0.1, 0.8, {}),
    "content.post.share_rate": (0.01, 0.1, {"content.post.appeal": None, "content.post.share_rate": 0.1}),
    "content.post.half_life": (5.0, 30.0, {}),
    "content.post.released_at": (0.0, 6.0, {}),
    "content.post.controversy": (0.1, 0.9, {}),
    "content.post.conversion_rate": (0.05, 0.5, {}),
    "content.post.value_usd": (1.0, 5.0, {}),
    "content.other.persistence": (0.1, 0.6, {}),
    "content.post.critical.appeal": (0.1, 0.8, {}),
    "content.post.critical.half_life": (5.0, 30.0, {}),
    "content.post.critical.persistence": (0.1, 0.5, {}),
    **{
        f"content.post.conversion_trust.{s}": (0.2, 2.0, {})
        for s in ("owned", "paid", "asked", "earned", "recommended")
    },
    "content.post.reinforcement.social.gain": (0.1, 1.0, {"content.post.reinforcement": {"social": {}}}),
    "content.post.reinforcement.social.cap": (1.1, 3.0, {"content.post.reinforcement": {"social": {}}}),
    "content.post.reinforcement.threshold.fraction": (
        0.1,
        0.5,
        {"content.post.reinforcement": {"threshold": {"fraction": 0.2}}},
    ),
    "content.post.reinforcement.threshold.weight": (
        0.1,
        0.5,
        {"content.post.reinforcement": {"threshold": {"weight": 0.2}}},
    ),
    "campaign.cross_post": (0.1, 0.9, {}),
    "campaign.owned[0].trust": (0.5, 2.0, {}),
    "campaign.owned[0].cost_usd": (1.0, 5.0, {}),
    "campaign.paid[0].budget_usd": (0.1, 0.9, {}),
    "campaign.paid[1].trust": (0.5, 2.0, {}),
    "campaign.paid[1].cpm_usd": (4.0, 15.0, {}),
    "campaign.advocates.willingness": (0.2, 0.9, {}),
    "campaign.advocates.trust": (0.5, 2.5, {}),
    "campaign.advocates.cost_usd": (1.0, 5.0, {}),
    "campaign.advocates.programme.setup_usd": (1.0, 5.0, {}),
    "campaign.advocates.programme.hours_per_week": (1.0, 5.0, {}),
    "campaign.advocates.programme.usd_per_hour": (1.0, 5.0, {}),
    "campaign.advocates.programme.ask_fatigue": (0.1, 0.5, {}),
    "campaign.community_management.cost_usd_per_day": (1.0, 5.0, {}),
    "campaign.community_management.respond.critical_share_ratio": (0.05, 0.5, {}),
    "campaign.community_management.respond.effect": (0.1, 0.9, {}),
    "campaign.community_management.respond.delay": (0.5, 6.0, {}),
    "campaign.community_management.amplify.shares_per_hour": (0.2, 3.0, {}),
    "campaign.community_management.amplify.cooldown": (1.0, 6.0, {}),
}
LAUNCHES = {"programme": {"launches": 3, "customers": {"repeat": 0.3}}, "campaign.advocates.programme.nurture": None}
# what lasts from one launch of a programme to the next
LAWS: dict[str, tuple[float, float, dict[str, object]]] = {
    "programme.members.at_start": (0.3, 0.9, {}),
    "programme.members.leave": (0.1, 0.6, {}),
    "programme.members.join": (0.1, 0.6, {"programme.members.at_start": 0.5}),
    "programme.members.join_per_share": (0.1, 0.6, {"programme.members.at_start": 0.5}),
    "programme.fans.from_share": (0.1, 0.9, {"programme.fans.response": 3}),
    "programme.fans.response": (1.5, 4.0, {"programme.fans.from_share": 0.9}),
    "programme.fans.stay": (0.1, 0.9, {"programme.fans.from_share": 0.9, "programme.members.leave": 0.5}),
    "programme.fans.lapse": (0.1, 0.9, {"programme.fans": {"from_share": 0.9, "response": 3}}),
    "programme.customers.again": (0.1, 0.9, {}),
    "programme.customers.repeat": (0.1, 0.9, {}),
    "programme.memory.half_life": (24.0, 960.0, {"programme.memory": {"per_impression": 0.3}}),
    "programme.memory.per_impression": (0.1, 0.5, {"programme.memory": {}}),
    "programme.memory.floor": (0.1, 0.9, {"programme.memory": {"per_impression": 0.3}}),
    "programme.advocates_trust.per_post": (0.1, 0.9, {}),
    "programme.advocates_trust.recovery": (
        24.0,
        960.0,
        {"programme.advocates_trust": {"per_post": 0.9, "recovery": "10d"}},
    ),
    "campaign.advocates.programme.dropout": (0.1, 0.9, {}),
    "campaign.advocates.programme.recovery": (24.0, 960.0, {"campaign.advocates.programme.recovery": "10d"}),
    "campaign.advocates.programme.ambassadors.willingness": (
        0.1,
        0.9,
        {"campaign.advocates.programme.ambassadors": {"after": 1}},
    ),
}
RANGES |= {path: (low, high, {**LAUNCHES, **more}) for path, (low, high, more) in LAWS.items()}
STRUCTURE = {"campaign.owned[0].posts_at[0]": (0.0, 4.0), "campaign.paid[0].ends": (5.0, 20.0)}
WORLDS = 6


def scenario(uncertain: dict[str, tuple[float, float]], more: dict[str, object]) -> vs.Scenario:
    base = vs.loads(FULL).override(BASE)
    spans = {path: {"from": low, "to": high} for path, (low, high) in uncertain.items()}
    return base.override({**more, "uncertain": spans})


def assert_same(found: ArmOutcomes, row: int, alone: ArmOutcomes, what: str) -> None:
    for table in ("measures", "impressions_by_source", "reach_by_channel", "cost_lines"):
        here, there = getattr(found, table), getattr(alone, table)
        for name in there:
            assert same_value(np.asarray(here[name][row]), np.asarray(there[name][0])), f"{what} {table}.{name}"


def check(uncertain: dict[str, tuple[float, float]], more: dict[str, object]) -> bool:
    """Every world beside the one with its values set by hand; whether the input changed anything."""
    drawn = scenario(uncertain, more)
    result = vs.simulate(drawn, worlds=WORLDS, threads=2)
    certain = drawn.override({"uncertain": {}})
    compiled = [compile_audience(certain)]
    at_low = certain.override({path: span[0] for path, span in uncertain.items()})
    low = launch(at_low, compiled, certain.arm_names, WORLDS, drawn.seed)
    changed = False
    for world in range(WORLDS):
        values = {path: float(column[world]) for path, column in result.inputs_of_world.items()}
        by_hand = launch(certain.override(values), compiled, certain.arm_names, 1, drawn.seed, first=world)
        for name in certain.arm_names:
            assert_same(result.arms[name], world, by_hand[name], f"{uncertain} world {world} arm {name}")
            there = {measure: column[world : world + 1] for measure, column in low[name].measures.items()}
            changed |= not same_value(by_hand[name].measures, there)
    return changed


@pytest.mark.parametrize("path", RANGES)
def test_a_column_is_the_value_set_by_hand(path: str) -> None:
    low, high, more = RANGES[path]
    assert takes_columns(path)
    if path.endswith("threshold.weight"):
        pytest.skip("needs a network of a file with influence weights")
    assert check({path: (low, high)}, more)


def test_every_column_is_tested() -> None:
    """A key that is added to the table of columns is added here."""
    here = {".".join("*" if i == 1 and p in ("wall", "forum", "post", "other") else p.split("[")[0] for i, p in
                     enumerate(path.split("."))) for path in RANGES}  # fmt: skip
    assert {path.replace(".*", "") for path in COLUMNS} == {path.replace(".*", "") for path in here}


def test_many_at_once() -> None:
    """All inputs that fit together, drawn together, in two arms."""
    together = {path: (low, high) for path, (low, high, more) in RANGES.items() if not more}
    assert check(together, {})


@pytest.mark.parametrize("path", STRUCTURE)
def test_structure_is_compiled_for_each_value(path: str) -> None:
    low, high = STRUCTURE[path]
    drawn = scenario({path: (low, high), "content.post.appeal": (0.1, 0.8)}, {})
    assert split_paths(drawn, [path, "content.post.appeal"]) == (["content.post.appeal"], [path])
    assert check({path: (low, high), "content.post.appeal": (0.1, 0.8)}, {})


def test_an_overlay_hides_an_input() -> None:
    """An arm that sets the value itself keeps it."""
    drawn = scenario({"content.post.appeal": (0.1, 0.8)}, {"arms.social": {"content.post.appeal": 0.2}})
    assert check(
        {"content.post.appeal": (0.1, 0.8)}, {"arms.social": {"campaign.paid": [], "content.post.appeal": 0.2}}
    )
    assert drawn.for_arm("social").content["post"].appeal == 0.2


COSTLY: dict[str, object] = {
    "campaign.owned[0].cost_usd": 0.1,
    "campaign.paid[0].budget_usd": 0.7,
    "campaign.fees": {"production_usd": 10.3, "agency_usd": 5.1, "agency_share": 0.1},
    "campaign.advocates.programme": {"setup_usd": 5.7, "hours_per_week": 1.3, "usd_per_hour": 2.9},
    "campaign.community_management.hours_per_week": 2.1,
    "campaign.community_management.usd_per_hour": 3.3,
    "campaign.community_management.members_per_hour": 40,
}


def test_money_of_many_lines_is_that_of_the_world_alone() -> None:
    """More than eight lines of costs: their sum does not hang on how many worlds are added up at once."""
    assert len(vs.simulate(scenario({}, COSTLY), worlds=1).arms["all"].cost_lines) > 8
    assert check({"campaign.owned[0].cost_usd": (0.6, 1.3)}, COSTLY)
    whole, compiled = vs.simulate(scenario({}, COSTLY), worlds=WORLDS), [compile_audience(scenario({}, COSTLY))]
    for world in range(WORLDS):
        alone = launch(scenario({}, COSTLY), compiled, ("all",), 1, whole.seed, first=world)["all"]
        assert_same(whole.arms["all"], world, alone, f"world {world}")


def test_a_price_of_a_channel_is_that_of_its_lines() -> None:
    """It is no structure: lines without a price take it, where they are; those with one, drawn or not, keep their own."""
    channel, line = "channels.wall.cpm_usd", "campaign.paid[1].cpm_usd"
    paid = [{"channel": "wall", "budget_usd": 0.4}, {"channel": "wall", "budget_usd": 0.2, "cpm_usd": 9.0}]
    more: dict[str, object] = {"campaign.paid": paid}
    own, first, second = ("channels", "wall", "cpm_usd"), *(("campaign", "paid", i, "cpm_usd") for i in range(2))
    for drawn, places in (
        ({channel: (4.0, 15.0)}, {own: channel, first: channel}),
        ({channel: (4.0, 15.0), line: (4.0, 15.0)}, {own: channel, first: channel, second: line}),
    ):
        template = template_of(scenario(drawn, more), list(drawn), {})
        assert template is not None
        social = {place: path for place, path in places.items() if place == own}
        assert template.places == {"all": places, "social": social}
        assert check(drawn, more)
