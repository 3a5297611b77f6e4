"""``viralsim review``: after the campaign, its curve against a stored run or the registered forecasts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.cli.durations import duration
from viralsim.cli.ledger import entry_as_dict, entry_line
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.forecasting.attributed import Attributed
    from viralsim.forecasting.curve_files import PostCurve
    from viralsim.forecasting.ledger import Entry

RUN = "manifest.json"


@click.command(
    help="After the campaign: how it went, whether luck alone explains it, and how the forecasts scored.\n\n"
    "DIR is what `viralsim run --out` wrote, or a ledger that `viralsim forecast --register` wrote."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--observed", required=True, type=click.Path(path_type=Path), help="The whole curve, until the horizon.")
@click.option("--name", help="Name of the post in the ledger; the name of the curve's file by default.")
@click.option("--until", "watched", help="Until when the post was watched, such as 7d, where the file does not say.")
@click.option("--per", type=click.Choice(["total", "interval"]), default="total", help="What shares in a table count.")
@click.option("--published", help="When the post was published, such as 2026-01-31T08:00, where the curve has dates.")
@click.option("--arm", "arms", multiple=True, help="The arm that was carried out, of a run; all by default.")
@click.option("--quick", is_flag=True, help="Do not look for what would have to differ, which runs worlds again.")
@click.option(
    "--attributed", type=click.Path(path_type=Path), help="A table of advocate and shares that came through each."
)
@click.option("--page", type=click.Path(path_type=Path), help="Write a page for the meeting after to this file.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def review(
    folder: Path,
    observed: Path,
    name: str | None,
    watched: str | None,
    per: str,
    published: str | None,
    arms: tuple[str, ...],
    quick: bool,
    attributed: Path | None,
    page: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Read the curve, place it, settle every forecast of its post, print."""
    from viralsim.forecasting.attributed import read_attributed
    from viralsim.forecasting.curve_files import read_curves

    is_run = (folder / RUN).is_file()
    _check_options(folder, is_run, name, bool(arms or quick))
    hours = 0.0 if watched is None else duration("--until", watched)
    curves, notes = read_curves(observed, per, hours, published)
    if len(curves) > 1:
        raise InputError(f"{observed}: holds {len(curves)} posts; review one at a time")
    if watched is not None:
        _check_until(curves[0], observed, hours)
    total = float(curves[0].curve.shares[-1]) if curves[0].curve.shares.size else 0.0
    brought = None if attributed is None else read_attributed(attributed, total)
    if is_run:
        said, lines, fan = _against_run(folder, curves[0], arms, None if quick else threads or 0)
    else:
        said, lines = _against_ledger(folder, curves[0], observed, name, notes)
        fan = None
    said["warnings"] = [*notes, *said["warnings"]]
    said["advocates"] = None if brought is None else brought.to_json()
    lines += _advocates(brought) + [f"note: {note}" for note in notes]
    if page is not None:
        _write_page(page, observed.stem, lines, fan, brought)
    click.echo(json.dumps(said, allow_nan=False) if as_json else "\n".join(lines))


def _check_options(folder: Path, is_run: bool, name: str | None, about_a_run: bool) -> None:
    """Raises where the folder is not there, or an option is about the other kind of folder."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name what `viralsim run --out` wrote, or a ledger")
    if is_run and name is not None:
        raise InputError(f"--name: is about a ledger, and {folder} is a run: leave it out")
    if about_a_run and not is_run:
        raise InputError(f"--arm, --quick: are about a run, and {folder} is none")


def _check_until(post: PostCurve, path: Path, hours: float) -> None:
    """Raises where --until is not what the curve is known until."""
    known = post.curve.observed_until
    if abs(known - hours) <= 1e-9 * hours:
        return
    if not post.curve.exact and hours > known:
        raise InputError(
            f"--until: {path} holds readings of a counter, the last at {known:g} h: add a row at {hours:g} h"
        )
    raise InputError(
        f"--until: {path} goes on until {known:g} h: say that or later, or leave out what came after {hours:g} h"
    )


def _against_run(
    folder: Path, post: PostCurve, arms: tuple[str, ...], threads: int | None
) -> tuple[dict[str, Any], list[str], Any]:
    """(JSON, lines, what the page draws) of a curve among the worlds of a stored run; ``threads`` None: a quick look."""
    from viralsim.arguments import thread_count
    from viralsim.forecasting.worlds.reviewing import SEARCH_WORLDS, review_of
    from viralsim.forecasting.worlds.would_differ import Search
    from viralsim.results import open_result

    result = open_result(folder)
    search = None if threads is None else Search(result, None, SEARCH_WORLDS, thread_count(threads or None))
    found = review_of(result, post.curve, arms or None, search)
    return found.to_json(), found.sentences(), (result, found, post.curve)


def _against_ledger(
    folder: Path, post: PostCurve, observed: Path, name: str | None, notes: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """(JSON, lines) of a curve against the registered forecasts of its post, which are settled."""
    from viralsim.forecasting.ledger import entries, settle
    from viralsim.forecasting.worlds.envelope import ALPHA
    from viralsim.measurement.number_format import exact, percent

    found = entries(folder)
    title = name or post.post_id or observed.stem
    own = [entry for entry in found if entry.record["post"] == title]
    if not own:
        posts = ", ".join(sorted({str(entry.record["post"]) for entry in found}))
        raise InputError(f"{folder}: no forecast of {title!r}; say --name, one of: {posts}")
    finals = [_final(post, entry, observed, notes) for entry in own]
    settled = [settle(entry, final) for entry, final in zip(own, finals, strict=True)]
    each = [entry_as_dict(entry) for entry in settled]
    chances = [2 * min(one["pit"], 1 - one["pit"]) for one in each]
    luck = chances[0] > ALPHA
    first = f"the forecast at {exact(float(each[0]['at_hours']))} h"
    sentence = (
        f"luck explains this, as far as {first} knows: it left {percent(chances[0])} to outcomes as far out, or farther"
        if luck
        else f"luck alone does not explain this, if {first} was right: it left only {percent(chances[0])} to outcomes as far out"
    )
    said = {
        "post": title,
        "luck_alone": luck,
        "p_value": chances[0],
        "forecasts": each,
        "sentences": [sentence],
        "warnings": ["a forecast knows no inputs: a review of the stored run says which would have to differ"],
    }
    return said, [f"{title}: {exact(finals[-1])} shares in the end", sentence, *map(entry_line, settled)]


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


def _advocates(brought: Attributed | None) -> list[str]:
    return [] if brought is None else brought.sentences()


def _write_page(path: Path, title: str, lines: list[str], fan: Any, brought: Attributed | None) -> None:
    from viralsim.atomic import write_text
    from viralsim.report.review_page import review_page

    try:
        write_text(path, review_page(title, lines, fan, brought))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}): choose another file") from None
