"""The front door: a scenario in, every arm in the same worlds, a result out."""

from viralsim.simulation.front import simulate
from viralsim.simulation.run import build_stage, compile_arms, default_threads

__all__ = ["build_stage", "compile_arms", "default_threads", "simulate"]
