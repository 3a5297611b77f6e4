"""What is to be made large: whose activation counts, what each member costs, who is there already. Options, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import (
    array_of,
    check_options,
    integer_at_least,
    is_single,
    member_numbers,
    number,
    numbers,
    one_of,
    refuse,
    thread_count,
)
from viralsim.errors import InputError
from viralsim.population.network.edge_values import WEIGHTED_CASCADE
from viralsim.seeding.strategy import Candidates

BEST = 1.0 - 1.0 / math.e  # what greedy reaches of the best cover
BEST_WITH_COSTS = 1.0 - 1.0 / math.sqrt(math.e)  # ... within a budget
MODELS = ("independent_cascade", "linear_threshold")  # in the order of CASCADE, THRESHOLD
OPTIONS = (
    "probability",
    "model",
    "value",
    "taken",
    "costs",
    "budget",
    "memory_gib",
    "threads",
)  # of all who have an objective
EPSILON, TIGHT = 0.1, 0.07  # of opim; tight 0.07: seeds within 0.3 % of celf's (benchmarks/SEEDS.md)
NEGLIGIBLE = 0.05  # of their own value: who adds less is not worth a certificate of how much less
MOST_TICKS = 1_000_000  # of a deadline
EVEN = 1e-9  # costs that differ by less, relatively, are equal


@dataclass(frozen=True, eq=False)
class Objective:
    """Checked options of ``opim`` and ``celf``.

    probability: as of ``classic.independent_cascade`` (default "weighted_cascade"), under linear threshold the weights.
    model: 0 independent_cascade, 1 linear_threshold. value: float64[N] or None, the value of each member's activation (numbers;
    True and False: only members with True count; or {communities: [numbers], match_at_least: x}: only members of these
    communities, or only those whom the content fits at least this well). taken: members who are active anyway; all numbers are
    then for what is added to them. costs: float64[N] with budget, or None. eligible: bool[N], who may be chosen. count: at most.
    """

    members: int
    count: int
    eligible: NDArray[np.bool_]
    probability: Any
    model: int
    value: NDArray[np.float64] | None
    taken: NDArray[np.int64]
    costs: NDArray[np.float64] | None
    budget: float | None
    price: float | None
    epsilon: float
    delta: float
    memory_gib: float
    threads: int
    tight: float | None = None
    improve: int = 0
    deadline_ticks: int = 0

    @classmethod
    def of(
        cls, candidates: Candidates, count: int, options: Mapping[str, Any], word: str, known: Sequence[str]
    ) -> Objective:
        """Check the options of the strategy ``word``, which takes those ``known``; raises InputError."""
        check_options(options, word, known)
        n = candidates.members
        model = one_of(options.get("model", MODELS[0]), "model", MODELS)
        given = options.get("taken")
        taken = np.unique(member_numbers(() if given is None else given, "taken", n))
        eligible = candidates.eligible.copy()
        eligible[taken] = False
        costs, budget = _costs(options.get("costs"), options.get("budget"), n)
        price = None
        if costs is not None and budget is not None:
            if eligible.any() and count and not (costs[eligible] <= budget * (1.0 + EVEN)).any():
                raise InputError(
                    f"a budget of {budget:g} buys nobody: the cheapest costs {costs[eligible].min():g}; raise budget"
                )
            eligible &= costs <= budget * (1.0 + EVEN)
            if eligible.any() and np.ptp(costs[eligible]) <= EVEN * costs[eligible].max():
                price = float(costs[eligible][0])  # equal costs: only the number counts
                count, costs, budget = min(count, math.floor(budget / price * (1.0 + EVEN))), None, None
        free = int(np.count_nonzero(eligible))
        if costs is not None:  # no more than the cheapest that the budget buys
            free = int(
                np.searchsorted(np.cumsum(np.sort(costs[eligible])), (budget or 0.0) * (1.0 + EVEN), side="right")
            )
        if costs is None and price is None and count > free:
            raise InputError(f"cannot choose {count} members: {free} are eligible besides those taken; ask for fewer")
        best = BEST if costs is None else BEST_WITH_COSTS
        delta = options.get("delta")
        return cls(
            n, min(count, free), eligible, options.get("probability", WEIGHTED_CASCADE),
            MODELS.index(model), value_of(options.get("value"), candidates), taken, costs, budget, price,
            epsilon=within(options.get("epsilon", EPSILON), "epsilon", best),
            delta=within(1.0 / max(n, 2) if delta is None else delta, "delta", 1.0),
            memory_gib=within(options.get("memory_gib", 4.0), "memory_gib", math.inf),
            threads=thread_count(options.get("threads")),
            tight=_tight(options) if "tight" in known else None,
            improve=integer_at_least(options.get("improve", 0), "improve", 0),
            deadline_ticks=_deadline(options),
        )  # fmt: skip

    @property
    def total(self) -> float:
        """What all members are worth together; without values their number."""
        return float(self.members) if self.value is None else float(self.value.sum())

    @property
    def guarantee(self) -> float:
        """The share of the best that is aimed at."""
        return (BEST if self.costs is None else BEST_WITH_COSTS) - self.epsilon

    def roots(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Members with a value and their cumulative values; empty where all count alike."""
        if self.value is None:
            return np.empty(0, np.int64), np.empty(0)
        worth = np.flatnonzero(self.value)
        return worth, np.cumsum(self.value[worth])

    def marks(self) -> NDArray[np.uint8]:
        """ELIGIBLE, BARRED or TAKEN for each member: uint8[N]."""
        marks = np.where(self.eligible, 0, 1).astype(np.uint8)
        marks[self.taken] = 2
        return marks

    def own_value(self, chosen: NDArray[np.int64]) -> float:
        """What the chosen are worth themselves, who are reached for certain; 0 where others are taken already."""
        if len(self.taken):
            return 0.0  # those taken might reach them anyhow
        return float(len(chosen)) if self.value is None else float(self.value[chosen].sum())

    def negligible(self, upper: float, covered: float) -> bool:
        """Whether the best add less than ``NEGLIGIBLE`` of their own value, since those taken reach them anyhow.

        Of the mean member's value where none who can be chosen has a value, and the chosen ``covered`` no set: they may reach
        nobody who counts.
        """
        if not covered and self.value is not None and not self.value[self.eligible].any():
            return upper < NEGLIGIBLE * self.count * self.total / self.members
        if not len(self.taken):
            return False
        value = np.ones(self.count) if self.value is None else np.sort(self.value[self.eligible])[-self.count :]
        return upper < NEGLIGIBLE * float(value.sum())

    def cost_of(self, chosen: ArrayLike) -> float | None:
        """What the chosen cost; None without costs."""
        if self.price is not None:
            return self.price * len(np.atleast_1d(np.asarray(chosen)))
        return None if self.costs is None else float(self.costs[np.asarray(chosen, np.int64)].sum())

    def filled(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """Without costs, those who add nothing by lowest number until ``count`` are chosen."""
        if self.costs is not None or len(chosen) >= self.count:
            return chosen
        rest = self.eligible.copy()
        rest[chosen] = False
        return np.concatenate([chosen, np.flatnonzero(rest)[: self.count - len(chosen)]])

    def sets_at_most(self) -> float:
        """Sets after which greedy has the guarantee without a certificate (Tang et al. 2018, lemma 6.1).

        With costs, members or values the best spread is taken to be no less than the best single member's own value.
        """
        n, k = self.members, min(self.count, self.members)
        choices = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        root = math.sqrt(math.log(6.0 / self.delta))
        own = 1.0 if self.value is None else float(max(self.value[self.eligible].max(initial=0.0), 1e-12))
        if self.costs is None and self.value is None and not len(self.taken):
            own = float(k)
        return (
            2.0 * self.total * (BEST * root + math.sqrt(BEST * (choices + root * root))) ** 2 / (self.epsilon**2 * own)
        )


def _tight(options: Mapping[str, Any]) -> float | None:
    """As asked, None for off; where nothing is said ``TIGHT``, unless a coarser certificate than the usual is asked for."""
    if "tight" in options:
        return None if options["tight"] is None else within(options["tight"], "tight", 1.0)
    coarse = options.get("epsilon") is not None and options["epsilon"] > EPSILON
    return None if coarse else TIGHT


def _deadline(options: Mapping[str, Any]) -> int:
    """After how many ticks nobody counts any more; 0: none."""
    if options.get("deadline_ticks") is None:
        return 0
    if options.get("improve", 0):
        raise InputError("improve: walks simulated worlds to their end, beyond deadline_ticks: leave one of them out")
    return integer_at_least(options["deadline_ticks"], "deadline_ticks", 1, MOST_TICKS)


def within(value: Any, name: str, high: float) -> float:
    """A number strictly between 0 and ``high``."""
    return number(value, name, 0, high, open_low=True, open_high=True)


def value_of(given: Any, candidates: Candidates) -> NDArray[np.float64] | None:
    """Numbers, or a word for whose activation counts: of some communities, of those whom the content fits."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return numbers(_as_numbers(given), "value", candidates.members, "member")
    check_options(given, "value", ("communities", "match_at_least"))
    if not given:
        raise refuse("value", "one number per member, or communities and match_at_least", given)
    counts = np.ones(candidates.members, np.bool_)
    if "communities" in given:
        if candidates.community is None:
            raise InputError("value asks for communities, and this network has none: give one number per member")
        known = int(candidates.community.max(initial=-1)) + 1
        counts &= np.isin(
            candidates.community, member_numbers(given["communities"], "value.communities", known, "community")
        )
    if "match_at_least" in given:
        if candidates.match is None:
            raise InputError("value asks for match_at_least, and no content is known here: give one number per member")
        counts &= np.asarray(candidates.match) >= within(given["match_at_least"], "value.match_at_least", math.inf)
    if not counts.any():
        raise InputError(f"value {dict(given)!r} leaves nobody who counts")
    return counts.astype(np.float64)


def _costs(costs: Any, budget: Any, members: int) -> tuple[NDArray[np.float64] | None, float | None]:
    """Costs, one number for all or one per member, with their budget; one without the other is refused."""
    if costs is None and budget is None:
        return None, None
    if costs is None or budget is None:
        raise InputError("costs and budget belong together: give both, or neither")
    if is_single(costs):
        costs = np.full(members, within(costs, "costs", math.inf))
    found = numbers(costs, "costs", members, "member")
    if not (found > 0).all():
        free = int(np.argmin(found))
        raise refuse(f"costs[{free}]", "above 0", found[free], "members who cost nothing go into taken")
    return found, within(budget, "budget", math.inf)


def _as_numbers(given: Any) -> Any:
    """True and False, which say who counts, as 1 and 0; anything else as it is."""
    array = array_of(given, "value", "one number per member")
    return array.astype(np.float64) if array.dtype == np.bool_ else array
