"""What commands that study a scenario have in common: the file, its changes, threads, JSON; and how they speak."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from viralsim.scenario import Scenario
    from viralsim.simulation.run import Progress

Command = TypeVar("Command", bound=Callable[..., Any])
MOST_LISTED = 8  # inputs, in a message
WIDEST = 110  # characters of a line of prose

scenario_file = click.argument("file", type=click.Path(path_type=Path))
set_option = click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the scenario.")
threads_option = click.option("--threads", type=click.IntRange(min=1), help="Threads; all cores by default.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
page_option = click.option("--page", type=click.Path(path_type=Path), help="Write one offline HTML page.")


def write_page(page: Path | None, text: Callable[[], str]) -> None:
    """Write a page whole or not at all, where one is asked for."""
    if page is not None:
        from viralsim.atomic import write_text

        write_text(page, text(), "choose another file")


group_option = click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="NAME=PATH,PATH",
    help="Inputs taken together; may be given several times.",
)


def groups_of(texts: Sequence[str], scenario: Scenario) -> dict[str, list[str]]:
    """The groups of ``--group``: name -> paths of uncertain inputs; ends the command, before a run, where a text is none."""
    sweep = scenario.spec.sweep
    known = [*scenario.input_ranges(), *scenario.joint_rows()] or list(() if sweep is None else sweep.parameters)
    groups: dict[str, list[str]] = {}
    for text in texts:
        name, paths = _group(text)
        for path in paths if known else ():  # where nothing is uncertain the analysis says so
            if path not in known:
                raise _no_group(
                    f"{path!r} in {text!r} is no uncertain input of {scenario.name}: {_remedy(path, known)}"
                )
        if name in groups:
            raise _no_group(f"two groups are called {name!r}: give one of them another name")
        if name in known:
            raise _no_group(f"{name!r} in {text!r} is the path of an input: give the group another name")
        groups[name] = paths
    return groups


def _group(text: str) -> tuple[str, list[str]]:
    name, sign, rest = text.partition("=")
    paths = [path.strip() for path in rest.split(",")]
    if not sign or not name.strip() or not all(paths):
        raise _no_group(f"{text!r} is no group: write NAME=PATH,PATH")
    return name.strip(), paths


def _no_group(said: str) -> click.BadParameter:
    return click.BadParameter(said, param_hint="--group")


def _remedy(path: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(path, known, n=1)
    listed = ", ".join(known[:MOST_LISTED]) + (f" and {len(known) - MOST_LISTED} more" * (len(known) > MOST_LISTED))
    return f"did you mean {near[0]!r}?" if near else f"name one of {listed}, or give {path} a range in uncertain"


def last_options(command: Command) -> Command:
    """The options that are last in every study: --set, --threads and --json."""
    return set_option(threads_option(json_option(command)))


def scenario_of_file(file: Path, sets: Sequence[str]) -> Scenario:
    """The scenario of a file with the changes of ``--set``."""
    from viralsim.scenario import load, parse_set

    scenario = load(file)
    return scenario.override(dict(parse_set(text) for text in sets), hours=False) if sets else scenario


def watched() -> AbstractContextManager[Progress | None]:
    """A bar that tells how many launches are done, where someone watches; what they need is compiled before, the first time."""
    from viralsim.cli.progress import progress_bar
    from viralsim.simulation.compile_ahead import compile_beside

    compile_beside()
    return progress_bar("preparing the audience", lambda: "launches")


def say(sentences: Iterable[str], indent: str = "  ") -> None:
    """Sentences, each wrapped to the terminal."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for sentence in sentences:
        click.echo(click.wrap_text(sentence, width, subsequent_indent=indent))
