"""The example for Mesa's SolaraViz: its model is the model, its sliders fit, and its page steps where Solara is installed."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from examples.mesa_solara import (
    COLOURS,
    SCENARIO,
    STEPS_A_PICTURE,
    WANTED,
    Launch,
    by_community,
    picture,
    sliders,
    solara_page,
)

ROOT = Path(__file__).parents[2]
WITHOUT_SOLARA = pytest.mark.skipif(find_spec("solara") is not None, reason="Solara is installed")


@pytest.fixture(scope="module")
def launch() -> Launch:
    """A world after 30 hours."""
    model = Launch(world=3)
    for _ in range(30):
        model.step()
    return model


def test_the_page_shows_the_worlds_of_the_batch_driver() -> None:
    """With the sliders untouched, arm and world at the end have the very numbers of ``simulate``."""
    model = Launch(arm="advocates", world=2)
    while model.running:
        model.step()
    rows = vs.simulate(
        vs.load(SCENARIO).override({"uncertain": {}}), worlds=3, arms=["advocates"], repeat_trust=False
    ).worlds()
    row = rows[rows["world"] == 2].iloc[0]
    for name in ("reach", "shares", "earned_shares", "conversions"):
        assert model.measure(name) == row[name]


def test_every_slider_is_an_argument_and_both_its_ends_make_a_world() -> None:
    """RESET makes the model from the sliders: names and first values are those of the arguments, and all values are valid."""
    arguments = inspect.signature(Launch.__init__).parameters
    moved = sliders()
    assert set(moved) == set(arguments) - {"self"}
    for name, one in moved.items():
        assert one["value"] == arguments[name].default
        for value in one["values"] if one["type"] == "Select" else (one["min"], one["max"]):
            model = Launch(**{name: value})
            model.step()
            assert model.tick == 1
    assert len(Launch(advocates=60).arm.enrolment.members) == 60


def test_the_picture_counts_every_member_once(launch: Launch) -> None:
    """Posted, shown and not reached add up to the audience, and to the measure of reach; nobody is drawn twice."""
    counts = by_community(launch)
    assert counts.shape == (60, 3)
    assert counts.sum() == launch.compiled.members
    assert counts[:, 0].sum() == np.count_nonzero(launch.states() == 2) > 0
    assert counts[:, 1].sum() == np.count_nonzero(launch.states() == 1) > 0
    bars = picture(launch).axes[0].patches
    assert len(bars) == 60 * len(COLOURS)
    assert np.allclose(np.reshape([bar.get_height() for bar in bars], (3, 60)).sum(axis=0), 1.0, rtol=0, atol=1e-12)


def test_what_the_plots_ask_for_is_collected(launch: Launch) -> None:
    """The data collector has the columns of the plots, empty before the first step, a row per step afterwards."""
    columns = ["reach", "shares", "earned_shares"]
    assert len(Launch().datacollector.get_model_vars_dataframe()[columns]) == 0
    assert len(launch.datacollector.get_model_vars_dataframe()[columns]) == 30


@WITHOUT_SOLARA
def test_without_solara_it_says_what_to_install() -> None:
    """The page asked for from Python, and the file run as a script, name the packages and the versions that work."""
    with pytest.raises(vs.InputError, match="ipyvuetify<2"):
        solara_page()
    script = [sys.executable, str(ROOT / "examples" / "mesa_solara.py")]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, WANTED)


def test_the_page_steps() -> None:
    """STEP moves the world on by the hours that a picture stands for."""
    solara = pytest.importorskip("solara", reason=WANTED)
    import ipyvuetify

    model = Launch()
    _, found = solara.render(solara.AppLayout(children=[solara_page(model)]), handle_error=False)
    next(button for button in found.find(ipyvuetify.Btn).widgets if "Step" in button.children).click()
    assert model.tick == STEPS_A_PICTURE
