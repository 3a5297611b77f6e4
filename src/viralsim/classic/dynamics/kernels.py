"""Voters, bounded confidence, and doses that are remembered: compiled."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, below, draw, member_key, stream_key, unit, unit_high, unit_low, world_key

CLASSIC = int(Stream.CLASSIC)
SUSCEPTIBLE, INFECTED, RECOVERED = 0, 1, 2
SLACK = 1e-9  # ten doses of 0.1 are 1, whatever the last bit says


@njit(cache=True, nogil=True)
def voter_worlds(indptr, followed, holders, most, name, luck, first, last, scratch, steps, count):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of the voter model: step j draws who with ``draw(key, 2 j)``, from whom with ``draw(key, 2 j + 1)``.

    holders: int64[k], who hold opinion 1 at first. scratch: opinion int8[N]. Writes steps int64[W] until all agree, -1 if they do
    not within ``most``, and count int64[W], who hold opinion 1 then. O(steps).
    """
    seed, worlds = luck
    opinion, n = scratch, len(scratch)
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        opinion[:] = 0
        for member in holders:
            opinion[member] = 1
        ones, j = np.int64(opinion.sum()), 0
        while 0 < ones < n and j < most:
            v = below(draw(key, 2 * j), n)
            begin = indptr[v]
            degree = indptr[v + 1] - begin
            if degree > 0:
                taken = opinion[followed[begin + below(draw(key, 2 * j + 1), degree)]]
                ones += np.int64(taken) - np.int64(opinion[v])
                opinion[v] = taken
            j += 1
        count[w] = ones
        steps[w] = j if ones == 0 or ones == n else -1


@njit(cache=True, nogil=True)
def confidence_worlds(source, target, given, confidence, convergence, steps, name, luck, first, last, opinion):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of bounded confidence: encounter j is along the follow drawn with ``draw(key, j)``.

    source, target: int32[E]. given: opinions float64[N], or [0]: uniform, drawn for each world. Writes float64[W, N]. O(N + steps).
    """
    seed, worlds = luck
    edges = np.uint64(len(source))
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        key = stream_key(world, CLASSIC, name, np.uint64(0))
        own = stream_key(world, CLASSIC, name, np.uint64(1))
        x = opinion[w]
        for v in range(len(x)):
            x[v] = given[v] if len(given) else unit(draw(own, v))
        for j in range(steps if edges > 0 else 0):
            e = below(draw(key, j), edges)
            u, v = source[e], target[e]
            gap = x[u] - x[v]
            if abs(gap) < confidence:
                x[u] -= convergence * gap
                x[v] += convergence * gap


@njit(cache=True)
def _receive(rows, rule, luck, t, state, memory, had):  # type: ignore[no-untyped-def]
    """Everybody meets one other and may receive a dose, by the states before the tick: into ``memory`` at this tick's place."""
    indptr, followed = rows
    exposure, doses, _threshold, _recovery, _reinfection = rule
    n, place = len(state), (t - 1) % memory.shape[1]
    for v in range(n):
        key = member_key(luck, v, t)
        if len(indptr):
            begin = indptr[v]
            degree = indptr[v + 1] - begin
            met = np.int64(followed[begin + below(draw(key, 0), degree)]) if degree > 0 else -1
        else:
            met = below(draw(key, 0), n - 1) if n > 1 else -1
            met += met >= v and met >= 0
        dose = 0.0
        if met >= 0 and state[met] == INFECTED:
            bits = draw(key, 1)
            if unit_high(bits) < exposure:
                dose = doses[np.int64(unit_low(bits) * len(doses))]
        had[v] += np.int64(dose > 0.0) - np.int64(memory[v, place] > 0.0)
        memory[v, place] = dose


@njit(cache=True)
def _respond(rule, luck, t, state, memory, had, counts):  # type: ignore[no-untyped-def]
    """Who has had enough is infected, who has not may recover, and who has recovered may become susceptible again."""
    _exposure, _doses, threshold, recovery, reinfection = rule
    for v in range(len(state)):
        enough = had[v] > 0 and memory[v].sum() >= threshold[v if len(threshold) > 1 else 0] - SLACK
        if state[v] == INFECTED and not enough:
            bits = draw(member_key(luck, v, t), 2)
            if unit_high(bits) < recovery:
                state[v] = SUSCEPTIBLE if unit_low(bits) < reinfection else RECOVERED
        elif state[v] == RECOVERED and unit_low(draw(member_key(luck, v, t), 2)) < reinfection:
            state[v] = SUSCEPTIBLE
        if state[v] == SUSCEPTIBLE and enough:
            state[v] = INFECTED
        counts[state[v]] += 1


@njit(cache=True, nogil=True)
def dose_worlds(rows, rule, seeds, usual, name, luck, first, last, scratch, counts):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of generalised contagion.

    rows: (indptr, followed), or (int64[0], int32[0]): complete mixing. rule: (exposure, doses float64[D], threshold
    float64[1 or N], recovery, reinfection). Seeds begin infected, their memory full of the dose ``usual``. scratch:
    (state int8[N], memory float64[N, T], had int32[N]: doses remembered). Writes counts int64[W, ticks + 1, 3]. O(ticks x N).
    """
    seed, worlds = luck
    state, memory, had = scratch
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        state[:], memory[:], had[:] = SUSCEPTIBLE, 0.0, 0
        for member in seeds:
            state[member], memory[member, :], had[member] = INFECTED, usual, memory.shape[1]
        for v in range(len(state)):
            counts[w, 0, state[v]] += 1
        for t in range(1, counts.shape[1]):
            _receive(rows, rule, key, t, state, memory, had)
            _respond(rule, key, t, state, memory, had, counts[w, t])
