"""How much of a scenario's outcome is luck and how much is content: the same contents over many worlds, kept apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import function, integer_at_least, names_of, number, seed_number, thread_count
from viralsim.errors import InputError
from viralsim.experiments.luck_contents import SPREAD, contents_of, in_force, numbers_of
from viralsim.kernels.rng import draw
from viralsim.measurement.inequality import gini, market_shares, unpredictability
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.variance_components import LuckAndContent, better_content_wins, luck_and_content
from viralsim.records.record import plain
from viralsim.scenario.frequency import refuse_unasked
from viralsim.scenario.loading import scenario_of
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience

if TYPE_CHECKING:
    from viralsim.scenario import Scenario

WORLDS = 50  # of each content
MOST_LAUNCHES = 10_000_000
ONE_LAUNCH = 0.1  # of all squares within contents: from here on a tail decides that may not have been seen


@dataclass(frozen=True, eq=False, repr=False)
class ArmLuck:
    """Luck and content in one arm.

    outcomes: float64[contents, worlds], each content in worlds of its own. variance: parts of the variance of the
    measure. factors: parts of the variance of log(1 + measure), which compares outcomes by their ratio; None
    if the measure can be negative. gini_of_contents: mean over worlds of the Gini coefficient of the contents' shares
    of the world. gini_of_worlds: mean over contents of the Gini coefficient of one content over its worlds.
    unpredictability: Music Lab's U; unlike its songs, contents do not compete, each is launched alone. better_wins:
    of two contents, the chance that the one that is better on average is ahead in one launch, each in a world of its own; a
    tie is half a win.
    most_extreme: the part of the sum of squares within contents that comes from one launch. NaN if a number is not defined.
    """

    arm: str
    outcomes: NDArray[np.float64]
    variance: LuckAndContent
    factors: LuckAndContent | None
    gini_of_contents: float
    gini_of_worlds: float
    unpredictability: float
    better_wins: float
    most_extreme: float

    def __repr__(self) -> str:
        return f"ArmLuck({self.arm!r}, {self.variance.luck_fraction:.0%} of the variance is luck)"


@dataclass(frozen=True, eq=False, repr=False)
class LuckReport:
    """What ``how_much_luck`` returns.

    contents: what each content was, path -> value (or the content's name). drawn: where the contents came from, one sentence.
    left_out: arms in which contents do not differ.
    """

    scenario_name: str
    fingerprint: str
    seed: int
    measure: str
    worlds: int
    contents: tuple[Mapping[str, Any], ...]
    drawn: str
    populations: int
    left_out: tuple[str, ...]
    arms: Mapping[str, ArmLuck]

    def __repr__(self) -> str:
        return f"LuckReport({self.scenario_name!r}, {self.measure} of {len(self.contents)} contents in {self.worlds} worlds each)"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; None if a number is not defined."""
        arms = {name: _arm_dict(arm) for name, arm in self.arms.items()}
        return {
            "scenario": self.scenario_name, "fingerprint": self.fingerprint, "seed": self.seed,
            "measure": self.measure, "worlds": self.worlds, "contents": plain(self.contents), "drawn": self.drawn,
            "populations": self.populations, "left_out": list(self.left_out), "arms": arms, "sentences": self.sentences(),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """The answer in plain words, the weak points too."""
        return [line for arm in self.arms.values() for line in _about(self, arm)] + _caveats(self)


def how_much_luck(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int = WORLDS,
    contents: int | None = None,
    measure: str | None = None,
    *,
    arms: Sequence[str] | None = None,
    seed: int | None = None,
    spread: float = SPREAD,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LuckReport:
    """Run a scenario for several contents over worlds, and split the variance of the outcome into content and luck.

    Gini coefficient and unpredictability as in Salganik, Dodds, Watts (2006); shares of the variance by one-way analysis.
    The contents are the first of these that applies. (1) Draws of the ``uncertain`` block, if there is one. (2) All contents of
    the scenario, one after the other as the campaign's, if it has three or more and ``contents`` is not given. (3) The scenario
    with its appeals (or share rates, and those of criticism) times one factor per content. The factor is uniform in the
    logarithm between 1 / ``spread`` and ``spread``, or up to the factor that brings the largest to 1. Each content has worlds
    of its own, so its luck says nothing about another's; the arms share them. Arms in which contents do not differ are left out.

    Args:
        worlds: worlds of each content, at least 2. contents: how many to draw, at least 2; 30 by default.
        measure: a measure's name; the goal's by default, otherwise ``shares``.
        arms: names of arms; all by default. seed: of the luck; the scenario's by default. spread: above 1.
        threads: all cores by default. progress: called with (launches done, launches in all).

    Raises InputError for wrong arguments, and if contents differ in none of the arms, or not in one
    that is named; KeyboardInterrupt if someone stopped it.
    """
    scenario = scenario_of(scenario)
    integer_at_least(worlds, "worlds", 2)
    if contents is not None:
        integer_at_least(contents, "contents", 2)
    name = (
        measure if measure is not None else scenario.spec.goal.measure if scenario.spec.goal is not None else "shares"
    )
    declared(name)
    refuse_unasked(scenario.spec, name)
    names = names_of(arms, "arms", scenario.arm_names)
    luck = seed_number(scenario.seed if seed is None else seed)
    number(spread, "spread", 1, open_low=True, open_high=True)
    at_once = thread_count(threads)
    function(progress, "progress", "launches done, launches in all")
    changes, drawn = contents_of(scenario, contents, luck, spread)
    certain = scenario.override({"uncertain": {}}) if scenario.spec.uncertain else scenario
    same = _without_content(certain, changes[0], names, arms is not None)
    names = tuple(arm for arm in names if arm not in same)
    _check_size(worlds, len(changes), len(names))
    compiled_audiences = [compile_audience(scenario, p) for p in range(scenario.spec.populations)]
    family = numbers_of(luck, "worlds of a content")
    found: dict[str, list[NDArray[np.float64]]] = {arm: [] for arm in names}
    for k, change in enumerate(changes):
        content = certain.override(change)
        own = int(draw(family, k))
        launched = launch(content, compiled_audiences, names, worlds, own, at_once)
        for arm in names:
            found[arm].append(np.asarray(launched[arm].measures[name], dtype=np.float64))
        if progress is not None:
            progress((k + 1) * worlds * len(names), len(changes) * worlds * len(names))
    return LuckReport(
        scenario.name, scenario.fingerprint, luck, name, worlds, tuple(changes), drawn, len(compiled_audiences), same,
        {arm: _split(arm, name, np.stack(rows)) for arm, rows in found.items()},
    )  # fmt: skip


def _without_content(
    scenario: Scenario, change: Mapping[str, Any], arms: tuple[str, ...], named: bool
) -> tuple[str, ...]:
    """The arms that set themselves what the contents differ in, or post other contents: all there would pass for luck."""
    content = scenario.override(change)
    same = tuple(arm for arm in arms if not in_force(content, change, arm))
    if same and (named or same == arms):
        raise InputError(
            f"arm {same[0]!r} sets {', '.join(list(change)[:3])} itself or does not use it, so contents do not differ "
            "there: choose another arm, or make something uncertain that it uses"
        )
    return same


def _check_size(worlds: int, contents: int, arms: int) -> None:
    if worlds < 2 or contents < 2:
        raise InputError(f"luck needs at least 2 contents in 2 worlds each, got {contents} in {worlds}: give more")
    if worlds * contents * arms > MOST_LAUNCHES:
        raise InputError(f"{worlds * contents * arms:,} launches are more than {MOST_LAUNCHES:,}: give fewer worlds")


def _split(arm: str, measure: str, outcomes: NDArray[np.float64]) -> ArmLuck:
    if not np.isfinite(outcomes).all():
        raise InputError(f"{measure} is not defined in every world of arm {arm!r}: choose another measure, e.g. shares")
    positive = bool((outcomes >= 0.0).all())
    shares = market_shares(outcomes.T) if positive else np.zeros((0, len(outcomes)))
    undefined = float("nan")
    factors = luck_and_content(np.log1p(outcomes), normal=False) if positive else None
    return ArmLuck(
        arm, outcomes, luck_and_content(outcomes, normal=False), factors,
        gini_of_contents=float(np.mean([gini(row) for row in shares])) if len(shares) else undefined,
        gini_of_worlds=_mean_gini(outcomes) if positive else undefined,
        unpredictability=unpredictability(shares) if len(shares) > 1 else undefined,
        better_wins=better_content_wins(outcomes),
        most_extreme=_most_extreme(outcomes),
    )  # fmt: skip


def _most_extreme(outcomes: NDArray[np.float64]) -> float:
    squares = (outcomes - outcomes.mean(axis=1)[:, None]) ** 2
    return float(squares.max() / squares.sum()) if squares.any() else float("nan")


def _mean_gini(outcomes: NDArray[np.float64]) -> float:
    """The mean over contents, those that never had anything left out."""
    values = [gini(row) for row in outcomes if row.sum() > 0.0]
    return float(np.mean(values)) if values else float("nan")


def _arm_dict(arm: ArmLuck) -> dict[str, Any]:
    def number(x: float) -> float | None:
        return None if x != x else float(x)

    def parts(split: LuckAndContent | None) -> dict[str, float | None] | None:
        if split is None:
            return None
        return {
            "luck": number(split.luck_fraction), "luck_low": number(1.0 - split.high),
            "luck_high": number(1.0 - split.low), "content": number(split.content_fraction),
            "between_contents": number(split.between_contents), "within_content": number(split.within_content),
        }  # fmt: skip

    return {
        "variance": parts(arm.variance), "factors": parts(arm.factors),
        "gini_of_contents": number(arm.gini_of_contents), "gini_of_worlds": number(arm.gini_of_worlds),
        "unpredictability": number(arm.unpredictability), "better_wins": number(arm.better_wins),
        "most_extreme": number(arm.most_extreme),
        "mean_of_content": arm.outcomes.mean(axis=1).tolist(), "sd_of_content": arm.outcomes.std(axis=1, ddof=1).tolist(),
    }  # fmt: skip


def _about(report: LuckReport, arm: ArmLuck) -> list[str]:
    label = declared(report.measure).label
    if arm.variance.content_fraction != arm.variance.content_fraction:
        return [f"{arm.arm}: {label} is the same in every simulation of every content; there is nothing to split."]
    lines = [f"{arm.arm}: {_share(arm.variance)} of the variance of {label} is luck, the rest content."]
    if arm.factors is not None and arm.factors.content_fraction == arm.factors.content_fraction:
        lines.append(
            f"{arm.arm}: on a logarithmic scale, where a few huge campaigns do not decide, {_share(arm.factors)} is luck."
        )
    lines.append(
        f"{arm.arm}: of two contents, the one that is better on average is ahead in {100 * arm.better_wins:.0f} % of campaigns "
        "(50 % would be pure luck)."
    )
    if arm.gini_of_worlds == arm.gini_of_worlds:
        lines.append(
            f"{arm.arm}: one content over its simulations has a Gini coefficient of {arm.gini_of_worlds:.2f} (0: the same in "
            f"every simulation), all contents of one simulation {arm.gini_of_contents:.2f}. A content's share of a "
            f"simulation's total differs by {100 * arm.unpredictability:.2g} points between two simulations (unpredictability)."
        )
    if arm.most_extreme > ONE_LAUNCH:
        lines.append(
            f"{arm.arm}: one campaign of {arm.outcomes.size:,} makes up {100 * arm.most_extreme:.0f} % of the luck. "
            "Rarer and larger ones may not have been seen, so trust the shares on the logarithmic scale, or run more simulations."
        )
    return lines


def _share(split: LuckAndContent) -> str:
    return f"{100 * split.luck_fraction:.0f} % ({100 * (1.0 - split.high):.0f} to {100 * (1.0 - split.low):.0f} %)"


def _caveats(report: LuckReport) -> list[str]:
    lines = [
        f"What differs: {report.drawn}. Contents more alike would make luck larger: the shares hold for these only.",
        f"In brackets: 95 % interval from leaving out each of the {len(report.contents)} contents in turn"
        + (", rough for so few." if len(report.contents) < 20 else "."),
    ]
    if report.left_out:
        lines.append(
            f"Left out, because what differs between contents is not in force there: {', '.join(report.left_out)}."
        )
    if report.populations == 1:
        lines.append("All simulations share one audience: who happens to be in the audience is not part of this luck.")
    else:
        lines.append(
            f"{report.populations} audiences were drawn: which audience a campaign meets is part of this luck."
        )
    return lines


__all__ = ["ArmLuck", "LuckReport", "how_much_luck"]
