"""``result.plot``: the pictures of the report as matplotlib figures, for Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from viralsim.errors import InputError
from viralsim.report.charts import cascades, money, people, time
from viralsim.report.charts import trees as draw_trees
from viralsim.report.charts import worlds as draw_worlds
from viralsim.report.charts.gallery import tree_arm
from viralsim.report.charts.pictures import Picture
from viralsim.report.trees import grow, three_forests

if TYPE_CHECKING:
    from viralsim.report.charts.matplotlib_figure import Plot
    from viralsim.results import Result


class Plots:
    """The pictures of one result. Each method returns a matplotlib ``Figure``: ``savefig`` writes it, a notebook shows it.

    ``dark`` takes the colours of the dark theme. Raises: InputError where the result has not the numbers for a picture,
    or where matplotlib is not installed.
    """

    def __init__(self, result: Result) -> None:
        self._result = result

    def __call__(self, *_arguments: object, **_options: object) -> NoReturn:
        """Raises InputError, which names the pictures: ``result.plot()`` itself is none."""
        pictures = ", ".join(f"{name}()" for name in vars(Plots) if not name.startswith("_"))
        raise InputError(f"result.plot is no picture itself: call one of {pictures}, such as result.plot.series()")

    def series(self, name: str | None = None, *, dark: bool = False) -> Plot:
        """Quantile bands over worlds of a cumulative series, a panel per arm; by default the goal's, else shares."""
        return _drawn(time.bands(self._result, name), "no series was kept", dark)

    def distribution(self, name: str | None = None, *, dark: bool = False) -> Plot:
        """The part of the worlds that reach at least a size of a measure, on logarithmic axes."""
        return _drawn(draw_worlds.tails(self._result, name), "it is 0 in every world", dark)

    def comparison(self, name: str | None = None, *, dark: bool = False) -> Plot:
        """Each arm minus the baseline in one measure, paired by world; by default the goal's, else shares."""
        return _drawn(draw_worlds.differences(self._result, name), "the arms cannot be compared in it", dark)

    def cascade(self, world: int | None = None, arm: str | None = None, *, dark: bool = False) -> Plot:
        """The cascade trees of one world of one arm; of an unlucky, a typical and a lucky world where none is named.

        The worlds are run again from the stored scenario. ``arm``: the leading one by default.
        """
        chosen = arm or tree_arm(self._result)
        if world is None:
            return _drawn(draw_trees.trees(self._result, chosen, three_forests(self._result, chosen)), "", dark)
        found = {"the": (world, grow(self._result, chosen, world))}
        return _drawn(draw_trees.trees(self._result, chosen, found), "", dark)

    def sources(self, *, dark: bool = False) -> Plot:
        """Impressions by source, stacked."""
        return _drawn(money.waterfall(self._result), "nobody was shown anything", dark)

    def returns(self, *, dark: bool = False) -> Plot:
        """What each arm costs and what it brings."""
        return _drawn(money.returns(self._result), "all arms cost the same", dark)

    def advocates(self, *, dark: bool = False) -> Plot:
        """Shares in the trees of each advocate's planned posts."""
        return _drawn(people.advocates(self._result), "no arm has advocates", dark)

    def communities(self, *, dark: bool = False) -> Plot:
        """Members reached in each community."""
        return _drawn(people.communities(self._result), "reach by community was not counted", dark)

    def cascade_sizes(self, *, dark: bool = False) -> Plot:
        """Cascades by size and posts by generation."""
        return _drawn(cascades.sizes(self._result), "no cascade was counted", dark)


def _drawn(picture: Picture | None, why_not: str, dark: bool) -> Plot:
    if picture is None:
        raise InputError(f"there is nothing to draw: {why_not}")
    try:
        from viralsim.report.charts.matplotlib_figure import draw
    except ImportError as error:
        raise InputError("plots need matplotlib: pip install 'viralsim[report]'") from error
    return draw(picture, dark)
