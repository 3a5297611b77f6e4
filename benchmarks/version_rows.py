"""The rows of ``benchmarks.versions``, and the process that runs them for one version of the package.

``python -m benchmarks.version_rows`` reads questions from standard input and answers on standard output, one JSON object a
line: ``prepare`` makes a row's network and calls it once, ``calibrate`` finds how many worlds fill a round, ``run`` times one
round. Which version it runs is decided by ``PYTHONPATH``. A row uses only what is public, or what every version has.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.homes import GENERATE_NETWORK, moved

MAIN_SCENARIO = Path(__file__).resolve().parents[1] / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
MEMBERS, MOST_LAUNCHES = 1_000_000, 1 << 20


@dataclass(frozen=True)
class Run:
    """What one version does in a row: ``work`` is timed, ``outcome`` turns its answer into what must be equal."""

    work: Callable[[int], Any]
    outcome: Callable[[Any], np.ndarray] = np.asarray
    most: int = MOST_LAUNCHES


@dataclass(frozen=True)
class Row:
    """A row: its name, what is done, and how it is made ready (imports happen there: a version may lack something)."""

    name: str
    work: str
    make: Callable[[], Run]
    unlike: str = ""  # what unequal outcomes are called where LAW_VERSION, that of scenarios, promises no equal ones


def bare(law: str, p: float = 0.0) -> Callable[[], Run]:
    """A textbook cascade on the heavy-tailed network."""

    def make() -> Run:
        from benchmarks import graphs
        from viralsim import classic

        network = graphs.heavy_tailed()
        seeds = graphs.seeds_of(network, 10 if law == "ic" else 50)
        if law == "lt":
            return Run(lambda worlds: classic.linear_threshold(network, seeds, worlds=worlds, threads=1))
        chance = p if law == "ic" else "weighted_cascade"
        return Run(lambda worlds: classic.independent_cascade(network, seeds, chance, worlds=worlds, threads=1))

    return make


def sir() -> Run:
    """SIR, beta 0.02, gamma 0.1, 100 ticks: the counts of every tick."""
    from benchmarks import graphs
    from viralsim import classic

    network = graphs.heavy_tailed()
    seeds = graphs.seeds_of(network, 50)
    return Run(lambda worlds: classic.sir(network, seeds, 0.02, 0.1, 100, worlds=worlds, threads=1))


def full(p: float) -> Callable[[], Run]:
    """The full model whose shares have the law of the bare cascade."""

    def make() -> Run:
        from benchmarks import full_model, graphs

        network = graphs.heavy_tailed()
        world = full_model.full_model_row(network, graphs.seeds_of(network, 10), p)
        return Run(lambda worlds: full_model.shares(world, worlds, 1))

    return make


def launches_bare() -> Run:
    """Bare launches of mean size 2, each from a member drawn for it."""
    from benchmarks import graphs
    from viralsim import classic

    network = graphs.branching(MEMBERS, 10.0)
    seeds = np.random.default_rng(3).integers(0, MEMBERS, (MOST_LAUNCHES, 1))
    return Run(lambda worlds: classic.independent_cascade(network, seeds[:worlds], 0.05, worlds=worlds, threads=1))


def launches_full() -> Run:
    """Launches of mean size 2 with the full model, each from a member drawn for it."""
    from benchmarks import full_model, graphs

    world = full_model.full_model_row(graphs.branching(MEMBERS, 10.0), [-1], 0.05)
    return Run(lambda worlds: full_model.shares(world, worlds, 1))


def scenario() -> Run:
    """The main scenario by the front door: reach and shares of every world and arm."""
    import viralsim

    loaded = viralsim.load(MAIN_SCENARIO)
    return Run(
        lambda worlds: viralsim.simulate(loaded, worlds, threads=1, repeat_trust=False),
        lambda result: result.worlds()[["reach", "shares"]].to_numpy(dtype=np.float64),
        10_000,
    )


def users(inputs: int) -> Callable[[], Run]:
    """A user's call on the main scenario with its summary: certain, with one uncertain input, with all that are proposed."""

    def make() -> Run:
        import viralsim
        from benchmarks.scenarios import uncertain_inputs

        loaded = viralsim.load(MAIN_SCENARIO).override({"uncertain": {}})
        spans = uncertain_inputs(loaded.for_arm("advocates"))[inputs]
        asked = loaded.override({"uncertain": spans})

        def work(worlds: int) -> Any:
            result = viralsim.simulate(asked, worlds, threads=1, repeat_trust=False)
            result.summary()
            return result

        return Run(work, lambda result: result.worlds()[["reach", "shares"]].to_numpy(dtype=np.float64), 10_000)

    return make


def opim() -> Run:
    """50 seeds by opim; a "world" is ten choices with luck of their own, since luck decides when one choice ends."""
    from benchmarks import graphs
    from viralsim import seeding

    network = graphs.heavy_tailed(15_000, 150_000)

    def choices() -> list[list[int]]:
        found = (
            seeding.choose(network, "opim", 50, model="independent_cascade", seed=seed, threads=1) for seed in range(10)
        )
        return [list(one.members) for one in found]

    def work(times: int) -> np.ndarray:
        for _ in range(times):
            members = choices()
        return np.array(members)

    return Run(work, most=1000)


def audience() -> Run:
    """A generated network: "worlds" are networks, each with a seed of its own; the followers of all are the outcome."""
    generate_network = moved(*GENERATE_NETWORK)
    community = np.sort(np.random.default_rng(5).integers(0, 100, 100_000))

    def work(times: int) -> np.ndarray:
        drawn = (generate_network(community, 20.0, 2.4, 0.4, 0.2, 0.15, seed) for seed in range(times))
        return np.concatenate([network.followers for network in drawn])

    return Run(work, most=100)


def start() -> Run:
    """What comes between a generated audience and its first world: enrolment, plan, vital signs, one world of each arm."""
    import viralsim

    text = MAIN_SCENARIO.read_text(encoding="utf-8").replace("members: 15000", "members: 200000")
    loaded = viralsim.loads(text)
    return Run(
        lambda times: [viralsim.simulate(loaded, 1, threads=1, repeat_trust=False) for _ in range(times)][-1],
        lambda result: result.worlds()[["reach", "shares"]].to_numpy(dtype=np.float64),
        100,
    )


ROWS = [
    Row("cascade-0.05", "independent cascade p = 0.05, 10 seeds, heavy", bare("ic", 0.05)),
    Row("cascade-0.01", "independent cascade p = 0.01, 10 seeds, heavy", bare("ic", 0.01)),
    Row("weighted-cascade", "weighted cascade, 50 seeds, heavy", bare("wc"), "other worlds"),
    Row("linear-threshold", "linear threshold, 50 seeds, heavy", bare("lt")),
    Row("sir", "SIR 0.02 / 0.1, 100 ticks, 50 seeds, heavy", sir),
    Row("full-0.05", "full model, visibility 0.1, appeal 0.5, 10 seeds, heavy", full(0.05)),
    Row("full-0.01", "full model, visibility 0.1, appeal 0.1, 10 seeds, heavy", full(0.01)),
    Row("launches-bare", "bare launches of mean size 2 from anyone, 1,000,000 members", launches_bare),
    Row("launches-full", "full launches of mean size 2 from anyone, 1,000,000 members", launches_full),
    Row("scenario", "the main scenario by viralsim.simulate, one thread", scenario),
    Row("user-certain", "the main scenario and its summary, one thread", users(0)),
    Row("user-one-uncertain", "the same with one uncertain input", users(1)),
    Row("user-six-uncertain", "the same with six uncertain inputs", users(2)),
    Row("audience", "a network of 100,000 members and 2,000,000 follows, generated", audience),
    Row("start", "the main scenario with 200,000 members, all that comes before its worlds, and one world", start),
    Row("opim", "ten times 50 seeds by opim, weighted cascade, 15,000 members", opim, "other seeds"),
]


def fingerprint(outcome: np.ndarray) -> str:
    """SHA-256 of an outcome's shape and bytes, integers as int64: a change of storage type is no change of result."""
    kind = np.int64 if np.issubdtype(outcome.dtype, np.integer) else np.float64
    values = np.ascontiguousarray(outcome, dtype=kind)
    return hashlib.sha256(repr((values.shape, kind.__name__)).encode() + values.tobytes()).hexdigest()


def law_version() -> int | None:
    """``LAW_VERSION`` of the version in this process; None where it has none."""
    try:
        from viralsim.versions import LAW_VERSION
    except ImportError:
        return None
    return LAW_VERSION


def timed(run: Run, worlds: int) -> dict[str, Any]:
    """Processor seconds of ``work(worlds)`` and the fingerprint of its outcome, which is made after the clock stops."""
    start = time.process_time()
    answer = run.work(worlds)
    took = time.process_time() - start
    return {"seconds": took, "fingerprint": fingerprint(run.outcome(answer))}


def answers(questions: TextIO, rows: list[Row], reply: Callable[[dict[str, Any]], None]) -> None:
    """Answer each question; what this version cannot do is an answer too: ``{"cannot": why}``."""
    from benchmarks.pairing import timer, worlds_for

    run = None
    for line in questions:
        asked = json.loads(line)
        try:
            if asked["do"] == "prepare":
                run = next(row for row in rows if row.name == asked["row"]).make()
                reply(timed(run, 1) | {"law": law_version()})
                continue
            assert run is not None, "prepare comes first"
            if asked["do"] == "calibrate":
                reply({"worlds": worlds_for(timer(run.work), asked["budget_s"], run.most)})
            else:
                reply(timed(run, asked["worlds"]))
        except Exception as reason:  # whatever an older version raises, the row is left out with its words
            reply({"cannot": f"{type(reason).__name__}: {reason}".splitlines()[0]})


def serve(answers: Callable[[TextIO, Callable[[dict[str, Any]], None]], None]) -> None:
    """Answer until standard input ends; what the package prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked ends this process
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)

        def reply(answer: dict[str, Any]) -> None:
            out.write(json.dumps(answer) + "\n")
            out.flush()

        answers(sys.stdin, reply)


def main() -> None:
    """Serve the rows."""
    serve(lambda questions, reply: answers(questions, ROWS, reply))


if __name__ == "__main__":
    main()
