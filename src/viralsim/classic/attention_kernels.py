"""Memes that compete for screens: one action at a time, by a member chosen at random."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, below, draw, stream_key, unit_low, world_key

CLASSIC = int(Stream.CLASSIC)


@njit(cache=True, nogil=True)
def invented(members, mu, actions, name, luck, i):  # type: ignore[no-untyped-def]
    """How many of the actions of the i-th world invent a meme: those of ``one_screen``. O(actions)."""
    seed, worlds = luck
    key = stream_key(world_key(seed, worlds[i]), CLASSIC, name, np.uint64(0))
    found = 0
    for j in range(actions):
        found += unit_low(draw(key, j)) < mu
    return found


@njit(cache=True, nogil=True)
def one_screen(indptr, followers, mu, actions, name, luck, i, screen, popularity, born, last):  # type: ignore[no-untyped-def]
    """The i-th world of the one-screen model of Gleeson et al. 2014. O(actions x mean following).

    Action j is decided by ``draw(key, j)``: its upper half says whose, its lower half whether they invent. screen:
    int32[N], scratch: the meme on each member's screen, at first their own, meme v. popularity, born, last: int64[N + M],
    written: broadcasts, the action of the first (-1 for the N that were there at first) and of the last broadcast (-1: none).
    """
    seed, worlds = luck
    key = stream_key(world_key(seed, worlds[i]), CLASSIC, name, np.uint64(0))
    n = len(screen)
    memes = n
    for v in range(n):
        screen[v] = v
        popularity[v], born[v], last[v] = 0, -1, -1
    for j in range(actions):
        bits = draw(key, j)
        u = below(bits, n)
        meme = np.int64(screen[u])
        if unit_low(bits) < mu:
            meme = np.int64(memes)
            memes += 1
            popularity[meme], born[meme] = 0, j
        popularity[meme] += 1
        last[meme] = j
        screen[u] = meme
        for k in range(indptr[u], indptr[u + 1]):
            screen[followers[k]] = meme
