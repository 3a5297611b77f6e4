"""Draws that are spread evenly, so that an answer hangs less on their seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.calibration.observed import Floats

LOWEST = 1e-12  # uniforms stay this far from 0 and 1, where quantiles are infinite


def even_uniforms(dimensions: int, draws: int, generator: np.random.Generator) -> Floats:
    """float64[dimensions, draws] in (0, 1): a Latin hypercube, one in each of ``draws`` parts of a side (McKay et al. 1979)."""
    # scipy.stats.qmc copies the generator at each call, which costs more than the draws
    parts = generator.permuted(np.tile(np.arange(draws), (dimensions, 1)), axis=1)
    return np.asarray(np.clip((parts + generator.random(parts.shape)) / draws, LOWEST, 1.0 - LOWEST), np.float64)


def even_counts(weights: Floats, draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """int64[weights] that add up to ``draws``: each weight times ``draws``, rounded up or down at random without bias.

    weights: add up to 1. This is systematic sampling (Madow and Madow 1944).
    """
    edges = np.minimum(np.floor(np.cumsum(weights) * draws + generator.random()), draws).astype(np.int64)
    edges[-1] = draws
    return np.diff(edges, prepend=0)
