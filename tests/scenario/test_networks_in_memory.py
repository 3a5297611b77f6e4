"""Networks that Python gives to a scenario: the worlds of the same network in a folder, and one name for what it is."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.report.rerun import commands
from viralsim.simulation.run import compile_audience

SCENARIO = """
viralsim: 1
name: given
seed: 5
worlds: 20
horizon: 1d
audience: {members: 40}
channels:
  wall: {visibility: 0.5, network: {generate: {mean_following: 4}}}
content: {c: {appeal: 0.3}}
campaign:
  content: c
  organic: [{channel: wall, members: 2, posts_at: [0h]}]
arms:
  plain: {}
  louder: {content.c.appeal: 0.6}
baseline: plain
"""
TWO = SCENARIO.replace(
    "content: {c", "  forum: {visibility: 0.5, network: {generate: {mean_following: 4}}}\ncontent: {c", 1
)


def drawn(members: int = 30, seed: int = 1, **options: object) -> vs.Network:
    """A random network of members who are called m0, m1, ..."""
    rng = np.random.default_rng(seed)
    source = rng.integers(0, members, 150)
    target = (source + rng.integers(1, members, 150)) % members
    pairs = np.unique(np.stack([source, target]), axis=1)
    ids = np.array([f"m{i}" for i in range(members)])
    return vs.Network.from_edges(ids[pairs[0]], ids[pairs[1]], **options)


def test_the_worlds_are_those_of_the_same_network_in_a_folder(tmp_path: Path) -> None:
    """Every world of every arm; members are called by the network's ids, and ``audience.members`` gives way."""
    network = drawn()
    network.save(tmp_path / "net")
    given = vs.loads(SCENARIO).with_networks({"wall": network})
    text = SCENARIO.replace("members: 40", "").replace("generate: {mean_following: 4}", f"file: {tmp_path / 'net'}")
    one, other = vs.simulate(given), vs.simulate(vs.loads(text))
    for name, arm in one.arms.items():
        assert np.array_equal(arm.measures["shares"], other.arms[name].measures["shares"])
    assert one.arms["louder"].measures["shares"].sum() > 0
    assert one.population.members == 30
    assert one.population.imported
    hub = given.override({"campaign.organic": [{"channel": "wall", "members": ["m7"], "posts_at": ["0h"]}]})
    assert vs.simulate(hub).population.members == 30
    with pytest.raises(vs.ScenarioError, match="no member 7 in the network"):
        vs.simulate(given.override({"campaign.organic": [{"channel": "wall", "members": [7], "posts_at": ["0h"]}]}))


def test_notes_of_the_network_are_told() -> None:
    with pytest.warns(UserWarning, match="dropped 1 self-loops"):
        network = vs.Network.from_edges([0, 1, 1], [1, 0, 1])
    noted = vs.Network(network.indptr, network.followers, notes=("as the club told us",))
    assert (
        "channels.wall.network: as the club told us"
        in vs.simulate(vs.loads(SCENARIO).with_networks({"wall": noted})).warnings
    )


def test_arms_overrides_mesa_and_pickles_keep_the_network() -> None:
    given = vs.loads(SCENARIO).with_networks({"wall": drawn()})
    name = given.spec.channels["wall"].network.file
    assert name is not None
    assert given.for_arm("louder").channels["wall"].network.file == name
    changed = given.override({"content.c.appeal": 0.2})
    assert compile_audience(changed).members == 30
    again = pickle.loads(pickle.dumps(given))
    assert again.fingerprint == given.fingerprint
    assert (
        vs.simulate(again).arms["plain"].measures["shares"].tolist()
        == vs.simulate(given).arms["plain"].measures["shares"].tolist()
    )
    model = vs.ViralityModel(given, arm="plain")
    model.step()
    assert len(model.states()) == 30


def test_the_fingerprint_says_which_network() -> None:
    """Rows, tie strengths, weights and ids; the same network gives the same one."""
    scenario = vs.loads(SCENARIO)
    ones = np.ones(drawn().follows)
    anonymous = drawn()
    others = [drawn(), drawn(seed=2), drawn(members=31), vs.Network(anonymous.indptr, anonymous.followers)]
    strong = drawn()
    others.append(vs.Network(strong.indptr, strong.followers, (ones / 2).astype(np.float32), ids=strong.ids))
    others.append(vs.Network(strong.indptr, strong.followers, ids=strong.ids[::-1].copy()))
    found = [scenario.with_networks({"wall": network}).fingerprint for network in others]
    assert len({*found, scenario.fingerprint}) == len(others) + 1
    assert scenario.with_networks({"wall": drawn()}).fingerprint == found[0]


def test_several_channels_and_some_of_them() -> None:
    """Members are those of all networks; a channel that draws its own network keeps to them."""
    first, second = drawn(), drawn(members=35, seed=4)
    both = vs.loads(TWO).with_networks({"wall": first, "forum": second})
    assert vs.simulate(both).population.members == 35
    one_by_one = vs.loads(TWO).with_networks({"wall": first}).with_networks({"forum": second})
    assert one_by_one.fingerprint == both.fingerprint
    some = vs.loads(TWO).with_networks({"wall": first})
    assert vs.simulate(some).population.follows["wall"] == first.follows
    assert vs.loads(SCENARIO).with_networks({}).fingerprint == vs.loads(SCENARIO).fingerprint


def test_yaml_says_what_it_cannot_hold(tmp_path: Path) -> None:
    """A comment in the text, a sentence with line and remedy where it is loaded, and no command that would not run."""
    given = vs.loads(SCENARIO).with_networks({"wall": drawn()})
    text = given.to_yaml()
    assert text.startswith("# channels.wall.network was given in Python (Scenario.with_networks)")
    with pytest.raises(
        vs.ScenarioError, match=r":\d+: channels\.wall\.network\.file: names a network that was given in Python"
    ):
        vs.loads(text)
    result = vs.simulate(given)
    result.save(tmp_path / "run")
    again = vs.open_result(tmp_path / "run")
    assert again.fingerprint == given.fingerprint
    lines, note = commands(again, str(tmp_path / "run"))
    assert lines == []
    assert "with_networks" in note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels.wall.network.directed": False}, "belongs to a network of a file"),
        ({"channels.wall.network.edge_means": "source reaches target"}, "belongs to a network of a file"),
        ({"channels.wall.network.file": "memory:" + "0" * 32}, "give it again there"),
        ({"channels.wall.network.generate": {"mean_following": 3}}, "excludes generate"),
        ({"audience.members": 30}, "leave members out"),
    ],
)
def test_what_contradicts_a_network_in_memory_is_refused(changes: dict, words: str) -> None:
    given = vs.loads(SCENARIO).with_networks({"wall": drawn()})
    with pytest.raises(vs.ScenarioError, match=words):
        given.override(changes)


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        ({"wal": drawn()}, "did you mean 'wall'|wall"),
        ({3: drawn()}, "wall"),
        ({"wall": "net.csv"}, r"networks\['wall'\] must be a viralsim\.Network, got 'net\.csv'"),
        ({"wall": None}, "must be a viralsim.Network"),
        (drawn(), "must be a mapping"),
        (None, "must be a mapping"),
    ],
)
def test_wrong_names_and_networks_are_refused(networks: object, words: str) -> None:
    with pytest.raises(vs.InputError, match=words) as refused:
        vs.loads(SCENARIO).with_networks(networks)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
