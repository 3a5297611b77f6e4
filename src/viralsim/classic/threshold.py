"""Linear threshold and complex contagion: what others have done adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import (
    array_of,
    flag,
    integer_at_least,
    is_single,
    is_whole,
    number,
    numbers,
    refuse,
)
from viralsim.classic.arguments import Luck, Worlds, start_of, tick_count
from viralsim.classic.cascade import Scratch, visit_scratch
from viralsim.classic.process import Process
from viralsim.errors import NetworkError
from viralsim.parallel import run_blocks
from viralsim.population.network.edge_values import STORED, TIE_STRENGTH, UNIFORM, edge_values, stored_values
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.classic.trace_kernels import Trace

MOST_NEEDED = 2**31 - 1
SLACK = 1e-9  # 0.1 * 30 is 3, whatever the last bit says
ROUNDING = 1e-5  # in-sums of float32 weights may exceed 1 by this much
Windows = NDArray[np.uint32]
Contagion = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]


def linear_threshold(
    network: Network,
    seeds: ArrayLike,
    weights: str | ArrayLike = UNIFORM,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Final sizes of the linear threshold model (Kempe, Kleinberg, Tardos, KDD 2003), seeds included: int64[worlds].

    A member becomes active when the weights of the active members whom they follow add up to their threshold. Thresholds are
    uniform on [0, 1] and drawn again in every world. weights: "uniform", 1 / (number of members whom they follow); one number
    per edge in the order given to ``Network.from_edges``, with a sum of at most 1 into each member; or "influence_weight" or
    "tie_strength", the network's own. seeds, worlds, seed, threads: as in ``independent_cascade``.

    With ``adoption_tick`` returns when each member became active, int32[worlds, N]: seeds at tick 0, -1 never. Ticks are
    synchronous: in each tick, members become active if the state before it reaches their threshold.

    Raises InputError for arguments out of range, NetworkError for weights that do not fit.
    """
    flag(adoption_tick, "adoption_tick")
    return threshold_process(network, seeds, weights, worlds, seed, threads).answer(adoption_tick)


def threshold_process(
    network: Network,
    seeds: ArrayLike,
    weights: str | ArrayLike = UNIFORM,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Process:
    """``linear_threshold`` with its arguments checked."""
    network, luck, rows, workers = start_of(network, seeds, worlds, seed, threads)
    from viralsim.classic import threshold_kernels as kernels

    windows = _windows(network, weights)

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        sizes = np.zeros(len(luck[1]), dtype=np.int64)

        def work(first: int, last: int, scratch: Scratch) -> None:
            kernels.linear_threshold_worlds(network.indptr, windows, rows, luck, first, last, scratch, sizes, trace)

        run_blocks(work, lambda: visit_scratch(network.members), len(sizes), workers)
        return sizes

    return Process(network.members, rows, luck, run)


def _windows(network: Network, weights: str | ArrayLike) -> Windows:
    """For each edge the window of its target's number in which the target keeps it."""
    from viralsim.classic import threshold_kernels as kernels

    windows: Windows
    if isinstance(weights, str):
        if weights == UNIFORM:
            windows = kernels.choose_evenly(network.followers, network.following_count())
            return windows
        if weights not in (STORED, TIE_STRENGTH):
            raise refuse("weights", f'"{UNIFORM}", "{STORED}", "{TIE_STRENGTH}" or one number per edge', weights)
        rows = stored_values(network, weights)
    else:
        rows = edge_values(network, weights, "weights")
    sums = np.bincount(network.followers, weights=rows, minlength=network.members)
    if sums.max(initial=0) > 1 + ROUNDING:
        v = int(sums.argmax())
        raise NetworkError(
            f"weights into member {v} sum to {sums[v]:.6g}, at most 1 is allowed; "
            "divide the weights into each member by their sum"
        )
    windows = kernels.choose_by_weight(network.followers, rows, network.members)
    return windows


def complex_contagion(
    network: Network,
    seeds: ArrayLike,
    threshold: float | ArrayLike | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    ticks: int | None = None,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Final sizes where several adopters are needed to convince (Granovetter 1978; Watts 2002; Centola, Macy 2007).

    threshold: a whole number counts adopters among those whom a member follows. A float in [0, 1] is the fraction of them
    who must have adopted (at least one adopter is needed). "uniform" draws the fraction for each member and world. With one
    value per member, all whole numbers or all floats, members have their own thresholds; a member with 0 needs nobody and
    adopts in tick 1. Adoption is in synchronous ticks, seeds at tick 0. ticks: the last tick; None runs until nothing
    changes. seeds: member numbers [k], or [worlds, k] with one row per world. network, worlds, seed, threads: as in
    ``independent_cascade``. Worlds differ only with "uniform" thresholds or seeds by world.

    Returns int64[worlds], seeds included; with ``adoption_tick`` int32[worlds, N], -1 for members who never adopt.
    Raises InputError for arguments out of range.
    """
    flag(adoption_tick, "adoption_tick")
    return contagion_process(network, seeds, threshold, worlds, seed, ticks, threads).answer(adoption_tick)


def contagion_process(
    network: Network,
    seeds: ArrayLike,
    threshold: float | ArrayLike | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    ticks: int | None = None,
    threads: int | None = None,
) -> Process:
    """``complex_contagion`` with its arguments checked."""
    network, luck, rows, workers = start_of(network, seeds, worlds, seed, threads)
    horizon = np.iinfo(np.int64).max if ticks is None else tick_count(ticks)
    following = network.following_count()
    need = _adopters_needed(threshold, following)
    rule = need, following, np.flatnonzero(need == 0)
    from viralsim.classic import threshold_kernels as kernels

    def scratch() -> Contagion:
        n = network.members
        return np.zeros(n, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        sizes = np.zeros(len(luck[1]), dtype=np.int64)

        def work(first: int, last: int, scratch: Contagion) -> None:
            kernels.contagion_worlds(
                network.indptr, network.followers, rule, rows, luck, horizon, first, last, scratch, sizes, trace
            )

        run_blocks(work, scratch, len(sizes), workers)
        return sizes

    return Process(network.members, rows, luck, run)


def _adopters_needed(threshold: float | ArrayLike | str, following: NDArray[np.int32]) -> NDArray[np.int32]:
    """Adopters that convince each member: int32[N], or [0] where the fraction is drawn in each world."""
    if isinstance(threshold, str):
        if threshold != UNIFORM:
            raise refuse("threshold", f'a count, a fraction, "{UNIFORM}" or one value per member', threshold)
        return np.empty(0, dtype=np.int32)
    if not is_single(threshold):
        return _needed_by_member(threshold, following)
    if is_whole(threshold):
        return np.full(len(following), min(integer_at_least(threshold, "threshold", 1), MOST_NEEDED), dtype=np.int32)
    fraction = number(threshold, "threshold as a fraction", 0, 1)
    return np.maximum(1, _of_followed(fraction, following))


def _needed_by_member(threshold: ArrayLike, following: NDArray[np.int32]) -> NDArray[np.int32]:
    """Adopters that convince each member, from one count per member or one fraction per member; 0: nobody is needed."""
    given = array_of(threshold, "threshold", "one value per member")
    if given.dtype.kind in "iu":
        counts = numbers(given, "threshold", len(following), "member")
        return np.minimum(counts, MOST_NEEDED).astype(np.int32)
    fractions = numbers(given, "threshold", len(following), "member")
    if (fractions > 1.0).any():
        i = int(np.argmax(fractions > 1.0))
        remedy = "floats are fractions of those followed; give counts as whole numbers"
        raise refuse(f"threshold[{i}]", "a number in [0, 1]", fractions[i], remedy)
    return np.where(fractions > 0.0, np.maximum(1, _of_followed(fractions, following)), 0).astype(np.int32)


def _of_followed(fraction: float | NDArray[np.float64], following: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many of those followed a fraction of them is, rounded up."""
    count: NDArray[np.int32] = np.ceil(fraction * following - SLACK).astype(np.int32)
    return count
