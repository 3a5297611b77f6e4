"""Competing cascades and contagion on groups: compiled."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, below, draw, member_key, stream_key, unit, world_key

CLASSIC = int(Stream.CLASSIC)
SUSCEPTIBLE, INFECTED = 0, 1


@njit(cache=True, nogil=True)
def rival_worlds(indptr, followers, chance, seed_member, seed_cascade, name, luck, first, last, scratch, sizes):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of cascades that exclude each other.

    chance: float64[C, E]. seed_member, seed_cascade: int64[k], each member once. scratch: (cascade int8[N], -1: none; members
    int32[N]; tries int32[N]). The coin of follow e for cascade c is ``draw(coins, C e + c)``; of several that succeed in a
    tick each is taken with the same probability. Writes sizes int64[W, C]. O(N + follows of the active).
    """
    seed, worlds = luck
    cascade, order, tries = scratch
    cascades = len(chance)
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        coins = stream_key(world, CLASSIC, name, np.uint64(0))
        takes = stream_key(world, CLASSIC, name, np.uint64(1))
        cascade[:] = -1
        tries[:] = 0
        count = 0
        for i in range(len(seed_member)):
            cascade[seed_member[i]] = seed_cascade[i]
            order[count] = seed_member[i]
            count += 1
        begin = 0
        while begin < count:
            end = count
            for i in range(begin, end):
                u = order[i]
                c = np.int64(cascade[u])
                for e in range(indptr[u], indptr[u + 1]):
                    v = followers[e]
                    if cascade[v] >= 0 and tries[v] == 0:
                        continue  # active since an earlier tick
                    if unit(draw(coins, cascades * e + c)) >= chance[c, e]:
                        continue
                    tries[v] += 1
                    if tries[v] == 1:
                        order[count] = v
                        count += 1
                        cascade[v] = c
                    elif below(draw(member_key(takes, v, tries[v]), 0), tries[v]) == 0:
                        cascade[v] = c
            for i in range(end, count):
                tries[order[i]] = 0
            begin = end
        for i in range(count):
            sizes[w, cascade[order[i]]] += 1


@njit(cache=True, nogil=True)
def group_worlds(start, members, chance, recovery, seeds, name, luck, first, last, scratch, counts):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of contagion on groups.

    start: int64[G + 1] offsets into members. chance: float64[G], that a group infects its last susceptible member in a tick.
    scratch: (state int8[N], next int8[N]). Writes counts int64[W, ticks + 1, 2]: susceptible, infected. O(ticks x group sizes).
    """
    seed, worlds = luck
    state, after = scratch
    groups, n = len(start) - 1, len(state)
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        heal = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(1))
        state[:] = SUSCEPTIBLE
        for member in seeds:
            state[member] = INFECTED
        infected = np.int64(state.sum())
        counts[w, 0, 0], counts[w, 0, 1] = n - infected, infected
        for t in range(1, counts.shape[1]):
            if infected == 0:
                counts[w, t, 0] = n
                continue
            after[:] = state
            for g in range(groups):
                healthy, last_healthy = 0, np.int64(-1)
                for i in range(start[g], start[g + 1]):
                    if state[members[i]] == SUSCEPTIBLE:
                        healthy += 1
                        last_healthy = np.int64(members[i])
                        if healthy > 1:
                            break
                if healthy == 1 and unit(draw(member_key(key, g, t), 0)) < chance[g]:
                    after[last_healthy] = INFECTED
            for v in range(n):
                if state[v] == INFECTED and unit(draw(member_key(heal, v, t), 0)) < recovery:
                    after[v] = SUSCEPTIBLE
            state[:] = after
            infected = np.int64(state.sum())
            counts[w, t, 0], counts[w, t, 1] = n - infected, infected
