"""The table of trees of a run: as many posts as the worlds counted, linked as the stored measures say, for other tools."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from wrong_values import SMALL

import viralsim as vs
from viralsim.errors import InputError


@cache
def run() -> vs.Result:
    return vs.simulate(vs.loads(SMALL), worlds=12, threads=1)


@pytest.mark.parametrize("arm", ["organic", "paid", "advocates"])
def test_trees_are_those_that_the_measures_count(arm: str) -> None:
    """Sizes, depths and peaks of the table's trees are the stored measures of every world."""
    result = run()
    table = result.trees(arm, range(12))
    measures = result.arm(arm).measures
    for world in range(12):
        tree = table[table.world == world]
        sizes = tree.groupby("root_post").size()
        assert sizes.max() == measures["largest_cascade"][world]
        assert (tree.child >= 0).sum() == measures["shares"][world]
        assert tree[tree.root_post == sizes.idxmax()].depth.max() == measures["depth"][world]
        graph = nx.from_pandas_edgelist(tree[tree.parent_post >= 0], "parent_post", "post", create_using=nx.DiGraph)
        assert nx.number_of_nodes(graph) == 0 or nx.is_branching(graph)
        child = dict(zip(tree.post, tree.child, strict=True))
        assert [child.get(p, -1) for p in tree.parent_post] == tree.parent.tolist()
    assert set(table.channel) == {"x"}
    assert table.source.isin(["owned", "paid", "asked", "earned", "organic", "recommended"]).all()
    assert (table[table.parent_post >= 0].source != "organic").all()
    assert ((table.source == "asked") & (table.parent_post < 0)).any() == (arm == "advocates")


@pytest.mark.parametrize(
    "changes",
    [
        {"uncertain": {"content.c.appeal": {"from": 0.1, "to": 0.3}}},
        {"uncertain": {"channels.x.visibility": {"from": 0.1, "to": 0.4}}},
        {
            "uncertain": {
                "campaign.paid[0].starts": {"from": "0h", "to": "3h"},
                "channels.x.visibility": {"from": 0.1, "to": 0.4},
            }
        },
        {"populations": 3},
    ],
)
def test_worlds_with_inputs_or_audiences_of_their_own_have_trees(changes: dict[str, Any]) -> None:
    """What a world drew is what its trees grow from again: sizes are those that were stored."""
    result = vs.simulate(vs.loads(SMALL).override(changes), worlds=6, threads=1)
    table = result.trees("paid", range(6))
    shares = table[table.child >= 0].groupby("world").size().reindex(range(6), fill_value=0)
    assert shares.tolist() == result.arm("paid").measures["shares"].tolist()


def test_one_world_is_the_same_alone_and_from_disk(tmp_path: Path) -> None:
    """Order and company of worlds change nothing; a saved result gives the same table, and so does Parquet."""
    result = run()
    both = result.trees("paid", [7, 2])
    assert both.world.drop_duplicates().tolist() == [7, 2]
    seven = result.trees("paid", 7)
    pd.testing.assert_frame_equal(both[both.world == 7], seven)
    pd.testing.assert_frame_equal(vs.open_result(result.save(tmp_path / "run")).trees("paid", np.int64(7)), seven)
    seven.to_parquet(tmp_path / "trees.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "trees.parquet"), seven)
    assert list(result.trees("paid", [])) == list(seven)


def test_members_of_a_file_keep_their_names(tmp_path: Path) -> None:
    """Where the network names members, the table does too."""
    (tmp_path / "follows.csv").write_text("source,target\nann,bob\nbob,cem\ncem,ann\n")
    text = """
viralsim: 1
name: named
worlds: 5
horizon: 12h
channels: {x: {visibility: 1.0, network: {file: follows.csv, edge_means: source reaches target}}}
content: {c: {appeal: 1.0}}
campaign: {content: c, advocates: {choose: {members: [bob]}, posts_at: [0h], willingness: 1.0}}
"""
    (tmp_path / "named.yaml").write_text(text)
    table = vs.simulate(tmp_path / "named.yaml", worlds=3).trees("campaign", range(3))
    assert set(table.child_id) <= {"ann", "bob", "cem"}
    assert table.child_id[table.parent < 0].unique().tolist() == ["bob"]


def test_wrong_worlds_and_arms_are_refused() -> None:
    """A world that was not run, an arm that is not there, half a world."""
    for arm, worlds, message in (
        ("paid", 12, "worlds must be a whole number in 0..11"),
        ("paid", [0, -1], "worlds"),
        ("paid", 0.5, "worlds"),
        ("paid", "0", "worlds"),
        ("pay", 0, "arm"),
    ):
        with pytest.raises(InputError, match=message):
            run().trees(arm, worlds)
