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


def groups_of(texts: Sequence[str]) -> dict[str, list[str]]:
    """The groups of ``--group``: name -> paths; ends the command where a text is none."""
    return dict(_group(text) for text in texts)


def _group(text: str) -> tuple[str, list[str]]:
    name, sign, paths = text.partition("=")
    if not sign or not name.strip() or not paths.strip():
        raise click.BadParameter(f"{text!r} is no group: write NAME=PATH,PATH", param_hint="--group")
    return name.strip(), [path.strip() for path in paths.split(",")]


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
