"""How much is luck and how much content, asked of whole scenarios: sources of contents, exact answers, refusals."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.luck_report import how_much_luck
from viralsim.measurement.variance_components import luck_and_content

BASE = """\
viralsim: 1
name: small
seed: 3
horizon: 4d
audience: {members: 300, communities: {count: 3}}
channels: {x: {network: {generate: {mean_following: 8}}, visibility: 0.5}}
content: {post: {appeal: 0.08}}
campaign: {content: post, owned: [{channel: x, followers: 30, posts_at: [0h]}]}
"""
SEVERAL = BASE.replace("{post: {appeal: 0.08}}", "{post: {appeal: 0}, better: {appeal: 0.1}, best: {appeal: 0.2}}")
UNCERTAIN = (
    BASE + "uncertain: {content.post.half_life: {from: 1h, to: 60h}, content.post.appeal: {from: 0.1, to: 0.2}}\n"
)
ARMS = BASE + "arms: {one: {}, two: {channels.x.visibility: 0.2}}\nbaseline: one\n"
OWN = BASE.replace("{post: {appeal: 0.08}}", "{post: {appeal: 0.08}, still: {appeal: 0}}") + (
    "arms: {own: {content.post.appeal: 0.3}, other: {campaign.content: still}, free: {}}\nbaseline: free\n"
)


@pytest.fixture(scope="module")
def report():
    """Twelve contents of drawn appeals in twenty worlds each."""
    return how_much_luck(vs.loads(BASE), worlds=20, contents=12)


def test_the_answer_is_that_of_its_outcomes(report):
    """The parts are those of the table of outcomes; each content's appeal lies within the spread, and none repeats."""
    arm = report.arms["campaign"]
    assert arm.outcomes.shape == (12, 20)
    assert arm.variance == luck_and_content(arm.outcomes, normal=False)
    assert arm.factors == luck_and_content(np.log1p(arm.outcomes), normal=False)
    appeals = [content["content.post.appeal"] for content in report.contents]
    assert len(set(appeals)) == 12
    assert 0.04 <= min(appeals) < max(appeals) <= 0.16


def test_contents_have_worlds_of_their_own(report):
    """Contents that are all the same still differ in every row: their luck is not shared."""
    same = how_much_luck(vs.loads(BASE), worlds=20, contents=12, spread=1 + 1e-12)
    rows = {tuple(row) for row in same.arms["campaign"].outcomes}
    assert len(rows) == 12
    correlations = np.corrcoef(same.arms["campaign"].outcomes)[np.triu_indices(12, 1)]
    assert abs(correlations.mean()) < 0.12  # 66 correlations of 20 worlds: error 0.028
    assert same.arms["campaign"].variance.low < 0.05


def test_threads_and_other_arms_change_nothing():
    """One thread or two, an arm alone or beside another: the same outcomes."""
    scenario = vs.loads(ARMS)
    both = how_much_luck(scenario, worlds=4, contents=3, threads=1)
    alone = how_much_luck(scenario, worlds=4, contents=3, arms=["two"], threads=2)
    assert list(both.arms) == ["one", "two"]
    np.testing.assert_array_equal(both.arms["two"].outcomes, alone.arms["two"].outcomes)


def test_several_contents_are_taken_one_at_a_time():
    """Each content of the scenario is the campaign's in turn; what is never shared has no earned share in any world."""
    found = how_much_luck(vs.loads(SEVERAL), worlds=30, measure="earned_shares")
    assert found.contents == tuple({"campaign.content": name} for name in ("post", "better", "best"))
    outcomes = found.arms["campaign"].outcomes
    assert (outcomes[0] == 0).all()
    assert 0 < outcomes[1].mean() < outcomes[2].mean()
    assert found.arms["campaign"].better_wins > 0.75


def test_uncertain_inputs_are_contents():
    """Content k has the inputs that world k of a run has, all its worlds the same ones."""
    scenario = vs.loads(UNCERTAIN)
    found = how_much_luck(scenario, worlds=3, contents=4)
    inputs = vs.simulate(scenario, worlds=4).inputs_of_world
    for path, values in inputs.items():
        np.testing.assert_array_equal([content[path] for content in found.contents], values)


def test_arms_in_which_contents_do_not_differ_are_left_out():
    """An arm with an appeal of its own, or with a content that nothing is drawn for, would pass for pure luck."""
    found = how_much_luck(vs.loads(OWN), worlds=3, contents=3)
    assert (list(found.arms), found.left_out) == (["free"], ("own", "other"))
    assert any("Left out" in line and "own, other" in line for line in found.sentences())


def test_every_content_and_its_criticism_get_one_factor():
    """Appeals and critical appeals of one content are the scenario's times the same factor, which brings none above 1."""
    text = BASE.replace(
        "{post: {appeal: 0.08}}", "{post: {appeal: 0.08, critical: {appeal: 0.8}}, best: {appeal: 0.4}}"
    )
    found = how_much_luck(vs.loads(text), worlds=2, contents=40)
    factors = np.array([[c["content.post.appeal"] / 0.08, c["content.post.critical.appeal"] / 0.8,
                         c["content.best.appeal"] / 0.4] for c in found.contents])  # fmt: skip
    np.testing.assert_allclose(factors, np.repeat(factors[:, :1], 3, axis=1))
    assert 0.5 <= factors.min() < 0.6
    assert 1.15 < factors.max() <= 1.25


def test_nothing_that_spreads_is_no_luck():
    """Where every launch is the same there is nothing to split, and the sentences say so instead of a number."""
    still = vs.loads(BASE.replace("followers: 30", "followers: 300").replace("visibility: 0.5", "visibility: 0"))
    found = how_much_luck(still, worlds=3, contents=3, measure="earned_shares")
    assert "nothing to split" in found.sentences()[0]
    assert found.to_dict()["arms"]["campaign"]["variance"]["luck"] is None


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        (BASE, {"contents": 1}, "contents must be a whole number >= 2"),
        (BASE, {"worlds": 1}, "worlds must be a whole number >= 2"),
        (BASE, {"worlds": 10**6}, "launches"),
        (BASE, {"spread": 1.0}, "spread"),
        (BASE, {"arms": ["none"]}, "arms"),
        (BASE, {"measure": "fame"}, "measure must be one of"),
        (BASE.replace("appeal: 0.08", "appeal: 0"), {}, "above 0"),
        (BASE, {"measure": "structural_virality", "contents": 3}, "not defined"),
        (OWN, {"arms": ["own"]}, "arm 'own' sets"),
        (OWN, {"arms": ["free", "other"]}, "arm 'other' sets"),
        (BASE + "arms: {own: {content.post.appeal: 0.3}}\n", {}, "arm 'own' sets"),
    ],
)
def test_what_cannot_be_answered_is_refused(text, more, words):
    """Wrong numbers, unknown words, undefined measures and arms that fix the content are named with a remedy."""
    with pytest.raises(InputError, match=words):
        how_much_luck(vs.loads(text), **{"worlds": 3, **more})


def test_the_command_prints_sentences_or_one_object(tmp_path):
    """Plain sentences for people, one JSON object for programs, and exit 2 with a message for a wrong word."""
    path = tmp_path / "s.yaml"
    path.write_text(BASE)
    command = ["luck", str(path), "--worlds", "3", "--contents", "4", "--threads", "1"]
    plain = CliRunner().invoke(main, command)
    assert plain.exit_code == 0
    assert "of the variance of shares is luck" in " ".join(plain.stdout.split())
    found = json.loads(CliRunner().invoke(main, [*command, "--json", "--measure", "reach"]).stdout)
    parts = found["arms"]["campaign"]["variance"]
    assert found["measure"] == "reach"
    assert parts["luck"] + parts["content"] == pytest.approx(1.0)
    assert parts["luck_low"] <= parts["luck"] <= parts["luck_high"]
    wrong = CliRunner().invoke(main, [*command, "--measure", "fame"])
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "got 'fame'" in wrong.stderr


CHARTS = """\
viralsim: 1
name: charts
seed: 3
horizon: 4d
audience: {members: 1500, communities: {count: 3}}
channels: {x: {network: {generate: {mean_following: 12}}, visibility: 0.3}}
content: {post: {appeal: 0.1}}
campaign: {content: post, paid: [{channel: x, budget_usd: 3, cpm_usd: 10, ends: 2d}]}
arms: {alone: {channels.x.visibility: 0}, some: {channels.x.visibility: 0.3}, more: {channels.x.visibility: 0.6}}
baseline: alone
"""


def test_social_influence_makes_outcomes_unequal_and_unpredictable():
    """Salganik, Dodds, Watts 2006: the more members see of each other, the higher the Gini coefficient and U; as seen in
    their worlds too, the better content still does better. 20 contents in 30 worlds each.
    """
    arms = how_much_luck(vs.loads(CHARTS), worlds=30, contents=20).arms
    alone, some, more = (arms[name] for name in ("alone", "some", "more"))
    for measured in ("gini_of_contents", "gini_of_worlds", "unpredictability"):
        values = [getattr(arm, measured) for arm in (alone, some, more)]
        assert values[0] * 1.15 < values[1] < values[2] / 1.1
    assert all(arm.better_wins > 0.75 for arm in (alone, some, more))


def test_luck_clumps_where_members_see_each_other():
    """Alone, shares are separate coins: their variance within a content is below their mean, and not by half. Shared
    luck clumps: where members see each other the variance is several times the mean.
    """
    arms = how_much_luck(vs.loads(CHARTS), worlds=40, contents=30, arms=["alone", "more"]).arms
    alone, more = (arms[name].variance.within_content / arms[name].outcomes.mean() for name in ("alone", "more"))
    assert 0.5 < alone < 1.0
    assert more > 3 * alone


def test_who_stops_it_is_told_so(tmp_path, monkeypatch):
    """An interrupt ends the command with 130 and prints no half answer."""
    path = tmp_path / "s.yaml"
    path.write_text(BASE)

    def stopped(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("viralsim.experiments.luck.launch", stopped)
    ended = CliRunner().invoke(main, ["luck", str(path), "--json"])
    assert (ended.exit_code, ended.stdout) == (130, "")


def test_a_tail_that_was_hardly_seen_is_named():
    """One ordinary member posts: nearly all launches die, one is most of the variance, and the sentences warn of it."""
    text = BASE.replace(
        "owned: [{channel: x, followers: 30, posts_at: [0h]}]", "organic: [{channel: x, members: 1, posts_at: [0h]}]"
    )
    arm = how_much_luck(vs.loads(text), worlds=8, contents=5).arms["campaign"]
    squares = (arm.outcomes - arm.outcomes.mean(axis=1, keepdims=True)) ** 2
    assert arm.most_extreme == pytest.approx(squares.max() / squares.sum())
    found = how_much_luck(vs.loads(text), worlds=8, contents=5)
    assert any("may not have been seen" in line for line in found.sentences()) == (arm.most_extreme > 0.1)
    assert arm.most_extreme > 0.1
