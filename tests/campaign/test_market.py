"""Beyond the brand's own audience: prospects, members who differ in how readily they buy, and private sends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from changed_texts import changed

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.population.build import build_population
from viralsim.simulation.front import describe
from viralsim.simulation.run import compile_arms, compile_audience

TEXT = """viralsim: 1
name: market
seed: 3
worlds: 40
horizon: 1d
audience: {members: 400, topics: {food: 0.5}}
channels: {x: {network: {generate: {mean_following: 6}}, visibility: 0.5, cpm_usd: 1, reaction_delay: {fixed: 1h}}}
content: {p: {appeal: 0.1, conversion_rate: 0.05, topics: {food: 1}}}
campaign:
  {content: p, owned: [{followers: 50}], organic: [{members: 3}], advocates: {count: 4, choose: random}, paid: [{budget_usd: 2}]}
arms: {none: {campaign.paid: []}, all: {}}
baseline: none
"""


def read(**changes: Any) -> vs.Scenario:
    """The scenario with ``changes``."""
    return vs.loads(changed(TEXT, changes))


def same_worlds(left: vs.Result, right: vs.Result, arm: str) -> bool:
    """Whether an arm has the same measures in every world."""
    names = left.arms[arm].measures
    return all(np.array_equal(names[n], right.arms[arm].measures[n], equal_nan=True) for n in names)


def test_prospects_change_nothing_but_what_money_reaches() -> None:
    """Without a paid line, and with one for the audience alone, the worlds are those without prospects, to the last bit."""
    plain, more = vs.simulate(read()), vs.simulate(read(audience__prospects=1000))
    assert same_worlds(plain, more, "none")
    assert not same_worlds(plain, more, "all")
    own = vs.simulate(read(audience__prospects=1000, campaign__paid__0__target={"who": "audience"}))
    # a target draws from its list, everyone from the channel: the same people in the same order
    assert same_worlds(plain, own, "all")
    assert more.population.members == 400
    assert more.population.prospects == 1000


def test_a_budget_reaches_prospects_in_proportion() -> None:
    """2,000 impressions over 1,400 people reach as many as balls reach boxes, and no longer the same 400 five times each."""
    quiet = {"content__p__appeal": 0.0, "campaign__owned": [], "campaign__organic": [], "campaign__advocates": None}
    plain, more = vs.simulate(read(**quiet)), vs.simulate(read(**quiet, audience__prospects=1000))
    for result, people in ((plain, 400), (more, 1400)):
        reach = result.arms["all"].measures["reach"]
        assert result.arms["all"].measures["impressions"].tolist() == [2000.0] * 40
        assert reach.mean() == pytest.approx(people * (1 - (1 - 1 / people) ** 2000), rel=0.01)
    only = vs.simulate(read(**quiet, audience__prospects=1000, campaign__paid__0__target={"who": "prospects"}))
    assert only.arms["all"].measures["reach"].mean() == pytest.approx(1000 * (1 - (1 - 1 / 1000) ** 2000), rel=0.01)


def test_prospects_are_like_members_and_do_not_spread() -> None:
    """Each has the fields of a member, no ties and no account; who of them shares has posted, and nobody is shown it."""
    scenario = read(
        audience__prospects=1000, audience__segments={"interest_food": [0.5]}, audience__buying={"spread": 1.0}
    )
    found = build_population(scenario)
    assert (found.members, found.prospects) == (1400, 1000)
    audience, network = found.audience, found.networks["x"]
    rows = list(zip(audience.activity.tolist(), audience.interests[0].tolist(), audience.buying.tolist(), strict=True))
    assert set(rows[400:]) <= set(rows[:400])
    assert network.follower_count()[400:].sum() == network.following_count()[400:].sum() == 0
    assert not audience.presence["x"][400:].any()  # type: ignore[index]
    assert found.segments["interest_food"].sizes().sum() == 1400
    shares = vs.simulate(
        read(audience__prospects=1000, content__p__appeal=0.9, campaign__paid__0__target={"who": "prospects"},
             campaign__owned=[], campaign__organic=[], campaign__advocates=None)
    ).arms["all"]  # fmt: skip
    assert shares.measures["shares"].sum() > 0
    assert shares.measures["earned_reach"].sum() == 0


def test_a_boost_beyond_reaches_prospects_and_one_to_followers_does_not() -> None:
    """Beyond a creator's followers is everyone else, prospects too."""
    tier = {"creators": [{"handle": "@a", "followers": 5}]}
    for where, reached in (("beyond", True), ("followers", False)):
        line = {"budget_usd": 1, "boost": "@a", "boost_to": where}
        scenario = read(audience__prospects=100, campaign__advocates=tier, campaign__paid=[line])
        targets = compile_arms(scenario, compile_audience(scenario))["all"].world.plan.paid_targets
        assert bool((targets >= 400).any()) is reached
        assert len(targets) > 0


CURVE = {"content__p__appeal": 0.0, "campaign__owned": [], "campaign__organic": [], "campaign__advocates": None,
         "content__p__topics": {}, "audience__members": 4000, "worlds": 12}  # fmt: skip


def converted(budget: float, spread: float | None, **more: Any) -> float:
    """Mean conversions of a paid line that nobody shares, over the 4,000 members."""
    buying = {} if spread is None else {"audience__buying": {"spread": spread}}
    result = vs.simulate(read(**CURVE, campaign__paid=[{"budget_usd": budget, **more}], **buying), arms=["all"])
    return float(result.arms["all"].measures["conversions"].mean()) / 4000


@pytest.mark.parametrize("spread", [None, 0.0, 1.0, 3.0])
def test_first_impressions_convert_as_often_whatever_the_spread(spread: float | None) -> None:
    """At most one impression per member: 1 % of them convert, with any spread."""
    line = [{"budget_usd": 3.0, "frequency_cap": 1}]
    buying = {} if spread is None else {"audience__buying": {"spread": spread}}
    scenario = read(**{**CURVE, "worlds": 120, "content__p__conversion_rate": 0.01}, campaign__paid=line, **buying)
    found = vs.simulate(scenario, arms=["all"]).arms["all"].measures
    assert np.array_equal(found["impressions"], found["reach"])
    assert found["conversions"].sum() / found["impressions"].sum() == pytest.approx(0.01, rel=0.06)


def test_the_response_curve_bends_with_the_spread() -> None:
    """m impressions per member at a rate p convert 1 - (1 + m p / k)^-k of them with k = 1 / spread^2, 1 - e^(-m p) without."""
    p, spread = 0.05, 2.0
    k = spread**-2
    for m in (1, 8, 40):
        assert converted(4.0 * m, None) == pytest.approx(1 - np.exp(-m * p), rel=0.04)
        assert converted(4.0 * m, spread) == pytest.approx(1 - (1 + m * p / k) ** -k, rel=0.08)
    # forty times the money brings 17.7 times the conversions without spread, and 8 times with it
    assert converted(160.0, spread) / converted(4.0, spread) < 0.6 * converted(160.0, None) / converted(4.0, None)


def test_readiness_is_the_members_own() -> None:
    """The same in every arm; of mean 1 and the spread asked for; a spread of 0 is no spread, to the last bit."""
    scenario = read(audience__members=20000, audience__buying={"spread": 1.5})
    buying = build_population(scenario).audience.buying
    assert buying.mean(dtype=float) == pytest.approx(1.0, abs=1e-6)
    assert buying.std(dtype=float) == pytest.approx(1.5, rel=0.05)
    arms = compile_arms(scenario, compile_audience(scenario))
    assert np.array_equal(arms["none"].world.audience.buying, arms["all"].world.audience.buying)
    assert same_worlds(vs.simulate(read()), vs.simulate(read(audience__buying={"spread": 0})), "all")


def test_sends_go_to_a_few() -> None:
    """All shares that answer are sent to two followers at most; no share of them sent is no send, to the last bit."""
    loud = {
        "content__p__appeal": 0.9,
        "channels__x__visibility": 1.0,
        "campaign__organic": [],
        "campaign__advocates": None,
    }
    plain = vs.simulate(read(**loud)).arms["none"]
    sent = vs.simulate(read(**loud, channels__x__sends={"share": "100%", "reaches": 2})).arms["none"]
    impressions, shares = sent.impressions_by_source["earned"], sent.measures["shares"]
    assert np.array_equal(shares, sent.measures["earned_shares"])
    assert (impressions <= 2 * shares).all()
    assert impressions.mean() > 1.8 * shares.mean()
    assert 0 < shares.mean() < 0.9 * plain.measures["shares"].mean()
    none = vs.simulate(read(**loud, channels__x__sends={"share": 0}))
    assert same_worlds(vs.simulate(read(**loud)), none, "none")


def test_an_uncertain_part_of_sends_is_that_of_the_scenario_that_says_it() -> None:
    """A world with a drawn part is the world of the scenario with that part set by hand."""
    sends = {"share": 0.5, "reaches": 2}
    span = {"channels.x.sends.share": {"from": 0.1, "to": 0.9}}
    drawn = vs.simulate(read(channels__x__sends=sends, uncertain=span, content__p__appeal=0.9), arms=["none"])
    part = float(drawn.inputs_of_world["channels.x.sends.share"][5])
    fixed = vs.simulate(read(channels__x__sends={**sends, "share": part}, content__p__appeal=0.9), arms=["none"])
    for name in ("shares", "impressions", "conversions"):
        assert drawn.arms["none"].measures[name][5] == fixed.arms["none"].measures[name][5]


def test_check_warns_where_a_chance_of_buying_is_cut() -> None:
    """With a rate of 50 % and a spread of 3 many chances are above 1; with 1 % none is."""
    often = describe(read(content__p__conversion_rate=0.5, audience__buying={"spread": 3}))
    rarely = describe(read(content__p__conversion_rate=0.01, audience__buying={"spread": 3}))
    assert any("the chance of a conversion is cut at 1" in text for text in often.warnings)
    assert not any("the chance of a conversion" in text for text in rarely.warnings)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"audience__prospects": -1}, "audience.prospects"),
    ({"audience__prospects": 2.5}, "audience.prospects"),
    ({"campaign__paid__0__target": {"who": "prospects"}}, "campaign.paid[0].target.who: needs audience.prospects"),
    ({"campaign__paid__0__target": {"who": "strangers"}}, "campaign.paid[0].target.who"),
    ({"audience__prospects": 10, "programme": {"launches": 2}}, "audience.prospects: are of one launch so far"),
    ({"audience__buying": {"spread": 6}}, "audience.buying.spread"),
    ({"audience__buying": {}}, "audience.buying.spread"),
    ({"channels__x__sends": {"share": 1.5}}, "channels.x.sends.share"),
    ({"channels__x__sends": {"share": 0.5, "reaches": 0}}, "channels.x.sends.reaches"),
    ({"channels__x__sends": {"reaches": 3}}, "channels.x.sends.share"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_values_are_refused_with_their_path(changes: dict[str, Any], message: str) -> None:
    """Before a world runs, with the path of the key."""
    with pytest.raises(ScenarioError) as refused:
        read(**changes)
    assert message in str(refused.value)
