"""The Python door: every wrong argument of every public function ends in one sentence that names it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from wrong_arguments import DOOR as NETWORKS
from wrong_arguments import HANDED_ON, STRATEGY_OPTIONS
from wrong_calibration import CALIBRATION
from wrong_changing import CHANGING
from wrong_forecasts import FORECASTS
from wrong_studies import STUDIES
from wrong_values import PATH, RESULT, SCENARIO, SMALL

import viralsim as vs
from viralsim import advocates, classic, experiments, seeding
from viralsim.cli import main
from viralsim.errors import ViralsimError

DOOR = {**NETWORKS, **STUDIES, **CALIBRATION, **FORECASTS, **CHANGING}


def name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", "")


def table() -> Iterator[Any]:
    for function, (works, wrong) in DOOR.items():
        for argument, values in wrong.items():
            if argument in inspect.signature(function).parameters:
                yield pytest.param(function, works, argument, values, id=f"{name_of(function)}-{argument}")


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths lead into a folder of the test, in which nothing is left."""
    monkeypatch.chdir(tmp_path)


def refusal(call: Callable[[], Any], what: str) -> str:
    """The message of the refusal; the test fails where there is none, or another kind of error."""
    try:
        found = call()
    except ViralsimError as error:
        return str(error)
    except Exception as error:
        pytest.fail(f"{what}: {type(error).__name__} {error}")
    pytest.fail(f"{what}: accepted, gave {found!r}")


@pytest.mark.parametrize(("function", "works", "argument", "values"), list(table()))
def test_a_wrong_argument_is_named_in_one_sentence(
    function: Callable[..., Any], works: dict[str, Any], argument: str, values: list[Any], in_a_folder: None
) -> None:
    """No wrong value is taken for another, none ends in a traceback; the message is one line that names the argument."""
    for value in values:
        given = {**works, argument: value}
        own = [given.pop("self")] if "self" in given else []
        what = f"{name_of(function)}({argument}={value!r})"
        said = refusal(lambda own=own, given=given: function(*own, **given), what)
        assert "\n" not in said, what
        assert len(said) < 600, what
        own_name = re.compile(rf"\b{argument.removesuffix('s')}")
        assert own_name.search(said) or str(value) in said or function.__name__ in said, f"{what}: {said}"


@pytest.mark.parametrize(("word", "options"), STRATEGY_OPTIONS)
def test_a_wrong_option_of_a_strategy_is_named(word: str, options: dict[str, Any]) -> None:
    """Options are looked at like arguments: a misspelt one is not passed over."""
    name = next(iter(options))
    said = refusal(lambda: seeding.choose(PATH, word, 2, **options), f"{word} {options}")
    assert "\n" not in said
    assert any(part in said for part in (name, "budget", "count")), said


def public() -> Iterator[Callable[..., Any]]:
    """The functions and classes of the documented packages, and the constructors of networks."""
    for module in (vs, classic, seeding, advocates, experiments):
        for name in module.__all__:
            found = getattr(module, name)
            is_plain_record = inspect.isclass(found) and found not in (vs.ViralityModel, vs.Network, advocates.Tier)
            if callable(found) and not is_plain_record:
                yield found
    for name in (
        "from_edges",
        "from_networkx",
        "from_igraph",
        "from_scipy",
        "from_pandas",
        "read",
        "open",
        "save",
        "numbers_of",
        "generate",
        "from_temporal_edges",
    ):
        yield getattr(vs.Network, name)
    yield from (
        vs.Result.summary,
        vs.Result.series,
        vs.Result.compare,
        vs.Result.samples,
        vs.Result.save,
        vs.Result.arm,
        vs.Result.chances,
        vs.Result.trees,
    )
    yield from (vs.Scenario.override, vs.Scenario.for_arm, vs.Scenario.with_networks)
    yield from (vs.rules.register, vs.rules.read_file, vs.rules.known)
    yield from (vs.calibration.next_post, vs.calibration.backtest, vs.posts.read)
    yield from (
        vs.forecasting.fit,
        vs.forecasting.arms,
        vs.forecasting.review,
        vs.replay.cascade,
        vs.replay.lost_branch,
    )


def test_researchers_functions_have_their_wrong_calls() -> None:
    """Each of them refuses wrong calls of its own, 25 and more in all: those of the table, each of which ends in one sentence."""
    said = (
        classic.compartments, classic.gillespie, classic.generalised_contagion, classic.voter, classic.bounded_confidence,
        classic.competing_cascades, classic.group_contagion, classic.activation, classic.trees, vs.Network.generate,
        vs.Network.from_temporal_edges, vs.Network.numbers_of, vs.Network.save, vs.Network.open, vs.Scenario.with_networks,
        vs.rules.register, vs.rules.read_file, experiments.adaptive_sweep, vs.field_test,
        vs.value_of_information, vs.robust, vs.discover,
    )  # fmt: skip
    calls = [sum(len(values) for values in DOOR[function][1].values()) for function in said]
    assert min(calls) >= 1
    assert sum(calls) >= 25


@pytest.mark.parametrize("function", list(public()), ids=name_of)
def test_the_table_has_every_argument(function: Callable[..., Any]) -> None:
    """A function or argument that is added to the door cannot be left out of the table."""
    if function in (seeding.words, seeding.Strategy):
        return
    _, wrong = DOOR[function]
    listed = {argument for argument, values in wrong.items() if values}
    arguments = {name for name in inspect.signature(function).parameters if name not in ("self", "cls")}
    assert arguments - listed - {name for f, name in HANDED_ON if f == function} == set()


@pytest.mark.parametrize(
    ("function", "works"), [(f, works) for f, (works, _) in DOOR.items() if f in (vs.simulate, vs.how_much_luck)], ids=name_of
)  # fmt: skip
def test_a_path_stands_for_its_scenario(function: Callable[..., Any], works: dict[str, Any], tmp_path: Path) -> None:
    """Where a scenario is asked for, the path of its file will do, as text or as a path."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    for path in (file, str(file)):
        found = function(**{**works, "scenario": path})
        assert found.seed == 5


def test_numpy_numbers_are_numbers() -> None:
    """What NumPy gives back can be handed on: counts, seeds, rates, probabilities, arrays of members."""
    count, one, half = np.int32(7), np.uint64(1), np.float32(0.5)
    sizes = classic.independent_cascade(PATH, np.array([0], np.uint8), half, worlds=count, seed=one, threads=np.int8(1))
    assert sizes.tolist() == classic.independent_cascade(PATH, [0], 0.5, worlds=7, seed=1).tolist()
    assert (
        seeding.choose(PATH, "degree", np.int64(2), seed=one).members.tolist()
        == seeding.choose(PATH, "degree", 2).members.tolist()
    )
    a = vs.simulate(SCENARIO, worlds=np.int64(3), seed=np.uint64(2**64 - 1), threads=np.int16(1))
    assert a.arms == vs.simulate(SCENARIO, worlds=3, seed=2**64 - 1, threads=1).arms
    changed = SCENARIO.override({"content.c.appeal": np.float64(0.1), "campaign.advocates.count": np.int64(4)})
    assert (
        changed.fingerprint == SCENARIO.override({"content.c.appeal": 0.1, "campaign.advocates.count": 4}).fingerprint
    )
    assert vs.loads(changed.to_yaml()).fingerprint == changed.fingerprint


def test_the_words_of_the_interface() -> None:
    """The arguments that the documented calls name, in their order."""
    words = {
        classic.independent_cascade: "network seeds probability worlds seed",
        classic.linear_threshold: "network seeds weights worlds seed",
        classic.complex_contagion: "network seeds threshold worlds seed",
        classic.sir: "network seeds beta gamma ticks worlds seed",
        classic.maki_thompson: "network seeds spread stifle worlds seed",
        classic.limited_attention: "network mu actions worlds seed",
        classic.bass: "members p q ticks worlds seed",
        vs.simulate: "scenario worlds seed",
        vs.ViralityModel: "scenario arm world seed rng",
        seeding.choose: "network strategy count",
        vs.calibrate: "scenario past seed",
        vs.calibration.next_post: "past followers draws seed",
        vs.Network.from_edges: "source target members",
    }
    for function, said in words.items():
        assert list(inspect.signature(function).parameters)[: len(said.split())] == said.split(), function
    assert all(
        "threads" in inspect.signature(getattr(classic, name)).parameters
        for name in classic.__all__
        if name.islower() and name not in ("activation", "trees", "tables")  # which hand it on to the model, or are one
    )


@pytest.mark.parametrize("command", ["run", "sweep", "luck", "chance", "optimise"])
def test_a_seed_that_is_none_ends_a_command(command: str, tmp_path: Path) -> None:
    """The commands go through the same door: exit status 2 and the sentence."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    more = {"sweep": ["--out", str(tmp_path / "out")], "optimise": ["--budget", "5"]}.get(command, [])
    done = CliRunner().invoke(main, [command, str(file), "--seed", str(2**64), *more])
    assert done.exit_code == 2
    assert (
        "seed must be a whole number in 0..2**6" in done.output
        or "seed must be a whole number in 0..9223" in done.output
    )


def test_no_two_seeds_are_the_same() -> None:
    """The largest seed is none of the small ones, and beyond it there is none."""
    sizes = {
        seed: classic.independent_cascade(PATH, [0], 0.5, worlds=200, seed=seed).tobytes()
        for seed in (0, 1, 2**63, 2**64 - 1)
    }
    assert len(set(sizes.values())) == 4


def test_nobody_as_seeds_reaches_nobody() -> None:
    """An empty list of any kind is nobody."""
    for empty in ([], (), np.zeros(0), np.zeros(0, np.int64)):
        assert classic.independent_cascade(PATH, empty, 0.5, worlds=3).tolist() == [0, 0, 0]


def test_a_misspelt_name_gets_the_nearest() -> None:
    """Arms, measures, strategies and options are told with the word that was meant."""
    for call, meant in (
        (lambda: vs.simulate(SCENARIO, arms=["organc"]), "organic"),
        (lambda: vs.simulate(SCENARIO, arms="organic"), r"write arms=\['organic'\]"),
        (lambda: RESULT.compare("advocate"), "advocates"),
        (lambda: RESULT.summary("means"), "mean"),
        (lambda: seeding.choose(PATH, "degre", 1), "degree"),
        (lambda: seeding.choose(PATH, "pagerank", 1, dampng=0.5), "damping"),
    ):
        with pytest.raises(vs.InputError, match=meant):
            call()


def test_a_repr_is_one_line() -> None:
    """What a prompt shows of an object is one line."""
    for shown in (RESULT, RESULT.arms["paid"], SCENARIO, PATH, seeding.choose(PATH, "opim", 2, seed=1)):
        assert "\n" not in repr(shown), type(shown)
        assert len(repr(shown)) < 160, type(shown)
