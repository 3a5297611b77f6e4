"""What a session may ask for, and how an uploaded scenario is read: no file of this machine, no code, no giants."""

from __future__ import annotations

import tempfile
from typing import Any

from viralsim.errors import InputError
from viralsim.scenario import Scenario, loads
from viralsim.scenario.reading import read_yaml
from viralsim.scenario.spec import Spec

MOST_BYTES = 256 << 10
MOST_MEMBERS = 1_000_000
MOST_WORLDS = 2_000
MOST_TICKS = 2_000
MOST_FOLLOWING = 200
FILE_WORDS = ("file", "members_file", "demographics")

# Work is counted in steps of about an impression, 2 to 20 ns each; what is built once counts as many of them as it takes as long.
# Measured over the shipped scenarios and lessons; they are off by a factor of 10 at most, and a time limit backs them up.
STEPS_OF_A_FOLLOW, STEPS_OF_AN_ARM, STEPS_OF_A_TICK = 100, 1_000_000, 20
QUICK_STEPS = 400_000_000  # behind a slider: a second or two, 8 s at worst
LIVE_STEPS, LIVE_LIMIT_S = (
    8_000_000_000,
    40.0,
)  # of a plan's first simulations: a moment each, once the audience is built
RUN_STEPS = 40_000_000_000  # of all arms: a minute or two, a quarter of an hour at worst
QUICK_WORLDS, LEAST_QUICK_WORLDS = 100, 10  # worlds behind a slider's curve


def read_upload(content: bytes, name: str = "upload") -> Scenario:
    """An uploaded scenario, checked and within the limits.

    Raises InputError where it is too large, names a file, or asks for more than a session may.
    """
    if len(content) > MOST_BYTES:
        raise InputError(f"{name}: larger than {MOST_BYTES >> 10} kB: give a scenario file")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{name}: is no text: give a scenario file in YAML") from None
    refuse_files(read_yaml(text, name).data, name)
    with tempfile.TemporaryDirectory() as nothing:
        scenario = loads(text, nothing, name)
    return within_limits(scenario, name)


def refuse_files(data: Any, name: str = "setting") -> None:
    """InputError where plain data of a scenario names a file at any depth."""
    where = _file_word(data)
    if where:
        raise InputError(f"{name}: {where}: an upload cannot read files of this machine: generate a network instead")


def _file_word(data: Any, path: str = "") -> str:
    """The path of the first key that names a file, or nothing."""
    if isinstance(data, dict):
        for word, value in data.items():
            here = f"{path}.{word}" if path else str(word)
            if word in FILE_WORDS or (isinstance(word, str) and word.rsplit(".", 1)[-1] in FILE_WORDS):
                return here
            found = _file_word(value, here)
            if found:
                return found
    if isinstance(data, list):
        for i, value in enumerate(data):
            found = _file_word(value, f"{path}[{i}]")
            if found:
                return found
    return ""


def within_limits(scenario: Scenario, name: str = "scenario") -> Scenario:
    """The scenario, if a session may run it; worlds are cut to the limit. InputError names what is too large."""
    spec = scenario.spec
    asked = [
        ("audience.members", spec.audience.members or 0, MOST_MEMBERS),
        ("horizon / tick", spec.horizon / spec.tick, MOST_TICKS),
    ]
    for channel, block in spec.channels.items():
        degree = block.network.drawn_degree
        if degree is not None:
            word = "generate.mean_following" if block.network.generate is not None else "graph"
            asked.append((f"channels.{channel}.network.{word}", degree, MOST_FOLLOWING))
    for path, value, most in asked:
        if value > most:
            raise InputError(
                f"{name}: {path} is {value:,.0f}; the app takes at most {most:,}: run it with viralsim run"
            )
    if scenario.worlds > MOST_WORLDS:
        scenario = scenario.override({"worlds": MOST_WORLDS})
    return scenario


def steps(scenario: Scenario, worlds: int, arms: tuple[str, ...] = ()) -> float:
    """About how much work some worlds are at most: members x follows and posts x followers, in all ticks, of all arms.

    arms: which; all by default.
    """
    specs = [spec for name, spec in scenario.arm_specs().items() if not arms or name in arms]
    audiences = max(spec.populations * _follows(spec) for spec in specs) * STEPS_OF_A_FOLLOW
    builds = len(specs) * STEPS_OF_AN_ARM * (worlds if scenario.spec.uncertain else scenario.spec.populations)
    return audiences + builds + worlds * sum(map(_steps_of_a_world, specs))


def quick_worlds(scenario: Scenario) -> int:
    """How many worlds are behind a slider's curve: as many as the budget of quick work has room for.

    Raises InputError where that is too few to be worth a curve.
    """
    fixed, one = steps(scenario, 0), steps(scenario, 1)
    worlds = int((QUICK_STEPS - fixed) / max(1.0, one - fixed))
    if worlds < LEAST_QUICK_WORLDS:
        raise InputError(
            f"too much for an answer at once (about {steps(scenario, QUICK_WORLDS):.2g} steps; {QUICK_STEPS:.2g} is the most): "
            "ask for fewer members, follows, arms, posts or ticks, or run all arms below"
        )
    return min(QUICK_WORLDS, worlds, scenario.worlds)


def refuse_too_much(scenario: Scenario, worlds: int, most: float = RUN_STEPS) -> None:
    """InputError where a run is more work than a session may ask for."""
    asked = steps(scenario, worlds)
    if asked > most:
        raise InputError(
            f"too much for the app (about {asked:.2g} steps; {most:.2g} is the most): ask for fewer worlds, members, follows, "
            "arms, posts or ticks, or run it with viralsim run"
        )


def refuse_for_a_class(scenario: Scenario, pupils: int) -> None:
    """InputError where a launch for every pupil is more than a class can wait for."""
    within_limits(scenario)
    asked = steps(scenario, pupils, scenario.arm_names[:1])
    if asked > QUICK_STEPS:
        raise InputError(
            f"a class of {pupils} cannot play this scenario (about {asked:.2g} steps; {QUICK_STEPS:.2g} is the most): "
            "give one with fewer members, follows, posts or ticks"
        )


def _follows(spec: Spec) -> float:
    """Follows of one audience, over all channels; those of files are not known here."""
    return (spec.audience.members or 0) * sum(c.network.drawn_degree or 0.0 for c in spec.channels.values())


def _steps_of_a_world(spec: Spec) -> float:
    """Impressions at most, in all launches: everyone and every planned post reaches all followers once, and what is paid for."""
    campaign, members = spec.campaign, max(1, spec.audience.members or 0)
    posts = sum(len(line.posts_at) for line in campaign.owned)
    for line in campaign.organic:
        posts += len(line.posts_at) * (line.members if isinstance(line.members, int) else len(line.members))
    if campaign.advocates is not None:
        named = campaign.advocates.count or 0
        posts += named * len(campaign.advocates.posts_at) * len(campaign.advocates.channels or spec.channels)
    bought = 0.0
    for paid in campaign.paid:
        price = paid.cpm_usd or (spec.channels[paid.channel].cpm_usd if paid.channel else None) or 1.0
        bought += 1000 * paid.budget_usd / price
    contents = len(spec.content)
    one = (members * contents + posts) * _follows(spec) / members + bought + spec.ticks * STEPS_OF_A_TICK
    return one if spec.programme is None else one * spec.programme.launches
