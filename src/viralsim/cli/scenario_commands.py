"""Commands about scenario files: ``check``, ``schema``, ``init``, ``presets``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viralsim.atomic import write_text
from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.scenario import Scenario, Spec
    from viralsim.simulation.front import Description


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Only what the file says: draw no audience, print no vital signs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else.")
def check(file: Path, quick: bool, as_json: bool) -> None:
    """Check a scenario wholly: what to fix first, then population, plan, cost, vital signs and assumptions.

    All errors are reported at once, with file, line and path; the exit status is then 2.
    """
    if as_json:
        _check_as_json(file, quick)
        return
    from viralsim.units import counted

    scenario, found = _checked(file, quick)
    specs = {name: scenario.for_arm(name) for name in scenario.arm_names}
    click.echo(f"{file}: no errors, {counted(len(found.warnings), 'thing')} to look at")
    for warning in found.warnings:
        click.echo(f"warning: {warning}")
    parts = {
        "What is simulated": _population(scenario),
        "What each arm does": _plan(specs),
        "What it costs": _money(found.cost_lines, scenario.spec.currency),
        "What it is like": iter(found.lines),
        "What is assumed: replace it by your own numbers where you have them": _assumed(scenario),
    }
    for title, lines in parts.items():
        shown = list(lines)
        for line in [f"\n{title}", *shown] if shown else ():
            click.echo(line)


def _checked(file: Path, quick: bool) -> tuple[Scenario, Description]:
    """The scenario of a file and what is known of it before it runs; every error of it is raised."""
    from viralsim.errors import ScenarioError
    from viralsim.scenario import load, planned_costs, unequal_money

    scenario = load(file)
    if not quick:
        from viralsim.simulation.front import describe

        return scenario, describe(scenario)
    from viralsim.simulation.front import Description

    found = Description([], [], {name: planned_costs(spec) for name, spec in scenario.arm_specs().items()})
    asked = scenario.spec.equal_money
    costs = {name: sum(lines.values()) for name, lines in found.cost_lines.items()}
    unequal = unequal_money(costs, scenario.spec.currency, scenario.spec.baseline, asked) if asked is not False else []
    if unequal:
        raise scenario.placed(ScenarioError(unequal))
    return scenario, found


def _check_as_json(file: Path, quick: bool) -> None:
    """Errors, warnings and costs as one object; the exit status is 2 where there are errors."""
    from viralsim.errors import ScenarioError

    errors: list[dict[str, Any]] = []
    warnings: list[str] = []
    arms: dict[str, Any] = {}
    currency: str | None = None
    try:
        scenario, found = _checked(file, quick)
    except ScenarioError as error:
        errors = [{"file": p.file, "line": p.line, "path": p.path, "message": p.message} for p in error.problems]
    except InputError as error:
        errors = [{"file": str(file), "line": None, "path": "", "message": text} for text in str(error).split("\n")]
    else:
        warnings, currency = found.warnings, scenario.spec.currency
        arms = {
            name: {"cost_usd": sum(lines.values()), "cost_lines": lines} for name, lines in found.cost_lines.items()
        }
    click.echo(
        json.dumps({"errors": errors, "warnings": warnings, "currency": currency, "arms": arms}, allow_nan=False)
    )
    if errors:
        raise SystemExit(2)


def _population(scenario: Scenario) -> Iterator[str]:
    """What is there, and how long it is watched."""
    from viralsim.units import counted

    spec = scenario.spec
    audience = spec.audience
    members = "members from the files" if audience.members is None else counted(audience.members, "member")
    most = f"{spec.most_worlds:,}" if isinstance(spec.worlds, int) else f"at most {spec.most_worlds:,}"
    worlds = "simulation" if most == "1" else "simulations"
    yield f"{spec.name}: {most} {worlds} per arm, {spec.horizon / 24.0:g} days in steps of {spec.tick:g} h, seed {spec.seed}"
    from_file = not audience.members or audience.demographics is not None
    communities = "communities from the files" if from_file else counted(audience.communities.count, "community")
    yield f"population: {members}, {communities}" + (
        f", {counted(spec.populations, 'audience')}" if spec.populations > 1 else ""
    )
    for name, channel in spec.channels.items():
        network = channel.network
        where = f"from {network.file}"
        if network.generate is not None:
            where = f"generated, mean following {network.generate.mean_following:g}"
        if network.graph is not None:
            where = f"drawn, {network.graph.chosen[0]}"
        seen = (
            f"visibility {channel.visibility:g}"
            if channel.visibility is not None
            else f"organic reach {channel.organic_reach:g}"
        )
        delay = channel.reaction_delay.law
        yield f"channel {name}: network {where}; {seen}; reaction delay {delay}; engagement {channel.engagement_rate:g}"
    for name, content in spec.content.items():
        rate = f"appeal {content.appeal:g}" if content.appeal is not None else f"share rate {content.share_rate:g}"
        yield f"content {name}: {rate}, reinforcement {content.reinforcement.kind}"


def _plan(specs: dict[str, Spec]) -> Iterator[str]:
    """What each arm does."""
    from viralsim.measurement.number_format import times
    from viralsim.scenario.costs import advocates_count
    from viralsim.units import counted

    for name, spec in specs.items():
        campaign = spec.campaign
        owned = sum(len(line.posts_at) for line in campaign.owned)
        does = [counted(owned, "owned post")] if campaign.owned else []
        if campaign.paid:
            bought = sum(int(line.budget_usd / line.cpm_usd * 1000) for line in campaign.paid if line.cpm_usd)
            does.append(f"{bought:,} paid impressions")
        if campaign.organic:
            posters = sum(
                line.members if isinstance(line.members, int) else len(line.members) for line in campaign.organic
            )
            does.append(f"organic posts by {counted(posters, 'member')}")
        if campaign.advocates is not None:
            people = advocates_count(spec)
            tier = counted(people, "advocate") if people is not None else f"advocates of {campaign.advocates.listed}"
            own = any(one.posts_at for one in campaign.advocates.creators)
            asked = "at times of their own" if own else times(len(campaign.advocates.posts_at))
            does.append(f"{tier}, asked {asked}")
        if campaign.community_management is not None:
            does.append("community management")
        yield f"arm {name}: {', '.join(does) or 'nobody acts'}"


def _money(costs: dict[str, dict[str, float]], currency: str) -> Iterator[str]:
    """Planned cost by arm and line."""
    from viralsim.scenario.amounts import sign

    for name, lines in costs.items():
        parts = ", ".join(f"{line} {usd:,.2f}" for line, usd in lines.items())
        yield f"cost of {name}: {sum(lines.values()):,.2f} {sign(currency)}" + (f" ({parts})" if parts else "")


def _in_file(scenario: Scenario, path: str, value: object) -> str:
    """A value as a file would say it: 30d and not 720.0."""
    from viralsim.scenario.paths import PathError, leaf_slot, parse_path
    from viralsim.units import Duration

    if path == "launch_at" and isinstance(value, float):
        return f"{int(value):02}:{round(value % 1 * 60):02}"
    if path.endswith("posts_at") and isinstance(value, tuple):
        return f"[{', '.join(f'{one:g}h' for one in value)}]"
    try:
        quantity = leaf_slot(scenario.data, parse_path(path)).quantity
    except PathError:
        return f"{value}"
    if isinstance(quantity, Duration) and isinstance(value, float):
        return f"{value / 24:g}d" if value >= 48 and value % 24 == 0 else f"{value:g}h"
    return f"{value}"


def _assumed(scenario: Scenario) -> Iterator[str]:
    """Values that the file does not say and that rest on an assumption."""
    found = {
        (path, _in_file(scenario, path, value), source)
        for arm in scenario.arm_names
        for path, value, source in scenario.assumptions(arm)
        if not isinstance(value, dict)
    }
    for path, value, source in sorted(found):
        yield f"not in the file: {path} = {value} ({source})"


@click.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="As a page to read, one table per block.")
def schema(as_markdown: bool) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from viralsim.scenario.spec import Spec

    found = Spec.model_json_schema()
    if as_markdown:
        from viralsim.scenario.reference import markdown

        click.echo(markdown(found), nl=False)
        return
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    click.echo(json.dumps(found, indent=2, ensure_ascii=True))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--template", "word", metavar="WORD", help="advocates (default), minimal or network.")
@click.option("--from-posts", "posts", type=click.Path(path_type=Path),
              help="Export of past posts, as `calibrate` takes it, that fills the rates.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def init(file: Path, word: str | None, posts: Path | None, force: bool) -> None:
    """Write a commented scenario to start from.

    --from-posts calibrates it as `viralsim calibrate` does and writes the rows beside FILE; fewer than 8 posts give totals.
    """
    from viralsim.scenario.starting import TEMPLATES, template

    if posts is not None and word is not None:
        raise InputError("--template and --from-posts exclude each other: give one")
    if posts is None:
        _write_new(file, template(word or TEMPLATES[0]), force)
    else:
        _init_from_posts(file, posts, force)
    click.echo(f"wrote {file}; next: viralsim check {file}")


def _init_from_posts(file: Path, posts: Path, force: bool) -> None:
    """Write the scenario and the rows that it draws from; say how well they predict later posts."""
    from viralsim.calibration.starting import from_posts

    rows = file.with_name(f"{file.stem}.posterior.csv")
    for path in (file, rows):
        if path.exists() and not force:
            raise _there_already(path)
    start = from_posts(posts, rows.name)
    click.echo(start.why)
    if start.calibration is not None:
        for warning in start.calibration.warnings:
            click.echo(warning)
        _write_new(rows, start.calibration.rows_as_csv(), force)
    _write_new(file, start.text, force)


def _write_new(file: Path, text: str, force: bool) -> None:
    if file.exists() and not force:
        raise _there_already(file)
    write_text(file, text, "choose another place")


def _there_already(file: Path) -> InputError:
    return InputError(f"{file}: exists already: choose another name, or overwrite it with --force")


@click.command()
@click.argument("word", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def presets(word: str | None, as_json: bool) -> None:
    """Show channel presets: every number with its range, unit, source and year."""
    from viralsim.scenario import presets as all_presets
    from viralsim.scenario.paths import nearest

    known = all_presets()
    if word is not None and word not in known:
        raise InputError(f"no preset {word!r}" + nearest(word, known))
    chosen = [known[word]] if word is not None else list(known.values())
    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps({preset.word: asdict(preset) for preset in chosen}, indent=2))
        return
    for preset in chosen:
        click.echo(f"{preset.word}: {preset.about}")
        shown = [*preset.values.items(), *((f"measured, not filled in: {n}", e) for n, e in preset.measured.items())]
        for name, entry in shown:
            year = "" if entry.year is None else f", {entry.year}"
            note = f"; {entry.note}" if entry.note else ""
            value = json.dumps(entry.value) if isinstance(entry.value, dict) else entry.value
            unit = "" if isinstance(entry.low, str) else f" {entry.unit}"  # 2h says its unit
            click.echo(f"  {name}: {value} ({entry.low} to {entry.high}{unit})")
            click.echo(f"      {entry.source}{year}{note}")
