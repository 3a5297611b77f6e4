"""The pictures of the page, each with the words that say what it shows and the table that holds its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viralsim.report.markup import Markup, element, table
from viralsim.report.svg import drawing, inline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from viralsim.results import Result


@dataclass(frozen=True)
class Picture:
    """A drawing and what belongs to it.

    key: its id in the page. caption: how to read it. description: what is seen, for who does not see it.
    head, rows: the numbers behind it, as text.
    """

    key: str
    title: str
    caption: str
    description: str
    figure: Figure
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def figures(result: Result) -> list[Markup]:
    """Every picture that this result has the numbers for, as ``figure`` elements."""
    from viralsim.report import draw_money, draw_time, draw_worlds

    draws: tuple[Callable[[Result], Picture | None], ...] = (
        draw_time.bands,
        draw_worlds.tails,
        draw_worlds.differences,
        draw_money.sources,
        draw_money.costs,
    )
    with drawing():
        found = [picture for draw in draws if (picture := draw(result)) is not None]
        return [_figure(picture) for picture in found]


def _figure(picture: Picture) -> Markup:
    drawn = inline(picture.figure, picture.key, picture.title, picture.description)
    label = f"Picture: {picture.title}"
    return element(
        "figure",
        element("h3", picture.title),
        element("figcaption", picture.caption),
        element("div", drawn, class_="scroll", role="region", aria_label=label, tabindex="0"),
        element("details", element("summary", "The numbers"), table(picture.head, picture.rows, picture.title)),
        id=picture.key,
    )
