"""Which pictures a result has, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from viralsim.errors import InputError
from viralsim.report.charts import cascades, money, months, people, segments, time
from viralsim.report.charts import trees as draw_trees
from viralsim.report.charts import worlds as draw_worlds
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import lead_arm
from viralsim.report.trees import open_forests, save_forests, three_forests
from viralsim.results import Result

DRAWS: tuple[Callable[[Result], Picture | None], ...] = (
    months.months,
    time.bands,
    draw_worlds.tails,
    draw_worlds.differences,
    money.waterfall,
    people.advocates,
    segments.segments,
    people.communities,
    people.channels,
    cascades.sizes,
    money.returns,
    money.costs,
)


LARGEST_AUDIENCE = 200_000  # of which worlds are run again unasked; larger ones take longer than a reader waits


def pictures(result: Result, folder: str = "", grow_trees: bool | None = None) -> tuple[list[Picture], list[str]]:
    """Every picture that this result has the numbers for, and a word on each that it has not.

    ``folder``: where trees of some worlds may be kept. ``grow_trees``: run worlds again where none are kept; None does
    so for audiences up to 200,000 members, False never.
    """
    found = [picture for draw in DRAWS if (picture := draw(result)) is not None]
    drawn, word = _trees(result, folder, grow_trees)
    return found + drawn, [word] if word else []


def _trees(result: Result, folder: str, grow_trees: bool | None) -> tuple[list[Picture], str]:
    """The trees of three worlds of the leading arm, or why there are none."""
    arm = tree_arm(result)
    kept = open_forests(result, arm, folder) if folder else {}
    if not kept:
        if grow_trees is False:
            return [], "Cascade trees of single simulations were left out by wish."
        if grow_trees is None and result.population.members > LARGEST_AUDIENCE:
            return [], (
                f"Cascade trees are left out: to run simulations of {result.population.members:,} members again takes long. "
                "viralsim report --trees does so."
            )
        try:
            kept = three_forests(result, arm)
        except InputError as error:
            return [], f"Cascade trees of single simulations are left out: {error}."
    return [draw_trees.trees(result, arm, kept)], ""


def tree_arm(result: Result) -> str:
    """The arm whose trees are shown: the winner, else the leading arm, else the first."""
    return lead_arm(result) or next(iter(result.arms))


def keep_trees(result: Result, folder: str | Path) -> None:
    """Keep the trees of three worlds beside a stored result while its audience is at hand; where they cannot be had
    nothing is kept, and the report says why."""
    if result.population.members <= LARGEST_AUDIENCE and not result.interrupted:
        arm = tree_arm(result)
        with suppress(InputError):
            save_forests(result, arm, three_forests(result, arm), folder)
