"""Rules of one's own inside the kernels: compiled into them where an arm has some, and nothing at all where it has none.

The set of rules is part of a type: ``contents.own_rules`` is an array whose one field is named after the hash of the set. Compiled
code is kept by the types of its arguments, so each set has kernels of its own, in memory and on disk, and a kernel without
rules is compiled from the same lines as ever. Parameters are numbers in ``contents.own_value``: another value compiles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numba import config, njit, types
from numba.extending import overload

from viralsim.errors import InputError
from viralsim.kernels.law import CRITICISE, response_to, share_probability
from viralsim.rules.rule import IN_AN_IMPRESSION, PLAIN, Rule

REINFORCEMENT, SHARE_PROBABILITY, RESPONSE = range(3)  # second axis of ``contents.own_rule``
LARGEST = 1e300  # a factor beyond it would make 0 * factor no number
INLINED = {"_nrt": False, "forceinline": True, "error_model": "numpy"}


class RuleSet(NamedTuple):
    """The rules that an arm uses, in the order of their numbers, and what they ask for together."""

    rules: tuple[Rule, ...]
    calls: tuple[Callable[..., Any], ...]  # by place
    asks: frozenset[str]

    @property
    def is_plain(self) -> bool:
        """Whether the shortcut of plain worlds knows all that the rules ask for."""
        return self.asks <= PLAIN and all(rule.place != "reinforcement" for rule in self.rules)


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
        calls = tuple(_call(rules, i) for i in range(len(IN_AN_IMPRESSION)))
        _SETS[key] = RuleSet(tuple(rules), calls, asks)
    return np.zeros(0, dtype=[(key, np.uint8)])


def key_in(array: np.ndarray) -> str | None:
    """The name of the set of rules that an array of ``marker`` carries; None where there is none."""
    return array.dtype.names[0] if array.dtype.names else None


# What the engines know of an impression when they ask a rule; the shortcut passes 0 for what it does not keep.
_KNOWN = (
    "appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, exposing_neighbours, following, "
    "tick, member, u, share, criticism, engagement"
).split(", ")
_GIVEN = {
    "reinforcement": _KNOWN[:6] + _KNOWN[7:13],
    "share_probability": _KNOWN[:9] + _KNOWN[11:13],
    "response": _KNOWN[:9] + _KNOWN[11:],
}
_ELSE = {
    "reinforcement": "1.0",
    "share_probability": "share_probability(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening)",
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
    lines = [f"def call(own, content, {', '.join(_GIVEN[word])}):", f"    rule = own[1][content, {place}]"]
    scope: dict[str, Any] = {"share_probability": share_probability, "response_to": response_to}
    for i, rule in enumerate(rules):
        if rule.place != word:
            continue
        scope[f"rule_{i}"] = rule.function if config.DISABLE_JIT else njit(**INLINED)(rule.function)
        values = [f"{name}=own[2][content, {place}, {j}]" for j, name in enumerate(rule.parameters)]
        values += [f"{name}={name}" for name in rule.arguments]
        lines += [f"    if rule == {i}:", f"        value = rule_{i}({', '.join(values)})"]
        lines += [f"        if {_WRONG[word]}:", f"            own[3][0] = 1 + {i}", f"            return {_NOTHING[word]}"]
        lines += [f"        return {'float' if word != 'response' else 'int'}(value)"]
    lines += [f"    return {_ELSE[word]}"]
    exec(compile("\n".join(lines), f"<{word} of own rules>", "exec"), scope)
    found: Callable[..., Any] = scope["call"]
    return found


def own_of(arm):  # type: ignore[no-untyped-def]
    """What the rules of an arm need in compiled code; None where it has none."""
    if key_in(arm.contents_own_rules) is None:
        return None
    return arm.contents_own_rules, arm.contents_own_rule, arm.contents_own_value, arm.contents_own_fault, arm.contents_twin


@overload(own_of, jit_options=INLINED)
def _own_of(arm):  # type: ignore[no-untyped-def]
    if not isinstance(arm.field_dict["contents_own_rules"].dtype, types.Record):
        return lambda arm: None

    def found(arm):  # type: ignore[no-untyped-def]
        return arm.contents_own_rules, arm.contents_own_rule, arm.contents_own_value, arm.contents_own_fault, arm.contents_twin

    return found


def _typed_set(own: Any) -> RuleSet | None:
    """The rules that the type of ``own`` names; None for the type of None."""
    return None if isinstance(own, types.NoneType) else set_of(next(iter(own[0].dtype.fields)))


def own_factor(own, content, appeal, match, activity, trust, novelty, fatigue, softening, seen, exposing_neighbours, following, tick, member):  # type: ignore[no-untyped-def]  # fmt: skip
    """The factor of repeated impressions by the rule of a content."""
    return set_of(key_in(own[0])).calls[REINFORCEMENT](
        own, content, appeal, match, activity, trust, novelty, fatigue, softening, seen, exposing_neighbours, following,
        tick, member,
    )  # fmt: skip


@overload(own_factor, jit_options=INLINED)
def _own_factor(own, content, appeal, match, activity, trust, novelty, fatigue, softening, seen, exposing_neighbours, following, tick, member):  # type: ignore[no-untyped-def]  # fmt: skip
    rules = _typed_set(own)
    if rules is None:
        return lambda own, content, appeal, match, activity, trust, novelty, fatigue, softening, seen, exposing_neighbours, following, tick, member: 1.0  # fmt: skip
    return rules.calls[REINFORCEMENT]


def share_of(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member):  # type: ignore[no-untyped-def]  # fmt: skip
    """The share probability before it is clipped: the law's, or that of the content's own rule."""
    if own is None:
        return share_probability(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening)
    return set_of(key_in(own[0])).calls[SHARE_PROBABILITY](
        own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member
    )


@overload(share_of, jit_options=INLINED)
def _share_of(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member):  # type: ignore[no-untyped-def]  # fmt: skip
    rules = _typed_set(own)
    if rules is not None:
        return rules.calls[SHARE_PROBABILITY]

    def law(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member):  # type: ignore[no-untyped-def]  # fmt: skip
        return share_probability(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening)

    return law


def response_of(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member, u, share, criticism, engagement):  # type: ignore[no-untyped-def]  # fmt: skip
    """The ``Response`` to an impression: the law's, or that of the content's own rule."""
    if own is None:
        return response_to(u, share, criticism, engagement)
    return set_of(key_in(own[0])).calls[RESPONSE](
        own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member, u,
        share, criticism, engagement,
    )  # fmt: skip


@overload(response_of, jit_options=INLINED)
def _response_of(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member, u, share, criticism, engagement):  # type: ignore[no-untyped-def]  # fmt: skip
    rules = _typed_set(own)
    if rules is not None:
        return rules.calls[RESPONSE]

    def law(own, content, appeal, match, activity, trust, novelty, fatigue, reinforcement, softening, seen, tick, member, u, share, criticism, engagement):  # type: ignore[no-untyped-def]  # fmt: skip
        return response_to(u, share, criticism, engagement)

    return law


def has_own(own):  # type: ignore[no-untyped-def]
    """Whether there are rules: known when compiled, so that what depends on it is left out where there are none."""
    return own is not None


@overload(has_own, jit_options=INLINED)
def _has_own(own):  # type: ignore[no-untyped-def]
    there = not isinstance(own, types.NoneType)
    return lambda own: there


def asks_for_neighbours(own):  # type: ignore[no-untyped-def]
    """Whether a rule asks how many neighbours have exposed a member: counting them costs a look at another table."""
    return own is None or "exposing_neighbours" in set_of(key_in(own[0])).asks


@overload(asks_for_neighbours, jit_options=INLINED)
def _asks_for_neighbours(own):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    asked = rules is None or "exposing_neighbours" in rules.asks
    return lambda own: asked


def asks_for_following(own):  # type: ignore[no-untyped-def]
    """Whether a rule asks how many accounts a member follows."""
    return own is not None and "following" in set_of(key_in(own[0])).asks


@overload(asks_for_following, jit_options=INLINED)
def _asks_for_following(own):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    asked = rules is not None and "following" in rules.asks
    return lambda own: asked


def check_compiles(rules: Sequence[Rule]) -> None:
    """Compile each rule alone; InputError with numba's reason for one that cannot be, or does not give a number."""
    from numba.core.errors import NumbaError

    for rule in rules:
        if rule.place not in IN_AN_IMPRESSION or rule.digest in _COMPILED or config.DISABLE_JIT:
            continue
        whole = {"seen", "exposing_neighbours", "following", "tick", "member"}
        kinds = {name: types.int64 if name in whole else types.float64 for name in rule.arguments}
        names = [*rule.arguments, *rule.parameters]
        order = list(_signature_order(rule))
        signature = tuple(kinds.get(name, types.float64) for name in order if name in names)
        compiled = njit(_nrt=False, error_model="numpy")(rule.function)
        try:
            compiled.compile(signature)
        except NumbaError as error:
            reason = " ".join(str(error).split("\n\n")[0].split())[:300]
            raise InputError(f"the rule {rule.word!r} cannot be compiled: {reason}") from None
        given = compiled.overloads[signature].signature.return_type
        numbers = types.Integer | types.Boolean if rule.place == "response" else types.Number | types.Boolean
        if not isinstance(given, numbers) or isinstance(given, types.Complex):
            want = "a whole number, 0 to 3" if rule.place == "response" else "a number"
            raise InputError(f"the rule {rule.word!r} must return {want}, it returns {given}")
        _COMPILED.add(rule.digest)


_COMPILED: set[str] = set()


def _signature_order(rule: Rule) -> tuple[str, ...]:
    code = rule.function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def refuse_fault(fault: np.ndarray, contents_own_rules: np.ndarray) -> None:
    """InputError where a rule gave what is no answer in some world."""
    if not len(fault) or not fault[0]:
        return
    rule = set_of(str(key_in(contents_own_rules))).rules[int(fault[0]) - 1]
    wanted = {
        "reinforcement": "a finite factor >= 0",
        "share_probability": "a finite number >= 0",
        "response": "0 (share), 1 (criticise, where the content has controversy), 2 (engage) or 3 (nothing)",
    }
    raise InputError(f"the rule {rule.word!r} must give {wanted[rule.place]} for every impression, and in some world did not")
