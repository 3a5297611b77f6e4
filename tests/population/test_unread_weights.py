"""Weights of edges that nobody asked for: never left out in silence."""

import json
import warnings

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, save_npz

from viralsim.errors import ViralsimWarning
from viralsim.population.network.network import Network


def weighted(weight: object = 0.25) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_edge("ann", "bob", weight=weight)
    return graph


def told(build) -> tuple[Network, str]:
    """The network that ``build`` makes, and its one note, which must be warned of as well."""
    with pytest.warns(ViralsimWarning) as caught:
        network = build()
    assert [str(one.message) for one in caught] == list(network.notes)
    assert caught[0].filename == __file__
    return network, network.notes[0]


def test_unread_weights_of_graphs_are_warned_of():
    """networkx and igraph: the warning names the attribute and the argument that would take it, as the note of a file does."""
    for build in (
        lambda: Network.from_networkx(weighted()),
        lambda: Network.from_igraph(igraph.Graph(2, [(0, 1)], directed=True, edge_attrs={"weight": [0.25]})),
    ):
        network, note = told(build)
        assert note == "attributes of edges not read: weight (name one in tie_strength to use it)"
        assert network.tie_strength is None


def test_weights_that_are_asked_for_count_and_nothing_is_said():
    """Either argument takes the attribute; so does weighted=True the entries of a matrix."""
    matrix = coo_array(([0.25], ([0], [1])), shape=(2, 2))
    frame = pd.DataFrame({"a": [0], "b": [1], "weight": [0.25]})
    for network in (
        Network.from_networkx(weighted(), tie_strength="weight"),
        Network.from_igraph(
            igraph.Graph(2, [(0, 1)], directed=True, edge_attrs={"weight": [0.25]}), tie_strength="weight"
        ),
        Network.from_scipy(matrix, weighted=True),
        Network.from_pandas(frame, "a", "b", tie_strength="weight"),
    ):
        assert network.tie_strength.tolist() == [0.25]
        assert network.notes == ()
    assert Network.from_networkx(weighted(), influence_weight="weight").influence_weight.tolist() == [0.25]


def test_what_changes_nothing_is_noted_and_not_warned_of():
    """A weight of 1, texts and flags are no weights: a note names them, no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for value in (1, 1.0, "friend", True, False):
            assert "not read: weight" in Network.from_networkx(weighted(value)).notes[0]
        assert Network.from_networkx(nx.path_graph(3)).notes == ()
        frame = pd.DataFrame({"a": [0], "b": [1], "seen": [7]})
        assert Network.from_pandas(frame, "a", "b").notes == (
            "columns not read: seen (name a column in tie_strength to use it)",
        )


def test_entries_of_matrices_and_columns_called_weight_are_warned_of():
    """The sizes of a matrix's entries and a column called like a weight."""
    _, note = told(lambda: Network.from_scipy(coo_array(([0.25], ([0], [1])), shape=(2, 2))))
    assert (
        note == "entries other than 0 are edges; their sizes were not read (weighted=True takes them as tie strengths)"
    )
    frame = pd.DataFrame({"a": [0], "b": [1], "Weight": [3]})
    _, note = told(lambda: Network.from_pandas(frame, "a", "b"))
    assert note == "columns not read: Weight (name a column in tie_strength to use it)"


def test_files_of_every_kind_say_which_weights_were_not_read(tmp_path):
    """JSON in three forms, LEDA, DIMACS and scipy's archives left weights out without a word."""
    graph, lists = weighted(), [["ann", "bob", 0.25]]
    save_npz(tmp_path / "m.npz", coo_array(([0.25], ([0], [1])), shape=(2, 2)))
    texts = {
        "a.json": (json.dumps(nx.node_link_data(graph)), "not read: weight"),
        "b.json": (json.dumps(nx.adjacency_data(graph)), "not read: weight"),
        "c.json": (json.dumps(lists), "not read: 2"),
        "d.json": (json.dumps([{"from": "ann", "to": "bob", "w": 3}]), "not read: w"),
        "a.col": ("p sp 2 1\na 1 2 5\n", "weights of edges were not read"),
        "a.leda": ("LEDA.GRAPH\nvoid\nfloat\n-1\n2\n|{}|\n|{}|\n1\n1 2 0 |{0.25}|\n", "labels of edges were not read"),
    }
    for name, (text, expected) in texts.items():
        (tmp_path / name).write_text(text)
        said = [note for note in Network.read(tmp_path / name).notes if "not read" in note]
        assert len(said) == 1, name
        assert expected in said[0], name
    assert "their sizes were not read" in Network.read(tmp_path / "m.npz").notes[0]


def test_weights_of_json_lists_can_be_asked_for(tmp_path):
    """The third entry of a list is taken by its place, as a column without a name is."""
    (tmp_path / "list.json").write_text(json.dumps([["ann", "bob", 0.25]]))
    network = Network.read(tmp_path / "list.json", tie_strength=2)
    np.testing.assert_array_equal(network.tie_strength, np.float32([0.25]))
    assert not [note for note in network.notes if "not read" in note]
