"""A population from files of past curves: which of them can be used, and in which bins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve, curve_of_events, edges_until, thinned
from viralsim.forecasting.curve_files import PostCurve
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.population import FEWEST_PAST, Population, fit_curves

DECIMALS = 4  # of an hour: readings nearer than that are at one time
FEWEST_READINGS = 3


def population_of(past: Sequence[PostCurve], horizon: float, seed: int = 1) -> tuple[Population, list[str]]:
    """(population, notes) of past curves in the order of time; the shipped prior alone where there are none.

    Raises: InputError where no curve reaches the horizon, none has a share, or the readings are at too different hours.
    """
    notes = []
    unsaid = [post for post in past if post.curve.exact and not post.end_given]
    if unsaid:
        notes.append(
            f"{len(unsaid)} past posts are taken as watched until the horizon: no observed_until says otherwise"
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
            f"{len(past) - len(whole)} past posts left out: watched for less than the horizon of {horizon:g} h"
        )
    curves = tuple(_within(post.curve, horizon) for post in whole)
    if curves and not any(float(curve.at(np.array(horizon))) > 0 for curve in curves):
        raise InputError(f"{past[0].place}: no past post has a share: nothing can be learnt from them")
    if len(curves) < FEWEST_PAST:
        said = f"{len(curves)} past posts" if curves else "no past posts"
        notes.append(f"{said}: ranges are mostly the shipped prior (from 20 on they are the posts')")
    followers = np.array([post.followers for post in whole], np.float64)
    edges = _edges(curves, horizon, past[0].place if past else "")
    return fit_curves(curves, followers, horizon, edges, seed), notes


def _within(curve: Curve, horizon: float) -> Curve:
    return curve_of_events(curve.hours, horizon) if curve.exact else curve._replace(observed_until=horizon)


def _edges(curves: Sequence[Curve], horizon: float, place: str) -> Floats:
    """Standard edges; where curves are readings of a counter, hours that all of them were read at."""
    counters = [np.round(curve.hours, DECIMALS) for curve in curves if not curve.exact]
    if not counters:
        return edges_until(horizon)
    common: Floats = reduce(np.intersect1d, counters)
    common = common[(common > 0) & (common < horizon * (1 - 1e-6))]
    if common.size < FEWEST_READINGS:
        raise InputError(
            f"{place}: past posts were read at {common.size} common hours before the horizon; "
            f"read all of them at the same {FEWEST_READINGS} hours at least, such as 1, 6 and 24"
        )
    return np.asarray(np.r_[0.0, thinned(common), horizon], np.float64)
