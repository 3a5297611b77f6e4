"""Values that are made once and kept while there is room, also where several threads ask for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

BYTES_OF_A_VALUE = 400  # beside its numbers: the object, its key, its place in a table


class BoundedCache:
    """Values by key, each made once; those asked for longest ago go when ``room_bytes`` is used up.

    The last value made stays whatever its size. ``size`` gives the bytes of a value; by default its arrays are counted.
    """

    def __init__(self, room_bytes: int, size: Callable[[Any], int] | None = None) -> None:
        self.room_bytes, self.size = room_bytes, size or bytes_of
        self.held_bytes = 0
        self._values: OrderedDict[Hashable, tuple[Any, int, tuple[Any, ...]]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> Any:
        """An empty cache: what is kept here can be made again there."""
        return BoundedCache, (self.room_bytes, self.size)

    def get(self, key: Hashable, make: Callable[[], Any], of: tuple[Any, ...] = ()) -> Any:
        """The value of ``key`` and of the very objects ``of``, by ``make()`` where it is not there.

        The objects are kept with the value: while it is kept, no other object can have the address of one of them.
        """
        key = (key, *map(id, of))
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._values:
                    return self._values[key][0]
            try:
                value = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                size = self.size(value)
                self._values[key] = (value, size, of)
                self.held_bytes += size
                while len(self._values) > 1 and self.held_bytes > self.room_bytes:
                    self.held_bytes -= self._values.popitem(last=False)[1][1]
            return value


def bytes_of(value: Any) -> int:
    """What a value holds in memory, near enough: its arrays, those of its parts, and something for the objects."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes) + BYTES_OF_A_VALUE
    if isinstance(value, dict):
        return BYTES_OF_A_VALUE + sum(map(bytes_of, value.values()))
    if isinstance(value, list | tuple):
        return BYTES_OF_A_VALUE + sum(map(bytes_of, value))
    return BYTES_OF_A_VALUE + sum(map(bytes_of, vars(value).values())) if hasattr(value, "__dict__") else 64
