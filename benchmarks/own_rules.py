"""What a rule of one's own costs: the main scenario with built-in words and with own rules that say the same, in turns, one thread.

python -m benchmarks.own_rules > benchmarks/OWN_RULES.md
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import viralsim as vs
from benchmarks.pairing import Pair, pair, timer, worlds_for

MAIN = Path(__file__).parent.parent / "scenarios" / "advocates_vs_paid.yaml"
ROUNDS, BUDGET_S, GOAL = 9, 2.0, 1.3


@vs.rules.register("reinforcement", limits={"gain": (0, 10)})
def as_social(seen, gain=0.5, cap=3.0):  # type: ignore[no-untyped-def]
    """What ``social`` says."""
    return min(cap, 1.0 + gain * (seen - 1))


@vs.rules.register("share_probability")
def as_the_law(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening):  # type: ignore[no-untyped-def]
    """What the law says."""
    return appeal * match * activity * trust * novelty * fatigue * reinforcement * softening


@vs.rules.register("response")
def as_the_ladder(u, share, criticism, engagement):  # type: ignore[no-untyped-def]
    """What the law says."""
    if u < share:
        return 0
    if u < share + criticism:
        return 1
    return 2 if u < share + criticism + (1.0 - share - criticism) * engagement else 3


SOCIAL = {"content.teaser.reinforcement": {"social": {"gain": 0.3}}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "reinforcement against `social`": (SOCIAL, {"content.teaser.reinforcement": {"as_social": {"gain": 0.3}}}),
    "share probability and response against the law": (
        {},
        {"content.teaser.share_probability": "as_the_law", "content.teaser.response": "as_the_ladder"},
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
