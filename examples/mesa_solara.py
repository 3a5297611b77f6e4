"""One world of the main scenario in Mesa's SolaraViz: step it, play it, move its sliders.

It needs more than viralsim brings, see ``WANTED``; then, with nothing sent to the network by Solara itself:

    SOLARA_TELEMETRY_MIXPANEL_ENABLE=False solara run examples/mesa_solara.py --host localhost --no-check-version

Only matplotlib pictures are used: with ``pip install solara-assets`` the page works where there is no network.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import viralsim as vs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "advocates_vs_paid.yaml"
# Mesa 3 draws with Vuetify 2; a plain mesa[viz] brings ipyvuetify 3, with which the page stays blank, and no networkx,
# which mesa.visualization imports.
WANTED = "the page needs Solara: pip install 'mesa[viz]>=3.3.1,<4' 'ipyvuetify<2' 'ipyvue<2' matplotlib networkx"
STEPS_A_PICTURE = 3  # drawing takes longer than stepping
COLOURS = {"posted": "#c2410c", "shown": "#0b6e99", "not reached": "#d1d5db"}


class Launch(vs.ViralityModel):
    """A world of the main scenario, its share rate given and not drawn; what sliders move are arguments, for RESET.

    Args:
        arm: name of the arm. world: number of the world, the same as in the batch driver.
        share_rate: shares per impression. advocates: how many are enrolled, in arms that have them.
    """

    def __init__(
        self, arm: str = "integrated", world: int = 0, share_rate: float = 0.0019, advocates: int = 30
    ) -> None:
        moved = {"content.teaser.share_rate": share_rate, "campaign.advocates.count": advocates, "uncertain": {}}
        super().__init__(vs.load(SCENARIO).override(moved), arm=arm, world=world)


def by_community(model: vs.ViralityModel) -> NDArray[np.int64]:
    """Members by community and state, int64[communities, 3]: posted, shown but not posted, not reached."""
    states = model.states()
    community = np.broadcast_to(model.compiled.population.audience.community, states.shape)
    counts = np.zeros((int(community.max()) + 1, 3), dtype=np.int64)
    np.add.at(counts, (community, 2 - states), 1)
    return counts


def picture(model: vs.ViralityModel) -> Figure:
    """The part of each community that posted, was shown the content, or was not reached, the largest community first."""
    from matplotlib.figure import Figure

    counts = by_community(model)
    counts = counts[np.argsort(-counts.sum(axis=1), kind="stable")]
    parts = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = Figure(layout="constrained")
    ax = figure.subplots()
    below = np.zeros(len(parts))
    for part, (state, colour) in zip(parts.T, COLOURS.items(), strict=True):
        ax.bar(np.arange(len(parts)), part, 1.0, bottom=below, color=colour, label=state)
        below += part
    ax.set(xlabel="community, the largest first", ylabel="part of its members", ylim=(0, 1), title=f"hour {model.tick}")
    ax.legend(loc="upper right")
    return figure


def sliders() -> dict[str, Any]:
    """What the page lets one move, in the form of Mesa's ``model_params``."""
    return {
        "arm": {"type": "Select", "label": "arm", "value": "integrated", "values": [*vs.load(SCENARIO).arm_names]},
        "world": {"type": "SliderInt", "label": "world", "value": 0, "min": 0, "max": 99, "step": 1},
        "share_rate": {
            "type": "SliderFloat", "label": "shares per impression", "value": 0.0019, "min": 0.0004, "max": 0.01, "step": 0.0001,
        },
        "advocates": {"type": "SliderInt", "label": "advocates", "value": 30, "min": 1, "max": 60, "step": 1},
    }  # fmt: skip


def solara_page(model: Launch | None = None) -> Any:
    """The page of a model, a Solara element. Raises: InputError that says what to install."""
    try:
        import solara
        from mesa.visualization import SolaraViz, make_plot_component
    except ImportError as error:
        raise vs.InputError(f"{WANTED} ({error})") from error
    if int(version("ipyvuetify").split(".")[0]) > 1:
        raise vs.InputError(f"ipyvuetify {version('ipyvuetify')} leaves the page blank; {WANTED}")

    def communities(shown: vs.ViralityModel) -> Any:
        return solara.FigureMatplotlib(picture(shown))

    plots = [make_plot_component(["reach"], backend="matplotlib"), make_plot_component(["shares", "earned_shares"])]
    return SolaraViz(
        model or Launch(),
        components=[(communities, 0), *plots],
        model_params=sliders(),
        name="viralsim: one launch",
        render_interval=STEPS_A_PICTURE,
    )


if find_spec("solara"):
    page = solara_page()  # the name that `solara run` looks for
elif __name__ == "__main__":
    sys.exit(WANTED)
