"""Worlds with drawn inputs: numbers reach the kernels as columns, a value per world; the rest is compiled per distinct value.

A world equals, bit for bit, that of the scenario with its values set by hand (for visibility: with the same ``envelope``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from viralsim.campaign.compile import Arm, compile_arm, envelopes
from viralsim.campaign.enrolment import rests_on_plan
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.arrays.rows_of_worlds import checked, inputs_of_world, varied_fields
from viralsim.rules import known
from viralsim.rules.rule import IN_AN_IMPRESSION
from viralsim.scenario.paths import parse_path
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
from viralsim.simulation.other_offers import with_offers
from viralsim.simulation.room import Room
from viralsim.simulation.run import LEAST_BLOCK, Run, input_ranges

if TYPE_CHECKING:
    from viralsim.scenario import Scenario

F8 = NDArray[np.float64]
COLUMN_BYTES = 64 << 20  # of the tables of the worlds that are compiled together, in all arms
MOST_AT_ONCE = 4096  # of these worlds
# The keys whose numbers are taken as columns, by the compiler of arms or by the launches of a programme: a star stands for a name
# or a number in a list.
COLUMNS = frozenset(
    f"{block}.{key}"
    for block, keys in {
        "channels.*": (
            "visibility organic_reach owned_visibility "
            "engagement_rate cpm_usd recommended.per_engagement recommended.delay reaction_delay.fixed "
            "reaction_delay.lognormal.median reaction_delay.lognormal.sigma reaction_delay.exponential.mean "
            "reaction_delay.power_law.constant_until reaction_delay.power_law.exponent"
        ),
        "content.*": (
            "appeal share_rate half_life released_at controversy conversion_rate value_usd persistence reshare critical.appeal "
            "critical.half_life critical.persistence conversion_trust.owned conversion_trust.paid conversion_trust.asked "
            "conversion_trust.earned conversion_trust.recommended reinforcement.social.gain reinforcement.social.cap "
            "reinforcement.threshold.fraction reinforcement.threshold.weight"
        ),
        "campaign": "cross_post",
        "campaign.owned.*": "trust cost_usd",
        "campaign.paid.*": "budget_usd trust cpm_usd",
        "campaign.advocates": "willingness trust cost_usd programme.setup_usd programme.hours_per_week "
        "programme.usd_per_hour programme.ask_fatigue programme.dropout programme.recovery programme.ambassadors.willingness",
        "campaign.community_management": "cost_usd_per_day respond.critical_share_ratio respond.effect respond.delay "
        "amplify.shares_per_hour amplify.cooldown",
        "programme": "members.at_start members.leave members.join members.join_per_share fans.from_share fans.response fans.stay "
        "fans.lapse customers.again customers.repeat memory.half_life memory.per_impression memory.floor advocates_trust.per_post "
        "advocates_trust.recovery",
    }.items()
    for key in keys.split()
)
OF_A_FILE = (
    "campaign.advocates.willingness",
    "campaign.advocates.cost_usd",
)  # the advocates' file may say other numbers


class Template(NamedTuple):
    """The arms of a scenario, and by arm which input is set at which places: an arm's overlay can hide an input."""

    specs: dict[str, Spec]
    places: dict[str, dict[Place, str]]

    def at(self, columns: Mapping[str, F8]) -> dict[str, Spec]:
        """The arms with a column of values in every place that takes one."""
        return {name: self.arm_at(name, columns) for name in self.specs}

    def arm_at(self, name: str, columns: Mapping[str, F8]) -> Spec:
        """One arm with a column of values in every place that takes one."""
        values = {place: columns[path] for place, path in self.places[name].items()}
        spec: Spec = with_values(self.specs[name], values)
        return spec


def value_at(spec: Any, place: Place) -> Any:
    """What is at a place of a spec; None where the way ends before."""
    for step in place:
        if isinstance(spec, BaseModel):
            spec = getattr(spec, str(step), None)
        elif isinstance(spec, Mapping):
            spec = spec.get(step)
        else:
            spec = spec[int(step)] if isinstance(spec, tuple) and int(step) < len(spec) else None
    return spec


def with_values(spec: Any, values: Mapping[Place, Any]) -> Any:
    """A copy of a spec with values at places that are there; nothing is validated."""
    for place, value in values.items():
        spec = _with_value(spec, place, value)
    return spec


def _with_value(inside: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(inside, BaseModel):
        return inside.model_copy(update={str(step): _with_value(getattr(inside, str(step)), rest, value)})
    if isinstance(inside, Mapping):
        return {**inside, step: _with_value(inside[step], rest, value)}
    at = int(step)
    return (*inside[:at], _with_value(inside[at], rest, value), *inside[at + 1 :])


def takes_columns(path: str) -> bool:
    """Whether the compiler of arms takes a column at this path."""
    place = parse_path(path)
    if place[0] == "content" and len(place) == 5 and place[2] in IN_AN_IMPRESSION and place[3] in known(str(place[2])):
        return True  # a parameter of a rule of one's own
    named = place[0] in ("channels", "content")
    return ".".join("*" if isinstance(p, int) or (named and i == 1) else p for i, p in enumerate(place)) in COLUMNS


def split_paths(scenario: Scenario, paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """(columns, structure): structure changes who is enrolled or which lines exist, or is no plain number in an arm."""
    tiers = [tier for tier in (spec.campaign.advocates for spec in scenario.arm_specs().values()) if tier is not None]
    if any(tier.listed is None and rests_on_plan(tier) for tier in tiers):
        return [], list(paths)
    of_file = any(tier.listed is not None for tier in tiers)
    columns = [path for path in paths if takes_columns(path) and not (of_file and path in OF_A_FILE)]
    return columns, [path for path in paths if path not in columns]


def template_of(scenario: Scenario, columns: Sequence[str], structure: Mapping[str, float]) -> Template | None:
    """The arms with the structure's values; None where a value changes more of a spec than its own place."""
    ranges = input_ranges(scenario)
    spans = {path: ranges[path] for path in columns}
    ends: Iterable[Scenario] = scenario.at_ends(spans) if not structure else (
        scenario.override({**structure, **{path: span[end] for path, span in spans.items()}}) for end in (0, 1)
    )  # fmt: skip
    low, high = (end.arm_specs() for end in ends)
    places: dict[str, dict[Place, str]] = {}
    own = {parse_path(path): path for path in columns}
    for name in low:
        places[name] = {}
        for place, path in [*own.items(), *_filled_in(own, low[name])]:
            found = value_at(low[name], place), value_at(high[name], place)
            if found == ranges[path]:
                places[name][place] = path
            elif found[0] != found[1]:
                return None
        same = dict.fromkeys(places[name], 0.5)
        if with_values(low[name], same) != with_values(high[name], same):
            return None
    return Template(low, places)


def _filled_in(own: Mapping[Place, str], spec: Spec) -> Iterator[tuple[Place, str]]:
    """Where else an input stands once a scenario is read: a paid line without a price takes that of its channel."""
    for i, line in enumerate(spec.campaign.paid):
        place: Place = ("campaign", "paid", i, "cpm_usd")
        path = own.get(("channels", str(line.channel), "cpm_usd"))
        if path is not None and place not in own:
            yield place, path


class _Stretch(NamedTuple):
    """Worlds of one audience that were compiled together: their rows and values, the arms, and room for the worlds of launches."""

    rows: NDArray[np.int64]
    values: dict[str, F8]
    arms: list[Arm]
    rooms: dict[str, Room]


class Compiler:
    """Compiles the arms of blocks of worlds that share their structure."""

    def __init__(self, run: Run, template: Template, structure: Mapping[str, float]) -> None:
        self.run, self.template = run, template
        self.scenario = run.scenario.override(structure) if structure else run.scenario
        self.columns = sorted({path for places in template.places.values() for path in places.values()})
        ranges = input_ranges(run.scenario)
        self.widest = template.at({path: np.array(ranges[path]) for path in self.columns})
        self.envelopes: dict[int, F8] = {}

    def arms(self, compiled: CompiledAudience, values: Mapping[str, F8]) -> Iterator[Arm]:
        """The run's arms for the worlds of ``values``, one after the other: each is large where tables differ by world."""
        key = id(compiled)
        if key not in self.envelopes:
            self.envelopes[key] = envelopes(compiled, self.widest)
        specs = self.template.at(values)
        for name in self.run.names:
            try:
                yield compile_arm(compiled, name, specs[name], self.envelopes[key], self.scenario.folder)
            except ScenarioError as error:
                raise self.scenario.placed(error, name) from None

    def stretch(self, compiled: CompiledAudience, inputs: Mapping[str, F8]) -> int:
        """For how many worlds all arms are compiled together: more cost little less each, and their tables are to fit."""
        first = {path: inputs[path][:1] for path in self.columns}
        wide = sum(array.nbytes for arm in self.arms(compiled, first) for *_, array in varied_fields(arm.world))
        return max(LEAST_BLOCK, min(MOST_AT_ONCE, COLUMN_BYTES // max(wide, 1)))

    def run_rows(self, compiled_audiences: list[CompiledAudience], inputs: Mapping[str, F8], rows: NDArray[np.int64],
                 threads: int) -> None:  # fmt: skip
        """The worlds at ``rows`` in every arm."""
        for p, own in self._by_audience(compiled_audiences, rows):
            values = {path: inputs[path][own] for path in self.columns}
            for arm in self.arms(compiled_audiences[p], values):
                self._run_arm(compiled_audiences[p], arm, own, threads)

    def run_blocks(self, compiled_audiences: list[CompiledAudience], inputs: Mapping[str, F8]) -> None:
        """All worlds, block by block, each arm compiled for a stretch of several blocks."""
        most, made = self.stretch(compiled_audiences[0], inputs), dict[int, _Stretch]()
        for rows in self.run.blocks(not self.run.is_watched(), most):
            if self.run.interrupted:
                return
            if rows[0] % most == 0:
                ahead = np.arange(rows[0], min(rows[0] + most, len(self.run.worlds)))
                made.clear()  # before the next are made, which are as large
                for p, own in self._by_audience(compiled_audiences, ahead):
                    made[p] = self._compiled(compiled_audiences[p], own, inputs)
            for p, own in self._by_audience(compiled_audiences, rows):
                self._run_part(compiled_audiences[p], made[p], own)

    def _compiled(self, compiled: CompiledAudience, rows: NDArray[np.int64], inputs: Mapping[str, F8]) -> _Stretch:
        """The arms for the worlds at ``rows``. Those of launches keep no tables: these lie in the room, as rows of worlds."""
        made = _Stretch(rows, {path: inputs[path][rows] for path in self.columns}, [], {})
        for arm in self.arms(compiled, made.values):
            if arm.spec.programme is None:
                ready = checked(with_offers(arm.world, self.run.offers), len(rows))
                arm = replace(arm, world=inputs_of_world(arm.world, 0))
                made.rooms[arm.name] = Room(ready, len(rows), self.run.series_of(arm, rows), len(self.run.worlds))
            made.arms.append(arm)
        return made

    def _run_part(self, compiled: CompiledAudience, stretch: _Stretch, rows: NDArray[np.int64]) -> None:
        """The worlds at ``rows``, which follow those of the stretch that were run."""
        first, last = np.searchsorted(stretch.rows, (rows[0], rows[-1] + 1)).tolist()
        for arm in stretch.arms:
            room = stretch.rooms.get(arm.name)
            part = slice(first if room is None else 0, last)
            spec = self.template.arm_at(arm.name, {path: column[part] for path, column in stretch.values.items()})
            if room is None:
                self._run_arm(compiled, arm.of_worlds(spec, part), rows, self.run.threads)
            elif not self.run.interrupted:
                self.run.run_in(room, arm.of_worlds(spec, part), stretch.rows, rows)

    def _by_audience(
        self, compiled_audiences: list[CompiledAudience], rows: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The rows of the worlds of each audience that has some."""
        audience_of = self.run.worlds[rows] % len(compiled_audiences)
        for p in np.unique(audience_of).tolist():
            yield p, rows[audience_of == p]

    def _run_arm(self, compiled: CompiledAudience, arm: Arm, rows: NDArray[np.int64], threads: int) -> None:
        if not self.run.interrupted:
            self.run.run_arm(compiled, arm, rows, threads, self.run.series_of(arm, rows))


def arm_of_world(scenario: Scenario, compiled: CompiledAudience, name: str, values: Mapping[str, float]) -> Arm:
    """One arm with the inputs that one world drew, on the envelopes that the world ran on: path -> value.

    Raises ScenarioError where the arm cannot be compiled.
    """
    columns, structure = split_paths(scenario, list(values))
    if template_of(scenario, columns, {}) is None:
        columns, structure = [], list(values)
    own = {path: values[path] for path in structure}
    template = template_of(scenario, columns, own)
    by_hand = scenario.override(dict(values))
    specs = by_hand.arm_specs()
    widest = specs
    if template is not None:
        widest = Compiler(Run(scenario, 0, np.zeros(1, np.int64), (name,), 1, None), template, own).widest
    try:
        return compile_arm(compiled, name, specs[name], envelopes(compiled, widest), scenario.folder)
    except ScenarioError as error:
        raise by_hand.placed(error, name) from None


def run_uncertain(run: Run, compiled_audiences: list[CompiledAudience], inputs: Mapping[str, F8]) -> None:
    """Blocks of worlds, each with its own inputs, through all arms; worlds with another structure are compiled apart."""
    columns, structure = split_paths(run.scenario, list(inputs))
    template = template_of(run.scenario, columns, {})
    if template is None:
        columns, structure = [], list(inputs)
    try:
        if template is not None and not structure:
            Compiler(run, template, {}).run_blocks(compiled_audiences, inputs)
            return
        for rows in run.blocks(not run.is_watched()):
            _run_structures(run, compiled_audiences, inputs, rows, columns, structure)
    except KeyboardInterrupt:
        run.interrupted = True


def _run_structures(
    run: Run,
    compiled_audiences: list[CompiledAudience],
    inputs: Mapping[str, F8],
    rows: NDArray[np.int64],
    columns: Sequence[str],
    structure: Sequence[str],
) -> None:
    """Each distinct combination of structural values is compiled once, and runs on a thread of its own."""
    table = np.stack([inputs[path][rows] for path in structure], axis=1)
    distinct, group_of = np.unique(table, axis=0, return_inverse=True)
    order = np.argsort(group_of.reshape(-1), kind="stable")
    members = np.split(rows[order], np.cumsum(np.bincount(group_of.reshape(-1)))[:-1])

    def one(g: int) -> None:
        if not run.interrupted:
            values = {path: float(value) for path, value in zip(structure, distinct[g], strict=True)}
            template = template_of(run.scenario, columns, values)
            if template is None:  # with this structure an arm takes other numbers: world by world
                raise ScenarioError(
                    [Problem("cannot be drawn together with the others: leave one of them out", "uncertain")]
                )
            Compiler(run, template, values).run_rows(compiled_audiences, inputs, members[g], 1)

    with ThreadPoolExecutor(run.threads) as pool:
        try:
            for future in [pool.submit(one, g) for g in range(len(distinct))]:
                future.result()
        except KeyboardInterrupt:
            run.interrupted = True
            pool.shutdown(cancel_futures=True)
