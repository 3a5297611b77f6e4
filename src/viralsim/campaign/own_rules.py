"""The rules of one's own of an arm as the arrays of its contents, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from viralsim.campaign.numbers import number, stacked
from viralsim.errors import Problem, ScenarioError, InputError
from viralsim.kernels.own import check_compiles, marker
from viralsim.rules import Rule, known
from viralsim.rules.rule import IN_AN_IMPRESSION
from viralsim.scenario.content import Content
from viralsim.scenario.own_rules import OwnWords
from viralsim.scenario.spec import Spec


def own_arrays(spec: Spec, names: Sequence[str]) -> dict[str, Any]:
    """``own_rules``, ``own_rule``, ``own_value`` and ``own_fault`` of the contents ``names``; nothing where no rule is named.

    Critical twins have none. Raises ScenarioError for a rule that cannot be compiled.
    """
    used: dict[tuple[str, str], Rule] = {}
    for base, place, word, _ in _named(spec):
        rule = known(place)[word]
        used[place, word] = rule
        try:
            check_compiles([rule])
        except InputError as error:
            raise ScenarioError([Problem(str(error), f"content.{base}.{place}")]) from None
    if not used:
        return {}
    order = sorted(used)
    rules = [used[one] for one in order]
    widest = max((len(rule.parameters) for rule in rules), default=0) or 1
    numbers = np.full((len(names), len(IN_AN_IMPRESSION)), -1, dtype=np.int64)
    values: list[list[list[Any]]] = [[[0.0] * widest for _ in IN_AN_IMPRESSION] for _ in names]
    for base, place, word, given in _named(spec):
        row, column = list(names).index(base), IN_AN_IMPRESSION.index(place)
        numbers[row, column] = order.index((place, word))
        for i, value in enumerate(used[place, word].values(given)):
            values[row][column][i] = number(value)
    cells = [stacked([stacked(column) for column in row], 1) for row in values]
    return {
        "own_rules": marker(rules),
        "own_rule": numbers,
        "own_value": stacked(cells, 2),
        "own_fault": np.zeros(1, dtype=np.int64),
    }


def _named(spec: Spec) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(content, place, word, values of parameters) of every rule for impressions that the scenario names."""
    for base, content in spec.content.items():
        for place, block in ruled(content):
            for word, given in block.own.items():
                yield base, place, word, given


def ruled(content: Content) -> Iterator[tuple[str, OwnWords]]:
    """(place, block) of the keys of a content that rules can take."""
    for place in IN_AN_IMPRESSION:
        block = getattr(content, place)
        if block is not None:
            yield place, block
