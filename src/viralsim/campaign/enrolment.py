"""Who is enrolled as an advocate: by a strategy, by a list, or from a file of handles and follower counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.launch_surrogate import launch_model
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError, Problem, ScenarioError
from viralsim.scenario.blocks import filled
from viralsim.scenario.campaign import Advocates
from viralsim.scenario.spec import Spec
from viralsim.seeding import Candidates, Chosen, propose

PLAN_IS_NOTHING_TO = ("random", "degree", "pagerank", "core", "nomination", "community", "fit", "members")


@dataclass(frozen=True, eq=False)
class Enrolment:
    """The advocate tier of one arm, a row an advocate.

    members: int64[A]. handles: what the user calls them. channels: bool[A, C], where they are asked to post.
    willingness: float64[A]. cost_usd: float64[A]. proposal: what the strategy said of them, with its certificate, or None.
    """

    members: NDArray[np.int64]
    handles: list[Any]
    channels: NDArray[np.bool_]
    willingness: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    proposal: Chosen | None = None

    def __len__(self) -> int:
        return len(self.members)


def enrol(compiled: CompiledAudience, spec: Spec, folder: Path) -> Enrolment:
    """The advocates of a campaign (none where there is no tier); the same audience and words give the same people."""
    tier = spec.campaign.advocates
    if tier is None:
        return Enrolment(
            np.zeros(0, np.int64), [], np.zeros((0, len(compiled.channels)), bool), np.zeros(0), np.zeros(0)
        )
    content = spec.content[tier.content or spec.campaign.content]
    names = tier.channels or compiled.channels
    where = np.array([name in names for name in compiled.channels])
    key = (
        "enrol",
        repr(tier.choose),
        tier.count,
        tuple(names),
        tier.file,
        spec.seed,
        repr(tier.programme.nurture),
        tier.programme.fans,
        _plan_of(spec) if strategy_of(tier.choose)[0] not in PLAN_IS_NOTHING_TO else "",
    )

    match = compiled.match(content)

    def make() -> Enrolment:
        if tier.file is not None:
            return _from_file(compiled, folder / tier.file, tier)
        return _by_strategy(compiled, spec, tier, where, match)

    chosen: Enrolment = compiled.once(key, make, (match,))
    if tier.file is not None:
        return chosen
    count = len(chosen)
    return Enrolment(
        chosen.members,
        chosen.handles,
        chosen.channels,
        np.full(count, float(tier.willingness)),
        np.full(count, float(tier.cost_usd)),
        chosen.proposal,
    )


def _plan_of(spec: Spec) -> str:
    """All that the chances of a launch rest on: a strategy that asks for them may choose others for another plan."""
    return repr((spec.campaign.advocates, spec.campaign.content, spec.content, spec.channels, spec.audience, spec.goal,
                 spec.tick, spec.horizon, spec.launch_at))  # fmt: skip


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
        options["members"] = _indices(options["members"], ids, compiled.members)
        count = len(options["members"])
    else:
        count = tier.programme.places(filled(tier.count))
    candidates = Candidates(
        [compiled.networks[int(c)] for c in np.flatnonzero(where)],
        eligible_members(compiled, tier.programme.fans if word != "members" else 1.0, where, match),
        compiled.population.audience.community,
        np.broadcast_to(match, compiled.members),
        lambda: launch_model(compiled, spec),
    )
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


def eligible_members(
    compiled: CompiledAudience, fans: float, where: NDArray[np.bool_], match: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Who can be enrolled, bool[N]: members on the tier's channels (``where``, bool[C]), of them the part ``fans`` that
    answers an impression most readily (activity x match; ties by index)."""
    present = np.zeros(compiled.members, dtype=bool)
    for c in np.flatnonzero(where):
        present |= compiled.present_on(int(c))
    if fans >= 1.0:
        return present
    members = np.flatnonzero(present)
    readiness = (np.asarray(compiled.population.audience.activity, dtype=np.float64) * match)[members]
    most = members[np.argsort(-readiness, kind="stable")][: int(np.ceil(fans * len(members)))]
    return np.isin(np.arange(compiled.members), most)


def _indices(given: Any, ids: Any, members: int) -> list[int]:
    """Members named by the labels of their file, or by index where there are no labels."""
    if ids is None:
        bad = [m for m in given if not isinstance(m, int) or not 0 <= m < members]
        if bad:
            raise ScenarioError(
                [Problem(f"no member {bad[0]!r}: name indices in 0..{members - 1}", "campaign.advocates.choose")]
            )
        return [int(m) for m in given]
    place = {str(label): i for i, label in enumerate(ids.tolist())}
    missing = [m for m in given if str(m) not in place]
    if missing:
        raise ScenarioError(
            [Problem(f"no member {missing[0]!r} in the network: name ids of its file", "campaign.advocates.choose")]
        )
    return [place[str(m)] for m in given]


def _from_file(compiled: CompiledAudience, path: Path, tier: Advocates) -> Enrolment:
    """Handles with follower counts stand in for the members of the audience whose follower counts are nearest.

    A campaign's real advocates are not in a generated audience; who has their reach is. Each member is taken once.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(f"cannot read {path}: {error}", "campaign.advocates.file")]) from error
    missing = {"handle", "channel", "followers"} - set(table.columns)
    known = {"handle", "channel", "followers", "topics", "tone", "cost_usd", "willingness"}
    unknown = set(table.columns) - known
    if missing or unknown:
        what = (
            f"lacks the column {sorted(missing)[0]!r}" if missing else f"has an unknown column {sorted(unknown)[0]!r}"
        )
        raise ScenarioError(
            [Problem(f"{path} {what}: known are {', '.join(sorted(known))}", "campaign.advocates.file")]
        )
    taken = np.zeros(compiled.members, dtype=bool)
    members, channels = [], np.zeros((len(table), len(compiled.channels)), dtype=bool)
    followers = pd.to_numeric(table["followers"], errors="coerce")
    for row, (name, wanted) in enumerate(zip(table["channel"], followers, strict=True)):
        if name not in compiled.channels or not np.isfinite(wanted) or wanted < 0:
            raise ScenarioError(
                [Problem(f"{path} row {row + 2}: channel must be one of {', '.join(compiled.channels)} and followers a number >= 0",
                         "campaign.advocates.file")]
            )  # fmt: skip
        c = compiled.channels.index(name)
        distance = np.abs(compiled.networks[c].follower_count() - float(wanted)).astype(np.float64)
        distance[taken | ~compiled.present_on(c)] = np.inf
        member = int(np.argmin(distance))
        if not np.isfinite(distance[member]):
            raise ScenarioError(
                [Problem(f"{path} names more advocates than {name} has members", "campaign.advocates.file")]
            )
        taken[member] = True
        members.append(member)
        channels[row, c] = True

    def column(name: str, default: float) -> NDArray[np.float64]:
        if name not in table.columns:
            return np.full(len(table), float(default))
        return pd.to_numeric(table[name], errors="coerce").fillna(default).to_numpy(dtype=np.float64)

    return Enrolment(
        np.array(members, dtype=np.int64), [str(h) for h in table["handle"]], channels,
        np.clip(column("willingness", tier.willingness), 0.0, 1.0), column("cost_usd", tier.cost_usd),
    )  # fmt: skip
