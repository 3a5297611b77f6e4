"""A sample of the posterior by Metropolis-Hastings, with the diagnostics that decide whether it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim.calibration.model import Model
from viralsim.calibration.observed import Floats
from viralsim.errors import InputError

CHAINS, STEPS, WARM_UP = 4, 500, 50
LOWEST_ESS, HIGHEST_RHAT = 200.0, 1.01
TAIL_DF = 5.0  # of the proposal, a Student t around the mode
WIDER = 1.15  # than the curvature at the mode says
MOST_TRIES = 4


class NotConvergedError(InputError):
    """The chains do not agree: nothing may be said from them."""


@dataclass(frozen=True)
class Posterior:
    """A sample of the posterior: draws float64[chains, steps, parameters] of ``names``; ess, rhat: float64[parameters]."""

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
    """Draws of the posterior: four independence Metropolis-Hastings chains that propose from a Student t at the mode.

    model: what is learnt. steps: draws of each chain. seed: of the proposals. All proposals of an attempt are computed at once.
    Where the chains do not pass, they go on to twice their length; from then on they begin again with their own mean and
    covariance as the proposal, and twice as long.

    Raises: NotConvergedError where effective sample size stays below 200 or split R-hat above 1.01.
    """
    generator = np.random.default_rng(seed)
    centre = model.mode()
    spread = model.curvature(centre)
    proposed, log_weight = np.empty((CHAINS, 0, len(centre))), np.empty((CHAINS, 0))
    chains = proposed
    for attempt in range(MOST_TRIES):
        if attempt > 1:
            flat = chains.reshape(-1, len(centre))
            centre, spread = flat.mean(0), np.asarray(np.cov(flat.T), np.float64)
            proposed, log_weight = proposed[:, :0], log_weight[:, :0]
        further = _propose(model, centre, spread, (steps << attempt) + WARM_UP - proposed.shape[1], generator)
        proposed = np.concatenate([proposed, further[0]], axis=1)
        log_weight = np.concatenate([log_weight, further[1]], axis=1)
        kept = _accepted(log_weight, generator)[:, WARM_UP:]
        chains = np.take_along_axis(proposed, kept[:, :, None], axis=1)
        ess, rhat = diagnostics(chains)
        if ess.min() >= LOWEST_ESS and rhat.max() <= HIGHEST_RHAT:
            return Posterior(model.names, chains, ess, rhat)
    raise NotConvergedError(
        f"past: the chains do not agree on these posts (effective sample {ess.min():.0f}, split R-hat {rhat.max():.3f}): "
        "look for posts that are all alike, or give more"
    )


def _propose(
    model: Model, centre: Floats, spread: Floats, steps: int, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """(proposals float64[chains, steps, parameters], log of posterior over proposal density, [chains, steps])."""
    size = len(centre)
    normal = generator.standard_normal((CHAINS * steps, size))
    scale = np.sqrt(TAIL_DF / generator.chisquare(TAIL_DF, (CHAINS * steps, 1)))
    proposed = centre + WIDER * scale * (normal @ np.linalg.cholesky(spread).T)
    log_proposal = -0.5 * (TAIL_DF + size) * np.log1p((normal**2).sum(1) * scale[:, 0] ** 2 / TAIL_DF)
    log_weight = model.log_posterior(proposed) - log_proposal
    return proposed.reshape(CHAINS, steps, size), np.asarray(log_weight.reshape(CHAINS, steps))


def _accepted(log_weight: Floats, generator: np.random.Generator) -> NDArray[np.int64]:
    """Which proposal each chain is at after each step, int64[chains, steps]."""
    log_uniform = np.log(generator.random(log_weight.shape))
    kept = np.zeros(log_weight.shape, np.int64)
    for chain in range(CHAINS):
        now = 0
        for step in range(log_weight.shape[1]):
            if log_uniform[chain, step] < log_weight[chain, step] - log_weight[chain, now]:
                now = step
            kept[chain, step] = now
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
