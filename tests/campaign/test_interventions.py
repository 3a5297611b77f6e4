"""Interventions, stopping rules and temporal ties of a scenario, from the words to the worlds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import viralsim as vs
from viralsim.errors import NetworkError, ScenarioError

TEXT = """
viralsim: 1
name: changing
worlds: 30
horizon: 24h
audience: {members: 400, communities: {count: 4}}
channels: {a: {visibility: 0.5, network: {generate: {mean_following: 10}}}}
content: {x: {appeal: 0.3}}
campaign: {content: x, owned: [{channel: a, followers: 40, posts_at: [0h, 6h]}]}
"""


def run(changes: dict[str, Any]) -> pd.DataFrame:
    scenario = vs.loads(TEXT).override(changes)
    return vs.simulate(scenario, repeat_trust=False).worlds()


def done(at: int, **one: Any) -> dict[str, Any]:
    return {"campaign.interventions": [{"at": f"{at}h", **one}]}


@pytest.mark.parametrize(
    "one",
    [{"remove": {"best_followed": 400}}, {"visibility": 0.0}],
)
def test_what_is_taken_away_wholly_ends_all_impressions(one: dict[str, Any]) -> None:
    """From the tick on nobody is shown anything; before it everything is as it was."""
    scenario = vs.loads(TEXT)
    free = vs.simulate(scenario, repeat_trust=False).arms["campaign"].series["impressions"]
    held = vs.simulate(scenario.override(done(at=3, **one)), repeat_trust=False).arms["campaign"].series["impressions"]
    assert np.array_equal(held[:, :3], free[:, :3])
    assert held[:, 3:].sum() == 0
    assert free[:, 3:].sum() > 0


def test_cut_ties_leave_the_brand_its_followers() -> None:
    """With all ties gone from the start only owned impressions are left; a smaller share cuts fewer."""
    free, half, none = run({}), run(done(at=0, cut={"share": 0.5})), run(done(at=0, cut={"share": 1}))
    assert none["earned_reach"].sum() == 0
    assert none["reach"].sum() > 0
    assert none["reach"].sum() < half["reach"].sum() < free["reach"].sum()
    between = run(done(at=0, cut={"between_communities": True}))
    assert 0 < between["earned_reach"].sum() < free["earned_reach"].sum()


def test_interventions_are_coupled() -> None:
    """World by world nobody is reached more who has lost ties, been capped or stopped: all draws are shared."""
    free = run({})
    for changes in (
        done(at=2, cut={"share": 0.3}),
        done(at=2, visibility=0.2),
        done(at=2, remove={"best_followed": 40}),
        {"campaign.stop_when": {"shares": 20}},
        {"campaign.stop_when": {"quiet": "2h"}},
    ):
        held = run(changes)
        assert (held["reach"] <= free["reach"]).all(), changes
        assert held["reach"].sum() < free["reach"].sum(), changes


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (done(at=1), "needs one of remove, cut, visibility"),
        (done(at=1, visibility=0.1, cut={"share": 0.1}), "excludes cut"),
        (done(at=1, cut={}), "needs one of share, between_communities"),
        (done(at=30, visibility=0.1), "must be before the horizon"),
        (done(at=1, visibility=2), "must be <= 1"),
        (done(at=1, visibility=0.1, channel="b"), "no channel"),
        (done(at=1, remove={"best_followed": 401}), "must not exceed members"),
        ({"campaign.stop_when": {}}, "needs shares or quiet"),
    ],
)
def test_wrong_interventions_are_refused(changes: dict[str, Any], says: str) -> None:
    """With the path and what is allowed."""
    with pytest.raises(ScenarioError) as caught:
        vs.loads(TEXT).override(changes)
    assert says in str(caught.value)


def test_members_who_are_not_there_cannot_be_removed() -> None:
    """Found when the audience is there, with the place in the scenario."""
    with pytest.raises(ScenarioError, match=r"interventions\[0\]\.remove\.members\[0\]"):
        run(done(at=1, remove={"members": [4000]}))


REACHES = "edge_means: source reaches target"
SMALL = TEXT.replace("audience: {members: 400, communities: {count: 4}}\n", "").replace(
    "{generate: {mean_following: 10}}", "{file: ties.csv, FORM}"
)


def table(folder: Path, header: str = "source,target,from,to") -> Path:
    rng = np.random.default_rng(1)
    rows = [header]
    for u in range(60):
        rows.extend(f"{u},{(u + 1 + v) % 60},0,24" for v in rng.choice(59, 6, replace=False))
    (folder / "ties.csv").write_text("\n".join(rows))
    return folder


def test_a_temporal_file_whose_ties_are_always_there_has_the_worlds_of_the_static_one(tmp_path: Path) -> None:
    """The same file read both ways."""
    table(tmp_path)
    found = []
    for form in (f"temporal: true, {REACHES}", REACHES):
        scenario = vs.loads(SMALL.replace("FORM", form), tmp_path)
        found.append(vs.simulate(scenario, repeat_trust=False).worlds())
    assert found[0]["earned_shares"].sum() > 0
    pd.testing.assert_frame_equal(found[0], found[1], check_exact=True)


def test_a_temporal_network_survives_saving(tmp_path: Path) -> None:
    """Spans are kept, joined where they overlap, and in the fingerprint."""
    network = vs.Network.from_temporal_edges([0, 0, 0, 1], [1, 1, 1, 2], [5, 0, 3, 2], [9, 3, 4, 4], 3)
    assert network.spans is not None
    assert network.spans.start.tolist() == [0, 2, 3]
    assert network.spans.from_tick.tolist() == [0, 5, 2]
    assert network.spans.to_tick.tolist() == [4, 9, 4]
    network.save(tmp_path / "kept")
    again = vs.Network.open(tmp_path / "kept")
    assert again.fingerprint() == network.fingerprint()
    assert network.fingerprint() != vs.Network.from_edges([0, 1], [1, 2], 3).fingerprint()


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("source,target,from,weight", "0,1,0,1", "column 'to' is missing"),
        ("source,target,from,to", "0,1,5,5", "column 'to': '5' must be after from"),
        ("source,target,from,to", "0,1,0.5,2", "must be a tick"),
        ("source,target,from,to", "0,1,,2", "ties.csv:2: column 'from': is empty"),
    ],
)
def test_a_wrong_temporal_file_is_refused(tmp_path: Path, header: str, row: str, says: str) -> None:
    """With the file, and the row where there is one."""
    (tmp_path / "ties.csv").write_text(f"{header}\n{row}\n")
    with pytest.raises(NetworkError, match=says):
        vs.simulate(vs.loads(SMALL.replace("FORM", f"temporal: true, {REACHES}"), tmp_path), worlds=2)
