"""Past posts, and what they say about a running one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from viralsim.forecasting.analogues import MOMENTS, comparable
from viralsim.forecasting.curve import Curve, counts_between, edges_of, edges_until, with_edge
from viralsim.forecasting.draws import at_moments, futures_of_past, growth_by_analogues, growth_by_law
from viralsim.forecasting.events import check_draws, check_followers, past_curves, running_curve
from viralsim.forecasting.hawkes import Floats, Nodes
from viralsim.forecasting.local_line import LocalLine, fit_local_line
from viralsim.forecasting.loglinear import LogLinear, fit_log_linear, line_futures_of_past
from viralsim.forecasting.post_law import LawOnBins, PostLaw, fit_law, nodes_of, on_bins, spread_of
from viralsim.forecasting.recalibration import (
    Correction,
    between,
    fit_map,
    fit_shock,
    mapped_ranks,
    mixed,
    mixture_weights,
    parts_of,
    randomised_pits,
    shocked,
    whole_number,
)

CORRECTED_HOURS = (0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0)
MOST_CORRECTED = 300  # past posts that corrections are fitted to
CORRECTION_DRAWS = 120
MOST_KEPT = 32  # hours, and sets of bins, whose tables are kept
FEWEST_PAST = 20  # below, forecasts rest on the shipped prior


class PastAt(NamedTuple):
    """Past posts at one hour."""

    moments: Floats  # [posts, MOMENTS] shares by then, and by the earlier moments that posts are compared by
    line: LogLinear | None  # the log-linear regression from there
    local: LocalLine | None  # the regression among the nearest, where past posts are many

    def finals(self, curve: Curve, seen: float, draws: int, seed: int) -> Floats:
        """float64[draws]: final counts by the regression; ``seen`` where there is none."""
        if self.local is not None:
            return self.local.finals(curve, draws, np.random.default_rng([seed, 4]))
        return np.full(draws, seen) if self.line is None else self.line.draws(seen, draws, seed)


@dataclass(frozen=True)
class Paths:
    """Draws of a running post from now to the horizon."""

    hours: Floats  # [points]; the first is now, the last the horizon
    shares: Floats  # [draws, points] cumulative

    @property
    def final(self) -> Floats:
        """float64[draws]: shares at the horizon."""
        return self.shares[:, -1]


@dataclass(frozen=True)
class Population:
    """Past posts: the law that ``fit`` found, their curves in the order of time, and how forecasts of theirs went."""

    horizon_hours: float
    edges: Floats  # hours; of the bins of past curves
    curves: tuple[Curve, ...]
    followers: Floats  # [posts]; NaN where they are unknown
    law: PostLaw
    corrections: dict[float, Correction] = field(default_factory=dict)  # by hours so far

    @property
    def posts(self) -> int:
        """How many past posts there are."""
        return len(self.curves)

    def predict(
        self, hours: ArrayLike, at_hours: float = 1.0, followers: float | None = None, draws: int = 1000, seed: int = 1
    ) -> Floats:
        """float64[draws]: shares at the horizon, the post itself not counted.

        ``hours``: times of the post itself (0, the first entry) and of its shares, none after ``at_hours``.

        Raises: InputError where the hours are no such times.
        """
        curve = running_curve(hours, at_hours)
        return self.paths(curve, followers, draws, seed).final

    def paths(self, curve: Curve, followers: float | None = None, draws: int = 1000, seed: int = 1) -> Paths:
        """Draws of a post that ``curve`` shows until ``curve.observed_until``."""
        check_followers(followers)
        check_draws(draws, seed)
        at = curve.observed_until
        seen = float(curve.at(np.array(min(at, self.horizon_hours))))
        if at >= self.horizon_hours * (1 - 1e-9):
            return Paths(np.array([self.horizon_hours]), np.full((draws, 1), seen))
        generator = np.random.default_rng([seed, 0])
        correction = between(self.corrections, at)
        edges, seen_bins = edges_of(curve, self.edges)
        ahead = edges[seen_bins:]
        past = self.past_at(at)
        whose = parts_of(draws, self._weights(correction, past.moments[:, 0], seen))
        by_law, similar, by_line = (whose == part for part in range(3))
        growth = np.zeros((draws, ahead.size - 1))
        if similar.any():
            number = int(similar.sum())
            growth[similar] = growth_by_analogues(self.curves, curve, ahead, number, generator, past.moments)
        if not similar.all():
            counts, nodes = counts_between(curve, edges), self._nodes(followers)
            law = self._law_on(edges)
            growth[~similar] = growth_by_law(law, counts, seen_bins, nodes, int((~similar).sum()), generator)
        to_come = growth.sum(1)
        corrected = to_come.copy()
        centre = correction.shock.centres(np.array(seen))
        corrected[by_law] = shocked(to_come[by_law], centre, correction.shock.scale, generator)
        if by_line.any():  # the law lends them the shape of their way
            corrected[by_line] = past.finals(curve, seen, int(by_line.sum()), seed) - seen
        corrected = whole_number(corrected, generator)
        paths = np.cumsum(growth * (corrected / np.maximum(to_come, 1e-300))[:, None], axis=1)
        paths[:, -1] = corrected
        order = np.argsort(corrected, kind="stable")[mapped_ranks(draws, correction.map_a, correction.map_b)]
        order = generator.permutation(order)
        return Paths(ahead, seen + np.c_[np.zeros(draws), paths[order]])

    @cached_property
    def _kept(self) -> dict[float, PastAt]:
        return {}

    def past_at(self, at: float) -> PastAt:
        """What past posts had at ``at`` hours; kept, since many posts are asked about at one hour."""
        if at not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            moments = at_moments(self.curves, at).reshape(self.posts, len(MOMENTS))
            about = (self.curves, at, self.horizon_hours)
            self._kept[at] = PastAt(moments, fit_log_linear(*about), fit_local_line(*about))
        return self._kept[at]

    @cached_property
    def _laws(self) -> dict[bytes, LawOnBins]:
        return {}

    def _law_on(self, edges: Floats) -> LawOnBins:
        """The law on the bins between ``edges``; kept as well."""
        key = edges.tobytes()
        if key not in self._laws:
            if len(self._laws) >= MOST_KEPT:
                self._laws.clear()
            self._laws[key] = on_bins(self.law, edges)
        return self._laws[key]

    def _weights(self, correction: Correction, then: Floats, seen: float) -> Floats:
        """float64[3] of the law, the analogues and the line; the law's alone where past posts were far from ``seen``."""
        if not comparable(then, seen):
            return np.array([1.0, 0.0, 0.0])
        others = np.array([correction.analogues, correction.line])
        return np.asarray(np.r_[1.0 - others.sum(), others], np.float64)

    def _nodes(self, followers: float | None) -> Nodes:
        logs = np.log1p(self.followers)
        known = ~np.isnan(logs)
        if not known.any():
            return nodes_of(self.law, 0.0, 0.0)
        own = np.nan if followers is None else float(np.log1p(followers) - logs[known].mean())
        return nodes_of(self.law, own, spread_of(logs))

    def corrected(self, seed: int) -> Population:
        """This population with corrections; unchanged where there are fewer than FEWEST_PAST posts."""
        if self.posts < FEWEST_PAST:
            return self
        hours = [h for h in CORRECTED_HOURS if h < self.horizon_hours * 0.75]
        return replace(self, corrections={h: self._correction_at(h, seed) for h in hours})

    def _correction_at(self, at: float, seed: int) -> Correction:
        """The correction that forecasts of past posts at ``at`` hours needed."""
        generator = np.random.default_rng([seed, 1])
        chosen = np.unique(np.linspace(0, self.posts - 1, min(self.posts, MOST_CORRECTED)).round().astype(np.int64))
        edges, seen_bins = with_edge(self.edges, at)
        law = on_bins(self.law, edges)
        true, by_law = np.empty(chosen.size), np.empty((chosen.size, CORRECTION_DRAWS))
        for i, row in enumerate(chosen):
            counts = counts_between(self.curves[row], edges)
            nodes = self._nodes(None if np.isnan(self.followers[row]) else float(self.followers[row]))
            true[i] = counts[seen_bins:].sum()
            by_law[i] = growth_by_law(law, counts, seen_bins, nodes, CORRECTION_DRAWS, generator).sum(1)
        seen = np.array([float(self.curves[row].at(np.array(at))) for row in chosen])
        shock = fit_shock(by_law, true, seen)
        parts = [
            shocked(by_law, shock.centres(seen)[:, None], shock.scale, generator),
            futures_of_past(self.curves, at, self.horizon_hours, chosen, generator),
        ]
        draws = (CORRECTION_DRAWS, generator)
        line = fit_log_linear(self.curves, at, self.horizon_hours)
        local = fit_local_line(self.curves, at, self.horizon_hours)
        if local is not None:
            parts.append(local.futures_of_past(chosen, *draws))
        elif line is not None:
            parts.append(line_futures_of_past(line, self.curves, at, self.horizon_hours, *draws)[chosen])
        weights = mixture_weights(parts, true)
        pits = randomised_pits(whole_number(mixed(parts, weights, generator), generator), true, generator)
        return Correction(shock, float(weights[1]), float(weights[2:].sum()), *fit_map(pits))


def fit_curves(
    curves: tuple[Curve, ...], followers: Floats, horizon_hours: float, edges: Floats, seed: int
) -> Population:
    """The population of past ``curves`` in the order of time; ``edges`` (hours) bound the bins that they are counted in."""
    logs = np.log1p(followers)
    known = ~np.isnan(logs)
    logs = logs - logs[known].mean() if known.any() else np.zeros(len(curves))
    counts = np.array([counts_between(curve, edges) for curve in curves]).reshape(len(curves), edges.size - 1)
    return Population(horizon_hours, edges, curves, followers, fit_law(edges, counts, logs)).corrected(seed)


def fit(events: pd.DataFrame, horizon_hours: float = 168, seed: int = 1) -> Population:
    """The population of past posts in ``events``, all watched until ``horizon_hours``.

    ``events`` has columns ``post_id``, ``hours`` and optionally ``followers``: one row for every post itself (the first of its
    rows, at 0 hours, with the followers of its author) and for every share of it. Posts are taken in their order as the order
    of time; shares after the horizon are left out. With fewer than 20 posts forecasts rest on a shipped prior.
    seed: of what is drawn in the fit. After the forecasts of Zhao et al. (2015) and Kobayashi and Lambiotte (2016), which see a
    post alone.

    Raises: InputError where a column is missing or a value is none of these.
    """
    check_draws(1, seed)
    curves, followers = past_curves(events, horizon_hours)
    return fit_curves(curves, followers, float(horizon_hours), edges_until(float(horizon_hours)), seed)
