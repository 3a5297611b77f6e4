"""Arguments of public functions: each is what was meant, or one sentence says what is allowed and what was given.

Every check takes the value and the name of the argument, gives the value back as a plain type, and raises InputError.
NumPy scalars are numbers; True and False are not, and neither is text.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.errors import InputError
from viralsim.parallel import available_cores

T = TypeVar("T")
LONGEST_VALUE = 60  # characters of a wrong value that a message repeats
LARGEST_SEED = 2**64 - 1
MOST_THREADS = 1024
MOST_LISTED = 25  # words that a message lists


def got(value: Any) -> str:
    """A wrong value as a message shows it: one line, not long."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | complex | str | list | tuple | dict | set | os.PathLike):
        text = " ".join(repr(value).split())
        return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
    return f"a {type(value).__name__}"


def refuse(name: str, allowed: str, value: Any, remedy: str = "", error: type[InputError] = InputError) -> InputError:
    """The one sentence: ``worlds must be a whole number >= 1, got 2.5``, and a remedy after a colon."""
    return error(f"{name} must be {allowed}, got {got(value)}{remedy and f': {remedy}'}")


def is_single(value: Any) -> bool:
    """Whether a value is one thing, and no list or array of several."""
    return value.ndim == 0 if hasattr(value, "ndim") else isinstance(value, str) or not isinstance(value, Iterable)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number of Python or NumPy."""
    return isinstance(value, Integral | np.integer) and not isinstance(value, bool)


def integer_at_least(
    value: Any, name: str, least: int, most: int | None = None, error: type[InputError] = InputError
) -> int:
    """A whole number from ``least`` on, up to ``most`` where that is given."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not is_whole(value) or value < least or (most is not None and value > most):
        allowed = f"a whole number >= {least}" if most is None else f"a whole number in {least}..{most}"
        raise refuse(name, allowed, value, error=error)
    return int(value)


def number(
    value: Any, name: str, low: float, high: float = math.inf, *, open_low: bool = False, open_high: bool = False
) -> float:
    """A number in [low, high]; an open end is not itself allowed. Infinity is allowed where ``high`` is, and not open."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    is_number = isinstance(value, Real | np.floating | np.integer) and not isinstance(value, bool)
    x = float(value) if is_number else math.nan
    if not ((low < x if open_low else low <= x) and (x < high if open_high else x <= high)):
        raise refuse(name, f"a number {_range(low, high, open_low, open_high)}", value)
    return x


def _range(low: float, high: float, open_low: bool, open_high: bool) -> str:
    if math.isinf(high):
        return f"{'above' if open_low else '>='} {low:g}{' and finite' if open_high else ''}"
    return f"in {'(' if open_low else '['}{low:g}, {high:.6g}{')' if open_high else ']'}"


def seed_number(value: Any, name: str = "seed") -> int:
    """A seed: a whole number that 64 bits hold, so that no two seeds are the same."""
    if not is_whole(value) or not 0 <= value <= LARGEST_SEED:
        raise refuse(name, "a whole number in 0..2**64 - 1", value)
    return int(value)


def thread_count(threads: Any) -> int:
    """How many threads to use; None is one for each core that this process may use."""
    return available_cores() if threads is None else integer_at_least(threads, "threads", 1, MOST_THREADS)


def flag(value: Any, name: str) -> bool:
    """True or False, and nothing that only counts as one of them."""
    if not isinstance(value, bool | np.bool_):
        raise refuse(name, "True or False", value)
    return bool(value)


def function(value: Any, name: str, called_with: str) -> None:
    """A function, or None."""
    if value is not None and not callable(value):
        raise refuse(name, f"a function of ({called_with}), or None", value)


def instance(value: Any, name: str, kind: type[T], remedy: str = "", error: type[InputError] = InputError) -> T:
    """An object of one class."""
    if not isinstance(value, kind):
        raise refuse(name, f"a {kind.__name__}", value, remedy, error)
    return value


def file_path(value: Any, name: str) -> Path:
    """The path of a file or folder, as text or ``os.PathLike``."""
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise refuse(name, "a path", value)
    return Path(os.fspath(value))


def one_of(value: Any, name: str, known: Collection[str]) -> str:
    """One of the known words; for another word the message has the nearest."""
    if not isinstance(value, str) or value not in known:
        listed = ", ".join(list(map(str, known))[:MOST_LISTED]) or "none"
        more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
        raise refuse(name, f"one of {listed}{more}", value, _nearest(value, known))
    return str(value)


def names_of(value: Any, name: str, known: Collection[str]) -> tuple[str, ...]:
    """Several of the known words, each once, in the order of ``known``; None and an empty list are all of them."""
    if value is None:
        return tuple(known)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        remedy = f"write {name}=[{value!r}]" if isinstance(value, str) else ""
        raise refuse(name, "a list of names, or None for all", value, remedy)
    asked = [one_of(word, f"{name}[{i}]", known) for i, word in enumerate(value)]
    return tuple(word for word in known if not asked or word in asked)


def check_options(given: Mapping[str, Any], word: str, known: Sequence[str]) -> None:
    """Refuse an option that ``word`` does not take."""
    for option in given:
        if option not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            nearest = _nearest(option, known)
            raise InputError(f"{word} has no option {option!r}: {takes}{nearest and f'; {nearest}'}")


def _nearest(value: Any, known: Collection[str]) -> str:
    near = get_close_matches(value, list(map(str, known)), n=1) if isinstance(value, str) else []
    return f"did you mean {near[0]!r}?" if near else ""


def array_of(values: Any, name: str, allowed: str, error: type[InputError] = InputError) -> NDArray[Any]:
    """The values as an array; where they make none (rows of several lengths) they are refused."""
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError):
        raise refuse(name, allowed, values, error=error) from None


def member_numbers(values: ArrayLike, name: str, members: int, what: str = "member") -> NDArray[np.int64]:
    """Members by number, in the given order: int64[k], each in ``0..members-1``; an empty list of any kind is none."""
    allowed = f"a list of {what} numbers 0..{members - 1}"
    array = array_of(values, name, allowed)
    if array.ndim == 1 and not array.size:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise refuse(name, allowed, values)
    bad = (array < 0) | (array >= members)
    if bad.any():
        i = int(np.argmax(bad))
        raise refuse(f"{name}[{i}]", f"a {what} number 0..{members - 1}", array[i])
    return array.astype(np.int64)


def numbers(
    values: ArrayLike, name: str, count: int, per: str, high: float = math.inf, error: type[InputError] = InputError
) -> NDArray[np.float64]:
    """One finite number in [0, high] per ``per`` (member, edge): float64[count]."""
    allowed = f"one number per {per} ({count})"
    array = array_of(values, name, allowed, error)
    if (
        array.dtype.kind == "O"
        and array.ndim == 1
        and all(isinstance(x, Real) and not isinstance(x, bool) for x in array)
    ):
        array = array.astype(np.float64)
    if array.shape != (count,) or (array.dtype.kind not in "iuf" and array.size):
        raise refuse(name, allowed, values, error=error)
    found = array.astype(np.float64, copy=False)
    bad = ~(np.isfinite(found) & (found >= 0.0) & (found <= high))
    if bad.any():
        i = int(np.argmax(bad))
        allowed = "a finite number >= 0" if math.isinf(high) else f"a number in [0, {high:g}]"
        raise refuse(f"{name}[{i}]", allowed, found[i], error=error)
    return found


def path_groups(groups: Any, paths: Collection[str]) -> dict[str, list[str]]:
    """Groups of uncertain inputs: name -> paths; None: no groups."""
    if groups is None:
        return {}
    if not isinstance(groups, Mapping):
        raise refuse("groups", 'a mapping such as {"content": ["content.post.appeal"]}', groups)
    found: dict[str, list[str]] = {}
    for name, members in groups.items():
        if not isinstance(name, str) or not name or name in paths:
            raise refuse("groups", "a mapping from names that are no uncertain paths", name)
        if isinstance(members, str) or not isinstance(members, Sequence) or not members:
            raise refuse(f"groups[{name!r}]", "a list of uncertain paths", members)
        found[name] = list(dict.fromkeys(one_of(path, f"groups[{name!r}]", paths) for path in members))
    return found
