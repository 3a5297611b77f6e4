"""The arms that an answer is about are run first: what is told is what all arms say, and who stops the rest keeps it."""

from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.simulation.trusts_at_one import FIRST_WORLDS

FOLDER = Path(__file__).parents[1]
BEFORE = FOLDER / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
WORLDS = 120
ASKED = {"question": {"compare": ["advocates", "paid"]}}


@pytest.mark.parametrize("question", [{}, ASKED], ids=["equal money", "asked"])
def test_the_first_answer_is_that_of_all_arms(question):
    """Told once, of three arms, in the words and numbers that all four give; the result has the worlds of a plain run."""
    scenario = vs.load(BEFORE).override(question)
    told = []
    result = vs.simulate(scenario, worlds=WORLDS, repeat_trust=False, on_answer=told.append)
    plain = vs.simulate(scenario, worlds=WORLDS, repeat_trust=False)
    assert [list(one.arms) for one in told] == [["organic", "paid", "advocates"]]
    assert list(result.arms) == list(plain.arms) == ["organic", "paid", "advocates", "integrated"]
    for name, arm in plain.arms.items():
        assert np.array_equal(arm.measures["conversions"], result.arms[name].measures["conversions"]), name
    first, whole = ({part.label: part.text for part in one.first_screen} for one in (told[0], plain))
    for label in ("Answer", "Money", "Risk"):
        assert first[label] == whole[label]


def test_no_answer_is_told_that_the_others_would_take_back():
    """Two arms of equal cost by the plan that did not cost the same are not in question: one answer, that of all arms."""
    dearer = vs.load(BEFORE).override({"uncertain": {"campaign.advocates.cost_usd": {"from": 10, "to": 100}}})
    told = []
    result = vs.simulate(dearer, worlds=40, repeat_trust=False, on_answer=told.append)
    assert result.question.arms != ("paid", "advocates")
    assert [list(one.arms) for one in told] == [["organic", "paid", "advocates", "integrated"]]
    assert told[0].question == result.question


def test_whoever_stops_the_other_arms_keeps_what_was_told():
    """An interrupt after the answer leaves out the arm that was not finished, and says so."""
    told = []

    def stop(done: int, total: int) -> None:
        if told and done < total:
            raise KeyboardInterrupt

    result = vs.simulate(vs.load(BEFORE), worlds=1000, progress=stop, on_answer=told.append, what_turns_it=True)
    assert result.interrupted
    assert list(result.arms) == ["organic", "paid", "advocates"]
    assert result.world_count == 1000
    assert any("left out: integrated" in warning for warning in result.warnings)


def test_progress_counts_the_launches_of_all_arms():
    """The other arms are part of what is done, not more of it."""
    seen = []
    vs.simulate(BEFORE, worlds=50, repeat_trust=False, progress=lambda *now: seen.append(now), on_answer=lambda _: None)
    assert {total for _, total in seen} == {200}
    done = [count for count, _ in seen]
    assert done == sorted(done)
    assert done[-1] == 200


def test_trusts_at_one_stop_where_no_finding_could_change():
    """Where every difference is far from what would be another finding the first worlds do, else all that are asked for are run."""
    scenario = vs.load(BEFORE)
    clear = _conversions(scenario)
    assert {len(values) for values in clear.values()} == {FIRST_WORLDS}
    edge = float((clear["paid"] - clear["organic"]).mean())
    unclear = _conversions(scenario.override({"goal.matters_from": edge}))
    assert {len(values) for values in unclear.values()} == {WORLDS}
    for name, values in clear.items():
        assert np.array_equal(values, unclear[name][:FIRST_WORLDS])


def test_trusts_at_one_are_run_whole_where_worlds_share_an_audience():
    """Few audiences make findings less sure than so many worlds do: the verdict at trusts of 1 rests on as many as it ever did."""
    shared = _conversions(vs.load(BEFORE).override({"populations": 2}))
    assert {len(values) for values in shared.values()} == {WORLDS}


def _conversions(scenario):
    trusts = vs.simulate(scenario, worlds=WORLDS).trusts_at_one
    return {name: measures["conversions"] for name, measures in trusts.items()}
