"""Which pictures a result has, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable

from viralsim.report import draw_cascades, draw_money, draw_people, draw_time, draw_worlds
from viralsim.report.pictures import Picture
from viralsim.results import Result

DRAWS: tuple[Callable[[Result], Picture | None], ...] = (
    draw_time.bands,
    draw_worlds.tails,
    draw_worlds.differences,
    draw_money.waterfall,
    draw_people.advocates,
    draw_people.communities,
    draw_people.channels,
    draw_cascades.sizes,
    draw_money.returns,
    draw_money.costs,
)


def pictures(result: Result) -> list[Picture]:
    """Every picture that this result has the numbers for."""
    return [picture for draw in DRAWS if (picture := draw(result)) is not None]
