"""Forecasts of real cascades beside a log-linear regression; the data lie beside the repository."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from population.real_data import real_file

from viralsim.forecasting.curve import Curve, curve_of_events, edges_until
from viralsim.forecasting.loglinear import fit_log_linear
from viralsim.forecasting.population import Population, fit_curves
from viralsim.forecasting.scores import scores

PAST, JUDGED = 150, 200


@pytest.fixture(scope="module")
def cascades() -> list[Curve]:
    """Twitter cascades in the order of time."""
    order = pd.read_csv(real_file("twitter15-trees/cascades.tsv.gz"), sep="\t").sort_values("source")["cascade"]
    nodes = pd.concat([pd.read_csv(real_file(f"twitter15-trees/trees-{i}.tsv.gz"), sep="\t") for i in (1, 2)])
    shares = nodes[(nodes["node"] > 0) & (nodes["delay"] >= 0)].sort_values("delay").groupby("cascade")["delay"]
    return [curve_of_events(shares.get_group(cascade).to_numpy() / 60, 168.0) for cascade in order]


@pytest.fixture(scope="module")
def population(cascades: list[Curve]) -> Population:
    """Every sixth of the first 60 %, 149 in all."""
    past = tuple(cascades[: int(0.6 * len(cascades)) : 6])
    return fit_curves(past, np.full(len(past), np.nan), 168.0, edges_until(168.0), 1)


@pytest.mark.slow
@pytest.mark.parametrize("at", [1.0, 6.0])
def test_sharper_than_a_line_and_calibrated(cascades: list[Curve], population: Population, at: float) -> None:
    """CRPS below that of a log-linear regression on the same past posts, and 80 % intervals that hold 70 to 92 %."""
    judged = [curve._replace(observed_until=at) for curve in cascades[-JUDGED:]]
    final = np.array([float(curve.at(np.array(168.0))) for curve in judged])
    line = fit_log_linear(population.curves, at, 168.0)
    assert line is not None
    ours = scores(np.array([population.paths(curve, draws=300).final for curve in judged]), final)
    theirs = scores(np.array([line.draws(float(curve.at(np.array(at))), 300) for curve in judged]), final)
    assert ours["crps"] < 0.95 * theirs["crps"]
    assert 0.70 <= ours["held_80"] <= 0.92
    assert ours["held_95"] >= 0.88
