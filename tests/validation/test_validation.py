"""Validation judges rightly: it passes what is true, fails what is not, and says what it did."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from viralsim.cli import main
from viralsim.validation import CHECKS, Check, Setting
from viralsim.validation.attention import mean_field
from viralsim.validation.cascades import borel, cascade_law, reed_frost
from viralsim.validation.check import (
    DOES_NOT,
    NOT_COMPARABLE,
    REPRODUCES,
    SKIPPED,
    MissingDataError,
    exact,
    law,
    mean,
    same,
)
from viralsim.validation.page import as_dict, markdown, svg
from viralsim.validation.registry import chosen, failed, run_check
from viralsim.validation.unpredictable import music_lab

RAN = {"command": "viralsim validate", "seed": 1, "versions": {"viralsim": "0"}, "machine": "here", "date": "today"}


def test_a_mean_is_judged_at_its_error() -> None:
    """A sample of the right mean passes in all of 300 trials; one that is off by six standard errors fails."""
    rng = np.random.default_rng(0)
    assert all(mean("x", rng.normal(3, 1, 400), 3.0).ok for _ in range(300))
    assert not mean("x", rng.normal(3, 1, 400) + 6 / 20, 3.0).ok
    assert not same("x", rng.normal(3, 1, 400), rng.normal(3.5, 1, 400)).ok
    assert same("x", rng.normal(3, 1, 400), rng.normal(3, 1, 400)).ok


def test_a_law_is_judged_by_its_classes() -> None:
    """Sizes drawn from the law pass in all of 200 trials; from a law nearby they fail, as do sizes that cannot be."""
    rng = np.random.default_rng(1)
    pmf = np.array([0.0, 0.5, 0.25, 0.15, 0.1])
    assert all(law("x", rng.choice(5, 5000, p=pmf), pmf).ok for _ in range(200))
    assert not law("x", rng.choice(5, 50_000, p=[0.0, 0.52, 0.23, 0.15, 0.1]), pmf).ok
    assert not law("x", np.append(rng.choice(5, 5000, p=pmf), 0), pmf).ok


def test_laws_are_probabilities() -> None:
    """Enumerated laws add up to one and have the means that are tabulated."""
    assert cascade_law(3, [(0, 1), (1, 2)], 0.5).tolist() == [0, 0.5, 0.25, 0.25]
    assert reed_frost(10, 0.1).sum() == pytest.approx(1.0)
    assert reed_frost(10, 0.1) @ np.arange(11) == pytest.approx(2.527902, abs=1e-6)
    assert borel(0.5, 400).sum() == pytest.approx(1.0)


def test_every_check_has_its_source_and_its_name_once() -> None:
    """Names are unique; each check says its model and source, and what it does."""
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.model and check.source and check.run.__doc__ for check in CHECKS)
    assert {check.name for check in chosen(False)} < set(names)


def test_verdicts() -> None:
    """True reproduces, false does not, missing data skip; only a check that gates fails the whole."""

    def missing(setting: Setting) -> list:  # type: ignore[type-arg]
        """Needs data."""
        raise MissingDataError("a folder")

    outcomes = [
        run_check(Check("a", "true", "m", "s", lambda setting: [exact("x", 1, 1)]), Setting()),
        run_check(Check("b", "false", "m", "s", lambda setting: [exact("x", 1, 1), exact("x", 1, 2)]), Setting()),
        run_check(Check("c", "shown", "m", "s", lambda setting: [exact("x", 1, 2)], gates=False), Setting()),
        run_check(Check("d", "skipped", "m", "s", missing), Setting()),
    ]
    assert [one.verdict for one in outcomes] == [REPRODUCES, DOES_NOT, DOES_NOT, SKIPPED]
    assert [one.check.name for one in failed(outcomes)] == ["b"]
    page = markdown(outcomes, RAN)
    assert "| b | false | m | s | **does not reproduce** |" in page
    assert "a folder" in page
    assert json.loads(json.dumps(as_dict(outcomes, RAN)))["checks"][1]["numbers"][1]["ok"] is False


def test_a_wrong_engine_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every probability 2 % too high, the check of small cascades does not reproduce."""
    from viralsim import classic

    right = classic.independent_cascade
    check = next(check for check in CHECKS if check.name == "CHECK-25a")

    def wrong(network, seeds, p, **more):  # type: ignore[no-untyped-def]
        return right(network, seeds, p * 1.02, **more)

    monkeypatch.setattr(classic, "independent_cascade", wrong)
    assert run_check(check, Setting()).verdict == DOES_NOT


# Seconds each. Fewer worlds of the same laws are in tests/test_laws.py (survival; chance and size of a large cascade are one root)
# and tests/classic/test_threshold_laws.py (Watts' window).
LONG = ("CHECK-13", "CHECK-25d", "CHECK-26")
GATING = [
    pytest.param(check, id=check.name, marks=pytest.mark.slow if check.name in LONG else ())
    for check in chosen(False)
    if check.gates
]


@pytest.mark.parametrize("check", GATING)
def test_what_is_known_exactly_is_reproduced(check: Check) -> None:
    """Every quick check that gates: exact values, or a tolerance that chance breaks less than once in 10,000."""
    outcome = run_check(check, Setting())
    assert outcome.verdict == REPRODUCES, [number for number in outcome.numbers if not number.ok]


def test_the_suite_holds_every_exact_law() -> None:
    """CHECK 1, 2, 4, 13, 16, 21, 23, 25, 26, 27 and 28 are among the quick checks that gate."""
    numbers = {int(n) for check in chosen(False) if check.gates for n in re.findall(r"\d+", check.name)}
    assert {1, 2, 4, 13, 16, 21, 23, 25, 26, 27, 28} <= numbers


def test_music_lab_counts_every_listener() -> None:
    """With quality 1 every listener downloads once; without influence shares are those of the appeal."""
    rng = np.random.default_rng(2)
    downloads = music_lab(np.array([1.0, 3.0]), np.ones(2), np.inf, 500, 40, rng)
    assert (downloads.sum(axis=1) == 500).all()
    assert mean("share", downloads[:, 1] / 500, 0.75).ok


def test_command(tmp_path: Path) -> None:
    """A part of the checks, as JSON and as files; the picture is one SVG; an unknown name is refused."""
    runner = CliRunner()
    done = runner.invoke(
        main, ["validate", "--only", "CHECK-1,", "--only", "CHECK-25c", "--json", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [check["verdict"] for check in said["checks"]] == ["reproduces", "reproduces"]
    assert "Structural virality of known trees" in (tmp_path / "validation.md").read_text()
    page = (tmp_path / "pictures.html").read_text()
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert "src=" not in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    assert runner.invoke(main, ["validate", "--only", "NOTHING"]).exit_code == 2


def test_pictures_are_drawn() -> None:
    """A picture on log axes holds its lines and labels as text."""
    setting = Setting()
    assert run_check(next(c for c in CHECKS if c.name == "CHECK-25c"), setting).verdict == REPRODUCES
    text = svg(setting.pictures[0])
    assert text.startswith("<svg")
    assert "Borel, mu 0.5" in text


def test_what_the_engine_has_no_model_of_is_said() -> None:
    """A published result without a model here is "not comparable", with the word why, and fails nothing."""
    outcome = run_check(next(c for c in CHECKS if c.name == "CHECK-18"), Setting())
    assert outcome.verdict == NOT_COMPARABLE
    assert "sharp" in outcome.note
    assert not failed([outcome])
    assert all(check.parameters and check.tolerance for check in CHECKS)


def test_the_mean_field_is_a_law() -> None:
    """Sizes under the mean field add up to one, have the mean 1 / mu, and the published first values."""
    masses = mean_field(0.1, 10)
    assert masses.sum() == pytest.approx(1.0)
    assert masses @ np.arange(len(masses)) == pytest.approx(10.0, abs=1e-6)
    assert masses[1:3] == pytest.approx([0.3910, 0.1499], abs=5e-5)
