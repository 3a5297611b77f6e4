"""A second start loads what it needs: cached kernels without the compiler's tables, functions of SciPy's without their package."""

from __future__ import annotations

import subprocess
import sys

import pytest

RUN = """
import sys
from viralsim.simulation import simulate
from viralsim.simulation.compile_ahead import tiny_scenario
simulate(tiny_scenario(), threads=1)
print(*(name for name in ("numba.np.arraymath", "scipy.linalg", "scipy.special", "pandas") if name in sys.modules))
"""
FUNCTIONS = """
import sys
{before}
from viralsim import special_functions as ours
print("scipy.special" in sys.modules)
import scipy.special, scipy.stats
print(*(getattr(ours, name) is getattr(scipy.special, name) for name in
    ("betaincinv", "expit", "gammaincinv", "logit", "ndtr", "ndtri", "stdtrit")))
"""


def run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600)
    return done.stdout.splitlines()


def test_cached_kernels_load_without_what_only_compiling_needs() -> None:
    run(RUN)  # compiles what is not in the cache
    assert run(RUN) == [""]


@pytest.mark.parametrize(("before", "whole"), [("", "False"), ("import scipy.special", "True")])
def test_functions_are_those_of_scipy(before: str, whole: str) -> None:
    """The same objects, whoever comes first; SciPy's own package is whole afterwards."""
    assert run(FUNCTIONS.format(before=before)) == [whole, " ".join(["True"] * 7)]
