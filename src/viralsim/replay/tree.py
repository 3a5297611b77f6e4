"""Replay of a bare tree: without a network only the branch that hangs on somebody is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viralsim.errors import InputError
from viralsim.measurement.number_format import exact


@dataclass(frozen=True)
class LostBranch:
    """What depends on one node of a tree. posts: the node's descendants; of: all nodes but this one.

    An upper bound of what is lost without the node: others might have brought some of these, and no network says who.
    """

    node: Any
    posts: int
    of: int

    def sentence(self) -> str:
        """One line."""
        return (
            f"without {self.node}: at most {exact(self.posts)} of {exact(self.of)} other posts are lost; a tree does not say who "
            "of them would have heard of it otherwise, so there is no interval, and nobody can be added"
        )


def lost_branch(nodes: ArrayLike, parents: ArrayLike, node: Any) -> LostBranch:
    """What depends on ``node`` in the tree in which ``parents`` [n] are the parents of ``nodes`` [n]; a root's parent is no node.

    Raises: InputError if a node appears twice or is its own ancestor, or if ``node`` does not exist.
    """
    names, above = np.asarray(nodes).tolist(), np.asarray(parents).tolist()
    if not isinstance(names, list) or not isinstance(above, list) or len(names) != len(above) or not names:
        raise InputError("nodes, parents: must be two lists of the same length, one entry for each node")
    if len(set(names)) < len(names):
        again = next(name for name, times in Counter(names).items() if times > 1)
        raise InputError(f"nodes: {again!r} is there twice: a tree has each of its nodes once")
    if node not in set(names):
        raise InputError(f"node: {node!r} is not in the tree")
    parent = dict(zip(names, above, strict=True))
    hangs: dict[Any, bool] = {}
    for name in names:
        way: dict[Any, None] = {}
        while name in parent and name not in hangs:
            if name in way:
                raise InputError(f"parents: {name!r} is its own ancestor")
            way[name] = None
            name = parent[name]
        below = hangs.get(name, False)
        for one in reversed(way):
            below = below or one == node
            hangs[one] = below
    return LostBranch(node, sum(hangs.values()) - 1, len(names) - 1)
