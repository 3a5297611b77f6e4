"""What a terminal is given: no control characters from names, letters that it can hold, and quiet where nobody reads."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from viralsim.cli import endings, main
from viralsim.cli.console import standard_console
from viralsim.cli.output import OutputError, PrintableStream, printable, terminal_is_safe
from viralsim.errors import ViralsimWarning

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\u200e\u200f]")
EVIL = "\x1b[2J\x1b]0;mine\x07\x9b31m\u202egnp"
SCENARIO = """
viralsim: 1
name: "evil \\e[2J\\e]0;mine\\a\\u202Egnp"
about: "about \\e[31mred"
worlds: 4
horizon: 6h
audience: {members: 60}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 8}}}}
content: {c: {appeal: 0.05}}
campaign: {content: c, organic: [{members: 5}]}
arms: {plain: {}, "bold \\e[1m": {content.c.appeal: 0.1}}
baseline: plain
"""


@given(st.text(max_size=80))
def test_text_is_printable_and_keeps_its_letters(text: str) -> None:
    """No control character is left; what has none is as it was."""
    shown = printable(text)
    assert not CONTROL.search(shown)
    if not CONTROL.search(text):
        assert shown == text


def test_a_control_character_is_shown_as_it_is_written() -> None:
    assert printable("a\x1b[31m\tb\r\nc\x9b\u202e") == "a\\x1b[31m\tb\nc\\x9b\\u202e"
    assert printable("Käse 🚀 \u200d") == "Käse 🚀 \u200d"


def on_a_terminal(arguments: list[str]) -> str:
    """What a command prints to a terminal of its own, its own styles and cursor moves left out."""
    pty = pytest.importorskip("pty", reason="no terminal can be made on this system")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-W", "ignore", "-m", "viralsim", *arguments]
    process = subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "90"}
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        parts.append(part)
    process.wait(60)
    os.close(ours)
    text = b"".join(parts).decode("utf-8").replace("\r\n", "\n")
    return re.sub("\x1b\\[[0-9;?]*[A-Za-z]|\r", "", text)


def test_names_move_no_cursor(tmp_path: Path) -> None:
    """A scenario, an arm and a file with escape sequences in their names are printed with these written out."""
    path = tmp_path / f"s{EVIL}.yaml"
    path.write_text(SCENARIO.replace("bold \\\\e[1m", "bold"), encoding="utf-8")
    (tmp_path / "plain.yaml").write_text(re.sub('"bold.*"', "bold", SCENARIO), encoding="utf-8")
    for arguments in (["check", str(path)], ["run", str(tmp_path / "plain.yaml"), "--threads", "1"],
                      ["run", str(tmp_path / "plain.yaml"), "--arm", EVIL], [EVIL], ["report", EVIL],
                      ["run", str(tmp_path / "plain.yaml"), "--set", f"{EVIL}=1"]):  # fmt: skip
        said = on_a_terminal(arguments)
        assert not CONTROL.search(said), arguments
        assert "\\x1b" in said, arguments


def test_a_table_is_laid_out_by_what_is_shown() -> None:
    """Cells are as wide as the text that is in them, and rich's own styles go through."""
    raw = io.StringIO()
    with terminal_is_safe():
        console = standard_console()
        console.file, console._force_terminal = raw, True
        table = Table("name", "n")
        table.add_row("a\x1b[2J", "1")
        console.print(table)
    lines = raw.getvalue().splitlines()
    assert "a\\x1b[2J" in raw.getvalue()
    assert len({len(re.sub("\x1b\\[[0-9;]*m", "", line)) for line in lines if line}) == 1


def test_a_warning_is_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(), terminal_is_safe():
        warnings.simplefilter("always")
        warnings.warn("of ours", ViralsimWarning, stacklevel=1)
        assert isinstance(sys.stdout, PrintableStream)
    assert capsys.readouterr().err == "note: of ours\n"
    assert not isinstance(sys.stdout, PrintableStream)


class Broken(io.StringIO):
    """A stream that nobody takes anything from."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code

    def write(self, text: str) -> int:
        raise OSError(self.code, os.strerror(self.code))


def test_a_stream_that_is_lost_is_our_own_error() -> None:
    with pytest.raises(OutputError) as caught:
        PrintableStream(Broken(errno.EPIPE)).write("x")
    assert isinstance(caught.value.__cause__, BrokenPipeError)


def ending(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = endings.end_of(error, False)
    return status, capsys.readouterr().err.strip()


def lost(code: int) -> OutputError:
    error = OutputError()
    error.__cause__ = OSError(code, os.strerror(code))
    return error


def test_how_a_command_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """Every kind of end has its status; what the system refuses is a sentence with a place and a remedy."""
    assert ending(lost(errno.EPIPE), capsys) == (141, "")
    status, said = ending(lost(errno.ENOSPC), capsys)
    assert (status, said) == (2, "the output: No space left on device: make room there, or name another disk")
    refused = PermissionError(errno.EACCES, "Permission denied", "out/a.json")
    assert ending(refused, capsys)[1].startswith("out/a.json: Permission denied: name another place")
    assert ending(NotADirectoryError(errno.ENOTDIR, "Not a directory", "a/b"), capsys)[0] == 2
    assert ending(OSError("4096 requested and 12 written"), capsys) == (
        2, "the output: No space left on device: make room there, or name another disk")  # fmt: skip
    assert ending(ConnectionResetError(errno.ECONNRESET, "reset"), capsys)[0] == 1
    assert ending(click.Abort(), capsys) == (130, "interrupted")
    assert ending(ZeroDivisionError("x"), capsys)[0] == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_a_sentence() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "viralsim", "schema"], stdout=full, stderr=subprocess.PIPE, text=True,
                              check=False)  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "the output: No space left on device: make room there, or name another disk\n"


@pytest.mark.parametrize("arguments", [["schema"], ["presets"], ["--help"], ["presets", "--json"]])
def test_a_closed_pipe_ends_it_quietly(arguments: list[str]) -> None:
    """The reader has gone before the first word."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run([sys.executable, "-m", "viralsim", *arguments], stdout=pipe, stderr=subprocess.PIPE, text=True,
                              check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes a stream")
@pytest.mark.parametrize(
    ("closed", "there", "status"), [("2>&-", True, 0), (">&-", True, 0), ("2>&-", False, 2), (">&- 2>&-", True, 0)]
)
def test_a_stream_that_was_closed_before_changes_no_status(
    closed: str, there: bool, status: int, tmp_path: Path
) -> None:
    """As under cron, or a service without a console: progress and notes have nowhere to go, and nothing else changes."""
    file = tmp_path / "s.yaml"
    if there:
        file.write_text(re.sub('"bold.*"', "bold", SCENARIO))
    done = subprocess.run(["sh", "-c", f'exec "$0" -m viralsim check "$1" {closed}', sys.executable, str(file)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith(f"{file}: no errors") == (there and ">&-" not in closed.replace("2>&-", ""))


@pytest.mark.parametrize("command", ["run --out", "sweep --out", "init", "network import --out"])
def test_a_folder_that_is_a_file_is_a_sentence(command: str, tmp_path: Path) -> None:
    """Where a part of the path is a file, the command says so with exit status 2, and the file is as it was."""
    (tmp_path / "s.yaml").write_text(
        re.sub('"bold.*"', "bold", SCENARIO) + "sweep: {parameters: {content.c.appeal: {values: [0.1]}}}"
    )
    (tmp_path / "edges.csv").write_text("source,target\n1,2\n2,3\n")
    (tmp_path / "file").write_text("kept")
    place = str(tmp_path / "file" / "x")
    arguments = {
        "run --out": ["run", str(tmp_path / "s.yaml"), "--out", place, "--threads", "1"],
        "sweep --out": ["sweep", str(tmp_path / "s.yaml"), "--out", place, "--threads", "1"],
        "init": ["init", place],
        "network import --out": ["network", "import", str(tmp_path / "edges.csv"), "--out", place],
    }[command]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2, done.output
    assert re.search("Not a directory|File exists", done.output)
    assert "Traceback" not in done.output
    assert (tmp_path / "file").read_text() == "kept"
