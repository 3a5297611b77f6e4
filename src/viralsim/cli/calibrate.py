"""``viralsim calibrate``: what past posts say about the next one, with the coverage measured on later posts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.durations import duration
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.calibration.calibrating import Calibration

PAGE = "report.html"


@click.command(
    help="What past posts say about the next one: a posterior, its coverage on later posts, and a scenario that uses it.\n\n"
    "FILE is a scenario with owned posts; --data the export of a platform, or a table with one row per post."
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", "files", type=click.Path(path_type=Path), multiple=True, required=True,
              help="Export with one row per post; once per file.")  # fmt: skip
@click.option("--curves", type=click.Path(path_type=Path),
              help="Curves of past posts, as `forecast --past` takes them: when posts are shared.")  # fmt: skip
@click.option("--channel", help="Channel of the owned posts; that of the first by default.")
@click.option("--content", help="Content of the owned posts; that of the first by default.")
@click.option(
    "--horizon", help="Until when counts were taken, such as 7d; posts younger than this at the newest are left out."
)
@click.option("--map", "titles", multiple=True, metavar="NAME=TITLE", help="A column by hand, such as shares=Retweets.")
@click.option("--keep-doubtful", is_flag=True, help="Keep rows such as those with more reach than impressions.")
@click.option("--no-replies", is_flag=True, help="Leave out posts whose text begins with @.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the check by simulation; all cores by default.")
@click.option("--out", type=click.Path(path_type=Path),
              help=f"Write calibrated.yaml, posterior.csv, calibration.json and {PAGE} into this folder.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print calibration.json and nothing else.")
def calibrate(
    file: Path, files: tuple[Path, ...], curves: Path | None, channel: str | None, content: str | None, horizon: str | None,
    titles: tuple[str, ...], keep_doubtful: bool, no_replies: bool, seed: int, threads: int | None, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Read posts, say what was recognised, calibrate, write and print the answer."""
    from viralsim.calibration.calibrating import calibrate as calibrated
    from viralsim.posts import read
    from viralsim.scenario import load

    scenario = load(file)
    hours = None if horizon is None else duration("--horizon", horizon)
    past = read(
        list(files),
        map=_mapping(titles),
        keep_doubtful=keep_doubtful,
        replies=not no_replies,
        horizon_hours=hours,
    )
    found = calibrated(
        scenario, past, seed, channel=channel, content=content, horizon_hours=hours, curves=curves, threads=threads
    )  # fmt: skip
    if out is not None:
        _write(found, out)
    if as_json:
        click.echo(json.dumps(found.to_dict(), allow_nan=False))
        return
    for line in found.lines():
        click.echo(line)
    click.echo("")
    for name, title in past.attrs["recognised"].items():
        click.echo(f"{name:24}{title}")
    for note in past.attrs["notes"]:
        click.echo(f"note: {note}")


def _write(found: Calibration, folder: Path) -> None:
    from viralsim.atomic import write_text
    from viralsim.report.calibration_page import calibration_page

    found.save(folder)
    write_text(folder / PAGE, calibration_page(found))


def _mapping(titles: tuple[str, ...]) -> dict[str, str]:
    pairs = [_pair(title) for title in titles]
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"--map: {twice} is named twice: give one title for it")
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals or not name.strip() or not title.strip():
        raise InputError(f"--map: must be NAME=TITLE such as shares=Retweets, got {text!r}")
    return name.strip(), title.strip()
