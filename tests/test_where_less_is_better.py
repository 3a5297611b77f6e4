"""Below and above a switching value the option ahead is the better one, whether more or less of the goal is better."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from viralsim.measurement.measures import measure as declared
from viralsim.measurement.turning.input_words import words_of
from viralsim.records.record import ArmOutcomes
from viralsim.scenario.inputs import Input
from viralsim.simulation.pair import Float64, Pair
from viralsim.simulation.switching_values import _switch

NOISE = np.random.default_rng(3).normal(0.0, 0.01, 200)
KNOWN: Mapping[str, ArmOutcomes] = {}


class Straight(Pair):
    """The first arm has more of everything from 0.5 on, in proportion to the input."""

    def known_differences(self, measure: str) -> Float64:
        return 0.3 - 0.5 + NOISE

    def differences(self, path: str, value: float, worlds: int, measure: str) -> Float64:
        return np.asarray(value - 0.5 + NOISE[:worlds])

    def touches(self, arm: str, path: str, value: float, measure: str) -> bool:
        return True

    def sells_only(self, path: str, measure: str) -> bool:
        return False


@pytest.mark.parametrize(("measure", "ahead_above"), [("conversions", "a"), ("critical_shares", "b")])
def test_the_better_option_is_ahead(measure: str, ahead_above: str) -> None:
    assert declared("critical_shares").direction < 0 < declared("conversions").direction
    pair = Straight(None, [], ("a", "b"), 1, 1, KNOWN)  # type: ignore[arg-type]
    one = Input("audience.hostility", 0.3, "assumption", 0.0, 1.0)
    (turn,) = _switch(pair, one, measure, (0.3, 0.9), 200, math.inf)
    assert turn.middle == pytest.approx(0.5, abs=0.01)
    assert turn.above == ahead_above
    assert turn.below == "ab".replace(ahead_above, "")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("content.teaser.conversion_trust.paid", "the selling power of advertisements"),
        ("channels.tiktok.cpm_usd", "the price of advertising on tiktok"),
        ("campaign.paid[2].trust", "the trust in advertisements"),
        ("somewhere.else", ""),
    ],
)
def test_an_input_has_a_clients_words(path: str, words: str) -> None:
    assert words_of(path) == words
