"""What planners write: days in capitals, dates as ends, paths in braces, members with a place and a community."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.simulation.run import compile_audience

PLAIN = """
viralsim: 1
name: written
launch_at: 2026-01-05 09:00
horizon: HORIZON
audience: {members: 100, calendar: {weekdays: {DAYS}}}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 5}}}}
content: {c: {appeal: 0.1}}
campaign: {content: c, organic: [{}]}
"""


def text(days: str = "Saturday: 1.5, SUNDAY: 2, monday: 0.5", horizon: str = "1 week") -> str:
    return PLAIN.replace("DAYS", days).replace("HORIZON", horizon)


def test_days_in_capitals() -> None:
    """As in posts_at."""
    assert vs.loads(text()).spec.audience.calendar.weekdays == {"saturday": 1.5, "sunday": 2.0, "monday": 0.5}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("Monday: 1, monday: 2", "weekdays: names monday twice: keep one"),
        ("Mondax: 1", r"unknown key 'mondax': must be one of monday, .*did you mean 'monday'?"),
        ("holiday: 1", "unknown key 'holiday': must be one of monday"),
    ],
)
def test_days_that_are_none(days: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        vs.loads(text(days))


def test_a_horizon_may_be_a_date() -> None:
    """From Monday, 5 January, 09:00 to Saturday, 10 January, 18:00: 5 days and 9 hours."""
    assert vs.loads(text(horizon="2026-01-10 18:00")).spec.horizon == 129.0
    with pytest.raises(ScenarioError, match="horizon: must be > 0"):
        vs.loads(text(horizon="2026-01-04"))


def test_a_moment_where_a_length_is_meant() -> None:
    with pytest.raises(ScenarioError, match="where launch_at has one already, a length of time is meant here"):
        vs.loads(text().replace("appeal: 0.1", "appeal: 0.1, half_life: Monday 18:00"))


@pytest.mark.parametrize("line", ["{campaign.paid[0].budget: 5}", "{budget: €1,500, a}b}"])
def test_what_needs_quotes_in_braces(line: str) -> None:
    with pytest.raises(ScenarioError, match=r'inside { }, write "campaign\.paid.0..budget" and "1,500" in quotes'):
        vs.loads(text() + f"arms: {{a: {line}}}\n")


def test_members_with_a_community_and_a_place(tmp_path: Path) -> None:
    """The column called community is the community, the other one is a field of its own: both make segments."""
    rows = "".join(f"{i},{i % 3},{'north' if i < 60 else 'south'},{20 + i}\n" for i in range(100))
    (tmp_path / "m.csv").write_text("id,community,region,age\n" + rows)
    more = "members_file: m.csv, segments: {community: [], region: [], age: [50]}"
    (tmp_path / "s.yaml").write_text(text().replace("members: 100", more))
    one = vs.load(tmp_path / "s.yaml")
    sizes = {name: found.sizes().tolist() for name, found in compile_audience(one).population.segments.items()}
    assert sizes == {"community": [34, 33, 33], "region": [60, 40], "age": [30, 70]}
    assert not any("not used" in note for note in vs.simulate(one, worlds=2).warnings)
