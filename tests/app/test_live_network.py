"""The small network in the browser's own language: every post, parent and tick is that of Python's world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.app.lesson.small_network import VISIBILITIES, small_scenario, tables
from viralsim.app.look import front
from viralsim.app.stepping import play

RUN = """(cases) => cases.map(one =>
  viralsimLive.play(one, one.first, viralsimLive.tables(one.tables), one.world))"""


def random_case(number: int, shipped: dict[float, Any]) -> tuple[dict[str, Any], list[list[int]]]:
    """A random network of 2 to 40 people as the browser is given it, and what Python's world of it is."""
    draw = np.random.default_rng(number)
    members = int(draw.integers(2, 41))
    pairs = np.argwhere(draw.random((members, members)) < draw.uniform(0.02, 0.4))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if not len(pairs):
        pairs = np.array([[0, 1]])
    network = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=members)
    first = tuple(int(v) for v in draw.choice(members, int(draw.integers(1, min(4, members) + 1)), replace=False))
    visibility, world = float(draw.choice(VISIBILITIES)), int(draw.integers(0, 1000))
    played = play(small_scenario(network, first, visibility, 0.7), "campaign", world)
    case = {
        "starts": network.indptr.tolist(), "followers": network.followers.tolist(), "first": list(first),
        "tables": shipped[visibility], "world": world,
    }  # fmt: skip
    return case, played.moves()["ticks"]


@pytest.mark.parametrize("graphs", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_javascript_worlds_are_pythons(browser: Any, graphs: int) -> None:
    """On many random networks all that is reached and shared, by whom brought and when, is equal; most of them spread."""
    shipped = {visibility: tables(visibility) for visibility in VISIBILITIES}
    cases, expected = zip(*(random_case(number, shipped) for number in range(graphs)), strict=True)
    page = browser.new_page()
    page.add_script_tag(content=front("live.js"))
    found = page.evaluate(RUN, list(cases))
    page.close()
    assert [one for one in range(graphs) if found[one] != expected[one]] == []
    parents = [tick[k + 2] for world in expected for tick in world for k in range(0, len(tick), 3)]
    assert sum(parent >= 0 for parent in parents) > 5 * graphs
    assert max(len(world) for world in expected) > 5


def test_whoever_is_silent_loses_others_and_wins_nobody(browser: Any) -> None:
    """The same try in which somebody never passes it on: nobody shares who did not share before."""
    shipped = {visibility: tables(visibility) for visibility in VISIBILITIES}
    case, ticks = random_case(11, shipped)
    page = browser.new_page()
    page.add_script_tag(content=front("live.js"))
    one = "(c) => viralsimLive.play(c, c.first, viralsimLive.tables(c.tables), c.world, c.first)"
    assert page.evaluate(one, case) == []
    shared = {tick[k] for tick in ticks for k in range(0, len(tick), 3) if tick[k + 1] == 2}
    for silent in shared - set(case["first"]):
        kept = page.evaluate(one.replace("c.world, c.first", "c.world, c.silent"), {**case, "silent": [silent]})
        sharing = {tick[k] for tick in kept for k in range(0, len(tick), 3) if tick[k + 1] == 2}
        assert sharing <= shared - {silent}
    page.close()
    assert len(shared) > len(case["first"])
