"""Compiled kernels of sources that are gone: numba keeps them for ever, and can stumble over them."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path


def remove_stale_caches(folder: Path) -> None:
    """Remove what numba cached in or below ``folder`` before a source there, or of the kernels, was last written.

    numba unpickles an index before it asks whether it is of this source: where a class that a signature named is gone since,
    as an upgrade may leave it, the first call ends in AttributeError. Nothing is removed that belongs to the sources as they
    are, and nothing for a source with a time to come. Caches elsewhere (a folder that cannot be written, ``NUMBA_CACHE_DIR``)
    stay as they are.
    """
    with suppress(OSError):
        now = time.time()
        sources = {folder, Path(__file__).parent}  # signatures elsewhere name classes of the kernels
        times = [path.stat().st_mtime for place in sources for path in place.rglob("*.py")]
        newest = max((time_ for time_ in times if time_ <= now), default=0.0)
        for path in folder.rglob("__pycache__/*.nb[ci]"):
            with suppress(OSError):  # another process may have been quicker, or the folder be read-only
                if path.stat().st_mtime < newest:
                    path.unlink()
