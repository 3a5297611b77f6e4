"""Cascade trees of single worlds: they are the trees of the stored worlds, and what is kept of them is checked."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from tests.synthetic_result import synthetic_result
from viralsim.errors import InputError
from viralsim.records.folder import TREES
from viralsim.report import page
from viralsim.report.charts.gallery import keep_trees, tree_arm
from viralsim.report.charts.trees import drawn_posts, heights, kind_of
from viralsim.report.trees import Forest, grow, open_forests, save_forests, three_forests, three_worlds
from viralsim.results import Result
from viralsim.scenario import load
from viralsim.simulation import simulate

SCENARIO = Path(__file__).parents[2] / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"


@pytest.fixture(scope="module")
def result() -> Result:
    small = load(SCENARIO).override({"audience.members": 1500, "audience.communities.count": 8})
    return simulate(small, worlds=24, arms=["organic", "advocates", "integrated"], threads=1)


def forest_of(parents: list[int]) -> Forest:
    """A forest of members from the parent of each post, one post a tick."""
    count = len(parents)
    root, depth = list(range(count)), [0] * count
    for i, parent in enumerate(parents):
        if parent >= 0:
            root[i], depth[i] = root[parent], depth[parent] + 1
    columns = (range(count), parents, root, depth, range(count), [3] * count, [-1] * count, [-1] * count)
    return Forest(*(np.array(column, dtype=np.int32) for column in columns))


@pytest.mark.parametrize("arm", ["organic", "advocates", "integrated"])
def test_the_trees_are_those_of_the_stored_world(result: Result, arm: str) -> None:
    """Every world grown again has the stored number of shares, the stored largest cascade, depth and breadth."""
    for world in (0, 7, 23):
        forest = grow(result, arm, world)
        measures = result.arms[arm].measures
        assert np.count_nonzero(forest.member >= 0) <= measures["shares"][world]
        assert forest.sizes.max(initial=0) == measures["largest_cascade"][world]
        in_largest = forest.root == forest.sizes.argmax()
        assert forest.depth[in_largest].max() == measures["depth"][world]
        assert np.bincount(forest.depth[in_largest]).max() == measures["max_breadth"][world]


def test_all_worlds_together_have_the_counted_cascades(result: Result) -> None:
    """The sizes of all trees of all worlds, put into bins that double, are the stored cascade sizes."""
    sizes = np.concatenate([grow(result, "advocates", world).sizes for world in range(result.world_count)])
    binned = np.bincount(np.log2(sizes[sizes > 0]).astype(np.int64), minlength=40)
    np.testing.assert_array_equal(binned, result.arms["advocates"].cascade_sizes)


def test_luck_is_ordered(result: Result) -> None:
    """The unlucky world has no more shares than the typical one, and that no more than the lucky one."""
    worlds = three_worlds(result, "integrated")
    shares = [result.arms["integrated"].measures["shares"][world] for world in worlds.values()]
    assert list(worlds) == ["unlucky", "typical", "lucky"]
    assert shares == sorted(shares)


def test_a_world_that_comes_out_otherwise_is_refused(result: Result) -> None:
    """Trees are never shown beside measures that they do not have."""
    arm = result.arms["advocates"]
    changed = replace(arm, measures={**arm.measures, "largest_cascade": arm.measures["largest_cascade"] + 1.0})
    with pytest.raises(InputError, match="otherwise than it was stored"):
        grow(replace(result, arms={**result.arms, "advocates": changed}), "advocates", 0)


def test_what_is_not_there_is_said(result: Result) -> None:
    """A wrong world, a wrong arm, a result without a scenario: each is the user's mistake with a remedy."""
    with pytest.raises(InputError, match="from 0 to 23"):
        grow(result, "advocates", 24)
    with pytest.raises(InputError, match="arm must be one of"):
        grow(result, "nobody", 0)
    with pytest.raises(InputError, match="no scenario"):
        grow(synthetic_result(worlds=20, scenario_yaml=""), "paid", 0)
    with pytest.raises(InputError, match="changed since the run"):
        grow(replace(result, fingerprint="0"), "advocates", 0)


def test_kept_trees_are_those_that_were_grown(result: Result, tmp_path: Path) -> None:
    """Kept beside the result and read again they are equal, and the result itself opens as before."""
    arm = tree_arm(result)
    result.save(tmp_path / "r")
    keep_trees(result, tmp_path / "r")
    kept, grown = open_forests(result, arm, tmp_path / "r"), three_forests(result, arm)
    assert {word: world for word, (world, _) in kept.items()} == three_worlds(result, arm)
    for word, (_, forest) in grown.items():
        for field in fields(Forest):
            np.testing.assert_array_equal(getattr(kept[word][1], field.name), getattr(forest, field.name))
    assert [path.name for path in (tmp_path / "r").glob(".*")] == []
    assert page(result, str(tmp_path / "r")) == page(result, str(tmp_path / "r"), trees=False)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x93NUMPY" + b"\0" * 64, b"not an archive"])
def test_a_torn_file_of_trees_is_as_none(result: Result, tmp_path: Path, content: bytes) -> None:
    """Trees can be had again, so a torn file is passed over."""
    (tmp_path / TREES).write_bytes(content)
    assert open_forests(result, "advocates", tmp_path) == {}


def test_an_array_in_the_place_of_the_archive_is_passed_over(result: Result, tmp_path: Path) -> None:
    """A file of another kind is no archive of trees."""
    with (tmp_path / TREES).open("wb") as file:
        np.save(file, np.zeros(3))
    assert open_forests(result, "advocates", tmp_path) == {}


def test_trees_of_another_run_or_with_wrong_links_are_passed_over(result: Result, tmp_path: Path) -> None:
    """Another seed's trees, or links that lead nowhere, are not drawn."""
    good = forest_of([-1, 0, 0, -1])
    save_forests(result, "advocates", {"typical": (3, good)}, tmp_path)
    assert list(open_forests(result, "advocates", tmp_path)) == ["typical"]
    assert open_forests(replace(result, seed=result.seed + 1), "advocates", tmp_path) == {}
    assert open_forests(result, "integrated", tmp_path) == {}
    for wrong in (
        replace(good, parent=good.parent + 9),
        replace(good, root=good.root[:2]),
        replace(good, tick=-1 - good.tick),
    ):
        save_forests(result, "advocates", {"typical": (3, wrong)}, tmp_path)
        assert open_forests(result, "advocates", tmp_path) == {}
    save_forests(result, "advocates", {"typical": (99, good)}, tmp_path)
    assert open_forests(result, "advocates", tmp_path) == {}


def test_heights_hang_a_parent_amid_its_children() -> None:
    """0 has children 1 and 2, 2 has 3 and 4; 5 is alone: leaves are one below the other, parents at their middle."""
    forest = forest_of([-1, 0, 0, 2, 2, -1])
    found = heights(forest, np.arange(6))
    np.testing.assert_allclose(found[:5], [0.75, 0.0, 1.5, 1.0, 2.0])
    assert found[5] > 2.0


def test_a_tree_too_large_to_draw_shows_its_first_posts() -> None:
    """At most 1,200 posts are drawn, and each has its parent among them."""
    rng = np.random.default_rng(5)
    forest = forest_of([-1, *(int(rng.integers(0, i)) for i in range(1, 3000))])
    posts = drawn_posts(forest)
    assert len(posts) == 1200
    assert set(forest.parent[posts]) <= {-1, *posts.tolist()}
    assert np.isfinite(heights(forest, posts)).all()


def test_kinds_name_who_posted_and_why(result: Result) -> None:
    """Posts of the brand are owned, planned ones asked; the others answer an advertisement or someone's post."""
    forest = grow(result, "integrated", 2)
    kinds = kind_of(forest)
    assert ((kinds == "owned") == (forest.member < 0)).all()
    assert ((kinds == "asked") == (forest.advocate >= 0)).all()
    assert {"paid", "earned"} <= set(kinds)


def test_without_trees_the_page_says_so(result: Result) -> None:
    """What is not shown is said, with the reason."""
    assert "left out by wish" in page(result, trees=False)
    assert "holds no scenario" in page(synthetic_result(worlds=30, scenario_yaml=""))


def test_one_audience_for_three_trees(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three worlds of one audience build it once, and grow the trees that each grows alone."""
    from viralsim.simulation import run

    built: list[int] = []
    build = run.compile_audience

    def counted(scenario: object, population: int = 0) -> object:
        built.append(population)
        return build(scenario, population)

    monkeypatch.setattr(run, "compile_audience", counted)
    forests = three_forests(result, "advocates")
    assert built == [0]
    for world, forest in forests.values():
        alone = grow(result, "advocates", world)
        assert all(np.array_equal(getattr(forest, f.name), getattr(alone, f.name)) for f in fields(Forest))
