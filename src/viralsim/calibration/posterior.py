"""A sample of the posterior by Metropolis-Hastings, with the diagnostics that decide whether it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from viralsim.calibration.model import Model
from viralsim.calibration.observed import Floats
from viralsim.errors import ViralsimError

CHAINS, STEPS, WARM_UP = 4, 500, 50
LOWEST_ESS, HIGHEST_RHAT = 200.0, 1.01
TAIL_DF = 5.0  # of the proposal, a Student t around the mode
WIDER = 1.15  # than the curvature at the mode says
MOST_TRIES = 4


class NotConvergedError(ViralsimError):
    """The chains do not agree: nothing may be said from them."""


@dataclass(frozen=True)
class Posterior:
    """A sample of the posterior: draws float64[chains, steps, parameters] of ``names``, with its diagnostics."""

    names: tuple[str, ...]
    draws: Floats
    ess: Floats  # effective sample size per parameter
    rhat: Floats  # split R-hat per parameter

    @property
    def flat(self) -> Floats:
        """float64[draws, parameters]."""
        return self.draws.reshape(-1, len(self.names))

    def table(self) -> pd.DataFrame:
        """One row per draw, one column per parameter; standard deviations and correlation on their own scale."""
        columns: dict[str, Floats] = {}
        for name, values in zip(self.names, self.flat.T, strict=True):
            if name.startswith("log_sd_"):
                columns[name.removeprefix("log_")] = np.exp(values)
            elif name == "atanh_correlation":
                columns["correlation"] = np.tanh(values)
            else:
                columns[name] = values
        return pd.DataFrame(columns)


def sample(model: Model, seed: int | Sequence[int] = 1, steps: int = STEPS) -> Posterior:
    """Draws of the posterior: four chains that propose from a Student t at the mode, and step at random every third time.

    Raises: NotConvergedError where effective sample size stays below 200 or split R-hat above 1.01.
    """
    generator = np.random.default_rng(seed)
    mode = model.mode()
    spread = model.curvature(mode)
    for attempt in range(MOST_TRIES):
        factor: Floats = np.asarray(np.linalg.cholesky(spread), np.float64)
        chains = np.array([_chain(model, mode, factor, steps << attempt, generator) for _ in range(CHAINS)])
        ess, rhat = diagnostics(chains)
        if ess.min() >= LOWEST_ESS and rhat.max() <= HIGHEST_RHAT:
            return Posterior(model.names, chains, ess, rhat)
        flat = chains.reshape(-1, len(mode))
        mode, spread = flat.mean(0), np.asarray(np.cov(flat.T), np.float64)
    raise NotConvergedError(
        f"the chains do not agree (effective sample {ess.min():.0f}, split R-hat {rhat.max():.3f}): give more posts"
    )


def _chain(model: Model, centre: Floats, factor: Floats, steps: int, generator: np.random.Generator) -> Floats:
    """float64[steps, parameters] of one Metropolis-Hastings chain."""
    size = len(centre)
    wide = WIDER * factor
    back = np.linalg.inv(wide)

    def log_proposal(point: Floats) -> float:
        return float(-0.5 * (TAIL_DF + size) * np.log1p(((back @ (point - centre)) ** 2).sum() / TAIL_DF))

    point = centre + factor @ generator.standard_normal(size)
    now, proposed_now = model.log_posterior(point), log_proposal(point)
    kept = np.empty((steps, size))
    for step in range(-WARM_UP, steps):
        normal = generator.standard_normal(size)
        if step % 3:
            other = centre + wide @ normal / np.sqrt(generator.chisquare(TAIL_DF) / TAIL_DF)
            log_other = log_proposal(other)
            back_and_forth = proposed_now - log_other
        else:
            other = point + (2.38 / np.sqrt(size)) * (factor @ normal)
            log_other, back_and_forth = log_proposal(other), 0.0
        then = model.log_posterior(other)
        if np.log(generator.random()) < then - now + back_and_forth:
            point, now, proposed_now = other, then, log_other
        if step >= 0:
            kept[step] = point
    return kept


def diagnostics(chains: Floats) -> tuple[Floats, Floats]:
    """(effective sample size, split R-hat) of chains [chains, steps, parameters] (Gelman et al. 2013, section 11.4)."""
    half = chains.shape[1] // 2
    split = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within = split.var(1, ddof=1).mean(0)
    between = half * split.mean(1).var(0, ddof=1)
    pooled = (half - 1) / half * within + between / half
    rhat = np.sqrt(pooled / within)
    centred = split - split.mean(1, keepdims=True)
    size = 1 << (2 * half - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    covariance = np.fft.irfft(power, size, axis=1)[:, :half].mean(0) / half
    correlation = 1.0 - (within - covariance * half / (half - 1)) / pooled
    pair = correlation[0 : half // 2 * 2 : 2] + correlation[1 : half // 2 * 2 : 2]
    positive = np.cumprod(pair > 0, axis=0)
    time = -1.0 + 2.0 * (np.minimum.accumulate(pair, axis=0) * positive).sum(0)
    draws = split.shape[0] * half
    return np.minimum(draws / np.maximum(time, 1e-3), 3.0 * draws), rhat
