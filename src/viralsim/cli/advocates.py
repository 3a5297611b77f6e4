"""``viralsim advocates``: whom to enrol, scored on the full model."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from viralsim.advocates import EqualMoney, ProgrammeResult, Ranking, Shapley
    from viralsim.advocates.value import CurvePoint
    from viralsim.scenario import Scenario


NARROWEST = 92  # columns that the table needs
ORDERS = 50  # of members, over which fair shares are taken


@click.command(help="Rank members to enrol as advocates, scored on the scenario's full model.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--count", type=click.IntRange(min=1), help="How many advocates; as many as the scenario has by default.")
@click.option("--strategy", help="Word of a seeding strategy; the scenario's own choice by default.")
@click.option(
    "--over",
    type=click.Choice(["mean", "worst_decile"]),
    help="Choose once for many readings of what is uncertain: by the mean over them, or by their worst tenth (opim only).",
)
@click.option("--compare", multiple=True, metavar="WORD", help="Compare with this strategy too; may be repeated.")
@click.option("--arm", help="Whose advocates; the first arm that has some by default.")
@click.option("--worlds", type=click.IntRange(min=2), help="Worlds of every score; at most 400 by default.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the luck; the scenario's by default.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
@click.option("--fair", type=click.IntRange(1, 20), help="Also fair shares (Shapley) of this many, from the first on.")
@click.option("--curve", is_flag=True, help="Also the return against the number of advocates.")
@click.option("--programme", is_flag=True, help="Also the programme, campaign after campaign.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the list as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def advocates(file: Path, count: int | None, out: Path | None, as_json: bool, **options: Any) -> None:
    """Propose, score, tell."""
    from viralsim.advocates import find
    from viralsim.cli.progress import progress_bar
    from viralsim.errors import InputError
    from viralsim.scenario import load

    scenario = load(file)
    if options["over"] is not None:
        if options["strategy"] not in (None, "opim"):
            raise InputError(
                f"--over: belongs to the strategy opim, not to {options['strategy']}: leave one of them out"
            )
        options["strategy"] = {"opim": {"over": options["over"]}}
    words = {name: options[name] for name in ("strategy", "compare", "arm", "worlds", "seed", "threads")}
    with progress_bar("preparing the audience", lambda: "launches") as progress:
        found = find(scenario, count, progress=progress, **words)
    more = _more(scenario, found, len(found.listed), options)
    if out is not None:
        from viralsim.atomic import write_text

        write_text(out, _csv(found))
    if as_json:
        click.echo(json.dumps({**found.as_dict(), **more.as_dict()}))
        return
    _show(found, more)


@dataclass(frozen=True)
class _More:
    """What was asked for beyond the list."""

    curve: list[CurvePoint]
    equal_money: EqualMoney | None
    programme: ProgrammeResult | None
    fair: Shapley | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        fair = self.fair
        return {
            "curve": [asdict(point) for point in self.curve],
            "equal_money": None if self.equal_money is None else asdict(self.equal_money),
            "programme": None if self.programme is None else asdict(self.programme),
            "fair": None
            if fair is None
            else {
                "value": fair.value.tolist(),
                "error": fair.error.tolist(),
                "whole": fair.whole,
                "orders": fair.orders,
            },
        }


def _more(scenario: Scenario, found: Ranking, count: int, options: dict[str, Any]) -> _More:
    """Curve, equal money, programme and fair shares, where asked for and where there are any."""
    from viralsim.advocates import Tier, shapley
    from viralsim.advocates import curve as curve_of
    from viralsim.simulation.run import default_threads

    seed, threads = options["seed"], options["threads"] or default_threads()
    tier = Tier(scenario, arm=found.arm, worlds=found.worlds, seed=seed, threads=threads)
    counts = sorted({max(1, count * k // 8) for k in range(1, 9)})
    points = curve_of(tier, counts, options["strategy"]) if options["curve"] else []
    fair = None
    if options["fair"]:
        first = [tier.index(one.member) for one in found.listed[: options["fair"]]]
        fair = shapley(tier, first, orders=ORDERS, seed=tier.seed)
    judged = _judged(scenario, found, count, options, threads) if options["programme"] else None
    return _More(points, _money(scenario, found, seed, threads), judged, fair)


def _judged(scenario: Scenario, found: Ranking, count: int, options: dict[str, Any], threads: int) -> ProgrammeResult:
    """The programme with ``count`` places, filled by the same strategy, in as many worlds."""
    from viralsim.advocates import Tier, programme_launches

    tier = Tier(scenario, arm=found.arm, worlds=2)
    changes: dict[str, Any] = {f"{tier.prefix}.count": count}
    if tier.of_named or options["over"] is not None:  # a launch is one reading, and they were chosen for many
        changes = {f"{tier.prefix}.choose": {"members": [one.member for one in found.listed]}}
    elif options["strategy"] is not None:
        changes[f"{tier.prefix}.choose"] = options["strategy"]
    return programme_launches(
        scenario.override(changes), arm=found.arm, worlds=found.worlds, seed=options["seed"], threads=threads
    )


def _show_programme(judged: ProgrammeResult) -> None:
    """A line per launch, then what the whole is worth."""
    click.echo()
    click.echo(
        f"campaign people ambassadors  left joined posts if asked {judged.measure} gained (95 %), {judged.currency}"
    )
    for one in judged.launches:
        click.echo(
            f"{one.number:>6} {one.people:>6.1f} {one.ambassadors:>11.1f} {one.left:>5.1f} {one.joined:>6.1f} "
            f"{one.willingness:>14.0%} {one.gain.mean:,.2f} ({one.gain.low:,.2f} to {one.gain.high:,.2f}), {one.cost_usd:,.2f}"
        )
    for sentence in judged.sentences:
        click.echo(sentence)


def _money(scenario: Scenario, found: Ranking, seed: int | None, threads: int) -> EqualMoney | None:
    """The break-even cost of an advocate of the scenario's own tier, where the scenario has an arm to compare with."""
    from viralsim.advocates import equal_money
    from viralsim.advocates.break_even import paid_arm

    advocates = scenario.for_arm(found.arm).campaign.advocates
    comparable = (
        paid_arm(scenario) is not None and scenario.spec.baseline is not None and scenario.spec.programme is None
    )
    if not comparable or advocates is None or advocates.cost_per != "enrolled" or advocates.count == 0:
        return None
    return equal_money(scenario, arm=found.arm, worlds=found.worlds, seed=seed, threads=threads)


def _show(found: Ranking, more: _More) -> None:
    """The list, then what was asked for beyond it."""
    from viralsim.advocates.break_even import saturation
    from viralsim.units import counted

    _show_list(found)
    for point in more.curve:
        click.echo(_told(point))
    if more.curve:
        click.echo(
            f"{counted(saturation(more.curve), 'advocate')} already give nine tenths of the most that this curve reaches."
        )
    if more.fair is not None:
        _show_fair(found, more.fair)
    if more.equal_money is not None:
        click.echo(more.equal_money.sentence)
    if more.programme is not None:
        _show_programme(more.programme)


def _show_fair(found: Ranking, fair: Shapley) -> None:
    """Fair shares beside what is lost without each, and why they differ."""
    click.echo(
        f"fair shares of the {fair.whole:,.2f} {found.measure} {found.span} that the first {len(fair.value)} bring alone "
        f"({fair.orders} orders, with standard error):"
    )
    for one, value, error in zip(found.listed, fair.value, fair.error, strict=False):
        click.echo(f"{one.member!s:>12} {value:8.2f} +- {error:.2f}; lost without them {one.gain.mean:.2f}")
    click.echo(
        "A fair share splits what several bring together; a loss counts only what nobody else would have brought."
    )


def _told(point: CurvePoint) -> str:
    from viralsim.units import counted

    worth = point.break_even_usd
    said = f"{counted(point.count, 'advocate'):>15}: {point.gain.mean:,.2f} ({point.gain.low:,.2f} to {point.gain.high:,.2f})"
    said += f", the last {point.next_gain.mean:+,.2f}"
    if worth is not None:
        said += f"; pays up to {worth.mean:,.2f} {point.currency} per person ({worth.low:,.2f} to {worth.high:,.2f})"
    return said


def _show_list(found: Ranking) -> None:
    from rich import box
    from rich.table import Table

    from viralsim.cli.console import standard_console

    console = standard_console()
    console.width = max(NARROWEST, console.width)
    for sentence in found.sentences:
        console.print(sentence)
    console.print(
        f"gain: {found.measure} {found.span} that are lost without them, all else as it was, and the 95 % interval"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, justify in (
        ("", "right"), ("member", "left"), ("gain", "right"), ("95 %", "right"), (f"{found.currency}/share", "right"),
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


def _csv(found: Ranking) -> str:
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
