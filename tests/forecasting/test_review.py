"""After the campaign: whether luck alone explains a curve, what else would, and what advocates brought."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from click.testing import Result as Done
from forecasting.synthetic_launches import LAUNCH
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.cli import main
from viralsim.forecasting.attributed import read_attributed
from viralsim.forecasting.curve import curve_of_events
from viralsim.forecasting.worlds.envelope import ALPHA, chance_of_farther
from viralsim.forecasting.worlds.weighting import counted_at, shares_at

PLAIN = LAUNCH.override({"uncertain": {}, "arms": {"nothing": {}}})
HOURS = np.arange(1.0, 73.0)
POINTS = np.arange(1.0, 7.0) * 12


def curves(worlds: int, seed: int, appeal: float = 0.04) -> np.ndarray:
    """Shares of worlds at POINTS."""
    found = vs.simulate(PLAIN.override({"content.post.appeal": appeal}), worlds=worlds, seed=seed, repeat_trust=False)
    return shares_at(np.asarray(found.arms["nothing"].series["shares"]), 1.0, POINTS)


def alarms(campaigns: int, appeal: float = 0.04) -> float:
    """How often luck alone is denied, against 1,000 worlds of the plan."""
    plan = curves(1000, 42)
    chances = [chance_of_farther(plan, own) for own in curves(campaigns, 4242, appeal)]
    return float(np.mean(np.array(chances) <= ALPHA))


def test_false_alarms_are_as_rare_as_is_said() -> None:
    """Of 500 campaigns with luck alone at most 5 % and its error; of those with twice the appeal most."""
    assert alarms(500) <= ALPHA + 3 * (ALPHA * (1 - ALPHA) / 500) ** 0.5
    assert alarms(500, 0.08) >= 0.8
    assert alarms(500, 0.02) >= 0.4


@pytest.mark.parametrize("read_at", [np.arange(0.5, 3.1, 0.5), np.arange(0.5, 6.0)])
def test_readings_within_a_tick_raise_no_alarm(read_at: np.ndarray) -> None:
    """Campaigns of the plan, read at half hours while its tick is an hour: as few alarms as at the ends of ticks."""
    plan, own = (
        np.asarray(vs.simulate(PLAIN, worlds=300, seed=seed, repeat_trust=False).arms["nothing"].series["shares"])
        for seed in (42, 4242)
    )
    generator, chances = np.random.default_rng(1), []
    for world in own:
        hours = np.sort(np.repeat(np.arange(world.size), world) + generator.random(world.sum()))
        chances.append(chance_of_farther(counted_at(plan, 1.0, read_at), curve_of_events(hours, 72.0).at(read_at)))
    assert np.mean(np.array(chances) <= ALPHA) <= ALPHA + 3 * (ALPHA * (1 - ALPHA) / 300) ** 0.5


@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0.01, 12.0), min_size=1, max_size=8, unique=True))
def test_worlds_are_counted_without_a_loss(seed: int, hours: list[float]) -> None:
    """Whole counts between those of the ends of the tick around, and never falling."""
    increments = np.random.default_rng(seed).poisson(2.0, (30, 12)).astype(np.int32)
    points = np.sort(np.array(hours))
    found = counted_at(increments, 1.0, points)
    assert np.array_equal(found, found.round())
    assert (np.diff(found, axis=1) >= 0).all()
    assert (shares_at(increments, 1.0, np.floor(points)) <= found).all()
    assert (found <= shares_at(increments, 1.0, np.ceil(points))).all()
    ends = np.arange(1.0, 13.0)
    assert np.array_equal(counted_at(increments, 1.0, ends), shares_at(increments, 1.0, ends))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_the_chance_is_that_of_a_permutation(seed: int, points: int) -> None:
    """Of curves of one law each value of the chance is as likely: over all curves taken as the observed one, p or less for p."""
    curves_ = np.cumsum(np.random.default_rng(seed).poisson(1.0, (40, points)), axis=1).astype(float)
    chances = [chance_of_farther(np.delete(curves_, i, axis=0), curves_[i]) for i in range(40)]
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(np.array(chances) <= level) <= level + 1e-12


def test_the_farthest_curve_is_the_farthest() -> None:
    """A curve above all others has the least chance there is, the middle one the largest."""
    worlds = np.outer(np.arange(1, 100), np.ones(3))
    assert chance_of_farther(worlds, np.full(3, 1000.0)) == pytest.approx(0.02)  # as far out as the lowest
    assert chance_of_farther(worlds, np.full(3, 49.5)) == 1.0


def test_what_would_have_to_differ() -> None:
    """A campaign with thrice the appeal: luck does not explain it, and the appeal found is between plan and truth."""
    plan = vs.simulate(PLAIN, worlds=300, repeat_trust=False)
    true = vs.simulate(PLAIN.override({"content.post.appeal": 0.12}), worlds=1, seed=9, repeat_trust=False)
    own = np.cumsum(np.asarray(true.arms["nothing"].series["shares"])[0])
    found = vs.forecasting.review(plan, HOURS, 72.0, shares=own, worlds=100, threads=1)
    (arm,) = found.arms
    assert not arm.luck_alone
    assert arm.percentile == 100.0
    differing = {one.path: one for one in arm.would_be_ordinary}
    assert 0.04 < differing["content.post.appeal"].value <= 0.16
    assert [abs(np.log(one.factor)) for one in arm.would_be_ordinary] == sorted(
        abs(np.log(one.factor)) for one in arm.would_be_ordinary
    )
    assert found.sentences()[0] == "luck alone does not explain this"
    assert "content.post.appeal at " in " ".join(found.sentences())


def test_luck_explains_the_median_world() -> None:
    """A campaign that is the median world is ordinary, and nothing is looked for."""
    plan = vs.simulate(PLAIN, worlds=101, repeat_trust=False)
    middle = int(np.argsort(plan.arms["nothing"].measures["shares"])[50])
    own = np.cumsum(np.asarray(plan.arms["nothing"].series["shares"])[middle])
    found = vs.forecasting.review(plan, HOURS, 72.0, shares=own)
    assert found.sentences()[0] == "luck alone explains this"
    assert found.to_json()["luck_alone"] is True
    assert found.arms[0].would_be_ordinary == ()
    assert 40 < found.arms[0].percentile < 60


def test_what_was_uncertain_is_narrowed() -> None:
    """Where inputs were drawn, a strong campaign says that the appeal was high, and the sentence names both causes."""
    plan = vs.simulate(LAUNCH.override({"arms": {"nothing": {}}}), worlds=300, repeat_trust=False)
    strong = int(np.argsort(plan.arms["nothing"].measures["shares"])[240])
    own = np.cumsum(np.asarray(plan.arms["nothing"].series["shares"])[strong])
    found = vs.forecasting.review(plan, HOURS, 72.0, shares=own, what_differs=False)
    low, high = found.arms[0].narrowed["content.post.appeal"]
    assert 0.01 < low < plan.inputs_of_world["content.post.appeal"][strong] < high <= 0.06
    assert "what was not known" in found.sentences()[0]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"arms": ["fame"]}, "fame"),
        ({"worlds": 3}, "worlds"),
        ({"scenario": LAUNCH}, "not the one of the run"),
        ({"what_differs": 3}, "what_differs"),
    ],
)
def test_wrong_questions_are_refused(more: dict[str, object], word: str) -> None:
    """One sentence."""
    plan = vs.simulate(PLAIN, worlds=50, repeat_trust=False)
    with pytest.raises(vs.InputError, match=word):
        vs.forecasting.review(plan, HOURS, 72.0, shares=HOURS, **more)


def test_a_run_of_few_worlds_is_refused() -> None:
    """Ten worlds tell nothing."""
    with pytest.raises(vs.InputError, match="39 or more"):
        vs.forecasting.review(vs.simulate(PLAIN, worlds=10, repeat_trust=False), HOURS, 72.0, shares=HOURS)


def test_what_advocates_brought(tmp_path: Path) -> None:
    """Rows of one advocate are added; parts are of what is attributed; more than was observed is refused."""
    path = tmp_path / "utm.csv"
    path.write_text("utm_content;Shares\nada;30\nbob;10\nada;10\n")
    found = read_attributed(path, 200.0)
    assert found.shares == {"ada": 40.0, "bob": 10.0}
    assert found.to_json()["unattributed"] == 150.0
    assert found.to_json()["each"][0] == {"advocate": "ada", "shares": 40.0, "part": 0.8}
    assert "what cannot be known" in " ".join(found.sentences())
    with pytest.raises(vs.InputError, match="one of the two is wrong"):
        read_attributed(path, 49.0)
    path.write_text("advocate,shares\n@Ada,30\nada ,10\n(not set),7\n")
    found = read_attributed(path, 200.0)
    assert found.shares == {"@Ada": 40.0}
    assert found.to_json()["unattributed"] == 160.0
    assert any("7 shares are attributed to nobody" in note for note in found.notes)
    path.write_text("advocate,shares\nada,\n")
    with pytest.raises(vs.InputError, match=r"utm\.csv:2: .*shares"):
        read_attributed(path, 49.0)


def run(*words: object) -> Done:
    """What a command line did."""
    return CliRunner().invoke(main, [str(word) for word in words])


def test_review_of_a_run_on_the_command_line(tmp_path: Path) -> None:
    """A stored run, a curve, an export of advocates: JSON, words and a page."""
    vs.simulate(PLAIN, worlds=100, repeat_trust=False).save(tmp_path / "run")
    (tmp_path / "whole.csv").write_text("hours,shares\n12,9\n36,17\n72,21\n")
    (tmp_path / "utm.csv").write_text("advocate,shares\nada,5\n")
    words = ("review", tmp_path / "run", "--observed", tmp_path / "whole.csv", "--attributed", tmp_path / "utm.csv")
    done = run(*words, "--json", "--page", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["luck_alone"], said["arms"][0]["arm"], said["advocates"]["attributed"]) == (True, "nothing", 5.0)
    page = (tmp_path / "page.html").read_text()
    assert "luck alone explains this" in page
    assert "<svg" in page
    assert "ada" in page
    assert run(*words).output.startswith("luck alone explains this")
    late = run("review", tmp_path / "run", "--observed", tmp_path / "whole.csv", "--arm", "fame")
    assert (late.exit_code, len(late.output.strip().splitlines())) == (2, 1)
