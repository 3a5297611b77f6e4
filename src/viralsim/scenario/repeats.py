"""Lines that post again and again: ``every`` repeats the times of ``posts_at``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viralsim.units import parse_duration

MOST_POSTS = 1_000
DIGITS = 9  # of hours: a time that is reached in two ways is one


def all_times(times: Sequence[float], every: float, ends: float) -> list[float] | None:
    """The times, and each again every ``every`` hours before ``ends``, ascending; None where they are more than a line may have."""
    if sum(max(0.0, ends - time) / every for time in times) > MOST_POSTS + len(times):
        return None
    found = {round(time, DIGITS) for time in times}
    for time in times:
        count = 1
        while (later := round(time + count * every, DIGITS)) < round(ends, DIGITS):
            found.add(later)
            count += 1
    return sorted(found) if len(found) <= MOST_POSTS else None


def repeated(line: Any, horizon: Any) -> Any:
    """A line with all its times in ``posts_at``; as it is where it does not repeat, or is malformed: the schema refuses that."""
    if not isinstance(line, dict) or line.get("every") is None:
        return line
    written = line.get("posts_at")
    ends = horizon if line.get("ends") is None else line["ends"]
    try:
        times = [parse_duration(time) for time in (["0h"] if written is None else written)]
        every, until = parse_duration(line["every"]), min(parse_duration(ends), parse_duration(horizon))
    except (TypeError, ValueError):
        return line
    found = all_times(times, every, until) if every > 0.0 and min(times, default=-1.0) >= 0.0 else None
    return line if found is None else {**line, "posts_at": [f"{time:.12g}h" for time in found]}
