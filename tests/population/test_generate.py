"""Generated networks have what was asked for, and only what was asked for decides them."""

import numpy as np
import pytest

from viralsim.errors import NetworkError
from viralsim.population.generators.communities import community_sizes, drawn_communities
from viralsim.population.generators.degrees import degree_budgets
from viralsim.population.generators.generate import Traits, generate_network, traits_of
from viralsim.population.network.csr import rows_are_sound
from viralsim.population.network.describe import tail_exponent

SIZE = 12_000


@pytest.mark.parametrize(
    ("asked", "exponent", "communities"),
    [
        (Traits(20, 0.4, 0.2, 0.15), 2.4, 20),
        (Traits(20, 0.0, 0.2, 0.3), 2.8, 20),
        (Traits(12, 1.0, 0.3, 0.15), 2.6, 20),
        (Traits(30, 0.7, 0.1, 0.5), 3.0, 8),
        (Traits(8, 0.4, 0.15, 0.0), 2.4, 1),
    ],
)
def test_a_generated_network_has_the_traits_asked_for(asked, exponent, communities):
    """Mean following within 3 %, reciprocity within 0.03, local clustering within 25 %, mixing within 0.03."""
    community = drawn_communities(SIZE, communities, 2.0)
    network = generate_network(
        community, asked.mean_following, exponent, asked.reciprocity, asked.clustering, asked.mixing, seed=3
    )
    reached = traits_of(network, community)
    assert reached.mean_following == pytest.approx(asked.mean_following, rel=0.03)
    assert reached.reciprocity == pytest.approx(asked.reciprocity, abs=0.03)
    assert reached.clustering == pytest.approx(asked.clustering, rel=0.25)
    assert reached.mixing == pytest.approx(asked.mixing, abs=0.03)
    assert rows_are_sound(network.indptr, network.followers)


def test_corrections_found_on_a_part_hold_for_the_whole():
    """Above 30,000 members the corrections come from some communities; the whole network has the traits too."""
    community = drawn_communities(60_000, 60, 2.0)
    reached = traits_of(generate_network(community, 20, 2.4, 0.4, 0.2, 0.15, seed=5), community)
    assert reached.mean_following == pytest.approx(20, rel=0.03)
    assert reached.reciprocity == pytest.approx(0.4, abs=0.03)
    assert reached.clustering == pytest.approx(0.2, rel=0.25)
    assert reached.mixing == pytest.approx(0.15, abs=0.03)


def test_the_number_of_followers_has_the_tail_asked_for():
    """The exponent of the drawn numbers of followers is the one asked for; following has a milder tail."""
    rng = np.random.default_rng(1)
    for exponent in (2.2, 2.5, 3.0):
        budgets = degree_budgets(20.0, exponent, 0.4, rng.random(100_000), rng.random(100_000))
        top = np.sort(budgets.followers)[::-1][:10_000]
        assert 1 + 1 / np.log(top / top[-1]).mean() == pytest.approx(exponent, abs=0.12)
        assert budgets.followers.mean() == pytest.approx(20.0, rel=1e-6)
        assert budgets.following.mean() == pytest.approx(20.0, rel=1e-6)
        assert (budgets.mutual <= np.minimum(budgets.followers, budgets.following) + 1e-9).all()
        assert budgets.mutual.mean() == pytest.approx(0.4 * 20.0, rel=1e-6)
        assert budgets.following.max() < budgets.followers.max() / 5


def test_the_largest_hub_varies_as_the_largest_of_independent_draws():
    """The largest budget of N draws has the median N ** (1 / (exponent - 1)) of the theory, not a bound of ours."""
    n, exponent, largest = 2_000, 3.0, []
    rng = np.random.default_rng(6)
    for _ in range(600):
        budgets = degree_budgets(4.0, exponent, 0.0, rng.random(n), rng.random(n))
        largest.append(budgets.followers.max() / 2.0)  # in units of the least budget: mean 4 = 2 * (e - 1) / (e - 2)
    assert np.median(largest) == pytest.approx((n / 0.5) ** 0.5, rel=0.12)
    assert np.quantile(largest, 0.9) > 1.8 * np.median(largest)


def test_followers_of_a_generated_network_are_heavy_tailed():
    """The largest hub has many times the mean, and the fitted tail is near the exponent asked for."""
    network = generate_network(drawn_communities(30_000, 20, 2.0), 20, 2.5, 0.3, 0.1, 0.2, seed=1)
    followers = network.follower_count()
    exponent, _, members = tail_exponent(followers)
    assert exponent == pytest.approx(2.5, abs=0.35)
    assert members > 100
    assert followers.max() > 50 * followers.mean()
    assert network.following_count().max() < followers.max() / 5


def test_the_seed_and_nothing_else_decides():
    """The same arguments give the same bits; another seed another network of the same kind."""
    community = drawn_communities(2_000, 5, 2.0)
    one = generate_network(community, 10, 2.4, 0.4, 0.2, 0.15, seed=7)
    again = generate_network(community, 10, 2.4, 0.4, 0.2, 0.15, seed=7)
    other = generate_network(community, 10, 2.4, 0.4, 0.2, 0.15, seed=8)
    assert one.fingerprint() == again.fingerprint()
    assert one.fingerprint() != other.fingerprint()


def test_absent_members_have_no_follows():
    """Whoever has no account neither follows nor is followed; the mean holds among those present."""
    community = drawn_communities(4_000, 5, 2.0)
    present = np.arange(4_000) % 2 == 0
    network = generate_network(community, 10, 2.4, 0.4, 0.1, 0.15, seed=1, present=present)
    assert network.members == 4_000
    assert not network.follower_count()[~present].any()
    assert not network.following_count()[~present].any()
    assert network.follows / present.sum() == pytest.approx(10, rel=0.03)


def test_similar_members_share_circles():
    """With a similarity, follows inside a community join members that are closer than by chance."""
    community = drawn_communities(4_000, 4, 2.0)
    value = np.random.default_rng(2).random(4_000)

    def distance(similarity):
        network = generate_network(community, 15, 2.6, 0.5, 0.3, 0.1, seed=1, similarity=similarity)
        return np.abs(value[network.sources()] - value[network.followers]).mean()

    assert distance(value) < 0.8 * distance(None)


@pytest.mark.parametrize("members", [0, 1, 2, 3, 10])
def test_the_smallest_audiences_are_networks_too(members):
    """A handful of members, and more follows asked for than there are pairs, give a sound network."""
    community = drawn_communities(members, 3, 2.0) if members else np.zeros(0, np.int32)
    network = generate_network(community, 30, 2.4, 0.5, 0.5, 0.5, seed=1)
    assert network.members == members
    assert rows_are_sound(network.indptr, network.followers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean_following", -1),
        ("mean_following", np.nan),
        ("degree_exponent", 1.0),
        ("reciprocity", 1.1),
        ("clustering", -0.1),
        ("mixing", np.nan),
    ],
)
def test_impossible_traits_are_refused(name, value):
    """A trait out of bounds is named."""
    traits = {"mean_following": 5, "degree_exponent": 2.4, "reciprocity": 0.4, "clustering": 0.2, "mixing": 0.1}
    with pytest.raises(NetworkError, match=name):
        generate_network(np.zeros(10, np.int32), **{**traits, name: value}, seed=1)


@pytest.mark.parametrize(
    ("members", "count", "exponent"), [(50_000, 40, 2.0), (1_000, 10, 1.5), (7, 7, 3.0), (5, 9, 2.0)]
)
def test_community_sizes_sum_up_and_fall_as_a_power(members, count, exponent):
    """Every member has one community, none is empty, sizes fall."""
    sizes = community_sizes(members, count, exponent)
    assert sizes.sum() == members
    assert len(sizes) == min(count, members)
    assert sizes.min() >= 1
    assert (np.diff(sizes) <= 0).all()


def test_community_sizes_follow_the_exponent():
    """A rank-size plot of many communities has the slope of the power law in its middle."""
    sizes = community_sizes(10_000_000, 2_000, 2.5)
    rank = np.array([50, 500])
    slope = np.log(sizes[rank[0]] / sizes[rank[1]]) / np.log(rank[1] / rank[0])
    assert slope == pytest.approx(1 / 1.5, abs=0.05)
