"""Screens of many posts, and memories: one action at a time, by a member chosen at random.

A *ring* is int64[N, 2 + size], a row per member: the place of the newest post, how many posts are there, and the posts,
each as its action x 2**32 + its meme. Posts are in the order of their actions, so that what expires is at the end.
"""

from __future__ import annotations

import math

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, below, draw, member_key, stream_key, unit, unit_low, world_key

CLASSIC = int(Stream.CLASSIC)
MEME = 2**32 - 1  # the bits of a post that say its meme


@njit(cache=True, nogil=True)
def push(ring, v, meme, j, window):  # type: ignore[no-untyped-def]
    """Put the post (meme, action j) on top of row v; 1 if it displaced one that was not older than ``window`` actions."""
    size = ring.shape[1] - 2
    place = ring[v, 0] + 1
    if place == size:
        place = 0
    displaced = 0
    if ring[v, 1] == size:
        displaced = 1 if j - (ring[v, 2 + place] >> 32) <= window else 0
    else:
        ring[v, 1] += 1
    ring[v, 0] = place
    ring[v, 2 + place] = (j << 32) | meme
    return displaced


@njit(cache=True, nogil=True)
def standing(ring, v, j, window):  # type: ignore[no-untyped-def]
    """How many posts of row v are not older than ``window`` actions at action j; older ones are taken away. O(1) amortised."""
    size = ring.shape[1] - 2
    count = ring[v, 1]
    while count > 0 and j - (ring[v, 2 + (ring[v, 0] - count + 1 + size) % size] >> 32) > window:
        count -= 1
    ring[v, 1] = count
    return count


@njit(cache=True, nogil=True)
def meme_at(ring, v, i):  # type: ignore[no-untyped-def]
    """The meme of the post i places below the newest of row v, i below the number there is."""
    size = ring.shape[1] - 2
    return ring[v, 2 + (ring[v, 0] - i + size) % size] & MEME


@njit(cache=True, nogil=True)
def many_screens(indptr, followers, mu, actions, name, luck, i, rules, screen, memory, attended, out):  # type: ignore[no-untyped-def]
    """The i-th world with screens and memories; returns how many posts were displaced. O(actions x posts an action x z).

    Action j is decided by ``draw(key, j)`` as in ``one_screen``. Its further numbers are those of a key of its own, in
    turn: for each look down the screen one number, the gap to the next attended post, and for each attended post one
    number, whose lower half says memory or not and whose upper half which of its posts.
    rules: (attention, own, screen's window, recall, memory's window), windows in actions. screen, memory: rings, scratch.
    attended: int64[size], scratch. out: (popularity, born, last) as in ``one_screen``.
    """
    attention, own, window, recall, memory_window = rules
    popularity, born, last = out
    seed, worlds = luck
    world = world_key(seed, worlds[i])
    key = stream_key(world, CLASSIC, name, np.uint64(0))
    family = stream_key(world, CLASSIC, name, np.uint64(1))
    n = len(screen)
    memes = n
    displaced = 0
    pass_over = math.log1p(-attention) if attention < 1.0 else -math.inf
    for v in range(n):
        screen[v, 0], screen[v, 1], memory[v, 0], memory[v, 1] = -1, 0, -1, 0
        popularity[v], born[v], last[v] = 0, -1, -1
        if own:
            push(screen, v, v, np.int64(0), window)
    for j in range(actions):
        bits = draw(key, j)
        u = below(bits, n)
        count = 0
        numbers = 0
        mine = member_key(family, j, 0)
        if unit_low(bits) < mu:
            attended[0] = memes
            popularity[memes], born[memes] = 0, j
            memes += 1
            count = 1
        else:
            here = standing(screen, u, j, window)
            place = 0
            while True:
                gap = math.log1p(-unit(draw(mine, numbers))) / pass_over
                numbers += 1
                if gap >= here - place:
                    break
                place += int(gap)
                attended[count] = meme_at(screen, u, place)
                count += 1
                place += 1
            kept = standing(memory, u, j, memory_window) if recall > 0.0 else 0
            for k in range(count if kept > 0 else 0):
                bits = draw(mine, numbers)
                numbers += 1
                if unit_low(bits) < recall:
                    attended[k] = meme_at(memory, u, below(bits, kept))
        for k in range(count):
            meme = attended[k]
            popularity[meme] += 1
            last[meme] = j
            if recall > 0.0:
                push(memory, u, meme, j, memory_window)
            if own:
                displaced += push(screen, u, meme, j, window)
            for e in range(indptr[u], indptr[u + 1]):
                displaced += push(screen, np.int64(followers[e]), meme, j, window)
    return displaced
