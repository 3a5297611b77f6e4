"""``viralsim ledger`` and the scoring part of ``viralsim review``: how registered forecasts went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.durations import duration
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.forecasting.curve_files import PostCurve
    from viralsim.forecasting.ledger import Entry


@click.command(help="How the registered forecasts of a ledger went, over all whose outcome is known.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def ledger(folder: Path, as_json: bool) -> None:
    """Read and check every entry, print calibration and the list."""
    from viralsim.forecasting.ledger import calibration, entries

    found = entries(folder)
    known = [entry for entry in found if entry.final is not None]
    overall = calibration(known)
    if as_json:
        said = {"calibration": overall, "forecasts": [_as_dict(entry) for entry in found]}
        click.echo(json.dumps(said, allow_nan=False))
        return
    for line in calibration_sentences(overall, len(found)):
        click.echo(line)
    for entry in found:
        click.echo(_line(entry))


@click.command(
    help="After the campaign: score the registered forecasts of a post against what came.\n\n"
    "DIR is a ledger that `viralsim forecast --register` wrote."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--observed", required=True, type=click.Path(path_type=Path), help="The whole curve, until the horizon.")
@click.option("--name", help="Name of the post in the ledger; the name of the curve's file by default.")
@click.option("--until", "watched", help="Until when the post was watched, such as 7d, where the file does not say.")
@click.option("--per", type=click.Choice(["total", "interval"]), default="total", help="What shares in a table count.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def review(folder: Path, observed: Path, name: str | None, watched: str | None, per: str, as_json: bool) -> None:
    """Read the curve, settle every forecast of its post, print the scores."""
    from viralsim.forecasting.curve_files import read_curves
    from viralsim.forecasting.ledger import entries, settle
    from viralsim.measurement.number_format import number

    found = entries(folder)
    hours = 0.0 if watched is None else duration("--until", watched)
    curves, notes = read_curves(observed, per, hours)
    if len(curves) > 1:
        raise InputError(f"{observed}: holds {len(curves)} posts; review one at a time")
    post = name or curves[0].post_id or observed.stem
    own = [entry for entry in found if entry.record["post"] == post]
    if not own:
        posts = ", ".join(sorted({str(entry.record["post"]) for entry in found}))
        raise InputError(f"{folder}: no forecast of {post!r}; say --name, one of: {posts}")
    finals = [_final(curves[0], entry, observed, notes) for entry in own]
    settled = [settle(entry, final) for entry, final in zip(own, finals, strict=True)]
    if as_json:
        said = {"post": post, "forecasts": [_as_dict(entry) for entry in settled], "warnings": notes}
        click.echo(json.dumps(said, allow_nan=False))
        return
    click.echo(f"{post}: {number(finals[-1])} shares in the end")
    for line in [*map(_line, settled), *(f"note: {note}" for note in notes)]:
        click.echo(line)


def _final(post: PostCurve, entry: Entry, path: Path, notes: list[str]) -> float:
    """The final count that an entry forecast; adds a note where the curve is another than the forecast saw."""
    import numpy as np

    horizon, at = float(entry.record["horizon_hours"]), float(entry.record["at_hours"])
    if post.curve.observed_until < horizon * (1 - 1e-9):
        raise InputError(
            f"{path}: watched until {post.curve.observed_until:g} h, the forecast {entry.identity} is for {horizon:g} h: "
            "review when the horizon is over, and say --until where it is and no share came so late"
        )
    then, seen = float(post.curve.at(np.array(at))), float(entry.record["seen"])
    if abs(then - seen) > 0.5:
        notes.append(f"at {at:g} h this curve has {then:g} shares, the forecast {entry.identity} saw {seen:g}")
    return float(round(float(post.curve.at(np.array(horizon)))))


def calibration_sentences(overall: dict[str, Any], registered: int) -> list[str]:
    """What a team can say about its forecasts."""
    if not overall["forecasts"]:
        return [f"{registered} forecasts registered, none with a known outcome: `viralsim review` settles them"]
    count = overall["forecasts"]
    held = "; ".join(f"{level} % intervals held {100 * overall[f'held_{level}']:.0f} %" for level in (50, 80, 95))
    return [
        f"{registered} forecasts registered, {count} with a known outcome, of {_posts(overall['posts'])}",
        f"your {held}",
        f"CRPS {overall['crps']:.3f}, log score {overall['log_score']:.3f}, both on log(1 + shares), less is better",
    ]


def _posts(count: int) -> str:
    return f"{count:,} post{'' if count == 1 else 's'}"


def _as_dict(entry: Entry) -> dict[str, Any]:
    record = entry.record
    said = {key: record[key] for key in ("post", "registered_at", "at_hours", "horizon_hours", "seen", "final")}
    said = {"id": entry.identity, **said, "outcome": entry.final}
    if entry.final is None:
        return said
    scores = entry.scores()
    if scores["median_error"] != scores["median_error"]:
        scores.pop("median_error")
    return {**said, **scores}


def _line(entry: Entry) -> str:
    from viralsim.measurement.number_format import number, percent

    final = entry.record["final"]
    forecast = f"{number(final['p50'])} ({number(final['p10'])} to {number(final['p90'])})"
    said = f"{entry.identity}  {entry.record['post']}  at {number(float(entry.record['at_hours']))} h: {forecast}"
    if entry.final is None:
        return f"{said}, outcome unknown"
    scores = entry.scores()
    return f"{said}, came {number(entry.final)}: percentile {percent(scores['pit'])}, CRPS {scores['crps']:.3f}"
