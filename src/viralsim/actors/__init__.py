"""Brand, advocates and community manager as Mesa agents that observe, decide and emit actions."""

from __future__ import annotations

from viralsim.actors.actions import Action, AskedPost, BuyImpressions, OwnedPost, SoftenCriticism
from viralsim.actors.agents import Actor, Advocate, Brand, CommunityManager
from viralsim.actors.members import Members, MemberView

__all__ = [
    "Action",
    "Actor",
    "Advocate",
    "AskedPost",
    "Brand",
    "BuyImpressions",
    "CommunityManager",
    "MemberView",
    "Members",
    "OwnedPost",
    "SoftenCriticism",
]
