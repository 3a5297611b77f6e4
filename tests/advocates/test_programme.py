"""The programme over its launches: recruitment, nurturing, fatigue and recovery, drop-out, ambassadors, money."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.advocates import Tier, find, programme_launches
from viralsim.advocates.programme import recovered, rosters_of, tired
from viralsim.errors import InputError
from viralsim.scenario.programme import Programme

TEXT = """
viralsim: 1
name: a programme
seed: 5
worlds: 100
horizon: 7d
tick: 1h
audience: {members: 500, participation: {sigma: 1.0}, tones: {humorous: 0.6, informative: 0.4}}
channels:
  x: {visibility: 0.3, network: {generate: {mean_following: 12}}}
content:
  c: {appeal: 0.04, conversion_rate: 0.05, value_usd: 10, tone: {humorous: 1.0}}
campaign:
  content: c
  advocates: {count: 10, choose: degree, posts_at: [1h, 9h], willingness: 0.8, cost_usd: 4}
arms: {organic: {campaign.advocates: null, campaign.organic: [{members: 1}]}, advocates: {campaign.organic: [{members: 1}]}}
baseline: organic
"""
WHERE = "campaign.advocates.programme"


def with_words(**words: object) -> vs.Scenario:
    """The scenario with these words of the programme."""
    return vs.loads(TEXT).override({f"{WHERE}.{name}": value for name, value in words.items()})


def test_the_first_launch_is_that_of_run() -> None:
    """Launch 1 of a programme has the worlds of ``run``: the same gain, and the same cost, set-up shared."""
    scenario = with_words(setup_usd=600, launches=3, hours_per_week=2, usd_per_hour=10)
    judged = programme_launches(scenario, worlds=40)
    arms = vs.simulate(scenario, worlds=40)
    gain = arms.arm("advocates").measures["shares"] - arms.arm("organic").measures["shares"]
    assert judged.launches[0].gain.mean == gain.mean()
    assert judged.launches[0].cost_usd == pytest.approx(10 * 4 + 200 + 20)
    assert judged.cost_usd == pytest.approx(3 * (40 + 20) + 600)
    assert judged.gain.mean == pytest.approx(sum(one.gain.mean for one in judged.launches))
    assert judged.net_usd is not None


def test_nurturing_makes_people_of_hours() -> None:
    """4 weeks of 10 hours make 4 advocates at 10 hours each; so do 4 weeks between launches, for empty places only."""
    words = {"weeks": 4, "hours_per_week": 10, "hours_per_advocate": 10}
    scenario = with_words(nurture=words, every="28d", launches=4, usd_per_hour=30)
    assert len(Tier(scenario).enrolled) == 4
    judged = programme_launches(scenario, worlds=10)
    assert [one.people for one in judged.launches] == [4, 8, 10, 10]
    assert [one.joined for one in judged.launches] == [0, 4, 2, 0]
    share = 4 * 10 * 30 / 4
    assert [one.cost_usd for one in judged.launches] == pytest.approx(
        [4 * 4 + share, 8 * 4 + share + 4 * 300, 10 * 4 + share + 2 * 300, 10 * 4 + share]
    )
    cost = vs.simulate(scenario, worlds=4).arm("advocates").cost_lines
    assert cost["programme nurture"] == pytest.approx(share)
    assert len(find(scenario, 6, worlds=4).listed) == 6  # a ranked list is not cut by the hours


def test_recruits_are_fans() -> None:
    """Only the part of the members who answer most readily is enrolled, whatever the strategy."""
    scenario = with_words(fans=0.1)
    tier = Tier(scenario)
    people = tier.compiled.population.audience
    readiness = people.activity * tier.compiled.match(scenario.for_arm("advocates").content["c"])
    tenth = np.sort(readiness)[-50]
    for word in ("degree", "random", "pagerank"):
        assert readiness[tier.choose(word, 10).members].min() >= tenth
    assert programme_launches(scenario, worlds=4).fans == 50
    with pytest.raises(vs.ScenarioError):
        tier.choose("degree", 51)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.floats(1, 2000), st.floats(1, 2000), st.integers(0, 5))
def test_fatigue_and_recovery(fatigue: float, every: float, recovery: float, asks: int) -> None:
    """Each ask takes its part; half of what is lost returns in each half-life, never more than what was lost."""
    words = Programme(ask_fatigue=fatigue, every=f"{every}h", recovery=f"{recovery}h")
    fresh = np.array([1.0, 0.5])
    after = tired(fresh, words, asks)
    assert after == pytest.approx(fresh * (1 - fatigue) ** asks)
    back = recovered(after, words)
    assert np.all((back >= after - 1e-12) & (back <= 1 + 1e-12))
    assert 1 - back == pytest.approx((1 - after) * 0.5 ** (words.every / recovery), abs=1e-9)


def test_each_ask_lowers_the_next_answer() -> None:
    """With a fatigue of 1 the second ask is never answered; with 0 nothing changes."""
    plain, tired_out = (vs.simulate(with_words(ask_fatigue=f), worlds=30).arm("advocates") for f in (0.0, 1.0))
    once = vs.simulate(vs.loads(TEXT).override({"campaign.advocates.posts_at": ["1h"]}), worlds=30).arm("advocates")
    assert np.array_equal(tired_out.measures["shares"], once.measures["shares"])
    assert np.array_equal(
        plain.measures["shares"], vs.simulate(vs.loads(TEXT), worlds=30).arm("advocates").measures["shares"]
    )


def test_fatigue_is_carried_over() -> None:
    """Two asks a launch at 0.2, recovery in one gap: willingness 0.8 * (1 - 0.36 / 2), then the recursion goes on."""
    judged = programme_launches(with_words(ask_fatigue=0.2, every="10d", recovery="10d", launches=3), worlds=10)
    second = 1 - (1 - 0.64) / 2
    third = 1 - (1 - second * 0.64) / 2
    assert [one.willingness for one in judged.launches] == pytest.approx([0.8, 0.8 * second, 0.8 * third])


def test_who_leaves_is_gone_and_who_stays_rises() -> None:
    """Nobody who left comes back; all leave at drop-out 1; who stays becomes an ambassador after their launches."""
    tier = Tier(
        with_words(dropout=0.5, launches=6, nurture={"weeks": 10, "hours_per_week": 50, "hours_per_advocate": 10})
    )
    seen: set[int] = set()
    before: set[int] = set()
    for roster in rosters_of(tier, 6, 0):
        now = set(roster.member.tolist())
        assert len(now) == len(roster.member) == 10
        assert not (now - before) & seen
        seen |= now
        before = now
    assert len(seen) > 10
    gone = programme_launches(with_words(dropout=1.0, launches=2), worlds=20)
    assert [one.people for one in gone.launches] == [10, 0]
    assert gone.launches[1].gain.mean == 0.0
    top = programme_launches(with_words(ambassadors={"after": 2, "willingness": 1.0}, launches=3), worlds=10)
    assert [one.ambassadors for one in top.launches] == [0, 0, 10]
    assert [one.willingness for one in top.launches] == pytest.approx([0.8, 0.8, 1.0])


def test_drop_out_is_a_binomial() -> None:
    """Over 400 histories the number who stay has the mean and the variance of the binomial, within 4.5 standard errors."""
    tier = Tier(with_words(dropout=0.3, launches=2))
    stay = np.array([len(list(rosters_of(tier, 2, history))[1].member) for history in range(400)])
    assert abs(stay.mean() - 7.0) < 4.5 * np.sqrt(2.1 / 400)
    assert abs(stay.var(ddof=1) - 2.1) < 4.5 * 2.1 * np.sqrt(2 / 399)


def test_judged_in_words_and_what_is_refused() -> None:
    """The sentences hold gain, price and what is not modelled; what cannot be played is said."""
    said = " ".join(programme_launches(with_words(launches=2, dropout=0.2), worlds=40).sentences)
    assert "Over 2 campaigns" in said
    assert "set-up shared" in said
    assert "not modelled" in said
    with pytest.raises(InputError, match=r"launches must be a whole number in 1\.\.100"):
        programme_launches(with_words(launches=101), worlds=4)
    with pytest.raises(InputError, match="uncertain"):
        programme_launches(
            vs.loads(TEXT).override({"uncertain": {"content.c.appeal": {"from": 0.01, "to": 0.05}}}), worlds=4
        )


def test_nurturing_and_fans_bound_the_split() -> None:
    """Money buys no more advocates than the hours make, nor more than there are fans."""
    from viralsim.experiments.budget_split import lines_of

    def most(**words: object) -> list[int]:
        lines, _ = lines_of(with_words(**words))
        return [line.most for line in lines if line.kind == "advocates"]

    assert most() == [500]
    assert most(fans=0.1) == [50]
    assert most(nurture={"weeks": 4, "hours_per_week": 10, "hours_per_advocate": 5}) == [8]
    with pytest.raises(InputError, match="nothing to split"):
        most(nurture={"weeks": 0})
