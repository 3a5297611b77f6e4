"""Files of other kinds where a table or a network is expected: refused by name with a way out, never misread, by every reader."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import viralsim as vs
from viralsim.campaign.advocates_file import COLUMNS as ADVOCATES
from viralsim.errors import InputError
from viralsim.tables import read_table

SCENARIO = """
viralsim: 1
name: a launch
audience: {{members: 50}}
horizon: 1d
channels: {{x: {{visibility: 0.1, network: {{generate: {{mean_following: 5}}}}}}}}
content: {{post: {{appeal: 0.01}}}}
campaign: {{content: post, organic: [{{channel: x, members: 1, posts_at: [0h]}}]}}
uncertain: {{joint: {{file: {}}}}}
"""


def joint(path: Path) -> object:
    return vs.loads(SCENARIO.format(path))


READERS: dict[str, Callable[[Path], object]] = {
    "posts": vs.posts.read,
    "people": lambda path: read_table(path, ADVOCATES),
    "posterior": joint,
    "network": vs.Network.read,
}


def workbook() -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Post ID", "Impressions", "Shares"])
    book.save(data)
    return data.getvalue()


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return data.getvalue()


def tarred(content: bytes) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        one = tarfile.TarInfo("posts.csv")
        one.size = len(content)
        archive.addfile(one, io.BytesIO(content))
    return data.getvalue()


CSV = b"Post ID,Impressions,Shares\np1,100,3\n"
KINDS: dict[str, tuple[bytes, str]] = {
    "posts.xlsx": (workbook(), "a workbook"),
    "posts.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
    "page.xls": (b"<table><tr><td>Shares</td></tr></table>", "a w"),  # a web page, or a workbook saved as one
    "posts.numbers": (zipped(Document_iwa=b"\0", preview_jpg=b"j"), "a workbook"),
    "posts.ods": (zipped(mimetype=b"application", content_xml=b"<"), "a workbook"),
    "posts.parquet": (b"PAR1" + bytes(60), "a Parquet file"),
    "posts.feather": (b"ARROW1\0\0" + bytes(60), "an Arrow file"),
    "two.zip": (zipped(a_csv=CSV, b_csv=CSV), "2 files"),
    "in.zip": (zipped(posts_xlsx=workbook()), "inside an archive"),
    "posts.xlsx.gz": (gzip.compress(workbook()), "inside an archive"),
    "none.zip": (zipped(), "an empty archive"),
    "posts.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(range(256)), "a 7z archive"),
    "posts.tar": (tarred(CSV), "a tar archive"),
    "posts.tgz": (gzip.compress(tarred(CSV)), "a tar archive"),
    "posts.json": (b'[{"shares": 1, "impressions": 20}]', "JSON"),
    "posts.jsonl": (b'{"shares": 1}\n{"shares": 2}\n', "JSON"),
    "cut.csv.gz": (gzip.compress(CSV * 500)[:60], "cut.csv.gz"),
    "posts.rds": (gzip.compress(b"X\n\0\0\0\3" + bytes(60)), "an R object"),
    "lfs.csv": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_a_file_of_another_kind_is_refused_by_name(reader: str, name: str, tmp_path: Path) -> None:
    """The file is named, what it is is said, and no codec of Python speaks."""
    content, kind = KINDS[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        READERS[reader](path)
    said = str(caught.value)
    assert name in said
    assert kind in said
    assert "codec" not in said


def test_a_posterior_is_read_in_the_encodings_of_spreadsheets(tmp_path: Path) -> None:
    """UTF-16 and gzip, as any other table."""
    text = "content.post.appeal\n0.1\n0.2\n"
    for name, data in (("a.csv", text.encode("utf-16")), ("b.csv.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(data)
        scenario = vs.loads(SCENARIO.format(tmp_path / name))
        assert scenario.joint_rows()["content.post.appeal"].tolist() == [0.1, 0.2]
