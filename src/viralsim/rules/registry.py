"""Which rules there are: registered in Python, found by the entry point ``viralsim.rules``, or read from a file that was named.

A scenario names rules by words and never by a path: who runs a scenario of somebody else runs no code of theirs.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from viralsim.arguments import file_path, one_of, refuse
from viralsim.errors import InputError
from viralsim.rules import files
from viralsim.rules.rule import PLACES, Rule, digest_of, parts_of, python_function

Function = TypeVar("Function", bound=Callable[..., Any])
GROUP = "viralsim.rules"
# Words of the schema in the same places: a rule cannot hide what is built in.
BUILT_IN = {
    "reinforcement": ("simple", "social", "threshold"),
    "generator": ("erdos_renyi", "configuration", "barabasi_albert", "watts_strogatz", "stochastic_block", "forest_fire", "lfr"),
}  # fmt: skip
_RULES: dict[tuple[str, str], Rule] = {}
_FILES: dict[str, None] = {}  # files that were read, in order
_LOADED: list[bool] = []  # whether entry points were looked for


def register(
    place: str, word: str | None = None, *, limits: Mapping[str, tuple[float, float]] | None = None
) -> Callable[[Function], Function]:
    """Register the function below as a rule: ``@viralsim.rules.register("reinforcement")``.

    Arguments without a default are what the model gives by the names of ``docs/model.md``; those with one are parameters,
    which scenario files may set, sweep and leave uncertain.

    Args:
        place: ``reinforcement`` (the factor of repeated impressions), ``share_probability`` (before it is clipped at 1),
            ``response`` (0 share, 1 criticise, 2 engage, 3 nothing), ``measure`` (a number per world) or ``generator`` (of
            networks: two arrays of members, source and target).
        word: what scenario files call it; the function's name by default.
        limits: parameter -> (lowest, highest) that the schema allows.

    Returns: the decorator, which gives the function back as it is. Raises InputError for what cannot be a rule.
    """
    one_of(place, "place", PLACES)
    if callable(word):
        raise refuse("word", "a word, or left out", word, 'write @register("reinforcement")')
    if limits is not None and not isinstance(limits, Mapping):
        raise refuse("limits", "a mapping of parameters to (lowest, highest)", limits)

    def decorate(function: Function) -> Function:
        plain = python_function(function, "a rule")
        name = plain.__name__ if word is None else word
        if not isinstance(name, str) or not name.isidentifier():
            raise refuse("word", "a word of letters, digits and underscores", name)
        if name in BUILT_IN.get(place, ()):
            raise InputError(f"word: {name!r} is built in as {place}, choose another word")
        arguments, parameters = parts_of(place, plain)
        _add(Rule(place, name, plain, function, arguments, parameters, _limits(limits, parameters), digest_of(plain)))
        return function

    return decorate


def _limits(
    limits: Mapping[str, tuple[float, float]] | None, parameters: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for name, span in (limits or {}).items():
        one_of(name, "limits", parameters)
        if not isinstance(span, tuple | list) or len(span) != 2 or not span[0] <= parameters[name] <= span[1]:
            raise refuse(f"limits[{name!r}]", "(lowest, highest) around the default", span)
        found[name] = (float(span[0]), float(span[1]))
    return found


def _add(rule: Rule) -> None:
    there = _RULES.get((rule.place, rule.word))
    if there is not None and there.digest != rule.digest and _home(there) != _home(rule):
        raise InputError(f"there are two rules {rule.word!r} for {rule.place}: give one of them another word")
    _RULES[rule.place, rule.word] = rule


def known(place: str | None = None) -> dict[str, Rule]:
    """The rules of a place by their words; without a place all rules by ``place.word``; InputError for another place."""
    if place is not None:
        one_of(place, "place", PLACES)
    _load_entry_points()
    if place is None:
        return {f"{rule.place}.{rule.word}": rule for rule in _RULES.values()}
    return {word: rule for (where, word), rule in _RULES.items() if where == place}


def _home(rule: Rule) -> tuple[str, str]:
    """Where a rule is written; who writes it again there, as in a notebook, replaces it."""
    return rule.function.__code__.co_filename.split("/ipykernel_")[0], rule.function.__qualname__


def _load_entry_points() -> None:
    if _LOADED:
        return
    _LOADED.append(True)
    for point in entry_points(group=GROUP):
        try:
            point.load()
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"the rules of {point.value} cannot be loaded ({error}): repair or remove that package"
            ) from error


def read_file(path: str | os.PathLike[str]) -> tuple[Rule, ...]:
    """Run the Python file at ``path`` and return the rules that it registers. Raises InputError where it cannot be read or run."""
    file = file_path(path, "rules")
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read ({error}): name a Python file that registers rules") from None
    before = dict(_RULES)
    name = str(file)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope = {"__name__": files.__name__, "__file__": name}
    try:
        exec(compile(text, name, "exec"), scope)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    except Exception as error:
        line = _line_in(name, error)
        raise InputError(f"{file}{line}: cannot be run ({type(error).__name__}: {error}): repair it") from error
    found = tuple(rule for key, rule in _RULES.items() if before.get(key) is not rule)
    if not found:
        raise InputError(f"{file}: registers no rule: write @viralsim.rules.register(...) above a function")
    _FILES[name] = None
    return found


def files_read() -> tuple[str, ...]:
    """The files of rules that this process has read."""
    return tuple(_FILES)


def file_of(place: str, word: str) -> str:
    """The file that a rule was read from; empty if it was registered in Python, came by an entry point, or is not here."""
    rule = _RULES.get((place, word))
    name = "" if rule is None else rule.function.__code__.co_filename
    return name if name in _FILES else ""


def _line_in(name: str, error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    trace, line = error.__traceback__, ""
    while trace is not None:
        line = f":{trace.tb_lineno}" if trace.tb_frame.f_code.co_filename == name else line
        trace = trace.tb_next
    return line


def adopt(rules: Iterable[Rule]) -> None:
    """Take over rules of another process."""
    for rule in rules:
        _RULES[rule.place, rule.word] = rule


def packed(rules: Iterable[Rule]) -> bytes:
    """Rules for another process, functions and all; empty where there are none."""
    chosen = tuple(rules)
    if not chosen:
        return b""
    import cloudpickle

    return bytes(cloudpickle.dumps(chosen))


def unpack(rules: bytes) -> None:
    """Adopt what ``packed`` gave; the modules of its functions are found there, or travel with it."""
    if rules:
        import cloudpickle

        adopt(cloudpickle.loads(rules))
