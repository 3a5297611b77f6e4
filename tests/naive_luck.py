"""Words and luck of the oracle: what is posted and shown, and the shared draws as plain integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from viralsim.kernels import rng
from viralsim.kernels.alias import alias_draw

U64 = np.uint64
MASK = 2**64 - 1
NOBODY = -1


class Node(NamedTuple):
    """A member's first post of a content on a channel, or an owned post (member -1)."""

    member: int
    channel: int
    content: int
    parent: int
    tick: int
    source: int


@dataclass(frozen=True)
class Post:
    """Something that is shown to a row in this tick."""

    channel: int
    content: int
    member: int  # NOBODY for an owned post
    number: int  # posts of this content made before on this channel
    source: int
    trust: float
    node: int
    line: int = -1  # of an owned post
    visibility: float = 1.0
    sent: int = 0  # of a private send: followers that it goes to


@dataclass(frozen=True)
class Later:
    """Position ``position`` of a post's row, seen later; ``edge`` is that of a member's post."""

    bits: int
    post: Post
    member: int
    position: int
    edge: int | None


@dataclass(frozen=True)
class Due:
    """An ordinary first post that waits for its tick."""

    tick: int
    parent: int  # node, or -1
    answers: bool  # answers an impression or is a cross-post: counts as earned


@dataclass(frozen=True)
class Impression:
    """One member is shown something once; ``post_earned``: the post behind it is an ordinary member's."""

    member: int
    channel: int
    content: int
    source: int
    bits: int
    trust: float
    node: int  # of the post behind it, or -1
    poster: int = NOBODY
    post_earned: bool = False
    line: int = -1  # the paid line that bought it
    edge: int | None = None  # that it came over


@dataclass(frozen=True)
class Recommended:
    """An impression that a post or an engagement has earned."""

    key: int
    index: int
    channel: int
    content: int
    node: int
    post_earned: bool


def draw(key: int, i: int) -> int:
    return int(rng.draw(U64(key), U64(i)))


def unit(bits: int) -> float:
    return float(rng.unit(U64(bits)))


def below(bits: int, n: int) -> int:
    return int(rng.below(U64(bits), U64(n)))


def plus(a: int, b: int) -> int:
    return (int(a) + int(b)) & MASK


def member_key(base: int, member: int, number: int) -> int:
    return int(rng.member_key(U64(base), U64(member), U64(number)))


def stream_key(key: int, stream: int, a: int, b: int) -> int:
    return int(rng.stream_key(U64(key), U64(stream), U64(a), U64(b)))


def alias(bits: int, threshold: np.ndarray, other: np.ndarray, shift: U64) -> int:
    return int(alias_draw(U64(bits), threshold, other, U64(shift)))


def of(array: np.ndarray, v: int) -> float:
    """A field of the audience that may hold one value for all members."""
    return float(array[v] if len(array) > 1 else array[0])
