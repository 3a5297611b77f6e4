"""``viralsim ledger``: how registered forecasts went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.units import counted

if TYPE_CHECKING:
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
        said = {"calibration": overall, "forecasts": [entry_as_dict(entry) for entry in found]}
        click.echo(json.dumps(said, allow_nan=False))
        return
    for line in calibration_sentences(overall, len(found)):
        click.echo(line)
    for entry in found:
        click.echo(entry_line(entry))


def calibration_sentences(overall: dict[str, Any], registered: int) -> list[str]:
    """What a team can say about its forecasts."""
    if not overall["forecasts"]:
        return [
            f"{counted(registered, 'forecast')} registered, none with a known outcome: `viralsim review` settles them"
        ]
    count = overall["forecasts"]
    held = "; ".join(f"{level} % intervals held {100 * overall[f'held_{level}']:.0f} %" for level in (50, 80, 95))
    return [
        f"{counted(registered, 'forecast')} registered, {count:,} with a known outcome, of {counted(overall['posts'], 'post')}",
        f"your {held}",
        f"CRPS {overall['crps']:.3f}, log score {overall['log_score']:.3f}, both on log(1 + shares), less is better",
    ]


def entry_as_dict(entry: Entry) -> dict[str, Any]:
    """A forecast, with its scores where the outcome is known."""
    record = entry.record
    said = {key: record[key] for key in ("post", "registered_at", "at_hours", "horizon_hours", "seen", "final")}
    said = {"id": entry.identity, **said, "outcome": entry.final}
    if entry.final is None:
        return said
    scores = entry.scores()
    if scores["median_error"] != scores["median_error"]:
        scores.pop("median_error")
    return {**said, **scores}


def entry_line(entry: Entry) -> str:
    """A forecast in one line."""
    from viralsim.measurement.number_format import exact, number, percent

    final = entry.record["final"]
    forecast = f"{number(final['p50'])} ({number(final['p10'])} to {number(final['p90'])})"
    said = f"{entry.identity}  {entry.record['post']}  at {exact(float(entry.record['at_hours']))} h: {forecast}"
    if entry.final is None:
        return f"{said}, outcome unknown"
    scores = entry.scores()
    return f"{said}, came {exact(entry.final)}: percentile {percent(scores['pit'])}, CRPS {scores['crps']:.3f}"
