"""Compiled kernels of sources that are gone: numba keeps them for ever, and can stumble over them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from numba import config
from numba.core.caching import UserProvidedCacheLocator


def remove_stale_caches(folder: Path) -> None:
    """Remove what numba cached of ``folder`` and below before a source there, or of the kernels, was last written.

    numba unpickles an index before it asks whether it is of this source: where a class that a signature named is gone since,
    as an upgrade may leave it, the first call ends in AttributeError. It also looks at the file of the outermost function
    alone, so that a change in an inner file would run old code. Nothing is removed that belongs to the sources as they are,
    and nothing for a source with a time to come.
    """
    with suppress(OSError):
        now = time.time()
        sources = {folder, Path(__file__).parent / "kernels"}  # signatures elsewhere name classes of the kernels
        times = [path.stat().st_mtime for place in sources for path in place.rglob("*.py")]
        newest = max((time_ for time_ in times if time_ <= now), default=0.0)
        for cache in cache_folders(folder):
            for path in cache.glob("*.nb[ci]"):
                with suppress(OSError):  # another process may have been quicker, or the folder be read-only
                    if path.stat().st_mtime < newest:
                        path.unlink()


def cache_folders(folder: Path) -> Iterator[Path]:
    """Where numba may have cached what ``folder`` and its sub-folders define: beside the sources and in ``NUMBA_CACHE_DIR``."""
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir() and path.name != "__pycache__")]:
        yield place / "__pycache__"
        if config.CACHE_DIR:
            yield Path(config.CACHE_DIR) / UserProvidedCacheLocator.get_suitable_cache_subpath(str(place / "any.py"))
