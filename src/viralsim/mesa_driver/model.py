"""The Mesa driver: one world of one arm, a tick a step, with actors whose decisions can be any Python."""

from __future__ import annotations

import os
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least, is_whole, number, one_of, refuse
from viralsim.campaign.accounting import cost_lines, measures
from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import Plan, Rule, segments_of
from viralsim.kernels.arrays.limits import check_arm_inputs
from viralsim.kernels.arrays.outputs import outputs
from viralsim.kernels.batch import SIZE_BINS, RawWorlds, advance_world, begin_world
from viralsim.kernels.counts import Count, SegmentCount, Series
from viralsim.kernels.frame import frame_arm, frame_out, frame_state, with_attributes
from viralsim.kernels.member_counts import segments_now
from viralsim.kernels.rng import seed_key, world_key
from viralsim.kernels.state import ACTIONS, DEPTH_BINS, NODES, OVERFLOW, OWNED, TOUCHED, State, allocate
from viralsim.kernels.trees import measure_trees
from viralsim.measurement.measures import NAMES
from viralsim.mesa_driver import (
    Action,
    Actor,
    Advocate,
    AskedPost,
    Brand,
    BuyImpressions,
    CommunityManager,
    Members,
    OwnedPost,
    SoftenCriticism,
)
from viralsim.mesa_driver.seeds import Seed, luck_of, world_of
from viralsim.mesa_driver.snapshot import packed, unpacked
from viralsim.programme import arm_of_launch
from viralsim.scenario import Scenario, scenario_of
from viralsim.simulation.run import compile_arms, compile_audience

SPARE_ACTIONS = 1 << 20  # room for what actors decide beyond the plan
MOST_FACTOR = 100.0  # as of the factors of a scenario


class ViralityModel(mesa.Model):  # type: ignore[misc]
    """One world of one arm of a scenario, stepped tick by tick.

    Args:
        scenario: a ``Scenario``, or the path of its file.
        arm: name of the arm; the first by default.
        world: number of the world; the same number gives the world of the batch driver, bit for bit. By default 0, or in
            ``mesa.batch_run`` the number of the iteration.
        seed, rng: seed of the luck (two words for one thing; give one), a number or whatever ``numpy.random.default_rng``
            takes; the scenario's own by default. A ``Generator`` supplies the next number that it draws.
        launch: in a programme, the launch to step, from 0; earlier launches are run first, by the batch driver.
        brand, advocate, community_manager: classes of the actors; give subclasses to try policies.

    Attributes:
        tick: the tick that the next step runs; ``steps`` is the same. horizon: number of ticks. members: a lazy view of
            the audience. action_log: every action taken, as (tick, actor's class name, action).

    A model can be pickled or copied at any tick. The copy then goes on exactly as the original does.
    """

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        arm: str | None = None,
        world: int | None = None,
        seed: Seed | None = None,
        rng: Seed | None = None,
        *,
        launch: int = 0,
        brand: type[Brand] = Brand,
        advocate: type[Advocate] = Advocate,
        community_manager: type[CommunityManager] = CommunityManager,
    ) -> None:
        loaded = scenario_of(scenario)
        self.arm_name = loaded.arm_names[0] if arm is None else one_of(arm, "arm", loaded.arm_names)
        for name, given, kind in (
            ("brand", brand, Brand), ("advocate", advocate, Advocate),
            ("community_manager", community_manager, CommunityManager),
        ):  # fmt: skip
            if not isinstance(given, type) or not issubclass(given, kind):
                raise refuse(name, f"a subclass of viralsim.mesa_driver.{kind.__name__}", given)
        self.world = world_of(world, is_seeded=seed is not None or rng is not None)
        luck = luck_of(seed, rng, loaded.seed)
        super().__init__(rng=rng if isinstance(rng, np.random.Generator) else luck % 2**32)
        loaded.arm_specs()  # refuses overlays that the arms cannot share
        self.compiled = compile_audience(loaded, self.world % loaded.spec.populations)
        self.arm = compile_arms(loaded, self.compiled, [self.arm_name])[self.arm_name]
        long = loaded.spec.programme
        most = 0 if long is None else long.launches - 1
        launch = integer_at_least(launch, "launch", 0, most)
        if long is not None:
            self.arm, luck = arm_of_launch(self.arm, self.compiled, loaded.folder, luck, self.world, launch)
        self.plan: Plan = self.arm.world.plan
        self.rules = self.arm.world.rules.values
        self.key = np.uint64(world_key(seed_key(luck), self.world))
        self.tick = 0
        self.horizon = int(self.arm.world.contents.novelty.shape[1])
        self.members = Members(self)
        self.action_log: list[tuple[int, str, Action]] = []
        self._open_world()
        brand.create_agents(self, 1)
        for place, member in enumerate(self.arm.enrolment.members.tolist()):
            advocate(self, place, member)
        community_manager.create_agents(self, 1)
        # as a function with its arguments: the one form of a reporter that every version of Mesa takes and pickles
        self.datacollector = mesa.DataCollector({name: [self.measure, [name]] for name in NAMES})

    def _open_world(self) -> None:
        """Allocate the world and begin it; what is bought comes from actions, so the frame's plan buys nothing."""
        self._bought = np.zeros_like(self.plan.paid_count)
        check_arm_inputs(self.arm.world)
        self._inputs = self.arm.world._replace(plan=self.plan._replace(paid_count=self._bought))
        self._state = self._memory()
        self._out = outputs(self.arm.world, 1, 1)
        self._measured: tuple[int, dict[str, float]] = (-1, {})
        self._borrow()
        begin_world(*self._frames, self.key)
        self._state.scalars[OWNED] = self._state.scalars[ACTIONS] = 0

    def _memory(self) -> State:
        return allocate(self.arm.world, self.compiled.members, spare=SPARE_ACTIONS // max(1, self.horizon))

    def _borrow(self) -> None:
        """Frames and views of the arrays of this world, which stay this model's."""
        self._frames = frame_arm(self._inputs), frame_state(self._state), frame_out(self._out)
        self._counts, self._series = self._out.counts[0], self._out.series[0]

    def __getstate__(self) -> dict[str, Any]:
        """All but what only borrows from it; of the world's memory what is in use."""
        borrowed = ("_frames", "_counts", "_series")
        kept = {name: value for name, value in self.__dict__.items() if name not in borrowed}
        return kept | {"_state": packed(self._state)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what ``__getstate__`` gave, and borrow again from it."""
        self.__dict__.update(state)
        self._state = unpacked(state["_state"], self._memory())
        self._borrow()

    def step(self) -> None:
        """One tick: actors decide (brand, manager, advocates), then the world moves.

        Nothing happens after the horizon, or once a rule of ``campaign.stop_when`` has ended the world.
        """
        if self._is_over():
            self.running = False
            self.steps = self.tick  # Mesa counts the call before it is made
            return
        for kind in (Brand, CommunityManager, Advocate):
            for actor in [a for a in self.agents if isinstance(a, kind)]:
                actor.step()
        for actor in [a for a in self.agents if not isinstance(a, Brand | CommunityManager | Advocate)]:
            actor.step()
        self._settle_asked()
        advance_world(*self._frames, self.tick)
        if self._state.scalars[OVERFLOW]:
            raise InputError("this world outgrew its memory: use a smaller audience or horizon")
        self._state.scalars[OWNED] = self._state.scalars[ACTIONS] = 0
        self.tick += 1
        self.running = not self._is_over()
        self.datacollector.collect(self)

    def _is_over(self) -> bool:
        """Whether the horizon, or a stopping rule as the batch driver has it, has ended the world before this tick."""
        most, quiet = self.rules[Rule.STOP_SHARES], self.rules[Rule.STOP_QUIET]
        if self.tick >= self.horizon or (most > 0.0 and self.counted("shares") >= most):
            return True
        shared = np.flatnonzero(self._series[: self.tick, Series.SHARES]) if quiet > 0.0 else np.zeros(0, np.int64)
        last = int(shared[-1]) if len(shared) else -1
        return bool(quiet > 0.0 and self.tick > last + quiet)

    def take(self, actor: Actor, action: Action) -> None:
        """Accept an action of the coming tick; InputError if it names a line, member or channel that does not exist."""
        now, state = self._state.scalars, self._state
        if self.tick >= self.horizon:
            raise InputError(f"the horizon of {self.horizon} ticks is over: nobody acts any more")
        if self._is_over():
            raise InputError(f"a stopping rule has ended this world after {self.tick} ticks: nobody acts any more")
        if isinstance(action, OwnedPost):
            self._check(action.line, len(self.plan.owned_channel), "owned line")
            self._check(int(now[OWNED]), len(state.owned_now), "owned post of this tick")
            state.owned_now[now[OWNED]] = action.line
            now[OWNED] += 1
        elif isinstance(action, BuyImpressions):
            self._check(action.line, len(self.plan.paid_channel), "paid line")
            room = len(state.buffer_member) - int(self._bought[action.line, self.tick])
            self._bought[action.line, self.tick] += integer_at_least(action.count, "count", 0, room)
        elif isinstance(action, AskedPost):
            self._check_asked(action)
            self._check(int(now[ACTIONS]), len(state.actions), "asked post of this tick")
            order = (action.channel * len(self.arm.contents) + action.content) << 32 | int(action.member)
            state.actions[now[ACTIONS]] = (order, action.trust, action.advocate)
            now[ACTIONS] += 1
        elif isinstance(action, SoftenCriticism):
            state.soften[0] = number(action.factor, "factor", 0, MOST_FACTOR)
        else:
            raise InputError(f"{action!r} is no action: use those of viralsim.mesa_driver")
        self.action_log.append((self.tick, type(actor).__name__, action))

    def _check_asked(self, action: AskedPost) -> None:
        self._check(action.member, self.compiled.members, "member")
        self._check(action.channel, len(self.compiled.channels), "channel")
        self._check(action.content, len(self.arm.contents), "content")
        number(action.trust, "trust", 0, MOST_FACTOR)
        integer_at_least(action.advocate, "advocate", -1, len(self._state.advocate_posts) - 1)
        if not self.compiled.present_on(action.channel)[action.member]:
            channel = self.compiled.channels[action.channel]
            raise InputError(f"member {action.member} has no account on {channel}: ask somebody who has")

    def _check(self, index: int, count: int, what: str) -> None:
        if not is_whole(index) or not 0 <= index < count:
            raise InputError(f"there is no {what} {index}: there are {count}, numbered from 0")

    def _settle_asked(self) -> None:
        """Put the asked posts in the order of (channel, content, member); two of one member are one."""
        state, n = self._state, int(self._state.scalars[ACTIONS])
        ordered = state.actions[:n][np.argsort(state.actions["order"][:n], kind="stable")]
        first = np.ones(n, dtype=bool)
        first[1:] = ordered["order"][1:] != ordered["order"][:-1]
        kept = ordered[first]
        state.actions[: len(kept)] = kept
        state.scalars[ACTIONS] = len(kept)

    def asked_rows(self, advocate: int) -> NDArray[np.int64]:
        """Rows of the plan that ask this advocate in this tick, on channels where they are present."""
        plan, audience = self.plan, self.arm.world.audience
        rows = np.flatnonzero((plan.planned_tick == self.tick) & (plan.planned_advocate == advocate))
        if len(audience.presence):
            rows = rows[audience.presence[plan.planned_channel[rows], plan.planned_member[rows]] > 0]
        return rows

    def count_asked(self) -> None:
        """Note that an advocate was asked for a post."""
        self._counts[Count.ASKED] += 1

    def note_softening(self, tick: int) -> None:
        """Note from which tick on the manager's answer softens criticism."""
        if tick < self.horizon:
            self._counts[Count.SOFTENED_TICK] = tick

    def counted(self, name: str) -> int:
        """A count so far, by the name of ``Count`` in small letters: ``shares``, ``critical_shares``, ``reach``, ..."""
        return int(self._counts[Count[name.upper()]])

    def shares_in_tick(self, tick: int) -> int:
        """Shares of the campaign's content in one past tick."""
        return int(self._series[tick, Series.SHARES])

    def exposure_of(self, member: int) -> int:
        """Impressions of the campaign's content that a member had so far."""
        row = int(self._state.slot[member]) - 1
        focal = int(self.rules[Rule.FOCAL])
        return 0 if row < 0 else int(self._state.exposure[row * len(self.arm.contents) + focal]["seen"])

    def states(self) -> NDArray[np.int8]:
        """Every member's state, int8[N]: 2 if they posted the campaign's content, 1 if they were shown it, otherwise 0."""
        found = np.zeros(self.compiled.members, dtype=np.int8)
        n, contents, channels = int(self._state.scalars[TOUCHED]), len(self.arm.contents), len(self.compiled.channels)
        focal, rows = int(self.rules[Rule.FOCAL]), self._state.touched[: int(self._state.scalars[TOUCHED])]
        seen = self._state.exposure["seen"][: n * contents].reshape(n, contents)[:, focal] > 0
        nodes = self._state.posting["node"][: n * contents * channels].reshape(n, channels, contents)[:, :, focal]
        found[rows] = np.where((nodes >= 0).any(axis=1), 2, seen.astype(np.int8))
        return found

    def first_posts(self) -> NDArray[np.int32]:
        """Who has posted so far, and who convinced them, int32[posts, 4] in the order of posting: member, content, tick, parent.

        member -1 is the brand; content is an index of ``arm.contents``; parent is a row of this table, -1 where it has none.
        A row is a member's first post of a content on a channel.
        """
        nodes = self._state.nodes[: int(self._state.scalars[NODES])]
        content = self._state.content_of[nodes["cell"]]
        return np.column_stack([nodes["member"], content, nodes["tick"], nodes["parent"]]).astype(np.int32)

    def has_shared(self, member: int) -> bool:
        """Whether a member posted the campaign's content."""
        row = int(self._state.slot[member]) - 1
        if row < 0:
            return False
        contents, channels = len(self.arm.contents), len(self.compiled.channels)
        postings = self._state.posting[row * contents * channels : (row + 1) * contents * channels]
        return bool((postings["node"][int(self.rules[Rule.FOCAL]) :: contents] >= 0).any())

    def raw(self) -> RawWorlds:
        """What is counted so far, as one world of the batch driver."""
        advocates = int(self.plan.planned_advocate.max(initial=-1)) + 1
        sizes, generations = np.zeros(SIZE_BINS, np.int64), np.zeros(DEPTH_BINS, np.int64)
        posts, shares = self._state.advocate_posts.copy(), np.zeros(advocates, np.int64)
        nodes, count = with_attributes(self._state.nodes), int(self._state.scalars[NODES])
        virality = measure_trees(
            nodes, count, self._state.content_of, int(self.rules[Rule.FOCAL]), self._state.breadth, self._counts,
            sizes, generations, shares,
        )  # fmt: skip
        by_segment = np.zeros((1, segments_of(self.arm.world), len(SegmentCount)), np.int64)
        segments_now(*self._frames[:2], by_segment[0])
        return RawWorlds(
            self._counts[None].copy(), np.array([virality]), self._out.reach_by_channel, self._out.reach_by_community,
            self._out.series[:1], self._out.paid_bought, sizes, generations, posts, shares, np.ones(1, dtype=bool),
            paid_sales=self._out.paid_sales, posted=self._out.posted, asked_sales=self._out.asked_sales,
            often_reached=self._out.often_reached,
            by_segment=by_segment,
        )  # fmt: skip

    def measure(self, name: str) -> float:
        """A measure by its name, cumulative up to now; NaN if it is not defined yet."""
        if self._measured[0] != self.tick:
            raw = self.raw()
            lines = cost_lines(self.arm, raw)
            cost = np.sum(list(lines.values()), axis=0) if lines else np.zeros(1)
            self._measured = (self.tick, {n: float(v[0]) for n, v in measures(self.arm, raw, cost).items()})
        return self._measured[1][name]
