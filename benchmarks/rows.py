"""The table of configurations: what is run against whom. A row is data; ``run`` turns it into a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numba import njit

from benchmarks import full_model, graphs, machine, peers
from benchmarks.graph_tool_peer import graph_tool_sir
from benchmarks.pairing import FEWEST, Agreement, Pair, agreement, pair, timer, worlds_for
from benchmarks.plain_sir import plain_sir
from viralsim import classic
from viralsim.population.network.network import Network

AGREEMENT_S = 4.0  # seconds a side for the comparison of mean sizes


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int = 7
    budget_s: float = 0.5  # a side and round
    agreement_s: float = AGREEMENT_S


QUICK = Effort(rounds=3, budget_s=0.1, agreement_s=0.5)


@dataclass
class Outcome:
    """One line of the table."""

    name: str
    work: str
    against: str
    pair: Pair | None = None
    agreement: Agreement | None = None
    first_call_s: float | None = None  # the first call: compilation, or reading the compiled code from disk
    goal: float | None = None  # times as fast, at least
    floor: float | None = None  # worlds a second of ours, at least
    clock: str = ""  # one of pairing.CLOCKS
    numbers: dict[str, Any] = field(default_factory=dict)

    def judged(self) -> list[tuple[str, bool]]:
        """Each goal in words, with what was measured where the table does not say it, and whether the median meets it."""
        found = []
        if self.pair is not None and self.goal is not None:
            found.append((f"{self.goal:.3g}", self.pair.ratio >= self.goal))
        if self.pair is not None and self.floor is not None:
            rate = 1e3 / self.pair.ours_ms
            found.append((f"{self.floor / 1e6:g} million a second ({rate / 1e6:.3g})", rate >= self.floor))
        return found


@dataclass(frozen=True)
class Row:
    """A configuration and how to run it."""

    name: str
    work: str
    against: str
    run: Callable[[Row, Effort], Outcome]
    graph: str = ""
    law: str = "ic"
    p: float = 0.0
    goal: float | None = None
    floor: float | None = None
    clock: str = "processor"  # "wall" where threads or another process work

    def outcome(self, timing: Pair, same: Agreement | None, first_call_s: float) -> Outcome:
        """What came out, with what the row says of itself."""
        return Outcome(
            self.name, self.work, self.against, timing, same, first_call_s, self.goal, self.floor, self.clock
        )


LAWS = {"ic": "independent cascade", "wc": "weighted cascade", "lt": "linear threshold"}
SEEDS = {"ic": 10, "wc": 50, "lt": 50}
# How many times as fast a row must be at least, by the median of the rounds.
AGAINST_CYNETDIFF = {"ic0.05": 6.0, "ic0.01": 12.0, "wc": 4.0, "lt": 8.0, "full": 1.5}
SIR_AGAINST_PLAIN, PLAIN_AGAINST_GRAPH_TOOL, TWO_THREADS = 1.3, 3.0, 1.9
LAUNCHES_A_SECOND = {"bare": 8e6, "full": None}  # on 1,000,000 members


def ours_bare(network: Network, seeds: list[int], law: str, p: float) -> Callable[[int], np.ndarray]:
    """Our bare model on one thread."""
    if law == "lt":
        return lambda worlds: classic.linear_threshold(network, seeds, worlds=worlds, threads=1)
    probability = p if law == "ic" else "weighted_cascade"
    return lambda worlds: classic.independent_cascade(network, seeds, probability, worlds=worlds, threads=1)


def compare(
    row: Row, effort: Effort, ours: Callable[[int], np.ndarray], theirs: peers.Runner, fewest: int = 1
) -> Outcome:
    """Time both in turns and compare their mean sizes, of ``fewest`` worlds at least."""
    first = timer(ours, "wall")(1)
    sides = timer(ours, row.clock), theirs.seconds or timer(theirs.run, row.clock)
    worlds = worlds_for(sides[0], effort.budget_s), worlds_for(sides[1], effort.budget_s)
    timing = pair(*sides, worlds, effort.rounds)
    runs = ours, theirs.sizes
    sizes = [run(max(fewest, worlds_for(timer(run, "wall"), effort.agreement_s, 1 << 20))) for run in runs]
    return row.outcome(timing, agreement(*sizes), first)


def bare(row: Row, effort: Effort) -> Outcome:
    """A textbook model against a peer's."""
    network = graphs.GRAPHS[row.graph]()
    seeds = graphs.seeds_of(network, SEEDS[row.law])
    theirs = peers.PEERS[row.against](network, seeds, row.law, row.p)
    return compare(row, effort, ours_bare(network, seeds, row.law, row.p), theirs)


def full(row: Row, effort: Effort) -> Outcome:
    """The full model, whose shares have the law of the bare cascade, against cynetdiff's bare cascade."""
    network = graphs.GRAPHS[row.graph]()
    seeds = graphs.seeds_of(network, SEEDS["ic"])
    world = full_model.full_model_row(network, seeds, row.p)
    theirs = peers.cynetdiff(network, seeds, "ic", row.p)
    return compare(row, effort, lambda worlds: full_model.shares(world, worlds, 1), theirs)


def sir(row: Row, effort: Effort) -> Outcome:
    """SIR, beta 0.02, gamma 0.1, 100 ticks, against EoN's event-driven one with geometric times."""
    network = graphs.GRAPHS[row.graph]()
    seeds = graphs.seeds_of(network, 50)

    def ours(worlds: int) -> np.ndarray:
        counts = classic.sir(network, seeds, 0.02, 0.1, 100, worlds=worlds, threads=1)
        return counts[:, -1, 1] + counts[:, -1, 2]

    return compare(row, effort, ours, peers.eon_sir(network, seeds, 0.02, 0.1, 100))


def infected(counts: np.ndarray) -> np.ndarray:
    """Who is infectious or recovered after the last tick."""
    return counts[:, -1, 1] + counts[:, -1, 2]


def ours_sir(network: Network, seeds: list[int], beta: float, gamma: float) -> Callable[[int], np.ndarray]:
    """Our SIR on one thread, 100 ticks."""
    return lambda worlds: infected(classic.sir(network, seeds, beta, gamma, 100, worlds=worlds, threads=1))


def plain_loop(network: Network, seeds: list[int], beta: float, gamma: float) -> Callable[[int], np.ndarray]:
    """The plain loop, 100 ticks: one coin a tick for each follow of the infectious."""
    run = plain_sir(network, seeds, beta, gamma, 100)
    return lambda worlds: infected(run(worlds, 1))


def sir_plain(row: Row, effort: Effort) -> Outcome:
    """SIR, 100 ticks, 50 seeds, against the plain loop."""
    network = graphs.GRAPHS[row.graph]()
    seeds = graphs.seeds_of(network, 50)
    beta, gamma = (float(word) for word in row.law.split("/"))
    plain = plain_loop(network, seeds, beta, gamma)
    return compare(row, effort, ours_sir(network, seeds, beta, gamma), peers.Runner(plain, plain))


def sir_graph_tool(row: Row, effort: Effort) -> Outcome:
    """Our SIR against graph-tool's, or the plain loop where the row is named so."""
    network = graphs.GRAPHS[row.graph]()
    seeds = graphs.seeds_of(network, 50)
    beta, gamma = (float(word) for word in row.law.split("/"))
    ours = plain_loop if row.name.startswith("plain") else ours_sir
    with graph_tool_sir(network, seeds, beta, gamma, 100) as (theirs, version):
        found = compare(row, effort, ours(network, seeds, beta, gamma), theirs, FEWEST)
    return replace(found, against=f"graph-tool {version}")


def launches(row: Row, effort: Effort) -> Outcome:
    """Subcritical launches (mean cascade 2) on 1,000,000 against 10,000 members: time a launch.

    From one member, whose surroundings stay in the cache, or from a member drawn for each launch, who must be fetched
    from memory: events are the same, but the memory of a large network is slower than that of a small one.
    """
    networks = {members: graphs.branching(members, 10.0) for members in (10_000, 1_000_000)}
    anyone = row.p > 0

    def work(members: int) -> Callable[[int], np.ndarray]:
        network = networks[members]
        member = int(np.flatnonzero(network.follower_count() == 10)[0])
        if row.law == "full":
            world = full_model.full_model_row(network, [-1 if anyone else member], 0.05)
            return lambda worlds: full_model.shares(world, worlds, 1)
        seeds = np.random.default_rng(3).integers(0, members, (1 << 20, 1))
        return lambda worlds: classic.independent_cascade(
            network, seeds[:worlds] if anyone else [member], 0.05, worlds=worlds, threads=1
        )

    large, small = work(1_000_000), work(10_000)
    first = timer(small, "wall")(1)
    worlds = 1 << 18  # the same number on both sides: setting up a thread's memory counts
    timing = pair_alike(row, large, small, worlds, effort.rounds)
    # One member's surroundings differ from network to network, so only launches from anyone have the same mean.
    same = agreement(large(worlds), small(worlds)) if anyone else None
    return row.outcome(timing, same, first)


def pair_alike(
    row: Row, ours: Callable[[int], object], theirs: Callable[[int], object], worlds: int, rounds: int
) -> Pair:
    """Pair with the same number of worlds on both sides, after a round that does not count."""
    ours(worlds), theirs(worlds)
    return pair(timer(ours, row.clock), timer(theirs, row.clock), (worlds, worlds), rounds)


def threads(row: Row, effort: Effort) -> Outcome:
    """Two threads against one."""
    network = graphs.heavy_tailed()
    seeds = graphs.seeds_of(network, 10)
    if row.law == "full":
        world = full_model.full_model_row(network, seeds, 0.05)

        def run(worlds: int, crew: int) -> np.ndarray:
            return full_model.shares(world, worlds, 1, crew)
    else:

        def run(worlds: int, crew: int) -> np.ndarray:
            return classic.independent_cascade(network, seeds, 0.05, worlds=worlds, threads=crew)

    first = timer(lambda worlds: run(worlds, 1), "wall")(1)
    worlds = worlds_for(timer(lambda n: run(n, 1), row.clock), 2 * effort.budget_s)
    timing = pair_alike(row, lambda n: run(n, 2), lambda n: run(n, 1), worlds, effort.rounds)
    same = agreement(run(2000, 2), run(2000, 1))
    return row.outcome(timing, same, first)


@njit(nogil=True)
def _registers(rounds, bits):  # type: ignore[no-untyped-def]
    """Steps of a xorshift generator, 10,000 a round: nothing in memory (Marsaglia, Journal of Statistical Software 8, 2003)."""
    for _ in range(10_000 * rounds):
        bits ^= bits << np.uint64(13)
        bits ^= bits >> np.uint64(7)
        bits ^= bits << np.uint64(17)
    return bits


def machine_threads(row: Row, effort: Effort) -> Outcome:
    """Two threads against one where they share nothing: what the machine allows."""

    def run(rounds: int, crew: int) -> list[np.uint64]:
        with ThreadPoolExecutor(crew) as pool:
            return list(pool.map(lambda part: _registers(rounds // crew, np.uint64(part + 1)), range(crew)))

    first = timer(lambda rounds: run(rounds, 1), "wall")(1)
    rounds = worlds_for(timer(lambda n: run(n, 1), row.clock), 2 * effort.budget_s)
    timing = pair_alike(row, lambda n: run(n, 2), lambda n: run(n, 1), rounds, effort.rounds)
    return row.outcome(timing, None, first)


def measured(row: Row, effort: Effort) -> Outcome:
    """Memory and start-up: numbers without a peer, each in a process of its own."""
    return Outcome(row.name, row.work, row.against, numbers=machine.MEASURES[row.law](effort.rounds))


def sir_rows() -> Iterator[Row]:
    """SIR and the plain loop, at three rates each."""
    for graph in ("heavy", "epinions", "nethept"):
        for rates in ("0.02/0.1", "0.01/0.2", "0.1/0.5"):
            work = f"SIR {rates.replace('/', ' / ')}, 100 ticks, 50 seeds, {graph}"
            short = f"{rates.split('/')[0]}-{graph}"
            yield Row(f"sir{short}-plain", work, "plain loop", sir_plain, graph, rates, goal=SIR_AGAINST_PLAIN)
            if graph == "epinions":
                continue
            against = Row(f"sir{short}-graphtool", work, "graph-tool", sir_graph_tool, graph, rates, clock="wall")
            plain = f"plain{short}-graphtool"
            yield replace(against, name=plain, work=f"plain loop of {work}", goal=PLAIN_AGAINST_GRAPH_TOOL)
            yield against


def table() -> Iterator[Row]:
    """All rows."""
    for graph in ("heavy", "epinions", "nethept"):
        for law, p in (("ic", 0.05), ("ic", 0.01), ("wc", 0.0), ("lt", 0.0)):
            work = f"{LAWS[law]}{f' p = {p}' if law == 'ic' else ''}, {SEEDS[law]} seeds, {graph}"
            short = f"{law}{p}" if law == "ic" else law
            for peer, goal in (("cynetdiff", AGAINST_CYNETDIFF[short]), ("pynetim", None)):
                yield Row(f"{short}-{graph}-{peer}", work, peer, bare, graph, law, p, goal)
    for peer in ("ndlib", "eon"):
        work = f"{LAWS['ic']} p = 0.05, 10 seeds, nethept"
        yield Row(f"ic0.05-nethept-{peer}", work, peer, bare, "nethept", "ic", 0.05)
    yield Row("sir-nethept-eon", "SIR 0.02 / 0.1, 100 ticks, 50 seeds, nethept", "eon", sir, "nethept")
    yield Row("sir-heavy-eon", "SIR 0.02 / 0.1, 100 ticks, 50 seeds, heavy", "eon", sir, "heavy")
    yield from sir_rows()
    for graph in ("heavy", "epinions", "nethept"):
        for p in (0.05, 0.01):
            work = f"full model, visibility 0.1, appeal {p / 0.1:g}, 10 seeds, {graph}"
            yield Row(f"full{p}-{graph}", work, "cynetdiff", full, graph, "ic", p, AGAINST_CYNETDIFF["full"])
    for law in ("bare", "full"):
        for start, anyone in (("one member", 0.0), ("anyone", 1.0)):
            work = f"{law} launches of mean size 2 from {start}, 1,000,000 members against 10,000"
            name = f"launches-{law}-{start.split()[0]}"
            yield Row(name, work, "itself, smaller", launches, "", law, anyone, floor=LAUNCHES_A_SECOND[law])
    for law, work in (("ic", "bare cascade"), ("full", "full model")):
        name, work = f"threads-{work.split()[0]}", f"{work} p = 0.05, heavy, two threads"
        yield Row(name, work, "itself, one thread", threads, law=law, goal=TWO_THREADS, clock="wall")
    work = "a loop in registers, in units of 10,000 steps, two threads"
    yield Row("machine-threads", work, "itself, one thread", machine_threads, clock="wall")
    yield Row("memory", "1,000,000 members, 20,000,000 follows", "-", measured, law="memory")
    yield Row("start", "start-up", "-", measured, law="start")
