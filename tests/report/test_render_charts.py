"""Small charts of the terminal: their strips and lines lie where the worlds lie, in 80 columns, in ASCII too."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from tests.synthetic_result import synthetic_result
from viralsim.cli.render_charts import COLUMNS, _half_by, _sparkline, _strip, over_time, spread


def console_of(encoding: str = "utf-8") -> tuple[Console, io.BytesIO]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n", write_through=True)
    return Console(file=stream, width=80, highlight=False, markup=False, emoji=False), raw


def test_a_strip_has_its_quantiles_at_their_places() -> None:
    """On a scale of 0 to 27 a column is a unit: 3 to 20 thin, 5 to 10 thick, the median at 7."""
    strip = _strip(np.array([3.0, 5.0, 7.0, 10.0, 20.0]), 0.0, 27.0, unicode=False)
    assert strip == "   --==o===----------       "
    assert len(strip) == COLUMNS


def test_a_line_is_as_high_as_its_mean() -> None:
    """The highest stretch has the highest letter, nothing is a blank, anything at all is seen."""
    line = _sparkline(np.array([0.0, 1.0, 1000.0]), unicode=False)
    assert line == " .%"
    assert _sparkline(np.zeros(5), unicode=True) == ""


def test_half_is_reached_where_half_of_the_sum_is() -> None:
    """Of 1, 1, 2 an hour each half has come at the end of the second hour; days where it is late."""
    assert _half_by(np.array([1.0, 1.0, 2.0]), 1.0) == "2 h"
    assert _half_by(np.r_[np.zeros(143), 1.0], 1.0) == "6 days"
    assert _half_by(np.zeros(3), 1.0) == "-"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_charts_fit_and_hold_every_arm(encoding: str) -> None:
    """A line per arm, within 80 columns, in letters that the terminal knows."""
    console, raw = console_of(encoding)
    result = synthetic_result(worlds=100)
    for chart in (spread(console, result), over_time(console, result)):
        assert chart is not None
        console.print(*chart, sep="\n")
    text = raw.getvalue().decode(encoding)
    assert max(map(len, text.splitlines())) <= 80
    assert all(text.count(arm) == 2 for arm in ("organic", "paid", "advocates", "integrated"))


def test_a_single_world_has_no_spread() -> None:
    """Nothing is said about how worlds differ where there is one."""
    assert spread(console_of()[0], synthetic_result(worlds=1)) is None
