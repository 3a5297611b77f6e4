"""When a campaign counts as viral: by its largest tree, which money alone does not make."""

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.errors import ScenarioError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BEFORE = Path(__file__).parents[2] / "benchmarks" / "scenarios_before"
SMALL = """
viralsim: 1
name: small
worlds: 40
audience: {members: 200, communities: {count: 2}}
channels: {x: {network: {generate: {mean_following: 10}}, visibility: 0.5}}
content: {post: {appeal: 0.1}}
campaign: {content: post, organic: [{channel: x, members: 1}]}
"""


def test_by_default_the_largest_tree_decides():
    """Left out, a hundredth of the members in one tree; counted as the largest cascade is."""
    scenario = vs.loads(SMALL)
    assert scenario.spec.viral_when.model_dump(exclude_none=True) == {"largest_cascade_fraction": 0.01}
    result = vs.simulate(scenario, threads=1)
    (arm,) = result.arms
    sizes = result.arms[arm].measures["largest_cascade"]
    assert 0.0 < result.chances(arm)["viral"].probability < 1.0
    assert result.chances(arm)["viral"].probability == (sizes >= 2.0).mean()


@pytest.mark.parametrize("word", ["earned_reach_fraction", "reach_fraction", "largest_cascade_fraction"])
def test_every_word_is_taken_alone(word):
    """Old words stay; two at once are refused."""
    one = vs.loads(SMALL + f"viral_when: {{{word}: 0.3}}\n")
    assert one.spec.viral_when.model_dump(exclude_none=True) == {word: 0.3}
    other = "reach_fraction" if word != "reach_fraction" else "earned_reach_fraction"
    with pytest.raises(ScenarioError, match="excludes"):
        vs.loads(SMALL + f"viral_when: {{{word}: 0.3, {other}: 0.1}}\n")


@pytest.mark.parametrize("folder", [SCENARIOS, BEFORE], ids=["now", "before"])
def test_virality_cannot_be_bought(folder):
    """Ten times the advertising of the main scenario leaves the chance to go viral near 0 in the arms that buy it."""
    scenario = vs.load(folder / "advocates_vs_paid.yaml")
    now = scenario.spec.campaign.paid[0].budget_usd
    bought = scenario.override(
        {"campaign.paid[0].budget_usd": 10 * now, "viral_when": {"largest_cascade_fraction": 0.01}}
    )
    result = vs.simulate(bought, worlds=100, arms=["organic", "paid"], repeat_trust=False)
    assert result.chances("paid")["viral"].probability <= 0.02
    assert (
        result.arms["paid"].measures["impressions"].mean() > 2 * result.arms["organic"].measures["impressions"].mean()
    )
