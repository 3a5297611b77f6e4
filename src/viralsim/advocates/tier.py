"""The advocate tier of one arm as something to try out: other people in it, in the same worlds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.readings import asks_for_readings, choose_over_readings
from viralsim.arguments import got, integer_at_least, member_numbers, one_of, seed_number, thread_count
from viralsim.campaign.compile import Arm
from viralsim.campaign.enrolment import Enrolment, choose_listed, eligible_for, enrol, strategy_of
from viralsim.errors import InputError
from viralsim.measurement.measures import NAMES
from viralsim.member_names import find_members
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.blocks import filled
from viralsim.scenario.campaign import Advocates
from viralsim.scenario.study import JOINT
from viralsim.units import counted

Float64 = NDArray[np.float64]
PATH = "campaign.advocates"


class Tier:
    """The tier of an arm on one audience; every set of people runs in the worlds 0 to ``worlds`` - 1 with the same luck.

    Of a programme every set of people goes through all launches, and values and prices are those of all of them.

    Raises InputError where no arm has advocates, or the named one has none.
    """

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        *,
        arm: str | None = None,
        worlds: int = 200,
        seed: int | None = None,
        threads: int | None = 1,
    ) -> None:
        from viralsim.simulation.run import compile_audience

        scenario = scenario_of(scenario)
        self.arm = _arm_with_advocates(scenario, arm)
        written = scenario.data.get("arms") or {}  # a scenario without arms has one of its own making
        self.prefix = f"arms.{self.arm}.{PATH}" if self.arm in written else PATH
        self.scenario, self.worlds = scenario, integer_at_least(worlds, "worlds", 1)
        self.threads = thread_count(threads)
        self.seed = seed_number(scenario.seed if seed is None else seed)
        self.compiled = compile_audience(scenario)
        self.spec = scenario.for_arm(self.arm)
        self._known: dict[tuple[int, ...], ArmOutcomes] = {}

    @property
    def measure(self) -> str:
        """What a gain is counted in: the measure of the goal where more of it is better, else shares."""
        goal = self.scenario.spec.goal
        return "shares" if goal is None or goal.measure in ("critical_shares", "net_usd") else str(goal.measure)

    @property
    def words(self) -> Advocates:
        """The tier's block in the scenario."""
        found = self.spec.campaign.advocates
        if found is None:
            raise InputError(f"arm {self.arm!r} has no advocates: give campaign.advocates")
        return found

    @property
    def launches(self) -> int:
        """How many launches a world goes through."""
        return self.spec.launches

    @property
    def span(self) -> str:
        """What gains are counted over, in words."""
        return "per campaign" if self.launches == 1 else f"over {self.launches} campaigns"

    @property
    def enrolled(self) -> NDArray[np.int64]:
        """The members of the scenario's own tier, by index."""
        return self._own.members

    @property
    def places(self) -> int:
        """How many people the scenario's own tier has: those of its file or its list, else its count."""
        return len(self.enrolled) if self.of_named else filled(self.words.count)

    @property
    def of_named(self) -> bool:
        """Whether the people of the tier are named, in a file or in the scenario."""
        return self.of_file or strategy_of(self.words.choose)[0] == "members"

    @property
    def of_file(self) -> bool:
        """Whether the people of the tier are those of a file; then nobody else can be enrolled."""
        return self.words.listed is not None

    @property
    def _own(self) -> Enrolment:
        return enrol(self.compiled, self.spec, self.scenario.folder)

    @property
    def eligible(self) -> NDArray[np.bool_]:
        """Who can be enrolled, bool[N]: on the tier's channels, and of the programme's fans; or who is in its file."""
        if self.of_file:
            return np.isin(np.arange(self.compiled.members), self.enrolled)
        return eligible_for(self.compiled, self.spec, self.words)

    @property
    def cost_usd(self) -> float:
        """Mean cost of a person of the tier who stays in it, over all launches."""
        once = float(self._own.prices(self.words).mean()) if self.of_file else float(self.words.cost_usd)
        return once * self.launches

    def labels(self, members: Sequence[int] | NDArray[np.int64]) -> list[Any]:
        """What the user calls these members: people of the tier's file by their handles, others by id or number."""
        ids = self.compiled.population.audience.ids
        own = self._own
        handles = dict(zip(own.members.tolist(), own.handles, strict=True)) if self.of_file else {}
        return [handles.get(int(m), int(m) if ids is None else ids[m].item()) for m in members]

    def index(self, label: Any) -> int:
        """The index of a member whom the user names; raises InputError for a name that nobody has."""
        if self.of_file:
            try:
                return int(self._own.only([label], str(self.words.listed)).members[0])
            except InputError:
                raise InputError(
                    f"member: {got(label)} is nobody in {self.words.listed}, name a handle of it"
                ) from None
        found, wrong = find_members([label], self.compiled.members, self.compiled.population.audience.ids)
        if wrong:
            raise InputError(wrong[0].sentence)
        return int(found[0])

    def choose(self, choose: Any, count: int) -> Enrolment:
        """Who would be enrolled by a strategy: word, ``{word: {options}}`` or ``{"members": [...]}``.

        All ``count`` places are filled, whatever the programme's nurturing would make before the first launch. Where the tier has a
        file, its people are those among whom is chosen; InputError where it names fewer.
        """
        word, options = strategy_of(choose)
        if asks_for_readings(word, options):
            return choose_over_readings(self, count, options)
        if self.of_file:
            return choose_listed(self.compiled, self.spec, self._own, choose, count)
        spec = self._with(choose, count).for_arm(self.arm)
        return enrol(self.compiled, spec, self.scenario.folder)

    def run(self, members: Sequence[int] | NDArray[np.int64]) -> ArmOutcomes:
        """The worlds with these members as the tier (by index); a set is run once."""
        key = tuple(sorted(member_numbers(members, "members", self.compiled.members).tolist()))
        if key not in self._known:
            self._known[key] = self._launch(self.scenario_with(key))
        return self._known[key]

    def values(self, members: Sequence[int] | NDArray[np.int64], measure: str | None = None) -> Float64:
        """A measure by world with these members as the tier, float64[worlds]."""
        return self.run(members).measures[self.measure if measure is None else one_of(measure, "measure", NAMES)]

    def scenario_with(self, members: Sequence[int]) -> Scenario:
        """The scenario with these members, by index, as the tier of its arm."""
        if not len(members):
            return self.scenario.override({**self._without_inputs(f"{self.prefix}."), self.prefix: None})
        if self.of_file:
            return self.scenario.override({f"{self.prefix}.choose": {"members": self.labels(members)}})
        return self._with({"members": self.labels(members)}, len(members))

    def _without_inputs(self, own: str) -> dict[str, Any]:
        """``uncertain`` without paths that begin with ``own``, as a change of the scenario; the others are drawn as before."""
        rows = self.scenario.joint_rows()
        left = {
            path: span for path, span in self.scenario.data.get("uncertain", {}).items() if not path.startswith(own)
        }
        if any(path.startswith(own) for path in rows):
            rest = {path: column.tolist() for path, column in rows.items() if not path.startswith(own)}
            left = {**left, JOINT: {"rows": rest}} if rest else {path: left[path] for path in left if path != JOINT}
        return {"uncertain": left} if self.scenario.spec.uncertain else {}

    def arm_with(self, members: Sequence[int]) -> Arm:
        """The arm with these members, ready for the kernels."""
        from viralsim.simulation.run import compile_arms

        return compile_arms(self.scenario_with(members), self.compiled, [self.arm])[self.arm]

    def _with(self, choose: Any, count: int) -> Scenario:
        word, options = strategy_of(choose)
        if word == "members" and count != len(options["members"]):
            named = counted(len(options["members"]), "advocate")
            raise InputError(f"count: {named} are named, {count} were asked for: leave count out, or give a strategy")
        changes: dict[str, Any] = {f"{self.prefix}.choose": choose, f"{self.prefix}.count": count}
        if self.words.programme.nurture is not None and word != "members":
            changes[f"{self.prefix}.programme.nurture"] = None
        if word == "members":  # so many are named, whatever number is drawn
            changes |= self._without_inputs(f"{self.prefix}.count")
        return self.scenario.override(changes)

    def _launch(self, scenario: Scenario) -> ArmOutcomes:
        from viralsim.simulation.front import launch

        return launch(scenario, [self.compiled], [self.arm], self.worlds, self.seed, self.threads)[self.arm]


def _arm_with_advocates(scenario: Scenario, arm: str | None) -> str:
    names = [one_of(arm, "arm", scenario.arm_names)] if arm is not None else list(scenario.arm_names)
    for name in names:
        if scenario.for_arm(name).campaign.advocates is not None:
            return name
    where = f"arm {arm!r}" if arm is not None else "no arm of this scenario"
    raise InputError(f"{where} has {'no ' if arm is not None else ''}advocates: give campaign.advocates")
