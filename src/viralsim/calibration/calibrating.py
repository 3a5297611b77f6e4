"""All that past posts say, in one object: posterior, coverage on later posts, misfit, drift, and a scenario that uses it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from viralsim.arguments import file_path, instance, number, seed_number, thread_count
from viralsim.atomic import write_json, write_text
from viralsim.calibration.backtest import CALIBRATED, MEASURES, Backtest, backtest, first_predicted
from viralsim.calibration.calibrated_scenario import POSTERIOR_FILE, calibrated_data, for_folder, in_memory
from viralsim.calibration.criticism import drifts, misfits
from viralsim.calibration.mapping import IMPRESSIONS, SHARE_RATE, Check, Home, Solver, home_of
from viralsim.calibration.model import Model
from viralsim.calibration.observed import MOST_POSTS, Posts, from_table, unpaid
from viralsim.calibration.posterior import Posterior, sample
from viralsim.calibration.prediction import Predictor
from viralsim.calibration.scores import LEVELS, coverage
from viralsim.calibration.timing import Timing, timed, timing_of
from viralsim.errors import InputError
from viralsim.scenario import Scenario
from viralsim.scenario.loading import scenario_of
from viralsim.scenario.reading import write_yaml
from viralsim.versions import versions

ROWS = 1000
NOT_OF = ("advocates.trust", "advocates.willingness", "reshare number", "network", "conversion")
FEWEST_TO_JUDGE = 20
LAST_50 = "last 50 posts"
MOST_LINES = 15
WIDEST = 29  # columns of the longest name in the printed table, and a blank
FAR = 2.0  # times more or fewer followers than the posts had: beyond what they can speak of
SCENARIO_FILE, NUMBERS_FILE = "calibrated.yaml", "calibration.json"


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """What past posts say.

    posterior: rows of ``uncertain.joint``, one per draw of a new post, one column per path of the scenario. new_posts: the same
    rows as expected ``impressions`` and ``share_rate``. parameters: the posterior of what all posts share. backtest: how the last
    40 % were predicted; None where too few. check: simulated posts of ``scenario`` beside the rows. scenario: the scenario
    with these rows in it. of: paths that were learnt and agree in the check. timing: times from post to
    share, where curves were given.
    """

    posterior: pd.DataFrame
    new_posts: pd.DataFrame
    parameters: Posterior
    backtest: Backtest | None
    warnings: tuple[str, ...]
    data: Mapping[str, Any]
    prior: Mapping[str, tuple[float, float]]
    scenario: Scenario
    check: Check
    of: tuple[str, ...]
    horizon_hours: float | None = None
    timing: Timing | None = None

    def __repr__(self) -> str:
        return f"Calibration({self.scenario.name!r}, {self.data['posts']} posts, {len(self.posterior)} rows)"

    @property
    def coverage(self) -> pd.DataFrame | None:
        """One row per method and measure: CRPS, coverage at 50, 80 and 95 % with standard errors; None: not measured."""
        return None if self.backtest is None else self.backtest.table()

    @property
    def first_line(self) -> str:
        """The sentence an answer begins with: whether this beats the last 50 posts."""
        if self.backtest is None:
            why = f"posts are too few, and {FEWEST_TO_JUDGE} are needed"
            if self.data["posts"] - self.data["paid"] >= FEWEST_TO_JUDGE:
                why = "none of the earlier posts was shared"
            return f"Not measured how well later posts are predicted: {why}."
        worse = [measure for measure in MEASURES if not self.backtest.beats(LAST_50, measure)]
        if worse:
            return (
                f"This does not beat the {LAST_50} on {' and '.join(worse)}: for the next post, take those as they are."
            )
        surely = [measure for measure in MEASURES if self.backtest.surely_beats(LAST_50, measure)]
        if not surely:
            return f"This predicts later posts about as well as the {LAST_50} do: it is slightly better, which may be luck."
        if len(surely) < len(MEASURES):
            other = next(measure for measure in MEASURES if measure not in surely)
            return f"This predicts {surely[0]} of later posts better than the {LAST_50} do; on {other} its lead may be luck."
        return f"This predicts later posts better than the {LAST_50} do, on impressions and on shares."

    def to_dict(self) -> dict[str, Any]:
        """What ``calibration.json`` holds."""
        judged = self.backtest
        return {
            "answer": self.first_line,
            "of": list(self.of),
            "not_of": list(NOT_OF),
            "data": dict(self.data),
            "coverage": covered(judged),
            "horizon_hours": self.horizon_hours,
            "beats_last_50": None if judged is None else {m: judged.beats(LAST_50, m) for m in MEASURES},
            "methods": None if self.coverage is None else self.coverage.to_dict(orient="records"),
            "relative_crps": None if judged is None else {m: judged.relative_crps(m) for m in MEASURES},
            "pit_uniform_p": None if judged is None else {m: judged.uniform(m) for m in MEASURES},
            "pits": None if judged is None else dict(zip(MEASURES, judged.pits[CALIBRATED].T.tolist(), strict=True)),
            "parameters": self.parameter_table(),
            "posterior": {path: _quantiles(values) for path, values in self.posterior.items()},
            "check": self.check.to_dict(),
            "timing": None if self.timing is None else self.timing.to_dict(),
            "warnings": list(self.warnings),
            "versions": dict(versions()),
        }

    def parameter_table(self) -> dict[str, dict[str, Any]]:
        """Prior and posterior of each parameter on the scale of the sampler, with its diagnostics."""
        found = self.parameters
        columns = zip(found.names, found.flat.T, found.ess, found.rhat, strict=True)
        return {
            name: {"prior": list(self.prior[name]), **_quantiles(values), "ess": float(ess), "rhat": float(rhat)}
            for name, values, ess, rhat in columns
        }

    def rows_as_csv(self) -> str:
        """What ``posterior.csv`` holds."""
        text: str = self.posterior.to_csv(index=False, lineterminator="\n")
        return text

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write ``posterior.csv``, ``calibration.json`` and ``calibrated.yaml`` into ``folder``, each whole or not at all.

        Files that the scenario names are named from there. Raises: InputError where the folder cannot be written.
        """
        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{target}: cannot be written ({error.strerror or error}): choose another folder"
            ) from None
        write_text(target / POSTERIOR_FILE, self.rows_as_csv())
        write_text(target / SCENARIO_FILE, write_yaml(for_folder(self.scenario, target)))
        write_json(target / NUMBERS_FILE, self.to_dict())

    def lines(self) -> list[str]:
        """The answer in at most ``MOST_LINES``."""
        shown = [self.first_line]
        if self.backtest is not None:
            shown.append(
                f"{'':{WIDEST}}{'CRPS':>8}{'80 % holds':>14}{'95 % holds':>14}   (last {len(self.backtest.true)} posts)"
            )
            shown += [self._line(method, measure) for measure in MEASURES for method in self.backtest.pits]
        where = ", ".join(self.of) or "nothing: see the warnings"
        shown.append(
            f"Learnt: {where}. Not calibrated: {', '.join(NOT_OF)}; a difference between arms stays a what-if."
        )
        if self.timing is not None:
            shown.append(
                f"Half of a typical post's shares come within {self.timing.median_hours:.2g} h; time scales of posts differ by "
                f"a factor of {np.exp(self.timing.spread):.2g} ({self.timing.posts} curves)."
            )
        room = MOST_LINES - len(shown)
        if len(self.warnings) <= room:
            return [*shown, *self.warnings]
        more = len(self.warnings) - room + 1
        return [
            *shown,
            *self.warnings[: room - 1],
            f"{more} more warnings: --json and the page that --out writes have them",
        ]

    def _line(self, method: str, measure: str) -> str:
        """One row of the table of coverage as text."""
        assert self.backtest is not None
        at = MEASURES.index(measure)
        holds = [coverage(self.backtest.pits[method][:, at], level) for level in (0.8, 0.95)]
        shares = "".join(f"{inside:9.0%} ±{error:3.0%}" for inside, error in holds)
        return f"{f'{measure}, {method}':{WIDEST}}{self.backtest.crps[method][:, at].mean():8.3f}{shares}"


def calibrate(
    scenario: Scenario | str | os.PathLike[str],
    past: pd.DataFrame,
    seed: int = 1,
    *,
    channel: str | None = None,
    content: str | None = None,
    horizon_hours: float | None = None,
    curves: str | os.PathLike[str] | None = None,
    threads: int | None = None,
) -> Calibration:
    """What past posts say about new ones, as values of a scenario.

    Chains judged by split R-hat (Vehtari et al. 2021), the whole by simulation (Talts et al. 2018).

    Args:
        scenario: a scenario, or the path of one, with owned posts: past posts are taken as such.
        past: past posts as ``viralsim.posts.read`` gives them.
        seed: the same seed gives the same rows.
        channel, content: of the owned posts; the first of the campaign by default.
        horizon_hours: until when the counts of past posts were taken; only told, but for curves.
        curves: file of the curves of past posts, as ``viralsim forecast --past`` takes it: times from post to share are learnt from
            those watched until the horizon (the scenario's by default).
        threads: for the check by simulation; all cores by default. Results do not depend on it.

    Raises:
        InputError: as ``next_post``; where the scenario has no such owned post; where it has rows of another posterior.
        NotConvergedError: where the chains do not agree.
        ScenarioError: where an arm sets what excludes what is learnt.
    """
    given = scenario_of(scenario)
    luck = seed_number(seed)
    file = None if curves is None else file_path(curves, "curves")
    for name, word in ((channel, "channel"), (content, "content")):
        if name is not None:
            instance(name, word, str)
    if horizon_hours is not None:
        number(horizon_hours, "horizon_hours", 0, 1e6, open_low=True)
    at_once = thread_count(threads)
    posts = from_table(past)
    free = unpaid(posts)
    home = home_of(given, channel, content)
    model = Model(posts)
    parameters = sample(model, [luck, 6])
    judged = backtest(past, seed=luck) if _can_judge(free) else None
    warnings = [f"of {len(past):,} posts the last {MOST_POSTS:,} are used"] if len(past) > MOST_POSTS else []
    warnings += _ends_before(given.spec.horizon, horizon_hours)
    warnings += [*misfits(model, parameters, np.random.default_rng([luck, 7])), *drifts(free), *_size(free, home)]
    rows = new_posts(free, luck, home.followers)
    timing = None if file is None else timing_of(file, horizon_hours or given.spec.horizon, luck)
    if timing is not None:
        given = timed(given, home, timing)
    solver = Solver(given, home, rows, luck, at_once)
    solver.solve()
    check = solver.check()
    posterior = pd.DataFrame(dict(zip(home.paths, solver.values(), strict=True)))
    agreeing = [] if timing is None else [f"channels.{home.channel}.impression_delay"]
    agreeing += [path for path, word in zip(home.paths, (IMPRESSIONS, SHARE_RATE), strict=True) if check.agrees(word)]
    facts = _facts(past, posts, luck)
    block = _block(agreeing, facts, judged, horizon_hours)
    data, notes = calibrated_data(given, home, posterior, block)
    return Calibration(
        posterior, rows, parameters, judged, (*warnings, *solver.warnings(check), *notes), facts, dict(model.table),
        in_memory(given, data, posterior), check, tuple(agreeing), horizon_hours, timing,
    )  # fmt: skip


def _ends_before(end: float, horizon: float | None) -> list[str]:
    """A sentence where the scenario ends before the posts were counted."""
    if horizon is None or end >= horizon:
        return []
    return [
        f"the scenario ends after {end:g} h and posts were counted after {horizon:g} h or more: what they had by then comes "
        "within its horizon"
    ]


def _can_judge(posts: Posts) -> bool:
    return len(posts) >= FEWEST_TO_JUDGE and bool(posts.upto(first_predicted(posts)).shares.any())


def new_posts(posts: Posts, seed: int, followers: float | None = None) -> pd.DataFrame:
    """``ROWS`` rows, one new post each: expected impressions, and shares per impression; ``followers`` where posts have them."""
    known = followers if posts.followers is not None else None
    impressions, share_rate = Predictor(posts, seed).rates(len(posts), ROWS, np.random.default_rng([seed, 8]), known)
    return pd.DataFrame({"impressions": impressions, "share_rate": share_rate})


def covered(judged: Backtest | None) -> dict[str, Any] | None:
    """measure -> level in % -> [share inside, standard error], and how many posts were held out."""
    if judged is None:
        return None
    found: dict[str, Any] = {
        measure: {f"{100 * level:.0f}": list(coverage(judged.pits[CALIBRATED][:, i], level)) for level in LEVELS}
        for i, measure in enumerate(MEASURES)
    }
    return found | {"held_out": len(judged.true)}


def _block(of: list[str], facts: Mapping[str, Any], judged: Backtest | None, horizon: float | None) -> dict[str, Any]:
    """The ``calibration`` block of the scenario, as it is written."""
    data = {word: facts[word] for word in ("posts", "from", "to", "account", "sha256") if facts[word] is not None}
    found: dict[str, Any] = {"of": of, "not_of": list(NOT_OF), "data": data}
    measured = covered(judged)
    if measured is not None:
        found["coverage"] = {
            word: {level: [round(share, 4) for share in pair] for level, pair in levels.items()}
            if isinstance(levels, dict)
            else levels
            for word, levels in measured.items()
        }
    return found if horizon is None else found | {"horizon": f"{horizon:g}h"}


def _size(posts: Posts, home: Home) -> list[str]:
    """Sentences on the followers of the scenario beside those of the posts."""
    if posts.followers is None:
        return [
            f"past has no followers: posts are taken as those of the {home.followers:,} followers of {home.channel} in the "
            "scenario"
        ]
    least, most = float(posts.followers.min()), float(posts.followers.max())
    if least / FAR <= home.followers <= most * FAR:
        return []
    had = f"{least:,.0f} to {most:,.0f}" if most > least else f"{most:,.0f}"
    return [
        f"the scenario has {home.followers:,} followers, the posts had {had}: how impressions grow so far is mostly assumed"
    ]


def _quantiles(values: Any) -> dict[str, float]:
    columns = np.asarray(values, np.float64)
    low, middle, high = np.quantile(columns, (0.05, 0.5, 0.95))
    return {
        "mean": float(columns.mean()), "sd": float(columns.std()),
        "p05": float(low), "p50": float(middle), "p95": float(high),
    }  # fmt: skip


def _facts(past: pd.DataFrame, posts: Posts, seed: int) -> dict[str, Any]:
    """Fingerprint of the data and how they were used."""
    dates = past["published_at"].dropna() if "published_at" in past else pd.Series(dtype=object)
    content = past.drop(columns=["post_id"], errors="ignore").to_csv(index=False, lineterminator="\n")
    return {
        "posts": len(posts), "paid": int(posts.paid.sum()), "account": "one",
        "from": None if dates.empty else str(dates.min()), "to": None if dates.empty else str(dates.max()),
        "sha256": hashlib.sha256(content.encode()).hexdigest(), "seed": int(seed),
        "notes": list(past.attrs.get("notes", ())),
    }  # fmt: skip
