"""The first screen on a terminal: few lines, the answer first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from viralsim.measurement.first_screen import Line
from viralsim.results import Result

MOST_LINES = 15
LABEL_COLUMNS = 10
# what is left out first where there are too many lines: a part by its label, its last sentence
_LEFT_OUT = ("Risk", "Unless", "Next", "Rests on", "Money", "Answer")
_ENDS = (". ", "? ", "! ")


def render_answer(result: Result, console: Console, command: str = "", saved_to: str = "") -> None:
    """Print the answer alone, in at most ``MOST_LINES`` lines of 80 columns; ``command`` runs it again."""
    foot = [f"saved in {saved_to}"] * bool(saved_to) + [f"all tables: {command} --full"] * bool(command)
    for line in _fitted(console, result, MOST_LINES - len(foot)):
        console.print(line)
    for text in foot:
        # never wrapped, so that it can be copied
        console.print(Text(text), soft_wrap=True)


def _fitted(console: Console, result: Result, most: int) -> list[Text]:
    """The question and the parts in ``most`` lines: sentences are left out, at last parts, but never the answer."""
    parts = list(result.first_screen)
    lines = _lines(console, result, parts)
    while len(lines) > most and len(parts) > 1:
        parts = _shorter(parts)
        lines = _lines(console, result, parts)
    return lines


def _shorter(parts: list[Line]) -> list[Line]:
    """The parts without the sentence that matters least."""
    order = sorted(parts, key=lambda part: (len(part.sentences) == 1, _LEFT_OUT.index(part.label)))
    least = order[0]
    kept = least._replace(sentences=least.sentences[:-1])
    return [kept if part is least else part for part in parts if part is not least or kept.sentences]


def _lines(console: Console, result: Result, parts: Sequence[Line]) -> list[Text]:
    question = Text(first_sentence(result.about) or result.scenario_name, style="bold")
    lines = list(question.wrap(console, console.width))
    width = max(20, console.width - LABEL_COLUMNS)
    for part in parts:
        for i, text in enumerate(Text(part.text).wrap(console, width)):
            line = Text(f"{part.label if i == 0 else '':<{LABEL_COLUMNS}}", style="bold")
            text.rstrip()
            lines.append(line.append_text(Text(text.plain, style="bold" if part.label == "Answer" else "not bold")))
    return lines


def first_sentence(text: str) -> str:
    """The first sentence of a text, on one line."""
    line = " ".join(text.split())
    ends = [at + 1 for mark in _ENDS if (at := line.find(mark)) >= 0]
    return line[: min(ends)] if ends else line
