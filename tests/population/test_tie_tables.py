"""Tables of ties with signs or spans keep ids as they are written, and read every dialect that tables have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import NetworkError
from viralsim.population.importers.tie_tables import read_signed, read_temporal

REACHES = "source reaches target"
SIGNED = "source,target,sign\n007,7,1\n7,08,-1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_ids_are_text_as_written(tmp_path: Path, encoding: str, separator: str) -> None:
    """007 is another member than 7, in any separator and encoding."""
    file = tmp_path / "ties.csv"
    file.write_bytes(SIGNED.replace(",", separator).encode(encoding))
    network = read_signed(file, "sign", REACHES)
    assert network.ids is not None
    assert network.ids.tolist() == ["007", "08", "7"]
    assert network.tie_sign is not None
    assert dict(zip(network.ids[network.followers].tolist(), network.tie_sign.tolist(), strict=True)) == {
        "7": 1,
        "08": -1,
    }


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30))
def test_the_plain_reader_finds_the_same_network(
    tmp_path_factory: pytest.TempPathFactory, ties: list[tuple[int, int]]
) -> None:
    """Without signs that differ and spans that end, members and rows are those of the edge list."""
    own = sorted({(a, b) for a, b in ties if a != b}) or [(1, 2)]
    folder = tmp_path_factory.mktemp("ties")
    (folder / "plain.csv").write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in own))
    (folder / "signed.csv").write_text("source,target,sign\n" + "".join(f"{a},{b},1\n" for a, b in own))
    (folder / "spans.csv").write_text("source,target,from,to\n" + "".join(f"{a},{b},0,9\n" for a, b in own))
    plain = vs.Network.read(folder / "plain.csv")
    for other in (
        read_signed(folder / "signed.csv", "sign", REACHES),
        read_temporal(folder / "spans.csv", REACHES),
    ):
        assert other.members == plain.members
        np.testing.assert_array_equal(other.indptr, plain.indptr)
        np.testing.assert_array_equal(other.followers, plain.followers)
        assert (other.ids is None) == (plain.ids is None)
        if plain.ids is not None:
            np.testing.assert_array_equal(np.asarray(other.ids), plain.ids)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source,target,sign\n1.25E+18,b,1\n", "scientific notation"),
        ("source,target,sign\n,b,1\n", "ties.csv:2: column 'source': is empty"),
        ("source,target,sign\na,b,plus\n", "ties.csv:2: column 'sign': 'plus'"),
        ("source,target,sign\n", "ties.csv"),
        ("source,target,sign\n1,2,1\n3,12.0,1\n", "written as a decimal"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "ties.csv").write_text(text)
    with pytest.raises(NetworkError, match=says):
        read_signed(tmp_path / "ties.csv", "sign", REACHES)
