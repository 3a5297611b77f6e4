"""A real cascade as one world: observations are forced, the rest is drawn from its law given them; then one thing is changed."""

from viralsim.replay.cascade import Change, Replay, cascade
from viralsim.replay.tree import LostBranch, lost_branch

__all__ = ["Change", "LostBranch", "Replay", "cascade", "lost_branch"]
