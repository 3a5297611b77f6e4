"""A cascade that happened as one world: the observed is forced, the rest drawn from its law given that; then change one thing."""

from viralsim.replay.cascade import Change, Replay, cascade
from viralsim.replay.tree import LostBranch, lost_branch

__all__ = ["Change", "LostBranch", "Replay", "cascade", "lost_branch"]
