"""``viralsim calibrate``: what past posts say about the next one, with the coverage measured on later posts."""

from __future__ import annotations

import json
from pathlib import Path

import click

from viralsim.errors import InputError


@click.command(
    help="From past posts (a platform's export): rows for new posts, and how well later posts were foretold."
)
@click.option("--data", "files", type=click.Path(path_type=Path), multiple=True, required=True,
              help="Export with one row per post; once per file.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write posterior.csv and calibration.json into this folder."
)
@click.option("--map", "titles", multiple=True, metavar="NAME=TITLE", help="A column by hand, such as shares=Retweets.")
@click.option("--horizon", help="Leave out posts younger than this at the newest one, such as 7d.")
@click.option("--keep-doubtful", is_flag=True, help="Keep rows such as those with more reach than impressions.")
@click.option("--no-replies", is_flag=True, help="Leave out posts whose text begins with @.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print calibration.json and nothing else.")
def calibrate(
    files: tuple[Path, ...], out: Path | None, titles: tuple[str, ...], horizon: str | None, keep_doubtful: bool,
    no_replies: bool, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Read posts, say what was recognised, calibrate, print the answer."""
    from viralsim.calibration import calibrate as calibrated
    from viralsim.posts import read

    past = read(
        list(files),
        map=dict(_pair(title) for title in titles),
        keep_doubtful=keep_doubtful,
        replies=not no_replies,
        horizon_hours=None if horizon is None else _hours(horizon),
    )
    found = calibrated(past, seed=seed)
    if out is not None:
        found.save(out)
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


def _hours(text: str) -> float:
    from viralsim.units import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError(f"--horizon: {error}") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals or not name.strip() or not title.strip():
        raise InputError(f"--map: must be NAME=TITLE such as shares=Retweets, got {text!r}")
    return name.strip(), title.strip()
