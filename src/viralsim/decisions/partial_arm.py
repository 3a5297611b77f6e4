"""A treatment arm given to a part of the units, its control arm to the rest.

People and money are chosen as if all were treated: the advocates are those of the whole tier, the targets those of the whole
line. A part keeps of them what lies in treated units: asks to treated advocates, paid impressions to treated targets, bought
with the budget times treated targets / all targets. What only the control arm has goes to the untreated units alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import expected_cost_lines
from viralsim.campaign.compile import Arm
from viralsim.campaign.plan import IMPRESSIONS_PER_CPM, compile_plan, line_cpm
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import Plan
from viralsim.scenario.blocks import filled
from viralsim.scenario.campaign import Paid

Mask = NDArray[np.bool_]
GIVEN = ("campaign.paid", "campaign.advocates")  # what can be given to a part of the audience
PLANNED = tuple(name for name in Plan._fields if name.startswith("planned_"))


class Treated(NamedTuple):
    """What is treated: members bool[N], channels bool[C], ticks bool[T]; advocates bool[A] where they are assigned."""

    members: Mask
    channels: Mask
    ticks: Mask
    advocates: Mask | None = None

    def rest(self) -> Treated:
        """What is not treated, of the kind of units that is assigned: the others stay whole."""
        members, channels, ticks = (mask if mask.all() else ~mask for mask in (self.members, self.channels, self.ticks))
        return Treated(members, channels, ticks, None if self.advocates is None else ~self.advocates)

    def asks(self, plan: Plan) -> Mask:
        """Which planned posts of a plan are asked for in treated units, bool[P]."""
        kept = self.members[plan.planned_member] & self.channels[plan.planned_channel] & self.ticks[plan.planned_tick]
        return kept if self.advocates is None else kept & self.advocates[plan.planned_advocate]


def refuse_whole_differences(treatment: Arm, control: Arm) -> None:
    """InputError where the arms differ in what cannot be given to a part of the audience, or in nothing."""
    one, other = (
        arm.spec.model_dump(by_alias=True, include={"channels", "content", "campaign"}) for arm in (treatment, control)
    )
    different = list(_different(one, other, ()))
    whole = [path for path in different if not path.startswith(GIVEN)]
    if whole:
        raise InputError(
            f"field test: {treatment.name} and {control.name} differ in {whole[0]}, which cannot be given to a part of the "
            "audience: let them differ in paid lines and advocates alone"
        )
    if not different:
        raise InputError(f"field test: {treatment.name} and {control.name} are the same: name two arms that differ")


def _different(one: Any, other: Any, place: tuple[str, ...]) -> Any:
    """Paths at which two dumps differ, no deeper than what is given as a whole."""
    path = ".".join(place)
    if isinstance(one, dict) and isinstance(other, dict) and path not in GIVEN:
        for word in one.keys() | other.keys():
            yield from _different(one.get(word), other.get(word), (*place, word))
    elif one != other:
        yield path


@dataclass(frozen=True, eq=False)
class Pair:
    """A treatment arm and its control arm on one audience."""

    compiled: CompiledAudience
    treatment: Arm
    control: Arm

    def part(self, treated: Treated) -> Arm:
        """The arm in which what is ``treated`` has the treatment and the rest the control; ``name`` is the treatment's."""
        ours, theirs = self.treatment.spec.campaign, self.control.spec.campaign
        common = [line for line in ours.paid if line in theirs.paid]
        lines = [(line, None if line in common else treated) for line in ours.paid]
        lines += [(line, treated.rest()) for line in theirs.paid if line not in common]
        scaled, targets = [], []
        for line, given in lines:
            aim = self._targets(line)
            kept = aim if given is None else aim[given.members[aim]]
            budget = line.budget_usd * (len(kept) / max(len(aim), 1)) * self._channel_is_in(line, given)
            scaled.append(line.model_copy(update={"budget_usd": budget}))
            targets.append(kept if given is not None and not given.members.all() else self._written_targets(line))
        spec = self.treatment.spec.model_copy(update={"campaign": ours.model_copy(update={"paid": tuple(scaled)})})
        plan = compile_plan(self.compiled, spec, list(self.treatment.contents), self.treatment.enrolment)
        count = plan.paid_count.copy()
        for row, (_, given) in enumerate(lines):
            if given is not None:
                count[row, ~given.ticks] = 0
        plan = plan._replace(
            paid_count=count,
            paid_start=np.concatenate([[0], np.cumsum([len(t) for t in targets])]).astype(np.int64),
            paid_targets=np.concatenate([np.zeros(0, np.int32), *targets]).astype(np.int32),
            **self._planned(plan, treated),
        )
        return replace(self.treatment, spec=spec, world=self.treatment.world._replace(plan=plan))

    def refuse_by_advocate(self) -> None:
        """InputError where the arms differ in what cannot be given to some advocates and not to others."""
        ours, theirs = self.treatment.enrolment, self.control.enrolment
        if not len(ours):
            raise InputError(f"units: {self.treatment.name} has no advocates to assign: assign another unit")
        if self.treatment.spec.campaign.paid != self.control.spec.campaign.paid:
            raise InputError(
                f"units: {self.treatment.name} and {self.control.name} differ in paid lines, which cannot be given by advocate: "
                "assign another unit"
            )
        if len(theirs) and not np.array_equal(ours.members, theirs.members):
            raise InputError(
                f"units: {self.treatment.name} and {self.control.name} ask different people, who cannot stand in for each "
                "other: assign another unit"
            )

    def cost_usd(self, part: Arm, treated: Treated) -> float:
        """What a part costs at most: set-up, impressions that are bought, advocates who are asked."""
        asked = self._asked(self.treatment, treated if self._tiers_differ() else None)
        people = replace(part, enrolment=self.treatment.enrolment.rows(np.flatnonzero(asked).tolist()))
        fixed = {name: usd for name, usd in expected_cost_lines(people).items() if not name.startswith("paid on ")}
        bought = part.world.plan.paid_count.sum(axis=1)
        prices = [line_cpm(part.spec, line) / IMPRESSIONS_PER_CPM for line in part.spec.campaign.paid]
        tier, rest = self.control.spec.campaign.advocates, 0.0
        if tier is not None and self._tiers_differ():
            rest = float(self.control.enrolment.asked_usd(tier)[self._asked(self.control, treated.rest())].sum())
        return sum(fixed.values()) + float(bought @ np.array(prices, dtype=np.float64)) + rest

    def _tiers_differ(self) -> bool:
        return self.treatment.spec.campaign.advocates != self.control.spec.campaign.advocates

    def _asked(self, arm: Arm, treated: Treated | None) -> Mask:
        """Whose advocates are asked at all, bool[A]."""
        enrolment = arm.enrolment
        if treated is None:
            return np.ones(len(enrolment), dtype=bool)
        asked: Mask = treated.members[enrolment.members] & (enrolment.channels & treated.channels).any(axis=1)
        return asked if treated.advocates is None else asked & treated.advocates

    def _planned(self, plan: Plan, treated: Treated) -> dict[str, Any]:
        """Planned posts of a part: those of the treatment in treated units, those of the control in the rest."""
        if not self._tiers_differ():
            return {}
        parts = [(plan, treated, 0), (self.control.world.plan, treated.rest(), len(self.treatment.enrolment))]
        columns: dict[str, list[NDArray[Any]]] = {name: [] for name in PLANNED}
        for one, given, first in parts:
            keep = given.asks(one)
            for name in PLANNED:
                values = getattr(one, name)[keep]
                columns[name].append(values + first if name == "planned_advocate" else values)
        joined = {name: np.concatenate(values) for name, values in columns.items()}
        order = np.lexsort(
            (joined["planned_member"], joined["planned_content"], joined["planned_channel"], joined["planned_tick"])
        )
        return {name: np.ascontiguousarray(values[order]) for name, values in joined.items()}

    def _row(self, line: Paid) -> tuple[Arm, int]:
        """The arm that has a paid line, and its row there."""
        for arm in (self.treatment, self.control):
            if line in arm.spec.campaign.paid:
                return arm, arm.spec.campaign.paid.index(line)
        raise ValueError("a line of neither arm")

    def _written_targets(self, line: Paid) -> NDArray[np.int32]:
        """Targets as the kernels read them: empty where everyone present is meant."""
        arm, row = self._row(line)
        plan = arm.world.plan
        return plan.paid_targets[plan.paid_start[row] : plan.paid_start[row + 1]]

    def _targets(self, line: Paid) -> NDArray[np.int32]:
        """Everyone whom a line aims at, int32[k]."""
        written = self._written_targets(line)
        if len(written):
            return written
        channel = self.compiled.channels.index(filled(line.channel))
        return np.flatnonzero(self.compiled.present_on(channel)).astype(np.int32)

    def _channel_is_in(self, line: Paid, given: Treated | None) -> float:
        channel = self.compiled.channels.index(filled(line.channel))
        return 1.0 if given is None or given.channels[channel] else 0.0
