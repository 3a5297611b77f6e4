"""Every scenario of the repository checks clean, runs from the command line, and tells its story."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main

FOLDER = Path(__file__).parent.parent / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
MEASURES = [
    "reach", "impressions", "shares", "critical_shares", "engagements", "conversions", "largest_cascade", "depth",
    "max_breadth", "structural_virality", "reproduction_number", "time_to_peak_hours", "half_time_hours",
    "earned_reach", "earned_shares", "value_usd", "net_usd",
]  # fmt: skip
STATISTICS = {"mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95"}
COMPARED = {
    "arm", "baseline", "measure", "uplift", "ci_low", "ci_high", "probability_better", "correlation",
    "cost_per_incremental", "cost_per_incremental_low", "cost_per_incremental_high", "reason",
}  # fmt: skip
TOP = {
    "scenario", "fingerprint", "seed", "worlds", "population", "arms", "comparisons", "verdict", "warnings",
    "calibrated", "timing",
}  # fmt: skip


def command(*words: str) -> tuple[int, str]:
    """(exit status, standard output) of a ``viralsim`` command."""
    done = CliRunner().invoke(main, list(words))
    return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """What ``viralsim run FILE --worlds 20 --json`` says of each scenario."""
    found = {}
    for path in FILES:
        status, out = command("run", str(path), "--worlds", "20", "--json")
        assert status == 0, path.name
        found[path.stem] = json.loads(out)
    return found


def test_there_are_scenarios() -> None:
    """The stories that the documentation names are there."""
    assert {"advocates_vs_paid", "hands_of_the_gods", "real_network"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_checks_clean(path: Path) -> None:
    """``viralsim check`` finds nothing wrong."""
    status, out = command("check", str(path))
    assert (status, "must" in out) == (0, False), out


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_says_where_numbers_come_from(path: Path) -> None:
    """A story begins with a comment, and every number of it is sourced or called an assumption somewhere."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#")
    assert "assumption" in text


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_answer_has_the_keys_of_the_contract(answers: dict[str, dict[str, Any]], name: str) -> None:
    """Standard output is one JSON object with the promised keys, for every arm and every ordered pair of arms."""
    answer = answers[name]
    assert set(answer) >= TOP
    assert answer["worlds"] == 20
    assert set(answer["population"]) >= {"members", "communities", "follows"}
    assert set(answer["timing"]) >= {"setup_s", "compile_s", "simulate_s", "worlds_per_s"}
    assert set(answer["verdict"]) >= {"measure", "sentences", "overturned_by"}
    assert answer["calibrated"] is False
    for arm in answer["arms"].values():
        assert set(arm["measures"]) == set(MEASURES)
        assert all(set(statistics) >= STATISTICS for statistics in arm["measures"].values())
        for event in ("viral", "flop"):
            assert 0 <= arm[event]["low"] <= arm[event]["probability"] <= arm[event]["high"] <= 1
        assert set(arm["impressions_by_source"]) == {"owned", "paid", "asked", "earned", "recommended"}
        assert sum(arm["cost_lines"].values()) == pytest.approx(arm["cost_usd"])
    pairs = {(row["arm"], row["baseline"]) for row in answer["comparisons"]}
    assert pairs == {(a, b) for a in answer["arms"] for b in answer["arms"] if a != b}
    assert all(set(row) >= COMPARED for row in answer["comparisons"])


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_means_are_conserved(answers: dict[str, dict[str, Any]], name: str) -> None:
    """In every arm reach is within impressions, earned within all, conversions within reach, parts sum to the whole."""
    members = answers[name]["population"]["members"]
    for arm in answers[name]["arms"].values():
        mean = {measure: statistics["mean"] for measure, statistics in arm["measures"].items()}
        assert 0 <= mean["earned_reach"] <= mean["reach"] <= mean["impressions"]
        assert mean["reach"] <= members
        assert mean["earned_shares"] <= mean["shares"]
        assert mean["conversions"] <= mean["reach"]
        assert sum(arm["impressions_by_source"].values()) == pytest.approx(mean["impressions"])
        assert mean["net_usd"] == pytest.approx(mean["value_usd"] - arm["cost_usd"])
        for statistics in arm["measures"].values():
            if statistics["mean"] is not None:
                assert statistics["p05"] <= statistics["p50"] <= statistics["p95"]


def test_most_launches_die_and_a_few_explode() -> None:
    """In the hands of the gods: the median launch earns next to nothing, the largest more than fifty times it."""
    result = vs.simulate(vs.load(FOLDER / "hands_of_the_gods.yaml"), worlds=3000)
    arm = result.arms["campaign"]
    earned = arm.measures["earned_shares"]
    assert np.median(earned) <= 3
    assert earned.max() > 50 * max(np.median(earned), 1)
    assert (earned == 0).mean() > 0.25
    assert earned[earned > np.quantile(earned, 0.99)].sum() > 0.15 * earned.sum()  # one in a hundred makes much of it
    tier = result.arms["twenty_advocates"].measures["earned_shares"]
    part = tier[tier > np.quantile(tier, 0.99)].sum() / tier.sum()
    assert (
        part < earned[earned > np.quantile(earned, 0.99)].sum() / earned.sum() / 3
    )  # twenty chances: less of it is luck
    assert (result.arms["twenty_advocates"].measures["largest_cascade"] >= 100).mean() < 0.01  # virality is not bought
    said = {part.label: part.text for part in result.first_screen}
    assert list(said) == ["Answer", "Luck", "Risk", "Rests on", "Next"]
    assert "twenty_advocates" in said["Answer"]


def test_advocates_and_advertisements(answers: dict[str, dict[str, Any]]) -> None:
    """The product's question has its four arms, the same money for either tier, and a verdict in sentences."""
    answer = answers["advocates_vs_paid"]
    assert list(answer["arms"]) == ["organic", "paid", "advocates", "integrated"]
    assert answer["arms"]["paid"]["cost_usd"] == pytest.approx(answer["arms"]["advocates"]["cost_usd"], rel=0.01)
    assert answer["verdict"]["measure"] == "conversions"
    assert len(answer["verdict"]["sentences"]) >= 2
    assert all(sentence.strip() for sentence in answer["verdict"]["sentences"])


def test_a_real_network_is_conditional(answers: dict[str, dict[str, Any]]) -> None:
    """With an imported network the answer says that it is conditional on this network."""
    answer = answers["real_network"]
    said = " ".join([*answer["verdict"]["sentences"], *answer["warnings"]])
    assert "network" in said
    assert "conditional" in said or "this network" in said
    assert answer["population"]["members"] == 7624


def test_a_manager_softens_the_backlash() -> None:
    """Backlash: criticism outgrows praise, and answers to it take part of it away."""
    result = vs.simulate(vs.load(FOLDER / "backlash.yaml"), worlds=200)
    critical = {name: arm.measures["critical_shares"].mean() for name, arm in result.arms.items()}
    shares = {name: arm.measures["shares"].mean() for name, arm in result.arms.items()}
    assert critical["alone"] > shares["alone"]
    assert critical["managed"] < 0.9 * critical["alone"]


def test_a_cat_has_luck_and_a_campaign_reach() -> None:
    """The cat's launches differ more from each other than the campaign's, whose budget buys reach in every world."""
    result = vs.simulate(vs.load(FOLDER / "cat_video_vs_campaign.yaml"), worlds=60)
    earned = {name: arm.measures["earned_reach"] for name, arm in result.arms.items()}
    spread = {name: values.std() / max(values.mean(), 1e-9) for name, values in earned.items()}
    assert spread["cat"] > 2 * spread["campaign"]
    reach = {name: np.median(arm.measures["reach"]) for name, arm in result.arms.items()}
    assert reach["campaign"] > reach["cat"]
