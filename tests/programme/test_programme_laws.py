"""Laws of a programme: one launch is the old launch, no hours are no manager, members are conserved, luck is that of the world."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from test_agrees_with_naive_programme import BASE

import viralsim as vs
from viralsim.records.record import ArmOutcomes, same_value

CHANGES = {
    "programme.members": {"at_start": 0.7, "leave": 0.2, "join": 0.2, "join_per_share": 0.1},
    "programme.fans": {"from_share": 0.5, "response": 2, "stay": 0.5, "lapse": 0.2},
    "programme.customers": {"again": 0.5, "repeat": 0.3},
    "programme.memory": {"per_impression": 0.1},
    "campaign.advocates.programme": {"dropout": 0.2, "nurture": {"weeks": 4, "hours_per_week": 8}},
    "campaign.advocates.cost_usd": 7,
}
MANAGED = {
    "campaign.community_management.hours_per_week": 0.1,
    "campaign.community_management.members_per_hour": 300,
    "campaign.community_management.usd_per_hour": 30,
    "campaign.community_management.effects": {"willingness": 0.5, "retention": 0.5, "fans": 0.5},
}
ARMS = {"arms": {"without": {"campaign.community_management": None}, "managed": {}}, "baseline": "without"}


def programme(**changes: object) -> vs.Scenario:
    return vs.loads(BASE).override({**ARMS, **CHANGES, **MANAGED, **changes})


def ran(scenario: vs.Scenario, worlds: int = 20, threads: int = 1, arms: list[str] | None = None) -> vs.Result:
    return vs.simulate(scenario, worlds=worlds, threads=threads, arms=arms, repeat_trust=False)


def differing(a: ArmOutcomes, b: ArmOutcomes) -> list[str]:
    """Which fields of two arms differ, lazily made columns read."""
    plain = [{f.name: getattr(one, f.name) for f in fields(one)} for one in (a, b)]
    read = [{k: dict(v) if hasattr(v, "keys") else v for k, v in one.items()} for one in plain]
    return [name for name in read[0] if not same_value(read[0][name], read[1][name])]


def test_a_programme_of_one_launch_without_churn_is_the_launch() -> None:
    """Every array of every arm to the last bit, apart from the table of launches."""
    one = programme(**{"programme.launches": 1, "programme.members.at_start": 1})
    as_programme, plain = ran(one), ran(one.without("programme"))
    for arm in plain.arms:
        assert as_programme.arms[arm].launches["members"].tolist() == [[60.0]] * 20
        assert differing(replace(as_programme.arms[arm], launches={}), plain.arms[arm]) == []


def test_a_manager_with_no_hours_is_no_manager() -> None:
    """In a programme and in one launch: the arms are equal to the last bit, and cost the same."""
    idle = programme(**{"campaign.community_management.hours_per_week": 0})
    for scenario in (idle, idle.without("programme")):
        result = ran(scenario)
        with_none, idle_arm = (result.arms[name] for name in ("without", "managed"))
        assert idle_arm.cost_usd().tolist() == with_none.cost_usd().tolist()
        spared = {name: line for name, line in idle_arm.cost_lines.items() if name != "community management"}
        assert differing(replace(idle_arm, name="without", cost_lines=spared), with_none) == []


def test_more_members_have_less_of_the_manager_each() -> None:
    """The coverage is hours x members per hour over the members of the launch, 1 at most."""
    launches = ran(programme()).arms["managed"].launches
    np.testing.assert_allclose(launches["coverage"], np.minimum(1.0, 0.1 * 300 / launches["members"]), rtol=1e-12)
    assert launches["coverage"].min() < 1.0


def test_no_more_advocates_are_made_than_there_are_members() -> None:
    """Hours that would make more advocates than members are eligible make as many as hours enough for all of them."""
    nurture = "campaign.advocates.programme.nurture.hours_per_advocate"
    enough, endless = (ran(programme(**{nurture: hours})).arms["managed"] for hours in (0.1, 1e-300))
    assert endless.launches["advocates"].max() <= 60
    assert endless.launches["advocates"].tolist() == enough.launches["advocates"].tolist()


def test_members_are_conserved() -> None:
    """Joined minus left is the change of the members; so it is of the advocates; nobody is above the places."""
    for arm in ran(programme()).arms.values():
        for kind in ("", "advocates_"):
            size = arm.launches["advocates" if kind else "members"]
            change = arm.launches[f"{kind}joined"] - arm.launches[f"{kind}left"]
            assert np.diff(size, axis=1).tolist() == change[:, 1:].tolist()
            assert change[:, 1:].any()
        assert arm.launches["members"].max() <= 60
        assert arm.launches["advocates"].max() <= 6


def test_money_by_launch_adds_up_to_the_total() -> None:
    """Costs, value and net value of the launches sum to those of the programme, by hand for one launch."""
    result = ran(programme())
    for arm in result.arms.values():
        for name, total in (
            ("cost_usd", arm.cost_usd()),
            ("value_usd", arm.measures["value_usd"]),
            ("net_usd", arm.measures["net_usd"]),
        ):
            np.testing.assert_allclose(arm.launches[name].sum(axis=1), total, rtol=1e-12)
        sold = arm.launches["conversions"] + arm.launches["repeat_purchases"]
        assert arm.measures["conversions"].tolist() == sold.sum(axis=1).tolist()
        assert arm.launches["value_usd"].tolist() == (10.0 * sold).tolist()
        reached = arm.reach_by_community
        assert reached is not None
        assert reached.sum(axis=1).tolist() == arm.measures["reach"].tolist()
    more = result.arms["managed"].cost_lines["community management hours"]
    assert more == pytest.approx(0.1 * 30 * (3 * 720 + 20) / 168)


def test_worlds_are_the_same_on_threads_alone_and_in_any_number() -> None:
    """World w of an arm is a function of scenario, seed and w."""
    scenario = programme()
    both, threaded, alone, few = (
        ran(scenario),
        ran(scenario, threads=2),
        ran(scenario, arms=["managed"]),
        ran(scenario, 5),
    )
    assert [differing(threaded.arms[name], both.arms[name]) for name in both.arms] == [[], []]
    assert differing(alone.arms["managed"], both.arms["managed"]) == []
    for name, values in few.arms["managed"].launches.items():
        assert same_value(values, both.arms["managed"].launches[name][:5])


def test_the_first_launch_is_that_without_a_programme_and_the_others_differ() -> None:
    """With everybody there, launch 1 has the counts of the launch alone; later ones have luck of their own."""
    scenario = vs.loads(BASE).override({"programme.launches": 3})
    launches = ran(scenario).arms["campaign"].launches
    alone = ran(scenario.without("programme")).arms["campaign"].measures
    assert launches["shares"][:, 0].tolist() == alone["shares"].tolist()
    assert launches["shares"][:, 1].tolist() != launches["shares"][:, 0].tolist()
    assert launches["shares"][:, 2].tolist() != launches["shares"][:, 1].tolist()


def test_a_result_is_stored_with_its_launches(tmp_path: Path) -> None:
    """Saved and opened it is equal, and says the same."""
    result = ran(programme())
    opened = vs.open_result(result.save(tmp_path / "kept"))
    assert opened == result
    assert opened.to_dict()["programme"] == result.to_dict()["programme"]


def test_uncertain_inputs_are_those_set_by_hand() -> None:
    """A world with drawn inputs is the world of the scenario with these values, on any number of threads."""
    path = "programme.fans.from_share"
    scenario = programme().override(
        {"uncertain": {path: {"from": 0, "to": 1}, "content.post.appeal": {"from": 0.1, "to": 0.5}}}
    )
    drawn = ran(scenario, 4, threads=2)
    for world in range(4):
        values = {name: float(column[world]) for name, column in drawn.inputs_of_world.items()}
        by_hand = ran(scenario.without("uncertain").override(values), 4)
        for name, row in by_hand.arms["managed"].launches.items():
            assert same_value(row[world], drawn.arms["managed"].launches[name][world])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("programme.launches", 0, "must be"),
        ("programme.launches", 121, "must be"),
        ("programme.every", "10h", "must be at least the horizon"),
        ("programme.members.leave", 1.5, "must be"),
        ("programme.members.at_start", 0, "must be"),
        ("programme.memory.half_life", "0h", "must be"),
        ("campaign.community_management.members_per_hour", None, "is required with hours_per_week"),
        ("campaign.community_management.hours_per_week", None, "needs hours_per_week"),
        ("content.post.customer", {"repeat": 0.3, "orders": 2}, "counts what content.customer counts"),
        ("campaign.advocates.programme.every", "7d", "differs from programme.every"),
    ],
)
def test_wrong_words_are_refused(path: str, value: object, said: str) -> None:
    with pytest.raises(vs.ScenarioError, match=said):
        vs.loads(programme().override({path: value}).to_yaml())


@pytest.mark.parametrize("arm", ["without", "managed"])
def test_mesa_steps_the_same_launches(arm: str) -> None:
    """Every launch of a world, stepped: the measures of the batch driver, and the same members reached."""
    scenario = programme(**{"programme.customers.again": 1})
    launches = ran(scenario, 3).arms[arm].launches
    for launch in range(4):
        model = vs.ViralityModel(scenario, arm=arm, world=2, launch=launch)
        while model.running:
            model.step()
        for name in ("reach", "shares", "earned_shares", "critical_shares", "conversions"):
            assert model.measure(name) == launches[name][2, launch], (launch, name)


def test_commands_of_one_launch_refuse_a_programme() -> None:
    """A field test knows one launch: it says so."""
    scenario = programme()
    with pytest.raises(vs.InputError, match="leave the block programme out"):
        vs.field_test(scenario, worlds=4, treatment="managed", control="without")
    with pytest.raises(vs.InputError, match="launch"):
        vs.ViralityModel(scenario, launch=4)


def test_fees_are_paid_in_every_launch() -> None:
    """Production and a fixed fee once a launch, a share on all that is spent; the launches sum to the total."""
    fees = {"campaign.fees": {"production_usd": 100, "agency_usd": 50, "agency_share": 0.1}}
    result = ran(programme(**fees), 5)
    for arm in result.arms.values():
        lines = arm.cost_lines
        rest = sum(usd for name, usd in lines.items() if name != "agency fee")
        np.testing.assert_allclose(lines["production"], 400.0)
        np.testing.assert_allclose(lines["agency fee"], 200.0 + 0.1 * rest)
        np.testing.assert_allclose(arm.launches["cost_usd"].sum(axis=1), arm.cost_usd())
