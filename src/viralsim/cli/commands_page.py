"""docs/commands.md from the commands themselves: ``python -m viralsim.cli.commands_page``."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click

from viralsim.cli import main
from viralsim.cli.catalogue import COMMANDS, SECTIONS


def page() -> str:
    """Every command with its arguments and options, as Markdown."""
    lines = [
        "# Commands",
        "",
        "Made by `make reference`. Exit status: 0 done; 1 a check failed, or a fault of ours; 2 the input is wrong; 130",
        "interrupted; 141 the reader of the output has gone.",
    ]
    context = click.Context(main, info_name="viralsim")
    for title, entries in SECTIONS.items():
        lines += ["", f"**{title}.** " + ", ".join(f"`{word}`" for word in entries) + "."]
    for name in COMMANDS:
        command = main.get_command(context, name)
        if command is not None:
            lines += _command(command, f"viralsim {name}")
    return "\n".join(lines) + "\n"


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    pieces = " ".join(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")
    yield from ("", f"## `{f'{path} {pieces}'.strip()}`", "", cleandoc(command.help or ""))
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield from ("", "| option | does |", "| --- | --- |")
        for one in options:
            names = ", ".join(f"`{opt}`" for opt in [*one.opts, *one.secondary_opts])
            yield f"| {names} | {(one.help or '').replace('|', chr(92) + '|')} |"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _command(inner, f"{path} {name}")


if __name__ == "__main__":
    click.echo(page(), nl=False)
