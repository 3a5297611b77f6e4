"""Replay of a cascade on a known network: the world that happened, with one member fewer, or one more who was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from viralsim.arguments import instance, integer_at_least, refuse, seed_number
from viralsim.errors import InputError
from viralsim.measurement.number_format import number
from viralsim.population.network.edge_values import edge_chances
from viralsim.population.network.network import Network
from viralsim.replay.exposures import Floats, Ints, Observed, exposures_of, forced_roots
from viralsim.replay.fitting import fit_parameters
from viralsim.replay.luck import Parameters, draw_luck

MODEL = "independent_cascade"
WITHOUT_LAW = {
    "linear_threshold": "who adopted says only that influences passed a threshold, on which every later exposure depends",
    "complex_contagion": "several exposures act together, so that no single one convinced",
    "limited_attention": "what members saw was pushed out by posts that nobody recorded",
    "viralsim": "rhythm, attention, fatigue and reinforcement tie the members' luck together",
}
BLOCK = 20_000_000  # draws times edges held at once


@dataclass(frozen=True)
class Change:
    """What one change does to the cascade, over draws of what was not observed.

    lost: how many observed adopters do not adopt (the removed one not counted). gained: how many others do. Both are a mean and
    the limits of 95 % of the draws. chance: float64[N], that a member is lost or gained. members: those with a chance, the
    largest first.
    """

    what: str
    draws: int
    lost: float
    lost_low: float
    lost_high: float
    gained: float
    gained_low: float
    gained_high: float
    chance: Floats
    members: pd.DataFrame
    added: bool = False  # whether a member was asked, so that others can be gained and none lost

    def sentence(self) -> str:
        """One line."""
        mean, low, high = (
            (self.gained, self.gained_low, self.gained_high)
            if self.added
            else (self.lost, self.lost_low, self.lost_high)
        )
        count = number(mean)
        effect = "more of the others" + (" adopts" if count == "1" else " adopt")
        if not self.added:
            effect = "of the others " + ("is lost" if count == "1" else "are lost")
        return f"{self.what}: {count} {effect} (95 %: {number(low)} to {number(high)})"


@dataclass(frozen=True)
class Replay:
    """A cascade as one world. roots: members whom nobody could have convinced, forced to adopt when they did."""

    network: Network
    observed: Observed
    parameters: Parameters
    roots: Ints
    draws: int
    seed: int
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def adopters(self) -> int:
        """How many adopted."""
        return int(self.observed.adopted.sum())

    def sentences(self) -> list[str]:
        """What the replay rests on."""
        law = self.parameters
        how = "fitted to this cascade" if law.fitted else "given"
        chance = np.unique(law.probability)
        span = (
            number(float(chance[0]))
            if chance.size == 1
            else f"{number(float(chance[0]))} to {number(float(chance[-1]))}"
        )
        return [
            f"{self.adopters:,} of {self.network.members:,} members adopted by tick {self.observed.until:,}",
            "1 adoption has no possible parent and is a forced root"
            if self.roots.size == 1
            else f"{self.roots.size:,} adoptions have no possible parent and are forced roots",
            f"chance that a sight convinces {span}, mean delay {number(law.mean_delay)} ticks, both {how}",
        ]

    def without(self, member: Any) -> Change:
        """The cascade if ``member`` (their id) had never adopted. In this model nobody then adopts earlier, and nobody is added."""
        (gone,) = self.network.numbers_of([member]).tolist()
        return self._change(f"without {member}", removed=int(gone))

    def with_advocate(self, member: Any, tick: int) -> Change:
        """The cascade if ``member`` (their id) had been asked, and had adopted at ``tick`` at the latest."""
        (asked,) = self.network.numbers_of([member]).tolist()
        at = integer_at_least(tick, "tick", 0, self.observed.until)
        return self._change(f"with {member} from tick {at} on", added=(int(asked), at))

    def ticks(self, removed: int | None = None, added: tuple[int, int] | None = None) -> NDArray[np.int64]:
        """int64[draws, N]: when members adopt in each draw, ``until`` + 1 for those who do not."""
        return np.concatenate([self._block(i, size, removed, added) for i, size in self._blocks()])

    def _blocks(self) -> list[tuple[int, int]]:
        most = max(1, BLOCK // max(1, self.network.follows))
        return [(i, min(most, self.draws - start)) for i, start in enumerate(range(0, self.draws, most))]

    def _block(self, block: int, draws: int, removed: int | None, added: tuple[int, int] | None) -> Ints:
        seen = self.observed
        source, target = self.network.sources(), self.network.followers
        # where nothing is added, nobody new adopts: edges to others are not needed
        who = seen.adopted if added is None else np.ones(seen.tick.size, bool)
        rows = np.flatnonzero(who[target] & who[source])
        if added is None and removed is not None:
            rows = rows[(source[rows] != removed) & (target[rows] != removed)]
        found = exposures_of(self.network, seen, who)
        luck = draw_luck(
            found, seen, self.parameters, np.flatnonzero(who[target] & who[source]), draws,
            np.random.default_rng([self.seed, block, int(added is None)]),
        )  # fmt: skip
        kept = np.searchsorted(luck.rows, rows)
        start = dict(zip(self.roots.tolist(), seen.tick[self.roots].tolist(), strict=True))
        if removed is not None:
            start.pop(removed, None)
        if added is not None:
            start[added[0]] = min(added[1], start.get(added[0], added[1]))
        return _spread(source[rows], target[rows], luck.convinces[:, kept], luck.delay, start, seen.until)

    def _change(self, what: str, removed: int | None = None, added: tuple[int, int] | None = None) -> Change:
        before, after = self.observed.adopted, self.ticks(removed, added) <= self.observed.until
        lost, gained = before & ~after, after & ~before
        for one in [removed] if removed is not None else [added[0]] if added is not None else []:
            lost[:, one] = gained[:, one] = False
        chance = (lost | gained).mean(0)
        table = pd.DataFrame(
            {
                "member": np.arange(before.size) if self.network.ids is None else self.network.ids,
                "adopted": before,
                "chance": chance,
            }
        )
        table = table[table["chance"] > 0].sort_values("chance", ascending=False, kind="stable").reset_index(drop=True)
        counts = lost.sum(1), gained.sum(1)
        limits = [np.quantile(count, [0.025, 0.975], method="inverted_cdf") for count in counts]
        return Change(
            what, self.draws, float(counts[0].mean()), float(limits[0][0]), float(limits[0][1]), float(counts[1].mean()),
            float(limits[1][0]), float(limits[1][1]), chance, table, added is not None,
        )  # fmt: skip


def _spread(
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    convinces: NDArray[np.bool_],
    delay: Ints,
    start: dict[int, int],
    until: int,
) -> Ints:
    """int64[draws, N]: ticks of adoption: their own delay after the first convincing sight, so these are lengths of shortest paths.

    All draws are parts of one graph, whose last node is before all roots.
    """
    draws, members = delay.shape
    draw, edge = np.nonzero(convinces)
    to = draw * members + target[edge]
    roots = (np.arange(draws)[:, None] * members + np.array(list(start), np.int64)).ravel()
    ticks = np.tile(np.array(list(start.values()), np.float64), draws)
    origin = draws * members
    rows = np.concatenate([draw * members + source[edge], np.full(roots.size, origin)])
    lengths = np.concatenate([delay.ravel()[to].astype(np.float64), ticks + 1])
    graph = csr_array((lengths, (rows, np.concatenate([to, roots]))), shape=(origin + 1, origin + 1))
    found = dijkstra(graph, indices=origin, limit=until + 1)[:origin] - 1
    return np.where(np.isfinite(found), found, until + 1).astype(np.int64).reshape(draws, members)


def cascade(
    network: Network,
    members: ArrayLike,
    times: ArrayLike,
    *,
    until: float | None = None,
    tick: float = 1.0,
    probability: float | ArrayLike | str | None = None,
    mean_delay: float | None = None,
    model: str = MODEL,
    draws: int = 1000,
    seed: int = 1,
) -> Replay:
    """A real cascade on ``network`` as one world, to be changed: ``.without(member)``, ``.with_advocate(member, tick)``.

    The model is the independent cascade (Kempe, Kleinberg, Tardos 2003) with delays. What was observed is forced. The rest is
    drawn from its exact law given the observations (see ``replay.luck`` for the model).

    Args:
        network: who is shown whose posts; information flows from source to target.
        members: ids of those who adopted, each once. times: when, from 0 on, in any unit.
        until: how long it was watched; until the last adoption by default.
        tick: the time step, in the unit of ``times``; adoptions of one tick do not convince each other.
        probability: that one sighting convinces: a number, one for each edge as given to ``from_edges``, or "weighted_cascade".
            With None it is fitted to this cascade, together with the mean delay. mean_delay: ticks, 1 or more.
        model: only "independent_cascade"; for other models the law given the adoptions cannot be drawn exactly.
        draws: how many worlds are drawn. seed: of the draws.

    Raises: InputError for wrong arguments, or a model whose law given the observations cannot be drawn.
    """
    instance(network, "network", Network)
    if model != MODEL:
        why = (
            WITHOUT_LAW.get(model, "its law given the adoptions is not known here")
            if isinstance(model, str)
            else "it is no word"
        )
        raise InputError(f"model: only {MODEL} can be replayed, not {model!r}: {why}")
    count, luck = integer_at_least(draws, "draws", 1, 1_000_000), seed_number(seed)
    observed = _observed(network, members, times, until, tick)
    found = exposures_of(network, observed)
    if (probability is None) != (mean_delay is None):
        raise InputError("probability, mean_delay: give both, or neither to fit both to the cascade")
    if mean_delay is not None and not (_is_number(mean_delay) and 1 <= mean_delay < np.inf):
        raise refuse("mean_delay", "a number of ticks, 1 or more", mean_delay)
    if probability is None or mean_delay is None:
        chance, mean = fit_parameters(found, observed)
        law = Parameters(np.full(network.follows, chance), mean, True)
    else:
        law = Parameters(edge_chances(network, probability), float(mean_delay))
    return Replay(network, observed, law, forced_roots(network, observed), count, luck)


def _observed(network: Network, members: ArrayLike, times: ArrayLike, until: float | None, tick: float) -> Observed:
    """Adoptions as ticks of all members."""
    who = network.numbers_of(members)
    try:
        at = np.asarray(times, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse("times", "a number for each member", times) from None
    if at.shape != who.shape or not at.size:
        raise InputError(f"times: must be one for each of the {who.size} members, one at least, got {at.size}")
    if not np.all(np.isfinite(at) & (at >= 0)):
        raise InputError("times: must be finite and 0 or more")
    if np.unique(who).size < who.size:
        again = np.asarray(members).tolist()[int(np.argmax(pd.Series(who).duplicated()))]
        raise InputError(f"members: {again!r} is there twice: a member adopts once")
    if not (_is_number(tick) and 0 < tick < np.inf):
        raise refuse("tick", "a number above 0", tick)
    end = float(at.max()) if until is None else until
    if not (_is_number(end) and at.max() <= end < np.inf):
        raise InputError(f"until: must be a number not before the last adoption ({at.max():g}), got {until!r}")
    last = int(np.floor(end / tick + 1e-9))
    if last > 2**31:
        raise InputError(f"tick: {tick:g} makes {last:,} ticks; take a longer one")
    ticks = np.full(network.members, last + 1, np.int64)
    ticks[who] = np.floor(at / tick + 1e-9).astype(np.int64)
    return Observed(ticks, last)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
