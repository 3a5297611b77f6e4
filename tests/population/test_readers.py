"""Network files: what is read, and what is refused with file, line and remedy."""

import gzip
import pickle
import tempfile
from pathlib import Path

import igraph
import numpy as np
import pytest
from counting import calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, save_npz

from viralsim.errors import NetworkError
from viralsim.population.importers.read import read_network
from viralsim.population.network.network import Network, ViralsimWarning
from viralsim.population.network.storage import open_network, save_network

TEXTS = {
    "plain.csv": "0,1\n1,2\n3,0\n",
    "header.csv": "source,target\n0,1\n1,2\n3,0\n",
    "swapped.csv": "time,target,source\n9,1,0\n9,2,1\n9,0,3\n",
    "words.csv": "who,whom\n0,1\n1,2\n3,0\n",
    "tab.tsv": "0\t1\n1\t2\n3\t0\n",
    "semicolon.csv": "0;1\n1;2\n3;0\n",
    "snap.txt": "# Nodes: 4\n# FromNodeId ToNodeId\n0\t1\n1\t2\n# in between\n3\t0\n",
    "spaces.txt": "0   1\n 1 2\n\n3 0\n",
    "announced.txt": "4 3\n0 1\n1 2\n3 0\n",
    "windows.csv": "\ufeff0,1\r\n1,2\r\n3,0\r\n",
}
MOST_CALLS = 20_000  # of functions, to refuse a file: it is not read to its end


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", TEXTS)
def test_every_form_of_edge_list_gives_the_same_network(tmp_path, name, packed):
    """Separators, headers, comments, a first line n m, a byte-order mark and gzip change nothing."""
    path = tmp_path / (name + (".gz" if packed else ""))
    data = TEXTS[name].encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    network = read_network(path)
    assert Network.from_edges([0, 1, 3], [1, 2, 0]).fingerprint() == network.fingerprint()
    assert network.ids is None


def test_ids_with_gaps_and_names_are_kept_in_order(tmp_path):
    """Whole-number ids are numbered ascending, names in sorted order; both come back."""
    numbers = tmp_path / "gaps.txt"
    numbers.write_text("700 20\n20 127001313513967616\n900001313513967616 20\n800001313513967616 20\n")
    network = read_network(numbers)
    assert network.ids.tolist() == [20, 700, 127001313513967616, 800001313513967616, 900001313513967616]
    assert network.followers.tolist() == [2, 0, 0, 0]
    names = tmp_path / "names.csv"
    names.write_text("zoe,ann\nann,bob\n")
    assert read_network(names).ids.tolist() == ["ann", "bob", "zoe"]


def test_follows_files_are_reversed_and_it_is_said(tmp_path):
    """ "source follows target" turns every edge round, with a note; undirected edges run both ways."""
    path = tmp_path / "follows.csv"
    path.write_text("0,1\n2,1\n")
    network = read_network(path, "source follows target")
    assert network.sources().tolist() == [1, 1]
    assert any("reversed" in note for note in network.notes)
    assert read_network(path, directed=False).follows == 4
    with pytest.raises(NetworkError, match="is unknown"):
        read_network(path, "target follows source")


def test_weights_are_read_by_name_or_number_and_left_columns_are_told(tmp_path):
    """A third column is read only when named; without it a note says that it was not."""
    path = tmp_path / "weighted.csv"
    path.write_text("source,target,w\n1,0,0.5\n0,1,0.25\n")
    for key in ("w", "2", 2):
        np.testing.assert_array_equal(read_network(path, tie_strength=key).tie_strength, np.float32([0.25, 0.5]))
    assert "columns not read: w" in read_network(path).notes[-1]
    assert read_network(path, influence_weight="w").influence_weight is not None
    short = tmp_path / "short.csv"
    short.write_text("source,target,w\n1,0\n")
    with pytest.raises(NetworkError, match="the first row has 2 fields only"):
        read_network(short, tie_strength="w")
    with pytest.raises(NetworkError, match='no column "x"; columns are source, target, w'):
        read_network(path, tie_strength="x")


BAD = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n", "is empty"),
    "comments.txt": (b"# only\n", "only comments"),
    "header.csv": (b"source,target\n", "no row"),
    "matrix.mtx": (b"%%MatrixMarket matrix coordinate pattern general\n3 4 2\n1 2\n2 3\n", "not square"),
    "one.csv": (b"5\n", ":1: a row needs two ids"),
    "short.csv": (b"0,1\n2\n3,4\n", ":2: 2 fields are needed"),
    "long.csv": (b"0,1\n2,3\n3,4,5\n", ":3: 2 fields are needed"),
    "negative.csv": (b"0,1\n1,-2\n", ":2: id -2 is negative"),
    "huge.csv": (b"0,1\n1,2\n2,1000000000000\n", ":3: id 1000000000000 is out of range"),
    "longer.csv": (b"0,1\n1,99999999999999999999\n", ":2: id 99999999999999999999 is out of range"),
    "announced.txt": (b"1000000000000 2\n0 1\n1 2\n", ":1: 1000000000000 members"),
    "missing.csv": (b"ann,bob\nbob,\n", ":2: an id is missing"),
    "binary.csv": (bytes(range(256)) * 10, "binary data"),
    "latin.csv": ("Zo\u00eb,ann\nann,Zo\u00eb\n".encode("latin-1"), "not UTF-8"),
    "truncated.csv.gz": (gzip.compress(b"0,1\n" * 20000)[:-40], "truncated or damaged"),
    "no.csv.gz": (b"\x1f\x8bnothing like gzip", "truncated or damaged"),
    "bomb.csv.gz": (gzip.compress(b"0,1\n" + bytes(100_000_000), 9), "unpacks to over|binary data|no text"),
    "bad.npy": (b"no array", "no NumPy array"),
    "empty.npy": (b"", "0 bytes"),
    "bad.npz": (b"no archive", "no NumPy archive"),
    "bad.graphml": (b"<graphml><graph", "cannot be read"),
    "bomb.graphml": (b'<!DOCTYPE x [<!ENTITY a "aa">]><graphml/>', "refused"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_quickly_with_place_and_remedy(tmp_path, name):
    """Whatever is wrong is a NetworkError that names the file, and the line where there is one, with little work."""
    read_network_once()
    data, message = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)

    def refused() -> None:
        with pytest.raises(NetworkError, match=message) as caught:
            read_network(path)
        assert name in str(caught.value)

    assert calls(refused) < MOST_CALLS


def read_network_once() -> None:
    """Compiling and importing are no part of the promise."""
    Network.from_edges(["a"], ["b"])
    igraph.Graph(1)
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(("0 1\n1 0\n", "0 5\n5 0\n", "70000000000 50000000000\n")):
            path = Path(folder) / f"{i}.txt"
            path.write_text(text)
            read_network(path)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("-0.5", "must be in"),
        ("nan", "is no number"),
        ("inf", "must be in|is no number"),
        ("x", "is no number"),
        ("2", "divide"),
    ],
)
def test_bad_weights_are_named_with_their_line(tmp_path, cell, message):
    """Negative, not finite, too large or no number: file, line and remedy."""
    path = tmp_path / "w.txt"
    path.write_text(f"0 1 0.5\n1 2 {cell}\n")
    with pytest.raises(NetworkError, match=rf"w\.txt:2: tie_strength.*{message}"):
        read_network(path, tie_strength="2")


def test_arrays_and_graphml_are_read(tmp_path):
    """npy [E, 2], sparse npz, rows npz and GraphML give the network of their edges."""
    expected = Network.from_edges([0, 1, 3], [1, 2, 0])
    np.save(tmp_path / "e.npy", np.array([[0, 1], [1, 2], [3, 0]]))
    save_npz(tmp_path / "s.npz", csr_array((np.full(3, 0.5), ([0, 1, 3], [1, 2, 0])), shape=(4, 4)))
    np.savez(tmp_path / "r.npz", indptr=expected.indptr, followers=expected.followers)
    igraph.Graph(4, [(0, 1), (1, 2), (3, 0)], directed=True).write_graphml(str(tmp_path / "g.graphml"))
    for name in ("e.npy", "s.npz", "r.npz", "g.graphml"):
        assert expected.fingerprint() == read_network(tmp_path / name).fingerprint(), name
    assert read_network(tmp_path / "s.npz", tie_strength="data").tie_strength.tolist() == [0.5] * 3


def test_hostile_arrays_are_refused(tmp_path):
    """Pickled objects are never loaded; headers that promise more than there is, and wild rows, are refused."""
    (tmp_path / "p.npy").write_bytes(pickle.dumps([1, 2]))
    np.save(tmp_path / "o.npy", np.array([[object(), 1]], dtype=object), allow_pickle=True)
    head = b"{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000, 2), }"
    head += b" " * (118 - len(head) - 1) + b"\n"
    (tmp_path / "h.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + b"\0" * 64)
    np.save(tmp_path / "n.npy", np.array([[0, -1]]))
    np.save(tmp_path / "f.npy", np.array([[0.0, 1.0]]))
    np.savez(tmp_path / "r.npz", indptr=np.array([0, 5, 2]), followers=np.array([0, 1]))
    np.savez(tmp_path / "w.npz", indptr=np.array([0, 1, 2]), followers=np.array([1, 7]))
    np.savez(tmp_path / "x.npz", something=np.array([1]))
    for name in ("p.npy", "o.npy", "h.npy", "n.npy", "f.npy", "r.npz", "w.npz", "x.npz"):
        with pytest.raises(NetworkError, match=name):
            read_network(tmp_path / name)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text('0123456789,;\t \n#%-.eaxin"', max_size=60).map(str.encode),
    ),
    st.sampled_from(["f.csv", "f.txt", "f.csv.gz", "f.npy", "f.npz", "f.graphml"]),
    st.sampled_from([None, "2", "w"]),
)
@pytest.mark.filterwarnings("ignore::viralsim.population.network.network.ViralsimWarning")
def test_no_file_gives_anything_but_a_network_or_a_network_error(tmp_path, data, name, strength):
    """Fuzzed bytes are a sound network or a NetworkError, never another error."""
    path = tmp_path / name
    path.write_bytes(data)
    try:
        network = read_network(path, tie_strength=strength)
    except NetworkError:
        return
    assert network.indptr[-1] == network.follows
    assert network.follows == 0 or 0 <= network.followers.min() <= network.followers.max() < network.members


def test_a_stored_network_comes_back_as_plain_arrays(tmp_path):
    """save and open keep rows, strengths and labels; arrays have the ordinary type that compiled code expects."""
    network = Network.from_edges(["b", "a"], ["a", "c"], tie_strength=[0.5, 0.25])
    folder = save_network(network, tmp_path / "net", source="test")
    back = open_network(folder)
    assert network.fingerprint() == back.fingerprint()
    assert back.ids.tolist() == ["a", "b", "c"]
    assert type(back.followers) is np.ndarray
    assert read_network(folder).fingerprint() == network.fingerprint()
    with pytest.raises(NetworkError, match="exists already"):
        save_network(network, folder)
    with pytest.raises(NetworkError, match="says by itself"):
        read_network(folder, "source follows target")
    empty = save_network(Network.from_edges([], [], members=3), tmp_path / "empty")
    assert open_network(empty).members == 3


def test_a_damaged_folder_is_refused(tmp_path):
    """Followers that are no members, cut files and foreign manifests never reach compiled code."""
    network = Network.from_edges([0, 1], [1, 2])
    for i, damage in enumerate(
        [
            lambda f: np.save(f / "followers.npy", np.array([1, 9], np.int32)),
            lambda f: np.save(f / "followers.npy", np.array([1], np.int32)),
            lambda f: np.save(f / "indptr.npy", np.array([0, 1, 2, 2], np.int32)),
            lambda f: (f / "followers.npy").write_bytes(b"\x93NUMPY"),
            lambda f: (f / "followers.npy").unlink(),
            lambda f: (f / "manifest.json").write_text("[]"),
            lambda f: (f / "manifest.json").write_text("{"),
            lambda f: (f / "manifest.json").unlink(),
        ]
    ):
        folder = save_network(network, tmp_path / f"n{i}")
        damage(folder)
        with pytest.raises(NetworkError, match=f"n{i}"):
            open_network(folder)


def test_half_a_million_edges_are_read_by_the_fast_reader(tmp_path):
    """In blocks, not line by line: fewer functions are called than there are edges."""
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 50_000, (500_000, 2))
    path = tmp_path / "big.csv"
    path.write_text("\n".join(f"{a},{b}" for a, b in pairs.tolist()))
    read_network_once()

    def read() -> None:
        with pytest.warns(ViralsimWarning, match="parallel"):
            assert read_network(path).members == 50_000

    assert calls(read) < len(pairs)


@pytest.mark.parametrize(("at", "value"), [((6, 8), 1), ((8, 10), 99)], ids=["encrypted", "unknown compression"])
def test_an_archive_that_cannot_be_unpacked_is_told(tmp_path: Path, at: tuple[int, int], value: int) -> None:
    """Encrypted, or packed by a method that zipfile does not know: a sentence, not zipfile's own error."""
    path = tmp_path / "r.npz"
    np.savez(path, indptr=np.array([0, 1, 1]), followers=np.array([1]))
    archive = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", at[0]), (b"PK\x01\x02", at[1])):
        start = archive.find(mark)
        while start >= 0:
            archive[start + place] |= value
            start = archive.find(mark, start + 4)
    path.write_bytes(bytes(archive))
    with pytest.raises(NetworkError, match=r"r\.npz"):
        read_network(path)
