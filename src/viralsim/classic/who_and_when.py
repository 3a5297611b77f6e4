"""Who becomes active, how often, and through whom: questions that every classic model on a network answers alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import refuse
from viralsim.classic import cascade, epidemic, rumour, threshold
from viralsim.classic.process import Process
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
SEED, ALONE, SPREAD = "seed", "alone", "spread"  # of what a member became active
CHANNEL = "network"  # the only one of a classic model


def activation(model: str | Callable[..., Any], *arguments: Any, **options: Any) -> NDArray[np.float64]:
    """The share of the worlds in which each member becomes active: float64[N]; its standard error is sqrt(p (1 - p) / worlds).

    model: a classic model on a network, by its word or function: ``"sir"`` or ``classic.sir``. arguments, options: those of the
    model, ``network`` first. Memory is O(members), whatever the number of worlds. The sum over members is the mean size.

    Raises InputError for another model, for arguments that it does not take, and for whatever the model refuses.
    """
    process = _process(model, arguments, options)
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
    process = _process(model, arguments, options)
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


def _process(model: str | Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Process:
    """The model with its arguments checked."""
    word = model if isinstance(model, str) else getattr(model, "__name__", None)
    if word not in PROCESSES or not (
        isinstance(model, str) or getattr(model, "__module__", "").startswith(__package__)
    ):
        raise refuse("model", f"one of {', '.join(PROCESSES)} or its function", model)
    builder = PROCESSES[word]
    try:
        inspect.signature(builder).bind(*arguments, **options)
    except TypeError as error:
        takes = ", ".join(inspect.signature(builder).parameters)
        raise InputError(f"arguments of {word}: {error}; it takes {takes}") from None
    return builder(*arguments, **options)
