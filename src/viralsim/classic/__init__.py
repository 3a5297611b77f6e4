"""The textbook models of spreading, each with a fast kernel of its own on the same draws as the full model.

Information flows along the edges of a ``Network``. Every function takes ``worlds`` (how many, or an array of world
numbers), ``seed`` and ``threads``; a world is a pure function of (network, seeds, parameters, seed, its number), so
it is the same alone, among a thousand others, and on any number of threads.
"""

from __future__ import annotations

from pathlib import Path

from viralsim.classic.attention import limited_attention
from viralsim.classic.bass import bass
from viralsim.classic.by_table import tables
from viralsim.classic.by_table.compartments import compartments, gillespie
from viralsim.classic.cascade import independent_cascade
from viralsim.classic.dynamics.doses import generalised_contagion
from viralsim.classic.dynamics.groups import group_contagion
from viralsim.classic.dynamics.opinions import Consensus, bounded_confidence, voter
from viralsim.classic.dynamics.rivals import competing_cascades
from viralsim.classic.epidemic import si, sir
from viralsim.classic.rumour import maki_thompson
from viralsim.classic.screens import Memory, Screen
from viralsim.classic.threshold import complex_contagion, linear_threshold
from viralsim.classic.who_and_when import activation, trees
from viralsim.kernels import remove_stale_caches  # which finds a place for compiled kernels first

remove_stale_caches(Path(__file__).parent)

__all__ = [
    "Consensus",
    "Memory",
    "Screen",
    "activation",
    "bass",
    "bounded_confidence",
    "compartments",
    "competing_cascades",
    "complex_contagion",
    "generalised_contagion",
    "gillespie",
    "group_contagion",
    "independent_cascade",
    "limited_attention",
    "linear_threshold",
    "maki_thompson",
    "si",
    "sir",
    "tables",
    "trees",
    "voter",
]
