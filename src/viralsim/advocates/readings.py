"""Whom to enrol where inputs are uncertain: one choice for many readings of the scenario, by their mean or their worst tenth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import check_options, integer_at_least
from viralsim.campaign.enrolment import Enrolment, candidates_of
from viralsim.campaign.launch_surrogate import launch_model
from viralsim.errors import InputError
from viralsim.kernels.rng import Stream, name_key, seed_key, units_of_worlds
from viralsim.seeding.opim import KNOWN
from viralsim.seeding.robust import MOST_ROWS, robust

if TYPE_CHECKING:
    from viralsim.advocates.tier import Tier
    from viralsim.scenario import Scenario

READINGS = 10  # the worst tenth is then one of them
CONVERSIONS = "conversions"
OVER, HOW_MANY = "over", "readings"  # options of ``opim`` that ask for this


def asks_for_readings(word: str, options: Mapping[str, Any]) -> bool:
    """Whether a choice is to hold for many readings of the scenario."""
    return word == "opim" and OVER in options and "rows" not in options


def choose_over_readings(tier: Tier, count: int, options: Mapping[str, Any]) -> Enrolment:
    """``count`` people by ``opim`` for ``options["readings"]`` readings (10), by ``options["over"]``: "mean", "worst_decile".

    Chances are those of the launch in each reading. Raises InputError where nothing is uncertain, or for a wrong option.
    """
    check_options(options, "opim", (*KNOWN, OVER, HOW_MANY))
    asked = integer_at_least(options.get(HOW_MANY, READINGS), HOW_MANY, 2)
    if asked > MOST_ROWS:
        raise InputError(f"{HOW_MANY}: at most {MOST_ROWS}, {asked} were asked for")
    values = values_of_readings(tier.scenario, asked, tier.seed)
    rows = len(next(iter(values.values())))
    specs = [
        tier.scenario.override({path: v[i].item() for path, v in values.items()}).for_arm(tier.arm) for i in range(rows)
    ]
    if all(spec == specs[0] for spec in specs):
        raise InputError(
            f"{OVER}: arm {tier.arm} sets by itself what is uncertain, so it has one reading: choose another arm, or leave "
            f"{OVER} out"
        )
    models = [launch_model(tier.compiled, spec) for spec in specs]
    if any(model.counts == CONVERSIONS for model in models):  # none of them, and not shares, where nothing converts
        models = [launch_model(tier.compiled, spec, CONVERSIONS) for spec in specs]
    apart = not all(model.rare for model in models)  # else a launch has a copy more in some readings
    models = [replace(model, apart=apart) for model in models]
    candidates = candidates_of(tier.compiled, tier.spec, tier.eligible)
    rest = {word: value for word, value in options.items() if word != HOW_MANY}
    chosen = robust(candidates, count, tier.spec.seed, {**rest, "rows": models}, KNOWN)
    named = tier.choose({"members": tier.labels(chosen.members)}, len(chosen.members))
    return replace(named, proposal=chosen)


def values_of_readings(scenario: Scenario, count: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """The uncertain inputs in each reading: path -> float64[readings].

    Rows of ``uncertain.joint`` in an order of the seed; where there are fewer than ``count``, all of them, and beside ranges each
    of them equally often. Every range is cut into as many parts as there are readings, in an order of its own, and the middle of
    each is taken (Latin hypercube; McKay, Beckman, Conover 1979).
    """
    joint = scenario.joint_rows()
    ranges = scenario.input_ranges()
    if not joint and not ranges:
        raise InputError(
            f"{OVER}: nothing is uncertain in this scenario, so there is one reading: give uncertain, or leave it out"
        )
    rows = len(next(iter(joint.values()))) if joint else count
    if rows < count:
        count = rows * (count // rows) if ranges else rows
    if count < 2:
        raise InputError(f"{OVER}: one row of uncertain.joint is one reading: give more of them, or leave it out")
    order = _order(seed, "joint", rows)[np.arange(count) % rows]
    found = {path: column[order] for path, column in joint.items()}
    levels = {path: (_order(seed, path, count) + 0.5) / count for path in ranges}
    return {path: np.asarray(span.quantiles(levels[path]), np.float64) for path, span in ranges.items()} | found


def _order(seed: int, name: str, count: int) -> NDArray[np.int64]:
    """0 to ``count`` - 1 in an order of the seed and the name."""
    numbers = units_of_worlds(seed_key(seed), np.arange(count), int(Stream.UNCERTAIN), name_key(f"reading of {name}"))
    return np.argsort(numbers, kind="stable")


def in_words(over: str, of_rows: Sequence[float] | NDArray[np.float64]) -> str:
    """What the choice is for, and what is expected in the readings."""
    by = "mean over them" if over == "mean" else "worst tenth of them"
    low, middle, high = np.quantile(of_rows, (0.0, 0.5, 1.0))
    return (
        f"They are chosen for {len(of_rows)} readings of what is uncertain, by the {by}: {low:,.2f} are expected in the "
        f"worst reading, {middle:,.2f} in the middle one and {high:,.2f} in the best."
    )
