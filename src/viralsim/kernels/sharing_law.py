"""The law of one impression, in the words of docs/model.md: written here once, called by every engine.

Everything is inlined into its callers, so that what an engine leaves out (a factor that is 1, a criticism that is 0) costs
nothing: a product with the constant 1.0 is the same number to the last bit, and compilers drop it.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from viralsim.kernels.counts import N_CONVERSIONS, N_CONVERSIONS_OWNED, T_CONVERSIONS
from viralsim.kernels.cpu import U, inlined, inner, njit


class Response(IntEnum):
    """What a member does about an impression: exactly one of these."""

    SHARE = 0
    CRITICISE = 1
    ENGAGE = 2
    NOTHING = 3


SHARE, CRITICISE, ENGAGE, NOTHING = (int(response) for response in Response)
# bits of a member's exposure to a content; CHANNEL_MARK is that of channel 0, doubled for each next, then one for each other offer
EARNED_MARK, CONVERTED_MARK, CHANNEL_MARK = 1, 2, 4
SLACK = 1.0 + 1e-9  # for a product whose last bit may round the other way


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


@inlined
def pick(field, member):  # type: ignore[no-untyped-def]
    """A member's value of a field; a field of length 1 holds for all."""
    return field[U(member)] if len(field) > 1 else field[0]


@inlined
def most_of_conversion(arm, content, source):  # type: ignore[no-untyped-def]
    """No less than the chance of a conversion where the match is 1 and buying usual, be it of another offer, however rounded."""
    rate, trust = arm.contents_conversion_rate[U(content)], arm.contents_conversion_trust[U(content), U(source)]
    other = arm.contents_other_most[U(source)] if len(arm.contents_other_most) > 0 else 0.0
    return max(rate * trust, other) * SLACK


@inner
def convert_otherwise(arm, e, source, match, x, buying, conversions):  # type: ignore[no-untyped-def]
    """The trial of conversion for each of ``contents.other_rate`` and ``other_trust``, with a mark of its own.

    Nothing else in a world rests on a conversion: these are exactly the conversions of the world that is run with them.
    """
    rates, trusts, channels = arm.contents_other_rate, arm.contents_other_trust, len(arm.channels_key)
    for i in range(len(rates)):
        mark = np.int32(CHANNEL_MARK << (channels + i))
        if e.flag_bits & mark == 0 and x < conversion_probability(rates[i], match, trusts[i, source], buying):
            e.flag_bits |= mark
            conversions[i] += 1


@inlined
def convert(arm, e, content, source, member, match, x, most, counts, series, others):  # type: ignore[no-untyped-def]
    """One trial of conversion, at most one success per member; ``others`` counts those of other offers, where there are any."""
    buying = np.float64(pick(arm.audience_buying, member))
    if x >= most * match * buying:  # as nearly always
        return
    if len(others) > 0:
        convert_otherwise(arm, e, source, match, x, buying, others)
    rate, trust = arm.contents_conversion_rate[U(content)], arm.contents_conversion_trust[U(content), U(source)]
    if e.flag_bits & CONVERTED_MARK == 0 and x < conversion_probability(rate, match, trust, buying):
        e.flag_bits |= CONVERTED_MARK
        counts[N_CONVERSIONS] += 1
        counts[N_CONVERSIONS_OWNED + source] += 1
        series[T_CONVERSIONS] += 1
