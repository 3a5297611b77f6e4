"""Publish a run or a sweep: one zip with the store, the scenario, its files' and networks' hashes, the lock and a CITATION.cff.

The same folder gives the same zip, byte for byte, in the same environment: files are sorted and carry no time.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.atomic import atomic_path
from viralsim.checksums import DAMAGED_ZIP
from viralsim.errors import InputError
from viralsim.experiments.manifest import MANIFEST as SWEEP_MANIFEST
from viralsim.experiments.sensitivity import FOUND, read_sensitivity
from viralsim.experiments.sweep import plan_in
from viralsim.experiments.table import read_table
from viralsim.rules.registry import file_of
from viralsim.scenario import Scenario
from viralsim.scenario.checks import referenced_files
from viralsim.scenario.fingerprint import content_hash
from viralsim.scenario.loading import loads
from viralsim.scenario.own_rules import own_rules_of
from viralsim.versions import package_version, versions

SUMS = "SHA256SUMS"
MOST_AUDIENCES = 10  # whose networks are hashed
CHUNK_BYTES = 1 << 20
_STAMP = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier time
_LEFT_OUT = ("journal", ".")  # locks, journals of a finished sweep, files that are being written


@dataclass(frozen=True)
class Archived:
    """What was packed: the zip, its names in order, its size in bytes, its SHA-256."""

    path: Path
    files: tuple[str, ...]
    bytes: int
    sha256: str
    notes: tuple[str, ...] = field(default=())


def archive(folder: str | Path, out: str | Path | None = None, *, authors: Sequence[str] = ()) -> Archived:
    """Pack a finished sweep or a saved result.

    Args:
        folder: written by ``run --out`` or ``sweep --out``.
        out: the zip; ``<folder>.zip`` by default. It is written whole or not at all.
        authors: names as ``Family, Given`` for CITATION.cff.

    Raises: InputError if the folder holds neither, is not complete, or the files of the scenario are gone.
    """
    source = Path(folder)
    target = Path(out) if out is not None else source.with_name(f"{source.resolve().name}.zip")
    scenario, manifest = _scenario_in(source)
    rules = rules_of(scenario)
    texts = _texts(scenario, manifest, rules, authors)
    stored = sorted(p for p in source.rglob("*") if p.is_file() and not p.name.startswith(_LEFT_OUT))
    named: dict[str, Path | bytes] = {name: text.encode() for name, text in texts.items()}
    named |= {f"store/{path.relative_to(source).as_posix()}": path for path in stored if path != target}
    named |= {rule["found"]: Path(file) for rule, file in rules if file}
    names = tuple(sorted(named))
    named[SUMS] = "".join(f"{_sha256(named[name])}  {name}\n" for name in names).encode()
    with suppress(OSError):  # told when it is written
        target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(target, "choose another place") as building, zipfile.ZipFile(building, "w") as packed:
        for name in (*names, SUMS):
            _put(packed, name, named[name])
    notes = () if authors else ("CITATION.cff names no person: give --author 'Family, Given'",)
    return Archived(target, (*names, SUMS), target.stat().st_size, _sha256(target), notes)


def check_archive(path: str | Path) -> int:
    """Compare every file of an archive with its checksum; returns how many there are.

    Raises InputError if the zip cannot be read, or a file is missing, changed, or not listed.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            lines = packed.read(SUMS).decode().splitlines()
            listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
            found = set(packed.namelist()) - {SUMS}
            if found != set(listed):
                odd = sorted(found ^ set(listed))[0]
                raise InputError(f"{path}: {odd} is missing, or is in it without a sum: get a whole copy")
            for name, expected in listed.items():
                digest = hashlib.sha256()
                with packed.open(name) as stream:
                    while chunk := stream.read(CHUNK_BYTES):
                        digest.update(chunk)
                if digest.hexdigest() != expected:
                    raise InputError(f"{path}: {name} has changed since it was packed: get a whole copy")
            return len(listed)
    except DAMAGED_ZIP as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: no archive of viralsim, or a torn one ({error})") from error


def _scenario_in(source: Path) -> tuple[Scenario, dict[str, Any]]:
    """The scenario of a folder and what its manifest says."""
    if (source / SWEEP_MANIFEST).exists():
        manifest, plan = plan_in(source)
        if not manifest.get("complete"):
            raise InputError(f"{source}: the sweep is not finished: run the same viralsim sweep again, then archive")
        read_table(source)  # what is certified is read: a table that has changed is refused
        if (source / FOUND).exists():
            read_sensitivity(source)
        return plan.asked, manifest
    from viralsim.results import open_result

    result = open_result(source)
    beside = Path(result.scenario_file).parent if result.scenario_file else source
    scenario = loads(result.scenario_yaml, beside, result.scenario_file or "scenario.yaml")
    said = {"name": result.scenario_name, "fingerprint": result.fingerprint, "seed": result.seed,
            "worlds": result.world_count, "arms": list(result.arms), "versions": dict(result.versions)}  # fmt: skip
    return scenario, said


def rules_of(scenario: Scenario) -> list[tuple[dict[str, str], str]]:
    """Each rule of one's own that the scenario names, as ``archive.json`` has it, and the file that it was read from, else "".

    found: its place in the archive if it came from ``--rules FILE.py``, else the module that registers it.
    """
    specs = [scenario.spec, *(scenario.for_arm(name) for name in scenario.arm_names)]
    rules = sorted({(rule.place, rule.word): rule for spec in specs for rule in own_rules_of(spec)}.items())
    files = sorted({file_of(place, word) for (place, word), _ in rules} - {""})
    places = {file: f"rules/{i}_{Path(file).name}" for i, file in enumerate(files, 1)}
    found = []
    for (place, word), rule in rules:
        file = file_of(place, word)
        said = {"place": place, "word": word, "digest": rule.digest}
        found.append((said | {"found": places.get(file, rule.function.__module__)}, file))
    return found


def _texts(
    scenario: Scenario, manifest: dict[str, Any], rules: list[tuple[dict[str, str], str]], authors: Sequence[str]
) -> dict[str, str]:
    """The files that the archive adds to the store."""
    kept = ("name", "fingerprint", "design", "paths", "points", "arms", "worlds", "seed", "luck", "versions")
    said = {word: manifest[word] for word in kept if word in manifest}
    said |= {"packed_with": versions(), "inputs": inputs_of(scenario), "networks": network_hashes(scenario)}
    said |= {"rules": [rule for rule, _ in rules]} if rules else {}
    return {
        "scenario.yaml": scenario.to_yaml(),
        "archive.json": json.dumps(said, indent=1, sort_keys=True) + "\n",
        "environment.lock": "".join(f"{line}\n" for line in installed()),
        "CITATION.cff": citation(scenario, str(manifest["fingerprint"]), authors),
        "README.md": _readme(manifest, rules),
    }


def inputs_of(scenario: Scenario) -> dict[str, str]:
    """The files that the scenario and its arms name -> SHA-256 of their content."""
    specs = [scenario.spec, *(scenario.for_arm(name) for name in scenario.arm_names)]
    names = sorted({name for spec in specs for _, name in referenced_files(spec)})
    missing = [name for name in names if not (scenario.folder / name).exists()]
    if missing:
        raise InputError(f"{scenario.folder / missing[0]} is gone: put it back, its hash belongs into the archive")
    return {name: content_hash(scenario.folder / name) for name in names}


def network_hashes(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Channel and audience -> follows and SHA-256 of the follower network as it is built: of the base scenario.

    Rows, followers, tie strengths and influence weights go into the hash in this order, in little-endian bytes.
    """
    from viralsim.simulation.run import compile_audience

    found = {}
    for p in range(min(scenario.spec.populations, MOST_AUDIENCES)):
        compiled = compile_audience(scenario, p)
        for channel, network in zip(compiled.channels, compiled.networks, strict=True):
            digest = hashlib.sha256()
            for values in (network.indptr, network.followers, network.tie_strength, network.influence_weight):
                if values is not None:
                    digest.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).data)
            name = channel if scenario.spec.populations == 1 else f"{channel}, audience {p}"
            found[name] = {"follows": int(network.follows), "sha256": digest.hexdigest()}
    return found


def installed() -> Iterator[str]:
    """Every distribution of this environment as ``name==version``, sorted."""
    from importlib.metadata import distributions

    yield from sorted({f"{d.metadata['Name'].lower()}=={d.version}" for d in distributions() if d.metadata["Name"]})


def citation(scenario: Scenario, fingerprint: str, authors: Sequence[str]) -> str:
    """A CITATION.cff (1.2.0) of the data set, which cites the engine as its reference."""
    quoted = json.dumps  # a JSON string is a YAML string
    lines = [
        "cff-version: 1.2.0",
        "message: If you use these results, please cite them and the engine.",
        "type: dataset",
    ]
    lines += [f"title: {quoted(scenario.name, ensure_ascii=False)}", "authors:"]
    for author in authors or ("",):
        family, _, given = (part.strip() for part in author.partition(","))
        if not family:
            lines.append(f"  - name: {quoted('the authors of ' + scenario.name, ensure_ascii=False)}")
            continue
        lines.append(f"  - family-names: {quoted(family, ensure_ascii=False)}")
        lines += [f"    given-names: {quoted(given, ensure_ascii=False)}"] if given else []
    lines += ["identifiers:", "  - type: other", f"    value: {quoted('viralsim fingerprint ' + fingerprint)}"]
    lines += ["references:", "  - type: software", "    title: viralsim", f"    version: {quoted(package_version())}"]
    lines += ["    authors:", "      - name: the viralsim authors"]
    return "\n".join(lines) + "\n"


def _readme(manifest: dict[str, Any], rules: list[tuple[dict[str, str], str]]) -> str:
    is_sweep = "points" in manifest
    again = "viralsim verify store --sample 50" if is_sweep else "viralsim run scenario.yaml --worlds {} --seed {}".format(
        manifest["worlds"], manifest["seed"]
    )  # fmt: skip
    packed, elsewhere = (
        sorted({rule["found"] for rule, file in rules if bool(file) is here}) for here in (True, False)
    )
    again += "".join(f" --rules {name}" for name in packed)
    aside = ["- `rules/`: rules of our own, parts of the model; their code runs where `--rules` names it.\n"] * bool(
        packed
    )
    aside += [f"- Rules of our own that are not packed: those of {', '.join(elsewhere)}.\n"] * bool(elsewhere)
    return f"""# {manifest["name"]}

Packed by viralsim {package_version()}.

- `scenario.yaml`: all that was simulated; fingerprint {manifest["fingerprint"]}.
- `store/`: the {"table of the sweep" if is_sweep else "result"}, Parquet and JSON.
- `archive.json`: seed, worlds, versions, hashes of the files the scenario names and of every network as it was built.
- `environment.lock`: the Python packages of the machine that packed it.
- `{SUMS}`: `sha256sum -c {SUMS}` checks every file.
{"".join(aside)}
To run it again: `{again}`. The files listed under `inputs` in `archive.json` are not packed, because they may not be ours to
publish; put them beside `scenario.yaml`.
"""


def _put(packed: zipfile.ZipFile, name: str, content: Path | bytes) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with packed.open(entry, "w", force_zip64=True) as stream:
        if isinstance(content, bytes):
            stream.write(content)
            return
        with content.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                stream.write(chunk)


def _sha256(content: Path | bytes) -> str:
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
        return digest.hexdigest()
    with content.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
