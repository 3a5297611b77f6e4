"""Compiling beforehand: what the first run needs and no more, by two processes, and nothing where it is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from viralsim.kernels.fast.eligible import is_eligible, is_organic
from viralsim.parallel import available_cores
from viralsim.simulation import compile_ahead
from viralsim.simulation.run import compile_arms, compile_audience

MAIN = Path(__file__).parents[1] / "scenarios" / "advocates_vs_paid.yaml"


def test_the_tiny_scenario_has_an_arm_for_each_kernel() -> None:
    """Otherwise a kernel would still be compiled after ``viralsim warm``."""
    scenario = compile_ahead.tiny_scenario()
    arms = {name: arm.world for name, arm in compile_arms(scenario, compile_audience(scenario)).items()}
    assert {name: is_eligible(arm) for name, arm in arms.items()} == {"few": True, "plan": True, "more": False}
    assert {name: is_organic(arm, None) for name, arm in arms.items()} == {"few": True, "plan": False, "more": False}


def test_nothing_is_started_where_kernels_are_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every later run asks too."""
    compile_ahead.compile_spread_kernel()  # at the latest now
    assert compile_ahead.is_compiled()
    monkeypatch.setattr(subprocess, "Popen", lambda *_a, **_k: pytest.fail("a process was started"))
    compile_ahead.compile_beside()


def test_a_machine_that_starts_no_process_compiles_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling beforehand saves time; that it cannot be done is no fault."""
    asked = []

    def refused(*_arguments: object, **_options: object) -> None:
        asked.append(True)
        raise PermissionError("no more processes")

    monkeypatch.setattr(compile_ahead, "is_compiled", lambda: False)
    monkeypatch.setattr(compile_ahead, "available_cores", lambda: 2)
    monkeypatch.setattr(subprocess, "Popen", refused)
    compile_ahead.compile_beside()
    assert asked


def test_nothing_is_compiled_beforehand_with_the_compiler_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """``NUMBA_DISABLE_JIT=1``: kernels are plain functions, without a cache to look into."""
    monkeypatch.setattr("viralsim.kernels.batch.run_block", lambda *_arguments: 0)
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    monkeypatch.setattr(subprocess, "Popen", lambda *_a, **_k: pytest.fail("a process was started"))
    compile_ahead.compile_beside()
    assert compile_ahead.is_compiled()


COUNT = """
import sys
from numba.core import event
from viralsim.simulation import compile_ahead

class Listener(event.Listener):
    compiled = []
    def on_start(self, found): self.compiled.append(str(found.data["dispatcher"]))
    def on_end(self, found): pass

compile_ahead.compile_beside()
event.register("numba:compile", Listener())
import viralsim as vs
vs.simulate(sys.argv[1], worlds=20)
print([one for one in Listener.compiled if "run_" in one])
"""


@pytest.mark.slow
@pytest.mark.skipif(available_cores() < 2, reason="on one core nothing is compiled beforehand")
def test_the_main_scenario_then_compiles_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a cache of its own: all that the main scenario runs in the engine was compiled beforehand."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", COUNT, str(MAIN)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(list(tmp_path.rglob("respond.deliver_all-*.nbc"))) == 1, (
        "compiled for types that the engine does not have"
    )
