"""The worlds of a programme: each world goes through its launches one after the other, on the kernel of one launch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.compile import Arm
from viralsim.campaign.enrolment import Enrolment
from viralsim.campaign.management import manager_rules, with_care
from viralsim.campaign.mean_field import rhythm, tick_hours
from viralsim.campaign.numbers import holds_column, of_world
from viralsim.campaign.plan import Lines, planned_posts
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.arm_inputs import ArmInputs, Plan
from viralsim.kernels.arrays.limits import check_arm_inputs
from viralsim.kernels.arrays.outputs import members_of
from viralsim.kernels.arrays.rows_of_worlds import inputs_of_world, split_worlds, varied_fields
from viralsim.kernels.counts import Count, SegmentCount
from viralsim.kernels.member_counts import MembersRunner
from viralsim.kernels.rng import Stream, seed_key, stream_key
from viralsim.kernels.sharing_law import CONVERTED_MARK
from viralsim.parallel import run_blocks
from viralsim.programme.ledger import Ledger, ProgrammeWorlds
from viralsim.programme.pool import Pool, pool_of
from viralsim.programme.state import Months, WorldState
from viralsim.scenario.blocks import filled
from viralsim.scenario.spec import Spec

NEVER = 2**31 - 1


def launch_seed(seed: int, launch: int) -> int:
    """The seed of a launch's luck: the first has the seed itself, so it is the launch that runs without a programme."""
    if launch == 0:
        return seed
    return int(stream_key(seed_key(seed), int(Stream.PROGRAMME), np.uint64(launch), np.uint64(0)))


@dataclass(frozen=True)
class Programme:
    """An arm with what its launches share: for a block of worlds, whose numbers may differ, or for one of them."""

    arm: Arm
    compiled: CompiledAudience
    months: Months
    pool: Pool

    @classmethod
    def of(cls, arm: Arm, compiled: CompiledAudience, folder: Path, seed: int) -> Programme:
        """The programme of an arm whose scenario has one."""
        spec = arm.spec
        tier, pool = spec.campaign.advocates, pool_of(compiled, spec, folder)
        if len(arm.world.contents.own_measured):
            raise ScenarioError([Problem("a measure that looks at trees is of one launch: leave it out, or the block "
                                         "programme", "measures")])  # fmt: skip
        asks = np.zeros(0, np.int64) if tier is None else pool.enrolment.asks(tier.posts_at)
        months = Months(**_laws(spec), asks=asks, pool=pool, members=members_of(arm.world), seed=seed)
        return cls(arm, compiled, months, pool)

    @property
    def differs(self) -> bool:
        """Whether a number differs by world."""
        return bool(varied_fields(self.arm.world)) or holds_column(self.arm.spec)

    def of_world(self, row: int) -> Programme:
        """The programme with the numbers of the world at ``row`` of the block."""
        spec = self.arm.spec
        read = {
            name: of_world(getattr(spec, name), row) for name in ("campaign", "programme")
        }  # no launch reads other words
        spec = spec.model_copy(update=read)
        arm = replace(self.arm, world=inputs_of_world(self.arm.world, row), spec=spec)
        pool = self.pool._replace(enrolment=self.pool.enrolment.of_world(row))
        return replace(self, arm=arm, pool=pool, months=replace(self.months, **_laws(spec), pool=pool))

    @property
    def widest(self) -> ArmInputs:
        """The inputs with everybody of the pool asked: no launch plans more."""
        return self.inputs(
            np.ones(len(self.pool.first), bool), np.ones(len(self.pool.first)), np.ones(len(self.pool.first))
        )

    def inputs(
        self, active: NDArray[np.bool_], willingness: NDArray[np.float64], trust: NDArray[np.float64]
    ) -> ArmInputs:
        """The arm's inputs with this tier: a row per person of the pool."""
        arm, people = self.arm, self.pool.enrolment
        if not len(people):
            return arm.world
        fit = trust if people.fit is None else trust * people.fit
        tier: Enrolment = replace(people, channels=people.channels & active[:, None], willingness=willingness, fit=fit)
        lines = Lines(self.compiled, arm.spec, list(arm.contents))
        plan = arm.world.plan._replace(**planned_posts(lines, tier))
        return arm.world._replace(plan=self._boosted(plan, active, trust))

    def _boosted(self, plan: Plan, active: NDArray[np.bool_], trust: NDArray[np.float64]) -> Plan:
        """The plan with boosts as they are now: with the trust that a creator has left, and none of who is no advocate."""
        count, trusted = plan.paid_count, plan.paid_trust
        for line, paid in enumerate(self.arm.spec.campaign.paid):
            row = None if paid.boost is None else self.pool.enrolment.row_of(paid.boost)
            if row is None:
                continue
            if count is plan.paid_count:
                count, trusted = count.copy(), trusted.copy()
            trusted[..., line] *= trust[row]
            if not active[row]:
                count[line] = 0
        return plan._replace(paid_count=count, paid_trust=trusted)

    def willingness(self, state: WorldState, coverage: float) -> NDArray[np.float64]:
        """The chance that each person of the pool posts when asked for the first time in this launch, float64[P]."""
        tier, months = self.arm.spec.campaign.advocates, self.months
        own = self.pool.enrolment.willingness
        top = None if tier is None else tier.programme.ambassadors
        if top is not None:
            own = np.where(state.launches >= top.after, top.willingness, own)
        return np.asarray(with_care(own * state.freshness, months.manager, coverage))

    def of_launch(self, state: WorldState, coverage: float, launch: int, number: int) -> ArmInputs:
        """What the kernel runs in world ``number``: the arm with the audience, the tier and the manager as they are now."""
        world = self.inputs(state.active, self.willingness(state, coverage), state.trust)
        if self.arm.spec.audience.calendar is not None:
            hours = tick_hours(self.arm.spec)
            world = world._replace(rules=world.rules._replace(rhythm=rhythm(self.arm.spec, hours, launch)))
        factor = self.months.response(state)
        if factor is not None:
            activity = np.asarray(world.audience.activity, np.float64) * factor
            world = world._replace(audience=world.audience._replace(activity=activity.astype(np.float32)))
        buys = self.months.buying(state, number, launch)
        if buys is not None:
            ready = np.where(buys, world.audience.buying, np.float32(0.0))
            world = world._replace(audience=world.audience._replace(buying=ready))
        if not state.here.all():
            removed = world.plan.removed_at if len(world.plan.removed_at) else np.full(len(state.here), NEVER, np.int32)
            world = world._replace(
                plan=world.plan._replace(removed_at=np.where(state.here, removed, 0).astype(np.int32))
            )
        if self.months.manager is not None and self.months.manager.hours_per_week is not None:
            values = world.rules.values.copy()
            for rule, value in manager_rules(self.arm.spec, coverage, bool(len(world.plan.owned_channel))).items():
                values[rule] = value
            world = world._replace(rules=world.rules._replace(values=values))
        return world


def _laws(spec: Spec) -> dict[str, Any]:
    """The words of an arm that say what changes between two launches, by the names of ``Months``."""
    tier = spec.campaign.advocates
    return {
        "long": filled(spec.programme),
        "tier": None if tier is None else tier.programme,
        "manager": spec.campaign.community_management,
    }


def run_programme(
    arm: Arm,
    compiled: CompiledAudience,
    folder: Path,
    seed: int,
    worlds: NDArray[np.int64],
    *,
    threads: int = 1,
    series_worlds: int = 0,
    progress: Callable[[int], None] | None = None,
) -> ProgrammeWorlds:
    """All launches of the worlds numbered ``worlds`` of an arm whose scenario has a ``programme``; numbers of the arm that
    differ by world have a row for each.

    A world is a function of (scenario, seed, number): the same on any number of threads, and with any other arms beside it.
    After KeyboardInterrupt the worlds finished so far have ``done`` set. Raises as ``run_worlds`` does.
    """
    programme = Programme.of(arm, compiled, folder, seed)
    pool, long = programme.pool, programme.months.long
    widest, lowest, _ = split_worlds(programme.widest, len(worlds))
    check_arm_inputs(widest)
    check_arm_inputs(lowest)
    differs = programme.differs
    found = ProgrammeWorlds.empty(arm, pool, long, len(worlds), series_worlds)
    runners: list[MembersRunner] = []
    lock = Lock()

    def runner() -> MembersRunner:
        with lock:
            runners.append(MembersRunner(widest))
            return runners[-1]

    def work(first: int, last: int, memory: MembersRunner) -> None:
        for row in range(first, last):
            if found.stopped:
                return
            ledger = Ledger(found, row)
            _run_world(programme.of_world(row) if differs else programme, memory, int(worlds[row]), ledger)
            ledger.close()
            if progress is not None:
                progress(count(found.done))

    try:
        run_blocks(work, runner, len(worlds), threads)
    except KeyboardInterrupt:
        found.stopped = True
    found.add_sums(runners)
    return found


def arm_of_launch(
    arm: Arm, compiled: CompiledAudience, folder: Path, seed: int, world: int, launch: int
) -> tuple[Arm, int]:
    """The arm as launch number ``launch`` (from 0) of a world has it, and the seed of its luck, for a driver that steps.

    Its advocates are the whole pool, of whom those who are none cost nothing and are not asked. The launches before are run.
    """
    programme = Programme.of(arm, compiled, folder, seed)
    nobody = ProgrammeWorlds.empty(arm, programme.pool, programme.months.long, 1, 0)
    state = _run_world(programme, MembersRunner(programme.widest), world, Ledger(nobody, 0), launch)
    manager = programme.months.manager
    inputs = programme.of_launch(state, 0.0 if manager is None else manager.coverage(count(state.here)), launch, world)
    people = programme.pool.enrolment
    terms = None if people.terms is None else people.terms.taking_part(state.active)
    enrolment = replace(people, cost_usd=np.where(state.active, people.cost_usd, 0.0), terms=terms)
    return replace(arm, world=inputs, enrolment=enrolment), launch_seed(seed, launch)


def _run_world(
    programme: Programme, memory: MembersRunner, world: int, ledger: Ledger, until: int | None = None
) -> WorldState:
    """One world through its launches, all or those before ``until``; what it is then."""
    months, long = programme.months, programme.months.long
    state = months.begin(world)
    came = went = made = lost = 0
    for launch in range(long.launches if until is None else until):
        here = count(state.here)
        coverage = 0.0 if months.manager is None else months.manager.coverage(here)
        willingness = programme.willingness(state, coverage)
        posted = memory.advocate_posts.copy()
        inputs = programme.of_launch(state, coverage, launch, world)
        out, found = memory.run(inputs, launch_seed(months.seed, launch), world)
        ledger.take_launch(launch, out, state, found)
        ledger.of_segments(SegmentCount.CONVERSIONS, found.member[(found.flags & CONVERTED_MARK) != 0])
        ledger.note(
            launch, members=here, joined=came, left=went, fans=count(state.fan), customers=count(state.customer),
            advocates=count(state.active), advocates_joined=made, advocates_left=lost, coverage=coverage,
            willingness=_mean(willingness, state.active), trust=_mean(state.trust, state.active),
        )  # fmt: skip
        ledger.tier(launch, state.active)
        if launch + 1 == long.launches:
            break
        months.learn(state, world, launch, found, coverage)
        again = np.flatnonzero(months.repeat_purchases(state, world, launch))
        ledger.note(launch, repeat_purchases=len(again))
        ledger.of_segments(SegmentCount.CONVERSIONS, again)
        came, went = months.come_and_go(state, world, launch, int(out.counts[0, Count.SHARES]), coverage)
        posts = memory.advocate_posts - posted
        made, lost = months.advocates_between(state, world, launch, posts, coverage)
    return state


def count(flags: NDArray[np.bool_]) -> int:
    """How many are set."""
    return int(np.count_nonzero(flags))


def _mean(values: NDArray[np.float64], of: NDArray[np.bool_]) -> float:
    """The mean over some rows; NaN over none."""
    return float(values[of].mean()) if of.any() else float("nan")
