"""Functions that kernels alone call: compiled with the kernel, optimised once, and inlined where they say so."""

from __future__ import annotations

from typing import Any

import pytest
from numba import config, njit
from numba.core.codegen import CPUCodeLibrary

from viralsim.kernels.cpu import PART

pytestmark = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")


@pytest.mark.parametrize("is_inlined", [True, False])
def test_a_part_is_optimised_with_its_kernel_and_not_by_itself(
    monkeypatch: pytest.MonkeyPatch, is_inlined: bool
) -> None:
    optimised, whole = [], CPUCodeLibrary._optimize_final_module

    def noted(library: Any) -> None:
        optimised.append(library.name.split(".")[-1])
        whole(library)

    monkeypatch.setattr(CPUCodeLibrary, "_optimize_final_module", noted)
    in_memory = {**PART, "cache": False}

    @njit(forceinline=is_inlined, **in_memory)
    def collatz_step(n):  # type: ignore[no-untyped-def]
        return n // 2 if n % 2 == 0 else 3 * n + 1

    @njit(forceinline=False, **in_memory)
    def steps_to_one(n):  # type: ignore[no-untyped-def]
        steps = 0
        while n != 1:
            n = collatz_step(n)
            steps += 1
        return steps

    @njit(_nrt=False)
    def kernel(n):  # type: ignore[no-untyped-def]
        return steps_to_one(n) + steps_to_one(n + 1)

    assert kernel(27) == 111 + 18
    assert "kernel" in optimised
    assert not {"collatz_step", "steps_to_one"} & set(optimised)
