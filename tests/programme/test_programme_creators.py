"""Creators with terms, boosts and a funnel over the launches of a programme: money adds up, both drivers agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import viralsim as vs
from viralsim.kernels.counts import Count
from viralsim.programme import run_programme
from viralsim.simulation.run import compile_arms, compile_audience

CREATORS = [
    {"handle": "@ann", "followers": 12, "fee_per_post": 10, "commission": 2.5, "commission_share": "10%"},
    {"handle": "bo", "followers": 9, "flat_fee": 99.5, "gift": 15, "posts_at": ["3h", "9h"], "exclusivity": 40},
]
BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "creators over months",
    "seed": 5,
    "worlds": 12,
    "horizon": "2d",
    "audience": {"members": 200},
    "channels": {"x": {"network": {"generate": {"mean_following": 10}}, "visibility": 1.0, "cpm": 5}},
    "content": {"p": {"appeal": 0.02, "value": 20, "funnel": {"click": "40%", "landing": 0.9, "checkout": 0.8}}},
    "campaign": {
        "content": "p",
        "paid": [{"boost": "ann", "budget": 0.5}, {"boost": "bo", "boost_to": "beyond", "budget": 0.5}],
        "advocates": {
            "posts_at": ["0h", "5h"],
            "willingness": "70%",
            "followers_differ": "allow",
            "creators": CREATORS,
        },
    },
    "arms": {"all": {}},
}


def scenario(**more: Any) -> vs.Scenario:
    return vs.loads(yaml.safe_dump({**BASE, **more}))


def test_one_launch_is_the_launch_without_a_programme() -> None:
    """Worlds, every cost line and every measure, the funnel's included."""
    plain, one = (vs.simulate(scenario(**m)).arms["all"] for m in ({}, {"programme": {"launches": 1}}))
    assert {name: usd.tolist() for name, usd in plain.cost_lines.items()} == {
        name: usd.tolist() for name, usd in one.cost_lines.items()
    }
    for name in ("shares", "conversions", "clicks", "landings", "net_usd"):
        assert np.array_equal(plain.measures[name], one.measures[name])


def test_three_launches_are_paid_to_the_cent() -> None:
    """Fees by post, once a launch to whom takes part, and by the sale; nobody else is paid anything."""
    one = scenario(programme={"launches": 3, "every": "10d"})
    compiled = compile_audience(one)
    arm = compile_arms(one, compiled, ["all"])["all"]
    worlds = run_programme(arm, compiled, Path(), 5, np.arange(12))
    found = vs.simulate(one).arms["all"]
    posted, sold = worlds.posted.sum(axis=1), worlds.asked_sales.sum(axis=1) + worlds.paid_sales.sum(axis=1)
    lines = {name: usd.tolist() for name, usd in found.cost_lines.items() if usd.any()}
    assert lines == {
        "boosts on x": pytest.approx((worlds.paid_bought.sum(axis=(1, 2)) * 0.005).tolist()),
        "creator fees": pytest.approx((10.0 * posted[:, 0] + 3 * 139.5).tolist()),
        "creator gifts": pytest.approx([45.0] * 12),
        "creator commissions": pytest.approx((4.5 * sold[:, 0]).tolist()),
    }
    assert posted.min() > 0
    assert sold[:, 0].min() > 0
    value = 20.0 * found.measures["conversions"]
    np.testing.assert_allclose(found.measures["net_usd"], value - sum(found.cost_lines.values()), atol=1e-9)
    clicks = found.measures["clicks"] * 0.9 * 0.8
    np.testing.assert_allclose(clicks, found.measures["conversions"])


def test_whoever_left_is_paid_nothing_and_not_boosted() -> None:
    """With a drop-out of 1 the second launch has no advocates: what is paid is that of the first."""
    tier = {**BASE["campaign"]["advocates"], "programme": {"dropout": 1.0}}
    campaign = {**BASE["campaign"], "advocates": tier}
    gone = vs.simulate(scenario(campaign=campaign, programme={"launches": 2, "every": "10d"})).arms["all"]
    first = vs.simulate(scenario()).arms["all"]
    for name in ("boosts on x", "creator fees", "creator gifts", "creator commissions"):
        np.testing.assert_allclose(gone.cost_lines[name], first.cost_lines[name], atol=1e-9)


def in_batch(one: vs.Scenario, launch: int) -> list[float]:
    """Sales, shares and net value of a launch of three worlds."""
    launches = vs.simulate(one).arms["all"].launches
    return [float(launches[name][world, launch]) for world in range(3) for name in ("conversions", "shares", "net_usd")]


def stepped(one: vs.Scenario, launch: int) -> list[float]:
    """The same, tick by tick."""
    found = []
    for world in range(3):
        model = vs.ViralityModel(one, arm="all", world=world, launch=launch)
        while model.running:
            model.step()
        found += [model.measure(name) for name in ("conversions", "shares", "net_usd")]
    return found


@pytest.mark.slow
def test_the_stepped_launch_costs_what_the_batch_says() -> None:
    """Launch 2 of two worlds in both drivers."""
    tier = {**BASE["campaign"]["advocates"], "programme": {"dropout": 0.5}}
    one = scenario(campaign={**BASE["campaign"], "advocates": tier}, programme={"launches": 2, "every": "10d"})
    assert stepped(one, 1) == pytest.approx(in_batch(one, 1), abs=1e-9)


def test_a_file_says_the_same(tmp_path: Path) -> None:
    """Rows of the file and ``creators`` cost the same over two launches."""
    (tmp_path / "people.csv").write_text(
        "handle,followers,fee per post,commission per sale,commission rate,flat fee,gift,posts_at,exclusivity\n"
        "@ann,12,10,2.5,10%,,,,\nbo,9,,,,99.5,15,3h; 9h,40\n"
    )
    tier = {k: v for k, v in BASE["campaign"]["advocates"].items() if k != "creators"} | {"file": "people.csv"}
    data = {**BASE, "campaign": {**BASE["campaign"], "advocates": tier}, "programme": {"launches": 2, "every": "10d"}}
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(data))
    named = vs.simulate(scenario(programme=data["programme"])).arms["all"]
    read = vs.simulate(vs.load(tmp_path / "s.yaml")).arms["all"]
    assert np.array_equal(named.measures["net_usd"], read.measures["net_usd"])


def test_what_customers_buy_again_is_paid_to_the_cent() -> None:
    """Purchases that a post led to bring the commission, first and later ones; unprompted ones bring nobody anything."""
    customers = {"again": 0.5, "repeat": 0.3}
    one = scenario(programme={"launches": 4, "every": "10d", "customers": customers})
    compiled = compile_audience(one)
    worlds = run_programme(compile_arms(one, compiled, ["all"])["all"], compiled, Path(), 5, np.arange(12))
    found = vs.simulate(one).arms["all"]
    sold = worlds.asked_sales.sum(axis=1) + worlds.paid_sales.sum(axis=1)
    by_source = worlds.counts[:, :, Count.CONVERSIONS_OWNED : Count.CONVERSIONS_RECOMMENDED + 1].sum(axis=(1, 2))
    unprompted = worlds.noted["repeat_purchases"].sum(axis=1)
    np.testing.assert_allclose(found.cost_lines["creator commissions"], 4.5 * sold[:, 0], atol=1e-9)
    np.testing.assert_array_equal(found.measures["conversions"], by_source + unprompted)
    np.testing.assert_allclose(found.measures["clicks"] * 0.9 * 0.8, by_source)
    np.testing.assert_allclose(found.measures["value_usd"], 20.0 * (by_source + unprompted))
    assert unprompted.sum() > 0
    once = vs.simulate(scenario(programme={"launches": 4, "every": "10d", "customers": {"again": 0.0}})).arms["all"]
    assert (once.measures["conversions"] < by_source).all(), "with again 0 nobody buys twice"
    assert (once.measures["conversions"] <= 200).all()


@pytest.mark.slow
def test_the_stepped_launch_sells_again_as_the_batch_does() -> None:
    """Customers who buy again with a chance, in the third launch of three worlds in both drivers."""
    one = scenario(programme={"launches": 3, "every": "10d", "customers": {"again": 0.4}})
    assert stepped(one, 2) == pytest.approx(in_batch(one, 2), abs=1e-9)
