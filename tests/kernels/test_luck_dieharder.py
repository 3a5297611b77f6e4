"""The draws under dieharder (Brown, Eddelbuettel, Bauer), where it is installed: ``apt-get install dieharder``.

Python packages of such batteries were tried: there is none of TestU01 or PractRand on PyPI, and nistrng 1.2.3 fails the
system's own entropy (p = 0 in its spectral, serial and entropy tests), so that its word counts for nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest
from numba import njit

from viralsim.kernels import rng
from viralsim.kernels.rng import Stream, name_key, seed_key

PROGRAM = shutil.which("dieharder")
TESTS = ("0", "1", "2", "4", "8", "15", "16", "100", "101", "102 -n 8", "202 -n 5", "204", "205", "206", "209")
UNLIKELY = 1e-4 / (2 * 2 * 50)  # of one end of one of some 50 p-values of two walks
POST, CONTENT, CHANNEL = np.uint64(int(Stream.POST)), name_key("teaser"), name_key("instagram")
SEED = np.uint64(seed_key(20))
BLOCK = 1 << 18


@njit
def block(across, number):  # type: ignore[no-untyped-def]
    """The ``number``-th block of words: of one post's draws, or across 1,024 members in world after world."""
    out = np.empty(BLOCK, dtype=np.uint64)
    key = rng.member_key(rng.stream_key(rng.world_key(SEED, 0), POST, CONTENT, CHANNEL), 8, 0)
    for i in range(BLOCK):
        j = number * BLOCK + i
        if across:
            stream_keys = rng.stream_key(rng.world_key(SEED, j >> 10), POST, CONTENT, CHANNEL)
            out[i] = rng.member_key(stream_keys, j & 1023, 0)
        else:
            out[i] = rng.draw(key, j)
    return out


def pour(across: bool) -> None:
    """Write block after block to standard output until nobody reads on."""
    number = 0
    try:
        while True:
            sys.stdout.buffer.write(block(across, number).tobytes())
            number += 1
    except BrokenPipeError:
        sys.stderr.close()


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="dieharder is not installed: apt-get install dieharder")
@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("walk", ["along", "across"])
def test_dieharder_finds_nothing(walk: str, test: str) -> None:
    """No p-value of the battery is at either end, along the draws of a post and across members and worlds."""
    source = subprocess.Popen([sys.executable, __file__, walk], stdout=subprocess.PIPE)
    try:
        told = subprocess.run(
            [str(PROGRAM), "-g", "200", "-D", "test_name", "-D", "pvalues", "-d", *test.split()],
            stdin=source.stdout, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    finally:
        source.kill()
        source.wait()
        assert source.stdout is not None
        source.stdout.close()
    found = [float(line.split("|")[-1]) for line in told.splitlines() if "|" in line]
    assert found
    assert all(UNLIKELY < p < 1 - UNLIKELY for p in found), told


if __name__ == "__main__":
    pour(sys.argv[1] == "across")
