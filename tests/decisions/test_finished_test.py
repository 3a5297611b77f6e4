"""A finished test is read as what it was: by hand, by community and member, and refused with its line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import ttest_ind
from test_field_test import ISLANDS

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.finished_test import analyse_outcomes

# ten communities of four rows, assigned as wholes, and one row with the other group's word
ONE_ROW_WRONG = "".join(f"c{i // 4},{'treatment' if (i < 20) != (i == 3) else 'control'},{i % 3}\n" for i in range(40))


@pytest.fixture(scope="module")
def report() -> vs.field_test:
    return vs.field_test(vs.loads(ISLANDS), worlds=40, seed=1)


def test_members_are_welchs_t_test(report, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ours, theirs = rng.random(30) + 0.3, rng.random(20)
    rows = [
        f"{i},{g},{x}" for i, (g, x) in enumerate([("treatment", x) for x in ours] + [("control", x) for x in theirs])
    ]
    file = tmp_path / "results.csv"
    file.write_text("member,group,outcome\n" + "\n".join(rows) + "\n")
    (found,) = analyse_outcomes(report, file)
    direct = ttest_ind(ours, theirs, equal_var=False)
    interval = direct.confidence_interval()
    assert found.effect == pytest.approx(50 * (ours.mean() - theirs.mean()))
    assert (found.low, found.high) == pytest.approx((50 * interval.low, 50 * interval.high))
    assert found.bias == report.judged[0].quality.bias
    assert found.corrected == pytest.approx(found.effect - found.bias)


def test_communities_are_units_where_each_is_in_one_group(report, tmp_path: Path) -> None:
    """Totals 6, 2 | 1, 1 of four communities: 4 * (4 - 1) = 12, the same from rows of members and of communities."""
    by_member = "member,community,group,outcome\n1,a,treatment,4\n2,a,treatment,2\n3,b,treatment,2\n4,c,control,1\n5,d,control,1\n"
    by_community = "community,group,outcome,members\na,treatment,6,2\nb,treatment,2,1\nc,control,1,1\nd,control,1,1\n"
    found = []
    for text in (by_member, by_community):
        file = tmp_path / "results.csv"
        file.write_text(text)
        found.append(analyse_outcomes(report, file))
    assert found[0] == found[1]
    assert [(one.unit, one.units, one.estimator) for one in found[0]] == [
        ("community", 4, "difference_in_means"),
        ("community", 4, "cluster_robust"),
    ]
    assert [one.effect for one in found[0]] == pytest.approx([12.0, 5 * (8 / 3 - 1)])


def test_the_command_reads_its_own_plan(tmp_path: Path) -> None:
    """The plan with outcomes added is a finished test."""
    file, plan, results = tmp_path / "islands.yaml", tmp_path / "plan.csv", tmp_path / "results.csv"
    file.write_text(ISLANDS)
    words = ["field-test", str(file), "--worlds", "20", "--unit", "community"]
    assert CliRunner().invoke(main, [*words, "--plan", str(plan)]).exit_code == 0
    head, *rows = plan.read_text().splitlines()
    results.write_text("\n".join([f"{head},outcome", *(f"{row},{int('treat' in row)}" for row in rows)]) + "\n")
    done = CliRunner().invoke(main, [*words, "--outcomes", str(results), "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.output)["outcomes"]
    assert printed[1]["effect"] == pytest.approx(600.0)  # every treated member did it, nobody else
    text = CliRunner().invoke(main, [*words, "--outcomes", str(results)])
    assert "The test found" in text.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("group,outcome\ntreatment,1\ntreatment,2\ncontrol,1\n", "control"),
        ("group,outcome\ntreatment,1\nplacebo,2\n", "results.csv:3"),
        ("group,outcome\ntreatment,1\ntreatment,\ncontrol,1\ncontrol,1\n", "results.csv:3"),
        ("group,outcome\ntreatment,1\ntreatment,many\ncontrol,1\ncontrol,1\n", "results.csv:3"),
        ("member,group,outcome\n1,treatment,1\n1,control,1\n", "results.csv:3"),
        ("member,group,outcome\n@Ann,treatment,1\nann ,control,1\n", "results.csv:3.*listed twice"),
        ("member,group,outcome\n,treatment,1\nann,control,1\n", "results.csv:2.*is empty: every row names one"),
        (
            "community,group,outcome\nx,treatment,1\n,treatment,4\ny,control,0\n",
            "results.csv:3.*is empty: every row is of one",
        ),
        ("community,group,outcome\nNorth,treatment,1\nnorth ,treatment,4\ny,control,0\n", "is written 'North' above"),
        (
            "community,group,outcome\n" + ONE_ROW_WRONG,
            "results.csv:2.*'c0' is in both groups, and 9 others are wholly in one",
        ),
        ("group\ntreatment\n", "outcome"),
        ("", "empty"),
    ],
)
def test_bad_tables_are_refused(report, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "results.csv"
    file.write_text(text)
    with pytest.raises(vs.InputError, match=says):
        analyse_outcomes(report, file)
