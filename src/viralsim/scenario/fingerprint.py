"""One hash of all that decides a result: every value with defaults filled in, every file that is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from viralsim.scenario.checks import referenced_files
from viralsim.scenario.own_rules import digests
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import JOINT

# what a scenario is called, where its numbers are from, and what other studies than a run ask of it: nothing here changes a world
ONLY_WORDS = {"name", "about", "calibration", "variants", "field_test", "question", "currency"}
# keys that came later, with what they are where left out: files that do not have them keep their hash
CAME_LATER: dict[str, Any] = {
    "owned_visibility": None, "follower_elasticity": None, "impression_delay": None, "share": None, "reshare": 1.0,
}  # fmt: skip
ORDERED = ("channels", "content", "arms")  # their order numbers them
CHUNK_BYTES = 1 << 20


def fingerprint(spec: Spec, arms: Iterable[Spec], folder: Path) -> str:
    """32 hexadecimal digits of a scenario and its arms."""
    arms = list(arms)
    base = spec.model_dump(mode="json", by_alias=True, exclude=ONLY_WORDS | {"arms"})
    base.get("uncertain", {}).get(JOINT, {}).pop("sha256", None)  # the content of the file is in the hash
    differing = [
        arm.model_dump(mode="json", by_alias=True, include={"channels", "content", "campaign"}) for arm in arms
    ]
    names = {name for one in (spec, *arms) for _, name in referenced_files(one)}
    files = {name: content_hash(folder / name) for name in sorted(names)}
    said: list[Any] = [
        _ordered(base),
        [[name, _ordered(arm)] for name, arm in zip(spec.arms, differing, strict=True)],
        files,
    ]
    said += [rules] if (rules := digests([spec, *arms])) else []
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _ordered(dump: dict[str, Any]) -> dict[str, Any]:
    """Mappings whose order counts become lists; the rest is sorted when written."""
    return {word: list(_said(value).items()) if word in ORDERED else value for word, value in dump.items()}


def _said(dump: Any) -> Any:
    """Channels and contents without keys that came later and are left out."""
    if not isinstance(dump, dict):
        return dump
    return {word: _said(value) for word, value in dump.items() if word not in CAME_LATER or value != CAME_LATER[word]}


def content_hash(path: Path) -> str:
    """Hash of a file's content, or of all files of a folder with their names."""
    if path.is_dir():
        parts = [(str(one.relative_to(path)), content_hash(one)) for one in sorted(path.rglob("*")) if one.is_file()]
        return hashlib.sha256(repr(parts).encode()).hexdigest()
    state = path.stat()
    return _hash_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _hash_of(path: Path, modified_ns: int, size: int) -> str:
    """Hash of a file as it is at that time."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
