"""Scenarios spoilt at random, each loaded, checked and run for two worlds; a line of JSON per case on standard output.

python tests/mutated_scenarios.py SEED FIRST LAST
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from scenarios_with_files import TEXTS, write_files
from without_compiler import FULL, PLAIN

import viralsim as vs
from viralsim.errors import ViralsimError
from viralsim.simulation.front import describe

ODD: list[Any] = [
    -1, 0, 1, 2, 3, 0.5, -0.5, 1.5, 1e-300, 1e308, float("nan"), float("inf"), 2**31, 2**63, -(2**63) - 1, None, True, False, "",
    " ", "abc", "NaN", "1e400", "0x10", "1_0", "60%", "1h", "-1h", "1e400h", "1d", "3 weeks", "\x00", "\u202e", "post", "wall",
    "all", "degree", [], {}, [1], [-1], [40], [0, 0], ["wall"], [None], {"a": 1}, {"fixed": "1h"}, {"from": 0.1, "to": 0.2},
]  # fmt: skip
WORDS = [
    "members",
    "content",
    "channel",
    "trust",
    "appeal",
    "worlds",
    "file",
    "choose",
    "preset",
    "arms",
    "uncertain",
    "envelope",
    "launches",
    "creators",
    "joint",
    "programme",
]
ROOT = Path(__file__).parents[1]
SHIPPED = [path for path in sorted((ROOT / "scenarios").glob("*.yaml")) if path.name != "real_network.yaml"]
SHIPPED += sorted((ROOT / "docs" / "briefs").glob("*.yaml"))
# (text, folder): without a folder, that of the files of scenarios_with_files
BASES: list[tuple[str, Path | None]] = [
    *[(FULL, None)] * 6,
    (PLAIN, None),
    *[(text, None) for text in TEXTS.values()] * 2,
    *[(path.read_text(encoding="utf-8"), path.parent) for path in SHIPPED],
]
MOST_MEMBERS, MOST_LAUNCHES = 2_000, 3


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a tree of mappings and lists."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


def spoil(tree: Any, luck: random.Random) -> Any:
    """The tree with one thing changed: a value replaced, a key left out, renamed or added, two values swapped."""
    chosen = [place for place in places(tree) if place]
    place = luck.choice(chosen)
    inside = tree
    for key in place[:-1]:
        inside = inside[key]
    key, way = place[-1], luck.choice(["value", "value", "value", "drop", "rename", "add", "swap", "scale"])
    if way == "drop":
        del inside[key]
    elif way == "rename" and isinstance(inside, dict):
        inside[luck.choice([*WORDS, str(key) + "s", 3])] = inside.pop(key)
    elif way == "add" and isinstance(inside[key], dict):
        inside[key][luck.choice(WORDS)] = deepcopy(luck.choice(ODD))
    elif way == "swap":
        other = tree
        for step in luck.choice(chosen):
            other = other[step]
        inside[key] = deepcopy(other)
    elif way == "scale" and isinstance(inside[key], int | float):
        inside[key] = inside[key] * luck.choice([-1, 0.001, 2, 1e12])
    else:
        inside[key] = deepcopy(luck.choice(ODD))
    return tree


def text_of(luck: random.Random) -> tuple[str, Path | None]:
    """A scenario of some base, spoilt one to three times as a tree, and sometimes as text; and the folder of its files."""
    text, folder = luck.choice(BASES)
    tree = yaml.safe_load(text)
    if "members" in tree["audience"]:
        tree["audience"]["members"] = min(tree["audience"]["members"], MOST_MEMBERS)
    if "programme" in tree:
        tree["programme"]["launches"] = min(tree["programme"]["launches"], MOST_LAUNCHES)
    for _ in range(luck.choice([1, 1, 1, 2, 3])):
        tree = spoil(tree, luck)
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    if luck.random() < 0.15:
        at = luck.randrange(len(text))
        text = (
            text[:at]
            + luck.choice(["", ":", "\t", "- ", "&a ", "*a", "{", "\x00", "!!python/none "])
            + text[at + luck.randint(0, 9) :]
        )
    return text, folder


def steps_of(scenario: vs.Scenario) -> float:
    """Roughly how much there is to draw: follows of all audiences and impressions that are bought, in all launches."""
    spec = scenario.spec
    follows = sum(
        0.0 if c.network.generate is None else c.network.generate.mean_following for c in spec.channels.values()
    )
    launches = 1 if spec.programme is None else spec.programme.launches
    bought = sum(
        1000 * line.budget_usd / (line.cpm_usd or spec.channels[line.channel].cpm_usd or 1.0) / 10
        for line in spec.campaign.paid
    )
    return ((spec.audience.members or 0) * max(follows, 1.0) * spec.populations + bought) * launches


def refusal(work: Callable[[], object]) -> str | None:
    """What a piece of work is refused with; None where it is done. Anything but a refusal is raised."""
    try:
        work()
    except ViralsimError as error:
        return str(error)
    return None


def outcome(text: str, folder: Path) -> str:
    """``ran``, ``refused`` or what is wrong: a traceback, a refusal without a word, check and run that do not agree."""
    try:
        scenario = vs.loads(text, folder)
    except ViralsimError as error:
        return "refused" if str(error).strip() else "refused without a word"
    except Exception:
        return traceback.format_exc()
    if steps_of(scenario) > 2e6:
        return "ran"  # valid, and for a machine with more time
    try:
        check = refusal(lambda: describe(scenario))
        run = refusal(lambda: vs.simulate(scenario, worlds=2, threads=1))
    except Exception:
        return traceback.format_exc()
    if "" in (check, run):
        return "refused without a word"
    if check is None or run is None:
        return "ran" if check is run else f"check says {check!r} and run {run!r}"
    return "refused"


def main(seed: int, first: int, last: int) -> None:
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as name:
        files = Path(name)
        write_files(files)
        for text, folder in BASES:
            assert (found := outcome(text, folder or files)) == "ran", (
                found
            )  # and kernels are compiled before the clock runs
        for number in range(first, last):
            text, folder = text_of(random.Random(seed * 1_000_003 + number))
            print(json.dumps({"case": number, "begins": True}), flush=True)
            began = time.process_time()
            found = outcome(text, folder or files)
            said = {"case": number, "outcome": found, "seconds": time.process_time() - began}
            print(json.dumps(said | ({} if found in ("ran", "refused") else {"text": text})), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
