"""All that past posts say in one object and by the command: what is written, what is warned of, what stays a what-if."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose

import viralsim as vs
from viralsim.calibration import Calibration, Model, calibrate, sample
from viralsim.calibration.criticism import drifts, misfits
from viralsim.calibration.observed import from_table
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.report.calibration_page import calibration_page

TEXT = """
viralsim: 1
name: a launch
worlds: 20
audience: {members: 20000}
channels: {x: {visibility: 0.1, network: {generate: {mean_following: 10}}}}
content: {post: {appeal: 0.01, half_life: 12h}}
campaign:
  content: post
  owned: [{channel: x, followers: 8000, posts_at: [0h]}]
  advocates: {count: 5, willingness: 0.5}
arms: {owned_only: {campaign.advocates: null}, advocates: {}}
baseline: owned_only
"""


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
    return calibrate(vs.loads(TEXT), account(1, 120), seed=3)


def test_parameters_rows_and_coverage(found: Calibration) -> None:
    """The truth lies within three posterior standard deviations; rows have the level and spread of the posts."""
    table = found.parameters.table()
    for name, true in (("mean_log_level", np.log(2000)), ("mean_log_share_rate", np.log(0.004)), ("sd_level", 0.5)):
        assert abs(table[name].mean() - true) < 3 * table[name].std()
    assert len(found.posterior) == 1000
    assert_allclose(np.log(found.new_posts["impressions"]).median(), np.log(2000), atol=0.25)
    assert_allclose(np.log(found.new_posts["impressions"]).std(), 0.5, rtol=0.3)
    assert found.coverage is not None
    assert len(found.coverage) == 8
    assert not [warning for warning in found.warnings if warning.startswith(("drift", "misfit"))]
    assert found.of == ("channels.x.owned_visibility", "content.post.share_rate")


def test_saved_numbers_are_those_of_the_object(found: Calibration, tmp_path: Path) -> None:
    """``calibration.json`` is what ``to_dict`` gives; ``posterior.csv`` holds the rows; both say what stays an assumption."""
    found.save(tmp_path / "out")
    written = json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(found.to_dict()))
    assert written["not_of"][0] == "advocates.trust"
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "posterior.csv"), found.posterior)
    assert any("what-if" in line for line in found.lines())
    assert len(found.lines()) <= 15


def criticism(past: pd.DataFrame) -> list[str]:
    """What is said against the fitted law of posts."""
    posts = from_table(past)
    model = Model(posts)
    return [*misfits(model, sample(model), np.random.default_rng(1)), *drifts(posts)]


def test_drift_and_misfit_are_said() -> None:
    """Thirty posts at another level are drift; half of the posts without any share, the others shared well, are a misfit."""
    assert any(w.startswith("drift: the last 30 posts") for w in criticism(account(2, 100, later=1.5)))
    odd = account(4, 100)
    odd["impressions"] *= 50
    odd["shares"] = np.where(np.arange(100) % 2 == 0, 0, odd["impressions"] // 250)
    assert any(w.startswith("misfit: the most shared post is") for w in criticism(odd))
    assert criticism(account(9, 100)) == []


@pytest.fixture
def few_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check by few worlds, for tests of other things."""
    monkeypatch.setattr("viralsim.calibration.mapping.CHECK_WORLDS", 60)
    monkeypatch.setattr("viralsim.calibration.calibrating.ROWS", 60)


def test_few_posts_are_not_judged(few_worlds: None) -> None:
    """With 10 posts coverage is not measured, and the first line says so."""
    few = calibrate(vs.loads(TEXT), account(5, 10))
    assert few.coverage is None
    assert few.first_line.startswith("Not measured")
    with pytest.raises(InputError, match="seed"):
        calibrate(vs.loads(TEXT), account(5, 10), seed=-1)


def test_command(few_worlds: None, tmp_path: Path) -> None:
    """The command reads an export, writes four files, prints JSON alone on request, and its scenario passes ``check``."""
    path, scenario, out = tmp_path / "export.csv", tmp_path / "s.yaml", tmp_path / "out"
    account(6, 40).rename(columns={"shares": "Retweets"}).to_csv(path, index=False)
    scenario.write_text(TEXT, encoding="utf-8")
    run = CliRunner().invoke(main, ["calibrate", str(scenario), "--data", str(path), "--out", str(out), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output) == json.loads((out / "calibration.json").read_text(encoding="utf-8"))
    assert sorted(p.name for p in out.iterdir()) == [
        "calibrated.yaml", "calibration.json", "posterior.csv", "report.html"
    ]  # fmt: skip
    page = (out / "report.html").read_text(encoding="utf-8")
    for words in (json.loads(run.output)["answer"], "Randomised PIT histogram", "advocates.trust", "log-linear"):
        assert words in page
    assert CliRunner().invoke(main, ["check", str(out / "calibrated.yaml")]).exit_code == 0
    twice = ["--map", "shares=Retweets", "--map", "shares=impressions"]
    refused = CliRunner().invoke(main, ["calibrate", str(scenario), "--data", str(path), *twice])
    assert refused.exit_code == 2
    assert "--map: shares is named twice" in refused.stderr
    text = CliRunner().invoke(main, ["calibrate", str(scenario), "--data", str(path)])
    assert "last 50 posts" in text.output.splitlines()[0]
    assert any(line.split() == ["shares", "Retweets"] for line in text.output.splitlines())


def test_the_written_scenario_says_what_the_object_says(found: Calibration, tmp_path: Path) -> None:
    """``calibrated.yaml`` draws the rows of ``posterior.csv`` and has the worlds of the scenario in memory."""
    found.save(tmp_path / "out")
    written = vs.load(tmp_path / "out" / "calibrated.yaml")
    for path, values in written.joint_rows().items():
        assert_allclose(values, found.posterior[path], rtol=1e-12)
    assert written.spec.calibration is not None
    assert written.spec.calibration.of == found.of
    assert written.spec.calibration.data.posts == 120
    a = vs.simulate(written, worlds=4, threads=1).arms["advocates"].measures["shares"]
    b = vs.simulate(found.scenario, worlds=4, threads=1).arms["advocates"].measures["shares"]
    assert a.tolist() == b.tolist()


def test_simulated_posts_have_the_counts_of_the_rows(found: Calibration) -> None:
    """Worlds of the calibrated scenario without advocates: mean impressions and shares of its rows, in worlds not seen before."""
    worlds = (
        vs.simulate(found.scenario, worlds=1000, seed=99, arms=["owned_only"], threads=1).arms["owned_only"].measures
    )
    impressions = found.new_posts["impressions"]
    shares = impressions * found.new_posts["share_rate"]
    for measure, rows in (("impressions", impressions), ("shares", shares)):
        error = worlds[measure].std() / np.sqrt(1000)
        assert abs(worlds[measure].mean() - rows.mean()) < max(0.04 * rows.mean(), 4 * error)


def test_what_a_scenario_cannot_have_is_said(few_worlds: None) -> None:
    """1,000 followers cannot make 2,000 impressions per post by visibility alone: impressions are not said to be learnt."""
    small = vs.loads(TEXT.replace("followers: 8000", "followers: 1000"))
    told = calibrate(small, account(7, 30))
    assert any(w.startswith("impressions need a visibility above the highest possible in ") for w in told.warnings)
    assert "channels.x.owned_visibility" not in told.of
    nobody = vs.loads(TEXT.replace("owned: [{channel: x, followers: 8000, posts_at: [0h]}]", "owned: []"))
    with pytest.raises(InputError, match="no owned post"):
        calibrate(nobody, account(7, 30))
    with pytest.raises(InputError, match="no channel 'y'"):
        calibrate(small, account(7, 30), channel="y")


def test_other_blocks_stay_as_they_are(few_worlds: None) -> None:
    """Questions, variants and field tests about arms are no part of a past post, and are in the calibrated scenario."""
    text = (
        TEXT
        + "question: {compare: [advocates, owned_only]}\nvariants: {plain: {campaign.advocates.willingness: 0.4}}\n"
    )
    text += "uncertain: {campaign.advocates.willingness: {from: 0.2, to: 0.8}, content.post.appeal: {from: 0.01, to: 0.02}}\n"
    told = calibrate(vs.loads(text), account(7, 30))
    assert told.scenario.spec.question is not None
    assert list(told.scenario.spec.variants) == ["plain"]
    assert list(told.scenario.spec.uncertain) == ["joint", "campaign.advocates.willingness"]
    assert "uncertain: content.post.appeal is replaced by rows" in told.warnings


def test_files_are_named_from_the_new_folder(few_worlds: None, tmp_path: Path) -> None:
    """A network beside the scenario is found from the folder of the calibrated one."""
    edges = ["source,target", *(f"{i},{(i + k) % 3000}" for i in range(3000) for k in (1, 7, 31))]
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "edges.csv").write_text("\n".join(edges), encoding="utf-8")
    text = TEXT.replace("generate: {mean_following: 10}", 'file: net/edges.csv, edge_means: "source reaches target"')
    text = text.replace("audience: {members: 20000}\n", "").replace("followers: 8000", "followers: 2500")
    told = calibrate(vs.loads(text, tmp_path), account(8, 12))
    told.save(tmp_path / "deep" / "out")
    written = vs.load(tmp_path / "deep" / "out" / "calibrated.yaml")
    assert written.spec.channels["x"].network.file == "../../net/edges.csv"


def test_a_scenario_that_ends_before_the_posts_were_counted_is_told(few_worlds: None) -> None:
    """Counts of a week in a scenario of a day come within the day, and a warning says so; a longer scenario is fine."""
    text = TEXT.replace("worlds: 20", "worlds: 20\nhorizon: 24h")
    told = calibrate(vs.loads(text), account(7, 12), horizon_hours=168)
    assert any(
        warning.startswith("the scenario ends after 24 h and posts were counted after 168 h")
        for warning in told.warnings
    )
    fine = calibrate(vs.loads(text), account(7, 12), horizon_hours=24)
    assert not any("the scenario ends" in warning for warning in fine.warnings)


def test_rows_beyond_the_scenario_are_neither_made_up_for_nor_learnt(few_worlds: None) -> None:
    """Rows that need more than the scenario can have: the others keep their own values, and with many their path is not learnt."""
    past = account(7, 60)
    past.loc[past.index % 4 == 0, "impressions"] *= 20
    told = calibrate(vs.loads(TEXT), past)
    rows, values = told.new_posts["impressions"], told.posterior["channels.x.owned_visibility"]
    below = (values < 1.0).to_numpy()
    assert 0.05 < 1 - below.mean() < 0.5
    assert told.check.capped[0] == pytest.approx(1 - below.mean())
    assert_allclose(values[below] * 8000, rows[below], rtol=0.05)
    assert "channels.x.owned_visibility" not in told.of
    assert any("it is not calibrated for impressions" in warning for warning in told.warnings)


def test_shares_that_are_rare_are_solved_for(few_worlds: None) -> None:
    """Where one post in twenty is shared at all, the share rate is not left to the luck of a few worlds."""
    generator = np.random.default_rng(5)
    past = pd.DataFrame({"impressions": generator.poisson(1000, 80), "shares": generator.binomial(1, 0.05, 80)})
    told = calibrate(vs.loads(TEXT), past)
    wanted = told.new_posts["share_rate"].mean()
    assert_allclose(told.posterior["content.post.share_rate"].mean(), wanted, rtol=0.12)


def test_unshared_first_posts_do_not_stop_the_judging(few_worlds: None) -> None:
    """Coverage needs one shared post among all before the judged ones; where none is, the first line gives that reason."""
    past = account(11, 40)
    past.loc[:9, "shares"] = 0
    judged = calibrate(vs.loads(TEXT), past)
    assert judged.backtest is not None
    past.loc[:23, "shares"] = 0
    told = calibrate(vs.loads(TEXT), past)
    assert told.backtest is None
    assert told.first_line == "Not measured how well later posts are predicted: none of the earlier posts was shared."


def with_scores(found: Calibration, ahead: tuple[float, float], spread: float) -> str:
    """The first line where later posts were scored better than by the last 50 posts by ``ahead`` on average."""
    assert found.backtest is not None
    judged = found.backtest
    scores = dict(judged.crps)
    swing = spread * np.where(np.arange(len(judged.true)) % 2 == 0, 1.0, -1.0)
    scores["last 50 posts"] = scores["calibrated"] + np.array(ahead) + swing[:, None]
    return replace(found, backtest=replace(judged, crps=scores)).first_line


def test_a_lead_that_may_be_luck_is_called_so(found: Calibration) -> None:
    """Better is said where the lead on the same posts is more than two standard errors; worse is said in any case."""
    assert with_scores(found, (0.05, 0.05), 0.1) == (
        "This predicts later posts better than the last 50 posts do, on impressions and on shares."
    )
    assert "on shares its lead may be luck" in with_scores(found, (0.05, 0.01), 0.1)
    assert "about as well as the last 50 posts" in with_scores(found, (0.01, 0.01), 0.1)
    assert "does not beat the last 50 posts on shares" in with_scores(found, (0.05, -0.001), 0.1)


def test_warnings_that_find_no_room_are_counted(found: Calibration) -> None:
    """At most 15 lines are printed, and those that are left out are not left out silently."""
    many = replace(found, warnings=tuple(f"warning {i}" for i in range(9)))
    assert len(many.lines()) == 15
    assert many.lines()[-1] == "6 more warnings: --json and the page that --out writes have them"
    assert [line for line in many.lines() if line.startswith("warning")] == ["warning 0", "warning 1", "warning 2"]


def test_counts_that_came_have_all_their_digits_on_the_page(found: Calibration) -> None:
    """What came is a count that was read, and is not rounded to three digits as predictions are."""
    assert found.backtest is not None
    page = calibration_page(found)
    for count in found.backtest.true[:, 0]:
        assert f">{count:,.0f}</td>" in page
