"""Versions of the project beside each other: the source of each in a folder, each in a process of its own."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
AS_IT_IS = "."


class AskedWronglyError(Exception):
    """A revision or a row that is not there, or a folder that is not ours."""


class CannotRunError(Exception):
    """A version cannot run a row."""


@dataclass(frozen=True)
class Tree:
    """The source of one version and where its compiled code is kept."""

    name: str  # as asked for, and the commit
    source: Path
    compiled: Path


def cache_folder() -> Path:
    """A folder of this user alone in the system's temporary folder: what lies there is run."""
    folder = Path(tempfile.gettempdir()) / f"viralsim-versions-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o022:
        raise AskedWronglyError(f"{folder} can be written by others: remove it")
    return folder


def compiled_as_it_is(source: Path, folder: Path) -> Path:
    """Where compiled code of a tree that changes is kept: elsewhere after every change; what was kept before goes.

    Numba compiles again what is in a changed file, and not what calls a function of it that was inlined.
    """
    where = hashlib.blake2b(str(source).encode(), digest_size=4).hexdigest()
    what = hashlib.blake2b(digest_size=8)
    for path in sorted(source.rglob("*.py")):
        what.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes() + b"\0")
    compiled = folder / f"as-it-is-{where}-{what.hexdigest()}"
    for old in folder.glob(f"as-it-is-{where}-*"):
        if old != compiled:
            shutil.rmtree(old, ignore_errors=True)
    return compiled


def tree_of(revision: str, repository: Path, folder: Path) -> Tree:
    """The tree of a revision, taken out of git once and kept by its commit; ``.`` is the repository's own tree."""
    if revision == AS_IT_IS:
        return Tree("the tree as it is", repository / "src", compiled_as_it_is(repository / "src", folder))
    git = ["git", "-C", str(repository)]
    asked = [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    commit = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    if not commit:
        raise AskedWronglyError(f"no revision {revision!r} in {repository}: see git log")
    home = folder / commit
    if not home.exists():
        packed = subprocess.run([*git, "archive", commit, "src"], capture_output=True)
        if packed.returncode:
            raise AskedWronglyError(f"{revision} has no folder src")
        # Written elsewhere, then renamed: an interrupted start leaves no half of a tree.
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
                archive.extractall(Path(scratch) / "tree", filter="data")
            (Path(scratch) / "tree").rename(home)
    short = commit[:7]
    return Tree(short if commit.startswith(revision) else f"{revision} ({short})", home / "src", home / "compiled")


class Side:
    """One version in a process of its own, which serves a module of this tree."""

    def __init__(self, tree: Tree, module: str = "benchmarks.version_rows") -> None:
        self.tree = tree
        paths = os.pathsep.join([str(tree.source), str(ROOT)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(tree.compiled)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question: Any) -> dict[str, Any]:
        """The answer to one question; CannotRunError where the version cannot."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CannotRunError(f"{self.tree.name}: the process ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "cannot" in answer:
            raise CannotRunError(f"{self.tree.name}: {answer['cannot']}")
        return answer

    @property
    def ended(self) -> bool:
        """Whether the process is over."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Side:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, what: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
