"""From a scenario's words to who is there."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from viralsim.errors import NetworkError
from viralsim.population.audience import Audience, audience_key, drawn_activity, drawn_interest
from viralsim.population.build import build_population
from viralsim.population.fields import FIELDS, allocate, field_of_column
from viralsim.population.generators.communities import drawn_communities


def generated(**changes):
    words = {"mean_following": 10, "degree_exponent": 2.4, "reciprocity": 0.4, "clustering": 0.2} | changes
    network = SimpleNamespace(generate=SimpleNamespace(**words), graph=None, layer=None, file=None, temporal=False)
    return SimpleNamespace(network=network, presence=1.0)


def from_file(file, **changes):
    words = {
        "edge_means": None,
        "directed": True,
        "tie_strength": None,
        "influence_weight": None,
        "tie_sign": None,
    } | changes
    words["model_fields_set"] = set(changes)
    return SimpleNamespace(
        network=SimpleNamespace(generate=None, graph=None, layer=None, file=str(file), temporal=False, **words),
        presence=1.0,
    )


def scenario(folder, channels, seed=42, **audience):
    words = {
        "members": 3000,
        "communities": SimpleNamespace(count=10, size_exponent=2.0, mixing=0.15),
        "topics": {"food": 0.5, "sport": 0.3},
        "tones": {"humorous": 0.6},
        "hostility": 0.05,
        "participation": SimpleNamespace(sigma=1.5),
        "demographics": None,
        "members_file": None,
        "segments": {},
        "buying": None,
        "prospects": 0,
        "model_fields_set": set(),
    } | audience
    return SimpleNamespace(
        spec=SimpleNamespace(seed=seed, audience=SimpleNamespace(**words), channels=channels),
        folder=Path(folder),
        networks={},
    )


def imported(folder, channels, **audience):
    return scenario(folder, channels, members=None, **audience)


def test_a_generated_audience_is_what_the_words_say(tmp_path):
    """Members, communities, means of interest and tone, activity of mean 1, one hostility, all in their dtypes."""
    people = build_population(scenario(tmp_path, {"a": generated(), "b": generated()}))
    audience = people.audience
    assert (people.members, people.communities, people.ids) == (3000, 10, None)
    assert list(people.networks) == ["a", "b"]
    assert people.networks["a"].fingerprint() != people.networks["b"].fingerprint()
    assert audience.topic_names == ("food", "sport")
    np.testing.assert_allclose(audience.interests.astype(float).mean(axis=1), [0.5, 0.3], atol=0.02)
    np.testing.assert_allclose(audience.tones.astype(float).mean(axis=1), [0.6], atol=0.02)
    assert audience.activity.mean(dtype=float) == pytest.approx(1, abs=1e-6)
    assert set(audience.hostility.tolist()) == {np.float32(0.05)}


def test_populations_differ_and_repeat(tmp_path):
    """Population k is a function of seed and k; adding a channel or topic leaves the others as they were."""
    one = build_population(scenario(tmp_path, {"a": generated()}), 0)
    other = build_population(scenario(tmp_path, {"a": generated()}), 1)
    again = build_population(
        scenario(tmp_path, {"b": generated(), "a": generated()}, topics={"x": 0.5, "sport": 0.3}), 0
    )
    assert one.networks["a"].fingerprint() != other.networks["a"].fingerprint()
    assert one.networks["a"].fingerprint() == again.networks["a"].fingerprint()
    np.testing.assert_array_equal(one.audience.interests[1], again.audience.interests[1])
    assert (one.audience.activity != other.audience.activity).any()


def test_interest_varies_more_between_communities_than_by_chance():
    """Homophily: a community's mean interest varies as its Beta does, the audience's mean is exact."""
    community = np.repeat(np.arange(200, dtype=np.int32), 200)
    keys = (audience_key(1, 0, "x"), audience_key(1, 0, "y"))
    interest = drawn_interest(0.3, community, *keys).astype(float)
    means = interest.reshape(200, 200).mean(axis=1)
    assert interest.mean() == pytest.approx(0.3, abs=0.005)
    assert means.var() == pytest.approx(0.3 * 0.7 / 6, rel=0.3)
    inside = interest.reshape(200, 200).var(axis=1)
    np.testing.assert_allclose(inside.mean(), (means * (1 - means)).mean() / 11, rtol=0.05)
    assert set(drawn_interest(1.0, community, *keys).tolist()) == {1.0}


def test_activity_is_unequal_as_its_sigma_says():
    """log activity is normal with the sigma given; the share of the most active tenth is that of the lognormal."""
    activity = drawn_activity(200_000, 1.5, audience_key(1, 0, "activity")).astype(float)
    assert np.log(activity).std() == pytest.approx(1.5, rel=0.01)
    top = np.sort(activity)[-20_000:].sum() / activity.sum()
    assert top == pytest.approx(0.586, abs=0.02)  # Phi(1.5 - 1.2816)
    assert set(drawn_activity(5, 0.0, audience_key(1, 0, "activity")).tolist()) == {1.0}


def test_presence_is_drawn_and_only_those_present_follow(tmp_path):
    """A channel where a third have an account has follows of these only."""
    channel = generated()
    channel.presence = 0.3
    people = build_population(scenario(tmp_path, {"a": generated(), "b": channel}))
    present = people.audience.presence["b"]
    assert people.audience.presence["a"] is None
    assert present.mean() == pytest.approx(0.3, abs=0.03)
    assert not people.networks["b"].following_count()[~present].any()


def test_an_imported_network_brings_its_members_and_communities(tmp_path):
    """Ids come back, two cliques are two communities, and the messages say what was found."""
    edges = [(a, b) for group in ("abcde", "vwxyz") for a in group for b in group if a < b] + [("a", "z")]
    (tmp_path / "e.csv").write_text("\n".join(f"{a},{b}" for a, b in edges))
    people = build_population(imported(tmp_path, {"a": from_file("e.csv", directed=False)}))
    assert people.ids.tolist() == list("abcdevwxyz")
    assert people.communities == 2
    assert len(set(people.audience.community[:5].tolist())) == 1
    assert any("2 communities were found" in m for m in people.messages)


def test_files_of_several_channels_are_one_audience(tmp_path):
    """Members are the union of the files; who is in no row of a channel's file has no account there."""
    (tmp_path / "a.csv").write_text("ann,bob\nbob,cat\n")
    (tmp_path / "b.csv").write_text("bob,dan\nann,ann\n")
    people = build_population(imported(tmp_path, {"a": from_file("a.csv"), "b": from_file("b.csv")}))
    assert people.ids.tolist() == ["ann", "bob", "cat", "dan"]
    assert people.audience.presence["b"].tolist() == [True, True, False, True]
    b = people.networks["b"]
    assert (b.sources().tolist(), b.followers.tolist()) == ([1], [3])
    assert any("dropped 1 self-loops" in m for m in people.messages)


def test_a_members_file_says_who_there_is(tmp_path):
    """Columns fill the fields by id; activity is brought to mean 1; missing topics are drawn; labels are kept."""
    (tmp_path / "m.csv").write_text(
        "id,community,activity,hostility,interest_food\n7,north,2,0.5,1\n3,south,6,0,0.25\n9,north,4,0.1,0\n"
    )
    (tmp_path / "e.csv").write_text("7,3\n9,7\n")
    people = build_population(imported(tmp_path, {"a": from_file("e.csv")}, members_file="m.csv"))
    audience = people.audience
    assert people.ids.tolist() == [3, 7, 9]
    assert audience.community_names == ("north", "south")
    assert audience.community.tolist() == [1, 0, 0]
    np.testing.assert_allclose(audience.activity, [1.5, 0.5, 1.0])
    np.testing.assert_allclose(audience.hostility, [0, 0.5, 0.1], rtol=1e-6)
    assert audience.interests[0].tolist() == [0.25, 1, 0]
    assert (people.networks["a"].sources().tolist(), people.networks["a"].followers.tolist()) == ([1, 2], [0, 1])
    alone = build_population(imported(tmp_path, {"g": generated(mean_following=1)}, members_file="m.csv"))
    assert alone.members == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nx\n", "no line of column names was found"),
        ("activity\n1\n", "column 'id' is missing"),
        ("id\n", "there is no row"),
        ("id\n1\n\n1\n", "on line 2 already"),
        ("id,hostility\n1,0.5\n2,1.5\n", r"m\.csv:3: column 'hostility': '1\.5' must be between 0 and 1"),
        ("id,activity\n1,-1\n", r"m\.csv:2: column 'activity': '-1' must be at least 0"),
        ("id,interest_food\n1,nan\n", "column 'interest_food': 'nan' is no number"),
        ("id,community\n1,\n", r"m\.csv:2: column 'community': is empty"),
        ("id,activity\n1,0\n", "all are 0"),
        ("id,activity\n1.25E+18,1\n", r"m\.csv:2: column 'id': 1\.25E\+18 is a number that a spreadsheet rounded"),
        ("id,hostility\n1,0.5\n2,60\n", r"m\.csv:3: column 'hostility': '60' must be between 0 and 1"),
        ("id,interest_food,Interest: food\n1,0.5,0.5\n", "both mean interest_food"),
        ("", "is empty"),
    ],
)
def test_a_bad_members_file_is_refused_with_its_place(tmp_path, text, message):
    """Repeated ids and values out of bounds are NetworkErrors with file and line."""
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(NetworkError, match=message):
        build_population(imported(tmp_path, {"g": generated(mean_following=0)}, members_file="m.csv"))


def test_what_cannot_be_reached_is_said(tmp_path):
    """Clustering that mixing leaves no room for gives a message with the value reached."""
    crowded = scenario(tmp_path, {"a": generated(clustering=0.9)})
    assert any("clustering: 0.9 was asked for" in m for m in build_population(crowded).messages)


def test_every_field_is_declared_once_and_checked():
    """Each declared field has a column, a unit and a source; arrays of the wrong kind are refused."""
    assert len({f.name for f in FIELDS}) == len(FIELDS)
    assert all(f.unit and f.label and f.source for f in FIELDS)
    assert field_of_column("interest_food")[1] == "food"
    assert field_of_column("age") is None
    n = 4
    good = {f.name: allocate(f.name, n, 1 if f.column.endswith("_") else None) for f in FIELDS}
    Audience(**good)
    for f in FIELDS:
        with pytest.raises(NetworkError, match=f.name):
            Audience(**{**good, f.name: good[f.name].astype(np.float64)})
    with pytest.raises(NetworkError, match="hostility must be in"):
        Audience(**{**good, "hostility": np.full(n, 2, np.float32)})


def test_drawn_communities_are_neighbours():
    """Members of one community have neighbouring numbers, so that their rows lie together."""
    assert (np.diff(drawn_communities(100, 7, 2.0)) >= 0).all()


def test_a_network_larger_than_the_machine_is_refused(monkeypatch):
    """Not the system's killer but an error ends it: how much it needs, how much there is, what to do; one that fits is built."""
    from viralsim.population import drawn
    from viralsim.scenario import loads

    text = """
viralsim: 1
name: giant
horizon: 6h
audience: {members: 1000}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {c: {appeal: 0.1}}
campaign: {content: c, owned: [{channel: x, followers: 20, posts_at: [0h]}]}
"""
    monkeypatch.setattr(drawn, "memory_bytes", lambda: drawn.BYTES_A_FOLLOW * 8000 - 1)
    with pytest.raises(
        NetworkError, match=r"channels\.x\.network\.generate: 1,000 members who follow 8 need about .* fewer"
    ):
        build_population(loads(text))
    monkeypatch.setattr(drawn, "memory_bytes", lambda: drawn.BYTES_A_FOLLOW * 8000)
    assert build_population(loads(text)).members == 1000


def test_networks_are_the_same_on_any_number_of_threads(monkeypatch):
    """Three channels drawn one after the other and at once, the messages about them in the order of the channels."""
    from viralsim.cache import BoundedCache
    from viralsim.population import drawn
    from viralsim.scenario import loads

    channels = "\n".join(
        f"  {name}: {{visibility: 0.2, network: {{generate: {{mean_following: {mean}, clustering: 0.9}}}}}}"
        for name, mean in (("small", 4), ("large", 12), ("middle", 8))
    )
    text = f"""
viralsim: 1
name: together
horizon: 6h
audience: {{members: 700}}
channels:
{channels}
content: {{c: {{appeal: 0.1}}}}
campaign: {{content: c, owned: [{{channel: small, followers: 20, posts_at: [0h]}}]}}
"""
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(drawn, "_networks", BoundedCache(1 << 20))
        found.append(build_population(loads(text), threads=threads))
    first, *others = found
    assert len(first.messages) >= 2
    for other in others:
        assert other.messages == first.messages
        assert [n.fingerprint() for n in other.networks.values()] == [n.fingerprint() for n in first.networks.values()]
