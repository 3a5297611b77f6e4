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


UNCERTAIN = """
viralsim: 1
name: spring
worlds: 100
horizon: 1d
audience: {members: 50}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 5}}}}
content: {post: {appeal: 0.1, conversion_rate: 0.05, value_usd: 20}}
campaign: {content: post, organic: [{channel: x, members: 2, posts_at: [0h]}]}
arms: {few: {}, many: {content.post.appeal: 0.3}}
baseline: few
uncertain:
  content.post.appeal: {from: 0.05, to: 0.2}
  content.post.conversion_rate: {from: 0.01, to: 0.2}
"""


@pytest.mark.parametrize(
    "words", [["value-of-information"], ["sensitivity", "--out", "found"]], ids=lambda words: words[0]
)
@pytest.mark.parametrize(
    ("groups", "says"),
    [
        (["a=content.post.apeal"], "'content.post.apeal' in 'a=content.post.apeal' is no uncertain input of spring: "
                                   "did you mean 'content.post.appeal'?; see "),
        (["a=typo"], "'typo' in 'a=typo' is no uncertain input of spring: name one of content.post.appeal, "
                     "content.post.conversion_rate, or give typo a range in uncertain; see "),
        (["a=content.post.appeal", "a=content.post.conversion_rate"], "two groups are called 'a': give one of them another name; "),
        (["content.post.appeal=content.post.conversion_rate"], "is the path of an input: give the group another name; see "),
        (["a=content.post.appeal,"], "'a=content.post.appeal,' is no group: write NAME=PATH,PATH; see "),
    ],
)  # fmt: skip
def test_a_group_that_is_none_is_told_before_anything_runs(words, groups, says, tmp_path, monkeypatch) -> None:
    """Where, what and a remedy in the words of the command line; of two groups of one name none is dropped in silence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring.yaml").write_text(UNCERTAIN)
    options = [word for group in groups for word in ("--group", group)]
    done = CliRunner().invoke(main, [words[0], "spring.yaml", *words[1:], *options])
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Invalid value for --group: ")
    assert says in line
    assert not (tmp_path / "found").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "--arm", "mny"], "--arm must be one of few, many, got 'mny': did you mean 'many'?"),
        (["optimise", "--budget", "-3"], "--budget must be a number above 0"),
        (["value-of-information", "--worlds", "3"], "--worlds must be a whole number >= 50, got 3"),
        (["sensitivity", "--out", "found", "--measure", "sharess"], "--measure must be one of reach, "),
        (["field-test"], "treatment: spring has no field_test block"),  # not typed
    ],
)
def test_an_argument_is_called_as_it_was_typed(words, says, tmp_path, monkeypatch) -> None:
    """Not arms[0], budget_usd or measure, as Python's functions call them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring.yaml").write_text(UNCERTAIN)
    done = CliRunner().invoke(main, [words[0], "spring.yaml", *words[1:]])
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(says)


def test_values_that_are_assumed_are_written_as_in_a_file(tmp_path) -> None:
    """Hours as durations, clocks as clocks, lists as lists: each could be copied into the scenario."""
    (tmp_path / "spring.yaml").write_text(UNCERTAIN.replace("organic:", "advocates: {count: 2}, organic:"))
    out = CliRunner().invoke(main, ["check", str(tmp_path / "spring.yaml")], catch_exceptions=False).stdout
    for said in ("launch_at = 09:00 ", "tick = 1h ", "advocates.posts_at = [0h] ", "programme.every = 30d "):
        assert said in out


def test_a_chance_says_of_what(tmp_path) -> None:
    """What is counted comes first: the criterion, or what the scenario calls viral."""
    (tmp_path / "spring.yaml").write_text(UNCERTAIN)
    for more, says in (
        ([], "going viral (largest_cascade_fraction = 0.01)"),
        (["--criterion", "shares_at_least=1000"], "shares_at_least = 1000"),
    ):
        words = ["chance", str(tmp_path / "spring.yaml"), "--worlds", "20", *more]
        out = CliRunner().invoke(main, words, catch_exceptions=False).stdout
        assert out.splitlines()[0] == f"spring: chance of {says}"
