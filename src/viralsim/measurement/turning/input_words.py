"""An input of a scenario in a client's words: "the selling power of advertisements" for a path that ends conversion_trust.paid."""

from __future__ import annotations

import re

from viralsim.records.record import RunRecord

_SOURCES = {
    "owned": "the brand's own posts",
    "paid": "advertisements",
    "asked": "advocates' posts",
    "earned": "shared posts",
    "recommended": "recommended posts",
}
# pattern of a whole path -> words; {0} is what the pattern's group matched
_WORDS = (
    (r"audience\.participation\.sigma", "the difference between active and quiet members"),
    (r"audience\.rhythm\.depth", "the difference between busy and quiet hours"),
    (r"channels\.(\w+)\.cpm_usd", "the price of advertising on {0}"),
    (r"channels\.(\w+)\.visibility", "the share of followers on {0} who see a post"),
    (r"channels\.(\w+)\.engagement_rate", "the engagement rate on {0}"),
    (r"channels\.(\w+)\.presence", "the share of members on {0}"),
    (r"channels\.(\w+)\.recommended\.per_engagement", "the pull of recommendations on {0}"),
    (r"content\.\w+\.conversion_trust\.(\w+)", "the selling power of {0}"),
    (r"content\.\w+\.trust\.(\w+)", "the trust in {0}"),
    (r"content\.\w+\.funnel\.click\.(\w+)", "the click rate of {0}"),
    (r"content\.\w+\.funnel\.click", "the click rate"),
    (r"content\.\w+\.funnel\.landing", "the share of clicks that reach the page"),
    (r"content\.\w+\.funnel\.checkout", "the share of visitors who buy"),
    (r"content\.\w+\.funnel\.returned", "the share of orders sent back"),
    (r"content\.\w+\.conversion_rate", "the share of viewers who buy"),
    (r"content\.\w+\.value_usd", "the value of a sale"),
    (r"content\.\w+\.appeal", "the appeal of the content"),
    (r"content\.\w+\.share_rate", "the share rate of the content"),
    (r"content\.\w+\.half_life", "the life of a post"),
    (r"campaign\.cross_post", "the share of members who post on a second channel"),
    (r"campaign\.advocates\.cost_usd", "the price of an advocate"),
    (r"campaign\.advocates\.count", "the number of advocates"),
    (r"campaign\.advocates\.willingness", "the share of advocates who post when asked"),
    (r"campaign\.advocates\.trust", "the trust in advocates"),
    (r"campaign\.advocates\.programme\.usd_per_hour", "the price of a manager's hour"),
    (r"campaign\.advocates\.programme\.hours_per_week", "the manager's hours a week"),
    (r"campaign\.community_management\.cost_usd_per_day", "the price of a manager's day"),
    (r"campaign\.paid\[\d+\]\.trust", "the trust in advertisements"),
    (r"campaign\.paid\[\d+\]\.cpm_usd", "the price of advertising"),
    (r"campaign\.paid\[\d+\]\.budget_usd", "the advertising budget"),
    (r"goal\.matters_from", "the smallest difference that matters"),
)


def words_of(path: str) -> str:
    """A path in a client's words; "" if there are none for it."""
    for pattern, words in _WORDS:
        if (found := re.fullmatch(pattern, path)) is not None:
            return words.format(*(_SOURCES.get(group, group) for group in found.groups()))
    return ""


def short_path(record: RunRecord, path: str) -> str:
    """The end of a path that no other input shares, two words at least: "conversion_trust.paid"."""
    parts = path.split(".")
    others = [move.path for move in record.moves if move.path != path]
    for words in range(2, len(parts)):
        end = ".".join(parts[-words:])
        if not any(other == end or other.endswith(f".{end}") for other in others):
            return end
    return path


def named(record: RunRecord, path: str) -> str:
    """Words and key: "the selling power of advertisements (conversion_trust.paid)"; the key alone where it has no words."""
    words = words_of(path)
    return f"{words} ({short_path(record, path)})" if words else short_path(record, path)
