"""With the compiler off (``NUMBA_DISABLE_JIT=1``) everything gives the numbers of compiled code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import without_compiler

from viralsim.kernels import state
from viralsim.kernels.fast import memory

RECORDS = {
    name: kind
    for module in (state, memory)
    for name, kind in vars(module).items()
    if isinstance(kind, np.dtype) and kind.names
}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_no_field_has_a_name_of_numpys_own(name: str) -> None:
    """``node.size`` of a NumPy record is not its field ``size``, as it is in compiled code."""
    assert [field for field in RECORDS[name].names or () if hasattr(np.record, field)] == []


def differences(a: Any, b: Any, path: str) -> Iterator[str]:
    """Where two trees of plain values differ."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from differences(a[key], b[key], f"{path}/{key}")
    elif json.dumps(a) != json.dumps(b):  # text, so that NaN equals NaN
        yield f"{path}: compiled {a}, not compiled {b}"


@pytest.mark.slow
def test_the_compiler_changes_no_number() -> None:
    """Textbook models, seeding, scenarios with every feature, trees and the Mesa driver: equal bit for bit, without a warning."""
    compiled, interpreted = numbers("0"), numbers("1")
    assert sum(compiled["as written"]["all"]["shares"]) > 0
    assert list(differences(compiled, interpreted, "")) == []


def numbers(disabled: str) -> Any:
    """What the script prints, from a process of its own: tests beside this one register strategies."""
    command = [sys.executable, "-W", "error", str(Path(without_compiler.__file__))]
    done = subprocess.run(
        command,
        env=os.environ | {"NUMBA_DISABLE_JIT": disabled},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
