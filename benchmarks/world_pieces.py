"""The pieces that ``benchmarks.same_worlds`` compares, and the process that digests them for one version of the package.

``python -m benchmarks.world_pieces`` reads questions from standard input and answers on standard output, one JSON object a
line: ``pieces`` lists the names there are, ``digest`` runs one and returns a digest of each of its parts. Which version it runs
is decided by ``PYTHONPATH``. Pieces use public names; the few that are not are looked for in all homes that they have had.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks import classic_pieces, generated_scenarios
from benchmarks.homes import GENERATE_NETWORK, moved
from benchmarks.version_rows import MAIN_SCENARIO, law_version, serve

SCENARIOS = sorted(MAIN_SCENARIO.parent.glob("*.yaml"))
ARM_GROUPS = ("measures", "impressions_by_source", "reach_by_channel", "cost_lines", "series", "advocates")
ARM_ARRAYS = ("reach_by_community", "cascade_sizes", "generations")
Values = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class Piece:
    """What is compared: ``values`` of so many worlds, with a folder of files; ``quick``: worlds of ``--quick``, 0 for none."""

    name: str
    values: Callable[[int, Path], Values]
    worlds: int = 0
    quick: int = 0


def digest(value: Any) -> str:
    """BLAKE2b of an array's dtype, shape and bytes; what is no array of numbers is digested as JSON."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return blake2b(json.dumps(array.tolist(), default=str).encode(), digest_size=16).hexdigest()
    head = repr((array.dtype.str, array.shape)).encode()
    return blake2b(head + np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()


def numbers(value: Any) -> list[float]:
    """All numbers of a nest of dataclasses, mappings, lists and arrays, in order; names and words are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return numbers([getattr(value, field.name) for field in fields(value)])
    if isinstance(value, Mapping):
        return numbers(list(value.values()))
    if isinstance(value, np.ndarray):
        return numbers(value.tolist())
    if isinstance(value, (list, tuple)):
        return [number for one in value for number in numbers(one)]
    return [float(value)] if isinstance(value, (bool, int, float, np.number, np.bool_)) else []


def of_result(result: Any, statistics: bool = False) -> Values:
    """Everything that a result holds of its worlds; with ``statistics`` also what is computed from them."""
    for name, arm in result.arms.items():
        for group in ARM_GROUPS:
            yield from ((f"{name} {group} {key}", values) for key, values in getattr(arm, group).items())
        yield from ((f"{name} {key}", getattr(arm, key)) for key in ARM_ARRAYS if getattr(arm, key) is not None)
    yield from ((f"worlds {key}", column.to_numpy()) for key, column in result.worlds().items())
    yield from ((f"input {path}", values) for path, values in result.inputs_of_world.items())
    yield "populations", result.populations_of_world
    for name, measures in (result.trusts_at_one or {}).items():
        yield from ((f"{name} trusts at one {key}", values) for key, values in measures.items())
    if statistics:
        yield from _statistics(result)


def _statistics(result: Any) -> Values:
    for statistic in ("mean", "sd", "ci_low", "ci_high", "p50", "count"):
        yield from ((f"{statistic} {key}", column.to_numpy()) for key, column in result.summary(statistic).items())
    for name in next(iter(result.arms.values())).series:
        yield from ((f"series {name} {key}", column.to_numpy()) for key, column in result.series(name).items())
    for arm in result.arms:
        yield f"{arm} chances", np.array(numbers(result.chances(arm)))
        if result.baseline not in (None, arm):
            table = result.compare(arm).select_dtypes("number")
            yield from ((f"{arm} - {result.baseline} {key}", column.to_numpy()) for key, column in table.items())


def scenario_file(path: Path) -> Callable[[int, Path], Values]:
    """All arms of a shipped scenario."""

    def values(worlds: int, folder: Path) -> Values:
        import viralsim

        yield from of_result(viralsim.simulate(viralsim.load(path), worlds, threads=1), statistics=True)

    return values


def drawn(path: Path, threads: int, worlds: int, folder: Path) -> Values:
    """All arms of a scenario with six uncertain inputs."""
    import viralsim
    from benchmarks.scenarios import uncertain_inputs

    scenario = viralsim.load(path)
    unsure = scenario.override({"uncertain": uncertain_inputs(scenario.spec)[2]})
    yield from of_result(viralsim.simulate(unsure, worlds, threads=threads), statistics=True)


def lesson(key: str, worlds: int, folder: Path) -> Values:
    """All arms of a lesson's scenario, its slider where it is and at both ends."""
    import viralsim

    found = moved("lessons:lesson")(key)
    yield from of_result(viralsim.simulate(found.scenario(), worlds, threads=1), statistics=True)
    for at in (found.slider.low, found.slider.high):
        whole = isinstance(found.slider.value, int) or (
            float(at).is_integer() and float(found.slider.step).is_integer()
        )
        other = found.scenario().override({found.slider.path: int(at) if whole else at})
        yield from (
            (f"slider at {at:g}: {part}", value) for part, value in of_result(viralsim.simulate(other, 20, threads=1))
        )


def generated(number: int, worlds: int, folder: Path) -> Values:
    """All arms of a generated scenario, with as many worlds as it asks for."""
    import viralsim

    yield from of_result(viralsim.simulate(viralsim.loads(generated_scenarios.text(number), folder), threads=1))


def posted_by_one(members: int, mean_following: int, threads: int, worlds: int, folder: Path) -> Values:
    """One content, one channel, one member who posts: nothing is on that the quick paths through a world leave out (rhythm is)."""
    import viralsim

    scenario = generated_scenarios.base(np.random.default_rng(members))
    scenario["audience"] = {"members": members, "topics": {"food": 0.7}}
    scenario["channels"]["feed"] = {
        "visibility": 0.1,
        "engagement_rate": 0.2,
        "reaction_delay": {"lognormal": {}},
        "network": {"generate": {"mean_following": mean_following}},
    }
    scenario["content"]["post"] = {"appeal": 0.5, "topics": {"food": 1.0}, "half_life": "20h", "conversion_rate": 0.1}
    scenario["campaign"]["organic"][0]["members"] = 1
    scenario |= {"arms": {"all": {}, "catchier": {"content.post.appeal": 0.7}}, "baseline": "all"}
    yield from of_result(viralsim.simulate(viralsim.loads(json.dumps(scenario)), worlds, threads=threads))


def trees(path: Path, worlds: int, folder: Path) -> Values:
    """Every post of the first worlds of every arm, as the report draws them."""
    import viralsim

    grow = moved("report.trees:grow")
    result = viralsim.simulate(viralsim.load(path), worlds, threads=1, repeat_trust=False)
    audiences: dict[int, Any] = {}
    for arm in result.arms:
        for world in range(worlds):
            forest = grow(result, arm, world, audiences)
            yield from (
                (f"{arm} world {world} column {i}", getattr(forest, field.name))
                for i, field in enumerate(fields(forest))
            )


def mesa(load: Callable[[Path], Any], arms: int, worlds: int, folder: Path) -> Values:
    """The first worlds of the first arms, stepped by the Mesa driver: measures by tick, states, actions."""
    import viralsim

    scenario = load(folder)
    for arm in scenario.arm_names[:arms]:
        for world in range(worlds):
            model = viralsim.ViralityModel(scenario, arm, world)
            while model.running:
                model.step()
            frame = model.datacollector.get_model_vars_dataframe()
            yield from ((f"{arm} world {world} {key}", column.to_numpy()) for key, column in frame.items())
            yield f"{arm} world {world} states", model.states()
            yield f"{arm} world {world} actions", [(tick, actor) for tick, actor, _ in model.action_log]


def luck(worlds: int, folder: Path) -> Values:
    """How much of the outcome is luck: of drawn appeals, and of the contents of a scenario."""
    import viralsim

    for key in ("luck", "paid_against_earned"):
        report = viralsim.how_much_luck(moved("lessons:lesson")(key).scenario(), worlds, 5, threads=1)
        yield from ((f"{key} {name}", np.array(numbers(arm))) for name, arm in report.arms.items())


def advocates(worlds: int, folder: Path) -> Values:
    """Whom to enrol, what each is worth, what is lost without one, and the launches of a programme."""
    import viralsim
    from viralsim import advocates as verbs

    text = MAIN_SCENARIO.read_text(encoding="utf-8").replace("members: 15000", "members: 1500")
    scenario = viralsim.loads(text)
    for strategy in ("degree", "community", {"opim": {}}):
        found = verbs.find(scenario, 4, strategy, worlds=worlds, threads=1)
        yield f"find {strategy}", np.array(numbers(found))
    tier = verbs.Tier(scenario, worlds=worlds)
    members = tier.enrolled
    yield "enrolled", members
    yield "shapley", np.array(numbers(verbs.shapley(tier, members[:3].tolist(), orders=6)))
    yield "curve", np.array(numbers(verbs.curve(tier, [2, 6])))
    yield "equal money", np.array(numbers(verbs.equal_money(scenario, worlds=worlds)))
    yield "remove", np.array(numbers(verbs.remove(tier, int(members[0]), 3)))
    other = next(member for member in range(1500) if member not in members)
    yield "add", np.array(numbers(verbs.add(tier, other, 3)))
    programme = {"launches": 3, "dropout": 0.3, "ask_fatigue": 0.3, "fans": 0.5, "nurture": {"hours_per_week": 5}}
    later = scenario.override({"campaign.advocates.programme": programme})
    yield "programme", np.array(numbers(verbs.programme_launches(later, worlds=worlds)))


def networks(worlds: int, folder: Path) -> Values:
    """Networks of edges, of other libraries' graphs, and generated ones: rows, values, ids, where each edge lies."""
    for name, network in classic_pieces.networks():
        for key in ("indptr", "followers", "tie_strength", "influence_weight", "ids", "edge_position"):
            if getattr(network, key) is not None:
                yield f"{name} {key}", getattr(network, key)
    generate = moved(*GENERATE_NETWORK)
    rng = np.random.default_rng(1)
    for i, (mean, exponent, returned, clustering, mixing) in enumerate(
        [(8.0, 2.4, 0.4, 0.2, 0.15), (20.0, 2.05, 0.0, 0.0, 0.5), (5.0, 3.0, 1.0, 0.6, 0.0)]
    ):
        community = np.sort(rng.integers(0, 12, 3000))
        drawn = generate(community, mean, exponent, returned, clustering, mixing, i)
        yield from ((f"generated {i} {key}", getattr(drawn, key)) for key in ("indptr", "followers"))


def imported(worlds: int, folder: Path) -> Values:
    """Edge files made into folders by ``viralsim network import``, and a scenario on each."""
    import viralsim

    rng = np.random.default_rng(4)
    edges = rng.integers(0, 30_000, (300_000, 2))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = Path(scratch)
        (home / "numbers.txt").write_text("".join(f"{a} {b}\n" for a, b in edges.tolist()))
        (home / "names.csv").write_text("source,target\n" + "".join(f"u{a},u{b}\n" for a, b in edges[:60_000].tolist()))
        for file in (home / "numbers.txt", home / "names.csv", folder / "edges.npy"):
            stored = f"{file.stem}-stored"
            command = [sys.executable, "-m", "viralsim", "network", "import", str(file), "--out", str(home / stored)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"network import: {done.stderr.strip()}")
            scenario = generated_scenarios.base(np.random.default_rng(0))
            del scenario["audience"]["members"]
            scenario["channels"]["feed"] = {"visibility": 0.2, "network": {"file": stored}}
            result = viralsim.simulate(viralsim.loads(json.dumps(scenario), home), 20, threads=1)
            yield from ((f"{file.stem} {part}", value) for part, value in of_result(result))


def _loaded(path: Path, folder: Path) -> Any:
    import viralsim

    return viralsim.load(path)


def _loaded_generated(number: int, folder: Path) -> Any:
    import viralsim

    return viralsim.loads(generated_scenarios.text(number), folder)


def _of_arrays(make: Callable[[int], Values], worlds: int, folder: Path) -> Values:
    yield from make(worlds)


def pieces() -> list[Piece]:
    """All pieces of this version: its lessons and strategies are among them."""
    lessons = [one.key for one in moved("lessons:lessons")()]
    by_name = {path.stem: path for path in SCENARIOS}
    return [
        *(Piece(f"scenario {name}", scenario_file(path), 200, 10) for name, path in by_name.items()),
        Piece("uncertain integration", partial(drawn, by_name["integration"], 1), 40, 10),
        Piece("uncertain integration, two threads", partial(drawn, by_name["integration"], 2), 40, 10),
        *(Piece(f"lesson {key}", partial(lesson, key), 100, 20 * (i < 2)) for i, key in enumerate(lessons)),
        *(
            Piece(f"generated {number:02}", partial(generated, number), 40, 40 * (number % 5 == 0))
            for number in range(generated_scenarios.COUNT)
        ),
        Piece("posted by one, small network", partial(posted_by_one, 5_000, 10, 1), 1000, 300),
        Piece("posted by one, small network, two threads", partial(posted_by_one, 5_000, 10, 2), 1000),
        Piece("posted by one, large network", partial(posted_by_one, 40_000, 20, 1), 2000),
        *(Piece(f"trees {name}", partial(trees, by_name[name]), 3) for name in ("integration", "backlash", "hands_of_the_gods")),
        Piece("mesa advocates_vs_paid", partial(mesa, partial(_loaded, MAIN_SCENARIO), 4), 1),
        Piece("mesa backlash", partial(mesa, partial(_loaded, by_name["backlash"]), 2), 1),
        *(
            Piece(f"mesa generated {number:02}", partial(mesa, partial(_loaded_generated, number), 2), 2, 2 * (number == 0))
            for number in range(0, generated_scenarios.COUNT, 5)
        ),
        *(Piece(f"classic {name}", partial(_of_arrays, make), 300, 50) for name, make in classic_pieces.MODELS.items()),
        *(
            Piece(f"seeding {word}", partial(_of_arrays, partial(classic_pieces.chosen, word)), 0, -1)
            for word in classic_pieces.words()
        ),
        Piece("how much luck", luck, 20),
        Piece("advocates", advocates, 30),
        Piece("networks", networks, 0, -1),
        Piece("imported networks", imported, 20),
    ]  # fmt: skip


def digests(piece: Piece, worlds: int, folder: Path) -> dict[str, str]:
    """The digest of every part of a piece; two parts of one name are an error."""
    found: dict[str, str] = {}
    for part, value in piece.values(worlds, folder):
        if part in found:
            raise ValueError(f"two parts of {piece.name} are called {part}")
        found[part] = digest(value)
    return found


def answers(questions: TextIO, known: Mapping[str, Piece], reply: Callable[[dict[str, Any]], None]) -> None:
    """Answer each question; a piece that ends with an error is an answer too: ``{"cannot": why}``."""
    for line in questions:
        asked = json.loads(line)
        try:
            if asked["do"] == "pieces":
                names = [one.name for one in known.values() if one.quick or not asked["quick"]]
                reply({"pieces": names, "law": law_version()})
                continue
            piece, start = known[asked["piece"]], time.perf_counter()
            worlds = piece.quick if asked["quick"] else piece.worlds
            parts = digests(piece, worlds, Path(asked["folder"]))
            reply({"parts": parts, "seconds": time.perf_counter() - start})
        except Exception as reason:  # whatever a version raises, the piece is told apart by it
            reply({"cannot": f"{type(reason).__name__}: {reason}".splitlines()[0]})


def main() -> None:
    """Serve until standard input ends."""
    warnings.simplefilter("ignore")  # what a version warns of is no part of its worlds
    serve(lambda questions, reply: answers(questions, {one.name: one for one in pieces()}, reply))


if __name__ == "__main__":
    main()
