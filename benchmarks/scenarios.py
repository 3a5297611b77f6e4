"""Whole calls of users: every scenario of a folder and every arm through ``viralsim.simulate``, certain and with uncertain inputs.

    python -m benchmarks.scenarios                 # 2,000 worlds each, one thread and all
    python -m benchmarks.scenarios --worlds 500 --scenarios hands_of_the_gods
    python -m benchmarks.scenarios --folder benchmarks/scenarios_before    # as they were when the goal was set

Processor time of the whole call, measures and ``summary()`` included; paired in one process, the least of the rounds, so that a
busy machine counts little. Beside it stand the impressions of a world, with the inputs in the middle and drawn: calls of unequal
worlds are not one law at two prices.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import psutil

import viralsim as vs
from viralsim.scenario.spec import Spec

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HEAD = (
    "| scenario | arm | launches a second | 1 uncertain input | 6 of them | impressions a world, of each | ns an impression "
    "| time in worlds | peak MB |"
)


class Timed(NamedTuple):
    """Processor seconds of a call, seconds in it that worlds took, and impressions shown."""

    seconds: float
    simulate_s: float
    impressions: float


def uncertain_inputs(spec: Spec) -> list[dict[str, dict[str, float]]]:
    """One uncertain input (appeal or share rate), and as many of six as the scenario has."""
    name = spec.campaign.content
    content, (channel, setting) = spec.content[name], next(iter(spec.channels.items()))
    drive = "appeal" if content.appeal is not None else "share_rate"
    seen = "visibility" if setting.visibility is not None else "organic_reach"
    spans: dict[str, Any] = {
        f"content.{name}.{drive}": getattr(content, drive),
        f"channels.{channel}.{seen}": getattr(setting, seen),
        f"content.{name}.half_life": content.half_life,
        f"content.{name}.conversion_rate": content.conversion_rate,
    }
    if spec.campaign.advocates is not None:
        spans |= {"campaign.advocates.willingness": 0.5, "campaign.advocates.trust": 1.5}
    ranges = {
        path: {"from": 0.8 * value, "to": min(1.2 * value, 1.0) if value <= 1 else 1.2 * value}
        for path, value in spans.items()
        if value
    }
    first = next(iter(ranges))
    return [{}, {first: ranges[first]}, ranges]


def timed(scenario: vs.Scenario, arm: str, worlds: int, threads: int | None, rounds: int) -> Timed:
    """The quickest of some calls for one arm, each of a scenario that was not run before and keeps nothing of an earlier call."""
    best = Timed(float("inf"), 0.0, 0.0)
    for _ in range(rounds):
        scenario = scenario.override({})
        began = time.process_time()
        result = vs.simulate(scenario, worlds, arms=[arm], threads=threads, repeat_trust=False)
        result.summary()
        seconds = time.process_time() - began
        if seconds < best.seconds:
            best = Timed(seconds, result.timing["simulate_s"], float(result.arm(arm).measures["impressions"].sum()))
    return best


def more(call: Timed, certain: Timed, worlds: int) -> str:
    """How many times the certain call, and what a world takes beyond it."""
    extra = 1e6 * (call.seconds - certain.seconds) / worlds
    return f"{call.seconds / certain.seconds:.2f} times ({extra:+.1f} us)"


def rows(files: list[Path], worlds: int, threads: int | None, rounds: int) -> None:
    """Print a table row for every arm of the scenarios."""
    print(HEAD, "| --- " * 9 + "|", sep="\n")
    for file in files:
        base = vs.load(file).override({"worlds": worlds, "uncertain": {}})
        for arm in base.arm_names:
            calls = []
            for uncertain in uncertain_inputs(base.for_arm(arm)):
                scenario = base.override({"uncertain": uncertain})
                vs.simulate(scenario, 20, arms=[arm], threads=threads, repeat_trust=False).summary()  # compiled, read
                calls.append(timed(scenario, arm, worlds, threads, rounds))
            certain = calls[0]
            ratios = " | ".join(more(call, certain, worlds) for call in calls[1:])
            shown = " : ".join(f"{call.impressions / worlds:,.0f}" for call in calls)
            peak = psutil.Process().memory_info().rss / 1e6
            each = 1e9 * certain.simulate_s / max(certain.impressions, 1.0)
            share = min(1.0, certain.simulate_s / certain.seconds)
            print(
                f"| {file.stem} | {arm} | {worlds / certain.seconds:,.0f} | {ratios} | {shown} | {each:,.0f} | {share:.0%} "
                f"| {peak:,.0f} |",
                flush=True,
            )


def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line asks for."""
    from viralsim.simulation.compile_ahead import compile_shortcuts  # here, as other versions are asked for the rest

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SCENARIOS)
    parser.add_argument("--scenarios", nargs="*", help="their names; all of the folder by default")
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    compile_shortcuts()  # as `viralsim warm` does
    names = asked.scenarios or sorted(path.stem for path in asked.folder.glob("*.yaml"))
    rows([asked.folder / f"{name}.yaml" for name in names], asked.worlds, asked.threads, asked.rounds)


if __name__ == "__main__":
    main()
