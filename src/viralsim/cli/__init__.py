"""The command line. Commands are loaded by name, so that help is quick; errors are reported here and nowhere else."""

from __future__ import annotations

import atexit
import copy
import functools
import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from viralsim.cli.catalogue import COMMANDS, SECTIONS
from viralsim.cli.endings import end_of, flush_output, in_options, tell
from viralsim.cli.output import terminal_is_safe
from viralsim.errors import InputError

COLLECT_AFTER = 300_000  # new objects: at Python's 700 a tenth of loading modules is looking for garbage among them
TAKES_RULES = ("file", "folder", "scenario", "folders")  # arguments of commands that read a scenario


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The words of all commands."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command; None where there is no such word."""
        if name not in COMMANDS:
            return None
        entry = COMMANDS[name]
        found = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is no command")
        ruled = _with_rules(found) if any(one.name in TAKES_RULES for one in found.params) else found
        return _announcing(ruled) if entry.kernels else ruled

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by section with their short help, without importing them."""
        width = max(map(len, COMMANDS))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(word.ljust(width), entry.help) for word, entry in entries.items()])

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a wrong word names the nearest one."""
        try:
            return super().resolve_command(context, arguments)
        except click.UsageError as error:
            hint = _nearest(str(arguments[0]) if arguments else "")
            raise click.UsageError(error.message + hint, context) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **more: Any,
    ) -> Any:
        """Run a command line; every way it can end has its exit status."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **more)
        gc.set_threshold(COLLECT_AFTER)
        if args is None:  # the process is the command's own
            atexit.register(gc.freeze)  # else Python takes the library apart, object by object, before it ends: 0.3 s
        with terminal_is_safe():
            try:
                status = super().main(args, prog_name, complete_var, standalone_mode=False, **more)
                flush_output()
            except (Exception, KeyboardInterrupt) as error:
                status = end_of(error, bool(_DEBUG))
        sys.exit(status if isinstance(status, int) else 0)


def _read_rules(context: click.Context, _parameter: click.Parameter, files: tuple[str, ...]) -> None:
    """Register the rules of the files that were named, before the scenario is read."""
    if files and not context.resilient_parsing:
        from viralsim.rules import read_file

        for file in files:
            read_file(file)


def _with_rules(command: click.Command) -> click.Command:
    """``command`` with the option ``--rules``, which every command has that reads a scenario or a folder of one."""
    ruled = copy.copy(command)
    option = click.Option(
        ["--rules"], multiple=True, metavar="FILE.py", expose_value=False, is_eager=True, callback=_read_rules,
        help="A Python file with rules of your own; may be given several times.",
    )  # fmt: skip
    ruled.params = [*command.params, option]
    return ruled


def _announcing(command: click.Command) -> click.Command:
    """``command``, which says so when its kernels are compiled; not where only its help is asked for."""
    announcing, callback = copy.copy(command), command.callback
    assert callback is not None

    @functools.wraps(callback)
    def announced(*arguments: Any, **options: Any) -> Any:
        from viralsim.cli.compiling import say_when_compiling

        say_when_compiling(tell)
        try:
            return callback(*arguments, **options)
        except InputError as error:
            raise in_options(error, click.get_current_context()) from None

    announcing.callback = announced
    return announcing


def _nearest(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word, list(COMMANDS), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


_DEBUG: list[bool] = []  # set by --debug, read when a command has failed and its context is gone


def _version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"viralsim {version('viralsim')}")
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.option("--debug", is_flag=True, help="Show the traceback of a fault (also: VIRALSIM_DEBUG=1).")
def main(debug: bool) -> None:
    """Simulate how content spreads, and what advocates, advertising and luck have to do with it."""
    _DEBUG[:] = [True] if debug else []


__all__ = ["main"]
