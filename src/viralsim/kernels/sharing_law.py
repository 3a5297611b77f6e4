"""The law of one impression, in the words of docs/model.md: written here once, called by every engine.

Everything is inlined into its callers, so that what an engine leaves out (a factor that is 1, a criticism that is 0) costs
nothing: a product with the constant 1.0 is the same number to the last bit, and compilers drop it.
"""

from __future__ import annotations

from enum import IntEnum

from numba import njit


class Response(IntEnum):
    """What a member does about an impression: exactly one of these."""

    SHARE = 0
    CRITICISE = 1
    ENGAGE = 2
    NOTHING = 3


SHARE, CRITICISE, ENGAGE, NOTHING = (int(response) for response in Response)


@njit(_nrt=False, forceinline=True)
def share_probability(appeal, match, activity, trust, novelty, fatigue, reinforcement, softening):  # type: ignore[no-untyped-def]
    """``s``, before it is clipped at 1. Factors that are off are 1."""
    return appeal * match * activity * trust * novelty * fatigue * reinforcement * softening


@njit(_nrt=False, forceinline=True)
def criticism_probability(share, controversy, hostility, softening):  # type: ignore[no-untyped-def]
    """The chance of a critical share, of what sharing leaves."""
    return (1.0 - share) * controversy * hostility * softening


@njit(_nrt=False, forceinline=True)
def conversion_probability(rate, match, trust, buying=1.0):  # type: ignore[no-untyped-def]
    """The chance of the trial of conversion, whatever the response."""
    return rate * match * trust * buying


@njit(_nrt=False, forceinline=True)
def response_to(u, share, criticism, engagement):  # type: ignore[no-untyped-def]
    """The ``Response`` that one uniform number ``u`` in [0, 1) decides; ``engagement`` is a rate of what is left."""
    if u < share:
        return SHARE
    if u < share + criticism:
        return CRITICISE
    if u < share + criticism + (1.0 - share - criticism) * engagement:
        return ENGAGE
    return NOTHING
