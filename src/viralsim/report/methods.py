"""A methods paragraph for a paper: what was simulated, how often, with what, from what is stored alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viralsim.results import Result
from viralsim.scenario.loading import loads
from viralsim.scenario.spec import Spec

CITE = "viralsim {version} (law version {law})"


def methods_of_result(result: Result) -> str:
    """The paragraph of a stored run: every number in it is one that the run holds."""
    spec = loads(result.scenario_yaml).spec if _can_be_read(result.scenario_yaml) else None
    people = result.population
    follows = ", ".join(f"{count:,} follows on {channel}" for channel, count in people.follows.items())
    audience = "an imported network" if people.imported else "a generated audience"
    several = f", drawn {people.count} times" if people.count > 1 else ""
    beside = (
        f"; {people.prospects:,} people without ties could be reached by advertising alone" if people.prospects else ""
    )
    communities = "one community" if people.communities == 1 else f"{people.communities:,} communities"
    said = [
        f"We simulated the scenario '{result.scenario_name}' with {_software(result.versions)}, a stochastic agent-based model of "
        f"posts, impressions and shares in discrete time (ODD: docs/odd.md).",
        f"The audience was {audience} of {people.members:,} members in {communities} ({follows}){several}{beside}.",
        _time(spec, result.tick_hours),
        f"{_arms(list(result.arms))} in the same {result.world_count:,} worlds with seed {result.seed}: random numbers are "
        "counter-based and shared between arms (common random numbers), so that differences are paired by world.",
        "Means are given with 95 % intervals over worlds (percentile-t bootstrap, Student's t where the worlds are few); "
        "differences are those of the same worlds.",
    ]
    if result.uncertain:
        paths = ", ".join(sorted(result.inputs_of_world))
        said.append(f"Uncertain inputs ({paths}) were drawn once for each world, the same for all arms.")
    block = result.calibration
    said.append(
        "Inputs were calibrated on past posts of the account (see the scenario's calibration block)."
        if block
        else "The inputs are assumptions and published figures; they were not calibrated on data of the account."
    )
    return " ".join(part for part in (*said, _end(result.fingerprint, result.rules)) if part)


def methods_of_sweep(manifest: Mapping[str, Any]) -> str:
    """The paragraph of a sweep's folder, from its manifest."""
    paths = ", ".join(manifest["paths"])
    luck = "luck of its own for each point" if manifest["luck"] == "own" else "the same random numbers at all points"
    said = [
        f"We ran the scenario '{manifest['name']}' with {_software(manifest['versions'])}, a stochastic agent-based model of "
        f"posts, impressions and shares in discrete time (ODD: docs/odd.md), at {manifest['points']:,} points of a "
        f"{_design(manifest)} over {paths}.",
        f"{_arms(manifest['arms'])} in the same {manifest['worlds']:,} worlds at each point, with seed {manifest['seed']} and "
        f"{luck}.",
        "Means over worlds are given with 95 % limits of Student's t; differences are paired by world.",
    ]
    if not manifest["complete"]:
        said.append("The sweep was not complete when this was written.")
    return " ".join((*said, _end(manifest["fingerprint"], manifest.get("rules", ()))))


def _software(versions: Mapping[str, str]) -> str:
    libraries = ", ".join(f"{name} {versions[name]}" for name in ("python", "numpy", "numba") if name in versions)
    return f"{CITE.format(version=versions.get('viralsim', '?'), law=versions.get('law', '1'))} ({libraries})"


def _arms(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"One arm, {names[0]}, was run"
    return f"{len(names)} arms ({', '.join(names)}) were run"


def _design(manifest: Mapping[str, Any]) -> str:
    words = {"latin_hypercube": "Latin hypercube", "sobol": "scrambled Sobol sequence"}
    return words.get(manifest["design"], f"{manifest['design']} design")


def _time(spec: Spec | None, tick_hours: float) -> str:
    if spec is None:
        return f"One tick is {tick_hours:g} h."
    return f"One tick is {tick_hours:g} h; a world was watched for {spec.horizon:g} h ({spec.ticks:,} ticks)."


def _end(fingerprint: str, rules: Sequence[Sequence[str]]) -> str:
    named = ", ".join(f"{word} ({place}, {digest})" for place, word, digest in rules)
    own = f" Parts of the model are rules of our own: {named}." if named else ""
    return f"The scenario's fingerprint is {fingerprint}; scenario, seed and versions reproduce every number bit for bit.{own}"


def _can_be_read(text: str) -> bool:
    """Whether a stored scenario is one that can be read here: a network that was in memory, or a rule, may not be."""
    from viralsim.errors import ViralsimError

    try:
        loads(text)
    except ViralsimError:
        return False
    return True
