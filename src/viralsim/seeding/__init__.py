"""Who gets it first: strategies that choose members, one file a strategy, one contract, a word each."""

from __future__ import annotations

from viralsim.seeding.contract import Candidates, Chosen, Strategy
from viralsim.seeding.registry import choose, propose, register, words

__all__ = ["Candidates", "Chosen", "Strategy", "choose", "propose", "register", "words"]
