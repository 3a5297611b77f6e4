"""What is asked of rules before and after worlds run, and the measures that need none of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import config, njit, types

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.arrays.narrow_columns import NarrowColumns
from viralsim.kernels.counts import N_IMPRESSIONS_OWNED, Count
from viralsim.kernels.own.sets import at_home, key_in, set_of
from viralsim.rules.rule import IN_AN_IMPRESSION, Rule

_COMPILED: set[str] = set()


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
        compiled = njit(_nrt=False, error_model="numpy")(at_home(rule.function))
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
    raise InputError(
        f"the rule {rule.word!r} must give {wanted[rule.place]} for every impression, and in some world did not"
    )


def measure_counted(
    rule: Rule, values: Sequence[float], counts: np.ndarray | NarrowColumns, members: int
) -> np.ndarray:
    """A measure of what worlds have counted, float64[W]; ``counts`` [W, len(Count)]."""
    table = np.zeros((len(counts), len(rule.arguments)))
    for i, name in enumerate(rule.arguments):
        if name == "members":
            table[:, i] = members
        elif name == "impressions":
            table[:, i] = counts[:, N_IMPRESSIONS_OWNED : N_IMPRESSIONS_OWNED + len(Source)].sum(axis=1)
        else:
            table[:, i] = counts[:, Count[name.upper()]]
    given = [f"{name}=row[{i}]" for i, name in enumerate(rule.arguments)]
    given += [f"{name}={float(value)!r}" for name, value in zip(rule.parameters, values, strict=True)]
    lines = [
        "def each(table, out):",
        "    for w in range(len(out)):",
        "        row = table[w]",
        f"        out[w] = rule({', '.join(given)})",
    ]
    compiled = (lambda f: f) if config.DISABLE_JIT else njit(error_model="numpy", nogil=True)
    scope: dict[str, Any] = {"__name__": __name__, "rule": compiled(at_home(rule.function))}
    exec(compile("\n".join(lines), "<own measure>", "exec"), scope)
    out = np.zeros(len(counts))
    compiled(scope["each"])(table, out)
    return out
