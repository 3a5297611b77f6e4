"""Rules of one's own: words of the schema, worlds of the built-in rule bit for bit, refused where they are no rules."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import own_rules
import pandas as pd
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import InputError, ScenarioError
from viralsim.experiments import read_table
from viralsim.experiments.archive import check_archive
from viralsim.experiments.ids import arm_ids
from viralsim.kernels.batch import Nodes, trace_world
from viralsim.report.charts import gallery
from viralsim.report.methods import methods_of_result
from viralsim.rules import read_file
from viralsim.rules.rule import digest_of
from viralsim.simulation.run import compile_arms, compile_audience

PLAIN = """
viralsim: 1
name: plain
worlds: 40
horizon: 48h
audience: {members: 2000}
channels: {a: {visibility: 0.3, network: {graph: {erdos_renyi: {mean_degree: 12}}}}}
content: {x: {appeal: 0.2}}
campaign: {content: x, organic: [{channel: a, members: 3, posts_at: [0h]}]}
"""
SOCIAL = {"content.x.reinforcement": {"social": {"gain": 0.4, "cap": 2.5}}}
ECHO = {"content.x.reinforcement": {"echo": {"gain": 0.4, "cap": 2.5}}}
LAW = {"content.x.share_probability": "product", "content.x.response": {"ladder": {}}}


def worlds(changes: dict[str, Any]) -> pd.DataFrame:
    return vs.simulate(vs.loads(PLAIN).override(changes), repeat_trust=False).worlds()


def trees(changes: dict[str, Any]) -> Nodes:
    """The posts of world 3."""
    scenario = vs.loads(PLAIN).override(changes)
    (arm,) = compile_arms(scenario, compile_audience(scenario)).values()
    return trace_world(arm.world, scenario.seed, 3)


def test_rules_that_say_what_the_law_says_give_its_worlds_in_the_shortcut() -> None:
    """Share probability and response written out: the same worlds, to the last bit."""
    law = worlds({})
    assert law["shares"].max() > 20
    pd.testing.assert_frame_equal(worlds(LAW), law, check_exact=True)


def test_a_rule_that_gives_no_number_ends_the_run() -> None:
    """Not with another number, and not with a traceback. (A parameter: each other rule is an engine of its own to compile.)"""
    negative = {**LAW, "content.x.share_probability": {"product": {"times": -1}}}
    with pytest.raises(InputError, match="the rule 'product' must give a finite number >= 0"):
        worlds(negative)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("built_in", "own"),
    [
        (SOCIAL, ECHO | LAW),
        ({"content.x.reinforcement": {"threshold": {"count": 2}}}, {"content.x.reinforcement": {"several": {}}}),
    ],
)
def test_a_reinforcement_that_says_what_is_built_in_gives_its_worlds(
    built_in: dict[str, Any], own: dict[str, Any]
) -> None:
    """By impressions seen and by neighbours who exposed: the same worlds and trees, to the last bit."""
    more = {"campaign.organic": [{"channel": "a", "members": 60, "posts_at": ["0h"]}], "content.x.appeal": 0.5}
    expected = worlds(built_in | more)
    assert expected["earned_shares"].sum() > 0
    pd.testing.assert_frame_equal(worlds(own | more), expected, check_exact=True)
    for node, other in zip(*(trees(changes | more) for changes in (built_in, own)), strict=True):
        np.testing.assert_array_equal(node, other)


@pytest.mark.slow
def test_own_measures_are_taken_in_every_world() -> None:
    """From the posts and from what is counted; the worlds stay as they are."""
    law, measured = worlds({}), worlds({"measures": {"largest": {}, "per_member": {}}})
    pd.testing.assert_frame_equal(measured[law.columns], law, check_exact=True)
    assert measured["largest"].tolist() == law["largest_cascade"].tolist()
    assert measured["per_member"].tolist() == (law["reach"] / 2000).tolist()


def test_a_measure_of_counts_keeps_the_shortcut_and_is_everywhere() -> None:
    """In summary, comparison of stored results, JSON and xarray."""
    result = vs.simulate(vs.loads(PLAIN).override({"measures": {"per_member": {}}}), repeat_trust=False)
    mean = result.worlds()["per_member"].mean()
    assert result.summary()["per_member"]["campaign"] == pytest.approx(mean, rel=1e-12)
    assert result.to_dict()["arms"]["campaign"]["measures"]["per_member"]["mean"] == pytest.approx(mean, rel=1e-12)
    assert float(result.to_xarray()["per_member"].mean()) == pytest.approx(mean, rel=1e-12)


def test_a_generator_draws_the_network() -> None:
    """The channel's network is what the function returned; in Python too."""
    result = vs.simulate(vs.loads(PLAIN).override({"channels.a.network": {"graph": {"ring": {"links": 3}}}}), worlds=5)
    assert result.population.follows == {"a": 6000}
    network = vs.Network.generate("ring", 10, links=2)
    assert network.followers[network.indptr[8] : network.indptr[9]].tolist() == [0, 9]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"content.x.reinforcement": {"ecko": {}}}, "did you mean 'echo'"),
        ({"content.x.reinforcement": {"echo": {"gian": 1}}}, "did you mean 'gain'"),
        ({"content.x.reinforcement": {"echo": {"gain": 11}}}, "must be <= 10"),
        ({"content.x.reinforcement": {"echo": {"gain": "much"}}}, "must be a number"),
        ({"content.x.reinforcement": {"echo": {}, "social": {}}}, "keep one"),
        ({"content.x.share_probability": {}}, "names no rule"),
        ({"measures": {"nowhere": {}}}, "--rules FILE.py"),
        ({"channels.a.network.graph.ring": {}}, "excludes erdos_renyi"),
    ],
)
def test_the_schema_checks_words_and_parameters(changes: dict[str, Any], says: str) -> None:
    """Unknown words and parameters, values out of limits, two rules at once."""
    with pytest.raises(ScenarioError) as caught:
        vs.loads(PLAIN).override(changes)
    assert says in str(caught.value)


def test_a_parameter_is_a_path_like_others() -> None:
    """It can be set, swept and left uncertain."""
    scenario = vs.loads(PLAIN).override(ECHO).override({"content.x.reinforcement.echo.gain": 2})
    assert scenario.spec.content["x"].reinforcement.own == {"echo": {"gain": 2.0, "cap": 2.5}}
    assert vs.loads(scenario.to_yaml()).fingerprint == scenario.fingerprint


def written(folder: Path, body: str, name: str = "rules.py") -> Path:
    path = folder / name
    path.write_text(textwrap.dedent(body))
    return path


RULE = """
    import viralsim as vs
    FACTOR = {factor}
    def helper(x):
        return x * FACTOR {comment}
    @vs.rules.register("reinforcement")
    def hashed(seen, gain=0.5):
        return helper(1.0 + gain * seen)
"""


def test_what_a_rule_says_is_in_fingerprint_and_ids(tmp_path: Path) -> None:
    """A constant that a helper uses counts, a comment does not."""
    seen = []
    for factor, comment in ((1.0, ""), (1.0, "# the same"), (2.0, "")):
        read_file(written(tmp_path, RULE.format(factor=factor, comment=comment)))
        scenario = vs.loads(PLAIN).override({"content.x.reinforcement": {"hashed": {}}})
        seen.append((scenario.fingerprint, *arm_ids(scenario, scenario.arm_specs(), 10, 1).values()))
    assert seen[0] == seen[1]
    assert not set(seen[0]) & set(seen[2])


def test_two_files_cannot_mean_two_things_by_one_word(tmp_path: Path) -> None:
    """The second is refused; the same rule from another file is not."""
    read_file(written(tmp_path, RULE.replace("hashed", "twice").format(factor=3.0, comment=""), "one.py"))
    read_file(written(tmp_path, RULE.replace("hashed", "twice").format(factor=3.0, comment=""), "same.py"))
    with pytest.raises(InputError, match="two rules 'twice'"):
        read_file(written(tmp_path, RULE.replace("hashed", "twice").format(factor=4.0, comment=""), "other.py"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("1 / 0", r":1: cannot be run \(ZeroDivisionError"),
        ("x = ", ":1: cannot be run"),
        ("x = 1", "registers no rule"),
        (
            "import viralsim as vs\n@vs.rules.register('reinforcement')\ndef f(sen): return 1.0",
            "reinforcement knows no 'sen'",
        ),
        ("import viralsim as vs\n@vs.rules.register('reinforcement')\ndef f(*a): return 1.0", "name each argument"),
        ("import viralsim as vs\n@vs.rules.register('reinforcement')\ndef f(seen=1): return 1.0", "takes no default"),
        ("import viralsim as vs\n@vs.rules.register('reinforcement')\ndef f(x='a'): return 1.0", "must be a number"),
        ("import viralsim as vs\n@vs.rules.register('reinforcement')\ndef social(seen): return 1.0", "is built in"),
    ],
)
def test_a_file_that_holds_no_rule_is_refused_in_one_sentence(tmp_path: Path, body: str, says: str) -> None:
    """With the file, the line where there is one, and what is wrong."""
    with pytest.raises(InputError, match=says) as caught:
        read_file(written(tmp_path, body))
    assert "\n" not in str(caught.value)
    assert "rules.py" in str(caught.value)


def test_rules_are_read_from_the_command_line_and_from_no_scenario(tmp_path: Path) -> None:
    """``check --rules FILE`` knows the word; a path in a scenario is an unknown key."""
    rules = written(tmp_path, RULE.replace("hashed", "spoken").format(factor=1.0, comment=""), "spoken.py")
    scenario = tmp_path / "s.yaml"
    scenario.write_text(PLAIN.replace("{appeal: 0.2}", "{appeal: 0.2, reinforcement: {spoken: {gain: 0.3}}}"))
    without = CliRunner().invoke(main, ["check", str(scenario)])
    assert without.exit_code == 2
    assert "--rules FILE.py" in without.output
    done = CliRunner().invoke(main, ["check", str(scenario), "--rules", str(rules)])
    assert done.exit_code == 0, done.output
    wrong = CliRunner().invoke(main, ["check", str(scenario), "--rules", str(tmp_path / "no.py")])
    assert wrong.exit_code == 2
    assert "Traceback" not in wrong.output


def test_what_is_kept_of_a_run_names_its_rules_and_an_archive_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command to run it again, the methods paragraph (where no rule is known, too), and the zip with its README."""
    monkeypatch.setattr(
        gallery, "LARGEST_AUDIENCE", 0
    )  # no trees: they take the general engine, compiled with these rules
    rules, scenario = tmp_path / "kept.py", tmp_path / "s.yaml"
    rules.write_text(Path(own_rules.__file__).read_text())
    scenario.write_text(PLAIN.replace("{appeal: 0.2}", "{appeal: 0.2, share_probability: product, response: ladder}"))
    out, named = str(tmp_path / "out"), ["--rules", str(rules)]
    ran = CliRunner().invoke(main, ["run", str(scenario), "--worlds", "3", "--out", out, *named])
    assert ran.exit_code == 0, ran.output
    assert f"--seed 42 --rules {rules} --full" in ran.output
    result = vs.open_result(out)
    places = {"product": "share_probability", "ladder": "response"}
    kept = {word: (place, word, vs.rules.known(place)[word].digest) for word, place in places.items()}
    assert sorted(result.rules) == sorted(kept.values())
    ours = [f"{word} ({place}, {digest})" for place, word, digest in result.rules]
    assert f"rules of our own: {', '.join(ours)}" in methods_of_result(result)

    packed = CliRunner().invoke(main, ["archive", out, "--author", "Curie, Marie", *named])
    assert packed.exit_code == 0, packed.output
    with zipfile.ZipFile(f"{out}.zip") as archived:
        assert archived.read("rules/1_kept.py") == rules.read_bytes()
        said = json.loads(archived.read("archive.json"))["rules"]
        assert "--seed 42 --rules rules/1_kept.py`" in archived.read("README.md").decode()
    place, word, digest = result.rules[0]
    assert said[0] == {"place": place, "word": word, "digest": digest, "found": "rules/1_kept.py"}
    assert len(said) == 2
    assert check_archive(f"{out}.zip") > 8


def test_a_rule_that_breaks_coupling_is_said_to(tmp_path: Path) -> None:
    """One that falls with impressions seen; the built-in's echo is not."""
    from viralsim.campaign.own_rules import rule_warnings

    body = "import viralsim as vs\n@vs.rules.register('reinforcement')\ndef tired(seen, floor=0.1): return max(floor, 1 / seen)"
    read_file(written(tmp_path, body, "tired.py"))
    said = rule_warnings(vs.loads(PLAIN).override({"content.x.reinforcement": "tired"}).spec)
    assert "falls from 1 to 0.5 where seen rises from 1 to 2" in said[0]
    assert not any("coupling" in text for text in rule_warnings(vs.loads(PLAIN).override(ECHO | LAW).spec))


def test_the_digest_follows_arrays_and_defaults() -> None:
    """Functions that differ in what they hold are different rules."""
    table = np.array([1.0, 2.0])

    def one(seen, gain=0.5):  # type: ignore[no-untyped-def]
        return table[0] * gain

    before = digest_of(one)
    table[0] = 3.0
    assert digest_of(one) != before
    assert digest_of(own_rules.echo) == digest_of(own_rules.echo)


SWEEP = (
    PLAIN.replace("{appeal: 0.2}", "{appeal: 0.2, share_probability: product, response: ladder}").replace(
        "erdos_renyi: {mean_degree: 12}", "ring: {links: 12}"
    )
    + "measures: {largest: {}, per_member: {}}\n"
    + "sweep: {parameters: {content.x.appeal: {from: 0.05, to: 0.3, steps: 24}}, worlds: 400}\n"
)


@pytest.mark.slow
def test_a_killed_sweep_with_rules_goes_on_and_another_rule_is_refused(tmp_path: Path) -> None:
    """In processes, killed with -9 in the middle: the table of an undisturbed sweep, byte for byte; a changed rule does not go on.

    Share probability, response, two measures and the network's generator are all of one's own.
    """
    scenario, rules = tmp_path / "s.yaml", tmp_path / "rules.py"
    scenario.write_text(SWEEP)
    rules.write_text(Path(own_rules.__file__).read_text())
    command = [
        sys.executable,
        "-m",
        "viralsim",
        "sweep",
        str(scenario),
        "--rules",
        str(rules),
        "--workers",
        "2",
        "--out",
    ]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert subprocess.run([*command, str(whole)], check=False).returncode == 0
    with subprocess.Popen([*command, str(killed)], start_new_session=True) as running:
        journal = killed / "journal.jsonl"
        while running.poll() is None and (not journal.exists() or journal.read_text().count("\n") < 5):
            time.sleep(0.02)
        assert running.poll() is None
        os.killpg(running.pid, signal.SIGKILL)
    done = subprocess.run([*command, str(killed), "--json"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["found"] >= 5
    assert read_table(killed)["largest"].max() > 1
    assert (killed / "points.parquet").read_bytes() == (whole / "points.parquet").read_bytes()
    as_run = rules.read_text()
    for old, new, named in (
        ("return appeal * match", "return 0.5 * appeal * match", "the rule 'product' (share_probability)"),
        ("return reach / members", "return 2 * reach / members", "the rule 'per_member' (measure)"),
        ("np.arange(1, int(links) + 1)", "np.arange(2, int(links) + 2)", "the rule 'ring' (generator)"),
    ):
        rules.write_text(as_run.replace(old, new))
        assert rules.read_text() != as_run
        other = subprocess.run([*command, str(killed)], check=False, capture_output=True, text=True)
        assert other.returncode == 2
        assert f"{named} has changed" in other.stderr
        assert "Traceback" not in other.stderr


def test_rules_are_found_by_their_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module that a package names is imported when a word is first looked for."""
    from importlib.metadata import EntryPoint

    from viralsim.rules import registry

    written(tmp_path, RULE.replace("hashed", "packaged").format(factor=1.0, comment=""), "a_package.py")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("mine", "a_package", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "viralsim.rules" else [])
    monkeypatch.setattr(registry, "_LOADED", [])
    monkeypatch.setattr(
        registry, "_RULES", dict(registry._RULES)
    )  # no other test shall pickle a rule whose module is gone
    assert "packaged" in vs.rules.known("reinforcement")
    monkeypatch.setattr(registry, "_LOADED", [])
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("no", "no_such_module", registry.GROUP)])
    with pytest.raises(InputError, match="no_such_module cannot be loaded"):
        vs.rules.known()
