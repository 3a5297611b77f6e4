"""Random worlds once with every index of compiled code checked: no kernel leaves an array."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from build_world import simple_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import config
from strategies import worlds
from test_agrees_with_naive import NUMBERS, SEEDS
from test_fast import plain_worlds, planned_worlds

from viralsim.kernels import batch as batch
from viralsim.kernels.arm_inputs import ArmInputs
from viralsim.kernels.arrays.rows_of_worlds import CheckedArm
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.fast.eligible import is_eligible

CHECKED = bool(config.BOUNDSCHECK)
HERE = "the process that the last test starts runs it"
TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.skipif(not CHECKED, reason=HERE)
@pytest.mark.parametrize("plain", [False, True], ids=["general", "plain"])
def test_an_index_out_of_bounds_is_seen(plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that is handed a member who is not there says so, on either path: the tests below can fail."""
    arm = simple_world([(0, 1)], members=2)
    bad = arm._replace(plan=arm.plan._replace(organic_member=np.array([1 << 20])))
    monkeypatch.setattr(batch, "is_eligible", lambda arm, rows: plain)
    with pytest.raises(IndexError):
        run_worlds(CheckedArm(bad, None), 1, np.zeros(1, np.int64))  # a check would refuse it


@pytest.mark.skipif(not CHECKED, reason=HERE)
@settings(max_examples=400, deadline=None, suppress_health_check=TOLERANT)
@given(worlds(), SEEDS, NUMBERS)
def test_the_general_path_stays_within_its_arrays(world: ArmInputs, seed: int, numbers: list[int]) -> None:
    """Worlds with everything: as many as are compared with the oracle. (A traced world runs the same functions.)"""
    assert run_worlds(world, seed, np.array(numbers)).done.all()


@pytest.mark.skipif(not CHECKED, reason=HERE)
@settings(max_examples=200, deadline=None, suppress_health_check=TOLERANT)
@given(st.one_of(plain_worlds(), planned_worlds()), SEEDS, NUMBERS)
def test_the_plain_path_stays_within_its_arrays(world: ArmInputs, seed: int, numbers: list[int]) -> None:
    """Plain worlds, on the short way."""
    assert is_eligible(world)
    assert run_worlds(world, seed, np.array(numbers)).done.all()


@pytest.mark.skipif(CHECKED, reason="this is the process with checks")
def test_worlds_stay_within_their_arrays(request: pytest.FixtureRequest) -> None:
    """The tests above in a process of their own, compiled with checks into a cache of their own.

    Little is optimised there: a check is in the code or not, and code that is optimised less compiles sooner.
    """
    cache = request.config.cache
    assert cache is not None
    folder = str(cache.mkdir("kernels-with-checks"))
    checked = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "1", "NUMBA_CACHE_DIR": folder}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(Path(__file__))]
    done = subprocess.run(command, env=checked, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "4 passed, 1 skipped" in done.stdout
