"""Cascade trees as pictures: time from left to right, a tree of shares upon the post that began it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.arm_inputs import Source
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import Axis, Chart, Key, Mark, Panel, Points, Segments, Shape
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import Float64, main_measure
from viralsim.report.trees import Forest
from viralsim.results import Result

MOST_POSTS = 1200  # drawn of one world; more would be a blot
GAP = 0.4  # between two trees, in posts
TIMES = 48  # places side by side for lone posts

# kind of post -> (colour role, shape, words)
KINDS: dict[str, tuple[str, Shape, str]] = {
    "owned": ("from-owned", "square", "post of the brand"),
    "asked": ("from-asked", "diamond", "planned post of an advocate"),
    "paid": ("from-paid", "triangle", "share after an advertisement"),
    "earned": ("from-earned", "circle", "share after a post of someone"),
}


def kind_of(forest: Forest) -> NDArray[np.str_]:
    """The kind of each post, a word of ``KINDS``."""
    kinds = np.full(len(forest.member), "earned", dtype="<U6")
    kinds[forest.cause == Source.PAID] = "paid"
    kinds[forest.advocate >= 0] = "asked"
    kinds[forest.member < 0] = "owned"
    return kinds


def drawn_posts(forest: Forest) -> NDArray[np.int64]:
    """Which posts are drawn: whole trees, the largest first; of one that is too large its first posts."""
    sizes = forest.sizes
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    fits = np.cumsum(sizes[order]) <= MOST_POSTS
    chosen = np.isin(forest.root, order[fits] if fits.any() else order[:1])
    return np.flatnonzero(chosen)[:MOST_POSTS]


def heights(forest: Forest, posts: NDArray[np.int64]) -> Float64:
    """Where each drawn post lies from the top, float64[n]: trees one below the other, the largest first, in each the
    leaves one below the other and a parent amid its children; below them lone posts, stacked where they crowd in time.

    A parent comes before its children, so a prefix of a tree is a tree.
    """
    place = np.full(len(forest.member), -1, dtype=np.int64)
    place[posts] = np.arange(len(posts))
    above = np.where(forest.parent[posts] >= 0, place[forest.parent[posts]], -1).tolist()
    children: list[list[int]] = [[] for _ in posts]
    roots: list[int] = []
    for i, parent in enumerate(above):
        (roots if parent < 0 else children[parent]).append(i)
    size = np.ones(len(posts), dtype=np.int64)
    for i in range(len(posts) - 1, -1, -1):
        if above[i] >= 0:
            size[above[i]] += size[i]
    found = np.zeros(len(posts))
    free = 0.0
    for root in sorted((root for root in roots if size[root] > 1), key=lambda r: -int(size[r])):
        free = _hang(root, children, found, free) + GAP
    lone = np.array([root for root in roots if size[root] == 1], dtype=np.int64)
    found[lone] = free + 1.0 + _stacked(forest.tick[posts[lone]], int(forest.tick.max(initial=0)) + 1)
    return found


def _hang(root: int, children: list[list[int]], found: Float64, free: float) -> float:
    """Give a tree its heights from ``free`` on; returns the first height below it."""
    stack = [(root, False)]
    while stack:
        i, seen = stack.pop()
        if not children[i]:
            found[i], free = free, free + 1.0
        elif seen:
            found[i] = float(np.mean([found[child] for child in children[i]]))
        else:
            stack.append((i, True))
            stack += [(child, False) for child in reversed(children[i])]
    return free


def _stacked(ticks: NDArray[np.int32], last: int) -> Float64:
    """The place of each lone post among those of about its time."""
    times = (ticks.astype(np.int64) * TIMES) // max(last, 1)
    taken: dict[int, int] = {}
    found = np.zeros(len(ticks))
    for i, time in enumerate(times.tolist()):
        found[i] = 0.8 * taken.get(time, 0)
        taken[time] = taken.get(time, 0) + 1
    return found


def trees(result: Result, arm: str, forests: Mapping[str, tuple[int, Forest]]) -> Picture:
    """The trees of some worlds of one arm; ``forests`` maps a word for the luck to (world, posts)."""
    drawn = {word: (drawn_posts(forest), forest) for word, (_, forest) in forests.items()}
    placed = {word: heights(forest, posts) for word, (posts, forest) in drawn.items()}
    lowest = max((float(place.max(initial=1.0)) for place in placed.values()), default=1.0)
    last = max((int(forest.tick[posts].max(initial=1)) for posts, forest in drawn.values()), default=1)
    unit, hours = ("days", 24.0) if last * result.tick_hours > 96.0 else ("hours", 1.0)
    time = Axis(0.0, 1.03 * (last + 1) * result.tick_hours / hours, f"{unit} from the start")
    panels = [
        Panel(
            time,
            Axis(lowest + 1.0, -1.0, hidden=True),
            _marks(forest, posts, placed[word], result.tick_hours / hours),
            f"{word} simulation {forests[word][0]}",
        )
        for word, (posts, forest) in drawn.items()
    ]
    left_out = sum(len(forest.root) - len(posts) for posts, forest in drawn.values())
    m = main_measure(result)
    rows = [_row(result, arm, word, world, forest, m.name) for word, (world, forest) in forests.items()]
    return Picture(
        "trees",
        f"What luck looks like: cascade trees of {arm}",
        _caption(forests, left_out),
        f"Cascade trees of {arm} over time. " + " ".join(_in_words(row) for row in rows),
        Chart(panels, height=min(max(2.4 * lowest, 240.0), 520.0), columns=3, legend=_legend(drawn)),
        ["simulation", "posts", "trees", "largest tree", "generations", measure("shares").label, m.label],
        rows,
        "Cascade trees",
    )


def _legend(drawn: Mapping[str, tuple[NDArray[np.int64], Forest]]) -> list[Key]:
    """The kinds of posts that are drawn somewhere."""
    seen = {str(kind) for posts, forest in drawn.values() for kind in np.unique(kind_of(forest)[posts])}
    return [Key(text, role, shape=shape) for kind, (role, shape, text) in KINDS.items() if kind in seen]


def _caption(forests: Mapping[str, tuple[int, Forest]], left_out: int) -> str:
    lucks = "The same campaign in single simulations: " if len(forests) > 1 else "One simulation: "
    chosen = "at 5, 50 and 95 % of the simulations ordered by shares. " if len(forests) > 1 else ""
    rest = f" {left_out:,} posts of small or late trees are left out." if left_out else ""
    return f"{lucks}{chosen}A line leads from a post to the share that answered it; below are posts that nobody answered.{rest}"


def _marks(forest: Forest, posts: NDArray[np.int64], place: Float64, scale: float) -> list[Mark]:
    x = (forest.tick[posts] + 0.5) * scale
    at = np.full(len(forest.member), -1, dtype=np.int64)
    at[posts] = np.arange(len(posts))
    child = np.flatnonzero(forest.parent[posts] >= 0)
    above = at[forest.parent[posts[child]]]
    radius = 3.2 if len(posts) <= 300 else 2.2
    marks: list[Mark] = [Segments(x[above], place[above], x[child], place[child], "quiet", 1.0, 0.7)]
    kinds = kind_of(forest)[posts]
    for kind, (role, shape, _) in KINDS.items():
        chosen = kinds == kind
        if chosen.any():
            marks.append(Points(x[chosen], place[chosen], role, radius if kind in ("earned", "paid") else 4.0, shape))
    return marks


def _row(result: Result, arm: str, word: str, world: int, forest: Forest, goal: str) -> list[str]:
    measures = result.arms[arm].measures
    sizes = forest.sizes
    return [
        f"{word}: {world}",
        number(float(len(forest.root))),
        number(float((sizes > 0).sum())),
        number(float(sizes.max(initial=0))),
        number(float(forest.depth.max(initial=-1)) + 1.0),
        number(float(measures["shares"][world])),
        number(float(measures[goal][world])),
    ]


def _in_words(row: list[str]) -> str:
    return f"World {row[0].split(': ')[1]} ({row[0].split(':')[0]}): {row[1]} posts in {row[2]} trees, the largest of {row[3]}."
