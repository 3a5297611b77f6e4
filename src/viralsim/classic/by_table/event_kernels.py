"""Compartments in continuous time, event by event: the next reaction method on a network (Gibson, Bruck 2000).

Who enters a state draws when they leave it on their own; along each follow of who can pass something on runs a clock of its
own until then. Clocks have no memory, so one that rang in vain is wound up again. The waiting times of a member's clocks
are a function of (member, how often they changed state, the follow, how often it rang): runs with other seeds share their luck.
"""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import GOLDEN, NUMBER, Stream, member_key, mix, stream_key, unit, world_key

CLASSIC = int(Stream.CLASSIC)
ALONE = -1  # in place of a follow: the member leaves on their own
# numba compiles a function again for every integer type, and for every literal: all are int64 where they are
# handed on.
I8 = np.int64
_FIELDS = [
    ("time", np.float64),
    ("edge", np.int64),
    ("who", np.int32),
    ("episode", np.int32),
    ("rule", np.int32),
    ("ring", np.int32),
]
EVENT = np.dtype((np.record, np.dtype(_FIELDS, align=True)))  # whose fields have names without a compiler, too


@njit(cache=True)
def push(heap, n, time, edge, who, episode, rule, ring):  # type: ignore[no-untyped-def]
    """Put an event on the heap of ``n``; returns the heap, which may be a larger one."""
    if n == len(heap):
        larger = np.empty(2 * n, heap.dtype)
        larger[:n] = heap
        heap = larger
    i = n
    while i > 0:
        above = (i - 1) >> 1
        if heap[above].time <= time:
            break
        heap[i] = heap[above]
        i = above
    event = heap[i]
    event.time, event.edge, event.who = time, edge, who
    event.episode, event.rule, event.ring = episode, rule, ring
    return heap


@njit(cache=True)
def pop(heap, n):  # type: ignore[no-untyped-def]
    """Take the first of ``n`` events off the heap; the fields of that event."""
    last = n - 1
    first_time, first_edge, first_who = heap[0].time, heap[0].edge, heap[0].who
    first_episode, first_rule, first_ring = heap[0].episode, heap[0].rule, heap[0].ring
    time = heap[last].time
    i = 0
    while True:
        below = 2 * i + 1
        if below >= last:
            break
        if below + 1 < last and heap[below + 1].time < heap[below].time:
            below += 1
        if heap[below].time >= time:
            break
        heap[i] = heap[below]
        i = below
    heap[i] = heap[last]
    return first_time, first_edge, first_who, first_episode, first_rule, first_ring


@njit(cache=True, inline="always")
def waiting(bits, rate):  # type: ignore[no-untyped-def]
    """An exponential waiting time of a uniform number's bits."""
    return -np.log1p(-unit(bits)) / rate


@njit(cache=True, inline="always")
def ring_bits(key, place, ring):  # type: ignore[no-untyped-def]
    """The number that decides the ``ring``-th wait of the follow at ``place`` of a row."""
    return mix(mix(key + GOLDEN * np.uint64(place)) + NUMBER * np.uint64(ring))


@njit(cache=True)
def returns(rules, states):  # type: ignore[no-untyped-def]
    """bool[K, K]: whether a member in one state can ever be in the other."""
    can = np.eye(states) > 0.0
    for _ in range(states):
        for a in range(len(rules.alone_from)):
            for s in range(states):
                if can[s, rules.alone_from[a]]:
                    can[s, rules.alone_to[a]] = True
        for r in range(len(rules.contact_from)):
            for s in range(states):
                if can[s, rules.contact_from[r]]:
                    can[s, rules.contact_to[r]] = True
    return can


@njit(cache=True)
def enter(graph, rules, can, keys, u, now, until, state, episode, heap, n):  # type: ignore[no-untyped-def]
    """Start the clocks of ``u``, who is in a state since ``now``; returns the heap and the number of its events."""
    indptr, followers = graph
    here, leaves, target = state[u], np.inf, -1
    key = member_key(keys[0], u, episode[u])
    for a in range(len(rules.alone_from)):
        if rules.alone_from[a] == here:
            rate = rules.alone_rate[a, u if rules.alone_rate.shape[1] > 1 else 0]
            if rate > 0.0:
                wait = waiting(ring_bits(key, a, 0), rate)
                if now + wait < leaves:
                    leaves, target = now + wait, a
    if target >= 0 and leaves <= until:
        heap = push(heap, n, leaves, I8(ALONE), u, I8(episode[u]), I8(target), I8(0))
        n += 1
    for r in range(len(rules.contact_by)):
        if rules.contact_by[r] != here:
            continue
        key = member_key(keys[1 + r], u, episode[u])
        for e in range(indptr[u], indptr[u + 1]):
            if not can[state[followers[e]], rules.contact_from[r]]:
                continue
            rate = rules.contact_rate[r] if rules.contact_rate[r] >= 0.0 else rules.edge_rate[r, e]
            if rate > 0.0:
                time = now + waiting(ring_bits(key, e - indptr[u], 0), rate)
                if time < leaves and time <= until:
                    heap = push(heap, n, time, I8(e), u, I8(episode[u]), I8(r), I8(0))
                    n += 1
    return heap, n


@njit(cache=True, nogil=True)
def event_worlds(graph, rules, start, times, name, luck, first, last, scratch, counts, left):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of a table in continuous time, from time 0 to the last of ``times`` float64[T], ascending.

    scratch: (state int64[N] of 0, episode int32[N] of 0, touched int32[N]), left as they were. Writes counts int64[W, T, K]:
    the state at each time; and into left float64[W, N] of NaN (or [0, N]) when each member left the first state. O(E log E) for
    E events: changes, and rings of clocks that may still change someone.
    """
    seed, worlds = luck
    state, episode, touched = scratch
    indptr, followers = graph
    states, until = counts.shape[2], times[-1]
    can = returns(rules, states)
    heap = np.empty(1024, EVENT)
    keys = np.empty(1 + len(rules.contact_by), np.uint64)
    alone_at_start = False
    for a in range(len(rules.alone_from)):
        alone_at_start |= rules.alone_from[a] == 0
    for r in range(len(rules.contact_by)):
        alone_at_start |= rules.contact_by[r] == 0
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        for r in range(len(keys)):
            keys[r] = stream_key(world, CLASSIC, name, np.uint64(r))
        here = np.zeros(states, np.int64)
        here[0] = len(state)
        n, t_count = I8(0), 0
        for i in range(len(start[0])):
            u = start[0][i]
            here[0] -= 1
            state[u] = start[1][i]
            here[state[u]] += 1
            touched[t_count] = u
            t_count += 1
            if len(left) and state[u] != 0:
                left[w, u] = 0.0
        if alone_at_start:
            for u in range(len(state)):
                heap, n = enter(graph, rules, can, keys, I8(u), 0.0, until, state, episode, heap, n)
        else:
            for i in range(t_count):
                heap, n = enter(graph, rules, can, keys, I8(touched[i]), 0.0, until, state, episode, heap, n)
        sample = 0
        while n > 0:
            time, edge, who, since, rule, ring = pop(heap, n)
            n -= 1
            if episode[who] != since:
                continue  # they have left the state in which this clock was started
            while times[sample] < time:
                counts[w, sample, :] = here
                sample += 1
            if edge == ALONE:
                changes, target = who, rules.alone_to[rule]
            else:
                changes, target = followers[edge], -1
                if state[changes] == rules.contact_from[rule]:
                    target = rules.contact_to[rule]
                goes_on = can[state[changes] if target < 0 else target, rules.contact_from[rule]]
                if goes_on:
                    rate = rules.contact_rate[rule] if rules.contact_rate[rule] >= 0.0 else rules.edge_rate[rule, edge]
                    key = member_key(keys[1 + rule], who, since)
                    following = time + waiting(ring_bits(key, edge - indptr[who], ring + 1), rate)
                    if following <= until:
                        heap = push(heap, n, following, I8(edge), I8(who), I8(since), I8(rule), I8(ring + 1))
                        n += 1
                if target < 0:
                    continue
            here[state[changes]] -= 1
            here[target] += 1
            if episode[changes] == 0 and state[changes] == 0:
                touched[t_count] = changes
                t_count += 1
            if len(left) and np.isnan(left[w, changes]):
                left[w, changes] = time
            state[changes] = target
            episode[changes] += 1
            heap, n = enter(graph, rules, can, keys, I8(changes), time, until, state, episode, heap, n)
        for k in range(sample, len(times)):
            counts[w, k, :] = here
        for i in range(t_count):
            state[touched[i]], episode[touched[i]] = 0, 0
