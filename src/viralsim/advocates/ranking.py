"""Whom to enrol: a strategy proposes, the scenario's full model scores, in the same worlds as ``random`` and ``degree``."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.readings import asks_for_readings, in_words
from viralsim.advocates.tier import Tier
from viralsim.arguments import function, integer_at_least, one_of, refuse
from viralsim.campaign.enrolment import Enrolment, strategy_of
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import measure as measure_of
from viralsim.measurement.number_format import in_places, number, supported
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.seeding import Chosen, words
from viralsim.seeding.surrogate import TEXTBOOK

REFERENCES = ("random", "degree")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Gain:
    """The mean difference between two tiers in the same worlds, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def above_zero(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0.0


@dataclass(frozen=True)
class RankedAdvocate:
    """One proposed advocate.

    gain: what the measure loses without them, all else as it was (leave one out). overlap: share of their followers whom those
    ranked before them reach too. credited: shares per launch in the trees that grow from their planned posts; more than ``shares``
    where others would have reached the same people. cost_per_share_usd: cost over the shares they add; None where they are
    not above 0.
    """

    rank: int
    member: Any
    gain: Gain
    shares: Gain
    credited: float
    followers: int
    overlap: float
    channels: tuple[str, ...]
    tone: str
    community: int
    match: float
    cost_usd: float
    cost_per_share_usd: float | None
    reason: str


@dataclass(frozen=True)
class Ranking:
    """The answer of ``find``; gains are in ``measure`` per launch, or over all launches of a programme."""

    strategy: str
    arm: str
    measure: str
    worlds: int
    listed: tuple[RankedAdvocate, ...]
    against: Mapping[str, Gain]  # strategy -> gain of the chosen tier over that strategy's
    against_none: Gain
    credited_shares: float  # of the whole tier, per launch
    removed_shares: float  # lost without them, one by one, added up
    tier_shares: Gain  # lost without all of them
    expected_reach: float | None
    lower_bound: float | None
    upper_bound: float | None
    guarantee: float | None
    sentences: tuple[str, ...]
    currency: str = DEFAULT_CURRENCY
    span: str = "per campaign"  # what gains are counted over

    def as_dict(self) -> dict[str, Any]:
        """Plain values, None where something is not known."""
        return _plain(asdict(self))  # type: ignore[no-any-return]


def check_strategy(given: Any, name: str) -> Any:
    """A word of the registry, or ``{word: {options}}``."""
    word = next(iter(given)) if isinstance(given, Mapping) and len(given) == 1 else given
    one_of(word, name, words())
    return given


def find(
    scenario: Scenario | str | os.PathLike[str],
    count: int | None = None,
    strategy: Any = None,
    *,
    compare: Sequence[Any] = (),
    arm: str | None = None,
    worlds: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Ranking:
    """Propose ``count`` advocates and score them on the full model.

    Args:
        scenario: with advocates in some arm; its own ``choose`` is the strategy where none is given.
        count: how many to propose; as many as the scenario's own tier has by default.
        strategy: a word of the registry, or ``{word: {options}}``.
        compare: further strategies to be compared with, besides ``random`` and ``degree``.
        arm: whose advocates; the first arm that has some by default.
        worlds: worlds of every score; 400, or the scenario's number where that is less.
        seed: of the luck; the scenario's by default. threads: all cores by default. The answer does not depend on it.
        progress: called with (tiers scored, tiers in all).

    Raises InputError where no arm has advocates, the strategy is not known, or fewer members are eligible.
    """
    scenario = scenario_of(scenario)
    if count is not None:
        integer_at_least(count, "count", 1)
    function(progress, "progress", "tiers scored, tiers in all")
    if isinstance(compare, str | Mapping) or not isinstance(compare, Iterable):
        raise refuse("compare", "a list of strategies", compare, f"write compare=[{compare!r}]")
    for other in compare:
        check_strategy(other, "compare")
    worlds = min(400, scenario.worlds) if worlds is None else worlds
    tier = Tier(scenario, arm=arm, worlds=worlds, seed=seed, threads=threads)
    count = integer_at_least(tier.places, "count", 1) if count is None else count
    choose = tier.words.choose if strategy is None else check_strategy(strategy, "strategy")
    enrolment = tier.choose(choose, count)
    others = {strategy_of(other)[0]: tier.choose(other, count).members for other in (*REFERENCES, *compare)}
    return _found(tier, strategy_of(choose), enrolment, others, progress)


def _found(
    tier: Tier,
    strategy: tuple[str, dict[str, Any]],
    enrolment: Enrolment,
    others: Mapping[str, NDArray[np.int64]],
    progress: Progress | None,
) -> Ranking:
    """The scores of those proposed against ``others``, each tier in the same worlds."""
    (word, options), chosen = strategy, enrolment.members
    scored, gains = _scoring(tier, chosen, len(others), progress), []
    whole, shares = scored(chosen), tier.values(chosen, "shares")
    over_none, of_tier = _gain(whole - scored([])), _gain(shares - tier.values([], "shares"))
    against = {other: _gain(whole - scored(members)) for other, members in others.items()}
    for member in chosen:
        rest = chosen[chosen != member]
        gains.append((_gain(whole - scored(rest)), _gain(shares - tier.values(rest, "shares"))))
    order = sorted(range(len(gains)), key=lambda i: (-gains[i][0].mean, -gains[i][1].mean, i))
    listed = _list(tier, chosen[order], [gains[i] for i in order])
    credited, removed = sum(one.credited for one in listed), sum(one.shares.mean for one in listed)
    proposal = enrolment.proposal or Chosen(chosen, word)
    same = {other for other, members in others.items() if set(members.tolist()) == set(chosen.tolist())}
    said = _sentences(tier, word, len(listed), over_none, against, same) + _certified(proposal, options, over_none)
    said.append(_credit_and_cause(credited, removed, of_tier, len(tier.words.posts_at) * tier.launches, tier.span))
    return Ranking(
        word, tier.arm, tier.measure, tier.worlds, listed, against, over_none, credited, removed, of_tier,
        proposal.expected_reach, proposal.lower_bound, proposal.upper_bound, proposal.guarantee, tuple(said),
        tier.spec.currency, tier.span,
    )  # fmt: skip


def _scoring(
    tier: Tier, chosen: NDArray[np.int64], others: int, progress: Progress | None
) -> Callable[[Any], NDArray[np.float64]]:
    """The tier's measure by world of any members, telling how many tiers were scored of those that will be."""
    total, done = len(chosen) + 2 + others, 0

    def scored(members: Any) -> NDArray[np.float64]:
        nonlocal done
        values = tier.values(members)
        done += 1
        if progress is not None:
            progress(done, total)
        return values

    return scored


def _gain(difference: NDArray[np.float64]) -> Gain:
    return Gain(*mean_interval(difference))


def _list(tier: Tier, members: NDArray[np.int64], gains: list[tuple[Gain, Gain]]) -> tuple[RankedAdvocate, ...]:
    compiled, advocates = tier.compiled, tier.words
    audience = compiled.population.audience
    match = np.broadcast_to(
        compiled.match(tier.spec.content[advocates.content or tier.spec.campaign.content]), compiled.members
    )
    people = tier.arm_with(members.tolist()).enrolment
    prices = people.prices(advocates) * tier.launches
    reached = np.zeros(compiled.members, dtype=bool)
    table = tier.run(members).advocates
    credit = {
        str(i): float(n) / tier.worlds for i, n in zip(table["id"].tolist(), table["shares"].tolist(), strict=True)
    }
    listed = []
    for rank, (member, label, (gain, shares)) in enumerate(
        zip(members.tolist(), tier.labels(members), gains, strict=True), start=1
    ):
        here = [name for name, asked in zip(compiled.channels, people.channels[rank - 1], strict=True) if asked]
        cost = float(prices[rank - 1])
        fit = float(match[member]) if people.fit is None else float(people.fit[rank - 1])
        rows = [compiled.networks[compiled.channels.index(name)] for name in here]
        followers = np.unique(
            np.concatenate(
                [n.followers[n.indptr[member] : n.indptr[member + 1]] for n in rows] or [np.zeros(0, np.int32)]
            )
        )
        followers = followers.astype(np.int64)
        overlap = float(reached[followers].mean()) if len(followers) else 0.0
        reached[followers] = True
        community = int(audience.community[member])
        tone = audience.tone_names[int(np.argmax(audience.tones[:, member]))] if audience.tone_names else ""
        listed.append(RankedAdvocate(
            rank, label, gain, shares, credit[str(label)], len(followers), overlap, tuple(here), tone,
            community,
            fit, cost, cost / shares.mean if shares.low > 0 else None,
            _reason(len(followers), overlap, fit, gain),
        ))  # fmt: skip
    return tuple(listed)


def _reason(followers: int, overlap: float, match: float, gain: Gain) -> str:
    """Why they are where they are, in a few words."""
    said = f"{followers:,} followers, {1 - overlap:.0%} of them not reached by those above"
    said += f"; content fits them {match:.0%}" if match < 0.995 else ""
    return said if gain.above_zero else said + "; alone they cannot be distinguished from chance"


def _chosen_how(tier: Tier, word: str) -> str:
    """The strategy, or that all people of a list are asked."""
    return word if tier.words.listed is None or tier.words.count is not None else "everybody of the list"


def _sentences(
    tier: Tier, word: str, count: int, over_none: Gain, against: Mapping[str, Gain], same: set[str]
) -> list[str]:
    """What it means, with the interval of every number; the strategies ``same`` chose the same people."""
    label = measure_of(tier.measure).label
    said = [
        f"These {count} advocates ({_chosen_how(tier, word)}) bring {_told(over_none)} more {label} {tier.span} than no advocates, "
        f"in {tier.worlds:,} simulations with the same luck."
        if over_none.above_zero
        else f"Advocates do not matter here: {tier.worlds:,} simulations cannot tell these {count} from none "
        f"({_told(over_none)} {label} {tier.span})."
    ]
    for other, gain in against.items():
        if other == word:
            continue
        how = "at random" if other == "random" else f"by {other}"
        if other in same:
            said.append(f"As many members chosen {how} are the same ones.")
        elif gain.above_zero:
            said.append(f"They bring {_told(gain)} more than as many members chosen {how}.")
        elif gain.high < 0:
            said.append(f"As many members chosen {how} bring more: the difference is {_told(gain)}.")
        else:
            why = ": who posts first does not decide here, the content does" if other == "random" else ""
            said.append(f"They cannot be distinguished from as many members chosen {how} ({_told(gain)}){why}.")
    return said


def _certified(proposal: Chosen, options: Mapping[str, Any], over_none: Gain) -> list[str]:
    """What a strategy that counts in probabilities promised, next to what the full model gave."""
    if proposal.expected_reach is None:
        return []
    textbook, said, where_worst, on_average = bool(set(TEXTBOOK) & set(options)), [], "", ""
    if asks_for_readings(proposal.strategy, options) and proposal.of_rows is not None:
        said.append(in_words(str(options["over"]), proposal.of_rows))
        if options["over"] != "mean":  # of other worlds than those that are played
            where_worst, on_average = " in the worst tenth of the readings", " on average"
    if not textbook:
        at_least = "" if proposal.lower_bound is None else f" (at least {proposal.lower_bound:,.2f})"
        said.append(
            f"By the chances of the plan, without the rules between posts, {proposal.strategy} expected "
            f"{proposal.expected_reach:,.2f}{at_least}{where_worst}; the full model gave {over_none.mean:,.2f}{on_average}."
        )
    if proposal.guarantee is not None:
        where = "the textbook model that its options name" if textbook else "these chances"
        said.append(
            f"By its certificate the choice brings at least {proposal.guarantee:.0%} of what the best "
            f"{len(proposal.members)} would, under {where}."
        )
    return said


def _credit_and_cause(credited: float, removed: float, whole: Gain, waves: int, span: str) -> str:
    """How the shares of trees, of removals one by one and of the removal of all differ, and why."""
    return (
        f"The posts that began with them hold {number(credited)} shares {span} (credit). Without any of them, {_told(whole)} are "
        f"lost. Leave out one at a time, and the losses add up to {number(removed)} (cause): another advocate still reaches some "
        "of the same people." + (" Credit counts a member once, shares count every post." if waves > 1 else "")
    )


def _told(gain: Gain) -> str:
    places = supported(gain.low, gain.high)
    return f"{in_places(gain.mean, places)} ({in_places(gain.low, places)} to {in_places(gain.high, places)})"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
