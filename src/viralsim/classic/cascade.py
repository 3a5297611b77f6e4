"""Independent cascade: every newly active member has one chance to activate each of their followers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import flag, is_single, number, refuse
from viralsim.classic.arguments import Luck, Worlds, start_of
from viralsim.classic.process import Process
from viralsim.parallel import run_blocks
from viralsim.population.network.edge_values import TIE_STRENGTH, WEIGHTED_CASCADE, edge_chances
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.classic.process import Run
    from viralsim.classic.trace_kernels import Trace

Scratch = tuple[NDArray[np.uint64], NDArray[np.int32]]


def independent_cascade(
    network: Network,
    seeds: ArrayLike,
    probability: float | ArrayLike | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Final sizes of independent cascades (Kempe, Kleinberg, Tardos, KDD 2003), seeds included: int64[worlds].

    network: information flows along its edges. seed: determines the luck. threads: all cores by default; worlds do not depend
    on it. seeds: member numbers [k], or [worlds, k] with one row per world.
    probability: one number for all edges; one number per edge in the order given to ``Network.from_edges`` (in
    row order if the network does not keep that order: ``edge_position``); "weighted_cascade", 1 / (number of members whom the
    target follows); or "tie_strength", the network's own. worlds: how many, or world numbers.
    Rows that were built for other probabilities are kept with the network, up to 256 MiB, so the next call with the same
    probabilities need not build them again. With one probability p the worlds are those of the full model with visibility p
    (same draws, same sizes).

    With ``adoption_tick`` returns when each member became active, int32[worlds, N]: seeds at tick 0, others one tick after the
    first member who activated them, -1 never.

    Raises InputError for arguments out of range, NetworkError for probabilities that do not fit the edges.
    """
    flag(adoption_tick, "adoption_tick")
    return cascade_process(network, seeds, probability, worlds, seed, threads).answer(adoption_tick)


def cascade_process(
    network: Network,
    seeds: ArrayLike,
    probability: float | ArrayLike | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Process:
    """``independent_cascade`` with its arguments checked."""
    network, luck, rows, workers = start_of(network, seeds, worlds, seed, threads)
    if isinstance(probability, str) and probability not in (WEIGHTED_CASCADE, TIE_STRENGTH):
        words = f'"{WEIGHTED_CASCADE}" or "{TIE_STRENGTH}"'
        raise refuse("probability", f"a number in [0, 1], one per edge, {words}", probability)
    one = not isinstance(probability, str) and is_single(probability)
    run = (
        _with_one_chance(network, number(probability, "probability", 0, 1), workers)
        if one
        else _with_chances(network, edge_chances(network, probability), workers)
    )
    return Process(network.members, rows, luck, run)


def _with_one_chance(network: Network, p: float, workers: int) -> Run:
    """Cascades along edges that are all alike."""
    from viralsim.classic import cascade_kernels as kernels
    from viralsim.classic import lockstep
    from viralsim.kernels.alias import gap_table

    gaps = gap_table(p)

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        sizes = np.zeros(len(luck[1]), dtype=np.int64)
        given = (network.indptr, network.followers, rows, gaps.threshold, gaps.alias, luck)

        def work_together(first: int, last: int, scratch: tuple[Scratch, lockstep.Block]) -> None:
            lockstep.cascades_side_by_side(*given, first, last, *scratch, sizes)

        def work(first: int, last: int, scratch: Scratch) -> None:
            kernels.cascade_by_gaps(*given, first, last, scratch, sizes, trace)

        if trace is None and rows.shape[1] <= lockstep.MOST_SEEDS:
            run_blocks(work_together, lambda: (visit_scratch(network.members), lockstep.block()), len(sizes), workers)
        else:
            run_blocks(work, lambda: visit_scratch(network.members), len(sizes), workers)
        return sizes

    return run


def _with_chances(network: Network, chances: NDArray[np.float64], workers: int) -> Run:
    """Cascades along edges of which each has a probability, float64[E] in row order."""
    from viralsim.classic import cascade_kernels as kernels
    from viralsim.classic.subset_sampling import gap_tables, kept_rows

    grouped, tables = kept_rows(network, chances), gap_tables()

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        sizes = np.zeros(len(luck[1]), dtype=np.int64)

        def work(first: int, last: int, scratch: Scratch) -> None:
            kernels.cascade_by_groups(grouped, tables, rows, luck, first, last, scratch, sizes, trace)

        run_blocks(work, lambda: visit_scratch(network.members), len(sizes), workers)
        return sizes

    return run


def visit_scratch(members: int) -> Scratch:
    """What one thread needs: the set of the visited, as bits, and the list of the reached."""
    return np.zeros((members + 63) // 64, dtype=np.uint64), np.empty(members + 1, dtype=np.int32)
