"""Where compiled kernels are kept: numba's own places, or a temporary folder where none of those can be written.

numba keeps them beside the source, else in the user's cache folder. A package that is read-only and a user without a home, as in
a container that runs under a bare user number, have neither, and numba then refuses to compile anything.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from viralsim.errors import InputError, ViralsimWarning

VARIABLE = "NUMBA_CACHE_DIR"


def ensure_cache_folder(package: Path) -> None:
    """Name a temporary folder to numba where it has no place for kernels of ``package``, with a ``ViralsimWarning``.

    Processes that are started from here on find it in their environment. Raises InputError where there is no temporary folder
    either.
    """
    sources = {path.parent: path for path in package.rglob("*.py")}
    if all(_looks_writable(folder) for folder in sources) or _numba_has_places_for(sources.values()):
        return
    try:
        folder = _temporary_folder(package)
    except OSError as error:
        raise InputError(
            f"compiled kernels can be kept nowhere ({error.strerror or error}): set {VARIABLE} to a folder that can be written"
        ) from error
    os.environ[VARIABLE] = str(folder)  # for processes started from here
    from numba import config

    config.CACHE_DIR = str(folder)  # numba has read its environment by now
    warnings.warn(
        f"neither viralsim's own folder nor a home can be written: compiled kernels are kept in {folder}; "
        f"set {VARIABLE} to a folder of your choice to keep them for good",
        ViralsimWarning,
        stacklevel=2,
    )


def _looks_writable(folder: Path) -> bool:
    """Whether the system says so, without trying; numba is loaded and asked only where it says no."""
    cache = folder / "__pycache__"
    return os.access(cache if cache.is_dir() else folder, os.W_OK)


def _numba_has_places_for(sources: Iterable[Path]) -> bool:
    """Whether numba can keep a function of each source, wherever: it looks for a place when a function is decorated."""
    from numba import njit

    for source in sources:
        scope: dict[str, object] = {}
        exec(compile("def probe(): pass", str(source), "exec"), scope)
        try:
            njit(cache=True)(scope["probe"])
        except RuntimeError:  # "cannot cache function ...: no locator available"
            return False
    return True


def _temporary_folder(package: Path) -> Path:
    """A folder for this user and this version of the sources, found again by the next process; else one of this process alone.

    What numba reads from there is run. So a folder that another user could write to, or made before us, is not taken.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"  # elsewhere the temporary folder is the user's own
    times = sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in package.rglob("*.py"))
    build = blake2b(repr((sys.version, times)).encode(), digest_size=6).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"viralsim-kernels-{user}-{build}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if _is_private(folder):
        return folder
    own = Path(tempfile.mkdtemp(prefix="viralsim-kernels-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def _is_private(folder: Path) -> bool:
    """Whether it is a folder of this user's that nobody else can write to."""
    found = folder.lstat()
    own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return stat.S_ISDIR(found.st_mode) and own
