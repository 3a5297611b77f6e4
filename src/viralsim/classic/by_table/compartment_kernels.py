"""Compartments in discrete time: contacts of all who are in a state that passes something on, then changes of one's own."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.alias import next_gap
from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, draw, member_key, stream_key, unit, world_key

POST, PERSIST = int(Stream.POST), int(Stream.PERSIST)
NONE = -1


@njit(cache=True)
def _pass_on(graph, rules, r, gaps, key, u, state, pending, changed, count):  # type: ignore[no-untyped-def]
    """Contact transition ``r`` along the row of ``u``; returns the number of the changed."""
    indptr, followers = graph
    source, target, stop = rules.contact_from[r], rules.contact_to[r], indptr[u + 1]
    if rules.contact_rate[r] >= 0.0:
        position, counter = np.int64(indptr[u]), key
        while True:
            position, counter, tail = next_gap(position, counter, gaps[0][r], gaps[1][r])
            if position >= stop:
                return count
            if tail:
                continue
            v = followers[position]
            position += 1
            if state[v] == source and pending[v] == NONE:
                pending[v] = target
                changed[count] = v
                count += 1
    for e in range(indptr[u], stop):
        v = followers[e]
        if state[v] == source and pending[v] == NONE and unit(draw(key, e - indptr[u])) < rules.edge_rate[r, e]:
            pending[v] = target
            changed[count] = v
            count += 1
    return count


@njit(cache=True)
def _change(rules, key, u, age, state):  # type: ignore[no-untyped-def]
    """The state that ``u`` moves to alone, -1: they stay. One uniform number decides between all transitions."""
    left, first = 1.0, True
    bits = 0.0
    for a in range(len(rules.alone_from)):
        if rules.alone_from[a] != state[u]:
            continue
        if first:
            bits = unit(draw_of(key, state[u], u, age))
            first = False
        left -= rules.alone_rate[a, u if rules.alone_rate.shape[1] > 1 else 0]
        if bits >= left:
            return rules.alone_to[a]
    return NONE


@njit(cache=True, inline="always")
def draw_of(keys, state, u, age):  # type: ignore[no-untyped-def]
    """The number that decides how ``u`` leaves ``state`` after ``age`` ticks of any activity."""
    return member_key(keys[state], u, age)


@njit(cache=True)
def _begin(start, acts, scratch, counts):  # type: ignore[no-untyped-def]
    """Put the members of ``start`` into their states; returns how many are active, and how many touched."""
    state, _, _, listed, active, _, touched = scratch
    counts[0] = len(state)
    n = many = 0
    for i in range(len(start[0])):
        u = start[0][i]
        counts[state[u]] -= 1
        state[u] = start[1][i]
        counts[state[u]] += 1
        touched[many] = u
        many += 1
        listed[u] = True
    if acts[0]:
        n = len(state)
        for u in range(n):
            active[u] = u
    else:
        for i in range(many):
            if acts[state[touched[i]]]:
                active[n] = touched[i]
                n += 1
    return n, many


@njit(cache=True)
def _decide(graph, rules, gaps, keys, scratch, n):  # type: ignore[no-untyped-def]
    """What the ``n`` active members do in a tick, noted in ``pending``; returns how many members change."""
    state, pending, age, _, active, changed, _ = scratch
    posts, leave = keys
    many = np.int64(0)  # a literal has a type of its own, for which numba would compile ``_pass_on`` again
    for i in range(n):
        u = active[i]
        for r in range(len(rules.contact_by)):
            if rules.contact_by[r] == state[u]:
                key = member_key(posts[r], u, age[u])
                many = _pass_on(graph, rules, r, gaps, key, u, state, pending, changed, many)
    for i in range(n):
        u = active[i]
        if pending[u] == NONE:
            target = _change(rules, leave, u, age[u], state)
            if target != NONE:
                pending[u] = target
                changed[many] = u
                many += 1
        age[u] += 1
    return many


@njit(cache=True)
def _carry_out(acts, scratch, n, many, touched_count, counts):  # type: ignore[no-untyped-def]
    """Move the ``many`` who change; returns how many are active and touched then."""
    state, pending, _, listed, active, changed, touched = scratch
    for i in range(many):
        u = changed[i]
        counts[state[u]] -= 1
        if not acts[state[u]] and acts[pending[u]]:
            active[n] = u
            n += 1
        state[u] = pending[u]
        counts[state[u]] += 1
        pending[u] = NONE
        if not listed[u]:
            listed[u] = True
            touched[touched_count] = u
            touched_count += 1
    kept = 0
    for i in range(n):
        if acts[state[active[i]]]:
            active[kept] = active[i]
            kept += 1
    return kept, touched_count


@njit(cache=True)
def active_states(rules, states):  # type: ignore[no-untyped-def]
    """bool[K]: in which states a member does anything; int64[K]: which of the states that are left alone it is, else 0."""
    acts, order = np.zeros(states, np.bool_), np.zeros(states, np.int64)
    for r in range(len(rules.contact_by)):
        acts[rules.contact_by[r]] = True
    leaving, seen = 0, np.zeros(states, np.bool_)
    for a in range(len(rules.alone_from)):
        s = rules.alone_from[a]
        acts[s] = True
        if not seen[s]:
            seen[s] = True
            order[s] = leaving
            leaving += 1
    return acts, order


@njit(cache=True, nogil=True)
def compartment_worlds(graph, rules, gaps, start, luck, first, last, scratch, counts, left):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1``: in a tick contacts, then changes of one's own, all by the states before the tick.

    graph: (indptr, followers); gaps: (threshold uint64[C, 512], alias int32[C, 512]); start: (members int64[k], their states).
    scratch: (state int64[N] of 0, pending int64[N] of -1, age int32[N] of 0, listed bool[N], active int32[N], changed int32[N + 1],
    touched int32[N]), left as they were. Writes counts int64[W, T + 1, K], and into left int32[W, N] of -1 (or [0, N]) the first
    row in which each member is in another state than the first. O(sum over ticks of those who are in an active state
    and of the follows that they pass something on along).

    Draws are those of ``sir``: posts of a member numbered by the ticks that they have been active, and the same for leaving.
    """
    seed, worlds = luck
    state, _, age, listed, _, changed, touched = scratch
    states = counts.shape[2]
    acts, order = active_states(rules, states)
    posts, leave = np.empty(len(rules.contact_by), np.uint64), np.empty(states, np.uint64)
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        for r in range(len(posts)):
            posts[r] = stream_key(world, POST, np.uint64(r), np.uint64(0))
        for s in range(states):
            leave[s] = stream_key(world, PERSIST, np.uint64(order[s]), np.uint64(0))
        n, count = _begin(start, acts, scratch, counts[w, 0])
        if len(left):
            for i in range(count):
                left[w, touched[i]] = 0 if state[touched[i]] != 0 else -1
        for t in range(1, counts.shape[1]):
            many = _decide(graph, rules, gaps, (posts, leave), scratch, n)
            if len(left):
                for i in range(many):
                    if left[w, changed[i]] < 0:
                        left[w, changed[i]] = t
            counts[w, t, :] = counts[w, t - 1, :]
            n, count = _carry_out(acts, scratch, n, many, count, counts[w, t])
        if acts[0]:
            age[:] = 0
        for i in range(count):
            u = touched[i]
            state[u], age[u], listed[u] = 0, 0, False
