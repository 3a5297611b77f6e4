"""What ``viralsim run`` prints for people: question, vital signs, arms, differences, verdict, doubts."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from viralsim.cli.render_charts import over_time, spread
from viralsim.cli.render_tables import (
    any_partial,
    arms_table,
    bars,
    goals_table,
    launches_tables,
    lines_table,
    paired_table,
    segments_tables,
    sources_table,
)
from viralsim.report.rerun import run_again
from viralsim.results import Result
from viralsim.units import counted

__all__ = ["render", "run_again"]


def render(result: Result, console: Console, command: str = "", saved_to: str = "") -> None:
    """Print the whole answer; ``command`` runs it again, ``saved_to`` is the folder it was saved in."""
    _head(result, console)
    _lines(console, "Answer", [f"{part.label}: {part.text}" for part in result.first_screen])
    _lines(console, "Vital signs", result.vital_signs)
    _title(console, "Arms")
    for table in arms_table(console, result):
        console.print(table, "")
    if any_partial(result):
        console.print(Text("in brackets: the part of the simulations in which it exists\n", style="dim"))
    _title(console, "Mean and its 95 % interval")
    console.print(bars(console, result), "")
    for chart in (spread(console, result), over_time(console, result)):
        if chart is not None:
            _title(console, chart[0])
            console.print(chart[1], "")
    baseline = result.baseline or next(iter(result.arms))
    others = [arm for arm in result.arms if arm != baseline]
    if others:
        _title(console, "Differences in the same simulations")
        for arm in others:
            console.print(Text(f"{arm} minus {baseline}", style="bold"))
            console.print(paired_table(console, result, arm, baseline), "")
    for title, tables in (
        ("Goals by their weights", goals_table(console, result)),
        ("Cost", lines_table(console, result)),
        ("Impressions by source", sources_table(console, result)),
    ):
        found = list(tables)
        if found:
            _title(console, title)
            for table in found:
                console.print(table, "")
    for name, table in segments_tables(console, result):
        _title(console, f"Segments: {name}")
        console.print(table, "")
    for name, table in launches_tables(console, result):
        _title(console, f"Launch by launch: {name}")
        console.print(table, "")
    sentences = [text for text in result.verdict.sentences if text not in result.verdict.caveats]
    _lines(console, "Verdict", sentences)
    _lines(console, "What would overturn it", result.verdict.overturned_by)
    _lines(console, "Warnings", [*result.all_warnings, *_assumed(result)], "yellow")
    _lines(console, "How to read this", result.verdict.caveats, "yellow")
    _foot(result, console, command, saved_to)


def _head(result: Result, console: Console) -> None:
    population = result.population
    console.print(Text(result.scenario_name, style="bold"))
    if result.about:
        console.print(Text(result.about.strip()))
    worlds = "1 simulation" if result.world_count == 1 else f"{result.world_count:,} simulations"
    groups = counted(population.communities, "community")
    follows = ", ".join(f"{count:,} follows on {channel}" for channel, count in population.follows.items())
    audiences = f", {population.count} audiences" if population.count > 1 else ""
    text = f"{worlds}, seed {result.seed}; {population.members:,} members in {groups}, {follows}{audiences}"
    console.print(Text(text, style="dim"), "", sep="\n")


def _title(console: Console, title: str) -> None:
    console.print(Text(title, style="bold underline" if console.is_terminal else ""))


def _lines(console: Console, title: str, lines: Iterable[str], style: str = "") -> None:
    """A titled list, a dash before each line; nothing where there is no line."""
    found = list(lines)
    if not found:
        return
    _title(console, title)
    for line in found:
        console.print(_hanging(console, line, style))
    console.print()


def _hanging(console: Console, line: str, style: str) -> Text:
    """The line wrapped to the console, continued under its own start."""
    wrapped = Text(line, style=style).wrap(console, max(20, console.width - 2))
    text = Text()
    for i, part in enumerate(wrapped):
        text.append("- " if i == 0 else "\n  ")
        text.append_text(part)
    return text


def _assumed(result: Result) -> list[str]:
    """How much of the scenario is assumed, where it is said."""
    count = sum("assumption" in source for _, _, source in result.assumptions)
    if not count:
        return []
    values = "1 value rests" if count == 1 else f"{count} values rest"
    return [f"{values} on assumption, not on a source: viralsim check lists them"]


def _foot(result: Result, console: Console, command: str, saved_to: str) -> None:
    timing = result.timing
    if timing:
        seconds = sum(float(timing.get(key) or 0.0) for key in ("setup_s", "compile_s", "simulate_s"))
        rate = float(timing.get("worlds_per_s") or 0.0)
        console.print(Text(f"{seconds:.1f} s in all, {rate:,.0f} campaigns a second", style="dim"))
    if saved_to:
        console.print(Text(f"saved in {saved_to}"), soft_wrap=True)
    if command:
        # never wrapped, so that it can be copied
        console.print(Text(f"again: {command}"), soft_wrap=True)
