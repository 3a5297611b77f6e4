"""Networks and people as platforms and spreadsheets export them: the right thing is read, or the cell is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.errors import NetworkError
from viralsim.population.importers.demographics import read_demographics
from viralsim.population.importers.members_file import read_members
from viralsim.population.importers.tie_tables import read_signed, read_temporal
from viralsim.simulation.front import describe

REACHES = "source reaches target"


def written(folder: Path, text: str) -> Path:
    """A file of this text."""
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return folder / "t.csv"


def edges(network: vs.Network) -> list[tuple[str, str]]:
    """Ties by ids, in the order of rows."""
    assert network.ids is not None
    ids = network.ids.tolist()
    ends = zip(network.indptr[:-1].tolist(), network.indptr[1:].tolist(), strict=True)
    return [(ids[m], ids[f]) for m, (low, high) in enumerate(ends) for f in network.followers[low:high].tolist()]


def test_an_id_wins_over_the_handle_beside_it(tmp_path: Path) -> None:
    """Exports of followers have both columns."""
    found = read_members(written(tmp_path, "id,username,name,posts\n901,@ann,Ann A,5\n902,@bob,Bob,7\n"))
    assert found.ids.tolist() == [901, 902]
    assert found.values["activity"].tolist() == [5.0, 7.0]
    assert found.notes[-1] == "columns not used: username, name"


@pytest.mark.parametrize("again", ["ann", "ANN ", "@Ann", "\u200bann\u200b"])
def test_a_handle_twice_is_refused_however_it_is_written(tmp_path: Path, again: str) -> None:
    path = written(tmp_path, f"username,posts\n@ann,1\n{again},3\n")
    with pytest.raises(NetworkError, match=r"t\.csv:3: column 'username': .* is on line 2 already"):
        read_members(path)


def test_ids_that_differ_by_case_are_two(tmp_path: Path) -> None:
    """Ids are no handles: those of some platforms are told apart by case."""
    assert read_members(written(tmp_path, "id,activity\nUCa,1\nUCA,3\n")).ids.tolist() == ["UCa", "UCA"]


def test_locations_are_taken_as_people_write_them(tmp_path: Path) -> None:
    """Berlin is one place in any case, and a dash or n/a is none."""
    found = read_members(written(tmp_path, "username,location\na,Berlin\nb,berlin \nc,-\nd,n/a\ne,\nf,Bonn\n"))
    assert found.community_names == ("Berlin", "Bonn", "unknown")
    assert found.community is not None
    assert found.community.tolist() == [0, 0, 2, 2, 2, 1]
    assert sum("one community" in note or "3 cells are empty" in note for note in found.notes) == 2


def test_topics_that_differ_by_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="both mean"):
        read_members(written(tmp_path, "id,interest_food,Interest: Food\na,0.6,1\n"))


def test_a_group_twice_is_refused_in_any_case(tmp_path: Path) -> None:
    path = written(tmp_path, "kind,value,share\nregion,Bonn,50%\nregion,bonn ,50%\n")
    with pytest.raises(NetworkError, match=r"t\.csv:3: column 'value': 'bonn' is in the table twice"):
        read_demographics(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source,target,sign\na,b,1\nb,c,1\na,b,-1\n", "the tie of 'a' and 'b' is given twice, as 1 and as -1"),
        ("source,target,sign,type\na,b,1,Undirected\nb,a,-1,Undirected\n", "'b' and 'a' is given twice|'a' and 'b'"),
        ("source,target,sign\na,b,1\nb,c,0.5\n", r"t\.csv:3: column 'sign': '0.5' must be 1 or -1"),
        ("source,target,sign,directed\na,b,1,perhaps\n", r"t\.csv:2: column 'directed': 'perhaps' must be Directed"),
    ],
)
def test_signs_that_cannot_be_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        read_signed(written(tmp_path, text), "sign", REACHES)


def test_both_signs_of_a_tie_are_refused_of_arrays_too() -> None:
    with pytest.raises(NetworkError, match=r"tie_sign\[2\]: the tie of 0 and 1 is given twice"):
        vs.Network.from_edges([0, 1, 0], [1, 2, 1], 3, tie_sign=[1, 1, -1])
    kept = vs.Network.from_edges([0, 1], [1, 0], 2, tie_sign=[1, -1])  # another tie each
    assert kept.tie_sign is not None
    assert kept.tie_sign.tolist() == [1, -1]


def test_ties_say_which_way_they_run(tmp_path: Path) -> None:
    """The column that other programs write holds here as in plain edge lists."""
    both = read_signed(written(tmp_path, "Source,Target,Type,sign\na,b,Undirected,-1\n"), "sign", REACHES)
    assert edges(both) == [("a", "b"), ("b", "a")]
    assert both.tie_sign is not None
    assert both.tie_sign.tolist() == [-1, -1]
    assert "undirected" in both.notes[-1]
    text = "source,target,type,from,to\na,b,undirected,0,4\nb,c,directed,2,9\n"
    some = read_temporal(written(tmp_path, text), REACHES)
    assert edges(some) == [("a", "b"), ("b", "a"), ("b", "c")]
    assert some.spans is not None
    assert some.spans.to_tick.tolist() == [4, 4, 9]
    with pytest.raises(NetworkError, match="directed: true contradicts it"):
        read_signed(written(tmp_path, "source,target,type,sign\na,b,Undirected,1\n"), "sign", REACHES, directed=True)


@pytest.mark.parametrize(
    ("row", "says"),
    [("a,b,0.5,5", "'0.5' must be a tick"), ("a,b,-1,5", "'-1' must be a tick"), ("a,b,5,5", "'5' must be after from")],
)
def test_ticks_that_are_none_are_named(tmp_path: Path, row: str, says: str) -> None:
    path = written(tmp_path, f"source,target,from,to\nb,c,0,3\n{row}\n")
    with pytest.raises(NetworkError, match=rf"t\.csv:3: column '(from|to)': {says}"):
        read_temporal(path, REACHES)


def test_ties_beyond_the_horizon_are_refused_or_said(tmp_path: Path) -> None:
    """Seconds since 1970 in place of ticks are a network in which nobody is ever tied."""
    text = """
viralsim: 1
name: late
worlds: 2
horizon: 10h
audience: {}
channels: {wall: {visibility: 0.5, network: {file: t.csv, temporal: true, edge_means: source reaches target}}}
content: {post: {appeal: 0.5}}
campaign: {content: post, organic: [{channel: wall, members: [a]}]}
"""
    written(tmp_path, "source,target,from,to\na,b,1262454010,1262454020\n")
    with pytest.raises(NetworkError, match=r"its first tie begins in tick 1,262,454,010, and the horizon is 10 ticks"):
        vs.simulate(vs.loads(text, tmp_path))
    written(tmp_path, "source,target,from,to\na,b,0,5\nb,c,12,15\n")
    said = describe(vs.loads(text, tmp_path)).warnings
    assert any("1 of 2 spans of ties begin after the horizon" in one for one in said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Abonnent;Profil\na;b\nb;c\n", [("a", "b"), ("b", "c")]),
        ("username,follows\na,b\nb,c\n", [("a", "b"), ("b", "c")]),
    ],
)
def test_headers_are_no_edges(tmp_path: Path, text: str, found: list[tuple[str, str]]) -> None:
    network = vs.Network.read(written(tmp_path, text))
    assert edges(network) == found
    assert any('"source follows target", but edge_means says' in note for note in network.notes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0,a,b\n1,b,c\n2,c,d\n", "the first column may count the rows"),
        ("1,ann,2024-05-01\n2,bob,2024-05-02\n3,cy,2024-05-03\n", "the first column may count the rows"),
        ('source,target\n="001",="002"\n', r"t\.csv:2: id =\"001\" is a spreadsheet's formula; write 001"),
        ("author,mentions\nann,bob;cy\nbob,ann\ncy,bob\n", "'bob;cy' holds several ids"),
        ('author,mentions\nann,"bob, cy"\nbob,ann\ncy,bob\n', "'bob, cy' holds several ids"),
        ("source,target,source\na,b,c\n", "two columns are called 'source'"),
    ],
)
def test_tables_that_are_no_edge_lists_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        vs.Network.read(written(tmp_path, text))


def test_a_name_with_a_comma_is_a_name(tmp_path: Path) -> None:
    network = vs.Network.read(written(tmp_path, 'source,target\n"Lee, Ann",Bob\nBob,Cy\n'))
    assert edges(network) == [("Bob", "Cy"), ("Lee, Ann", "Bob")]


def test_a_quote_that_ends_a_thousand_lines_later_is_named(tmp_path: Path) -> None:
    """Without that, one name of many lines makes a wide column of all names, larger than the memory."""
    rows = [f"m{i},m{i + 1},1" for i in range(500)]
    rows[3], rows[400] = f'"{rows[3]}', f'{rows[400]}",b,1'
    path = written(tmp_path, "source,target,sign\n" + "\n".join(rows) + "\n")
    with pytest.raises(
        NetworkError, match=r"t\.csv:5: column 'source': .* is a name of [0-9,]+ characters: check the quotes"
    ):
        read_signed(path, "sign", REACHES)
