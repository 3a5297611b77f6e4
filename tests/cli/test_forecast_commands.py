"""``forecast``, ``review`` and ``ledger``: what they print, write and refuse."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from forecasting.synthetic_posts import drawn_events

from viralsim.cli import main


@cache
def events() -> pd.DataFrame:
    """31 posts. Drawn in the first test: each process of the suite collects this file, and would compile the draws."""
    return drawn_events(31, 11)


def run(*words: object) -> Result:
    """What a command line did."""
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """past.csv of 30 posts, whole.csv and now.csv (2 h) of another."""
    events()[events().post_id < 30].to_csv(tmp_path / "past.csv", index=False)
    own = events().loc[events().post_id == 30, ["hours"]]
    own.to_csv(tmp_path / "whole.csv", index=False)
    own[own.hours <= 2].to_csv(tmp_path / "now.csv", index=False)
    return tmp_path


def test_forecast_prints_and_writes(files: Path) -> None:
    """JSON has the promised keys; what is written is what is printed; whole and cut curves give the same."""
    common = ("forecast", "-", "--past", files / "past.csv", "--at", "2h", "--target", 40, "--json")
    done = run(*common, "--observed", files / "now.csv", "--out", files / "out")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert {"at_hours", "seen", "final", "percentile_of_past", "arms", "baseline", "warnings"} <= set(said)
    seen = (events().loc[events().post_id == 30, "hours"] <= 2).sum() - 1
    assert (said["at_hours"], said["seen"], said["past_posts"], said["arms"]) == (2.0, seen, 30, None)
    final = list(said["final"].values())
    assert list(said["final"]) == ["p025", "p10", "p25", "p50", "p75", "p90", "p975"]
    assert seen <= final[0]
    assert final == sorted(final)
    assert 0 <= said["target"]["chance"] <= 1
    assert json.loads((files / "out" / "forecast.json").read_text()) == said
    bands = pd.read_csv(files / "out" / "bands.csv")
    assert (bands.hours.iloc[0], bands.hours.iloc[-1]) == (2.0, 168.0)
    assert "<svg" in (files / "out" / "forecast.html").read_text()
    assert run(*common, "--observed", files / "whole.csv").stdout == done.stdout


def test_percentile_and_words(files: Path) -> None:
    """The sentences name the shares so far, the past posts, the range and the baseline."""
    done = run("forecast", "-", "--past", files / "past.csv", "--observed", files / "now.csv", "--at", "2h")
    assert done.exit_code == 0
    assert "shares after 2 h, the " in done.output
    assert "percentile of 30 past posts at that hour" in done.output
    assert "log-linear baseline: " in done.output


def test_scenario_gives_the_horizon(files: Path) -> None:
    """With a scenario its horizon counts; --horizon goes before it."""
    scenario = files / "launch.yaml"
    assert run("init", scenario).exit_code == 0
    from viralsim.scenario import load

    horizon = load(scenario).spec.horizon
    words = ("--observed", files / "now.csv", "--at", "2h", "--json")
    assert json.loads(run("forecast", scenario, *words).stdout)["horizon_hours"] == horizon
    assert json.loads(run("forecast", scenario, *words, "--horizon", "3d").stdout)["horizon_hours"] == 72.0


def test_register_review_ledger(files: Path) -> None:
    """Two forecasts are registered, settled by the outcome, and counted."""
    for at in ("1h", "2h"):
        words = ("--observed", files / "whole.csv", "--at", at, "--register", files / "ledger", "--name", "spring")
        assert run("forecast", "-", *words).exit_code == 0
    assert "none with a known outcome" in run("ledger", files / "ledger").output
    early = run("review", files / "ledger", "--observed", files / "now.csv", "--name", "spring")
    assert (early.exit_code, "review when the horizon is over" in early.output) == (2, True)
    done = run(
        "review", files / "ledger", "--observed", files / "whole.csv", "--name", "spring", "--until", "7d", "--json"
    )
    assert done.exit_code == 0, done.output
    outcomes = [one["outcome"] for one in json.loads(done.stdout)["forecasts"]]
    assert outcomes == [len(events()[events().post_id == 30]) - 1] * 2
    overall = json.loads(run("ledger", files / "ledger", "--json").stdout)
    assert (overall["calibration"]["forecasts"], overall["calibration"]["posts"]) == (2, 1)
    assert "80 % intervals held" in run("ledger", files / "ledger").output
    other = run("review", files / "ledger", "--observed", files / "whole.csv")
    assert (other.exit_code, "one of: spring" in other.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--at", "soon"], "--at: must be a duration"),
        (["--at", "0h"], "--at: must be longer than 0"),
        (["--horizon", "1000d"], "horizon: must be above 0"),
        (["--horizon", "1h", "--at", "2h"], "nothing is left to forecast"),
        (["--followers", "-3"], "followers: must be 0 or more"),
        (["--followers", "nan"], "--followers: must be finite, got nan"),
        (["--past", "none.csv"], "cannot be read"),
    ],
)
def test_wrong_options_are_refused(files: Path, words: list[str], sentence: str) -> None:
    """Exit status 2 and one line."""
    done = run("forecast", "-", "--observed", files / "now.csv", *words)
    assert done.exit_code == 2
    assert sentence in done.output
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hours,shares\n1,5\n2,4\n", "shares fall"),
        ("hours,shares,observed_until\n1,5,1\n2,6,1\n", "after observed_until"),
        ("", "empty"),
        ("weeks,shares\n1,5\n", "no column of the time"),
        ("hours,shares\n9,5\n", "no reading between 0 and 2 h"),
    ],
)
def test_bad_curves_are_refused(files: Path, text: str, sentence: str) -> None:
    """Exit status 2 and one line for a curve that is none."""
    (files / "bad.csv").write_text(text)
    done = run("forecast", "-", "--observed", files / "bad.csv", "--at", "2h")
    assert done.exit_code == 2
    assert sentence in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_several_posts_of_a_campaign(files: Path) -> None:
    """Posts of one file are forecast each and together: the total of the medians lies within the range of the total."""
    (files / "two.csv").write_text("post_id,hours,shares\na,1,5\na,3,12\nb,1,20\n")
    done = run("forecast", "-", "--observed", files / "two.csv", "--target", 60, "--json", "--out", files / "out")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["seen"], said["at_hours"], list(said["posts"])) == (32.0, 3.0, ["a", "b"])
    medians = sum(post["final"]["p50"] for post in said["posts"].values())
    assert said["final"]["p10"] < medians < said["final"]["p90"]
    assert said["target"]["chance"] >= max(post["target"]["chance"] for post in said["posts"].values())
    assert "2 posts together" in said["warnings"][-1]
    assert (files / "out" / "forecast.html").read_text().count("<figure") == 2
    assert "2 posts: 32 shares so far" in run("forecast", "-", "--observed", files / "two.csv").output


def test_readings_of_a_counter(files: Path) -> None:
    """Tables of past and running posts go through, and a last reading before --at is told."""
    hours = np.r_[1:13, 24, 48, 96, 168].astype(float)
    rows = [
        pd.DataFrame({"post_id": post, "hours": hours, "shares": np.searchsorted(own.hours, hours, side="right") - 1})
        for post, own in events().groupby("post_id")
    ]
    pd.concat(rows[:30]).to_csv(files / "past.csv", index=False)
    rows[30][["hours", "shares"]][rows[30].hours <= 5].to_csv(files / "now.csv", index=False)
    done = run("forecast", "-", "--past", files / "past.csv", "--observed", files / "now.csv", "--at", "5.5h", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["at_hours"] == 5.0
    assert said["warnings"] == ["the last reading by 5.5 h is at 5 h: forecast from there"]
    assert said["seen"] == rows[30].shares[hours == 5].item()
