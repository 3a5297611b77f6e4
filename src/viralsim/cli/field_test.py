"""``viralsim field-test``: which test in the field would settle whether an arm works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viralsim.cli.numbers import Finite
from viralsim.cli.study import last_options, page_option, say, scenario_file, scenario_of_file, watched, write_page

if TYPE_CHECKING:
    from viralsim.decisions.field_test import FieldTestReport


@click.command(help="Judge designs of a field test against the true effect, which the model knows.")
@scenario_file
@click.option("--treatment", help="The arm that is tried; the field_test block's by default.")
@click.option("--control", help="The arm that it is compared with; the field_test block's by default.")
@click.option("--measure", help="reach, earned_reach, impressions, shares or conversions; the goal's by default.")
@click.option(
    "--unit", "units", multiple=True, help="member, community, channel, time or advocate; may be given several times."
)
@click.option("--share", type=Finite(), help="Part of the units that is treated.")
@click.option(
    "--worlds", type=click.IntRange(min=1), help="Repetitions of each design; the scenario's worlds by default."
)
@click.option("--seed", type=click.IntRange(min=0), help="Seed of luck and assignments; the scenario's by default.")
@click.option("--plan", type=click.Path(path_type=Path), help="Write who is in which group, as CSV.")
@click.option("--outcomes", type=click.Path(path_type=Path), help="Read a finished test: a CSV with group and outcome.")
@page_option
@last_options
def field_test(
    file: Path,
    treatment: str | None,
    control: str | None,
    measure: str | None,
    units: tuple[str, ...],
    share: float | None,
    worlds: int | None,
    seed: int | None,
    plan: Path | None,
    outcomes: Path | None,
    page: Path | None,
    sets: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Load, play every design in every world, print the recommendation and the table."""
    from viralsim.decisions.field_test import field_test as analyse
    from viralsim.decisions.finished_test import analyse_outcomes
    from viralsim.report.decision_pages import field_test_page

    scenario = scenario_of_file(file, sets)
    with watched() as progress:
        report = analyse(
            scenario, worlds, seed, treatment=treatment, control=control, measure=measure, units=units or None,
            share=share, threads=threads, progress=progress,
        )  # fmt: skip
    if plan is not None:
        report.save_plan(plan)
    finished = () if outcomes is None else analyse_outcomes(report, outcomes)
    write_page(page, lambda: field_test_page(report))
    if as_json:
        more = {} if outcomes is None else {"outcomes": [test.to_dict() for test in finished]}
        click.echo(json.dumps({**report.to_dict(), **more}, allow_nan=False))
        return
    _show(report)
    for test in finished:
        click.echo("")
        say([test.sentence(report.measure)], indent="")
    if plan is not None:
        click.echo(f"\n{plan}: who is in which group")


def _show(report: FieldTestReport) -> None:
    from rich.table import Table

    from viralsim.cli.console import standard_console
    from viralsim.measurement.number_format import money, number, percent

    def cell(value: float | None, is_part: bool = False) -> str:
        return "-" if value is None else percent(value) if is_part else number(value)

    click.echo(f"{report.scenario_name}: field test of {report.test.treatment} against {report.test.control}")
    days = number(report.judged[0].days)
    click.echo(f"{report.measure}, {report.worlds:,} worlds of each design, {days} days a launch, seed {report.seed}\n")
    say(report.sentences())
    click.echo("")
    table = Table(box=None, pad_edge=False)
    table.add_column("unit", no_wrap=True)
    table.add_column("estimator", min_width=max(len(word) for word in ["difference", "in", "means"]))
    for name in ("bias", "sd", "coverage", "power", "smallest effect", "cost", "runs"):
        table.add_column(name, justify="right", no_wrap=name == "runs")
    for design in report.judged:
        q = design.quality
        table.add_row(
            design.unit, design.estimator.replace("_", " "), cell(q.bias), cell(q.sd), cell(q.coverage, True),
            cell(q.power, True), cell(q.smallest_effect), money(design.cost, report.currency),
            "-" if design.repeated is None else str(design.repeated.launches),
        )  # fmt: skip
    standard_console().print(table)
