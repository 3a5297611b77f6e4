"""Counter-based luck: every random number is a pure function of (seed, world, stream, ids).

No generator state is handed along. A *key* is a 64-bit number that stands for a decision or a family of
decisions; ``draw(key, i)`` is the i-th number of that family. Keys are chained with ``mix``, the finaliser
of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, constants of Stafford's variant 13), and the numbers of one
key are SplitMix64's output function over a Weyl sequence that starts at the key.

All functions take and return ``uint64`` inside compiled code. From plain Python pass ``np.uint64`` values,
or use the functions as they are: they are compiled on first use.
"""

from __future__ import annotations

import operator
import warnings
from enum import IntEnum

import numpy as np
from numba import config

from viralsim.errors import InputError
from viralsim.kernels.cpu import njit


class Stream(IntEnum):
    """What a number decides. Values are part of the law: never renumber, only add."""

    POST = 1  # a post's showings: (content, channel, member, post number)
    BRAND_POST = 2  # an owned post's showings: (content, channel, post number)
    PAID = 3  # the paid impressions of a tick: (content, channel, line, tick)
    DELAY = 4  # a member's reaction delay: (content, channel, member)
    CROSS_POST = 5  # coin and delay: (content, channel, to channel, member)
    WILLING = 6  # does an asked advocate post: (member, wave)
    PERSIST = 7  # post again next tick: (content, channel, member, post number)
    THRESHOLD = 8  # a uniform threshold: (content, channel, member)
    ORGANIC = 9  # who posts unprompted: (content, channel, line, index)
    RECOMMEND = 10  # who is recommended to: (the impression or post that earned it)
    BRAND_FOLLOWERS = 11  # who follows the brand: (channel), not of a world
    UNCERTAIN = 12  # the joint draw of uncertain inputs: (path)
    POPULATION = 13  # everything of an audience
    SEEDING = 14  # strategies that draw
    CLASSIC = 15  # processes with kernels of their own
    PROGRAMME = 16  # what happens between two launches: (what, launch, account)


if config.DISABLE_JIT:  # words wrap as they do in compiled code, and NumPy warns where single ones do
    np.seterr(over="ignore")
    warnings.filterwarnings(
        "ignore", "overflow encountered in scalar", RuntimeWarning
    )  # in threads, which have a state of their own
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the Weyl increment of SplitMix64
NUMBER = np.uint64(0xD1B54A32D192ED03)  # increment for the second id of a key
GAP = np.uint64(0x0)  # a post's gaps along its row
SHOW = np.uint64(0x8CB92BA72F3D8DD7)  # ... the thinning of position i
RESPOND = np.uint64(0x2545F4914F6CDD1D)  # ... the response to and the conversion of position i
EARN = np.uint64(0xF1357AEA2E62A9C5)  # ... the recommendations that the post itself earns
SEE = np.uint64(0x9FB21C651E98DF25)  # ... how long position i waits to be seen
PACE = np.uint64(0xD6E8FEB86659FD93)  # ... the time scale of the post
SEND = np.uint64(0xC2B2AE3D27D4EB4F)  # ... whether it is sent to a few, and to whom

_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11, _S32 = (np.uint64(s) for s in (30, 27, 31, 11, 32))
_LOW32 = np.uint64(0xFFFFFFFF)
_UNIT53 = 2.0**-53
_UNIT32 = 2.0**-32


@njit(cache=True, inline="always")
def mix(z):  # type: ignore[no-untyped-def]
    """Finaliser of SplitMix64: a bijection of uint64 in which every input bit moves half of the output bits."""
    z = (z ^ (z >> _S30)) * _A
    z = (z ^ (z >> _S27)) * _B
    return z ^ (z >> _S31)


@njit(cache=True, inline="always")
def draw(key, i):  # type: ignore[no-untyped-def]
    """The i-th 64-bit number of ``key``; i is any integer >= 0."""
    return mix(key + GOLDEN * np.uint64(i))


@njit(cache=True, inline="always")
def unit(bits):  # type: ignore[no-untyped-def]
    """Uniform float64 in [0, 1) from the upper 53 bits."""
    return np.float64(bits >> _S11) * _UNIT53


@njit(cache=True, inline="always")
def unit_high(bits):  # type: ignore[no-untyped-def]
    """Uniform float64 in [0, 1) from the upper 32 bits (resolution 2.3e-10)."""
    return np.float64(bits >> _S32) * _UNIT32


@njit(cache=True, inline="always")
def unit_low(bits):  # type: ignore[no-untyped-def]
    """Uniform float64 in [0, 1) from the lower 32 bits: independent of ``unit_high`` of the same bits."""
    return np.float64(bits & _LOW32) * _UNIT32


@njit(cache=True, inline="always")
def below(bits, n):  # type: ignore[no-untyped-def]
    """Uniform integer in [0, n), n < 2**31, by multiplication of the upper 32 bits (bias below n / 2**32)."""
    return np.int64(((bits >> _S32) * np.uint64(n)) >> _S32)


@njit(cache=True, inline="always")
def member_key(base, member, number):  # type: ignore[no-untyped-def]
    """The key of the ``number``-th decision of ``member`` within the family ``base``."""
    return mix(base + GOLDEN * np.uint64(member) + NUMBER * np.uint64(number))


@njit(cache=True)
def world_key(seed, world):  # type: ignore[no-untyped-def]
    """The key of world ``world`` (int >= 0) under ``seed`` (uint64)."""
    return mix(mix(np.uint64(seed) + GOLDEN) + NUMBER * np.uint64(world))


@njit(cache=True)
def stream_key(key, stream, a, b):  # type: ignore[no-untyped-def]
    """The family of decisions ``stream`` (a ``Stream`` value) for the two ids ``a`` and ``b`` (uint64)."""
    return mix(mix(mix(key + GOLDEN * np.uint64(stream)) + np.uint64(a)) + NUMBER + np.uint64(b))


@njit(cache=True)
def units_of_worlds(seed, worlds, stream, name):  # type: ignore[no-untyped-def]
    """One uniform float64 per world for the decision ``name`` (uint64) of ``stream``; worlds int64[W]."""
    out = np.empty(len(worlds))
    for i in range(len(worlds)):
        out[i] = unit(draw(stream_key(world_key(seed, worlds[i]), stream, name, np.uint64(0)), 0))
    return out


def name_key(name: str) -> np.uint64:
    """A 64-bit id of a name, so that adding a content or channel leaves the luck of the others alone."""
    from hashlib import blake2b

    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little"))


def seed_key(seed: int) -> np.uint64:
    """Any whole number as a 64-bit seed, modulo 2**64; InputError for what is none."""
    try:
        return np.uint64(operator.index(seed) % 2**64)
    except TypeError:
        raise InputError(f"seed must be a whole number, got {seed!r}") from None
