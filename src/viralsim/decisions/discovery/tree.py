"""A classification tree of the cases of interest (CART; Breiman, Friedman, Olshen, Stone 1984), as rules. scikit-learn's.

The tree is pruned to the smallest one whose cross-validated share of wrong leaves is within a standard error of the best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viralsim.decisions.discovery.prim import F8, FEWEST, SMALLEST, Mask, Points
from viralsim.decisions.regression import sklearn_module

MOST_LEAVES = 8
FOLDS = 5


@dataclass(frozen=True)
class Leaf:
    """One leaf: its ``rule`` in words, points, part of all cases in it (coverage), part of its points that are (density)."""

    rule: str
    points: int
    coverage: float
    density: float


def leaves(points: Points, paths: Sequence[str], words: dict[int, tuple[str, ...]], seed: int) -> tuple[Leaf, ...]:
    """The leaves of the pruned tree from dense to sparse; none where no split helps or a class has too few points."""
    table, names = _columns(points, paths, words)
    if min(int(points.cases.sum()), int((~points.cases).sum())) < FOLDS:
        return ()
    tree = _pruned(table, points.cases, seed)
    if tree.tree_.node_count < 2:
        return ()
    place, total = tree.apply(table), max(int(points.cases.sum()), 1)
    found = []
    for leaf, rule in _rules(tree.tree_, names, 0, {}):
        held = place == leaf
        hits = int(points.cases[held].sum())
        found.append(Leaf(rule, int(held.sum()), hits / total, hits / int(held.sum())))
    return tuple(sorted(found, key=lambda leaf: -leaf.density))


def _columns(
    points: Points, paths: Sequence[str], words: dict[int, tuple[str, ...]]
) -> tuple[F8, list[tuple[str, str | None]]]:
    """Inputs with a column of 0 and 1 per word; for each column its path, and the word it is about."""
    columns: list[Any] = []
    names: list[tuple[str, str | None]] = []
    for j, path in enumerate(paths):
        if j not in points.words:
            columns.append(points.inputs[:, j])
            names.append((path, None))
            continue
        for code, word in enumerate(words[j]):
            columns.append(points.inputs[:, j] == code)
            names.append((path, word))
    return np.stack(columns, axis=1).astype(np.float64), names


def _pruned(table: F8, cases: Mask, seed: int) -> Any:
    trees, selection = sklearn_module("tree"), sklearn_module("model_selection")
    fewest = max(FEWEST, int(SMALLEST * len(table)))

    def tree(alpha: float) -> Any:
        return trees.DecisionTreeClassifier(
            max_leaf_nodes=MOST_LEAVES, min_samples_leaf=fewest, ccp_alpha=alpha, random_state=seed % 2**32
        )

    alphas = np.unique(np.maximum(tree(0.0).cost_complexity_pruning_path(table, cases).ccp_alphas, 0.0))
    middles = np.append(np.sqrt(alphas[:-1] * alphas[1:]), alphas[-1])
    folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    scores = np.array([selection.cross_val_score(tree(alpha), table, cases, cv=folds) for alpha in middles])
    mean, error = scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(FOLDS)
    best = int(mean.argmax())
    return tree(float(middles[mean >= mean[best] - error[best]].max())).fit(table, cases)


def _rules(
    tree: Any, names: list[tuple[str, str | None]], node: int, ends: dict[int, tuple[float, float]]
) -> Iterator[tuple[int, str]]:
    """(leaf, its rule in words), from ``node`` down; ``ends``: column -> the range on the way here."""
    if tree.children_left[node] < 0:
        yield node, " and ".join(_condition(names[j], *ends[j]) for j in sorted(ends)) or "everywhere"
        return
    column, cut = int(tree.feature[node]), float(tree.threshold[node])
    low, high = ends.get(column, (-np.inf, np.inf))
    yield from _rules(tree, names, int(tree.children_left[node]), {**ends, column: (low, min(high, cut))})
    yield from _rules(tree, names, int(tree.children_right[node]), {**ends, column: (max(low, cut), high)})


def _condition(name: tuple[str, str | None], low: float, high: float) -> str:
    path, word = name
    if word is not None:
        return f"{path} is {'not ' if np.isinf(low) else ''}{word}"
    if np.isinf(low):
        return f"{path} is below {high:,.4g}"
    return f"{path} is above {low:,.4g}" if np.isinf(high) else f"{path} is {low:,.4g} to {high:,.4g}"
