"""SIR and SI in discrete time: the infectious post once a tick, each post with luck of its own."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.classic.cascade_kernels import finish, first_visit, start
from viralsim.kernels.draws import Stream, draw, member_key, stream_key, unit, world_key
from viralsim.kernels.tables import GAP_TAIL, alias_draw

POST, PERSIST = int(Stream.POST), int(Stream.PERSIST)


@njit(cache=True, nogil=True)
def epidemic_worlds(indptr, followers, seeds, gaps, gamma, luck, first, last, scratch, counts):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of SIR: in a tick all infectious transmit, then each recovers with ``gamma``.

    gaps: (threshold uint64[512], alias int32[512]) of the transmission probability a tick; scratch: (visited
    uint64[], reached int32[N], infectious int32[N], age int32[N]); writes counts int64[W, T + 1, 3] (S, I, R).
    O(sum over ticks of the infectious and their transmissions).
    """
    seed, worlds = luck
    gap_threshold, gap_alias = gaps
    visited, reached, infectious, age = scratch
    ticks, members = counts.shape[1] - 1, len(indptr) - 1
    shift = np.uint64(55)
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        posts = stream_key(world, POST, np.uint64(0), np.uint64(0))
        persist = stream_key(world, PERSIST, np.uint64(0), np.uint64(0))
        n = start(seeds[w if len(seeds) > 1 else 0], visited, reached)
        active, known = 0, 0  # infectious[:active]; reached[known:n] become infectious in the next tick
        for t in range(ticks + 1):
            while known < n:
                infectious[active] = reached[known]
                age[active] = 0
                active += 1
                known += 1
            counts[w, t, 0] = members - n
            counts[w, t, 1] = active
            counts[w, t, 2] = n - active
            if t == ticks:
                break
            kept = 0
            for k in range(active):
                u, number = infectious[k], age[k]
                row_key = member_key(posts, u, number)
                position, stop = indptr[u], indptr[u + 1]
                j = 0
                while True:
                    gap = alias_draw(draw(row_key, j), gap_threshold, gap_alias, shift)
                    j += 1
                    position += gap
                    if position >= stop:
                        break
                    if gap == GAP_TAIL:
                        continue
                    v = followers[position]
                    position += 1
                    if first_visit(visited, v):
                        reached[n] = v
                        n += 1
                if unit(member_key(persist, u, number)) < 1.0 - gamma:
                    infectious[kept] = u
                    age[kept] = number + 1
                    kept += 1
            active = kept
        finish(visited, reached, n)
