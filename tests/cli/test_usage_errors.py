"""How a command was typed: what is wrong is one line on standard error, with the way to its help, and exit status 2."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from viralsim.cli import main


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        elif command is not None:
            yield (*words, name)


ALL = list(commands(main))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_an_unknown_option_is_one_line(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*words, "--no-such-option"])
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "No such option '--no-such-option'" in line
    assert line.endswith(f"{' '.join(words)} --help")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run"], "Missing argument 'FILE'; see "),
        (["run", "s.yaml", "--worlds", "0"], "--worlds: 0 is not in the range x>=1; see "),
        (["run", "s.yaml", "--worlds", "many"], "--worlds: 'many' is not a valid integer range; see "),
        (["run", "s.yaml", "t.yaml"], "Got unexpected extra argument (t.yaml); see "),
        (
            ["network", "import", "n.csv", "--edge-means", "a"],
            "--edge-means: 'a' is not one of 'source reaches target', ",
        ),
        (["rnu"], "No such command 'rnu'. Did you mean 'run'?; see "),
        (["--debug"], "Missing command; see "),
        (["run", "s.yaml", "--set"], "Option '--set' requires an argument"),
    ],
)
def test_what_is_wrong_comes_first(words: list[str], says: str) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(says)
