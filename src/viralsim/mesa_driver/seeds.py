"""What Mesa's words for chance and repetition mean here: ``seed``, ``rng``, and the iterations of ``mesa.batch_run``."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import mesa
import numpy as np

from viralsim.arguments import integer_at_least, is_whole, refuse, seed_number
from viralsim.errors import InputError
from viralsim.population.network.network import ViralsimWarning

Seed: TypeAlias = (
    int | np.integer[Any] | Sequence[int] | np.random.Generator | np.random.BitGenerator | np.random.SeedSequence
)
LARGEST_WORLD = 2**63 - 1


def luck_of(seed: Seed | None, rng: Seed | None, otherwise: int) -> int:
    """The seed of the luck. A generator gives the next number that it draws, anything else always the same one."""
    if seed is not None and rng is not None and not (is_whole(seed) and is_whole(rng) and seed == rng):
        raise InputError("seed and rng are two words for one thing: give one of them")
    name, given = ("seed", seed) if seed is not None else ("rng", rng)
    if given is None:
        return otherwise
    if is_whole(given):
        return seed_number(given, name)
    allowed = "a whole number in 0..2**64 - 1, or what numpy.random.default_rng takes"
    if isinstance(given, str | bytes | bool):
        raise refuse(name, allowed, given)
    try:
        return int(np.random.default_rng(given).integers(2**63))
    except (TypeError, ValueError, OverflowError):
        raise refuse(name, allowed, given) from None


def world_of(world: int | None, is_seeded: bool) -> int:
    """The number of the world; None is 0, or in ``mesa.batch_run`` the number of the iteration, so that no two are the same.

    is_seeded: a seed is given. If Mesa takes a seed for each iteration (``rng=`` of ``batch_run``), all run world 0.
    """
    repeats = 0 if is_seeded and "rng" in inspect.signature(mesa.batch_run).parameters else _iteration()
    if world is None:
        return repeats
    number = integer_at_least(world, "world", 0, LARGEST_WORLD)
    if repeats:
        warnings.warn(
            f"iteration {repeats} of batch_run is world {number} once more: leave world out, or vary it and not iterations",
            ViralsimWarning,
            stacklevel=3,
        )
    return number


def _iteration() -> int:
    """The iteration that ``mesa.batch_run`` is at; 0 elsewhere. Mesa does not tell the model: only its own frame knows."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "_model_run_func" and frame.f_globals.get("__name__") == "mesa.batchrunner":
            return int(frame.f_locals.get("iteration", 0))
        frame = frame.f_back
    return 0
