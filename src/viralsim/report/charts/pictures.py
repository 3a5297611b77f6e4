"""The pictures of the page, each with the words that say what it shows and the table that holds its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viralsim.report.charts.chart import Chart
from viralsim.report.charts.svg import inline
from viralsim.report.markup import Markup, element, table


@dataclass(frozen=True)
class Picture:
    """A drawing and what belongs to it.

    key: its id in the page. caption: how to read it. description: what is seen, for who does not see it.
    head, rows: the numbers behind it, as text. short: its name in the list of pictures, where the title is long.
    """

    key: str
    title: str
    caption: str
    description: str
    chart: Chart
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    short: str = ""


def as_figure(picture: Picture) -> Markup:
    """The picture as a ``figure`` element: title, how to read it, drawing, the numbers behind it."""
    return element(
        "figure",
        element("h3", picture.title),
        element("figcaption", picture.caption),
        inline(picture.chart, picture.key, picture.title, picture.description),
        element("details", element("summary", "The numbers"), table(picture.head, picture.rows, picture.title)),
        id=picture.key,
    )
