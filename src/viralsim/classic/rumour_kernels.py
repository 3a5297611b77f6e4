"""Maki-Thompson's rumour: one contact at a time, by a spreader chosen at random."""

from __future__ import annotations

import numpy as np

from viralsim.classic.trace_kernels import note, note_members
from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, below, draw, stream_key, unit_low, world_key
from viralsim.kernels.visited import finish, first_visit, start

CLASSIC = int(Stream.CLASSIC)


@njit(cache=True, nogil=True)
def mixing_worlds(members, spreaders, spread, stifle, name, luck, first, last, sizes):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` with complete mixing: a contact is any of the others. Only numbers matter. O(contacts).

    spreaders: how many know the rumour at first; name: uint64, the family of draws. Contact j of the world is decided
    by ``draw(key, j)``: its upper half says whom, its lower half whether they are convinced, or the spreader stifled.
    """
    seed, worlds = luck
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        ignorant, active, j = members - spreaders, spreaders, 0
        while active > 0 and members > 1:
            bits = draw(key, j)
            j += 1
            if below(bits, members - 1) < ignorant:
                if unit_low(bits) < spread:
                    ignorant -= 1
                    active += 1
            elif unit_low(bits) < stifle:
                active -= 1
        sizes[w] = members - ignorant


@njit(cache=True, nogil=True)
def network_worlds(indptr, followers, seeds, spread, stifle, name, luck, first, last, scratch, sizes, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` on a network: a contact is a random follower of the spreader.

    Step j draws the spreader with ``draw(key, 2 j)`` and the contact with ``draw(key, 2 j + 1)``. A spreader without
    followers stops. scratch: (visited uint64[], heard int32[N], spreaders int32[N]). Writes sizes int64[W], and ``trace``
    where one is given: its ticks are contacts, counted from 1. O(contacts).
    """
    seed, worlds = luck
    visited, heard, spreaders = scratch
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        n = start(seeds[w if len(seeds) > 1 else 0], visited, heard)
        spreaders[:n] = heard[:n]
        if trace is not None:
            note(trace, w, 0, n, -1, 0)
        active, j = n, 0
        while active > 0:
            i = below(draw(key, 2 * j), active)
            bits = draw(key, 2 * j + 1)
            j += 1
            u = spreaders[i]
            degree = indptr[u + 1] - indptr[u]
            stops = degree == 0
            if not stops:
                v = followers[indptr[u] + below(bits, degree)]
                if visited[v >> 6] >> np.uint64(v & 63) & np.uint64(1):
                    stops = unit_low(bits) < stifle
                elif unit_low(bits) < spread:
                    first_visit(visited, v)
                    if trace is not None:
                        note(trace, w, n, n + 1, u, j)
                    heard[n] = v
                    n += 1
                    spreaders[active] = v
                    active += 1
            if stops:
                active -= 1
                spreaders[i] = spreaders[active]
        if trace is not None:
            note_members(trace, w, heard, n)
        finish(visited, heard, n)
        sizes[w] = n
