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
_LEFT_OUT = ("Risk", "Luck", "Unless", "Rests on", "Next", "Money", "Payback", "Answer")
_AT_ONCE = ("Answer", "Payback", "Money", "Risk")
KEPT_LINES = 7  # for what follows: what it rests on, what would change it, what to do, where it is
_ENDS = (". ", "? ", "! ")


class AnswerScreen:
    """The first screen in two parts: the answer as soon as it is known, then what it rests on and what would change it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.printed = 0

    def first(self, result: Result) -> None:
        """Print the question and the parts that need no further runs."""
        parts = [part for part in result.first_screen if part.label in _AT_ONCE]
        lines = _fitted(self.console, [*_question(self.console, result)], parts, MOST_LINES - KEPT_LINES)
        self._print(lines)

    def rest(self, result: Result, command: str = "", saved_to: str = "") -> None:
        """Print the other parts; ``command`` runs it again, ``saved_to`` is the folder it was saved in."""
        if not self.printed:
            self.first(result)
        foot = [f"saved in {saved_to}"] * bool(saved_to) + [f"all tables: {command} --full"] * bool(command)
        parts = [part for part in result.first_screen if part.label not in _AT_ONCE]
        self._print(_fitted(self.console, [], parts, MOST_LINES - self.printed - len(foot)))
        for text in foot:
            # never wrapped, so that it can be copied
            self.console.print(Text(text), soft_wrap=True)

    def _print(self, lines: list[Text]) -> None:
        for line in lines:
            self.console.print(line)
        self.printed += len(lines)


def render_answer(result: Result, console: Console, command: str = "", saved_to: str = "") -> None:
    """Print the answer alone, in at most ``MOST_LINES`` lines of 80 columns; ``command`` runs it again."""
    AnswerScreen(console).rest(result, command, saved_to)


def _fitted(console: Console, head: list[Text], parts: list[Line], most: int) -> list[Text]:
    """The head and the parts in ``most`` lines: sentences are left out, at last parts, but never the answer."""
    lines = [*head, *_lines(console, parts)]
    while len(lines) > most and parts and (len(parts) > 1 or len(parts[0].sentences) > 1):
        parts = _shorter(parts)
        lines = [*head, *_lines(console, parts)]
    return lines


def _shorter(parts: list[Line]) -> list[Line]:
    """The parts without the sentence that matters least."""
    order = sorted(parts, key=lambda part: (len(part.sentences) == 1, _LEFT_OUT.index(part.label)))
    least = order[0]
    kept = least._replace(sentences=least.sentences[:-1])
    return [kept if part is least else part for part in parts if part is not least or kept.sentences]


def _question(console: Console, result: Result) -> list[Text]:
    """What is asked, or the scenario's name, wrapped."""
    return list(Text(first_sentence(result.about) or result.scenario_name, style="bold").wrap(console, console.width))


def _lines(console: Console, parts: Sequence[Line]) -> list[Text]:
    lines: list[Text] = []
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
