"""Network files for tests: written, read, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import viralsim as vs

Edge = tuple[Any, Any]


def read(folder: Path, name: str, content: str | bytes, **options: Any) -> vs.Network:
    """What ``Network.read`` makes of a file with this name and content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return vs.Network.read(path, **options)


def edges_of(network: vs.Network) -> list[Edge]:
    """The follows of a network by the ids of their ends, in order: (who posts, who is shown it)."""
    ids = list(range(network.members)) if network.ids is None else network.ids.tolist()
    return sorted((ids[u], ids[int(v)]) for u, v in zip(network.sources(), network.followers, strict=True))


def said(network: vs.Network) -> str:
    """All notes as one text."""
    return "\n".join(network.notes)
