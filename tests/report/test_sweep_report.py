"""The page of a sweep: it says of known numbers what is known of them, and of missing ones that they are missing."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from reseal import answer_for_table

from tests.experiments.sweep_scenario import text as scenario_text
from viralsim.checksums import write_sealed
from viralsim.cli.report import report as command
from viralsim.errors import InputError
from viralsim.experiments import plan_of, run_sweep
from viralsim.experiments.table import TABLE
from viralsim.report.charts.chart import Band, Boxes, Line, Points, Rule, Segments
from viralsim.report.charts.heat import best_arm_map
from viralsim.report.charts.influence import influence
from viralsim.report.charts.sweep import along, scattered
from viralsim.report.sweep_facts import open_sweep
from viralsim.report.sweep_page import sweep_page
from viralsim.scenario.loading import loads

APPEAL, COUNT = "content.c.appeal", "campaign.advocates.count"
GRID = f"{{parameters: {{{APPEAL}: [0.01, 0.02, 0.03, 0.04], {COUNT}: [1, 2]}}, worlds: 2}}"
Change = Callable[[pd.DataFrame], pd.DataFrame]


def swept(folder: Path, sweep: str = GRID, change: Change = lambda table: table, scenario: str = "") -> Path:
    """The folder of a real sweep, its table changed."""
    run_sweep(plan_of(loads(scenario or scenario_text(sweep), folder, "small.yaml")), folder / "out", threads=1)
    path = folder / "out" / TABLE
    old = pq.read_table(path)
    new = pa.Table.from_pandas(change(old.to_pandas()), schema=old.schema.remove_metadata(), preserve_index=False)
    pq.write_table(new.replace_schema_metadata(old.schema.metadata), path)
    answer_for_table(folder / "out")
    return folder / "out"


def known_leads(table: pd.DataFrame) -> pd.DataFrame:
    """Advocates lead by 1000 (appeal - 0.022), known to within 5; with 2 advocates the lead is twice that."""
    lead = 1000.0 * (table[APPEAL] - 0.022) * table[COUNT]
    own = table["arm"] == "advocates"
    table["shares"] = np.where(own, 50.0 + lead, 50.0)
    table["shares_low"], table["shares_high"] = table["shares"] - 9.0, table["shares"] + 9.0
    for end, off in (("", 0.0), ("_low", -5.0), ("_high", 5.0)):
        table[f"uplift_shares{end}"] = np.where(own, lead + off, np.nan)
    return table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(tmp_path_factory.mktemp("sweep"), change=known_leads)


def words_of(page: str) -> str:
    """The text of a page."""
    return " ".join(html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.S)).split())


def test_the_answer_is_that_of_the_numbers(folder: Path) -> None:
    """Leads of -12, -2, 8, 18, twice that with 2 advocates, known to within 5: counted by hand."""
    said = words_of(sweep_page(folder))
    # with 1: -12 surely organic, -2 open, 8 and 18 surely advocates; with 2: -24 surely, -4 open, 16 and 36 surely
    assert "Of 8 points, advocates is surely best in shares at 4, organic is surely best in shares at 2" in said
    assert "and at 2 the worlds run cannot tell." in said
    assert (
        "advocates is surely best it leads the second by 8 (3 to 13) shares with appeal 0.03, count 1, up to 36 (31 to 41)"
        in said
    )
    assert (
        "By the means alone, also where the worlds cannot tell, organic is best unless content.c.appeal > 0.022."
        in said
    )


def test_the_table_of_changes_has_their_intervals(folder: Path) -> None:
    """The lead crosses 0 at 0.022; with 1 advocate its limits do at 0.017 and 0.027, with 2 at 0.0195 and 0.0245."""
    section = sweep_page(folder).split("Where the best arm changes</h2>")[1].split("<h2")[0]
    rows = [words_of(row) for row in re.findall(r"<tr>(.*?)</tr>", section, re.S)[1:]]
    assert sorted(rows) == [
        f"{APPEAL} count 1 organic advocates 0.022 0.017 to 0.027",
        f"{APPEAL} count 2 organic advocates 0.022 0.0195 to 0.0245",
    ]


def test_the_map_shows_what_can_be_told(folder: Path) -> None:
    """Full cells where the arm is surely best, hatched pale ones where not, a stroke where the lead crosses 0."""
    picture = best_arm_map(open_sweep(folder))
    assert picture is not None
    marks = picture.chart.panels[0].marks
    cells = {
        (mark.role, float(np.max(mark.opacity))): sorted(
            zip(
                np.round((np.asarray(mark.left) + mark.right) / 2),
                np.round((np.asarray(mark.top) + mark.bottom) / 2),
                strict=True,
            )
        )
        for mark in marks
        if isinstance(mark, Boxes)
    }
    # rows from the top down: 2 advocates, 1 advocate
    assert cells == {
        ("baseline", 0.85): [(0, 0), (0, 1)],
        ("baseline", 0.22): [(1, 0), (1, 1)],
        ("arm-0", 0.85): [(2, 0), (2, 1), (3, 0), (3, 1)],
    }
    hatch = next(mark for mark in marks if isinstance(mark, Segments) and mark.role == "baseline")
    middle = (np.asarray(hatch.x0) + hatch.x1) / 2
    assert set(np.round(middle)) == {1.0}
    assert (np.abs(np.r_[hatch.x0, hatch.x1] - 1.0) <= 0.47 + 1e-12).all()
    stroke = next(mark for mark in marks if isinstance(mark, Segments) and mark.role == "ink")
    assert np.asarray(stroke.x0) == pytest.approx([1.2, 1.2])  # 0.022 is a fifth of the way from 0.02 to 0.03
    assert sorted(zip(stroke.y0, stroke.y1, strict=True)) == [(-0.5, 0.5), (0.5, 1.5)]
    assert picture.rows[1] == [
        "1",
        "organic, ahead by 12",
        "organic?, ahead by 2",
        "advocates, ahead by 8",
        "advocates, ahead by 18",
    ]


def test_lines_go_through_the_means_with_their_intervals(folder: Path) -> None:
    """Each panel has a line and a band an arm, at the numbers of the table, and a rule where two arms are level."""
    facts = open_sweep(folder)
    picture = along(facts)
    assert picture is not None
    assert [panel.title for panel in picture.chart.panels] == ["count 1", "count 2"]
    marks = picture.chart.panels[1].marks
    line = [mark for mark in marks if isinstance(mark, Line)][1]
    band = [mark for mark in marks if isinstance(mark, Band)][1]
    assert list(line.x) == [0.01, 0.02, 0.03, 0.04]
    assert np.asarray(line.y) == pytest.approx([26.0, 46.0, 66.0, 86.0])
    assert np.asarray(band.low) == pytest.approx([17.0, 37.0, 57.0, 77.0])
    assert [mark.x for mark in marks if isinstance(mark, Rule)] == [pytest.approx(0.022)]
    assert picture.rows[0] == ["count 1: 0.01", "50 (41 to 59)", "38 (29 to 47)"]


def test_the_page_is_closed_and_its_answer_comes_first(folder: Path) -> None:
    """No address, no script; answer, arms, doubts, pictures, assumptions, making; the same bytes each time."""
    page = sweep_page(folder)
    assert not re.search(r"(?i)https?://|<script|<link|<img|<iframe|javascript:|@import|url\((?!#)", page)
    parts = (
        "surely best",
        "Arms over the swept ranges",
        "How to read this",
        "Pictures</h2>",
        "What is assumed",
        "How it was made",
    )
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert page == sweep_page(folder)
    for figure in re.findall(r"<figure.*?</figure>", page, re.S):
        assert 'role="img"' in figure
        assert figure.count("<tr>") >= 2


def test_failed_and_missing_points_are_counted(tmp_path: Path) -> None:
    """One point failed, one was never finished, six are there: the page says all three, and the message as text."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = known_leads(table)
        table.loc[table["point"] == 3, "error"] = "<script>alert(1)</script> is no appeal"
        return table[table["point"] != 5]

    page = sweep_page(swept(tmp_path, change=change))
    said = words_of(page)
    assert "6 points of 2 worlds and 2 arms" in said
    assert "1 of 8 points are not finished: run the sweep again, it goes on." in said
    assert "1 of 8 points failed; their messages are below." in said
    assert "point 3: <script>alert(1)</script> is no appeal" in said
    assert "<script" not in page


def test_a_sweep_in_which_nothing_ran_says_so(tmp_path: Path) -> None:
    """All points failed: no answer, no map, and every message."""
    folder = swept(tmp_path, change=lambda table: table.assign(error="no appeal"))
    said = words_of(sweep_page(folder))
    assert "No point of this sweep could be run." in said
    assert "Points that failed: 8" in said
    assert said.count(": no appeal") == 8


def test_where_nothing_can_be_told_no_arm_is_named(tmp_path: Path) -> None:
    """Intervals that all hold 0: the first sentence says that the worlds cannot tell."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = known_leads(table)
        return table.assign(
            uplift_shares_low=table["uplift_shares"] - 99, uplift_shares_high=table["uplift_shares"] + 99
        )

    page = sweep_page(swept(tmp_path, change=change))
    assert "The worlds run cannot tell at any of the 8 points which arm is best in shares." in words_of(page)
    assert re.search(r'class="lead">([^<]*)<', page)[1].startswith("The worlds run cannot tell")


def test_words_for_values_stand_below_each_other(tmp_path: Path) -> None:
    """A swept word has no line: a row each, an interval per arm, at the numbers of the table."""
    facts = open_sweep(swept(tmp_path, "{parameters: {campaign.advocates.choose: [degree, random]}, worlds: 3}"))
    picture = along(facts)
    assert picture is not None
    assert [row[0] for row in picture.rows] == ["degree", "random"]
    assert picture.chart.panels[0].y.ticks(9) == [(0.0, "degree"), (1.0, "random")]
    points = [mark for mark in picture.chart.panels[0].marks if isinstance(mark, Points)]
    rows = facts.table[facts.table["arm"] == "advocates"]
    assert np.asarray(points[1].x) == pytest.approx(rows["shares"].to_numpy())
    assert best_arm_map(facts) is None
    assert "along campaign.advocates.choose" in words_of(sweep_page(tmp_path / "out"))


def test_scattered_points_make_no_map_of_cells(tmp_path: Path) -> None:
    """A Latin hypercube is drawn point by point: each is there once, and no change is read between them."""
    ranges = f"{{{APPEAL}: {{from: 0.01, to: 0.05}}, {COUNT}: {{from: 0, to: 9}}}}"
    sweep = f"{{design: latin_hypercube, points: 12, parameters: {ranges}, worlds: 2}}"
    folder = swept(tmp_path, sweep)
    facts = open_sweep(folder)
    assert best_arm_map(facts) is None
    picture = scattered(facts)
    assert picture is not None
    drawn = [x for mark in picture.chart.panels[0].marks if isinstance(mark, Points) for x in np.asarray(mark.x)]
    assert sorted(drawn) == facts.values(APPEAL)
    assert len(picture.rows) == 12
    assert "Where the best arm changes" not in sweep_page(folder)


def test_one_arm_alone_has_its_range_and_no_winner(tmp_path: Path) -> None:
    """Nothing is best where nothing is compared: the lowest and the highest mean are said."""
    text = re.sub(
        r"arms:.*?baseline: organic\n",
        "",
        scenario_text(f"{{parameters: {{{APPEAL}: [0.01, 0.05]}}, worlds: 3}}"),
        flags=re.S,
    )

    def change(table: pd.DataFrame) -> pd.DataFrame:
        mean = 1000.0 * table[APPEAL]
        return table.assign(shares=mean, shares_low=mean - 2.0, shares_high=mean + 2.0)

    folder = swept(tmp_path, change=change, scenario=text)
    said = words_of(sweep_page(folder))
    assert open_sweep(folder).found is None
    assert "alone was swept: mean shares from 10 (8 to 12) with appeal 0.01 to 50 (48 to 52) with appeal 0.05." in said
    assert "surely" not in said


def sobol_index(path: str, first: float, total: float, total_half: float) -> dict[str, object]:
    """An entry of sensitivity.json."""
    halves = {"first_half": 0.05, "total_half": total_half}
    return {"arm": "advocates", "quantity": "shares", "path": path, "first": first, "total": total, **halves}


SOBOL = {
    "method": "sobol",
    "quantities": [{"arm": "advocates", "quantity": "shares", "note": "", "noise_share": 0.25}],
    "influences": [sobol_index(COUNT, 0.1, 0.2, 0.1), sobol_index(APPEAL, 0.7, 0.8, 0.15)],
}


def test_a_large_map_stays_readable(tmp_path: Path) -> None:
    """Of 60 rows some are named, all 120 cells are drawn, and the long table of changes is folded."""
    sweep = f"{{parameters: {{{APPEAL}: [0.01, 0.04], {COUNT}: {{from: 1, to: 60, steps: 60}}}}, worlds: 1}}"
    folder = swept(tmp_path, sweep, known_leads)
    picture = best_arm_map(open_sweep(folder))
    assert picture is not None
    panel = picture.chart.panels[0]
    assert picture.chart.height / len(panel.y.ticks(9)) >= 15.0
    assert sum(np.size(mark.left) for mark in panel.marks if isinstance(mark, Boxes)) == 120
    assert re.search(r"Where the best arm changes</h2><details><summary>60 changes</summary>", sweep_page(folder))


def test_sensitivity_bars_are_the_indices(folder: Path, tmp_path: Path) -> None:
    """Bars end at the total index, the strongest first, with the interval and the share of luck in words."""
    picture = influence(SOBOL, {"advocates": "arm-0"})
    assert picture is not None
    marks = picture.chart.panels[0].marks
    assert [float(np.max(mark.right)) for mark in marks if isinstance(mark, Boxes)] == [0.8, 0.2]
    lines = [np.asarray(mark.x) for mark in marks if isinstance(mark, Line)]
    assert lines[0] == pytest.approx([0.65, 0.95])
    assert [text for _, text in picture.chart.panels[0].y.ticks(9)] == [APPEAL, COUNT]
    assert list(picture.rows[0][3:]) == ["0.2 (0.1 to 0.3)", "0.1 (0.05 to 0.15)"]
    copied = shutil.copytree(folder, tmp_path / "with")
    write_sealed(copied / "sensitivity.json", SOBOL)
    said = words_of(sweep_page(copied))
    assert "Which parameters matter" in said
    assert "advocates, shares: 25 % of the variance between points is luck." in said


def test_a_screening_shows_what_luck_alone_would_do() -> None:
    """Morris bars have a line at the length that luck alone gives; what is not known is a dash."""
    one = {
        "arm": "a",
        "quantity": "uplift_shares",
        "path": APPEAL,
        "mu": -3.0,
        "mu_star": 3.0,
        "mu_star_half": None,
        "sigma": 1.0,
    }
    picture = influence({"method": "morris", "influences": [{**one, "from_noise": 0.5}]}, {})
    assert picture is not None
    assert [mark.x for mark in picture.chart.panels[0].marks if isinstance(mark, Rule)] == [0.5]
    assert picture.rows == [[APPEAL, "a", "uplift in shares", "3", "-3", "1", "0.5"]]
    assert influence({"method": "morris", "influences": []}, {}) is None


def test_the_command_tells_a_sweep_from_a_run(folder: Path, tmp_path: Path) -> None:
    """A sweep's folder gives a sweep's page, as one JSON object where asked; trees of a sweep there are none."""
    page = tmp_path / "page.html"
    said = CliRunner().invoke(command, [str(folder), "-o", str(page), "--json"], catch_exceptions=False).stdout
    assert json.loads(said) == {"page": str(page), "bytes": page.stat().st_size}
    assert "report of a sweep</title>" in page.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(InputError, match="leave --trees out"):
        CliRunner().invoke(command, [str(folder), "--trees"], catch_exceptions=False)


def test_foreign_words_stay_text(tmp_path: Path) -> None:
    """Markup in the name and the question of a scenario is shown, not obeyed."""
    hostile = scenario_text(GRID).replace(
        "name: small sweep", "name: <b>&</b>\nabout: </style><script>alert(1)</script>"
    )
    page = sweep_page(swept(tmp_path, scenario=hostile))
    assert "<script" not in page
    assert "<h1>&lt;b&gt;&amp;&lt;/b&gt;</h1>" in page
