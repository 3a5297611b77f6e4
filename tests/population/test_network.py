"""Networks of edges and of other libraries' graphs."""

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array

from viralsim.errors import NetworkError
from viralsim.population.network.network import Network, ViralsimWarning

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=60)


def arcs(network: Network) -> set[tuple[int, int]]:
    return set(zip(network.sources().tolist(), network.followers.tolist(), strict=True))


@settings(deadline=None, max_examples=80)
@given(EDGES)
@pytest.mark.filterwarnings("ignore::viralsim.population.network.network.ViralsimWarning")
def test_rows_hold_exactly_the_distinct_edges_and_remember_where_each_went(edges):
    """Rows are the set of given edges without loops, ascending; edge_position finds every given edge again."""
    source, target = [e[0] for e in edges], [e[1] for e in edges]
    network = Network.from_edges(source, target, members=8)
    assert {e for e in edges if e[0] != e[1]} == arcs(network)
    assert network.follows == len(arcs(network))
    assert network.indptr.dtype == np.int64
    assert network.followers.dtype == np.int32
    for u in range(8):
        row = network.followers[network.indptr[u] : network.indptr[u + 1]]
        assert (np.diff(row) > 0).all()
    sources = network.sources()
    for (u, v), position in zip(edges, network.edge_position, strict=True):
        if u == v:
            assert position == -1
        else:
            assert (u, v) == (sources[position], network.followers[position])
    assert network.following_count().tolist() == [sum(b == v for _, b in arcs(network)) for v in range(8)]
    assert network.follower_count().tolist() == [sum(a == u for a, _ in arcs(network)) for u in range(8)]


def test_a_warning_counts_what_was_dropped():
    """Self-loops and parallel edges are dropped, and both are counted."""
    with pytest.warns(ViralsimWarning, match="dropped 2 self-loops and 3 parallel edges"):
        Network.from_edges([0, 1, 0, 0, 0, 2, 2], [0, 1, 1, 1, 1, 3, 3])


def test_the_first_of_parallel_edges_keeps_its_strength():
    """Strengths go with their edges through sorting; of parallel edges the first given counts."""
    with pytest.warns(ViralsimWarning, match="1 parallel"):
        network = Network.from_edges([2, 0, 0, 0], [0, 2, 1, 2], tie_strength=[0.1, 0.2, 0.3, 0.4])
    assert network.followers.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(network.tie_strength, np.float32([0.3, 0.2, 0.1]))


def test_undirected_edges_run_both_ways_with_one_strength():
    """directed=False gives both arcs; edge_position lists the arcs as given, then the reversed ones."""
    network = Network.from_edges([0, 1], [1, 2], directed=False, tie_strength=[0.5, 0.25])
    assert arcs(network) == {(0, 1), (1, 0), (1, 2), (2, 1)}
    np.testing.assert_array_equal(network.tie_strength, np.float32([0.5, 0.5, 0.25, 0.25]))
    assert network.edge_position.tolist() == [0, 2, 1, 3]


def test_labels_are_numbered_in_sorted_order_whatever_the_order_of_edges():
    """The order of edges changes no member number; labels come back in ids."""
    one = Network.from_edges(["carl", "ann"], ["ann", "bob"])
    two = Network.from_edges(["ann", "carl"], ["bob", "ann"])
    assert one.ids.tolist() == ["ann", "bob", "carl"]
    assert one.fingerprint() == two.fingerprint()
    kept = Network.from_edges(["ann"], ["bob"], ids=["zoe", "bob", "ann"])
    assert kept.members == 3
    assert arcs(kept) == {(2, 1)}


@pytest.mark.parametrize(
    ("source", "target", "options", "message"),
    [
        ([0], [5], {"members": 5}, r"id 5 is out of range 0\.\.4"),
        ([-1], [0], {}, "negative"),
        ([0.5], [0], {}, "whole numbers"),
        ([float("nan")], [0], {}, "whole numbers"),
        ([0], [10**12], {}, "out of range"),
        ([0], [2**31 - 2], {}, "would make 2147483647 members"),
        ([0], [10**30], {}, "whole numbers in 0"),
        ([True], [False], {}, "true and false"),
        ([0], [1], {"members": 10**12}, "members must be a whole number in 0"),
        ([0, 1], [1], {}, "source has 2 entries and target 1"),
        ([[0, 1]], [[1, 2]], {}, "one-dimensional"),
        ([0], [1], {"tie_strength": [1.5]}, r"in \[0, 1\]"),
        ([0], [1], {"tie_strength": [-0.1]}, "finite number >= 0"),
        ([0], [1], {"tie_strength": [np.inf]}, "finite"),
        ([0], [1], {"tie_strength": [0.1, 0.2]}, "one number per edge"),
        ([0], [1], {"tie_strength": ["x"]}, "one number per edge"),
        ([0, 1], [2, 2], {"influence_weight": [0.7, 0.7]}, "sum to 1.4"),
        (["a"], [None], {}, "missing"),
        (["a"], ["b"], {"members": 3}, "name 2"),
        (["a"], ["b"], {"ids": ["a", "c"]}, "'b' of an edge is not among ids"),
    ],
)
def test_what_can_be_no_network_is_refused(source, target, options, message):
    """Every kind of wrong edge is a NetworkError that says what is wrong."""
    with pytest.raises(NetworkError, match=message):
        Network.from_edges(source, target, **options)


def test_networks_of_other_libraries_are_the_same_network():
    """networkx, igraph, scipy and pandas give the rows that from_edges gives."""
    source, target = np.array([0, 3, 1, 2]), np.array([1, 0, 2, 0])
    expected = Network.from_edges(source, target).fingerprint()
    pairs = list(zip(source.tolist(), target.tolist(), strict=True))
    directed = nx.DiGraph()
    directed.add_nodes_from(range(4))
    directed.add_edges_from(pairs)
    assert expected == Network.from_networkx(directed).fingerprint()
    assert expected == Network.from_igraph(igraph.Graph(4, pairs, directed=True)).fingerprint()
    matrix = coo_array((np.ones(4), (source, target)), shape=(4, 4))
    assert expected == Network.from_scipy(matrix).fingerprint()
    frame = pd.DataFrame({"who": target, "whom": source, "w": [0.1, 0.2, 0.3, 0.4]})
    assert expected == Network.from_pandas(frame, "who", "whom", edge_means="source follows target").fingerprint()
    weighted = Network.from_pandas(frame, "whom", "who", tie_strength="w")
    np.testing.assert_array_equal(weighted.tie_strength, np.float32([0.1, 0.3, 0.4, 0.2]))


def test_graph_labels_of_any_kind_come_back():
    """Node labels of networkx, tuples included, and names of igraph are the ids."""
    graph = nx.Graph([(("a", 1), ("b", 2))])
    assert Network.from_networkx(graph).ids.tolist() == [("a", 1), ("b", 2)]
    named = igraph.Graph(2, [(0, 1)])
    named.vs["name"] = ["x", "y"]
    network = Network.from_igraph(named)
    assert network.ids.tolist() == ["x", "y"]
    assert network.follows == 2


def test_adapters_name_missing_columns_and_attributes():
    """A column or attribute that is not there is named, with those that are."""
    with pytest.raises(NetworkError, match='no column "b"; it has: a'):
        Network.from_pandas(pd.DataFrame({"a": [1]}), "a", "b")
    with pytest.raises(NetworkError, match='no attribute "w"'):
        Network.from_networkx(nx.path_graph(2), tie_strength="w")
    with pytest.raises(NetworkError, match='no attribute "w"; they have: none'):
        Network.from_igraph(igraph.Graph(2, [(0, 1)]), tie_strength="w")
    with pytest.raises(NetworkError, match="square"):
        Network.from_scipy(coo_array((2, 3)))
