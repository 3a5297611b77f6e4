"""Independent cascade: every newly active member has one chance to activate each of their followers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import is_single, number, refuse, thread_count
from viralsim.classic.arguments import Worlds, check_network, luck_of, seed_members
from viralsim.parallel import run_blocks
from viralsim.population.network.edge_values import WEIGHTED_CASCADE, edge_chances
from viralsim.population.network.network import Network

Scratch = tuple[NDArray[np.uint64], NDArray[np.int32]]


def independent_cascade(
    network: Network,
    seeds: ArrayLike,
    probability: float | ArrayLike | str,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Final sizes of independent cascades (Kempe, Kleinberg, Tardos, KDD 2003), seeds included: int64[worlds].

    network: information flows along its edges. seeds: member numbers [k], or [worlds, k] with one row per world.
    probability: one number for all edges; one number per edge in the order given to ``Network.from_edges`` (in
    row order where the network does not keep that: ``edge_position``); or
    "weighted_cascade", 1 / (number of members whom the target follows). worlds: how many, or world numbers.
    Rows of other probabilities are kept with the network, up to 256 MiB: the next call with the same ones need not build them.
    With one probability p the worlds are those of the full model with visibility p (same draws, same sizes).

    Raises InputError for what is out of range, NetworkError for probabilities that do not fit the edges.
    """
    network = check_network(network)
    luck = luck_of(seed, worlds)
    rows = seed_members(seeds, network.members, len(luck[1]))
    workers = thread_count(threads)
    if isinstance(probability, str) and probability != WEIGHTED_CASCADE:
        raise refuse("probability", f'a number in [0, 1], one per edge, or "{WEIGHTED_CASCADE}"', probability)
    from viralsim.classic import cascade_kernels as kernels

    sizes = np.zeros(len(luck[1]), dtype=np.int64)
    one = not isinstance(probability, str) and is_single(probability)
    p = number(probability, "probability", 0, 1) if one else 0.0
    if one:
        from viralsim.classic import lockstep
        from viralsim.kernels.alias import gap_table

        gaps = gap_table(p)
        given = (network.indptr, network.followers, rows, gaps.threshold, gaps.alias, luck)
        if rows.shape[1] <= lockstep.MOST_SEEDS:

            def work_together(first: int, last: int, scratch: tuple[Scratch, lockstep.Block]) -> None:
                lockstep.cascades_side_by_side(*given, first, last, *scratch, sizes)

            run_blocks(work_together, lambda: (visit_scratch(network.members), lockstep.block()), len(sizes), workers)
            return sizes

        def work(first: int, last: int, scratch: Scratch) -> None:
            kernels.cascade_by_gaps(*given, first, last, scratch, sizes)
    else:
        from viralsim.classic.subset_sampling import gap_tables, kept_rows

        grouped, tables = kept_rows(network, edge_chances(network, probability)), gap_tables()

        def work(first: int, last: int, scratch: Scratch) -> None:
            kernels.cascade_by_groups(grouped, tables, rows, luck, first, last, scratch, sizes)

    run_blocks(work, lambda: visit_scratch(network.members), len(sizes), workers)
    return sizes


def visit_scratch(members: int) -> Scratch:
    """What one thread needs: the set of the visited, as bits, and the list of the reached."""
    return np.zeros((members + 63) // 64, dtype=np.uint64), np.empty(members + 1, dtype=np.int32)
