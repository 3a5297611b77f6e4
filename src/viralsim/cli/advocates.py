"""``viralsim advocates``: whom to enrol, scored on the full model."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from viralsim.advocates import EqualMoney, Found, Judged
    from viralsim.advocates.worth import CurvePoint
    from viralsim.scenario import Scenario


NARROWEST = 92  # columns that the table needs


@click.command(help="Rank members to enrol as advocates, scored on the scenario's full model.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--count", required=True, type=click.IntRange(min=1), help="How many advocates.")
@click.option("--strategy", help="Word of a seeding strategy; the scenario's own choice by default.")
@click.option("--arm", help="Whose advocates; the first arm that has some by default.")
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of every score; at most 400 by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--curve", is_flag=True, help="Also the return against the number of advocates.")
@click.option("--programme", is_flag=True, help="Also the programme, launch after launch.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the list as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def advocates(
    file: Path,
    count: int,
    strategy: str | None,
    arm: str | None,
    worlds: int | None,
    seed: int | None,
    threads: int | None,
    curve: bool,
    programme: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Propose, score, tell."""
    from viralsim.advocates import Tier, find
    from viralsim.advocates import curve as curve_of
    from viralsim.advocates.money import saturation
    from viralsim.cli.run import _progress
    from viralsim.scenario import load

    scenario = load(file)
    with _progress() as progress:
        found = find(scenario, count, strategy, arm=arm, worlds=worlds, seed=seed, threads=threads, progress=progress)
        points: list[CurvePoint] = []
        if curve:
            from viralsim.simulation import default_threads

            tier = Tier(scenario, arm=found.arm, worlds=found.worlds, seed=seed, threads=threads or default_threads())
            points = curve_of(tier, sorted({max(1, count * k // 8) for k in range(1, 9)}), strategy)
    money = _money(scenario, found, seed, threads)
    judged = _judged(scenario, found, count, seed, threads) if programme else None
    if out is not None:
        from viralsim.experiments.sweep import write_text

        write_text(out, _csv(found))
    if as_json:
        from dataclasses import asdict

        told = {
            "curve": [asdict(point) for point in points],
            "equal_money": None if money is None else asdict(money),
            "programme": None if judged is None else asdict(judged),
        }
        click.echo(json.dumps({**found.as_dict(), **told}))
        return
    _show(found, points)
    if points:
        click.echo(f"{saturation(points):,} advocates already bring nine tenths of the most that this curve reaches.")
    if money is not None:
        click.echo(money.sentence)
    if judged is not None:
        _show_programme(judged)


def _judged(scenario: Scenario, found: Found, count: int, seed: int | None, threads: int | None) -> Judged:
    """The programme with ``count`` places, in as many worlds."""
    from viralsim.advocates import Tier, programme_launches
    from viralsim.simulation import default_threads

    prefix = Tier(scenario, arm=found.arm, worlds=2).prefix
    return programme_launches(
        scenario.override({f"{prefix}.count": count}), arm=found.arm, worlds=found.worlds, seed=seed,
        threads=threads or default_threads(),
    )  # fmt: skip


def _show_programme(judged: Judged) -> None:
    """A line a launch, then what the whole is worth."""
    click.echo()
    click.echo(f"launch people ambassadors  left joined posts if asked {judged.measure} gained (95 %), USD")
    for one in judged.launches:
        click.echo(
            f"{one.number:>6} {one.people:>6.1f} {one.ambassadors:>11.1f} {one.left:>5.1f} {one.joined:>6.1f} "
            f"{one.willingness:>14.0%} {one.gain.mean:,.2f} ({one.gain.low:,.2f} to {one.gain.high:,.2f}), {one.cost_usd:,.2f}"
        )
    for sentence in judged.sentences:
        click.echo(sentence)


def _money(scenario: Scenario, found: Found, seed: int | None, threads: int | None) -> EqualMoney | None:
    """The break-even cost of an advocate of the scenario's own tier, where the scenario has an arm to compare with."""
    from viralsim.advocates import equal_money
    from viralsim.advocates.money import paid_arm
    from viralsim.simulation import default_threads

    advocates = scenario.for_arm(found.arm).campaign.advocates
    comparable = paid_arm(scenario) is not None and scenario.spec.baseline is not None
    if not comparable or advocates is None or advocates.cost_per != "enrolled" or advocates.count == 0:
        return None
    return equal_money(scenario, arm=found.arm, worlds=found.worlds, seed=seed, threads=threads or default_threads())


def _show(found: Found, points: list[CurvePoint]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.width = max(NARROWEST, console.width)
    for sentence in found.sentences:
        console.print(sentence)
    console.print(
        f"gain: {found.measure} a launch that are lost without him, all else as it was, with its 95 % interval"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, justify in (
        ("", "right"), ("member", "left"), ("gain", "right"), ("95 %", "right"), ("USD/share", "right"),
        ("followers", "right"), ("new", "right"), ("channel", "left"), ("tone", "left"), ("comm.", "right"),
    ):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for one in found.listed:
        price = "-" if one.cost_per_share_usd is None else f"{one.cost_per_share_usd:,.2f}"
        table.add_row(
            str(one.rank), str(one.member), f"{one.gain.mean:,.2f}", f"{one.gain.low:,.2f}..{one.gain.high:,.2f}", price,
            f"{one.followers:,}", f"{1 - one.overlap:.0%}", ", ".join(one.channels), one.tone, str(one.community),
        )  # fmt: skip
    console.print(table)
    for point in points:
        worth = point.break_even_usd
        said = f"{point.count:>5} advocates: {point.gain.mean:,.2f} ({point.gain.low:,.2f} to {point.gain.high:,.2f})"
        said += f", the last {point.next_gain.mean:+,.2f}"
        if worth is not None:
            said += f"; pays up to {worth.mean:,.2f} USD a person ({worth.low:,.2f} to {worth.high:,.2f})"
        console.print(said)


def _csv(found: Found) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([
        "rank", "member", f"gain_{found.measure}", "gain_low", "gain_high", "gain_shares", "credited_shares",
        "followers", "overlap", "channels",
        "tone", "community", "match", "cost_usd", "cost_per_share_usd", "reason",
    ])  # fmt: skip
    for one in found.listed:
        writer.writerow([
            one.rank, one.member, one.gain.mean, one.gain.low, one.gain.high, one.shares.mean, one.credited,
            one.followers, one.overlap,
            " ".join(one.channels), one.tone, one.community, one.match, one.cost_usd, one.cost_per_share_usd, one.reason,
        ])  # fmt: skip
    return text.getvalue()
