"""Import out of core: the same folder as by way of memory, and nothing left of one that failed."""

import errno
import gzip
import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viralsim.errors import NetworkError
from viralsim.population.importers import arrays, external_sort
from viralsim.population.importers.convert import import_network
from viralsim.population.importers.edge_lists import blocks as edge_list_blocks
from viralsim.population.importers.read import read_network, read_with_notes
from viralsim.population.network.network import Network, ViralsimWarning
from viralsim.population.network.storage import open_network, save_network

SPACES = {
    "numbers": range(9),
    "gaps": (3, 4, 700, 2_000_000),
    "wide gaps": (20_000, 10**10, 127001313513967616, 900001313513967616, 2**63 - 1),
    "names": ("ann", "bob", "zoë", "NA", "x1", "'"),
}


@pytest.fixture(autouse=True)
def tiny_blocks(monkeypatch):
    """Every file takes many blocks, every network several ranges."""
    monkeypatch.setattr(edge_list_blocks, "BLOCK_BYTES", 16)
    monkeypatch.setattr(edge_list_blocks, "BLOCK_ROWS", 3)
    monkeypatch.setattr(external_sort, "EDGES_OF_A_RANGE", 4)
    monkeypatch.setattr(external_sort, "COARSE", 2)


@st.composite
def files(draw):
    """(text, edges, weights, column of the weights or None): a file as people write them, and what it says."""
    ids = st.sampled_from(SPACES[draw(st.sampled_from(sorted(SPACES)))])
    edges = draw(st.lists(st.tuples(ids, ids), min_size=3, max_size=40))
    weighted = draw(st.booleans())
    weights = [draw(st.sampled_from([0.0, 0.125, 0.5, 1.0, 0.1234567890123])) for _ in edges] if weighted else None
    separator, end = draw(st.sampled_from([",", ";", "\t", " "])), draw(st.sampled_from(["\n", "\r\n"]))
    whole = isinstance(edges[0][0], int)
    between = ["", *(["# a comment"] if whole else [])]
    lines = draw(st.lists(st.sampled_from(["# what this is", "% and so on", ""]), max_size=2))
    lines.append(separator.join(["source", "target", "w"][: 2 + weighted]))
    for e, (a, b) in enumerate(edges):
        cells = [str(a), str(b), *([repr(weights[e])] if weighted else [])]
        lines.append(separator.join(cells) + (draw(st.sampled_from(["", "", "", " # so"])) if whole else ""))
        lines += draw(st.lists(st.sampled_from(between), max_size=1))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    return text, edges, weights, "w" if weighted and draw(st.booleans()) else None


def by_way_of_memory(edges, weights, reverse, directed, out, source):
    """The folder that the edges make when they are given as lists, and the warning."""
    labels = sorted({end for edge in edges for end in edge})
    number = {label: i for i, label in enumerate(labels)}
    ends = np.array([[number[a], number[b]] for a, b in edges])
    a, b = (ends[:, 1], ends[:, 0]) if reverse else (ends[:, 0], ends[:, 1])
    ids = None if labels == list(range(len(labels))) else np.array(labels)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network = Network.from_edges(a, b, len(labels), tie_strength=weights, ids=ids, directed=directed)
    save_network(network, out, source)
    return {str(w.message) for w in caught}


def content(folder: Path) -> dict[str, bytes]:
    """What is in a folder; of its manifest all but the notes and its sum."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(files["manifest.json"])
    for word in ("notes", "checksum"):
        manifest.pop(word, None)
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files(), st.booleans(), st.booleans(), st.booleans())
def test_an_import_in_blocks_is_byte_for_byte_the_network_of_its_edges(
    tmp_path_factory, file, packed, reverse, directed
):
    """Comments, blank lines, ends of line, headers, gaps, names, weights, repeats, gzip, both directions."""
    text, edges, weights, column = file
    folder = tmp_path_factory.mktemp("import")
    path = folder / ("e.txt.gz" if packed else "e.txt")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    means = "source follows target" if reverse else "source reaches target"
    done = import_network(path, folder / "new" / "net", means, directed, column)
    weights = weights if column else None
    said = by_way_of_memory(edges, weights, reverse, directed, folder / "given", str(path))
    assert content(folder / "given") == content(folder / "new" / "net")
    assert said == {note for note in done.notes if "dropped" in note}
    again = read_with_notes(path, edge_means=means, directed=directed, tie_strength=column)
    save_network(again, folder / "read", str(path))
    assert list(again.notes) == done.notes == list(open_network(folder / "new" / "net").notes)
    assert content(folder / "given") == content(folder / "read")
    assert sorted(p.name for p in folder.iterdir()) == sorted([path.name, "new", "given", "read"])


def test_weights_into_a_member_are_summed_over_ranges(tmp_path):
    """Influence weights of sources in different ranges count together."""
    path = tmp_path / "w.csv"
    path.write_text("".join(f"{u},{u + 1 if u < 8 else 0},0.5\n{u},9,0.2\n" for u in range(9)))
    with pytest.raises(NetworkError, match=r"into member 9 sum to 1\.8"):
        import_network(path, tmp_path / "net", influence_weight="2")
    assert [p.name for p in tmp_path.iterdir()] == ["w.csv"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_line_after_many_blocks_is_named(tmp_path, monkeypatch, end):
    """Lines are counted over blocks, comments and blank lines among them, plain or packed."""
    monkeypatch.setattr(edge_list_blocks, "BLOCK_BYTES", 4096)
    lines = ["# é", "", *(f"{i % 7} {i % 5}" for i in range(20_000)), "1 two", *(["3 4"] * 20)]
    for name, pack in (("e.txt", bytes), ("e.txt.gz", gzip.compress)):
        (tmp_path / name).write_bytes(pack(end.join(lines).encode()))
        with pytest.raises(NetworkError, match=r"e\.txt(\.gz)?:20003: id 'two' is no whole number"):
            import_network(tmp_path / name, tmp_path / "deep" / "net")
    lines[20002] = "1 9000000000000000000"
    (tmp_path / "far.txt").write_text(end.join(lines))
    with pytest.raises(NetworkError, match=r"far\.txt:20003: id 9000000000000000000 is out of range"):
        import_network(tmp_path / "far.txt", tmp_path / "deep" / "net")
    assert not (tmp_path / "deep").exists()


def test_lines_that_are_not_plain_are_read_as_ever(tmp_path):
    """Signs, quotes and quoted ends of line after plain lines, from the first such line on."""
    path = tmp_path / "e.csv"
    path.write_text("source,target,text\n" + "0,1,a\n" * 9 + '1,2,"two\nlines, and more"\n+2,"3",b\n3,0,c\n')
    done = import_network(path, tmp_path / "net")
    assert (done.members, done.follows) == (5, 4)  # +2 is no plain whole number: ids are text then
    path.write_text("ann,bob\n" * 9 + "#cat,ann,eve\n")
    with pytest.raises(NetworkError, match=r"e\.csv:10: 2 fields are needed"):
        import_network(path, tmp_path / "other")
    path.write_text("source,target\n0,1,\n1,2,\n")  # a header that is shorter than its rows
    assert "columns not read: 2 " in import_network(path, tmp_path / "shorter").notes[-1]
    path.write_text("0,1\n" * 9 + "1,2,3\n")
    with pytest.raises(NetworkError, match=r"e\.csv:10: 2 fields are needed"):
        import_network(path, tmp_path / "other")


@pytest.mark.parametrize("what", ["reading", "sorting"])
@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_an_import_that_ends_early_leaves_nothing(tmp_path, what, fault):
    """Control-C and a full disk, while lines are read and while rows are sorted: no folder, no temporary file."""
    path = tmp_path / "e.txt"
    path.write_text("".join(f"{i % 11} {i % 13}\n" for i in range(200)))
    seen = []

    def report(now, done, of):
        if now == what and done * 2 >= of:
            seen.append([p.name for p in tmp_path.iterdir()])
            raise fault

    with pytest.raises((KeyboardInterrupt, NetworkError), match=r"make room|^$"):
        import_network(path, tmp_path / "net", report=report)
    assert len(seen[0]) == 3  # what was being built lay beside, under another name, and its lock
    assert [p.name for p in tmp_path.iterdir()] == ["e.txt"]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<i8", ">u4", "u1"])
def test_arrays_of_edges_are_imported_in_blocks(tmp_path, monkeypatch, order, dtype):
    """Rows or columns one after the other, of any whole numbers: the folder that reading them gives."""
    monkeypatch.setattr(arrays, "NPY_ROWS", 7)
    path = tmp_path / "e.npy"
    np.save(path, np.asarray(np.random.default_rng(3).integers(0, 20, (50, 2)), dtype, order=order))
    done = import_network(path, tmp_path / "net", "source follows target")
    with pytest.warns(ViralsimWarning) as said:
        save_network(read_network(path, "source follows target"), tmp_path / "read", str(path))
    assert content(tmp_path / "net") == content(tmp_path / "read")
    assert str(said[0].message) in done.notes
    np.save(path, np.array([[0, 1]] * 20 + [[3, -2]]))
    with pytest.raises(NetworkError, match=r"edges\[20\]: id -2 is negative"):
        import_network(path, tmp_path / "other")
    assert not (tmp_path / "other").exists()
