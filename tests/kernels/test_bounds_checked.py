"""The oracle's random worlds once with every index of compiled code checked: no kernel leaves an array."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from build_world import simple_world
from numba import config

from viralsim.kernels.arrays.outputs import outputs
from viralsim.kernels.batch import trace_one
from viralsim.kernels.frame import frame_arm, frame_out, frame_state
from viralsim.kernels.rng import seed_key
from viralsim.kernels.state import allocate

CHECKED = bool(config.BOUNDSCHECK)
FOLDER = Path(__file__).parent
TESTS = (
    "test_agrees_with_naive.py::test_kernel_equals_oracle",
    "test_fast.py::test_plain_path_equals_oracle",
    "test_bounds_checked.py::test_an_index_out_of_bounds_is_seen",
)


@pytest.mark.skipif(not CHECKED, reason="indices are checked in the process that the next test starts")
def test_an_index_out_of_bounds_is_seen() -> None:
    """A kernel that is handed a member who is not there says so: the run below can fail."""
    arm = simple_world([(0, 1)], members=2)
    bad = arm._replace(plan=arm.plan._replace(organic_member=np.array([1 << 20])))
    state, out = allocate(arm, 2), outputs(arm, 1, 1)
    with pytest.raises(IndexError):
        trace_one(frame_arm(bad), frame_state(state), frame_out(out), seed_key(1), 0)


@pytest.mark.skipif(CHECKED, reason="this is the process with checks")
def test_worlds_of_the_oracle_stay_within_their_arrays(request: pytest.FixtureRequest) -> None:
    """Random worlds through the general path and the plain one, compiled with checks into a cache of their own."""
    cache = request.config.cache
    assert cache is not None
    checked = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache.mkdir("kernels-with-checks"))}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *(str(FOLDER / t) for t in TESTS),
    ]
    done = subprocess.run(command, env=checked, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"{len(TESTS)} passed" in done.stdout
