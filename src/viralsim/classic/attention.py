"""Limited attention: memes without any quality of their own compete for screens, and a few become popular."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least, number, thread_count
from viralsim.classic.arguments import Worlds, check_network, luck_of
from viralsim.classic.screens import Memory, Screen, checked, scratch
from viralsim.errors import CapacityError, InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network


@dataclass(frozen=True, eq=False, repr=False)
class Memes:
    """The memes of all worlds, world after world, in the order of their invention; every array is int64[memes].

    world: the number of its world. popularity: how often it was broadcast. born: the action that invented it, from 0. It is -1
    for the memes that were on the screens at first, one per member (without ``own`` these were on no screen, and stay at 0).
    last: the action that broadcast it last; -1: never. displaced: int64[worlds], posts that a full screen pushed off early.
    For screens of unlimited size it counts all posts that fell off. It is 0 in the one-screen model, which does not count them.
    """

    world: NDArray[np.int64]
    popularity: NDArray[np.int64]
    born: NDArray[np.int64]
    last: NDArray[np.int64]
    displaced: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.popularity)

    def __repr__(self) -> str:
        return f"Memes({len(self):,} memes of {len(self.displaced):,} worlds)"


def limited_attention(
    network: Network,
    mu: float,
    actions: int,
    worlds: Worlds = 1,
    seed: int = 1,
    threads: int | None = None,
    screen: Screen | None = None,
    memory: Memory | None = None,
) -> Memes:
    """Run the one-screen model of Gleeson, Ward, O'Sullivan, Lee (2014), PRL 112:048701, or one of many screens.

    Each screen holds one meme. In each of the ``actions`` of a world, a member chosen at random invents a meme with probability
    ``mu`` in (0, 1], or otherwise broadcasts the one on their screen. The meme takes over their own screen and those of all
    their followers. If all members have equally many followers and followings, the mean popularity of memes given enough time is
    exactly 1 / mu. For small mu popularity n has probability ~ n^-3/2: competition alone makes heavy tails.

    The published size law is that of a mean field, in which followers are drawn again at each broadcast. Here followers stay
    the same, so a member broadcasts again to screens that may still hold their meme. With 10 followers each and mu = 0.02,
    P(1) is 0.344 and P(>= 10) is 0.261, where the law says 0.358 and 0.254. Longer runs (400 or 1,600 rounds) and more
    members (3,000 or 20,000) give the same. With followers drawn again, the law is met (0.359 +- 0.0003 and 0.253 +- 0.0006).

    With ``screen`` or ``memory`` the rules are those of Weng, Flammini, Vespignani, Menczer (2012), Sci Rep 2:335. A member who
    does not invent looks through the posts on their screen. Each post draws their attention with a probability, and is then
    posted; or, with probability ``recall``, a post from their memory in its place, all with the same chance. What they post
    goes on top of their followers' screens and into their memory; nobody sees it before their own next turn. If screens never
    fill, a post is answered R = z (1 - mu) attention x window times, where z is the mean following, and the mean popularity is
    1 / (1 - R), if followers and followings are unrelated. The window decides how long memes live, the followers how unequal
    they are. Not comparable: the fitted numbers of the article (mu = 0.45 and the defaults of ``Screen`` and ``Memory``) were
    quoted from memory. With them and z = 30, R is 0.26 and few memes grow. The window of 5 rounds gives more popular memes, not
    fewer as published, and lets posts multiply (R = 1.3) until ``size``, which is our addition, bounds them: see
    ``Memes.displaced``. ``Screen(size=1, window=inf, attention=1, own=True)`` is the one-screen model, number for number.

    worlds, seed, threads: as in ``independent_cascade``. Cost: O(actions x mean following) for one screen, 32 bytes per
    meme, and with ``screen`` 8 bytes per member and place of a screen or memory, for each thread.

    Raises InputError for arguments out of range, CapacityError if the memes of a world do not fit into 32 bits.
    """
    graph = check_network(network)
    if graph.members < 1:
        raise InputError("the network has no members: give one that has")
    mu = number(mu, "mu", 0, 1, open_low=True)
    actions = integer_at_least(actions, "actions", 1)
    if graph.members + actions >= 2**31:
        raise CapacityError("members and actions together must stay below 2**31: run fewer actions in more worlds")
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    rules = None if screen is None and memory is None else checked(screen, memory, graph.members)
    from viralsim.classic import attention_kernels as kernels
    from viralsim.kernels.rng import name_key

    name, n = name_key("limited_attention"), graph.members
    counts = np.empty(len(luck[1]), dtype=np.int64)

    def count(first: int, last: int, nothing: None) -> None:
        for i in range(first, last):
            counts[i] = n + kernels.invented(n, mu, actions, name, luck, i)

    run_blocks(count, lambda: None, len(luck[1]), workers)
    ends = np.concatenate([[0], np.cumsum(counts)])
    popularity, born, latest = (np.empty(ends[-1], dtype=np.int64) for _ in range(3))
    displaced = np.zeros(len(luck[1]), dtype=np.int64)
    common = graph.indptr, graph.followers, mu, actions, name, luck

    def one(first: int, last: int, screen: NDArray[np.int32]) -> None:
        for i in range(first, last):
            mine = slice(ends[i], ends[i + 1])
            kernels.one_screen(*common, i, screen, popularity[mine], born[mine], latest[mine])

    def many(first: int, last: int, rings: tuple[NDArray[np.int64], ...]) -> None:
        from viralsim.classic.screens_kernels import many_screens

        for i in range(first, last):
            mine = slice(ends[i], ends[i + 1])
            displaced[i] = many_screens(*common, i, rules, *rings, (popularity[mine], born[mine], latest[mine]))

    if rules is None:
        run_blocks(one, lambda: np.empty(n, dtype=np.int32), len(luck[1]), workers)
    else:
        run_blocks(many, lambda: scratch(n, screen, memory), len(luck[1]), workers)
    return Memes(np.repeat(luck[1], counts), popularity, born, latest, displaced)
