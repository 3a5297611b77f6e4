"""Conditions between the creators of a tier and other keys."""

from __future__ import annotations

from collections.abc import Iterator

from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import nearest
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
from viralsim.scenario.time_checks import before_horizon
from viralsim.units import shown


def check_creators(spec: Spec, place: Place) -> Iterator[Finding]:
    """What is wrong with the creators of a tier beside other keys."""
    tier = spec.campaign.advocates
    if tier is None:
        return
    channels = tier.channels or tuple(spec.channels)
    for i, one in enumerate(tier.creators):
        here: Place = (*place, "creators", i)
        if one.channel is None and len(channels) > 1:
            yield (*here, "channel"), "is required where there are several channels: name one"
        elif one.channel is not None and one.channel not in channels:
            yield (*here, "channel"), f"no channel {shown(one.channel)} of the tier" + nearest(one.channel, channels)
        if one.content is not None and one.content not in spec.content:
            yield (*here, "content"), f"no content {shown(one.content)}" + nearest(one.content, spec.content)
        times = tier.posts_at if one.posts_at is None else one.posts_at
        yield from before_horizon(spec, one.posts_at or (), here)
        if one.posts is not None and one.posts > len(times):
            yield (*here, "posts"), f"asks for {one.posts} posts and posts_at has {len(times)}: add times"
        if one.exclusive is False and one.exclusivity_usd > 0.0:
            yield (*here, "exclusive"), "is false and exclusivity is paid for: leave one of them out"
