"""Rules of one's own for tests and for `--rules`: they say what is built in."""

from __future__ import annotations

import numpy as np

import viralsim as vs


@vs.rules.register("reinforcement", limits={"gain": (0, 10)})
def echo(seen, gain=0.5, cap=3.0):  # type: ignore[no-untyped-def]
    """What ``social`` says."""
    return min(cap, 1.0 + gain * (seen - 1))


@vs.rules.register("reinforcement")
def several(exposing_neighbours, count=2.0):  # type: ignore[no-untyped-def]
    """What ``threshold: {count: ...}`` says."""
    return 1.0 if exposing_neighbours >= count else 0.0


@vs.rules.register("share_probability")
def product(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, times=1.0):  # type: ignore[no-untyped-def]
    """What the law says, ``times`` over; below 0 it is no probability."""
    return appeal * match * activity * trust * novelty * fatigue * reinforcement * softening * times


@vs.rules.register("response")
def ladder(u, share, criticism, engagement):  # type: ignore[no-untyped-def]
    """What the law says."""
    if u < share:
        return 0
    if u < share + criticism:
        return 1
    return 2 if u < share + criticism + (1.0 - share - criticism) * engagement else 3


@vs.rules.register("measure")
def largest(root):  # type: ignore[no-untyped-def]
    """What ``largest_cascade`` says, from the posts themselves."""
    size = np.zeros(len(root), np.int64)
    for one in root:
        size[one] += 1
    return size.max() if len(root) else 0


@vs.rules.register("measure")
def per_member(reach, members):  # type: ignore[no-untyped-def]
    """Reach as a share of the members."""
    return reach / members


@vs.rules.register("generator")
def ring(members, rng, links=2.0):  # type: ignore[no-untyped-def]
    """Everyone reaches the next ``links`` members."""
    source = np.repeat(np.arange(members), int(links))
    return source, (source + np.tile(np.arange(1, int(links) + 1), members)) % members
