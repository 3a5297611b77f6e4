"""New posts as values of a scenario: visibility and share rate of each row, such that simulated posts have its counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim.calibration.observed import Floats
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.campaign.solve_rates import curve_of
from viralsim.errors import InputError
from viralsim.measurement.number_format import percent
from viralsim.scenario import Scenario
from viralsim.scenario.campaign import Owned
from viralsim.scenario.paths import nearest
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience, row_of_world

STEPS, FEW_ROWS = 3, 150  # of the search for the two factors, and rows that it looks at until its last step
CHECK_WORLDS = 2000
NEAR, STANDARD_ERRORS = 0.03, 4.0  # how far simulated means may be from those of the rows
MOST_CAPPED = 0.05  # of the rows, beyond what the scenario can have; with more of them their path is not learnt
FEWEST_SHARES, MOST_WORLDS = 2000, 20_000  # expected in the worlds of the last step, and how many worlds these may be
MOST_SHARES = 0.999  # of the largest share rate that the audience can have
WORLD = ("viralsim", "name", "seed", "horizon", "tick", "launch_at", "audience", "channels", "content")
IMPRESSIONS, SHARES, SHARE_RATE = "impressions", "shares", "share_rate"


@dataclass(frozen=True)
class Home:
    """Where in a scenario the account's posts are: an owned line, by its channel, content and followers."""

    channel: str
    content: str
    followers: int
    trust: float

    @property
    def paths(self) -> tuple[str, str]:
        """The paths that are learnt: visibility of owned posts, share rate."""
        return f"channels.{self.channel}.owned_visibility", f"content.{self.content}.share_rate"


@dataclass(frozen=True)
class Check:
    """Means per post over simulated worlds beside those of the rows: impressions, shares, and their quotient.

    capped: share of the rows whose impressions, whose share rate, the scenario cannot have; the means are those of the others.
    """

    simulated: dict[str, float]
    rows: dict[str, float]
    standard_error: dict[str, float]
    worlds: int
    capped: tuple[float, float] = (0.0, 0.0)

    def agrees(self, measure: str) -> bool:
        """Whether the simulated mean is within 3 %, or 4 standard errors, of that of the rows, and few of these are capped."""
        beyond = (
            self.capped[0] if measure == IMPRESSIONS else self.capped[1] if measure == SHARE_RATE else max(self.capped)
        )
        if beyond > MOST_CAPPED:
            return False
        apart = abs(self.simulated[measure] - self.rows[measure])
        return apart <= max(NEAR * self.rows[measure], STANDARD_ERRORS * self.standard_error[measure])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            measure: {
                "simulated": self.simulated[measure], "posterior": self.rows[measure],
                "standard_error": self.standard_error[measure], "agrees": self.agrees(measure),
            }
            for measure in self.rows
        } | {"worlds": self.worlds}  # fmt: skip


def home_of(scenario: Scenario, channel: str | None, content: str | None) -> Home:
    """The owned line that the posts are of: the first of ``channel`` and ``content``, in the base or else in an arm.

    Raises: InputError where there is none, or it has no followers.
    """
    for name, word, known in (
        (channel, "channel", scenario.spec.channels),
        (content, "content", scenario.spec.content),
    ):
        if name is not None and name not in known:
            raise InputError(f"{word}: no {word} {name!r}{nearest(str(name), known)}")
    specs = [scenario.spec, *scenario.arm_specs().values()]
    lines = [(line, line.content or spec.campaign.content) for spec in specs for line in spec.campaign.owned]
    fitting = [(line, what) for line, what in lines if channel in (None, line.channel) and content in (None, what)]
    where = "".join(f" on {channel}" if channel else "") + (f" of {content}" if content else "")
    if not fitting:
        raise InputError(
            f"campaign.owned: no owned post{where} in {scenario.name}, and past posts are such: add one with the followers "
            "of the account"
        )
    line, what = max(fitting, key=lambda pair: pair[0].followers > 0)
    if line.followers == 0:
        raise InputError(f"campaign.owned: the posts{where} have no followers: give those of the account")
    return _home(line, what)


def _home(line: Owned, content: str) -> Home:
    return Home(str(line.channel), content, line.followers, line.trust)


def probe(scenario: Scenario, home: Home) -> Scenario:
    """The scenario with nothing but one owned post at its start."""
    values = with_values(scenario.data, home, 0.1, 0.001)
    data = {word: value for word, value in values.items() if word in WORLD}
    owned = {"channel": home.channel, "followers": home.followers, "trust": home.trust, "posts_at": ["0h"]}
    data["campaign"] = {"content": home.content, "owned": [owned]}
    data["worlds"] = CHECK_WORLDS
    return scenario.with_data(data)


def with_values(data: Mapping[str, Any], home: Home, visibility: float, share_rate: float) -> dict[str, Any]:
    """A copy of plain data with the two values set, and without those that they exclude."""
    channel = data["channels"][home.channel]
    content = {word: value for word, value in data["content"][home.content].items() if word != "appeal"}
    return {
        **data,
        "channels": {**data["channels"], home.channel: {**channel, "owned_visibility": visibility}},
        "content": {**data["content"], home.content: {**content, "share_rate": share_rate}},
    }


class Solver:
    """The two factors on (impressions / followers, shares / impressions) that give simulated posts the counts of the rows."""

    def __init__(self, scenario: Scenario, home: Home, posts: pd.DataFrame, seed: int, threads: int = 1) -> None:
        self.home, self.seed, self.threads = home, seed, threads
        self.scenario = probe(scenario, home)
        self.audience: CompiledAudience = compile_audience(self.scenario)
        spec = self.scenario.spec
        highest = curve_of(self.audience, spec, spec.content[home.content]).highest()
        self.most = np.array([1.0, MOST_SHARES * highest])
        expected = posts["impressions"].to_numpy()
        self.rates = np.array([expected / home.followers, posts["share_rate"].to_numpy()])
        self.counts = np.array([expected, expected * posts["share_rate"].to_numpy()])
        self.factors: Floats = np.ones(2)

    def values(self) -> Floats:
        """float64[2, rows]: visibility and share rate of each row, none above what can be."""
        return np.asarray(np.minimum(self.rates * self.factors[:, None], self.most[:, None]))

    def capped(self) -> Floats:
        """float64[2]: share of the rows whose visibility, whose share rate, would have to be more than can be."""
        return np.asarray(self.beyond().mean(1))

    def beyond(self) -> NDArray[np.bool_]:
        """bool[2, rows]: whether the visibility, the share rate, of a row would have to be more than can be."""
        return np.asarray(self.rates * self.factors[:, None] > self.most[:, None])

    def simulated(self, rows: int, worlds: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
        """(impressions and shares in each world, float64[2, W]; the row of each world), of the first ``rows`` rows."""
        values = self.values()[:, :rows]
        joint = {path: column.tolist() for path, column in zip(self.home.paths, values, strict=True)}
        scenario = self.scenario.override({"uncertain": {"joint": {"rows": joint}}})
        found = launch(scenario, [self.audience], scenario.arm_names, worlds, seed, self.threads)
        measures = found[scenario.arm_names[0]].measures
        of_world = row_of_world(seed, np.arange(worlds, dtype=np.int64), rows)
        return np.array([measures[IMPRESSIONS], measures[SHARES]], np.float64), of_world

    def solve(self) -> None:
        """Set the factors: each step multiplies them by how far the means of the last one were from those of the rows.

        Rows that are capped say nothing of the factors, and the others do not make up for them.
        """
        rows = self.counts.shape[1]
        few = min(FEW_ROWS, rows)
        enough = int(np.clip(FEWEST_SHARES / max(self.counts[1].mean(), 1e-9), rows, max(rows, MOST_WORLDS)))
        for step, (number, worlds) in enumerate([(few, few)] * STEPS + [(rows, enough)]):
            made, of_world = self.simulated(number, worlds, self.seed + step)
            within = ~self.beyond()[:, of_world]
            wanted = self.counts[:, of_world]
            both = np.all(within, axis=0)
            seen, shared = made[:, both].sum(1)
            if within[0].any() and made[0, within[0]].sum() > 0:
                self.factors[0] *= wanted[0, within[0]].sum() / made[0, within[0]].sum()
            if seen > 0 and shared > 0:
                self.factors[1] *= (wanted[1, both].sum() / wanted[0, both].sum()) / (shared / seen)

    def check(self) -> Check:
        """Means of worlds that the factors were not set by, and whose rows are not capped, where any is not."""
        made, of_world = self.simulated(self.counts.shape[1], CHECK_WORLDS, self.seed + STEPS + 1)
        wanted = self.counts[:, of_world]
        within = ~np.any(self.beyond(), axis=0)[of_world]
        if within.any():
            made, wanted = made[:, within], wanted[:, within]
        simulated, rows = made.mean(1), wanted.mean(1)
        rate, row_rate = simulated[1] / max(simulated[0], 1e-300), rows[1] / rows[0]
        error_of_rate = (made[1] - rate * made[0]).std() / max(simulated[0], 1e-300)
        errors = np.append((made - wanted).std(1), error_of_rate) / np.sqrt(made.shape[1])
        seen, shared = self.capped()

        def named(numbers: Floats) -> dict[str, float]:
            return dict(zip((IMPRESSIONS, SHARES, SHARE_RATE), map(float, numbers), strict=True))

        return Check(
            named(np.append(simulated, rate)),
            named(np.append(rows, row_rate)),
            named(errors),
            made.shape[1],
            (float(seen), float(shared)),
        )

    def warnings(self, check: Check) -> list[str]:
        """What the scenario cannot have as the posts had it."""
        found = []
        words = (
            (
                "impressions need a visibility above the highest possible",
                f"campaign.owned has {self.home.followers:,} followers: give those of the account",
            ),
            ("shares need a share rate above the highest possible", "widen the content's topics and tone"),
        )
        for (word, remedy), part in zip(words, self.capped(), strict=True):
            if part >= 0.001:
                found.append(f"{word} in {percent(part)} of the rows; {remedy}")
        for measure in (IMPRESSIONS, SHARES):
            if check.agrees(measure):
                continue
            apart = f"{measure} of a post in this scenario are {check.simulated[measure]:.3g} on average, not the "
            apart += f"{check.rows[measure]:.3g} that past posts say: "
            many = "too many rows are beyond what this scenario can have: "
            found.append(f"{many if max(check.capped) > MOST_CAPPED else apart}it is not calibrated for {measure}")
        return found
