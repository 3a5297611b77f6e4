"""The plan: which points, in which order, within which constraints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep_scenario import text

from viralsim.errors import InputError
from viralsim.experiments import plan_of
from viralsim.scenario.constraints import holds
from viralsim.scenario.loading import loads


def plan(sweep: str):  # type: ignore[no-untyped-def]
    return plan_of(loads(text(sweep)))


def test_grid_is_the_product_in_the_order_of_the_file() -> None:
    """Every combination once, the last parameter quickest; whole numbers stay whole."""
    found = plan(
        "{parameters: {content.c.appeal: [0.02, 0.05], campaign.advocates.count: {from: 0, to: 10, steps: 3}}, worlds: 20}"
    )
    assert [tuple(point.values()) for point in found.points] == [
        (0.02, 0), (0.02, 5), (0.02, 10), (0.05, 0), (0.05, 5), (0.05, 10),
    ]  # fmt: skip
    assert all(isinstance(point["campaign.advocates.count"], int) for point in found.points)
    assert (found.worlds, found.seed, found.launches) == (20, 5, 6 * 2 * 20)


def test_grid_steps_on_a_log_scale_are_even_in_the_logarithm() -> None:
    """From 0.01 to 1 in three steps passes 0.1; the ends are exact."""
    found = plan("{parameters: {content.c.appeal: {from: 0.01, to: 1, steps: 3, scale: log}}}")
    assert [point["content.c.appeal"] for point in found.points] == [0.01, 0.1, 1.0]


def test_list_reads_side_by_side() -> None:
    """The i-th values of all lists make the i-th point; words can be swept too."""
    found = plan(
        "{design: list, parameters: {content.c.appeal: [0.1, 0.2], campaign.advocates.choose: [degree, random]}}"
    )
    assert [tuple(point.values()) for point in found.points] == [(0.1, "degree"), (0.2, "random")]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_samples_fill_the_ranges(design: str) -> None:
    """16 points have one value in each sixteenth of each range (Latin) and each category equally often (both)."""
    found = plan(
        f"{{design: {design}, points: 16, parameters: {{content.c.appeal: {{from: 0, to: 0.16}}, "
        "campaign.advocates.choose: [degree, random], campaign.advocates.count: {from: 0, to: 100}}}"
    )
    appeals = np.sort([point["content.c.appeal"] for point in found.points])
    assert np.array_equal(np.floor(appeals * 100 + 1e-9), np.arange(16))
    words = [point["campaign.advocates.choose"] for point in found.points]
    assert words.count("degree") == words.count("random") == 8
    assert all(isinstance(point["campaign.advocates.count"], int) for point in found.points)
    assert found.points == plan_of(found.asked).points


@pytest.mark.parametrize("design", ["grid", "sobol"])
@pytest.mark.parametrize(
    ("path", "written", "numbers"),
    [
        ("content.c.appeal", "[5%, 1e-3, 0.2]", [0.001, 0.05, 0.2]),
        ("content.c.half_life", "[90m, 6h, 1d]", [1.5, 6.0, 24.0]),
        ("campaign.advocates.count", "['5', 1e1, 20]", [5, 10, 20]),
    ],
)
def test_numbers_written_as_text_are_numbers(design: str, path: str, written: str, numbers: list[float]) -> None:
    """Per cent, durations, and what YAML takes for a word: each has the number that a scenario has of it."""
    points = 4 if design == "sobol" else "null"
    found = plan(f"{{design: {design}, points: {points}, parameters: {{{path}: {written}}}}}")
    assert sorted({point[path] for point in found.points}) == numbers
    assert {type(point[path]) for point in found.points} == {type(numbers[0])}


def test_arms_can_be_swept() -> None:
    """A path into an arm's overlay is a parameter like any other."""
    found = plan("{parameters: {arms.advocates.campaign.advocates.count: [1, 2]}}")
    assert [found.scenario.override(point).for_arm("advocates").campaign.advocates.count for point in found.points] == [
        1,
        2,
    ]


def test_constraints_leave_points_out() -> None:
    """Points that break a constraint are not run, and are counted; constraints may use paths that are not swept."""
    found = plan(
        "{parameters: {content.c.appeal: [0.02, 0.05], campaign.advocates.count: [0, 5, 10]}, "
        "constraints: ['100 * content.c.appeal + campaign.advocates.count <= 10', 'channels.x.visibility < 1']}"
    )
    assert [tuple(point.values()) for point in found.points] == [(0.02, 0), (0.02, 5), (0.05, 0), (0.05, 5)]
    assert found.left_out == 2


@pytest.mark.parametrize(
    "constraint",
    ["a", "1 < 2 < 3", "__import__('os') < 1", "content.c.appeal <", "content.c.appeal ^ 2 < 1", "name < 3"],
)
def test_what_is_no_comparison_is_refused(constraint: str) -> None:
    """Anything but one comparison of sums is an error that names the constraint; nothing is run."""
    with pytest.raises(InputError, match="constraint"):
        plan(f'{{parameters: {{content.c.appeal: [0.02]}}, constraints: ["{constraint}"]}}')


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0.1, 10))
def test_sums_are_read_as_python_reads_them(a: float, b: float, c: float) -> None:
    """``-a + b * c - 2`` means what it means in Python."""
    values = {"a": a, "b": b, "c": c}
    for sign, expected in ((">", -a + b * c - 2 > 1e-6), ("<=", -a + b * c - 2 <= 1e-6)):
        assert holds(f"-a + b*c - 2 {sign} 0.000001", values.__getitem__) == expected


def test_no_point_left_is_an_error() -> None:
    """Constraints that contradict the plan are said, not run as an empty sweep."""
    with pytest.raises(InputError, match="leave no point"):
        plan("{parameters: {content.c.appeal: [0.02]}, constraints: ['content.c.appeal > 1']}")
    with pytest.raises(InputError, match="no sweep block"):
        plan_of(loads(text()).without("sweep"))


def test_shards_share_out_the_points() -> None:
    """Every point is in exactly one shard."""
    found = plan("{parameters: {content.c.appeal: {from: 0.01, to: 0.1, steps: 7}}}")
    assert sorted(i for n in (1, 2, 3) for i in found.shard(n, 3)) == list(range(7))
    with pytest.raises(InputError, match=r"shard must be a whole number in 1\.\.3, got 4"):
        found.shard(4, 3)
