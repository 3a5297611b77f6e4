"""What would overturn an answer, in a client's sentences: where the options change places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viralsim.measurement.number_format import price_or_number
from viralsim.measurement.question import capital
from viralsim.measurement.robustness import decisive, turn_text
from viralsim.measurement.turning.input_words import named
from viralsim.records.record import RunRecord, SwitchingValue

NET = "net_usd"
_NO_PRICE = "cost of an advocate: even at"  # overturns nothing; it is said beside the money
# sentences of the verdict that begin with a key -> how a client reads them
_READ = (
    (
        r"goal\.matters_from: above (.+) \(now (.+)\) the difference would no longer be sure to matter",
        r"If only a difference above \1 mattered (now \2), this one might not",
    ),
    (
        r"goal\.matters_from: up to (.+) \(now (.+)\) the difference would matter",
        r"A difference of \1 or less already matters (now \2)",
    ),
)


def turning(record: RunRecord, overturned_by: Sequence[str]) -> tuple[str, ...]:
    """Sentences, the most important first: the input that decides, then trust, then the other inputs, then the rest.

    overturned_by: of the verdict, which says the same with the keys of the scenario.
    """
    guess = decisive(record)
    turns = sorted(record.switching_values, key=lambda turn: guess is None or turn.path != guess.path)
    inputs = [f"{capital(turn_words(record, turn))}." for turn in turns]
    said = {turn_text(turn, record.currency) for turn in turns}
    others = [text for text in overturned_by if text not in said and not text.startswith(_NO_PRICE)]
    trust = [f"{capital(text.removeprefix('trust: '))}." for text in others if text.startswith("trust:")]
    rest = [f"{capital(_read(text))}." for text in others if not text.startswith("trust:")]
    return (*inputs[:1], *trust, *inputs[1:], *rest)


def _read(text: str) -> str:
    for pattern, words in _READ:
        text = re.sub(f"^{pattern}$", words, text)
    return text


def turn_words(record: RunRecord, turn: SwitchingValue) -> str:
    """A switching value in words: from where on the other option is ahead."""
    shown = price_or_number(turn.path, record.currency)
    profit = " in profit" if turn.measure == NET else ""
    name, now = named(record, turn.path), f"(now {shown(turn.now)})"
    if turn.low < turn.now < turn.high:
        return f"{name} is between {shown(turn.low)} and {shown(turn.high)} {now}, where either may lead{profit}"
    side, at, ahead = turn_side(turn)
    return f"{name} is {side} {shown(at)} {now}, which puts {ahead} ahead{profit}"


def turn_side(turn: SwitchingValue) -> tuple[str, float, str]:
    """(above or below, from where on, who is ahead there)."""
    above = turn.now <= turn.low
    at = turn.middle if turn.is_point else turn.high if above else turn.low
    return ("above", at, turn.above) if above else ("below", at, turn.below)
