"""A second start loads what it needs: cached kernels without the compiler's tables."""

from __future__ import annotations

import subprocess
import sys

RUN = """
import sys
from viralsim.simulation import simulate
from viralsim.simulation.compile_ahead import tiny_scenario
simulate(tiny_scenario(), threads=1)
print(*(name for name in ("numba.np.arraymath", "scipy.linalg", "pandas") if name in sys.modules))
"""


def run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600)
    return done.stdout.splitlines()


def test_cached_kernels_load_without_what_only_compiling_needs() -> None:
    run(RUN)  # compiles what is not in the cache
    assert run(RUN) == [""]
