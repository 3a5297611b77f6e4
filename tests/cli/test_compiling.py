"""The first use says that it compiles, once, and only to who looks on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from numba import njit
from numba.core import event

from viralsim.cli import compiling, main


def compile_something() -> None:
    """Two functions that no cache knows."""
    njit(lambda x: x + 1)(1)
    njit(lambda x: x + 2)(1)


def told_while_compiling(monkeypatch: pytest.MonkeyPatch, wait_s: float) -> list[str]:
    """What someone at a terminal is told when a wait of so many seconds is worth a word."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr(compiling, "WAIT_S", wait_s)
    told: list[str] = []
    listener = compiling.say_when_compiling(told.append)
    try:
        compile_something()
    finally:
        event.unregister("numba:compile", listener)
    return told


def test_a_long_wait_is_told_once_and_a_short_one_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_while_compiling(monkeypatch, -1.0) == [compiling.MESSAGE]
    assert told_while_compiling(monkeypatch, 1000.0) == []


def test_nobody_listens_where_nobody_looks_on() -> None:
    assert compiling.say_when_compiling(print) is None  # tests look through a pipe


def test_commands_with_kernels_announce_and_others_do_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    announced: list[object] = []
    monkeypatch.setattr(compiling, "say_when_compiling", announced.append)
    assert CliRunner().invoke(main, ["schema"]).exit_code == 0
    assert CliRunner().invoke(main, ["run", "--help"]).exit_code == 0
    assert not announced
    (tmp_path / "wrong.yaml").write_text("viralsim: 1\n")
    assert CliRunner().invoke(main, ["run", str(tmp_path / "wrong.yaml")]).exit_code != 0
    assert len(announced) == 1
