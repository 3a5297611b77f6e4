"""The cascade trees of single worlds: run again from the stored scenario, checked against the stored measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.atomic import atomic_path
from viralsim.checksums import DAMAGED_ZIP
from viralsim.errors import InputError
from viralsim.records.folder import TREES
from viralsim.report.rerun import stored_scenario
from viralsim.results import Result

if TYPE_CHECKING:
    from viralsim.campaign.compile import Arm
    from viralsim.campaign.shared_arrays import CompiledAudience
    from viralsim.kernels.batch import Nodes

LUCK = {"unlucky": 0.05, "typical": 0.5, "lucky": 0.95}  # which world of the ordered ones stands for the word
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Forest:
    """The posts of the campaign's content in one world, in the order in which they were made; int32[N] each.

    member: who posted, -1 for the brand. parent: the post that convinced them, -1 for the root of a tree. root: the root
    of its tree. depth: steps from the root. tick: when. source, via: ``Source`` of the impressions that it gives, and of
    the impression that convinced (-1: unprompted). advocate: row of the advocate whose planned post it is, -1.
    """

    member: Ints
    parent: Ints
    root: Ints
    depth: Ints
    tick: Ints
    source: Ints
    cause: Ints
    advocate: Ints

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Posts in the tree of each root, int64[N]; 0 for posts that are no root."""
        return np.bincount(self.root, minlength=len(self.root)) if len(self.root) else np.zeros(0, np.int64)


COLUMNS = tuple(field.name for field in fields(Forest))


def three_worlds(result: Result, arm: str) -> dict[str, int]:
    """An unlucky, a typical and a lucky world of an arm: at 5, 50 and 95 % of the worlds ordered by their shares."""
    worlds = result.arm(arm)
    goal = result.goal.measure if result.goal else "shares"
    order = np.lexsort((worlds.measures[goal], worlds.measures["shares"]))
    found = {word: int(order[round(part * (len(order) - 1))]) for word, part in LUCK.items()}
    return found if len(set(found.values())) == len(found) else {"typical": found["typical"]}


@dataclass(frozen=True, eq=False)
class Replayed:
    """One world of one arm that ran again. posts: of all contents. forest: of the campaign's content."""

    posts: Nodes
    arm: Arm
    compiled: CompiledAudience
    forest: Forest


def grow(result: Result, arm: str, world: int, compiled_audiences: dict[int, CompiledAudience] | None = None) -> Forest:
    """Run one world of one arm again and return its posts of the campaign's content; see ``replay``."""
    return replay(result, arm, world, compiled_audiences).forest


def replay(
    result: Result, arm: str, world: int, compiled_audiences: dict[int, CompiledAudience] | None = None
) -> Replayed:
    """Run one world of one arm again.

    ``compiled_audiences``: audiences by population that were built before for this result; those that are built are added.

    Raises: InputError where the result has no such arm or world, where its scenario or the files that it names are not
    what they were, or where the world comes out otherwise than it was stored (another version of the law).
    """
    worlds = result.arm(arm)
    if worlds.launches:
        raise InputError("the trees of a programme's launches are not run again: leave the block programme out")
    if not 0 <= world < result.world_count:
        raise InputError(f"there is no world {world} in this result: choose from 0 to {result.world_count - 1}")
    scenario = stored_scenario(result)
    drawn = {path: float(values[world]) for path, values in result.inputs_of_world.items()} if result.uncertain else {}
    from viralsim.kernels.arm_inputs import Rule
    from viralsim.kernels.batch import trace_world
    from viralsim.simulation.run import compile_arms, compile_audience
    from viralsim.simulation.uncertain import arm_of_world

    population = 0 if result.populations_of_world is None else int(result.populations_of_world[world])
    known = {} if compiled_audiences is None else compiled_audiences
    if population not in known:
        known[population] = compile_audience(scenario, population)
    compiled = known[population]
    again = arm_of_world(scenario, compiled, arm, drawn) if drawn else compile_arms(scenario, compiled, [arm])[arm]
    nodes = trace_world(again.world, result.seed, world)
    forest = _forest(nodes, np.flatnonzero(nodes.content == int(again.world.rules.values[Rule.FOCAL])))
    stored = {key: float(worlds.measures[key][world]) for key in ("largest_cascade", "depth")}
    found = {
        "largest_cascade": float(forest.sizes.max(initial=0)),
        "depth": float(forest.depth[np.isin(forest.root, _largest(forest))].max(initial=0)),
    }
    if found != stored:
        raise InputError(
            f"world {world} of {arm} comes out otherwise than it was stored (viralsim {result.versions.get('viralsim')}, "
            f"law {result.versions.get('law')}): run the scenario again with this version"
        )
    return Replayed(nodes, again, compiled, forest)


def _largest(forest: Forest) -> NDArray[np.int64]:
    """The root of the largest tree, the first of equal ones, as an array of one or none."""
    return np.array([int(forest.sizes.argmax())]) if len(forest.root) else np.zeros(0, np.int64)


def _forest(nodes: object, kept: NDArray[np.int64]) -> Forest:
    """The posts at ``kept`` with their links counted among themselves."""
    place = np.full(int(kept.max(initial=-1)) + 2, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    columns = {name: np.asarray(getattr(nodes, name))[kept].astype(np.int32) for name in COLUMNS}
    columns["parent"] = place[columns["parent"]]  # -1 points at the last place, which stays -1
    columns["root"] = place[columns["root"]]
    return Forest(**columns)


def three_forests(result: Result, arm: str) -> dict[str, tuple[int, Forest]]:
    """word -> (world, its posts) of the unlucky, the typical and the lucky world of an arm."""
    compiled_audiences: dict[int, Any] = {}
    return {
        word: (world, grow(result, arm, world, compiled_audiences)) for word, world in three_worlds(result, arm).items()
    }


def save_forests(result: Result, arm: str, found: Mapping[str, tuple[int, Forest]], folder: str | Path) -> Path:
    """Keep trees beside a stored result, so that a report need not run worlds again; written whole or not at all."""
    target = Path(folder) / TREES
    arrays: dict[str, NDArray[np.generic]] = {
        "stamp": np.array(_stamp(result, arm)),
        "words": np.array(list(found), dtype=str),
        "worlds": np.array([world for world, _ in found.values()], dtype=np.int64),
    }
    for word, (_, forest) in found.items():
        arrays |= {f"{word}.{name}": getattr(forest, name) for name in COLUMNS}
    with atomic_path(target) as building, building.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return target


def open_forests(result: Result, arm: str, folder: str | Path) -> dict[str, tuple[int, Forest]]:
    """What ``save_forests`` kept of this result and arm; empty where there is nothing, or nothing that fits."""
    try:
        # opened here, so that it is closed where NumPy refuses what it holds
        with (Path(folder) / TREES).open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if [str(text) for text in stored["stamp"]] != _stamp(result, arm):
                return {}
            found = {
                str(word): (int(world), Forest(**{name: stored[f"{word}.{name}"] for name in COLUMNS}))
                for word, world in zip(stored["words"], stored["worlds"], strict=True)
            }
    except DAMAGED_ZIP:
        return {}
    fits = all(0 <= world < result.world_count and _is_sound(forest) for world, forest in found.values())
    return found if fits else {}


def _stamp(result: Result, arm: str) -> list[str]:
    """What trees belong to: scenario, seed, law and arm."""
    return [result.fingerprint, str(result.seed), result.versions.get("law", ""), arm]


def _is_sound(forest: Forest) -> bool:
    """True where the columns fit together: each parent before its child, each root a root."""
    columns = [getattr(forest, name) for name in COLUMNS]
    count = len(forest.root)
    if any(c.dtype != np.int32 or c.shape != (count,) for c in columns):
        return False
    here = np.arange(count)
    inside = (forest.parent >= -1) & (forest.parent < here) & (forest.root >= 0) & (forest.root <= here)
    return bool(inside.all()) and bool((forest.parent[forest.root] == -1).all()) and bool((forest.tick >= 0).all())
