"""Two arms in the same worlds with one input changed: only what the input touches is run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario
from viralsim.scenario.own_rules import own_rules_of
from viralsim.scenario.spec import Spec
from viralsim.simulation.all_arms import run_all
from viralsim.simulation.other_offers import Offer, draws_sales, most_offers, offer_of, sells_only
from viralsim.simulation.run import Run, conversions_of_offers

Float64 = NDArray[np.float64]

NET, VALUE, COST_LINE, CONVERSIONS = "net_usd", "value_usd", "advocates", "conversions"
SETS_NO_LUCK = ("cpm_usd", "engagement_rate")  # keys of a channel
LIKES_APART = (
    "conversions",
    "shares",
    "earned_shares",
    "critical_shares",
    "reach",
    "earned_reach",
    "impressions",
    NET,
    VALUE,
)
PROVEN_WORLDS = 20  # worlds run at another price, to see that money follows it in proportion


@dataclass
class Pair:
    """Two arms of a scenario, and what they did in the worlds that were run; ``known``: arm -> its worlds as it is.

    worlds_run: worlds of either arm that were run here, so far. watch: called before anything is run; it may raise
    KeyboardInterrupt. stopped: whether somebody did.
    """

    scenario: Scenario
    compiled_audiences: list[CompiledAudience]
    arms: tuple[str, str]
    seed: int
    threads: int
    known: Mapping[str, ArmOutcomes]
    worlds_run: int = 0
    watch: Callable[[], None] | None = None
    stopped: bool = False
    _changed: dict[tuple[str, float], Scenario] = field(default_factory=dict)
    _ran: dict[tuple[str, float, str], list[ArmOutcomes]] = field(default_factory=dict)
    _in_proportion: dict[str, bool] = field(default_factory=dict)
    _specs: dict[tuple[str, float], Mapping[str, Spec]] = field(default_factory=dict)
    _touched: dict[tuple[str, str, float, str], bool] = field(default_factory=dict)
    _sold: dict[tuple[str, Offer], Float64] = field(
        default_factory=dict
    )  # conversions of other offers in the first worlds

    def known_differences(self, measure: str) -> Float64:
        """First arm minus second in ``measure`` in all worlds that were run, nothing changed, float64[W]."""
        first, second = (self.known[arm].measures[measure] for arm in self.arms)
        return np.asarray(first - second)

    def differences(self, path: str, value: float, worlds: int, measure: str) -> Float64:
        """First arm minus second in ``measure`` in the first ``worlds`` worlds, float64[worlds], with ``value`` at ``path``.

        Raises ScenarioError where the scenario cannot have that value.
        """
        first, second = (self._values(arm, path, value, worlds, measure) for arm in self.arms)
        return np.asarray(first - second)

    def sells_only(self, path: str, measure: str) -> bool:
        """Whether ``measure`` follows the number at ``path`` by sales alone, so that one run tells it at many values."""
        specs = self._as_it_is
        drawn = [*self.scenario.spec.ranges, *self.scenario.joint_rows()]
        return (
            measure == CONVERSIONS
            and most_offers(self.scenario.spec) > 0
            and all(sells_only(path, specs[arm]) and not draws_sales(drawn, specs[arm]) for arm in self.arms)
        )

    def count_sales(self, asked: Iterable[tuple[str, float]], worlds: int) -> None:
        """Run the first ``worlds`` worlds for all (path, value) at once, of inputs that change sales alone.

        A value that the scenario cannot have is left out.
        """
        values = [(path, value) for path, value in asked if self._is_possible(path, value)]
        for arm in self.arms:
            offers = {offer_of(self._specs_with(*one)[arm]) for one in values if self.touches(arm, *one, CONVERSIONS)}
            by_start: dict[int, list[Offer]] = {}
            for offer in sorted(offers):
                by_start.setdefault(len(self._sold.get((arm, offer), ())), []).append(offer)
            most = most_offers(self.scenario.spec)
            for first, wanted in by_start.items():
                for i in range(0, len(wanted) if first < worlds else 0, most):
                    self._count_offers(arm, wanted[i : i + most], first, worlds)

    def _count_offers(self, arm: str, offers: list[Offer], first: int, last: int) -> None:
        if self.watch is not None:
            self.watch()
        numbers = np.arange(first, last, dtype=np.int64)
        run = Run(self.scenario, self.seed, numbers, (arm,), self.threads, None, series=False, offers=offers)
        run_all(run, self.compiled_audiences, self._as_it_is)
        self.worlds_run += last - first
        for offer, sold in zip(offers, conversions_of_offers(run, arm).T.astype(np.float64), strict=True):
            self._sold[arm, offer] = np.concatenate([self._sold.get((arm, offer), np.zeros(0)), sold])

    def _is_possible(self, path: str, value: float) -> bool:
        try:
            self._specs_with(path, value)
        except InputError:
            return False
        return True

    def priced(self, path: str, now: float, value: float) -> Float64 | None:
        """First arm minus second in net value at another price in all worlds; None where money does not follow the price.

        A price changes no world, so value and cost follow it in proportion: seen in a few worlds before it is used.
        """
        if path not in self._in_proportion:
            run = self.differences(path, 2.0 * now, PROVEN_WORLDS, NET)
            self._in_proportion[path] = np.allclose(run, self._at_price(path, 2.0)[: len(run)], rtol=1e-9, atol=1e-9)
        return self._at_price(path, value / now) if self._in_proportion[path] else None

    def _at_price(self, path: str, factor: float) -> Float64:
        first, second = (self._net(self.known[arm], arm, path, factor) for arm in self.arms)
        return np.asarray(first - second)

    def _net(self, arm: ArmOutcomes, name: str, path: str, factor: float) -> Float64:
        net = arm.measures[NET]
        if path.startswith("arms.") and not path.startswith(f"arms.{name}."):
            return net
        if path.endswith(VALUE):
            return net + (factor - 1.0) * arm.measures[VALUE]
        return net - (factor - 1.0) * arm.cost_lines.get(COST_LINE, np.zeros(arm.worlds))

    def _values(self, arm: str, path: str, value: float, worlds: int, measure: str) -> Float64:
        if not self.touches(arm, path, value, measure):
            return self.known[arm].measures[measure][:worlds]
        if self.sells_only(path, measure):
            self.count_sales([(path, value)], worlds)
            return self._sold[arm, offer_of(self._specs_with(path, value)[arm])][:worlds]
        parts = self._ran.setdefault((path, value, arm), [])
        have = sum(part.worlds for part in parts)
        if have < worlds:
            from viralsim.simulation.front import launch

            if self.watch is not None:
                self.watch()
            changed = self._with(path, value)
            ran = launch(
                changed,
                self.compiled_audiences,
                [arm],
                worlds - have,
                self.seed,
                self.threads,
                self._specs_with(path, value),
                have,
            )
            parts.append(ran[arm])
            self.worlds_run += worlds - have
        return np.concatenate([part.measures[measure] for part in parts])[:worlds]

    def _with(self, path: str, value: float) -> Scenario:
        if (path, value) not in self._changed:
            self._changed[path, value] = self.scenario.override({path: value})
        return self._changed[path, value]

    def _specs_with(self, path: str, value: float) -> Mapping[str, Spec]:
        """Every arm with a value at a path. Raises ScenarioError where the scenario cannot have it."""
        if (path, value) not in self._specs:
            self._specs[path, value] = self._with(path, value).arm_specs()
        return self._specs[path, value]

    @cached_property
    def _as_it_is(self) -> Mapping[str, Spec]:
        return self.scenario.arm_specs()

    def touches(self, arm: str, path: str, value: float, measure: str) -> bool:
        """Whether ``measure`` may be another in the arm with the value; what is seen on a channel sets the luck of every arm."""
        if path.startswith(("channels.", "arms.")) and path.rsplit(".", 1)[-1] not in SETS_NO_LUCK:
            return True
        key = arm, path, value, measure
        if key not in self._touched:
            changed, now = self._specs_with(path, value)[arm], self._as_it_is[arm]
            self._touched[key] = _used(changed, measure) != _used(now, measure)
        return self._touched[key]


def _used(spec: Spec, measure: str) -> Spec:
    """An arm without numbers that nothing in it reads for a measure: how well impressions sell that it has none of, what none are
    bought at, and likes of which no recommendation comes."""
    bought = {line.channel for line in spec.campaign.paid}
    unread = {name: 1.0 for name, lines in (("paid", bought), ("asked", spec.campaign.advocates)) if not lines}
    content = {
        word: one.model_copy(update={"conversion_trust": one.conversion_trust.model_copy(update=unread)})
        for word, one in spec.content.items()
    }
    uncounted = measure in LIKES_APART and not own_rules_of(spec)
    channels = {}
    for word, one in spec.channels.items():
        bare: dict[str, float | None] = {} if word in bought else {"cpm_usd": None}
        if uncounted and one.recommended is None:
            bare["engagement_rate"] = 0.0
        channels[word] = one.model_copy(update=bare)
    return spec.model_copy(update={"content": content, "channels": channels})
