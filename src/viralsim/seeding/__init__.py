"""Who gets it first: strategies that choose members, one file a strategy, one contract, a word each."""

from __future__ import annotations

from pathlib import Path

from viralsim.kernels.old_caches import forget_old_caches
from viralsim.seeding.contract import Candidates, Chosen, Strategy
from viralsim.seeding.registry import choose, propose, register, words

forget_old_caches(Path(__file__).parent)

__all__ = ["Candidates", "Chosen", "Strategy", "choose", "propose", "register", "words"]
