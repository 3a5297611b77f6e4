"""What every seeding strategy promises, and what single ones add."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import InputError
from viralsim.seeding import Candidates, propose, register, words

MEMBERS = 400
PREFIX = ("random", "degree", "pagerank", "core", "community", "fit")  # asking for more keeps those already chosen


def network(seed: int, members: int = MEMBERS, mean: float = 8.0) -> vs.Network:
    """A network with a heavy tail of followers: member v is followed with weight 1 / (v + 1)."""
    rng = np.random.default_rng(seed)
    weight = 1.0 / (np.arange(members) + 1.0)
    count = int(members * mean)
    source = rng.choice(members, count, p=weight / weight.sum())
    target = (source + rng.integers(1, members, count)) % members
    pairs = np.unique(np.column_stack([source, target]), axis=0)
    return vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=members)


def candidates(seed: int = 1, barred: int = 40, channels: int = 2) -> Candidates:
    """Candidates on some channels; a tenth of the members is not eligible."""
    rng = np.random.default_rng(seed)
    eligible = np.ones(MEMBERS, dtype=bool)
    eligible[rng.choice(MEMBERS, barred, replace=False)] = False
    community = rng.integers(0, 7, MEMBERS).astype(np.int32)
    networks = [network(seed + c) for c in range(channels)]
    return Candidates(networks, eligible, community, rng.random(MEMBERS))


def options(word: str) -> dict[str, Any]:
    """What a word needs to be called with, or what keeps it quick."""
    return {"members": {"members": list(range(MEMBERS))}, "celf": {"worlds": 50}}.get(word, {})


@pytest.mark.parametrize("word", words())
class TestContract:
    """Every word keeps the contract of ``seeding/strategy.py``."""

    def test_chooses_as_many_as_asked_eligible_and_once(self, word: str) -> None:
        """As many as asked for, each eligible, none twice, from none to all of the eligible."""
        people = candidates()
        for count in (0, 1, 25, int(people.eligible.sum())):
            chosen = propose(people, word, count, 5, options(word))
            assert chosen.strategy == word
            assert chosen.members.dtype == np.int64
            assert len(chosen.members) == len(set(chosen.members.tolist())) == count
            assert people.eligible[chosen.members].all()

    def test_same_seed_same_choice(self, word: str) -> None:
        """The same people and seed give the same choice; what is looked at stays as it was."""
        people = candidates()
        before = people.eligible.copy(), people.networks[0].followers.copy()
        first, again = (propose(people, word, 30, 11, options(word)).members for _ in range(2))
        assert np.array_equal(first, again)
        assert np.array_equal(people.eligible, before[0])
        assert np.array_equal(people.networks[0].followers, before[1])

    def test_more_than_there_are_is_an_error(self, word: str) -> None:
        """Asking for more than are eligible, or for fewer than none, is told with the number that there is."""
        people = candidates()
        for count in (int(people.eligible.sum()) + 1, -1):
            with pytest.raises(InputError, match="360 are eligible"):
                propose(people, word, count, 1, options(word))

    def test_follows_nobody(self, word: str) -> None:
        """A network without a follow is no obstacle."""
        empty = vs.Network.from_edges(np.zeros(0, int), np.zeros(0, int), members=20)
        people = Candidates([empty], np.ones(20, dtype=bool))
        chosen = propose(people, word, 20, 1, {"members": list(range(20))} if word == "members" else {})
        assert sorted(chosen.members.tolist()) == list(range(20))


@pytest.mark.parametrize("word", PREFIX)
def test_asking_for_more_keeps_the_first(word: str) -> None:
    """The first of a longer list are the shorter list: an advocate more takes none away."""
    people = candidates()
    most = propose(people, word, 100, 3).members
    for count in (1, 10, 50):
        assert np.array_equal(propose(people, word, count, 3).members, most[:count])


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), word=st.sampled_from(sorted(set(words()) - {"members"})), count=st.integers(0, 60))
def test_contract_holds_on_any_network(seed: int, word: str, count: int) -> None:
    """On random networks with random people barred, choices are eligible and distinct."""
    rng = np.random.default_rng(seed)
    eligible = np.ones(80, dtype=bool)
    eligible[rng.choice(80, 20, replace=False)] = False
    people = Candidates([network(seed, 80, 3.0)], eligible, rng.integers(0, 5, 80).astype(np.int32))
    chosen = propose(people, word, count, seed).members
    assert len(set(chosen.tolist())) == count
    assert eligible[chosen].all()


def test_degree_is_the_best_followed() -> None:
    """``degree`` has most followers over all channels, best first."""
    people = candidates()
    chosen = propose(people, "degree", 50, 1).members
    followers = people.followers()
    assert (np.diff(followers[chosen]) <= 0).all()
    rest = np.setdiff1d(np.flatnonzero(people.eligible), chosen)
    assert followers[rest].max() <= followers[chosen].min()


def test_ties_fall_by_lot() -> None:
    """Where all have the same number of followers the seed decides, not the index."""
    ring = vs.Network.from_edges(np.arange(100), (np.arange(100) + 1) % 100, members=100)
    first, other = (vs.seeding.choose(ring, "degree", count=20, seed=s).members for s in (1, 2))
    assert set(first.tolist()) != set(other.tolist())
    assert set(first.tolist()) != set(range(20))


def test_random_is_uniform() -> None:
    """Every eligible member is chosen equally often (chi-square at 4.5 standard errors)."""
    people = Candidates([network(1, 50)], np.ones(50, dtype=bool))
    times = np.bincount(
        np.concatenate([propose(people, "random", 10, seed).members for seed in range(2000)]), minlength=50
    )
    expected, variance = 2000 * 0.2, 2000 * 0.2 * 0.8
    statistic = ((times - expected) ** 2 / variance).sum() * 49 / 50
    assert abs(statistic - 49) < 4.5 * np.sqrt(2 * 49)


def test_friends_of_random_members_are_better_followed() -> None:
    """The friendship paradox (Feld 1991): whom random members name has more followers than random members have."""
    net = network(3, 2000)
    people = Candidates([net], np.ones(2000, dtype=bool))
    followers = net.follower_count()
    named = np.mean([followers[propose(people, "nomination", 30, s).members].mean() for s in range(20)])
    lot = np.mean([followers[propose(people, "random", 30, s).members].mean() for s in range(20)])
    size_biased = (followers.astype(float) ** 2).sum() / followers.sum()
    assert lot == pytest.approx(followers.mean(), rel=0.25)
    assert named > 2 * lot
    assert named < size_biased  # who is named twice is taken once


def test_nominees_are_followed_by_someone() -> None:
    """A nominee is someone whom somebody follows, as long as there are enough of them."""
    net = network(3, 2000)
    people = Candidates([net], np.ones(2000, dtype=bool))
    assert (net.follower_count()[propose(people, "nomination", 100, 1).members] > 0).all()


def test_community_takes_turns() -> None:
    """Every community has its best followed before any has two; the largest community comes first."""
    people = candidates()
    assert people.community is not None
    chosen = propose(people, "community", 14, 1).members
    home, followers = people.community[chosen], people.followers()
    assert sorted(home[:7].tolist()) == sorted(home[7:].tolist()) == list(range(7))
    assert home[0] == np.bincount(people.community).argmax()
    for member in chosen[:7]:
        fellows = np.flatnonzero(people.eligible & (people.community == people.community[member]))
        assert followers[member] == followers[fellows].max()


def test_core_is_innermost() -> None:
    """``core`` finds the clique in a tree of hubs, where ``degree`` finds the hubs (Kitsak et al. 2010)."""
    clique = [(a, b) for a in range(6) for b in range(6) if a != b]
    stars = [(h, 10 + 20 * i + j) for i, h in enumerate((6, 7, 8)) for j in range(20)]
    source, target = np.array(clique + stars).T
    net = vs.Network.from_edges(source, target, members=70)
    assert set(vs.seeding.choose(net, "core", count=6).members.tolist()) == set(range(6))
    assert set(vs.seeding.choose(net, "degree", count=3).members.tolist()) == {6, 7, 8}


def test_pagerank_flows_to_the_followed() -> None:
    """Who is followed by the well followed ranks above who is followed by as many nobodies."""
    # 0 and 1 have one follower each; the follower of 0 is followed by ten, the follower of 1 by none
    edges = [(0, 2), (1, 3), *((2, v) for v in range(4, 14))]
    source, target = np.array(edges).T
    order = vs.seeding.choose(vs.Network.from_edges(source, target, members=14), "pagerank", count=14).members.tolist()
    assert order.index(0) < order.index(1)


def test_fit_prefers_the_matching() -> None:
    """Among equally followed members the better match comes first; who has no follower comes last."""
    ring = vs.Network.from_edges(np.arange(10), (np.arange(10) + 1) % 10, members=11)
    match = np.linspace(0.1, 1.0, 11)
    chosen = propose(Candidates([ring], np.ones(11, dtype=bool), None, match), "fit", 11, 1).members
    assert chosen.tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10]


def test_given_members_keep_their_order() -> None:
    """``members`` takes the list as it stands, and tells what is wrong with it."""
    people = candidates(barred=0)
    assert propose(people, "members", 3, 1, {"members": [9, 2, 5]}).members.tolist() == [9, 2, 5]
    for wrong in ([1, 1], [0, MEMBERS], [-1]):
        with pytest.raises(InputError, match="members"):
            propose(people, "members", 1, 1, {"members": wrong})


def test_unknown_words_get_a_hint() -> None:
    """A misspelt word is told with the nearest one."""
    with pytest.raises(InputError, match="did you mean 'degree'"):
        propose(candidates(), "degre", 1, 1)


def test_a_strategy_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registered strategy is called by its word; a taken word is refused."""
    from viralsim.seeding import registry

    monkeypatch.setattr(registry, "_STRATEGIES", dict(registry._STRATEGIES))
    register("last", lambda people, count, seed, options: np.flatnonzero(people.eligible)[::-1])
    assert propose(candidates(barred=0), "last", 2, 1).members.tolist() == [MEMBERS - 1, MEMBERS - 2]
    with pytest.raises(InputError, match="exists already"):
        register("degree", lambda people, count, seed, options: np.arange(count))


@pytest.mark.parametrize("word", ["opim", "celf"])
def test_bounds_are_not_given_for_ties_that_come_and_go(word: str) -> None:
    """Member 0 never reaches 3, as the ties on the way never hold one after the other: the ties of a tick are asked for."""
    changing = vs.Network.from_temporal_edges([0, 1, 2], [1, 2, 3], [6, 3, 0], [9, 6, 3], 4)
    with pytest.raises(InputError, match=r"network has ties that come and go, and .* is for ties that stay"):
        vs.seeding.choose(changing, word, 1, probability=1.0)
    assert vs.seeding.choose(changing.snapshot(), word, 1, probability=1.0).expected_reach == 4.0
    assert vs.seeding.choose(changing.snapshot(7), word, 1, probability=1.0).members.tolist() == [0]
