"""Who gets it first: strategies that choose members. Each has a file and a word; all share one contract."""

from __future__ import annotations

from pathlib import Path

from viralsim.kernels import remove_stale_caches  # which finds a place for compiled kernels first
from viralsim.seeding.registry import choose, propose, register, words
from viralsim.seeding.strategy import Candidates, Chosen, Strategy

remove_stale_caches(Path(__file__).parent)

__all__ = ["Candidates", "Chosen", "Strategy", "choose", "propose", "register", "words"]
