"""Rows that are no plain edge list though they look like one: read as they are meant, or refused with the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from network_files import edges_of, read, said

import viralsim as vs

# text, edges that are meant, a word of the notes
MEANT: list[tuple[str, list[tuple[Any, Any]], str]] = [
    ("1 -> 2\n2 -> 3\n", [(1, 2), (2, 3)], ""),
    ("a -- b\nb -- c\n", [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")], "undirected ('--' between ids)"),
    ("1: 2 3\n2: 3\n3:\n", [(1, 2), (1, 3), (2, 3)], "before the colon"),
    ("Ann Lee: Bob Ray, Cat\nBob Ray: Cat\n", [("Ann Lee", "Bob Ray"), ("Ann Lee", "Cat"), ("Bob Ray", "Cat")], "before the colon"),
    ("http://a.x http://b.y\nhttp://b.y http://c.z\n", [("http://a.x", "http://b.y"), ("http://b.y", "http://c.z")], "edge list"),
    ("user:1 user:2\nuser:2 user:3\n", [("user:1", "user:2"), ("user:2", "user:3")], "edge list"),
    ("a b -\nb c -\n", [("a", "b"), ("b", "c")], "columns not read: 2"),
    ("head,relation,tail\nann,knows,bob\n", [("ann", "bob")], "relation"),
    ("u,v\nann,bob\nbob,cat\n", [("ann", "bob"), ("bob", "cat")], "u was taken as the source"),
    ("employee1,employee2\nann,bob\nbob,cat\n", [("ann", "bob"), ("bob", "cat")], "names of columns"),
    ("InitiatorId,RecipientId\nann,bob\nbob,cat\n", [("ann", "bob"), ("bob", "cat")], "names of columns"),
    ("1:2 3\n2:3 1\n", [(1, 2), (1, 3), (2, 1), (2, 3)], "before the colon"),
    ("a b 1,5\nb c 0,25\n", [("a", "b"), ("b", "c")], "separated by blanks"),
    ("a,b\nb,c\nc,a\n", [("a", "b"), ("b", "c"), ("c", "a")], ""),
    ("fan,star\nann,bob\nbob,cat\ncat,ann\n", [("fan", "star"), ("ann", "bob"), ("bob", "cat"), ("cat", "ann")],
     "fan, star was read as an edge"),
    (",a,b,Sum\na,0,1,0\nb,1,0,1\nSum,0,1,0\n", [("a", "b"), ("b", "a"), ("b", "Sum"), ("Sum", "b")], "matrix of 3"),
    ("source,target\nAnn,bob\nann,Bob\n", [("Ann", "bob"), ("ann", "Bob")], "look alike"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "edges", "word"), MEANT, ids=[row[0].splitlines()[0] for row in MEANT])
def test_what_is_meant_is_read(tmp_path: Path, text: str, edges: list[tuple[Any, Any]], word: str) -> None:
    network = read(tmp_path, "rows.txt", text)
    assert edges_of(network) == sorted(edges)
    assert word in said(network)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a <- b\nb <- c\n", "is needed between two ids, the source first"),
        ("ann lee -> bob ray\nbob ray -> cat sue\n", "is needed between two ids"),
        ("(1, 2)\n(2, 3)\n", "rows are in brackets"),
        ("('a', 'b'),\n('b', 'c'),\n", "rows are in brackets"),
        ("ann,follows,bob\nann,follows,cat\nbob,follows,cat\n", "'follows' may be a relation"),
        ("ann follows bob\nbob follows cat\n", "'follows' may be a relation"),
        ("ann retweeted bob\nbob mentioned cat\ncat retweeted ann\n", "may be a relation"),
        ("ann,pays,bob\nbob,owes,cat\ncat,pays,ann\n", "'owes' may be a relation"),
        ('user,friends\n12,"[13, 14]"\n13,"[14]"\n', "'\\[13, 14\\]' holds several ids"),
        ('user,friends\nann,"bob;cat"\nbob,cat\ncat,ann\n', "'bob;cat' holds several ids"),
        ('1,"2,3"\n4,5\n', "'2,3' holds several ids, or a number with grouped digits"),
        ("2024-01-01 10:00,1,2\n2024-01-01 11:00,2,3\n", "'2024-01-01 10:00' is a date"),
        ("source,target\n1,2\n2,3\nTotal,2\n", r"rows\.txt:4: id 'Total' begins a row of totals"),
        ("-- dump\nINSERT INTO follows VALUES (1,2),(2,3);\n", "statements of SQL; export"),
        ("| source | target |\n| --- | --- |\n| a | b |\n", "a table in Markdown"),
        ('{"source":"a","target":"b"}\n{"source":"b","target":"c"}\n', "an object on each line"),
        (",a,b,Total\na,0,1,1\nb,1,0,1\nTotal,1,1,2\n", "is no member but the totals"),
        ("1: 2\n2: 3\n" * 1500 + "what is this\n", r"rows\.txt:3001: a member, a colon and neighbours are needed"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(vs.NetworkError, match=words):
        read(tmp_path, "rows.txt", text)
