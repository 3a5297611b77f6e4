"""Brand, advocates and community manager as Mesa agents that observe, decide and emit actions."""

from __future__ import annotations

from viralsim.mesa_driver.actions import Action, AskedPost, BuyImpressions, OwnedPost, SoftenCriticism
from viralsim.mesa_driver.agents import Actor, Advocate, Brand, CommunityManager
from viralsim.mesa_driver.members import Members, MemberView

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
