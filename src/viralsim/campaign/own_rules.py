"""The rules of one's own of an arm as the arrays of its contents, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.numbers import number, stacked
from viralsim.errors import InputError, Problem, ScenarioError
from viralsim.kernels.batch import RawWorlds
from viralsim.kernels.own.checks import check_compiles, measure_counted
from viralsim.kernels.own.sets import marker
from viralsim.rules import Rule, known
from viralsim.rules.rule import IN_AN_IMPRESSION
from viralsim.scenario.content import Content
from viralsim.scenario.own_rules import OwnWords
from viralsim.scenario.spec import Spec

F8: TypeAlias = NDArray[np.float64]


def own_arrays(spec: Spec, names: Sequence[str], has_signs: bool) -> dict[str, Any]:
    """``own_rules``, ``own_rule``, ``own_value`` and ``own_fault`` of the contents ``names``; nothing where no rule is named.

    Critical twins have none. Raises ScenarioError for a rule that cannot be compiled, or asks for signs where ties have none.
    """
    used: dict[tuple[str, str], Rule] = {}
    for base, place, word, _ in _named(spec):
        rule = known(place)[word]
        used[place, word] = rule
        if "sign" in rule.arguments and not has_signs:
            said = f"the rule {word!r} asks for the sign of ties, and no network has any: say its column in tie_sign"
            raise ScenarioError([Problem(said, f"content.{base}.{place}")])
        try:
            check_compiles([rule])
        except InputError as error:
            raise ScenarioError([Problem(str(error), f"content.{base}.{place}")]) from None
    measured = [(known("measure")[word], given) for word, given in sorted(_measures(spec).items())]
    measured = [(rule, given) for rule, given in measured if rule.asks_for_trees]
    used |= {("measure", rule.word): rule for rule, _ in measured}
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
        "own_measured": _table([rule.values(given) for rule, given in measured]),
        "own_fault": np.zeros(1, dtype=np.int64),
    }


def _table(rows: Sequence[Sequence[float]]) -> F8:
    table = np.zeros((len(rows), max((len(row) for row in rows), default=0)))
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


def _measures(spec: Spec) -> dict[str, dict[str, Any]]:
    """Word -> parameters of the own measures that a scenario asks for."""
    return {} if spec.measures is None else spec.measures.own


def own_measures(spec: Spec, raw: RawWorlds, members: int) -> dict[str, Callable[[], F8]]:
    """What makes the column, float64[W], of each own measure, by its word; a division by 0 gives NaN or infinity.

    Those that look at what is counted alone are taken here, after the worlds; the others were taken by the kernels.
    """
    makers: dict[str, Callable[[], F8]] = {}
    of_trees = 0
    for word, given in sorted(_measures(spec).items()):
        rule = known("measure")[word]
        if rule.asks_for_trees:
            makers[word] = partial(_kept, raw, of_trees)
            of_trees += 1
        else:
            makers[word] = partial(measure_counted, rule, rule.values(given), raw.counts, members)
    return makers


def _kept(raw: RawWorlds, column: int) -> F8:
    return np.ascontiguousarray(raw.own_measures[:, column])


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


SOME = {"appeal": 0.2, "match": 0.7, "activity": 1.0, "trust": 1.0, "novelty": 0.8, "fatigue": 1.0, "softening": 1.0,
        "reinforcement": 1.0, "seen": 1, "sign": 1, "exposing_neighbours": 1, "following": 30, "tick": 0, "member": 0, "u": 0.5,
        "share": 0.3, "criticism": 0.1, "engagement": 0.2}  # fmt: skip
RISING = {
    "seen": np.arange(1, 41),
    "exposing_neighbours": np.arange(1, 41),
    "reinforcement": np.linspace(0.0, 3.0, 31),
    "share": np.linspace(0.0, 0.9, 19),
}


def rule_warnings(spec: Spec) -> list[str]:
    """What is to be said about the rules of an arm before it runs: about coupling, and about what does not know of them."""
    said: dict[str, None] = {}
    for base, place, word, given in _named(spec):
        rule, where = known(place)[word], f"content.{base}.{place}.{word}"
        falls = _falls(rule, [float(np.mean(value)) for value in rule.values(given)])
        if falls:
            said[
                f"{where}: {falls}, so one more post or impression can mean fewer shares: monotone coupling does not hold, and "
                "the worlds of two arms may differ in either direction"
            ] = None
        if place != "response":
            solved = (
                " and the appeal that is solved for share_rate" if spec.content[base].share_rate is not None else ""
            )
            said[f"{where}: the vital signs{solved} are those of the built-in law, they do not know of this rule"] = (
                None
            )
    return list(said)


def _falls(rule: Rule, values: Sequence[float]) -> str:
    """Where a rule falls though what it rests on rises; empty where it was not found to, among typical numbers."""
    own = dict(zip(rule.parameters, values, strict=True))

    def at(**given: Any) -> float:
        with np.errstate(all="ignore"):
            return float(rule.function(**own, **{name: {**SOME, **given}[name] for name in rule.arguments}))

    try:
        if rule.place == "response":
            units = np.linspace(0.0, 0.999, 200)
            shared = [sum(at(u=u, share=s) == 0 for u in units) for s in RISING["share"]]
            first = [[at(u=u, share=s) == 0 for u in units] for s in RISING["share"]]
            if any(row != sorted(row, reverse=True) for row in first):
                return "it shares at a high number u where it does not at a lower one"
            return "it shares less where the share probability is higher" if shared != sorted(shared) else ""
        for name, rising in RISING.items():
            if name in rule.arguments:
                found = [at(**{name: x.item()}) for x in rising]
                for low, high, before, after in zip(rising, rising[1:], found, found[1:], strict=False):
                    if after < before:
                        return f"it falls from {before:.3g} to {after:.3g} where {name} rises from {low:g} to {high:g}"
    except (ArithmeticError, ValueError):
        return ""  # what Python refuses, such as 1 / 0, compiled code answers with infinity: judged where it happens
    return ""
