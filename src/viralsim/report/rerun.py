"""How to run a result again: its scenario as it was run, and commands that can be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from viralsim.errors import InputError, ScenarioError
from viralsim.records.record import RunRecord
from viralsim.rules.registry import file_of
from viralsim.scenario import Scenario, loads
from viralsim.scenario.networks_in_memory import names_networks_in_memory


def run_again(result: RunRecord, file: str, arms: Iterable[str] = (), sets: Iterable[str] = ()) -> str:
    """The command that gives the same worlds again, with the files of rules that this one was given."""
    words = ["viralsim", "run", file, "--worlds", str(result.world_count), "--seed", str(result.seed)]
    words += [word for arm in arms for word in ("--arm", arm)]
    words += [word for change in sets for word in ("--set", change)]
    files = {file_of(place, word): None for place, word, _ in result.rules}
    words += [word for rules in files if rules for word in ("--rules", rules)]
    return shlex.join(words)


def stored_scenario(result: RunRecord, beside: str | Path | None = None) -> Scenario:
    """The stored scenario, changes by --set included, with the files that it names, unchanged since the run.

    ``beside``: the folder that paths in it start from; that of its own file by default.

    Raises: InputError where the result holds no scenario, it cannot be read, or it is not what it was.
    """
    if not result.scenario_yaml.strip():
        raise InputError("this result holds no scenario, so its worlds cannot be run again")
    folder = home_of(result) if beside is None else Path(beside)
    try:
        scenario = loads(result.scenario_yaml, folder, "scenario.yaml")
        same = scenario.fingerprint == result.fingerprint
    except ScenarioError as error:
        raise InputError(f"the stored scenario cannot be read again: {str(error).splitlines()[0]}") from error
    if not same:
        raise InputError("a file that the scenario names has changed since the run: run the scenario again")
    return scenario


def home_of(result: RunRecord) -> Path:
    """The folder that the scenario's file lay in."""
    return Path(result.scenario_file).parent if result.scenario_file else Path()


def commands(result: RunRecord, folder: str = "") -> tuple[list[str], str]:
    """(commands, what to know of them) that run a stored result again; ``folder`` is where it is stored, if it is."""
    if not result.scenario_yaml.strip():
        return [], "This result holds no scenario, so it cannot be run again."
    if names_networks_in_memory(result.scenario_yaml):
        return [], "A network was given in Python, with Scenario.with_networks, and is not stored: run it again there."
    arms = _arms_to_name(result)
    if not folder:
        return [run_again(result, "scenario.yaml", arms)], "Save the scenario below as scenario.yaml."
    file = str(Path(folder) / "scenario.yaml")
    whole = "The folder of the result holds the scenario as it was run, changes by --set included."
    if _is_whole(result, folder):
        return [run_again(result, file, arms)], whole
    home = home_of(result)
    copied = str(home / "again.yaml")
    note = f"{whole} It names files beside {result.scenario_file or 'its own file'}, so it is copied there first."
    return [shlex.join(["cp", file, copied]), run_again(result, copied, arms)], note


def _is_whole(result: RunRecord, folder: str) -> bool:
    try:
        stored_scenario(result, folder)
    except InputError:
        return False
    return True


def _arms_to_name(result: RunRecord) -> list[str]:
    """The arms to name in the command: none where all arms of the scenario were run."""
    try:
        known = loads(result.scenario_yaml, home_of(result), "scenario.yaml").arm_names
    except ScenarioError:
        known = tuple(result.arms)
    return list(result.arms) if set(known) - set(result.arms) else []
