"""The picture of segments says what the result counted, segment by segment."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import Boxes
from viralsim.report.charts.pictures import as_figure
from viralsim.report.charts.segments import segments

TEXT = """
viralsim: 1
name: segments
horizon: 1d
worlds: 6
audience: {MEMBERS}
channels: {x: {network: {generate: {mean_following: 8}}, visibility: 0.5, cpm: 5}}
content: {p: {appeal: 0.1, value: 5, conversion_rate: 10%}}
campaign: {content: p, paid: [{budget: 0.5}]}
arms: {all: {}, half: {"campaign.paid[0].budget": 0.25}}
baseline: half
goal: {measure: GOAL}
"""


@pytest.mark.parametrize(
    ("goal", "word"), [("conversions", "conversions"), ("net_usd", "conversions"), ("reach", "reach")]
)
def test_rates_are_those_of_the_members_of_each_segment(tmp_path: Path, goal: str, word: str) -> None:
    """60 members in the north, 40 in the south: means over worlds per 1,000 members, an arm beside the other."""
    rows = "".join(f"{i},{'north' if i < 60 else 'south'}\n" for i in range(100))
    (tmp_path / "m.csv").write_text("id,region\n" + rows)
    text = TEXT.replace("MEMBERS", "members_file: m.csv, segments: {region: []}").replace("GOAL", goal)
    (tmp_path / "s.yaml").write_text(text)
    result = vs.simulate(vs.load(tmp_path / "s.yaml"))
    picture = segments(result)
    assert picture is not None
    table = result.segments().set_index(["arm", "segment"])
    (panel,) = picture.chart.panels
    drawn = [list(mark.right) for mark in panel.marks if isinstance(mark, Boxes)]
    assert drawn == [
        [pytest.approx(1000 * table.loc[(arm, name), word] / size) for name, size in (("north", 60), ("south", 40))]
        for arm in ("all", "half")
    ]
    assert picture.rows[0][:2] == ["region: north", "60"]
    assert picture.rows[1][2:] == [
        number(table.loc[(arm, "south"), w]) for arm in ("all", "half") for w in ("reach", "conversions")
    ]
    assert "region: south" in str(as_figure(picture))


def test_without_segments_there_is_no_picture() -> None:
    """Nothing is drawn of a scenario that names none."""
    result = vs.simulate(vs.loads(TEXT.replace("MEMBERS", "members: 100").replace("GOAL", "reach")))
    assert segments(result) is None
