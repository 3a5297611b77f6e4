"""Who converts: one trial at every impression of the focal content, at most one success per member.

Nothing else in a world rests on a conversion. So the conversions that the same world would have with another rate or other trusts
are counted beside its own, impression by impression: exactly those of the world that is run with them.
"""

from __future__ import annotations

import numpy as np

from viralsim.kernels.counts import N_CONVERSIONS, N_CONVERSIONS_OWNED, T_CONVERSIONS
from viralsim.kernels.cpu import U, inner
from viralsim.kernels.sharing_law import conversion_probability

# bits of a member's exposure to a content; CHANNEL_MARK is that of channel 0, doubled for each next, then one for each other offer
EARNED_MARK, CONVERTED_MARK, CHANNEL_MARK = 1, 2, 4


@inner
def pick(field, member):  # type: ignore[no-untyped-def]
    """A member's value of a field; a field of length 1 holds for all."""
    return field[U(member)] if len(field) > 1 else field[0]


@inner
def convert(arm, e, content, source, member, match, x, counts, series):  # type: ignore[no-untyped-def]
    """One trial of conversion, at most one success per member."""
    trust = arm.contents_conversion_trust[content, source]
    if e.flag_bits & CONVERTED_MARK == 0 and x < conversion_probability(
        arm.contents_conversion_rate[content], match, trust, np.float64(pick(arm.audience_buying, member))
    ):
        e.flag_bits |= CONVERTED_MARK
        counts[N_CONVERSIONS] += 1
        counts[N_CONVERSIONS_OWNED + source] += 1
        series[T_CONVERSIONS] += 1


@inner
def convert_otherwise(arm, e, source, member, match, x, conversions):  # type: ignore[no-untyped-def]
    """The same trial for each of ``contents.other_rate`` and ``other_trust``, with a mark of its own."""
    rates, trusts, channels = arm.contents_other_rate, arm.contents_other_trust, len(arm.channels_key)
    buying = np.float64(pick(arm.audience_buying, member))
    if x >= arm.contents_other_most[source] * match * buying:  # no offer is taken, as is the rule
        return
    for i in range(len(rates)):
        mark = np.int32(CHANNEL_MARK << (channels + i))
        if e.flag_bits & mark == 0 and x < conversion_probability(rates[i], match, trusts[i, source], buying):
            e.flag_bits |= mark
            conversions[i] += 1
