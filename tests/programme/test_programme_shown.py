"""A programme as users read it: the payback sentence, the tables of the launches, the picture of the months, JSON."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from test_programme_laws import programme, ran

import viralsim as vs
from viralsim.cli.render import render
from viralsim.measurement.payback import payback_of
from viralsim.records.record import ArmOutcomes
from viralsim.report.charts.months import months


@pytest.fixture(scope="module")
def result() -> vs.Result:
    return ran(programme(**{"goal": {"measure": "net_usd"}}), 10)


def with_net(result: vs.Result, managed: list[list[float]], cost: float) -> vs.Result:
    """The result with net values by launch of the managed arm written by hand, those of the other arm 0."""

    def arm(name: str, net: np.ndarray) -> ArmOutcomes:
        one = result.arms[name]
        lines = {"all": np.full(len(net), cost if name == "managed" else 0.0)}
        measures = {**one.measures, "net_usd": net.sum(axis=1), "value_usd": np.ones(len(net))}
        return replace(one, measures=measures, cost_lines=lines, launches={**one.launches, "net_usd": net})

    worlds = len(managed)
    arms = {"without": arm("without", np.zeros((worlds, 4))), "managed": arm("managed", np.array(managed))}
    return replace(result, arms=arms)


def test_payback_is_the_first_launch_from_which_the_sum_stays_above_nothing(result: vs.Result) -> None:
    """By hand: -10, then +4 each: the sums are -10, -6, -2, 2; and 5, -4, 1, 2: a month ahead before does not count."""
    found = with_net(result, [[-10.0, 4.0, 4.0, 4.0]] * 10, 100.0)
    back = payback_of(found, found.question)
    assert back is not None
    assert (back.arms, back.launch, back.days, back.at_end, back.probability) == (
        ("managed", "without"),
        4,
        90.0,
        2.0,
        1.0,
    )
    swing = with_net(result, [[5.0, -9.0, 5.0, 1.0]] * 10, 100.0)
    again = payback_of(swing, swing.question)
    assert again is not None
    assert (again.launch, again.at_end) == (3, 2.0)
    never = with_net(result, [[5.0, -9.0, 1.0, 1.0]] * 10, 100.0)
    lost = payback_of(never, never.question)
    assert lost is not None
    assert lost.launch is None
    assert lost.sentence.startswith("managed does not pay back within 4 campaigns: it ends 2.00 USD behind without")


def test_json_has_every_launch(result: vs.Result) -> None:
    """Means by launch of every arm, the net value so far with its limits, and the payback."""
    found = result.to_dict()["programme"]
    assert found["launches"] == 4
    for name, arm in result.arms.items():
        table = found["arms"][name]
        assert table["members"] == arm.launches["members"].mean(axis=0).tolist()
        assert table["net_usd_so_far"] == pytest.approx(
            np.cumsum(arm.launches["net_usd"], axis=1).mean(axis=0).tolist()
        )
        assert all(low <= mean for low, mean in zip(table["net_usd_so_far_low"], table["net_usd_so_far"], strict=True))
    assert found["payback"]["sentence"] in [line.text for line in result.first_screen if line.label == "Payback"]
    assert "programme" not in ran(programme().without("programme"), 2).to_dict()


def test_tables_and_picture_show_the_launches(result: vs.Result) -> None:
    """Four rows of each arm in ``--full``; the picture's numbers have a row per arm and launch."""
    console = Console(file=io.StringIO(), width=80)
    render(result, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("Launch by launch: managed") >= 2
    picture = months(result)
    assert picture is not None
    assert [row[:2] for row in picture.rows] == [[name, str(i + 1)] for name in result.arms for i in range(4)]
    assert months(ran(programme().without("programme"), 2)) is None
