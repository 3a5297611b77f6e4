"""The package runs on every system: no module, function or signal that only some have, and no encoding of the console in files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import viralsim

SOURCE = Path(viralsim.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
# Windows has none of these: https://docs.python.org/3/library/unix.html
MODULES = {
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "spwd",
    "termios",
    "tty",
    "pty",
    "syslog",
    "posix",
    "readline",
    "curses",
    "nis",
}
OF_OS = {
    "fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "setuid", "setgid", "chown", "lchown", "chroot", "getpgid",
    "killpg", "setsid", "setpgid", "mkfifo", "mknod", "nice", "pread", "pwrite", "sched_getaffinity", "sched_setaffinity",
    "statvfs", "uname", "wait", "wait3", "wait4", "getloadavg", "sysconf", "sync", "fdatasync", "sendfile", "register_at_fork",
    "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_SYNC", "WNOHANG", "memfd_create", "kill",
}  # fmt: skip
OF_SIGNAL = {"SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE", "SIGSTOP", "SIGCONT", "SIGQUIT",
             "alarm", "setitimer", "pause", "pthread_kill", "pthread_sigmask", "sigwait"}  # fmt: skip
LACKING = {"os": OF_OS, "signal": OF_SIGNAL}


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


def used(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) of every ``os.name`` and ``signal.name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in LACKING:
            yield node.lineno, node.value.id, node.attr


def opened_as_the_console_has_it(tree: ast.AST) -> Iterator[int]:
    """Lines where a text file is opened without saying its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = [a.value for a in node.args[not method :] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        mode = words[-1] if words and re.fullmatch("[rwxa][bt+]*", words[-1]) else ""
        plain = name == "open" and not method and len(node.args) < 2
        text = name == "open" and mode and "b" not in mode and ("t" in mode or not method)
        if plain or text or (method and name in ("read_text", "write_text")):
            yield node.lineno


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.AST]:
    return {path.relative_to(SOURCE): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_no_module_of_some_systems_only(trees: dict[Path, ast.AST]) -> None:
    found = [f"{path}:{line} {name}" for path, tree in trees.items() for line, name in imported(tree)]
    assert [one for one in found if one.split()[-1].split(".")[0] in MODULES] == []


def test_no_function_or_signal_of_some_systems_only(trees: dict[Path, ast.AST]) -> None:
    """``os.getuid`` and its like are named only in files that ask ``hasattr(os, "getuid")``."""
    found = []
    for path, tree in trees.items():
        text = (SOURCE / path).read_text(encoding="utf-8")
        found += [
            f"{path}:{line} {module}.{name}"
            for line, module, name in used(tree)
            if name in LACKING[module] and f'hasattr({module}, "{name}")' not in text
        ]
    assert found == []


def test_files_say_their_encoding(trees: dict[Path, ast.AST]) -> None:
    """What is written on one machine is read on another, whatever their consoles hold."""
    assert [f"{path}:{line}" for path, tree in trees.items() for line in opened_as_the_console_has_it(tree)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("open(p)", 1), ('open("a", "w")', 1), ('open("a", "wb")', 0), ('open("a", "w", encoding="utf-8")', 0), ('p.read_text()', 1),
     ('gzip.open("a", "rt")', 1), ('gzip.open("a", "r")', 0)],
)  # fmt: skip
def test_the_walk_sees_what_it_looks_for(text: str, found: int) -> None:
    assert len(list(opened_as_the_console_has_it(ast.parse(text)))) == found
