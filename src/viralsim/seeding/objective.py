"""What is to be made large: whose activation counts, what a member costs, who is there already. Options, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.errors import InputError
from viralsim.parallel import available_cores
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
NEGLIGIBLE = 0.05  # of their own value: who adds less is not worth a certificate of how much less
EVEN = 1e-9  # costs that differ by less, relatively, are equal


@dataclass(frozen=True, eq=False)
class Objective:
    """Checked options of ``opim`` and ``celf``.

    probability: as of ``classic.independent_cascade`` (default "weighted_cascade"), under linear threshold the weights.
    model: 0 independent_cascade, 1 linear_threshold. value: float64[N] or None, what each member's activation is
    worth (numbers; True and False: only these count; or {communities: [numbers], match_at_least: x}: only members of these
    communities, only those whom the content fits so well). taken: members who are active anyhow; all numbers are then of
    what is added to them. costs: float64[N] with budget, or None. eligible: bool[N], who may be chosen. count: at most.
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

    @classmethod
    def of(
        cls, candidates: Candidates, count: int, options: Mapping[str, Any], word: str, known: Sequence[str]
    ) -> Objective:
        """Check the options of the strategy ``word``, which takes those ``known``; raises InputError."""
        unknown = set(options) - set(known)
        if unknown:
            raise InputError(f"{word} has no option {sorted(unknown)[0]!r}: it takes {', '.join(known)}")
        n = candidates.members
        model = options.get("model", MODELS[0])
        if model not in MODELS:
            raise InputError(f"model {model!r} is unknown: choose {' or '.join(MODELS)}")
        taken = member_numbers(options.get("taken"), n)
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
            epsilon=within(options.get("epsilon", 0.1), "epsilon", best),
            delta=within(1.0 / max(n, 2) if delta is None else delta, "delta", 1.0),
            memory_gib=within(options.get("memory_gib", 4.0), "memory_gib", math.inf),
            threads=thread_count(options.get("threads")),
            tight=None if options.get("tight") is None else within(options["tight"], "tight", 1.0),
            improve=integer_at_least(options.get("improve", 0), "improve", 0),
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

    def negligible(self, upper: float) -> bool:
        """Whether the best add less than ``NEGLIGIBLE`` of their own value, since those taken reach them anyhow."""
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


def within(value: Any, name: str, high: float) -> float:
    """A number strictly between 0 and ``high``; numpy numbers are numbers."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real) or not 0.0 < float(value) < high:
        raise InputError(f"{name} must be above 0 and below {high:.3g}, got {value!r}")
    return float(value)


def integer_at_least(value: Any, name: str, least: int) -> int:
    """A whole number of at least ``least``; numpy numbers are numbers."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < least:
        raise InputError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def thread_count(threads: Any) -> int:
    """How many threads to use; None is one for each core that this process may use."""
    if threads is None:
        return available_cores()
    return integer_at_least(threads, "threads", 1)


def member_numbers(given: ArrayLike | Sequence[int] | None, members: int) -> NDArray[np.int64]:
    """The members of the option ``taken``: int64[], each once."""
    array = np.empty(0, np.int64) if given is None or np.size(given) == 0 else np.asarray(given)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InputError(f"taken must be a list of member numbers, got {given!r}")
    if len(array) and (array.min() < 0 or array.max() >= members):
        raise InputError(f"taken must name members in 0..{members - 1}, got {given!r}")
    return np.unique(array.astype(np.int64))


def numbers_of_members(given: ArrayLike, name: str, members: int) -> NDArray[np.float64]:
    """One finite number >= 0 a member: float64[N]."""
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be one number a member, got {given!r}") from None
    if numbers.shape != (members,):
        raise InputError(f"{name} must have one number a member: {members}, got shape {numbers.shape}")
    bad = ~(np.isfinite(numbers) & (numbers >= 0))
    if bad.any():
        i = int(np.argmax(bad))
        raise InputError(f"{name}[{i}] must be finite and >= 0, got {numbers[i]:g}")
    return numbers


def value_of(given: Any, candidates: Candidates) -> NDArray[np.float64] | None:
    """Numbers, or a word for whose activation counts: of some communities, of those whom the content fits."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return numbers_of_members(given, "value", candidates.members)
    unknown = set(given) - {"communities", "match_at_least"}
    if unknown or not given:
        raise InputError(f"value takes numbers, or communities and match_at_least, got {dict(given)!r}")
    counts = np.ones(candidates.members, np.bool_)
    if "communities" in given:
        if candidates.community is None:
            raise InputError("value asks for communities, and this network has none: give one number a member")
        counts &= np.isin(candidates.community, np.asarray(given["communities"]))
    if "match_at_least" in given:
        if candidates.match is None:
            raise InputError("value asks for match_at_least, and no content is known here: give one number a member")
        counts &= np.asarray(candidates.match) >= within(given["match_at_least"], "match_at_least", math.inf)
    if not counts.any():
        raise InputError(f"value {dict(given)!r} leaves nobody who counts")
    return counts.astype(np.float64)


def _costs(costs: Any, budget: Any, members: int) -> tuple[NDArray[np.float64] | None, float | None]:
    """Costs, one number for all or one a member, with their budget; one without the other is refused."""
    if costs is None and budget is None:
        return None, None
    if costs is None or budget is None:
        raise InputError("costs and budget belong together: give both, or neither")
    numbers = numbers_of_members(np.full(members, costs) if np.ndim(costs) == 0 else costs, "costs", members)
    if not (numbers > 0).all():
        free = int(np.argmin(numbers))
        raise InputError(
            f"costs[{free}] must be above 0, got {numbers[free]:g}; members who cost nothing go into taken"
        )
    return numbers, within(budget, "budget", math.inf)
