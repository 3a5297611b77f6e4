"""Edge lists as people have them: read as the graph that is meant, or refused with file, line and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from network_files import Edge, edges_of, read, said

import viralsim as vs
from viralsim.errors import NetworkError

# ruff: noqa: E501  (a case is a line)
# name, text, the edges that are meant, a word of the notes
MEANT: list[tuple[str, str, list[Edge], str]] = [
    # separators, found outside of quotes
    ("semicolon.csv", "From;To\nann;bob\n", [("ann", "bob")], "semicolons"),
    ("bar.csv", "a|b\nb|c\n", [("a", "b"), ("b", "c")], "bars"),
    ("blank-after.csv", "From, To\nAnn, Bob\nBob, Zoe\n", [("Ann", "Bob"), ("Bob", "Zoe")], "commas"),
    ("quoted.csv", '"Doe, Ann";"Roe, Bob"\n"Roe, Bob";"Poe, Cy"\n', [("Doe, Ann", "Roe, Bob"), ("Roe, Bob", "Poe, Cy")], "semicolons"),
    ("quoted-commas.csv", '"Doe, Ann","Roe, Bob"\n"Roe, Bob",Cy\n', [("Doe, Ann", "Roe, Bob"), ("Roe, Bob", "Cy")], "commas"),
    ("names.csv", "Ann Doe,Bob Roe\nBob Roe,Cy\n", [("Ann Doe", "Bob Roe"), ("Bob Roe", "Cy")], "commas"),
    ("sep.csv", "sep=;\nSource;Target\na;b\nb;c\n", [("a", "b"), ("b", "c")], "semicolons"),
    ("euro.csv", "1;2;0,5\n2;3;0,7\n3;1;0,25\n", [(1, 2), (2, 3), (3, 1)], "not read: 2"),
    ("euro.txt", "1 2 0,5\n2 3 0,7\n3 1 0,25\n", [(1, 2), (2, 3), (3, 1)], "blanks"),
    ("r.txt", '"from" "to"\n"1" "a" "b"\n"2" "b" "c"\n', [("a", "b"), ("b", "c")], "row number"),
    ("mac.csv", "a,b\rb,c\r", [("a", "b"), ("b", "c")], ""),
    ("blanks.csv", "a,b\r\n\r\nb,c\r\n\r\n", [("a", "b"), ("b", "c")], "2 blank lines"),
    # names of columns, in many words, one too few, or as a comment
    ("dest.csv", '"Origin","Destination","Label"\n"n1","n2","x"\n', [("n1", "n2")], "not read: Label"),
    ("german.csv", "Gewicht;Quelle;Ziel\n1;ann;bob\n", [("ann", "bob")], "Quelle"),
    ("user.csv", "time,fromUserId,toUserId\n9,ann,bob\n", [("ann", "bob")], "not read: time"),
    ("numbered.csv", "id,node_1,node_2\n0,5,6\n1,6,7\n", [(5, 6), (6, 7)], "not read: id"),
    ("node-names.csv", "node1,node2\nnode2,node3\n", [("node1", "node2"), ("node2", "node3")], ""),
    ("words.csv", "x,y,w\n5,6,1\n6,7,2\n", [(5, 6), (6, 7)], "x was taken as the source"),
    ("weighted.csv", "links,rechts,staerke\nann,bob,0.5\nbob,cy,0.25\n", [("ann", "bob"), ("bob", "cy")], "names of columns"),
    ("rows.csv", '"from","to"\n"1",10,20\n"2",20,30\n"3",30,10\n', [(10, 20), (20, 30), (30, 10)], "row number"),
    ("pandas.csv", ",source,target\n0,10,20\n1,20,30\n", [(10, 20), (20, 30)], ""),
    ("nameless.csv", ",0,1\n0,10,20\n1,30,40\n", [(10, 20), (30, 40)], ""),
    ("trailing.csv", "source,target\na,b,\nb,c,\n", [("a", "b"), ("b", "c")], ""),
    ("comment.csv", "#source,target\na,b\n", [("a", "b")], "names of columns"),
    ("turned.txt", "# target source\n1 2\n2 3\n", [(2, 1), (3, 2)], "names of columns"),
    # what begins with # is a comment, or a name
    ("hash.csv", "source,target\n#a,#b\n#b,c\n", [("#a", "#b"), ("#b", "c")], ""),
    ("hashes.csv", "#a,#b\n#b,#c\n", [("#a", "#b"), ("#b", "#c")], ""),
    ("user-hash.csv", "1,#a\n2,#b\n", [("1", "#a"), ("2", "#b")], "text"),
    ("note.csv", "#from a friend\na,b\n# c,d\nb,c\n", [("a", "b"), ("b", "c")], "1 comment"),
    ("behind.txt", "1 2 # one\n2 3\n", [(1, 2), (2, 3)], "whole numbers"),
    ("tweets.csv", 'source,target,text\n1,2,"so\n#love, ok"\n2,3,I #love it\n', [(1, 2), (2, 3)], "not read: text"),
    # ids are text unless whole numbers throughout
    ("zeros.csv", "source,target\n007,7\n012,007\n", [("007", "7"), ("012", "007")], "text"),
    ("plus.csv", "+7,7\n7,8\n", [("+7", "7"), ("7", "8")], "text"),
    ("large.csv", "source,target\n9007199254740993,9007199254740992\n", [(9007199254740993, 9007199254740992)], "whole numbers"),
    ("larger.csv", "123456789012345678901,2\n123456789012345678902,123456789012345678901\n",
     [("123456789012345678901", "2"), ("123456789012345678902", "123456789012345678901")], "read as text"),
    ("mixed.csv", "1,2\n2,ann\n", [("1", "2"), ("2", "ann")], "text"),
    ("na.csv", "from,to\nann,NA\nbob,ann\n", [("ann", "NA"), ("bob", "ann")], "'NA'"),
    ("decimals.csv", "source,target\n1.0,2.0\n2.0,3.0\n", [("1.0", "2.0"), ("2.0", "3.0")], "decimals"),
    # what the file says of directions
    ("gephi.csv", "Source,Target,Type\n1,2,Undirected\n", [(1, 2), (2, 1)], "undirected"),
    ("gephi-way.csv", "Source,Target,Type\na,b,Directed\n", [("a", "b")], ""),
    ("gephi-both.csv", "Source,Target,Type\n1,2,Directed\n2,3,Undirected\n", [(1, 2), (2, 3), (3, 2)], "both ways"),
    ("type.csv", "source,target,type\na,b,retweet\n", [("a", "b")], "not read: type"),
    ("snap.txt", "# Undirected graph: x\n# FromNodeId\tToNodeId\n1\t2\n", [(1, 2), (2, 1)], "undirected"),
    ("konect.txt", "% sym unweighted\n% 1 2 2\n1 2\n", [(1, 2), (2, 1)], "undirected"),
    ("konect-way.txt", "% asym unweighted\n1 2\n", [(1, 2)], ""),
    ("film.txt", "# films directed by women, and who was in them, with all names as they are known\nann bob\n", [("ann", "bob")], ""),
    ("followers.csv", "follower,followee\na,b\n", [("a", "b")], 'by the names of its columns "source follows target"'),
    # a first line that counts
    ("announced.txt", "4 2\n0 1\n1 2\n", [(0, 1), (1, 2)], "announces 4 members"),
    ("from-one.txt", "11 10\n" + "".join(f"{i} {i + 1}\n" for i in range(1, 11)), [(i, i + 1) for i in range(1, 11)], "announces 11"),
    ("chance.txt", "3 2\n1 2\n2 3\n", [(1, 2), (2, 3), (3, 2)], "may count"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "edges", "word"), MEANT, ids=[row[0] for row in MEANT])
def test_what_is_meant_is_read(tmp_path: Path, name: str, text: str, edges: list[Edge], word: str) -> None:
    """The members, ids and follows that the file means; what was left out or assumed is in the notes."""
    network = read(tmp_path, name, text)
    assert edges_of(network) == sorted(edges)
    assert word in said(network)


REFUSED: list[tuple[str, str | bytes, str]] = [
    ("rounded.csv", "source,target\n1.25018E+18,1.24021E+18\n", ":2: id 1.24021E+18 is in scientific notation"),
    ("rounded.csv", "source,target\nann,bob\nann,1.25e18\n", ":3: id 1.25e18 is in scientific notation"),
    ("decimal.csv", "source,target\n1.0,2\n2,3\n", ":2: id '1.0' is written as a decimal"),
    ("na.csv", "source,target\n1,2\n2,NA\n", ":3: id 'NA' means that one is missing"),
    ("missing.csv", "source,target\nann,bob\nbob,\n", ":3: an id is missing"),
    ("slip.csv", "1,2\n" * 60 + "2,x3\n", ":61: id 'x3' is no whole number, as nearly all ids here are"),
    ("negative.csv", "1,2\n2,-1\n", ":2: id -1 is negative"),
    ("column.csv", "ann\nbob\n", ":1: a row needs two ids"),
    ("nodes.csv", "Id,Label\n1,Ann\n2,Bob\n", ":1: columns Id, Label: a table with a row per node"),
    ("count.csv", "1,10,20\n2,20,30\n3,30,10\n", "may count the rows"),
    ("triangle.txt", "ann bob cy\nbob ann cy\ncy ann bob\n", "adjacency list"),
    ("two-mode.csv", ",fair,gala\nann,0,1\nbob,1,1\ncy,1,0\n", ":2: a matrix with other names at its rows"),
    ("konect.txt", "% bip unweighted\n1 2\n2 3\n", ":1: a bipartite graph"),
    ("quote.csv", 'source,target\nann,"bob\ncy,dan\n', ":2: unexpected end of data"),
    ("latin.csv", "süd,ann\nann,süd\n".encode("latin-1"), "is not UTF-8"),
    ("late-latin.csv", ("ann,bob\n" * 20_000 + "süd,ann\n").encode("latin-1"), ":20001: the text is not UTF-8"),
    ("width.csv", "a,b\nb,c\nc\n", ":3: 2 fields are needed, as in the first row, got 1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), REFUSED, ids=[f"{row[0]}-{row[2][:16]}" for row in REFUSED])
@pytest.mark.parametrize("way", ["read", "import"])
def test_what_cannot_be_meant_is_refused_alike(
    tmp_path: Path, name: str, content: str | bytes, words: str, way: str
) -> None:
    """One sentence with file, line and remedy, from the reader in memory and from the import."""
    from viralsim.population.importers.convert import import_network

    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(vs.NetworkError) as refused:
        vs.Network.read(path) if way == "read" else import_network(path, tmp_path / "net")
    assert words in str(refused.value)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_weights_in_either_decimal_sign(tmp_path: Path) -> None:
    """Decimal commas where another sign separates; exponents and long fractions to the last bit."""
    for name, text, key in (
        ("semicolon.csv", "From;To;Weight\na;b;0,5\nb;c;,25\nc;a;1\n", "Weight"),
        ("blank.txt", "a b 0,5\nb c 0,25\nc a 1\n", "2"),
        ("comma.csv", "a,b,0.5\nb,c,2.5e-1\nc,a,1.0\n", "2"),
        ("long.csv", "a,b,0.50000000000000000000\nb,c,+.25\nc,a,1\n", "2"),
    ):
        network = read(tmp_path, name, text, tie_strength=key)
        assert network.tie_strength is not None
        assert network.tie_strength.tolist() == [0.5, 0.25, 1.0], name
    with pytest.raises(vs.NetworkError, match=r"bad\.csv:2: tie_strength '0,5' is no number"):
        read(tmp_path, "bad.csv", 'a,b,0.5\nb,c,"0,5"\n', tie_strength="2")


def test_a_separator_that_is_given_is_taken(tmp_path: Path) -> None:
    """``sep`` where the look at the rows would find another, as a character or a word."""
    text = "ann;x,bob\nbob;x,cy\n"
    assert edges_of(read(tmp_path, "e.csv", text)) == [("ann", "x,bob"), ("bob", "x,cy")]
    assert edges_of(read(tmp_path, "e.csv", text, sep=",")) == [("ann;x", "bob"), ("bob;x", "cy")]
    assert edges_of(read(tmp_path, "t.csv", "a b\tc\n", sep="tab")) == [("a b", "c")]
    with pytest.raises(vs.NetworkError, match="sep: must be one character"):
        read(tmp_path, "e.csv", text, sep="::")


UNDIRECTED = [
    ("u.csv", "Source,Target,Type\n1,2,Undirected\n"),
    ("u.txt", "# Undirected graph\n1 2\n"),
    ("u.json", json.dumps({"directed": False, "nodes": [{"id": 1}, {"id": 2}], "links": [{"source": 1, "target": 2}]})),
    ("u.net", "*Vertices 2\n*Edges\n1 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), UNDIRECTED)
def test_undirected_files_stay_so(tmp_path: Path, name: str, text: str) -> None:
    """``directed: true`` against the file's word is refused; ``edge_means`` is told to have no meaning."""
    both = [(1, 2), (2, 1)]
    assert edges_of(read(tmp_path, name, text)) == both
    assert edges_of(read(tmp_path, name, text, directed=False)) == both
    turned = read(tmp_path, name, text, edge_means="source follows target")
    assert edges_of(turned) == both
    assert "edge_means has no meaning" in said(turned)
    assert "reversed" not in said(turned)
    with pytest.raises(vs.NetworkError, match="directed: true contradicts it"):
        read(tmp_path, name, text, directed=True)


def test_directed_files_are_read_both_ways_where_asked(tmp_path: Path) -> None:
    """With a note, since the file says otherwise; each edge of a mixed file then runs both ways."""
    network = read(tmp_path, "d.csv", "Source,Target,Type\n1,2,Directed\n", directed=False)
    assert edges_of(network) == [(1, 2), (2, 1)]
    assert "the file says that its edges are directed" in said(network)
    mixed = "Source,Target,Type,w\n1,2,Directed,0.5\n2,3,Undirected,0.25\n"
    assert edges_of(read(tmp_path, "m.csv", mixed, directed=False)) == [(1, 2), (2, 1), (2, 3), (3, 2)]
    strengths = read(tmp_path, "m.csv", mixed, tie_strength="w").tie_strength
    assert strengths is not None
    assert strengths.tolist() == [0.5, 0.25, 0.25]
    with pytest.raises(vs.NetworkError, match="some edges are undirected, directed: true contradicts it"):
        read(tmp_path, "m.csv", mixed, directed=True)
    late = "Source,Target,Type\n" + "1,2,Directed\n" * 2500 + "2,3,Undirected\n"  # behind the rows that are looked at
    assert edges_of(read(tmp_path, "l.csv", late)) == [(1, 2), (2, 3), (3, 2)]


def test_ids_that_turn_out_to_be_text(tmp_path: Path) -> None:
    """Far behind the first rows, too, and in both readers: 007 and 7 are two members, and a note says why ids are text."""
    from viralsim.population.importers.convert import import_network

    path = tmp_path / "e.csv"
    path.write_text("1,2\n" * 30_000 + "7,007\n" * 1000)
    network = vs.Network.read(path)
    assert edges_of(network) == [("1", "2"), ("7", "007")]
    assert "e.csv:30001: id '007' is no whole number" in said(network)
    done = import_network(path, tmp_path / "net")
    again: Any = vs.Network.open(tmp_path / "net")
    assert edges_of(again) == edges_of(network)
    assert list(network.notes) == done.notes == list(again.notes)


def test_long_ids_that_a_spreadsheet_rounded_are_told(tmp_path):
    """Fifteen digits and zeros: members may have become one. Ids with all their digits are not remarked upon."""
    for rows, told in (
        ("178957123456789000,178957123456790000", True),
        ("178957123456789012,178957123456790000", False),
    ):
        path = tmp_path / "ids.csv"
        path.write_text(f"source,target\n{rows}\n")
        assert any("a spreadsheet rounded them" in note for note in vs.Network.read(path).notes) == told


def test_lines_above_the_names_of_columns_are_no_edges(tmp_path):
    """A title with a comma was two members, and so were the names: the line of the names is told, and what to take out."""
    path = tmp_path / "titled.csv"
    path.write_text("Export, 2026\nBrand, Inc.\nsource,target\na,b\nb,c\n")
    with pytest.raises(NetworkError, match=r"titled.csv:3: names of columns \(source, target\) below other lines"):
        vs.Network.read(path)
    path.write_text("up,down\nleft,right\ndown,left\nup,right\n")  # words that are members
    assert vs.Network.read(path).follows == 4
    path.write_text(
        "user3,user4\nuser1,user2\nuser5,user6\n"
    )  # ids in a series: refused as names of columns in the second line
    assert vs.Network.read(path).members == 6


@pytest.mark.parametrize(
    "names", ["origine;destination", "mittente;destinatario", "origem;destino", "フォロワー;フォロー先", "始点;終点"]
)
def test_names_of_columns_in_other_languages(names, tmp_path):
    """French, Italian, Portuguese and Japanese: a header is no edge."""
    path = tmp_path / "edges.csv"
    path.write_text(f"{names}\na;b\nb;c\n", encoding="utf-8")
    assert vs.Network.read(path).ids.tolist() == ["a", "b", "c"]


def test_a_list_of_people_is_no_list_of_edges(tmp_path):
    """A platform's list of followers has a handle and a name a row: nobody follows their own name."""
    path = tmp_path / "followers.csv"
    path.write_text("Username,Name,Followers count\nann,Ann B.,10\nbob,Bob C.,20\n")
    with pytest.raises(NetworkError, match="a table with a row per node; name the table of edges"):
        vs.Network.read(path)


def test_a_member_called_total_is_told(tmp_path):
    """It may be one, or a row of totals."""
    path = tmp_path / "edges.csv"
    path.write_text("source,target,weight\na,b,1\nb,c,2\nTotal,2,3\n")
    assert any("'Total' was read as the name of a member" in note for note in vs.Network.read(path).notes)
