"""How many cores a container's CPU quota amounts to: Linux control groups, versions 1 and 2.

A quota is time per period: 150,000 microseconds in each 100,000 are 1.5 cores. It holds for a group and all groups below it, so
the smallest one on the way from the process's own group to the root counts. Sources: man 7 cgroups, man 5 proc (mountinfo), and
the kernel's Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PROC = Path("/proc/self")


class Mount(NamedTuple):
    """A mounted hierarchy. shown: the group that is seen at ``place``. controllers: empty for version 2."""

    shown: PurePosixPath
    place: PurePosixPath
    controllers: frozenset[str]


def quota_cores(proc: Path = PROC, root: Path = Path("/")) -> float | None:
    """The cores that this process may use at most by quota, such as 1.5; None where there is no quota, or no Linux.

    Args:
        proc: the process's folder in /proc.
        root: where the file system with the mounted hierarchies begins.
    """
    try:
        mounts = list(_mounts((proc / "mountinfo").read_text(encoding="utf-8", errors="replace")))
        groups = dict(_groups((proc / "cgroup").read_text(encoding="utf-8", errors="replace")))
    except OSError:  # another system, or /proc is not shown
        return None
    quotas = []
    for mount in mounts:
        group = groups.get("cpu" if mount.controllers else "")
        if group is not None and (not mount.controllers or "cpu" in mount.controllers):
            quotas += [quota for folder in _way_up(mount, group, root) if (quota := _quota_of(folder)) is not None]
    return min(quotas, default=None)


def _mounts(text: str) -> Iterator[Mount]:
    """The hierarchies of control groups in a mountinfo: ... root place options - type source options."""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if kind[0] in ("cgroup", "cgroup2") and len(fields) > 4 and len(kind) > 2 and fields[4].startswith("/"):
            controllers = frozenset(kind[2].split(",")) if kind[0] == "cgroup" else frozenset[str]()
            yield Mount(PurePosixPath(_unescaped(fields[3])), PurePosixPath(_unescaped(fields[4])), controllers)


def _unescaped(text: str) -> str:
    """A path of mountinfo, in which blanks, tabs, ends of line and backslashes are octal numbers."""
    for code in ("\\040", "\\011", "\\012", "\\134"):
        text = text.replace(code, chr(int(code[1:], 8)))
    return text


def _groups(text: str) -> Iterator[tuple[str, PurePosixPath]]:
    """(controller, group of this process), the empty controller for version 2: lines are number:controllers:group."""
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, group = rest.partition(":")
        if colon:
            yield from ((controller, PurePosixPath(group)) for controller in controllers.split(","))


def _way_up(mount: Mount, group: PurePosixPath, root: Path) -> Iterator[Path]:
    """Folders of the group and of all above it that are seen below the mount's place.

    Where the mount shows another part of the hierarchy than the one that the process names, as in containers without a
    namespace of groups, the place itself is the group.
    """
    inside = group.relative_to(mount.shown) if group.is_relative_to(mount.shown) else PurePosixPath()
    top = root / mount.place.relative_to("/")
    for part in (inside, *inside.parents) if ".." not in inside.parts else (PurePosixPath(),):
        yield top / part


def _quota_of(folder: Path) -> float | None:
    """Cores by the quota of one group, of whichever version it is; None where it has none."""
    with suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        return int(quota) / int(period) if quota != "max" and int(period) > 0 else None
    with suppress(OSError, ValueError):
        quota_us, period_us = (
            int((folder / f"cpu.cfs_{word}_us").read_text(encoding="utf-8")) for word in ("quota", "period")
        )
        return quota_us / period_us if quota_us > 0 and period_us > 0 else None
    return None
