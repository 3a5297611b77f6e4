"""Single shares with their times, checked and made curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve, curve_of_events
from viralsim.forecasting.hawkes import Floats
from viralsim.tables import MOST_COUNTED
from viralsim.units import shown

LONGEST_HORIZON = 24 * 366.0
SECOND = 1 / 3600  # hours; whoever watched for less has seen nothing of a curve


def check_horizon(hours: float, name: str = "horizon") -> None:
    """Raises: InputError where ``hours`` is no horizon of a forecast."""
    if not (_is_number(hours) and 0 < hours <= LONGEST_HORIZON):
        raise InputError(f"{name}: must be above 0 and at most {LONGEST_HORIZON:g} hours, got {shown(hours)}")


def check_followers(followers: float | None) -> None:
    """Raises: InputError where ``followers`` is neither a count nor unknown (None)."""
    if followers is not None and not (_is_number(followers) and 0 <= followers < np.inf):
        raise InputError(f"followers: must be 0 or more, or left out, got {shown(followers)}")


def check_draws(draws: int, seed: int) -> None:
    """Raises: InputError where ``draws`` is no number of draws or ``seed`` is no seed."""
    for name, value, least, most in (("draws", draws, 1, 10_000_000), ("seed", seed, 0, 2**63 - 1)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            raise InputError(f"{name}: must be a whole number from {least} to {most}, got {shown(value)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _times(values: ArrayLike, what: str) -> Floats:
    """float64[.] of finite hours from 0 on."""
    try:
        hours = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what}: hours must be numbers, 0 for the post itself") from None
    if hours.ndim != 1 or not hours.size:
        raise InputError(f"{what}: empty; give the hours of the post itself (0) and of its shares")
    wrong = hours[~(np.isfinite(hours) & (hours >= 0))]
    if wrong.size:
        raise InputError(f"{what}: hours must be finite and 0 or more, got {wrong[0]:g}")
    if hours[0] != 0:
        raise InputError(f"{what}: the first row is the post itself, at 0 hours, got {hours[0]:g}")
    return hours


def _check_at(at_hours: float) -> None:
    if not (_is_number(at_hours) and SECOND <= at_hours < np.inf):
        raise InputError(f"at_hours: must be a number of hours above 0, a second or more, got {shown(at_hours)}")


def running_curve(hours: ArrayLike, at_hours: float) -> Curve:
    """The curve of a post that is watched until ``at_hours``; ``hours`` begin with the post itself.

    Raises: InputError where the hours are not such, or one is later than ``at_hours``.
    """
    _check_at(at_hours)
    times = _times(hours, "hours")
    if times.max() > at_hours:
        raise InputError(f"hours: {times.max():g} is after at_hours ({at_hours:g}): leave out what is not known yet")
    return curve_of_events(np.sort(times[1:]), float(at_hours))


def observed_curve(hours: ArrayLike, shares: ArrayLike | None, at_hours: float) -> Curve:
    """The curve of single shares (``running_curve``), or where ``shares`` are given of a counter read at ``hours``.

    Raises: InputError where these are no readings of a counter by ``at_hours``.
    """
    if shares is None:
        return running_curve(hours, at_hours)
    _check_at(at_hours)
    times, counts = _numbers(hours, "hours"), _numbers(shares, "shares")
    if times.size != counts.size:
        raise InputError(f"shares: must be one for each of {times.size} hours, got {counts.size}")
    for name, wrong in (("hours", np.diff(times) <= 0), ("shares", np.diff(counts) < 0)):
        if wrong.any():
            at = int(np.argmax(wrong))
            values = times if name == "hours" else counts
            raise InputError(f"{name}: must ascend, got {values[at]:g} and then {values[at + 1]:g}")
    if times[-1] > at_hours:
        raise InputError(f"hours: {times[-1]:g} is after at_hours ({at_hours:g}): leave out what is not known yet")
    if counts[-1] > MOST_COUNTED:
        raise InputError(f"shares: must be at most {MOST_COUNTED:g}, got {counts[-1]:g}")
    if np.any(counts != np.round(counts)):
        raise InputError(f"shares: must be whole numbers, got {counts[counts != np.round(counts)][0]:g}")
    if times[-1] <= 0 or (times[0] == 0 and counts[0] > 0):
        raise InputError("hours, shares: a counter is 0 at hour 0 and is read later: give such readings")
    return Curve(times, counts, float(times[-1]), False)


def _numbers(values: ArrayLike, name: str) -> Floats:
    """float64[.] of finite numbers from 0 on, one at least."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: must be numbers, got {shown(values)}") from None
    if found.ndim != 1 or not found.size or not np.all(np.isfinite(found) & (found >= 0)):
        raise InputError(f"{name}: must be one or more finite numbers of 0 or more, got {shown(values)}")
    return found


def past_curves(events: pd.DataFrame, horizon_hours: float) -> tuple[tuple[Curve, ...], Floats]:
    """(curves, followers float64[posts], NaN where unknown) of past posts, in the order of their first rows.

    Raises: InputError that names the post where a value is wrong.
    """
    check_horizon(horizon_hours, "horizon_hours")
    if not isinstance(events, pd.DataFrame):
        raise InputError(f"events: must be a table (pandas DataFrame), got {type(events).__name__}")
    for column in ("post_id", "hours"):
        if column not in events:
            raise InputError(f"events: no column {column!r}; give post_id, hours and, where known, followers")
    if events["post_id"].isna().any():
        raise InputError("events: a row has no post_id")
    curves, followers = [], []
    for post, rows in events.groupby("post_id", sort=False):
        times = _times(rows["hours"].to_numpy(), f"events: post {shown(post)}")
        curves.append(curve_of_events(np.sort(times[1:]), float(horizon_hours)))
        own = rows["followers"].iloc[0] if "followers" in rows else None
        followers.append(_followers_of(own, post))
    return tuple(curves), np.array(followers, np.float64)


def _followers_of(value: object, post: object) -> float:
    if value is None or value is pd.NA or value != value:
        return np.nan
    if not isinstance(value, int | float | np.integer | np.floating) or not 0 <= float(value) < np.inf:
        raise InputError(f"events: post {shown(post)}: followers must be 0 or more, got {shown(value)}")
    return float(value)
