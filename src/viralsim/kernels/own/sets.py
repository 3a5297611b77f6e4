"""Rules of one's own inside the kernels: compiled into them where an arm has some, and nothing at all where it has none.

The set of rules is part of a type: ``contents.own_rules`` is an array whose one field is named after the hash of the set. Compiled
code is kept by the types of its arguments, so each set has kernels of its own, in memory and on disk, and a kernel without
rules is compiled from the same lines as ever. Parameters are numbers in ``contents.own_value``: another value compiles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numba import config, njit

from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.counts import N_IMPRESSIONS_OWNED, Count
from viralsim.kernels.sharing_law import CRITICISE, response_to, share_probability
from viralsim.rules import files
from viralsim.rules.rule import COUNTED, IN_AN_IMPRESSION, OF_TREES, PLAIN, Rule, is_library

REINFORCEMENT, SHARE_PROBABILITY, RESPONSE, MEASURES = range(4)  # the first three: second axis of ``contents.own_rule``


LARGEST = 1e300  # a factor beyond it would make 0 * factor no number


NODE_FIELDS = {"posted_at": "tick"}  # names of trees that the field of a node differs from


INLINED = {"_nrt": False, "forceinline": True, "error_model": "numpy"}


class RuleSet(NamedTuple):
    """The rules that an arm uses, in the order of their numbers, and what they ask for together."""

    rules: tuple[Rule, ...]
    calls: tuple[Callable[..., Any], ...]  # by place; the last takes the measures
    asks: frozenset[str]

    @property
    def is_plain(self) -> bool:
        """Whether the shortcut of plain worlds knows all that the rules ask for."""
        return self.asks <= PLAIN and all(rule.place in ("share_probability", "response") for rule in self.rules)


_SETS: dict[str, RuleSet] = {}


def key_of(rules: Sequence[Rule]) -> str:
    """The name of a set of rules: another source, place, word or order of parameters is another name."""
    said = [(rule.place, rule.word, rule.digest, rule.arguments, tuple(rule.parameters)) for rule in rules]
    return "rules_" + blake2b(repr(said).encode(), digest_size=8).hexdigest()


def set_of(key: str) -> RuleSet:
    """The set of that name, which ``marker`` has noted."""
    return _SETS[key]


def marker(rules: Sequence[Rule]) -> np.ndarray:
    """The array of length 0 whose type names the rules; plain float64 where there are none."""
    if not rules:
        return np.zeros(0)
    key = key_of(rules)
    if key not in _SETS:
        asks = frozenset(name for rule in rules for name in rule.arguments)
        calls = (*(_call(rules, i) for i in range(len(IN_AN_IMPRESSION))), _measuring(rules))
        _SETS[key] = RuleSet(tuple(rules), calls, asks)
    return np.zeros(0, dtype=[(key, np.uint8)])


def key_in(array: np.ndarray) -> str | None:
    """The name of the set of rules that an array of ``marker`` carries; None where there is none."""
    return array.dtype.names[0] if array.dtype.names else None


class Impression(NamedTuple):
    """What the engines know of an impression when they ask a rule; the shortcut has 0 for what it does not keep."""

    appeal: Any
    match: Any
    activity: Any
    trust: Any
    novelty: Any
    fatigue: Any
    reinforcement: Any
    softening: Any
    seen: Any
    tick: Any
    member: Any
    sign: Any


_MORE = {
    "reinforcement": ("exposing_neighbours", "following"),
    "share_probability": (),
    "response": ("u", "share", "criticism", "engagement"),
}
_ELSE = {
    "reinforcement": "1.0",
    "share_probability": f"share_probability({', '.join(f'i.{name}' for name in Impression._fields[:8])})",
    "response": "response_to(u, share, criticism, engagement)",
}


_WRONG = {
    "reinforcement": f"not 0.0 <= value <= {LARGEST}",
    "share_probability": f"not 0.0 <= value <= {LARGEST}",
    "response": f"value < 0 or value > 3 or (value == {CRITICISE} and own[4][content] < 0)",
}


_NOTHING = {"reinforcement": "0.0", "share_probability": "0.0", "response": "3"}


def _call(rules: Sequence[Rule], place: int) -> Callable[..., Any]:
    """The function that asks the rule of a content in one place, or what is built in where it has none."""
    word = IN_AN_IMPRESSION[place]
    lines = [f"def call({', '.join(('own', 'content', 'i', *_MORE[word]))}):", f"    rule = own[1][content, {place}]"]
    scope: dict[str, Any] = {
        "__name__": __name__, "share_probability": share_probability, "response_to": response_to
    }  # fmt: skip
    for i, rule in enumerate(rules):
        if rule.place != word:
            continue
        scope[f"rule_{i}"] = rule.function if config.DISABLE_JIT else njit(**INLINED)(at_home(rule.function))
        values = [f"{name}=own[2][content, {place}, {j}]" for j, name in enumerate(rule.parameters)]
        values += [f"{name}={name}" if name in _MORE[word] else f"{name}=i.{name}" for name in rule.arguments]
        lines += [f"    if rule == {i}:", f"        value = rule_{i}({', '.join(values)})"]
        lines += [
            f"        if {_WRONG[word]}:",
            f"            own[3][0] = 1 + {i}",
            f"            return {_NOTHING[word]}",
        ]
        lines += [f"        return {'float' if word != 'response' else 'int'}(value)"]
    lines += [f"    return {_ELSE[word]}"]
    exec(compile("\n".join(lines), f"<{word} of own rules>", "exec"), scope)
    found: Callable[..., Any] = scope["call"]
    return found


_COUNTED = {
    "members": "np.int64(arm.graph_indptr.shape[1] - 1)",
    "impressions": f"np.int64(counts[{N_IMPRESSIONS_OWNED}:{N_IMPRESSIONS_OWNED + len(Source)}].sum())",
    **{
        name: f"np.int64(counts[{int(Count[name.upper()])}])"
        for name in COUNTED
        if name not in ("members", "impressions")
    },
    **{name: f"nodes.{NODE_FIELDS.get(name, name)}[:posts]" for name in OF_TREES},
}


def _measuring(rules: Sequence[Rule]) -> Callable[..., Any]:
    """The function that takes all measures of a world that look at trees."""
    lines = ["def call(own, arm, nodes, posts, counts, measured):"]
    scope: dict[str, Any] = {"__name__": __name__, "np": np}
    for i, rule in enumerate(rule for rule in rules if rule.place == "measure"):
        scope[f"rule_{i}"] = rule.function if config.DISABLE_JIT else njit(error_model="numpy")(at_home(rule.function))
        values = [f"{name}=own[5][{i}, {j}]" for j, name in enumerate(rule.parameters)]
        values += [f"{name}={_COUNTED[name]}" for name in rule.arguments]
        lines += [f"    measured[{i}] = rule_{i}({', '.join(values)})"]
    exec(compile("\n".join([*lines, "    return"]), "<own measures>", "exec"), scope)
    found: Callable[..., Any] = scope["call"]
    return found


def at_home(function: FunctionType) -> FunctionType:
    """The same function as one of a module that every process can import: numba asks for it when it loads compiled code.

    Plain functions that it calls are compiled too.
    """
    scope = {**function.__globals__, "__name__": files.__name__}
    for name in function.__code__.co_names:
        called = scope.get(name)
        if isinstance(called, FunctionType) and called is not function and not is_library(called):
            scope[name] = njit(error_model="numpy")(at_home(called))
    moved = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    moved.__kwdefaults__ = function.__kwdefaults__
    return moved
