"""Where the kernels ask the rules: what is compiled depends on the type of ``own``, and is the built-in law where it is None."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from viralsim.kernels.own.sets import (
    INLINED,
    MEASURES,
    REINFORCEMENT,
    RESPONSE,
    SHARE_PROBABILITY,
    RuleSet,
    key_in,
    set_of,
)
from viralsim.kernels.sharing_law import response_to, share_probability


def own_of(arm: Any) -> Any:
    """What the rules of an arm need in compiled code; None where it has none."""
    if key_in(arm.contents_own_rules) is None:
        return None
    return (
        arm.contents_own_rules, arm.contents_own_rule, arm.contents_own_value, arm.contents_own_fault, arm.contents_twin,
        arm.contents_own_measured,
    )  # fmt: skip


@overload(own_of, jit_options=INLINED)
def _own_of(arm):  # type: ignore[no-untyped-def]
    if not isinstance(arm.field_dict["contents_own_rules"].dtype, types.Record):
        return lambda arm: None

    def found(arm):  # type: ignore[no-untyped-def]
        return (
            arm.contents_own_rules, arm.contents_own_rule, arm.contents_own_value, arm.contents_own_fault, arm.contents_twin,
            arm.contents_own_measured,
        )  # fmt: skip

    return found


def _typed_set(own: Any) -> RuleSet | None:
    """The rules that the type of ``own`` names; None for the type of None."""
    return None if isinstance(own, types.NoneType) else set_of(next(iter(own[0].dtype.fields)))


def _set_in(own: Any) -> RuleSet:
    """The rules of an arm that has some, with the compiler off."""
    return set_of(str(key_in(own[0])))


def has_own(own: Any) -> Any:
    """Whether there are rules: known when compiled, so that what depends on it is left out where there are none."""
    return own is not None


@overload(has_own, jit_options=INLINED)
def _has_own(own):  # type: ignore[no-untyped-def]
    there = not isinstance(own, types.NoneType)
    return lambda own: there


def own_factor(own: Any, content: Any, i: Any, exposing_neighbours: Any, following: Any) -> Any:
    """The factor of repeated impressions by the rule of a content, for the impression ``i``."""
    return _set_in(own).calls[REINFORCEMENT](own, content, i, exposing_neighbours, following)


@overload(own_factor, jit_options=INLINED)
def _own_factor(own, content, i, exposing_neighbours, following):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    if rules is not None:
        return rules.calls[REINFORCEMENT]
    return lambda own, content, i, exposing_neighbours, following: 1.0


def share_of(own: Any, content: Any, i: Any) -> Any:
    """The share probability before it is clipped: the law's, or that of the content's own rule."""
    if own is not None:
        return _set_in(own).calls[SHARE_PROBABILITY](own, content, i)
    return share_probability(i.appeal, i.match, i.activity, i.trust, i.novelty, i.fatigue, i.reinforcement, i.softening)


@overload(share_of, jit_options=INLINED)
def _share_of(own, content, i):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    if rules is not None:
        return rules.calls[SHARE_PROBABILITY]

    def law(own, content, i):  # type: ignore[no-untyped-def]
        return share_probability(
            i.appeal, i.match, i.activity, i.trust, i.novelty, i.fatigue, i.reinforcement, i.softening
        )

    return law


def response_of(own: Any, content: Any, i: Any, u: Any, share: Any, criticism: Any, engagement: Any) -> Any:
    """The ``Response`` to an impression: the law's, or that of the content's own rule."""
    if own is not None:
        return _set_in(own).calls[RESPONSE](own, content, i, u, share, criticism, engagement)
    return response_to(u, share, criticism, engagement)


@overload(response_of, jit_options=INLINED)
def _response_of(own, content, i, u, share, criticism, engagement):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    if rules is not None:
        return rules.calls[RESPONSE]
    return lambda own, content, i, u, share, criticism, engagement: response_to(u, share, criticism, engagement)


def asks_for_neighbours(own: Any) -> Any:
    """Whether a rule asks how many neighbours have exposed a member: counting them costs a look at another table."""
    return own is None or "exposing_neighbours" in _set_in(own).asks


@overload(asks_for_neighbours, jit_options=INLINED)
def _asks_for_neighbours(own):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    asked = rules is None or "exposing_neighbours" in rules.asks
    return lambda own: asked


def asks_for_following(own: Any) -> Any:
    """Whether a rule asks how many accounts a member follows."""
    return own is not None and "following" in _set_in(own).asks


@overload(asks_for_following, jit_options=INLINED)
def _asks_for_following(own):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    asked = rules is not None and "following" in rules.asks
    return lambda own: asked


def sign_of(own: Any, arm: Any, is_tie: Any, edge: Any) -> Any:
    """The sign of the tie that an impression came over; 0 where no rule asks for it, or it came over none."""
    if own is None or "sign" not in _set_in(own).asks or not is_tie or not len(arm.graph_tie_sign):
        return 0
    return int(arm.graph_tie_sign[edge])


@overload(sign_of, jit_options=INLINED)
def _sign_of(own, arm, is_tie, edge):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    if rules is None or "sign" not in rules.asks:
        return lambda own, arm, is_tie, edge: np.int64(0)

    def found(own, arm, is_tie, edge):  # type: ignore[no-untyped-def]
        return np.int64(arm.graph_tie_sign[edge]) if is_tie and len(arm.graph_tie_sign) > 0 else np.int64(0)

    return found


def measure_own(own: Any, arm: Any, nodes: Any, posts: Any, counts: Any, measured: Any) -> Any:
    """Take the measures of one's own of a world that look at its trees."""
    _set_in(own).calls[MEASURES](own, arm, nodes, posts, counts, measured)


@overload(measure_own, jit_options={"error_model": "numpy"})
def _measure_own(own, arm, nodes, posts, counts, measured):  # type: ignore[no-untyped-def]
    rules = _typed_set(own)
    if rules is None:
        return lambda own, arm, nodes, posts, counts, measured: None
    return rules.calls[MEASURES]
