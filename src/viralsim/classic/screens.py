"""What a member pays attention to: the newest posts on their screen, and what they posted themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import flag, instance, integer_at_least, number

MOST_POSTS = 1_000_000  # of a screen or memory, per member


@dataclass(frozen=True)
class Screen:
    """What a member has before their eyes: the newest posts of those they follow (Weng, Flammini, Vespignani, Menczer 2012).

    size: the most posts on it, from 1. window: the greatest age of a post in rounds, above 0; a round is as many actions as
    there are members. attention: the chance that a look at a post is followed by posting, in (0, 1]. own: the member's own
    posts are there too, and at first a meme of their own.
    """

    size: int = 100
    window: float = 1.0
    attention: float = 0.016
    own: bool = False


@dataclass(frozen=True)
class Memory:
    """What a member posted themselves (Weng, Flammini, Vespignani, Menczer 2012).

    recall: the chance that they post from it instead, in [0, 1]; size, window as ``Screen``.
    """

    recall: float = 0.4
    size: int = 100
    window: float = 1.0


def checked(screen: Screen | None, memory: Memory | None, members: int) -> tuple[float, bool, int, float, int]:
    """The rules as ``many_screens`` takes them, windows in actions; InputError for what is out of range or no rule."""
    screen, kept = Screen() if screen is None else screen, Memory(recall=0.0, size=1) if memory is None else memory
    for part, kind, name in ((screen, Screen, "screen"), (kept, Memory, "memory")):
        instance(part, name, kind, f"use classic.{kind.__name__}(...)")

    def actions(window: float, name: str) -> int:
        return int(min(number(window, name, 0, float("inf"), open_low=True) * members, 2.0**31))

    integer_at_least(screen.size, "screen.size", 1, MOST_POSTS)
    integer_at_least(kept.size, "memory.size", 1, MOST_POSTS)
    return (
        number(screen.attention, "screen.attention", 0, 1, open_low=True),
        flag(screen.own, "screen.own"),
        actions(screen.window, "screen.window"),
        number(kept.recall, "memory.recall", 0, 1),
        actions(kept.window, "memory.window"),
    )


def scratch(members: int, screen: Screen | None, memory: Memory | None) -> tuple[NDArray[np.int64], ...]:
    """Uninitialised memory for one world: the screens, the memories, and the posts that drew attention in one action."""
    size = (screen or Screen()).size
    rings = [np.empty((members, 2 + n), dtype=np.int64) for n in (size, 1 if memory is None else memory.size)]
    return rings[0], rings[1], np.empty(size, dtype=np.int64)
