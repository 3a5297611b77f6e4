"""What a tier's price comes to when it is paid by the ask or the post: each person's own, to the cent, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

import viralsim as vs
from viralsim.campaign.accounting import expected_cost_lines
from viralsim.scenario.costs import planned_costs
from viralsim.simulation.run import compile_arms, compile_audience

BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "prices",
    "seed": 5,
    "worlds": 20,
    "horizon": "3d",
    "audience": {"members": 200},
    "channels": {
        name: {"network": {"generate": {"mean_following": 8}}, "visibility": 0.5, "cpm": 5} for name in ("x", "y")
    },
    "content": {"p": {"appeal": 0.02}},
    "arms": {"all": {}},
}
ANN, BO = ({"handle": handle, "channel": "x", "followers": 9} for handle in ("@ann", "@bo"))


def scenario(creators: list[dict[str, Any]], **more: Any) -> vs.Scenario:
    tier = {"followers_differ": "allow", "creators": creators, "posts_at": ["0h", "24h"], **more.pop("tier", {})}
    return vs.loads(yaml.safe_dump({**BASE, "campaign": {"content": "p", "advocates": tier, **more}}))


def paid(one: vs.Scenario, line: str = "advocates") -> list[float]:
    return np.unique(vs.simulate(one).arms["all"].cost_lines[line]).tolist()


@pytest.mark.parametrize(
    ("cost_per", "stop", "expected"),
    [
        ("posted", None, 200.0),  # ann posts twice at 100, bo never posts
        ("asked", None, 800.0),  # both are asked twice: 2 * (100 + 300)
        ("asked", "12h", 400.0),  # the launch stops before the second ask
        ("enrolled", None, 400.0),
    ],
)
def test_each_is_paid_their_own_price(cost_per: str, stop: str | None, expected: float) -> None:
    """Whoever never posts is paid nothing by the post, however dear."""
    creators = [{**ANN, "cost": 100, "willingness": 1}, {**BO, "cost": 300, "willingness": 0}]
    more = {} if stop is None else {"stop_when": {"quiet": stop}}
    content = {"appeal": 0.0}
    one = scenario(creators, tier={"cost_per": cost_per}, **more).override({"content.p": content})
    assert paid(one) == [expected]


def test_several_channels_are_one_ask() -> None:
    """Ann posts on two channels and is paid once each time, bo on one."""
    creators = [{**ANN, "cost": 10}, {**ANN, "channel": "y", "cost": 10}, {**BO, "cost": 7}]
    for word in ("posted", "asked"):
        assert paid(scenario(creators, tier={"cost_per": word})) == [34.0], word  # 2 * (10 + 7)


def test_in_a_programme_only_who_takes_part_is_asked() -> None:
    """Everybody leaves after the first launch: the second one's asks cost nothing."""
    creators = [{**ANN, "cost": 10}, {**BO, "cost": 7}]
    for word in ("posted", "asked"):
        tier = {"cost_per": word, "programme": {"dropout": 1.0}}
        one = scenario(creators, tier=tier).override({"programme": {"launches": 2, "every": "10d"}})
        assert paid(one) == [34.0], word


@pytest.mark.parametrize(
    ("fees", "expected"), [((400.0, 50.0), 900.0), ((400.0, None), 800.0), ((30.0, 30.0), 120.0), ((0.1, 0.2), 0.6)]
)
def test_a_fee_differs_by_channel(fees: tuple[float, float | None], expected: float) -> None:
    """Two posts on each of two channels; a channel without a fee costs nothing. The plan, the check and the run agree."""
    creators = [
        {**ANN, "channel": channel, **({} if fee is None else {"fee_per_post": fee})}
        for channel, fee in zip("xy", fees, strict=True)
    ]
    one = scenario(creators)
    assert paid(one, "creator fees") == pytest.approx([expected])
    assert planned_costs(one.for_arm("all"))["creator fees"] == pytest.approx(expected)
    arm = compile_arms(one, compile_audience(one), ["all"])["all"]
    assert expected_cost_lines(arm)["creator fees"] == pytest.approx(expected)
