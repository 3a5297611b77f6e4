"""Linear threshold and complex contagion: what others have done adds up."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import flag, integer_at_least, is_whole, number, refuse, thread_count
from viralsim.classic.arguments import Worlds, check_network, luck_of, seed_members, tick_count
from viralsim.classic.cascade import Scratch, visit_scratch
from viralsim.errors import NetworkError
from viralsim.parallel import run_blocks
from viralsim.population.network.edge_values import edge_values
from viralsim.population.network.network import Network

UNIFORM = "uniform"
STORED = "influence_weight"
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
) -> NDArray[np.int64]:
    """Final sizes of the linear threshold model (Kempe, Kleinberg, Tardos, KDD 2003), seeds included: int64[worlds].

    A member becomes active when the weights of the active members whom they follow reach their threshold, uniform on
    [0, 1] and drawn again in every world. weights: "uniform", 1 / (number of members whom they follow); one number an
    edge in the order given to ``Network.from_edges``, the sum into a member at most 1; or "influence_weight", the
    network's own. seeds, worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for what is out of range, NetworkError for weights that do not fit.
    """
    network = check_network(network)
    luck = luck_of(seed, worlds)
    rows = seed_members(seeds, network.members, len(luck[1]))
    workers = thread_count(threads)
    from viralsim.classic import threshold_kernels as kernels

    windows = _windows(network, weights)
    sizes = np.zeros(len(luck[1]), dtype=np.int64)

    def work(first: int, last: int, scratch: Scratch) -> None:
        kernels.linear_threshold_worlds(network.indptr, windows, rows, luck, first, last, scratch, sizes)

    run_blocks(work, lambda: visit_scratch(network.members), len(sizes), workers)
    return sizes


def _windows(network: Network, weights: str | ArrayLike) -> Windows:
    """For each edge the window of its target's number in which the target keeps it."""
    from viralsim.classic import threshold_kernels as kernels

    windows: Windows
    if isinstance(weights, str):
        if weights == UNIFORM:
            windows = kernels.choose_evenly(network.followers, network.following_count())
            return windows
        if weights != STORED:
            raise refuse("weights", f'"{UNIFORM}", "{STORED}" or one number per edge', weights)
        if network.influence_weight is None:
            raise NetworkError("the network has no influence_weight; give it to Network.from_edges, or weights here")
        rows = network.influence_weight.astype(np.float64)
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
    threshold: int | float | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    ticks: int | None = None,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64]:
    """Final sizes where several adopters are needed to convince (Centola, Macy, AJS 2007; Watts, PNAS 2002).

    threshold: a whole number counts adopters among those whom a member follows; a float in [0, 1] is the fraction of
    them (at least one adopter is needed); "uniform" draws the fraction for each member and world. Adoption is in
    synchronous ticks, seeds at tick 0; ticks: the last tick, None until nothing moves. seeds: member numbers [k], or
    [worlds, k] with one row per world. Only "uniform" thresholds or seeds by world make worlds differ.

    Returns int64[worlds], seeds included; with ``adoption_tick`` int64[worlds, N], -1 for who never adopts.
    Raises InputError for what is out of range.
    """
    network = check_network(network)
    luck = luck_of(seed, worlds)
    rows = seed_members(seeds, network.members, len(luck[1]))
    workers = thread_count(threads)
    horizon = np.iinfo(np.int64).max if ticks is None else tick_count(ticks)
    following = network.following_count()
    need = _adopters_needed(threshold, following)
    from viralsim.classic import threshold_kernels as kernels

    sizes = np.zeros(len(luck[1]), dtype=np.int64)
    moments = np.full(
        (len(sizes), network.members) if flag(adoption_tick, "adoption_tick") else (0, 0), -1, dtype=np.int64
    )

    def work(first: int, last: int, scratch: Contagion) -> None:
        kernels.contagion_worlds(
            network.indptr, network.followers, (need, following), rows, luck, horizon, first, last, scratch,
            (sizes, moments),
        )  # fmt: skip

    def scratch() -> Contagion:
        n = network.members
        return np.zeros(n, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)

    run_blocks(work, scratch, len(sizes), workers)
    return moments if adoption_tick else sizes


def _adopters_needed(threshold: int | float | str, following: NDArray[np.int32]) -> NDArray[np.int32]:
    """Adopters that convince each member: int32[N], or [0] where the fraction is drawn in each world."""
    if isinstance(threshold, str):
        if threshold != UNIFORM:
            raise refuse("threshold", f'a count, a fraction or "{UNIFORM}"', threshold)
        return np.empty(0, dtype=np.int32)
    if is_whole(threshold):
        return np.full(len(following), min(integer_at_least(threshold, "threshold", 1), 2**31 - 1), dtype=np.int32)
    fraction = number(threshold, "threshold as a fraction", 0, 1)
    need: NDArray[np.int32] = np.maximum(1, np.ceil(fraction * following - 1e-9)).astype(np.int32)
    return need
