"""Signs of ties: a rule that asks for them agrees with the oracle, and they are kept, read and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import naive_world
from naive_luck import Impression
from naive_shows import Run
from strategies import worlds
from test_agrees_with_naive import assert_sums_agree, assert_world_agrees

import viralsim as vs
from viralsim.errors import NetworkError, ScenarioError
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.own.sets import SHARE_PROBABILITY, marker
from viralsim.rules import known

NUMBERS = np.array([0, 17, 10**6])
OF_FOES, OF_NOBODY = 0.25, 0.5


@vs.rules.register("share_probability")
def signed(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, sign):  # type: ignore[no-untyped-def]
    """What the law says, less of foes, and less of posts that came over no tie."""
    share = appeal * match * activity * trust * novelty * fatigue * reinforcement * softening
    return share if sign > 0 else share * (0.25 if sign < 0 else 0.5)


class SignedRun(Run):
    """The oracle with that rule."""

    def share_probability(self, shown: Impression) -> float:
        law = super().share_probability(shown)
        if self.world.contents.original[shown.content] >= 0:
            return law  # criticism has no rules
        if shown.edge is None:
            return law * OF_NOBODY
        return law * (1.0 if self.world.graph.tie_sign[shown.edge] > 0 else OF_FOES)


def with_signs(world: ArmInputs, luck: np.random.Generator) -> ArmInputs:
    """Every content, criticism apart, has the rule; ties have signs."""
    signs = luck.choice(np.array([-1, 1], np.int8), len(world.graph.followers))
    contents = len(world.contents.key)
    numbers = np.full((contents, 3), -1, np.int64)
    numbers[world.contents.original < 0, SHARE_PROBABILITY] = 0
    return world._replace(
        graph=world.graph._replace(tie_sign=signs),
        contents=world.contents._replace(
            own_rules=marker([known("share_probability")["signed"]]), own_rule=numbers,
            own_value=np.zeros((contents, 3, 1)), own_fault=np.zeros(1, np.int64),
        ),
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), st.integers(0, 2**32 - 1))
def test_a_rule_of_signs_equals_the_oracle(world: ArmInputs, luck: int) -> None:
    """Every count and tick of every world."""
    world = with_signs(world, np.random.default_rng(luck))
    raw = run_worlds(world, 5, NUMBERS)
    slow = [naive_world(world, 5, int(number), SignedRun) for number in NUMBERS]
    for i, one in enumerate(slow):
        assert_world_agrees(raw, i, one)
    assert_sums_agree(raw, slow)


SCENARIO = """
viralsim: 1
name: signs
worlds: 20
horizon: 24h
audience: {}
channels: {a: {visibility: 1.0, network: {file: ties.csv, edge_means: source reaches target, tie_sign: sign}}}
content: {x: {appeal: 1.0, share_probability: {signed: {}}}}
campaign: {content: x, organic: [{channel: a, members: [a], posts_at: [0h]}]}
"""


def test_signs_are_kept_by_rows_folders_and_both_arcs(tmp_path: Path) -> None:
    """The sign of each edge given, wherever its row is; parallel edges keep the first; save and open change nothing."""
    network = vs.Network.from_edges([2, 0, 0, 1], [0, 2, 1, 0], tie_sign=[-1, 1, -1, 1])
    assert network.followers.tolist() == [1, 2, 0, 0]
    assert network.tie_sign.tolist() == [-1, 1, 1, -1]
    network.save(tmp_path / "net")
    again = vs.Network.open(tmp_path / "net")
    assert again.tie_sign.tolist() == network.tie_sign.tolist()
    assert again.fingerprint() == network.fingerprint()
    assert network.fingerprint() != vs.Network.from_edges([2, 0, 0, 1], [0, 2, 1, 0]).fingerprint()
    both = vs.Network.from_edges([0, 1], [1, 2], tie_sign=[-1, 1], directed=False)
    assert dict(zip(zip(both.sources().tolist(), both.followers.tolist(), strict=True), both.tie_sign.tolist(), strict=True)) == {
        (0, 1): -1, (1, 0): -1, (1, 2): 1, (2, 1): 1
    }  # fmt: skip
    placed = network.placed(np.array([1, 3, 4]), 6)
    assert placed.tie_sign.tolist() == network.tie_sign.tolist()


def test_a_table_with_signs_is_read(tmp_path: Path) -> None:
    """By the name of its column, in both directions; in a scenario too."""
    file = tmp_path / "ties.csv"
    file.write_text("source,target,sign\na,b,1\na,c,-1\nc,a,-1\n")
    network = vs.Network.read(file, tie_sign="sign")
    assert network.ids.tolist() == ["a", "b", "c"]
    assert network.tie_sign.tolist() == [1, -1, -1]
    turned = vs.Network.read(file, "source follows target", tie_sign="sign")
    assert dict(zip(turned.sources().tolist(), turned.tie_sign.tolist(), strict=True)) == {0: -1, 1: 1, 2: -1}
    from viralsim.simulation.run import compile_audience

    compiled = compile_audience(vs.loads(SCENARIO, tmp_path))
    assert compiled.graph.tie_sign.tolist() == [1, -1, -1]


@pytest.mark.parametrize(
    ("signs", "says"),
    [([1, 0], "1 or -1, got 0"), ([1, 2], "got 2"), ([1], "one number per edge"), (["x", "y"], "numbers"), ([1, np.nan], "nan")],
)  # fmt: skip
def test_wrong_signs_are_refused(signs: list[object], says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        vs.Network.from_edges([0, 1], [1, 2], tie_sign=signs)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source,target\na,b\n", "column 'sign' is missing"),
        ("source,target,sign\na,b,\n", "ties.csv:2"),
        ("source,target,sign\na,b,3\n", "1 or -1"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "ties.csv").write_text(text)
    with pytest.raises(NetworkError, match=says):
        vs.Network.read(tmp_path / "ties.csv", tie_sign="sign")


def test_a_rule_of_signs_needs_a_network_that_has_some(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("source,target\na,b\n")
    plain = vs.loads(SCENARIO.replace(", tie_sign: sign", ""), tmp_path)
    with pytest.raises(ScenarioError, match="no network has any"):
        vs.simulate(plain)
    with pytest.raises(ScenarioError, match="not read of a network with signs"):
        vs.loads(SCENARIO.replace("tie_sign: sign", "tie_sign: sign, tie_strength: weight"), tmp_path)
