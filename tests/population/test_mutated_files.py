"""Files of every kind that people bring, spoilt: an answer or a sentence, never a traceback, never without end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import time
import zipfile
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from click.testing import CliRunner
from mutations import mutated
from test_formats import MEANT
from test_formats_round_trip import FORMATS

from viralsim.cli import main

LONGEST_S = 10  # of processor time: a busy machine is no fault of the code
SCENARIO = """viralsim: 1
name: creators
seed: 3
worlds: 4
horizon: 1d
audience: {AUDIENCE}
channels:
  wall: {visibility: 0.4, network: NETWORK}
content: {c: {appeal: 0.3, topics: {food: 1.0}, tone: {humorous: 1.0}}}
campaign:
  content: c
  organic: [{channel: wall, members: 3, posts_at: [0h]}]
  TIER
"""
GENERATED = "{generate: {mean_following: 6}}"
AUDIENCE = "{members: 60, topics: {food: 0.5}, tones: {humorous: 0.5}}"
TIER = "advocates: {file: table.csv, cost_usd: 7, willingness: 0.9}"
MEMBERS = "id,activity,hostility,community,interest_food\n" + "".join(
    f"m{i},{1 + i / 10},0.{i % 10},c{i % 3},0.5\n" for i in range(60)
)
ADVOCATES = (
    'handle,channel,followers,cost_usd,willingness,topics,tone\n@ann,wall,6,"$1,500",60%,food,humorous\n@bob,wall,4,250.50,0.5,,\n',
    "Creator;Plattform;Follower;Honorar (USD);Willingness\n@ann;wall;6;1.500,00;60 %\nbob;wall;5;10;\n",
    "handle\tfollowers\twillingness\n@ann\t5\t0.5\n@bob\t6\t1\n",
)
POSTS = (
    "impressions,reach,shares,clicks,followers\n" + "".join(f"{1000 + i},{900 + i},{i},{2 * i},5000\n" for i in range(7)),
    "Post ID;Posted;Lifetime Post Total Impressions;Lifetime Post Total Reach;Shares;Link Clicks\n"
    + "".join(f"1_{i};01/{i + 1:02}/2019 08:15 AM;{1000 + i};{900 + i};{i};{i}\n" for i in range(7)),
)  # fmt: skip


CREATORS = (
    "handle,followers,fee per post,gift,commission rate,promo code,discount,posts\n@ann,6,$94,18.50,8%,A,10%,1\n@bob,9,50,,,,,1\n",
    "Creator;Follower;Honorar pro Post (USD);Pauschale;Provisionssatz;Rabatt\n@ann;6;1.500,00;20,50;8 %;5 %\nbob;5;10;;;\n",
)
SHARES = (
    "kind,value,share\nregion,north,0.6\nregion,south,0.4\nage,18-24,0.3\nage,25+,0.7\ninterest,food,0.5\n",
    "Category;Name;Share (%)\nregion;Nord;60,5\nregion;Süd;39,5\ninterest;food;50\n",
)
SPANS = "source,target,from,to\n" + "".join(f"m{i},m{7 * i % 13},{i % 9},{i % 9 + 9}\n" for i in range(1, 13))
SIGNED = "Source;Target;Type;sign\n" + "".join(f"m{i};m{7 * i % 13};Directed;{1 - 2 * (i % 2)}\n" for i in range(1, 13))
DRAWS = "draw,content.c.appeal,channels.wall.visibility\n" + "".join(f"{i},0.{i},0.3\n" for i in range(1, 9))
CURVES = (
    "hours,shares,impressions\n" + "".join(f"{i},{5 * i},{900 * i}\n" for i in range(1, 9)),
    "post_id;published_at;time;shares\n" + "".join(f"a;2024-05-01T09:00;2024-05-01T{9 + i}:30;{5 * i}\n" for i in range(1, 9)),
    "user_id,name,hours\n" + "".join(f"{70 + i},n{i},{i / 4}\n" for i in range(1, 9)),
)  # fmt: skip
IN_SCENARIO: dict[str, dict[str, str]] = {  # kind -> what the scenario says in place of what it says else
    "members": {"{AUDIENCE}": "{members_file: table.csv}", ", topics: {food: 1.0}, tone: {humorous: 1.0}": ""},
    "demographics": {"{AUDIENCE}": "{members: 60, demographics: table.csv}", ", tone: {humorous: 1.0}": ""},
    "advocates": {"TIER": TIER},
    "creators": {"TIER": TIER.replace("cost_usd: 7", "posts_at: [0h, 4h]").replace("}", ", followers_differ: allow}")},
    "spans": {"NETWORK": "{file: table.csv, temporal: true, edge_means: source reaches target}"},
    "signed": {"NETWORK": "{file: table.csv, tie_sign: sign, edge_means: source reaches target}"},
    "draws": {"TIER": "", "campaign:": "uncertain: {joint: {file: table.csv}}\ncampaign:"},
}
TABLES = {
    "members": (MEMBERS,), "advocates": ADVOCATES, "posts": POSTS, "creators": CREATORS, "demographics": SHARES, "spans": (SPANS,),
    "signed": (SIGNED,), "draws": (DRAWS,), "curves": CURVES,
}  # fmt: skip
OWN_NETWORK = {"{AUDIENCE}": "{}", ", topics: {food: 1.0}, tone: {humorous: 1.0}": "", "members: 3": "members: [m1]"}


def networks(folder: Path) -> list[tuple[str, bytes]]:
    """(name, content) of networks in every format that is known, some of them packed."""
    found = [(name, text.encode()) for name, text, *_ in MEANT]
    graph = nx.relabel_nodes(nx.path_graph(5, nx.DiGraph), {i: str(i + 1) for i in range(5)})
    nx.set_edge_attributes(graph, 0.5, "weight")
    for name, form in FORMATS.items():
        path = folder / f"written.{form.suffix}"
        form.write(graph.to_undirected() if name.endswith(("graph6", "sparse6")) else graph, path)
        found.append((path.name, path.read_bytes()))
    arrays, sparse, archive = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(arrays, np.array([[0, 1], [1, 2], [2, 0]]))
    scipy.sparse.save_npz(sparse, scipy.sparse.csr_matrix(np.eye(4, k=1)))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("edges.csv", MEANT[2][1])
    found += [("e.npy", arrays.getvalue()), ("e.npz", sparse.getvalue()), ("e.zip", archive.getvalue())]
    text = MEANT[0][1].encode() * 9
    return [*found, ("e.gz", gzip.compress(text)), ("e.bz2", bz2.compress(text)), ("e.xz", lzma.compress(text))]


def typed(folder: Path, kind: str, name: str, content: bytes) -> list[str]:
    """The command that reads a file of a kind, whose content is written."""
    path = folder / (name if kind == "network" else "table.csv")
    path.write_bytes(content)
    if kind == "network":
        return ["network", "import", str(path), "--out", str(folder / "net")]
    if kind == "posts":
        return ["init", str(folder / "new.yaml"), "--from-posts", str(path)]
    if kind == "curves":
        return ["forecast", "-", "--observed", str(path), "--horizon", "24h"]
    text = SCENARIO
    own = OWN_NETWORK if kind in ("spans", "signed") else {}
    said = {"{AUDIENCE}": AUDIENCE, "TIER": "", "NETWORK": GENERATED} | own | IN_SCENARIO[kind]
    for word, instead in said.items():
        text = text.replace(word, instead)
    (folder / "s.yaml").write_text(text)
    return ["check", str(folder / "s.yaml")]


def read_all(folder: Path, count: int, seed: int) -> set[tuple[str, int]]:
    """Read ``count`` mutated files by command; the kinds and exit statuses that were seen. Fails at the first that is none."""
    chance = random.Random(seed)
    kinds = {"network": networks(folder)} | {
        kind: [("", text.encode()) for text in texts] for kind, texts in TABLES.items()
    }
    seen = set()
    for kind, written in kinds.items():  # what is loaded and compiled once is not the file's doing
        (place := folder / kind).mkdir()
        assert CliRunner().invoke(main, typed(place, kind, *written[0])).exit_code == 0, kind
    for i in range(count):
        place = folder / str(i)
        place.mkdir()
        kind = chance.choices(list(kinds), (8, *[1] * len(TABLES)))[0]
        name, content = chance.choice(kinds[kind])
        spoilt = mutated(content, chance)
        command = typed(place, kind, name, spoilt)
        start = time.process_time()
        ended = CliRunner().invoke(main, command)
        told = f"{kind} {name} {spoilt[:3000]!r}: {ended.output}"
        assert ended.exit_code in (0, 2), told
        assert time.process_time() - start < LONGEST_S, told
        assert "Traceback" not in ended.output, told
        assert (place / "net").exists() == (kind == "network" and ended.exit_code == 0), told
        seen.add((kind, ended.exit_code))
    return seen


def test_files_as_they_are_meant_are_read(tmp_path: Path) -> None:
    """Before anything is spoilt, every one of them is read: what is refused below is refused for what was done to it."""
    whole = [("network", name, content) for name, content in networks(tmp_path)]
    whole += [(kind, "", text.encode()) for kind, texts in TABLES.items() for text in texts]
    for i, (kind, name, content) in enumerate(whole):
        place = tmp_path / str(i)
        place.mkdir()
        ended = CliRunner().invoke(main, typed(place, kind, name, content))
        assert ended.exit_code == 0, f"{kind} {name} {content[:300]!r}: {ended.output}"


def test_mutated_files_are_answers_or_sentences(tmp_path: Path) -> None:
    seen = read_all(tmp_path, 200, 1)
    assert {kind for kind, _ in seen} == {"network", *TABLES}
    assert {("network", 0), ("network", 2), ("members", 0), ("members", 2)} <= seen


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_thousands_of_mutated_files_are_answers_or_sentences(tmp_path: Path, seed: int) -> None:
    seen = read_all(tmp_path, 200, seed)
    assert {status for _, status in seen} == {0, 2}
