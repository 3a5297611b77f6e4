"""How to run a result again: commands that can be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from viralsim.launches import RunRecord


def run_again(result: RunRecord, file: str, arms: Iterable[str] = (), sets: Iterable[str] = ()) -> str:
    """The command that gives the same worlds again."""
    words = ["viralsim", "run", file, "--worlds", str(result.world_count), "--seed", str(result.seed)]
    words += [word for arm in arms for word in ("--arm", arm)]
    words += [word for change in sets for word in ("--set", change)]
    return shlex.join(words)
