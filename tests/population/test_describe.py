"""Statistics of networks: exact on real data with published counts, and equal to networkx on small graphs."""

import networkx as nx
import numpy as np
import pytest
from real_data import real_file

from viralsim.population.generators.communities import found_communities
from viralsim.population.importers.read import read_network
from viralsim.population.network.describe import describe_network, tail_exponent
from viralsim.population.network.graph_stats import local_clustering, neighbour_rows
from viralsim.population.network.network import Network, ViralsimWarning


def test_email_eu_core_has_its_published_numbers():
    """Reciprocity, transitivity, triangles, components and largest degrees of email-Eu-core, exactly."""
    with pytest.warns(ViralsimWarning, match="dropped 642 self-loops and 0 parallel"):
        network = read_network(real_file("email-eu-core/edges.txt.gz"))
    d = describe_network(network)
    assert (d.members, d.follows, d.triangles) == (1005, 24929, 105_461)
    assert (d.largest_weak_component, d.largest_strong_component) == (986, 803)
    assert (d.followers.maximum, d.following.maximum) == (333, 211)
    assert round(d.reciprocity, 3) == 0.711
    assert round(d.transitivity, 3) == 0.267
    assert d.modularity > 0.4


def test_epinions_has_its_published_numbers():
    """75,879 members, 508,837 follows, 1,624,481 triangles, components and reciprocity of soc-Epinions1."""
    network = read_network(real_file("soc-epinions1/edges.txt.gz"), "source follows target")
    d = describe_network(network)
    assert (d.members, d.follows, d.triangles) == (75_879, 508_837, 1_624_481)
    assert (d.largest_weak_component, d.largest_strong_component) == (75_877, 32_223)
    assert (d.followers.maximum, d.following.maximum) == (3035, 1801)
    assert round(d.reciprocity, 3) == 0.405
    assert round(d.transitivity, 4) == 0.0657


def test_congress_strengths_have_their_published_spectral_radius():
    """Weighted by transmission probability the radius is 0.2077; of the bare follows it is what ARPACK finds."""
    network = read_network(real_file("congress-twitter/edges.txt.gz"), tie_strength="2")
    assert (network.members, network.follows) == (475, 13_289)
    dense = np.zeros((475, 475))
    dense[network.sources(), network.followers] = network.tie_strength
    assert np.abs(np.linalg.eigvals(dense)).max() == pytest.approx(0.2077, abs=5e-5)
    d = describe_network(network)
    assert d.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(dense > 0)).max(), rel=1e-6)
    assert (d.weak_components, d.largest_strong_component) == (1, 469)
    assert d.mean_tie_strength == pytest.approx(0.00581, abs=5e-6)


@pytest.mark.parametrize("seed", range(4))
def test_statistics_agree_with_networkx(seed):
    """Clustering, transitivity, reciprocity, components, assortativity and distances of random directed graphs."""
    graph = nx.gnp_random_graph(60, 0.06, seed=seed, directed=True)
    d = describe_network(Network.from_networkx(graph))
    plain = graph.to_undirected()
    assert d.transitivity == pytest.approx(nx.transitivity(plain))
    assert d.mean_local_clustering == pytest.approx(nx.average_clustering(plain))
    assert d.reciprocity == pytest.approx(nx.overall_reciprocity(graph))
    assert d.weak_components == nx.number_weakly_connected_components(graph)
    assert d.strong_components == nx.number_strongly_connected_components(graph)
    assert d.assortativity == pytest.approx(nx.degree_assortativity_coefficient(plain))
    lengths = [n for _, row in nx.all_pairs_shortest_path_length(graph) for n in row.values() if n]
    assert d.mean_distance == pytest.approx(np.mean(lengths))
    assert d.longest_distance == max(lengths)
    assert d.spectral_radius == pytest.approx(max(abs(nx.adjacency_spectrum(graph))), rel=1e-6)
    assert d.density == pytest.approx(nx.density(graph))


def test_clustering_beside_hubs_agrees_with_networkx():
    """Rows more than 16 times as long as a member's are looked up: hubs that are linked, that are not, and one alone."""
    for linked in ([(0, 1), (1, 2), (2, 0)], [(0, 1)], []):
        graph = nx.gnp_random_graph(900, 0.003, seed=len(linked), directed=True)
        graph.remove_edges_from([(u, v) for u in range(3) for v in range(3) if u != v])
        graph.add_edges_from(linked)
        graph.add_edges_from((hub, v) for hub in range(3) for v in range(3, 900) if v % 7 != hub)
        plain = graph.to_undirected()
        assert max(d for _, d in plain.degree) > 16 * np.median([d for _, d in plain.degree])
        network = Network.from_networkx(graph)
        rows, neighbours = neighbour_rows(network.indptr, network.followers)
        expected = nx.clustering(plain)
        found = local_clustering(rows, neighbours, np.arange(900))
        np.testing.assert_allclose(found, [expected[v] for v in range(900)], atol=1e-12)


def test_spectral_radius_of_known_graphs():
    """A tree of information has 0, a directed cycle 1, a complete graph N - 1, a star the root of its leaves."""
    assert describe_network(Network.from_edges([0, 0, 1], [1, 2, 3])).spectral_radius == 0
    assert describe_network(Network.from_networkx(nx.cycle_graph(9, nx.DiGraph))).spectral_radius == pytest.approx(1)
    assert describe_network(Network.from_networkx(nx.complete_graph(12))).spectral_radius == pytest.approx(11)
    assert describe_network(Network.from_networkx(nx.star_graph(900))).spectral_radius == pytest.approx(30)


def test_communities_of_joined_cliques_are_the_cliques():
    """Leiden finds five cliques in a ring, largest first, and gives their modularity."""
    graph = nx.ring_of_cliques(5, 8)
    labels, modularity = found_communities(Network.from_networkx(graph))
    truth = np.arange(40) // 8
    assert len(set(zip(labels.tolist(), truth.tolist(), strict=True))) == 5
    assert modularity == pytest.approx(nx.community.modularity(graph, [set(range(8 * i, 8 * i + 8)) for i in range(5)]))


def test_the_tail_exponent_of_a_power_law_is_found():
    """Whole numbers of a power law of exponent 2.5 give 2.5; equal numbers have no tail."""
    rng = np.random.default_rng(4)
    values = np.floor((10 - 0.5) * (1 - rng.random(50_000)) ** (-1 / 1.5) + 0.5)
    assert tail_exponent(values)[0] == pytest.approx(2.5, abs=0.05)
    assert tail_exponent(np.full(1000, 7)) == (None, None, 0)


def test_networks_without_follows_have_no_undefined_numbers():
    """What is not defined is None, never 0 or an error."""
    for members in (0, 1, 3):
        d = describe_network(Network.from_edges([], [], members=members))
        assert d.reciprocity is d.transitivity is d.assortativity is d.mean_distance is d.modularity is None
        assert d.weak_components == members
        assert d.spectral_radius == 0
