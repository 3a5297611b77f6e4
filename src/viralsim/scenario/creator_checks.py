"""Conditions between the creators of a tier and other keys."""

from __future__ import annotations

from collections.abc import Iterator

from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import nearest
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
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
        if one.posts is not None and one.posts > len(tier.posts_at):
            yield (*here, "posts"), f"asks for {one.posts} posts and posts_at has {len(tier.posts_at)}: add times"
