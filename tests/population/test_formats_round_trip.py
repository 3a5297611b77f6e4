"""Random graphs in every format that networkx and igraph write are read back as the same graph."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import igraph
import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from network_files import edges_of

import viralsim as vs

Write = Callable[[nx.Graph, Path], object]


class Format(NamedTuple):
    """How graphs are written, and what of them the format holds."""

    write: Write
    suffix: str
    states: bool = True  # which way edges run
    isolates: bool = True  # members without edges
    weight: str | None = None  # under which name, column or attribute
    names: str = (
        "any"  # of members: any, words (no blanks), plain (letters of ASCII), numbers (from 0), counted (from 1)
    )
    ids_from: str | None = None


def as_igraph(graph: nx.Graph, names: bool = True) -> igraph.Graph:
    number = {node: i for i, node in enumerate(graph)}
    made = igraph.Graph(len(graph), [(number[a], number[b]) for a, b in graph.edges], directed=graph.is_directed())
    if names:
        made.vs["name"] = list(graph)
    made.es["weight"] = [w for *_, w in graph.edges(data="weight")]
    return made


def gzipped(write: Write) -> Write:
    """As igraph's write_graphmlz, which leaves a temporary file open."""

    def to(graph: nx.Graph, path: Path) -> None:
        write(graph, path)
        path.write_bytes(gzip.compress(path.read_bytes()))

    return to


def by_igraph(method: str, names: bool = True, **options: Any) -> Write:
    return lambda graph, path: getattr(as_igraph(graph, names), f"write_{method}")(str(path), **options)


def as_json(data: Callable[..., object], **options: Any) -> Write:
    return lambda graph, path: path.write_text(json.dumps(data(graph, **options)))


def numbered(graph: nx.Graph) -> nx.Graph:
    return nx.relabel_nodes(graph, {node: i for i, node in enumerate(graph)})


def table(separator: str) -> Write:
    return lambda graph, path: nx.to_pandas_edgelist(graph).to_csv(path, sep=separator, index=False)


def closed(write: Callable[[nx.Graph, Any], object]) -> Write:
    """Through a stream of our own, since networkx leaves its files open."""

    def to(graph: nx.Graph, path: Path) -> None:
        with path.open("wb") as stream:
            write(graph, stream)

    return to


FORMATS = {
    "networkx edgelist": Format(nx.write_edgelist, "edgelist", False, False, "weight", "words"),
    "networkx weighted": Format(nx.write_weighted_edgelist, "txt", False, False, "2", "words"),
    "networkx adjlist": Format(closed(nx.write_adjlist), "txt", False, True, None, "words"),
    "networkx multiline": Format(closed(nx.write_multiline_adjlist), "txt", False, True, "weight", "words"),
    "networkx graphml": Format(nx.write_graphml_xml, "graphml", weight="weight"),
    "networkx gexf": Format(nx.write_gexf, "gexf", weight="weight"),
    "networkx gml": Format(nx.write_gml, "gml", weight="weight"),
    "networkx pajek": Format(nx.write_pajek, "net", weight="weight", names="pajek"),
    "networkx node-link": Format(as_json(nx.node_link_data, edges="links"), "json", weight="weight"),
    "networkx node-link edges": Format(as_json(nx.node_link_data, edges="edges"), "json", weight="weight"),
    "networkx adjacency": Format(as_json(nx.adjacency_data), "json", weight="weight"),
    "networkx cytoscape": Format(as_json(nx.cytoscape_data), "json", weight="weight"),
    "networkx graph6": Format(lambda g, p: nx.write_graph6(numbered(g), p), "g6", names="numbers"),
    "networkx sparse6": Format(lambda g, p: nx.write_sparse6(numbered(g), p), "s6", names="numbers"),
    "pandas commas": Format(table(","), "csv", False, False, "weight"),
    "pandas semicolons": Format(table(";"), "csv", False, False, "weight"),
    "pandas matrix": Format(lambda g, p: nx.to_pandas_adjacency(g, weight=None).to_csv(p), "csv", False),
    "igraph edgelist": Format(by_igraph("edgelist"), "txt", False, False, None, "numbers"),
    "igraph adjacency": Format(by_igraph("adjacency"), "txt", False, True, None, "numbers"),
    "igraph graphml": Format(by_igraph("graphml"), "graphml", weight="weight", ids_from="name"),
    "igraph graphmlz": Format(gzipped(by_igraph("graphml")), "graphmlz", weight="weight", ids_from="name"),
    "igraph gml": Format(by_igraph("gml"), "gml", weight="weight"),
    "igraph pajek": Format(by_igraph("pajek"), "net", weight="weight", names="plain"),
    "igraph leda": Format(by_igraph("leda"), "gw", weight="weight", names="words"),
    "igraph lgl": Format(by_igraph("lgl"), "lgl", False, True, "weight", "plain"),
    "igraph ncol": Format(by_igraph("ncol"), "txt", False, False, "2", "plain"),
    "igraph dimacs": Format(by_igraph("dimacs", source=0, target=1, capacity="weight"), "gr", False, True, "x", "counted"),
}  # fmt: skip
MISSING = {"na", "nan", "nil", "null", "none", "n/a", "k.a."}
ALPHABETS = {
    "any": st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=8),
    "words": st.text(st.characters(codec="utf-8", categories=("L", "N", "Pd", "Pc", "Sc")), min_size=1, max_size=8),
    "pajek": st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8),
    "plain": st.text("abcXYZ019._-", min_size=1, max_size=8),
}


def is_a_name(label: str) -> bool:
    """Whether it can name a member: no blanks at its ends, no word or sign for what is missing, no number of a spreadsheet."""
    spreadsheet = any(c in label.lower() for c in "e.,+") and label.lstrip("+-.")[:1].isdigit()
    return (
        bool(label.strip("-."))
        and label == label.strip()
        and label.casefold() not in MISSING
        and not spreadsheet
        and label[0] not in "#%"
    )


@st.composite
def graphs(draw: Any, names: str) -> nx.Graph:
    """A graph of three or more members, or two in a list, with weights; no loops."""
    count = draw(st.integers(3, 7))
    if names in ("numbers", "counted"):
        labels = [str(i + (names == "counted")) for i in range(count)]
    else:
        labels = draw(st.lists(ALPHABETS[names].filter(is_a_name), min_size=count, max_size=count, unique=True))
    graph = draw(st.sampled_from([nx.Graph, nx.DiGraph]))()
    graph.add_nodes_from(labels)
    for a, b in draw(st.lists(st.tuples(*[st.sampled_from(labels)] * 2), min_size=1, max_size=10)):
        if a != b:
            graph.add_edge(a, b, weight=draw(st.sampled_from([0.5, 0.25, 1.0, 0.1])))
    return graph


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_a_graph_is_read_back_as_it_was_written(tmp_path: Path, name: str, data: Any) -> None:
    """The same members by name, the same follows, the same weights; directions where the format states them."""
    form = FORMATS[name]
    graph = data.draw(graphs(form.names).filter(lambda g: g.number_of_edges() > 0))
    if name in ("networkx graph6", "networkx sparse6"):
        graph = graph.to_undirected()
    path = tmp_path / f"graph.{form.suffix}"
    form.write(graph, path)
    asked: dict[str, Any] = {} if form.states else {"directed": graph.is_directed()}
    if form.ids_from is not None:
        asked["ids_from"] = form.ids_from
    network = vs.Network.read(path, tie_strength=form.weight, **asked)
    both = graph if graph.is_directed() else graph.to_directed()
    if "may count" in "".join(network.notes) or "announces" in "".join(network.notes):
        return  # a first edge such as 3 1 that could count members and edges is told of
    expected = sorted((str(a), str(b)) for a, b in both.edges)
    assert sorted((str(a), str(b)) for a, b in edges_of(network)) == expected
    assert network.members == (len(graph) if form.isolates else len({end for edge in graph.edges for end in edge}))
    if form.weight is not None and network.tie_strength is not None:
        ids = list(range(network.members)) if network.ids is None else network.ids.tolist()
        for u, v, strength in zip(network.sources(), network.followers, network.tie_strength, strict=True):
            assert strength == pytest.approx(both.edges[str(ids[u]), str(ids[int(v)])]["weight"], rel=1e-6)


@pytest.mark.parametrize(("method", "what"), [("dot", "Graphviz"), ("svg", "a picture"), ("pickle", "a Python pickle")])
def test_what_igraph_writes_for_others_is_refused(tmp_path: Path, method: str, what: str) -> None:
    path = tmp_path / "graph.csv"
    graph = as_igraph(nx.path_graph(3, nx.DiGraph), names=False)
    del graph.es["weight"]
    getattr(graph, f"write_{method}")(str(path))
    with pytest.raises(vs.NetworkError, match=what):
        vs.Network.read(path)


def test_what_networkx_writes_for_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.txt"
    nx.write_network_text(nx.path_graph(3), path)
    with pytest.raises(vs.NetworkError, match="a picture of a graph in text"):
        vs.Network.read(path)
    nx.write_latex(nx.path_graph(3, nx.DiGraph), path)
    with pytest.raises(vs.NetworkError, match="LaTeX"):
        vs.Network.read(path)
