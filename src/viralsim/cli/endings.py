"""How a command can end: what is said of an error, and the exit status."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from contextlib import suppress

import click
from click.core import ParameterSource

from viralsim.cli.output import OutputError
from viralsim.errors import CapacityError, InputError

_INVALID = re.compile(r"Invalid value for '([^']+)'(?: \([^)]*\))?: (.*)")
_ARGUMENT = re.compile(
    r"(\w+)(?:\[[^\]]*\])?(?= must |: )"
)  # the beginning of what Python's functions say of an argument
IN_SCENARIOS = {
    "worlds",
    "seed",
    "arms",
    "measure",
    "units",
    "treatment",
    "control",
    "share",
}  # and options of some command
FAULT_OF_OURS, INPUT_IS_WRONG, INTERRUPTED = 1, 2, 130
PIPE_CLOSED = 141  # as a shell says of a program that SIGPIPE ended
_CLOSED = {errno.EPIPE, errno.EINVAL if sys.platform == "win32" else errno.EPIPE}  # of a pipe, as the systems say it

# what the system refuses, and what helps; all else that goes wrong in a system call is a fault of ours
_REMEDIES = {
    errno.ENOSPC: "make room there, or name another disk",
    errno.EDQUOT: "make room there, or name another disk",
    errno.EFBIG: "name another disk",
    errno.EIO: "the disk or the connection to it fails: name another one",
    errno.EACCES: "name another place, or have its permissions changed",
    errno.EPERM: "name another place, or have its permissions changed",
    errno.EROFS: "name a place that can be written to",
    errno.ENOTDIR: "a part of that path is a file: name another folder",
    errno.EEXIST: "something of that name is there already: name another place",
    errno.EISDIR: "that is a folder: name a file",
    errno.ENOENT: "check the path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "links go round in a circle there: name another place",
    errno.EMFILE: "close other programs, or raise the limit (ulimit -n)",
    errno.ENFILE: "close other programs",
}


def tell(message: str) -> None:
    """One message on standard error; nobody may be there to read it."""
    with suppress(OutputError):
        click.echo(message, err=True)


def end_of(error: BaseException, debug: bool) -> int:
    """Say in one line what ended the command, the traceback only to who asks for it; the exit status."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        tell("interrupted")
        return INTERRUPTED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        tell(error.format_message())
        return INPUT_IS_WRONG
    if isinstance(error, click.ClickException):
        tell(usage_sentence(error))
        return INPUT_IS_WRONG
    if isinstance(error, InputError):
        tell(str(error))
        return INPUT_IS_WRONG
    if isinstance(error, OutputError):
        _forget_output()
        error = error.__cause__ or error
        if isinstance(error, OSError) and error.errno in _CLOSED:
            return PIPE_CLOSED
    if isinstance(error, OSError) and (sentence := sentence_of(error)):
        tell(sentence)
        return INPUT_IS_WRONG
    return _fault(error, debug)


def usage_sentence(error: click.ClickException) -> str:
    """What is wrong with how a command was typed, and where its help is, in one line."""
    what = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.BadParameter) and (match := _INVALID.fullmatch(what)):
        what = f"{match[1]}: {match[2]}"
    context = getattr(error, "ctx", None)
    return what if context is None else f"{what}; see {context.command_path} --help"


def in_options(error: InputError, context: click.Context) -> InputError:
    """The error with an argument of Python called as it was typed: ``arms[0] must be`` is ``--arm must be``.

    What was not typed and a scenario says too is the scenario's, which calls it as Python does.
    """
    match = _ARGUMENT.match(str(error))
    if match is None or type(error) is not InputError:
        return error
    words = {match[1], f"{match[1]}s", match[1].removesuffix("_usd")}
    option = next((p for p in context.command.params if isinstance(p, click.Option) and p.name in words), None)
    if option is not None and context.get_parameter_source(option.name or "") is not ParameterSource.COMMANDLINE:
        option = None if match[1] in IN_SCENARIOS else option
    return error if option is None else InputError(max(option.opts, key=len) + str(error)[match.end() :])


def flush_output() -> None:
    """Let what was printed out; OutputError where nobody takes it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _forget_output() -> None:
    """Send what is still to be printed nowhere, so that Python does not try again when it ends."""
    with suppress(OSError, ValueError, AttributeError):  # a stream that is no file
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def sentence_of(error: OSError) -> str:
    """What the system refused, where, and the remedy, on one line; empty where it is no matter of the user's."""
    code = error.errno
    if code is None and "requested and" in str(error) and "written" in str(error):  # how NumPy says that a disk is full
        code = errno.ENOSPC
    remedy = _REMEDIES.get(code) if code is not None else None
    if remedy is None or code is None:
        return ""
    place = str(error.filename) if error.filename is not None else "the output"
    return f"{place}: {(error.strerror or os.strerror(code)).rstrip('.')}: {remedy}"


def _fault(error: BaseException, debug: bool) -> int:
    if debug or os.environ.get("VIRALSIM_DEBUG", "0") not in ("", "0"):
        traceback.print_exception(error)
    what = " ".join(str(error).split())[:300]
    if isinstance(error, CapacityError):
        tell(what)
    elif isinstance(error, MemoryError):
        tell(f"not enough memory ({what}): ask for fewer worlds, members or threads")
    else:
        tell(f"a fault of ours: {type(error).__name__}: {what}; viralsim --debug shows where, please report it")
    return FAULT_OF_OURS
