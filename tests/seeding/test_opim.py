"""What ``opim`` chooses: properties, reductions to the plain problem, and a real network."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import InputError
from viralsim.seeding import Candidates, Chosen, propose

MODELS = ("independent_cascade", "linear_threshold")


def random_network(members, follows, seed=8):
    """Random follows without parallels."""
    rng = np.random.default_rng(seed)
    source = rng.integers(0, members, follows)
    target = (source + rng.integers(1, members, follows)) % members
    edges = np.unique(np.column_stack([source, target]), axis=0)
    return vs.Network.from_edges(edges[:, 0], edges[:, 1], members=members)


def same(a: Chosen, b: Chosen) -> bool:
    """Whether all of two answers is equal to the last bit."""
    return a.members.tolist() == b.members.tolist() and all(
        getattr(a, name) == getattr(b, name)
        for name in ("expected_reach", "lower_bound", "upper_bound", "guarantee", "sets", "cost")
    )


def test_the_middle_of_a_star_comes_first():
    """Two stars: their middles are chosen, the larger first; with probability 1 the spread is everybody."""
    source, target = [0] * 30 + [50] * 18, list(range(1, 31)) + list(range(51, 69))
    network = vs.Network.from_edges(source, target, members=70)
    found = vs.seeding.choose(network, "opim", count=2, probability=1.0)
    assert found.members.tolist() == [0, 50]
    assert found.lower_bound <= 50.0 <= found.upper_bound
    share = 50.0 / 70.0
    assert abs(found.expected_reach - 50.0) <= 4.5 * 70.0 * np.sqrt(share * (1 - share) / found.sets)


CASES = [
    {},
    {"probability": 0.1},
    {"model": "linear_threshold"},
    {"value": np.linspace(0, 3, 60), "taken": [4, 9]},
    {"costs": np.linspace(1, 4, 60), "budget": 9.0, "count": None},
    {"improve": 40, "tight": 0.3},
]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), options=st.sampled_from(CASES), threads=st.integers(2, 4))
def test_the_order_of_edges_and_the_threads_change_nothing(seed, options, threads):
    """The same follows in another order, drawn by other threads, give the same choice and bounds to the last bit."""
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, 60, (400, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    mixed = rng.permutation(pairs)
    one = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=60)
    two = vs.Network.from_edges(mixed[:, 0], mixed[:, 1], members=60)
    options = {"count": 5, "seed": seed, **options}
    a = vs.seeding.choose(one, "opim", threads=1, **options)
    b = vs.seeding.choose(two, "opim", threads=threads, **options)
    assert same(a, b)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), model=st.sampled_from(MODELS))
def test_a_relabelled_network_keeps_the_law(seed, model):
    """Members under other numbers: the bounds of one hold for the estimate of the other, which differs by chance only."""
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, 60, (300, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    label = rng.permutation(60)
    one = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=60)
    two = vs.Network.from_edges(label[pairs[:, 0]], label[pairs[:, 1]], members=60)
    a = vs.seeding.choose(one, "opim", 3, model=model, seed=seed, tight=0.05)
    b = vs.seeding.choose(two, "opim", 3, model=model, seed=seed + 1, tight=0.05)
    assert a.lower_bound <= b.upper_bound
    assert b.lower_bound <= a.upper_bound
    judged = vs.classic.independent_cascade if model == MODELS[0] else vs.classic.linear_threshold
    law = "weighted_cascade" if model == MODELS[0] else "uniform"
    sizes = [judged(two, m, law, worlds=20_000, seed=5) for m in (label[a.members], b.members)]
    assert sizes[0].mean() == pytest.approx(sizes[1].mean(), rel=0.02)  # both are near the same best


def test_equal_costs_reduce_to_the_plain_problem():
    """Costs of 2.5 and a budget of 10 are four members: the same answer, with its cost."""
    network = random_network(200, 1200)
    plain = vs.seeding.choose(network, "opim", 4, seed=6)
    priced = vs.seeding.choose(network, "opim", costs=np.full(200, 2.5), budget=10.0, seed=6)
    assert same(dataclasses.replace(plain, cost=10.0), priced)


def test_equal_values_and_nobody_taken_reduce_to_the_plain_problem():
    """Values of 1 draw other roots of the same law: bounds of either hold for the other; nobody taken is no change."""
    network = random_network(200, 1200)
    plain = vs.seeding.choose(network, "opim", 4, seed=6)
    assert same(plain, vs.seeding.choose(network, "opim", 4, seed=6, taken=[]))
    valued = vs.seeding.choose(network, "opim", 4, seed=6, value=np.full(200, 2.0))
    assert valued.lower_bound / 2 <= plain.upper_bound
    assert plain.lower_bound <= valued.upper_bound / 2


def test_only_the_targets_count():
    """Two stars, the smaller of them the target: its middle is chosen, and who is no target adds nothing."""
    source, target = [0] * 30 + [50] * 18, list(range(1, 31)) + list(range(51, 69))
    network = vs.Network.from_edges(source, target, members=70)
    found = vs.seeding.choose(network, "opim", 1, probability=1.0, value=np.arange(70) >= 50)
    assert found.members.tolist() == [50]
    assert found.lower_bound <= 19.0 <= found.upper_bound <= 20.0


@pytest.mark.parametrize(
    "options",
    [
        {"taken": [0, 1, 2, 3, 4], "value": [1, 1, 1, 1, 1, 0]},  # who is left counts nothing, and follows nobody
        {"value": [0, 1, 1, 1, 0, 0], "costs": [9, 9, 9, 9, 0.1, 0.2], "budget": 1.0},  # who can be paid reaches nobody
    ],
)
def test_who_reaches_nobody_that_counts_is_told_so(options: dict[str, object]) -> None:
    """The best adds 0: the answer says how little at most, without filling the memory with sets."""
    network = vs.Network.from_edges([0, 1, 2, 3], [1, 2, 3, 4], members=6)
    found = vs.seeding.choose(network, "opim", 1, probability=0.5, memory_gib=0.001, **options)
    assert (found.expected_reach, found.lower_bound, found.guarantee) == (0.0, 0.0, 0.0)
    assert 0.0 < found.upper_bound < 0.05


def test_who_is_taken_is_not_chosen_and_adds_nothing():
    """With the larger star's middle taken the other is chosen, and the numbers are of what it adds."""
    source, target = [0] * 30 + [50] * 18, list(range(1, 31)) + list(range(51, 69))
    network = vs.Network.from_edges(source, target, members=70)
    found = vs.seeding.choose(network, "opim", 1, probability=1.0, taken=[0])
    assert found.members.tolist() == [50]
    assert found.lower_bound <= 19.0 <= found.upper_bound < 35.0


def test_a_dear_hub_gives_way_to_cheap_members():
    """A hub of 20 that costs all of the budget loses to four stars of 10 that cost as much together."""
    hub = [(0, v) for v in range(1, 21)]
    stars = [(21 + 11 * i, 22 + 11 * i + j) for i in range(4) for j in range(10)]
    source, target = np.array(hub + stars).T
    network = vs.Network.from_edges(source, target, members=65)
    costs = np.full(65, 2.5)
    costs[0] = 10.0
    found = vs.seeding.choose(network, "opim", probability=1.0, costs=costs, budget=10.0)
    assert sorted(found.members.tolist()) == [21, 32, 43, 54]
    costs[0] = 2.5 + 1e-3
    assert 0 in vs.seeding.choose(network, "opim", probability=1.0, costs=costs, budget=10.1).members


def test_a_dear_member_worth_more_than_all_the_cheap_is_found():
    """Gain for cost prefers the cheap loner, after whom the hub is too expensive; the best single member mends that."""
    network = vs.Network.from_edges([0] * 40, np.arange(2, 42), members=42)
    costs = np.full(42, 60.0)
    costs[0], costs[1] = 50.0, 1.0  # 41 / 50 a cost against 1 / 1
    found = vs.seeding.choose(network, "opim", probability=1.0, costs=costs, budget=50.0)
    assert found.members.tolist() == [0]
    assert found.cost == 50.0


def test_tight_goes_on():
    """A smaller ``tight`` draws more sets and leaves a better certificate; the bounds still hold together."""
    network = random_network(200, 1200)
    found = [vs.seeding.choose(network, "opim", 4, seed=6, tight=t) for t in (None, 0.1, 0.03)]
    assert found[0].sets <= found[1].sets < found[2].sets
    assert found[0].guarantee <= found[1].guarantee < found[2].guarantee
    assert max(f.lower_bound for f in found) <= min(f.upper_bound for f in found)


def test_improve_loses_nothing():
    """The last improvement never reaches less, and with few sets to choose from it reaches more, in other worlds."""
    network = random_network(2000, 8000)
    ahead = 0
    for seed in range(5):
        before = vs.seeding.choose(network, "opim", 20, seed=seed, epsilon=0.3)
        after = vs.seeding.choose(network, "opim", 20, seed=seed, epsilon=0.3, improve=300)
        sizes = [
            vs.classic.independent_cascade(network, f.members, "weighted_cascade", worlds=20_000, seed=77)
            for f in (before, after)
        ]
        error = (sizes[1] - sizes[0]).std() / np.sqrt(20_000)
        assert sizes[1].mean() >= sizes[0].mean() - 4.5 * error
        assert after.lower_bound <= sizes[1].mean() <= after.upper_bound
        ahead += sizes[1].mean() > sizes[0].mean() + 4.5 * error
    assert ahead >= 4


def test_numbers_of_numpy_are_numbers():
    """Options may be numpy scalars: the answer is that of plain numbers."""
    network = random_network(200, 1200)
    plain = vs.seeding.choose(network, "opim", 3, probability=0.1, epsilon=0.2, delta=0.01, threads=2)
    other = vs.seeding.choose(
        network,
        "opim",
        3,
        probability=np.float64(0.1),
        epsilon=np.float64(0.2),
        delta=np.float32(0.01),
        threads=np.int64(2),
    )
    assert plain.members.tolist() == other.members.tolist()
    assert plain.lower_bound == pytest.approx(other.lower_bound, rel=1e-3)


def test_several_channels_share_the_threshold():
    """Under linear threshold on two channels the weights into a member sum to 1 over both; given ones must not exceed 1."""
    networks = [random_network(100, 500, seed) for seed in (1, 2)]
    people = Candidates(networks, np.ones(100, dtype=bool))
    found = propose(people, "opim", 3, 1, {"model": "linear_threshold"})
    assert 3.0 <= found.lower_bound <= found.upper_bound <= 100.0
    with pytest.raises(InputError, match="sum to"):
        propose(people, "opim", 3, 1, {"model": "linear_threshold", "probability": 0.9})


def test_more_members_reach_no_fewer():
    """The best spread is monotone in the number of members: no lower bound exceeds the upper bound of more members."""
    rng = np.random.default_rng(8)
    source = rng.integers(0, 200, 1200)
    target = (source + rng.integers(1, 200, 1200)) % 200
    edges = np.unique(np.column_stack([source, target]), axis=0)
    network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=200)
    found = [vs.seeding.choose(network, "opim", count=k, probability=0.1) for k in (1, 2, 5, 20)]
    for fewer, more in itertools.pairwise(found):
        assert fewer.lower_bound <= more.upper_bound
        assert fewer.expected_reach < more.expected_reach


@pytest.mark.parametrize(
    "bad",
    [
        {"epsilon": 0.0},
        {"epsilon": 0.7},
        {"delta": 1.0},
        {"delta": "a"},
        {"probability": 1.5},
        {"probability": "x"},
        {"eps": 0.1},
        {"epsilon": True},
        {"model": "sir"},
        {"value": [1.0]},
        {"value": [1.0, -1.0, 0.0]},
        {"value": [1.0, np.nan, 0.0]},
        {"taken": [3]},
        {"taken": [0.5]},
        {"costs": [1.0, 1.0, 1.0]},
        {"budget": 3.0},
        {"costs": [1.0, 0.0, 1.0], "budget": 1.0},
        {"costs": [1.0, 1.0, 1.0], "budget": 0.0},
        {"threads": 0},
        {"memory_gib": 0},
        {"tight": 1.0},
        {"improve": -1},
    ],
)
def test_options_out_of_range_are_refused(bad):
    """Every option is checked, each with its bounds, and unknown ones are refused."""
    network = vs.Network.from_edges([0, 1], [1, 2], members=3)
    with pytest.raises(InputError):
        vs.seeding.choose(network, "opim", count=1, **bad)


def test_targets_by_word():
    """Communities and a least match say who counts, as the same numbers do; where they are unknown that is told."""
    network = random_network(100, 500)
    community, match = (np.arange(100) % 5).astype(np.int32), np.linspace(0, 1, 100)
    people = Candidates([network], np.ones(100, dtype=bool), community, match)
    counts = np.isin(community, [1, 3]) & (match >= 0.4)
    word = propose(people, "opim", 3, 1, {"value": {"communities": [1, 3], "match_at_least": 0.4}})
    assert same(word, propose(people, "opim", 3, 1, {"value": counts}))
    assert word.upper_bound <= counts.sum()
    bare = Candidates([network], np.ones(100, dtype=bool))
    for value in ({"communities": [1]}, {"match_at_least": 0.4}, {"interest": 1}, {}):
        with pytest.raises(InputError, match="value"):
            propose(bare, "opim", 3, 1, {"value": value})
    with pytest.raises(InputError, match="leaves nobody"):
        propose(people, "opim", 3, 1, {"value": {"match_at_least": 1.5}})
    with pytest.raises(InputError, match=r"value\.communities\[0\] must be a community number 0\.\.4, got 9"):
        propose(people, "opim", 3, 1, {"value": {"communities": [9]}})


def test_one_cost_for_all():
    """A single cost is that of every member: the budget buys so many."""
    network = random_network(100, 500)
    found = vs.seeding.choose(network, "opim", costs=3.0, budget=10.0)
    assert len(found.members) == 3
    assert found.cost == 9.0


def test_weights_of_the_network():
    """The word "influence_weight" takes the network's own weights, as the same numbers given one per edge."""
    edges = np.array([[0, 1], [1, 2], [0, 2], [3, 2]])
    weight = np.array([0.5, 0.25, 0.5, 0.125])
    network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=4, influence_weight=weight)
    for model in MODELS:
        word, given_ = (
            vs.seeding.choose(network, "opim", 1, model=model, probability=p) for p in ("influence_weight", weight)
        )
        assert same(word, given_)
    with pytest.raises(InputError, match="no influence_weight"):
        vs.seeding.choose(random_network(10, 20), "opim", 1, probability="influence_weight")


def test_as_many_as_asked_or_an_error():
    """Who is taken cannot be chosen: asking for more than are left is told, and a count must be a whole number."""
    network = random_network(10, 20)
    with pytest.raises(InputError, match="7 are eligible besides those taken"):
        vs.seeding.choose(network, "opim", 8, taken=[1, 2, 3])
    assert len(vs.seeding.choose(network, "opim", 7, taken=[1, 2, 3]).members) == 7
    for count in (None, 2.5, True, "3"):
        with pytest.raises(InputError):
            vs.seeding.choose(network, "opim", count)
    assert len(vs.seeding.choose(network, "opim", np.int64(2)).members) == 2


@pytest.mark.parametrize("options", [{}, {"costs": np.linspace(1, 2, 400), "budget": 8.0}, {"value": np.ones(400)}])
def test_where_all_are_reached_anyhow_the_upper_bound_says_so(options):
    """A ring of certain follows with one member taken: nobody adds anything, and the search ends with a small bound."""
    ring = vs.Network.from_edges(np.arange(400), (np.arange(400) + 1) % 400, members=400)
    found = vs.seeding.choose(ring, "opim", 5, probability=1.0, taken=[7], **options)
    assert found.expected_reach == found.lower_bound == 0.0
    assert 0.0 < found.upper_bound < 0.05 * 8
    assert len(found.members) == (0 if "costs" in options else 5)
