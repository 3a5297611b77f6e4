"""fit and predict: what comes back, how well it is calibrated, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from forecasting.synthetic_posts import drawn_events

import viralsim as vs
from viralsim.forecasting.population import MOST_KEPT
from viralsim.forecasting.recalibration import randomised_pits


@cache
def posts() -> pd.DataFrame:
    """60 posts. Drawn in the first test: each process of the suite collects this file, and would compile the draws."""
    return drawn_events(60, 1)


@pytest.fixture(scope="module")
def population() -> vs.forecasting.Population:
    """The population of 60 posts."""
    return vs.forecasting.fit(posts())


def hours_of(events: pd.DataFrame, post: int, until: float) -> np.ndarray:
    """Times of a post and its shares up to ``until``."""
    hours = events.loc[events.post_id == post, "hours"].to_numpy()
    return hours[hours <= until]


def test_draws_are_whole_counts_not_below_what_was_seen(population: vs.forecasting.Population) -> None:
    """Forecasts count whole shares and never fewer than have been seen; the seed decides them."""
    hours = hours_of(posts(), 3, 2.0)
    draws = population.predict(hours, at_hours=2.0, draws=400, seed=5)
    assert draws.shape == (400,)
    assert draws.dtype == np.float64
    assert (draws == np.round(draws)).all()
    assert draws.min() >= hours.size - 1
    assert np.array_equal(draws, population.predict(hours, at_hours=2.0, draws=400, seed=5))
    assert not np.array_equal(draws, population.predict(hours, at_hours=2.0, draws=400, seed=6))


@pytest.mark.parametrize("at", [168.0, 200.0])
def test_nothing_is_left_to_forecast_at_the_horizon(population: vs.forecasting.Population, at: float) -> None:
    """From the horizon on the answer is what was seen by then."""
    assert set(population.predict([0.0, 1.0, 2.0, 170.0] if at > 170 else [0.0, 1.0, 2.0], at_hours=at)) == {2.0}


def test_paths_end_at_the_draws(population: vs.forecasting.Population) -> None:
    """Paths rise from what was seen to the draws of ``predict``."""
    from viralsim.forecasting.events import running_curve

    hours = hours_of(posts(), 3, 2.0)
    paths = population.paths(running_curve(hours, 2.0), draws=100)
    assert (np.diff(paths.shares, axis=1) >= -1e-9).all()
    assert (paths.shares[:, 0] == hours.size - 1).all()
    assert np.array_equal(paths.final, population.predict(hours, at_hours=2.0, draws=100))
    assert (paths.hours[0], paths.hours[-1]) == (2.0, 168.0)


def test_a_second_look_is_narrower(population: vs.forecasting.Population) -> None:
    """What is known at 6 h makes the forecast of 1 h sharper, over 20 posts."""
    width = {
        at: np.mean([np.ptp(np.log1p(population.predict(hours_of(posts(), post, at), at))) for post in range(20)])
        for at in (1.0, 6.0, 48.0)
    }
    assert width[48.0] < width[6.0] < width[1.0]


@pytest.mark.parametrize("at", [1.0, 5.0])
def test_calibrated_on_its_own_law(population: vs.forecasting.Population, at: float) -> None:
    """200 new posts of the same law lie in the 80 % interval as often as a wide shock allows, and never much less."""
    events = drawn_events(200, 2)
    draws, true = [], []
    for post in range(200):
        draws.append(population.predict(hours_of(events, post, at), at, draws=300))
        true.append(hours_of(events, post, 168.0).size - 1)
    pits = randomised_pits(np.array(draws), np.array(true, float), np.random.default_rng(0))
    assert 0.74 < np.mean(np.abs(pits - 0.5) <= 0.4) < 0.95
    assert np.mean(np.abs(pits - 0.5) <= 0.475) > 0.9


def test_a_post_beyond_all_past_ones_is_not_scaled_up(population: vs.forecasting.Population) -> None:
    """Where no past post had nearly as many shares, analogues are left out: a slow post's growth is not multiplied."""
    hours = np.r_[0.0, np.linspace(0.01, 1.0, 100_000)]
    assert np.median(population.predict(hours, 1.0)) < 20 * 100_000


def test_followers_move_a_forecast() -> None:
    """Where followers brought shares before, an account with more of them is expected to get more."""
    events = drawn_events(80, 3)
    final = events.groupby("post_id").size() - 1
    noise = np.random.default_rng(4).lognormal(0, 0.5, 80)
    events["followers"] = np.round(50 * final.to_numpy() ** 1.5 * noise)[events.post_id]
    found = vs.forecasting.fit(events)
    assert found.law.follower_slope > 0.2
    few, unknown, many = (np.median(found.predict([0.0], 0.1, followers=f)) for f in (100, None, 100_000))
    assert few < unknown < many


def test_few_or_no_posts_use_the_shipped_law() -> None:
    """With no past post at all there is a forecast, and it is wider than with 60."""
    nothing = vs.forecasting.fit(posts().iloc[:0])
    hours = hours_of(posts(), 3, 1.0)
    assert nothing.corrections == {}
    shipped = nothing.predict(hours, 1.0)
    assert shipped.min() >= hours.size - 1
    assert np.ptp(np.log1p(shipped)) > np.ptp(np.log1p(vs.forecasting.fit(posts()).predict(hours, 1.0)))


def test_a_shorter_horizon_counts_less(population: vs.forecasting.Population) -> None:
    """Shares after the horizon are not part of what is forecast."""
    short = vs.forecasting.fit(posts(), horizon_hours=24)
    hours = hours_of(posts(), 3, 2.0)
    assert np.median(short.predict(hours, 2.0)) <= np.median(population.predict(hours, 2.0))
    assert short.edges[-1] == 24


BAD_EVENTS = {
    "no column 'hours'": pd.DataFrame({"post_id": [1]}),
    "no column 'post_id'": pd.DataFrame({"hours": [0.0]}),
    "has no post_id": pd.DataFrame({"post_id": [1, None], "hours": [0.0, 1.0]}),
    "at 0 hours, got 2": pd.DataFrame({"post_id": [1, 1], "hours": [2.0, 3.0]}),
    "0 or more, got -1": pd.DataFrame({"post_id": [1, 1], "hours": [0.0, -1.0]}),
    "0 or more, got nan": pd.DataFrame({"post_id": [1, 1], "hours": [0.0, np.nan]}),
    "must be numbers": pd.DataFrame({"post_id": [1, 1], "hours": ["0", "soon"]}),
    "followers must be 0 or more": pd.DataFrame({"post_id": [1], "hours": [0.0], "followers": [-5]}),
}


@pytest.mark.parametrize("words", BAD_EVENTS)
def test_bad_events_are_refused(words: str) -> None:
    """One sentence says what is wrong with a table of events."""
    with pytest.raises(vs.InputError, match=words) as refused:
        vs.forecasting.fit(BAD_EVENTS[words])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("horizon", [0, -1, np.nan, np.inf, "7d", True, 1e6])
def test_bad_horizons_are_refused(horizon: object) -> None:
    """A horizon is a number of hours up to a year."""
    with pytest.raises(vs.InputError, match="horizon"):
        vs.forecasting.fit(posts(), horizon_hours=horizon)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words", [{"draws": 0}, {"draws": 2.5}, {"draws": True}, {"seed": -1}, {"seed": "1"}, {"seed": None}]
)
def test_bad_draws_and_seeds_are_refused(population: vs.forecasting.Population, words: dict[str, int]) -> None:
    """Numbers of draws and seeds are whole numbers."""
    with pytest.raises(vs.InputError, match=next(iter(words))):
        population.predict([0.0, 0.5], **words)


@pytest.mark.parametrize("events", [None, [1, 2], {"post_id": [1], "hours": [0.0]}])
def test_only_tables_are_events(events: object) -> None:
    """What is no table is refused by its type."""
    with pytest.raises(vs.InputError, match="must be a table"):
        vs.forecasting.fit(events)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "at", "followers"),
    [
        ([], 1.0, None),
        ([0.5], 1.0, None),
        ([0.0, 2.0], 1.0, None),
        ([0.0, -0.1], 1.0, None),
        ([0.0, np.nan], 1.0, None),
        ([[0.0]], 1.0, None),
        ([0.0], 0.0, None),
        ([0.0], np.nan, None),
        ([0.0], "1h", None),
        ([0.0], 1.0, -1),
        ([0.0], 1.0, np.inf),
        ([0.0], 1.0, "many"),
    ],
)
def test_bad_curves_are_refused(
    population: vs.forecasting.Population, hours: list[float], at: object, followers: object
) -> None:
    """Hours that are no curve, moments that are none and followers that are no count."""
    with pytest.raises(vs.InputError):
        population.predict(hours, at_hours=at, followers=followers)  # type: ignore[arg-type]


def test_what_is_kept_between_posts_changes_no_forecast(population: vs.forecasting.Population) -> None:
    """Tables of past posts are kept by the hour, and dropped when there are many: forecasts are those of a new population."""
    for at in (*np.geomspace(0.5, 40.0, 2 * MOST_KEPT), 1.0, 1.0):
        population.predict([0.0, 0.2, 0.4], at_hours=float(at), draws=20)
    new = replace(population)
    for at in (1.0, 2.5, 40.0):
        asked = population.predict([0.0, 0.2, 0.4], at_hours=at, draws=200, seed=3)
        assert asked.tolist() == new.predict([0.0, 0.2, 0.4], at_hours=at, draws=200, seed=3).tolist()
