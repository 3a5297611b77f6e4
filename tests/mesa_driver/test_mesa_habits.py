"""What Mesa users are used to: seeds of every kind, batch runs with iterations, models that are pickled and resumed."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from test_mesa import EVERYTHING, stepped

import viralsim as vs
from viralsim.errors import InputError
from viralsim.kernels.state import NODES
from viralsim.mesa_driver import AskedPost, BuyImpressions, CommunityManager, OwnedPost, SoftenCriticism
from viralsim.mesa_driver.model import ViralityModel
from viralsim.population.network.network import ViralsimWarning
from viralsim.scenario import Scenario

SEEDED_ITERATIONS = "rng" in inspect.signature(mesa.batch_run).parameters  # Mesa's own way to repeat since 3.4
RESUME = """
import pickle, sys
model = pickle.load(open(sys.argv[1], "rb"))
while model.running:
    model.step()
print(model.raw().counts.tolist())
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return vs.loads(EVERYTHING)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "all.yaml"
    path.write_text(EVERYTHING)
    return path


def batch(file: Path, iterations: int, **parameters: Any) -> list[dict[str, Any]]:
    return mesa.batch_run(
        ViralityModel,
        {"scenario": str(file), "arm": "all", **parameters},
        iterations=iterations,
        max_steps=100,
        display_progress=False,
    )


def assert_same(a: ViralityModel, b: ViralityModel) -> None:
    """Counts, trees, actions and collected rows are equal."""
    np.testing.assert_array_equal(a.raw().counts, b.raw().counts)
    np.testing.assert_array_equal(a.raw().series, b.raw().series)
    count = int(a._state.scalars[NODES])
    np.testing.assert_array_equal(a._state.nodes[:count], b._state.nodes[: int(b._state.scalars[NODES])])
    assert a.action_log == b.action_log
    assert a.datacollector.get_model_vars_dataframe().equals(b.datacollector.get_model_vars_dataframe())


@pytest.mark.parametrize("tick", [0, 1, 7, 23, 39, 40])
@pytest.mark.parametrize("copied", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy])
def test_a_pickled_or_copied_model_goes_on_as_the_one_that_was_not(scenario: Scenario, tick: int, copied: Any) -> None:
    """At any tick; the copy and the original both end in the world that nobody interrupted, and neither moves the other."""
    model = ViralityModel(scenario, arm="all", world=3)
    for _ in range(tick):
        model.step()
    assert len(pickle.dumps(model)) < 3_000_000, "what is in use, not the 2.7 GB that are reserved"
    twin = copied(model)
    assert (twin.tick, twin.steps, twin.running) == (model.tick, model.steps, model.running)
    for one in (twin, model):
        while one.running:
            one.step()
    whole = stepped(scenario, arm="all", world=3)
    assert whole.counted("shares") > 0
    assert_same(twin, whole)
    assert_same(model, whole)


@pytest.mark.parametrize(
    "change",
    [
        {"content.post.reinforcement": {"threshold": {"count": 2}}},
        {"channels.a.impression_delay": {"lognormal": {"median": "3h", "sigma": 1.0}}},
    ],
)
def test_ties_that_were_counted_and_impressions_that_wait_are_pickled(scenario: Scenario, change: Any) -> None:
    """Distinct exposing neighbours and impressions that are seen later go on from where they were."""
    changed = scenario.override(change)
    model, whole = ViralityModel(changed, arm="all", world=3), stepped(changed, arm="all", world=3)
    for _ in range(12):
        model.step()
    twin = pickle.loads(pickle.dumps(model))
    while twin.running:
        twin.step()
    assert whole.counted("shares") > 20
    assert_same(twin, whole)


def test_a_model_is_resumed_by_another_process(scenario: Scenario, tmp_path: Path) -> None:
    """What was written to a file at tick 9 ends elsewhere in the same counts."""
    model = ViralityModel(scenario, arm="all", world=1)
    for _ in range(9):
        model.step()
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(model))
    command = [sys.executable, "-c", RESUME, str(tmp_path / "model.pickle")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(stepped(scenario, arm="all", world=1).raw().counts.tolist())


def test_steps_stop_at_the_horizon(scenario: Scenario) -> None:
    """However often it is stepped, a model counts the ticks that it ran."""
    model = stepped(scenario, arm="bare")
    for _ in range(5):
        model.step()
    assert model.steps == model.tick == model.horizon == 40
    assert len(model.datacollector.get_model_vars_dataframe()) == 40


@pytest.mark.parametrize(
    "same",
    [
        lambda: np.random.default_rng(5),
        lambda: np.random.SeedSequence(5),
        lambda: np.random.PCG64(5),
        lambda: [5, 6, 7],
        lambda: np.int64(5),
    ],
    ids=["Generator", "SeedSequence", "BitGenerator", "list", "NumPy number"],
)
@pytest.mark.parametrize("word", ["rng", "seed"])
def test_every_seed_that_mesa_takes(scenario: Scenario, same: Any, word: str) -> None:
    """The same seed gives the same world twice, and another one than the scenario's own seed, unless it is that number."""
    a, b = (stepped(scenario, arm="all", **{word: same()}) for _ in range(2))
    assert_same(a, b)
    own = stepped(scenario, arm="all").raw().counts
    assert np.array_equal(a.raw().counts, own) == isinstance(same(), np.integer)


def test_a_generator_gives_another_world_each_time(scenario: Scenario) -> None:
    """One generator makes a series of worlds, and is the model's own."""
    rng = np.random.default_rng(5)
    models = [stepped(scenario, arm="all", rng=rng) for _ in range(3)]
    assert len({model.raw().counts.tobytes() for model in models}) == 3
    assert models[0].rng is rng


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_iterations_are_worlds(file: Path, scenario: Scenario) -> None:
    """Four iterations are the worlds 0 to 3, as the batch driver has them."""
    rows = batch(file, 4)
    worlds = vs.simulate(scenario, worlds=4, arms=["all"], repeat_trust=False).arms["all"].measures
    for name in ("reach", "shares", "impressions"):
        assert [row[name] for row in sorted(rows, key=lambda row: row["iteration"])] == worlds[name].tolist()
    assert len(set(worlds["reach"].tolist())) > 1


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_iterations_of_one_world_are_warned_of(file: Path) -> None:
    """Who names the world gets it again and again, and is told."""
    with pytest.warns(ViralsimWarning, match="iteration 1 of batch_run is world 0 once more"):
        rows = batch(file, 2, world=0)
    assert rows[0]["reach"] == rows[1]["reach"]


@pytest.mark.skipif(not SEEDED_ITERATIONS, reason="this Mesa has no rng= in batch_run")
def test_seeds_of_a_batch_run_are_seeds(file: Path, scenario: Scenario) -> None:
    """Where Mesa gives every iteration a seed, it is that seed's world 0."""
    rows = mesa.batch_run(ViralityModel, {"scenario": str(file), "arm": "all"}, rng=[7, 8], display_progress=False)
    for row, seed in zip(rows, (7, 8), strict=True):
        assert row["shares"] == stepped(scenario, arm="all", seed=seed).measure("shares")


def test_a_batch_run_collects_every_tick(file: Path) -> None:
    """With a period of one tick there is a row a tick, up to the horizon."""
    rows = mesa.batch_run(
        ViralityModel, {"scenario": str(file), "arm": "bare"}, data_collection_period=1, display_progress=False
    )
    assert len(rows) == 40
    assert rows[-1]["shares"] == max(row["shares"] for row in rows)


WRONG_ACTIONS = [
    (OwnedPost(7), "no owned line 7"),
    (OwnedPost(0.5), "no owned line 0.5"),  # type: ignore[arg-type]
    (BuyImpressions(0, -3), "count must be a whole number in 0"),
    (BuyImpressions(0, 10**9), "count must be a whole number in 0"),
    (BuyImpressions(3, 1), "no paid line 3"),
    (AskedPost(300, 0, 0), "no member 300"),
    (AskedPost(-1, 0, 0), "no member -1"),
    (AskedPost(True, 0, 0), "no member True"),
    (AskedPost(1, 2, 0), "no channel 2"),
    (AskedPost(1, 0, 9), "no content 9"),
    (AskedPost(1, 0, 0, trust=float("nan")), "trust must be a number"),
    (AskedPost(1, 0, 0, advocate=10**6), "advocate must be a whole number in -1"),
    (SoftenCriticism(float("nan")), "factor must be a number"),
    (SoftenCriticism(-1.0), "factor must be a number"),
    ("post", "is no action"),
]


@pytest.mark.parametrize(("action", "message"), WRONG_ACTIONS)
def test_an_action_that_cannot_be_is_refused(scenario: Scenario, action: Any, message: str) -> None:
    """Nothing that an actor emits makes the kernel leave its arrays, and nothing refused is on record."""
    model = ViralityModel(scenario, arm="all")
    with pytest.raises(InputError, match=message):
        model.agents_by_type[CommunityManager][0].act(action)
    assert model.action_log == []


def test_who_has_no_account_is_not_asked(scenario: Scenario) -> None:
    """On channel b six members of ten have an account: the others cannot post there."""
    model = ViralityModel(scenario, arm="all")
    here = model.compiled.present_on(1)
    manager = model.agents_by_type[CommunityManager][0]
    with pytest.raises(InputError, match="has no account on b"):
        manager.act(AskedPost(int(np.argmin(here)), 1, 0))
    manager.act(AskedPost(int(np.argmax(here)), 1, 0))


def test_an_action_before_a_step_is_of_that_step(scenario: Scenario) -> None:
    """Between two steps an action waits for the next one; after the horizon there is none to wait for."""
    model = ViralityModel(scenario, arm="bare", world=2)
    manager = model.agents_by_type[CommunityManager][0]
    before = [model.has_shared(member) for member in range(300)]
    member = int(np.argmax(model.compiled.present_on(0)))
    manager.act(AskedPost(member, 0, 0))
    model.step()
    assert not before[member]
    assert model.has_shared(member)
    while model.running:
        model.step()
    with pytest.raises(InputError, match="the horizon of 40 ticks is over"):
        manager.act(OwnedPost(0))
