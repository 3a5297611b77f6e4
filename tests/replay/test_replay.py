"""Replay: the law of the luck given what was observed, against enumeration; what cannot change does not; what is refused."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from population.real_data import real_file

import viralsim as vs
from viralsim.cli import main

MEMBERS, EDGES, UNTIL, DRAWS, ERRORS = 5, 6, 3, 2000, 4.5


def small_cascade(seed: int) -> tuple[vs.Network, np.ndarray, np.ndarray, float]:
    """(network, edge chances, ticks of adoption with UNTIL + 1 for never, mean delay) of a cascade from one or two roots."""
    rng = np.random.default_rng(seed)
    while True:
        pairs = [(u, v) for u in range(MEMBERS) for v in range(MEMBERS) if u != v]
        edges = np.array([pairs[i] for i in rng.choice(len(pairs), EDGES, replace=False)])
        network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=MEMBERS)
        chance, mean = rng.uniform(0.2, 0.8, EDGES), rng.uniform(1.2, 2.5)
        delay = rng.geometric(1 / mean, (1, MEMBERS))
        roots = {0: 0, 1: 1} if seed % 2 else {0: 0}
        ticks = spread(network, rng.random((1, EDGES)) < chance, delay, roots)[0]
        if (ticks <= UNTIL).sum() >= 3:
            return network, chance, ticks, mean


def spread(network: vs.Network, convinces: np.ndarray, delay: np.ndarray, roots: dict[int, int]) -> np.ndarray:
    """int64[cases, MEMBERS]: ticks of adoption, round after round until nothing changes any more."""
    ticks = np.full((len(convinces), MEMBERS), UNTIL + 1)
    for root, tick in roots.items():
        ticks[:, root] = tick
    for _ in range(MEMBERS):
        for e, (u, v) in enumerate(zip(network.sources(), network.followers, strict=True)):
            came = np.where(convinces[:, e] & (ticks[:, u] <= UNTIL), ticks[:, u] + delay[:, v], UNTIL + 1)
            ticks[:, v] = np.minimum(ticks[:, v], came)
    return ticks


def enumerated(network: vs.Network, chance: np.ndarray, mean: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(convinces, delay, prior chance) of every luck there is; all delays past the end are one."""
    by_edge = np.array(list(itertools.product([False, True], repeat=network.follows)))
    waits = np.array(list(itertools.product(range(1, UNTIL + 2), repeat=MEMBERS)))
    law = np.append((1 - 1 / mean) ** np.arange(UNTIL) / mean, (1 - 1 / mean) ** UNTIL)
    edge_chance = np.where(by_edge, chance, 1 - chance).prod(1)
    wait_chance = law[waits - 1].prod(1)
    i, j = np.indices((len(by_edge), len(waits))).reshape(2, -1)
    return by_edge[i], waits[j], edge_chance[i] * wait_chance[j]


def replayed(network: vs.Network, chance: np.ndarray, ticks: np.ndarray, mean: float, **more: Any) -> vs.replay.Replay:
    """The cascade as a replay with its true parameters."""
    who = np.flatnonzero(ticks <= UNTIL)
    return vs.replay.cascade(
        network, who, ticks[who], until=UNTIL, probability=chance, mean_delay=mean, **{"draws": DRAWS, **more}
    )


@pytest.mark.parametrize("seed", range(20))
def test_draws_have_the_law_that_enumeration_gives(seed: int) -> None:
    """Who adopts without each adopter, and with each other one asked at tick 1: within 4.5 standard errors of the exact chance."""
    network, given_chance, ticks, mean = small_cascade(seed)
    assert network.edge_position is not None
    chance = np.empty(network.follows)
    chance[network.edge_position] = given_chance
    found = replayed(network, given_chance, ticks, mean)
    roots = {int(root): int(ticks[root]) for root in found.roots}
    convinces, delay, prior = enumerated(network, chance, mean)
    seen = (spread(network, convinces, delay, roots) == ticks).all(1)
    convinces, delay, law = convinces[seen], delay[seen], prior[seen] / prior[seen].sum()
    for member in range(MEMBERS):
        if ticks[member] <= UNTIL:
            kept = convinces & (network.sources() != member) & (network.followers != member)
            exact = spread(network, kept, delay, {r: t for r, t in roots.items() if r != member}) <= UNTIL
            drawn = found.ticks(removed=member) <= UNTIL
        else:
            exact = spread(network, convinces, delay, {**roots, member: 1}) <= UNTIL
            drawn = found.ticks(added=(member, 1)) <= UNTIL
        expected = np.clip(law @ exact, 0, 1)
        error = np.sqrt(expected * (1 - expected) / DRAWS)
        assert np.all(np.abs(drawn.mean(0) - expected) <= ERRORS * error + 1e-12)
        # the number who adopt as well, whose law depends on how members hang together
        size, sizes = drawn.sum(1), exact.sum(1)
        spread_of = np.sqrt(max(law @ sizes**2 - (law @ sizes) ** 2, 0) / DRAWS)
        assert abs(size.mean() - law @ sizes) <= ERRORS * spread_of + 1e-9


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_what_happened_happens_again_and_bystanders_change_nothing(seed: int) -> None:
    """Unchanged, every draw is the observed cascade; without a member who never adopted it is so too."""
    network, chance, ticks, mean = small_cascade(seed)
    found = replayed(network, chance, ticks, mean, seed=seed, draws=50)
    assert (found.ticks() == ticks).all()
    for bystander in np.flatnonzero(ticks > UNTIL).tolist():
        assert (found.ticks(removed=bystander) == ticks).all()
        change = found.without(bystander)
        assert (change.lost, change.lost_high, change.gained, len(change.members)) == (0, 0, 0, 0)


def test_a_line_loses_all_that_follows() -> None:
    """On a line whose middle is gone all behind it are lost for sure; the head of a line is a forced root."""
    network = vs.Network.from_edges([0, 1, 2, 3], [1, 2, 3, 4])
    found = vs.replay.cascade(network, [0, 1, 2, 3], [0, 2, 3, 6], until=8, draws=50)
    assert found.roots.tolist() == [0]
    change = found.without(1)
    assert (change.lost, change.lost_low, change.lost_high) == (2.0, 2.0, 2.0)
    assert change.members["member"].tolist() == [2, 3]
    assert "1 adoption has no possible parent" in found.sentences()[1]
    assert "fitted to this cascade" in found.sentences()[2]


def test_the_fit_finds_what_was_put_in() -> None:
    """Chance 0.1 and mean delay 4 on a random graph of 2,000, from one cascade that spreads."""
    network = vs.Network.generate("erdos_renyi", 2000, mean_degree=16, seed=3)
    rng = np.random.default_rng(5)
    source, target, until = network.sources(), network.followers, 60
    convinces, delay = rng.random(network.follows) < 0.1, rng.geometric(1 / 4, 2000)
    ticks = np.full(2000, until + 1)
    ticks[:5] = 0
    for _ in range(until):
        came = np.where(convinces & (ticks[source] <= until), ticks[source] + delay[target], until + 1)
        np.minimum.at(ticks, target, came)
    who = np.flatnonzero(ticks <= until)
    found = vs.replay.cascade(network, who, ticks[who], until=until, draws=10)
    assert found.parameters.probability[0] == pytest.approx(0.1, rel=0.1)
    assert found.parameters.mean_delay == pytest.approx(4, rel=0.1)


def test_a_bare_tree_gives_an_upper_bound() -> None:
    """Without a network only the branch is known: no interval, nobody added."""
    found = vs.replay.lost_branch([0, 1, 2, 3, 4], [-1, 0, 1, 1, 0], 1)
    assert (found.posts, found.of) == (2, 4)
    assert "at most 2 of 4" in found.sentence()
    with pytest.raises(vs.InputError, match="own ancestor"):
        vs.replay.lost_branch([0, 1, 2], [-1, 2, 1], 0)
    with pytest.raises(vs.InputError, match="not in the tree"):
        vs.replay.lost_branch([0, 1], [-1, 0], 7)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"model": "linear_threshold"}, "threshold, on which every later"),
    ({"model": "limited_attention"}, "pushed out"),
    ({"model": "fame"}, "only independent_cascade"),
    ({"model": 3}, "only independent_cascade"),
    ({"members": [0, 0]}, "twice"),
    ({"members": [0, 9]}, "9"),
    ({"times": [0.0]}, "one for each"),
    ({"times": [0, -1]}, "0 or more"),
    ({"times": ["a", "b"]}, "times"),
    ({"until": 0.5}, "until"),
    ({"tick": 0}, "tick"),
    ({"probability": 0.1}, "give both"),
    ({"probability": 2, "mean_delay": 2}, "probability"),
    ({"probability": 0.2, "mean_delay": 0.5}, "mean_delay"),
    ({"draws": 0}, "draws"),
    ({"seed": -1}, "seed"),
    ({"network": 3}, "network"),
    ({"times": [0, 0]}, "nothing can be fitted"),
]


@pytest.mark.parametrize(("change", "word"), WRONG)
def test_what_cannot_be_replayed_is_refused(change: dict[str, Any], word: str) -> None:
    """One sentence."""
    right = {"network": vs.Network.from_edges([0, 1], [1, 2]), "members": [0, 1], "times": [0, 1]}
    with pytest.raises(vs.InputError, match=word) as refused:
        vs.replay.cascade(**{**right, **change})
    assert "\n" not in str(refused.value)


def test_nobody_unknown_is_taken_out_or_asked() -> None:
    """Members are named by id, ticks lie within what was watched."""
    found = vs.replay.cascade(vs.Network.from_edges([0, 1], [1, 2]), [0, 1], [0, 1], until=5, draws=5)
    for wrong in (lambda: found.without(7), lambda: found.with_advocate(7, 0), lambda: found.with_advocate(2, 6)):
        with pytest.raises(vs.InputError):
            wrong()
    assert found.with_advocate(2, 0).gained == 0.0


def test_a_real_cascade_on_its_network() -> None:
    """A tag among users of a site: what happened is replayed, and without its earliest adopter some are lost."""
    import pandas as pd

    events = pd.read_csv(real_file("stackexchange-christianity/cascades.tsv.gz"), sep="\t")
    edges = np.loadtxt(real_file("stackexchange-christianity/graph.txt.gz"), dtype=int, skiprows=1)
    edges = np.unique(np.sort(edges, axis=1), axis=0)  # 2,790 edges stand there in both directions
    own = events[events.cascade == events.groupby("cascade").size().sort_values(kind="stable").index[-20]]
    network = vs.Network.from_edges(edges[:, 0], edges[:, 1], directed=False, members=2897)
    found = vs.replay.cascade(network, own.user, own.seconds_since_seed, tick=30 * 86400, draws=200)
    assert (found.ticks() == found.observed.tick).all()
    change = found.without(int(own.user.iloc[0]))
    assert 0 <= change.lost_low <= change.lost <= change.lost_high < len(own)
    assert change.gained == 0.0


def test_replay_on_the_command_line(tmp_path: Path) -> None:
    """A network and a table of adoptions; a bare tree; what is wrong ends with status 2 and one line."""
    (tmp_path / "edges.csv").write_text("source,target\nada,bob\nbob,cem\ncem,dan\n")
    (tmp_path / "adoptions.csv").write_text("member,time\nada,0\nbob,1\ncem,3\n")
    (tmp_path / "tree.csv").write_text("node,parent\na,\nb,a\nc,b\n")
    words = ("replay", tmp_path / "adoptions.csv", "--network", tmp_path / "edges.csv", "--until", 5, "--draws", 20)
    done = run(*words, "--without", "bob", "--with", "dan@1", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["adopters"], said["forced_roots"], said["parameters"]["fitted"]) == (3, 1, True)
    assert [(change["lost"], change["gained"]) for change in said["changes"]] == [(1.0, 0.0), (0.0, 0.0)]
    assert "without bob: 1 of the others is lost" in run(*words, "--without", "bob").output
    assert "at most 1 of 2" in run("replay", tmp_path / "tree.csv", "--without", "b").output
    (tmp_path / "bad.csv").write_text("member,time\nada,\n")
    for wrong in (
        ("replay", tmp_path / "tree.csv", "--with", "b@1"),
        ("replay", tmp_path / "tree.csv"),
        ("replay", tmp_path / "bad.csv", "--network", tmp_path / "edges.csv"),
        (*words, "--model", "linear_threshold"),
        (*words, "--without", "zoe"),
        (*words, "--with", "dan"),
        (*words, "--with", "dan@9"),
    ):
        done = run(*wrong)
        assert (done.exit_code, len(done.output.strip().splitlines())) == (2, 1), done.output


def test_what_is_not_there_is_said_with_its_place(tmp_path: Path) -> None:
    """Strangers with file and line or option, adoptions without a network, parents that are missing."""
    (tmp_path / "edges.csv").write_text("source,target\nada,bob\nbob,cem\n")
    (tmp_path / "stranger.csv").write_text("member,time\nada,0\nzoe,1\n")
    (tmp_path / "right.csv").write_text("member,time\nada,0\nbob,1\n")
    (tmp_path / "torn.csv").write_text("node,parent\na,\nb,a\nc,lost\nd,c\n")
    ties = ("--network", tmp_path / "edges.csv")
    assert f"{tmp_path / 'stranger.csv'}:3: no member 'zoe'" in run("replay", tmp_path / "stranger.csv", *ties).output
    assert "--without: no member 'zoe'" in run("replay", tmp_path / "right.csv", *ties, "--without", "zoe").output
    assert "--with: no member 'zoe'" in run("replay", tmp_path / "right.csv", *ties, "--with", "zoe@0").output
    assert "the network is needed (--network)" in run("replay", tmp_path / "right.csv", "--without", "ada").output
    torn = run("replay", tmp_path / "torn.csv", "--without", "a").output
    assert "more may be lost than is said" in torn
    assert "at most 1 of 3" in torn
    added = run("replay", tmp_path / "right.csv", *ties, "--until", 5, "--with", "cem@1").output
    assert "with cem from tick 1 on: 0 more of the others adopt (95 %: 0 to 0)" in added


def run(*words: object) -> Result:
    """What a command line did."""
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize(
    ("head", "row"), [("cascade,member,time", "{c},{n},{n}"), ("cascade,node,parent", "{c},{n},{p}")]
)
def test_several_cascades_are_refused(tmp_path: Path, head: str, row: str) -> None:
    """Put together they would be one cascade that never was."""
    table, network = tmp_path / "cascades.csv", tmp_path / "net.txt"
    lines = [row.format(c=c, n=2 * c + i, p=2 * c) for c in (0, 1) for i in (0, 1)]
    table.write_text("\n".join([head, *lines]) + "\n")
    network.write_text("0 1\n1 2\n2 3\n")
    more = ["--network", str(network)] if "member" in head else []
    done = CliRunner().invoke(main, ["replay", str(table), *more, "--without", "1"])
    assert done.exit_code == 2
    assert "holds 2 cascades ('0', '1', ...): replay one at a time" in done.stderr
