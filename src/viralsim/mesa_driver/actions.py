"""What actors can do. Actors never write arrays. They can only emit actions, and the list of actions is the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class OwnedPost:
    """The brand posts on an owned line (its number in ``campaign.owned``)."""

    line: int


@dataclass(frozen=True)
class BuyImpressions:
    """The brand buys ``count`` impressions in this tick on a paid line (its number in ``campaign.paid``)."""

    line: int
    count: int


@dataclass(frozen=True)
class AskedPost:
    """A member posts because they were asked: channel and content by index, ``trust`` multiplies their followers' response."""

    member: int
    channel: int
    content: int
    trust: float = 1.0
    advocate: int = -1


@dataclass(frozen=True)
class SoftenCriticism:
    """From this tick on, criticism and the spread of critical shares are multiplied by ``factor``."""

    factor: float


Action: TypeAlias = OwnedPost | BuyImpressions | AskedPost | SoftenCriticism
