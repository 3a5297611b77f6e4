"""``viralsim run``: what it prints, where, and how it ends."""

import io
import json
import re
import sys
import types

import pytest
from click.testing import CliRunner
from rich.console import Console
from synthetic_result import arm_of, changed, synthetic_result

from viralsim.cli import main
from viralsim.cli.progress import progress_bar
from viralsim.cli.render import render, run_again
from viralsim.records.record import PopulationSummary
from viralsim.results import open_result

SCENARIO = """
viralsim: 1
name: small
worlds: 7
audience: {members: 100, communities: {count: 2}}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.5}}
content: {post: {appeal: 0.2}}
campaign: {content: post, owned: [{channel: x, followers: 10, posts_at: [0h]}]}
arms: {organic: {}, more: {content.post.appeal: 0.3}}
baseline: organic
"""


def console_text(print_on, width=80, encoding="utf-8", **more):
    """What a console of this width and encoding receives."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    print_on(Console(file=stream, width=width, highlight=False, markup=False, emoji=False, **more))
    stream.flush()
    return raw.getvalue().decode(encoding)


def printed(result, width=80, encoding="utf-8", **more):
    """All tables of a result."""
    command = run_again(result, "scenarios/spring.yaml")
    return console_text(lambda console: render(result, console, command, "results/spring"), width, encoding, **more)


@pytest.fixture(scope="module")
def result():
    return synthetic_result(worlds=300, sigma=1.4)


@pytest.fixture
def called(monkeypatch):
    """A simulation that returns at once; holds what it was called with, and the result it gives."""
    calls = types.SimpleNamespace(arguments=[], scenarios=[], result=synthetic_result(worlds=20))

    def simulate(scenario, **more):
        calls.scenarios.append(scenario)
        calls.arguments.append(more)
        if isinstance(calls.result, BaseException):
            raise calls.result
        return calls.result

    monkeypatch.setattr("viralsim.simulation.simulate", simulate)
    monkeypatch.setattr("viralsim.simulation.compile_ahead.compile_beside", lambda: None)
    return calls


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path


def run(*words):
    return CliRunner().invoke(main, ["run", *map(str, words)])


@pytest.mark.parametrize("uncertain", [False, True])
def test_everything_fits_eighty_columns_and_nothing_is_cut(result, uncertain):
    """No line is longer than 80 columns, but for the command to copy; no ellipsis stands for lost text."""
    text = printed(changed(result, uncertain=uncertain))
    long = [line for line in text.splitlines() if len(line) > 80 and not line.startswith(("again:", "saved in"))]
    assert long == []
    assert "…" not in text
    for words in ("earned reach", "structural virality", "chance to go viral", "chance to flop", "chance of a loss"):
        assert words in text


def test_the_parts_of_the_answer_come_in_order(result):
    """Question, vital signs, arms, differences, costs, sources, verdict, what overturns it, doubts, the command."""
    text = printed(result)
    parts = [
        *(
            "Is a community-advocate programme",
            "300 simulations, seed 42",
            "Vital signs",
            "Arms",
            "Mean and its 95 % interval",
        ),
        *(
            "Differences in the same simulations",
            "paid minus organic",
            "Cost",
            "Impressions by source",
            "Verdict",
            "What would overturn it",
        ),
        *("Warnings", "How to read this", "what-if and no", "saved in results/spring", "again: viralsim run"),
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "again: viralsim run scenarios/spring.yaml --worlds 300 --seed 42\n" in text


def test_numbers_printed_are_those_of_the_result(result):
    """The table of arms has the means; the bars have the intervals."""
    text = printed(result)
    row = next(line for line in text.splitlines() if line.startswith("cost, USD"))
    assert row.split()[-4:] == ["0", "2,000", "1,330", "5,350"]
    found = result.summaries["organic"]["critical_shares"]
    row = next(line for line in text.splitlines() if line.startswith("critical shares"))
    assert row.split()[2] == f"{found.mean:.3g}"


def test_many_arms_with_long_names_are_all_there():
    """Nine arms of long names are shown in groups side by side; no name loses a letter."""
    names = [f"arm_with_a_rather_long_name_{i}" for i in range(9)]
    base = synthetic_result(worlds=30)
    arms = {name: arm_of(name, base.arms["paid"].measures["shares"], {"ads on instagram": 10.0}) for name in names}
    text = printed(changed(base, arms=arms, baseline=names[0]))
    assert max(len(line) for line in text.splitlines() if not line.startswith("again:")) <= 80
    letters = re.sub(r"\s", "", text)
    assert "…" not in text
    assert all(len(re.findall(f"{name}minus{names[0]}", letters)) == 1 for name in names[1:])


def test_narrow_consoles_wrap_and_wide_ones_do_not_break(result):
    """40 columns still hold every line; 200 columns show the arms side by side."""
    assert max(len(line) for line in printed(result, width=40).splitlines() if not line.startswith("again:")) <= 40
    assert "organic" in printed(result, width=200)


def test_an_ascii_console_gets_ascii(result):
    """Where the output knows ASCII only, bars are hashes and rules are dashes; nothing crashes."""
    text = printed(result, encoding="ascii")
    assert "####" in text
    assert text.isascii()


def test_no_colour_where_no_terminal_is(result):
    """Piped output has no escape codes; a terminal has; NO_COLOR takes the colours away."""
    assert "\x1b" not in printed(result)
    coloured = printed(result, force_terminal=True, color_system="standard", _environ={})
    assert "\x1b[36m" in coloured
    plain = printed(result, force_terminal=True, color_system="standard", _environ={"NO_COLOR": "1"})
    assert "\x1b[36m" not in plain


def test_what_exists_in_a_part_of_the_worlds_has_the_part_beside_it(result):
    """The structural virality of the worlds with a cascade is shown with their share, and the bracket explained."""
    quiet = synthetic_result(worlds=100, effects={"organic": -150.0, "paid": 100.0})
    text = printed(quiet)
    assert "in brackets: the part of the simulations in which it exists" in text
    count = quiet.summaries["organic"]["structural_virality"].count
    assert f"({count} %)" in next(line for line in text.splitlines() if line.startswith("structural virality"))


def test_one_arm_one_world_one_community_is_printed():
    """The smallest run is an answer too, in the singular."""
    arm = arm_of("organic", synthetic_result(worlds=1).arms["paid"].measures["shares"], {})
    population = PopulationSummary(10, 1, {"x": 5})
    single = changed(synthetic_result(worlds=1), arms={"organic": arm}, population=population, vital_signs=())
    text = printed(single)
    assert "1 simulation, seed 42; 10 members in 1 community" in text
    assert "nothing to compare" in text
    assert "Differences in the same simulations" not in text
    assert "nan" not in text.lower()


def test_json_is_one_object_on_standard_output_and_nothing_else(called, scenario):
    """With --json, standard output parses as one object, and standard error is empty."""
    done = run(scenario, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(json.dumps(called.result.to_dict()))
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_the_tables_come_with_full_and_the_answer_alone_without(called, scenario):
    """Without --full at most 15 lines that say how to get the rest; --full prints them all, the answer first."""
    brief, full = run(scenario).stdout, run(scenario, "--full").stdout
    assert len(brief.splitlines()) <= 15
    assert f"all tables: viralsim run {scenario} --worlds 20 --seed 42 --full" in brief
    assert "Differences in the same simulations" not in brief
    assert full.index(called.result.question.sentence[:30]) < full.index("Differences in the same simulations")


def test_options_reach_the_simulation(called, scenario):
    """--worlds, --seed, --arm, --threads and --set arrive; what is left out is left to the scenario."""
    words = ["--worlds", 50, "--seed", 9, "--arm", "more", "--threads", 2, "--set", "content.post.appeal=0.05"]
    assert run(scenario, *words).exit_code == 0
    (given,) = called.arguments
    assert {key: given[key] for key in ("worlds", "seed", "threads")} == {"worlds": 50, "seed": 9, "threads": 2}
    assert list(given["arms"]) == ["more"]
    assert called.scenarios[0].spec.content["post"].appeal == 0.05
    run(scenario)
    assert [called.arguments[1][key] for key in ("worlds", "seed", "threads", "arms")] == [None] * 4


def test_progress_stays_silent_when_piped(called, scenario):
    """No bar where standard error is no terminal."""
    done = run(scenario)
    assert called.arguments[0]["progress"] is None
    assert done.stderr == ""


def test_progress_shows_launches_rate_and_time_on_a_terminal(monkeypatch):
    """On a terminal the bar counts launches, on standard error."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress_bar("preparing the audience", lambda: "launches") as report:
        for done in range(0, 4001, 500):
            report(done, 4000)
    text = screen.getvalue()
    assert "preparing the audience" in text or "launches" in text
    assert "4000/4000" in text


def test_out_saves_what_was_printed(called, scenario, tmp_path):
    """--out saves the result; the folder is named at the end."""
    done = run(scenario, "--out", tmp_path / "answer")
    assert open_result(tmp_path / "answer") == called.result
    assert f"saved in {tmp_path / 'answer'}" in done.stdout


def test_a_foreign_folder_is_refused_before_the_run(called, scenario, tmp_path):
    """The user hears at once that the folder holds something else, not after an hour of simulation."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    done = run(scenario, "--out", tmp_path / "thesis")
    assert done.exit_code == 2
    assert "choose another folder" in done.stderr
    assert called.arguments == []


def test_an_interrupted_run_prints_saves_and_exits_130(called, scenario, tmp_path):
    """What was finished is printed and saved; the exit status says that the user stopped it."""
    note = "stopped while other arms were running; left out: more"
    called.result = changed(called.result, interrupted=True, warnings=(note,))
    done = run(scenario, "--out", tmp_path / "answer")
    assert done.exit_code == 130
    assert note in done.stderr
    assert "interrupted" in done.stdout
    assert open_result(tmp_path / "answer").interrupted


def test_interrupted_before_any_world_exits_130(called, scenario):
    """Nothing finished: nothing printed but the exit status."""
    called.result = KeyboardInterrupt()
    assert run(scenario).exit_code == 130


def test_a_dry_run_runs_nothing(called, scenario):
    """--dry-run says arms, worlds and launches; the simulation is not called."""
    done = run(scenario, "--dry-run")
    assert done.exit_code == 0
    assert "14 launches" in done.stdout
    assert "organic, more" in done.stdout
    assert called.arguments == []
    plan = json.loads(run(scenario, "--dry-run", "--json", "--arm", "more", "--worlds", 5).stdout)
    assert (plan["arms"], plan["launches"]) == (["more"], 5)


@pytest.mark.parametrize(
    "words",
    [
        ["--worlds", "0"],
        ["--seed", "-1"],
        ["--threads", "0"],
        ["--set", "nonsense"],
        ["--set", "content.post.apeal=1"],
        ["--dry-run", "--arm", "nobody"],
    ],
)
def test_wrong_options_exit_2_with_a_message(called, scenario, words):
    """A wrong option is the user's error: exit 2, a message, no traceback, nothing simulated."""
    done = run(scenario, *words)
    assert done.exit_code == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.output
    assert called.arguments == []


def test_the_command_to_run_again_is_quoted():
    """File names with blanks, arms and changes survive a copy into a shell."""
    result = synthetic_result(worlds=5)
    text = run_again(result, "my launch.yaml", ["paid"], ["a.b=[1, 2]"])
    assert text == "viralsim run 'my launch.yaml' --worlds 5 --seed 42 --arm paid --set 'a.b=[1, 2]'"
