"""``question``: which arms are asked about, and what is refused."""

import json

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import ScenarioError

TEXT = """
viralsim: 1
name: small
worlds: 4
audience: {members: 100, communities: {count: 2}}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.5, cpm_usd: 5}}
content: {post: {appeal: 0.2}}
campaign:
  content: post
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
  advocates: {count: 1, cost_usd: 1}
arms:
  organic: {campaign.paid: [], campaign.advocates: null}
  paid: {campaign.advocates: null}
  advocates: {campaign.paid: []}
  both: {}
baseline: organic
goal: {measure: shares, matters_from: 1}
"""
ASKED = "question: {compare: [advocates, paid]}\n"


def test_the_question_reaches_the_json(tmp_path):
    """The object has the names of its contract, arms in the order asked, and numbers of the paired comparison."""
    (tmp_path / "s.yaml").write_text(TEXT + ASKED)
    done = CliRunner().invoke(main, ["run", str(tmp_path / "s.yaml"), "--json", "--threads", "1"])
    answer = json.loads(done.stdout)
    question = answer["question"]
    assert set(question) >= {"arms", "answer", "sentence", "uplift", "ci_low", "ci_high", "cost_difference"}
    assert question["arms"] == ["advocates", "paid"]
    (row,) = [
        r for r in answer["comparisons"] if (r["arm"], r["baseline"], r["measure"]) == ("advocates", "paid", "shares")
    ]
    assert [question[name] for name in ("uplift", "ci_low", "ci_high")] == [
        row[name] for name in ("uplift", "ci_low", "ci_high")
    ]
    costs = {arm: answer["arms"][arm]["cost_usd"] for arm in ("advocates", "paid")}
    assert question["cost_difference"] == pytest.approx(costs["advocates"] - costs["paid"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[advocates, payed]", "no arm 'payed'"),
        ("[paid, paid]", "is the first arm again (paid)"),
        ("[organic]", "is the baseline (organic)"),
        ("[]", "at least 1"),
        ("[organic, paid, both]", "at most 2"),
        ("paid", "list"),
        ("[1, paid]", "1"),
    ],
)
def test_a_wrong_question_is_refused_where_it_stands(written, said):
    """One error with the path; no other arm is taken instead."""
    with pytest.raises(ScenarioError) as caught:
        vs.loads(TEXT + f"question: {{compare: {written}}}\n")
    (problem,) = caught.value.problems
    assert problem.path.startswith("question.compare")
    assert said in str(problem)


def test_a_question_refuses_no_costs_and_changes_no_world():
    """Arms of different cost may be asked about; fingerprint and worlds are those of the scenario without a question."""
    plain, asked = vs.loads(TEXT), vs.loads(TEXT + "question: {compare: [both, paid]}\n")
    assert plain.fingerprint == asked.fingerprint
    a, b = vs.simulate(plain, threads=1), vs.simulate(asked, threads=1)
    assert a.summary().equals(b.summary())
    assert b.question.arms == ("both", "paid")
    assert b.question.cost_difference > 0.0
