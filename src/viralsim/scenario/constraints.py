"""Constraints of a sweep: comparisons of sums of paths and numbers, read by a small grammar; nothing is evaluated as code.

``side op side`` with op one of ``<=  <  >=  >  ==  !=``; a side is terms joined by ``+`` or ``-``; a term is factors joined by
``*``; a factor is a number or a dotted path.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable

from viralsim.errors import InputError

Value = Callable[[str], float]
_OPERATORS = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_SPLIT = re.compile(r"(<=|>=|==|!=|<|>)")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*")
_SLACK = 1e-12  # sums of decimals are compared with this relative slack


def holds(text: str, value: Value) -> bool:
    """Whether the constraint ``text`` holds where ``value(path)`` gives the number at a path.

    Raises InputError where the text is no comparison.
    """
    parts = _SPLIT.split(text)
    if len(parts) != 3:
        raise InputError(f"constraint {text!r} must be one comparison, such as a.b + c.d <= 100")
    left, right = _side(parts[0], text, value), _side(parts[2], text, value)
    sign = parts[1]
    near = math.isclose(left, right, rel_tol=_SLACK, abs_tol=0.0)
    if sign in ("<=", ">=", "=="):
        return near or bool(_OPERATORS[sign](left, right))
    return not near and bool(_OPERATORS[sign](left, right))


def _side(text: str, whole: str, value: Value) -> float:
    position, total, sign, product = 0, 0.0, 1.0, None
    text = text.strip()
    if text.startswith("-"):
        sign, position = -1.0, 1
    while True:
        while position < len(text) and text[position] == " ":
            position += 1
        factor, position = _factor(text, position, whole, value)
        product = factor if product is None else product * factor
        while position < len(text) and text[position] == " ":
            position += 1
        if position == len(text):
            return total + sign * product
        joint, position = text[position], position + 1
        if joint == "*":
            continue
        if joint not in "+-":
            raise InputError(f"constraint {whole!r}: {joint!r} is none of + - *")
        total, sign, product = total + sign * product, 1.0 if joint == "+" else -1.0, None


def _factor(text: str, position: int, whole: str, value: Value) -> tuple[float, int]:
    number = _NUMBER.match(text, position)
    if number:
        return float(number.group()), number.end()
    path = _PATH.match(text, position)
    if path:
        return value(path.group()), path.end()
    raise InputError(f"constraint {whole!r}: a number or a path is expected at {text[position:][:20]!r}")
