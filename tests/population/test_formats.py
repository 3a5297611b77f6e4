"""Network files as people have them: read as the graph that is meant, or refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import viralsim as vs

GRAPHML_ID = (
    '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d" for="node" attr.name="id" '
    'attr.type="long"/><graph edgedefault="directed"><node id="a"><data key="d">9007199254740993</data></node><node id="b">'
    '<data key="d">9007199254740992</data></node><edge source="a" target="b"/></graph></graphml>'
)


def read(folder: Path, name: str, content: str | bytes, **options: Any) -> vs.Network:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return vs.Network.read(path, **options)


def edges_of(network: vs.Network) -> list[tuple[Any, Any]]:
    ids = list(range(network.members)) if network.ids is None else network.ids.tolist()
    return sorted((ids[u], ids[int(v)]) for u, v in zip(network.sources(), network.followers, strict=True))


# name, text, edges that are meant, a word of the notes
# ruff: noqa: E501  (a case is a line)
MEANT: list[tuple[str, str, list[tuple[Any, Any]], str]] = [
    ("hash.csv", "source,target\n#a,#b\n#b,c\n", [("#a", "#b"), ("#b", "c")], ""),
    ("nx.edgelist", "1 2 {'w': 3}\n2 3 {}\n", [(1, 2), (2, 3)], "braces"),
    ("blank.csv", "From, To\nAnn, Bob\nBob, Zoe\n", [("Ann", "Bob"), ("Bob", "Zoe")], ""),
    ("quoted.csv", '"Doe, Ann";"Roe, Bob"\n"Roe, Bob";"Doe, Ann"\n', [("Doe, Ann", "Roe, Bob"), ("Roe, Bob", "Doe, Ann")], ""),
    ("rows.csv", '"from","to"\n"1",10,20\n"2",20,30\n', [(10, 20), (20, 30)], "row number"),
    ("pandas.csv", ",source,target\n0,10,20\n1,20,30\n", [(10, 20), (20, 30)], ""),
    ("sep.csv", "sep=;\nSource;Target\na;b\n", [("a", "b")], ""),
    ("tab.csv", '"sep=\t"\r\nSource\tTarget\r\na\tb\r\n', [("a", "b")], ""),
    ("zeros.csv", "source,target\n007,7\n012,007\n", [("007", "7"), ("012", "007")], "text"),
    ("gephi.csv", "Source,Target,Type\n1,2,Undirected\n", [(1, 2), (2, 1)], "undirected"),
    ("way.csv", "Source,Destination,Type\na,b,Directed\n", [("a", "b")], ""),
    ("snap.txt", "# Undirected graph: x\n# FromNodeId\tToNodeId\n1\t2\n", [(1, 2), (2, 1)], "undirected"),
    ("euro.csv", "1;2;0,5\n2;3;0,7\n3;1;0,25\n", [(1, 2), (2, 3), (3, 1)], ""),
    ("na.csv", "from,to\nann,NA\nbob,ann\n", [("ann", "NA"), ("bob", "ann")], "'NA'"),
    ("matrix.txt", "0 1 1 0\n1 0 0 1\n1 0 0 1\n0 1 1 0\n",
     [(0, 1), (0, 2), (1, 0), (1, 3), (2, 0), (2, 3), (3, 1), (3, 2)], "matrix of 4"),
    ("named.csv", ",a,b,c\na,0,1,0\nb,0,0,1\nc,1,0,0\n", [("a", "b"), ("b", "c"), ("c", "a")], "matrix of 3"),
    ("x.lgl", "# a\nb 1.0\nc 2.0\n# b\nc 0.5\n", [("a", "b"), ("a", "c"), ("b", "a"), ("b", "c"), ("c", "a"), ("c", "b")], "undirected"),
    ("x.gexf", '<?xml version="1.0"?><gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"><graph defaultedgetype="directed">'
     '<nodes><node id="a"/><node id="b"/></nodes><edges><edge id="0" source="a" target="b"/></edges></graph></gexf>', [("a", "b")], ""),
    ("x.net", '*Vertices 3\n1 "ann"\n2 "bob"\n3 "cat"\n*Arcs\n1 2\n2 3\n', [("ann", "bob"), ("bob", "cat")], ""),
    ("bare.net", "*Vertices 3\n1 q 0.0 0.0 ellipse\n2 phi\n3 \"x y\"\n*Arcs\n1 2\n2 3\n", [("q", "phi"), ("phi", "x y")], ""),
    ("x.gr", "c hello\np sp 3 3\na 1 2 8\na 2 3 1\na 3 1 7\n", [(1, 2), (2, 3), (3, 1)], ""),
    ("x.col", "p edge 2 1\ne 1 2\n", [(1, 2), (2, 1)], "undirected"),
    ("x.gdf", "nodedef>name VARCHAR,label VARCHAR\na,A\nb,B\nedgedef>node1 VARCHAR,node2 VARCHAR,directed BOOLEAN\na,b,true\n",
     [("a", "b")], ""),
    ("x.gml", 'graph [\n directed 1\n node [\n id 1\n label "a"\n ]\n node [\n id 2\n label "b"\n ]\n edge [\n source 1\n target 2\n ]\n]\n',
     [("a", "b")], ""),
    ("x.json", '{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b"}]}', [("a", "b")], ""),
    ("vis.json", '{"nodes": [{"id": 1}, {"id": 2}], "edges": [{"from": 1, "to": 2}]}', [(1, 2)], "does not say whether it is directed"),
    ("graphology.json", '{"options": {"type": "undirected"}, "nodes": [{"key": "a"}, {"key": "b"}], "edges": [{"key": "e", "source": "a", '
     '"target": "b"}]}', [("a", "b"), ("b", "a")], "undirected"),
    ("doctype.graphml", '<?xml version="1.0"?><!DOCTYPE graphml SYSTEM "http://graphml.graphdrawing.org/dtds/graphml.dtd"><graphml><graph '
     'edgedefault="directed"><node id="a"/><node id="b"/><edge source="a" target="b"/></graph></graphml>', [("a", "b")], ""),
    ("both.csv", "Source,Target,Type\n1,2,Undirected\n2,3,Directed\n", [(1, 2), (2, 1), (2, 3)], "the others one way"),
    ("adj.txt", "1 2 3\n2 4\n3 1 5 6\n", [(1, 2), (1, 3), (2, 4), (3, 1), (3, 5), (3, 6)], "adjacency list"),
    ("big.graphml", GRAPHML_ID, [("a", "b")], ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "edges", "word"), MEANT, ids=[row[0] for row in MEANT])
def test_what_is_meant_is_read(tmp_path: Path, name: str, text: str, edges: list, word: str) -> None:
    """The members, ids and follows that the file means; what was left out or assumed is in the notes."""
    network = read(tmp_path, name, text)
    assert edges_of(network) == sorted(edges)
    assert word in " ".join(network.notes)
    if network.ids is not None and network.ids.dtype.kind == "U":
        assert network.numbers_of(network.ids[::-1]).tolist() == list(range(network.members))[::-1]


REFUSED: list[tuple[str, bytes, str]] = [
    ("rounded.csv", b"source,target\n1.25018E+18,1.24021E+18\n", "scientific notation"),
    ("page.csv", b"<!DOCTYPE html><html><body>no</body></html>", "a web page"),
    ("other.xml", b"<?xml version='1.0'?><thing/>", "XML of a kind that is not known"),
    ("sheet.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "Excel workbook"),
    ("graph.pkl", pickle.dumps({1: [2]}), "pickle, which is never read"),
    ("db.sqlite", b"SQLite format 3\x00" + bytes(100), "SQLite"),
    ("x.dot", b"digraph { a -> b }", "Graphviz"),
    ("nodes.json", b'{"nodes": [1, 2]}', '("nodes" with "id", "links" with "source" and "target")'),
    ("twice.net", b'*Vertices 2\n1 "ann"\n2 "ann"\n*Arcs\n1 2\n', "called 'ann'"),
    ("entity.gexf", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><gexf/>', "entities"),
    ("lone.csv", b"Source\r\n,Target,Type\n1", "lone.csv:1: 'Source' is above rows"),
    ("mark.txt", b"\xef\xbb\xbf", "is empty"),
    (
        "short.csv",
        b",1,2,3\n1,0,1,0\n2,0,1\n3,1,0,0\n",
        "short.csv:3: a matrix of 3 columns needs 3 rows of as many entries",
    ),
    ("cut.graphml", b"<graphml><graph><node id='a'", "XML that cannot be read"),
    ("ends.json", b'{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 9}]}', "is no id of a node"),
]


@pytest.mark.parametrize(("name", "data", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_network_is_refused_by_name(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    """One sentence that names the file, what it is, and the way out."""
    with pytest.raises(vs.NetworkError) as refused:
        read(tmp_path, name, data)
    assert words in str(refused.value)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_workbook_is_refused_and_an_archive_of_one_file_read(tmp_path: Path) -> None:
    for name, inner in (("sheet.xlsx", "[Content_Types].xml"), ("edges.zip", "edges.csv")):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.writestr(inner, "source,target\na,b\n")
    assert edges_of(vs.Network.read(tmp_path / "edges.zip")) == [("a", "b")]
    with pytest.raises(vs.NetworkError, match="workbook"):
        vs.Network.read(tmp_path / "sheet.xlsx")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files(tmp_path: Path, pack: Any) -> None:
    """Compression is told by content; a damaged file is refused."""
    data = pack(b"source,target\n" + b"0,1\n1,2\n" * 50)
    with warnings.catch_warnings(record=True):
        assert edges_of(read(tmp_path, "edges.packed", data)) == [(0, 1), (1, 2)]
    with pytest.raises(vs.NetworkError):
        read(tmp_path, "cut.packed", data[:-9])


def test_direction_is_what_the_file_states(tmp_path: Path) -> None:
    """``directed: true`` against an undirected file is a contradiction; ``directed: false`` reads both ways, with a note."""
    undirected = "Source,Target,Type\n1,2,Undirected\n"
    with pytest.raises(vs.NetworkError, match=r"undirected .*, directed: true contradicts it"):
        read(tmp_path, "u.csv", undirected, directed=True)
    assert edges_of(read(tmp_path, "u.csv", undirected, directed=False)) == [(1, 2), (2, 1)]
    assert "edge_means has no meaning here" in " ".join(
        read(tmp_path, "u.csv", undirected, edge_means="source follows target").notes
    )
    plain = read(tmp_path, "d.csv", "Source,Target,Type\n1,2,Directed\n", directed=False)
    assert edges_of(plain) == [(1, 2), (2, 1)]
    assert "both ways" in " ".join(plain.notes)
    assert edges_of(read(tmp_path, "f.csv", "a,b\n", edge_means="source follows target")) == [("b", "a")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tie_strength": 2.5}, "tie_strength must be the name of a column or its number"),
        ({"influence_weight": True}, "influence_weight must be"),
        ({"tie_strength": "weight"}, 'there is no column "weight"; columns are source, target'),
        ({"tie_strength": -1}, 'there is no column "-1"'),
        ({"sep": 3}, "sep must be text, got 3"),
        ({"sep": "ab"}, "sep: must be one character"),
        ({"sep": "\n"}, "sep: must be one character"),
        ({"sep": '"'}, "sep: must be one character"),
        ({"sep": "\u00e9"}, "sep: must be one character"),
        ({"ids_from": "label"}, "an edge list has no nodes with attributes"),
        ({"ids_from": 3}, "ids_from must be text"),
        ({"directed": "yes"}, "directed must be"),
        ({"edge_means": "follows"}, "edge_means"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict, words: str) -> None:
    with pytest.raises(vs.InputError, match=words):
        read(tmp_path, "e.csv", "source,target\na,b\nb,c\n", **options)


def test_networks_are_saved_opened_and_named(tmp_path: Path) -> None:
    """``save`` and ``open`` keep rows and ids; ``numbers_of`` names what is not there."""
    network = read(tmp_path, "e.csv", "source,target\nann,bob\nbob,cat\n")
    network.save(tmp_path / "net")
    again = vs.Network.open(tmp_path / "net")
    assert edges_of(again) == edges_of(network)
    assert again.numbers_of(["cat", "ann"]).tolist() == [2, 0]
    with pytest.raises(vs.InputError, match="no member 'eve'"):
        again.numbers_of(["ann", "eve"])
    numbered = vs.Network.from_edges([0], [1])
    for wrong in (2, -1, True, 1.5, "x"):
        with pytest.raises(vs.InputError, match="no member"):
            numbered.numbers_of([wrong])


LABELS = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=6).filter(
        lambda s: s.casefold() not in ("na", "nan", "nil", "null", "none") and not s.isnumeric()
    ),
    min_size=2, max_size=6, unique=True,
)  # fmt: skip
WRITERS = ["graphml", "gexf", "gml", "json", "edgelist", "igraph graphml", "igraph gml", "csv"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=LABELS, data=st.data(), directed=st.booleans(), writer=st.sampled_from(WRITERS))
def test_what_networkx_and_igraph_write_is_read_back(
    tmp_path: Path, labels: list, data: Any, directed: bool, writer: str
) -> None:
    """Random graphs in every format that they write, directed or not: the same members and the same follows."""
    pairs = st.tuples(st.sampled_from(labels), st.sampled_from(labels)).filter(lambda p: p[0] != p[1])
    edges = data.draw(st.lists(pairs, min_size=1, max_size=8))
    graph = nx.DiGraph() if directed else nx.Graph()
    if writer not in ("edgelist", "csv"):
        graph.add_nodes_from(labels)
    graph.add_edges_from(edges)
    out = io.BytesIO()
    path = tmp_path / f"g.{writer.split()[-1]}"
    if writer == "json":
        out.write(json.dumps(nx.node_link_data(graph, edges="links")).encode())
    elif writer == "csv":
        out.write(("source,target\n" + "".join(f"{a},{b}\n" for a, b in graph.edges)).encode())
    elif writer.startswith("igraph"):
        plain = igraph.Graph.TupleList(graph.edges, directed=directed)
        plain.vs["label"] = plain.vs["name"]
        getattr(plain, "write_" + writer.split()[1])(str(path))
        graph = nx.DiGraph(list(graph.edges)) if directed else nx.Graph(list(graph.edges))
    else:
        getattr(nx, "write_" + writer)(graph, out)
    if not writer.startswith("igraph"):
        path.write_bytes(out.getvalue())
    undirected = {"directed": False} if not directed and writer in ("edgelist", "csv") else {}
    network = vs.Network.read(path, **undirected)
    both = graph if directed else graph.to_directed()
    assert network.members == graph.number_of_nodes()
    assert network.follows == both.number_of_edges()
    assert sorted(np.diff(network.indptr).tolist()) == sorted(d for _, d in both.out_degree())
    if not writer.startswith("igraph"):
        assert edges_of(network) == sorted(both.edges)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.sampled_from(MEANT), data=st.data())
def test_mutated_files_are_networks_or_errors(tmp_path: Path, seed: tuple, data: Any) -> None:
    """Cut, doubled, swapped and spoilt: a network or a NetworkError of one line, never anything else."""
    name, text, _, _ = seed
    content = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        way = data.draw(st.sampled_from(["cut", "double", "byte", "insert"]))
        if way == "cut":
            del content[at : at + data.draw(st.integers(1, 30))]
        elif way == "double":
            content[at:at] = content[at : at + 40]
        elif way == "byte" and at < len(content):
            content[at] = data.draw(st.integers(0, 255))
        else:
            content[at:at] = data.draw(
                st.sampled_from([b",", b'"', b"\n", b"\x00", b";", b"NA", b"-1", b"<", b"\xff", b"9" * 30])
            )
    with warnings.catch_warnings(), suppress(vs.NetworkError):
        warnings.simplefilter("ignore")
        assert read(tmp_path, name, bytes(content)).members >= 1
