"""A population from files of past curves: which of them can be used, and in which bins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve, curve_of_events, edges_until, read_near, thinned
from viralsim.forecasting.curve_files import PostCurve
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.population import FEWEST_PAST, Population, fit_curves
from viralsim.units import counted

DECIMALS = 4  # of an hour: readings nearer than that are at one time
FEWEST_READINGS = 3
NEARLY_ALL = 0.8  # the part of past posts that has to be read near an hour


def population_of(past: Sequence[PostCurve], horizon: float, seed: int = 1) -> tuple[Population, list[str]]:
    """(population, notes) of past curves in the order of time; the shipped prior alone where there are none.

    Raises: InputError where no curve reaches the horizon, none has a share, or the readings are at too different hours.
    """
    notes = []
    unsaid = [post for post in past if post.curve.exact and not post.end_given]
    if unsaid:
        notes.append(
            f"{counted(len(unsaid), 'past post')} taken as watched until the horizon: no observed_until says otherwise"
        )
    whole = [post for post in past if post in unsaid or post.curve.observed_until >= horizon * (1 - 1e-9)]
    if past and not whole:
        longest = max(post.curve.observed_until for post in past)
        raise InputError(
            f"{past[0].place}: no past post was watched until the horizon of {horizon:g} h, the longest until {longest:g} h: "
            "say a shorter --horizon"
        )
    if len(whole) < len(past):
        notes.append(
            f"{counted(len(past) - len(whole), 'past post')} left out: watched for less than the horizon of {horizon:g} h"
        )
    curves = tuple(_within(post.curve, horizon) for post in whole)
    if curves and not any(float(curve.at(np.array(horizon))) > 0 for curve in curves):
        raise InputError(f"{past[0].place}: no past post has a share: nothing can be learnt from them")
    if len(curves) < FEWEST_PAST:
        said = counted(len(curves), "past post") if curves else "no past posts"
        notes.append(f"{said}: ranges are mostly the shipped prior (from 20 on they are the posts')")
    followers = np.array([post.followers for post in whole], np.float64)
    edges, more = _edges(curves, horizon, past[0].place if past else "")
    notes += more
    return fit_curves(curves, followers, horizon, edges, seed), notes


def _within(curve: Curve, horizon: float) -> Curve:
    return curve_of_events(curve.hours, horizon) if curve.exact else curve._replace(observed_until=horizon)


def _edges(curves: Sequence[Curve], horizon: float, place: str) -> tuple[Floats, list[str]]:
    """(edges, notes): standard ones; where curves are readings of a counter, hours that all, or nearly all, were read at."""
    counters = [curve for curve in curves if not curve.exact]
    if not counters:
        return edges_until(horizon), []
    common: Floats = reduce(np.intersect1d, [np.round(curve.hours, DECIMALS) for curve in counters])
    common = common[(common > 0) & (common < horizon * (1 - 1e-6))]
    if common.size >= FEWEST_READINGS:
        return np.asarray(np.r_[0.0, thinned(common), horizon], np.float64), []
    standard = edges_until(horizon)[1:-1]
    near = np.mean([read_near(curve, standard) for curve in counters], axis=0)
    edges = standard[near >= NEARLY_ALL]
    if edges.size < FEWEST_READINGS:
        raise InputError(
            f"{place}: past posts have {counted(int(common.size), 'hour')} before the horizon at which all of them were read, and "
            f"{FEWEST_READINGS} are needed: add readings of each post, such as at 1, 6 and 24 h"
        )
    said = "past posts were read at different hours: between two readings shares are taken as spread evenly"
    return np.asarray(np.r_[0.0, edges, horizon], np.float64), [said]
