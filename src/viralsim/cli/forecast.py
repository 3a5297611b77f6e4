"""``viralsim forecast``: where a running post ends."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.durations import duration
from viralsim.cli.numbers import Finite
from viralsim.errors import InputError
from viralsim.report.forecast_words import forecast_lines

if TYPE_CHECKING:
    from viralsim.forecasting.curve_files import PostCurve
    from viralsim.forecasting.forecast import Forecast

DEFAULT_HORIZON = 168.0


@click.command(
    help="Where a running post ends, from its curve so far and from past curves.\n\n"
    "FILE is the scenario, whose horizon is taken, or - for none. A curve is a table of hours (or minutes, seconds, days) since "
    "the post and shares so far, or a list of the times of single shares; past curves have a column post_id as well."
)
@click.argument("file", metavar="FILE")
@click.option("--observed", required=True, type=click.Path(path_type=Path), help="The curve so far.")
@click.option("--past", type=click.Path(path_type=Path), help="Curves of past posts, in the order of time.")
@click.option("--at", help="Forecast from this time after the post, such as 6h; the end of the curve by default.")
@click.option("--horizon", help="Until when shares count, such as 7d; the scenario's, or 7d.")
@click.option("--per", type=click.Choice(["total", "interval"]), default="total", help="What shares in tables count.")
@click.option("--published", help="When the post was published, such as 2026-01-31T08:00, where the curve has dates.")
@click.option("--followers", type=Finite(), help="Followers of the author, where past curves have them too.")
@click.option("--target", type=Finite(min=0), help="Also give the chance of this many shares.")
@click.option("--arms", "with_arms", is_flag=True, help="Also say what each open arm of the scenario would change.")
@click.option("--arm", "names", multiple=True, help="Of these arms only; may be given several times.")
@click.option("--worlds", type=click.IntRange(min=1), help="Worlds of each arm; the scenario's by default.")
@click.option(
    "--budget-left",
    type=Finite(min=0),
    help="Money that may still be spent on an arm, in the scenario's currency.",
)
@click.option("--advocates-left", type=click.IntRange(min=0), help="Advocates who have not been asked yet.")
@click.option("--register", type=click.Path(path_type=Path), help="Write the forecast into this ledger, for good.")
@click.option("--name", help="Name of the post in the ledger; the name of the curve's file by default.")
@click.option("--out", type=click.Path(path_type=Path), help="Write forecast.json, bands.csv and forecast.html here.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def forecast(
    file: str,
    observed: Path,
    past: Path | None,
    at: str | None,
    horizon: str | None,
    per: str,
    published: str | None,
    followers: float | None,
    target: float | None,
    with_arms: bool,
    names: tuple[str, ...],
    worlds: int | None,
    budget_left: float | None,
    advocates_left: int | None,
    register: Path | None,
    name: str | None,
    out: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Read curves, fit, forecast, write and print."""
    from viralsim.forecasting.curve_files import read_curves
    from viralsim.forecasting.events import check_followers, check_horizon
    from viralsim.forecasting.forecast import make_forecast
    from viralsim.forecasting.past import population_of

    check_followers(followers)
    hours = _horizon(file, horizon)
    check_horizon(hours)
    now = None if at is None else duration("--at", at)
    running, notes = _running(observed, per, now, published)
    if name is not None and not name.strip():
        raise InputError("--name: is blank; name the post, or leave it out")
    _check_not_over(running, hours)
    curves, more = read_curves(past, per, hours) if past else ([], [])
    known = {one.post_id for one in curves} - {""}
    for post in running:
        if post.post_id in known:
            raise InputError(f"{past}: the running post {post.post_id!r} is among the past posts: take it out")
    population, about = population_of(curves, hours, seed)
    if followers is not None and not (population.followers >= 0).any():
        about.append("--followers changes nothing: no past post says those of its author")
    if len(running) > 1:
        if name is not None:
            raise InputError(f"--name: {observed} holds {len(running)} posts, which their post_id names: leave it out")
        about.append(f"{len(running)} posts together: taken as independent of each other, given the past posts")
    found = {}
    for i, post in enumerate(running):
        own = followers if followers is not None else (post.followers if post.followers >= 0 else None)
        title = name or post.post_id or observed.stem
        found[title] = make_forecast(
            post.curve, population, own, target, seed=seed + i, warnings=[*notes, *more, *about]
        )
    if with_arms or names:
        left = {"budget": budget_left, "advocates": advocates_left}
        found = _with_arms(file, hours, running, found, names, worlds, left)
    elif (worlds, budget_left, advocates_left) != (None, None, None):
        raise InputError("--worlds, --budget-left, --advocates-left: are about the arms; say --arms too")
    if out is not None:
        _write(found, out)
    if register is not None:
        _register(found, register, [path for path in (observed, past) if path], as_json)
    if as_json:
        click.echo(json.dumps(_as_dict(found), allow_nan=False))
        return
    for line in forecast_lines(found):
        click.echo(line)


def _check_not_over(running: list[PostCurve], horizon: float) -> None:
    """Raises where a post was watched until the horizon, before anything is fitted."""
    for post in running:
        if (at := post.curve.observed_until) >= horizon:
            raise InputError(
                f"{post.place}: known until {at:g} h, and the horizon is {horizon:g} h: nothing is left to forecast; "
                "say an earlier --at, or a longer --horizon"
            )


def _as_dict(found: dict[str, Forecast]) -> dict[str, Any]:
    from viralsim.forecasting.forecast import total_json

    return next(iter(found.values())).to_json() if len(found) == 1 else total_json(found)


def _with_arms(
    file: str,
    hours: float,
    running: list[PostCurve],
    found: dict[str, Forecast],
    names: tuple[str, ...],
    worlds: int | None,
    left: dict[str, Any],
) -> dict[str, Forecast]:
    """The forecast of one post with what each open arm would change."""
    from dataclasses import replace

    from viralsim.cli.study import watched
    from viralsim.forecasting.worlds.acting import Left, open_arms
    from viralsim.scenario import load

    if file == "-":
        raise InputError("--arms: needs a scenario, whose arms are what can be done; name its file instead of -")
    if len(running) > 1:
        raise InputError(
            f"--arms: one running post at a time, and there are {len(running)}: give the campaign's whole curve"
        )
    scenario = load(file)
    if abs(scenario.spec.horizon - hours) > 1e-9 * hours:
        raise InputError(
            f"--horizon: with --arms it is the scenario's, {scenario.spec.horizon:g} h: leave it out, or change the scenario"
        )
    ((title, one),) = found.items()
    with watched() as progress:
        arms = open_arms(
            scenario, running[0].curve, one.paths.final, names or None, worlds, scenario.seed, Left(**left), progress=progress
        )  # fmt: skip
    return {title: replace(one, arms=arms)}


def _register(found: dict[str, Forecast], ledger: Path, files: list[Path], as_json: bool) -> None:
    from viralsim.forecasting.ledger import register

    inputs = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    for post, one in found.items():
        click.echo(f"registered: {register(ledger, one, post, inputs)}", err=as_json)


def _horizon(file: str, horizon: str | None) -> float:
    scenario_hours = DEFAULT_HORIZON
    if file != "-":
        from viralsim.scenario import load

        scenario_hours = float(load(file).spec.horizon)
    return scenario_hours if horizon is None else duration("--horizon", horizon)


def _running(path: Path, per: str, at: float | None, published: str | None) -> tuple[list[PostCurve], list[str]]:
    """(the running posts as they were known at ``at``, notes)."""
    from viralsim.forecasting.curve_files import read_curves

    found, notes = read_curves(path, per, at or 0.0, published)
    return [_known(post, at, notes) for post in found], notes


def _known(post: PostCurve, at: float | None, notes: list[str]) -> PostCurve:
    """A post as it was known at ``at``; adds notes."""
    from dataclasses import replace

    from viralsim.forecasting.curve import until
    from viralsim.measurement.number_format import exact

    curve = post.curve
    if at is None:
        if curve.exact and not post.end_given:
            notes.append(f"watched until the last share, {exact(curve.observed_until)} h: say --at where it was longer")
        return post
    if curve.exact and at > curve.observed_until:
        raise InputError(f"{post.place}: watched until {curve.observed_until:g} h; --at {at:g}h is later")
    if not curve.exact and curve.hours[curve.hours <= at].sum() == 0:
        raise InputError(f"{post.place}: no reading between 0 and {at:g} h (--at)")
    known = until(curve, at)
    if known.observed_until < at * (1 - 1e-9):
        notes.append(f"the last reading by {exact(at)} h is at {exact(known.observed_until)} h: forecast from there")
    return replace(post, curve=known)


def _write(found: dict[str, Forecast], folder: Path) -> None:
    import pandas as pd

    from viralsim.atomic import write_json, write_text
    from viralsim.report.forecast_page import forecast_page

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error}): choose another folder") from None
    write_json(folder / "forecast.json", _as_dict(found))
    bands = pd.concat([pd.DataFrame({"post_id": post, **one.bands()}) for post, one in found.items()])
    write_text(folder / "bands.csv", bands.to_csv(index=False, lineterminator="\n"))
    write_text(folder / "forecast.html", forecast_page(found, forecast_lines(found)))
