"""The advocates' file: who plays whom, what they cost, how they suit the content, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.simulation.run import compile_arms, compile_audience

SCENARIO = """
viralsim: 1
name: creators
seed: 3
worlds: 60
horizon: 1d
audience: {members: 800, topics: {food: 0.5, sport: 0.5}, tones: {humorous: 0.5, informative: 0.5}}
channels:
  wall: {visibility: 0.4, network: {generate: {mean_following: 12}}}
  forum: {visibility: 0.4, network: {generate: {mean_following: 6}}}
content: {c: {appeal: 0.3, topics: {food: 1.0}, tone: {humorous: 1.0}}}
campaign:
  content: c
  advocates: {file: adv.csv, cost_usd: 7, willingness: 0.9EXTRA}
"""


def scenario(folder: Path, table: str, extra: str = "") -> vs.Scenario:
    (folder / "adv.csv").write_text(table, encoding="utf-8")
    (folder / "s.yaml").write_text(SCENARIO.replace("EXTRA", extra), encoding="utf-8")
    return vs.load(folder / "s.yaml")


def enrolled(folder: Path, table: str, extra: str = ""):
    loaded = scenario(folder, table, extra)
    compiled = compile_audience(loaded)
    (arm,) = compile_arms(loaded, compiled).values()
    return arm.enrolment, compiled, arm


def test_people_prices_and_levels(tmp_path: Path) -> None:
    """Synonyms, currencies and percentages; what is left out takes the tier's own value; one person on two channels."""
    table = "Creator;Platform;Followers;Fee (USD);Willingness\n@ann;Wall;20;$1,500;60%\nbob;forum;10;;\n@Ann;forum;8;$1,500;60%\n"
    people, compiled, _ = enrolled(tmp_path, table)
    assert people.handles == ["@ann", "bob"]
    assert people.cost_usd.tolist() == [1500.0, 7.0]
    assert people.willingness.tolist() == [0.6, 0.9]
    assert people.channels.tolist() == [[True, True], [False, True]]
    assert len(set(people.members.tolist())) == 2
    forum = compiled.networks[compiled.channels.index("forum")].follower_count()
    assert abs(int(forum[people.members[1]]) - 10) <= 2


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            "handle,channel,followers\nann,wall,20\n@Ann,wall,30\n",
            "@Ann is on wall twice (lines 2 and 3) with other values",
        ),
        ("handle,channel,followers\n@,wall,20\n", "adv.csv:2: column 'handle': is empty"),
        (
            "handle,channel,followers,tone\nann,wall,20,#REF!\n",
            "adv.csv:2: column 'tone': '#REF!' is a spreadsheet's error",
        ),
        ("handle,channel,followers,cost\nann,wall,20,5\nann,forum,9,6\n", "ann has several values (lines 2 and 3)"),
        (
            "handle,channel,followers\nann,tiktok,20\n",
            "adv.csv:2: column 'channel': 'tiktok' must be one of wall, forum",
        ),
        ("handle,channel,followers\nann,wall,\n", "adv.csv:2: column 'followers': is empty"),
        ("handle,channel,followers\nann,wall,-4\n", "'-4' must be at least 0"),
        (
            "handle,channel,followers,willingness\nann,wall,20,7\n",
            "adv.csv:2: column 'willingness': '7' must be between",
        ),
        (
            "handle,channel,followers,tone\nann,wall,20,nonsense\n",
            "'nonsense' is unknown; known are humorous, informative",
        ),
        ("handle,channel,followers,topics\nann,wall,20,food;wine\n", "'wine' is unknown; known are food, sport"),
        ("handle,channel,followers,cost\nann,wall,20,5 €\n", "in EUR"),
        ("channel,followers\nwall,20\n", "column 'handle' is missing"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, table: str, words: str) -> None:
    """With file, line, column and value."""
    with pytest.raises(vs.ScenarioError) as refused:
        enrolled(tmp_path, table)
    assert words in str(refused.value)


def test_followers_that_differ_are_told_and_refused(tmp_path: Path) -> None:
    """From a factor of 2 on a warning with both numbers, from 10 on a refusal, unless the scenario allows it."""
    compiled = compile_audience(scenario(tmp_path, "handle,channel,followers\nann,wall,20\n"))
    most = int(compiled.networks[0].follower_count().max())
    assert most < 800 / 2
    near = f"handle,channel,followers\nann,wall,{most}\n"
    assert enrolled(tmp_path, near)[0].notes == ()
    people = enrolled(tmp_path, f"handle,channel,followers\nann,wall,{2 * most + 1}\n")[0]
    assert f"{2 * most + 1:,} followers in the file and {most:,} here on wall" in people.notes[0]
    sample = enrolled(tmp_path, "handle,channel,followers\nann,wall,2.5M\n")[0]
    assert "2,500,000" in sample.notes[0]
    assert "sample" in sample.notes[0]


RING = """
viralsim: 1
name: ring
horizon: 1d
channels: {wall: {visibility: 0.4, network: {file: ring.csv, edge_means: "source reaches target"}}}
content: {c: {appeal: 0.3}}
campaign: {content: c, advocates: {file: adv.csvEXTRA}}
"""


@pytest.mark.parametrize(
    ("followers", "extra", "words"),
    [
        ("5", "", None),
        ("6", "", "ann has 6 followers in the file and 3 here on wall: no member left comes nearer"),
        ("1", "", "ann has 1 followers in the file and 3 here on wall"),
        ("29", "", "ann has 29 followers in the file and 3 here"),
        ("30", "", ScenarioError),
        ("100", "", ScenarioError),
        ("100", ", followers_differ: warn", ScenarioError),
        ("100", ", followers_differ: allow", "ann has 100 followers in the file and 3 here"),
        ("101", "", "the audience of 100 is a sample, and 2.97% of them can be reached"),
        (
            "12.345",
            "",
            "ann has 12,345 followers in the file and 3 here on wall: the audience of 100 is a sample, and 0.02%",
        ),
    ],
)
def test_followers_of_the_file_beside_those_of_the_member(
    tmp_path: Path, followers: str, extra: str, words: object
) -> None:
    """All members have three followers: a factor of 2 is noted, one of 10 refused, more than the audience is a sample."""
    edges = [f"{i},{(i + k) % 100}" for i in range(100) for k in (1, 2, 3)]
    (tmp_path / "ring.csv").write_text("\n".join(["source,target", *edges]) + "\n", encoding="utf-8")
    (tmp_path / "adv.csv").write_text(f"handle,channel,followers\nann,wall,{followers}\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text(RING.replace("EXTRA", extra), encoding="utf-8")
    loaded = vs.load(tmp_path / "s.yaml")
    compiled = compile_audience(loaded)
    if words is ScenarioError:
        with pytest.raises(
            ScenarioError,
            match=r"ann has .* here on wall: no member left comes nearer\. Give .* followers_differ: allow",
        ):
            compile_arms(loaded, compiled)
        return
    (arm,) = compile_arms(loaded, compiled).values()
    assert arm.enrolment.notes[:1] == () if words is None else str(words) in arm.enrolment.notes[0]


def test_rows_that_repeat_each_other_are_one_person(tmp_path: Path) -> None:
    """Case and @ do not count; the note names both lines."""
    people = enrolled(tmp_path, "handle,channel,followers,cost\n@ann,wall,20,\nbob,wall,9,5\nANN,wall,20,\n")[0]
    assert people.handles == ["@ann", "bob"]
    assert people.cost_usd.tolist() == [7.0, 5.0]
    assert "adv.csv: ANN is on wall twice with the same values (lines 2 and 4): one person" in people.notes
    assert "adv.csv: column 'cost': nothing for @ann, who gets the tier's 7" in people.notes


def test_arms_with_one_file_have_their_own_prices(tmp_path: Path) -> None:
    """What the file leaves open is each arm's own; where the tier posts bounds where the file's people may."""
    loaded = scenario(tmp_path, "handle,channel,followers\nann,wall,20\n").override({
        "arms": {"a": {}, "b": {"campaign.advocates.cost_usd": 11, "campaign.advocates.willingness": 0.2}}, "baseline": "a",
    })  # fmt: skip
    arms = compile_arms(loaded, compile_audience(loaded))
    assert [arm.enrolment.cost_usd.tolist() for arm in arms.values()] == [[7.0], [11.0]]
    assert [arm.enrolment.willingness.tolist() for arm in arms.values()] == [[0.9], [0.2]]
    with pytest.raises(ScenarioError, match=r"adv\.csv:2: column 'channel': 'wall' must be one of forum"):
        enrolled(tmp_path, "handle,channel,followers\nann,wall,20\n", ", channels: [forum]")


def test_an_empty_price_is_no_price_of_0(tmp_path: Path) -> None:
    """Among prices an empty cell takes the scenario's price, and is refused where it gives none; no prices at all are none."""
    (tmp_path / "adv.csv").write_text("handle,channel,followers,cost\nann,wall,20,5\nbob,wall,9,-\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text(
        SCENARIO.replace("cost_usd: 7, willingness: 0.9EXTRA", "willingness: 1"), encoding="utf-8"
    )
    loaded = vs.load(tmp_path / "s.yaml")
    with pytest.raises(
        ScenarioError,
        match=r"adv.csv:3: column 'cost': '-' is empty for bob: fill it, or give campaign.advocates.cost_usd",
    ):
        compile_arms(loaded, compile_audience(loaded))
    (tmp_path / "adv.csv").write_text("handle,channel,followers,cost\nann,wall,20,-\nbob,wall,9,\n", encoding="utf-8")
    (arm,) = compile_arms(loaded, compile_audience(loaded)).values()
    assert arm.enrolment.cost_usd.tolist() == [0.0, 0.0]


def test_topics_and_tone_of_a_creator_are_used(tmp_path: Path) -> None:
    """Creators who suit the content are answered as before; those who do not, less, down to not at all."""
    base = "handle,channel,followers{}\nann,wall,40{}\n"
    reach = {}
    for name, title, cell in (
        ("none", "", ""), ("fits", ",topics,tone", ",food,humorous"), ("other tone", ",topics,tone", ",food,informative"),
    ):  # fmt: skip
        result = vs.simulate(scenario(tmp_path, base.format(title, cell)))
        (arm,) = result.arms.values()
        reach[name] = arm.measures["shares"]
    assert np.array_equal(reach["none"], reach["fits"])
    assert reach["fits"].sum() > reach["other tone"].sum()
    people, _, arm = enrolled(tmp_path, base.format(",tone", ",informative"))
    assert people.fit is not None
    assert people.fit.tolist() == [0.0]
    assert arm.world.plan.planned_trust.tolist() == [0.0]
    assert "nobody answers them" in people.notes[-1]
