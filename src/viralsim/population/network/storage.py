"""Networks on disk as plain arrays beside a manifest: opened in milliseconds, read from the file as needed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.checksums import quick_sum, read_sealed, sealed, warn_without_sum
from viralsim.errors import NetworkError
from viralsim.population.network.network import Network
from viralsim.population.network.spans import TieSpans

if TYPE_CHECKING:
    from filelock import BaseFileLock

FORMAT = "viralsim network"
VERSION = 1
MANIFEST = "manifest.json"
PARTIAL, LOCK = ".partial", ".lock"  # endings of a folder that is being filled, and of the lock of who fills it
AGAIN = "import the network again"
# what NumPy raises of an array's file that is damaged: its header is a literal of Python
BAD_ARRAY = (
    ValueError,
    OSError,
    EOFError,
    MemoryError,
    SyntaxError,
    TokenError,
    TypeError,
    OverflowError,
    RecursionError,
)
SPANS = ("span_start", "span_from", "span_to")
ARRAYS = ("indptr", "followers", "tie_strength", "influence_weight", "ids", "tie_sign", *SPANS)


def save_network(network: Network, folder: str | Path, source: str = "") -> Path:
    """Write a network into a folder that does not exist yet: an .npy file an array, and manifest.json.

    source: where it came from, for the manifest. Written beside it and renamed, so that it is whole or not there.
    Labels that are not numbers are written as text; ``edge_position`` is not kept.
    """
    with new_folder(folder) as partial:
        arrays = {name: array for name in ARRAYS if (array := getattr(network, name, None)) is not None}
        arrays |= dict(zip(SPANS, network.spans or (), strict=False))
        for name, array in arrays.items():
            save_array(partial, name, array)
        write_manifest(partial, network.members, network.follows, network.fingerprint(), source, network.notes)
    return Path(folder)


def save_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write one of the arrays of a network."""
    if name == "ids" and array.dtype.kind not in "iuU":
        array = np.asarray([str(label) for label in array.tolist()], dtype=np.str_)
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def write_manifest(
    folder: Path, members: int, follows: int, fingerprint: str, source: str, notes: Sequence[str] = ()
) -> None:
    """Say what the arrays in a folder are, with the sum of each, and how the file that they come from was read."""
    files = sorted(folder.glob("*.npy"))
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "members": members,
        "follows": follows,
        "fingerprint": fingerprint,
        "arrays": [path.stem for path in files],
        "files": {path.name: quick_sum(path) for path in files},
        "source": source,
        "information_flows": "from the member of a row to the followers in it",
    }
    if notes:
        manifest["notes"] = list(notes)
    (folder / MANIFEST).write_text(json.dumps(sealed(manifest), indent=2) + "\n", encoding="utf-8")


@contextmanager
def new_folder(place: str | Path) -> Iterator[Path]:
    """A folder to fill that becomes ``place`` when all went well; else nothing is left of it.

    A process that is killed leaves it half full; the next one that writes beside it removes it.
    """
    place = Path(place)
    refuse_taken(place)
    missing = [parent for parent in place.parents if not parent.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        remove_orphans(place.parent)
        partial, lock = _partial(place)
    except OSError as error:
        raise NetworkError(f"{place}: cannot be written ({error.strerror or error}); name another folder") from None
    try:
        yield partial
        partial.chmod(0o777 & ~_umask())
        if place.exists():
            place.rmdir()
        os.replace(partial, place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        _forget(lock)
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()
        raise
    _forget(lock)


def _partial(place: Path) -> tuple[Path, BaseFileLock]:
    """A folder beside ``place``, and a lock that its process holds as long as it lives."""
    from filelock import FileLock, Timeout

    while True:
        partial = place.parent / f".{place.name}-{secrets.token_hex(4)}{PARTIAL}"
        lock = FileLock(f"{partial}{LOCK}", timeout=0)
        with suppress(Timeout):
            lock.acquire()
            partial.mkdir(mode=0o700)
            return partial, lock


def remove_orphans(parent: Path) -> None:
    """Remove what processes that were killed have left of folders that they were filling."""
    from filelock import FileLock, Timeout

    for held in parent.glob(f".*{PARTIAL}{LOCK}"):
        lock = FileLock(held, timeout=0)
        with suppress(Timeout, OSError):
            lock.acquire()
            shutil.rmtree(str(held).removesuffix(LOCK), ignore_errors=True)
            _forget(lock)


def _forget(lock: BaseFileLock) -> None:
    lock.release()
    with suppress(OSError):
        Path(lock.lock_file).unlink()


def refuse_taken(folder: Path) -> None:
    """``NetworkError`` where something is in the place of a new network."""
    if Path.cwd().is_relative_to(folder.resolve()):
        raise NetworkError(f"{folder} is the present folder, which is not replaced: name one in it")
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise NetworkError(f"{folder}: exists already; name another folder or remove it")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def open_network(folder: str | Path) -> Network:
    """Open a folder that ``save_network`` wrote; arrays are views of the files, copied only where written to.

    Sums, counts, dtypes and the order of rows are checked, so that compiled code never leaves an array and no other
    network is taken for the one that was written. ``NetworkError`` where the folder is no network, or not whole.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    _check_sums(folder, manifest.get("files", {}))
    arrays: dict[str, NDArray[Any] | None] = dict.fromkeys(ARRAYS)
    for name in manifest["arrays"]:
        arrays[name] = _open(folder, name)
    indptr, followers = arrays["indptr"], arrays["followers"]
    if (
        indptr is None
        or followers is None
        or len(indptr) != manifest["members"] + 1
        or len(followers) != manifest["follows"]
    ):
        raise NetworkError(f"{folder}: the arrays do not have the sizes that {MANIFEST} says; import the network again")
    try:
        notes = tuple(str(note) for note in manifest.get("notes", ()))
        found = [arrays[name] for name in SPANS]
        spans = TieSpans(*(span for span in found if span is not None)) if found[0] is not None else None
        network = Network(
            indptr,
            followers,
            arrays["tie_strength"],
            arrays["influence_weight"],
            arrays["ids"],
            notes=notes,
            spans=spans,
            tie_sign=arrays["tie_sign"],
        )
    except NetworkError as error:
        raise NetworkError(f"{folder}: {error}; import the network again") from None
    from viralsim.population.network.csr import rows_are_sound

    if not rows_are_sound(indptr, followers):
        raise NetworkError(f"{folder}: the rows are damaged; import the network again")
    for name in ("tie_strength", "influence_weight"):
        values = arrays[name]
        if values is not None and len(values) and not (values.min() >= 0 and values.max() <= 1):
            raise NetworkError(f"{folder}: {name} must be in [0, 1]; import the network again")
    return network


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise NetworkError(
            f"{folder}: there is no {MANIFEST}; make the folder with: viralsim network import FILE --out DIR"
        )
    manifest, has_sum = read_sealed(path, AGAIN, NetworkError)
    if manifest.get("format") != FORMAT:
        raise NetworkError(f"{path}: describes no network of viralsim; import the network again")
    if manifest.get("version") != VERSION:
        raise NetworkError(
            f"{path}: version {manifest.get('version')!r} is unknown, this is {VERSION}; import it again"
        )
    names = manifest.get("arrays")
    counts = (manifest.get("members"), manifest.get("follows"))
    if (
        not isinstance(manifest.get("notes", []), list)
        or not isinstance(names, list)
        or not set(map(str, names)) <= set(ARRAYS)
        or not all(isinstance(c, int) for c in counts)
    ):
        raise NetworkError(f"{path}: is damaged; import the network again")
    if not has_sum:
        warn_without_sum(path)
    return manifest


def _check_sums(folder: Path, files: dict[str, str]) -> None:
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise NetworkError(f"{path}: is missing; {AGAIN}")
        if quick_sum(path) != expected:
            raise NetworkError(f"{path}: has changed since it was written; {AGAIN}")


def _open(folder: Path, name: str) -> NDArray[Any]:
    """One array as an ordinary ndarray over the mapped file: compiled code then sees its usual array type."""
    path = folder / f"{name}.npy"
    try:
        array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))
    except BAD_ARRAY as error:
        if not path.is_file():
            raise NetworkError(f"{path}: is missing; import the network again") from None
        try:
            array = np.load(path, allow_pickle=False)  # an empty array cannot be mapped
        except BAD_ARRAY:
            raise NetworkError(f"{path}: cannot be read ({str(error)[:80]}); import the network again") from None
    if array.ndim != 1:
        raise NetworkError(f"{path}: must have one dimension; import the network again")
    return array
