"""Whoever stops a search keeps what was finished, wherever it is stopped."""

from __future__ import annotations

import math

import pytest
from test_optimise import BY_HAND

import viralsim as vs
from viralsim.experiments.budget.pareto import pareto
from viralsim.experiments.budget_split import SplitModel
from viralsim.experiments.optimise import Optimum, optimise
from viralsim.scenario.loading import loads
from viralsim.simulation import front

SCENARIO = loads(BY_HAND)
PAIR = """
viralsim: 1
name: Pair
worlds: 40
horizon: 1d
audience: {members: 400}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 8}}}}
content: {post: {appeal: 0.02, conversion_rate: 0.05, value_usd: 20}}
campaign:
  content: post
  paid: [{channel: x, budget_usd: 20, cpm_usd: 10, starts: 0h, trust: 0.5}]
  advocates: {count: 10, choose: degree, channels: [x], posts_at: [1h], cost_usd: 2}
arms: {paid: {campaign.advocates: null}, advocates: {campaign.paid: []}}
baseline: paid
question: {compare: [advocates, paid]}
goal: {measure: conversions, matters_from: 1}
"""


class Stop:
    """Lets so many outcomes be run and is a stop at the next; a second run of the same outcome is no run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int | None) -> None:
        self.ran, self.after, self.stopped = 0, after, False
        whole = SplitModel.outcome

        def outcome(model: SplitModel, *args: object, **kwargs: object) -> object:
            before = len(model._found)
            if self.after is not None and self.ran >= self.after and not self.stopped:
                self.stopped = True
                raise KeyboardInterrupt
            found = whole(model, *args, **kwargs)  # type: ignore[arg-type]
            self.ran += len(model._found) > before
            return found

        monkeypatch.setattr(SplitModel, "outcome", outcome)


def searched() -> Optimum:
    return optimise(SCENARIO, 2.0, measure="impressions", trials=6)


@pytest.fixture(scope="module")
def whole() -> tuple[Optimum, int]:
    """The answer of nobody who stopped, and how many outcomes it ran."""
    with pytest.MonkeyPatch.context() as patch:
        counter = Stop(patch, None)
        return searched(), counter.ran


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8, 0.95])
def test_a_stopped_optimum_keeps_what_was_measured(
    whole: tuple[Optimum, int], part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A split and what it brings are there wherever it was stopped; parts that were measured are those of a whole run."""
    full, ran = whole
    Stop(monkeypatch, int(part * ran))
    found = searched()
    assert found.interrupted
    assert not full.interrupted
    assert found.uplift.mean > 0.0
    assert found.sentences[0].startswith("Spend ")
    if found.split == full.split:
        for name in ("rivals", "curves", "next_dollar", "returns", "frequency"):
            assert getattr(found, name) in (getattr(full, name), type(getattr(full, name))())


def test_a_stop_before_anything_is_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    Stop(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        searched()


@pytest.mark.parametrize("after", [10, 24])
def test_a_stopped_front_has_points(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Stop(monkeypatch, after)
    found = pareto(SCENARIO, 2.0, ["impressions", "reach"], trials=8)
    assert found.interrupted
    assert found.points
    assert all(set(point.uplift) == {"impressions", "reach"} for point in found.points)


def test_an_answer_outlives_a_stop_while_it_is_looked_for_what_turns_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulations are all there, and so is every input that was looked at; it is said that it was stopped."""
    calls: list[int] = []
    most, launch = math.inf, front.launch

    def stopping(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) > most:
            raise KeyboardInterrupt
        return launch(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(front, "launch", stopping)
    whole = vs.simulate(loads(PAIR), what_turns_it=True, repeat_trust=False)
    most = len(calls) // 2
    calls.clear()
    found = vs.simulate(loads(PAIR), what_turns_it=True, repeat_trust=False)
    assert found.interrupted
    assert found.world_count == 40
    assert 0 < len(found.moves) < len(whole.moves)
    assert {move.path for move in found.moves} <= {move.path for move in whole.moves}
    assert any("stopped before everything" in text for text in found.warnings)
    assert found.first_screen[0] == whole.first_screen[0]
