"""``result.plot``: the page's pictures as matplotlib figures, with the numbers of the result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.synthetic_result import synthetic_result
from viralsim.errors import InputError
from viralsim.report.charts.chart import Boxes, Line, Note, Points
from viralsim.report.charts.money import waterfall
from viralsim.report.charts.time import bands
from viralsim.report.charts.worlds import differences, survival, tails
from viralsim.report.selectors import baseline, role
from viralsim.report.theme import ROLES
from viralsim.results import Result

WORDS = ("series", "distribution", "comparison", "sources", "returns", "advocates", "communities", "cascade_sizes")


@pytest.fixture(scope="module")
def result() -> Result:
    return synthetic_result(worlds=200)


@pytest.mark.parametrize("word", WORDS)
def test_each_plot_is_a_figure_that_says_what_is_seen(result: Result, word: str, tmp_path: Path) -> None:
    """Every word gives a figure that can be written, with a description; no figure is kept open by pyplot."""
    figure = getattr(result.plot, word)()
    figure.savefig(tmp_path / "plot.png")
    assert len(figure.description) > 30
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_the_series_is_drawn_as_the_quantiles_of_the_result(result: Result) -> None:
    """The middle line of each panel ends at the median of the cumulative series, in the colour of its arm."""
    figure = result.plot.series("shares")
    table = result.series("shares", cumulative=True)
    for ax, arm in zip(figure.axes, result.arms, strict=True):
        (line,) = ax.lines
        expected = table[table.arm == arm]
        assert line.get_ydata()[-1] == expected.q50.iloc[-1]
        assert line.get_xdata()[-1] == expected.hours.iloc[-1]
        assert line.get_color() == ROLES[role(result, arm)][0]
        assert ax.get_title(loc="left") == arm


def test_dark_figures_have_the_dark_ground(result: Result) -> None:
    """``dark`` takes the colours of the page's dark theme."""
    from matplotlib.colors import to_hex

    assert to_hex(result.plot.comparison(dark=True).get_facecolor()) == ROLES["ground"][1]
    assert to_hex(result.plot.comparison().get_facecolor()) == ROLES["ground"][0]


def test_what_cannot_be_drawn_is_said(result: Result) -> None:
    """A wrong series, a wrong measure, a single arm: the user's mistake, with what there is."""
    with pytest.raises(InputError, match=r"no series 'likes'.*shares"):
        result.plot.series("likes")
    with pytest.raises(InputError, match=r"measure must be one of .*got 'likes'"):
        result.plot.distribution("likes")
    alone = synthetic_result(worlds=20)
    with pytest.raises(InputError, match="cannot be compared"):
        Result(**{**vars_of(alone), "arms": {"paid": alone.arms["paid"]}, "baseline": None}).plot.comparison()


def vars_of(result: Result) -> dict[str, object]:
    """The fields of a record."""
    from dataclasses import fields

    return {field.name: getattr(result, field.name) for field in fields(result)}


def test_matplotlib_is_imported_only_when_a_figure_is_asked_for() -> None:
    """Neither the package, nor a page, nor the words of ``plot`` load it."""
    code = (
        "import sys, viralsim; from tests.synthetic_result import synthetic_result; from viralsim.report import page;"
        "r = synthetic_result(worlds=20); page(r); r.plot; assert 'matplotlib' not in sys.modules;"
        "r.plot.series(); assert 'matplotlib' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr


def test_how_to_run_again_loads_no_pictures() -> None:
    """``viralsim run`` asks for the command that gives its worlds again, and waits for no page."""
    code = (
        "import sys; from viralsim.report.rerun import run_again; assert 'viralsim.report.run_page' not in sys.modules;"
        "from viralsim.report import page, write_page; assert 'viralsim.report.run_page' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_survival_is_the_part_of_worlds_at_or_above() -> None:
    """Of 0, 1, 1, 4: three in four reach 1, one in four reaches 4; nought is not a size."""
    size, part = survival(np.array([1.0, 0.0, 4.0, 1.0]))
    np.testing.assert_array_equal(size, [1.0, 4.0])
    np.testing.assert_array_equal(part, [0.75, 0.25])


def test_tails_are_drawn_from_the_worlds(result: Result) -> None:
    """Each arm's line begins at its smallest world and ends with one world in all at its largest."""
    panel = tails(result, "shares").chart.panels[0]
    lines = {mark.role: mark for mark in panel.marks if isinstance(mark, Line)}
    for arm, worlds in result.arms.items():
        line = lines[role(result, arm)]
        shares = worlds.measures["shares"]
        assert np.asarray(line.x)[-1] == shares.max()
        assert np.asarray(line.y)[-1] == np.mean(shares == shares.max())


def test_differences_are_the_paired_ones(result: Result) -> None:
    """Point and thick line of each arm are its mean difference and interval against the baseline."""
    rows = [r for r in result.comparisons if r.measure == "conversions" and r.baseline == baseline(result)]
    marks = differences(result).chart.panels[0].marks
    assert [mark.x[0] for mark in marks if isinstance(mark, Points)] == [row.uplift for row in rows]
    thick = [tuple(mark.x) for mark in marks if isinstance(mark, Line) and mark.width == 5.0]
    assert thick == [(row.ci_low, row.ci_high) for row in rows]


def test_the_waterfall_ends_at_all_impressions(result: Result) -> None:
    """Each source begins where the one before ended, and the last box is their sum."""
    for panel, worlds in zip(waterfall(result).chart.panels, result.arms.values(), strict=True):
        steps, whole = (mark for mark in panel.marks if isinstance(mark, Boxes))
        means = [float(column.mean()) for column in worlds.impressions_by_source.values()]
        np.testing.assert_allclose(np.asarray(steps.right) - np.asarray(steps.left), means)
        np.testing.assert_allclose(np.asarray(steps.left)[1:], np.asarray(steps.right)[:-1])
        np.testing.assert_allclose(whole.right, [sum(means)])
        assert sum(isinstance(mark, Note) for mark in panel.marks) == len(means) + 1


def test_bands_begin_with_nothing(result: Result) -> None:
    """At the launch nothing has happened in any world."""
    for panel in bands(result, "shares").chart.panels:
        assert all(np.asarray(mark.x)[0] == 0.0 for mark in panel.marks)
        (line,) = (mark for mark in panel.marks if isinstance(mark, Line))
        assert np.asarray(line.y)[0] == 0.0


def test_the_plots_themselves_are_no_picture_and_say_which_there_are(result: Result) -> None:
    """``result.plot()`` is the first thing that is tried: the answer names the pictures, and no type of Python."""
    with pytest.raises(
        InputError, match=r"call one of series\(\), distribution\(\), .*such as result\.plot\.series\(\)"
    ):
        result.plot()
