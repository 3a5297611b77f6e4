"""One rule: the place it takes, its function, its parameters, and a hash of all that it says."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from viralsim.errors import InputError

# What the functions of a place may ask for, by the names of docs/model.md. What is known of an impression:
IMPRESSION = (
    "appeal",
    "match",
    "activity",
    "trust",
    "novelty",
    "fatigue",
    "softening",
    "seen",
    "tick",
    "member",
    "sign",
)
# What a world has counted, and its posts in the order of posting: arrays of ``posts`` numbers.
COUNTED = (
    *("members", "reach", "impressions", "shares", "critical_shares", "engagements", "conversions", "earned_reach"),
    *("earned_shares", "largest_cascade"),
)
OF_TREES = ("member", "parent", "root", "depth", "posted_at", "source", "cause", "cell")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "reinforcement": (*IMPRESSION, "exposing_neighbours", "following"),
    "share_probability": (*IMPRESSION, "reinforcement"),
    "response": (*IMPRESSION, "u", "share", "criticism", "engagement"),
    "measure": (*COUNTED, *OF_TREES),
    "generator": ("members", "rng", "community"),
}  # fmt: skip
PLACES = tuple(ARGUMENTS)
IN_AN_IMPRESSION = ("reinforcement", "share_probability", "response")
# What a world without memory of impressions knows too, so that the shortcut of plain worlds can run the rule.
PLAIN = frozenset(IMPRESSION) - {"seen", "sign"} | {"reinforcement", "u", "share", "criticism", "engagement"}


@dataclass(frozen=True, eq=False)
class Rule:
    """A function in a place of the model.

    place: one of ``PLACES``. word: what scenario files call it. function: plain Python, compiled where it is used;
    original: as it was given, perhaps decorated by numba.
    arguments: what it asks for, in order. parameters: name -> default, in order. limits: name -> (lowest, highest).
    digest: a hash of all that it says; equal digests are equal rules.
    """

    place: str
    word: str
    function: FunctionType
    original: Callable[..., Any]
    arguments: tuple[str, ...]
    parameters: Mapping[str, float]
    limits: Mapping[str, tuple[float, float]]
    digest: str

    @property
    def asks_for_trees(self) -> bool:
        """Whether it is a measure that looks at posts one by one, so that the kernels must run it."""
        return self.place == "measure" and not set(self.arguments).isdisjoint(OF_TREES)

    def __repr__(self) -> str:
        return f"Rule({self.place!r}, {self.word!r}, {self.digest})"

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values of all parameters, in order; the defaults of those that are not given."""
        return [given.get(name, default) for name, default in self.parameters.items()]


def python_function(function: Any, what: str) -> FunctionType:
    """The plain function of one that numba has decorated, or of itself."""
    plain = getattr(function, "py_func", function)
    if not isinstance(plain, FunctionType):
        raise InputError(
            f"{what} must be a function written in Python or decorated by numba.njit, got {function!r:.60}"
        )
    return plain


def parts_of(place: str, function: FunctionType) -> tuple[tuple[str, ...], dict[str, float]]:
    """What a function asks for, and its parameters with their defaults; InputError for anything else in its signature."""
    arguments, parameters = [], {}
    what = f"the rule {function.__name__!r}"
    for name, one in inspect.signature(function).parameters.items():
        if one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
            raise InputError(f"{what}: * and ** cannot be compiled, name each argument")
        if one.default is one.empty:
            if name not in ARGUMENTS[place]:
                raise InputError(
                    f"{what}: {place} knows no {name!r}, it knows {', '.join(ARGUMENTS[place])}; "
                    f"a parameter of your own needs a default ({name}=0.5)"
                )
            arguments.append(name)
            continue
        if name in ARGUMENTS[place]:
            raise InputError(f"{what}: {name!r} is given by the model and takes no default")
        if isinstance(one.default, bool) or not isinstance(one.default, int | float):
            raise InputError(f"{what}: the default of {name!r} must be a number, got {one.default!r:.40}")
        parameters[name] = float(one.default)
    return tuple(arguments), parameters


def digest_of(function: FunctionType) -> str:
    """16 hexadecimal digits of what a function says, with all that it calls and the constants it uses.

    Comments, docstrings and layout do not count. Where its source cannot be read, its compiled code counts, which another
    version of Python may write in another way.
    """
    said: list[str] = []
    _tell(function, said, set())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _tell(function: FunctionType, said: list[str], seen: set[int]) -> None:
    if id(function) in seen:
        return
    seen.add(id(function))
    said.append(_source(function) or _code(function.__code__))
    said.append(repr((function.__defaults__, function.__kwdefaults__)))
    held = inspect.getclosurevars(function)
    for name, value in sorted({**held.globals, **held.nonlocals}.items()):
        inner = getattr(value, "py_func", value)
        if isinstance(inner, FunctionType) and not is_library(inner):
            said.append(name)
            _tell(inner, said, seen)
        elif isinstance(inner, ModuleType):
            said.append(f"{name}: module {inner.__name__}")
        elif hasattr(inner, "tobytes"):
            said.append(f"{name}: {inner.dtype}{inner.shape}{hashlib.sha256(inner.tobytes()).hexdigest()}")
        else:
            said.append(
                f"{name}: {inner!r}" if isinstance(inner, int | float | str | tuple) else f"{name}: {type(inner)}"
            )


def is_library(function: FunctionType) -> bool:
    """Whether a function is of NumPy or numba, which compile it in their own way."""
    return (function.__module__ or "").split(".")[0] in ("numpy", "numba")


def _source(function: FunctionType) -> str | None:
    """The source of a function without comments, docstrings and decorators; None where it is not that of its code."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        node = next(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == function.__name__)
    except (OSError, TypeError, SyntaxError, StopIteration):
        return None
    node.decorator_list = []
    module = ast.fix_missing_locations(ast.Module([node], []))
    code = next((one for one in compile(module, "rule", "exec").co_consts if isinstance(one, CodeType)), None)
    if code is None or code.co_code != function.__code__.co_code or code.co_names != function.__code__.co_names:
        return None
    if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
        node.body = node.body[1:] or [ast.Pass()]
    node.returns = None
    for argument in (*node.args.args, *node.args.kwonlyargs):
        argument.annotation = None
    return ast.unparse(node)


def _code(code: CodeType) -> str:
    consts = [_code(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return repr((code.co_code, code.co_names, code.co_varnames, consts))
