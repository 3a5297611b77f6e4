"""All that past posts say in one object and by the command: what is written, what is warned of, what stays a what-if."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose

import viralsim as vs
from viralsim.calibration import Calibration, calibrate
from viralsim.cli import main
from viralsim.errors import InputError


def account(seed: int, posts: int, later: float = 0.0) -> pd.DataFrame:
    """Log-normal posts of the fitted law; the last thirty with a level higher by ``later``."""
    generator = np.random.default_rng(seed)
    level = np.log(2000) + later * (np.arange(posts) >= posts - 30)
    impressions = generator.poisson(np.exp(level + generator.normal(0, 0.5, posts)))
    shares = generator.binomial(impressions, np.exp(np.log(0.004) + generator.normal(0, 0.5, posts)))
    return pd.DataFrame({"impressions": impressions, "shares": shares})


@pytest.fixture(scope="module")
def found() -> Calibration:
    """A calibration of an account of the fitted law."""
    return calibrate(account(1, 120), seed=3)


def test_parameters_rows_and_coverage(found: Calibration) -> None:
    """The truth lies within three posterior standard deviations; rows have the level and spread of the posts."""
    table = found.parameters.table()
    for name, true in (("mean_log_level", np.log(2000)), ("mean_log_share_rate", np.log(0.004)), ("sd_level", 0.5)):
        assert abs(table[name].mean() - true) < 3 * table[name].std()
    assert len(found.posterior) == 1000
    assert_allclose(np.log(found.posterior["impressions"]).median(), np.log(2000), atol=0.25)
    assert_allclose(np.log(found.posterior["impressions"]).std(), 0.5, rtol=0.3)
    assert found.coverage is not None
    assert len(found.coverage) == 8
    assert found.warnings == ()


def test_saved_numbers_are_those_of_the_object(found: Calibration, tmp_path: Path) -> None:
    """``calibration.json`` is what ``to_dict`` gives; ``posterior.csv`` holds the rows; both say what stays an assumption."""
    found.save(tmp_path / "out")
    written = json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(found.to_dict()))
    assert written["not_of"][0] == "advocates.trust"
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "posterior.csv"), found.posterior)
    assert any("what-if" in line for line in found.lines())
    assert len(found.lines()) <= 15


def test_drift_and_misfit_are_said() -> None:
    """Thirty posts at another level are drift; half of the posts without any share, the others shared well, are a misfit."""
    assert any(w.startswith("drift: the last 30 posts") for w in calibrate(account(2, 100, later=1.5)).warnings)
    odd = account(4, 100)
    odd["impressions"] *= 50
    odd["shares"] = np.where(np.arange(100) % 2 == 0, 0, odd["impressions"] // 250)
    assert any(w.startswith("misfit: most shared post") for w in calibrate(odd).warnings)


def test_few_posts_are_not_judged() -> None:
    """With 10 posts coverage is not measured, and the first line says so."""
    few = calibrate(account(5, 10))
    assert few.coverage is None
    assert few.first_line.startswith("Too few posts")
    with pytest.raises(InputError, match="seed"):
        calibrate(account(5, 10), seed=-1)


def test_command(tmp_path: Path) -> None:
    """The command reads an export, writes both files and prints JSON alone on request; bad input ends in 2 with one line."""
    path = tmp_path / "export.csv"
    account(6, 40).rename(columns={"shares": "Retweets"}).to_csv(path, index=False)
    run = CliRunner().invoke(main, ["calibrate", "--data", str(path), "--out", str(tmp_path / "out"), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output) == json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert vs.posts.read(path).attrs["recognised"]["shares"] == "Retweets"
    text = CliRunner().invoke(main, ["calibrate", "--data", str(path)])
    assert "last 50 posts" in text.output.splitlines()[0]
    assert any(line.split() == ["shares", "Retweets"] for line in text.output.splitlines())
