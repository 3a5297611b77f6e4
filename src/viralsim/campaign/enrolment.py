"""Who is enrolled as an advocate: by a strategy, by a list, or from a file of handles and follower counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.advocates_file import PATH, read_advocates
from viralsim.campaign.creators.terms import Terms
from viralsim.campaign.launch_surrogate import launch_model
from viralsim.campaign.numbers import beside
from viralsim.campaign.segments import chosen_for
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError, Problem, ScenarioError
from viralsim.member_names import handle_key
from viralsim.scenario.blocks import filled
from viralsim.scenario.campaign import Advocates
from viralsim.scenario.spec import Spec
from viralsim.seeding import Candidates, Chosen, propose

PLAN_IS_NOTHING_TO = ("random", "degree", "pagerank", "core", "nomination", "community", "fit", "members")


@dataclass(frozen=True, eq=False)
class Enrolment:
    """The advocate tier of one arm, a row per advocate.

    members: int64[A]. handles: what the user calls them. channels: bool[A, C], where they are asked to post.
    willingness, cost_usd: float64[A]; [W, A] where they differ by world. proposal: what the strategy reports about
    them, with its certificate, or None.
    fit: float64[A] in [0, 1], how well topics and tone of a creator suit the content; None where nothing is known of them. notes:
    what users should know of the file. terms: what creators are paid beside the price; None where nothing was asked of them.
    listed: everybody of the list that these were taken from; empty where all are.
    """

    members: NDArray[np.int64]
    handles: list[Any]
    channels: NDArray[np.bool_]
    willingness: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    proposal: Chosen | None = None
    fit: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    terms: Terms | None = None
    listed: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.members)

    def rows(self, rows: Sequence[int]) -> Enrolment:
        """The enrolment of some of its people, in this order."""
        at = np.array(rows, dtype=np.int64)
        return Enrolment(
            self.members[at], [self.handles[row] for row in rows], self.channels[at], self.willingness[..., at],
            self.cost_usd[..., at], None, None if self.fit is None else self.fit[at], self.notes,
            None if self.terms is None else self.terms.rows(at), self.listed or tuple(self.handles),
        )  # fmt: skip

    def of_world(self, row: int | slice) -> Enrolment:
        """The enrolment with the numbers of the world at ``row``, or with the columns of some of the worlds."""
        own = {name: getattr(self, name) for name in ("willingness", "cost_usd")}
        return replace(self, **{name: values[row] if values.ndim > 1 else values for name, values in own.items()})

    def times(self, row: int, of_tier: tuple[float, ...]) -> tuple[float, ...]:
        """When a person is asked to post, hours since the launch: at times of their own, else at those of the tier."""
        return of_tier if self.terms is None else self.terms.times(row, of_tier)

    def asks(self, of_tier: tuple[float, ...]) -> NDArray[np.int64]:
        """How often each is asked to post, int64[A]."""
        return np.array([len(self.times(row, of_tier)) for row in range(len(self))], dtype=np.int64)

    def asked_usd(self, tier: Advocates) -> NDArray[np.float64]:
        """What each costs by the tier's price if they are asked whenever they can be, float64[A]."""
        return np.asarray(self.cost_usd * (1 if tier.cost_per == "enrolled" else self.asks(tier.posts_at)), np.float64)

    def prices(self, tier: Advocates) -> NDArray[np.float64]:
        """What each costs at most, float64[A]: the tier's price, a fee for each post on each channel, what is paid once."""
        found = self.asked_usd(tier)
        if self.terms is None:
            return found
        posts = self.asks(tier.posts_at) * self.channels.sum(axis=1)
        return np.asarray(found + self.terms.of["fee_per_post_usd"] * posts + self.terms.once)

    def row_of(self, handle: str) -> int | None:
        """The row of a handle; None where nobody enrolled has it."""
        keys = [handle_key(one) for one in self.handles]
        return keys.index(handle_key(handle)) if handle_key(handle) in keys else None

    def only(self, handles: Sequence[int | str], file: str) -> Enrolment:
        """The enrolment of those who are named; ScenarioError for who is not in ``file``, or named twice."""
        row = {handle_key(handle): i for i, handle in enumerate(self.handles)}
        keys = [handle_key(handle) for handle in handles]
        for i, key in enumerate(keys):
            if key not in row:
                known = f"name handles of {file}, such as {self.handles[0]}"
                raise ScenarioError(
                    [Problem(f"nobody in the file is called {handles[i]!r}: {known}", f"{PATH}.choose")]
                )
            if key in keys[:i]:
                raise ScenarioError([Problem(f"{handles[i]!r} is named twice: name each once", f"{PATH}.choose")])
        return self.rows([row[key] for key in keys])


def enrol(compiled: CompiledAudience, spec: Spec, folder: Path) -> Enrolment:
    """The advocates of a campaign (none where there is no tier); the same audience and words give the same people."""
    tier = spec.campaign.advocates
    if tier is None:
        return Enrolment(
            np.zeros(0, np.int64), [], np.zeros((0, len(compiled.channels)), bool), np.zeros(0), np.zeros(0)
        )
    content = spec.content[tier.content or spec.campaign.content]
    match = compiled.match(content)
    if tier.listed is not None:
        listed = _of_file(compiled, spec, tier, folder, match)
        word, options = strategy_of(tier.choose)
        return listed.only(options["members"], tier.listed) if word == "members" else listed
    names = tier.channels or compiled.channels
    where = np.array([name in names for name in compiled.channels])
    key = (
        "enrol",
        repr(tier.choose),
        repr(tier.among),
        tier.count,
        tuple(names),
        spec.seed,
        repr(tier.programme.nurture),
        tier.programme.fans,
        _plan_of(spec) if strategy_of(tier.choose)[0] not in PLAN_IS_NOTHING_TO else "",
    )
    chosen: Enrolment = compiled.once(key, lambda: _by_strategy(compiled, spec, tier, where, match), (match,))
    count = len(chosen)
    return Enrolment(
        chosen.members,
        chosen.handles,
        chosen.channels,
        beside(tier.willingness) * np.ones(count),
        beside(tier.cost_usd) * np.ones(count),
        chosen.proposal,
    )


def _of_file(
    compiled: CompiledAudience, spec: Spec, tier: Advocates, folder: Path, match: NDArray[np.float32]
) -> Enrolment:
    """Everybody of the advocates' file or of ``creators``; what the file leaves open is the tier's own."""
    path = folder / filled(tier.listed)
    given = tier.model_fields_set & {"willingness", "cost_usd", "cost_per"}
    posted = {name: (one.topics, one.tone) for name, one in spec.content.items()}
    when = (len(tier.posts_at), spec.launch_day, spec.launch_at, spec.horizon)
    words = (tier.channels, tier.willingness, tier.cost_usd, tier.followers_differ, frozenset(given), spec.currency, when,
             repr(tier.creators), repr(tier.among), tier.content, spec.campaign.content, repr(posted))  # fmt: skip

    def make() -> Enrolment:
        listed = read_advocates(compiled, spec, tier, folder)
        return Enrolment(
            listed.members, list(listed.handles), listed.channels, listed.willingness, listed.cost_usd,
            fit=listed.fit, notes=listed.notes, terms=listed.terms,
        )  # fmt: skip

    read: Enrolment = compiled.once(("advocates file", str(path), words), make, (match,))
    return read


def choose_listed(compiled: CompiledAudience, spec: Spec, listed: Enrolment, choose: Any, count: int) -> Enrolment:
    """``count`` of the people of a file by a strategy, or those named by ``{"members": [handles]}``.

    Raises InputError where the file names fewer, or the strategy cannot choose among them.
    """
    tier = filled(spec.campaign.advocates)
    word, options = strategy_of(choose)
    if word == "members":
        return listed.only(options["members"], filled(tier.listed))
    if count > len(listed):
        raise InputError(f"count: {tier.listed} names {len(listed)} people, {count} were asked for: ask for fewer")
    match = compiled.match(spec.content[tier.content or spec.campaign.content])
    where = np.asarray(listed.channels.sum(axis=0) > 0)
    eligible = np.isin(np.arange(compiled.members), listed.members)
    candidates = _candidates(compiled, spec, where, eligible, match)
    chosen = propose(candidates, word, count, spec.seed, options)
    row = {member: i for i, member in enumerate(listed.members.tolist())}
    return replace(listed.rows([row[member] for member in chosen.members.tolist()]), proposal=chosen)


def _plan_of(spec: Spec) -> str:
    """All that the chances of a launch rest on: a strategy that asks for them may choose others for another plan."""
    return repr((spec.campaign.advocates, spec.campaign.content, spec.content, spec.channels, spec.audience, spec.goal,
                 spec.tick, spec.horizon, spec.launch_at))  # fmt: skip


def rests_on_plan(tier: Advocates) -> bool:
    """Whether who is chosen depends on what the campaign does, so that other numbers may choose others."""
    return strategy_of(tier.choose)[0] not in PLAN_IS_NOTHING_TO


def strategy_of(choose: Any) -> tuple[str, dict[str, Any]]:
    """A ``choose`` of the scenario as (word, options): ``degree``, ``{word: {options}}`` or ``{members: [...]}``."""
    if choose == "members":
        raise ScenarioError([Problem("members are to be named: choose: {members: [ids]}", "campaign.advocates.choose")])
    if isinstance(choose, str):
        return choose, {}
    ((word, options),) = dict(choose).items()
    return str(word), {"members": options} if word == "members" else dict(options or {})


def _by_strategy(
    compiled: CompiledAudience, spec: Spec, tier: Advocates, where: NDArray[np.bool_], match: NDArray[np.float32]
) -> Enrolment:
    word, options = strategy_of(tier.choose)
    ids = compiled.population.audience.ids
    if word == "members":
        names, path = options["members"], "campaign.advocates.choose.members"
        options["members"] = compiled.members_named(names, path, np.flatnonzero(where).tolist())
        count = len(options["members"])
    else:
        count = tier.programme.places(filled(tier.count))
        if isinstance(options.get("taken"), list | tuple | np.ndarray):
            path = f"campaign.advocates.choose.{word}.taken"
            options["taken"] = compiled.members_named(options["taken"], path, range(len(where)))
    eligible = eligible_members(
        compiled, tier.programme.fans if word != "members" else 1.0, where, match, chosen_for(compiled.population, tier)
    )
    candidates = _candidates(compiled, spec, where, eligible, match)
    try:
        chosen = propose(candidates, word, count, spec.seed, options)
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError([Problem(str(error), "campaign.advocates.choose")]) from error
    handles = [int(m) if ids is None else ids[m].item() if hasattr(ids[m], "item") else ids[m] for m in chosen.members]
    channels = np.stack([compiled.present_on(c)[chosen.members] & where[c] for c in range(len(where))], axis=1)
    nobody = np.zeros(len(chosen.members))
    return Enrolment(chosen.members, handles, channels, nobody, nobody, chosen)


def _candidates(
    compiled: CompiledAudience,
    spec: Spec,
    where: NDArray[np.bool_],
    eligible: NDArray[np.bool_],
    match: NDArray[np.float32],
) -> Candidates:
    """Those among whom a strategy chooses: ``eligible`` (bool[N]) on the channels ``where`` (bool[C])."""
    return Candidates(
        [compiled.networks[int(c)] for c in np.flatnonzero(where)],
        eligible,
        compiled.population.audience.community,
        np.broadcast_to(match, compiled.members),
        lambda: launch_model(compiled, spec),
    )


def candidates_of(compiled: CompiledAudience, spec: Spec, eligible: NDArray[np.bool_]) -> Candidates:
    """Among whom a strategy chooses the tier of ``spec``, ``eligible`` bool[N]."""
    tier = filled(spec.campaign.advocates)
    names = tier.channels or compiled.channels
    where = np.array([name in names for name in compiled.channels])
    return _candidates(
        compiled, spec, where, eligible, compiled.match(spec.content[tier.content or spec.campaign.content])
    )


def eligible_for(compiled: CompiledAudience, spec: Spec, tier: Advocates) -> NDArray[np.bool_]:
    """Among whom a strategy chooses the tier, bool[N]."""
    names = tier.channels or compiled.channels
    where = np.array([name in names for name in compiled.channels])
    match = compiled.match(spec.content[tier.content or spec.campaign.content])
    return eligible_members(compiled, tier.programme.fans, where, match, chosen_for(compiled.population, tier))


def eligible_members(
    compiled: CompiledAudience,
    fans: float,
    where: NDArray[np.bool_],
    match: NDArray[np.float32],
    among: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Who can be enrolled, bool[N]: members of ``among`` (bool[N]) on the tier's channels (``where``, bool[C]), of them the part
    ``fans`` that answers an impression most readily (activity x match; ties by index)."""
    present = np.zeros(compiled.members, dtype=bool)
    for c in np.flatnonzero(where):
        present |= compiled.present_on(int(c))
    present &= among
    if fans >= 1.0:
        return present
    members = np.flatnonzero(present)
    readiness = (np.asarray(compiled.population.audience.activity, dtype=np.float64) * match)[members]
    most = members[np.argsort(-readiness, kind="stable")][: int(np.ceil(fans * len(members)))]
    return np.isin(np.arange(compiled.members), most)
