"""Processes of one machine draw a large network once and map the same files."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from viralsim.population.build import build_population
from viralsim.population.generators.generate import Traits
from viralsim.population.network import shared_memory
from viralsim.population.network.network import Network
from viralsim.scenario import loads

TEXT = """
viralsim: 1
name: shared
seed: 3
horizon: 6h
audience: {members: 3000, communities: {count: 3}}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {c: {appeal: 0.1}}
campaign: {content: c, owned: [{channel: x, followers: 20, posts_at: [0h]}]}
"""
OTHER = """
import sys
from viralsim.population import build, drawn
from viralsim.population.network import shared_memory
from viralsim.scenario import loads
shared_memory.LEAST_FOLLOWS = 0
shared_memory.share_networks(sys.argv[1])
times = []
draw = drawn.generate_and_measure
drawn.generate_and_measure = lambda *said: times.append(1) or draw(*said)
found = build.build_population(loads(sys.argv[2]))
print(len(times), found.networks["x"].fingerprint())
"""


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A name to share under; forgotten afterwards, here and on the disk."""
    word = uuid.uuid4().hex
    monkeypatch.setattr(shared_memory, "_folder", [])
    yield word
    shared_memory.forget_networks(word)


def test_one_process_draws_and_the_others_map(name: str) -> None:
    """Of three processes at once exactly one draws the network; all have the network that a process alone has."""
    command = [sys.executable, "-c", OTHER, name, TEXT]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert sorted(int(drawn) for drawn, _ in said) == [0, 0, 1]
    alone = build_population(loads(TEXT)).networks["x"].fingerprint()
    assert {fingerprint for _, fingerprint in said} == {alone}
    assert (shared_memory.folder_of(name).stat().st_mode & 0o777) == 0o700
    shared_memory.forget_networks(name)
    assert not shared_memory.folder_of(name).exists()


def drawing(drawn: list[int]) -> tuple[Network, Traits]:
    """A small network that counts how often it was drawn."""
    drawn.append(1)
    return Network.from_edges([0, 1], [1, 2], 3), Traits(0.67, 0.0, 0.0, 0.0)


def test_small_ones_and_too_many_are_not_shared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks, and more than a few, do not fill the disk."""
    drawn: list[int] = []
    shared_memory.share_networks(name)
    shared_memory.drawn_once("small", 10, lambda: drawing(drawn))
    assert not shared_memory.folder_of(name).exists()
    monkeypatch.setattr(shared_memory, "MOST_NETWORKS", 2)
    for key in ("a", "b", "c"):
        shared_memory.drawn_once(key, 1e6, lambda: drawing(drawn))
    assert {path.stem for path in shared_memory.folder_of(name).glob("*.json")} == {"a", "b"}
    before = len(drawn)
    network, traits = shared_memory.drawn_once("a", 1e6, lambda: drawing(drawn))
    assert len(drawn) == before
    assert traits == Traits(0.67, 0.0, 0.0, 0.0)
    np.testing.assert_array_equal(network.followers, [1, 2])


def test_half_a_network_is_drawn_again(name: str) -> None:
    """What a killed process left without its traits is not trusted."""
    shared_memory.share_networks(name)
    left: Path = shared_memory.folder_of(name) / "key"
    left.mkdir(parents=True)
    (left / "indptr.npy").write_bytes(b"half")
    drawn: list[int] = []
    network, _ = shared_memory.drawn_once("key", 1e6, lambda: drawing(drawn))
    assert network.members == 3
    assert drawn == [1]
