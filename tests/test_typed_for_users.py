"""What mypy sees of the package in a user's script: types, and no ``Any`` for a public name."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import viralsim as vs
from viralsim import classic, seeding

SCRIPT = """\
import viralsim as vs

scenario: vs.Scenario = vs.load("spring.yaml").override({"content.teaser.appeal": 0.05})
result: vs.Result = vs.simulate(scenario, worlds=1000, seed=42)
people: int = result.population.members
better: float = result.arm("advocates").measures["shares"].mean() - result.arm("organic").measures["shares"].mean()
network: vs.Network = vs.Network.from_edges([0, 1], [1, 2], members=3)
sizes = vs.classic.independent_cascade(network, [0], 0.1, worlds=1000, seed=1)
chosen = vs.seeding.choose(network, "opim", count=2, seed=1)
print(people, better, sizes.mean(), chosen.members.tolist(), chosen.expected_reach)
"""
# Libraries of which no public signature says a type: a user without most of them has none either, and mypy would read them all.
SETTINGS = """\
[mypy]
[mypy-numba.*,llvmlite.*,xarray.*,matplotlib.*,PIL.*,dask.*,distributed.*,sqlalchemy.*,optuna.*,pptx.*,rich.*,tornado.*]
follow_imports = skip
"""


def mypy(file: Path) -> list[str]:
    """What mypy --strict prints of a script outside the project."""
    config = file.with_name("mypy.ini")
    config.write_text(SETTINGS)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", str(config)]
    package = str(Path(vs.__file__).parents[1])
    done = subprocess.run(
        [*command, "--cache-dir", str(file.parent / "cache"), str(file)],
        capture_output=True, text=True, check=False, cwd=file.parent, env={**os.environ, "MYPYPATH": package},
    )  # fmt: skip
    return done.stdout.splitlines()


def test_a_users_script_is_typed(tmp_path: Path) -> None:
    """Ten lines pass mypy --strict, and every public name has a type of its own: none is, or returns, ``Any``."""
    names = [f"vs.{name}" for name in vs.__all__]
    names += [f"vs.classic.{name}" for name in classic.__all__] + [f"vs.seeding.{name}" for name in seeding.__all__]
    file = tmp_path / "script.py"
    file.write_text(SCRIPT + "".join(f"reveal_type({name})\n" for name in names))
    said = mypy(file)
    assert [line for line in said if ": error:" in line] == []
    revealed = [line.split("Revealed type is ")[1].strip('"') for line in said if "Revealed type" in line]
    assert len(revealed) == len(names)
    bare = [name for name, kind in zip(names, revealed, strict=True) if kind == "Any" or re.search(r"-> Any$", kind)]
    assert bare == []


@pytest.mark.skipif(shutil.which("pyright") is None, reason="needs pyright: pip install pyright")
def test_a_users_script_is_typed_for_pyright_too(tmp_path: Path) -> None:
    """The same lines, and a rule, a field test and an adaptive sweep, pass pyright in its strict mode."""
    more = """\
found = vs.field_test(scenario, worlds=100, units=["member", "advocate"])
print(found.designs, found.recommended.name, vs.value_of_information(scenario, worlds=100).evppi)
best = experiments.adaptive_sweep(scenario, "out", "shares", points=10)
signed = vs.Network.from_edges([0, 1], [1, 2], tie_sign=[1, -1])
print(best.best, best.value, signed.tie_sign)
"""
    script = SCRIPT.replace("import viralsim as vs", "import viralsim as vs\nfrom viralsim import experiments", 1)
    (tmp_path / "script.py").write_text(script + more)
    settings = {
        "extraPaths": [str(Path(vs.__file__).parents[1])],
        "typeCheckingMode": "strict",
        "include": ["script.py"],
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        ["pyright", "--pythonpath", sys.executable], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "0 errors" in done.stdout, done.stdout
