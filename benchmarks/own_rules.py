"""What a rule of one's own costs: the main scenario with built-in words and with own rules that say the same, in turns, one thread.

python -m benchmarks.own_rules > benchmarks/OWN_RULES.md
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import viralsim as vs
from benchmarks.pairing import Pair, pair, timer, worlds_for

HOME = Path(__file__).parent.parent
MAIN = HOME / "scenarios" / "advocates_vs_paid.yaml"
RULES = HOME / "tests" / "rules" / "own_rules.py"  # they say what is built in, as the tests show
ROUNDS, BUDGET_S, GOAL = 9, 2.0, 1.3

SOCIAL = {"content.teaser.reinforcement": {"social": {"gain": 0.3}}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "reinforcement against `social`": (SOCIAL, {"content.teaser.reinforcement": {"echo": {"gain": 0.3}}}),
    "share probability and response against the law": (
        {},
        {"content.teaser.share_probability": "product", "content.teaser.response": "ladder"},
    ),
}


def _run(scenario: vs.Scenario) -> Callable[[int], vs.Result]:
    return lambda worlds: vs.simulate(scenario, worlds=worlds, seed=1, threads=1, repeat_trust=False)


def measured(built_in: dict[str, Any], own: dict[str, Any]) -> Pair:
    """The ratio is built-in / own; both give the same worlds, or it means nothing."""
    scenario = vs.load(MAIN)
    with_built_in, with_own = (_run(scenario.override(changes)) for changes in (built_in, own))
    if not with_built_in(20).worlds().equals(with_own(20).worlds()):
        raise SystemExit("the rules give other worlds")
    worlds = worlds_for(timer(with_built_in), BUDGET_S, 2_000)
    return pair(timer(with_own), timer(with_built_in), (worlds, worlds), ROUNDS)


def main() -> None:
    """Print the page."""
    vs.rules.read_file(RULES)
    print("# What a rule of one's own costs\n")
    print(
        f"The main scenario, all arms, `vs.simulate` with built-in words and with own rules that say the same (the same worlds); "
        f"{ROUNDS} runs of each in turns, one thread, processor time, compiled beforehand. The goal is {GOAL:g}. Written by "
        "`python -m benchmarks.own_rules`.\n"
    )
    print("| rule | built in, ms per world | own, ms per world | own / built in | of the runs |")
    print("| --- | ---: | ---: | ---: | --- |")
    for name, changes in CASES.items():
        found = measured(*changes)
        ratios = f"{1 / found.high:.2f} to {1 / found.low:.2f}"
        print(
            f"| {name} | {found.theirs_ms:.2f} | {found.ours_ms:.2f} | **{1 / found.ratio:.2f}** | {ratios} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
