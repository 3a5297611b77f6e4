"""What data sets say beside presets: a key of channel or content, a range with a source; shown and never filled in."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.scenario import presets

MEASURED = [(word, name) for word, preset in presets().items() for name in preset.measured]
TEXT = """
viralsim: 1
name: presets
audience: {{members: 300}}
channels: {{c: {{preset: {word}, network: {{generate: {{mean_following: 5}}}}}}}}
content: {{post: {{appeal: 0.1}}}}
campaign: {{content: post, owned: [{{channel: c, followers: 100, posts_at: [0h]}}]}}
"""


def test_there_are_some() -> None:
    assert {word for word, _ in MEASURED} == {"instagram", "x", "facebook"}


@pytest.mark.parametrize(("word", "name"), MEASURED)
def test_each_is_a_key_with_a_range_and_a_source(word: str, name: str) -> None:
    """The value can be set by its path, and lies in its range."""
    entry = presets()[word].measured[name]
    assert entry.low <= entry.value <= entry.high
    assert entry.source
    assert entry.year
    plain = vs.loads(TEXT.format(word=word))
    path = name.replace("content.", "content.post.") if name.startswith("content.") else f"channels.c.{name}"
    values: dict[str, object] = {path: entry.value}
    if name == "content.share_rate":
        values["content.post.appeal"] = None
    for block, inner in (("impression_delay", {"lognormal": {}}), ("follower_elasticity", {}), ("recommended", {})):
        if f".{block}." in path:
            values = {f"channels.c.{block}": inner, **values}
    if path.endswith("median"):
        values[path] = f"{entry.value}h"
    assert plain.override(values).fingerprint != plain.fingerprint


@pytest.mark.parametrize("word", ["instagram", "x", "facebook"])
def test_nothing_is_filled_in(word: str) -> None:
    channel = vs.loads(TEXT.format(word=word)).spec.channels["c"]
    assert (channel.owned_visibility, channel.follower_elasticity, channel.impression_delay) == (None, None, None)
    assert channel.recommended is None
    assert "measured, not filled in: content.share_rate" in CliRunner().invoke(main, ["presets", word]).output
