"""One arm of a scenario as the ``ArmInputs`` that the kernels run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.creators.exclusive import with_exclusive
from viralsim.campaign.delays import delay_tables, whole_ticks
from viralsim.campaign.enrolment import Enrolment, enrol
from viralsim.campaign.impression_delay import seeing
from viralsim.campaign.interventions import cut_ties, plan_of_interventions
from viralsim.campaign.management import manager_rules, with_care
from viralsim.campaign.mean_field import HOURS_PER_DAY, novelty, rhythm, rhythms, tick_hours
from viralsim.campaign.numbers import Number, holds_column, number, stacked
from viralsim.campaign.own_rules import own_arrays
from viralsim.campaign.plan import compile_plan
from viralsim.campaign.segments import segment_names
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.campaign.solve_rates import appeal, curve_of, visibility
from viralsim.campaign.visible_posts import factors, highest_owned, owned_factor, owned_visibility, per_engagement
from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.alias import gap_table
from viralsim.kernels.arm_inputs import (
    OFF,
    OWN_RULE,
    ArmInputs,
    Audience,
    Channels,
    Contents,
    Plan,
    Reinforcement,
    Rule,
    Rules,
    Source,
)
from viralsim.kernels.arrays.rows_of_worlds import inputs_of_worlds
from viralsim.kernels.rng import name_key
from viralsim.scenario.blocks import filled
from viralsim.scenario.channels import Sends
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec

TWIN = "/critical"  # a twin's name is its content's name with this ending
ANYONE = np.ones(1, np.float32)  # the match of a content of which nothing is known


@dataclass(frozen=True, eq=False)
class Arm:
    """A compiled arm: its scenario, the kernels' inputs, and who was enrolled."""

    name: str
    spec: Spec
    world: ArmInputs
    enrolment: Enrolment
    contents: tuple[str, ...]
    visibility: NDArray[np.float64]
    appeal: NDArray[np.float64]
    segments: tuple[tuple[str, int], ...] = ()  # (``field=segment``, members) by row of ``by_segment``

    def of_worlds(self, spec: Spec, rows: slice) -> Arm:
        """The arm of some of the worlds that it was compiled for; ``spec``: the scenario with their columns."""
        return replace(
            self,
            spec=spec,
            world=inputs_of_worlds(self.world, rows),
            enrolment=self.enrolment.of_world(rows),
            visibility=self.visibility[rows] if self.visibility.ndim > 1 else self.visibility,
            appeal=self.appeal[rows] if self.appeal.ndim > 1 else self.appeal,
        )


def content_names(spec: Spec) -> list[str]:
    """Contents in the order of the file, then the critical twins of those with controversy."""
    return [*spec.content, *(name + TWIN for name, content in spec.content.items() if np.any(content.controversy > 0))]


def envelopes(compiled: CompiledAudience, arms: Mapping[str, Spec]) -> NDArray[np.float64]:
    """The rate at which gaps are drawn on each channel: the highest chance of an impression in any arm and tick, float64[C]."""
    highest, owned = np.zeros(len(compiled.channels)), np.zeros(len(compiled.channels))
    for spec in arms.values():
        peak = rhythms(spec).max()
        for c in range(len(highest)):
            most = np.max(visibility(compiled, spec, c)) * factors(compiled, spec).highest(c)
            highest[c] = max(highest[c], most * peak)
            owned[c] = max(owned[c], highest_owned(compiled, spec, c) * peak)
    if len(compiled.graph.tie_strength):
        for c in range(len(highest)):
            row = compiled.graph.tie_strength[compiled.graph.indptr[c, 0] : compiled.graph.indptr[c, -1]]
            highest[c] *= float(row.max(initial=0.0))
    needed = np.minimum(1.0, np.maximum(highest, owned))  # owned posts know no ties
    for c, name in enumerate(compiled.channels):
        given = max((spec.channels[name].envelope or 0.0 for spec in arms.values()), default=0.0)
        if given and given < needed[c]:
            raise ScenarioError(
                [Problem(f"must be at least the highest chance of an impression, {needed[c]:.6g}, got {given:g}",
                         f"channels.{name}.envelope")]
            )  # fmt: skip
        needed[c] = max(given, needed[c])
    return needed


def _delays(compiled: CompiledAudience, spec: Spec) -> dict[str, NDArray[Any]]:
    """The reaction delays of all channels: fixed ticks, or tables of one width."""
    laws = [
        delay_tables(compiled, spec.channels[name].reaction_delay, spec.tick, spec.ticks) for name in compiled.channels
    ]
    widest = max(law.threshold.shape[-1] for law in laws)

    def padded(array: NDArray[Any]) -> NDArray[Any]:
        missing = [(0, 0)] * (array.ndim - 1) + [(0, widest - array.shape[-1])]
        return np.pad(array, missing)

    return {
        "delay_fixed": stacked([law.fixed for law in laws], dtype=np.int64),
        "delay_threshold": stacked([padded(law.threshold) for law in laws], 1, np.uint64),
        "delay_alias": stacked([padded(law.alias) for law in laws], 1, np.int32),
        "delay_shift": np.array([law.shift for law in laws], dtype=np.uint64),
    }


def _channels(
    compiled: CompiledAudience, spec: Spec, envelope: NDArray[np.float64], audience: Audience, share_rate: Number
) -> Channels:
    seen = stacked([visibility(compiled, spec, c) for c in range(len(compiled.channels))])
    thin = np.full(len(compiled.channels), bool(len(compiled.graph.tie_strength) or len(audience.background_load)))
    thin |= (envelope != seen).reshape(-1, len(thin)).any(axis=0) | bool((rhythms(spec) != 1.0).any())
    apart, waiting = owned_visibility(compiled, spec), seeing(compiled, spec)
    if len(apart) or len(owned_factor(compiled, spec)) or any(map(len, factors(compiled, spec))):
        thin[:] = True
    gaps = [compiled.once(("gaps", float(e)), lambda e=e: gap_table(min(max(float(e), 1e-300), 1.0))) for e in envelope]
    settings = [spec.channels[name] for name in compiled.channels]
    recommended = [s.recommended for s in settings]
    return Channels(
        key=np.array([name_key(name) for name in compiled.channels], dtype=np.uint64),
        visibility=seen,
        envelope=np.ascontiguousarray(envelope, dtype=np.float64),
        thin=thin.astype(np.uint8),
        gap_threshold=np.stack([g.threshold for g in gaps]),
        gap_alias=np.stack([g.alias for g in gaps]),
        **_delays(compiled, spec),
        engagement_rate=stacked([s.engagement_rate for s in settings]),
        per_engagement=stacked([per_engagement(compiled, spec, c, share_rate) for c in range(len(settings))]),
        recommend_delay=stacked(
            [1 if r is None else np.maximum(1, whole_ticks(r.delay, spec.tick)) for r in recommended], dtype=np.int64
        ),
        max_match=np.array([float(row.max(initial=0.0)) for row in audience.match]),
        owned_visibility=apart,
        seeing_delay=waiting.delay,
        seeing_scale=waiting.scale,
        **_sends([s.sends for s in settings]),
    )


def _sends(rules: Sequence[Sends | None]) -> dict[str, NDArray[Any]]:
    """Which shares are sent to a few, to how many and with what trust, by channel; nothing where no channel says so."""
    if all(rule is None for rule in rules):
        return {}
    return {
        "send_share": stacked([0.0 if rule is None else rule.share for rule in rules]),
        "send_reach": stacked([1 if rule is None else rule.reaches for rule in rules], dtype=np.int64),
        "send_trust": stacked([1.0 if rule is None else rule.trust for rule in rules]),
    }


def _reinforcement(content: Content) -> tuple[int, Number, Number, Number]:
    """(kind, gain, cap, threshold) of a content's reinforcement."""
    rule = content.reinforcement
    if rule.own:
        return OWN_RULE, 0.0, 1.0, 0.0
    if rule.kind == "simple":
        return int(Reinforcement.SIMPLE), 0.0, 1.0, 0.0
    if rule.kind == "social":
        social = filled(rule.social)
        return int(Reinforcement.SOCIAL), number(social.gain), number(social.cap), 0.0
    threshold = filled(rule.threshold)
    for kind, value in (
        (Reinforcement.COUNT, threshold.count),
        (Reinforcement.FRACTION, threshold.fraction),
        (Reinforcement.WEIGHT, threshold.weight),
    ):
        if value is not None:
            return int(kind), 0.0, 1.0, -1.0 if isinstance(value, str) else number(value)
    raise ValueError("a threshold needs count, fraction or weight")


def sold_part(content: Content, source: str) -> Number:
    """The factor of the conversion rate of impressions from a source: trust, and the steps of the funnel."""
    trust = getattr(content.conversion_trust, source)
    return trust if content.funnel is None else trust * content.funnel.passed(source)


def _contents(compiled: CompiledAudience, spec: Spec, names: list[str]) -> Contents:
    """Parameters of all contents, twins included; a twin takes from its content what ``critical`` leaves out."""
    rows: list[dict[str, Any]] = []
    for name in names:
        base = name.removesuffix(TWIN)
        content, is_twin = spec.content[base], name not in spec.content
        critical = content.critical if is_twin else None

        def own(field: str, fallback: Any, critical: Any = critical) -> Any:
            value = None if critical is None else getattr(critical, field)
            return fallback if value is None else value

        kind, gain, cap, threshold = (int(Reinforcement.SIMPLE), 0.0, 1.0, 0.0) if is_twin else _reinforcement(content)
        rows.append(
            {
                "key": name_key(name),
                "appeal": own("appeal", appeal(compiled, spec, base)),
                "twin": names.index(name + TWIN) if name + TWIN in names else -1,
                "original": names.index(base) if is_twin else -1,
                "controversy": 0.0 if is_twin else content.controversy,
                "conversion_rate": 0.0 if is_twin else content.conversion_rate,
                "conversion_trust": stacked([sold_part(content, s.name.lower()) for s in Source]),
                "reinforcement": kind,
                "gain": gain,
                "cap": cap,
                "threshold": threshold,
                "persistence": own("persistence", content.persistence),
                "reshare": content.reshare,
                "novelty": novelty(own("half_life", content.half_life), content.released_at, tick_hours(spec)),
            }
        )
    inner = {"conversion_trust": 1, "novelty": 1}
    kinds = {"key": np.uint64, "twin": np.int64, "original": np.int64, "reinforcement": np.int64}
    found = Contents(
        **{
            field: stacked([row[field] for row in rows], inner.get(field, 0), kinds.get(field, np.float64))
            for field in rows[0]
        },
        **own_arrays(spec, names, len(compiled.graph.tie_sign) > 0),
    )
    return found if (found.reshare != 1.0).any() else found._replace(reshare=OFF)


def _rules(spec: Spec, names: list[str], contents: Contents, plan: Plan, members: int) -> Rules:
    values: dict[Rule, Number] = dict.fromkeys(Rule, 0.0)
    campaign, audience = spec.campaign, spec.audience
    values[Rule.FOCAL] = names.index(campaign.content)
    values[Rule.IN_GROUP] = audience.in_group
    values[Rule.CROSS_POST] = campaign.cross_post
    values[Rule.FEED_CAPACITY] = np.inf if audience.attention is None else audience.attention.feed_capacity
    values[Rule.TICKS_PER_DAY] = max(1.0, round(HOURS_PER_DAY / spec.tick))
    manager = campaign.community_management
    coverage = 1.0 if manager is None else manager.coverage(members)
    values |= manager_rules(spec, coverage, bool(len(plan.owned_channel)))
    stop = campaign.stop_when
    if stop is not None:
        values[Rule.STOP_SHARES] = float(stop.shares or 0)
        values[Rule.STOP_QUIET] = 0.0 if stop.quiet is None else float(whole_ticks(stop.quiet, spec.tick))
    threshold = contents.reinforcement >= Reinforcement.COUNT
    planned = np.isin(np.arange(len(names)), plan.planned_content)
    values[Rule.DISTINCT] = float(bool((threshold & (planned | (contents.persistence > 0))).any()))
    tired = audience.fatigue
    fatigue = np.ones(1)
    if tired is not None:
        steps = np.maximum(tired.floor, (1.0 - tired.per_impression) ** np.arange(1024))
        fatigue = steps[: int(np.argmin(steps)) + 1] if tired.per_impression > 0 else fatigue
        fatigue = np.append(fatigue, fatigue[-1])
    return Rules(stacked([values[rule] for rule in Rule]), rhythm(spec, tick_hours(spec)), fatigue)


def _plan(compiled: CompiledAudience, spec: Spec, names: list[str], enrolment: Enrolment) -> Plan:
    """The plan arrays, shared by arms and worlds of the same campaign; made for each block where they differ by world."""
    if holds_column(spec.campaign):
        return compile_plan(compiled, spec, names, enrolment)._replace(**plan_of_interventions(compiled, spec))
    key = ("plan", repr(spec.campaign), repr(spec.horizon), spec.tick, tuple(names), tuple(enrolment.willingness[:1]))
    plan: Plan = compiled.once(key, lambda: compile_plan(compiled, spec, names, enrolment), (enrolment.members,))
    return plan._replace(**plan_of_interventions(compiled, spec))


def _share_rate(compiled: CompiledAudience, spec: Spec, contents: Contents, names: list[str]) -> Number:
    """Shares per fresh impression of the campaign's content; 0 where no channel asks for it."""
    if all(channel.recommended is None or channel.recommended.share is None for channel in spec.channels.values()):
        return 0.0
    focal = names.index(spec.campaign.content)
    return curve_of(compiled, spec, spec.content[spec.campaign.content]).rate_at(contents.appeal[..., focal])


def _cared_for(compiled: CompiledAudience, spec: Spec, enrolment: Enrolment) -> Enrolment:
    """The enrolment with what the manager's hours do to willingness."""
    manager = spec.campaign.community_management
    if manager is None or manager.hours_per_week is None or not manager.effects.willingness:
        return enrolment
    willingness = with_care(enrolment.willingness, manager, manager.coverage(compiled.audience_members))
    return replace(enrolment, willingness=willingness)


def compile_arm(
    compiled: CompiledAudience,
    name: str,
    spec: Spec,
    envelope: NDArray[np.float64],
    folder: Path,
    enrolment: Enrolment | None = None,
) -> Arm:
    """The ``ArmInputs`` of one arm.

    ``envelope`` float64[C] is that of ``envelopes`` over all arms of the scenario, run or not, so that an arm alone has the
    worlds that it has among others. ``enrolment`` overrides who is enrolled. Raises ScenarioError where a number cannot be met.
    """
    names = content_names(spec)
    enrolment = enrolment if enrolment is not None else _cared_for(compiled, spec, enrol(compiled, spec, folder))
    matches = [compiled.match(spec.content[n]) if n in spec.content else ANYONE for n in names]
    audience = with_exclusive(compiled.audience(spec, matches), spec, enrolment, compiled.members)
    contents = _contents(compiled, spec, names)
    plan = _plan(compiled, spec, names, enrolment)
    channels = _channels(compiled, spec, envelope, audience, _share_rate(compiled, spec, contents, names))
    by_followers = factors(compiled, spec)
    graph = cut_ties(compiled, spec, compiled.graph)
    graph = graph._replace(root_visibility=by_followers.roots, reshare_visibility=by_followers.reshares)
    if len(plan.visibility_cap):
        channels = channels._replace(thin=np.ones_like(channels.thin))
    if np.isin(contents.reinforcement, (Reinforcement.FRACTION, OWN_RULE)).any():
        graph = graph._replace(following=compiled.following)
    world = ArmInputs(
        graph,
        audience,
        channels,
        contents,
        _rules(spec, names, contents, plan, compiled.audience_members),
        plan,
    )
    segments = segment_names(compiled.population)
    return Arm(name, spec, world, enrolment, tuple(names), channels.visibility, contents.appeal, segments)
