"""Who becomes active, how often, and through whom: questions that every classic model on a network answers alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import refuse
from viralsim.classic import cascade, epidemic, rumour, threshold
from viralsim.classic.arguments import check_network, world_numbers
from viralsim.classic.by_table.compartments import compartments, gillespie
from viralsim.classic.process import TRACED_ROWS, Process
from viralsim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# What the public function of each word checks its arguments with.
PROCESSES: dict[str, Callable[..., Process]] = {
    "independent_cascade": cascade.cascade_process,
    "linear_threshold": threshold.threshold_process,
    "complex_contagion": threshold.contagion_process,
    "sir": epidemic.sir_process,
    "si": epidemic.si_process,
    "maki_thompson": rumour.rumour_process,
}
# Models by a table of transitions, and what they call it when a member leaves the first state.
BY_TABLE: dict[str, tuple[Callable[..., NDArray[Any]], str]] = {
    "compartments": (compartments, "adoption_tick"),
    "gillespie": (gillespie, "adoption_time"),
}
SEED, ALONE, SPREAD = "seed", "alone", "spread"  # of what a member became active
CHANNEL = "network"  # the only one of a classic model


def activation(model: str | Callable[..., Any], *arguments: Any, **options: Any) -> NDArray[np.float64]:
    """The share of the worlds in which each member becomes active: float64[N]; its standard error is sqrt(p (1 - p) / worlds).

    model: a classic model on a network, by its word or function: ``"sir"`` or ``classic.sir``. arguments, options: those of the
    model, ``network`` first. Memory is O(members), whatever the number of worlds. The sum over members is the mean size. In a
    table of transitions (``compartments``, ``gillespie``) those are active who have left the first state.

    Raises InputError for another model, for arguments that it does not take, and for whatever the model refuses.
    """
    word = _word(model)
    if word in BY_TABLE:
        return _activation_by_table(word, arguments, options)
    process = _process(model, arguments, options, [*PROCESSES, *BY_TABLE])
    from viralsim.classic.trace_kernels import count_active

    count = np.zeros(process.members, dtype=np.int64)
    for _, trace in process.traces():
        count_active(trace, count)
    return count / max(1, len(process.worlds))


def trees(model: str | Callable[..., Any], *arguments: Any, **options: Any) -> pd.DataFrame:
    """Who activated whom, a row per active member of each world: columns world, parent, child, tick, source, channel.

    model, arguments, options: as in ``activation``; give ``worlds=[3, 7]`` to choose worlds. world: its number. parent,
    child: member numbers; parent is -1 if nobody activated the child. tick: as in ``adoption_tick``. source: "seed", "alone" (a
    threshold of 0) or "spread". channel: "network", because these models have only one. If several members activated a member
    in the same tick, the parent is the first of them in the queue; in complex contagion it is the last of the adopters that
    the member needed. Rows are in the order of activation, so a parent comes above their children.

    Raises InputError as ``activation`` does.
    """
    process = _process(model, arguments, options, list(PROCESSES))
    import pandas as pd

    from viralsim.classic.trace_kernels import join_rows

    parts = []
    for first, trace in process.traces():
        columns = [np.empty(int(trace.size.sum()), dtype) for dtype in (np.int64, np.int32, np.int32, np.int32)]
        join_rows(trace, *columns)
        columns[0] = process.worlds[first + columns[0]]
        parts.append(columns)
    world, parent, child, tick = (np.concatenate(column) for column in zip(*parts, strict=True))
    code = np.where(parent >= 0, 2, np.where(tick > 0, 1, 0))
    return pd.DataFrame(
        {
            "world": world,
            "parent": parent,
            "child": child,
            "tick": tick,
            "source": pd.Categorical.from_codes(code, pd.Index([SEED, ALONE, SPREAD])),
            "channel": pd.Categorical.from_codes(np.zeros(len(code), np.int8), pd.Index([CHANNEL])),
        }
    )


def _word(model: str | Callable[..., Any]) -> str:
    """The word of a model; empty for what is none."""
    if isinstance(model, str):
        return model
    ours = getattr(model, "__module__", "").startswith(__package__)
    return getattr(model, "__name__", "") if ours else ""


def _process(
    model: str | Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any], words: list[str]
) -> Process:
    """The model with its arguments checked. words: the models that are asked alike."""
    word = _word(model)
    if word not in PROCESSES:
        raise refuse("model", f"one of {', '.join(words)} or its function", model)
    builder = PROCESSES[word]
    _bind(word, inspect.signature(builder), arguments, options)
    return builder(*arguments, **options)


def _bind(
    word: str, signature: inspect.Signature, arguments: tuple[Any, ...], options: dict[str, Any]
) -> inspect.BoundArguments:
    """The arguments by their names; InputError for those that the model does not take."""
    try:
        bound = signature.bind(*arguments, **options)
    except TypeError as error:
        raise InputError(f"arguments of {word}: {error}; it takes {', '.join(signature.parameters)}") from None
    bound.apply_defaults()
    return bound


def _activation_by_table(word: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> NDArray[np.float64]:
    """``activation`` of a table: who leaves the first state, a few worlds at a time."""
    model, when = BY_TABLE[word]
    signature = inspect.signature(model)
    asked = signature.replace(parameters=[one for one in signature.parameters.values() if one.name != when])
    given = _bind(word, asked, arguments, options).arguments
    members, numbers = check_network(given["network"]).members, world_numbers(given["worlds"])
    together = max(1, TRACED_ROWS // max(1, members))
    count = np.zeros(members, dtype=np.int64)
    for first in range(0, len(numbers), together):
        left = model(**{**given, "worlds": numbers[first : first + together], when: True})
        count += (left >= 0).sum(axis=0)  # NaN is not
    return count / max(1, len(numbers))
