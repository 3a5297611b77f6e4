"""The ODD description names what the model has, and its formulas give the numbers of the code."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from viralsim.campaign.delays import delay_cdf
from viralsim.measurement.measures import NAMES
from viralsim.measurement.sequential import sequence_half_width

ODD = (Path(__file__).parents[1] / "docs" / "odd.md").read_text(encoding="utf-8")


def test_all_elements_and_concepts_are_there() -> None:
    """The seven elements of ODD and its eleven design concepts are there."""
    elements = ("Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling",
                "Design concepts", "Initialisation", "Input data", "Submodels")  # fmt: skip
    assert [line[3:] for line in ODD.splitlines() if line.startswith("## ")] == [
        f"{i}. {name}" for i, name in enumerate(elements, start=1)
    ]
    concepts = ("Basic principles", "Emergence", "Adaptation", "Objectives, learning, prediction", "Sensing", "Interaction",
                "Stochasticity", "Collectives", "Observation")  # fmt: skip
    assert all(f"**{concept}.**" in ODD for concept in concepts)


def test_every_measure_is_described() -> None:
    """A measure that is added has to be described."""
    assert [name for name in NAMES if name not in ODD] == []


def test_delay_formulas() -> None:
    """The laws of the reaction delay are those of the code."""
    x = np.array([0.05, 0.5, 2.0, 30.0])
    t0, theta = 0.1, 0.24
    nothing = {"lognormal": None, "exponential": None, "power_law": None}
    law = SimpleNamespace(**{**nothing, "power_law": SimpleNamespace(constant_until=t0, exponent=1 + theta)})
    by_hand = np.where(x <= t0, theta / (1 + theta) * x / t0, 1 - (x / t0) ** -theta / (1 + theta))
    np.testing.assert_allclose(delay_cdf(law, x), by_hand, rtol=1e-12)
    law = SimpleNamespace(**{**nothing, "exponential": SimpleNamespace(mean=3.0)})
    np.testing.assert_allclose(delay_cdf(law, x), 1 - np.exp(-x / 3.0), rtol=1e-12)
    law = SimpleNamespace(**{**nothing, "lognormal": SimpleNamespace(median=2.0, sigma=1.5)})
    phi = [0.5 * (1 + math.erf((math.log(v) - math.log(2.0)) / 1.5 / math.sqrt(2))) for v in x]
    np.testing.assert_allclose(delay_cdf(law, x), phi, rtol=1e-12)


def test_sequential_formula() -> None:
    """The half width that holds at every look is the one that is there."""
    rho2 = (-2 * math.log(0.05) + math.log(-2 * math.log(0.05)) + 1) / 2000
    for n in (400, 2000, 90_000):
        by_hand = 1.7 * math.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / 0.05))
        assert math.isclose(sequence_half_width(n, 1.7), by_hand, rel_tol=1e-12)
