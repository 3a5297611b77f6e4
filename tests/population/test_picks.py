"""A pick by weight with a guide is the pick that a search in all weights finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from viralsim.population.generators.sample_follows import _bucket, _pick, parts_of


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    tail=st.floats(0.1, 30.0),
    empty=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_pick_is_that_of_a_whole_search(sizes: list[int], tail: float, empty: float, seed: int) -> None:
    """Every community, and everyone; weights over many orders of magnitude, some or all of them 0; bounds of buckets too."""
    rng = np.random.default_rng(seed)
    start = np.concatenate([[0], np.cumsum(sizes)])
    n = int(start[-1])
    home, away = np.exp(tail * rng.normal(size=(2, n))) * (rng.random((2, n)) >= empty)
    parts = parts_of(home, away, start)
    assert parts.buckets.tolist() == [1 << (size.bit_length() - 1) for size in [*sizes, n]]
    shares = np.concatenate([rng.random(20), np.arange(8) / 8, [np.nextafter(1.0, 0.0)]])
    for part in range(len(sizes) + 1):
        everyone = part == len(sizes)
        weight = away if everyone else home[start[part] : start[part + 1]]
        bounds = np.cumsum(np.append([0.0] if everyone or part == 0 else [home[: start[part]].cumsum()[-1]], weight))
        for x in shares:
            found = _pick(x, part, _bucket(x, part, parts), parts)
            if bounds[-1] <= bounds[0]:
                assert found == -1
                continue
            wanted = bounds[0] + x * (bounds[-1] - bounds[0])
            place = min(int(np.searchsorted(bounds[1:], wanted, side="right")), len(weight) - 1)
            assert found == place + (0 if everyone else start[part])
